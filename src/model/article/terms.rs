//! Sections, tags and authors: their words, and what their keys are made of.

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use super::WrittenTerm;
use crate::model::term::{self, Term, TermKind};
use crate::text::Text;

/// A section or tag of an accepted article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleTerm {
    /// Its words; without a slug they have a term key.
    pub name: Text,
    /// What its key is made of, if that is not the name.
    pub slug: Option<String>,
}

impl ArticleTerm {
    /// The term of this kind.
    pub fn term(&self, kind: TermKind) -> Option<Term> {
        Term::named(kind, self.name.as_str(), self.slug.as_deref())
    }

    /// The part of a page's address that stands for it: its slug as written, else its key.
    pub fn address_part(&self) -> String {
        let key = || term::key(self.name.as_str());
        self.slug.clone().unwrap_or_else(key)
    }
}

impl From<&str> for ArticleTerm {
    fn from(name: &str) -> ArticleTerm {
        ArticleTerm {
            name: Text::new(name),
            slug: None,
        }
    }
}

/// The sections or tags of an article, no two with the same key.
pub(super) fn accept(written: &[WrittenTerm], prefix: &[char]) -> Vec<ArticleTerm> {
    let name = |term: &WrittenTerm| term.name.trim_start().trim_start_matches(prefix).to_owned();
    let terms = unique(written, |term| (name(term), term.slug.as_deref()));
    terms.into_iter().map(|(term, _)| term).collect()
}

/// The clean terms of `items`, no two with the same key, each with its item. A name that stands there with
/// a slug and without one is one term. What has no key is left out, since it could have no feed.
pub(super) fn unique<'d, T>(
    items: &'d [T],
    written: impl Fn(&'d T) -> (String, Option<&'d str>),
) -> Vec<(ArticleTerm, &'d T)> {
    // By name, by slug.
    let mut keys: Vec<(String, Option<String>)> = Vec::with_capacity(items.len());
    let mut found: Vec<(ArticleTerm, &T)> = Vec::with_capacity(items.len());
    for item in items {
        let (name, slug) = written(item);
        let (mut name, slug) = (Text::new(&name), slug.and_then(clean_slug));
        if name.is_empty() {
            name = slug.as_deref().map(Text::new).unwrap_or_default();
        }
        let by_name = term::key(name.as_str());
        let by_slug = slug.as_deref().map(term::key);
        let key = by_slug.as_ref().unwrap_or(&by_name);
        if key.is_empty() {
            continue;
        }
        let is_same = |(other_name, other_slug): &(String, Option<String>)| {
            let is_one_name = other_slug.is_none() || by_slug.is_none();
            other_slug.as_ref().unwrap_or(other_name) == key
                || is_one_name && *other_name == by_name
        };
        match keys.iter().position(is_same) {
            Some(place) => {
                if keys[place].1.is_none() {
                    keys[place].1 = by_slug;
                    found[place].0.slug = slug;
                }
            }
            None => {
                keys.push((by_name, by_slug));
                found.push((ArticleTerm { name, slug }, item));
            }
        }
    }
    found
}

/// A slug with a key. WordPress percent-encodes letters outside ASCII.
fn clean_slug(raw: &str) -> Option<String> {
    let decoded = percent_decode_str(raw).decode_utf8();
    let slug = Text::new(decoded.as_deref().unwrap_or(raw)).into_string();
    (!term::key(&slug).is_empty()).then_some(slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_makes_the_key_and_the_name_the_words() {
        let written = |name: &str, slug: &str| WrittenTerm {
            name: name.to_owned(),
            slug: Some(slug.to_owned()),
        };
        for (terms, expected) in [
            (vec![written("Сапар  Ж.", "sapar")], "Сапар Ж. (sapar)"),
            (
                vec![written("Сапар", "sapar"), written("Сапар", "sapar-2")],
                "Сапар (sapar), Сапар (sapar-2)",
            ),
            (
                vec![written("Сапар", "sapar"), written("С. Ж.", "Sapar")],
                "Сапар (sapar)",
            ),
            // One name with a slug and without one is one term.
            (
                vec!["#Сапар".into(), written("сапар", "sapar")],
                "Сапар (sapar)",
            ),
            (
                vec![written("Сапар", "sapar"), "САПАР".into()],
                "Сапар (sapar)",
            ),
            (
                vec![written("Sapar", "sapar"), "sapar".into()],
                "Sapar (sapar)",
            ),
            // What has no key is no slug.
            (vec![written("Сапар", " — ")], "Сапар"),
            (vec![written("", "sapar"), written("", "")], "sapar (sapar)"),
            (vec![written("№", "number")], "№ (number)"),
            (
                vec![written("Вода", "%d0%b2%d0%be%d0%b4%d0%b0")],
                "Вода (вода)",
            ),
            (vec![written("Вода", "100%")], "Вода (100%)"),
        ] {
            let said = |term: ArticleTerm| match term.slug {
                Some(slug) => format!("{} ({slug})", term.name),
                None => term.name.to_string(),
            };
            let accepted: Vec<String> = accept(&terms, &['#']).into_iter().map(said).collect();
            assert_eq!(accepted.join(", "), expected, "{terms:?}");
        }
    }

    #[test]
    fn an_address_has_the_slug_as_written_else_the_key() {
        let term = |slug: Option<&str>| ArticleTerm {
            name: Text::new("Вода и свет"),
            slug: slug.map(str::to_owned),
        };
        assert_eq!(term(None).address_part(), "вода-и-свет");
        assert_eq!(term(Some("Water_Light")).address_part(), "Water_Light");
    }
}
