//! Takes text apart into words, and says of each which profiles it speaks for and against.
//!
//! A word is never written down: its last letters are a number, which the tables are asked for.

use std::sync::LazyLock;

use hashbrown::HashMap;
use icu_normalizer::properties::CanonicalCompositionBorrowed;
use memchr::memmem;

use super::Script;
use super::profiles::{ENDING_LETTERS_MAX, PROFILES};

/// A set of profiles: bit `n` is `PROFILES[n]`.
pub(super) type ProfileSet = u16;

/// What one word says about the profiles of its script.
pub(super) struct WordEvidence {
    pub(super) script: Script,
    /// The profiles of which it is one of the commonest words.
    pub(super) common: ProfileSet,
    /// The profiles of which it has an ending, and is no common word.
    pub(super) ending: ProfileSet,
    /// The profiles to whose native words a letter of it is foreign.
    pub(super) foreign: ProfileSet,
}

/// Gives the words of `text` to `take` until it returns `false`, and returns whether it never did. Only
/// the profiles of `wanted` are asked for. Addresses, e-mail addresses and hashtags are left out.
pub(super) fn each_word(
    text: &str,
    wanted: ProfileSet,
    take: &mut impl FnMut(WordEvidence) -> bool,
) -> bool {
    if !has_address(text) {
        return each_word_of_piece(text, wanted, take);
    }
    let pieces = text.split_whitespace();
    pieces
        .filter(|piece| !has_address(piece))
        .all(|piece| each_word_of_piece(piece, wanted, take))
}

fn has_address(text: &str) -> bool {
    memchr::memchr(b'@', text.as_bytes()).is_some()
        || ["://", "www."]
            .iter()
            .any(|mark| memmem::find(text.as_bytes(), mark.as_bytes()).is_some())
}

fn each_word_of_piece(
    text: &str,
    wanted: ProfileSet,
    take: &mut impl FnMut(WordEvidence) -> bool,
) -> bool {
    let tables = &*TABLES;
    let mut word = Word::default();
    let (mut in_hashtag, mut apostrophe) = (false, false);
    for c in text.chars() {
        let letter = tables.letter(c);
        match letter.kind {
            _ if in_hashtag && (letter.kind != Kind::Break || c == '_' || c.is_numeric()) => {}
            Kind::Ignored => {}
            Kind::Mark => word.compose(c, tables),
            Kind::Apostrophe => apostrophe = !word.is_empty(),
            Kind::Letter(script) => {
                if std::mem::take(&mut apostrophe) {
                    word.push(tables.letter(APOSTROPHE), script);
                }
                word.push(letter, script);
            }
            Kind::Break => {
                (in_hashtag, apostrophe) = (c == '#', false);
                if !word.is_empty() && !take(std::mem::take(&mut word).evidence(wanted, tables)) {
                    return false;
                }
            }
        }
    }
    word.is_empty() || take(word.evidence(wanted, tables))
}

/// A word by its last letters.
#[derive(Default)]
struct Word {
    /// The script of the first letter.
    script: Option<Script>,
    letters: u32,
    /// The codes of the last eleven letters, [`CODE_BITS`] each, the last one lowest.
    code: u128,
    /// The profiles to which a letter is foreign, the last letter left out.
    foreign: ProfileSet,
    /// The profiles to which the last letter is native.
    last: ProfileSet,
}

/// A letter of a table has a code below 2¹¹.
const CODE_BITS: u32 = 11;

/// The letters that a [`Word`] keeps.
const CODES_MAX: u32 = u128::BITS / CODE_BITS;

impl Word {
    fn is_empty(&self) -> bool {
        self.script.is_none()
    }

    fn push(&mut self, letter: Letter, script: Script) {
        if self.script.is_none() {
            (self.script, self.last) = (Some(script), ProfileSet::MAX);
        }
        self.letters = self.letters.saturating_add(1);
        self.code = (self.code << CODE_BITS) | u128::from(letter.code);
        self.foreign |= !self.last;
        self.last = letter.native;
    }

    /// Adds a combining mark to the last letter, as NFC does. A mark that makes no letter, such as the
    /// mark of a stressed syllable, says nothing.
    fn compose(&mut self, mark: char, tables: &Tables) {
        let last = u32::try_from(self.code & mask(1)).unwrap_or_default();
        let last = char::from_u32(last).filter(|_| !self.is_empty());
        let composed = last.and_then(|last| COMPOSITION.compose(last, mark));
        if let Some(composed) = composed {
            let letter = tables.letter(composed);
            self.code = (self.code & !mask(1)) | u128::from(letter.code);
            self.last = letter.native;
        }
    }

    fn evidence(&self, wanted: ProfileSet, tables: &Tables) -> WordEvidence {
        let script = self.script.unwrap_or(Script::Other);
        let wanted = wanted & tables.written_in[script as usize];
        let find = |table: &HashMap<u128, ProfileSet>, code: u128| {
            table.get(&code).map_or(0, |profiles| profiles & wanted)
        };
        let common = match self.letters <= CODES_MAX && wanted != 0 {
            true => find(&tables.words, self.code),
            false => 0,
        };
        let mut ending = 0;
        if self.letters >= LETTERS_MIN_WITH_ENDING && common != wanted {
            for letters in 2..=ENDING_LETTERS_MAX {
                ending |= find(&tables.endings, self.code & mask(letters));
            }
        }
        WordEvidence {
            script,
            common,
            ending: ending & !common,
            foreign: wanted & (self.foreign | !self.last),
        }
    }
}

/// The bits of the last letters.
const fn mask(letters: u32) -> u128 {
    (1 << (CODE_BITS * letters)) - 1
}

/// Endings of shorter words say nothing.
const LETTERS_MIN_WITH_ENDING: u32 = 5;

static COMPOSITION: CanonicalCompositionBorrowed<'static> = CanonicalCompositionBorrowed::new();

/// Stands for every apostrophe, as the tables write it.
const APOSTROPHE: char = 'ʻ';

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter(Script),
    /// A combining mark.
    Mark,
    /// Between two letters it is a letter.
    Apostrophe,
    /// A soft hyphen and the like, which is not seen.
    Ignored,
    /// Anything else, which parts words.
    Break,
}

/// What a character is.
#[derive(Clone, Copy)]
struct Letter {
    kind: Kind,
    /// The lower-case letter, or [`RARE`].
    code: u16,
    /// The profiles to whose native words it belongs.
    native: ProfileSet,
}

/// The code of a letter that no table has.
const RARE: u16 = 0x7ff;

impl Letter {
    /// A letter that is foreign to all profiles, or no letter.
    fn classify(c: char) -> Letter {
        let kind = match c {
            '\'' | '‘' | '’' | '`' | 'ʼ' | 'ʻ' | '´' => Kind::Apostrophe,
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => Kind::Ignored,
            '\u{300}'..='\u{36f}' => Kind::Mark,
            _ if !c.is_alphabetic() => Kind::Break,
            '\u{400}'..='\u{52f}' => Kind::Letter(Script::Cyrillic),
            ..'\u{250}' | '\u{1e00}'..='\u{1eff}' => Kind::Letter(Script::Latin),
            _ => Kind::Letter(Script::Other),
        };
        let lower = c.to_lowercase().next().unwrap_or(c);
        Letter {
            kind,
            code: match u16::try_from(u32::from(lower)) {
                Ok(code) if usize::from(code) < LETTERS => code,
                _ => RARE,
            },
            native: 0,
        }
    }
}

/// The tables of [`PROFILES`] in a form that is quick to ask.
struct Tables {
    letters: Vec<Letter>,
    words: HashMap<u128, ProfileSet>,
    endings: HashMap<u128, ProfileSet>,
    /// The profiles of each script.
    written_in: [ProfileSet; 3],
}

/// The characters up to the end of Cyrillic.
const LETTERS: usize = 0x530;

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::build);

impl Tables {
    fn build() -> Tables {
        let mut tables = Tables {
            letters: ('\0'..='\u{52f}').map(Letter::classify).collect(),
            words: HashMap::new(),
            endings: HashMap::new(),
            written_in: [0; 3],
        };
        for (number, profile) in PROFILES.iter().enumerate() {
            let bit = 1 << number;
            tables.written_in[profile.script as usize] |= bit;
            for letter in profile.letters.chars().chain([APOSTROPHE]) {
                for form in letter.to_uppercase().chain([letter]) {
                    if let Some(letter) = tables.letters.get_mut(form as usize) {
                        letter.native |= bit;
                    }
                }
            }
            for word in profile.words.split_whitespace() {
                *tables.words.entry(tables.letters_code(word)).or_default() |= bit;
            }
            for ending in profile.endings.split_whitespace() {
                let code = tables.letters_code(ending);
                *tables.endings.entry(code).or_default() |= bit;
            }
        }
        tables
    }

    fn letters_code(&self, word: &str) -> u128 {
        word.chars().fold(0, |code, c| {
            (code << CODE_BITS) | u128::from(self.letter(c).code)
        })
    }

    fn letter(&self, c: char) -> Letter {
        let known = self.letters.get(c as usize).copied();
        known.unwrap_or_else(|| Letter::classify(c))
    }
}
