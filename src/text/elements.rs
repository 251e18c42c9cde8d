//! The elements and attributes that feeds may carry: one list for everything that reads or writes
//! HTML.

use self::Nature::{Block, Implied, Inline, Void};

/// An element that may stay, with its attributes.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: &'static str,
    pub(super) attributes: &'static [&'static str],
    pub(super) nature: Nature,
}

/// How an element stands among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    /// Part of a line.
    Inline,
    /// A block of its own, which ends the text before it.
    Block,
    /// A block whose end tag is often left out, because the next one implies it.
    Implied,
    /// Without content and end tag.
    Void,
}

/// Attributes that any of them may have.
pub(super) const EVERYWHERE: [&str; 3] = ["dir", "lang", "title"];

/// Elements whose content is no text of the article.
pub(super) const NO_TEXT: [&str; 9] = [
    "iframe", "noembed", "noframes", "script", "style", "template", "textarea", "title", "xmp",
];

/// Where an element stands in the list; `None` of one that may not stay.
pub(super) fn find(name: &str) -> Option<usize> {
    ELEMENTS
        .binary_search_by(|element| element.name.cmp(name))
        .ok()
}

const fn element(
    name: &'static str,
    nature: Nature,
    attributes: &'static [&'static str],
) -> Element {
    Element {
        name,
        attributes,
        nature,
    }
}

/// By name. No form, frame, script, style, drawing or formula; nothing that fetches by itself but
/// pictures, sound and video.
pub(super) const ELEMENTS: [Element; 71] = [
    element("a", Inline, &["href"]),
    element("abbr", Inline, &[]),
    element("article", Block, &[]),
    element("aside", Block, &[]),
    element("audio", Inline, &["controls", "src"]),
    element("b", Inline, &[]),
    element("bdi", Inline, &[]),
    element("bdo", Inline, &[]),
    element("blockquote", Block, &["cite"]),
    element("br", Void, &[]),
    element("caption", Implied, &[]),
    element("cite", Inline, &[]),
    element("code", Inline, &[]),
    element("col", Void, &["span"]),
    element("colgroup", Implied, &["span"]),
    element("dd", Implied, &[]),
    element("del", Inline, &["cite", "datetime"]),
    element("details", Block, &["open"]),
    element("dfn", Inline, &[]),
    element("div", Block, &[]),
    element("dl", Block, &[]),
    element("dt", Implied, &[]),
    element("em", Inline, &[]),
    element("figcaption", Block, &[]),
    element("figure", Block, &[]),
    element("footer", Block, &[]),
    element("h1", Block, &[]),
    element("h2", Block, &[]),
    element("h3", Block, &[]),
    element("h4", Block, &[]),
    element("h5", Block, &[]),
    element("h6", Block, &[]),
    element("header", Block, &[]),
    element("hr", Void, &[]),
    element("i", Inline, &[]),
    element(
        "img",
        Void,
        &["alt", "height", "sizes", "src", "srcset", "width"],
    ),
    element("ins", Inline, &["cite", "datetime"]),
    element("kbd", Inline, &[]),
    element("li", Implied, &["value"]),
    element("main", Block, &[]),
    element("mark", Inline, &[]),
    element("nav", Block, &[]),
    element("ol", Block, &["reversed", "start", "type"]),
    element("p", Implied, &[]),
    element("picture", Inline, &[]),
    element("pre", Block, &[]),
    element("q", Inline, &["cite"]),
    element("rp", Implied, &[]),
    element("rt", Implied, &[]),
    element("ruby", Inline, &[]),
    element("s", Inline, &[]),
    element("samp", Inline, &[]),
    element("section", Block, &[]),
    element("small", Inline, &[]),
    element("source", Void, &["media", "sizes", "src", "srcset", "type"]),
    element("span", Inline, &[]),
    element("strong", Inline, &[]),
    element("sub", Inline, &[]),
    element("summary", Block, &[]),
    element("sup", Inline, &[]),
    element("table", Block, &[]),
    element("tbody", Implied, &[]),
    element("td", Implied, &["colspan", "rowspan"]),
    element("tfoot", Implied, &[]),
    element("th", Implied, &["colspan", "rowspan", "scope"]),
    element("thead", Implied, &[]),
    element("time", Inline, &["datetime"]),
    element("tr", Implied, &[]),
    element("u", Inline, &[]),
    element("ul", Block, &[]),
    element(
        "video",
        Inline,
        &["controls", "height", "poster", "src", "width"],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_is_found() {
        for (at, element) in ELEMENTS.iter().enumerate() {
            assert_eq!(find(element.name), Some(at), "{}", element.name);
        }
        for name in ["script", "style", "svg", "math", "form", "iframe", "A", ""] {
            assert_eq!(find(name), None, "{name}");
        }
    }
}
