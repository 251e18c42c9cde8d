//! Which feeds a batch of changes can have moved.

use std::collections::HashSet;

use super::{Query, TermNo};

/// Which feeds a batch of changes can have moved.
#[derive(Debug, PartialEq, Eq)]
pub enum Touched {
    /// Any of them.
    Everything,
    /// Those that match one of these articles' terms.
    Articles(HashSet<Box<[TermNo]>>),
}

impl Touched {
    /// Nothing.
    pub fn nothing() -> Touched {
        Touched::Articles(HashSet::new())
    }

    /// Whether no feed is concerned.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Touched::Articles(articles) if articles.is_empty())
    }

    /// Both batches' concerns.
    pub fn and(self, other: Touched) -> Touched {
        match (self, other) {
            (Touched::Articles(mut articles), Touched::Articles(more)) => {
                articles.extend(more);
                Touched::Articles(articles)
            }
            (Touched::Everything, _) | (_, Touched::Everything) => Touched::Everything,
        }
    }

    /// Whether a feed of this query is concerned.
    pub fn concerns(&self, query: &Query) -> bool {
        match self {
            Touched::Everything => true,
            Touched::Articles(articles) => articles.iter().any(|terms| query.matches(terms)),
        }
    }
}
