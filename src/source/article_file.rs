//! From the bytes of an article file to a [`Draft`](crate::model::article::Draft), without any I/O.
//!
//! [`newsroom`] reads the text format of portals, [`markdown`] and [`json`] what other systems
//! store. The keys of front matter and of JSON become one `tree`, and `fields` alone knows what
//! each key means; rows of a database take the same way.
//!
//! Uses [`model`](crate::model) and [`text`](crate::text).

pub mod encoding;
pub(crate) mod fields;
mod front_matter;
pub mod json;
pub mod markdown;
pub mod newsroom;
pub(crate) mod tree;
