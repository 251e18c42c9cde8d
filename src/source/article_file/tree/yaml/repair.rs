//! Repairs YAML front matter in which quotes are missing.

/// What is wrong with the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Fault {
    /// It cannot be parsed.
    Syntax,
    /// A list has an empty item, which may have been a tag with its `#`.
    EmptyItem,
}

/// Removes `#` before tags, and adds quotes around the values of [`TEXT_KEYS`] in text that cannot be
/// parsed.
pub(in crate::source) fn repair(text: &str, fault: Fault) -> String {
    let mut repaired = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
        let key = rest.split(':').next().unwrap_or(rest).trim_end();
        repaired.push_str(indent);
        if fault == Fault::Syntax && TEXT_KEYS.contains(&key) {
            repaired.push_str(&quote_value(rest));
        } else if rest.starts_with('-') || LIST_KEYS.contains(&key) {
            repaired.push_str(&strip_hashes(rest));
        } else {
            repaired.push_str(rest);
        }
    }
    repaired
}

/// Removes the quote at the beginning of a text of one line, if it has its end only behind a key below. `None` if
/// there is none.
pub(in crate::source) fn without_open_quotes(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut removed: Vec<usize> = Vec::new();
    let (mut start, mut open) = (0, None);
    for line in lines {
        let begins_key = key_of(line).is_some();
        if let Some((at, quote, has_key)) = open {
            let has_key = has_key || begins_key;
            open = match line.find(quote) {
                None => Some((at, quote, has_key)),
                Some(close) => {
                    if has_key {
                        removed.push(at);
                        let is_last = line[close + 1..].trim().is_empty();
                        removed.extend(is_last.then_some(start + close));
                    }
                    None
                }
            };
        }
        // A line that ends one text may begin the next.
        if open.is_none() {
            open = open_quote(line).map(|(at, quote)| (start + at, quote, false));
        }
        start += line.len();
    }
    if removed.is_empty() {
        return None;
    }
    let mut without = text.to_owned();
    removed.sort_unstable();
    removed.dedup();
    for at in removed.into_iter().rev() {
        without.remove(at);
    }
    Some(without)
}

/// The key at the beginning of a line.
fn key_of(line: &str) -> Option<&str> {
    let (key, behind) = line.split_once(':')?;
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let is_key = !key.is_empty() && key.chars().all(is_part);
    (is_key && behind.starts_with(char::is_whitespace)).then_some(key)
}

/// The quote at the beginning of the value of one of [`TEXT_KEYS`], if the line has no other such quote.
fn open_quote(line: &str) -> Option<(usize, char)> {
    let key = key_of(line).filter(|key| TEXT_KEYS.contains(key))?;
    let value = line[key.len() + 1..].trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let is_open = !value[1..].contains(quote);
    is_open.then_some((line.len() - value.len(), quote))
}

/// Keys whose value is a text on one line.
const TEXT_KEYS: [&str; 15] = [
    "title",
    "headline",
    "name",
    "subtitle",
    "description",
    "summary",
    "excerpt",
    "section",
    "category",
    "author",
    "byline",
    "role",
    "alt",
    "caption",
    "credit",
];

/// Those of them that never are lists.
const HEADLINE_KEYS: [&str; 3] = ["title", "headline", "subtitle"];

/// Keys whose values people write as hashtags.
pub(in crate::source) const LIST_KEYS: [&str; 4] = ["tags", "categories", "sections", "keywords"];

/// Puts the value of `key: value` in quotes, unless it has quotes or continues on the next line.
fn quote_value(line: &str) -> String {
    let (content, end) = line.split_at(line.trim_end().len());
    let Some((key, value)) = content.split_once(':') else {
        return line.to_owned();
    };
    let value = value.trim_start();
    let is_open = value.is_empty() || value.starts_with(['|', '>', '{']);
    // A headline may begin with `[Видео]`.
    let is_list = value.starts_with('[') && value.ends_with(']') && !HEADLINE_KEYS.contains(&key);
    if is_open || is_list || is_quoted(value) {
        return line.to_owned();
    }
    format!("{key}: '{}'{end}", value.replace('\'', "''"))
}

/// Whether a value is one text in quotes. A headline may only begin and end with a name in quotes.
fn is_quoted(value: &str) -> bool {
    let inner = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    let double =
        inner('"').map(|inner| inner.replace("\\\\", "").replace("\\\"", "").contains('"'));
    let single = inner('\'').map(|inner| inner.replace("''", "").contains('\''));
    double == Some(false) || single == Some(false)
}

/// Removes each `#` at the start of a word.
fn strip_hashes(line: &str) -> String {
    let mut before = ' ';
    let mut rest = line.chars().peekable();
    let mut stripped = String::with_capacity(line.len());
    while let Some(c) = rest.next() {
        let begins = before.is_whitespace() || matches!(before, '[' | ',');
        let word = rest.peek().is_some_and(|next| next.is_alphanumeric());
        if !(c == '#' && begins && word) {
            stripped.push(c);
        }
        before = c;
    }
    stripped
}
