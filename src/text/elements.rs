//! The allow-list of elements and attributes, for parsing and for sanitizing.

use self::Nature::{Block, Inline, OptionalEnd, Void};

/// An element that feeds may carry, with its own attributes.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: &'static str,
    pub(super) attributes: &'static [&'static str],
    pub(super) nature: Nature,
}

/// How an element affects the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    /// Part of a line.
    Inline,
    /// Begins a new block of text; its end tag is required.
    Block,
    /// Begins a new block of text; its end tag may be left out.
    OptionalEnd,
    /// Has neither content nor an end tag.
    Void,
}

/// Attributes that every element may have.
pub(super) const GLOBAL_ATTRIBUTES: [&str; 3] = ["dir", "lang", "title"];

/// The most bytes of one attribute; a longer one is dropped, since it is no URL and no description.
pub(super) const ATTRIBUTE_BYTES_MAX: usize = 8 << 10;

/// Elements whose content is no markup to a tokenizer, and no text of the article.
pub(super) const RAW_TEXT: [&str; 8] = [
    "iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp",
];

/// Elements that are removed with their content: drawings, controls, and what nobody sees. `noscript`
/// leaves its pictures (`markup/twins.rs`).
pub(super) const REMOVED: [&str; 13] = [
    "button", "canvas", "datalist", "meter", "noscript", "o:p", "optgroup", "output", "progress",
    "select", "svg", "template", "xml",
];

/// The index in [`ELEMENTS`] of what stands for an element in feeds; `None` when feeds may not carry it.
pub(super) fn position(name: &str) -> Option<usize> {
    let allowed = |name: &str| {
        ELEMENTS
            .binary_search_by(|element| element.name.cmp(name))
            .ok()
    };
    allowed(name).or_else(|| {
        let found = SUBSTITUTES.binary_search_by(|(from, _)| (*from).cmp(name));
        allowed(SUBSTITUTES[found.ok()?].1)
    })
}

/// Sorted by name: elements that feeds do not carry, and what means the same to a reader. Those that
/// browsers show as a block stay one, so that two texts never run together.
const SUBSTITUTES: [(&str, &str); 22] = [
    ("acronym", "abbr"),
    ("address", "div"),
    ("amp-audio", "audio"),
    ("amp-img", "img"),
    ("amp-video", "video"),
    ("center", "div"),
    ("dialog", "div"),
    ("dir", "ul"),
    ("fieldset", "div"),
    ("font", "span"),
    ("form", "div"),
    ("hgroup", "div"),
    ("image", "img"),
    ("legend", "div"),
    ("listing", "pre"),
    ("marquee", "div"),
    ("menu", "ul"),
    ("multicol", "div"),
    ("option", "p"),
    ("search", "div"),
    ("strike", "s"),
    ("tt", "code"),
];

/// Whether an element begins a new block of text, also one that feeds do not carry.
pub(super) fn is_block(name: &str) -> bool {
    let others = [
        "button", "iframe", "noscript", "object", "select", "template",
    ];
    position(name).is_some_and(|at| matches!(ELEMENTS[at].nature, Block | OptionalEnd))
        || others.contains(&name)
}

/// Elements without content (HTML Standard, section 13.1.2, with those that browsers know besides).
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "image"
            | "img"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Whether the start or end tag of an element in [`ELEMENTS`] ends an open paragraph.
pub(super) fn ends_paragraph(at: usize) -> bool {
    match ELEMENTS[at].nature {
        Block | OptionalEnd => true,
        Inline | Void => false,
    }
}

/// Whether the text in an element of [`ELEMENTS`] is code, or what a program says.
pub(super) fn is_code(at: usize) -> bool {
    matches!(ELEMENTS[at].name, "code" | "kbd" | "pre" | "samp")
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

/// Sorted by name. Without forms, frames, scripts, styles, drawings and formulas. Only pictures, sound
/// and video are fetched without a click.
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
    element("caption", OptionalEnd, &[]),
    element("cite", Inline, &[]),
    element("code", Inline, &[]),
    element("col", Void, &["span"]),
    element("colgroup", OptionalEnd, &["span"]),
    element("dd", OptionalEnd, &[]),
    element("del", Inline, &["cite", "datetime"]),
    element("details", Block, &["open"]),
    element("dfn", Inline, &[]),
    element("div", Block, &[]),
    element("dl", Block, &[]),
    element("dt", OptionalEnd, &[]),
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
    element("li", OptionalEnd, &["value"]),
    element("main", Block, &[]),
    element("mark", Inline, &[]),
    element("nav", Block, &[]),
    element("ol", Block, &["reversed", "start", "type"]),
    element("p", OptionalEnd, &[]),
    element("picture", Inline, &[]),
    element("pre", Block, &[]),
    element("q", Inline, &["cite"]),
    element("rp", OptionalEnd, &[]),
    element("rt", OptionalEnd, &[]),
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
    element("tbody", OptionalEnd, &[]),
    element("td", OptionalEnd, &["colspan", "rowspan"]),
    element("tfoot", OptionalEnd, &[]),
    element("th", OptionalEnd, &["colspan", "rowspan", "scope"]),
    element("thead", OptionalEnd, &[]),
    element("time", Inline, &["datetime"]),
    element("tr", OptionalEnd, &[]),
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
    fn position_finds_every_allowed_element_and_no_other() {
        for (at, element) in ELEMENTS.iter().enumerate() {
            assert_eq!(position(element.name), Some(at), "{}", element.name);
        }
        for name in ["script", "style", "svg", "math", "input", "iframe", "A", ""] {
            assert_eq!(position(name), None, "{name}");
        }
    }

    #[test]
    fn substitutes_are_found_and_allowed() {
        assert!(SUBSTITUTES.is_sorted());
        for (from, to) in SUBSTITUTES {
            assert_eq!(position(from), position(to), "{from}");
            assert!(position(to).is_some(), "{to}");
        }
    }
}
