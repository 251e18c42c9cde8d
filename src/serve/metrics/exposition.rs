//! The counters as `/metrics` shows them: the text format of Prometheus, or OpenMetrics where the
//! scraper asks for it.
//!
//! Labels are few and closed: kinds, statuses, codings, and the feeds that feeds.toml declares;
//! never a path, a tag or a client.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeLabelSet, MetricEncoder, NoLabelSet, text,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::exemplar::Exemplar;
use prometheus_client::registry::Registry;

use super::process::Process;
use super::{Answered, Metrics, RequestKind, STATUSES, index};
use crate::feed::coding::Coding;
use crate::feed::definitions::FeedKind;
use crate::feed::snapshot::Snapshot;
use crate::model::format::Format;
use crate::model::time::Timestamp;
use crate::publish::health::Condition;
use crate::serve::documents::Documents;
use crate::serve::histogram::{BOUNDS, Histogram};
use crate::source::Source;
use crate::source::sql::Sql;

/// Everything that one answer of `/metrics` is made from.
pub struct Scrape {
    /// The counters of the requests.
    pub metrics: Arc<Metrics>,
    /// How the daemon is.
    pub condition: Arc<Condition>,
    /// What is published, once the state folder has been read.
    pub documents: Option<Arc<Documents>>,
    /// The process.
    pub process: Process,
    /// When it started.
    pub started: Timestamp,
}

/// The format of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Version 0.0.4 of the text format of Prometheus, which everybody reads.
    Prometheus,
    /// OpenMetrics 1.0.0.
    OpenMetrics,
}

impl Scrape {
    /// The text.
    pub fn text(self, dialect: Dialect) -> String {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self));
        let mut text = String::new();
        text::encode(&mut text, &registry).expect("a string takes everything");
        match dialect {
            Dialect::Prometheus => as_prometheus(&text),
            Dialect::OpenMetrics => text,
        }
    }
}

/// A text of OpenMetrics in the older format, in which a counter is declared by the name of its
/// samples: otherwise its type is lost. Nothing says where the text ends.
fn as_prometheus(text: &str) -> String {
    let mut older = String::with_capacity(text.len() + 256);
    let mut lines = text.lines().filter(|line| *line != "# EOF").peekable();
    while let Some(line) = lines.next() {
        let declared = line.strip_prefix("# HELP ").zip(lines.peek().copied());
        let counter = declared.and_then(|(rest, next)| {
            let (name, help) = rest.split_once(' ')?;
            (next == format!("# TYPE {name} counter")).then_some((name, help))
        });
        match counter {
            Some((name, help)) => {
                older += &format!("# HELP {name}_total {help}\n# TYPE {name}_total counter\n");
                lines.next();
            }
            None => older.extend([line, "\n"]),
        }
    }
    older
}

impl fmt::Debug for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrape").finish_non_exhaustive()
    }
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Page(encoder);
        page.gauge(
            "taspa_build_info",
            "What is running",
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
    fn requests(&self, page: &mut Page<'_>) -> fmt::Result {
        let metrics = &self.metrics;
        page.counter(
            "taspa_http_requests",
            "Requests by what they were for, status, coding and how they were answered",
            request_counts(metrics),
        )?;
        let latencies = Answered::ALL.map(|answered| {
            let histogram = &metrics.latencies[answered as usize];
            ([("outcome", answered.name())], histogram)
        });
        page.histogram(
            "taspa_http_request_duration_seconds",
            "How long replies took to be made, without sending them",
            latencies,
        )?;
        page.count(
            "taspa_http_response_bytes",
            "Bytes of reply bodies",
            metrics.response_bytes.value(),
        )?;
        page.value(
            "taspa_open_connections",
            "Connections that are open",
            metrics.open_connections() as f64,
        )?;
        page.count(
            "taspa_connections",
            "Connections that were accepted",
            metrics.opened.value(),
        )?;
        page.count(
            "taspa_refused_connections",
            "Connections that were turned away",
            metrics.refused_connections.value(),
        )?;
        page.count(
            "taspa_access_log_dropped_lines",
            "Lines of the access log that nobody took in time",
            metrics.dropped_lines.value(),
        )?;
        page.count(
            "taspa_panics",
            "Panics, none of which ended the daemon",
            metrics.panics.value(),
        )
    }

    /// What is published, and what it took to make its documents.
    fn feeds(&self, page: &mut Page<'_>) -> fmt::Result {
        let snapshot = self
            .documents
            .as_ref()
            .and_then(|documents| documents.published().snapshot());
        page.value(
            "taspa_ready",
            "Whether the first edition is out and the daemon is not stopping",
            truth(snapshot.is_some() && !self.condition.draining),
        )?;
        page.value(
            "taspa_articles",
            "Articles that are known, released or not",
            self.condition.articles as f64,
        )?;
        if let Some(published) = self.condition.published {
            page.value(
                "taspa_edition_timestamp_seconds",
                "When a feed was last published",
                published.0 as f64,
            )?;
        }
        if let Some(snapshot) = snapshot {
            published_feeds(page, &snapshot)?;
        }
        let Some(documents) = &self.documents else {
            return Ok(());
        };
        page.histogram(
            "taspa_render_duration_seconds",
            "How long documents took to be rendered",
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
            "Bytes of finished documents in memory",
            documents.cache().bytes() as f64,
        )?;
        page.value(
            "taspa_cache_documents",
            "Finished documents in memory",
            documents.cache().documents() as f64,
        )
    }

    fn source(&self, page: &mut Page<'_>) -> fmt::Result {
        let Condition { source, held, .. } = &*self.condition;
        page.value(
            "taspa_source_up",
            "Whether the articles can be read and what was read is believed",
            truth(source.failing.is_none() && *held == 0),
        )?;
        if let Some(read) = source.read {
            page.value(
                "taspa_source_last_success_timestamp_seconds",
                "When a reading of the articles last ended well",
                read.0 as f64,
            )?;
        }
        if let Some(Source::Sql(sql)) = self
            .documents
            .as_ref()
            .map(|documents| documents.published().source())
            .as_deref()
        {
            self.database(page, sql)?;
        }
        page.value(
            "taspa_source_reading_duration_seconds",
            "How long the last whole reading took",
            source.took.as_secs_f64(),
        )?;
        page.count(
            "taspa_source_files_read",
            "Files or rows that were read",
            source.articles_read,
        )?;
        page.counter(
            "taspa_source_readings",
            "Readings by how they ended",
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
            "Whether the state folder has everything",
            truth(self.condition.state_trouble().is_none()),
        )
    }

    /// How far this daemon is, to be compared with others over the same articles.
    fn database(&self, page: &mut Page<'_>, sql: &Sql) -> fmt::Result {
        if let Some(newest) = sql.newest() {
            page.value(
                "taspa_source_newest_timestamp_seconds",
                "The latest change in the articles that are there, as the database dates it",
                newest.0 as f64,
            )?;
        }
        if let Some(lag) = sql.replica_lag() {
            page.value(
                "taspa_source_replica_lag_seconds",
                "How far the database is behind the one it follows",
                lag,
            )?;
        }
        Ok(())
    }

    fn configuration(&self, page: &mut Page<'_>) -> fmt::Result {
        let reloads = &self.condition.reloads;
        page.value(
            "taspa_config_last_reload_successful",
            "Whether the last feeds.toml was put in force",
            truth(reloads.refused.is_none()),
        )?;
        page.value(
            "taspa_config_last_reload_success_timestamp_seconds",
            "When feeds.toml was last put in force",
            reloads.succeeded.0 as f64,
        )?;
        page.counter(
            "taspa_config_reloads",
            "Reloads of feeds.toml by how they ended",
            [
                ([("result", "success")], reloads.successes),
                ([("result", "failure")], reloads.refusals),
            ],
        )
    }

    fn process(&self, page: &mut Page<'_>) -> fmt::Result {
        let process = &self.process;
        page.count(
            "taspa_process_cpu_seconds",
            "Time on a processor, user and system",
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
                "Memory that is resident",
                process.resident_bytes,
            ),
            (
                "taspa_process_virtual_memory_bytes",
                "Memory that is mapped",
                process.virtual_bytes,
            ),
            (
                "taspa_process_open_fds",
                "Open file descriptors",
                process.open_fds,
            ),
            (
                "taspa_process_max_fds",
                "How many file descriptors there may be",
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

/// Every combination that has occurred.
fn request_counts(metrics: &Metrics) -> Vec<([(&'static str, String); 4], u64)> {
    let mut counts = Vec::new();
    for kind in RequestKind::ALL {
        for status in 0..=STATUSES.len() {
            for coding in Coding::ALL {
                for answered in Answered::ALL {
                    let at = index(kind as usize, status, coding as usize, answered as usize);
                    let count = metrics.requests[at].value();
                    if count == 0 {
                        continue;
                    }
                    let status = STATUSES.get(status);
                    let labels = [
                        ("kind", kind.name().to_owned()),
                        ("status", status.map_or("other".to_owned(), u16::to_string)),
                        ("coding", coding.name().to_owned()),
                        ("outcome", answered.name().to_owned()),
                    ];
                    counts.push((labels, count));
                }
            }
        }
    }
    counts
}

/// How many feeds there are, and when those that feeds.toml names last moved.
fn published_feeds(page: &mut Page<'_>, snapshot: &Snapshot) -> fmt::Result {
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
    page.gauge("taspa_feeds", "Feeds of the edition", feeds)?;
    let named = snapshot.config.feeds.iter();
    let moved = named.filter_map(|feed| {
        let version = snapshot.feeds.get(feed.name.as_str())?;
        Some((
            [("feed", feed.name.as_str())],
            version.last_modified.0 as f64,
        ))
    });
    page.gauge(
        "taspa_feed_last_modified_timestamp_seconds",
        "When the content of a declared feed last changed",
        moved,
    )
}

fn truth(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}

/// The text so far.
struct Page<'a>(DescriptorEncoder<'a>);

type NoExemplar = Option<&'static Exemplar<NoLabelSet, f64>>;

impl Page<'_> {
    /// A number that goes up and down.
    fn value(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        let mut metric = self.begin(name, help, MetricType::Gauge)?;
        metric.encode_gauge(&value)
    }

    /// A number that only grows; its name gets `_total`.
    fn count(&mut self, name: &str, help: &str, value: impl EncodeCounterValue) -> fmt::Result {
        let mut metric = self.begin(name, help, MetricType::Counter)?;
        metric.encode_counter(&value, None as NoExemplar)
    }

    /// Numbers that go up and down.
    fn gauge<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (L, f64)>,
    ) -> fmt::Result {
        let mut metric = self.begin(name, help, MetricType::Gauge)?;
        for (labels, value) in samples {
            metric.encode_family(&labels)?.encode_gauge(&value)?;
        }
        Ok(())
    }

    /// Numbers that only grow; their name gets `_total`.
    fn counter<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (L, u64)>,
    ) -> fmt::Result {
        let mut metric = self.begin(name, help, MetricType::Counter)?;
        for (labels, value) in samples {
            let mut sample = metric.encode_family(&labels)?;
            sample.encode_counter(&value, None as NoExemplar)?;
        }
        Ok(())
    }

    /// Durations by size.
    fn histogram<'h, L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (L, &'h Histogram)>,
    ) -> fmt::Result {
        let mut metric = self.begin(name, help, MetricType::Histogram)?;
        for (labels, histogram) in samples {
            let counts = histogram.counts();
            let bounds = BOUNDS.into_iter().chain([f64::INFINITY]);
            let buckets: Vec<(f64, u64)> = bounds.zip(counts).collect();
            let mut sample = metric.encode_family(&labels)?;
            sample.encode_histogram(
                histogram.seconds(),
                counts.iter().sum(),
                &buckets,
                None as Option<&HashMap<usize, Exemplar<NoLabelSet, f64>>>,
            )?;
        }
        Ok(())
    }

    fn begin<'s>(
        &'s mut self,
        name: &'s str,
        help: &str,
        kind: MetricType,
    ) -> Result<MetricEncoder<'s>, fmt::Error> {
        self.0.encode_descriptor(name, help, None, kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_format_declares_counters_by_the_name_of_their_samples() {
        let text = "# HELP taspa_open Open\n# TYPE taspa_open gauge\ntaspa_open 1.0\n\
                    # HELP taspa_asked Asked # TYPE x counter\n# TYPE taspa_asked counter\n\
                    taspa_asked_total{kind=\"a\"} 2\n# EOF\n";
        let older = "# HELP taspa_open Open\n# TYPE taspa_open gauge\ntaspa_open 1.0\n\
                     # HELP taspa_asked_total Asked # TYPE x counter\n\
                     # TYPE taspa_asked_total counter\ntaspa_asked_total{kind=\"a\"} 2\n";
        assert_eq!(as_prometheus(text), older);
    }
}
