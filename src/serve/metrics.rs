//! What is counted while requests are answered.
//!
//! A request costs a handful of relaxed additions to counters that exist from the start: no label is
//! looked up and no lock taken. Names and labels appear only when somebody asks for `/metrics`, in
//! [`exposition`].

pub mod exposition;
pub mod process;

use std::panic;
use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;

use crate::feed::coding::Coding;
use crate::serve::counter::Counter;
use crate::serve::histogram::Histogram;
use crate::store::catch_panic;

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
