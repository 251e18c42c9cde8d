//! Splits a file into its front matter and its text.

use serde::de::IgnoredAny;

use super::ParseContext;
use super::fields;
use super::tree::{self, KeyValue};
use crate::model::article::Refusal;

/// Longer front matter most likely lacks its closing fence.
const FRONT_MATTER_BYTES_MAX: usize = 64 << 10;

/// A file with its front matter parsed.
pub(in crate::source) struct FileParts<'t> {
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
    Json,
}

/// Lines that are searched for keys where no front matter begins.
const LINES_WITHOUT_FENCE: usize = 20;

/// The line that closes front matter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fence {
    Plus,
    Hyphen,
    /// The object ends by itself.
    None,
}

/// Whether one of the first lines begins with `date`, so that the lines that enclose it may be missing.
fn has_date_line(text: &str) -> bool {
    let mut lines = text.lines().take(LINES_WITHOUT_FENCE);
    lines.any(|line| {
        let start = line.trim_start().get(..4).unwrap_or_default();
        start.eq_ignore_ascii_case("date")
    })
}

/// Splits a file whose lines end in LF.
///
/// # Errors
/// When there is no front matter, or it cannot be parsed.
pub(in crate::source) fn split<'t>(
    text: &'t str,
    context: &ParseContext<'_>,
) -> Result<FileParts<'t>, Refusal> {
    let Some((opening, syntax, fence)) = opening(text) else {
        return Err(Refusal::new(
            1,
            "the file does not begin with front matter",
            "begin it with a line `+++`, keys such as `title = \"…\"` and `date = 2026-01-08`, and \
             another line `+++`; or with `---` and YAML",
        )
        .of_page_if(!has_date_line(text)));
    };
    let start = match fence {
        Fence::None => opening.start,
        Fence::Plus | Fence::Hyphen => opening.end,
    };
    let first_line = match fence {
        Fence::None => opening.number,
        Fence::Plus | Fence::Hyphen => opening.number.saturating_add(1),
    };
    let rest = &text[start..];
    let end = match fence {
        Fence::None => end_of_object(rest).map(|end| (end, end)),
        Fence::Plus | Fence::Hyphen => line_spans(rest)
            .find(|line| closes(fence, line.text))
            .map(|line| (line.start, line.end)),
    };
    let Some((end, body)) = end else {
        let hint = match fence {
            Fence::None | Fence::Plus => "write a line `+++` below its last key",
            Fence::Hyphen => "write a line `---` below its last key",
        };
        let no_end = Refusal::new(opening.number, "the front matter has no end", hint);
        return Err(match fence {
            Fence::None => tree::json::parse(rest, first_line).err().unwrap_or(no_end),
            Fence::Plus | Fence::Hyphen => no_end,
        });
    };
    let matter = &rest[..end];
    if matter.len() > FRONT_MATTER_BYTES_MAX {
        return Err(Refusal::new(
            opening.number,
            format!("the front matter is larger than {FRONT_MATTER_BYTES_MAX} bytes"),
            "keep the keys of the article there and write its text below",
        ));
    }
    let mut pairs = match syntax {
        Syntax::Toml => tree::toml::parse(matter, first_line, fields::key_names()),
        Syntax::Yaml => tree::yaml::parse(matter, first_line),
        Syntax::Json => tree::json::parse(matter, first_line),
    }?;
    fields::rename(&mut pairs, &context.settings.fields);
    Ok(FileParts {
        pairs,
        line: opening.number,
        body: rest[body..]
            .strip_prefix('\n')
            .filter(|_| fence == Fence::None)
            .unwrap_or(&rest[body..]),
    })
}

/// The line that opens the front matter: the first one that is neither blank nor a comment.
fn opening(text: &str) -> Option<(LineSpan<'_>, Syntax, Fence)> {
    let mut is_comment = false;
    for line in line_spans(text) {
        let content = line.text.trim();
        is_comment |= content.starts_with("<!--");
        if is_comment {
            is_comment = !content.ends_with("-->");
        } else if let Some((syntax, fence)) = opening_fence(content) {
            return Some((line, syntax, fence));
        } else if !content.is_empty() && !content.starts_with('#') {
            return None;
        }
    }
    None
}

/// What a line opens. Eleventy and others name the language behind the fence.
fn opening_fence(line: &str) -> Option<(Syntax, Fence)> {
    if line.starts_with('{') && !line.starts_with("{{") && !line.starts_with("{%") {
        return Some((Syntax::Json, Fence::None));
    }
    if line == "+++" {
        return Some((Syntax::Toml, Fence::Plus));
    }
    let language = line.strip_prefix("---")?.trim();
    let syntax = match language.to_ascii_lowercase().as_str() {
        "" | "yaml" | "yml" => Syntax::Yaml,
        "toml" => Syntax::Toml,
        "json" => Syntax::Json,
        _ => return None,
    };
    Some((syntax, Fence::Hyphen))
}

fn closes(fence: Fence, line: &str) -> bool {
    match fence {
        Fence::Plus => line.trim_end() == "+++",
        Fence::Hyphen => matches!(line.trim_end(), "---" | "..."),
        Fence::None => false,
    }
}

/// Where the JSON object at the start of a text ends.
fn end_of_object(text: &str) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    Some(values.byte_offset())
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
