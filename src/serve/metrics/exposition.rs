//! The text of `/metrics`: OpenMetrics, or the text format of Prometheus.

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextFormat {
    /// Version 0.0.4 of the text format of Prometheus, which every scraper reads.
    Prometheus,
    /// OpenMetrics 1.0.0.
    OpenMetrics,
}

pub(in crate::serve) fn encode(metrics: impl Collector, format: TextFormat) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(metrics));
    let mut text = String::new();
    text::encode(&mut text, &registry).expect("a write to a string cannot fail");
    match format {
        TextFormat::Prometheus => as_prometheus(&text),
        TextFormat::OpenMetrics => text,
    }
}

/// Rewrites OpenMetrics as the text format of Prometheus: `HELP` and `TYPE` of a counter name its
/// samples, with `_total`, and there is no `# EOF`.
fn as_prometheus(text: &str) -> String {
    let mut prometheus = String::with_capacity(text.len() + 256);
    let mut lines = text.lines().filter(|line| *line != "# EOF").peekable();
    while let Some(line) = lines.next() {
        let declared = line.strip_prefix("# HELP ").zip(lines.peek().copied());
        let counter = declared.and_then(|(rest, next)| {
            let (name, help) = rest.split_once(' ')?;
            (next == format!("# TYPE {name} counter")).then_some((name, help))
        });
        match counter {
            Some((name, help)) => {
                prometheus += &format!("# HELP {name}_total {help}\n# TYPE {name}_total counter\n");
                lines.next();
            }
            None => prometheus.extend([line, "\n"]),
        }
    }
    prometheus
}

pub(super) struct Exposition<'a>(pub(super) DescriptorEncoder<'a>);

type NoExemplar = Option<&'static Exemplar<NoLabelSet, f64>>;

impl Exposition<'_> {
    /// A gauge without labels; without a value there is no sample.
    pub(super) fn gauge(
        &mut self,
        name: &str,
        help: &str,
        value: impl Into<Option<f64>>,
    ) -> fmt::Result {
        match value.into() {
            Some(value) => self
                .begin(name, help, MetricType::Gauge)?
                .encode_gauge(&value),
            None => Ok(()),
        }
    }

    /// A counter without labels. The encoder appends `_total` to its name.
    pub(super) fn counter(
        &mut self,
        name: &str,
        help: &str,
        value: impl EncodeCounterValue,
    ) -> fmt::Result {
        let mut metric = self.begin(name, help, MetricType::Counter)?;
        metric.encode_counter(&value, None as NoExemplar)
    }

    pub(super) fn gauge_family<L: EncodeLabelSet>(
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

    pub(super) fn counter_family<L: EncodeLabelSet>(
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

    pub(super) fn histogram_family<'h, L: EncodeLabelSet>(
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
    fn prometheus_text_declares_counters_with_their_total_suffix() {
        let text = "# HELP taspa_open Open\n# TYPE taspa_open gauge\ntaspa_open 1.0\n\
                    # HELP taspa_asked Asked # TYPE x counter\n# TYPE taspa_asked counter\n\
                    taspa_asked_total{kind=\"a\"} 2\n# EOF\n";
        let prometheus = "# HELP taspa_open Open\n# TYPE taspa_open gauge\ntaspa_open 1.0\n\
                     # HELP taspa_asked_total Asked # TYPE x counter\n\
                     # TYPE taspa_asked_total counter\ntaspa_asked_total{kind=\"a\"} 2\n";
        assert_eq!(as_prometheus(text), prometheus);
    }
}
