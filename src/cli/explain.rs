//! `taspa explain FEED ARTICLE`: why the article is, or is not, in that feed.

use super::output::Screen;
use super::{CommandResult, Exit, ExplainArguments, ListFormat, once};
use crate::config::ConfigInput;
use crate::model::problem::chain;
use crate::publish::explanation::explain;
use crate::serve::find_document;

pub(super) fn run(
    input: &ConfigInput,
    command: &ExplainArguments,
    screen: &mut Screen,
) -> CommandResult {
    let ExplainArguments { feed, article, .. } = command;
    let published = once::published(input, screen)?;
    let version = find_document::find_in_any_format(&published, feed)
        .map_err(|reason| format!("cannot explain `{feed}`: {reason}"))?;
    let explanation = explain(&published, &version, article)
        .map_err(|failure| format!("cannot explain `{article}`: {}", chain(&failure)))?;
    match command.format {
        ListFormat::Text => screen.line(&explanation.to_string())?,
        ListFormat::Json => screen.json(&explanation)?,
    }
    Ok(Exit::Done)
}
