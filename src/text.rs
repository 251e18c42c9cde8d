//! Text and HTML as every feed format can carry them.
//!
//! Feeds are XML, and a strict reader shows an empty feed after one character that XML forbids. This
//! room removes such characters once, when an article is accepted. The formats do not check again.
//! Spelling is never normalized here; only the keys of terms are
//! ([`term::key`](crate::model::term::key)).
//!
//! Begin with [`Text`], one line of plain text, and [`Html`], which an article's body is stored as.
//! [`Markup`] takes foreign HTML apart, and the rest shortens text, finds its language and resolves
//! its URLs. [`visible()`] escapes names for logs and terminals.
//!
//! Uses no other room.

mod address;
mod characters;
mod commonmark;
mod cut;
mod elements;
mod embed;
mod escape;
mod html;
mod language;
mod lead;
mod markdown;
mod markup;
pub(crate) mod nearest;
mod plain;
mod sanitize;
mod shortcodes;
mod visible;

pub use address::resolve;
pub use characters::clean;
pub use cut::cut;
pub use html::Html;
pub use language::language;
pub use markdown::{markdown_to_html, mdx_to_html};
pub use markup::{Markup, MarkupError};
pub use plain::Text;
pub use shortcodes::{
    Shortcode, TemplateContext, html_without_shortcodes, html_without_wordpress_tags,
};
pub use visible::{is_hidden, visible, visible_lines};

#[cfg(test)]
mod tests;
