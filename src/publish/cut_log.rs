//! Logs each feed that is too large once.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use tracing::warn;

use crate::feed::snapshot::FeedVersion;

/// Feeds that are logged in the life of a process.
const FEEDS_MAX: usize = 1000;

/// The paths of the feeds that were logged.
static LOGGED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Says that a document of `version` has only its first `entries`.
pub(super) fn warn_once(version: &FeedVersion, entries: usize) {
    let mut logged = LOGGED.lock().unwrap_or_else(PoisonError::into_inner);
    if logged.len() < FEEDS_MAX && logged.insert(version.path.to_string()) {
        let (path, all) = (&version.path, version.entries.len());
        let most = version.site_rules.document_bytes();
        warn!(
            "feed `{path}`: the newest {entries} of {all} entries fit into {most} bytes, the others are \
             left out\n  hint: lower `items` or `content` of the feed, or raise `document-bytes` in \
             [server.limits]"
        );
    }
}
