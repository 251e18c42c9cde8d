//! The required columns: without one of them, articles would lose its content, so its loss is an error
//! until an operator confirms it.

use serde::{Deserialize, Serialize};

use super::SqlError;
use super::columns::Columns;

/// The columns that articles were made of.
#[derive(Clone, Debug, Default)]
pub(super) struct RequiredColumns {
    /// As the query named them; empty before the first reading.
    pub(super) names: Vec<String>,
    /// Whether one of them was missing from the last columns.
    pub(super) is_missed: bool,
}

#[derive(Serialize, Deserialize)]
struct Memory {
    /// The digest of the query and the database's address.
    query: u128,
    names: Vec<String>,
}

/// The columns `names` of a query as bytes for the next start.
pub(super) fn encode(query: u128, names: Vec<String>) -> Vec<u8> {
    postcard::to_stdvec(&Memory { query, names }).expect("numbers and texts have a form")
}

/// The columns in `memory`, where they are those of `query`.
pub(super) fn decode(memory: &[u8], query: u128) -> Option<RequiredColumns> {
    let memory: Memory = postcard::from_bytes(memory).ok()?;
    (memory.query == query).then_some(RequiredColumns {
        names: memory.names,
        is_missed: false,
    })
}

impl RequiredColumns {
    /// Requires `columns` from now on, unless a required one is missing or they are not enough for an
    /// article.
    pub(super) fn update(&mut self, columns: &Columns) -> Result<(), SqlError> {
        let kept = columns.keep(&self.names);
        self.is_missed = kept.is_err();
        kept?;
        columns.check_required()?;
        let known = columns.known(|_| true).columns;
        self.names = known.iter().map(|column| column.name.to_string()).collect();
        Ok(())
    }
}
