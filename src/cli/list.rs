//! `taspa list`: every feed with its articles and last change.

use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::output::Screen;
use super::{Exit, ListFormat, desk_or_complain};
use crate::edition::Version;
use crate::lineup::FeedKind;

/// A feed as programs read it.
#[derive(Debug, Serialize)]
struct Row {
    path: String,
    title: String,
    kind: FeedKind,
    formats: Vec<crate::format::Format>,
    articles: usize,
    updated: String,
}

pub(super) fn run(path: &Path, format: ListFormat, screen: &mut Screen) -> io::Result<Exit> {
    let desk = match desk_or_complain(path, screen) {
        Ok(desk) => desk,
        Err(exit) => return Ok(exit),
    };
    let edition = desk.edition().expect("a desk that was read is published");
    let mut versions: Vec<&Arc<Version>> = edition.feeds.values().collect();
    versions.sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
    let rows: Vec<Row> = versions
        .into_iter()
        .map(|version| row(version, desk.count(version)))
        .collect();
    match format {
        ListFormat::Json => {
            screen.write(&serde_json::to_vec_pretty(&rows).map_err(io::Error::other)?)?;
            screen.line("")?;
        }
        ListFormat::Text => {
            let width = rows
                .iter()
                .map(|row| row.path.chars().count())
                .max()
                .unwrap_or(0)
                .max(4);
            screen.line(&format!(
                "{:width$}  {:>8}  LAST CHANGE",
                "FEED", "ARTICLES"
            ))?;
            for row in &rows {
                screen.line(&format!(
                    "{:width$}  {:>8}  {}",
                    row.path, row.articles, row.updated
                ))?;
            }
        }
    }
    screen.finish()?;
    Ok(Exit::Done)
}

fn row(version: &Version, articles: usize) -> Row {
    Row {
        path: version.path.to_string(),
        title: version.channel.title.to_string(),
        kind: version.kind,
        formats: version.channel.formats.clone(),
        articles,
        updated: version.last_modified.to_string(),
    }
}
