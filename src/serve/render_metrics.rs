//! What rendering feeds takes, by format.

use std::time::Instant;

use crate::model::format::Format;
use crate::serve::counter::Counter;
use crate::serve::histogram::Histogram;

/// Durations and failures of rendering, by format.
#[derive(Debug, Default)]
pub struct RenderMetrics {
    durations: [Histogram; Format::ALL.len()],
    failures: [Counter; Format::ALL.len()],
}

impl RenderMetrics {
    /// How long rendering a format takes.
    pub fn durations(&self, format: Format) -> &Histogram {
        &self.durations[format as usize]
    }

    /// Documents of a format that could not be rendered.
    pub fn failures(&self, format: Format) -> &Counter {
        &self.failures[format as usize]
    }

    /// Renders a document and measures it.
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
