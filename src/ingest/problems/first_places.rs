//! The first of many places, in natural order.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::index::natural;
use crate::model::problem_summary::FIRST_PROBLEMS_MAX;

/// The first places in natural order, at most [`FIRST_PROBLEMS_MAX`]. Places that have left make room only
/// for those before `end`: what follows it is not known.
#[derive(Clone, Debug, Default)]
pub(super) struct FirstPlaces {
    /// Holds every place before `end` that was inserted and not removed.
    places: BTreeSet<NaturalPath>,
    /// The lowest place that did not fit.
    end: Option<NaturalPath>,
}

impl FirstPlaces {
    pub(super) fn insert(&mut self, path: &str) {
        let is_beyond = |end: &NaturalPath| natural(end.0.as_bytes(), path.as_bytes()).is_le();
        if self.end.as_ref().is_some_and(is_beyond) {
            return;
        }
        self.places.insert(NaturalPath(path.into()));
        if self.places.len() > FIRST_PROBLEMS_MAX {
            self.end = self.places.pop_last();
        }
    }

    pub(super) fn remove(&mut self, path: &str) {
        self.places.remove(&NaturalPath(path.into()));
    }

    pub(super) fn merge(&mut self, other: &FirstPlaces) {
        if let Some(end) = &other.end
            && self.end.as_ref().is_none_or(|own| end < own)
        {
            self.places.split_off(end);
            self.end = Some(end.clone());
        }
        for path in other.iter() {
            self.insert(path);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|path| &*path.0)
    }
}

/// A path in natural order.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NaturalPath(Box<str>);

impl Ord for NaturalPath {
    fn cmp(&self, other: &NaturalPath) -> Ordering {
        natural(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl PartialOrd for NaturalPath {
    fn partial_cmp(&self, other: &NaturalPath) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(numbers: impl IntoIterator<Item = usize>) -> FirstPlaces {
        let mut places = FirstPlaces::default();
        for number in numbers {
            places.insert(&number.to_string());
        }
        places
    }

    fn numbers(places: &FirstPlaces) -> Vec<usize> {
        let numbers = places.iter().map(str::parse);
        numbers.collect::<Result<_, _>>().expect("numbers")
    }

    #[test]
    fn the_first_places_are_those_of_all() {
        let first = Vec::from_iter(0..FIRST_PROBLEMS_MAX);
        for many in [places(0..1000), places((0..1000).rev())] {
            assert_eq!(numbers(&many), first);
        }
        let mut merged = places((0..1000).filter(|number| number % 2 == 0));
        merged.merge(&places((0..1000).filter(|number| number % 2 == 1)));
        assert_eq!(numbers(&merged), first);
    }

    #[test]
    fn a_place_after_an_unknown_one_is_not_among_the_first() {
        let mut places = places(0..200);
        places.remove("3");
        // Number 100 comes before it, and was dropped.
        places.insert("150");
        places.insert("4");
        let expected = (0..FIRST_PROBLEMS_MAX).filter(|number| *number != 3);
        assert_eq!(numbers(&places), Vec::from_iter(expected));
        places.insert("3");
        assert_eq!(numbers(&places).len(), FIRST_PROBLEMS_MAX);
    }
}
