//! No feed with `content = "summary"` and no page of one has more than `summary-length` characters of
//! an article's text, or a word from a place where no lead may be.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use taspa::config::{Content, TextSettings};
use taspa::model::article::{Body, Draft};
use taspa::model::format::Format;

use crate::articles::{accepted, compose_with, date};
use crate::documents::render;

const LENGTH: u16 = 100;

const TEXTS: TextSettings = TextSettings {
    content: Content::Summary,
    summary_length: LENGTH,
    image_in_text: taspa::config::ImageInText::Auto,
};

/// HTML in which `@` stands for words that a lead may have.
const TEXT: [&str; 12] = [
    "<p>@.</p>",
    "<p>@",
    "<div>@.</div>",
    "@.\n",
    "<p>@.<br><br>@.</p>",
    "@<br>\n<br>@!",
    "<blockquote><p>@.</p></blockquote>",
    "<ul><li>@.<li>@</ul>",
    "<p><b>@</b> <i>@</i>.</p>",
    "<pre>@</pre>",
    "<section><article><p>@…</p></article></section>",
    "<p>Автор: @</p>",
];

/// HTML in which `@` stands for words that no lead may have.
const NO_LEAD: [&str; 15] = [
    "<h2>@.</h2>",
    "<figure><img src=a.jpg><figcaption>@.</figcaption></figure>",
    "<figure><p>@.</p></figure>",
    "<div class=wp-caption><p class=\"wp-caption-text\">@.</p></div>",
    "<p class=\"photo-credit\">@.</p>",
    "<table><tr><td>@.<td><p>@.</table>",
    "<video src=a.mp4>@.</video>",
    "<audio><p>@.</p></audio>",
    "<iframe src=https://x.example/>@.</iframe>",
    "<nav><ul><li>@.</ul></nav>",
    "<script>@.</script>",
    "<style>@.</style>",
    "<ul><li><a href=/a>@.</a></ul>",
    "<p>[caption id=\"a\"]@.[/caption]</p>",
    "<section class=footnotes><ol><li>@.</ol></section>",
];

/// HTML without words.
const MARKS: [&str; 4] = ["<!--more-->", "<!-- more Дальше -->", "<hr>", "</div>"];

/// A part of a text: HTML, whether a lead may have its words, and the number of words for each `@`.
type Part = (&'static str, bool, usize);

fn part() -> impl Strategy<Value = Part> {
    let of = |parts: &'static [&'static str], may: bool| {
        (prop::sample::select(parts), 1_usize..60).prop_map(move |(html, words)| (html, may, words))
    };
    prop_oneof![6 => of(&TEXT, true), 4 => of(&NO_LEAD, false), 1 => of(&MARKS, true)]
}

/// An article: its parts, how its text is written, and the number of words of its summary.
type Sketch = (Vec<Part>, usize, Option<usize>);

fn sketch() -> impl Strategy<Value = Sketch> {
    let parts = prop::collection::vec(part(), 0..8);
    (parts, 0_usize..3, prop::option::weighted(0.3, 0_usize..80))
}

/// The texts of an article, each word of which is in no other article and nowhere else in it.
struct Written {
    html: String,
    summary: Option<String>,
}

fn write(article: usize, (parts, _, summary): &Sketch) -> Written {
    let mut number = 0;
    let mut words = |start: &str, count: usize| {
        let words: Vec<String> = (0..count)
            .map(|_| {
                number += 1;
                format!("{start}{article:03}{number:03}")
            })
            .collect();
        words.join(" ")
    };
    let mut html = String::new();
    for (part, may_be_lead, count) in parts {
        let start = if *may_be_lead { "да" } else { "нет" };
        for (n, piece) in part.split('@').enumerate() {
            if n > 0 {
                html.push_str(&words(start, *count));
            }
            html.push_str(piece);
        }
    }
    Written {
        html,
        summary: summary.map(|count| format!("<p>{}</p>", words("да", count))),
    }
}

/// Fails where a document has too many words of an article, or a word that no lead may have.
fn check(document: &str, article: usize, case: &str) {
    let start = format!("да{article:03}");
    let words: BTreeSet<&str> = document
        .match_indices(&start)
        .map(|(at, _)| &document[at..at + start.len() + 3])
        .collect();
    // Each word has eight characters, and a space before the next one.
    let most = (usize::from(LENGTH) + 1) / 9;
    assert!(
        words.len() <= most,
        "{case}: {} words\n{document}",
        words.len()
    );
    let forbidden = document.find(&format!("нет{article:03}"));
    assert!(forbidden.is_none(), "{case}: {forbidden:?}\n{document}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn summary_feeds_have_no_more_than_a_lead(sketches in prop::collection::vec(sketch(), 1..4)) {
        let articles: Vec<_> = sketches
            .iter()
            .enumerate()
            .map(|(n, sketch)| {
                let Written { html, summary } = write(n, sketch);
                let body = match sketch.1 {
                    0 => Body::Html(html),
                    1 => Body::Markdown(html),
                    // Plain text has no places, so tags are words of it.
                    _ => Body::Paragraphs {
                        paragraphs: html.replace("нет", "да").split("\n").map(str::to_owned).collect(),
                        credits: vec![format!("Фото: нет{n:03}001")],
                    },
                };
                let draft = Draft { summary, ..Draft::new("Мост", date("2026-01-08"), body) };
                accepted(draft, &n.to_string())
            })
            .collect();
        let feed = compose_with(&articles, TEXTS);
        for format in Format::ALL {
            let document = render(&feed, format);
            for (n, sketch) in sketches.iter().enumerate() {
                check(&document, n, &format!("{format:?} {n} {sketch:?}"));
            }
        }
    }
}

#[test]
fn every_exported_feed_and_page_has_no_more_than_a_lead() {
    const ARTICLES: usize = 200;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let articles = folder.path().join("articles");
    fs::create_dir(&articles).expect("a folder for articles");
    let mut runner = TestRunner::deterministic();
    for n in 0..ARTICLES {
        let sketch = sketch().new_tree(&mut runner).expect("a sketch").current();
        let Written { html, summary } = write(n, &sketch);
        let key = ["content_html", "content_markdown"][sketch.1 % 2];
        let article = json!({
            "title": format!("Мост {n}"),
            "date": "2026-01-08",
            "section": "Город",
            "tags": ["мост"],
            "summary": summary,
            key: html,
        });
        let file = articles.join(format!("{n:03}.json"));
        fs::write(file, article.to_string()).expect("an article");
    }
    let config = format!(
        "[site]\ntitle = 'Дала'\nurl = 'https://dala.example/'\nid-authority = 'dala.example'\nid-year = 2026\n\
         [source.directory]\n[defaults]\ncontent = 'summary'\nsummary-length = {LENGTH}\nitems = 500\n\
         [auto.sections]\n[auto.tags]\n"
    );
    fs::write(folder.path().join("feeds.toml"), config).expect("a configuration");
    let output = Command::new(env!("CARGO_BIN_EXE_taspa"))
        .args(["export", "out", "--pages"])
        .current_dir(folder.path())
        .output()
        .expect("the program runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut documents = Vec::new();
    read_texts(&folder.path().join("out"), &mut documents);
    let with_leads = documents.iter().filter(|(_, text)| text.contains("да0"));
    assert!(
        with_leads.count() >= 12,
        "three feeds, each in three formats and as a page"
    );
    for (path, text) in &documents {
        // The page of an article has its whole text, and the lead in its head.
        let text = match path.contains("/articles/") {
            true => text.split_once("</head>").map_or("", |(head, _)| head),
            false => text,
        };
        for n in 0..ARTICLES {
            check(text, n, path);
        }
    }
}

/// The path and text of each file below `folder`.
fn read_texts(folder: &Path, texts: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a listed file").path();
        if path.is_dir() {
            read_texts(&path, texts);
        } else if let Ok(text) = fs::read_to_string(&path) {
            texts.push((path.display().to_string(), text));
        }
    }
}
