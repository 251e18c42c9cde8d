//! Readings: what the source has now becomes what the index knows.

use std::time::Instant;

use super::{Publisher, Removal, Report, State};
use crate::index::Update;
use crate::ingest::{self, Options, Pace, Reconciliation};
use crate::model::article_meta::Change;
use crate::source::Scope;

impl Publisher {
    /// Reads what changed in the source; [`Publisher::publish`] makes it visible. Blocks while files or rows
    /// are read, without the lock.
    pub fn reconcile(&self, scopes: &[Scope], removal: Removal) -> Report {
        let source = self.source();
        if removal == Removal::Confirmed {
            source.accept_lost_columns();
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
        let nobody_looks = !self.has_something_to_serve();
        let (mut update, mut changed) = (Update::default(), 0);
        let mut gather = |changes: &mut Vec<Change>| {
            // A first reading can be as long as an archive, and would be held twice.
            if nobody_looks {
                changed += changes.len();
                self.state().index.stage(changes.drain(..), &mut update);
            }
        };
        let result = ingest::reconcile(
            &source,
            &self.store,
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
            ..self.take_over(result, update, changed)
        }
    }

    fn options(&self, state: &mut State) -> Options {
        let removed = state.removed_lately();
        Options {
            reread: false,
            confirm_removal: false,
            stored: state.index.len() + removed,
            removed,
            pace: match self.published.load().is_some() {
                true => Pace::GivingWay,
                false => Pace::Brisk,
            },
        }
    }

    /// Has the index know what a reading committed.
    fn take_over(&self, result: Reconciliation, mut update: Update, gathered: usize) -> Report {
        let mut state = self.state();
        let changed = gathered + result.changes.len();
        state.index.stage(result.changes, &mut update);
        let touched = state.index.finish(update);
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
            known: self.store.count_files().ok(),
            failure: result.failure,
        }
    }
}
