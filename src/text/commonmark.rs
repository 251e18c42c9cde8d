//! CommonMark with the extensions that generators share, and where its code is.

use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::escape::escape_into;

/// Tables, struck text, footnotes, headings with `{#id}`, task lists and definition lists.
pub(super) const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_HEADING_ATTRIBUTES)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_DEFINITION_LIST);

/// The elements of HTML whose content is code.
const CODE_ELEMENTS: [&str; 4] = ["code", "pre", "script", "style"];

/// Where a Markdown text has code, in order: fenced, indented, in backquotes, in elements of HTML.
pub(super) fn markdown_code(text: &str) -> Vec<Range<usize>> {
    let mut code = Vec::new();
    let mut elements = CodeElements::default();
    for (event, range) in Parser::new_ext(text, OPTIONS).into_offset_iter() {
        match event {
            Event::Code(_) | Event::Start(Tag::CodeBlock(_)) => code.push(range),
            Event::Html(_) | Event::InlineHtml(_) => elements.read(text, range, &mut code),
            _ => {}
        }
    }
    elements.end(text.len(), &mut code);
    // Elements are noted at their end.
    code.sort_unstable_by_key(|range| range.start);
    code
}

/// Where an MDX text has code, in order: fenced and in backquotes. What looks like HTML to CommonMark are
/// components there, and indentation means nothing.
pub(super) fn mdx_code(text: &str) -> Vec<Range<usize>> {
    let mut code = Vec::new();
    let mut fence: Option<(&str, usize)> = None;
    let mut paragraph = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start();
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| content.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => {
                backquoted(text, paragraph..at, &mut code);
                fence = Some((mark, at));
            }
            (Some((open, start)), Some(mark)) if open == mark => {
                code.push(start..at + line.len());
                (fence, paragraph) = (None, at + line.len());
            }
            (None, None) if content.is_empty() => {
                backquoted(text, paragraph..at, &mut code);
                paragraph = at;
            }
            _ => {}
        }
        at += line.len();
    }
    match fence {
        Some((_, start)) => code.push(start..at),
        None => backquoted(text, paragraph..at, &mut code),
    }
    code
}

/// Finds code in backquotes in a paragraph: it ends at the next run of as many.
fn backquoted(text: &str, paragraph: Range<usize>, code: &mut Vec<Range<usize>>) {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in memchr::memchr_iter(b'`', &text.as_bytes()[paragraph.clone()]) {
        let at = paragraph.start + at;
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    let mut next_of_length = HashMap::new();
    let mut ends = vec![None; runs.len()];
    for (number, run) in runs.iter().enumerate().rev() {
        ends[number] = next_of_length.insert(run.len(), number);
    }
    let mut number = 0;
    while let Some(run) = runs.get(number) {
        if let Some(end) = ends[number] {
            code.push(run.start..runs[end].end);
            number = end;
        }
        number += 1;
    }
}

/// Where a text of HTML has code, in order.
pub(super) fn html_code(text: &str) -> Vec<Range<usize>> {
    let mut code = Vec::new();
    let mut elements = CodeElements::default();
    elements.read(text, 0..text.len(), &mut code);
    elements.end(text.len(), &mut code);
    code
}

/// Finds the elements of code in pieces of HTML.
#[derive(Default)]
struct CodeElements {
    /// The open element with its start.
    open: Option<(&'static str, usize)>,
}

impl CodeElements {
    fn read(&mut self, text: &str, range: Range<usize>, code: &mut Vec<Range<usize>>) {
        let html = &text[range.clone()];
        for at in memchr::memchr_iter(b'<', html.as_bytes()) {
            let rest = &html[at + 1..];
            let (is_end, name) = match rest.strip_prefix('/') {
                Some(name) => (true, name),
                None => (false, rest),
            };
            let is_it = |element: &&&'static str| {
                let bytes = name.as_bytes();
                let begins = bytes.get(..element.len());
                begins.is_some_and(|name| name.eq_ignore_ascii_case(element.as_bytes()))
                    && !bytes
                        .get(element.len())
                        .is_some_and(u8::is_ascii_alphanumeric)
            };
            let Some(&element) = CODE_ELEMENTS.iter().find(is_it) else {
                continue;
            };
            match self.open {
                None if !is_end => self.open = Some((element, range.start + at)),
                Some((open, start)) if is_end && open == element => {
                    code.push(start..range.start + at);
                    self.open = None;
                }
                _ => {}
            }
        }
    }

    /// An element without end reaches to the end of the text, as in a browser, but for `<code>`, of which
    /// a forgotten end must not make all that follows code.
    fn end(self, end: usize, code: &mut Vec<Range<usize>>) {
        if let Some((element, start)) = self.open
            && element != "code"
        {
            code.push(start..end);
        }
    }
}

/// A few words of Markdown as HTML without a paragraph around them.
pub(super) fn inline_html(words: &str) -> String {
    let mut html = String::new();
    let has_marks = words.contains(|c: char| "*_[`<&\\~!".contains(c));
    if !has_marks {
        escape_into(&mut html, words);
        return html;
    }
    let is_paragraph = |event: &Event<'_>| {
        matches!(
            event,
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph)
        )
    };
    let events = Parser::new_ext(words, OPTIONS).filter(|event| !is_paragraph(event));
    pulldown_cmark::html::push_html(&mut html, events);
    html.truncate(html.trim_end().len());
    html
}
