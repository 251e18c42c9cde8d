//! What is counted while requests are answered.
//!
//! A request costs a handful of relaxed additions to counters that exist from the start: no label is
//! looked up and no lock taken. Names and labels appear only when somebody asks for `/metrics`, in
//! [`exposition`].

pub mod exposition;
pub mod process;

use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use hyper::StatusCode;

use crate::feed::coding::Coding;
use crate::store::catch_panic;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn increment(&self) {
        self.add(1);
    }

    /// So many more.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Relaxed);
    }

    /// How many there are.
    pub fn value(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// Durations by size.
#[derive(Debug, Default)]
pub struct Histogram {
    /// One for each bound, and one for everything above.
    buckets: [Counter; BOUNDS.len() + 1],
    nanoseconds: Counter,
}

/// The upper ends of the buckets in seconds: from a reply out of memory to one that is too late.
pub const BOUNDS: [f64; 17] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
    1.0, 2.5, 5.0, 10.0,
];

impl Histogram {
    /// Counts one duration.
    pub fn observe(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        let bucket = BOUNDS.partition_point(|bound| *bound < seconds);
        self.buckets[bucket].increment();
        self.nanoseconds
            .add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    /// How many durations there were in each bucket, not added up.
    fn counts(&self) -> [u64; BOUNDS.len() + 1] {
        self.buckets.each_ref().map(Counter::value)
    }

    fn seconds(&self) -> f64 {
        self.nanoseconds.value() as f64 / 1e9
    }
}

/// What a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// The feed of every article.
    All,
    /// A `[[feed]]`.
    Declared,
    /// The feed of a section.
    Section,
    /// The feed of a tag.
    Tag,
    /// The feed of an author.
    Author,
    /// A selection.
    Select,
    /// A page for people.
    Page,
    /// An article.
    Article,
    /// Anything else: redirects, mistakes, OPTIONS.
    Other,
}

impl RequestKind {
    /// Every kind.
    pub const ALL: [RequestKind; 9] = [
        RequestKind::All,
        RequestKind::Declared,
        RequestKind::Section,
        RequestKind::Tag,
        RequestKind::Author,
        RequestKind::Select,
        RequestKind::Page,
        RequestKind::Article,
        RequestKind::Other,
    ];

    /// Its label.
    pub fn name(self) -> &'static str {
        match self {
            RequestKind::All => "all",
            RequestKind::Declared => "declared",
            RequestKind::Section => "section",
            RequestKind::Tag => "tag",
            RequestKind::Author => "author",
            RequestKind::Select => "select",
            RequestKind::Page => "page",
            RequestKind::Article => "article",
            RequestKind::Other => "other",
        }
    }
}

/// How a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// With a document that was there.
    Hit,
    /// With a document that was made, or waited for.
    Made,
    /// 304.
    NotModified,
    /// To another place.
    Redirect,
    /// 4xx or 5xx.
    Error,
}

impl Answered {
    /// Every way.
    pub const ALL: [Answered; 5] = [
        Answered::Hit,
        Answered::Made,
        Answered::NotModified,
        Answered::Redirect,
        Answered::Error,
    ];

    /// Its label.
    pub fn name(self) -> &'static str {
        match self {
            Answered::Hit => "hit",
            Answered::Made => "made",
            Answered::NotModified => "not_modified",
            Answered::Redirect => "redirect",
            Answered::Error => "error",
        }
    }
}

/// The statuses that are told apart; any other counts as the last.
const STATUSES: [u16; 20] = [
    200, 204, 301, 302, 304, 308, 400, 403, 404, 405, 408, 410, 413, 414, 417, 429, 431, 500, 501,
    503,
];

const KINDS: usize = RequestKind::ALL.len();
const CODINGS: usize = Coding::ALL.len();
const ANSWERS: usize = Answered::ALL.len();

/// One answered request.
#[derive(Clone, Copy, Debug)]
pub struct Exchange {
    /// What it was for.
    pub kind: RequestKind,
    /// The status of its reply.
    pub status: StatusCode,
    /// The coding of its reply; of a 304 the one that a document would have had.
    pub coding: Coding,
    /// How it was answered.
    pub answered: Answered,
    /// The length of the reply's body.
    pub bytes: u64,
    /// How long the reply took to be made.
    pub took: Duration,
}

/// Counters of the sockets and the requests.
#[derive(Debug)]
pub struct Metrics {
    /// By kind, status, coding and answer; see [`index`].
    requests: Box<[Counter]>,
    latencies: [Histogram; ANSWERS],
    response_bytes: Counter,
    opened: Counter,
    closed: Counter,
    /// Connections that were turned away.
    pub refused_connections: Counter,
    /// Lines of the access log that nobody took in time.
    pub dropped_lines: Counter,
    panics: Counter,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let counters = KINDS * (STATUSES.len() + 1) * CODINGS * ANSWERS;
        Metrics {
            requests: (0..counters).map(|_| Counter::default()).collect(),
            latencies: Default::default(),
            response_bytes: Counter::default(),
            opened: Counter::default(),
            closed: Counter::default(),
            refused_connections: Counter::default(),
            dropped_lines: Counter::default(),
            panics: Counter::default(),
        }
    }
}

/// A connection that is open until this is dropped.
#[derive(Debug)]
#[must_use]
pub struct OpenConnection(Arc<Metrics>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.closed.increment();
    }
}

impl Metrics {
    /// Counts an answered request.
    pub fn count(&self, exchange: &Exchange) {
        let status = exchange.status.as_u16();
        let status = STATUSES.iter().position(|known| *known == status);
        let index = index(
            exchange.kind as usize,
            status.unwrap_or(STATUSES.len()),
            exchange.coding as usize,
            exchange.answered as usize,
        );
        self.requests[index].increment();
        self.latencies[exchange.answered as usize].observe(exchange.took);
        self.response_bytes.add(exchange.bytes);
    }

    /// Counts a connection for as long as it is open.
    pub fn open_connection(self: &Arc<Metrics>) -> OpenConnection {
        self.opened.increment();
        OpenConnection(self.clone())
    }

    /// Counts every panic from now on; it is still told as before.
    pub fn count_panics(self: &Arc<Metrics>) {
        let metrics = self.clone();
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !catch_panic::is_expected() {
                metrics.panics.increment();
            }
            tell(panic);
        }));
    }

    /// The connections that are open.
    pub fn open_connections(&self) -> u64 {
        // Read in this order, the difference is never below zero.
        let closed = self.closed.value();
        self.opened.value().saturating_sub(closed)
    }
}

/// Where a request is counted.
fn index(kind: usize, status: usize, coding: usize, answered: usize) -> usize {
    ((kind * (STATUSES.len() + 1) + status) * CODINGS + coding) * ANSWERS + answered
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_combination_has_a_counter_of_its_own() {
        let metrics = Metrics::default();
        let mut indices = BTreeSet::new();
        for kind in RequestKind::ALL {
            for status in 0..=STATUSES.len() {
                for coding in Coding::ALL {
                    for answered in Answered::ALL {
                        let (kind, coding) = (kind as usize, coding as usize);
                        indices.insert(index(kind, status, coding, answered as usize));
                    }
                }
            }
        }
        assert_eq!(indices.len(), metrics.requests.len());
        assert_eq!(indices.last(), Some(&(metrics.requests.len() - 1)));
    }

    #[test]
    fn durations_are_counted_up_to_and_with_their_bound() {
        let histogram = Histogram::default();
        for microseconds in [1, 50, 51, 10_000_000, 10_000_001] {
            histogram.observe(Duration::from_micros(microseconds));
        }
        let mut expected = [0; BOUNDS.len() + 1];
        (expected[0], expected[1]) = (2, 1);
        (expected[16], expected[17]) = (1, 1);
        assert_eq!(histogram.counts(), expected);
        assert!((histogram.seconds() - 20.000_103).abs() < 1e-9);
    }

    #[test]
    fn a_connection_is_open_until_it_is_let_go() {
        let metrics = Arc::new(Metrics::default());
        let first = metrics.open_connection();
        let second = metrics.open_connection();
        assert_eq!(metrics.open_connections(), 2);
        drop(first);
        assert_eq!(metrics.open_connections(), 1);
        drop(second);
        assert_eq!(metrics.open_connections(), 0);
    }
}
