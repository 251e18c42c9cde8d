//! The columns that must not go unnoticed: without one of them, articles would lose what it said.

use serde::{Deserialize, Serialize};

use super::SqlError;
use super::columns::Columns;

/// Columns that articles were made of.
#[derive(Clone, Debug, Default)]
pub(super) struct RequiredColumns {
    /// As the query named them; none before anybody looked.
    pub(super) names: Vec<String>,
    /// Whether one of them was gone when somebody last looked.
    pub(super) is_missed: bool,
}

/// Required columns as the next start gets them.
#[derive(Serialize, Deserialize)]
struct Memory {
    /// The digest of the query, and of where it is asked.
    query: u128,
    names: Vec<String>,
}

/// The columns `names` of a query as bytes.
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
    /// Takes these columns instead, unless one is missing among them or no article can be made of them.
    pub(super) fn take(&mut self, columns: &Columns) -> Result<(), SqlError> {
        let kept = columns.keep(&self.names);
        self.is_missed = kept.is_err();
        kept?;
        columns.suffice()?;
        let known = columns.known(|_| true).columns;
        self.names = known.iter().map(|column| column.name.to_string()).collect();
        Ok(())
    }
}
