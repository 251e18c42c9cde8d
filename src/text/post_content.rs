//! A post as WordPress stores it: the blocks of its editor, and text whose paragraphs are parted by blank
//! lines.
//!
//! Blocks hold their HTML as it is; the comments around them go. What stands outside of them, and all of a
//! text without blocks, becomes paragraphs as `wpautop` makes them. Tags in brackets stay for
//! [`html_without_wordpress_tags`](super::html_without_wordpress_tags).

mod paragraphs;

use std::borrow::Cow;

/// Blocks whose text becomes paragraphs.
const CLASSIC: [&str; 2] = ["freeform", "shortcode"];

/// How an editor of WordPress 6.9 hides a block.
const IS_HIDDEN: &str = "\"blockVisibility\":false";

/// The HTML of a post's `post_content`.
pub fn post_content_to_html(content: &str) -> String {
    let content = match content.contains('\r') {
        true => Cow::Owned(content.replace("\r\n", "\n").replace('\r', "\n")),
        false => Cow::Borrowed(content),
    };
    let mut html = String::with_capacity(content.len() + content.len() / 8);
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut rest = &*content;
    loop {
        let delimiter = Delimiter::find(rest);
        let text = delimiter
            .as_ref()
            .map_or(rest, |found| &rest[..found.start]);
        match blocks.last().map(|block| block.kind) {
            None | Some(Kind::Classic) => paragraphs::write(&mut html, text),
            Some(Kind::Html) => html.push_str(text),
            Some(Kind::Hidden) => {}
        }
        let Some(delimiter) = delimiter else {
            return html;
        };
        rest = &rest[delimiter.end..];
        match delimiter.place {
            Place::Start => {
                let before = blocks.last().map(|block| block.kind);
                blocks.push(Block::new(&delimiter, before));
            }
            Place::End => drop(blocks.pop_if(|block| block.name == delimiter.name)),
            Place::Alone => {}
        }
    }
}

/// A block that has begun.
struct Block<'t> {
    name: &'t str,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Its text is HTML.
    Html,
    /// Its text becomes paragraphs.
    Classic,
    /// It is shown nowhere, with all blocks in it.
    Hidden,
}

impl<'t> Block<'t> {
    /// The block that a comment begins inside of one of the kind `outer`.
    fn new(start: &Delimiter<'t>, outer: Option<Kind>) -> Block<'t> {
        let name = start.name;
        let is_hidden = outer == Some(Kind::Hidden) || start.attributes.contains(IS_HIDDEN);
        let kind = match is_hidden {
            true => Kind::Hidden,
            false if CLASSIC.contains(&name) => Kind::Classic,
            false => Kind::Html,
        };
        Block { name, kind }
    }
}

/// The comment at which a block begins or ends: `<!-- wp:paragraph {"dropCap":true} -->`.
struct Delimiter<'t> {
    start: usize,
    end: usize,
    place: Place,
    name: &'t str,
    attributes: &'t str,
}

enum Place {
    Start,
    End,
    /// The block has no text: `<!-- wp:latest-posts /-->`.
    Alone,
}

impl<'t> Delimiter<'t> {
    /// The first one in a text.
    fn find(text: &'t str) -> Option<Delimiter<'t>> {
        let mut from = 0;
        loop {
            let start = from + text[from..].find("<!--")?;
            let inside = start + "<!--".len();
            let length = text[inside..].find("-->")?;
            let end = inside + length + "-->".len();
            let found = Delimiter::parse(&text[inside..inside + length]);
            if let Some((place, name, attributes)) = found {
                return Some(Delimiter {
                    start,
                    end,
                    place,
                    name,
                    attributes,
                });
            }
            from = end;
        }
    }

    fn parse(comment: &'t str) -> Option<(Place, &'t str, &'t str)> {
        let comment = comment.trim();
        let (is_end, comment) = match comment.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, comment),
        };
        let block = comment.strip_prefix("wp:")?;
        let (block, is_alone) = match block.strip_suffix('/') {
            Some(block) => (block, true),
            None => (block, false),
        };
        let (name, attributes) = block
            .split_once(|c: char| c.is_ascii_whitespace())
            .unwrap_or((block, ""));
        let place = match (is_end, is_alone) {
            (true, _) => Place::End,
            (false, true) => Place::Alone,
            (false, false) => Place::Start,
        };
        Some((place, name, attributes))
    }
}

#[cfg(test)]
mod tests;
