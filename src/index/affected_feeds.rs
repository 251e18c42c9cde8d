//! Which feeds a batch of changes can have moved.

use std::collections::HashSet;

use super::{Query, TermNo};

/// Which feeds a batch of changes can have moved.
#[derive(Debug, PartialEq, Eq)]
pub enum AffectedFeeds {
    /// Any of them.
    All,
    /// Those that match one of these articles' terms.
    Matching(HashSet<Box<[TermNo]>>),
}

impl AffectedFeeds {
    /// Nothing.
    pub fn none() -> AffectedFeeds {
        AffectedFeeds::Matching(HashSet::new())
    }

    /// Whether no feed is concerned.
    pub fn is_empty(&self) -> bool {
        matches!(self, AffectedFeeds::Matching(articles) if articles.is_empty())
    }

    /// Both batches' concerns.
    pub fn union(self, other: AffectedFeeds) -> AffectedFeeds {
        match (self, other) {
            (AffectedFeeds::Matching(mut articles), AffectedFeeds::Matching(more)) => {
                articles.extend(more);
                AffectedFeeds::Matching(articles)
            }
            (AffectedFeeds::All, _) | (_, AffectedFeeds::All) => AffectedFeeds::All,
        }
    }

    /// Whether a feed of this query is concerned.
    pub fn includes(&self, query: &Query) -> bool {
        match self {
            AffectedFeeds::All => true,
            AffectedFeeds::Matching(articles) => articles.iter().any(|terms| query.matches(terms)),
        }
    }
}
