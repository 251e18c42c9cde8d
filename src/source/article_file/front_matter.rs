//! The keys in front of a Markdown article, and where its text begins.

use super::tree::{self, KeyValue};
use crate::model::article::Refusal;

/// More bytes than this are no front matter but a fence that was never closed.
const FRONT_MATTER_BYTES_MAX: usize = 64 << 10;

/// A Markdown file, parted.
pub(in crate::source) struct MarkdownFile<'t> {
    /// What the front matter says.
    pub(in crate::source) pairs: Vec<KeyValue>,
    /// The line of its opening fence.
    pub(in crate::source) line: u32,
    /// What stands below it.
    pub(in crate::source) body: &'t str,
}

#[derive(Clone, Copy)]
enum Syntax {
    Toml,
    Yaml,
}

/// Parts a file whose lines end in LF.
///
/// # Errors
/// No front matter, one without end, or one that is neither TOML nor YAML.
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

struct LineSpan<'t> {
    number: u32,
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
