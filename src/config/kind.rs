//! Kinds of values: the facts of each, as [`ValueKind`](super::key::ValueKind) tells them.

mod by_language;
mod list;
mod number;
mod table;

pub(super) use self::by_language::ByLanguage;
pub(super) use self::list::List;
pub(super) use self::number::{Integer, Size, Switch};
pub(super) use self::table::Tables;
