//! Kinds of values: the facts of each, as [`ValueKind`](super::key::ValueKind) tells them.

mod list;
mod number;
mod table;

pub(super) use self::list::List;
pub(super) use self::number::{Integer, Size, Switch};
pub(super) use self::table::Tables;
