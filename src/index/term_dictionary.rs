//! The terms of the index as small numbers, with the spellings that articles use for them.

use hashbrown::HashMap;

use super::ArticleNo;
use super::posting_list::PostingList;
use crate::config::{Alias, NamedTerm};
use crate::model::term::{Term, TermKind};

/// A term of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermNo(u32);

/// A spelling of a term, as some article has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SpellingNo(u32);

impl SpellingNo {
    /// How many bytes it has.
    pub(super) const BYTES: usize = size_of::<u32>();

    pub(super) fn to_bytes(self) -> [u8; SpellingNo::BYTES] {
        self.0.to_le_bytes()
    }

    pub(super) fn from_bytes(bytes: [u8; SpellingNo::BYTES]) -> SpellingNo {
        SpellingNo(u32::from_le_bytes(bytes))
    }
}

/// A term in the words of one article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermSpelling<'a> {
    /// Whether it is a tag, section, author or language of the article.
    pub kind: TermKind,
    /// The article's own spelling.
    pub text: &'a str,
    /// Whether `[same]` makes it count as the term.
    pub is_alias: bool,
}

#[derive(Debug)]
struct Spelling {
    /// What the article has it as; `[same]` may make another kind of term of it.
    kind: TermKind,
    term: TermNo,
    text: Box<str>,
    /// What is printed instead, where `[same]` replaces this spelling's term.
    replacement: Option<Box<str>>,
}

#[derive(Debug)]
struct TermSlot {
    term: Term,
    posting: PostingList,
    /// How it was shown when it became known; `None` until a released article had it.
    first_name: Option<Box<str>>,
    /// How feeds.toml writes it; `None` where the file does not name it.
    config_name: Option<Box<str>>,
}

/// Every term that an article or feeds.toml names.
#[derive(Debug, Default)]
pub(super) struct TermDictionary {
    slots: Vec<TermSlot>,
    by_term: HashMap<Term, TermNo>,
    spellings: Vec<Spelling>,
    by_spelling: HashMap<TermKind, HashMap<Box<str>, Option<SpellingNo>>>,
    aliases: HashMap<Term, (Term, Box<str>)>,
}

impl TermDictionary {
    pub(super) fn new(same: &[Alias]) -> TermDictionary {
        let aliases = same
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

    /// The number of a spelling; `None` when nothing but punctuation is in it.
    pub(super) fn spell(&mut self, kind: TermKind, text: &str) -> Option<SpellingNo> {
        if let Some(&known) = self
            .by_spelling
            .get(&kind)
            .and_then(|texts| texts.get(text))
        {
            return known;
        }
        let spelling = Term::new(kind, text).map(|term| {
            let replacement = self.aliases.get(&term).map(|(_, shown)| shown.clone());
            let term = self.intern(&term);
            self.spellings.push(Spelling {
                kind,
                term,
                text: text.into(),
                replacement,
            });
            SpellingNo(index(self.spellings.len() - 1))
        });
        self.by_spelling
            .entry(kind)
            .or_default()
            .insert(text.into(), spelling);
        spelling
    }

    /// The number of a term, which is made known to the index if it is new.
    pub(super) fn intern(&mut self, term: &Term) -> TermNo {
        let term = self.canonical(term).clone();
        if let Some(&number) = self.by_term.get(&term) {
            return number;
        }
        let number = TermNo(index(self.slots.len()));
        self.by_term.insert(term.clone(), number);
        self.slots.push(TermSlot {
            term,
            posting: PostingList::default(),
            first_name: None,
            config_name: None,
        });
        number
    }

    /// The number of a term that is here already.
    pub(super) fn find(&self, term: &Term) -> Option<TermNo> {
        self.by_term.get(self.canonical(term)).copied()
    }

    /// The term that `term` counts as.
    pub(super) fn canonical<'a>(&'a self, term: &'a Term) -> &'a Term {
        self.aliases.get(term).map_or(term, |(to, _)| to)
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = TermNo> + use<> {
        (0..index(self.slots.len())).map(TermNo)
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

    /// A spelling as the article has it.
    pub(super) fn spelling(&self, spelling: SpellingNo) -> TermSpelling<'_> {
        let spelling = &self.spellings[spelling.0 as usize];
        TermSpelling {
            kind: spelling.kind,
            text: &spelling.text,
            is_alias: spelling.replacement.is_some(),
        }
    }

    /// A spelling's text as feeds print it.
    pub(super) fn shown(&self, spelling: SpellingNo) -> &str {
        let spelling = &self.spellings[spelling.0 as usize];
        spelling.replacement.as_deref().unwrap_or(&spelling.text)
    }

    /// What `[same]` prints instead of a spelling.
    pub(super) fn replacement(&self, spelling: SpellingNo) -> Option<&str> {
        self.spellings[spelling.0 as usize].replacement.as_deref()
    }

    /// How a term was shown when it became known; `None` for one that no article ever had.
    pub(super) fn first_name(&self, term: TermNo) -> Option<&str> {
        self.slots[term.0 as usize].first_name.as_deref()
    }

    pub(super) fn remember(&mut self, term: TermNo, text: &str) {
        self.slots[term.0 as usize].first_name = Some(text.into());
    }

    /// How feeds.toml writes a term; `None` where the file does not name it.
    pub(super) fn config_name(&self, term: TermNo) -> Option<&str> {
        self.slots[term.0 as usize].config_name.as_deref()
    }

    /// Takes over how feeds.toml writes terms, and forgets how it wrote them before.
    pub(super) fn set_named(&mut self, config_name: &[NamedTerm]) {
        for slot in &mut self.slots {
            slot.config_name = None;
        }
        for NamedTerm { term, text, .. } in config_name {
            let text: Box<str> = self.printed(term, text).into();
            let number = self.intern(term);
            self.slots[number.0 as usize]
                .config_name
                .get_or_insert(text);
        }
    }

    /// A text of `term` as feeds print it.
    pub(super) fn printed<'a>(&'a self, term: &Term, text: &'a str) -> &'a str {
        self.aliases.get(term).map_or(text, |(_, shown)| shown)
    }

    /// The article whose spelling a term is shown in: the oldest that carries it.
    pub(super) fn oldest(&self, term: TermNo) -> Option<ArticleNo> {
        self.posting(term).as_slice().first().copied()
    }

    pub(super) fn shrink(&mut self) {
        for slot in &mut self.slots {
            slot.posting.shrink();
        }
    }
}

fn index(length: usize) -> u32 {
    u32::try_from(length).expect("fewer terms than 4 thousand million")
}
