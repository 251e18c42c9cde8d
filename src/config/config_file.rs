//! The text of `feeds.toml`, which turns byte offsets into places that a person finds.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::secrets::{may_hold_secret, without_secrets};
use crate::model::problem::{Problem, Severity};

/// A configuration file as it was read: its name and its text.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    name: String,
    text: String,
    /// The offset of every line's first byte; the first one is 0.
    line_starts: Vec<usize>,
}

impl ConfigFile {
    /// The file `name` with this text; a byte order mark is dropped.
    pub fn new(name: &str, text: &str) -> ConfigFile {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        ConfigFile {
            name: name.to_owned(),
            text: text.to_owned(),
            line_starts: std::iter::once(0).chain(after_breaks).collect(),
        }
    }

    /// The file, as the user would name it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text that byte offsets count in.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A problem with its line, column and excerpt, which a line that may hold a secret lacks; without `span` it
    /// concerns the whole file.
    pub fn problem(
        &self,
        severity: Severity,
        span: Option<Range<usize>>,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Problem {
        let mut problem = Problem {
            severity,
            file: self.name.clone(),
            line: None,
            column: None,
            message: message.into(),
            hint,
            excerpt: None,
        };
        if let Some(span) = span {
            let start = self.text.floor_char_boundary(span.start);
            let (line_start, line_end) = (self.line_start(start), self.line_end(start));
            let text = &self.text[line_start..line_end];
            let from = (start - line_start).min(text.len());
            let to = text.floor_char_boundary(span.end.saturating_sub(line_start).max(from));
            let (line, column) = (self.line(start), text[..from].chars().count() + 1);
            let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            problem.line = Some(number(line));
            problem.column = Some(number(column));
            if !self.may_hold_secret(start) {
                problem.excerpt = Some(excerpt(text, line, from..to.max(from)));
            }
        }
        problem
    }

    /// The line with `text` in place of what stands at `span`; `None` if that ends on another line.
    pub(super) fn line_with(&self, span: &Range<usize>, text: &str) -> Option<String> {
        let (start, end) = (self.line_start(span.start), self.line_end(span.start));
        let before = self.text.get(start..span.start)?;
        let behind = self.text.get(span.end..end)?;
        Some(format!("{before}{text}{behind}").trim().to_owned())
    }

    /// The line that holds the byte at `offset`.
    pub(super) fn line_text(&self, offset: usize) -> &str {
        let line = self.line_start(offset)..self.line_end(offset);
        self.text.get(line).unwrap_or_default()
    }

    /// Whether the line that holds the byte at `offset` may hold a secret, or the value of a key above it that
    /// names one.
    pub(super) fn may_hold_secret(&self, offset: usize) -> bool {
        let above = self.line_start(offset).checked_sub(1);
        let above = above.map(|end| self.line_text(end));
        let is_open = |line: &str| {
            line.ends_with(['=', ':', '[', '{'])
                || line.ends_with("\"\"\"")
                || line.ends_with("'''")
        };
        may_hold_secret(self.line_text(offset))
            || above.is_some_and(|above| is_open(above.trim_end()) && may_hold_secret(above))
    }

    /// The number, from 1, of the line that holds the byte at `offset`.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|&start| start <= offset)
    }

    /// The offset behind the last character of the line that holds `offset`.
    pub(super) fn line_end(&self, offset: usize) -> usize {
        let next = self.line_starts.get(self.line(offset)).copied();
        let end = next.unwrap_or(self.text.len());
        let line = self.text.get(..end).unwrap_or(&self.text);
        line.trim_end_matches(['\n', '\r']).len().max(
            // Behind blank lines the trimming may have gone above the line itself.
            self.line_start(offset),
        )
    }

    fn line_start(&self, offset: usize) -> usize {
        self.line_starts[self.line(offset) - 1]
    }
}

/// The line with its number, and carets under the bytes `marked`.
///
/// The renderer knows how wide each character is; its title and its leading empty line are left out,
/// for a problem prints its own first line.
fn excerpt(line: &str, number: usize, marked: Range<usize>) -> String {
    let text = without_secrets(line);
    let snippet = Snippet::source(text.as_str())
        .line_start(number)
        .annotation(AnnotationKind::Primary.span(marked));
    let group = Group::with_level(Level::ERROR).element(snippet);
    let rendered = Renderer::plain().render(&[group]);
    let lines: Vec<&str> = rendered.lines().skip(1).map(str::trim_end).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, span: Range<usize>) -> String {
        ConfigFile::new("feeds.toml", text)
            .problem(Severity::Error, Some(span), "wrong", Some("mend it".into()))
            .to_string()
    }

    #[test]
    fn carets_stand_under_the_characters_that_are_meant() {
        for (text, marked, expected) in [
            (
                "x = 1\ntitle = \"Дала\" # ой",
                "ой",
                "feeds.toml:2:18: error: wrong\n\
                 2 | title = \"Дала\" # ой\n  |                  ^^\n  hint: mend it",
            ),
            (
                "\u{feff}имя\r\nй = 'и\u{306}я'\r\n",
                "'и\u{306}я'",
                "feeds.toml:2:5: error: wrong\n\
                 2 | й = 'и\u{306}я'\n  |     ^^^^\n  hint: mend it",
            ),
            (
                "a = [\n  1,\n]\n",
                "[\n  1,\n]",
                "feeds.toml:1:5: error: wrong\n1 | a = [\n  |     ^\n  hint: mend it",
            ),
            (
                "\n\n\n😀 = 1",
                "= 1",
                "feeds.toml:4:3: error: wrong\n4 | 😀 = 1\n  |    ^^^\n  hint: mend it",
            ),
        ] {
            let file = ConfigFile::new("feeds.toml", text);
            let start = file.text().find(marked).expect("the text holds it");
            assert_eq!(shown(text, start..start + marked.len()), expected);
        }
    }

    #[test]
    fn a_span_at_or_behind_the_end_is_shown_on_the_last_line() {
        for (text, span) in [("", 0..0), ("a = ", 4..4), ("a = \"я", 900..1000)] {
            let shown = shown(text, span);
            assert!(shown.starts_with("feeds.toml:1:"), "{shown}");
            assert!(shown.contains('^'), "{shown}");
        }
    }

    #[test]
    fn a_problem_of_the_whole_file_has_no_place() {
        let problem =
            ConfigFile::new("feeds.toml", "").problem(Severity::Warning, None, "it is empty", None);
        assert_eq!(problem.to_string(), "feeds.toml: warning: it is empty");
    }
}
