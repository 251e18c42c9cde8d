//! The parts of a source that cannot be listed, or are skipped with a warning.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::tally::Tally;
use crate::source::{Scope, Unlisted};

/// The places that are held by name; of further ones only the counts are, until the next full reading.
const UNLISTED_MAX: usize = 10_000;

/// The unlisted places by path. The store has no row of them.
#[derive(Debug, Default)]
pub(in crate::ingest) struct UnlistedPlaces {
    by_path: BTreeMap<String, Unlisted>,
    tally: Tally,
    /// Places beyond [`UNLISTED_MAX`].
    rest: Tally,
}

impl UnlistedPlaces {
    pub(in crate::ingest) fn add(&mut self, unlisted: Unlisted) {
        self.remove(&unlisted.path);
        let is_full = self.by_path.len() >= UNLISTED_MAX;
        let tally = match is_full {
            true => &mut self.rest,
            false => &mut self.tally,
        };
        tally.add(unlisted.severity, &reason(&unlisted), &unlisted.path);
        if !is_full {
            self.by_path.insert(unlisted.path.clone(), unlisted);
        }
    }

    /// Takes over what a reading of `scopes` found; whether something changed. A complete reading shows that
    /// other places of its scopes can be listed again. `on_new` gets the places that are new.
    pub(super) fn update(
        &mut self,
        found: UnlistedPlaces,
        scopes: &[Scope],
        is_complete: bool,
        mut on_new: impl FnMut(&str, &Unlisted),
    ) -> bool {
        for (path, unlisted) in &found.by_path {
            if !self.has(unlisted) {
                on_new(path, unlisted);
            }
        }
        if is_complete && scopes.iter().any(Scope::is_full) {
            *self = found;
            return true;
        }
        let mut is_changed = !found.rest.is_empty();
        for scope in scopes {
            if let Scope::At { path, .. } = scope
                && is_complete
            {
                for path in self.below(path) {
                    if !found.by_path.contains_key(&path) {
                        self.remove(&path);
                        is_changed = true;
                    }
                }
            }
        }
        for unlisted in found.by_path.into_values() {
            if !self.has(&unlisted) {
                self.add(unlisted);
                is_changed = true;
            }
        }
        self.rest.merge(found.rest);
        is_changed
    }

    pub(super) fn tally(&self) -> Tally {
        let mut tally = self.tally.clone();
        tally.merge(self.rest.clone());
        tally
    }

    pub(super) fn get(&self, path: &str) -> Option<&Unlisted> {
        self.by_path.get(path)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Unlisted)> {
        let places = self.by_path.iter();
        places.map(|(path, unlisted)| (path.as_str(), unlisted))
    }

    fn has(&self, unlisted: &Unlisted) -> bool {
        let before = self.get(&unlisted.path);
        before.is_some_and(|before| before.reason == unlisted.reason)
    }

    fn remove(&mut self, path: &str) {
        if let Some(unlisted) = self.by_path.remove(path) {
            self.tally.remove(unlisted.severity, &reason(&unlisted));
            for first in self.tally.first.values_mut() {
                first.remove(path);
            }
        }
    }

    /// The places at `path` and below it.
    fn below(&self, path: &str) -> Vec<String> {
        let at = self.by_path.get_key_value(path).map(|(path, _)| path);
        // `0` is the character after `/`.
        let (from, to) = (format!("{path}/"), format!("{path}0"));
        let bounds = (Bound::Included(from), Bound::Excluded(to));
        let below = self.by_path.range(bounds).map(|(path, _)| path);
        at.into_iter().chain(below).cloned().collect()
    }
}

fn reason(unlisted: &Unlisted) -> String {
    format!("skipped: {}", unlisted.reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::problem::Severity;

    fn unlisted(path: &str, reason: &str) -> Unlisted {
        Unlisted {
            path: path.to_owned(),
            reason: reason.to_owned(),
            hides: false,
            severity: Severity::Warning,
        }
    }

    fn places(paths: &[&str]) -> UnlistedPlaces {
        let mut places = UnlistedPlaces::default();
        for path in paths {
            places.add(unlisted(path, "a link"));
        }
        places
    }

    #[test]
    fn a_reading_replaces_the_places_of_its_scopes() {
        let mut known = UnlistedPlaces::default();
        let whole = [Scope::All];
        let below = |path: &str| [Scope::at(path.to_owned())];
        let first: &[&str] = &["a/1", "a/2", "ab", "b"];
        type Step<'a> = (
            &'a [Scope],
            &'a [&'a str],
            bool,
            &'a [&'a str],
            &'a [&'a str],
        );
        let steps: [Step<'_>; 8] = [
            (&whole, first, true, first, first),
            (&below("a/1"), &[], true, &[], &["a/2", "ab", "b"]),
            (&below("a"), &[], true, &[], &["ab", "b"]),
            (&below("c"), &["c"], true, &["c"], &["ab", "b", "c"]),
            (&below("b"), &["b"], true, &[], &["ab", "b", "c"]),
            (&[Scope::Recent], &[], true, &[], &["ab", "b", "c"]),
            (&whole, &["d"], false, &["d"], &["ab", "b", "c", "d"]),
            (&whole, &["d"], true, &[], &["d"]),
        ];
        for (scopes, found, is_complete, new, expected) in steps {
            let mut told = Vec::new();
            known.update(places(found), scopes, is_complete, |path, _| {
                told.push(path.to_owned());
            });
            assert_eq!(told, new, "{scopes:?}");
            let paths = Vec::from_iter(known.iter().map(|(path, _)| path));
            assert_eq!(paths, expected, "{scopes:?}");
            let count = known.tally().reasons().first().map(|reason| reason.count);
            assert_eq!(count, Some(expected.len()), "{scopes:?}");
        }
    }

    #[test]
    fn places_beyond_the_limit_are_counted() {
        let mut places = UnlistedPlaces::default();
        for number in 0..UNLISTED_MAX + 7 {
            places.add(unlisted(&number.to_string(), "a link"));
        }
        places.add(unlisted("1", "another reason"));
        assert_eq!(places.iter().count(), UNLISTED_MAX);
        let counts = places.tally().reasons();
        let counts = Vec::from_iter(counts.iter().map(|reason| reason.count));
        assert_eq!(counts, [UNLISTED_MAX + 6, 1]);
    }
}
