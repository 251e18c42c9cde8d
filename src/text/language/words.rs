//! Takes text apart into words, and says of each which profiles it speaks for and against.
//!
//! A word is never written down: its last letters are a number, which the tables are asked for.

use std::sync::LazyLock;

use icu_normalizer::properties::CanonicalCompositionBorrowed;
use memchr::memmem;

use super::profiles::{ProfileSet, Script};
use super::tables::{
    APOSTROPHE, CODE_BITS, CODES_MAX, Kind, Letter, TABLES, Tables, WORD_LETTERS_MAX, mask,
};

/// What one word says about the profiles of its script.
#[derive(Clone, Copy)]
pub(super) struct WordEvidence {
    pub(super) script: Script,
    pub(super) place: Place,
    /// The profiles of which it is one of the commonest words.
    pub(super) common: ProfileSet,
    /// The profiles of which it has a beginning.
    pub(super) beginning: ProfileSet,
    /// The profiles of which it has an ending, and is no common word.
    pub(super) ending: ProfileSet,
    /// The profiles of which it has an ending of three letters or more.
    pub(super) long_ending: ProfileSet,
    /// The profiles to which all letters are native, one of them a letter of their own.
    pub(super) own: ProfileSet,
    /// The profiles that have letters of their own, none of which is in it.
    pub(super) plain: ProfileSet,
    /// Those of these that have many.
    pub(super) plain_of_many: ProfileSet,
    /// The profiles that have a letter or a pair of letters of it in loan words only.
    pub(super) loan: ProfileSet,
    /// The profiles that do not have a letter of it.
    pub(super) foreign: ProfileSet,
}

/// Where a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Text,
    /// At the start of a sentence, with a capital.
    SentenceStart,
    /// Elsewhere with a capital, or an abbreviation.
    Name,
    Quotation,
}

/// The bytes that are searched for addresses at once.
const CHUNK_BYTES: usize = 1 << 10;

/// A quotation that is longer has lost its end.
const QUOTATION_WORDS_MAX: u32 = 60;

/// A full stop behind a shorter word is the end of an abbreviation or of an initial.
const SENTENCE_END_LETTERS_MIN: u32 = 4;

/// An abbreviation in capitals has so many letters at most.
const ABBREVIATION_LETTERS_MAX: u32 = 5;

/// Reads the words of texts that follow each other.
pub(super) struct Words {
    word: Word,
    in_hashtag: bool,
    apostrophe: bool,
    is_sentence_start: bool,
    /// Whether the last character ends a word or a sentence, so that a quotation mark is a closing one.
    is_behind_text: bool,
    /// How many quotations are open, one in another.
    quotations: u32,
    quotation_words: u32,
}

impl Words {
    pub(super) fn new() -> Words {
        Words {
            word: Word::default(),
            in_hashtag: false,
            apostrophe: false,
            is_sentence_start: true,
            is_behind_text: false,
            quotations: 0,
            quotation_words: 0,
        }
    }

    /// Gives the words of `text` to `take` until it returns `false`, and returns whether it never did. Only
    /// the profiles of `wanted` are asked for. Addresses, e-mail addresses and hashtags are left out.
    pub(super) fn read(
        &mut self,
        mut text: &str,
        wanted: ProfileSet,
        take: &mut impl FnMut(WordEvidence) -> bool,
    ) -> bool {
        let is_within_sentence = text.ends_with(' ');
        while !text.is_empty() {
            let (chunk, rest) = text.split_at(chunk_bytes(text));
            text = rest;
            let more = match has_address(chunk) {
                false => self.read_piece(chunk, wanted, take),
                true => chunk
                    .split_inclusive(char::is_whitespace)
                    .filter(|piece| !has_address(piece))
                    .all(|piece| self.read_piece(piece, wanted, take)),
            };
            if !more {
                return false;
            }
        }
        let more = self.end_word(' ', wanted, take);
        // Behind a space the next text stands in the same sentence: a tag within it parts the two.
        self.is_sentence_start |= !is_within_sentence;
        more
    }

    fn read_piece(
        &mut self,
        text: &str,
        wanted: ProfileSet,
        take: &mut impl FnMut(WordEvidence) -> bool,
    ) -> bool {
        let tables = &*TABLES;
        for c in text.chars() {
            let letter = tables.letter(c);
            match letter.kind {
                Kind::Letter(_) if !self.in_hashtag => {
                    if self.apostrophe {
                        self.apostrophe = false;
                        self.word.push(tables.letter(APOSTROPHE), APOSTROPHE);
                    }
                    self.word.push(letter, c);
                }
                Kind::Break => {
                    if self.in_hashtag && (c == '_' || c.is_numeric()) {
                        continue;
                    }
                    if !self.end_word(c, wanted, take) {
                        return false;
                    }
                }
                _ if self.in_hashtag => {}
                Kind::Mark => self.word.compose(c, tables),
                Kind::Apostrophe => self.apostrophe = self.word.letters > 0,
                Kind::Letter(_) | Kind::Ignored => {}
            }
        }
        true
    }

    /// Ends a word at `c`, which is no letter.
    fn end_word(
        &mut self,
        c: char,
        wanted: ProfileSet,
        take: &mut impl FnMut(WordEvidence) -> bool,
    ) -> bool {
        (self.in_hashtag, self.apostrophe) = (c == '#', false);
        let letters = self.word.letters;
        let mut more = true;
        if letters > 0 {
            let word = self.word.sum();
            let place = self.place(&word);
            more = take(self.word.evidence(&word, place, wanted));
            self.word.letters = 0;
            self.is_sentence_start = false;
            self.is_behind_text = true;
        }
        match c {
            ' ' => self.is_behind_text = false,
            '"' | '«' | '»' | '“' | '”' | '„' | '‟' => self.quotation_mark(c),
            '!' | '?' | '…' => (self.is_sentence_start, self.is_behind_text) = (true, true),
            '.' => {
                self.is_sentence_start |= letters >= SENTENCE_END_LETTERS_MIN || letters == 0;
                self.is_behind_text = true;
            }
            '(' | '[' | '\n' | '\t' | '\u{a0}' | '—' | '–' => self.is_behind_text = false,
            _ => self.is_behind_text = true,
        }
        more
    }

    /// Opens or closes a quotation. The same mark does either in different languages, so its place decides.
    fn quotation_mark(&mut self, mark: char) {
        if self.is_behind_text || (matches!(mark, '»' | '”') && self.quotations > 0) {
            self.quotations = self.quotations.saturating_sub(1);
        } else {
            self.quotations = self.quotations.saturating_add(1);
            self.quotation_words = 0;
        }
    }

    fn place(&mut self, word: &LetterSum) -> Place {
        if self.quotations > 0 {
            self.quotation_words += 1;
            if self.quotation_words <= QUOTATION_WORDS_MAX {
                return Place::Quotation;
            }
            self.quotations = 0;
        }
        let (letters, capitals) = (word.letters, word.capitals);
        match capitals {
            0 => Place::Text,
            1 if word.is_capitalised && self.is_sentence_start => Place::SentenceStart,
            1 => Place::Name,
            _ if capitals == letters && letters > ABBREVIATION_LETTERS_MAX => Place::Text,
            _ => Place::Name,
        }
    }
}

/// Where the first chunk of a text ends: behind white space, if it has any.
fn chunk_bytes(text: &str) -> usize {
    if text.len() <= CHUNK_BYTES {
        return text.len();
    }
    let chunk = &text[..text.floor_char_boundary(CHUNK_BYTES)];
    let space = memchr::memrchr2(b' ', b'\n', chunk.as_bytes());
    space.map_or(chunk.len(), |space| space + 1)
}

fn has_address(text: &str) -> bool {
    static MARKS: LazyLock<[memmem::Finder<'static>; 2]> =
        LazyLock::new(|| ["://", "www."].map(memmem::Finder::new));
    let text = text.as_bytes();
    memchr::memchr(b'@', text).is_some() || MARKS.iter().any(|mark| mark.find(text).is_some())
}

/// The letters of a word that are looked at from its beginning on. Behind them only the ending counts.
const LETTERS_MAX: usize = 20;

/// A word by its first and its last letters.
struct Word {
    letters: u32,
    first: [Letter; LETTERS_MAX],
    last: char,
    /// The codes of the last letters, [`CODE_BITS`] each, the last one lowest.
    code: u64,
}

/// What the letters of a word have in common.
struct LetterSum {
    script: Script,
    letters: u32,
    capitals: u32,
    is_capitalised: bool,
    /// Whether one of them is not in all alphabets of the script.
    has_own: bool,
    /// The profiles to which all are native, with their pairs, and those that have the letters at all.
    native: ProfileSet,
    known: ProfileSet,
}

impl Default for Word {
    fn default() -> Word {
        Word {
            letters: 0,
            first: [Letter::NONE; LETTERS_MAX],
            last: '\0',
            code: 0,
        }
    }
}

impl Word {
    fn push(&mut self, letter: Letter, c: char) {
        if self.letters == 0 {
            self.code = 0;
        }
        if let Some(place) = self.first.get_mut(self.letters as usize) {
            *place = letter;
        }
        self.letters = self.letters.saturating_add(1);
        self.last = c;
        self.code = (self.code << CODE_BITS) | u64::from(letter.code);
    }

    /// Adds a combining mark to the last letter, as NFC does. A mark that makes no letter, such as the
    /// mark of a stressed syllable, says nothing.
    fn compose(&mut self, mark: char, tables: &Tables) {
        let Some(before) = self.letters.checked_sub(1) else {
            return;
        };
        if let Some(composed) = COMPOSITION.compose(self.last, mark) {
            self.code >>= CODE_BITS;
            self.letters = before;
            self.push(tables.letter(composed), composed);
        }
    }

    fn sum(&self) -> LetterSum {
        let letters = self.first.iter().take(self.letters as usize);
        let first = &self.first[0];
        let mut sum = LetterSum {
            script: match first.kind {
                Kind::Letter(script) => script,
                _ => Script::Other,
            },
            letters: 0,
            capitals: 0,
            is_capitalised: first.is_capital,
            has_own: false,
            native: ProfileSet::MAX,
            known: ProfileSet::MAX,
        };
        let loan_pairs = TABLES.script(sum.script).loan_pairs();
        let mut before = 0;
        for letter in letters {
            sum.letters += 1;
            sum.capitals += u32::from(letter.is_capital);
            sum.has_own |= letter.is_own;
            let pair = (before << CODE_BITS) | usize::from(letter.code);
            sum.native &= letter.native & !loan_pairs[pair];
            sum.known &= letter.known;
            before = usize::from(letter.code);
        }
        sum
    }

    fn evidence(&self, sum: &LetterSum, place: Place, wanted: ProfileSet) -> WordEvidence {
        let tables = TABLES.script(sum.script);
        let wanted = wanted & tables.profiles;
        let mut evidence = WordEvidence {
            script: sum.script,
            place,
            common: 0,
            beginning: 0,
            ending: 0,
            long_ending: 0,
            own: 0,
            plain: 0,
            plain_of_many: 0,
            loan: sum.known & !sum.native & wanted,
            foreign: !sum.known & wanted,
        };
        if wanted == 0 {
            return evidence;
        }
        let code = self.code & mask(CODES_MAX);
        let pair = tables.pair(code);
        if pair.of_words & wanted != 0 && self.letters <= WORD_LETTERS_MAX {
            evidence.common = tables.word(code, self.letters) & wanted;
        }
        let open = wanted & !evidence.common;
        if self.letters >= LETTERS_MIN_WITH_ENDING && open != 0 {
            if pair.of_endings & open != 0 {
                evidence.long_ending = tables.longer_ending(code) & open;
            }
            evidence.ending = (pair.ending & open) | evidence.long_ending;
            evidence.beginning = tables.beginning(self.first[0].code, self.first[1].code) & open;
        }
        if sum.has_own {
            evidence.own = sum.native & tables.with_own & wanted;
        } else {
            evidence.plain = tables.plain & open;
            evidence.plain_of_many = tables.plain_of_many & open;
        }
        evidence
    }
}

/// Endings of shorter words say nothing.
const LETTERS_MIN_WITH_ENDING: u32 = 5;

static COMPOSITION: CanonicalCompositionBorrowed<'static> = CanonicalCompositionBorrowed::new();
