//! From text to a TOML tree, with every syntax error that a person would correct one by one.
//!
//! The parser recovers and goes on, but one slip makes it complain many times. Here each value
//! keeps one complaint, and the caller learns which parts of the tree are guesses.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::config_file::ConfigFile;
use super::known_tables::KnownTables;
use super::pairs_on_line;

/// The tree of a file, and how far it may be believed.
pub(super) struct SyntaxTree<'a> {
    /// All tables and values, guessed ones included.
    pub(super) root: DeTable<'a>,
    pub(super) errors: Vec<SyntaxError>,
    /// Keys and values that the parser guessed.
    pub(super) broken: Vec<Range<usize>>,
    /// Whether a header or key could not be read: what follows may have been meant for another table.
    pub(super) is_shape_lost: bool,
}

#[derive(Clone)]
pub(super) struct SyntaxError {
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) hint: Option<String>,
    /// Whether it is about a list, on a line below that on which the list begins.
    pub(super) is_in_list: bool,
}

/// Parses `file`; the tree holds whatever could be read.
pub(super) fn parse(file: &ConfigFile) -> SyntaxTree<'_> {
    let (root, complaints) = DeTable::parse_recoverable(file.text());
    let root = root.into_inner();
    let mut entries = Vec::new();
    if !complaints.is_empty() {
        collect_entries(file, &root, &mut entries);
        entries.sort_by_key(|entry| entry.line.start);
    }

    let mut parsed = SyntaxTree {
        root,
        errors: Vec::new(),
        broken: Vec::new(),
        is_shape_lost: false,
    };
    let complaints = complaints.iter().map(|c| SyntaxError::of(file, c));
    let mut complaints: Vec<SyntaxError> = complaints.collect();
    complaints.sort_by_key(|complaint| complaint.span.start);
    for complaint in &complaints {
        if complaint.message != DUPLICATE {
            match entry_at(&entries, complaint.span.start) {
                Some(entry) if parsed.broken.last() == Some(&entry.line) => continue,
                Some(entry) => {
                    parsed.broken.push(entry.line.clone());
                    let error = entry.explain(file, &complaints);
                    let is_below = file.line(entry.line.start) < file.line(error.span.start);
                    let is_list = file.text()[entry.value.start..].starts_with('[');
                    parsed.errors.push(SyntaxError {
                        is_in_list: is_below && is_list,
                        ..error
                    });
                    continue;
                }
                None => parsed.is_shape_lost = true,
            }
        }
        parsed.errors.push(complaint.clone().explain(file));
    }
    // A person corrects a line as a whole.
    parsed
        .errors
        .dedup_by_key(|error| file.line(error.span.start));
    for error in parsed.errors.iter_mut().take(SPLIT_LINES_MAX) {
        if let Some(hint) = pairs_on_line::hint(file.line_text(error.span.start)) {
            error.message = "several keys stand on one line".to_owned();
            error.hint = Some(hint);
        }
    }
    parsed
}

/// Lines that are looked at for several keys.
const SPLIT_LINES_MAX: usize = 100;

/// The one complaint that leaves the tree as its author meant it.
const DUPLICATE: &str = "duplicate key";

impl SyntaxError {
    /// An error in the words of the parser.
    fn of(file: &ConfigFile, error: &toml::de::Error) -> SyntaxError {
        let end = file.text().len();
        let message = error.message();
        let message = message
            .strip_suffix(", expected nothing")
            .unwrap_or(message);
        SyntaxError {
            span: error.span().unwrap_or(end..end),
            message: message.to_owned(),
            hint: None,
            is_in_list: false,
        }
    }

    /// Whether a value lacks its end.
    pub(super) fn is_unclosed(&self) -> bool {
        self.message.starts_with("unclosed")
    }

    /// The same error in plain words, with a hint.
    fn explain(mut self, file: &ConfigFile) -> SyntaxError {
        let marked = file.text().get(self.span.clone()).unwrap_or_default();
        let unquoted = self.message.starts_with("string values must be quoted")
            || self.message.starts_with("invalid unquoted key");
        let hint = if unquoted && marked.is_empty() {
            self.message = "a value is missing".to_owned();
            "write a value behind `=`, or delete the line"
        } else if self.message == DUPLICATE {
            self.message = format!("`{marked}` is given twice");
            self.hint = Some(hint_of_duplicate(file, self.span.start));
            return self;
        } else if self.message.starts_with("unclosed array") {
            "write `]` behind the last item of the list"
        } else if self.is_unclosed() || self.message.starts_with("invalid multi-line") {
            "write the missing end, or delete the beginning"
        } else {
            "each line is `key = value`, the header of a table such as `[site]`, or a comment after `#`"
        };
        self.hint = Some(hint.to_owned());
        self
    }
}

/// The hint about a key or header that is given twice.
fn hint_of_duplicate(file: &ConfigFile, at: usize) -> String {
    let tables = KnownTables::all();
    let table = header_path(file.line_text(at)).and_then(|path| tables.find(path));
    match table {
        Some(table) if table.is_list => format!("write `{}`", table.header()),
        Some(table) => format!("write all its keys below one `{}`", table.header()),
        None => "delete one of the two".to_owned(),
    }
}

/// The name in a line that is the header of a table.
pub(super) fn header_path(line: &str) -> Option<&str> {
    let header = line.trim().split('#').next()?.trim_end();
    let path = header.strip_prefix('[')?.strip_suffix(']')?;
    Some(path.trim_matches(['[', ']', ' ']))
}

/// A key with its value, up to the end of its last line.
struct KeyValueSpans {
    line: Range<usize>,
    value: Range<usize>,
}

impl KeyValueSpans {
    /// The first of `complaints` about this entry; an unclosed value is shown where it opens,
    /// because the parser notices only when it has swallowed the lines below.
    fn explain(&self, file: &ConfigFile, complaints: &[SyntaxError]) -> SyntaxError {
        let from = complaints.partition_point(|c| c.span.start < self.line.start);
        let own = complaints[from..]
            .iter()
            .take_while(|complaint| complaint.span.start < self.line.end);
        let unclosed = own.clone().find(|c| c.message.starts_with("unclosed"));
        let complaint = match unclosed {
            Some(complaint) => SyntaxError {
                span: self.value.start..self.value.start + 1,
                ..complaint.clone()
            },
            None => complaints[from].clone(),
        };
        complaint.explain(file)
    }
}

fn entry_at(entries: &[KeyValueSpans], offset: usize) -> Option<&KeyValueSpans> {
    let behind = entries.partition_point(|entry| entry.line.start <= offset);
    let entry = entries[..behind].last()?;
    entry.line.contains(&offset).then_some(entry)
}

fn collect_entries(file: &ConfigFile, table: &DeTable<'_>, entries: &mut Vec<KeyValueSpans>) {
    for (key, value) in table {
        match value.get_ref() {
            DeValue::Table(table) => collect_entries(file, table, entries),
            DeValue::Array(array) if array.iter().any(|item| item.get_ref().is_table()) => {
                for table in array.iter().filter_map(|item| item.get_ref().as_table()) {
                    collect_entries(file, table, entries);
                }
            }
            _ => entries.push(KeyValueSpans {
                line: key.span().start..file.line_end(value.span().end) + 1,
                value: value.span(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn errors(text: &str) -> Vec<(usize, String)> {
        let file = ConfigFile::new("feeds.toml", text);
        parse(&file)
            .errors
            .into_iter()
            .map(|error| (file.line(error.span.start), error.message))
            .collect()
    }

    #[test]
    fn each_slip_is_reported_once() {
        for (text, expected) in [
            (
                "a = 5m\nb = 'x\nc = 1\nГод = 2\n",
                vec![
                    (1, "string values must be quoted, expected literal string"),
                    (2, "invalid literal string, expected `'`"),
                    (
                        4,
                        "invalid unquoted key, expected letters, numbers, `-`, `_`",
                    ),
                ],
            ),
            (
                "a = [1, 2\nb = 3\n[c]\nd = 1\n",
                vec![(1, "unclosed array, expected `]`")],
            ),
            ("a = 1\na = 2\n", vec![(2, "`a` is given twice")]),
            (
                "[x]\na = 1\n[x]\nb =\n",
                vec![(3, "`x` is given twice"), (4, "a value is missing")],
            ),
            (
                "title Дала\nb = 1",
                vec![(1, "key with no value, expected `=`")],
            ),
            ("a = 007", vec![(1, "unexpected leading zero")]),
        ] {
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(line, message)| (line, message.to_owned()))
                .collect();
            assert_eq!(errors(text), expected, "{text}");
        }
    }

    #[test]
    fn a_broken_header_loses_the_shape_and_a_broken_value_does_not() {
        for (text, expected) in [
            ("[site\ntitle = 'x'", true),
            ("title 'x'", true),
            ("[site]\ntitle = x", false),
            ("[site]\na = 1\n[site]\nb = 2", false),
        ] {
            let file = ConfigFile::new("feeds.toml", text);
            assert_eq!(parse(&file).is_shape_lost, expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_either_a_tree_or_errors_with_a_place(text in "[\\[\\]{}=\",'#a.\n\\\\я1 -]{0,60}") {
            let file = ConfigFile::new("feeds.toml", &text);
            let parsed = parse(&file);
            for error in &parsed.errors {
                prop_assert!(error.span.start <= file.text().len());
            }
            prop_assert_eq!(parsed.errors.is_empty(), DeTable::parse(file.text()).is_ok());
        }
    }
}
