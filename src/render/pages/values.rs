//! The values of templates. Their names are a public interface for publishers.
//!
//! Texts are not escaped here, since templates escape all but [`safe`] HTML. Every address is an
//! [`Href`], so that no attribute has an address that runs a script.

mod article;
mod build;
mod error;
mod feed;
mod list;
mod pace;
mod selection_sentence;
mod subscribe;
mod teaser;
mod terms;

use chrono::{DateTime, FixedOffset};
use minijinja::Value;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use serde::Serialize;

pub(super) use self::article::ArticlePage;
pub(super) use self::build::BuildPage;
pub(super) use self::error::ErrorPageValues;
pub(super) use self::feed::FeedPage;
pub(super) use self::list::{CataloguePage, FeedRow};
use self::subscribe::in_letters;
pub(super) use self::terms::TermsPage;
use super::words::Words;
use super::{Frame, Locale};
use crate::feed::document::{Address, Channel};
use crate::model::format::Format;
use crate::model::term::TermKind;
use crate::render::pages::build_query::BUILD;
use crate::render::pages::frame::{Host, RelatedFeed};
use crate::text::Html;

/// The unreserved characters of RFC 3986 stay raw in query values, mail addresses and names of assets.
pub(super) const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// An address that a link may lead to: `http`, `https`, `mailto`, `feed`, or a path of this server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Href(String);

impl Href {
    pub(super) fn new(address: &str) -> Option<Href> {
        let path = address.starts_with('/') && !address.starts_with("//");
        // Browsers remove these characters, so they could hide a scheme.
        let plain = !address.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\');
        let known = path
            || ["https://", "http://", "mailto:"]
                .iter()
                .any(|scheme| has_scheme(address, scheme));
        (plain && known).then(|| Href(address.to_owned()))
    }

    /// An `http` or `https` address, such as a picture's.
    pub(super) fn web(address: &str) -> Option<Href> {
        Href::new(address)
            .filter(|href| !href.0.starts_with('/') && !has_scheme(&href.0, "mailto:"))
    }

    /// The `feed:` address of an `http` or `https` address, which feed readers open. It has no scheme
    /// inside, since checkers of HTML take that for a mistake; the script of the page adds it.
    fn feed(address: &str) -> Option<Href> {
        let href = Href::web(address)?;
        let (_, rest) = href.0.split_once("://")?;
        Some(Href(format!("feed://{rest}")))
    }

    /// The address with another query parameter.
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
    /// The language of `description`, if it differs from the page's.
    description_lang: Option<&'a str>,
    /// The language of `title`, if it differs from the page's.
    lang: Option<&'a str>,
    copyright: Option<&'a str>,
    icon: Option<Href>,
}

impl<'a> SiteValue<'a> {
    pub(super) fn new(frame: &Frame<'a>) -> SiteValue<'a> {
        let (site, locale) = (frame.site, frame.locale.tag());
        let is_titled = site.translations.title(locale).is_some();
        let is_described = site.translations.description(locale).is_some();
        let own_language = other_language(frame.locale, &site.language);
        SiteValue {
            title: frame.site_title(),
            url: Href::web(&site.url),
            description: frame.site_description(),
            description_lang: own_language.filter(|_| !is_described),
            lang: own_language.filter(|_| !is_titled),
            copyright: site.copyright.as_deref(),
            icon: site.icon.as_deref().and_then(Href::web),
        }
    }
}

/// `page`: the values of the layout around the content.
#[derive(Debug, Serialize)]
pub(super) struct PageValue {
    /// The language of the page's texts.
    language: &'static str,
    title: String,
    description: Option<String>,
    canonical: Option<Href>,
    /// Whether search engines are asked not to show it. Exported files have no header that says so.
    noindex: bool,
    home: Option<Href>,
    opml: Option<Href>,
    /// The `lang` of links, if the page's language is not the publication's. Forms carry it as a field.
    lang: Option<&'static str>,
    /// The page where readers combine terms; none where no program answers it.
    build: Option<Href>,
    languages: Vec<LanguageValue>,
    /// Feeds for the discovery by readers.
    alternates: Vec<AlternateValue>,
    previous: Option<Href>,
    next: Option<Href>,
}

impl PageValue {
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
            noindex: false,
            home: page(frame, ""),
            opml: opml(frame),
            lang: lang_parameter(frame),
            build: build_page(frame, ""),
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

/// A `<link rel="alternate">` to a feed.
#[derive(Debug, Serialize)]
pub(super) struct AlternateValue {
    media_type: &'static str,
    title: String,
    url: Option<Href>,
}

impl AlternateValue {
    /// One link for each format of a feed, with distinct titles.
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

/// An instant, for people and for programs.
#[derive(Debug, Serialize)]
pub(super) struct WhenValue {
    iso: String,
    /// The date in the page's language.
    date: String,
    /// Hours and minutes; none at midnight, which stands for a date without time.
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
    /// The absolute address, for readers.
    address: Option<Href>,
    /// The same address in people's letters.
    letters: String,
    /// The path on this server.
    url: Option<Href>,
    /// The path that shows the document in browsers too.
    raw: Option<Href>,
}

impl FormatValue {
    pub(super) fn each(frame: &Frame<'_>, address: &Address, formats: &[Format]) -> Vec<Self> {
        let value = |&format: &Format| {
            let address = address.url(format);
            let url = local_path(frame, &address);
            FormatValue {
                name: format.title(),
                media_type: format.media_type(),
                raw: url.clone().map(|url| url.with("raw")),
                letters: in_letters(&address),
                address: Href::web(&address),
                url,
            }
        };
        formats.iter().map(value).collect()
    }
}

/// A feed of a section, tag or author that a page links to.
#[derive(Debug, Serialize)]
pub(super) struct RelatedValue {
    /// `section`, `tag` or `author`.
    kind: &'static str,
    /// `kind` in the page's language.
    kind_name: &'static str,
    name: String,
    url: Option<Href>,
    formats: Vec<FormatValue>,
}

impl RelatedValue {
    pub(super) fn each<'a>(frame: &Frame<'a>, related: &'a [RelatedFeed]) -> Vec<RelatedValue> {
        let value = |related: &'a RelatedFeed| RelatedValue {
            kind: related.kind.prefix(),
            kind_name: kind_name(frame.locale, related.kind),
            name: related_name(frame, related).to_owned(),
            url: feed_page(frame, &related.address),
            formats: FormatValue::each(frame, &related.address, &related.formats),
        };
        related.iter().map(value).collect()
    }
}

/// The name of a related feed's term in the page's language.
fn related_name<'a>(frame: &Frame<'a>, related: &'a RelatedFeed) -> &'a str {
    let (label, slug) = (related.label.as_str(), related.slug.as_deref());
    frame.name_of(related.kind, label, slug)
}

/// The name of a kind of terms, in the singular.
fn kind_name(locale: Locale, kind: TermKind) -> &'static str {
    let words = Words::of(locale);
    match kind {
        TermKind::Section => words.section,
        TermKind::Author => words.author,
        TermKind::Tag => words.tag,
        TermKind::Lang => words.languages,
    }
}

/// The name of a kind of terms, in the plural.
fn list_name(locale: Locale, kind: TermKind) -> &'static str {
    let words = Words::of(locale);
    match kind {
        TermKind::Section => words.sections,
        TermKind::Author => words.authors,
        TermKind::Tag => words.tags,
        TermKind::Lang => words.languages,
    }
}

/// The list of all terms of a kind.
fn list_page(frame: &Frame<'_>, kind: TermKind) -> Option<Href> {
    page(frame, kind.folder())
}

/// A page of this server in the language that the reader chose.
fn page(frame: &Frame<'_>, path: &str) -> Option<Href> {
    let page = Href::new(&format!("{}{path}", frame.root));
    match lang_parameter(frame) {
        Some(lang) => page.map(|page| page.with(&format!("lang={lang}"))),
        None => page,
    }
}

fn lang_parameter(frame: &Frame<'_>) -> Option<&'static str> {
    let is_usual = frame.locale == Locale::of_site(&frame.site.language);
    (frame.is_chosen || !is_usual).then(|| frame.locale.tag())
}

/// The page where readers combine terms, with these terms.
fn build_page(frame: &Frame<'_>, query: &str) -> Option<Href> {
    match (frame.host, query) {
        (Host::Static, _) => None,
        (Host::Taspa, "") => page(frame, BUILD),
        (Host::Taspa, _) => page(frame, &format!("{BUILD}?{query}")),
    }
}

/// The list of all feeds; among exported files only that of the first page's feeds.
fn opml(frame: &Frame<'_>) -> Option<Href> {
    let list = Href::new(&format!("{}feeds.opml", frame.root));
    match frame.host {
        Host::Taspa => list.map(|list| list.with("all")),
        Host::Static => list,
    }
}

fn feed_page(frame: &Frame<'_>, address: &Address) -> Option<Href> {
    let address = address.page();
    match address.strip_prefix(frame.base) {
        Some(path) => page(frame, path),
        None => Href::web(&address),
    }
}

/// The page of an article, here or on another site.
fn article_page(frame: &Frame<'_>, link: &str) -> Option<Href> {
    let own = link.strip_prefix(frame.base);
    match own.filter(|path| path.starts_with("articles/")) {
        Some(path) => page(frame, path),
        None => Href::web(link),
    }
}

/// An absolute address, as a path if it is on this server.
fn local_path(frame: &Frame<'_>, address: &str) -> Option<Href> {
    match address.strip_prefix(frame.base) {
        Some(path) => Href::new(&format!("{}{path}", frame.root)),
        None => Href::web(address),
    }
}

/// The language, if it differs from the page's.
fn other_language(locale: Locale, language: &str) -> Option<&str> {
    (!language.eq_ignore_ascii_case(locale.tag())).then_some(language)
}

/// A title with the publication's name, for tabs and lists of subscriptions.
fn with_site(frame: &Frame<'_>, title: &str) -> String {
    let (site, usual) = (frame.site_title(), &frame.site.title);
    if title.contains(site) {
        return title.to_owned();
    }
    match without_site(frame, title) {
        name if name == title && title == usual => site.to_owned(),
        name => format!("{name} — {site}"),
    }
}

/// The title of a feed in the page's language, if it has one, else its usual title.
fn feed_title<'a>(frame: &Frame<'_>, channel: &'a Channel) -> &'a str {
    let translated = channel.translations.title(frame.locale.tag());
    translated.unwrap_or(channel.title.as_str())
}

/// A title without the publication's name, which every page shows at its top.
fn without_site<'t>(frame: &Frame<'_>, title: &'t str) -> &'t str {
    let usual = || title.strip_suffix(frame.site.title.as_str());
    let name = title.strip_suffix(frame.site_title()).or_else(usual);
    let name = name.and_then(|name| name.trim_end().strip_suffix(['—', '–', '-', '|', '·']));
    match name.map(str::trim_end) {
        Some(name) if !name.is_empty() => name,
        _ => title,
    }
}

/// HTML that templates do not escape: articles are sanitized when they are accepted.
fn safe(html: &Html) -> Value {
    Value::from_safe_string(html.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_run_scripts_are_no_links() {
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
        let feed = Href::feed("https://x.example/a.rss").map(|href| href.0);
        assert_eq!(feed.as_deref(), Some("feed://x.example/a.rss"));
        assert!(Href::feed("javascript:alert(1)").is_none() && Href::feed("/a").is_none());
        assert!(Href::web("/a").is_none() && Href::web("mailto:a@x.example").is_none());
    }
}
