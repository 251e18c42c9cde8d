//! The tags that a site's generator replaces in the text of an article: shortcodes, directives,
//! components, and WordPress's tags in brackets.
//!
//! A text is searched once, from its start to its end, for everything that looks like a tag. Start and
//! end tags are paired, each tag gets its meaning, and the text is written without the tags. Code is left
//! alone.

mod arguments;
mod braces;
mod cursor;
mod jsx;
mod lines;
mod math;
mod mdx;
mod meaning;
mod pairs;
mod piece;
mod replacements;
mod verbatim;
mod wordpress;
mod write;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::Serialize;

use self::cursor::Cursor;
use self::piece::{Piece, What};
pub(super) use self::replacements::Replacements;
use super::commonmark::{html_code, markdown_code, mdx_code};
use super::markup::MarkupError;

/// What becomes of a tag of this name, by feeds.toml.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Shortcode {
    /// It goes with everything up to its end tag.
    Drop,
    /// The tags go, and what is between them stays.
    Inner,
    /// HTML with `{argument}` and `{inner}`.
    Html(String),
}

/// What the tags in a text refer to.
#[derive(Clone, Copy)]
pub struct TemplateContext<'a> {
    /// The rules of feeds.toml, by the tag's name.
    pub shortcodes: &'a BTreeMap<String, Shortcode>,
    /// The site's URL.
    pub site: &'a str,
    /// The address of the article that a text names by its file; a path with a slash at its front begins
    /// at the folder of the articles.
    pub article: &'a dyn Fn(&str) -> Option<String>,
}

impl fmt::Debug for TemplateContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("TemplateContext");
        fields.field("shortcodes", &self.shortcodes);
        fields.field("site", &self.site).finish_non_exhaustive()
    }
}

/// The markup that tags stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    Markdown,
    Mdx,
    Html,
}

/// HTML of a file without the tags of a generator.
pub fn html_without_shortcodes<'t>(
    html: &'t str,
    context: &TemplateContext<'_>,
) -> Result<Cow<'t, str>, MarkupError> {
    let (html, _) = expand(html, Syntax::Html, context)?;
    Ok(html)
}

/// HTML without WordPress's tags in brackets.
pub fn html_without_wordpress_tags<'t>(
    html: &'t str,
    context: &TemplateContext<'_>,
) -> Result<Cow<'t, str>, MarkupError> {
    if !html.contains('[') {
        return Ok(Cow::Borrowed(html));
    }
    let pieces = wordpress::pieces(html);
    let (html, _) = write::write(html, pieces, Syntax::Html, context)?;
    Ok(html)
}

/// The text without tags, and what stands in the place of some of them once the text is HTML.
pub(super) fn expand<'t>(
    text: &'t str,
    syntax: Syntax,
    context: &TemplateContext<'_>,
) -> Result<(Cow<'t, str>, Replacements), MarkupError> {
    let unchanged = (Cow::Borrowed(text), Replacements::default());
    let is_mdx = syntax == Syntax::Markdown && mdx::begins_with_import(text);
    let syntax = if is_mdx { Syntax::Mdx } else { syntax };
    match syntax {
        Syntax::Mdx => {
            let text = mdx::without_indentation(&Replacements::without_marks(text));
            let pieces = pieces(&text, syntax);
            let (text, replacements) = write::write(&text, pieces, syntax, context)?;
            Ok((Cow::Owned(text.into_owned()), replacements))
        }
        _ if !may_have_tags(text, syntax) => Ok(unchanged),
        _ => match Replacements::without_marks(text) {
            Cow::Borrowed(text) => write::write(text, pieces(text, syntax), syntax, context),
            Cow::Owned(text) => {
                let (text, replacements) =
                    write::write(&text, pieces(&text, syntax), syntax, context)?;
                Ok((Cow::Owned(text.into_owned()), replacements))
            }
        },
    }
}

/// A quick test that most texts fail.
fn may_have_tags(text: &str, syntax: Syntax) -> bool {
    let bytes = text.as_bytes();
    let has_pair = |first: u8, second: &[u8]| {
        let mut places = memchr::memchr_iter(first, bytes);
        places.any(|at| bytes.get(at + 1).is_some_and(|next| second.contains(next)))
    };
    match syntax {
        Syntax::Html => text.contains('{'),
        Syntax::Mdx => true,
        Syntax::Markdown => {
            memchr::memchr2(b'{', b'$', bytes).is_some()
                || has_pair(b'[', b"[!tT/")
                || has_pair(b'^', b"[")
                || has_pair(b'\\', b"([")
                || has_pair(b':', b":")
        }
    }
}

/// The tags of a text, in order.
fn pieces(text: &str, syntax: Syntax) -> Vec<Piece<'_>> {
    let mut cursor = Cursor::new(text);
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    // Most texts that pass the quick test have no tag all the same.
    let mut code: Option<std::vec::IntoIter<Range<usize>>> = None;
    let mut next_code = None;
    let mut last = 0;
    let mut at = 0;
    while let Some(candidate) = next_candidate(text, at, syntax) {
        at = candidate;
        if text[at..].starts_with('\\') {
            let escaped = math::brackets(&mut cursor, at).or_else(|| escaped(&mut cursor, at));
            match escaped {
                Some(piece) if syntax != Syntax::Html => pieces.push(piece),
                _ => {
                    let escaped = text[at + 1..].chars().next();
                    at += 1 + escaped.map_or(0, char::len_utf8);
                    continue;
                }
            }
        } else {
            let Some(piece) = piece(&mut cursor, at, syntax, last) else {
                at += 1;
                continue;
            };
            pieces.push(piece);
        }
        let code = code.get_or_insert_with(|| {
            match syntax {
                Syntax::Html => html_code(text),
                Syntax::Markdown => markdown_code(text),
                Syntax::Mdx => mdx_code(text),
            }
            .into_iter()
        });
        // What begins inside of a tag is an argument, and no code.
        let is_past = |range: &Range<usize>| range.end <= at || range.start < last;
        while next_code.as_ref().is_none_or(is_past) {
            next_code = Some(code.next().unwrap_or(text.len()..usize::MAX));
        }
        match &next_code {
            Some(range) if range.start <= at => {
                pieces.pop();
                at = range.end.min(text.len());
            }
            _ => at = pieces.last().map_or(at, |piece| piece.range.end),
        }
        last = at;
    }
    pieces
}

/// The next place where a tag may begin.
fn next_candidate(text: &str, from: usize, syntax: Syntax) -> Option<usize> {
    let bytes = text.as_bytes();
    let begins = |&at: &usize| match (bytes[at], syntax) {
        (b'{' | b'\\', _) => true,
        (b'^', Syntax::Markdown | Syntax::Mdx) => bytes.get(at + 1) == Some(&b'['),
        (b'[' | b'$', Syntax::Markdown | Syntax::Mdx) => true,
        (b':', Syntax::Markdown | Syntax::Mdx) => bytes.get(at + 1) == Some(&b':'),
        (b'<', Syntax::Mdx) => true,
        (b'i' | b'e', Syntax::Mdx) => at == 0 || bytes[at - 1] == b'\n',
        _ => false,
    };
    (from..bytes.len()).find(begins)
}

/// The tag that begins at `at`, behind the tag that ends at `last`.
fn piece<'t>(cursor: &mut Cursor<'t>, at: usize, syntax: Syntax, last: usize) -> Option<Piece<'t>> {
    match cursor.text.as_bytes()[at] {
        b'{' => {
            let tag = braces::tag(cursor, at);
            let tag = tag.or_else(|| braces::attributes(cursor, at, last));
            let is_mdx = syntax == Syntax::Mdx;
            tag.or_else(|| is_mdx.then(|| mdx::expression(cursor, at))?)
        }
        b'[' => lines::bracket(cursor, at, last),
        b'$' => math::dollars(cursor, at),
        b'^' => lines::inline_note(cursor, at),
        b':' => lines::directive(cursor, at),
        b'<' => mdx::component(cursor, at),
        _ => mdx::module_block(cursor, at),
    }
}

/// `\{{`: the tag behind the backslash is shown.
fn escaped<'t>(cursor: &mut Cursor<'t>, at: usize) -> Option<Piece<'t>> {
    let is_tag = cursor.text[at + 1..].starts_with("{{") || cursor.text[at + 1..].starts_with("{%");
    let piece = is_tag.then(|| braces::tag(cursor, at + 1))??;
    let shown = &cursor.text[piece.range.clone()];
    Some(Piece {
        range: at..piece.range.end,
        what: What::Text(shown.into()),
    })
}

#[cfg(test)]
mod tests;
