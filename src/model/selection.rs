//! Any, all and none over terms: which articles a feed holds, and how a URL says it.
//!
//! In a URL each of `any`, `all` and `none` is one parameter of comma-separated terms. The
//! canonical form has them in that order, each term by its key, tags bare, sorted, none twice;
//! every other way to write a selection is redirected to it.

use std::collections::BTreeSet;
use std::fmt;

use percent_encoding::percent_decode_str;

use crate::model::term::{Term, TermError};

/// Terms that one URL may name.
pub const TERMS_MAX: usize = 20;

/// A combination of terms. Empty sets ask nothing: the empty selection holds every article.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Selection {
    /// At least one of these, unless there is none.
    pub any: BTreeSet<Term>,
    /// Every one of these.
    pub all: BTreeSet<Term>,
    /// None of these.
    pub none: BTreeSet<Term>,
}

/// Why a query names no selection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Neither `any` nor `all` nor `none` is there.
    #[error("name at least one term, as in ?any=%23tag or ?all=section:economy")]
    NoTerm,
    /// A parameter is there without a term, mostly because of a raw `#`.
    #[error("`{0}` is empty: `#` begins a fragment in a URL and must be written %23, or left out")]
    Empty(&'static str),
    /// Too many terms.
    #[error("at most {TERMS_MAX} terms, got {0}")]
    TooMany(usize),
    /// A term cannot be read.
    #[error(transparent)]
    Term(#[from] TermError),
    /// Not UTF-8 once decoded.
    #[error("the query is not UTF-8")]
    NotUtf8,
}

impl Selection {
    /// The articles that carry `term`.
    pub fn of(term: Term) -> Selection {
        Selection {
            all: BTreeSet::from([term]),
            ..Selection::default()
        }
    }

    /// Both selections' terms in one.
    pub fn and(mut self, other: &Selection) -> Selection {
        self.any.extend(other.any.iter().cloned());
        self.all.extend(other.all.iter().cloned());
        self.none.extend(other.none.iter().cloned());
        self
    }

    /// Every term that is named, in no particular role.
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

    /// Reads a query; parameters of other names are ignored, `+` is a space.
    ///
    /// # Errors
    /// [`QueryError`] explains to a person what to write.
    pub fn from_query(query: &str) -> Result<Selection, QueryError> {
        let parameters = query.split('&').map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            (decode(name).unwrap_or_default(), decode(value))
        });
        Selection::from_parameters(parameters)
    }

    /// Reads what [`Selection`]'s `Display` wrote.
    pub fn from_canonical(text: &str) -> Option<Selection> {
        let parameters = text
            .split('&')
            .filter_map(|parameter| parameter.split_once('='));
        let parameters = parameters.map(|(name, value)| (name, Some(value.to_owned())));
        Selection::from_parameters(parameters).ok()
    }

    fn from_parameters(
        parameters: impl Iterator<Item = (impl AsRef<str>, Option<String>)>,
    ) -> Result<Selection, QueryError> {
        let mut selection = Selection::default();
        let mut count = 0;
        for (name, value) in parameters {
            let (name, terms) = match name.as_ref() {
                "any" => ("any", &mut selection.any),
                "all" => ("all", &mut selection.all),
                "none" => ("none", &mut selection.none),
                _ => continue,
            };
            let value = value.ok_or(QueryError::NotUtf8)?;
            let written = || value.split(',').filter(|term| !term.trim().is_empty());
            if written().next().is_none() {
                return Err(QueryError::Empty(name));
            }
            for term in written() {
                terms.insert(Term::parse(term)?);
                count += 1;
            }
        }
        match count {
            0 => Err(QueryError::NoTerm),
            count if count > TERMS_MAX => Err(QueryError::TooMany(count)),
            _ => Ok(selection),
        }
    }
}

impl fmt::Display for Selection {
    /// The canonical query, decoded.
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

/// Whether a query decodes to the canonical form of `selection`: its own parameters and nothing
/// else of these three names, in order.
pub fn is_canonical(query: &str, selection: &Selection) -> bool {
    let ours = query.split('&').filter(|parameter| {
        let name = decode(parameter.split('=').next().unwrap_or_default());
        matches!(name.as_deref(), Some("any" | "all" | "none"))
    });
    let decoded: Option<Vec<String>> = ours.map(decode).collect();
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
    fn every_way_to_write_a_selection_has_one_canonical_form() {
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
        }
    }

    #[test]
    fn what_is_served_and_what_is_redirected() {
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
    fn what_names_no_selection() {
        let many = format!(
            "any={}",
            (0..21).map(|n| n.to_string()).collect::<Vec<_>>().join(",")
        );
        for (query, error) in [
            ("", QueryError::NoTerm),
            ("x=1", QueryError::NoTerm),
            ("any=", QueryError::Empty("any")),
            ("all=a&none", QueryError::Empty("none")),
            ("any=%FF", QueryError::NotUtf8),
            (
                "any=город:a",
                QueryError::Term(TermError::UnknownPrefix("город".into())),
            ),
            (&many, QueryError::TooMany(21)),
        ] {
            assert_eq!(Selection::from_query(query), Err(error), "{query}");
        }
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_canonical(terms in proptest::collection::btree_set("[a-zа-яё0-9+]{1,5}", 1..6)) {
            let query = format!("any={}", terms.into_iter().collect::<Vec<_>>().join(",").replace('+', "%2B"));
            let selection = Selection::from_query(&query).expect("terms of letters");
            let canonical = crate::model::url_encoding::encode_query(&selection.to_string().replace("any=", ""));
            let canonical = format!("any={canonical}");
            prop_assert!(is_canonical(&canonical, &selection), "{}", canonical);
            prop_assert_eq!(Selection::from_query(&canonical).expect("canonical"), selection);
        }
    }
}
