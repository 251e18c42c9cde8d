//! Parses the bytes of an article file into a [`Draft`](crate::model::article::Draft), without any
//! I/O.
//!
//! [`newsroom`] parses the text format of news portals, [`markdown`] and [`json`] the formats of
//! other systems. The keys of front matter and of JSON become one `tree`, and `fields` alone
//! decides what each key means. Database rows use the same two modules.
//!
//! Uses [`model`](crate::model) and [`text`].

pub mod encoding;
pub(crate) mod fields;
mod front_matter;
pub mod json;
pub mod markdown;
pub mod newsroom;
pub(crate) mod tree;

use crate::text;

/// A value as messages show it: at most 40 characters.
fn excerpt(value: &str) -> String {
    text::cut(value, 40, 40).unwrap_or_else(|| value.to_owned())
}
