//! The counters of answered requests.
//!
//! A request adds to a few atomic counters that exist from the start: it looks up no label and takes
//! no lock. Only `/metrics` adds names and labels.

use crate::feed::coding::Coding;
use crate::serve::counter::Counter;
use crate::serve::histogram::Histogram;
use crate::serve::request_outcome::{RequestKind, RequestOutcome, RequestResult};

/// The statuses with their own label value; the others share `other`.
const STATUSES: [u16; 20] = [
    200, 204, 301, 302, 304, 308, 400, 403, 404, 405, 408, 410, 413, 414, 417, 429, 431, 500, 501,
    503,
];

const KINDS: usize = RequestKind::ALL.len();
const CODINGS: usize = Coding::ALL.len();
const RESULTS: usize = RequestResult::ALL.len();

#[derive(Debug)]
pub(crate) struct RequestMetrics {
    /// By kind, status, coding and result; see [`index`].
    requests: Box<[Counter]>,
    durations: [Histogram; RESULTS],
    pub response_bytes: Counter,
}

impl Default for RequestMetrics {
    fn default() -> RequestMetrics {
        let counters = KINDS * (STATUSES.len() + 1) * CODINGS * RESULTS;
        RequestMetrics {
            requests: (0..counters).map(|_| Counter::default()).collect(),
            durations: Default::default(),
            response_bytes: Counter::default(),
        }
    }
}

impl RequestMetrics {
    pub(crate) fn count(&self, outcome: &RequestOutcome) {
        let status = outcome.status.as_u16();
        let status = STATUSES.iter().position(|known| *known == status);
        let index = index(
            outcome.kind as usize,
            status.unwrap_or(STATUSES.len()),
            outcome.coding as usize,
            outcome.result as usize,
        );
        self.requests[index].increment();
        self.durations[outcome.result as usize].observe(outcome.duration);
        self.response_bytes.add(outcome.bytes);
    }

    pub(crate) fn durations(&self, result: RequestResult) -> &Histogram {
        &self.durations[result as usize]
    }

    /// The labels and count of every combination that has occurred.
    pub(crate) fn counts(&self) -> Vec<([(&'static str, String); 4], u64)> {
        let mut counts = Vec::new();
        for kind in RequestKind::ALL {
            for status in 0..=STATUSES.len() {
                for coding in Coding::ALL {
                    for result in RequestResult::ALL {
                        let at = index(kind as usize, status, coding as usize, result as usize);
                        let count = self.requests[at].value();
                        if count == 0 {
                            continue;
                        }
                        let status = STATUSES.get(status);
                        let labels = [
                            ("kind", kind.name().to_owned()),
                            ("status", status.map_or("other".to_owned(), u16::to_string)),
                            ("coding", coding.name().to_owned()),
                            ("outcome", result.name().to_owned()),
                        ];
                        counts.push((labels, count));
                    }
                }
            }
        }
        counts
    }
}

fn index(kind: usize, status: usize, coding: usize, result: usize) -> usize {
    ((kind * (STATUSES.len() + 1) + status) * CODINGS + coding) * RESULTS + result
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_combination_of_labels_has_its_own_counter() {
        let metrics = RequestMetrics::default();
        let mut indices = BTreeSet::new();
        for kind in 0..KINDS {
            for status in 0..=STATUSES.len() {
                for coding in 0..CODINGS {
                    for result in 0..RESULTS {
                        indices.insert(index(kind, status, coding, result));
                    }
                }
            }
        }
        assert_eq!(indices.len(), metrics.requests.len());
        assert_eq!(indices.last(), Some(&(metrics.requests.len() - 1)));
    }
}
