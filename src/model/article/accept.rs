//! Turns a draft into an article: the only checks on the way from a source to the documents.

use icu_normalizer::ComposingNormalizerBorrowed;
use percent_encoding::{CONTROLS, utf8_percent_encode};
use url::{Host, Url};

use super::content::Content;
use super::media::some_text;
use super::page::ArticlePage;
use super::{
    AUTHORS_MAX, AcceptSettings, Accepted, Article, Author, Draft, ENCLOSURES_MAX, ID_BYTES_MAX,
    Refusal, TAGS_MAX, WARNINGS_MAX, WrittenTerm,
};
use crate::model::article_path::ArticlePath;
use crate::model::term;
use crate::model::time::{Timestamp, WrittenDate};
use crate::text::{Text, resolve as resolve_address};

impl Draft {
    /// The key that the draft's `id` gives: an absolute URI unchanged, anything else as a path of this
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
    /// HTML is beyond a limit. The refusal of an article that is hidden withdraws it.
    pub fn accept(self, key: String, reading: &AcceptSettings) -> Result<Accepted, Refusal> {
        let is_hidden = self.visibility == super::Visibility::Draft;
        self.check(key, reading).map_err(|refusal| Refusal {
            withdraws: refusal.withdraws || is_hidden,
            ..refusal
        })
    }

    fn check(self, key: String, reading: &AcceptSettings) -> Result<Accepted, Refusal> {
        let mut warnings = self.warnings.clone();
        let content = Content::read(&self.body)?;
        let title = Text::new(&self.title);
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
                    warnings.push(super::Warning::new(None, reason, refusal.hint));
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
        let path = path.map(|path| ArticlePath::new(path, &reading.languages));
        let by_path = || Some(path?.language()?.to_owned());
        let named = self
            .language
            .as_deref()
            .and_then(language_tag)
            .or_else(by_path);
        let language_is_guessed = named.is_none();
        let language = named.unwrap_or_else(|| {
            let guessed = content.language(title.as_str(), &reading.language, &reading.languages);
            guessed.to_owned()
        });
        let page = ArticlePage::of(&self, &key, &language, reading, &mut warnings);
        let base = page.base;
        let summary = self.summary.as_deref().map(Text::new).unwrap_or_default();
        let article = Article {
            id: self.id.as_deref().and_then(absolute_id),
            published,
            updated,
            section: self
                .sections
                .iter()
                .find_map(|section| name_with_key(&section.name))
                .map(|(name, _)| name),
            tags: accept_tags(&self.tags)?,
            authors: accept_authors(&self.authors, base.as_ref())?,
            lead: match summary.is_empty() {
                true => content.lead(),
                false => summary,
            },
            image: self
                .image
                .as_ref()
                .and_then(|image| image.accept(base.as_ref())),
            enclosures: self.accept_enclosures(base.as_ref())?,
            body: content.html(base.as_ref())?,
            key,
            title,
            url: page.address,
            language,
        };
        warnings.truncate(WARNINGS_MAX);
        Ok(Accepted {
            revision: article.revision(),
            article,
            expires,
            visibility: self.visibility,
            language_is_guessed,
            warnings,
            unknown_keys: self.unknown_keys,
        })
    }

    fn accept_enclosures(&self, base: Option<&Url>) -> Result<Vec<super::Media>, Refusal> {
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
    Refusal {
        reason: format!("`expires`: {}, so the article is hidden", refusal.reason),
        withdraws: true,
        ..refusal
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

/// A clean name with its term key; `None` without a key, since such a name could have no feed.
fn name_with_key(raw: &str) -> Option<(Text, String)> {
    let text = Text::new(raw);
    let key = term::key(text.as_str());
    (!key.is_empty()).then_some((text, key))
}

/// The clean names of `items`, no two with the same term key.
fn unique_names<'d, T>(
    items: &'d [T],
    raw: impl Fn(&'d T) -> &'d str,
) -> impl Iterator<Item = (Text, &'d T)> {
    let mut keys = Vec::with_capacity(items.len());
    items.iter().filter_map(move |item| {
        let (name, key) = name_with_key(raw(item))?;
        let is_new = !keys.contains(&key);
        keys.push(key);
        is_new.then_some((name, item))
    })
}

fn accept_tags(written: &[WrittenTerm]) -> Result<Vec<Text>, Refusal> {
    at_most(written.len(), TAGS_MAX, "tags")?;
    let tags = unique_names(written, |raw| raw.name.trim_start().trim_start_matches('#'));
    Ok(tags.map(|(tag, _)| tag).collect())
}

fn accept_authors(written: &[Author], base: Option<&Url>) -> Result<Vec<Author>, Refusal> {
    at_most(written.len(), AUTHORS_MAX, "authors")?;
    let names = unique_names(written, |author| &author.name);
    let authors = names.map(|(name, author)| Author {
        name: name.into_string(),
        slug: None,
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

/// An `id` that is an absolute URI. Other systems may know it already, so no ASCII character of it
/// changes.
fn absolute_id(raw: &str) -> Option<String> {
    let id = raw.trim();
    let (scheme, rest) = id.split_once(':')?;
    let rest = match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => rest.strip_prefix("//")?,
        "tag" | "urn" => rest,
        _ => return None,
    };
    let broken = |c: char| c.is_whitespace() || c.is_control();
    let whole = !rest.is_empty() && !rest.contains(broken);
    whole.then(|| utf8_percent_encode(id, CONTROLS).to_string())
}

pub(super) fn page_url(base: Option<&Url>, raw: &str) -> Option<String> {
    resolve_address(base, raw).filter(|url| url.starts_with("http"))
}

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
