//! What the fuzzer feeds with bytes, a function a target, each with the properties that must hold for
//! every input.
//!
//! The programs in `fuzz/` call these functions. The tests of this file run them over the corpus in
//! `fuzz/corpus`, so that a fault that was found once stays mended without a fuzzer.

use std::sync::{Arc, OnceLock};

use http::header::{HeaderMap, HeaderName, IF_NONE_MATCH};
use http::uri::PathAndQuery;
use url::Url;

use crate::config::{Config, LegacyEncoding};
use crate::export::Manifest;
use crate::feed::etag::ETag;
use crate::model::article::{
    AUTHORS_MAX, AcceptSettings, Accepted, Article, Draft, ENCLOSURES_MAX, Refusal, SECTIONS_MAX,
    TAGS_MAX,
};
use crate::model::format::Format;
use crate::model::problem::Severity;
use crate::model::selection::{Selection, is_canonical};
use crate::model::time::{Timestamp, Zone};
use crate::model::url_encoding::encode_query;
use crate::publish::published_state::PublishedState;
use crate::publish::publisher::Publisher;
use crate::render::pages::templates::Templates;
use crate::serve::conditional::{self, Dates, Outcome};
use crate::serve::route::{self, resolve};
use crate::source::article_file::{ParseContext, encoding, json, markdown, newsroom};
use crate::store::{Store, decode_stored};
use crate::text::{Html, Markup, MarkupError, Text, clean};

/// A target: its name, which is also the folder of its corpus, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 10] = [
    ("newsroom", newsroom),
    ("markdown", markdown),
    ("json", json),
    ("html", html),
    ("request_target", request_target),
    ("selection", selection),
    ("conditional", conditional),
    ("feeds_toml", feeds_toml),
    ("manifest", manifest),
    ("stored_row", stored_row),
];

/// A file of the newsroom's text format.
pub fn newsroom(bytes: &[u8]) {
    article(bytes, |text, _| newsroom::parse(text));
}

/// A Markdown file with front matter.
pub fn markdown(bytes: &[u8]) {
    article(bytes, markdown::parse);
}

/// A JSON file.
pub fn json(bytes: &[u8]) {
    article(bytes, json::parse);
}

/// An article is refused, or it is one that every format can carry.
fn article(bytes: &[u8], parse: impl Fn(&str, &ParseContext<'_>) -> Result<Draft, Refusal>) {
    let accept = || {
        let text = encoding::decode(bytes, LegacyEncoding::Windows1251)?;
        let context = ParseContext::new(accept_settings(), None);
        let draft = parse(&text, &context)?;
        let key = draft.own_key()?.unwrap_or_else(|| "a".to_owned());
        draft.accept(key, accept_settings())
    };
    let first = accept();
    assert_eq!(first, accept(), "the same bytes give the same article");
    match first {
        Ok(accepted) => check_accepted(&accepted),
        Err(refusal) => assert!(!refusal.reason.is_empty() && !refusal.hint.is_empty()),
    }
}

fn check_accepted(accepted: &Accepted) {
    let Article {
        key,
        title,
        published,
        updated,
        sections,
        tags,
        authors,
        lead,
        body,
        enclosures,
        ..
    } = &accepted.article;
    assert!(!key.is_empty() && !title.is_empty());
    assert!(updated >= published);
    assert!(tags.len() <= TAGS_MAX && authors.len() <= AUTHORS_MAX);
    assert!(sections.len() <= SECTIONS_MAX);
    assert!(enclosures.len() <= ENCLOSURES_MAX);
    let terms = sections.iter().chain(tags).map(|term| &term.name);
    for text in [title, lead].into_iter().chain(terms) {
        assert_eq!(Text::new(text.as_str()), *text, "a text is clean");
    }
    assert_eq!(clean(body.as_str()), body.as_str(), "the body is clean");
}

/// Foreign HTML is refused, or what is left of it stays as it is when it is read again.
pub fn html(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    stays_as_it_is(&text, |markup| markup);
    stays_as_it_is(&text, Markup::with_bare_links);
}

fn stays_as_it_is(text: &str, prepare: impl Fn(Markup) -> Markup) {
    let base = Url::parse("https://dala.example/news/1/").ok();
    let sanitize = |html: &str| -> Result<Html, MarkupError> {
        let markup = prepare(Markup::read(html)?);
        let (html, _) = Html::from_markup(&markup, base.as_ref())?;
        Ok(html)
    };
    let Ok(safe) = sanitize(text) else { return };
    assert_eq!(
        clean(safe.as_str()),
        safe.as_str(),
        "XML allows every character"
    );
    let lower = safe.as_str().to_ascii_lowercase();
    for forbidden in ["<script", "<style", "<iframe", "<object", "<form", "<svg"] {
        assert!(!lower.contains(forbidden), "{forbidden} in {lower}");
    }
    // What was close to a limit may be beyond it once it is escaped.
    if let Ok(again) = sanitize(safe.as_str()) {
        assert_eq!(again, safe, "it stays as it is");
    }
}

/// A request target leads somewhere, and one redirect is enough.
pub fn request_target(bytes: &[u8]) {
    let Ok(target) = PathAndQuery::try_from(bytes) else {
        return;
    };
    let published = published();
    let route::Target::Redirect(location) = resolve(published, target.path(), target.query())
    else {
        return;
    };
    assert!(
        location.starts_with('/') && !location.starts_with("//"),
        "a path of this server: {location}"
    );
    let next: PathAndQuery = location.parse().expect("a location is a request target");
    let next = resolve(published, next.path(), next.query());
    assert!(
        !matches!(next, route::Target::Redirect(_)),
        "{location} redirects again: {next:?}"
    );
}

/// The query of a selection has one canonical form.
pub fn selection(bytes: &[u8]) {
    let Ok(query) = str::from_utf8(bytes) else {
        return;
    };
    let Ok(selection) = Selection::from_query(query) else {
        return;
    };
    let canonical = selection.to_string();
    assert_eq!(
        Selection::from_canonical(&canonical),
        Some(selection.clone())
    );
    let parameters = canonical.split('&').map(|parameter| {
        let (name, terms) = parameter.split_once('=').expect("a name and terms");
        format!("{name}={}", encode_query(terms))
    });
    let encoded = Vec::from_iter(parameters).join("&");
    assert!(is_canonical(&encoded, &selection), "{encoded}");
    assert_eq!(Selection::from_query(&encoded), Ok(selection));
}

/// A client that has the current version gets a 304 whatever else it asks, unless a precondition fails.
pub fn conditional(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let mut headers: HeaderMap = lines
        .filter_map(|(name, value)| {
            Some((name.parse::<HeaderName>().ok()?, value.trim().parse().ok()?))
        })
        .collect();
    let version = &published().snapshot.feeds["all"];
    let tag = ETag::new(version.digest, Format::Rss).to_string();
    let dates = || Some(Dates::new(version, version.last_modified.plus(1_000)));
    let before = conditional::evaluate(&headers, &tag, dates());
    let own = format!("\"{tag}\"").parse().expect("a header value");
    headers.append(IF_NONE_MATCH, own);
    let expected = match before {
        Outcome::PreconditionFailed => Outcome::PreconditionFailed,
        Outcome::NotModified | Outcome::Send => Outcome::NotModified,
    };
    assert_eq!(conditional::evaluate(&headers, &tag, dates()), expected);
}

/// A feeds.toml is refused with problems that have a place in it, or it is a configuration.
pub fn feeds_toml(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let environment = |name: &str| (name == "SECRET").then(|| "hush-hush".to_owned());
    let Err(problems) = Config::parse(text, "feeds.toml", "/".as_ref(), &environment) else {
        return;
    };
    assert!(
        problems
            .iter()
            .any(|problem| problem.severity == Severity::Error),
        "a refusal has an error"
    );
    let lines = text.split('\n').count() as u32;
    for problem in problems {
        assert!(!problem.message.is_empty());
        assert!(problem.line.is_none_or(|line| (1..=lines).contains(&line)));
        assert!(!problem.to_string().contains("hush-hush"), "{problem}");
    }
}

/// A manifest is refused, or it is written as it was read, and no file leaves the folder.
pub fn manifest(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let Ok(manifest) = Manifest::parse(text) else {
        return;
    };
    for path in manifest.files.keys() {
        let leaves = path.starts_with('/') || path.split('/').any(|name| name == "..");
        assert!(!leaves, "{path}");
    }
    assert_eq!(Manifest::parse(&manifest.to_string()), Ok(manifest));
}

/// Bytes of a damaged state folder are refused, or they are a row.
pub fn stored_row(bytes: &[u8]) {
    decode_stored(bytes);
}

fn accept_settings() -> &'static AcceptSettings {
    static SETTINGS: OnceLock<AcceptSettings> = OnceLock::new();
    SETTINGS.get_or_init(|| AcceptSettings {
        link: Some("https://dala.example/{year}/{key}/".into()),
        ..AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/")
    })
}

/// A publication without articles, whose addresses are those of feeds.toml.
fn published() -> &'static PublishedState {
    const FEEDS: &str = "\
[site]
title = 'Дала'
url = 'https://dala.example/'
id-authority = 'dala.example'
id-year = 2026
[server]
public-url = 'https://dala.example/ленты/'
[source.directory]
[auto.sections]
[auto.tags]
[auto.authors]
[[feed]]
name = 'parliament/a'
title = 'Парламент'
any = ['#мажилис', '#сенат']
[same]
'#мажилис' = ['#мәжіліс']
[[redirect]]
from = '/rss.xml'
to = '/all.rss'
[[redirect]]
from = '/old'
to = '/rss.xml'
[[redirect]]
from = '/gone?x=1'
to = ''
[[redirect]]
from = '/tag/{tag}/feed'
to = '/tags/{tag}.rss'
[[redirect]]
from = '/{any}/{all}.xml'
to = '/select.rss?any={any}&all={all}'
[[redirect]]
from = '/to/{feed}'
to = '/{feed}'
";
    static PUBLISHED: OnceLock<Arc<PublishedState>> = OnceLock::new();
    PUBLISHED.get_or_init(|| {
        let loaded = Config::parse(FEEDS, "feeds.toml", "/".as_ref(), &|_| None);
        let config = Arc::new(loaded.expect("a configuration").config);
        let store = Store::scratch().expect("a store");
        let now = Timestamp(1_767_225_600);
        let publisher = Publisher::new(config, Templates::built_in(), store, now);
        let publisher = publisher.expect("a publisher");
        publisher.publish(now);
        publisher.handle().published().expect("a published state")
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::panic::catch_unwind;
    use std::path::Path;

    use percent_encoding::{CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Pieces of addresses in any order, each encoded up to three times.
        #[test]
        fn one_redirect_is_enough(
            pieces in prop::collection::vec((prop::sample::select(PIECES), 0..3_usize), 1..7),
        ) {
            let encode = |text: String| utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string();
            let pieces = pieces.into_iter().map(|(piece, times)| {
                (0..times).fold(piece.to_owned(), |text, _| encode(text))
            });
            let target = format!("/{}", Vec::from_iter(pieces).concat());
            let target = utf8_percent_encode(&target, CONTROLS).to_string();
            request_target(target.as_bytes());
        }
    }

    const PIECES: &[&str] = &[
        "/",
        "/",
        "//",
        "tag/",
        "tags/",
        "feed",
        "/feed/",
        "мажилис",
        "МӘЖІЛІС",
        "сенат",
        "all",
        ".rss",
        ".atom",
        ".xml",
        "to/",
        "rss",
        "select.rss",
        "?any=",
        "&all=",
        ",",
        "%",
        "articles/",
        "parliament/a",
        "ленты/",
        "atom.xml",
        "?",
        "gone?x=1",
        "&page=1",
        "..",
    ];

    #[test]
    fn every_target_holds_over_its_corpus() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
        for (name, target) in TARGETS {
            let files =
                fs::read_dir(corpus.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
            let mut count = 0;
            for file in files {
                let path = file.expect("a file").path();
                let bytes = fs::read(&path).expect("its bytes");
                let held = catch_unwind(|| target(&bytes));
                assert!(held.is_ok(), "{}", path.display());
                count += 1;
            }
            assert!(count > 0, "{name} has a corpus");
        }
        let folders = fs::read_dir(&corpus).expect("the corpus").count();
        assert_eq!(folders, TARGETS.len(), "every folder has a target");
    }
}
