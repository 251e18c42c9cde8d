//! The daemon's health: its last reading, publication and reload, and what needs attention.
//!
//! The publisher and the reloads write it, the admin pages and the metrics read it. A [`Condition`] is
//! immutable and replaced at once, so reading one never waits.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::ingest::report::Report;
use crate::model::held_loss::HeldLoss;
use crate::model::problem::chain;
use crate::model::problem_summary::ProblemSummary;
use crate::model::time::Timestamp;
use crate::publish::push_report::PushReport;
use crate::publish::stall::Stall;
use crate::source::{Scope, Source as Articles};

/// The daemon's health.
#[derive(Debug)]
pub struct Health {
    started: Timestamp,
    condition: ArcSwap<Condition>,
    push: Arc<PushReport>,
    writing: Mutex<()>,
}

/// The health at one instant.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The source of the articles.
    pub source: Source,
    /// Files and rows that were refused, and what could not be listed.
    pub problems: Arc<ProblemSummary>,
    /// The loss that is held.
    pub held: Option<HeldLoss>,
    /// Articles in the store, released or not.
    pub articles: usize,
    /// When a feed was last published; `None` before the first snapshot.
    pub published: Option<Timestamp>,
    /// Reloads of feeds.toml.
    pub reloads: Reloads,
    /// Why the daemon runs without a state folder.
    pub without_state: Option<Arc<str>>,
    /// Why the state folder is not up to date.
    pub state_trouble: Option<Arc<str>>,
    /// Work without progress, the most serious first.
    pub stalls: Vec<Stall>,
    /// Why changes are noticed only by comparing everything, if the system refuses to report them.
    pub unwatched: Option<Arc<str>>,
    /// Whether the daemon is stopping.
    pub draining: bool,
}

/// The source of the articles.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Its name in messages.
    pub name: Arc<str>,
    /// When a reading last succeeded.
    pub read: Option<Timestamp>,
    /// How long the last full reading took.
    pub took: Duration,
    /// Files or rows that were read since the start.
    pub articles_read: u64,
    /// Readings that succeeded since the start.
    pub readings: u64,
    /// Readings that failed since the start.
    pub failures: u64,
    /// Since when it cannot be read, and why.
    pub failing: Option<(Timestamp, Arc<str>)>,
}

/// Reloads of feeds.toml; the start counts as a successful one.
#[derive(Clone, Debug)]
pub struct Reloads {
    /// The content that is in force, and since when.
    pub in_force: Option<(Arc<str>, Timestamp)>,
    /// When the file was last put in force.
    pub succeeded: Timestamp,
    /// When and why it was last refused, unless it was put in force since then.
    pub refused: Option<(Timestamp, Arc<str>)>,
    /// When a reload last changed what is published, and what it changed.
    pub changes: Option<(Timestamp, Arc<str>)>,
    /// Reloads that were put in force.
    pub successes: u64,
    /// Reloads that were refused.
    pub refusals: u64,
}

/// A fault that costs freshness or needs an operator, while everything is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Degraded {
    /// The articles cannot be read, for this reason.
    Source(Arc<str>),
    /// The state folder cannot be written, for this reason.
    State(Arc<str>),
    /// Work goes on without progress.
    Stalled(Stall),
    /// feeds.toml was refused, for this reason.
    Reload(Arc<str>),
    /// Changes are noticed late: which ones, and why.
    Unwatched(Arc<str>),
    /// This loss is held.
    Held(HeldLoss),
    /// Files or rows are refused.
    Quarantine(Arc<ProblemSummary>),
}

impl Condition {
    /// How many files and rows are refused.
    pub fn quarantined(&self) -> usize {
        self.problems.errors
    }

    /// Why a restart will lose changes.
    pub fn state_trouble(&self) -> Option<&Arc<str>> {
        self.without_state.as_ref().or(self.state_trouble.as_ref())
    }

    /// All faults, the most serious first.
    pub fn degraded(&self) -> Vec<Degraded> {
        let reason = |failing: &Option<(Timestamp, Arc<str>)>| {
            let (_, reason) = failing.as_ref()?;
            Some(reason.clone())
        };
        let has_errors = self.problems.errors > 0;
        let stalls = self.stalls.iter().copied().map(Degraded::Stalled);
        let faults = [
            reason(&self.source.failing).map(Degraded::Source),
            self.state_trouble().cloned().map(Degraded::State),
            reason(&self.reloads.refused).map(Degraded::Reload),
            self.unwatched.clone().map(Degraded::Unwatched),
            self.held.clone().map(Degraded::Held),
            has_errors.then(|| Degraded::Quarantine(self.problems.clone())),
        ];
        stalls.chain(faults.into_iter().flatten()).collect()
    }
}

impl Health {
    /// The health of a daemon that started at `started` and reads `source`.
    pub fn new(source: &str, started: Timestamp) -> Health {
        let condition = Condition {
            source: Source {
                name: source.into(),
                ..Source::default()
            },
            reloads: Reloads {
                in_force: None,
                succeeded: started,
                refused: None,
                changes: None,
                successes: 0,
                refusals: 0,
            },
            problems: Arc::default(),
            held: None,
            articles: 0,
            published: None,
            without_state: None,
            state_trouble: None,
            stalls: Vec::new(),
            unwatched: None,
            draining: false,
        };
        Health {
            started,
            condition: ArcSwap::from_pointee(condition),
            push: Arc::default(),
            writing: Mutex::new(()),
        }
    }

    /// When the daemon started.
    pub fn started(&self) -> Timestamp {
        self.started
    }

    /// What others were told of changes.
    pub fn push(&self) -> &Arc<PushReport> {
        &self.push
    }

    /// The present health.
    pub fn condition(&self) -> Arc<Condition> {
        self.condition.load_full()
    }

    /// Notes the report of a reading of `scopes`. A successful one ends a failure only if it `proves` that
    /// the source works.
    pub fn note_reading(
        &self,
        articles: &Articles,
        scopes: &[Scope],
        report: &Report,
        took: Duration,
        proves: bool,
        at: Timestamp,
    ) {
        let is_full = scopes.iter().any(Scope::is_full);
        self.change(|condition| {
            let source = &mut condition.source;
            source.name = articles.name().into();
            source.articles_read += report.read as u64;
            match &report.failure {
                None => {
                    source.read = Some(at);
                    source.readings += 1;
                    source.failing.take_if(|_| proves);
                    if is_full {
                        source.took = took;
                    }
                }
                Some(failure) => source.fail(&chain(failure), at),
            }
            condition.problems = report.problems.clone();
            condition.articles = report.articles;
            condition.held.clone_from(&report.held);
        });
    }

    /// Notes that the source does not answer, or that a reading panicked.
    pub fn note_failing_source(&self, reason: &str, at: Timestamp) {
        self.change(|condition| condition.source.fail(reason, at));
    }

    /// Notes that the daemon runs without a state folder.
    pub fn note_no_state(&self, reason: &str) {
        self.change(|condition| condition.without_state = Some(reason.into()));
    }

    /// Notes a publication, and when a feed last moved; without articles, that is the first publication,
    /// `at`.
    pub fn note_publication(
        &self,
        moved: Option<Timestamp>,
        state_trouble: Option<String>,
        at: Timestamp,
    ) {
        let now = self.condition();
        let published = moved.or(now.published).unwrap_or(at);
        if now.published == Some(published)
            && now.state_trouble.as_deref() == state_trouble.as_deref()
        {
            return;
        }
        self.change(|condition| {
            condition.published = Some(published);
            condition.state_trouble = state_trouble.map(Into::into);
        });
    }

    /// Notes the work that goes on without progress.
    pub fn note_stalls(&self, stalls: Vec<Stall>) {
        self.change(|condition| condition.stalls = stalls);
    }

    /// Notes why the system does not report changes; `None` if it does.
    pub fn note_watching(&self, refusal: Option<&str>) {
        if self.condition().unwatched.as_deref() != refusal {
            self.change(|condition| condition.unwatched = refusal.map(Into::into));
        }
    }

    /// Notes the content that the daemon started with.
    pub fn note_start(&self, digest: &str) {
        let in_force = Some((digest.into(), self.started));
        self.change(|condition| condition.reloads.in_force = in_force);
    }

    /// Notes that feeds.toml was put in force; `digest` is that of its content.
    pub fn note_reload(&self, digest: &str, at: Timestamp) {
        self.change(|condition| {
            let in_force = &mut condition.reloads.in_force;
            if in_force
                .as_ref()
                .is_none_or(|(before, _)| **before != *digest)
            {
                *in_force = Some((digest.into(), at));
            }
            condition.reloads.succeeded = at;
            condition.reloads.refused = None;
            condition.reloads.successes += 1;
        });
    }

    /// Notes what a reload changed for readers.
    pub fn note_reload_changes(&self, changes: &str, at: Timestamp) {
        self.change(|condition| condition.reloads.changes = Some((at, changes.into())));
    }

    /// Notes that feeds.toml was refused.
    pub fn note_refused_reload(&self, reason: &str, at: Timestamp) {
        self.change(|condition| {
            condition.reloads.refused = Some((at, reason.into()));
            condition.reloads.refusals += 1;
        });
    }

    /// Notes that the daemon is stopping.
    pub fn note_draining(&self) {
        self.change(|condition| condition.draining = true);
    }

    fn change(&self, change: impl FnOnce(&mut Condition)) {
        // A panic leaves the old condition.
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut condition = Condition::clone(&self.condition.load());
        change(&mut condition);
        self.condition.store(Arc::new(condition));
    }
}

impl Source {
    fn fail(&mut self, reason: &str, at: Timestamp) {
        let since = self.failing.as_ref().map_or(at, |(since, _)| *since);
        self.failing = Some((since, reason.into()));
        self.failures += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::KeyFrom;
    use crate::model::removal_guard::loss_of_columns;
    use crate::source::SourceError;
    use crate::testkit;

    const ROOT: &str = "/srv/articles";

    fn report(errors: usize, warnings: usize) -> Report {
        Report {
            read: errors,
            articles: 7,
            problems: Arc::new(ProblemSummary {
                errors,
                warnings,
                ..ProblemSummary::default()
            }),
            ..Report::default()
        }
    }

    fn failed(report: Report) -> Report {
        let failure = SourceError::Folder {
            folder: ROOT.to_owned(),
            reason: "it is gone".to_owned(),
        };
        Report {
            failure: Some(failure.into()),
            ..report
        }
    }

    fn articles() -> Articles {
        Articles::Directory(Box::new(testkit::directory(KeyFrom::Path, Path::new(ROOT))))
    }

    fn read(health: &Health, report: &Report, at: i64) {
        let took = Duration::from_secs(1);
        let scopes = [Scope::All];
        health.note_reading(&articles(), &scopes, report, took, true, Timestamp(at));
    }

    #[test]
    fn a_failing_source_is_failing_since_its_first_failure() {
        let health = Health::new(ROOT, Timestamp(0));
        read(&health, &report(0, 0), 10);
        for at in [20, 30] {
            read(&health, &failed(report(0, 0)), at);
        }
        let source = &health.condition().source;
        assert_eq!(source.read, Some(Timestamp(10)));
        assert_eq!(source.failures, 2);
        let (since, reason) = source.failing.as_ref().expect("it fails");
        assert_eq!(*since, Timestamp(20));
        assert!(reason.contains("it is gone"), "{reason}");
        read(&health, &report(0, 0), 40);
        assert!(health.condition().degraded().is_empty());
    }

    #[test]
    fn each_fault_is_listed_once() {
        let health = Health::new(ROOT, Timestamp(0));
        assert!(health.condition().degraded().is_empty());
        let mut bad = failed(report(1, 1));
        let problems = bad.problems.clone();
        let held = loss_of_columns(&["section".to_owned()], 9, Timestamp(1));
        bad.held = Some(held.clone());
        read(&health, &bad, 1);
        health.note_publication(
            Some(Timestamp(2)),
            Some("the disk is full".to_owned()),
            Timestamp(2),
        );
        health.note_refused_reload("no such key", Timestamp(3));
        let degraded = health.condition().degraded();
        assert_eq!(
            degraded[1..],
            [
                Degraded::State("the disk is full".into()),
                Degraded::Reload("no such key".into()),
                Degraded::Held(held),
                Degraded::Quarantine(problems),
            ]
        );
        assert!(matches!(&degraded[0], Degraded::Source(reason) if reason.contains("gone")));
        health.note_reload("3f9a", Timestamp(4));
        health.note_publication(Some(Timestamp(2)), None, Timestamp(5));
        assert_eq!(health.condition().degraded().len(), 3);
        assert_eq!(health.condition().published, Some(Timestamp(2)));
    }
}
