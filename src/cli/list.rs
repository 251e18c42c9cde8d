//! `taspa list`: lists every feed with its number of articles and its last change.

use super::output::Screen;
use super::{CommandResult, Exit, ListFormat, once};
use crate::config::ConfigInput;
use crate::render::feed_list;

pub(super) fn run(input: &ConfigInput, format: ListFormat, screen: &mut Screen) -> CommandResult {
    let published = once::published(input, screen)?.published();
    let published = published.expect("what was read is published");
    let overview = published.overview();
    let rows = feed_list::rows(&overview);
    match format {
        ListFormat::Json => screen.json(&rows)?,
        ListFormat::Text => {
            let widths = rows.iter().map(|row| row.path.chars().count());
            let width = widths.fold(4, usize::max);
            let (feed, articles) = ("FEED", "ARTICLES");
            screen.line(&format!("{feed:width$}  {articles:>8}  LAST CHANGE"))?;
            for row in &rows {
                screen.line(&format!(
                    "{:width$}  {:>8}  {}",
                    row.path, row.articles, row.updated
                ))?;
            }
        }
    }
    Ok(Exit::Done)
}
