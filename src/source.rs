//! Where articles come from.
//!
//! A source lists what it has and reads one article at a time; [`reconcile`](crate::reconcile)
//! compares that with the store. Bytes and formats stay in here: what leaves is an
//! [`Accepted`](crate::article::Accepted) article or a [`Refusal`](crate::article::Refusal).

mod beside;
pub mod directory;
pub mod encoding;
mod fields;
mod front_matter;
pub mod json;
pub mod markdown;
pub mod newsroom;
pub mod notes;
pub mod sql;
mod tree;
pub mod watch;
