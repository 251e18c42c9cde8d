//! The lines of feeds.toml that are no TOML but tell what was meant, and the file as it was meant.
//!
//! The rest of the loader reads that file, so that one slip hides nothing below it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::config_file::ConfigFile;
use super::keys::root;
use super::known_tables::{KnownTable, KnownTables};
use super::line_correction::{LineContext, SlipKind, correct};
use super::secrets::may_hold_secret;
use super::syntax::{self, SyntaxError, header_path};
use super::unknown_key;
use crate::text::latin_spelling;

/// Lines of a file that are corrected; more would not be read.
const LINES_MAX: usize = 100;

/// How often a file is parsed again: a correction may lay open further errors.
const ROUNDS_MAX: usize = 4;

/// A file as it was meant.
pub(super) struct CorrectedFile {
    /// It has the same lines as the file, but those of `corrections`.
    pub(super) file: ConfigFile,
    /// By the number of the line.
    pub(super) corrections: BTreeMap<usize, Correction>,
}

/// What is wrong with a line, and the line as it was meant.
pub(super) struct Correction {
    /// A place of the file as it was read.
    pub(super) span: Range<usize>,
    pub(super) message: String,
    /// The line as it was meant.
    pub(super) text: String,
    /// Instead of the line.
    pub(super) hint: Option<String>,
    /// What is wrong with the line as it was meant: then it is no better than the line of the file.
    pub(super) refusal: Option<String>,
}

impl Correction {
    /// Replaces the line by what its own value was meant to be.
    pub(super) fn meant_is(&mut self, line: String) {
        self.text = line;
        self.hint = None;
    }

    /// Takes the hint about the line as it was meant, in place of that line.
    pub(super) fn refuse(&mut self, hint: String) {
        self.refusal.get_or_insert(hint);
    }
}

/// Corrects the lines with these errors, as far as it is known what they were meant to be.
pub(super) fn correct_file(file: &ConfigFile, errors: &[SyntaxError]) -> CorrectedFile {
    let tables = KnownTables::all();
    let mut corrected = CorrectedFile {
        file: file.clone(),
        corrections: BTreeMap::new(),
    };
    let mut errors = errors.to_vec();
    for _ in 0..ROUNDS_MAX {
        let lines = correct_lines(&mut corrected, file, &errors, tables);
        let Some(lines) = lines else {
            break;
        };
        corrected.file = ConfigFile::new(file.name(), &lines.join("\n"));
        errors = syntax::parse(&corrected.file).errors;
    }
    corrected
}

/// The lines with further corrections; `None` if there are none.
fn correct_lines(
    corrected: &mut CorrectedFile,
    file: &ConfigFile,
    errors: &[SyntaxError],
    tables: &'static KnownTables,
) -> Option<Vec<String>> {
    let of_line = |error: &SyntaxError| (corrected.file.line(error.span.start), error.clone());
    let errors: BTreeMap<usize, SyntaxError> = errors.iter().rev().map(of_line).collect();
    let before = corrected.corrections.len();
    let mut lines: Vec<String> = Vec::new();
    let mut table = None;
    let mut start = 0;
    let mut all = file.text().split('\n').peekable();
    for number in 1.. {
        let Some(line) = all.next() else {
            break;
        };
        let below = all.peek().copied().unwrap_or_default();
        let current = match corrected.corrections.get(&number) {
            Some(correction) => correction.text.clone(),
            None => line.to_owned(),
        };
        let has_room = corrected.corrections.len() < LINES_MAX;
        let error = errors
            .get(&number)
            .filter(|_| has_room && !corrected.corrections.contains_key(&number));
        let correction =
            error.and_then(|error| correct_line(tables, line, below, error, table, start));
        let current = match correction {
            Some(correction) => {
                let text = correction.text.clone();
                corrected.corrections.insert(number, correction);
                text
            }
            None => current,
        };
        if current.trim_start().starts_with('[')
            && let Some(path) = header_path(&current)
        {
            table = tables.find(path);
        }
        lines.push(current);
        start += line.len() + 1;
    }
    (corrected.corrections.len() > before).then_some(lines)
}

/// What a line with an error was meant to be. It begins at `start`, above the line `below`, and stands in `table`.
fn correct_line(
    tables: &'static KnownTables,
    line: &str,
    below: &str,
    error: &SyntaxError,
    table: Option<&KnownTable>,
    start: usize,
) -> Option<Correction> {
    let keys: Vec<&'static str> = match table {
        Some(table) => table.keys.names().collect(),
        None => root::TABLE.names().collect(),
    };
    let of_type = |name: &str| -> Vec<&'static str> {
        let all = table.into_iter().flat_map(|table| table.keys.all());
        let of_type = all.filter(|key| key.schema["type"] == name);
        of_type.map(|key| key.name).collect()
    };
    let (switches, numbers) = (of_type("boolean"), of_type("integer"));
    let header = move |name: &str| Some(tables.find(name)?.header());
    let context = LineContext {
        keys: &keys,
        switches: &switches,
        numbers: &numbers,
        header: Some(&header),
        is_in_list: error.is_in_list,
        // Where items stand below, the end belongs behind the last one.
        ends_list: error.is_unclosed() && !below.trim_start().starts_with(['"', '\'']),
    };
    let corrected = correct(line, &context)?;
    let at = corrected.slip.at;
    let hint = match &corrected.slip.kind {
        SlipKind::UnknownKey(key) => {
            let key = key.split_whitespace().collect::<Vec<_>>().join("-");
            let key = latin_spelling(&key).unwrap_or(key);
            let table = table.map_or(&root::TABLE, |table| table.keys);
            Some(unknown_key::hint(&key, table, false))
        }
        _ if corrected.text.is_empty() => Some("delete this line".to_owned()),
        _ => None,
    };
    let message = match &corrected.slip.kind {
        // Without a sign between them, the value counts as a part of the key.
        SlipKind::UnknownKey(key) if key.contains(' ') && may_hold_secret(key) => {
            "unknown key".to_owned()
        }
        kind => kind.to_string(),
    };
    Some(Correction {
        span: start + at.start..start + at.end,
        message,
        text: corrected.text,
        hint,
        refusal: None,
    })
}
