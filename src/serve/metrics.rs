//! `/metrics`: what every part of the server counts, in one text.
//!
//! Labels are few and closed: kinds, statuses, codings, and the feeds that feeds.toml declares;
//! never a path, a tag or a client.

pub(super) mod exposition;
pub(super) mod process;

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;

use crate::feed::definitions::FeedKind;
use crate::feed::snapshot::Snapshot;
use crate::model::format::Format;
use crate::model::time::Timestamp;
use crate::publish::health::Condition;
use crate::publish::read_handle::DatabasePosition;
use crate::serve::counter::Counter;
use crate::serve::documents::Documents;
use crate::serve::metrics::exposition::{Exposition, TextFormat};
use crate::serve::metrics::process::Process;
use crate::serve::request_outcome::{RequestKind, RequestResult};
use crate::serve::server_context::ServerContext;

/// Everything that one answer of `/metrics` is made from.
pub(super) struct Scrape {
    /// The server.
    pub server: Arc<ServerContext>,
    /// The panics so far.
    pub panics: Arc<Counter>,
    /// How the daemon is.
    pub condition: Arc<Condition>,
    /// The process.
    pub process: Process,
    /// When it started.
    pub started: Timestamp,
}

impl Scrape {
    /// The text.
    pub(super) fn text(self, format: TextFormat) -> String {
        exposition::encode(self, format)
    }

    fn documents(&self) -> Option<&Arc<Documents>> {
        self.server.documents.get()
    }
}

impl fmt::Debug for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrape").finish_non_exhaustive()
    }
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Exposition(encoder);
        page.gauge(
            "taspa_build_info",
            "The version that runs",
            [([("version", env!("CARGO_PKG_VERSION"))], 1.0)],
        )?;
        self.requests(&mut page)?;
        self.feeds(&mut page)?;
        self.source(&mut page)?;
        self.configuration(&mut page)?;
        self.process(&mut page)
    }
}

impl Scrape {
    fn requests(&self, page: &mut Exposition<'_>) -> fmt::Result {
        let server = &self.server;
        page.counter(
            "taspa_http_requests",
            "Requests by kind of resource, status, coding and outcome",
            server.requests.counts(),
        )?;
        let durations = RequestResult::ALL.map(|result| {
            let histogram = server.requests.durations(result);
            ([("outcome", result.name())], histogram)
        });
        page.histogram(
            "taspa_http_request_duration_seconds",
            "Time to make a reply, without sending it",
            durations,
        )?;
        page.count(
            "taspa_http_response_bytes",
            "Bytes of reply bodies",
            server.requests.response_bytes.value(),
        )?;
        page.value(
            "taspa_open_connections",
            "Open connections",
            server.connections.open() as f64,
        )?;
        page.count(
            "taspa_connections",
            "Accepted connections",
            server.connections.accepted.value(),
        )?;
        page.count(
            "taspa_refused_connections",
            "Connections that were closed because their address has too many",
            server.connections.refused.value(),
        )?;
        let access_log = server.access_log.as_ref();
        page.count(
            "taspa_access_log_dropped_lines",
            "Lines of the access log that were dropped because its reader is too slow",
            access_log.map_or(0, |access_log| access_log.dropped_lines().value()),
        )?;
        page.count(
            "taspa_panics",
            "Panics, none of which ended the daemon",
            self.panics.value(),
        )
    }

    /// What is published, and its documents.
    fn feeds(&self, page: &mut Exposition<'_>) -> fmt::Result {
        let snapshot = self
            .documents()
            .and_then(|documents| documents.published().snapshot());
        page.value(
            "taspa_ready",
            "Whether feeds are published and the daemon is not stopping",
            truth(snapshot.is_some() && !self.condition.draining),
        )?;
        page.value(
            "taspa_articles",
            "Articles that are stored, published or not",
            self.condition.articles as f64,
        )?;
        if let Some(published) = self.condition.published {
            page.value(
                "taspa_edition_timestamp_seconds",
                "When a feed last changed",
                published.0 as f64,
            )?;
        }
        if let Some(snapshot) = snapshot {
            published_feeds(page, &snapshot)?;
        }
        let Some(documents) = self.documents() else {
            return Ok(());
        };
        page.histogram(
            "taspa_render_duration_seconds",
            "Time to render a document",
            Format::ALL.map(|format| {
                (
                    [("format", format.extension())],
                    documents.metrics().durations(format),
                )
            }),
        )?;
        page.counter(
            "taspa_render_failures",
            "Documents that could not be rendered",
            Format::ALL.map(|format| {
                let failures = documents.metrics().failures(format).value();
                ([("format", format.extension())], failures)
            }),
        )?;
        page.value(
            "taspa_cache_bytes",
            "Bytes of cached documents",
            documents.cache().bytes() as f64,
        )?;
        page.value(
            "taspa_cache_documents",
            "Cached documents",
            documents.cache().documents() as f64,
        )
    }

    fn source(&self, page: &mut Exposition<'_>) -> fmt::Result {
        let Condition { source, held, .. } = &*self.condition;
        page.value(
            "taspa_source_up",
            "Whether the articles can be read and no removal is held",
            truth(source.failing.is_none() && *held == 0),
        )?;
        if let Some(read) = source.read {
            page.value(
                "taspa_source_last_success_timestamp_seconds",
                "When a reading of the articles last succeeded",
                read.0 as f64,
            )?;
        }
        let published = self.documents().map(|documents| documents.published());
        if let Some(position) = published.and_then(|published| published.database_position()) {
            database(page, &position)?;
        }
        page.value(
            "taspa_source_reading_duration_seconds",
            "Time that the last complete reading took",
            source.took.as_secs_f64(),
        )?;
        page.count(
            "taspa_source_files_read",
            "Files or rows that were read",
            source.articles_read,
        )?;
        page.counter(
            "taspa_source_readings",
            "Readings by result",
            [
                ([("result", "success")], source.readings),
                ([("result", "failure")], source.failures),
            ],
        )?;
        page.value(
            "taspa_quarantined_articles",
            "Files or rows that gave no article, or not their newest version",
            self.condition.quarantined() as f64,
        )?;
        page.value(
            "taspa_held_removals",
            "Articles whose removal waits for a confirmation",
            *held as f64,
        )?;
        page.value(
            "taspa_state_writable",
            "Whether the last changes are in the state folder",
            truth(self.condition.state_trouble().is_none()),
        )
    }

    fn configuration(&self, page: &mut Exposition<'_>) -> fmt::Result {
        let reloads = &self.condition.reloads;
        page.value(
            "taspa_config_last_reload_successful",
            "Whether the last reload of feeds.toml succeeded",
            truth(reloads.refused.is_none()),
        )?;
        page.value(
            "taspa_config_last_reload_success_timestamp_seconds",
            "When feeds.toml was last loaded",
            reloads.succeeded.0 as f64,
        )?;
        page.counter(
            "taspa_config_reloads",
            "Reloads of feeds.toml by result",
            [
                ([("result", "success")], reloads.successes),
                ([("result", "failure")], reloads.refusals),
            ],
        )
    }

    fn process(&self, page: &mut Exposition<'_>) -> fmt::Result {
        let process = &self.process;
        page.count(
            "taspa_process_cpu_seconds",
            "Processor time, user and system",
            process.cpu.as_secs_f64(),
        )?;
        page.value(
            "taspa_process_start_time_seconds",
            "When the process started",
            self.started.0 as f64,
        )?;
        for (name, help, value) in [
            (
                "taspa_process_resident_memory_bytes",
                "Resident memory",
                process.resident_bytes,
            ),
            (
                "taspa_process_virtual_memory_bytes",
                "Virtual memory",
                process.virtual_bytes,
            ),
            (
                "taspa_process_open_fds",
                "Open file descriptors",
                process.open_fds,
            ),
            (
                "taspa_process_max_fds",
                "Limit of open file descriptors",
                process.max_fds,
            ),
        ] {
            if let Some(value) = value {
                page.value(name, help, value as f64)?;
            }
        }
        Ok(())
    }
}

/// How current the database is, to be compared between daemons over the same articles.
fn database(page: &mut Exposition<'_>, position: &DatabasePosition) -> fmt::Result {
    if let Some(newest) = position.newest {
        page.value(
            "taspa_source_newest_timestamp_seconds",
            "The latest change among the rows, as the database dates it",
            newest.0 as f64,
        )?;
    }
    if let Some(lag) = position.replica_lag {
        page.value(
            "taspa_source_replica_lag_seconds",
            "How far a standby is behind its primary",
            lag,
        )?;
    }
    Ok(())
}

/// The number of feeds, and when the declared ones last changed.
fn published_feeds(page: &mut Exposition<'_>, snapshot: &Snapshot) -> fmt::Result {
    let kinds = [
        (FeedKind::All, RequestKind::All),
        (FeedKind::Declared, RequestKind::Declared),
        (FeedKind::Section, RequestKind::Section),
        (FeedKind::Tag, RequestKind::Tag),
        (FeedKind::Author, RequestKind::Author),
    ];
    let feeds = kinds.map(|(kind, name)| {
        let feeds = snapshot.feeds.values().filter(|feed| feed.kind == kind);
        ([("kind", name.name())], feeds.count() as f64)
    });
    page.gauge("taspa_feeds", "Published feeds by kind", feeds)?;
    let named = snapshot.config.feeds.iter();
    let last_modified = named.filter_map(|feed| {
        let version = snapshot.feeds.get(feed.name.as_str())?;
        Some((
            [("feed", feed.name.as_str())],
            version.last_modified.0 as f64,
        ))
    });
    page.gauge(
        "taspa_feed_last_modified_timestamp_seconds",
        "Last-Modified of a declared feed",
        last_modified,
    )
}

fn truth(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}
