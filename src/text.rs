//! Text and HTML as every feed format can carry them.
//!
//! Feeds are XML, and a strict reader shows an empty feed after one character that XML forbids. This
//! room removes such characters once, when an article is accepted. The formats do not check again.
//! Titles and names are in NFC ([`Text::from_written`]); the spelling of other text is as written.
//!
//! Begin with [`Text`], one line of plain text, and [`Html`], which an article's body is stored as.
//! [`Markup`] takes foreign HTML apart, and the rest shortens text, finds its language and resolves
//! its URLs. [`visible()`] escapes names for logs and terminals.
//!
//! Uses no other room.

mod address;
mod bare_links;
mod calendar;
mod characters;
mod commonmark;
mod credits;
mod cut;
mod elements;
mod embed;
mod escape;
mod html;
mod language;
mod lead;
mod letter_folding;
mod look_alikes;
mod markdown;
mod markup;
pub(crate) mod nearest;
mod omissions;
mod page_head;
mod paragraphs;
mod piece;
mod plain;
mod players;
mod post_content;
mod references;
mod sanitize;
mod scripts;
mod shortcodes;
mod summary;
mod typed_words;
mod visible;

pub use address::{Base, resolve};
pub use calendar::{is_weekday, month};
pub use characters::{clean, is_common_letter, is_letter};
pub use credits::after_credit_word;
pub use cut::{cut, excerpt, first_sentence};
pub use html::{Figure, Html};
pub use language::SiteLanguages;
pub use lead::LEAD_CHARACTERS_MAX;
pub use letter_folding::{fold_letters, switch_layout};
pub use look_alikes::{is_quote, is_unseen, latin_look_alike, latin_spelling};
pub use markdown::{markdown_to_html, mdx_to_html};
pub use markup::{Markup, MarkupError};
pub use omissions::Omissions;
pub use page_head::PageHead;
pub use plain::Text;
pub use players::{PlayedFile, played_files};
pub use post_content::post_content_to_html;
pub use references::decode as decode_references;
pub use scripts::mixed_word;
pub use shortcodes::{
    Shortcode, TemplateContext, html_without_shortcodes, html_without_wordpress_tags,
};
pub use typed_words::{TYPED_CHARACTERS_MAX, typed_words};
pub use visible::{is_hidden, visible, visible_lines};

#[cfg(test)]
mod tests;
