//! Links in the HTML of a Markdown text.

use std::ops::Range;

use memchr::memmem;

/// How far the start of a tag is from its `href`.
const TAG_BYTES_MAX: usize = 512;

/// The longest path of a file.
const ADDRESS_BYTES_MAX: usize = 512;

/// Where the values of `href` in the `a` elements of a piece of HTML stand, in order.
pub(super) fn link_addresses(html: &str) -> impl Iterator<Item = Range<usize>> {
    memmem::find_iter(html.as_bytes(), "href").filter_map(move |at| {
        let before = &html[html.ceil_char_boundary(at.saturating_sub(TAG_BYTES_MAX))..at];
        let tag = &before[before.rfind('<')? + 1..];
        let name = tag.split(char::is_whitespace).next()?;
        if !name.eq_ignore_ascii_case("a") || !before.ends_with(char::is_whitespace) {
            return None;
        }
        let rest = &html[at + "href".len()..];
        let rest = &rest[..rest.floor_char_boundary(ADDRESS_BYTES_MAX)];
        let value = rest.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (address, _) = value[1..].split_once(quote)?;
        let start = at + "href".len() + (rest.len() - value.len()) + 1;
        Some(start..start + address.len())
    })
}
