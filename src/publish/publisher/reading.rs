//! Readings: what the source has now becomes what the index knows.

use std::time::Instant;

use super::{Publisher, Removal, Report, State};
use crate::index::Batch;
use crate::ingest::{self, Options, Pace, Progress, Reconciliation};
use crate::model::article_meta::Change;
use crate::model::record::RecordId;
use crate::source::Scope;

impl Publisher {
    /// Reads what changed in the source; [`Publisher::publish`] makes it visible. Blocks while files or rows
    /// are read, without the lock.
    pub fn reconcile(&self, scopes: &[Scope], removal: Removal) -> Report {
        let source = self.source();
        if removal == Removal::Confirmed {
            source.give_up_columns();
        }
        let _running = self.progress.start(source.noun());
        let (config, options) = {
            let mut state = self.state();
            let reread = state.reread && scopes.contains(&Scope::Whole);
            let options = Options {
                reread,
                confirm_removal: removal == Removal::Confirmed,
                ..self.options(&mut state)
            };
            (state.config.clone(), options)
        };
        let nobody_looks = self.snapshot.load().is_none() && !self.is_complete();
        let (mut batch, mut changed) = (Batch::default(), 0);
        let mut gather = |changes: &mut Vec<Change>| {
            // A first reading can be as long as an archive, and would be held twice.
            if nobody_looks {
                changed += changes.len();
                self.state().index.gather(changes.drain(..), &mut batch);
            }
        };
        let result = ingest::reconcile(
            &source,
            self.archive.store(),
            scopes,
            options,
            &self.progress,
            &mut gather,
        );
        if scopes.contains(&Scope::Whole) && result.failure.is_none() {
            self.note_columns(&source);
            if options.reread {
                self.reading_done(&config, &source);
            }
        }
        let whole = scopes.contains(&Scope::Whole) && result.failure.is_none();
        Report {
            whole,
            ..self.take_over(result, batch, changed)
        }
    }

    /// Reads the next texts that are still to come, so many at most, and says how it went; `None` once
    /// all are here.
    pub fn fill(&self, most: usize) -> Option<Report> {
        let records = self.next_awaited(most)?;
        let report = self.read_texts(&records);
        if report.failure.is_some() {
            // The newest come first again.
            self.state().awaited.clear();
        }
        Some(report)
    }

    /// Reads those of these texts that are still to come, for runs that make documents once; `None`
    /// where all are here. What turns out to be no article leaves with the next publication.
    pub fn fill_these(&self, records: &[RecordId]) -> Option<Report> {
        let awaited = self.archive.store().awaited(records).unwrap_or_default();
        let mut awaited: Vec<RecordId> = awaited.into_iter().map(|(record, _)| record).collect();
        awaited.sort_unstable();
        awaited.dedup();
        (!awaited.is_empty()).then(|| self.read_texts(&awaited))
    }

    fn read_texts(&self, records: &[RecordId]) -> Report {
        let source = self.source();
        let options = self.options(&mut self.state());
        let progress = Progress::default();
        let result = ingest::fill(&source, self.archive.store(), records, options, &progress);
        self.take_over(result, Batch::default(), 0)
    }

    /// Records whose texts are still to be read, those of the newest articles first; `None` where there
    /// are none.
    fn next_awaited(&self, most: usize) -> Option<Vec<RecordId>> {
        let mut state = self.state();
        loop {
            if state.awaited.is_empty() {
                let awaited = self.archive.store().every_awaited().unwrap_or_default();
                state.awaited = state.index.newest_last(&awaited);
                if state.awaited.is_empty() {
                    return None;
                }
            }
            let from = state.awaited.len().saturating_sub(most);
            let mut next = state.awaited.split_off(from);
            next.reverse();
            let still = self.archive.store().awaited(&next).unwrap_or_default();
            if !still.is_empty() {
                return Some(still.into_iter().map(|(record, _)| record).collect());
            }
        }
    }

    fn options(&self, state: &mut State) -> Options {
        let removed = state.removed_lately();
        Options {
            reread: false,
            confirm_removal: false,
            stored: state.index.len() + removed,
            removed,
            pace: match self.snapshot.load().is_some() {
                true => Pace::GivingWay,
                false => Pace::Brisk,
            },
        }
    }

    /// Has the index know what a reading committed.
    fn take_over(&self, result: Reconciliation, mut batch: Batch, gathered: usize) -> Report {
        let mut state = self.state();
        let changed = gathered + result.changes.len();
        state.index.gather(result.changes, &mut batch);
        let touched = state.index.finish(batch);
        state.touch(touched);
        state.retired.extend(result.retired);
        if result.removed > 0 {
            state.removals.push_back((Instant::now(), result.removed));
        }
        Report {
            read: result.read,
            changed,
            articles: state.index.len(),
            problems: result.problems,
            held: result.held,
            mended: result.mended,
            whole: false,
            unsettled: result.unsettled,
            failure: result.failure,
        }
    }
}
