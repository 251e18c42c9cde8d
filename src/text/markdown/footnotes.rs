//! Footnotes as a list at the end of the article, in the order of their first marks.

use std::collections::HashMap;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

/// The events with all notes behind the text. A note without mark is left out.
pub(super) fn at_the_end(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let mut text = Vec::with_capacity(events.len());
    let mut notes: HashMap<CowStr<'_>, Vec<Event<'_>>> = HashMap::new();
    // A note may hold another.
    let mut open: Vec<(CowStr<'_>, Vec<Event<'_>>)> = Vec::new();
    for event in events {
        match event {
            Event::Start(Tag::FootnoteDefinition(name)) => open.push((name, Vec::new())),
            Event::End(TagEnd::FootnoteDefinition) => {
                if let Some((name, note)) = open.pop() {
                    notes.entry(name).or_insert(note);
                }
            }
            event => match open.last_mut() {
                Some((_, note)) => note.push(event),
                None => text.push(event),
            },
        }
    }
    if notes.is_empty() {
        return text;
    }
    let mut numbers = Numbers::default();
    let mut out: Vec<Event<'_>> = Vec::with_capacity(text.len());
    for event in text {
        out.push(numbers.number(event));
    }
    let mut next = 0;
    while let Some(name) = numbers.order.get(next).cloned() {
        out.push(Event::Html(match next {
            0 => "\n<hr />\n<ol>\n<li>".into(),
            _ => "</li>\n<li>".into(),
        }));
        for event in notes.remove(&name).unwrap_or_default() {
            out.push(numbers.number(event));
        }
        next += 1;
    }
    if next > 0 {
        out.push(Event::Html("</li>\n</ol>\n".into()));
    }
    out
}

/// The notes that have marks, in the order of their first ones.
#[derive(Default)]
struct Numbers<'e> {
    order: Vec<CowStr<'e>>,
    numbers: HashMap<CowStr<'e>, usize>,
}

impl<'e> Numbers<'e> {
    /// The event, or the mark that a reference to a note becomes. It has the form of generators, by which
    /// leads leave it out; its link leads nowhere in a feed, and the sanitizer takes it away.
    fn number(&mut self, event: Event<'e>) -> Event<'e> {
        let Event::FootnoteReference(name) = event else {
            return event;
        };
        let order = &mut self.order;
        let number = *self.numbers.entry(name.clone()).or_insert_with(|| {
            order.push(name);
            order.len()
        });
        let mark =
            format!("<sup class=\"footnote-ref\"><a href=\"#fn-{number}\">{number}</a></sup>");
        Event::InlineHtml(mark.into())
    }
}
