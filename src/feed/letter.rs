//! The first letters of names, and the alphabetical order of names.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// The letter that a name stands under in an alphabetical list. Letters are in the order of the Kazakh
/// alphabet, which has the Russian one in it, then other Cyrillic letters, then Latin ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Letter {
    rank: u32,
    /// In lower case.
    letter: char,
}

/// The Kazakh alphabet with the Russian letters in it.
const ALPHABET: &str = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя";

/// The rank of the first Cyrillic letter that is not in the alphabet.
const CYRILLIC: u32 = 0x1000;
const LATIN: u32 = 0x10_0000;
/// The rank of everything else.
const OTHER: u32 = 0x1000_0000;

impl Letter {
    /// Where names stand that begin with a digit or a letter of another alphabet.
    pub const OTHER: Letter = Letter {
        rank: OTHER,
        letter: '#',
    };

    /// The letter of a name. `ё` is `е`, and a Latin letter has no marks.
    pub fn of(name: &str) -> Letter {
        let first = name.chars().find(|c| c.is_alphanumeric());
        let first = first.and_then(|first| first.to_lowercase().next());
        match first.map_or(Letter::OTHER.letter, without_marks) {
            'ё' => Letter::new('е'),
            letter => Letter::new(letter),
        }
    }

    fn new(letter: char) -> Letter {
        match rank(letter) {
            rank if rank < OTHER => Letter { rank, letter },
            _ => Letter::OTHER,
        }
    }

    /// The letter in lower case, or `#`.
    pub fn lower_case(self) -> char {
        self.letter
    }

    /// The letter in upper case, or `#`.
    pub fn upper_case(self) -> String {
        self.letter.to_uppercase().collect()
    }
}

/// A Latin letter without its marks; other characters as they are.
fn without_marks(c: char) -> char {
    if !matches!(c, '\u{c0}'..='\u{24f}') {
        return c;
    }
    let decomposed = DecomposingNormalizerBorrowed::new_nfd();
    let decomposed = decomposed.normalize_iter(std::iter::once(c)).next();
    decomposed.unwrap_or(c)
}

fn rank(lower_case: char) -> u32 {
    match lower_case {
        'a'..='z' => LATIN + u32::from(lower_case),
        '\u{400}'..='\u{52f}' => match ALPHABET.chars().position(|c| c == lower_case) {
            Some(place) => place as u32,
            None => CYRILLIC + u32::from(lower_case),
        },
        c => OTHER + u32::from(c),
    }
}

/// Sorts by name: letters in the order of [`Letter`], without case and punctuation, `ё` as `е`.
pub fn sort_by_name<T>(items: &mut [T], name: impl Fn(&T) -> &str) {
    items.sort_by_cached_key(|item| {
        let name = name(item);
        (sort_key(name), name.to_owned())
    });
}

fn sort_key(name: &str) -> Vec<u32> {
    let letters = name.chars().flat_map(char::to_lowercase).map(without_marks);
    let ranks = letters.filter_map(|c| match c {
        // A shorter word comes first.
        c if c.is_whitespace() || c == '-' => Some(0),
        'ё' => Some(rank('е') + 1),
        c if c.is_alphanumeric() => Some(rank(c) + 1),
        _ => None,
    });
    ranks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_under_its_first_letter() {
        for (name, expected) in [
            ("мажилис", "М"),
            ("«Қайрат»", "Қ"),
            ("#тег", "Т"),
            ("ёлка", "Е"),
            ("Єгор", "Є"),
            ("Tesla", "T"),
            ("Émile", "E"),
            ("2027", "#"),
            ("新闻", "#"),
            ("+", "#"),
            ("", "#"),
        ] {
            assert_eq!(Letter::of(name).upper_case(), expected, "{name}");
        }
        let letter = Letter::of("Қала");
        assert_eq!(Letter::of(&letter.lower_case().to_string()), letter);
        assert_eq!(
            Letter::of(&Letter::OTHER.lower_case().to_string()),
            Letter::OTHER
        );
    }

    #[test]
    fn names_are_in_alphabetical_order() {
        let sorted = [
            "Абай",
            "ант",
            "Әлем",
            "бал",
            "ёлка",
            "ель",
            "емен",
            "Иртыш",
            "кала",
            "кала батыс",
            "калам",
            "«Қайрат»",
            "суд",
            "ұлт",
            "үй",
            "ыстык",
            "ілім",
            "эра",
            "Apple",
            "Émile",
            "tesla",
            "2026",
            "2027",
        ];
        let mut names = sorted;
        names.reverse();
        sort_by_name(&mut names, |name| name);
        assert_eq!(names, sorted);
    }
}
