//! The term dictionary: a number for each term and for each spelling of it.

mod name_lists;

use std::sync::Arc;

use hashbrown::HashMap;

use self::name_lists::NameList;
pub(super) use self::name_lists::NewNameList;
use super::hash_index::HashIndex;
use super::paged::Paged;
use crate::config::{Alias, NamedTerm};
use crate::model::article_meta::MetaTerm;
use crate::model::term::{Term, TermKind};
use crate::model::time::Timestamp;

/// The number of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermNo(u32);

/// The number of a spelling of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SpellingNo(u32);

impl TermNo {
    /// The place of the term in a table by term.
    pub(super) fn place(self) -> usize {
        self.0 as usize
    }
}

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
    /// `None` for a spelling without a key, which no article has.
    term: Option<TermNo>,
    text: Box<str>,
    /// The text to print instead, if this is an alias of `[same]`.
    replacement: Option<Box<str>>,
    /// Boxed, because most spellings have none.
    slug: Option<Box<Slug>>,
}

/// The slug of a spelling.
#[derive(Clone, Debug)]
struct Slug {
    text: Box<str>,
    /// Whether the key of the term is the slug's, not that of an alias.
    is_key: bool,
    /// The name list that has the articles with this spelling, if the name has another key.
    name_list: Option<TermNo>,
}

#[derive(Clone, Debug)]
struct TermSlot {
    term: Term,
    /// The name when the first article with it was released; `None` before that.
    first_name: Option<Box<str>>,
    /// When the last released article with it had gone; `None` while there is one, or if it is not known.
    unused_since: Option<Timestamp>,
    /// The spelling of feeds.toml; `None` if the file does not name it.
    config_name: Option<Box<str>>,
    name_list: NameList,
    /// The number of released articles whose slug is the key, counted by spelling.
    slug_articles: u32,
}

impl TermSlot {
    fn new(term: Term, name_list: NameList) -> TermSlot {
        TermSlot {
            term,
            first_name: None,
            unused_since: None,
            config_name: None,
            name_list,
            slug_articles: 0,
        }
    }
}

/// All terms that an article or feeds.toml names.
#[derive(Clone, Debug, Default)]
pub(super) struct TermDictionary {
    slots: Paged<TermSlot>,
    by_term: HashIndex<TermNo>,
    spellings: Paged<Spelling>,
    by_spelling: HashIndex<SpellingNo>,
    /// Each alias with the term it counts as and the text to print.
    aliases: Arc<HashMap<Term, (Term, Box<str>)>>,
    has_name_lists: bool,
    /// Whether any spelling has a slug.
    has_slugs: bool,
}

impl TermDictionary {
    pub(super) fn new(aliases: &[Alias]) -> TermDictionary {
        let aliases = aliases.iter().map(|alias| {
            (
                alias.from.clone(),
                (alias.to.clone(), alias.to_text.as_str().into()),
            )
        });
        TermDictionary {
            aliases: Arc::new(aliases.collect()),
            ..TermDictionary::default()
        }
    }

    /// The number of a spelling, which is added if it is new; `None` if it has no key. A name list that
    /// this takes is added to `new_lists` if it is new.
    pub(super) fn intern_spelling(
        &mut self,
        written: &MetaTerm,
        new_lists: &mut Vec<NewNameList>,
    ) -> Option<SpellingNo> {
        let is_same = |number| self.entry(number).written() == parts(written);
        if let Some(known) = self.by_spelling.find(parts(written), is_same) {
            return self.entry(known).term.map(|_| known);
        }
        let MetaTerm { kind, name, slug } = written;
        let by_name = Term::new(*kind, name);
        let by_slug = slug.as_deref().and_then(|slug| Term::new(*kind, slug));
        // An alias is meant by its slug or by its name.
        let alias_of = |term: &Option<Term>| self.aliases.get(term.as_ref()?);
        let alias = alias_of(&by_slug).or(alias_of(&by_name)).cloned();
        let is_alias_by_name = alias.is_some() && alias_of(&by_slug).is_none();
        let is_key = alias.is_none();
        let (counts_as, replacement) = match alias {
            Some((to, text)) => (Some(to), Some(text)),
            None => (by_slug.clone().or(by_name.clone()), None),
        };
        let term = counts_as.map(|term| self.intern(term));
        let slug = slug.as_ref().map(|text| {
            self.has_slugs = true;
            let other = match is_alias_by_name {
                true => by_slug,
                false => by_name,
            };
            Box::new(Slug {
                text: text.clone(),
                is_key,
                name_list: other.and_then(|other| self.intern_name_list(other, term, new_lists)),
            })
        });
        let number = SpellingNo(to_number(self.spellings.push(Spelling {
            kind: *kind,
            term,
            text: name.clone(),
            replacement,
            slug,
        })));
        let spellings = &self.spellings;
        self.by_spelling
            .insert(number, |number| entry(spellings, number).written());
        term.map(|_| number)
    }

    /// The number of a term, which is added if it is new.
    pub(super) fn intern(&mut self, term: Term) -> TermNo {
        if let Some(number) = self.find(&term) {
            return number;
        }
        let term = match self.aliases.get(&term) {
            Some((to, _)) => to.clone(),
            None => term,
        };
        let slot = TermSlot::new(term, NameList::None);
        let number = TermNo(to_number(self.slots.push(slot)));
        let slots = &self.slots;
        self.by_term
            .insert(number, |number| &self::slot(slots, number).term);
        number
    }

    /// The number of a term; `None` if it is not in the dictionary.
    pub(super) fn find(&self, term: &Term) -> Option<TermNo> {
        let term = self.canonical(term);
        self.by_term.find(term, |number| self.term(number) == term)
    }

    /// The term that an alias counts as; any other term itself.
    pub(super) fn canonical<'a>(&'a self, term: &'a Term) -> &'a Term {
        self.aliases.get(term).map_or(term, |(to, _)| to)
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = TermNo> + use<> {
        (0..to_number(self.slots.len())).map(TermNo)
    }

    pub(super) fn term(&self, term: TermNo) -> &Term {
        &slot(&self.slots, term).term
    }

    pub(super) fn term_of(&self, spelling: SpellingNo) -> TermNo {
        let term = self.entry(spelling).term;
        term.expect("an article has only spellings with a key")
    }

    /// The spelling with this number.
    pub(super) fn spelling(&self, spelling: SpellingNo) -> TermSpelling<'_> {
        let spelling = self.entry(spelling);
        TermSpelling {
            kind: spelling.kind,
            text: &spelling.text,
            is_alias: spelling.replacement.is_some(),
        }
    }

    /// The term of an article that a spelling was made from.
    pub(super) fn written(&self, spelling: SpellingNo) -> MetaTerm {
        let (kind, name, slug) = self.entry(spelling).written();
        MetaTerm::new(kind, name, slug)
    }

    /// The text that feeds print for a spelling.
    pub(super) fn spelling_shown(&self, spelling: SpellingNo) -> &str {
        let spelling = self.entry(spelling);
        spelling.replacement.as_deref().unwrap_or(&spelling.text)
    }

    /// The text that `[same]` prints instead of a spelling.
    pub(super) fn replacement(&self, spelling: SpellingNo) -> Option<&str> {
        self.entry(spelling).replacement.as_deref()
    }

    /// The name when the first article with the term was released; `None` before that.
    pub(super) fn first_name(&self, term: TermNo) -> Option<&str> {
        slot(&self.slots, term).first_name.as_deref()
    }

    pub(super) fn set_first_name(&mut self, term: TermNo, text: String) {
        self.slot_mut(term).first_name = Some(text.into());
    }

    /// Forgets that an article ever had the term.
    pub(super) fn forget(&mut self, term: TermNo) {
        let slot = self.slot_mut(term);
        slot.first_name = None;
        slot.unused_since = None;
    }

    /// When the last released article with the term had gone; `None` while there is one, or if it is not
    /// known.
    pub(super) fn unused_since(&self, term: TermNo) -> Option<Timestamp> {
        slot(&self.slots, term).unused_since
    }

    pub(super) fn set_unused_since(&mut self, term: TermNo, since: Option<Timestamp>) {
        self.slot_mut(term).unused_since = since;
    }

    /// The aliases of a term.
    pub(super) fn aliases_of(&self, term: TermNo) -> impl Iterator<Item = &Term> {
        let term = self.term(term);
        let aliases = self.aliases.iter().filter(move |(_, (to, _))| to == term);
        aliases.map(|(alias, _)| alias)
    }

    /// The spelling of feeds.toml; `None` if the file does not name the term.
    pub(super) fn config_name(&self, term: TermNo) -> Option<&str> {
        slot(&self.slots, term).config_name.as_deref()
    }

    /// Replaces the spellings of feeds.toml. The first spelling of a term wins.
    pub(super) fn set_config_names(&mut self, named: &[NamedTerm]) {
        for term in self.numbers() {
            if self.config_name(term).is_some() {
                self.slot_mut(term).config_name = None;
            }
        }
        for NamedTerm { term, text, .. } in named {
            let text: Box<str> = self.display_text(term, text).into();
            let number = self.intern(term.clone());
            self.slot_mut(number).config_name.get_or_insert(text);
        }
    }

    /// The text that feeds print for `term` when it is spelled `text`.
    pub(super) fn display_text<'a>(&'a self, term: &Term, text: &'a str) -> &'a str {
        self.aliases
            .get(term)
            .map_or(text, |(_, replacement)| replacement)
    }

    fn slot_mut(&mut self, term: TermNo) -> &mut TermSlot {
        self.slots
            .entry(term.place())
            .as_mut()
            .expect("a term has a slot from its first number on")
    }

    fn entry(&self, spelling: SpellingNo) -> &Spelling {
        entry(&self.spellings, spelling)
    }
}

impl Spelling {
    fn written(&self) -> (TermKind, &str, Option<&str>) {
        let slug = self.slug.as_ref().map(|slug| &*slug.text);
        (self.kind, &self.text, slug)
    }
}

fn parts(written: &MetaTerm) -> (TermKind, &str, Option<&str>) {
    (written.kind, &written.name, written.slug.as_deref())
}

fn slot(slots: &Paged<TermSlot>, term: TermNo) -> &TermSlot {
    slots.get(term.place()).expect("a term is never removed")
}

fn entry(spellings: &Paged<Spelling>, spelling: SpellingNo) -> &Spelling {
    spellings
        .get(spelling.0 as usize)
        .expect("a spelling is never removed")
}

fn to_number(length: usize) -> u32 {
    u32::try_from(length).expect("fewer than 2^32 terms")
}
