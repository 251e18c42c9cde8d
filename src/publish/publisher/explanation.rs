//! Why an article is, or is not, in one of the publisher's feeds.

use super::named::{self, Found, Unknown};
use super::{Publisher, State};
use crate::feed::definitions::{FeedDefinition, SELECT};
use crate::feed::explain::{Explanation, Judgement, Reason, Subject, judge};
use crate::feed::snapshot::FeedVersion;
use crate::model::problem::{Problem, Severity};
use crate::model::selection::Selection;
use crate::source::Source;
use crate::store::{FileRow, StoreError};

/// Why there is no explanation.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// No article has that name.
    #[error("it names no article")]
    Unknown(Unknown),
    /// The feed has ended since it was found.
    #[error("this feed has ended")]
    Ended,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Publisher {
    /// Why the article that `article` names (its key, file, id or address) is, or is not, in a feed
    /// at the instant of the last publication. For the operator alone: nothing is too secret for it.
    ///
    /// # Errors
    /// [`ExplainError`].
    pub fn explain(
        &self,
        version: &FeedVersion,
        article: &str,
    ) -> Result<Explanation, ExplainError> {
        // The search may look at every article, so it goes without the lock.
        let site_rules = self.state().definitions.site_rules().clone();
        let (store, source) = (&self.store, self.source());
        let found = named::find(store, &source, &site_rules, article)?;
        let title = match &found {
            // A newer version may just have taken its place.
            Ok(Found::Article(row)) => store.articles(&[row.listing.record]).ok(),
            Ok(Found::File(..)) | Err(_) => None,
        };
        let title = title.and_then(|articles| Some(articles.first()?.title.to_string()));
        let state = self.state();
        let feed = definition(&state, version).ok_or(ExplainError::Ended)?;
        let (subject, judgement) = match found.map_err(ExplainError::Unknown)? {
            Found::Article(row) => {
                let number = state.index.look_up(&row.listing.key);
                // A reading may have stored it just now, for the index to know in a moment.
                let number = number.ok_or(ExplainError::Unknown(Unknown::Like(Vec::new())))?;
                let judgement = judge(&state.index, &feed, number);
                let file = store.file(&row.path)?;
                let subject = Subject {
                    title,
                    published: Some(row.listing.published),
                    problem: file.and_then(|file| problem(&source, &row.path, file)),
                    noun: source.noun(),
                    file: source.locate(&row.path),
                    key: Some(row.listing.key.into()),
                };
                (subject, judgement)
            }
            Found::File(path, row) => {
                let quarantined = Judgement {
                    reasons: vec![Reason::Quarantined],
                    ..Judgement::default()
                };
                (broken(&source, &path, row), quarantined)
            }
        };
        Ok(Explanation {
            feed: feed.path.to_string(),
            subject,
            judgement,
            zone: state.config.site.zone.clone(),
        })
    }
}

fn definition(state: &State, version: &FeedVersion) -> Option<FeedDefinition> {
    let selection = version.path.strip_prefix(SELECT);
    match selection.and_then(|rest| rest.strip_prefix('?')) {
        None => state.definitions.find(&state.index, &version.path),
        Some(query) => {
            let selection = Selection::from_canonical(query)?;
            state.definitions.select(&state.index, &selection).ok()
        }
    }
}

fn broken(source: &Source, path: &str, row: FileRow) -> Subject {
    Subject {
        key: None,
        title: None,
        published: None,
        noun: source.noun(),
        file: source.locate(path),
        problem: problem(source, path, row),
    }
}

/// What is wrong with a file as it is now, if anything is.
fn problem(source: &Source, path: &str, row: FileRow) -> Option<Problem> {
    let refusal = row.refusal?;
    let kept = match row.key {
        Some(_) => "; its last good version stays",
        None => "",
    };
    Some(Problem {
        severity: Severity::Error,
        file: source.locate(path),
        line: refusal.line,
        column: None,
        message: format!("{}{kept}", refusal.reason),
        hint: Some(refusal.hint),
        excerpt: None,
    })
}
