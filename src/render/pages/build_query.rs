//! The parameters of `/build`, the page on which readers build a feed.
//!
//! A form sends empty fields, and readers edit addresses, so every query is understood: what no term can
//! be is left out, and terms that no article has are kept, for the page to say so.

use std::borrow::Cow;
use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use url::form_urlencoded;

use crate::model::selection::{Selection, TERMS_MAX};
use crate::model::term::{Term, TermKind};
use crate::text::typed_words;

/// The path of the page.
pub const BUILD: &str = "build";

/// The three conditions of a selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// At least one.
    Any,
    /// Every one.
    All,
    /// None of them.
    None,
}

impl Condition {
    /// In the order of addresses.
    pub const ALL: [Condition; 3] = [Condition::Any, Condition::All, Condition::None];

    /// The name of the parameter.
    pub fn name(self) -> &'static str {
        match self {
            Condition::Any => "any",
            Condition::All => "all",
            Condition::None => "none",
        }
    }

    /// The terms that a selection has in this condition.
    pub fn terms(self, selection: &Selection) -> &BTreeSet<Term> {
        match self {
            Condition::Any => &selection.any,
            Condition::All => &selection.all,
            Condition::None => &selection.none,
        }
    }

    fn terms_mut(self, selection: &mut Selection) -> &mut BTreeSet<Term> {
        match self {
            Condition::Any => &mut selection.any,
            Condition::All => &mut selection.all,
            Condition::None => &mut selection.none,
        }
    }
}

/// What a reader typed and chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildQuery {
    /// The words to find terms by, in one line.
    pub words: String,
    /// The chosen terms, known or not, at most [`TERMS_MAX`].
    pub selection: Selection,
    /// The terms beyond them.
    pub surplus: BTreeSet<Term>,
}

impl BuildQuery {
    /// Parses the query of a URL. Of `q` the last one counts.
    pub fn parse(query: &str) -> BuildQuery {
        let mut parsed = BuildQuery::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if name == "q" {
                parsed.words = typed_words(&value);
            }
            let mut conditions = Condition::ALL.into_iter();
            if let Some(condition) = conditions.find(|condition| condition.name() == name) {
                let value = decoded_again(value);
                let terms = value.split(',').filter_map(parse_term);
                terms.for_each(|term| parsed.add(condition, term));
            }
        }
        parsed
    }

    fn add(&mut self, condition: Condition, term: Term) {
        let is_full = self.is_full();
        let terms = condition.terms_mut(&mut self.selection);
        if is_full && !terms.contains(&term) {
            self.surplus.insert(term);
        } else {
            terms.insert(term);
        }
    }

    /// Whether no further term can be chosen.
    pub fn is_full(&self) -> bool {
        self.selection.terms().count() >= TERMS_MAX
    }

    /// The same without a term in a condition.
    pub fn without(&self, condition: Condition, term: &Term) -> BuildQuery {
        let mut changed = self.clone();
        condition.terms_mut(&mut changed.selection).remove(term);
        changed
    }

    /// The same with a term in another condition.
    pub fn moved(&self, from: Condition, to: Condition, term: &Term) -> BuildQuery {
        self.replaced(from, term, to, term)
    }

    /// The same with a term in place of another.
    pub fn replaced(&self, from: Condition, old: &Term, to: Condition, new: &Term) -> BuildQuery {
        let mut changed = self.without(from, old);
        to.terms_mut(&mut changed.selection).insert(new.clone());
        changed
    }

    /// The terms of a condition as its parameter writes them, without percent-encoding; empty if there are
    /// none.
    pub(super) fn parameter(&self, condition: Condition) -> String {
        let terms = condition.terms(&self.selection).iter();
        let mut terms: Vec<String> = terms.map(Term::to_string).collect();
        terms.sort_unstable();
        terms.join(",")
    }

    /// The canonical path with the query, percent-encoded.
    pub fn path(&self) -> String {
        let words = form_urlencoded::byte_serialize(self.words.as_bytes());
        let words = format!("q={}", String::from_iter(words));
        let parameters = [self.selection.to_query(), words];
        let is_given = |parameter: &&String| !parameter.is_empty() && *parameter != "q=";
        let parameters: Vec<&str> = parameters
            .iter()
            .filter(is_given)
            .map(|text| &**text)
            .collect();
        match parameters.is_empty() {
            true => BUILD.to_owned(),
            false => format!("{BUILD}?{}", parameters.join("&")),
        }
    }
}

/// A value that a program or a reader percent-encoded twice; other values stay.
fn decoded_again(value: Cow<'_, str>) -> Cow<'_, str> {
    if !value.contains('%') {
        return value;
    }
    let decoded = percent_decode_str(&value).decode_utf8();
    let decoded = decoded.ok().map(Cow::into_owned);
    decoded.map_or(value, Cow::Owned)
}

/// A term as readers write it. A text with another prefix is a tag, which no article has.
fn parse_term(text: &str) -> Option<Term> {
    let term = Term::parse(text).ok();
    term.or_else(|| Term::new(TermKind::Tag, text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_query_is_understood() {
        for (query, path) in [
            ("", "build"),
            ("any=&all=&none=&q=", "build"),
            ("none=b&q=x&any=Z,a,a", "build?any=a,z&none=b&q=x"),
            ("any=b&any=%23a&any=a", "build?any=a,b"),
            (
                "any=%D1%91%2Csection%3A%D0%9C",
                "build?any=section:%D0%BC,%D1%91",
            ),
            ("any=,%20,%23,&all=c%2B%2B", "build?all=c%2B%2B"),
            ("any=city:x", "build?any=city-x"),
            ("q=%23+%23", "build"),
            ("q=a&q=+%23b%00+c%0A", "build?q=b+c"),
            ("any=a&all=a", "build?any=a&all=a"),
            // Encoded twice; what is no UTF-8 then is meant as it stands.
            (
                "any=section%253A%25D0%259C%252C%25D1%2591",
                "build?any=section:%D0%BC,%D1%91",
            ),
            ("any=100%25", "build?any=100"),
            ("any=%25FF", "build?any=ff"),
            ("any=%FF", "build?any=%EF%BF%BD"),
            ("lang=kk&drop=1", "build"),
        ] {
            assert_eq!(BuildQuery::parse(query).path(), path, "{query}");
        }
    }

    #[test]
    fn the_21st_term_does_not_fit() {
        let many: Vec<String> = (10..31).map(|number| number.to_string()).collect();
        let query = BuildQuery::parse(&format!("any={}&all=10", many.join(",")));
        assert!(query.is_full());
        assert_eq!(query.selection.any.len(), TERMS_MAX);
        let surplus: Vec<String> = query.surplus.iter().map(Term::to_string).collect();
        assert_eq!(surplus, ["10", "30"]);
    }

    proptest! {
        #[test]
        fn the_canonical_path_is_a_fixed_point(query in "((any|all|none|q)=[a-zё#+:,%0-9<& ]{0,12}&){0,5}") {
            let parsed = BuildQuery::parse(&query);
            let path = parsed.path();
            let again = BuildQuery::parse(path.split_once('?').map_or("", |(_, query)| query));
            prop_assert_eq!(again, parsed, "{}", path);
        }
    }
}
