//! What a term is called in each language of the pages, where `[same]` has it in several.

use std::collections::{BTreeMap, HashMap};

use crate::config::{Alias, Config};
use crate::index::{Index, TermNo};
use crate::model::term::Term;
use crate::text::is_letter;

/// The letters that Kazakh has and Russian has not.
const KAZAKH: &str = "әғқңөұүһі";

/// The names of terms by language, without those that are written as the term is.
pub(super) fn same_names(
    config: &Config,
    index: &Index,
) -> HashMap<TermNo, BTreeMap<String, String>> {
    let named = spellings(&config.same).into_iter();
    let named = named.filter_map(|(term, spellings)| {
        let term = index.base(index.find_term(term)?);
        let names = ["kk", "ru", "en"].into_iter().filter_map(|language| {
            let name = name_in(language, &spellings)?;
            Some((language.to_owned(), name.to_owned()))
        });
        Some((term, names.collect::<BTreeMap<_, _>>()))
    });
    named.filter(|(_, names)| !names.is_empty()).collect()
}

/// How `[same]` writes each term that it keeps: the usual spelling first, then the others.
pub fn spellings(same: &[Alias]) -> BTreeMap<&Term, Vec<&str>> {
    let mut spellings: BTreeMap<&Term, Vec<&str>> = BTreeMap::new();
    for alias in same {
        let of_term = spellings.entry(&alias.to);
        let of_term = of_term.or_insert_with(|| vec![&alias.to_text]);
        of_term.push(&alias.from_text);
    }
    spellings
}

/// The first of the spellings of a term that is of a language, unless that is the first of all, which is the
/// usual one.
pub fn name_in<'a>(language: &str, spellings: &[&'a str]) -> Option<&'a str> {
    let place = spellings.iter().position(|name| is_in(name, language))?;
    (place > 0).then(|| spellings[place])
}

/// Whether the letters of a name tell that it is of a language: one that only Kazakh has, none of these, or
/// Latin ones alone.
fn is_in(name: &str, language: &str) -> bool {
    let name = name.to_lowercase();
    let mut letters = name.chars().filter(|&c| is_letter(c)).peekable();
    if letters.peek().is_none() {
        return false;
    }
    let has_kazakh = name.chars().any(|c| KAZAKH.contains(c));
    match language {
        "kk" => has_kazakh,
        "ru" => !has_kazakh && letters.all(|c| matches!(c, '\u{400}'..='\u{4ff}')),
        _ => letters.all(|c| c.is_ascii_alphabetic()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_tell_the_language_of_a_name() {
        for (name, languages) in [
            ("мәжіліс", &["kk"][..]),
            ("мажилис", &["ru"]),
            ("Parliament", &["en"]),
            ("covid-19", &["en"]),
            ("IT-сала", &[]),
            ("2026", &[]),
        ] {
            let found = ["kk", "ru", "en"]
                .into_iter()
                .filter(|language| is_in(name, language));
            assert_eq!(found.collect::<Vec<_>>(), languages, "{name}");
        }
    }
}
