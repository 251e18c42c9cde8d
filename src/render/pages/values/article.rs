//! The values of `article.html`.

use minijinja::Value;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::teaser::AuthorValue;
use super::{
    AlternateValue, Href, PageValue, RelatedValue, WhenValue, feed_page, kind_name, other_language,
    related_name, safe,
};
use crate::feed::document::{Category, Channel, Entry};
use crate::model::article::Media;
use crate::model::term::{Term, TermKind};
use crate::render::pages::frame::{Frame, RelatedFeed};
use crate::render::pages::locale::Locale;
use crate::text::{Html, Text};

/// The values of `article.html`.
#[derive(Debug, Serialize)]
pub(in crate::render::pages) struct ArticlePage<'a> {
    page: PageValue,
    article: ArticleValue<'a>,
    related: Vec<RelatedValue>,
}

impl<'a> ArticlePage<'a> {
    pub(in crate::render::pages) fn new(
        frame: &Frame<'a>,
        entry: &'a Entry,
        all: &Channel,
        related: &[RelatedFeed],
        is_in_search: bool,
    ) -> ArticlePage<'a> {
        ArticlePage {
            page: PageValue {
                canonical: Href::web(&entry.link),
                noindex: !is_in_search,
                description: entry.lead().map(Text::to_string),
                alternates: alternates(frame, all, related),
                ..PageValue::new(frame, entry.title.as_str())
            },
            article: ArticleValue::new(frame, entry, related),
            related: RelatedValue::each(frame, related),
        }
    }
}

/// One link for each feed, in its first format, since readers show a choice of all of them.
fn alternates(frame: &Frame<'_>, all: &Channel, related: &[RelatedFeed]) -> Vec<AlternateValue> {
    let of_terms = related.iter().filter_map(|related| {
        let (kind, name) = (
            kind_name(frame.locale, related.kind),
            related_name(frame, related),
        );
        let title = format!("{kind}: {name} — {}", frame.site_title());
        let &format = related.formats.first()?;
        Some(AlternateValue::new(title, &related.address, format))
    });
    let of_all = AlternateValue::each(frame, all).into_iter().take(1);
    of_terms.chain(of_all).collect()
}

#[derive(Debug, Serialize)]
struct ArticleValue<'a> {
    title: &'a str,
    /// BCP 47.
    language: &'a str,
    /// The language, if it differs from the page's.
    lang: Option<&'a str>,
    /// The language with a country, which Open Graph requires.
    og_locale: Option<String>,
    published: WhenValue,
    /// The last correction, if there was one.
    corrected: Option<WhenValue>,
    authors: Vec<AuthorValue<'a>>,
    /// The lead, unless the body contains it.
    lead: Option<&'a str>,
    /// Sanitized HTML.
    body: Option<Value>,
    /// The picture for previews on other sites.
    preview: Option<Href>,
    /// The picture above the text, unless the body contains it.
    image: Option<ImageValue<'a>>,
    files: Vec<FileValue<'a>>,
    /// The main section.
    section: Option<TermValue<'a>>,
    /// All sections, the main one first.
    sections: Vec<TermValue<'a>>,
    tags: Vec<TermValue<'a>>,
}

impl<'a> ArticleValue<'a> {
    fn new(frame: &Frame<'a>, entry: &'a Entry, related: &[RelatedFeed]) -> ArticleValue<'a> {
        let locale = frame.locale;
        let term = |category: &'a Category, kind| TermValue::new(frame, kind, category, related);
        let of_kind = |kind: TermKind| {
            let scheme = format!("{}{}/", frame.base, kind.folder());
            entry
                .categories
                .iter()
                .filter(move |category| category.scheme == scheme)
                .map(move |category| term(category, kind))
        };
        let is_new_lead =
            |lead: &&Text| !entry.body().is_some_and(|body| contains_lead(body, lead));
        let is_new_image = |image: &&Media| {
            !entry
                .body()
                .is_some_and(|body| contains_image(body, &image.url))
        };
        let image = entry.image.as_ref();
        let authors = entry.authors.iter().map(|author| {
            let (name, slug) = (author.name.as_str(), author.slug.as_deref());
            let feed = find(related, TermKind::Author, name, slug);
            AuthorValue::new(
                author,
                feed.and_then(|feed| feed_page(frame, &feed.address)),
            )
        });
        ArticleValue {
            title: entry.title.as_str(),
            language: &entry.language,
            lang: other_language(locale, &entry.language),
            og_locale: og_locale(&entry.language),
            published: WhenValue::new(locale, entry.published),
            corrected: entry.corrected().map(|at| WhenValue::new(locale, at)),
            authors: authors.collect(),
            lead: entry.lead().filter(is_new_lead).map(|lead| lead.as_str()),
            body: entry.body().map(safe),
            preview: image.and_then(|image| Href::web(&image.url)),
            image: image.filter(is_new_image).and_then(ImageValue::new),
            files: entry
                .enclosures
                .iter()
                .filter_map(|media| FileValue::new(locale, media))
                .collect(),
            section: of_kind(TermKind::Section).next(),
            sections: of_kind(TermKind::Section).collect(),
            tags: of_kind(TermKind::Tag).collect(),
        }
    }
}

/// `ru_RU` for `ru`, `kk_KZ` for `kk-KZ`; for other languages only with a country.
fn og_locale(language: &str) -> Option<String> {
    let mut parts = language.split('-');
    let primary = parts.next()?.to_ascii_lowercase();
    let is_country = |part: &&str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_alphabetic());
    let country = parts.find(is_country).map(str::to_ascii_uppercase);
    let usual = || match Locale::from_tag(&primary)? {
        Locale::Ru => Some("RU".to_owned()),
        Locale::Kk => Some("KZ".to_owned()),
        Locale::En => Some("US".to_owned()),
    };
    Some(format!("{primary}_{}", country.or_else(usual)?))
}

/// Whether the text of `body` contains the lead, mostly as its first paragraph.
fn contains_lead(body: &Html, lead: &Text) -> bool {
    let lead = lead.as_str().trim_end_matches('…');
    html_letters(body.as_str()).contains(&letters(lead))
}

/// The letters in the text of sanitized HTML.
fn html_letters(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(tag) = rest.find('<') {
        text.push_str(&rest[..tag]);
        // Attributes of sanitized HTML contain no raw `>`.
        let end = rest[tag..]
            .find('>')
            .map_or(rest.len(), |end| tag + end + 1);
        rest = &rest[end..];
    }
    text.push_str(rest);
    let text = ["&nbsp;", "&lt;", "&gt;", "&quot;", "&amp;"]
        .iter()
        .fold(text, |text, reference| text.replace(reference, ""));
    letters(&text)
}

/// The text without spaces, signs and numbers: a lead has no marks of footnotes, and writes exponents
/// otherwise.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphabetic()).collect()
}

/// Whether the body contains the picture at this address.
fn contains_image(body: &Html, url: &str) -> bool {
    let written = url.replace('&', "&amp;").replace('"', "&quot;");
    body.as_str().contains(&format!("src=\"{written}\""))
}

#[derive(Debug, Serialize)]
struct ImageValue<'a> {
    url: Href,
    alt: &'a str,
    credit: Option<&'a str>,
    width: Option<u32>,
    height: Option<u32>,
}

impl<'a> ImageValue<'a> {
    fn new(media: &'a Media) -> Option<ImageValue<'a>> {
        Some(ImageValue {
            url: Href::web(&media.url)?,
            alt: media.alt.as_deref().unwrap_or_default(),
            credit: media.credit.as_deref(),
            width: media.width,
            height: media.height,
        })
    }
}

/// A file that comes with the article.
#[derive(Debug, Serialize)]
struct FileValue<'a> {
    /// `audio`, `video` or `file`.
    kind: &'static str,
    url: Href,
    /// Its description, else its file name.
    name: String,
    credit: Option<&'a str>,
    media_type: Option<&'a str>,
    /// Its size with a unit.
    size: Option<String>,
}

impl<'a> FileValue<'a> {
    fn new(locale: Locale, media: &'a Media) -> Option<FileValue<'a>> {
        let media_type = media.media_type.as_deref();
        let is = |kind: &str| media_type.is_some_and(|media_type| media_type.starts_with(kind));
        let name = media.alt.clone().unwrap_or_else(|| file_name(&media.url));
        Some(FileValue {
            kind: match () {
                () if is("audio/") => "audio",
                () if is("video/") => "video",
                () => "file",
            },
            url: Href::web(&media.url)?,
            name,
            credit: media.credit.as_deref(),
            media_type,
            size: media.length.map(|bytes| locale.size(bytes)),
        })
    }
}

fn file_name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let name = path.rsplit('/').next().filter(|name| !name.is_empty());
    let decoded = percent_decode_str(name.unwrap_or(path)).decode_utf8_lossy();
    Text::new(&decoded).into_string()
}

/// A section or tag, and the page of its feed, if any.
#[derive(Debug, Serialize)]
struct TermValue<'a> {
    name: &'a str,
    url: Option<Href>,
}

impl<'a> TermValue<'a> {
    fn new(
        frame: &Frame<'a>,
        kind: TermKind,
        category: &'a Category,
        related: &[RelatedFeed],
    ) -> Self {
        let name = category.label.as_str();
        let slug = category.slug.as_deref();
        let feed = find(related, kind, name, slug);
        TermValue {
            name: frame.name_of(kind, name, slug),
            url: feed.and_then(|feed| feed_page(frame, &feed.address)),
        }
    }
}

/// The feed of a term, in any spelling.
fn find<'r>(
    related: &'r [RelatedFeed],
    kind: TermKind,
    label: &str,
    slug: Option<&str>,
) -> Option<&'r RelatedFeed> {
    let term = Term::named(kind, label, slug)?;
    related.iter().find(|feed| feed.is_of(&term))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_inside_the_body_is_found() {
        let body = Html::from_paragraphs([
            "Сенат «принял»[1] закон — о <бюджете>\u{a0}и & пр.",
            "Далее 106.",
        ]);
        for (lead, expected) in [
            ("Сенат «принял» закон — о <бюджете> и & пр.", true),
            ("Сенат «принял»…", true),
            ("Коротко о главном.", false),
            ("Далее 10^6.", true),
        ] {
            assert_eq!(contains_lead(&body, &Text::new(lead)), expected, "{lead}");
        }
    }

    #[test]
    fn open_graph_locales_have_a_country() {
        for (language, expected) in [
            ("ru", Some("ru_RU")),
            ("kk", Some("kk_KZ")),
            ("kk-Arab-CN", Some("kk_CN")),
            ("en-GB", Some("en_GB")),
            ("de", None),
            ("de-AT", Some("de_AT")),
        ] {
            assert_eq!(og_locale(language).as_deref(), expected, "{language}");
        }
    }

    #[test]
    fn a_file_is_named_after_the_end_of_its_address() {
        for (url, expected) in [
            ("https://x.example/a/%D0%BF.pdf?v=1", "п.pdf"),
            ("https://x.example/", "https://x.example/"),
        ] {
            assert_eq!(file_name(url), expected);
        }
    }
}
