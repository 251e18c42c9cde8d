//! Pieces as HTML: addresses absolute, sizes in numbers, frames as links.

use std::iter;
use std::ops::Range;

use crate::text::address::{Base, largest_candidate, resolve, resolve_srcset};
use crate::text::elements::{ELEMENTS, ends_paragraph};
use crate::text::embed::{Frame, is_video_page, known_label, media_element, same_page_key};
use crate::text::escape::{escape_into, escape_text_into};
use crate::text::omissions::Omissions;
use crate::text::piece::Piece;

/// The most frames of one article that become links; further ones are dropped.
const FRAMES_MAX: usize = 500;

/// Pieces to look at on either side of a frame for a link to the same page.
const NEIGHBOURS: usize = 12;

/// The most bytes of an address that is compared with others; the pages of posts and players have shorter ones.
const NEAR_BYTES_MAX: usize = 512;

/// The largest width or height; a greater number is no size.
const SIZE_MAX: u32 = 65_535;

/// Writes the allowed pieces as HTML, and counts what it leaves out.
pub(super) fn write(pieces: &[Piece], base: Base<'_>) -> (String, Omissions) {
    let mut writer = Writer {
        html: String::new(),
        base,
        dropped: Omissions::default(),
        frames: 0,
        in_paragraph: false,
        picture_source: None,
    };
    for at in 0..pieces.len() {
        writer.piece(pieces, at);
    }
    (writer.html, writer.dropped)
}

struct Writer<'a> {
    html: String,
    base: Base<'a>,
    dropped: Omissions,
    frames: usize,
    in_paragraph: bool,
    /// The address of the last source of an open `picture`.
    picture_source: Option<String>,
}

impl Writer<'_> {
    fn piece(&mut self, pieces: &[Piece], at: usize) {
        let before = at.checked_sub(1).and_then(|before| pieces.get(before));
        match &pieces[at] {
            Piece::Text(text) => {
                // A parser drops one line end after `<pre>`, so with several of them each pass
                // would drop one more.
                let text = match before.is_some_and(|piece| is_start(piece, "pre")) {
                    true => text.trim_start_matches('\n'),
                    false => text,
                };
                escape_text_into(&mut self.html, text);
            }
            Piece::Formula(formula) => escape_text_into(&mut self.html, formula),
            Piece::Open(element, attributes) => {
                let name = ELEMENTS[*element].name;
                self.in_paragraph = name == "p" || (self.in_paragraph && !ends_paragraph(*element));
                if let Some(frame) = self.start_tag(name, attributes) {
                    return self.frame(&frame, pieces, at);
                }
                let next = pieces.get(at + 1);
                // The next link ends this one, too.
                if name == "a"
                    && (is_end(next, "a") || next.is_some_and(|next| is_start(next, "a")))
                {
                    // Nobody could follow a link without text.
                    let href = attributes.iter().find(|(key, _)| key == "href");
                    let address = href.and_then(|(_, href)| resolve(self.base, href));
                    let label = address.and_then(|address| known_label(&address));
                    escape_text_into(&mut self.html, label.unwrap_or_default());
                }
            }
            Piece::Close(element) => {
                self.in_paragraph &= !ends_paragraph(*element);
                if ELEMENTS[*element].name == "picture" {
                    self.picture_source = None;
                }
                self.html.push_str("</");
                self.html.push_str(ELEMENTS[*element].name);
                self.html.push('>');
            }
            Piece::Frame(frame) => self.frame(frame, pieces, at),
            Piece::More | Piece::NoLead => {}
        }
    }

    /// Writes a start tag, unless the attribute is missing that gives the element its use: a link without
    /// a URL becomes plain text, a picture without a source is dropped. Editors of Markdown embed sound and
    /// videos as pictures; what such a one shows on a page of its own is returned.
    fn start_tag(&mut self, name: &str, attributes: &[(String, String)]) -> Option<Frame> {
        let mut attributes: Vec<(&str, String)> = attributes
            .iter()
            .filter_map(|(key, value)| {
                Some((key.as_str(), attribute_value(key, value, self.base)?))
            })
            .collect();
        self.complete(name, &mut attributes);
        let value = |key: &str| attributes.iter().find(|(name, _)| *name == key);
        let is_useful = match name {
            "a" => value("href").is_some(),
            "img" | "source" => value("src").or(value("srcset")).is_some(),
            _ => true,
        };
        if !is_useful {
            self.dropped.pictures += usize::from(name == "img");
            return None;
        }
        let source = value("src").filter(|_| name == "img");
        if let Some((_, source)) = source {
            let title = value("alt").or(value("title"));
            let title = title.filter(|(_, words)| !words.trim().is_empty());
            let title = title.map(|(_, words)| words.clone());
            if let Some(player) = media_element(source) {
                let source = ("src".to_owned(), source.clone());
                let title = title.map(|title| ("title".to_owned(), title));
                let attributes: Vec<_> = iter::once(source).chain(title).collect();
                self.start_tag(player, &attributes);
                self.html.extend(["</", player, ">"]);
                return None;
            }
            if is_video_page(source) {
                return Some(Frame {
                    addresses: vec![source.clone()],
                    title,
                });
            }
        }
        self.html.push('<');
        self.html.push_str(name);
        for (key, value) in &attributes {
            self.html.push(' ');
            self.html.push_str(key);
            self.html.push_str("=\"");
            escape_into(&mut self.html, value);
            self.html.push('"');
        }
        self.html.push('>');
        None
    }

    /// Adds what readers need of an element and its author left to the page.
    fn complete(&mut self, name: &str, attributes: &mut Vec<(&str, String)>) {
        let value = |attributes: &[(&str, String)], key: &str| {
            let found = attributes.iter().find(|(name, _)| *name == key);
            found.map(|(_, value)| value.clone())
        };
        let set = value(attributes, "srcset");
        let largest = || {
            set.as_deref()
                .and_then(largest_candidate)
                .map(str::to_owned)
        };
        match name {
            "picture" => self.picture_source = None,
            "source" => self.picture_source = largest().or(self.picture_source.take()),
            "img" => {
                let source = largest().or_else(|| self.picture_source.clone());
                if let Some(source) = source.filter(|_| value(attributes, "src").is_none()) {
                    // Not every reader knows `srcset` and `picture`.
                    attributes.insert(0, ("src", source));
                }
                if value(attributes, "alt").is_none() {
                    // HTML requires `alt`; without it a screen reader reads the URL aloud.
                    attributes.push(("alt", String::new()));
                }
            }
            // What starts by itself on a page starts by hand in a feed.
            "audio" | "video" if value(attributes, "controls").is_none() => {
                attributes.push(("controls", String::new()));
            }
            _ => {}
        }
        if set.is_none() && matches!(name, "img" | "source") {
            attributes.retain(|(key, _)| *key != "sizes");
        }
    }

    /// Writes a frame as a link to what it shows, unless such a link stands beside it.
    fn frame(&mut self, frame: &Frame, pieces: &[Piece], at: usize) {
        let link = match self.frames < FRAMES_MAX {
            true => frame.link(self.base),
            false => None,
        };
        let Some(link) = link else {
            self.dropped.frames += 1;
            return;
        };
        self.frames += 1;
        if same_page_key(&link.address).is_some_and(|page| self.is_linked(&page, pieces, at)) {
            return;
        }
        let (before, after) = match self.in_paragraph {
            true => (if self.html.ends_with("</a>") { " " } else { "" }, ""),
            false => ("<p>", "</p>"),
        };
        self.html.push_str(before);
        self.html.push_str("<a href=\"");
        escape_into(&mut self.html, &link.address);
        self.html.push_str("\">");
        escape_text_into(&mut self.html, &link.label);
        self.html.push_str("</a>");
        self.html.push_str(after);
    }

    /// Whether a link near the frame at `at`, or a frame before it, leads to `page`.
    fn is_linked(&self, page: &str, pieces: &[Piece], at: usize) -> bool {
        let leads_there = |address: Option<String>| {
            address
                .and_then(|address| same_page_key(&address))
                .as_deref()
                == Some(page)
        };
        let is_short = |written: &str| written.len() <= NEAR_BYTES_MAX;
        let near: Range<usize> =
            at.saturating_sub(NEIGHBOURS)..pieces.len().min(at + NEIGHBOURS + 1);
        near.into_iter().any(|other| match &pieces[other] {
            Piece::Open(element, attributes) if ELEMENTS[*element].name == "a" => {
                let href = attributes.iter().find(|(key, _)| key == "href");
                let href = href.filter(|(_, href)| is_short(href));
                leads_there(href.and_then(|(_, href)| resolve(self.base, href)))
            }
            Piece::Frame(frame)
                if other < at && frame.addresses.iter().all(|address| is_short(address)) =>
            {
                leads_there(frame.link(self.base).map(|link| link.address))
            }
            _ => false,
        })
    }
}

fn is_start(piece: &Piece, name: &str) -> bool {
    matches!(piece, Piece::Open(at, _) if ELEMENTS[*at].name == name)
}

fn is_end(piece: Option<&Piece>, name: &str) -> bool {
    matches!(piece, Some(Piece::Close(at)) if ELEMENTS[*at].name == name)
}

/// The attribute's value as feeds may carry it; `None` drops the attribute.
fn attribute_value(key: &str, value: &str, base: Base<'_>) -> Option<String> {
    match key {
        // In a feed no element has an id that a fragment could point to.
        "href" if value.trim_start().starts_with('#') => None,
        "href" => resolve(base, value),
        "src" | "poster" | "cite" => resolve(base, value).filter(|url| url.starts_with("http")),
        "srcset" => resolve_srcset(base, value),
        "width" | "height" | "colspan" | "rowspan" | "span" => size(value),
        // `auto` is for pictures that are loaded late.
        "sizes" if value.trim().eq_ignore_ascii_case("auto") => None,
        _ => Some(value.to_owned()),
    }
}

/// A positive whole number of pixels, rows or columns; `640px` is 640, and `100%` is none.
fn size(value: &str) -> Option<String> {
    let number = value.trim();
    let number = number.strip_suffix("px").unwrap_or(number).trim_end();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit());
    let whole = Some(whole).filter(|whole| is_number(whole) && is_number(fraction))?;
    let size: u32 = whole.parse().ok()?;
    (1..=SIZE_MAX).contains(&size).then(|| size.to_string())
}
