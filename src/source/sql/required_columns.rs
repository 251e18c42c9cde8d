//! The required columns: without one of them, articles would lose its content, so its loss is an error
//! until an operator confirms it.

use serde::{Deserialize, Serialize};

use super::SqlError;
use super::columns::Columns;
use crate::model::count::counted;

/// The columns that articles were made of.
#[derive(Clone, Debug, Default)]
pub(super) struct RequiredColumns {
    /// As the query named them; empty before the first reading.
    pub(super) names: Vec<String>,
    /// Those that the last columns lacked.
    pub(super) missing: Vec<String>,
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
        missing: Vec::new(),
    })
}

impl RequiredColumns {
    /// Requires `columns` from now on, unless a required one is missing or they are not enough for an
    /// article.
    pub(super) fn update(&mut self, columns: &Columns) -> Result<(), SqlError> {
        self.missing = columns.missing_from(&self.names);
        if let Some(first) = self.missing.first() {
            let others = match self.missing.len() - 1 {
                0 => String::new(),
                others => format!(" and {}", counted(others, "other", "others")),
            };
            return Err(SqlError::Columns(format!(
                "no longer gives the column `{first}`{others}: what it said stays until it is back or \
                 `taspa confirm` (of an export `--confirm-removal`) confirms the loss"
            )));
        }
        columns.check_required()?;
        let known = columns.known(|_| true).columns;
        self.names = known.iter().map(|column| column.name.to_string()).collect();
        Ok(())
    }
}
