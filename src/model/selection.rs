//! Selections of articles by their terms, and how a URL writes them.
//!
//! In a URL each of `any`, `all` and `none` is one parameter of comma-separated terms. The
//! canonical form has the parameters in that order, and in each the keys of the terms, sorted, without
//! duplicates, tags without a prefix. The server redirects every other form to it.

use std::collections::BTreeSet;
use std::fmt;

use percent_encoding::percent_decode_str;

use crate::model::term::{Term, TermError, TermKind};
use crate::model::url_encoding::encode_query;

/// The most terms in one URL.
pub const TERMS_MAX: usize = 20;

/// A combination of terms. An empty set is no condition, so the empty selection matches every article.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Selection {
    /// The article has at least one of these.
    pub any: BTreeSet<Term>,
    /// The article has all of these.
    pub all: BTreeSet<Term>,
    /// The article has none of these.
    pub none: BTreeSet<Term>,
}

/// Why a URL's query is not a selection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// The query has neither `any` nor `all` nor `none`.
    #[error("name at least one term, as in ?any=%23tag or ?all=section:economy")]
    NoTerm,
    /// A parameter lists no term, mostly because of a raw `#`.
    #[error("`{0}` is empty: `#` begins a fragment in a URL and must be written %23, or left out")]
    Empty(&'static str),
    /// More than [`TERMS_MAX`] terms.
    #[error("at most {TERMS_MAX} terms, got {0}")]
    TooMany(usize),
    /// A term is malformed.
    #[error(transparent)]
    Term(#[from] TermError),
    /// The decoded query is not valid UTF-8.
    #[error("the query is not UTF-8")]
    NotUtf8,
}

impl Selection {
    /// Selects the articles that carry `term`.
    pub fn of(term: Term) -> Selection {
        Selection {
            all: BTreeSet::from([term]),
            ..Selection::default()
        }
    }

    /// Adds the conditions of `other`. The sets of `any` become one.
    pub fn and(mut self, other: &Selection) -> Selection {
        self.any.extend(other.any.iter().cloned());
        self.all.extend(other.all.iter().cloned());
        self.none.extend(other.none.iter().cloned());
        self
    }

    /// The language of every article that it selects: the only `lang:` that all must have.
    pub fn language(&self) -> Option<&str> {
        let mut languages = self.all.iter().filter(|term| term.kind == TermKind::Lang);
        let language = languages.next()?;
        languages.next().is_none().then(|| language.key())
    }

    /// The terms of all three sets.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.any.iter().chain(&self.all).chain(&self.none)
    }

    /// The same selection with every term replaced.
    pub fn map(&self, replace: impl Fn(&Term) -> Term) -> Selection {
        let map = |terms: &BTreeSet<Term>| terms.iter().map(&replace).collect();
        Selection {
            any: map(&self.any),
            all: map(&self.all),
            none: map(&self.none),
        }
    }

    /// Removes the terms that are not kept.
    pub fn retain(&mut self, keep: impl Fn(&Term) -> bool) {
        for terms in [&mut self.any, &mut self.all, &mut self.none] {
            terms.retain(&keep);
        }
    }

    /// A simpler selection of the same articles: one term of `any` is a term of `all`, and a term of `all`
    /// makes an `any` that has it needless. Selections that differ only in this become equal.
    pub fn simplified(&self) -> Selection {
        let mut simple = self.clone();
        if simple.any.len() == 1 {
            simple.all.append(&mut simple.any);
        }
        if !simple.any.is_disjoint(&simple.all) {
            simple.any.clear();
        }
        simple
    }

    /// The canonical query, percent-encoded. It is empty for the empty selection.
    pub fn to_query(&self) -> String {
        let canonical = self.to_string();
        let parameters = canonical
            .split('&')
            .filter_map(|parameter| parameter.split_once('='))
            .map(|(name, terms)| format!("{name}={}", encode_query(terms)));
        parameters.collect::<Vec<_>>().join("&")
    }

    /// Parses the query of a URL. Other parameters are ignored, and `+` is a space.
    pub fn from_query(query: &str) -> Result<Selection, SelectionError> {
        let parameters = query.split('&').map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            (decode(name).unwrap_or_default(), decode(value))
        });
        Selection::from_parameters(parameters)
    }

    /// Parses the form that `Display` writes.
    pub fn from_canonical(text: &str) -> Option<Selection> {
        let parameters = text
            .split('&')
            .filter_map(|parameter| parameter.split_once('='));
        let parameters = parameters.map(|(name, value)| (name, Some(value.to_owned())));
        Selection::from_parameters(parameters).ok()
    }

    fn from_parameters(
        parameters: impl Iterator<Item = (impl AsRef<str>, Option<String>)>,
    ) -> Result<Selection, SelectionError> {
        let mut selection = Selection::default();
        let mut count = 0;
        for (name, value) in parameters {
            let (name, terms) = match name.as_ref() {
                "any" => ("any", &mut selection.any),
                "all" => ("all", &mut selection.all),
                "none" => ("none", &mut selection.none),
                _ => continue,
            };
            let value = value.ok_or(SelectionError::NotUtf8)?;
            let listed = || value.split(',').filter(|term| !term.trim().is_empty());
            if listed().next().is_none() {
                return Err(SelectionError::Empty(name));
            }
            for term in listed() {
                terms.insert(Term::parse(term)?);
                count += 1;
            }
        }
        match count {
            0 => Err(SelectionError::NoTerm),
            count if count > TERMS_MAX => Err(SelectionError::TooMany(count)),
            _ => Ok(selection),
        }
    }
}

impl fmt::Display for Selection {
    /// The canonical query without percent-encoding.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ampersand = "";
        for (name, terms) in [("any", &self.any), ("all", &self.all), ("none", &self.none)] {
            if terms.is_empty() {
                continue;
            }
            let mut terms: Vec<String> = terms.iter().map(Term::to_string).collect();
            terms.sort_unstable();
            write!(f, "{ampersand}{name}={}", terms.join(","))?;
            ampersand = "&";
        }
        Ok(())
    }
}

/// Whether the `any`, `all` and `none` parameters of a query decode to the canonical form of
/// `selection`. Other parameters may be present.
pub fn is_canonical(query: &str, selection: &Selection) -> bool {
    let parameters = query.split('&').filter(|parameter| {
        let name = decode(parameter.split('=').next().unwrap_or_default());
        matches!(name.as_deref(), Some("any" | "all" | "none"))
    });
    let decoded: Option<Vec<String>> = parameters.map(decode).collect();
    decoded.is_some_and(|decoded| decoded.join("&") == selection.to_string())
}

fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    Some(percent_decode_str(&spaced).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_form_of_a_selection_has_one_canonical_form() {
        for (query, canonical) in [
            ("any=спорт", "any=спорт"),
            ("any=%23%D1%81%D0%BF%D0%BE%D1%80%D1%82", "any=спорт"),
            ("none=b&any=Z,a,a", "any=a,z&none=b"),
            ("any=b&any=a", "any=a,b"),
            ("all=section:Мир,tag:x&utm=1", "all=section:мир,x"),
            ("all=section%3A%D0%9C%D0%B8%D1%80%2Cx", "all=section:мир,x"),
            ("any=author:Айман+Аманжолова", "any=author:айман-аманжолова"),
            ("any=c%2B%2B", "any=c++"),
            ("%61ny=a&n%6Fne=b", "any=a&none=b"),
        ] {
            let selection = Selection::from_query(query).expect(query);
            assert_eq!(selection.to_string(), canonical, "{query}");
            let written = Selection::from_query(&selection.to_query());
            assert_eq!(written, Ok(selection), "{query}");
        }
    }

    #[test]
    fn only_the_canonical_form_is_canonical() {
        for (query, canonical) in [
            ("any=спорт", true),
            ("any=%d1%81порт", true),
            ("%61ny=a", true),
            ("utm=1&any=a%2Cb&all=section%3Ax&x", true),
            ("any=b,a", false),
            ("any=a,a", false),
            ("all=b&any=a", false),
            ("any=A", false),
            ("any=%23a", false),
            ("any=a&any=b", false),
            ("any=a&%61ny=b", false),
            ("any=a%26all%3Db", false),
            ("any=,a", false),
        ] {
            let selection = Selection::from_query(query).expect(query);
            assert_eq!(is_canonical(query, &selection), canonical, "{query}");
        }
    }

    #[test]
    fn selections_of_the_same_articles_are_equal_when_simplified() {
        for (query, simple) in [
            ("any=a", "all=a"),
            ("any=a&all=b&none=c", "all=a,b&none=c"),
            ("any=a,b&all=a", "all=a"),
            ("any=a,b&all=c", "any=a,b&all=c"),
            ("none=a", "none=a"),
        ] {
            let selection = Selection::from_query(query).expect(query);
            assert_eq!(selection.simplified().to_string(), simple, "{query}");
        }
    }

    #[test]
    fn malformed_queries_are_refused() {
        let many = format!(
            "any={}",
            (0..21).map(|n| n.to_string()).collect::<Vec<_>>().join(",")
        );
        for (query, error) in [
            ("", SelectionError::NoTerm),
            ("x=1", SelectionError::NoTerm),
            ("any=", SelectionError::Empty("any")),
            ("all=a&none", SelectionError::Empty("none")),
            ("any=%FF", SelectionError::NotUtf8),
            (
                "any=город:a",
                SelectionError::Term(TermError::UnknownPrefix("город".into())),
            ),
            (&many, SelectionError::TooMany(21)),
        ] {
            assert_eq!(Selection::from_query(query), Err(error), "{query}");
        }
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_a_fixed_point(terms in proptest::collection::btree_set("[a-zа-яё0-9+]{1,5}", 1..6)) {
            let query = format!("any={}", terms.into_iter().collect::<Vec<_>>().join(",").replace('+', "%2B"));
            let selection = Selection::from_query(&query).expect("terms of letters");
            let canonical = crate::model::url_encoding::encode_query(&selection.to_string().replace("any=", ""));
            let canonical = format!("any={canonical}");
            prop_assert!(is_canonical(&canonical, &selection), "{}", canonical);
            prop_assert_eq!(Selection::from_query(&canonical).expect("canonical"), selection);
        }
    }
}
