//! Explains why an article is, or is not, in a feed: for a command that has read the articles, and for the daemon.

mod article_name;
mod find_article;
mod find_title;
mod search;

use std::slice;

pub use self::article_name::ArticleName;
use self::find_article::NamedArticle;
pub use self::find_article::NotFound;
pub use self::search::{Search, SearchEnded};
use crate::feed::explain::{Evaluation, ExplainedArticle, Explanation, Reason};
use crate::feed::snapshot::FeedVersion;
use crate::ingest::problems::problems_of_row;
use crate::model::problem::{Problem, Severity};
use crate::model::record::Stamp;
use crate::publish::read_handle::{EvaluateError, ReadHandle};
use crate::source::Source;
use crate::store::{FileRow, StoreError};

/// An explanation, and the version of the file or row that it is about.
#[derive(Debug)]
pub struct ExplainedVersion {
    /// The explanation.
    pub explanation: Explanation,
    path: String,
    stamp: Stamp,
}

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
    /// The article cannot be searched to the end.
    #[error(transparent)]
    Find(#[from] FindError),
}

/// Why the search for an article failed.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The search ended early.
    #[error(transparent)]
    Ended(#[from] SearchEnded),
}

impl From<StoreError> for ExplainError {
    fn from(failure: StoreError) -> ExplainError {
        ExplainError::Find(failure.into())
    }
}

impl ExplainedVersion {
    /// Whether the file is as it was read. Of rows and posts this is not known, so they are taken for current.
    pub fn is_current(&self, source: &Source) -> bool {
        match source {
            Source::Directory(directory) => {
                let places = directory.stat(slice::from_ref(&self.path));
                places
                    .first()
                    .is_some_and(|place| place.stamp == self.stamp)
            }
            Source::Sql(_) | Source::WordPress(_) => true,
        }
    }
}

/// Explains it for the instant of the last publication.
///
/// # Errors
/// No article has the name, the feed has ended, the search was ended, or the store failed.
pub fn explain(
    publisher: &ReadHandle,
    version: &FeedVersion,
    article: &ArticleName,
    search: &mut Search,
) -> Result<ExplainedVersion, ExplainError> {
    let published = publisher.published().ok_or(ExplainError::Unpublished)?;
    let (store, source) = (publisher.store(), publisher.source());
    let snapshot = &published.snapshot;
    let named = find_article::find(store, &source, &snapshot.site_rules, article, search)??;
    let (path, row) = match &named {
        NamedArticle::Article(row) => (row.path.to_string(), store.file(&row.path)?),
        NamedArticle::File(path, row) => (path.clone(), Some(row.clone())),
    };
    let mut explained = ExplainedArticle {
        key: None,
        title: None,
        published: None,
        noun: source.noun(),
        file: source.locate(&path),
        problem: row.as_ref().and_then(|row| refusal(&source, &path, row)),
    };
    let evaluation = match named {
        NamedArticle::Article(row) => {
            let evaluation = published.evaluate(version, &row.meta.key);
            explained.title = Some(store.article_reader()?.title(row.meta.record)?);
            explained.published = Some(row.meta.published);
            explained.key = Some(row.meta.key.into());
            evaluation.map_err(|failure| match failure {
                EvaluateError::Ended => ExplainError::Ended,
                EvaluateError::Unknown => ExplainError::NotFound(NotFound::Like(Vec::new())),
            })?
        }
        NamedArticle::File(..) => Evaluation {
            reasons: vec![Reason::Unreadable],
            ..Evaluation::default()
        },
    };
    Ok(ExplainedVersion {
        explanation: Explanation {
            feed: version.path.to_string(),
            article: explained,
            evaluation,
            zone: snapshot.config.site.zone.clone(),
        },
        path,
        stamp: row.map(|row| row.stamp).unwrap_or_default(),
    })
}

/// Why a file or row is refused.
fn refusal(source: &Source, path: &str, row: &FileRow) -> Option<Problem> {
    problems_of_row(source, path, row).find(|problem| problem.severity == Severity::Error)
}
