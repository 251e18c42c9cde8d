//! The problems of all places, counted by reason.
//!
//! No copy of them is held: the store has the refusal of each file, so only their counts and the first
//! places are in memory. A transaction changes the counts by what it replaces; a full reading, which sees
//! every row of the store anyway, counts anew.

mod first_places;
mod tally;
mod unlisted_places;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use self::tally::Tally;
pub(super) use self::unlisted_places::UnlistedPlaces;
use crate::ingest::report::NewProblems;
use crate::model::article::Refusal;
use crate::model::problem::{Problem, Severity};
use crate::model::problem_summary::{FIRST_PROBLEMS_MAX, ProblemSummary};
use crate::source::{Scope, Source, Unlisted};
use crate::store::{FileRow, Store, StoreError};

/// The problems of all places, as the last reading left them.
#[derive(Debug, Default)]
pub struct Problems {
    refused: Tally,
    /// Whether `refused` counts every refusal of the store.
    is_counted: bool,
    unlisted: UnlistedPlaces,
    summary: Arc<ProblemSummary>,
}

/// What one reading found.
#[derive(Default)]
pub(super) struct FoundProblems {
    /// What its transactions changed.
    pub(super) changes: Tally,
    /// All refusals of the store as the reading began, if it has compared everything.
    pub(super) stored: Option<Tally>,
    pub(super) unlisted: UnlistedPlaces,
    pub(super) new: NewProblems,
}

impl FoundProblems {
    /// Notes that the refusal of a place changed.
    pub(super) fn note(
        &mut self,
        source: &Source,
        path: &str,
        before: Option<&Refusal>,
        after: Option<&FileRow>,
    ) {
        if let Some(before) = before {
            self.changes.remove(Severity::Error, &before.reason);
        }
        let Some((row, refusal)) = after.and_then(|row| Some((row, row.refusal.as_ref()?))) else {
            return;
        };
        self.changes.add(Severity::Error, &refusal.reason, path);
        if before != Some(refusal) {
            self.new
                .add(|| problem_of_refusal(source, path, row.key.is_some(), refusal));
        }
    }
}

impl Problems {
    /// The problems in a form of limited size.
    pub fn summary(&self) -> &Arc<ProblemSummary> {
        &self.summary
    }

    /// Adds what a reading of `scopes` found, and returns the problems that are new.
    pub(super) fn update(
        &mut self,
        found: FoundProblems,
        scopes: &[Scope],
        is_complete: bool,
        source: &Source,
        store: &Store,
    ) -> Result<NewProblems, StoreError> {
        let FoundProblems {
            changes,
            stored,
            unlisted,
            mut new,
        } = found;
        let mut is_changed = !changes.is_empty();
        if let Some(stored) = stored {
            self.refused = stored;
            self.is_counted = true;
            is_changed = true;
        }
        if self.is_counted {
            self.refused.merge(changes);
        } else {
            self.refused = refused_in(store)?;
            self.is_counted = true;
            is_changed = true;
        }
        is_changed |= self
            .unlisted
            .update(unlisted, scopes, is_complete, |path, unlisted| {
                new.add(|| problem_of_unlisted(source, path, unlisted));
            });
        if is_changed {
            self.summary = Arc::new(self.summarize(source, store)?);
        }
        Ok(new)
    }

    /// Visits every problem, the refused places first, each in the order of their paths.
    pub(super) fn visit(
        &self,
        source: &Source,
        store: &Store,
        visit: &mut dyn FnMut(Problem),
    ) -> Result<(), StoreError> {
        for row in store.files("")? {
            let (path, row) = row?;
            if let Some(problem) = problem_of_row(source, &path, &row) {
                visit(problem);
            }
        }
        for (path, unlisted) in self.unlisted.iter() {
            visit(problem_of_unlisted(source, path, unlisted));
        }
        Ok(())
    }

    fn summarize(&mut self, source: &Source, store: &Store) -> Result<ProblemSummary, StoreError> {
        let (mut refused, mut mended) = (BTreeMap::new(), Vec::new());
        for path in self.refused.first.iter() {
            let row = store.file(path)?;
            match row.and_then(|row| problem_of_row(source, path, &row)) {
                Some(problem) => drop(refused.insert(path.to_owned(), problem)),
                None => mended.push(path.to_owned()),
            }
        }
        for path in &mended {
            self.refused.first.remove(path);
        }
        let mut all = self.refused.clone();
        all.merge(self.unlisted.tally());
        let mut first = Vec::new();
        for path in all.first.iter() {
            first.extend(refused.remove(path));
            let unlisted = self.unlisted.get(path);
            first.extend(unlisted.map(|unlisted| problem_of_unlisted(source, path, unlisted)));
        }
        first.truncate(FIRST_PROBLEMS_MAX);
        let reasons = all.reasons();
        let count = |severity| {
            let counted = reasons.iter().filter(|reason| reason.severity == severity);
            counted.map(|reason| reason.count).sum()
        };
        Ok(ProblemSummary {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            first,
            reasons,
        })
    }
}

/// All refusals of the store.
fn refused_in(store: &Store) -> Result<Tally, StoreError> {
    let mut tally = Tally::default();
    for row in store.files("")? {
        let (path, row) = row?;
        tally.add_row(&path, &row);
    }
    Ok(tally)
}

/// The problem of a file or row, if it is refused.
pub fn problem_of_row(source: &Source, path: &str, row: &FileRow) -> Option<Problem> {
    let refusal = row.refusal.as_ref()?;
    Some(problem_of_refusal(source, path, row.key.is_some(), refusal))
}

fn problem_of_refusal(
    source: &Source,
    path: &str,
    has_good_version: bool,
    refusal: &Refusal,
) -> Problem {
    let consequence = match has_good_version {
        true => "; its last good version stays",
        false => "",
    };
    Problem {
        severity: Severity::Error,
        file: source.locate(path),
        line: refusal.line,
        column: None,
        message: format!("{}{consequence}", refusal.reason),
        hint: Some(refusal.hint.clone()),
        excerpt: None,
    }
}

fn problem_of_unlisted(source: &Source, path: &str, unlisted: &Unlisted) -> Problem {
    Problem {
        severity: unlisted.severity,
        file: source.locate(path),
        line: None,
        column: None,
        message: format!("skipped: {}", unlisted.reason),
        hint: unlisted
            .hides
            .then(|| "what was read from there before stays".to_owned()),
        excerpt: None,
    }
}
