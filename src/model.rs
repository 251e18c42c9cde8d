//! What the newsroom publishes, in the words of the domain: articles and what becomes one, terms,
//! selections, formats, time.
//!
//! Everything here is a value: no file, socket, clock or lock. Begin with [`article`], whose
//! [`Draft::accept`](article::Draft::accept) is the one gate that every article passes.
//!
//! Uses [`text`](crate::text).

pub mod article;
pub mod article_meta;
pub mod count;
pub mod format;
pub mod permalink;
pub mod problem;
pub mod record;
pub mod removal_guard;
pub mod selection;
pub mod term;
pub mod time;
pub mod url_encoding;
pub mod validators;
