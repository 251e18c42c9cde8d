//! What a feed is before any format writes it: its definition, its entries, and the validators of
//! each version.
//!
//! Begin with [`definitions`], which says what feeds there are, then [`snapshot`], which holds the
//! published version of each. [`document`] is the neutral feed that every format writes, and
//! [`compose`] makes one from articles. Nothing here reads or writes: a version names records, and
//! the caller gives their articles.
//!
//! Uses [`text`](crate::text), [`model`](crate::model), [`config`](crate::config) and
//! [`index`](crate::index).

pub mod coding;
pub mod compose;
pub mod definitions;
pub mod document;
pub mod etag;
pub mod explain;
pub mod headers;
pub mod overview;
pub mod poll_rate;
pub mod snapshot;
pub mod vanished;
