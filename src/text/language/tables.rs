//! The tables of [`PROFILES`] in a form that is quick to ask.

use std::sync::LazyLock;

use hashbrown::HashMap;

use super::profiles::{ENDING_LETTERS_MAX, PROFILES, Profile, ProfileSet, Script};

/// A letter has a code below 2⁶ in its script.
pub(super) const CODE_BITS: u32 = 6;

/// The letters whose codes a number keeps. Longer words are told apart by their length as well.
pub(super) const CODES_MAX: u32 = 10;

/// The letters of the longest common words.
pub(super) const WORD_LETTERS_MAX: u32 = 11;

/// The bits of the last letters.
pub(super) const fn mask(letters: u32) -> u64 {
    (1 << (CODE_BITS * letters)) - 1
}

/// Stands for every apostrophe, as the tables write it.
pub(super) const APOSTROPHE: char = 'ʻ';

/// The code of a letter that no table has. No letter at all is 0.
const RARE: u8 = (1 << CODE_BITS) - 1;

const APOSTROPHE_CODE: u8 = RARE - 1;

/// What a character is to the words around it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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
pub(super) struct Letter {
    pub(super) kind: Kind,
    pub(super) is_capital: bool,
    /// Whether only some languages of the script have it.
    pub(super) is_own: bool,
    /// The lower-case letter among those of its script, or [`RARE`].
    pub(super) code: u8,
    /// The profiles to whose native words it belongs.
    pub(super) native: ProfileSet,
    /// The profiles that have it at all.
    pub(super) known: ProfileSet,
}

impl Letter {
    /// No letter.
    pub(super) const NONE: Letter = Letter {
        kind: Kind::Break,
        is_capital: false,
        is_own: false,
        code: 0,
        native: 0,
        known: 0,
    };

    /// A letter that no profile has, or no letter.
    fn classify(c: char) -> Letter {
        let kind = match c {
            '\'' | '‘' | '’' | '`' | 'ʼ' | 'ʻ' | '´' => Kind::Apostrophe,
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => Kind::Ignored,
            '\u{300}'..='\u{36f}' => Kind::Mark,
            '\u{2000}'..='\u{2bff}' => Kind::Break,
            _ if !c.is_alphabetic() => Kind::Break,
            '\u{400}'..='\u{52f}' => Kind::Letter(Script::Cyrillic),
            ..'\u{250}' | '\u{1e00}'..='\u{1eff}' => Kind::Letter(Script::Latin),
            _ => Kind::Letter(Script::Other),
        };
        Letter {
            kind,
            is_capital: c.is_uppercase(),
            is_own: false,
            code: RARE,
            native: 0,
            known: 0,
        }
    }
}

/// What is known of two letters that follow each other.
#[derive(Clone, Copy, Default)]
pub(super) struct Pair {
    /// The profiles of which words often begin with the pair.
    beginning: ProfileSet,
    /// The profiles of which the pair is an ending.
    pub(super) ending: ProfileSet,
    /// The profiles that have a longer ending with the pair at its end.
    pub(super) of_endings: ProfileSet,
    /// The profiles that have a common word with the pair at its end.
    pub(super) of_words: ProfileSet,
}

/// The number of pairs.
const PAIRS: usize = 1 << (2 * CODE_BITS);

/// The words and endings of a script.
pub(super) struct ScriptTables {
    /// The profiles that are written in it.
    pub(super) profiles: ProfileSet,
    /// Those that have letters of their own.
    pub(super) with_own: ProfileSet,
    /// Those of them that a word without such a letter speaks against, and those that it speaks more
    /// against, because they have [`MANY_OWN_LETTERS`].
    pub(super) plain: ProfileSet,
    pub(super) plain_of_many: ProfileSet,
    pairs: Box<[Pair; PAIRS]>,
    /// The profiles that have a pair in loan words only.
    loan_pairs: Box<[ProfileSet; PAIRS]>,
    /// By the last letters and their number.
    words: HashMap<u64, ProfileSet>,
    longer_endings: HashMap<u64, ProfileSet>,
}

pub(super) struct Tables {
    letters: Vec<Letter>,
    scripts: [ScriptTables; 3],
}

/// The characters up to the end of Cyrillic.
const LETTERS: u32 = 0x530;

/// The letters that say nothing between the languages of a script.
const SHARED_LETTERS: &str = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяabcdefghijklmnopqrstuvwxyzʻ";

const MANY_OWN_LETTERS: usize = 7;

pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(Tables::build);

impl Tables {
    fn build() -> Tables {
        let letters = (0..LETTERS).map(|c| Letter::classify(char::from_u32(c).unwrap_or_default()));
        let mut tables = Tables {
            letters: letters.collect(),
            scripts: [(); 3].map(|()| ScriptTables {
                profiles: 0,
                with_own: 0,
                plain: 0,
                plain_of_many: 0,
                pairs: Box::new([Pair::default(); PAIRS]),
                loan_pairs: Box::new([0; PAIRS]),
                words: HashMap::new(),
                longer_endings: HashMap::new(),
            }),
        };
        let profiles = || PROFILES.iter().enumerate();
        for (number, profile) in profiles() {
            tables.scripts[profile.script as usize].profiles |= 1 << number;
            tables.add_letters(profile, 1 << number);
        }
        tables.copy_to_capitals();
        for (number, profile) in profiles() {
            tables.add_words(profile, 1 << number);
        }
        tables
    }

    fn add_letters(&mut self, profile: &Profile, bit: ProfileSet) {
        let native = profile.letters.chars().chain([APOSTROPHE]);
        let native = native.map(|letter| (letter, bit));
        let loans = profile.loans.chars().map(|letter| (letter, 0));
        let mut own_letters = 0;
        for (c, native) in native.chain(loans) {
            let is_own = !SHARED_LETTERS.contains(c);
            own_letters += usize::from(is_own && native != 0);
            if let Some(letter) = self.letters.get_mut(c as usize) {
                letter.is_own = is_own;
                letter.native |= native;
                letter.known |= bit;
            }
        }
        let tables = &mut self.scripts[profile.script as usize];
        if own_letters > 0 {
            tables.with_own |= bit;
            // In Latin, the letters of loan words and names tell less.
            if profile.script == Script::Cyrillic {
                tables.plain |= bit;
            }
            if own_letters >= MANY_OWN_LETTERS {
                tables.plain_of_many |= tables.plain & bit;
            }
        }
    }

    /// Gives codes to the letters of the profiles, and what is known of each to its capital.
    fn copy_to_capitals(&mut self) {
        let mut codes = [0; 3];
        for letter in self.letters.iter_mut().filter(|letter| letter.known != 0) {
            letter.code = match letter.kind {
                Kind::Letter(script) => {
                    let code = &mut codes[script as usize];
                    *code += 1;
                    *code
                }
                _ => APOSTROPHE_CODE,
            };
        }
        for c in (0..LETTERS).filter_map(char::from_u32) {
            let lower = c.to_lowercase().next().unwrap_or(c);
            let lower = self.letter(lower);
            let Some(letter) = self.letters.get_mut(c as usize) else {
                continue;
            };
            *letter = Letter {
                kind: letter.kind,
                is_capital: letter.is_capital,
                ..lower
            };
        }
    }

    fn add_words(&mut self, profile: &Profile, bit: ProfileSet) {
        let codes = |list: &str| -> Vec<(u64, u32)> {
            let words = list.split_whitespace();
            words.map(|word| self.code(word)).collect()
        };
        let words = codes(profile.words);
        let endings = codes(profile.endings);
        let loan_pairs = codes(profile.loan_pairs);
        let beginnings = codes(profile.beginnings);
        let tables = &mut self.scripts[profile.script as usize];
        for (code, _) in loan_pairs {
            tables.loan_pairs[pair(code)] |= bit;
        }
        for (code, _) in beginnings {
            tables.pairs[pair(code)].beginning |= bit;
        }
        for (code, letters) in words {
            tables.pairs[pair(code)].of_words |= bit;
            *tables.words.entry(word_key(code, letters)).or_default() |= bit;
        }
        for (code, letters) in endings {
            let pair = &mut tables.pairs[pair(code)];
            if letters == 2 {
                pair.ending |= bit;
            } else {
                pair.of_endings |= bit;
                *tables.longer_endings.entry(code).or_default() |= bit;
            }
        }
    }

    /// The code of a word and its letters.
    fn code(&self, word: &str) -> (u64, u32) {
        word.chars().fold((0, 0), |(code, letters), c| {
            let code = (code << CODE_BITS) | u64::from(self.letter(c).code);
            (code & mask(CODES_MAX), letters + 1)
        })
    }

    pub(super) fn letter(&self, c: char) -> Letter {
        let known = self.letters.get(c as usize).copied();
        known.unwrap_or_else(|| Letter::classify(c))
    }

    pub(super) fn script(&self, script: Script) -> &ScriptTables {
        &self.scripts[script as usize]
    }
}

impl ScriptTables {
    /// What is known of the last two letters of a word.
    pub(super) fn pair(&self, code: u64) -> Pair {
        self.pairs[pair(code)]
    }

    /// The profiles of which words often begin with two letters.
    pub(super) fn beginning(&self, first: u8, second: u8) -> ProfileSet {
        self.pairs[usize::from(first) << CODE_BITS | usize::from(second)].beginning
    }

    /// By a pair of letters, the profiles that have it in loan words only.
    pub(super) fn loan_pairs(&self) -> &[ProfileSet; PAIRS] {
        &self.loan_pairs
    }

    /// The profiles of which a word is one of the commonest.
    pub(super) fn word(&self, code: u64, letters: u32) -> ProfileSet {
        let profiles = self.words.get(&word_key(code, letters));
        profiles.copied().unwrap_or_default()
    }

    /// The profiles of which a word has an ending of more than two letters.
    pub(super) fn longer_ending(&self, code: u64) -> ProfileSet {
        let endings = 3..=ENDING_LETTERS_MAX;
        let found = endings.filter_map(|letters| self.longer_endings.get(&(code & mask(letters))));
        found.fold(0, |all, profiles| all | profiles)
    }
}

/// The last two letters of a word as a number.
fn pair(code: u64) -> usize {
    (code & mask(2)) as usize
}

/// A word by the codes of its last letters and the number of all.
fn word_key(code: u64, letters: u32) -> u64 {
    code | u64::from(letters) << (CODE_BITS * CODES_MAX)
}
