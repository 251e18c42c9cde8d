//! What `TASPA_LOG` and `TASPA_LOG_FORMAT` say. A value that is not understood ends the command before
//! anything starts: a log that lacks what was asked for is noticed when it is needed.

use std::ops::Range;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

use crate::config::ConfigFile;
use crate::model::problem::{Problem, Severity};
use crate::text::nearest::{did_you_mean, nearest, one_of};

const LEVELS: [(&str, LevelFilter); 6] = [
    ("error", LevelFilter::ERROR),
    ("warn", LevelFilter::WARN),
    ("info", LevelFilter::INFO),
    ("debug", LevelFilter::DEBUG),
    ("trace", LevelFilter::TRACE),
    ("off", LevelFilter::OFF),
];

const FORMATS: [(&str, LogFormat); 2] = [("text", LogFormat::Text), ("json", LogFormat::Json)];

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What is logged, and how.
pub(in crate::cli) struct LogSettings {
    pub(in crate::cli) filter: Targets,
    pub(in crate::cli) format: LogFormat,
}

impl LogSettings {
    /// The settings of this process's environment. An empty variable counts as none.
    pub(in crate::cli) fn of_process() -> Result<LogSettings, Vec<Problem>> {
        let filter = parse_filter(&variable("TASPA_LOG"));
        let format = parse_format(&variable("TASPA_LOG_FORMAT"));
        match (filter, format) {
            (Ok(filter), Ok(format)) => Ok(LogSettings { filter, format }),
            (filter, format) => Err(filter.err().into_iter().chain(format.err()).collect()),
        }
    }
}

fn variable(name: &str) -> ConfigFile {
    let value = std::env::var_os(name).unwrap_or_default();
    ConfigFile::new(name, &value.to_string_lossy())
}

/// A level for everything, and `TARGET=LEVEL` for parts of the program, in any order, parted by commas.
fn parse_filter(variable: &ConfigFile) -> Result<Targets, Problem> {
    let mut filter = Targets::new().with_default(LevelFilter::INFO);
    for (part, place) in parts(variable.text()) {
        let (target, level) = match part.split_once('=') {
            Some((target, level)) => (Some(target.trim_end()), level.trim_start()),
            None => (None, part),
        };
        if let Some(target) = target.filter(|target| !is_target(target)) {
            let place = place.start..place.start + target.len();
            let message = "this is not the name of a part of the program";
            let hint = "write it as in `info,sqlx=debug`".to_owned();
            return Err(refuse(variable, place, message, hint));
        }
        let level = find(&LEVELS, level).ok_or_else(|| {
            let message = format!("`{level}` is not a level of the log");
            let hint = hint(level, &LEVELS);
            let hint = format!("{hint}; several are written as in `info,sqlx=debug`");
            refuse(variable, place.end - level.len()..place.end, &message, hint)
        })?;
        filter = match target {
            Some(target) => filter.with_target(target, level),
            None => filter.with_default(level),
        };
    }
    Ok(filter)
}

fn parse_format(variable: &ConfigFile) -> Result<LogFormat, Problem> {
    let word = variable.text();
    if word.is_empty() {
        return Ok(LogFormat::Text);
    }
    find(&FORMATS, word).ok_or_else(|| {
        let message = format!("`{word}` is not a format of the log");
        refuse(variable, 0..word.len(), &message, hint(word, &FORMATS))
    })
}

/// The parts that commas separate, without white space around them and empty ones, each with its place.
fn parts(text: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut end = 0;
    let parts = text.split(',').map(move |part| {
        let start = end + (part.len() - part.trim_start().len());
        end += part.len() + 1;
        let part = part.trim();
        (part, start..start + part.len())
    });
    parts.filter(|(part, _)| !part.is_empty())
}

/// Whether it can be a target: the path of a module, with that of its crate in front.
fn is_target(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.');
    !text.is_empty() && text.chars().all(is_part)
}

fn find<T: Copy>(words: &[(&str, T)], word: &str) -> Option<T> {
    let found = words
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word));
    found.map(|(_, value)| *value)
}

fn hint<T>(word: &str, words: &[(&str, T)]) -> String {
    let names = || words.iter().map(|(name, _)| *name);
    match nearest(word, names()) {
        Some(name) => format!("{} It can be {}", did_you_mean(name), one_of(names())),
        None => format!("it can be {}", one_of(names())),
    }
}

fn refuse(variable: &ConfigFile, place: Range<usize>, message: &str, hint: String) -> Problem {
    variable.problem(Severity::Error, Some(place), message, Some(hint))
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn levels_are_for_everything_or_for_a_part() {
        let filter = |text: &str| parse_filter(&ConfigFile::new("TASPA_LOG", text));
        for (text, own, library) in [
            ("", Level::INFO, Level::INFO),
            (" ", Level::INFO, Level::INFO),
            ("warn", Level::WARN, Level::WARN),
            ("DEBUG", Level::DEBUG, Level::DEBUG),
            ("sqlx = error", Level::INFO, Level::ERROR),
            ("sqlx=warn,debug,", Level::DEBUG, Level::WARN),
            ("error, taspa::cli=debug", Level::DEBUG, Level::ERROR),
        ] {
            let filter = filter(text).expect("levels");
            for (target, level) in [("taspa::cli::serve", own), ("sqlx::query", library)] {
                assert!(filter.would_enable(target, &level), "{text}: {target}");
                let more = [
                    Level::ERROR,
                    Level::WARN,
                    Level::INFO,
                    Level::DEBUG,
                    Level::TRACE,
                ];
                let more = more
                    .into_iter()
                    .find(|more| *more > level)
                    .expect("a level below");
                assert!(!filter.would_enable(target, &more), "{text}: {target}");
            }
        }
        assert!(
            !filter("off")
                .expect("a level")
                .would_enable("taspa", &Level::ERROR)
        );
    }

    #[test]
    fn what_is_not_understood_is_shown_with_its_place_and_the_right_words() {
        let levels = "`error`, `warn`, `info`, `debug`, `trace` or `off`";
        let several = "several are written as in `info,sqlx=debug`";
        for (text, expected) in [
            (
                "inof",
                format!(
                    "1:1: error: `inof` is not a level of the log\n1 | inof\n  | ^^^^\n  hint: did you mean \
                     `info`? It can be {levels}; {several}"
                ),
            ),
            (
                "warn, sqlx=loud",
                format!(
                    "1:12: error: `loud` is not a level of the log\n1 | warn, sqlx=loud\n  |            ^^^^\n  \
                     hint: it can be {levels}; {several}"
                ),
            ),
            (
                "sqlx=",
                format!(
                    "1:6: error: `` is not a level of the log\n1 | sqlx=\n  |      ^\n  hint: it can be \
                     {levels}; {several}"
                ),
            ),
            (
                "[span]=info",
                "1:1: error: this is not the name of a part of the program\n1 | [span]=info\n  | ^^^^^^\n  \
                 hint: write it as in `info,sqlx=debug`"
                    .to_owned(),
            ),
        ] {
            let problem = parse_filter(&ConfigFile::new("TASPA_LOG", text)).map(|_| ());
            let problem = problem.expect_err(text).to_string();
            assert_eq!(problem, format!("TASPA_LOG:{expected}"));
        }
        let format = |text: &str| parse_format(&ConfigFile::new("TASPA_LOG_FORMAT", text));
        let problem = format("jsn").expect_err("it is misspelt").to_string();
        let expected = "TASPA_LOG_FORMAT:1:1: error: `jsn` is not a format of the log\n1 | jsn\n  | ^^^\n  \
                        hint: did you mean `json`? It can be `text` or `json`";
        assert_eq!(problem, expected);
        for (text, expected) in [
            ("", LogFormat::Text),
            ("text", LogFormat::Text),
            ("JSON", LogFormat::Json),
        ] {
            assert_eq!(format(text), Ok(expected), "{text}");
        }
    }
}
