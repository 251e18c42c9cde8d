//! Hexadecimal references in elements of plain text, as the Best Practices Profile of the RSS Advisory
//! Board recommends: some readers decode `&amp;` and `&lt;` there once more and take what is left for
//! markup. The library writes the named references only.

use memchr::{memchr, memchr2, memmem};

/// `document` with `&#x26;` and `&#x3C;` in elements of plain text. The meaning for an XML parser is the
/// same. Attributes, addresses and CDATA stay as they are.
pub(super) fn write_hexadecimal(document: &[u8]) -> Vec<u8> {
    let mut written = Vec::with_capacity(document.len() + document.len() / 64);
    let mut is_plain_text = false;
    let mut rest = document;
    while let Some(at) = memchr2(b'<', b'&', rest) {
        let (before, markup) = rest.split_at(at);
        written.extend_from_slice(before);
        let (replaced, length): (&[u8], usize) = match markup {
            [b'&', b'a', b'm', b'p', b';', ..] if is_plain_text => (b"&#x26;", "&amp;".len()),
            [b'&', b'l', b't', b';', ..] if is_plain_text => (b"&#x3C;", "&lt;".len()),
            [b'&', ..] => (b"&", 1),
            _ => {
                let length = match markup.starts_with(b"<![CDATA[") {
                    true => memmem::find(markup, b"]]>").map(|end| end + "]]>".len()),
                    false => {
                        is_plain_text = has_plain_text(markup);
                        memchr(b'>', markup).map(|end| end + 1)
                    }
                };
                let length = length.unwrap_or(markup.len());
                (&markup[..length], length)
            }
        };
        written.extend_from_slice(replaced);
        rest = &markup[length..];
    }
    written.extend_from_slice(rest);
    written
}

/// Whether the tag at the start of `markup` begins an element of plain text.
fn has_plain_text(markup: &[u8]) -> bool {
    let name = &markup[1..];
    let end = name.iter().position(|b| matches!(b, b' ' | b'>' | b'/'));
    PLAIN_TEXT.contains(&&name[..end.unwrap_or(0)])
}

/// The description of an item is HTML in CDATA.
const PLAIN_TEXT: [&[u8]; 8] = [
    b"title",
    b"description",
    b"copyright",
    b"managingEditor",
    b"category",
    b"dc:creator",
    b"media:description",
    b"media:credit",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_text_has_hexadecimal_references() {
        for (document, expected) in [
            (
                "<title>A &amp; &lt;b&gt;</title>",
                "<title>A &#x26; &#x3C;b&gt;</title>",
            ),
            (
                "<category domain=\"?a&amp;b\">&amp;lt;</category>&amp;",
                "<category domain=\"?a&amp;b\">&#x26;lt;</category>&amp;",
            ),
            (
                "<media:description>&lt;</media:description><link>?a&amp;b</link>",
                "<media:description>&#x3C;</media:description><link>?a&amp;b</link>",
            ),
            (
                "<description><![CDATA[&amp;]]]]><![CDATA[>&lt;]]></description>",
                "<description><![CDATA[&amp;]]]]><![CDATA[>&lt;]]></description>",
            ),
            ("<title>&quot;", "<title>&quot;"),
            ("<title", "<title"),
            ("<![CDATA[&amp;", "<![CDATA[&amp;"),
        ] {
            let written = write_hexadecimal(document.as_bytes());
            assert_eq!(String::from_utf8_lossy(&written), expected);
        }
    }
}
