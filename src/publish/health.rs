//! How the daemon is: what the publisher last read and published, and what somebody should know.
//!
//! The publisher and the reloads write here what they also log; the admin pages read. A
//! [`Condition`] is a finished value that is replaced as a whole, so that reading one never waits.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::index::natural;
use crate::ingest::report::Report;
use crate::model::problem::{Problem, Severity, chain};
use crate::model::time::Timestamp;
use crate::source::{Scope, Source as Articles};

/// The daemon's condition, for one writer at a time and any number of readers.
#[derive(Debug)]
pub struct Health {
    started: Timestamp,
    condition: ArcSwap<Condition>,
    writing: Mutex<()>,
}

/// The condition at one instant.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Where the articles come from.
    pub source: Source,
    /// Files that gave no article, or not their newest version, and what could not be listed.
    pub problems: Arc<[Problem]>,
    /// Articles whose removal waits for a confirmation.
    pub held: usize,
    /// Articles that are known, released or not.
    pub articles: usize,
    /// When a feed was last published; `None` before the first snapshot.
    pub published: Option<Timestamp>,
    /// The configuration.
    pub reloads: Reloads,
    /// Why there is no state folder at all.
    pub without_state: Option<Arc<str>>,
    /// Why the state folder does not have everything.
    pub state_trouble: Option<Arc<str>>,
    /// Whether the daemon is stopping.
    pub draining: bool,
}

/// Where the articles come from.
#[derive(Clone, Debug)]
pub struct Source {
    /// As the log names it.
    pub name: Arc<str>,
    /// When a reading last ended well.
    pub read: Option<Timestamp>,
    /// How long the last whole reading took.
    pub took: Duration,
    /// Files or rows that were read since the start.
    pub articles_read: u64,
    /// Readings that ended well since the start.
    pub readings: u64,
    /// Readings that failed since the start.
    pub failures: u64,
    /// Why it cannot be read, and since when.
    pub failing: Option<(Timestamp, Arc<str>)>,
}

/// What became of feeds.toml while the daemon runs; the start counts as a good reload.
#[derive(Clone, Debug)]
pub struct Reloads {
    /// When the file was last put in force.
    pub succeeded: Timestamp,
    /// Why it was last refused and when, unless it was put in force since then.
    pub refused: Option<(Timestamp, Arc<str>)>,
    /// Reloads that were put in force.
    pub successes: u64,
    /// Reloads that were refused.
    pub refusals: u64,
}

/// Something that costs freshness or needs a person, while everything is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Degraded {
    /// The articles cannot be read, and why.
    Source(Arc<str>),
    /// The state folder cannot be written, and why.
    State(Arc<str>),
    /// feeds.toml was refused, and why.
    Reload(Arc<str>),
    /// So many removals wait for a confirmation.
    Held(usize),
    /// So many articles are in quarantine.
    Quarantine(usize),
}

impl Condition {
    /// Files that gave no article, or not their newest version.
    pub fn quarantined(&self) -> usize {
        let problems = self.problems.iter();
        problems
            .filter(|problem| problem.severity == Severity::Error)
            .count()
    }

    /// Why a restart will not remember everything.
    pub fn state_trouble(&self) -> Option<&Arc<str>> {
        self.without_state.as_ref().or(self.state_trouble.as_ref())
    }

    /// What is not as it should be, the most serious first.
    pub fn degraded(&self) -> Vec<Degraded> {
        let reason = |failing: &Option<(Timestamp, Arc<str>)>| {
            let (_, reason) = failing.as_ref()?;
            Some(reason.clone())
        };
        let quarantined = self.quarantined();
        [
            reason(&self.source.failing).map(Degraded::Source),
            self.state_trouble().cloned().map(Degraded::State),
            reason(&self.reloads.refused).map(Degraded::Reload),
            (self.held > 0).then_some(Degraded::Held(self.held)),
            (quarantined > 0).then_some(Degraded::Quarantine(quarantined)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Health {
    /// The condition of a daemon that started at `started` to read `source`.
    pub fn new(source: &str, started: Timestamp) -> Health {
        let condition = Condition {
            source: Source {
                name: source.into(),
                read: None,
                took: Duration::ZERO,
                articles_read: 0,
                readings: 0,
                failures: 0,
                failing: None,
            },
            problems: Arc::new([]),
            held: 0,
            articles: 0,
            published: None,
            reloads: Reloads {
                succeeded: started,
                refused: None,
                successes: 0,
                refusals: 0,
            },
            without_state: None,
            state_trouble: None,
            draining: false,
        };
        Health {
            started,
            condition: ArcSwap::from_pointee(condition),
            writing: Mutex::new(()),
        }
    }

    /// When the daemon started.
    pub fn started(&self) -> Timestamp {
        self.started
    }

    /// How it is now.
    pub fn condition(&self) -> Arc<Condition> {
        self.condition.load_full()
    }

    /// Notes what a reading of `scopes` of `articles` found. One that went well ends a failure only
    /// where it `proves` that the source is well.
    pub fn note_reading(
        &self,
        articles: &Articles,
        scopes: &[Scope],
        report: &Report,
        took: Duration,
        proves: bool,
        at: Timestamp,
    ) {
        let is_full = scopes.contains(&Scope::All);
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
            condition.problems = merged(&condition.problems, articles, scopes, report);
            condition.articles = report.articles;
            if is_full || report.held > 0 {
                condition.held = report.held;
            }
        });
    }

    /// Notes that the source does not answer, or that a reading did not come to an end.
    pub fn note_failing_source(&self, reason: &str, at: Timestamp) {
        self.change(|condition| condition.source.fail(reason, at));
    }

    /// Notes that the daemon runs without a state folder.
    pub fn note_no_state(&self, reason: &str) {
        self.change(|condition| condition.without_state = Some(reason.into()));
    }

    /// Notes that there is a snapshot, and when one of its feeds last moved; a snapshot of a newsroom
    /// without articles is made `at` its first publication.
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

    /// Notes that feeds.toml was put in force.
    pub fn note_reload(&self, at: Timestamp) {
        self.change(|condition| {
            condition.reloads.succeeded = at;
            condition.reloads.refused = None;
            condition.reloads.successes += 1;
        });
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
        // What a panic could leave behind is a condition that was not replaced.
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

/// The problems after a reading: within its scopes those that it found, elsewhere those before.
/// A reading that failed says nothing of what it did not reach.
fn merged(
    before: &[Problem],
    articles: &Articles,
    scopes: &[Scope],
    report: &Report,
) -> Arc<[Problem]> {
    let stays = |problem: &&Problem| {
        let found_again = report.problems.iter().any(|new| new.file == problem.file);
        let is_read = report.resolved.contains(&problem.file)
            || report.failure.is_none() && is_within(problem, articles, scopes);
        !found_again && !is_read
    };
    let mut problems: Vec<Problem> = before.iter().filter(stays).cloned().collect();
    problems.extend(report.problems.iter().cloned());
    problems.sort_by(|a, b| natural(a.file.as_bytes(), b.file.as_bytes()));
    problems.into()
}

fn is_within(problem: &Problem, articles: &Articles, scopes: &[Scope]) -> bool {
    scopes.iter().any(|scope| match scope {
        Scope::All => true,
        Scope::Recent => false,
        Scope::At { path, .. } => articles.covers(path, &problem.file),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::KeyFrom;
    use crate::source::SourceError;
    use crate::testkit;

    const ROOT: &str = "/srv/articles";

    fn problem(file: &str, severity: Severity) -> Problem {
        Problem {
            severity,
            file: format!("{ROOT}/{file}"),
            line: Some(1),
            column: None,
            message: "no date".to_owned(),
            hint: None,
            excerpt: None,
        }
    }

    fn report(files: &[&str]) -> Report {
        let problems = files.iter().map(|file| problem(file, Severity::Error));
        Report {
            read: files.len(),
            changed: 0,
            articles: 7,
            problems: problems.collect(),
            held: 0,
            resolved: Vec::new(),
            is_full: false,
            unsettled: Vec::new(),
            places: None,
            failure: None,
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

    fn below(path: &str) -> [Scope; 1] {
        [Scope::at(path.to_owned())]
    }

    fn articles() -> Articles {
        Articles::Directory(testkit::directory(KeyFrom::Path, Path::new(ROOT)))
    }

    fn read(health: &Health, scopes: &[Scope], report: &Report, at: i64) -> Vec<String> {
        let took = Duration::from_secs(1);
        health.note_reading(&articles(), scopes, report, took, true, Timestamp(at));
        let problems = &health.condition().problems;
        let below = |problem: &Problem| problem.file[ROOT.len() + 1..].to_owned();
        problems.iter().map(below).collect()
    }

    #[test]
    fn a_reading_speaks_for_its_scopes_and_for_nothing_else() {
        let health = Health::new(ROOT, Timestamp(0));
        let whole = [Scope::All];
        let first = report(&["a/1.txt", "a/2.txt", "ab.txt", "b.txt"]);
        assert_eq!(read(&health, &whole, &first, 1).len(), 4);
        for (scopes, found, expected) in [
            (
                below("a/1.txt"),
                &[][..],
                &["a/2.txt", "ab.txt", "b.txt"][..],
            ),
            (below("a"), &[], &["ab.txt", "b.txt"]),
            (below("c.txt"), &["c.txt"], &["ab.txt", "b.txt", "c.txt"]),
            (below("b.txt"), &["b.txt"], &["ab.txt", "b.txt", "c.txt"]),
        ] {
            assert_eq!(
                read(&health, &scopes, &report(found), 2),
                expected,
                "{scopes:?}"
            );
        }
        assert_eq!(health.condition().source.articles_read, 6);
        let broken = failed(report(&["c.txt"]));
        assert_eq!(
            read(&health, &whole, &broken, 3),
            ["ab.txt", "b.txt", "c.txt"]
        );
        assert!(read(&health, &whole, &report(&[]), 4).is_empty());
    }

    #[test]
    fn problems_are_in_the_order_of_their_numbers() {
        let health = Health::new(ROOT, Timestamp(0));
        let found = report(&["10.txt", "1.txt", "2.txt"]);
        let read = read(&health, &[Scope::All], &found, 1);
        assert_eq!(read, ["1.txt", "2.txt", "10.txt"]);
    }

    #[test]
    fn a_failing_source_is_failing_since_its_first_failure() {
        let health = Health::new(ROOT, Timestamp(0));
        read(&health, &[Scope::All], &report(&[]), 10);
        for at in [20, 30] {
            read(&health, &[Scope::All], &failed(report(&[])), at);
        }
        let source = &health.condition().source;
        assert_eq!(source.read, Some(Timestamp(10)));
        assert_eq!(source.failures, 2);
        let (since, reason) = source.failing.as_ref().expect("it fails");
        assert_eq!(*since, Timestamp(20));
        assert!(reason.contains("it is gone"), "{reason}");
        read(&health, &[Scope::All], &report(&[]), 40);
        assert!(health.condition().degraded().is_empty());
    }

    #[test]
    fn everything_that_is_degraded_is_named_once() {
        let health = Health::new(ROOT, Timestamp(0));
        assert!(health.condition().degraded().is_empty());
        let mut bad = failed(report(&["a.txt"]));
        bad.problems.push(problem("link", Severity::Warning));
        bad.held = 12;
        read(&health, &[Scope::All], &bad, 1);
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
                Degraded::Held(12),
                Degraded::Quarantine(1),
            ]
        );
        assert!(matches!(&degraded[0], Degraded::Source(reason) if reason.contains("gone")));
        health.note_reload(Timestamp(4));
        health.note_publication(Some(Timestamp(2)), None, Timestamp(5));
        assert_eq!(health.condition().degraded().len(), 3);
        assert_eq!(health.condition().published, Some(Timestamp(2)));
    }
}
