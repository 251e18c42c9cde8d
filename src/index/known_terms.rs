//! Which terms are known, and for how long.
//!
//! A term is known once a released article has had it, or while feeds.toml names it. A known term is dead
//! while it has no released article and feeds.toml does not name it. After a year without an article it is
//! forgotten.

use std::mem;

use super::postings::Postings;
use super::term_dictionary::TermNo;
use super::{Index, TermDictionary};
use crate::config::NamedTerm;
use crate::model::known_term::KnownTerm;
use crate::model::term::Term;
use crate::model::time::Timestamp;

const DAY: i64 = 86_400;

/// How long a term without a released article is known.
const REMEMBERED_SECONDS: i64 = 365 * DAY;

/// What the state folder has to note about a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TermChange {
    /// It is known from now on, is used again, or has no released article any more.
    Known(KnownTerm),
    /// It is not known any more.
    Forgotten(Term),
}

/// What changed about the terms that an article has or had.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownTerms {
    /// Terms that may have lost their last released article or got one again since [`Index::advance`].
    touched: Vec<TermNo>,
    /// When the next dead term is forgotten, or earlier.
    forget_at: Option<Timestamp>,
    /// The changes since [`Index::take_term_changes`], in order.
    changes: Vec<TermChange>,
}

impl KnownTerms {
    /// The next instant at which a term is forgotten, or an earlier one.
    pub(super) fn next_instant(&self) -> Option<Timestamp> {
        self.forget_at
    }

    pub(super) fn note(&mut self, term: TermNo) {
        self.touched.push(term);
    }

    pub(super) fn note_if_unused(&mut self, term: TermNo, released: &Postings) {
        if released.of(term).len() == 0 {
            self.note(term);
        }
    }

    fn forget_dead_term_at(&mut self, instant: Timestamp) {
        let earliest = self.forget_at.map_or(instant, |at| at.min(instant));
        self.forget_at = Some(earliest);
    }
}

impl Index {
    /// Every term for which [`Index::is_known`].
    pub fn known_terms(&self) -> impl Iterator<Item = TermNo> {
        self.terms.numbers().filter(|&term| self.is_known(term))
    }

    /// Whether a released article has the term or had it within the last year, or feeds.toml names it.
    pub fn is_known(&self, term: TermNo) -> bool {
        self.terms.first_name(term).is_some() || self.is_named(term)
    }

    /// Whether the term is known only because an article had it.
    pub fn is_dead(&self, term: TermNo) -> bool {
        self.is_known(term) && !self.is_named(term) && self.articles_with(term) == 0
    }

    /// Adds a term from the state folder with the name that it had there.
    pub fn remember(&mut self, known: KnownTerm) {
        let KnownTerm {
            term,
            name,
            unused_since,
        } = known;
        let name = match self.terms.display_text(&term, &name) {
            shown if shown == name => name,
            shown => shown.to_owned(),
        };
        let number = self.terms.intern(term);
        if self.terms.first_name(number).is_none() {
            self.terms.set_first_name(number, name);
        }
        // Of an alias and its term, the later one counts.
        let since = self.terms.unused_since(number).max(unused_since);
        self.terms.set_unused_since(number, since);
        self.known.note(number);
    }

    /// The terms that [`Index::remember`] has to be told after a restart.
    pub fn remembered_terms(&self) -> impl Iterator<Item = KnownTerm> {
        self.terms.numbers().filter_map(|number| {
            Some(KnownTerm {
                term: self.term(number).clone(),
                name: self.terms.first_name(number)?.to_owned(),
                unused_since: self.terms.unused_since(number),
            })
        })
    }

    /// Replaces the set of terms that feeds.toml names.
    pub fn set_named(&mut self, named: &[NamedTerm]) {
        self.terms.set_config_names(named);
        // A term that is not named any more may have to be forgotten at once.
        self.known.forget_at = self.next_to_forget();
    }

    /// What the state folder has to note about terms since the last call, in order.
    pub fn take_term_changes(&mut self) -> Vec<TermChange> {
        mem::take(&mut self.known.changes)
    }

    /// Notes the instant in terms that lost their last released article, removes it from those that got one
    /// again, and forgets the terms that are due.
    pub(super) fn update_known_terms(&mut self) {
        let mut touched = mem::take(&mut self.known.touched);
        touched.sort_unstable();
        touched.dedup();
        for term in touched {
            self.update_unused_since(term);
        }
        if self.known.forget_at.is_some_and(|at| at <= self.as_of) {
            self.forget_terms();
            self.known.forget_at = self.next_to_forget();
        }
    }

    fn update_unused_since(&mut self, term: TermNo) {
        if self.terms.first_name(term).is_none() {
            return;
        }
        let before = self.terms.unused_since(term);
        let since = match self.articles_with(term) {
            0 => before.or(Some(self.as_of)),
            _ => None,
        };
        if since != before {
            self.terms.set_unused_since(term, since);
            self.note_change(term);
        }
        if let Some(since) = since
            && self.is_dead(term)
        {
            self.known.forget_dead_term_at(forgotten_at(since));
        }
    }

    fn forget_terms(&mut self) {
        let due = dead_terms(self).filter(|(_, at)| *at <= self.as_of);
        let due: Vec<TermNo> = due.map(|(term, _)| term).collect();
        for term in due {
            self.terms.forget(term);
            let forgotten = [self.term(term)].into_iter();
            let forgotten = forgotten.chain(self.terms.aliases_of(term)).cloned();
            let forgotten: Vec<TermChange> = forgotten.map(TermChange::Forgotten).collect();
            self.known.changes.extend(forgotten);
        }
    }

    /// When the next dead term is forgotten.
    fn next_to_forget(&self) -> Option<Timestamp> {
        dead_terms(self).map(|(_, at)| at).min()
    }

    /// Queues a known term for the state folder.
    pub(super) fn note_change(&mut self, term: TermNo) {
        if let Some(known) = known_term(&self.terms, term) {
            self.known.changes.push(TermChange::Known(known));
        }
    }

    fn is_named(&self, term: TermNo) -> bool {
        self.terms.config_name(term).is_some()
    }
}

/// The dead terms, each with the instant at which it is forgotten.
fn dead_terms(index: &Index) -> impl Iterator<Item = (TermNo, Timestamp)> {
    index.terms.numbers().filter_map(|term| {
        let since = index.terms.unused_since(term)?;
        index.is_dead(term).then(|| (term, forgotten_at(since)))
    })
}

/// When a dead term is forgotten: at a midnight, so that the publisher wakes once for all terms of a day.
fn forgotten_at(unused_since: Timestamp) -> Timestamp {
    let year_after = unused_since.plus(REMEMBERED_SECONDS);
    let day = year_after.0.div_euclid(DAY).saturating_add(1);
    Timestamp(day.saturating_mul(DAY))
}

fn known_term(terms: &TermDictionary, term: TermNo) -> Option<KnownTerm> {
    Some(KnownTerm {
        term: terms.term(term).clone(),
        name: terms.first_name(term)?.to_owned(),
        unused_since: terms.unused_since(term),
    })
}
