//! Paragraphs of a text whose blank lines part them, as WordPress's `wpautop` finds them: a blank line or
//! two `<br>` begin a paragraph, a single line end is a `<br>`, and nothing is done inside of code and
//! players.

/// Elements that no paragraph holds; sorted.
const BLOCKS: [&str; 44] = [
    "address",
    "area",
    "article",
    "aside",
    "blockquote",
    "caption",
    "col",
    "colgroup",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "legend",
    "li",
    "map",
    "menu",
    "nav",
    "ol",
    "p",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Elements that are copied up to their end; `pre` is a block of its own.
const VERBATIM: [&str; 9] = [
    "audio", "object", "pre", "script", "select", "style", "svg", "textarea", "video",
];

/// Open elements among which the one that ends is looked for.
const ENDED_LEVELS_MAX: usize = 32;

/// Writes the paragraphs of `text`.
pub(super) fn write(html: &mut String, text: &str) {
    let last_tag_end = text.rfind('>').map_or(0, |at| at + 1);
    let mut writer = Writer {
        html,
        blocks: Vec::new(),
        is_open: false,
        has_words: false,
        line_ends: 0,
        breaks: 0,
    };
    let mut endless = [false; VERBATIM.len()];
    let (mut at, mut written) = (0, 0);
    while let Some(found) = memchr::memchr(b'<', &text.as_bytes()[at..last_tag_end.max(at)]) {
        let start = at + found;
        let Some(markup) = Markup::parse(&text[start..last_tag_end]) else {
            at = start + 1;
            continue;
        };
        writer.text(&text[written..start]);
        let mut end = start + markup.bytes;
        if let (Some(number), false) = (markup.verbatim(), markup.is_end)
            && !endless[number]
        {
            match end_of(&text[end..], VERBATIM[number]) {
                Some(length) => end += length,
                None => endless[number] = true,
            }
        }
        writer.markup(&markup, &text[start..end]);
        (at, written) = (end, end);
    }
    writer.text(&text[written..]);
    writer.close();
}

/// A tag or a comment at the front of a text.
struct Markup<'t> {
    /// Empty for a comment.
    name: &'t str,
    is_end: bool,
    bytes: usize,
}

impl<'t> Markup<'t> {
    fn parse(text: &'t str) -> Option<Markup<'t>> {
        if text.starts_with("<!--") {
            let bytes = text.find("-->").map_or(text.len(), |end| end + 3);
            return Some(Markup {
                name: "",
                is_end: false,
                bytes,
            });
        }
        let is_end = text[1..].starts_with('/');
        let name = &text[1 + usize::from(is_end)..];
        let length = name.find(|c: char| !c.is_ascii_alphanumeric());
        let name = &name[..length.unwrap_or(name.len())];
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let bytes = memchr::memchr(b'>', text.as_bytes())? + 1;
        Some(Markup {
            name,
            is_end,
            bytes,
        })
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    fn verbatim(&self) -> Option<usize> {
        VERBATIM.iter().position(|name| self.is(name))
    }

    fn block(&self) -> Option<&'static str> {
        BLOCKS.into_iter().find(|name| self.is(name))
    }
}

/// The bytes of a text up to the end of the end tag of `name`.
fn end_of(text: &str, name: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let tag = from + text[from..].find("</")? + 2;
        let rest = &text[tag..];
        let is_name = rest
            .get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name));
        if is_name {
            return Some(tag + rest.find('>')? + 1);
        }
        from = tag;
    }
}

struct Writer<'h> {
    html: &'h mut String,
    /// The open elements of [`BLOCKS`] but paragraphs.
    blocks: Vec<&'static str>,
    /// Whether a paragraph is open.
    is_open: bool,
    /// Whether something was written since the last block or paragraph began.
    has_words: bool,
    /// Line ends since then, or since the last words.
    line_ends: usize,
    /// `<br>` since the last words.
    breaks: usize,
}

impl Writer<'_> {
    fn text(&mut self, text: &str) {
        for (number, line) in text.split('\n').enumerate() {
            self.line_ends += usize::from(number > 0);
            if !line.trim_ascii().is_empty() {
                self.begin_words();
                self.html.push_str(line);
            } else if self.line_ends + self.breaks == 0 && self.has_words {
                self.html.push_str(line);
            }
        }
    }

    fn markup(&mut self, markup: &Markup<'_>, raw: &str) {
        match markup.block() {
            Some("p") if markup.is_end => self.close(),
            Some("p") => {
                self.close();
                self.html.push_str(raw);
                self.is_open = true;
            }
            Some(name) if markup.is_end => {
                self.close();
                self.html.push_str(raw);
                let open = self.blocks.iter().rev().take(ENDED_LEVELS_MAX);
                if let Some(above) = open.into_iter().position(|open| *open == name) {
                    self.blocks.truncate(self.blocks.len() - above - 1);
                }
                // Words behind it are a paragraph.
                self.line_ends = 2;
            }
            Some(name) => {
                self.close();
                self.html.push_str(raw);
                if !["area", "col", "hr"].contains(&name) {
                    self.blocks.push(name);
                }
            }
            None if markup.is("pre") => {
                self.close();
                self.html.push_str(raw);
                self.line_ends = 2;
            }
            None if markup.is("br") => self.breaks += 1,
            None if markup.name.is_empty() || markup.is("script") || markup.is("style") => {
                if self.line_ends > 0 {
                    self.close();
                    self.line_ends = 2;
                }
                self.html.push_str(raw);
            }
            None => {
                self.begin_words();
                self.html.push_str(raw);
            }
        }
    }

    /// Begins a paragraph or a line where words need one.
    fn begin_words(&mut self) {
        let is_paragraph = self.line_ends > 1 || self.breaks > 1;
        if self.has_words && is_paragraph {
            self.close();
            self.open();
        } else if self.has_words && self.line_ends + self.breaks > 0 {
            self.html.push_str("<br>\n");
        } else if !self.has_words && !self.is_open {
            // The words of a list's item or a table's cell are no paragraph of their own.
            let needs_none = self.blocks.last().is_some_and(|name| *name != "blockquote");
            if !needs_none || is_paragraph {
                self.open();
            }
        }
        self.has_words = true;
        (self.line_ends, self.breaks) = (0, 0);
    }

    fn open(&mut self) {
        self.html.push_str("<p>");
        self.is_open = true;
    }

    /// Ends the paragraph.
    fn close(&mut self) {
        if self.is_open {
            self.html.push_str("</p>\n");
            self.is_open = false;
        }
        self.has_words = false;
        (self.line_ends, self.breaks) = (0, 0);
    }
}
