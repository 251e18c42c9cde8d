//! `taspa check`: the configuration and every article, all problems at once.

use std::io;
use std::path::Path;

use super::output::Screen;
use super::{Exit, ListFormat, load, read_once};
use crate::config::{Config, Loaded};
use crate::desk::{Desk, check_identity};
use crate::problem::{Problem, Severity, chain};
use crate::store::Store;

pub(super) fn run(
    path: &Path,
    config_only: bool,
    format: ListFormat,
    screen: &mut Screen,
) -> io::Result<Exit> {
    let mut problems = Vec::new();
    let (exit, summary) = match load(path) {
        Err(found) => {
            problems.extend(found);
            (Exit::Config, "the configuration cannot be used".to_owned())
        }
        Ok(loaded) => {
            problems.extend(loaded.warnings.iter().cloned());
            problems.extend(identity_problem(&loaded));
            let summary = match config_only {
                true => "the articles were not read".to_owned(),
                false => articles(&loaded, &mut problems),
            };
            let failed = problems
                .iter()
                .any(|problem| problem.severity == Severity::Error);
            (if failed { Exit::Failed } else { Exit::Done }, summary)
        }
    };
    match format {
        ListFormat::Json => {
            screen.write(&serde_json::to_vec_pretty(&problems).map_err(io::Error::other)?)?;
            screen.line("")?;
        }
        ListFormat::Text => {
            for problem in &problems {
                screen.line(&problem.to_string())?;
            }
            screen.line(&format!("{}; {summary}", count(&problems)))?;
        }
    }
    screen.finish()?;
    Ok(exit)
}

/// Reads every article; says how many there are.
fn articles(loaded: &Loaded, problems: &mut Vec<Problem>) -> String {
    let folder = loaded.config.source.path.display().to_string();
    let failed = |reason: String| Problem {
        severity: Severity::Error,
        file: folder.clone(),
        line: None,
        column: None,
        message: reason,
        hint: Some("check that the folder exists and can be read".to_owned()),
        excerpt: None,
    };
    match read_once(loaded.config.clone()) {
        Err(failure) => {
            problems.push(failed(chain(&failure)));
            "the articles could not be read".to_owned()
        }
        Ok((desk, report)) => {
            problems.extend(report.problems);
            problems.extend(
                report
                    .failure
                    .as_ref()
                    .map(|failure| failed(chain(failure))),
            );
            if report.failure.is_none() {
                problems.extend(idle_terms(loaded, &desk));
            }
            let feeds = desk.edition().map_or(0, |edition| edition.feeds.len());
            format!(
                "{} in {}",
                many(report.articles, "article"),
                many(feeds, "feed")
            )
        }
    }
}

/// Terms that feeds.toml names and no released article has.
fn idle_terms<'a>(loaded: &'a Loaded, desk: &Desk) -> impl Iterator<Item = Problem> + use<'a> {
    desk.idle_terms().into_iter().map(|named| {
        let message = format!(
            "no released article has the {} `{}`",
            named.term.kind.prefix(),
            named.text
        );
        let hint = "check the spelling; the feed is served all the same".to_owned();
        loaded
            .file
            .problem(Severity::Warning, Some(named.span), message, Some(hint))
    })
}

fn identity_problem(loaded: &Loaded) -> Option<Problem> {
    let Config { server, .. } = &loaded.config;
    let folder = server.state.display();
    let (severity, file, message, hint) = match Store::peek(&server.state) {
        Ok(None) => return None,
        Ok(Some(memory)) => (
            Severity::Error,
            loaded.file.name().to_owned(),
            check_identity(&loaded.config, memory.header.as_ref())
                .err()?
                .to_string(),
            format!("restore both keys; if the change is meant, delete {folder} first"),
        ),
        // A daemon that was killed leaves a folder that only the next daemon may repair.
        Err(failure) => (
            Severity::Warning,
            folder.to_string(),
            format!("not compared with the configuration: {}", chain(&failure)),
            "start the daemon: it repairs this folder, or makes it anew".to_owned(),
        ),
    };
    Some(Problem {
        severity,
        file,
        line: None,
        column: None,
        message,
        hint: Some(hint),
        excerpt: None,
    })
}

fn count(problems: &[Problem]) -> String {
    let of = |severity| {
        problems
            .iter()
            .filter(|problem| problem.severity == severity)
            .count()
    };
    match (of(Severity::Error), of(Severity::Warning)) {
        (0, 0) => "no problems".to_owned(),
        (errors, warnings) => format!("{}, {}", many(errors, "error"), many(warnings, "warning")),
    }
}

fn many(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
