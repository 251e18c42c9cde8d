//! The columns that must not go unnoticed: without one of them, articles would lose what it said.

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
