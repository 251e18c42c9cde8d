//! Splits a Markdown file into its front matter and its text.

use super::tree::{self, KeyValue};
use crate::model::article::Refusal;

/// Longer front matter most likely lacks its closing fence.
const FRONT_MATTER_BYTES_MAX: usize = 64 << 10;

/// A Markdown file with its front matter parsed.
pub(in crate::source) struct MarkdownFile<'t> {
    /// The keys of the front matter.
    pub(in crate::source) pairs: Vec<KeyValue>,
    /// The line of the opening fence.
    pub(in crate::source) line: u32,
    /// The text below the closing fence.
    pub(in crate::source) body: &'t str,
}

#[derive(Clone, Copy)]
enum Syntax {
    Toml,
    Yaml,
}

/// Splits a file whose lines end in LF.
pub(in crate::source) fn split(text: &str) -> Result<MarkdownFile<'_>, Refusal> {
    let mut lines = line_spans(text);
    let opening = lines.find(|line| !line.text.trim().is_empty());
    let Some((syntax, opening)) = opening.and_then(|line| Some((opening_fence(line.text)?, line)))
    else {
        return Err(Refusal::new(
            1,
            "the file does not begin with front matter",
            "begin it with a line `+++`, keys such as `title = \"…\"` and `date = 2026-01-08`, and \
             another line `+++`; or with `---` and YAML",
        ));
    };
    let closing = lines.find(|line| closes(syntax, line.text));
    let Some(closing) = closing else {
        let fence = opening.text.trim_end();
        return Err(Refusal::new(
            opening.number,
            "the front matter has no end",
            format!("write a line `{fence}` below its last key"),
        ));
    };
    let matter = &text[opening.end..closing.start];
    if matter.len() > FRONT_MATTER_BYTES_MAX {
        return Err(Refusal::new(
            opening.number,
            format!("the front matter is larger than {FRONT_MATTER_BYTES_MAX} bytes"),
            "keep the keys of the article there and write its text below",
        ));
    }
    let first_line = opening.number.saturating_add(1);
    let pairs = match syntax {
        Syntax::Toml => tree::toml::parse(matter, first_line)?,
        Syntax::Yaml => tree::yaml::parse(matter, first_line)?,
    };
    Ok(MarkdownFile {
        pairs,
        line: opening.number,
        body: &text[closing.end..],
    })
}

fn opening_fence(line: &str) -> Option<Syntax> {
    match line.trim_end() {
        "+++" => Some(Syntax::Toml),
        "---" => Some(Syntax::Yaml),
        _ => None,
    }
}

fn closes(syntax: Syntax, line: &str) -> bool {
    match syntax {
        Syntax::Toml => line.trim_end() == "+++",
        Syntax::Yaml => matches!(line.trim_end(), "---" | "..."),
    }
}

/// A line with the byte range that it takes in the file.
struct LineSpan<'t> {
    /// Counted from 1.
    number: u32,
    /// With its line end.
    text: &'t str,
    start: usize,
    end: usize,
}

fn line_spans(text: &str) -> impl Iterator<Item = LineSpan<'_>> {
    let mut start = 0;
    (1..)
        .zip(text.split_inclusive('\n'))
        .map(move |(number, text)| {
            let line = LineSpan {
                number,
                text,
                start,
                end: start + text.len(),
            };
            start = line.end;
            line
        })
}
