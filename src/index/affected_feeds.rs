//! Which feeds an update of the index can change.

use std::collections::HashSet;

use super::{Query, TermNo};

/// Which feeds an update of the index can change.
#[derive(Debug, PartialEq, Eq)]
pub enum AffectedFeeds {
    /// All feeds.
    All,
    /// The feeds that match one of these sets of terms, each the terms of a changed article.
    Matching(HashSet<Box<[TermNo]>>),
}

impl AffectedFeeds {
    /// No feed.
    pub fn none() -> AffectedFeeds {
        AffectedFeeds::Matching(HashSet::new())
    }

    /// Whether no feed is affected.
    pub fn is_empty(&self) -> bool {
        matches!(self, AffectedFeeds::Matching(articles) if articles.is_empty())
    }

    /// The feeds that either of two updates affects.
    pub fn union(self, other: AffectedFeeds) -> AffectedFeeds {
        match (self, other) {
            (AffectedFeeds::Matching(mut articles), AffectedFeeds::Matching(more)) => {
                articles.extend(more);
                AffectedFeeds::Matching(articles)
            }
            (AffectedFeeds::All, _) | (_, AffectedFeeds::All) => AffectedFeeds::All,
        }
    }

    /// Whether a feed with this query is affected.
    pub fn includes(&self, query: &Query) -> bool {
        match self {
            AffectedFeeds::All => true,
            AffectedFeeds::Matching(articles) => articles.iter().any(|terms| query.matches(terms)),
        }
    }
}
