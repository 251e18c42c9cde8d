//! Explains why an article is, or is not, in a feed.

mod find_article;
mod find_title;

use self::find_article::NamedArticle;
pub use self::find_article::NotFound;
use crate::feed::explain::{Evaluation, ExplainedArticle, Explanation, Reason};
use crate::feed::snapshot::FeedVersion;
use crate::ingest::problems::problems_of_row;
use crate::model::problem::{Problem, Severity};
use crate::publish::read_handle::{EvaluateError, ReadHandle};
use crate::source::Source;
use crate::store::{FileRow, StoreError};

/// Why there is no explanation.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// No article has that name.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// Nothing is published.
    #[error("nothing is published")]
    Unpublished,
    /// The feed has ended since it was found.
    #[error("this feed has ended")]
    Ended,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Explains it for the instant of the last publication. `article` is a key, file, id or address.
pub fn explain(
    publisher: &ReadHandle,
    version: &FeedVersion,
    article: &str,
) -> Result<Explanation, ExplainError> {
    let published = publisher.published().ok_or(ExplainError::Unpublished)?;
    let (store, source) = (publisher.store(), publisher.source());
    let snapshot = &published.snapshot;
    let named = find_article::find(store, &source, &snapshot.site_rules, article)?;
    let (explained, evaluation) = match named? {
        NamedArticle::Article(row) => {
            let evaluation = published.evaluate(version, &row.meta.key);
            let evaluation = evaluation.map_err(|failure| match failure {
                EvaluateError::Ended => ExplainError::Ended,
                EvaluateError::Unknown => ExplainError::NotFound(NotFound::Like(Vec::new())),
            })?;
            let articles = store.articles(&[row.meta.record])?;
            let file = store.file(&row.path)?;
            let explained = ExplainedArticle {
                title: articles.first().map(|article| article.title.to_string()),
                published: Some(row.meta.published),
                problem: file.and_then(|file| refusal(&source, &row.path, &file)),
                noun: source.noun(),
                file: source.locate(&row.path),
                key: Some(row.meta.key.into()),
            };
            (explained, evaluation)
        }
        NamedArticle::File(path, row) => {
            let unreadable = Evaluation {
                reasons: vec![Reason::Unreadable],
                ..Evaluation::default()
            };
            let explained = ExplainedArticle {
                key: None,
                title: None,
                published: None,
                noun: source.noun(),
                file: source.locate(&path),
                problem: refusal(&source, &path, &row),
            };
            (explained, unreadable)
        }
    };
    Ok(Explanation {
        feed: version.path.to_string(),
        article: explained,
        evaluation,
        zone: snapshot.config.site.zone.clone(),
    })
}

/// Why a file or row is refused.
fn refusal(source: &Source, path: &str, row: &FileRow) -> Option<Problem> {
    problems_of_row(source, path, row).find(|problem| problem.severity == Severity::Error)
}
