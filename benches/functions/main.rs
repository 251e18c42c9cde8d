//! What single functions cost, beside something that everybody knows the cost of.
//!
//! `cargo bench --bench functions [NAME]` measures; behind each group stands what its first function
//! costs as a multiple of its second. Whole processes are measured by the scripts beside this folder.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod newsroom;

use std::hint::black_box;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::Request;
use taspa::model::format::Format;
use taspa::model::removal_guard::Removal;
use taspa::model::selection::Selection;
use taspa::model::time::Timestamp;
use taspa::publish::documents::render_feed;
use taspa::serve::dispatch::dispatch;
use taspa::serve::documents::Documents;
use taspa::source::article_file::newsroom as newsroom_text;
use taspa::text::SiteLanguages;

use self::newsroom::Newsroom;

/// Articles of the newsroom: enough that every feed that is rendered is full.
const ARTICLES: usize = 2_000;

/// Bytes of the document cache.
const CACHE_BYTES: u64 = 64 << 20;

/// A stored file becomes an article, beside reading through its letters once.
fn gate(c: &mut Criterion) {
    let newsroom = Newsroom::new(1);
    let (text, reading) = (newsroom::article(7), newsroom.reading());
    let accept = || {
        let draft = newsroom_text::parse(&text).expect("an article");
        draft.accept("7".to_owned(), &reading).expect("accepted")
    };
    let letters = || text.chars().filter(|letter| letter.is_alphabetic()).count();
    compare(
        c,
        "gate",
        ("parse and accept", accept),
        ("count letters", letters),
    );
}

/// The language of an article is guessed, beside reading through its letters once.
fn language(c: &mut Criterion) {
    let text = newsroom::article(7);
    let languages = ["ru", "kk", "en"].map(str::to_owned);
    let languages = SiteLanguages::new("ru", languages.into());
    let guess = || languages.guess("", [black_box(&*text)]).len();
    let letters = || text.chars().filter(|letter| letter.is_alphabetic()).count();
    compare(c, "language", ("guess", guess), ("count letters", letters));
}

/// A feed of fifty entries becomes a document, beside its compression.
fn render(c: &mut Criterion) {
    let newsroom = Newsroom::new(ARTICLES);
    let publisher = newsroom.publisher();
    let all = newsroom.version("all");
    for format in Format::ALL {
        let document = render_feed(publisher.handle().store(), &all, format).expect("a document");
        compare(
            c,
            &format!("render {}", format.extension()),
            ("compose and render", || {
                render_feed(publisher.handle().store(), &all, format)
            }),
            ("gzip -6", || gzip(&document)),
        );
    }
}

/// A request that is answered with 304, beside finding its path in a table of as many feeds.
fn request(c: &mut Criterion) {
    let newsroom = Newsroom::new(ARTICLES);
    let publisher = newsroom.publisher();
    let documents = Arc::new(Documents::new(publisher.handle().clone(), CACHE_BYTES));
    let now = Timestamp::now();
    let request = |headers: &[(&str, &str)]| {
        let mut request = Request::get("/tags/t7.rss");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).expect("a request")
    };
    let label = newsroom.version("tags/t7");
    let tag = format!("\"{}\"", label.headers(Format::Rss).opaque_tag);
    let known = request(&[("host", "a.example"), ("if-none-match", &tag)]);
    let snapshot = publisher.handle().snapshot().expect("an edition");
    compare(
        c,
        "request",
        ("304", || dispatch(Some(&documents), &known, now)),
        ("find in a table", || {
            snapshot.feeds.get(black_box("tags/t7")).cloned()
        }),
    );
}

/// A selection that nobody asked for before, beside the compression of what it selects.
fn select(c: &mut Criterion) {
    let newsroom = Newsroom::new(ARTICLES);
    let publisher = newsroom.publisher();
    let published = publisher.handle().published().expect("a snapshot");
    let mut number = 0;
    let next = || {
        number += 1;
        let query = format!(
            "any=t{},t{}&none=t{}",
            number % 199,
            number % 197,
            number % 193
        );
        let selection = Selection::from_query(&query).expect("a selection");
        let version = publisher.handle().select(&published, &selection);
        version.expect("known terms")
    };
    let document = render_feed(
        publisher.handle().store(),
        &newsroom.version("tags/t7"),
        Format::Rss,
    );
    let document = document.expect("a document");
    compare(
        c,
        "select",
        ("a new selection", next),
        ("gzip -6", || gzip(&document)),
    );
}

/// One changed article becomes a snapshot, beside making it last on the disk.
fn change(c: &mut Criterion) {
    let newsroom = Newsroom::new(ARTICLES);
    let publisher = newsroom.publisher();
    let mut number = ARTICLES;
    let mut now = Timestamp::now();
    let publish = || {
        number += 1;
        now = now.plus(1);
        newsroom.write(number);
        let report = publisher.reconcile(&[newsroom.scope_of(number)], Removal::Held);
        assert_eq!(report.changed, 1);
        publisher.publish(now)
    };
    let to_disk = || newsroom.write_to_disk();
    compare(
        c,
        "change",
        ("read and publish", publish),
        ("write and fsync", to_disk),
    );
}

/// Measures two functions, and prints the first as a multiple of the second.
fn compare<A, B>(
    c: &mut Criterion,
    name: &str,
    (first, mut a): (&str, impl FnMut() -> A),
    (second, mut b): (&str, impl FnMut() -> B),
) {
    let mut group = c.benchmark_group(name);
    let (mut spent_a, mut spent_b) = (Spent::default(), Spent::default());
    group.bench_function(first, |bencher| {
        bencher.iter_custom(|times| spent_a.on(times, &mut a))
    });
    group.bench_function(second, |bencher| {
        bencher.iter_custom(|times| spent_b.on(times, &mut b))
    });
    group.finish();
    if let (Some(a), Some(b)) = (spent_a.each(), spent_b.each()) {
        let ratio = a.as_secs_f64() / b.as_secs_f64();
        println!("{name}: {first} takes {a:.1?}, {ratio:.2} × {second} ({b:.1?})\n");
    }
}

/// What a function cost altogether.
#[derive(Default)]
struct Spent {
    times: u64,
    took: Duration,
}

impl Spent {
    fn on<T>(&mut self, times: u64, function: &mut impl FnMut() -> T) -> Duration {
        let begun = Instant::now();
        for _ in 0..times {
            black_box(function());
        }
        let took = begun.elapsed();
        self.times += times;
        self.took += took;
        took
    }

    /// Of one call; `None` where a filter left it out.
    fn each(&self) -> Option<Duration> {
        let times = u32::try_from(self.times).ok().filter(|times| *times > 0);
        times.map(|times| self.took / times)
    }
}

fn gzip(document: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::new(6));
    writer
        .write_all(document)
        .expect("a vector takes everything");
    writer.finish().expect("a vector takes everything")
}

criterion_group! {
    name = functions;
    config = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(2));
    targets = gate, language, render, request, select, change
}
criterion_main!(functions);
