//! The problems of all places, counted by reason.
//!
//! No copy of them is held: the store has the problems of each file, so only their counts and the first
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
use crate::model::article::{Refusal, Warning};
use crate::model::problem::{Problem, Severity};
use crate::model::problem_summary::{FIRST_PROBLEMS_MAX, ProblemSummary};
use crate::source::{Scope, Source, Unlisted};
use crate::store::{FileRow, Store, StoreError};

/// The problems of all places, as the last reading left them.
#[derive(Debug, Default)]
pub struct Problems {
    /// The problems of the rows of the store.
    rows: Tally,
    /// Whether `rows` counts every problem of the store.
    is_counted: bool,
    unlisted: UnlistedPlaces,
    summary: Arc<ProblemSummary>,
}

/// What one reading found.
#[derive(Default)]
pub(super) struct FoundProblems {
    /// What its transactions changed.
    pub(super) changes: Tally,
    /// All problems of the rows as the reading began, if it has compared everything.
    pub(super) stored: Option<Tally>,
    pub(super) unlisted: UnlistedPlaces,
    pub(super) new: NewProblems,
}

impl FoundProblems {
    /// Notes the row of a place before and after a transaction.
    pub(super) fn note(
        &mut self,
        source: &Source,
        path: &str,
        before: Option<&FileRow>,
        after: Option<&FileRow>,
    ) {
        if let Some(before) = before {
            self.changes.remove_row(before);
        }
        let Some(row) = after else { return };
        self.changes.add_row(path, row);
        let (refused, warned) = before.map_or((None, &[][..]), |before| {
            (before.refusal.as_ref(), &before.warnings[..])
        });
        if let Some(refusal) = row.refusal.as_ref().filter(|after| refused != Some(after)) {
            self.new
                .add(|| problem_of_refusal(source, path, row.key.is_some(), refusal));
        }
        for warning in row.warnings.iter().filter(|after| !warned.contains(after)) {
            self.new.add(|| problem_of_warning(source, path, warning));
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
            self.rows = stored;
            self.is_counted = true;
            is_changed = true;
        }
        if self.is_counted {
            self.rows.merge(changes);
        } else {
            self.rows = problems_in(store)?;
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

    /// Visits every problem, those of rows first, each in the order of their paths.
    pub(super) fn visit(
        &self,
        source: &Source,
        store: &Store,
        visit: &mut dyn FnMut(Problem),
    ) -> Result<(), StoreError> {
        for row in store.files("")? {
            let (path, row) = row?;
            problems_of_row(source, &path, &row).for_each(&mut *visit);
        }
        for (path, unlisted) in self.unlisted.iter() {
            visit(problem_of_unlisted(source, path, unlisted));
        }
        Ok(())
    }

    fn summarize(&mut self, source: &Source, store: &Store) -> Result<ProblemSummary, StoreError> {
        let mut of_rows = BTreeMap::new();
        for (severity, places) in &mut self.rows.first {
            let mut mended = Vec::new();
            for path in places.iter() {
                let row = store.file(path)?;
                let problems = row
                    .iter()
                    .flat_map(|row| problems_of_row(source, path, row));
                let problems: Vec<Problem> = problems
                    .filter(|problem| problem.severity == *severity)
                    .collect();
                match problems.is_empty() {
                    true => mended.push(path.to_owned()),
                    false => drop(of_rows.insert((*severity, path.to_owned()), problems)),
                }
            }
            for path in &mended {
                places.remove(path);
            }
        }
        let mut all = self.rows.clone();
        all.merge(self.unlisted.tally());
        let mut first = Vec::new();
        for (severity, places) in &all.first {
            for path in places.iter() {
                first.extend(
                    of_rows
                        .remove(&(*severity, path.to_owned()))
                        .into_iter()
                        .flatten(),
                );
                let unlisted = self
                    .unlisted
                    .get(path)
                    .filter(|unlisted| unlisted.severity == *severity);
                first.extend(unlisted.map(|unlisted| problem_of_unlisted(source, path, unlisted)));
            }
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

/// All problems of the rows of the store.
fn problems_in(store: &Store) -> Result<Tally, StoreError> {
    let mut tally = Tally::default();
    for row in store.files("")? {
        let (path, row) = row?;
        tally.add_row(&path, &row);
    }
    Ok(tally)
}

/// The problems of a file or row: why it is refused, or the warnings of its article.
pub fn problems_of_row(
    source: &Source,
    path: &str,
    row: &FileRow,
) -> impl Iterator<Item = Problem> {
    let refusal = row.refusal.iter();
    let refusal =
        refusal.map(|refusal| problem_of_refusal(source, path, row.key.is_some(), refusal));
    let warnings = row.warnings.iter();
    refusal.chain(warnings.map(|warning| problem_of_warning(source, path, warning)))
}

fn problem_of_warning(source: &Source, path: &str, warning: &Warning) -> Problem {
    Problem {
        severity: Severity::Warning,
        file: source.locate(path),
        line: warning.line,
        column: None,
        message: warning.reason.clone(),
        hint: Some(warning.hint.clone()),
        excerpt: None,
    }
}

/// What a message ends with if an article was good before.
pub const STAYS: &str = "; its last good version stays";

fn problem_of_refusal(
    source: &Source,
    path: &str,
    has_good_version: bool,
    refusal: &Refusal,
) -> Problem {
    let consequence = match has_good_version {
        true => STAYS,
        false => "",
    };
    Problem {
        severity: Severity::Error,
        file: source.locate(path),
        line: refusal.line,
        column: refusal.column,
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
