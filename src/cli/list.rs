//! `taspa list`: lists every feed with its number of articles and its last change.

use std::io;
use std::path::Path;

use super::output::Screen;
use super::{Exit, ListFormat, once};
use crate::render::feed_list;

pub(super) fn run(path: &Path, format: ListFormat, screen: &mut Screen) -> io::Result<Exit> {
    let published = match once::published_or_complain(path, screen) {
        Ok(published) => published,
        Err(exit) => return Ok(exit),
    };
    let overview = published.overview();
    let overview = overview.expect("what was read is published");
    let rows = feed_list::rows(&overview);
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
