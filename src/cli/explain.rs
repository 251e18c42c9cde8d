//! `taspa explain FEED ARTICLE`: why the article is, or is not, in that feed.

use std::io;
use std::path::Path;

use super::explanation::{ExplainError, explain};
use super::find_article::Unknown;
use super::output::Screen;
use super::{Exit, ListFormat, feed, once};
use crate::model::problem::chain;

pub(super) fn run(
    path: &Path,
    wanted: &str,
    article: &str,
    format: ListFormat,
    screen: &mut Screen,
) -> io::Result<Exit> {
    let published = match once::published_or_complain(path, screen) {
        Ok(published) => published,
        Err(exit) => return Ok(exit),
    };
    let version = match feed::find_in_any_format(&published, wanted) {
        Ok(version) => version,
        Err(reason) => {
            screen.complain(&format!("cannot explain `{wanted}`: {reason}"));
            return Ok(Exit::Failed);
        }
    };
    let explanation = match explain(&published, &version, article) {
        Ok(explanation) => explanation,
        Err(failure) => {
            screen.complain(&format!("cannot explain `{article}`: {}", why(&failure)));
            return Ok(Exit::Failed);
        }
    };
    match format {
        ListFormat::Text => screen.line(&explanation.to_string())?,
        ListFormat::Json => {
            screen.write(&serde_json::to_vec_pretty(&explanation).map_err(io::Error::other)?)?;
            screen.line("")?;
        }
    }
    screen.finish()?;
    Ok(Exit::Done)
}

fn why(failure: &ExplainError) -> String {
    match failure {
        ExplainError::Unknown(Unknown::Like(keys)) if keys.is_empty() => {
            "no article has this key, file, id or address".to_owned()
        }
        ExplainError::Unknown(Unknown::Like(keys)) => format!(
            "no article has this key, file, id or address\n  hint: did you mean `{}`?",
            keys.join("` or `")
        ),
        ExplainError::Unknown(Unknown::Skipped) => {
            "files of this kind or name are not read\n  hint: an article is a `.txt`, `.md` or `.json` file, and \
             names that begin with `.` or `_` or end in `~`, `.tmp`, `.part` or `.swp` are skipped, \
             folders too"
                .to_owned()
        }
        ExplainError::Unknown(Unknown::Elsewhere) => {
            "this file is not below the articles' folder that feeds.toml names".to_owned()
        }
        ExplainError::Unpublished | ExplainError::Ended | ExplainError::Store(_) => chain(failure),
    }
}
