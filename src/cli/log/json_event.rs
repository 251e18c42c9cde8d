//! An event of the log as one JSON object on one line.
//!
//! `time`, `level` and `message` come first. A [`Problem`] has its parts as fields of their own; further
//! lines of another message stay in its string.

use std::error::Error;
use std::fmt;
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::registry::LookupSpan;

use crate::cli::output::escape_hidden;
use crate::model::problem::{Problem, chain};

/// Writes events as JSON.
pub(super) struct JsonEvents;

impl<S, N> FormatEvent<S, N> for JsonEvents
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut object = Object::new(*event.metadata().level());
        event.record(&mut object);
        writeln!(writer, "{}", object.line().map_err(|_| fmt::Error)?)
    }
}

/// A line, without its line break, for an event that is only a message.
pub(super) fn line(level: Level, message: String) -> serde_json::Result<String> {
    let mut object = Object::new(level);
    object.add(MESSAGE, message);
    object.line()
}

const MESSAGE: &str = "message";

/// The fields of an event in their order.
struct Object(Vec<(String, Value)>);

impl Object {
    fn new(level: Level) -> Object {
        let time = DateTime::<Utc>::from(SystemTime::now());
        let time = time.to_rfc3339_opts(SecondsFormat::Millis, true);
        // The words of `TASPA_LOG`.
        let level = level.as_str().to_ascii_lowercase();
        Object(vec![
            ("time".to_owned(), time.into()),
            ("level".to_owned(), level.into()),
        ])
    }

    /// Adds a field. Libraries may have fields with names of ours: they get a `_` at the end.
    fn add(&mut self, name: &str, value: impl Into<Value>) {
        let mut name = name.to_owned();
        while self.0.iter().any(|(before, _)| *before == name) {
            name.push('_');
        }
        self.0.push((name, value.into()));
    }

    fn add_problem(&mut self, problem: &Problem) {
        self.add(MESSAGE, &*problem.message);
        self.add("severity", problem.severity.to_string());
        self.add("file", &*problem.file);
        for (name, number) in [("line", problem.line), ("column", problem.column)] {
            number.into_iter().for_each(|number| self.add(name, number));
        }
        for (name, text) in [("hint", &problem.hint), ("excerpt", &problem.excerpt)] {
            text.iter().for_each(|text| self.add(name, &**text));
        }
    }

    fn line(&self) -> serde_json::Result<String> {
        serde_json::to_string(self).map(|json| escape_hidden(&json))
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Visit for Object {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field.name(), value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field.name(), value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        match value.downcast_ref::<Problem>() {
            Some(problem) if field.name() == MESSAGE => self.add_problem(problem),
            _ => self.add(field.name(), chain(value)),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field.name(), format!("{value:?}"));
    }
}
