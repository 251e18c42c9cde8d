//! What this daemon told hubs and search engines, and what they answered, for metrics and `/status`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::model::time::Timestamp;

/// Who is told of changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PushTarget {
    /// A hub of WebSub, by its URL.
    Hub(String),
    /// The endpoint of IndexNow.
    IndexNow,
}

/// How long a target may take nothing while there is something to tell.
const LATE_SECONDS: i64 = 24 * 60 * 60;

/// Reasons for which a target is not told any more that are kept, such as hosts whose key it refuses.
const REASONS_MAX: usize = 10;

impl fmt::Display for PushTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PushTarget::Hub(url) => write!(f, "the hub {url}"),
            PushTarget::IndexNow => f.write_str("IndexNow"),
        }
    }
}

/// What became of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushResult {
    /// The target took it.
    Accepted,
    /// The target refused it, and would refuse it again.
    Refused,
    /// There was no answer, or one that says to try again later.
    Failed,
}

impl PushResult {
    /// All results.
    pub const ALL: [PushResult; 3] = [
        PushResult::Accepted,
        PushResult::Refused,
        PushResult::Failed,
    ];

    /// The label of metrics.
    pub fn name(self) -> &'static str {
        match self {
            PushResult::Accepted => "accepted",
            PushResult::Refused => "refused",
            PushResult::Failed => "failed",
        }
    }
}

/// What one target was told, since the start of this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushRecord {
    /// Since when this process tells it.
    pub since: Timestamp,
    /// Requests by [`PushResult`].
    pub requests: [u64; PushResult::ALL.len()],
    /// When it last took a request.
    pub last_success: Option<Timestamp>,
    /// When it last answered or failed to, and how, in words.
    pub last_answer: Option<(Timestamp, String)>,
    /// How many feeds or pages it has yet to be told of.
    pub waiting: usize,
    /// Since when it has taken nothing, although there was something to tell.
    pub due_since: Option<Timestamp>,
    /// What it is not told any more until the next reload, and why: one sentence each.
    pub stopped: Vec<String>,
}

/// The records of all targets.
#[derive(Debug, Default)]
pub struct PushReport {
    records: Mutex<BTreeMap<PushTarget, PushRecord>>,
    /// How often targets were to be told again that are not told any more.
    resumed: watch::Sender<u64>,
}

impl PushReport {
    /// From now on these are the targets. Records of others are dropped, and no target is stopped.
    pub fn set_targets(&self, targets: impl IntoIterator<Item = PushTarget>, now: Timestamp) {
        let mut records = self.lock();
        let mut next = BTreeMap::new();
        for target in targets {
            let mut record = records.remove(&target).unwrap_or(PushRecord {
                since: now,
                requests: [0; PushResult::ALL.len()],
                last_success: None,
                last_answer: None,
                waiting: 0,
                due_since: None,
                stopped: Vec::new(),
            });
            record.stopped.clear();
            next.insert(target, record);
        }
        *records = next;
        drop(records);
        self.resumed.send_modify(|number| *number += 1);
    }

    /// The configuration was read again, even if it is the same: no target is stopped.
    pub fn resume(&self) {
        for record in self.lock().values_mut() {
            record.stopped.clear();
        }
        self.resumed.send_modify(|number| *number += 1);
    }

    /// Changes whenever targets are told again that were stopped.
    pub fn resumed(&self) -> watch::Receiver<u64> {
        self.resumed.subscribe()
    }

    /// Notes the end of a request: its result, and the answer in words.
    pub fn note(&self, target: &PushTarget, result: PushResult, answer: String, now: Timestamp) {
        if let Some(record) = self.lock().get_mut(target) {
            record.requests[result as usize] += 1;
            record.last_answer = Some((now, answer));
            if result == PushResult::Accepted {
                record.last_success = Some(now);
                record.due_since = None;
            }
        }
    }

    /// Notes how many feeds or pages a target has yet to be told of.
    pub fn set_waiting(&self, target: &PushTarget, waiting: usize) {
        if let Some(record) = self.lock().get_mut(target) {
            record.waiting = waiting;
            if waiting > 0 {
                record.due_since.get_or_insert_with(Timestamp::now);
            }
        }
    }

    /// Notes since when there is something to tell, if that is longer than this process runs.
    pub fn note_due(&self, target: &PushTarget, since: Timestamp) {
        if let Some(record) = self.lock().get_mut(target) {
            record.due_since.get_or_insert(since);
        }
    }

    /// Notes what a target is not told any more until the next reload, and why. Only the first of many reasons
    /// are kept.
    pub fn stop(&self, target: &PushTarget, reason: String) {
        if let Some(record) = self.lock().get_mut(target)
            && record.stopped.len() < REASONS_MAX
        {
            record.stopped.push(reason);
        }
    }

    /// Notes that a target is told of everything again: a request that was refused had begun before the
    /// configuration was read again.
    pub fn note_resumed(&self, target: &PushTarget) {
        if let Some(record) = self.lock().get_mut(target) {
            record.stopped.clear();
        }
    }

    /// All targets with their records.
    pub fn records(&self) -> Vec<(PushTarget, PushRecord)> {
        let records = self.lock();
        let records = records.iter();
        records
            .map(|(target, record)| (target.clone(), record.clone()))
            .collect()
    }

    /// What an operator has to look at: what targets are not told any more, and those that have taken
    /// nothing for a day although there was something to tell. One line each.
    pub fn faults(&self, now: Timestamp) -> Vec<String> {
        let mut faults = Vec::new();
        for (target, record) in self.records() {
            let reasons = record.stopped.iter();
            faults.extend(reasons.map(|reason| format!("{target}: {reason}")));
            let late = record
                .due_since
                .filter(|since| since.plus(LATE_SECONDS) <= now);
            if let Some(since) = late.filter(|_| record.stopped.is_empty()) {
                let answer = record.last_answer.map(|(_, answer)| format!(": {answer}"));
                let answer = answer.unwrap_or_default();
                faults.push(format!("{target} has taken nothing since {since}{answer}"));
            }
        }
        faults
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PushTarget, PushRecord>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_keeps_its_counts_over_a_reload_and_is_told_again() {
        let report = PushReport::default();
        let hub = PushTarget::Hub("https://hub.example/".to_owned());
        report.set_targets([hub.clone()], Timestamp(1));
        report.note(&hub, PushResult::Accepted, "204".to_owned(), Timestamp(2));
        report.note(&hub, PushResult::Refused, "403".to_owned(), Timestamp(3));
        report.stop(&hub, "it answers 403".to_owned());
        report.set_targets([PushTarget::IndexNow, hub.clone()], Timestamp(4));
        let records = BTreeMap::from_iter(report.records());
        let record = &records[&hub];
        assert_eq!(record.requests, [1, 1, 0]);
        assert_eq!(
            (record.since, record.last_success),
            (Timestamp(1), Some(Timestamp(2)))
        );
        assert_eq!(record.last_answer, Some((Timestamp(3), "403".to_owned())));
        assert_eq!(record.stopped, [""; 0]);
        report.stop(&hub, "it answers 403".to_owned());
        report.resume();
        assert!(
            report
                .records()
                .iter()
                .all(|(_, record)| record.stopped.is_empty())
        );
        report.set_targets([], Timestamp(5));
        report.note(&hub, PushResult::Failed, "late".to_owned(), Timestamp(6));
        assert_eq!(report.records(), []);
    }

    #[test]
    fn target_that_takes_nothing_for_a_day_is_a_fault_while_something_is_due() {
        let report = PushReport::default();
        let hub = PushTarget::Hub("https://hub.example/".to_owned());
        let day = 24 * 60 * 60;
        report.set_targets([hub.clone(), PushTarget::IndexNow], Timestamp(0));
        assert_eq!(
            report.faults(Timestamp(9 * day)),
            [""; 0],
            "nothing was due"
        );
        report.note_due(&hub, Timestamp(100));
        report.set_waiting(&hub, 2);
        let failed = PushResult::Failed;
        report.note(
            &hub,
            failed,
            "503 Service Unavailable".to_owned(),
            Timestamp(200),
        );
        // What was given up does not wait any more, and the hub has still taken nothing.
        report.set_waiting(&hub, 0);
        assert_eq!(report.faults(Timestamp(day + 99)), [""; 0]);
        assert_eq!(
            report.faults(Timestamp(day + 100)),
            [
                "the hub https://hub.example/ has taken nothing since 1970-01-01T00:01:40Z: 503 Service Unavailable"
            ]
        );
        report.note(
            &hub,
            PushResult::Accepted,
            "202".to_owned(),
            Timestamp(day + 200),
        );
        for number in 0..2 * REASONS_MAX {
            let reason = format!("pages of host {number} are refused");
            report.stop(&PushTarget::IndexNow, reason);
        }
        let faults = report.faults(Timestamp(9 * day));
        assert_eq!(
            faults[..2],
            [
                "IndexNow: pages of host 0 are refused",
                "IndexNow: pages of host 1 are refused"
            ]
        );
        assert_eq!(faults.len(), REASONS_MAX);
        report.note_resumed(&PushTarget::IndexNow);
        assert_eq!(report.faults(Timestamp(9 * day)), [""; 0]);
    }
}
