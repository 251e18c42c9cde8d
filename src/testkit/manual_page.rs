//! Manual pages of the package, made of Markdown: they say what the pages in `docs` say.

use chrono::DateTime;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use roff::{Inline, Roff, bold, roman};

/// The first line of a page, which names it and has the day of the release.
pub(crate) fn title(name: &str, section: u8, manual: &str) -> String {
    let apostrophe = Roff::new().render();
    let release = include_str!("../../packaging/debian/changelog");
    let release = release.lines().find(|line| line.starts_with(" -- "));
    let release = release.and_then(|line| line.rsplit_once(">  "));
    let release = release.and_then(|(_, date)| DateTime::parse_from_rfc2822(date).ok());
    let day = release.expect("the date of a release").format("%Y-%m-%d");
    format!("{apostrophe}.TH {name} {section} {day} taspa \"{manual}\"\n")
}

/// A document of the same content, for `man`. A row of a table becomes a paragraph under its first cell; of
/// more than two cells the last one comes first, then the others with the names of their columns.
pub(crate) fn from_markdown(markdown: &str) -> String {
    let mut page = Roff::new();
    let (mut inlines, mut cells, mut columns) = (Vec::new(), Vec::new(), Vec::new());
    // A heading begins a paragraph, and so does an item.
    let mut is_begun = false;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Text(text) => inlines.push(roman(&*text)),
            Event::Code(text) => inlines.push(bold(&*text)),
            Event::SoftBreak => inlines.push(roman(" ")),
            Event::Start(Tag::Item) => {
                page.control("IP", ["\\(bu", "2"]);
                is_begun = true;
            }
            Event::Start(Tag::Paragraph) if !is_begun => {
                page.control("PP", []);
            }
            Event::End(TagEnd::Item) => {
                page.text(std::mem::take(&mut inlines));
                is_begun = false;
            }
            Event::End(TagEnd::Paragraph) => {
                page.text(std::mem::take(&mut inlines));
                is_begun = false;
            }
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => {
                let heading = plain(&std::mem::take(&mut inlines)).to_uppercase();
                page.control("SH", [&*heading]);
                is_begun = true;
            }
            Event::End(TagEnd::Heading(_)) => {
                page.control("SS", [&*plain(&std::mem::take(&mut inlines))]);
                is_begun = true;
            }
            Event::End(TagEnd::TableCell) => cells.push(std::mem::take(&mut inlines)),
            Event::End(TagEnd::TableHead) => {
                let names = cells.drain(..).map(|cell| plain(&cell).to_lowercase());
                columns = names.collect();
            }
            Event::End(TagEnd::TableRow) => {
                write_row(&mut page, &columns, std::mem::take(&mut cells))
            }
            _ => {}
        }
    }
    without_preamble(&page.render())
}

/// The table of a page that begins with this line.
#[track_caller]
pub(crate) fn table_of<'a>(page: &'a str, head: &str) -> &'a str {
    let (_, behind) = page
        .split_once(&format!("\n{head}\n"))
        .unwrap_or_else(|| panic!("no table begins with {head}"));
    let start = page.len() - behind.len() - head.len() - 1;
    let rest = &page[start..];
    rest.split_once("\n\n").map_or(rest, |(table, _)| table)
}

fn write_row(page: &mut Roff, columns: &[String], cells: Vec<Vec<Inline>>) {
    let mut cells = cells.into_iter().zip(columns);
    let (Some((name, _)), Some((meaning, _))) = (cells.next(), cells.next_back()) else {
        return;
    };
    page.control("TP", []).text(name).text(meaning);
    let mut facts = Vec::new();
    for (cell, column) in cells {
        let separator = if facts.is_empty() { "" } else { "; " };
        facts.push(roman(format!("{separator}{column}: ")));
        facts.extend(cell);
    }
    if !facts.is_empty() {
        page.control("br", []).text(facts);
    }
}

fn plain(inlines: &[Inline]) -> String {
    let texts = inlines.iter().map(|inline| match inline {
        Inline::Roman(text) | Inline::Italic(text) | Inline::Bold(text) => text.as_str(),
        Inline::LineBreak => " ",
    });
    texts.collect()
}

/// A part of a page without the definition of an apostrophe, which begins every document of `roff`, and which
/// [`title`] has.
pub(crate) fn without_preamble(part: &str) -> String {
    part.replace(&Roff::new().render(), "")
}
