//! The term dictionary: a number for each term and for each spelling of it, with the posting lists.

use hashbrown::HashMap;

use super::ArticleNo;
use super::posting_list::PostingList;
use crate::config::{Alias, NamedTerm};
use crate::model::term::{Term, TermKind};

/// The number of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermNo(u32);

/// The number of a spelling of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SpellingNo(u32);

impl SpellingNo {
    /// The size of the byte form.
    pub(super) const BYTES: usize = size_of::<u32>();

    pub(super) fn to_bytes(self) -> [u8; SpellingNo::BYTES] {
        self.0.to_le_bytes()
    }

    pub(super) fn from_bytes(bytes: [u8; SpellingNo::BYTES]) -> SpellingNo {
        SpellingNo(u32::from_le_bytes(bytes))
    }
}

/// A term as one article spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermSpelling<'a> {
    /// The kind that the article has it as.
    pub kind: TermKind,
    /// The spelling of the article.
    pub text: &'a str,
    /// Whether it is an alias of the term by `[same]`.
    pub is_alias: bool,
}

#[derive(Clone, Debug)]
struct Spelling {
    /// The kind that articles have it as. An alias of `[same]` can be a term of another kind.
    kind: TermKind,
    term: TermNo,
    text: Box<str>,
    /// The text to print instead, if this is an alias of `[same]`.
    replacement: Option<Box<str>>,
}

#[derive(Clone, Debug)]
struct TermSlot {
    term: Term,
    posting: PostingList,
    /// The name when the first article with it was released; `None` before that.
    first_name: Option<Box<str>>,
    /// The spelling of feeds.toml; `None` if the file does not name it.
    config_name: Option<Box<str>>,
}

/// All terms that an article or feeds.toml names.
#[derive(Clone, Debug, Default)]
pub(super) struct TermDictionary {
    slots: Vec<TermSlot>,
    by_term: HashMap<Term, TermNo>,
    spellings: Vec<Spelling>,
    /// `None` for a spelling without a key.
    by_spelling: HashMap<TermKind, HashMap<Box<str>, Option<SpellingNo>>>,
    /// Each alias with the term it counts as and the text to print.
    aliases: HashMap<Term, (Term, Box<str>)>,
}

impl TermDictionary {
    pub(super) fn new(aliases: &[Alias]) -> TermDictionary {
        let aliases = aliases
            .iter()
            .map(|alias| {
                (
                    alias.from.clone(),
                    (alias.to.clone(), alias.to_text.as_str().into()),
                )
            })
            .collect();
        TermDictionary {
            aliases,
            ..TermDictionary::default()
        }
    }

    /// The number of a spelling, which is added if it is new; `None` if it has no key.
    pub(super) fn intern_spelling(&mut self, kind: TermKind, text: &str) -> Option<SpellingNo> {
        if let Some(&known) = self
            .by_spelling
            .get(&kind)
            .and_then(|texts| texts.get(text))
        {
            return known;
        }
        let spelling = Term::new(kind, text).map(|term| {
            let replacement = self.aliases.get(&term).map(|(_, text)| text.clone());
            let term = self.intern(&term);
            self.spellings.push(Spelling {
                kind,
                term,
                text: text.into(),
                replacement,
            });
            SpellingNo(to_number(self.spellings.len() - 1))
        });
        self.by_spelling
            .entry(kind)
            .or_default()
            .insert(text.into(), spelling);
        spelling
    }

    /// The number of a term, which is added if it is new.
    pub(super) fn intern(&mut self, term: &Term) -> TermNo {
        let term = self.canonical(term).clone();
        if let Some(&number) = self.by_term.get(&term) {
            return number;
        }
        let number = TermNo(to_number(self.slots.len()));
        self.by_term.insert(term.clone(), number);
        self.slots.push(TermSlot {
            term,
            posting: PostingList::default(),
            first_name: None,
            config_name: None,
        });
        number
    }

    /// The number of a term; `None` if it is not in the dictionary.
    pub(super) fn find(&self, term: &Term) -> Option<TermNo> {
        self.by_term.get(self.canonical(term)).copied()
    }

    /// The term that an alias counts as; any other term itself.
    pub(super) fn canonical<'a>(&'a self, term: &'a Term) -> &'a Term {
        self.aliases.get(term).map_or(term, |(to, _)| to)
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = TermNo> + use<> {
        (0..to_number(self.slots.len())).map(TermNo)
    }

    pub(super) fn term(&self, term: TermNo) -> &Term {
        &self.slots[term.0 as usize].term
    }

    pub(super) fn posting(&self, term: TermNo) -> &PostingList {
        &self.slots[term.0 as usize].posting
    }

    pub(super) fn posting_mut(&mut self, term: TermNo) -> &mut PostingList {
        &mut self.slots[term.0 as usize].posting
    }

    pub(super) fn term_of(&self, spelling: SpellingNo) -> TermNo {
        self.spellings[spelling.0 as usize].term
    }

    /// The spelling with this number.
    pub(super) fn spelling(&self, spelling: SpellingNo) -> TermSpelling<'_> {
        let spelling = &self.spellings[spelling.0 as usize];
        TermSpelling {
            kind: spelling.kind,
            text: &spelling.text,
            is_alias: spelling.replacement.is_some(),
        }
    }

    /// The text that feeds print for a spelling.
    pub(super) fn spelling_shown(&self, spelling: SpellingNo) -> &str {
        let spelling = &self.spellings[spelling.0 as usize];
        spelling.replacement.as_deref().unwrap_or(&spelling.text)
    }

    /// The text that `[same]` prints instead of a spelling.
    pub(super) fn replacement(&self, spelling: SpellingNo) -> Option<&str> {
        self.spellings[spelling.0 as usize].replacement.as_deref()
    }

    /// The name when the first article with the term was released; `None` before that.
    pub(super) fn first_name(&self, term: TermNo) -> Option<&str> {
        self.slots[term.0 as usize].first_name.as_deref()
    }

    pub(super) fn set_first_name(&mut self, term: TermNo, text: &str) {
        self.slots[term.0 as usize].first_name = Some(text.into());
    }

    /// The spelling of feeds.toml; `None` if the file does not name the term.
    pub(super) fn config_name(&self, term: TermNo) -> Option<&str> {
        self.slots[term.0 as usize].config_name.as_deref()
    }

    /// Replaces the spellings of feeds.toml. The first spelling of a term wins.
    pub(super) fn set_config_names(&mut self, named: &[NamedTerm]) {
        for slot in &mut self.slots {
            slot.config_name = None;
        }
        for NamedTerm { term, text, .. } in named {
            let text: Box<str> = self.display_text(term, text).into();
            let number = self.intern(term);
            self.slots[number.0 as usize]
                .config_name
                .get_or_insert(text);
        }
    }

    /// The text that feeds print for `term` when it is spelled `text`.
    pub(super) fn display_text<'a>(&'a self, term: &Term, text: &'a str) -> &'a str {
        self.aliases
            .get(term)
            .map_or(text, |(_, replacement)| replacement)
    }

    /// The oldest released article with a term, whose spelling is the name of the term.
    pub(super) fn oldest_article(&self, term: TermNo) -> Option<ArticleNo> {
        self.posting(term).as_slice().first().copied()
    }

    pub(super) fn shrink(&mut self) {
        for slot in &mut self.slots {
            slot.posting.shrink();
        }
    }
}

fn to_number(length: usize) -> u32 {
    u32::try_from(length).expect("fewer than 2^32 terms")
}
