//! What terms are called in the language of a page, where `[same]` has them in several.

use std::collections::HashMap;

use crate::config::Alias;
use crate::feed::definitions::same_names::{name_in, spellings};
use crate::model::term::Term;
use crate::render::pages::locale::Locale;

/// The names of terms in one language, without those that are written as the term is.
#[derive(Clone, Debug, Default)]
pub struct TermNames<'a>(HashMap<&'a Term, &'a str>);

impl<'a> TermNames<'a> {
    /// The names that `[same]` has in a language.
    pub fn new(same: &'a [Alias], locale: Locale) -> TermNames<'a> {
        let named = spellings(same).into_iter().filter_map(|(term, spellings)| {
            let name = name_in(locale.tag(), &spellings)?;
            Some((term, name))
        });
        TermNames(named.collect())
    }

    /// The name of a term, none if the language has no other than its usual one.
    pub fn name(&self, term: &Term) -> Option<&'a str> {
        self.0.get(term).copied()
    }
}
