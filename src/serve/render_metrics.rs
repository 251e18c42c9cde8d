//! Durations and failures of rendering feeds, by format.

use std::time::Instant;

use crate::model::format::Format;
use crate::serve::counter::Counter;
use crate::serve::histogram::Histogram;

#[derive(Debug, Default)]
pub(super) struct RenderMetrics {
    durations: [Histogram; Format::ALL.len()],
    failures: [Counter; Format::ALL.len()],
}

impl RenderMetrics {
    pub(super) fn durations(&self, format: Format) -> &Histogram {
        &self.durations[format as usize]
    }

    pub(super) fn failures(&self, format: Format) -> &Counter {
        &self.failures[format as usize]
    }

    pub(super) fn measure<T, E>(
        &self,
        format: Format,
        render: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let start = Instant::now();
        let rendered = render();
        match rendered {
            Ok(_) => self.durations(format).observe(start.elapsed()),
            Err(_) => self.failures(format).increment(),
        }
        rendered
    }
}
