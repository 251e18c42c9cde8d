//! Why an article is, or is not, in one of the desk's feeds.

use super::named::{self, Found, Unknown};
use super::{Desk, State};
use crate::edition::Version;
use crate::explain::{Explanation, Judgement, Reason, Subject, judge};
use crate::lineup::{Definition, SELECT};
use crate::problem::{Problem, Severity};
use crate::selection::Selection;
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

impl Desk {
    /// Why the article that `article` names (its key, file, id or address) is, or is not, in a feed
    /// at the instant of the last publication. For the operator alone: nothing is too secret for it.
    ///
    /// # Errors
    /// [`ExplainError`].
    pub fn explain(&self, version: &Version, article: &str) -> Result<Explanation, ExplainError> {
        // The search may look at every article, so it goes without the lock.
        let (directory, publication) = {
            let state = self.state();
            let publication = state.lineup.publication().clone();
            (state.directory.clone(), publication)
        };
        let found = named::find(&self.store, &directory, &publication, article)?;
        let state = self.state();
        let feed = definition(&state, version).ok_or(ExplainError::Ended)?;
        let (subject, judgement) = match found.map_err(ExplainError::Unknown)? {
            Found::Article(row) => {
                let number = state.catalog.look_up(&row.listing.key);
                // A reading may have stored it just now, for the catalog to know in a moment.
                let number = number.ok_or(ExplainError::Unknown(Unknown::Like(Vec::new())))?;
                let judgement = judge(&state.catalog, &feed, number);
                let articles = self.store.articles(&[row.listing.record])?;
                let file = self.store.file(&row.path)?;
                let subject = Subject {
                    title: articles.first().map(|article| article.title.to_string()),
                    published: Some(row.listing.published),
                    problem: file.and_then(|file| problem(&state, &row.path, file)),
                    file: name(&state, &row.path),
                    key: Some(row.listing.key.into()),
                };
                (subject, judgement)
            }
            Found::File(path, row) => {
                let quarantined = Judgement {
                    reasons: vec![Reason::Quarantined],
                    ..Judgement::default()
                };
                (broken(&state, &path, row), quarantined)
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

fn definition(state: &State, version: &Version) -> Option<Definition> {
    let selection = version.path.strip_prefix(SELECT);
    match selection.and_then(|rest| rest.strip_prefix('?')) {
        None => state.lineup.find(&state.catalog, &version.path),
        Some(query) => {
            let selection = Selection::from_canonical(query)?;
            state.lineup.select(&state.catalog, &selection).ok()
        }
    }
}

fn broken(state: &State, path: &str, row: FileRow) -> Subject {
    Subject {
        key: None,
        title: None,
        published: None,
        file: name(state, path),
        problem: problem(state, path, row),
    }
}

/// What is wrong with a file as it is now, if anything is.
fn problem(state: &State, path: &str, row: FileRow) -> Option<Problem> {
    let refusal = row.refusal?;
    let kept = match row.key {
        Some(_) => "; its last good version stays",
        None => "",
    };
    Some(Problem {
        severity: Severity::Error,
        file: name(state, path),
        line: refusal.line,
        column: None,
        message: format!("{}{kept}", refusal.reason),
        hint: Some(refusal.hint),
        excerpt: None,
    })
}

fn name(state: &State, path: &str) -> String {
    state.directory.root().join(path).display().to_string()
}
