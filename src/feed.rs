//! Feeds, independent of any format: definitions, entries, and the validators of each version.
//!
//! Begin with [`definitions`], the list of all feeds, then [`snapshot`], which holds the published
//! version of each. [`document`] is the neutral feed that every format writes, and [`compose`] builds
//! one from articles. Nothing here does I/O: a version names records, and the caller reads their
//! articles.
//!
//! Uses [`text`](crate::text), [`model`](crate::model), [`config`](crate::config) and
//! [`index`](crate::index).

pub mod automatic_path;
pub mod coding;
pub mod compose;
pub mod config_diff;
mod crawler_addresses;
pub mod definitions;
pub mod document;
pub mod etag;
pub mod etag_causes;
pub mod explain;
pub mod feed_search;
pub mod first_seen;
pub mod headers;
pub(crate) mod last_modified;
pub mod letter;
pub mod name_search;
pub mod overview;
pub mod poll_rate;
pub mod reload_summary;
pub mod sitemaps;
pub mod snapshot;
pub mod term_search;
pub mod usual_address;
pub mod vanished;
