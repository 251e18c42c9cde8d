//! A loss that is held: what is gone, by a number of its own, so that an operator confirms exactly that.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::count::{counted, many};
use super::time::Timestamp;

/// The names of articles that a held loss lists.
pub const NAMES_MAX: usize = 5;

/// The digest of exactly what is lost: the same loss has the same id in every reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct LossId(pub(crate) u128);

/// A text that is no [`LossId`].
#[derive(Debug, thiserror::Error)]
#[error("the id of a loss has 32 hexadecimal digits")]
pub struct InvalidLossId;

/// What a held loss consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LossKind {
    /// Articles whose files or rows are gone.
    Articles,
    /// Columns that the database's query no longer gives.
    Columns,
}

/// A loss that is held: what is gone stays published until it returns or an operator confirms the loss.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldLoss {
    /// Its identity.
    pub id: LossId,
    /// What it consists of.
    pub kind: LossKind,
    /// How many articles or columns are held.
    pub lost: usize,
    /// These, and the articles that were removed within the minute before.
    pub gone: usize,
    /// How many there were a minute before.
    pub of: usize,
    /// The first few paths or ids of articles; all columns.
    pub names: Vec<String>,
    /// When exactly this loss was first seen.
    pub since: Timestamp,
}

/// The result of a reading that was to confirm a loss.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confirmation {
    /// Exactly this loss was believed.
    Removed(HeldLoss),
    /// The loss is another one by now, or over.
    Changed(Option<HeldLoss>),
    /// The articles cannot be read, for this reason.
    Failed(String),
}

impl HeldLoss {
    /// The articles that it holds.
    pub fn articles(&self) -> usize {
        match self.kind {
            LossKind::Articles => self.lost,
            LossKind::Columns => 0,
        }
    }

    /// The columns that it holds.
    pub fn columns(&self) -> usize {
        self.lost - self.articles()
    }

    /// What it holds: `3 articles`, `1 column`.
    pub fn held(&self) -> String {
        match self.kind {
            LossKind::Articles => many(self.lost, "article"),
            LossKind::Columns => many(self.lost, "column"),
        }
    }
}

impl fmt::Display for HeldLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let HeldLoss { lost, gone, of, .. } = self;
        match self.kind {
            LossKind::Articles => {
                let are = if *gone == 1 { "is" } else { "are" };
                write!(f, "{gone} of {} {are} gone", many(*of, "article"))?;
                if gone > lost {
                    let held = counted(*lost, "of them is held", "of them are held");
                    write!(f, " within a minute, {held}")?;
                }
                Ok(())
            }
            LossKind::Columns => {
                let names: Vec<String> =
                    self.names.iter().map(|name| format!("`{name}`")).collect();
                let (columns, are) = match lost {
                    1 => ("column", "is"),
                    _ => ("columns", "are"),
                };
                write!(f, "the {columns} {} of {of} {are} gone", names.join(", "))
            }
        }
    }
}

impl fmt::Display for LossId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for LossId {
    type Err = InvalidLossId;

    fn from_str(text: &str) -> Result<LossId, InvalidLossId> {
        let is_hexadecimal = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u128::from_str_radix(text, 16).ok();
        number
            .filter(|_| is_hexadecimal)
            .map(LossId)
            .ok_or(InvalidLossId)
    }
}

impl From<LossId> for String {
    fn from(id: LossId) -> String {
        id.to_string()
    }
}

impl TryFrom<String> for LossId {
    type Error = InvalidLossId;

    fn try_from(text: String) -> Result<LossId, InvalidLossId> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(kind: LossKind, lost: usize, gone: usize, of: usize) -> HeldLoss {
        HeldLoss {
            id: LossId(7),
            kind,
            lost,
            gone,
            of,
            names: vec!["section".to_owned(), "tags".to_owned()],
            since: Timestamp(0),
        }
    }

    #[test]
    fn a_loss_says_its_true_numbers() {
        for (loss, expected) in [
            (
                loss(LossKind::Articles, 20, 20, 20),
                "20 of 20 articles are gone",
            ),
            (
                loss(LossKind::Articles, 2, 12, 20),
                "12 of 20 articles are gone within a minute, 2 of them are held",
            ),
            (
                loss(LossKind::Columns, 2, 2, 9),
                "the columns `section`, `tags` of 9 are gone",
            ),
        ] {
            assert_eq!(loss.to_string(), expected);
        }
    }

    #[test]
    fn an_id_is_32_hexadecimal_digits() {
        let id = LossId(0xab);
        assert_eq!(id.to_string(), "000000000000000000000000000000ab");
        assert_eq!(id.to_string().parse::<LossId>().ok(), Some(id));
        for other in ["", "ab", "+00000000000000000000000000000ab", "ы"] {
            assert!(other.parse::<LossId>().is_err(), "{other}");
        }
    }
}
