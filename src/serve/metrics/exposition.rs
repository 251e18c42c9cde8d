//! The text of `/metrics`: OpenMetrics, or the older text format of Prometheus.

use std::collections::HashMap;
use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeLabelSet, MetricEncoder, NoLabelSet, text,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::exemplar::Exemplar;
use prometheus_client::registry::Registry;

use crate::serve::histogram::{BOUNDS, Histogram};

/// The format of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextFormat {
    /// Version 0.0.4 of the text format of Prometheus, which every scraper reads.
    Prometheus,
    /// OpenMetrics 1.0.0.
    OpenMetrics,
}

/// The text of everything that `metrics` collects.
pub(super) fn encode(metrics: impl Collector, format: TextFormat) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(metrics));
    let mut text = String::new();
    text::encode(&mut text, &registry).expect("a string takes everything");
    match format {
        TextFormat::Prometheus => as_prometheus(&text),
        TextFormat::OpenMetrics => text,
    }
}

/// A text of OpenMetrics in the older format. There a counter is declared by the name of its samples,
/// or its type is lost, and no line marks the end.
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

/// The text that is being written.
pub(super) struct Exposition<'a>(pub(super) DescriptorEncoder<'a>);

type NoExemplar = Option<&'static Exemplar<NoLabelSet, f64>>;

impl Exposition<'_> {
    /// A number that goes up and down.
    pub(super) fn value(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        let mut metric = self.begin(name, help, MetricType::Gauge)?;
        metric.encode_gauge(&value)
    }

    /// A number that only grows; its name gets `_total`.
    pub(super) fn count(
        &mut self,
        name: &str,
        help: &str,
        value: impl EncodeCounterValue,
    ) -> fmt::Result {
        let mut metric = self.begin(name, help, MetricType::Counter)?;
        metric.encode_counter(&value, None as NoExemplar)
    }

    /// Numbers that go up and down.
    pub(super) fn gauge<L: EncodeLabelSet>(
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
    pub(super) fn counter<L: EncodeLabelSet>(
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

    /// Durations by bucket.
    pub(super) fn histogram<'h, L: EncodeLabelSet>(
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
