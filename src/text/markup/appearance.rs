//! Whether a reader would see an element, and how it marks its text, where only attributes say so.

use html5ever::tokenizer::Tag;

use crate::text::characters::clean;

/// What the attributes of an element say about its looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Appearance {
    /// `hidden`, `display: none`, `visibility: hidden`, or a place far outside of the page.
    pub(super) is_hidden: bool,
    /// At most one pixel wide or high, as frames are that only count visits.
    pub(super) is_line: bool,
    /// At most one pixel wide and high, as pictures are that do.
    pub(super) is_pixel: bool,
    /// `text-decoration: line-through`.
    pub(super) is_struck: bool,
    /// `font-weight`: bold, or expressly not.
    pub(super) bold: Option<bool>,
    /// `font-style`: italic, or expressly not.
    pub(super) italic: Option<bool>,
}

/// A `font-weight` from here on is bold.
const BOLD_FROM: u32 = 600;

/// Pixels left of the page, or above it, from which on nothing of an element is in it.
const OFF_PAGE: f64 = -500.0;

/// Classes of what is there twice: KaTeX draws a formula behind its MathML.
const TWIN_CLASSES: [&str; 1] = ["katex-html"];

impl Appearance {
    /// Reads `hidden`, `class`, `style`, `width` and `height`. `aria-hidden` hides nothing from those who
    /// see.
    pub(super) fn of(tag: &Tag) -> Appearance {
        let mut style = Style::default();
        let (mut is_hidden, mut is_open) = (false, false);
        let (mut is_narrow, mut is_low) = (false, false);
        let is_small = |size: &str| pixels(clean(size).trim()).is_some_and(|size| size <= 1.0);
        for attribute in &tag.attrs {
            match &*attribute.name.local {
                "hidden" => is_hidden = true,
                "open" => is_open = true,
                "class" => {
                    let mut classes = attribute.value.split_whitespace();
                    is_hidden |= classes.any(|class| TWIN_CLASSES.contains(&class));
                }
                "style" => style = Style::parse(&attribute.value),
                "width" => is_narrow = is_small(&attribute.value),
                "height" => is_low = is_small(&attribute.value),
                _ => {}
            }
        }
        style.is_narrow |= is_narrow;
        style.is_low |= is_low;
        let is_closed = &*tag.name == "dialog" && !is_open;
        Appearance {
            is_hidden: is_hidden || is_closed || style.is_hidden,
            // Frames that grow with the page begin as a pixel.
            is_line: (style.is_narrow || style.is_low) && !style.has_least,
            is_pixel: style.is_narrow && style.is_low && !style.has_least,
            is_struck: style.is_struck,
            bold: style.bold,
            italic: style.italic,
        }
    }
}

impl Appearance {
    /// Whether there is something to see of a frame.
    pub(super) fn is_shown(self) -> bool {
        !self.is_hidden && !self.is_line
    }
}

/// Whether a `style` attribute hides its element.
pub(in crate::text) fn style_hides(style: &str) -> bool {
    Style::parse(style).is_hidden
}

/// The declarations of a `style` attribute that matter here.
#[derive(Clone, Copy, Debug, Default)]
struct Style {
    is_hidden: bool,
    is_narrow: bool,
    is_low: bool,
    has_least: bool,
    is_struck: bool,
    bold: Option<bool>,
    italic: Option<bool>,
}

impl Style {
    /// Of a property given twice the last declaration counts, as in CSS.
    fn parse(style: &str) -> Style {
        let mut parsed = Style::default();
        let (mut undisplayed, mut invisible) = (false, false);
        let (mut out_of_flow, mut off_page) = (false, false);
        let style = style.to_ascii_lowercase();
        for declaration in style.split(';') {
            let Some((property, value)) = declaration.split_once(':') else {
                continue;
            };
            let value = value.trim();
            let value = value.strip_suffix("!important").unwrap_or(value).trim_end();
            match property.trim() {
                "display" => undisplayed = value == "none",
                "visibility" => invisible = matches!(value, "hidden" | "collapse"),
                "position" => out_of_flow = matches!(value, "absolute" | "fixed"),
                "left" | "top" => off_page |= pixels(value).is_some_and(|at| at <= OFF_PAGE),
                "width" => parsed.is_narrow = pixels(value).is_some_and(|size| size <= 1.0),
                "height" => parsed.is_low = pixels(value).is_some_and(|size| size <= 1.0),
                "min-width" | "min-height" => parsed.has_least = true,
                "text-decoration" | "text-decoration-line" => {
                    parsed.is_struck = value.split_whitespace().any(|line| line == "line-through");
                }
                "font-weight" => parsed.bold = weight(value),
                "font-style" => {
                    parsed.italic = match value {
                        "italic" | "oblique" => Some(true),
                        "normal" => Some(false),
                        _ => None,
                    }
                }
                _ => {}
            }
        }
        parsed.is_hidden = undisplayed || invisible || (out_of_flow && off_page);
        parsed
    }
}

/// A length in pixels; zero needs no unit.
fn pixels(value: &str) -> Option<f64> {
    let number = value.strip_suffix("px").unwrap_or(value);
    number.trim_end().parse().ok()
}

fn weight(value: &str) -> Option<bool> {
    match value {
        "bold" | "bolder" => Some(true),
        "normal" | "lighter" => Some(false),
        _ => value.parse().ok().map(|weight: u32| weight >= BOLD_FROM),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_that_hide_are_found_however_they_are_written() {
        for (style, is_hidden) in [
            ("display:none", true),
            ("color:red; DISPLAY : None !important;", true),
            ("visibility:hidden", true),
            ("position:absolute; left:-9999px", true),
            ("display:none; display:block", false),
            ("left:-9999px", false),
            ("position:absolute; left:-10px", false),
            ("display:flex", false),
            ("background:url(display:none)", false),
            ("none", false),
            ("", false),
        ] {
            assert_eq!(Style::parse(style).is_hidden, is_hidden, "{style:?}");
        }
    }

    #[test]
    fn a_small_frame_that_grows_is_no_pixel() {
        for (style, is_pixel) in [
            ("width:1px;height:1px", true),
            ("width:0", true),
            ("width: 1px; min-width: 100%", false),
            ("width:100%", false),
            ("height:1em", false),
        ] {
            let style = Style::parse(style);
            let is_small = style.is_narrow || style.is_low;
            assert_eq!(is_small && !style.has_least, is_pixel, "{style:?}");
        }
    }

    #[test]
    fn marks_of_text_are_read_from_styles() {
        let style = Style::parse(
            "font-weight: 700; font-style:normal; text-decoration:underline line-through red",
        );
        assert_eq!((style.bold, style.italic), (Some(true), Some(false)));
        assert!(style.is_struck);
        assert!(!Style::parse("text-decoration:underline").is_struck);
        assert_eq!(Style::parse("font-weight:400").bold, Some(false));
    }
}
