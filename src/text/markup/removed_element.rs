//! Where an element that is removed with its content ends.
//!
//! The tokenizer gives tags, not a tree, and authors leave end tags out. This module follows the rules
//! of the HTML Standard, section 13.2.6.4, inside a removed element: which start tag ends an open
//! element, and which end tag ends more than its own. `<p hidden>a<p>b` keeps `b`.

use html5ever::LocalName;

use crate::text::elements::{REMOVED, is_block, is_void};

/// A removed element and those open in it, outermost first.
#[derive(Debug)]
pub(super) struct RemovedElement {
    open: Vec<LocalName>,
}

/// What a tag does to a removed element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The tag is inside of it.
    Inside,
    /// The tag is its own end tag.
    Ends,
    /// It ended before the tag.
    Ended,
}

impl RemovedElement {
    pub(super) fn new(name: &LocalName) -> RemovedElement {
        RemovedElement {
            open: vec![name.clone()],
        }
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Whether it is an element of that name.
    pub(super) fn is(&self, name: &str) -> bool {
        *self.open[0] == *name
    }

    /// Whether an element of that name is open.
    pub(super) fn has(&self, name: &str) -> bool {
        self.open.iter().any(|open| **open == *name)
    }

    /// Whether the names and ends of what is inside are those of SVG or MathML.
    pub(super) fn is_foreign(&self) -> bool {
        let foreign = |name: &LocalName| matches!(&**name, "svg" | "math");
        self.open.iter().any(foreign)
    }

    /// A start tag. `is_open` says whether an element of that name is open around the removed one.
    pub(super) fn start(
        &mut self,
        name: &LocalName,
        is_self_closing: bool,
        is_open: impl Fn(&str) -> bool,
    ) -> Effect {
        let mut outermost = None;
        let mut is_shielded = false;
        for (at, open) in self.open.iter().enumerate().rev() {
            if ends(name, open) {
                outermost = Some(at);
            } else if shields(name, open) {
                is_shielded = true;
                break;
            }
        }
        // A heading ends another only right behind it.
        let innermost = outermost.unwrap_or(self.open.len()).checked_sub(1);
        if is_heading(name) && innermost.is_some_and(|at| is_heading(&self.open[at])) {
            outermost = innermost;
        }
        match outermost {
            _ if !is_shielded && ends_around(name, is_open) => return Effect::Ended,
            Some(0) => return Effect::Ended,
            Some(at) => self.open.truncate(at),
            None => {}
        }
        let is_closed = is_void(name) || (is_self_closing && self.is_foreign());
        if !is_closed {
            self.open.push(name.clone());
        }
        Effect::Inside
    }

    /// An end tag. `is_open` says whether an element of that name is open around the removed one.
    pub(super) fn end(&mut self, name: &str, is_open: impl Fn(&str) -> bool) -> Effect {
        // A browser goes on to the end of the page where something is left open in a drawing. That costs the
        // article, so the drawing's end counts.
        let namesakes = self.open.iter().filter(|open| ***open == *name).count();
        if namesakes == 1 && *self.open[0] == *name && REMOVED.contains(&name) {
            return Effect::Ends;
        }
        for (at, open) in self.open.iter().enumerate().rev() {
            if **open == *name || (is_heading(name) && is_heading(open)) {
                self.open.truncate(at);
                return match at {
                    0 => Effect::Ends,
                    _ => Effect::Inside,
                };
            }
            let is_shielded = match is_block(name) {
                true => shields(name, open),
                false => is_block(open),
            };
            if is_shielded {
                return Effect::Inside;
            }
        }
        match is_open(name) {
            true => Effect::Ended,
            false => Effect::Inside,
        }
    }
}

/// Whether the start tag `name` ends an element `open`.
fn ends(name: &str, open: &str) -> bool {
    match open {
        "p" => ends_paragraph(name),
        "li" | "select" | "button" | "a" => {
            name == open || (open == "select" && matches!(name, "input" | "textarea"))
        }
        "dd" | "dt" => matches!(name, "dd" | "dt"),
        "option" => matches!(name, "option" | "optgroup"),
        "optgroup" => name == "optgroup",
        "rt" | "rp" => matches!(name, "rt" | "rp"),
        "td" | "th" => is_table_part(name) && !matches!(name, "col"),
        "tr" => is_table_part(name) && !matches!(name, "td" | "th"),
        "tbody" | "tfoot" | "thead" => matches!(name, "tbody" | "tfoot" | "thead"),
        "caption" => is_table_part(name),
        "colgroup" => is_table_part(name) && name != "col",
        // An HTML element does not stand in a drawing or a formula, and none in Word's settings.
        "svg" | "math" | "xml" => leaves_foreign(name),
        _ => false,
    }
}

/// Whether the start tag `name` ends an element around the removed one, and the removed one with it.
fn ends_around(name: &str, is_open: impl Fn(&str) -> bool) -> bool {
    let ends_part = matches!(name, "li" | "dd" | "dt") || (is_table_part(name) && name != "col");
    (ends_part && is_open(name)) || (ends_paragraph(name) && is_open("p"))
}

/// Whether an element `open` keeps the tag `name` from ending what is around it.
fn shields(name: &str, open: &str) -> bool {
    match open {
        "table" | "template" => true,
        "tr" => matches!(name, "td" | "th"),
        "tbody" | "tfoot" | "thead" => matches!(name, "td" | "th" | "tr"),
        // HTML may stand in these parts of SVG and MathML.
        "foreignobject" | "desc" | "title" | "annotation-xml" => true,
        "mi" | "mo" | "mn" | "ms" | "mtext" => true,
        _ if is_table_part(name) || name == "table" => false,
        "td" | "th" | "caption" | "button" | "marquee" | "object" | "select" => true,
        "address" | "div" | "p" => false,
        _ => matches!(name, "li" | "dd" | "dt") && is_block(open),
    }
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

fn is_table_part(name: &str) -> bool {
    matches!(
        name,
        "caption" | "col" | "colgroup" | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr"
    )
}

/// Whether the start tag `name` ends a paragraph (HTML Standard, section 13.1.2.4). Of the blocks, parts
/// of tables and of select elements do not.
fn ends_paragraph(name: &str) -> bool {
    is_heading(name)
        || matches!(name, "hr" | "plaintext" | "xmp")
        || (is_block(name)
            && !is_table_part(name)
            && !matches!(
                name,
                "button"
                    | "iframe"
                    | "legend"
                    | "marquee"
                    | "noscript"
                    | "object"
                    | "option"
                    | "rp"
                    | "rt"
                    | "select"
                    | "template"
            ))
}

/// Whether the start tag `name` ends SVG or MathML (HTML Standard, section 13.2.6.5).
fn leaves_foreign(name: &str) -> bool {
    is_heading(name)
        || matches!(
            name,
            "b" | "big"
                | "blockquote"
                | "body"
                | "br"
                | "center"
                | "code"
                | "dd"
                | "div"
                | "dl"
                | "dt"
                | "em"
                | "embed"
                | "head"
                | "hr"
                | "i"
                | "img"
                | "li"
                | "listing"
                | "menu"
                | "meta"
                | "nobr"
                | "ol"
                | "p"
                | "pre"
                | "ruby"
                | "s"
                | "small"
                | "span"
                | "strong"
                | "strike"
                | "sub"
                | "sup"
                | "table"
                | "tt"
                | "u"
                | "ul"
                | "var"
        )
}
