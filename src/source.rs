//! Where articles come from.
//!
//! A source lists what it has and reads one article at a time; [`reconcile`](crate::reconcile)
//! compares that with the store. Bytes and formats stay in here: what leaves is an accepted
//! [`Article`](crate::article::Article) or a [`Refusal`](crate::article::Refusal).

pub mod directory;
pub mod encoding;
pub mod newsroom;
pub mod watch;
