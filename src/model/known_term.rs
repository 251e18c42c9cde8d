//! A term that the state folder remembers.

use crate::model::term::Term;
use crate::model::time::Timestamp;

/// A term that a released article has, or had within the last year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownTerm {
    /// The term.
    pub term: Term,
    /// Its name when the first article with it was released.
    pub name: String,
    /// When the last released article with it had gone; `None` while there is one, or if it is not known.
    pub unused_since: Option<Timestamp>,
}
