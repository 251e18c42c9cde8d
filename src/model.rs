//! The values that all rooms share: articles, terms, selections, formats, times.
//!
//! Nothing here opens a file or a socket, or takes a lock. Begin with [`article`]: every article
//! passes [`Draft::accept`](article::Draft::accept), which checks it once for the whole program.
//!
//! Uses [`text`](crate::text).

pub mod address_size;
pub mod article;
pub mod article_meta;
pub mod article_path;
pub mod count;
pub mod format;
pub(crate) mod former_article;
pub mod held_loss;
pub mod known_term;
pub mod language_code;
pub mod page_change;
pub mod permalink;
pub mod problem;
pub mod problem_summary;
pub mod record;
pub mod removal_guard;
pub mod selection;
pub mod term;
pub mod time;
pub mod translations;
pub mod url_encoding;
pub mod validators;
pub mod version;
