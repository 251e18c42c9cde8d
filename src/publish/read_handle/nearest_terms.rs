//! Terms that were probably meant by a term that no released article has.

use crate::feed::term_search::FoundTerm;
use crate::model::count::many;
use crate::model::language_code::meant_language;
use crate::model::term::{Term, TermKind, key};
use crate::publish::published_state::PublishedState;

/// Terms that are named for one.
const NEAREST_MAX: usize = 3;

/// A term of released articles, and how many have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearTerm {
    /// The term.
    pub term: Term,
    /// In the notation of feeds.toml, as articles spell it.
    pub written: String,
    /// Released articles with it.
    pub articles: usize,
}

impl PublishedState {
    /// The terms of released articles that a name may mean, the nearest first: a language by its code, then names
    /// of the same kind, then terms of another kind with this very name.
    pub fn nearest_terms(&self, kind: TermKind, name: &str) -> Vec<NearTerm> {
        let search = self.term_search();
        if kind == TermKind::Lang {
            // Two letters resemble each other without a meaning: a language is its code or none.
            let own = name.split(['-', '_']).next().unwrap_or(name);
            let meant = meant_language(name).unwrap_or(own);
            let languages = search.all().filter(|found| found.term.kind == kind);
            let mut meant = languages.filter(|found| found.term.key() == key(meant));
            return meant.next().iter().map(NearTerm::of).collect();
        }
        let found = search.nearest(name, &[kind], |_| true, NEAREST_MAX);
        let mut near: Vec<NearTerm> = found.iter().map(NearTerm::of).collect();
        let is_name =
            |found: &FoundTerm<'_>| found.term.kind != kind && key(found.name) == key(name);
        if near.is_empty() {
            let found = search.find(name, &TermKind::ALL, |_| true, NEAREST_MAX);
            near = found
                .iter()
                .filter(|found| is_name(found))
                .map(NearTerm::of)
                .collect();
        }
        near
    }
}

impl NearTerm {
    fn of(found: &FoundTerm<'_>) -> NearTerm {
        let kind = found.term.kind;
        // A term with a slug is not found by its name.
        let is_enough = Term::new(kind, found.name).as_ref() == Some(&found.term);
        let name = if is_enough {
            found.name
        } else {
            found.term.key()
        };
        NearTerm {
            term: found.term.clone(),
            written: kind.notation(name),
            articles: found.articles,
        }
    }
}

/// The hint that names what may have been meant, each with its number of articles; `None` without any.
pub fn did_you_mean(names: impl IntoIterator<Item = (String, usize)>) -> Option<String> {
    let named = |(name, articles)| format!("`{name}` ({})", many(articles, "article"));
    let mut names: Vec<String> = names.into_iter().map(named).collect();
    let last = names.pop()?;
    Some(match names.is_empty() {
        true => format!("did you mean {last}?"),
        false => format!("did you mean {} or {last}?", names.join(", ")),
    })
}
