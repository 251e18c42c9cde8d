//! What templates are given: plain values under names that publishers may rely on.
//!
//! Every text is unescaped here and escaped by the template, except [`safe`] HTML. Every address is
//! an [`Href`], so that none which runs a script can reach an attribute.

mod article;
mod feed;
mod list;

use chrono::{DateTime, FixedOffset};
use minijinja::Value;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use serde::Serialize;

pub(super) use self::article::ArticlePage;
pub(super) use self::feed::FeedPage;
pub(super) use self::list::{CataloguePage, FeedRow, TermsPage};
use super::words::Words;
use super::{Frame, Locale};
use crate::feed::document::{Address, Channel};
use crate::model::format::Format;
use crate::model::term::TermKind;
use crate::render::pages::frame::RelatedFeed;
use crate::text::Html;

/// The unreserved characters of RFC 3986 stay raw in query values, mail addresses and names of assets.
pub(super) const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// An address that a link may lead to: `http`, `https`, `mailto`, or a path of this server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Href(String);

impl Href {
    pub(super) fn new(address: &str) -> Option<Href> {
        let path = address.starts_with('/') && !address.starts_with("//");
        // What browsers remove from an address must not be what hides its scheme.
        let plain = !address.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\');
        let known = path
            || ["https://", "http://", "mailto:"]
                .iter()
                .any(|scheme| has_scheme(address, scheme));
        (plain && known).then(|| Href(address.to_owned()))
    }

    /// An address on the web, such as a picture's.
    pub(super) fn web(address: &str) -> Option<Href> {
        Href::new(address)
            .filter(|href| !href.0.starts_with('/') && !has_scheme(&href.0, "mailto:"))
    }

    /// The same address with a parameter more.
    fn with(self, parameter: &str) -> Href {
        let separator = if self.0.contains('?') { '&' } else { '?' };
        Href(format!("{}{separator}{parameter}", self.0))
    }
}

fn has_scheme(address: &str, scheme: &str) -> bool {
    let start = address.get(..scheme.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

/// `site`: the publication.
#[derive(Debug, Serialize)]
pub(super) struct SiteValue<'a> {
    title: &'a str,
    url: Option<Href>,
    description: Option<&'a str>,
    /// Its language, where the page speaks another one.
    lang: Option<&'a str>,
    copyright: Option<&'a str>,
    icon: Option<Href>,
}

impl<'a> SiteValue<'a> {
    pub(super) fn new(frame: &Frame<'a>) -> SiteValue<'a> {
        let site = frame.site;
        SiteValue {
            title: &site.title,
            url: Href::web(&site.url),
            description: site.description.as_deref(),
            lang: other(frame.locale, &site.language),
            copyright: site.copyright.as_deref(),
            icon: site.icon.as_deref().and_then(Href::web),
        }
    }
}

/// `page`: what the frame around the content needs to know of it.
#[derive(Debug, Serialize)]
pub(super) struct PageValue {
    /// The language of the page's own words.
    language: &'static str,
    title: String,
    description: Option<String>,
    canonical: Option<Href>,
    home: Option<Href>,
    opml: Option<Href>,
    languages: Vec<LanguageValue>,
    /// Feeds that readers may discover here.
    alternates: Vec<AlternateValue>,
    previous: Option<Href>,
    next: Option<Href>,
}

impl PageValue {
    /// The frame of a page that is called `title`.
    pub(super) fn new(frame: &Frame<'_>, title: &str) -> PageValue {
        let languages = Locale::ALL.into_iter().map(|locale| LanguageValue {
            tag: locale.tag(),
            name: locale.name(),
            url: Href::new(&format!("{}{}", frame.root, frame.path))
                .map(|page| page.with(&format!("lang={}", locale.tag()))),
            current: locale == frame.locale,
        });
        PageValue {
            language: frame.locale.tag(),
            title: with_site(frame, title),
            description: None,
            canonical: Href::web(&format!("{}{}", frame.base, frame.path)),
            home: page(frame, ""),
            opml: Href::new(&format!("{}feeds.opml", frame.root)),
            languages: languages.collect(),
            alternates: Vec::new(),
            previous: None,
            next: None,
        }
    }
}

#[derive(Debug, Serialize)]
struct LanguageValue {
    tag: &'static str,
    name: &'static str,
    url: Option<Href>,
    current: bool,
}

/// A feed as `<link rel="alternate">` announces it.
#[derive(Debug, Serialize)]
pub(super) struct AlternateValue {
    media_type: &'static str,
    title: String,
    url: Option<Href>,
}

impl AlternateValue {
    /// One for each format of a feed, its title distinct.
    pub(super) fn each(frame: &Frame<'_>, channel: &Channel) -> Vec<AlternateValue> {
        let title = with_site(frame, channel.title.as_str());
        let formats = channel.formats.iter();
        formats
            .map(|&format| {
                let title = format!("{title} ({})", format.title());
                AlternateValue::new(title, &channel.address, format)
            })
            .collect()
    }

    pub(super) fn new(title: String, address: &Address, format: Format) -> AlternateValue {
        AlternateValue {
            media_type: format.media_type(),
            title,
            url: Href::web(&address.url(format)),
        }
    }
}

/// An instant as people and machines write it.
#[derive(Debug, Serialize)]
pub(super) struct WhenValue {
    iso: String,
    /// The day, in words.
    date: String,
    /// Hours and minutes; none at midnight, which is a date without time.
    time: Option<String>,
}

impl WhenValue {
    pub(super) fn new(locale: Locale, at: DateTime<FixedOffset>) -> WhenValue {
        let time = at.format("%H:%M").to_string();
        WhenValue {
            iso: at.to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
            date: locale.date(at),
            time: (time != "00:00").then_some(time),
        }
    }
}

/// A format of a feed.
#[derive(Debug, Serialize)]
pub(super) struct FormatValue {
    name: &'static str,
    media_type: &'static str,
    /// Absolute: what a reader is given.
    address: Option<Href>,
    /// The document from this server.
    url: Option<Href>,
    /// The document from this server, in a browser too.
    raw: Option<Href>,
}

impl FormatValue {
    pub(super) fn each(frame: &Frame<'_>, address: &Address, formats: &[Format]) -> Vec<Self> {
        let value = |&format: &Format| {
            let address = address.url(format);
            let url = here(frame, &address);
            FormatValue {
                name: format.title(),
                media_type: format.media_type(),
                raw: url.clone().map(|url| url.with("raw")),
                address: Href::web(&address),
                url,
            }
        };
        formats.iter().map(value).collect()
    }
}

/// A feed of a section, tag or author that a page leads to.
#[derive(Debug, Serialize)]
pub(super) struct RelatedValue {
    /// `section`, `tag` or `author`.
    kind: &'static str,
    /// The same in the page's language.
    kind_name: &'static str,
    name: String,
    url: Option<Href>,
    formats: Vec<FormatValue>,
}

impl RelatedValue {
    pub(super) fn each(frame: &Frame<'_>, related: &[RelatedFeed]) -> Vec<RelatedValue> {
        let value = |related: &RelatedFeed| RelatedValue {
            kind: related.kind.prefix(),
            kind_name: kind_name(frame.locale, related.kind),
            name: related.label.to_string(),
            url: feed_page(frame, &related.address),
            formats: FormatValue::each(frame, &related.address, &related.formats),
        };
        related.iter().map(value).collect()
    }
}

/// What a term of this kind is called.
fn kind_name(locale: Locale, kind: TermKind) -> &'static str {
    let words = Words::of(locale);
    match kind {
        TermKind::Section => words.section,
        TermKind::Author => words.author,
        TermKind::Tag => words.tag,
        TermKind::Lang => words.languages,
    }
}

/// The heading of a list of terms, and its page.
fn list_name(locale: Locale, kind: TermKind) -> &'static str {
    let words = Words::of(locale);
    match kind {
        TermKind::Section => words.sections,
        TermKind::Author => words.authors,
        TermKind::Tag => words.tags,
        TermKind::Lang => words.languages,
    }
}

/// The page of a list of terms; the first has no number.
fn list_page(frame: &Frame<'_>, kind: TermKind, number: usize) -> Option<Href> {
    match number {
        1 => page(frame, kind.folder()),
        _ => page(frame, &format!("{}?page={number}", kind.folder())),
    }
}

/// A page of this server, in the language that the reader chose, so that a choice lasts.
fn page(frame: &Frame<'_>, path: &str) -> Option<Href> {
    let page = Href::new(&format!("{}{path}", frame.root));
    if frame.locale == Locale::of_site(&frame.site.language) {
        page
    } else {
        page.map(|page| page.with(&format!("lang={}", frame.locale.tag())))
    }
}

/// The page of a feed.
fn feed_page(frame: &Frame<'_>, address: &Address) -> Option<Href> {
    let address = address.page();
    match address.strip_prefix(frame.base) {
        Some(path) => page(frame, path),
        None => Href::web(&address),
    }
}

/// The page of an article, wherever it is.
fn article_page(frame: &Frame<'_>, link: &str) -> Option<Href> {
    let own = link.strip_prefix(frame.base);
    match own.filter(|path| path.starts_with("articles/")) {
        Some(path) => page(frame, path),
        None => Href::web(link),
    }
}

/// An absolute address as a path, where it is on this server.
fn here(frame: &Frame<'_>, address: &str) -> Option<Href> {
    match address.strip_prefix(frame.base) {
        Some(path) => Href::new(&format!("{}{path}", frame.root)),
        None => Href::web(address),
    }
}

/// The language, where it is not the page's own.
fn other(locale: Locale, language: &str) -> Option<&str> {
    (!language.eq_ignore_ascii_case(locale.tag())).then_some(language)
}

/// A title as it stands alone, in a tab or a list of subscriptions.
fn with_site(frame: &Frame<'_>, title: &str) -> String {
    let site = &frame.site.title;
    if title.contains(site) {
        title.to_owned()
    } else {
        format!("{title} — {site}")
    }
}

/// A title without the publication's name, which stands at the top of every page.
fn without_site<'t>(frame: &Frame<'_>, title: &'t str) -> &'t str {
    let name = title.strip_suffix(frame.site.title.as_str());
    let name = name.and_then(|name| name.trim_end().strip_suffix(['—', '–', '-', '|', '·']));
    match name.map(str::trim_end) {
        Some(name) if !name.is_empty() => name,
        _ => title,
    }
}

/// HTML that templates must not escape: articles are sanitized when they are accepted.
fn safe(html: &Html) -> Value {
    Value::from_safe_string(html.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_run_nothing_become_links() {
        for good in [
            "https://x.example/",
            "HTTP://x.example/",
            "mailto:a@x.example",
            "/tags/a",
            "/",
        ] {
            assert!(Href::new(good).is_some(), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "//x.example/",
            "/\\x.example/",
            "/\t/x.example/",
            "tags/a",
            "",
        ] {
            assert!(Href::new(bad).is_none(), "{bad}");
        }
        assert!(Href::web("/a").is_none() && Href::web("mailto:a@x.example").is_none());
    }
}
