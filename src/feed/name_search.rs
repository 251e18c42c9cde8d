//! A search of names by their words, in any spelling that readers type.
//!
//! The folded words of all names stand in one text, so a search is one pass over it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use memchr::memmem;

use crate::model::term::key;
use crate::text::{TYPED_CHARACTERS_MAX, fold_letters, switch_layout};

/// Names in a fixed order, which decides between equally good matches.
#[derive(Debug, Default)]
pub struct NameSearch {
    /// Of each name its folded words, each behind a space, and a line feed. The words of each other
    /// spelling stand behind a tab.
    words: String,
    word_ends: Vec<u32>,
    /// The names as written.
    names: String,
    name_ends: Vec<u32>,
}

/// Words of a query that count.
const QUERY_WORDS_MAX: usize = 8;

/// Characters of a name that are searched.
const NAME_CHARACTERS_MAX: usize = 400;

/// Bytes of all words; names beyond them are not found. Positions are 32 bits wide.
const WORDS_BYTES_MAX: usize = 1 << 30;

/// Matches that are compared with the query as it was typed. More are an effect of one or two letters.
const COMPARED_MAX: usize = 1000;

/// A word with fewer letters says too little to look for it alone.
const LETTERS_MIN: usize = 3;

/// Letters of a word for which words with typing errors are looked for.
const LETTERS_MAX: usize = 64;

/// Typing errors in a word.
const ERRORS_MAX: usize = 4;

/// Pairs of letters that one search for typing errors compares: about 20 ms.
const LETTER_PAIRS_MAX: usize = 4_000_000;

/// What was typed.
struct Query {
    /// The folded words.
    words: Vec<String>,
    /// The words as they were typed, in lower case.
    written: Vec<String>,
}

impl Query {
    fn new(text: &str) -> Query {
        let words = |text: &str| {
            split(text)
                .take(QUERY_WORDS_MAX)
                .map(str::to_owned)
                .collect()
        };
        Query {
            words: words(&key(&fold_letters(text))),
            written: words(&key(text)),
        }
    }
}

/// The words of a key.
fn split(key: &str) -> impl Iterator<Item = &str> {
    key.split('-').filter(|word| !word.is_empty())
}

fn first_characters(text: &str, max: usize) -> &str {
    text.char_indices()
        .nth(max)
        .map_or(text, |(end, _)| &text[..end])
}

impl NameSearch {
    /// Names in order, the most important first, each with its other spellings.
    pub fn new<'a, O: IntoIterator<Item = &'a str>>(
        names: impl IntoIterator<Item = (&'a str, O)>,
    ) -> NameSearch {
        let mut search = NameSearch::default();
        for (name, others) in names {
            if search.words.len().max(search.names.len()) > WORDS_BYTES_MAX {
                break;
            }
            search.push_words(name);
            for other in others {
                search.words.push('\t');
                search.push_words(other);
            }
            search.words.push('\n');
            search.word_ends.push(search.words.len() as u32);
            search.names.push_str(name);
            search.name_ends.push(search.names.len() as u32);
        }
        search.words.shrink_to_fit();
        search.names.shrink_to_fit();
        search
    }

    fn push_words(&mut self, name: &str) {
        let name = first_characters(name, NAME_CHARACTERS_MAX);
        for word in split(&key(&fold_letters(name))) {
            self.words.push(' ');
            self.words.push_str(word);
        }
    }

    /// The numbers of all names.
    pub fn numbers(&self) -> Range<usize> {
        0..self.name_ends.len()
    }

    /// The name with this number.
    pub fn name(&self, number: usize) -> &str {
        part(&self.names, &self.name_ends, number)
    }

    /// The numbers of the names of which every typed word begins a word, at most `max`: whole names first,
    /// then those with the letters as typed, then in order. Without any, those that the keys on the other
    /// keyboard layout lead to.
    pub fn find(&self, text: &str, is_wanted: impl Fn(usize) -> bool, max: usize) -> Vec<usize> {
        let text = first_characters(text, TYPED_CHARACTERS_MAX);
        // `CEHAT` in Latin letters is `СЕНАТ`.
        let with_n = || {
            text.contains(['H', 'h'])
                .then(|| text.replace(['H', 'h'], "н"))
        };
        let found = self.find_query(&Query::new(text), &is_wanted, max);
        let or_else = |found: Vec<usize>, other: Option<String>| match other {
            Some(other) if found.is_empty() => {
                self.find_query(&Query::new(&other), &is_wanted, max)
            }
            _ => found,
        };
        or_else(or_else(found, with_n()), Some(switch_layout(text)))
    }

    /// What [`NameSearch::find`] gives, else what [`NameSearch::similar`] does.
    pub fn nearest(&self, text: &str, is_wanted: impl Fn(usize) -> bool, max: usize) -> Vec<usize> {
        let found = self.find(text, &is_wanted, max);
        match found.is_empty() {
            true => self.similar(text, is_wanted, max),
            false => found,
        }
    }

    /// The numbers of the names with some of the typed words, and behind them of those with a word that a few
    /// typing errors lead to, at most `max`.
    pub fn similar(&self, text: &str, is_wanted: impl Fn(usize) -> bool, max: usize) -> Vec<usize> {
        let query = Query::new(first_characters(text, TYPED_CHARACTERS_MAX));
        let mut found = self.with_some_words(&query, &is_wanted, max);
        if found.len() < max {
            let known: HashSet<usize> = found.iter().copied().collect();
            let is_new = |number: usize| !known.contains(&number) && is_wanted(number);
            let misspelt = self.with_misspelt_words(&query, is_new);
            found.extend(misspelt.into_iter().take(max - found.len()));
        }
        found
    }

    fn find_query(
        &self,
        query: &Query,
        is_wanted: impl Fn(usize) -> bool,
        max: usize,
    ) -> Vec<usize> {
        let whole = format!(" {}", query.words.join(" "));
        let found = self.with_words(&query.words, is_wanted);
        let (mut found, parts): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|&number| self.is_whole(number, &whole));
        let wholes = found.len();
        found.extend(parts);
        let compared = found.len().min(COMPARED_MAX);
        for range in [0..wholes.min(compared), wholes.min(compared)..compared] {
            found[range].sort_by_cached_key(|&number| !self.is_as_typed(number, &query.written));
        }
        found.truncate(max);
        found
    }

    /// Every name of which each of these folded words begins a word, in order.
    fn with_words(&self, words: &[String], is_wanted: impl Fn(usize) -> bool) -> Vec<usize> {
        let starts: Vec<String> = words.iter().map(|word| format!(" {word}")).collect();
        // The longest is the rarest.
        let Some(rarest) = starts.iter().max_by_key(|start| start.len()) else {
            return Vec::new();
        };
        let mut found: Vec<usize> = Vec::new();
        let mut number = 0;
        for at in memmem::find_iter(self.words.as_bytes(), rarest) {
            if self.word_ends[number] as usize <= at {
                number += self.word_ends[number..].partition_point(|&end| end as usize <= at);
            }
            let is_new = found.last() != Some(&number);
            let has_all = || {
                let words = self.words_of(number);
                starts.iter().all(|start| words.contains(start.as_str()))
            };
            if is_new && is_wanted(number) && has_all() {
                found.push(number);
            }
        }
        found
    }

    /// The names with the most of the typed words, at most `max`.
    fn with_some_words(
        &self,
        query: &Query,
        is_wanted: impl Fn(usize) -> bool,
        max: usize,
    ) -> Vec<usize> {
        let mut found: BTreeMap<usize, (usize, bool)> = BTreeMap::new();
        for word in query.words.iter().filter(|word| is_telling(word)) {
            let whole = format!(" {word}");
            for number in self.with_words(std::slice::from_ref(word), &is_wanted) {
                let (words, is_whole) = found.entry(number).or_default();
                *words += 1;
                *is_whole |= self.is_whole(number, &whole);
            }
        }
        let mut found = Vec::from_iter(found);
        found.sort_by_key(|&(number, (words, whole))| (Reverse(words), !whole, number));
        found
            .into_iter()
            .take(max)
            .map(|(number, _)| number)
            .collect()
    }

    /// The names with a word that a few typing errors lead to from a typed one, the nearest first.
    fn with_misspelt_words(&self, query: &Query, is_wanted: impl Fn(usize) -> bool) -> Vec<usize> {
        let words = query.words.iter().filter(|word| is_telling(word));
        let typed: Vec<(&str, Letters)> = words.map(|word| (&**word, Letters::of(word))).collect();
        let mut pairs_left = LETTER_PAIRS_MAX;
        let mut found = Vec::new();
        for number in (0..self.word_ends.len()).filter(|&number| is_wanted(number)) {
            let mut nearest: Vec<Option<usize>> = vec![None; typed.len()];
            let words = self.words_of(number).split([' ', '\t', '\n']);
            let words = words.filter(|word| !word.is_empty());
            let mut length = 0;
            for word in words {
                length += 1;
                let letters = Letters::of(word);
                for ((typed, typed_letters), nearest) in typed.iter().zip(&mut nearest) {
                    if !typed_letters.may_be(&letters) {
                        continue;
                    }
                    let pairs = typed_letters.number * letters.number;
                    let Some(left) = pairs_left.checked_sub(pairs) else {
                        continue;
                    };
                    pairs_left = left;
                    let errors = strsim::osa_distance(typed, word);
                    if errors <= typed_letters.errors_max() {
                        *nearest = Some(nearest.map_or(errors, |least| least.min(errors)));
                    }
                }
            }
            let errors: usize = nearest.iter().flatten().sum();
            let matched = nearest.iter().flatten().count();
            if matched > 0 {
                found.push((Reverse(matched), errors, length, number));
            }
        }
        found.sort_unstable();
        found.into_iter().map(|(.., number)| number).collect()
    }

    fn words_of(&self, number: usize) -> &str {
        part(&self.words, &self.word_ends, number)
    }

    /// Whether these folded words, each behind a space, are all of the name or of another spelling.
    fn is_whole(&self, number: usize, words: &str) -> bool {
        let mut spellings = self.words_of(number).trim_end_matches('\n').split('\t');
        spellings.any(|spelling| spelling == words)
    }

    /// Whether the name has the typed words in the letters that were typed.
    fn is_as_typed(&self, number: usize, written: &[String]) -> bool {
        let name = key(self.name(number));
        let has = |typed: &String| split(&name).any(|word| word.starts_with(typed.as_str()));
        written.iter().all(has)
    }
}

/// Whether a word is long enough to be looked for alone.
fn is_telling(word: &str) -> bool {
    (LETTERS_MIN..=LETTERS_MAX).contains(&word.chars().count())
}

fn part<'a>(text: &'a str, ends: &[u32], number: usize) -> &'a str {
    let start = number.checked_sub(1).map_or(0, |before| ends[before]);
    &text[start as usize..ends[number] as usize]
}

/// How many letters a word has and which, as far as 64 bits can say.
struct Letters {
    number: usize,
    bits: u64,
}

impl Letters {
    fn of(word: &str) -> Letters {
        let (mut number, mut bits) = (0, 0);
        for c in word.chars() {
            number += 1;
            bits |= 1 << (u32::from(c) % u64::BITS);
        }
        Letters { number, bits }
    }

    fn errors_max(&self) -> usize {
        (self.number / 3).clamp(1, ERRORS_MAX)
    }

    /// Whether a few typing errors may lead to the other word. An error changes the number of letters by
    /// one, or which letters there are by two.
    fn may_be(&self, other: &Letters) -> bool {
        let errors_max = self.errors_max();
        self.number.abs_diff(other.number) <= errors_max
            && (self.bits ^ other.bits).count_ones() as usize <= 2 * errors_max
    }
}
