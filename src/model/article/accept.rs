//! Turns a draft into an article: the only checks on the way from a source to the documents.

use std::borrow::Cow;
use std::mem;

use icu_normalizer::ComposingNormalizerBorrowed;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::Host;

use super::article_links::ArticleLinks;
use super::content::{self, Content};
use super::media::some_text;
use super::page::{ArticlePage, page_url};
use super::terms;
use super::{
    AUTHORS_MAX, AcceptSettings, Accepted, Article, ArticleTerm, Author, Draft, ENCLOSURES_MAX,
    ID_BYTES_MAX, Media, Refusal, SECTIONS_MAX, TAGS_MAX, WARNINGS_MAX, Warning, WrittenTerm,
    spelling,
};
use crate::model::address_size::{ADDRESS_CHARS_MAX, page_here};
use crate::model::article_path::ArticlePath;
use crate::model::time::{Timestamp, WrittenDate};
use crate::text::{Base, TemplateContext, Text, html_without_shortcodes};

impl Draft {
    /// The key that the draft's `id` gives: an absolute URI, anything else as a path of this
    /// site in NFC. `None` when there is no `id` or nothing is left of it.
    ///
    /// # Errors
    /// When the `id` is longer than [`ID_BYTES_MAX`].
    pub fn own_key(&self) -> Result<Option<String>, Refusal> {
        let Some(id) = &self.id else { return Ok(None) };
        if id.len() > ID_BYTES_MAX {
            return Err(Refusal::new(
                None,
                format!("the id is longer than {ID_BYTES_MAX} bytes"),
                "a number or a short path is enough",
            ));
        }
        let key = absolute_id(id).unwrap_or_else(|| {
            let path = Text::new(id);
            let path = path.as_str().trim_matches('/');
            ComposingNormalizerBorrowed::new_nfc()
                .normalize(path)
                .into_owned()
        });
        Ok((!key.is_empty()).then_some(key))
    }

    /// Cleans the text and resolves dates and URLs. The article is stored under `key`.
    ///
    /// # Errors
    /// When the title is empty, a date is outside the years 1000 to 9999, a list is too long, or the
    /// HTML is beyond a limit.
    pub fn accept(mut self, key: String, reading: &AcceptSettings) -> Result<Accepted, Refusal> {
        let mut warnings = mem::take(&mut self.warnings);
        warnings.extend(spelling::warnings(&self));
        let own_path = self.path.clone();
        let links = ArticleLinks {
            path: own_path.as_deref(),
            settings: reading,
        };
        let context = TemplateContext {
            shortcodes: &reading.shortcodes,
            site: &reading.site,
            article: &|written| links.address(written),
        };
        for file in self.image.iter_mut().chain(&mut self.enclosures) {
            // Generators of sites fill in `{{ site.url }}` here, too.
            if let Ok(Cow::Owned(url)) = html_without_shortcodes(&file.url, &context) {
                file.url = url;
            }
        }
        let content = Content::read(&self.body, &context)?;
        let title = Text::from_written(&self.title);
        if title.is_empty() {
            return Err(Refusal::new(
                None,
                "the title is empty",
                "give the article a title",
            ));
        }
        let published = resolve(self.published, reading)?;
        let updated = match self.updated {
            Some(date) => resolve(date, reading).map_or_else(
                |refusal| {
                    let reason = format!("`updated`: {}", refusal.reason);
                    warnings.push(Warning::new(None, reason, refusal.hint));
                    published
                },
                |updated| updated.max(published),
            ),
            None => published,
        };
        let expires = self
            .expires
            .map(|date| resolve(date, reading).map_err(without_expiry))
            .transpose()?;
        let path = self.path.as_deref();
        let path = path.map(|path| ArticlePath::new(path, reading.languages.tags()));
        let by_path = || Some(path?.language()?.to_owned());
        let named = self
            .language
            .as_deref()
            .and_then(language_tag)
            .or_else(by_path);
        let language_is_guessed = named.is_none();
        let language = named.unwrap_or_else(|| {
            let guessed = content.language(title.as_str(), &reading.languages);
            guessed.to_owned()
        });
        let sections = accept_sections(&self.sections, &mut warnings);
        let page = ArticlePage::of(&self, &key, &sections, &language, reading, &mut warnings);
        // Relative URLs in the article are resolved against its page.
        let base = page.base();
        let (body, dropped) = content.html(base)?;
        let reasons = dropped.reasons();
        warnings.extend(reasons.map(|(reason, hint)| Warning::new(None, reason, hint)));
        let summary = self.accept_summary(&mut warnings);
        let article = Article {
            id: self.id.as_deref().and_then(absolute_id),
            published,
            updated,
            sections,
            tags: accept_tags(&self.tags)?,
            authors: accept_authors(&self.authors, base)?,
            lead: summary.unwrap_or_else(|| content.lead()),
            image: self.image.as_ref().and_then(|image| image.accept(base)),
            enclosures: self.accept_enclosures(base)?,
            body,
            key,
            title,
            url: page.address,
            language,
        };
        warn_of_long_address(&article, reading, &mut warnings);
        warnings.truncate(WARNINGS_MAX);
        Ok(Accepted {
            revision: article.revision(),
            article,
            expires,
            visibility: self.visibility,
            language_is_guessed,
            warnings,
            unknown_keys: self.unknown_keys,
            hiding_status: self.hiding_status,
        })
    }

    /// The summary as text, if anything is left of it.
    fn accept_summary(&self, warnings: &mut Vec<Warning>) -> Option<Text> {
        let summary = content::summary(&self.body, self.summary.as_deref()?);
        if let Err(error) = &summary {
            warnings.push(Warning::new(
                None,
                format!("the summary is left out: {error}"),
                "write the summary as plain text",
            ));
        }
        summary.ok().filter(|text| !text.is_empty())
    }

    fn accept_enclosures(&self, base: Base<'_>) -> Result<Vec<Media>, Refusal> {
        at_most(self.enclosures.len(), ENCLOSURES_MAX, "enclosures")?;
        let media = self.enclosures.iter();
        Ok(media.filter_map(|media| media.accept(base)).collect())
    }
}

fn at_most(count: usize, most: usize, what: &str) -> Result<(), Refusal> {
    if count <= most {
        return Ok(());
    }
    Err(Refusal::new(
        None,
        format!("{count} {what}, expected at most {most}"),
        format!("a list this long is usually a broken export; keep the {what} that matter"),
    ))
}

/// The refusal of an article whose expiry is not understood, so that nothing says how long it may stay.
fn without_expiry(refusal: Refusal) -> Refusal {
    let reason = format!("`expires`: {}, so the article is hidden", refusal.reason);
    Refusal { reason, ..refusal }.withdrawn_if(true)
}

/// Warns of an address that no sitemap may have.
fn warn_of_long_address(article: &Article, reading: &AcceptSettings, warnings: &mut Vec<Warning>) {
    let here = || page_here(&reading.public_url, &article.key);
    let address = article
        .url
        .as_deref()
        .map_or_else(|| here().into(), Cow::Borrowed);
    if address.len() >= ADDRESS_CHARS_MAX {
        warnings.push(Warning::new(
            None,
            format!("the address of its page has {} characters", address.len()),
            format!("sitemaps leave it out: they allow fewer than {ADDRESS_CHARS_MAX}"),
        ));
    }
}

/// Feed formats write years in four digits.
const YEAR_MIN: u16 = 1000;

fn resolve(date: WrittenDate, reading: &AcceptSettings) -> Result<Timestamp, Refusal> {
    let at = reading.zone.resolve(date);
    // `Zone::resolve` gives `i64::MAX` for a local time after the end of the calendar.
    if at < Timestamp::start_of_year(YEAR_MIN) || at == Timestamp(i64::MAX) {
        return Err(Refusal::new(
            None,
            "the date is out of range",
            "expected a date between the years 1000 and 9999",
        ));
    }
    Ok(at)
}

fn accept_sections(written: &[WrittenTerm], warnings: &mut Vec<Warning>) -> Vec<ArticleTerm> {
    let first = written.get(..SECTIONS_MAX).unwrap_or(written);
    if first.len() < written.len() {
        warnings.push(Warning::new(
            None,
            format!(
                "{} sections, of which the first {SECTIONS_MAX} count",
                written.len()
            ),
            "the first one is the main section; keep those that matter",
        ));
    }
    terms::accept(first, &[])
}

fn accept_tags(written: &[WrittenTerm]) -> Result<Vec<ArticleTerm>, Refusal> {
    at_most(written.len(), TAGS_MAX, "tags")?;
    Ok(terms::accept(written, &['#']))
}

fn accept_authors(written: &[Author], base: Base<'_>) -> Result<Vec<Author>, Refusal> {
    at_most(written.len(), AUTHORS_MAX, "authors")?;
    let names = terms::unique(written, |author| {
        (author.name.clone(), author.slug.as_deref())
    });
    let authors = names.into_iter().map(|(term, author)| Author {
        name: term.name.into_string(),
        slug: term.slug,
        role: author.role.as_deref().and_then(some_text),
        email: author.email.as_deref().and_then(email_address),
        url: author.url.as_deref().and_then(|url| page_url(base, url)),
    });
    Ok(authors.collect())
}

/// An ASCII e-mail address. A domain has an ASCII form (IDNA); a local part outside ASCII has none, so
/// such an address is dropped.
fn email_address(raw: &str) -> Option<String> {
    let address = raw.trim();
    let address = address.strip_prefix("mailto:").unwrap_or(address);
    let (local, domain) = address.rsplit_once('@')?;
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b);
    let whole = !local.is_empty() && local.bytes().all(atom);
    match Host::parse(domain).ok()? {
        Host::Domain(domain) => whole.then(|| format!("{local}@{domain}")),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

/// An `id` that is an absolute URI. Other systems may know it already, so only what no IRI allows is
/// percent-encoded, and what lies outside of ASCII.
pub(crate) fn absolute_id(raw: &str) -> Option<String> {
    let id = raw.trim();
    let (scheme, rest) = id.split_once(':')?;
    let rest = match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => rest.strip_prefix("//")?,
        "tag" | "urn" => rest,
        _ => return None,
    };
    let whole = !rest.is_empty() && !rest.starts_with(' ') && !rest.contains(char::is_control);
    whole.then(|| utf8_percent_encode(id, NOT_IN_IRI).to_string())
}

/// The ASCII characters that an IRI has nowhere (RFC 3987, section 2.2). `%` stays: it encodes others.
const NOT_IN_IRI: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'<')
    .add(b'>')
    .add(b'"')
    .add(b'{')
    .add(b'}')
    .add(b'|')
    .add(b'\\')
    .add(b'^')
    .add(b'`');

/// A language tag of BCP 47; the POSIX form `kk_KZ` is accepted too.
fn language_tag(raw: &str) -> Option<String> {
    let tag = raw.trim().replace('_', "-");
    let mut subtags = tag.split('-');
    let known_shape = subtags.next().is_some_and(is_language) && subtags.all(is_subtag);
    known_shape.then_some(tag)
}

fn is_language(text: &str) -> bool {
    matches!(text.len(), 2 | 3) && text.bytes().all(|b| b.is_ascii_alphabetic())
}

fn is_subtag(text: &str) -> bool {
    matches!(text.len(), 1..=8) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests;
