//! Several keys with their values on one line, as other languages have them.

use toml::de::DeTable;

use super::known_tables::KnownTables;
use super::line_correction::LINE_BYTES_MAX;
use super::secrets::{may_hold_secret, without_secrets};

/// The hint about a line with several known keys that have values; `None` if it is none.
pub(super) fn hint(line: &str) -> Option<String> {
    if line.len() > LINE_BYTES_MAX {
        return None;
    }
    let line = &without_secrets(line);
    let pairs = split(line)?;
    Some(match may_hold_secret(line) {
        true => "write each key on a line of its own".to_owned(),
        false => {
            let pairs: Vec<String> = pairs.iter().map(|pair| format!("`{pair}`")).collect();
            format!(
                "write each key on a line of its own: {}",
                pairs.join(" and ")
            )
        }
    })
}

/// The parts of a line of which each is a key with its value.
fn split(line: &str) -> Option<Vec<&str>> {
    let mut starts = vec![0];
    let (mut quote, mut depth, mut is_escaped) = (None, 0_u32, false);
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some('"'), '\\') if !is_escaped => {
                is_escaped = true;
                continue;
            }
            (Some(open), c) if open == c && !is_escaped => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth = depth.saturating_sub(1),
            (None, '#') => break,
            (None, _)
                if depth == 0 && at > 0 && is_separator(before) && begins_pair(&line[at..]) =>
            {
                starts.push(at);
            }
            (None, _) => {}
        }
        is_escaped = false;
        before = c;
    }
    let ends = starts.iter().copied().skip(1).chain([line.len()]);
    let parts = starts.iter().zip(ends).map(|(start, end)| {
        let part = line[*start..end].trim_matches(is_separator);
        DeTable::parse(part).is_ok().then_some(part)
    });
    let parts: Option<Vec<&str>> = parts.collect();
    parts.filter(|parts| parts.len() > 1)
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || c == ';' || c == ','
}

/// Whether a text begins with a known key and its `=`.
fn begins_pair(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let behind = text.trim_start_matches(is_part);
    let key = &text[..text.len() - behind.len()];
    behind.trim_start().starts_with('=') && KnownTables::all().with_key(key).next().is_some()
}
