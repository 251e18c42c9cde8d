//! The daemon of a simulation: publisher, documents, clock and disk, without threads, sockets and loops.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::Request;
use hyper::header::{ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION};
use tokio::runtime::Runtime;

use super::rules::Rules;
use crate::ingest::report::Report;
use crate::model::held_loss::Confirmation;
use crate::model::removal_guard::Removal;
use crate::model::time::Timestamp;
use crate::publish::clock::{Clock, ClockPair};
use crate::publish::publisher::{Publication, Publisher};
use crate::render::pages::templates::Templates;
use crate::serve::dispatch::{Dispatch, dispatch};
use crate::serve::documents::Documents;
use crate::source::Scope;
use crate::store::testkit::FakeDisk;
use crate::testkit;

const CACHE_BYTES: u64 = 1 << 20;

/// How many seconds a start over an outdated state waits for the articles.
const OUTDATED_WAIT: i64 = 30;

pub(super) struct Daemon {
    folder: PathBuf,
    pub(super) disk: FakeDisk,
    pub(super) publisher: Arc<Publisher>,
    documents: Arc<Documents>,
    /// It starts with the first publication.
    clock: Option<Clock>,
    /// Whether a reading succeeded.
    has_read: bool,
    /// Whether the last one failed.
    is_failing: bool,
    /// When it started, by the boot clock.
    started: i64,
}

/// An answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) etag: String,
    pub(super) last_modified: String,
    pub(super) location: String,
    pub(super) body: Vec<u8>,
}

impl Reply {
    /// Its `Last-Modified`.
    pub(super) fn date(&self) -> Option<i64> {
        let date = httpdate::parse_http_date(&self.last_modified).ok()?;
        let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_secs()).ok()
    }
}

/// What a client has of an earlier answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    pub(super) etag: Option<String>,
    pub(super) date: Option<String>,
}

impl Daemon {
    /// Starts it over what is on the disk.
    pub(super) fn start(
        disk: FakeDisk,
        folder: &Path,
        rules: &Rules,
        (wall, boot): (i64, i64),
    ) -> Result<Daemon, String> {
        let store = disk.open_store().map_err(|error| error.to_string())?;
        let config = Arc::new(testkit::config(&rules.toml(), folder));
        let publisher = Publisher::new(config, Templates::built_in(), store, Timestamp(wall));
        let publisher = Arc::new(publisher.map_err(|error| error.to_string())?);
        let documents = Arc::new(Documents::new(publisher.handle().clone(), CACHE_BYTES));
        Ok(Daemon {
            folder: folder.to_owned(),
            disk,
            publisher,
            documents,
            clock: None,
            has_read: false,
            is_failing: false,
            started: boot,
        })
    }

    pub(super) fn read(&mut self, scope: &Scope, removal: Removal) -> Report {
        let report = self
            .publisher
            .reconcile(std::slice::from_ref(scope), removal);
        self.note_reading(&report);
        report
    }

    pub(super) fn note_reading(&mut self, report: &Report) {
        self.is_failing = report.failure.is_some();
        self.has_read |= !self.is_failing;
    }

    pub(super) fn confirmation(&self) -> Option<Confirmation> {
        self.publisher.driver().take_confirmation()
    }

    /// Whether the publishing loop publishes: once articles could be read, or stored ones that are as new
    /// as what was answered before the start, or older ones while the articles cannot be read.
    pub(super) fn may_publish(&self, boot: i64) -> bool {
        let is_late = self.is_failing && boot - self.started >= OUTDATED_WAIT;
        let is_complete = self.publisher.driver().is_complete();
        self.publisher.has_something_to_serve() || self.has_read || is_complete && is_late
    }

    /// How long the publishing loop waits, so that a feed moves at most once in a second.
    pub(super) fn wait_before(&self, wall: i64) -> i64 {
        let last = self.publisher.last_moved();
        let last = last.filter(|_| self.publisher.is_due(Timestamp(wall)));
        last.map_or(0, |last| (last.0 + 1 - wall).clamp(0, 1))
    }

    pub(super) fn has_clock(&self) -> bool {
        self.clock.is_some()
    }

    /// The instant of a publication, as its clock believes it, and the publication.
    pub(super) fn publish(&mut self, (wall, boot): (i64, i64)) -> (i64, Publication) {
        let pair = ClockPair::at(wall, boot);
        let clock = self.clock.get_or_insert_with(|| Clock::start_at(pair));
        let now = clock.look(pair).at;
        (now.0, self.publisher.publish(now))
    }

    pub(super) fn reconfigure(&self, rules: &Rules) -> Result<(), String> {
        let config = Arc::new(testkit::config(&rules.toml(), &self.folder));
        let done = self.publisher.reconfigure(config, Templates::built_in());
        done.map_err(|error| error.to_string())
    }

    pub(super) fn ask(
        &self,
        runtime: &Runtime,
        address: &str,
        conditions: &Conditions,
        wall: i64,
    ) -> Result<Reply, String> {
        let mut request = Request::get(format!("/{address}"));
        if let Some(etag) = &conditions.etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(date) = &conditions.date {
            request = request.header(IF_MODIFIED_SINCE, date);
        }
        let request = request.body(()).map_err(|error| error.to_string())?;
        runtime.block_on(async {
            let answer = match dispatch(Some(&self.documents), &request, Timestamp(wall)) {
                Dispatch::Ready(answer) => answer,
                Dispatch::Pending(job) => job.run(&request).await,
            };
            let reply = answer.reply;
            let header = |name| {
                let value = reply.headers().get(name);
                let value = value.and_then(|value| value.to_str().ok());
                value.unwrap_or_default().to_owned()
            };
            let (etag, last_modified) = (header(ETAG), header(LAST_MODIFIED));
            let location = header(LOCATION);
            let status = reply.status().as_u16();
            let body = reply.into_body().collect().await;
            let body = body.map_err(|error| error.to_string())?;
            Ok(Reply {
                status,
                etag,
                last_modified,
                location,
                body: body.to_bytes().to_vec(),
            })
        })
    }

    /// Ends it as on SIGTERM; returns the disk as it is then.
    pub(super) fn stop(self, seed: u64) -> FakeDisk {
        self.publisher.save();
        let disk = self.disk.clone();
        drop(self);
        left(&disk, seed)
    }

    /// Ends it at once; returns the disk as it is then.
    pub(super) fn kill(self, seed: u64) -> FakeDisk {
        self.end(|disk| left(disk, seed))
    }

    /// The machine ends at once; returns the disk as it is then.
    pub(super) fn cut_power(self, seed: u64) -> FakeDisk {
        self.end(|disk| disk.after_power_cut(seed))
    }

    fn end(self, left: impl FnOnce(&FakeDisk) -> FakeDisk) -> FakeDisk {
        let next = left(&self.disk);
        // What it would write now, it writes to a disk that is not looked at again.
        self.disk.complete(Some(0));
        next
    }
}

/// What a process leaves. No process can know what a failed sync has dropped from the disk while the page
/// cache still shows it, so the machine ends with such a process.
fn left(disk: &FakeDisk, seed: u64) -> FakeDisk {
    match disk.has_dropped() {
        true => disk.after_power_cut(seed),
        false => disk.after_kill(),
    }
}
