//! `/metrics`: the counters of all parts of the server in one text.
//!
//! The values of labels are a small closed set: kinds, statuses, codings, and the feeds that
//! feeds.toml declares; never a path, a tag or a client.

pub(super) mod exposition;
pub(super) mod process;

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;

use crate::feed::definitions::FeedKind;
use crate::feed::snapshot::Snapshot;
use crate::model::format::Format;
use crate::model::held_loss::HeldLoss;
use crate::model::time::Timestamp;
use crate::model::version;
use crate::publish::health::Condition;
use crate::publish::push_report::{PushRecord, PushResult, PushTarget};
use crate::publish::stall::Work;
use crate::serve::counter::Counter;
use crate::serve::documents::Documents;
use crate::serve::metrics::exposition::Exposition;
use crate::serve::metrics::process::Process;
use crate::serve::request_outcome::{RequestKind, RequestResult};
use crate::serve::server_context::ServerContext;

/// The input of one `/metrics` response.
pub(super) struct Scrape {
    pub(super) server: Arc<ServerContext>,
    pub(super) panics: Arc<Counter>,
    pub(super) condition: Arc<Condition>,
    /// What hubs and search engines were told.
    pub(super) push: Vec<(PushTarget, PushRecord)>,
    pub(super) process: Process,
    pub(super) started: Timestamp,
}

/// [`Collector`] requires it.
impl fmt::Debug for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrape").finish_non_exhaustive()
    }
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Exposition(encoder);
        page.gauge_family(
            "taspa_build_info",
            "Version of the running program, its commit and its build profile",
            [(
                [
                    ("version", version::NUMBER),
                    ("commit", version::COMMIT.unwrap_or("unknown")),
                    ("profile", version::PROFILE),
                ],
                1.0,
            )],
        )?;
        self.requests(&mut page)?;
        self.feeds(&mut page)?;
        self.source(&mut page)?;
        self.stalls(&mut page)?;
        self.configuration(&mut page)?;
        self.push(&mut page)?;
        self.process(&mut page)
    }
}

impl Scrape {
    fn requests(&self, page: &mut Exposition<'_>) -> fmt::Result {
        let server = &self.server;
        page.counter_family(
            "taspa_http_requests",
            "Requests by kind of resource, status, coding and outcome",
            server.requests.counts(),
        )?;
        let duration = |result| server.requests.durations(result);
        let durations =
            RequestResult::ALL.map(|result| ([("outcome", result.name())], duration(result)));
        page.histogram_family(
            "taspa_http_request_duration_seconds",
            "Time to make a response, without sending it",
            durations,
        )?;
        page.counter(
            "taspa_http_response_bytes",
            "Bytes of response bodies",
            server.requests.response_bytes.value(),
        )?;
        page.gauge(
            "taspa_open_connections",
            "Open connections",
            server.connections.open() as f64,
        )?;
        page.gauge(
            "taspa_max_connections",
            "Connections that may be open at once",
            server.connections.total_max as f64,
        )?;
        page.counter(
            "taspa_connections",
            "Accepted connections",
            server.connections.accepted.value(),
        )?;
        page.counter(
            "taspa_refused_connections",
            "Connections closed because their address had too many",
            server.connections.refused.value(),
        )?;
        let access_log = server.access_log.as_ref();
        page.counter(
            "taspa_access_log_dropped_lines",
            "Access log lines dropped because the reader of the output is too slow or gone",
            access_log.map_or(0, |access_log| access_log.dropped_lines().value()),
        )?;
        page.counter(
            "taspa_panics",
            "Panics; none of them ended the daemon",
            self.panics.value(),
        )
    }

    fn feeds(&self, page: &mut Exposition<'_>) -> fmt::Result {
        let snapshot = self.server.snapshot();
        page.gauge(
            "taspa_ready",
            "1 while feeds are published and the daemon is not stopping",
            bool_value(snapshot.is_some() && !self.condition.draining),
        )?;
        page.gauge(
            "taspa_articles",
            "Stored articles, published or not",
            self.condition.articles as f64,
        )?;
        page.gauge(
            "taspa_edition_timestamp_seconds",
            "Time at which a feed last changed",
            self.condition.published.map(seconds),
        )?;
        if let Some(snapshot) = snapshot {
            published_feeds(page, &snapshot)?;
        }
        match self.server.documents.get() {
            Some(documents) => document_metrics(page, documents),
            None => Ok(()),
        }
    }

    fn source(&self, page: &mut Exposition<'_>) -> fmt::Result {
        let Condition { source, held, .. } = &*self.condition;
        page.gauge(
            "taspa_source_up",
            "1 while the articles can be read and no loss is held",
            bool_value(source.failing.is_none() && held.is_none()),
        )?;
        page.gauge(
            "taspa_source_last_success_timestamp_seconds",
            "Time at which a reading of the articles last succeeded",
            source.read.map(seconds),
        )?;
        let published = self.server.published();
        let database = published.and_then(|published| published.database_position());
        let database = database.unwrap_or_default();
        page.gauge(
            "taspa_source_newest_timestamp_seconds",
            "Latest change among the rows, by the dates of the database",
            database.newest.map(seconds),
        )?;
        page.gauge(
            "taspa_source_replica_lag_seconds",
            "Seconds by which a standby is behind its primary",
            database.replica_lag,
        )?;
        page.gauge(
            "taspa_source_reading_duration_seconds",
            "Duration of the last complete reading",
            source.took.as_secs_f64(),
        )?;
        page.counter(
            "taspa_source_files_read",
            "Files or rows read",
            source.articles_read,
        )?;
        page.counter_family(
            "taspa_source_readings",
            "Readings by result",
            [
                ([("result", "success")], source.readings),
                ([("result", "failure")], source.failures),
            ],
        )?;
        // Before the first reading nobody knows, and a zero would look as if it had grown since.
        page.gauge(
            "taspa_quarantined_articles",
            "Files or rows whose newest version was refused",
            source.read.map(|_| self.condition.quarantined() as f64),
        )?;
        page.gauge(
            "taspa_held_removals",
            "Articles whose removal is held until it is confirmed",
            held.as_ref().map_or(0, HeldLoss::articles) as f64,
        )?;
        page.gauge(
            "taspa_held_columns",
            "Columns of the query whose loss is held until it is confirmed",
            held.as_ref().map_or(0, HeldLoss::columns) as f64,
        )?;
        if let Some(loss) = held {
            page.gauge(
                "taspa_held_since_timestamp_seconds",
                "When the loss that is held was first seen",
                loss.since.0 as f64,
            )?;
        }
        page.gauge(
            "taspa_state_writable",
            "1 while the state folder holds the last changes",
            bool_value(self.condition.state_trouble().is_none()),
        )
    }

    fn stalls(&self, page: &mut Exposition<'_>) -> fmt::Result {
        let stalls = &self.condition.stalls;
        let is_stalled = |work| stalls.iter().any(|stall| stall.work == work);
        page.gauge_family(
            "taspa_stalled",
            "1 while this work goes on without progress",
            Work::ALL.map(|work| ([("what", work.label())], bool_value(is_stalled(work)))),
        )
    }

    fn configuration(&self, page: &mut Exposition<'_>) -> fmt::Result {
        let reloads = &self.condition.reloads;
        let in_force = reloads.in_force.as_ref();
        page.gauge_family(
            "taspa_config_info",
            "Digest of the content of feeds.toml and of its templates that are in force",
            in_force.map(|(digest, _)| ([("digest", &**digest)], 1.0)),
        )?;
        page.gauge(
            "taspa_config_in_force_timestamp_seconds",
            "Time since which that content is in force",
            in_force.map(|(_, since)| seconds(*since)),
        )?;
        page.gauge(
            "taspa_config_last_reload_successful",
            "1 if the last reload of feeds.toml succeeded",
            bool_value(reloads.refused.is_none()),
        )?;
        page.gauge(
            "taspa_config_last_reload_success_timestamp_seconds",
            "Time at which feeds.toml was last loaded",
            seconds(reloads.succeeded),
        )?;
        page.counter_family(
            "taspa_config_reloads",
            "Reloads of feeds.toml by result",
            [
                ([("result", "success")], reloads.successes),
                ([("result", "failure")], reloads.refusals),
            ],
        )
    }

    fn push(&self, page: &mut Exposition<'_>) -> fmt::Result {
        let hubs = self
            .push
            .iter()
            .filter_map(|(target, record)| match target {
                PushTarget::Hub(url) => Some((url.as_str(), record)),
                PushTarget::IndexNow => None,
            });
        let pings = hubs.clone().flat_map(|(hub, record)| {
            let labels = |result: PushResult| [("hub", hub), ("result", result.name())];
            let count = |result| (labels(result), record.requests[result as usize]);
            PushResult::ALL.map(count)
        });
        page.counter_family("taspa_websub_pings", "Pings of hubs by result", pings)?;
        let taken =
            hubs.filter_map(|(hub, record)| Some(([("hub", hub)], seconds(record.last_success?))));
        page.gauge_family(
            "taspa_websub_last_success_timestamp_seconds",
            "Time at which a hub last took a ping",
            taken,
        )?;
        let mut records = self.push.iter();
        let index_now = records.find(|(target, _)| *target == PushTarget::IndexNow);
        let index_now = index_now.map(|(_, record)| record);
        let requests = index_now.into_iter().flat_map(|record| {
            PushResult::ALL.map(|result| {
                (
                    [("result", result.name())],
                    record.requests[result as usize],
                )
            })
        });
        page.counter_family(
            "taspa_indexnow_requests",
            "Requests to IndexNow by result",
            requests,
        )?;
        let taken = index_now.and_then(|record| record.last_success);
        page.gauge(
            "taspa_indexnow_last_success_timestamp_seconds",
            "Time at which IndexNow last took a request",
            taken.map(seconds),
        )
    }

    fn process(&self, page: &mut Exposition<'_>) -> fmt::Result {
        let process = &self.process;
        page.counter(
            "taspa_process_cpu_seconds",
            "Processor time, user and system",
            process.cpu.as_secs_f64(),
        )?;
        page.gauge(
            "taspa_process_start_time_seconds",
            "Time at which the process started",
            seconds(self.started),
        )?;
        let number = |value: Option<u64>| value.map(|value| value as f64);
        page.gauge(
            "taspa_process_resident_memory_bytes",
            "Resident memory",
            number(process.resident_bytes),
        )?;
        page.gauge(
            "taspa_process_virtual_memory_bytes",
            "Virtual memory",
            number(process.virtual_bytes),
        )?;
        page.gauge(
            "taspa_process_open_fds",
            "Open file descriptors",
            number(process.open_fds),
        )?;
        page.gauge(
            "taspa_process_max_fds",
            "Limit of open file descriptors",
            number(process.max_fds),
        )
    }
}

fn document_metrics(page: &mut Exposition<'_>, documents: &Documents) -> fmt::Result {
    let metrics = &documents.metrics;
    page.histogram_family(
        "taspa_render_duration_seconds",
        "Time to render a document",
        Format::ALL.map(|format| ([("format", format.extension())], metrics.durations(format))),
    )?;
    let failures = |format| metrics.failures(format).value();
    page.counter_family(
        "taspa_render_failures",
        "Documents that could not be rendered",
        Format::ALL.map(|format| ([("format", format.extension())], failures(format))),
    )?;
    page.gauge(
        "taspa_cache_bytes",
        "Bytes of cached documents",
        documents.cache.bytes() as f64,
    )?;
    page.gauge(
        "taspa_cache_documents",
        "Cached documents",
        documents.cache.len() as f64,
    )
}

fn published_feeds(page: &mut Exposition<'_>, snapshot: &Snapshot) -> fmt::Result {
    let kinds = [
        FeedKind::All,
        FeedKind::Declared,
        FeedKind::Section,
        FeedKind::Tag,
        FeedKind::Author,
    ];
    let feeds = kinds.map(|kind| {
        let feeds = snapshot.feeds.values().filter(|feed| feed.kind == kind);
        let labels = [("kind", RequestKind::from(kind).name())];
        (labels, feeds.count() as f64)
    });
    page.gauge_family("taspa_feeds", "Published feeds by kind", feeds)?;
    let declared = snapshot.config.feeds.iter();
    let last_modified = declared.filter_map(|feed| {
        let version = snapshot.feeds.get(feed.name.as_str())?;
        let labels = [("feed", feed.name.as_str())];
        Some((labels, seconds(version.last_modified)))
    });
    page.gauge_family(
        "taspa_feed_last_modified_timestamp_seconds",
        "Last-Modified of a declared feed",
        last_modified,
    )
}

fn seconds(at: Timestamp) -> f64 {
    at.0 as f64
}

fn bool_value(value: bool) -> f64 {
    f64::from(u8::from(value))
}
