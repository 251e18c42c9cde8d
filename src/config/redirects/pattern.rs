//! The former addresses that a `[[redirect]]` with names in braces is for, and where they lead.
//!
//! A name stands for one segment of a path, or for a part of one: `/tag/{tag}/feed`, `/{section}.xml`. It is
//! never empty and has no slash.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::config::form::Mismatch;
use crate::config::template::only_names;
use crate::model::url_encoding::{encode_path, encode_query, normalize_path};

/// A former address with names. `/tag/{tag}/feed` has three segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    segments: Vec<Segment>,
    names: Vec<String>,
    /// Everything in front of the first name, so that most addresses are compared once.
    pub(super) prefix: String,
    /// The decoded query, which has no names.
    pub(super) query: Option<String>,
}

/// A segment: a text, or a name between two texts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Segment {
    before: String,
    /// What stands behind the name; `None` without a name.
    behind: Option<String>,
}

/// Where addresses that match a pattern lead: a path of this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PatternTarget {
    parts: Vec<Part>,
    /// Its path.
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// A text, percent-encoded.
    Text(String),
    /// The value of a name in the path, by its number.
    InPath(usize),
    /// The same in the query.
    InQuery(usize),
}

/// Whether a text has braces, which stand for names.
pub(super) fn has_names(text: &str) -> bool {
    text.contains(['{', '}'])
}

impl Pattern {
    /// Reads a decoded address with braces.
    pub(super) fn parse(address: &str) -> Result<Pattern, Mismatch> {
        let (path, query) = match address.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (address, None),
        };
        if query.is_some_and(has_names) {
            return Err(Mismatch::expected("an address with names in its path only"));
        }
        let path = normalize_path(path);
        let mut names: Vec<String> = Vec::new();
        let mut segments = Vec::new();
        for text in path.split('/').skip(1) {
            let (segment, name) = Segment::parse(text).ok_or_else(|| {
                Mismatch::expected(
                    "a path with at most one name between two slashes, as in `/tag/{tag}/feed`",
                )
            })?;
            if let Some(name) = name {
                if names.iter().any(|known| known == name) {
                    return Err(Mismatch::expected("a path that has each name once"));
                }
                names.push(name.to_owned());
            }
            segments.push(segment);
        }
        let prefix = path.split('{').next().unwrap_or_default().to_owned();
        Ok(Pattern {
            segments,
            names,
            prefix,
            query: query.map(str::to_owned),
        })
    }

    /// The values of the names in a decoded and normalized path, in their order.
    pub(super) fn values<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        if !path.starts_with(&self.prefix) {
            return None;
        }
        let mut texts = path.split('/').skip(1);
        let mut values = Vec::with_capacity(self.names.len());
        for segment in &self.segments {
            values.extend(segment.matches(texts.next()?)?);
        }
        texts.next().is_none().then_some(values)
    }

    /// What is the same for two patterns that match the same addresses.
    pub(super) fn shape(&self) -> String {
        let segments = self.segments.iter().map(|segment| match &segment.behind {
            Some(behind) => format!("/{}{{}}{behind}", segment.before),
            None => format!("/{}", segment.before),
        });
        let query = self.query.as_ref().map(|query| format!("?{query}"));
        segments.chain(query).collect()
    }
}

impl Segment {
    /// A segment and the name in it. `None` if its braces are not those of one name.
    fn parse(text: &str) -> Option<(Segment, Option<&str>)> {
        let Some((before, rest)) = text.split_once('{') else {
            let segment = Segment {
                before: text.to_owned(),
                behind: None,
            };
            return (!text.contains('}')).then_some((segment, None));
        };
        let (name, behind) = rest.split_once('}')?;
        let is_name = |c: char| c.is_alphanumeric() || "-_".contains(c);
        let is_one = !has_names(before) && !has_names(behind);
        let segment = Segment {
            before: before.to_owned(),
            behind: Some(behind.to_owned()),
        };
        (is_one && !name.is_empty() && name.chars().all(is_name)).then_some((segment, Some(name)))
    }

    /// Whether a text matches, and the value of the name if there is one.
    fn matches<'t>(&self, text: &'t str) -> Option<Option<&'t str>> {
        let Some(behind) = &self.behind else {
            return (text == self.before).then_some(None);
        };
        let value = text.strip_prefix(&*self.before)?.strip_suffix(&**behind)?;
        // Clients resolve dots themselves: a path that has them means another one.
        (!["", ".", ".."].contains(&value)).then_some(Some(value))
    }

    /// Whether one text may match both.
    fn meets(&self, other: &Segment) -> bool {
        match (&self.behind, &other.behind) {
            (None, _) => other.matches(&self.before).is_some(),
            (_, None) => self.matches(&other.before).is_some(),
            (Some(behind), Some(other_behind)) => {
                let begins = |a: &str, b: &str| a.starts_with(b) || b.starts_with(a);
                let ends = |a: &str, b: &str| a.ends_with(b) || b.ends_with(a);
                begins(&self.before, &other.before) && ends(behind, other_behind)
            }
        }
    }
}

impl PatternTarget {
    /// Reads a target whose braces are names of `pattern`.
    pub(super) fn parse(text: &str, pattern: &Pattern) -> Result<PatternTarget, Mismatch> {
        let names: Vec<&str> = pattern.names.iter().map(String::as_str).collect();
        only_names(text, &names)?;
        let (mut parts, mut is_query) = (Vec::new(), false);
        let mut rest = text;
        while let Some((literal, (name, behind))) = rest
            .split_once('{')
            .and_then(|(literal, rest)| Some((literal, rest.split_once('}')?)))
        {
            is_query |= literal.contains(['?', '#']);
            parts.push(Part::Text(encode(literal)));
            let number = names.iter().position(|known| *known == name);
            let number = number.unwrap_or_default();
            parts.push(match is_query {
                true => Part::InQuery(number),
                false => Part::InPath(number),
            });
            rest = behind;
        }
        parts.push(Part::Text(encode(rest)));
        Ok(PatternTarget {
            parts,
            segments: segments_of_target(text),
        })
    }

    /// The percent-encoded target for these values.
    pub(super) fn fill(&self, values: &[&str]) -> String {
        let value = |number: &usize| values.get(*number).copied().unwrap_or_default();
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::InPath(number) => encode_path(value(number)),
            Part::InQuery(number) => encode_query(value(number)),
        });
        parts.collect()
    }

    /// Whether one of its targets may be this decoded and normalized path.
    pub(super) fn may_be(&self, path: &str) -> bool {
        let texts = path.split('/').skip(1);
        let segments = self.segments.iter().map(Some).chain([None]);
        let mut pairs = segments.zip(texts.map(Some).chain([None]));
        pairs.all(|pair| match pair {
            (Some(segment), Some(text)) => segment.matches(text).is_some(),
            (None, None) => true,
            _ => false,
        })
    }

    /// Whether one of its targets may match a pattern.
    pub(super) fn may_match(&self, pattern: &Pattern) -> bool {
        let mut pairs = self.segments.iter().zip(&pattern.segments);
        self.segments.len() == pattern.segments.len() && pairs.all(|(own, other)| own.meets(other))
    }
}

/// The decoded segments of a target's path. What stands between two names of a segment is left out.
fn segments_of_target(text: &str) -> Vec<Segment> {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let path = percent_decode_str(path).decode_utf8_lossy();
    let path = normalize_path(&path);
    let segments = path.split('/').skip(1).map(|text| Segment {
        before: text.split('{').next().unwrap_or_default().to_owned(),
        behind: text.rsplit_once('}').map(|(_, behind)| behind.to_owned()),
    });
    segments.collect()
}

/// Encodes what no `Location` may hold; what is encoded already stays as it is.
fn encode(literal: &str) -> String {
    const UNSAFE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\');
    utf8_percent_encode(literal, UNSAFE).to_string()
}
