//! The one gate: from what a source read to what every document will show.

use percent_encoding::{CONTROLS, utf8_percent_encode};
use url::Url;

use super::{Article, Author, Draft, Reading, Refusal, TAGS_MAX};
use crate::term;
use crate::text::{self, Html, Text};
use crate::time::{Timestamp, WrittenDate};

impl Draft {
    /// Cleans the draft and resolves its dates; `key` names the article from here on.
    ///
    /// # Errors
    /// A title of which nothing is left, a date that feeds cannot write, or too many tags.
    pub fn accept(self, key: String, reading: &Reading) -> Result<Article, Refusal> {
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
            Some(date) => resolve(date, reading)?.max(published),
            None => published,
        };
        Ok(Article {
            key,
            id: self.id.as_deref().and_then(absolute_id),
            published,
            updated,
            url: self.url.as_deref().and_then(page_url),
            section: self.section.as_deref().and_then(name),
            tags: accept_tags(&self.tags)?,
            authors: self.authors.iter().filter_map(accept_author).collect(),
            language: self.language(&reading.language),
            lead: self.lead(),
            body: self.body(),
            title,
        })
    }

    fn language(&self, fallback: &str) -> String {
        let own = self.language.as_deref().and_then(language_tag);
        own.unwrap_or_else(|| {
            let paragraphs = self.paragraphs.iter().map(String::as_str);
            text::language(
                std::iter::once(self.title.as_str()).chain(paragraphs),
                fallback,
            )
        })
    }

    fn lead(&self) -> Text {
        self.summary
            .iter()
            .chain(&self.paragraphs)
            .map(|text| Text::new(text))
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }

    fn body(&self) -> Html {
        let paragraphs = self.paragraphs.iter().chain(&self.credits);
        Html::from_paragraphs(paragraphs.map(String::as_str))
    }
}

/// Feeds write years in four digits.
const YEAR_MIN: u16 = 1000;

fn resolve(date: WrittenDate, reading: &Reading) -> Result<Timestamp, Refusal> {
    let at = reading.zone.resolve(date);
    // A local time beyond the calendar's end resolves to the end of time.
    if at < Timestamp::start_of_year(YEAR_MIN) || at == Timestamp(i64::MAX) {
        return Err(Refusal::new(
            None,
            "the date is out of range",
            "expected a date between the years 1000 and 9999",
        ));
    }
    Ok(at)
}

/// A text that says something: what has no key has no feed and is no name.
fn name(raw: &str) -> Option<Text> {
    let text = Text::new(raw);
    (!term::key(text.as_str()).is_empty()).then_some(text)
}

fn accept_tags(written: &[String]) -> Result<Vec<Text>, Refusal> {
    if written.len() > TAGS_MAX {
        return Err(Refusal::new(
            None,
            format!("{} tags, expected at most {TAGS_MAX}", written.len()),
            "a list this long is usually a broken export; keep the tags that matter",
        ));
    }
    let mut keys = Vec::with_capacity(written.len());
    let mut tags = Vec::with_capacity(written.len());
    for raw in written {
        let Some(tag) = name(raw.trim_start().trim_start_matches('#')) else {
            continue;
        };
        let key = term::key(tag.as_str());
        if !keys.contains(&key) {
            keys.push(key);
            tags.push(tag);
        }
    }
    Ok(tags)
}

fn accept_author(written: &Author) -> Option<Author> {
    let role = written.role.as_deref().map(Text::new);
    Some(Author {
        name: name(&written.name)?.into_string(),
        role: role.filter(|role| !role.is_empty()).map(Text::into_string),
    })
}

/// An id that other systems may hold already, so not one ASCII character of it is changed.
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

fn page_url(raw: &str) -> Option<String> {
    let url = Url::parse(raw.trim()).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}

/// A language as BCP 47 writes it; `kk_KZ`, as systems write it, is taken too.
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
