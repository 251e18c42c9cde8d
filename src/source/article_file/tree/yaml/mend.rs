//! Front matter that is meant well: quotes where YAML wants them.

/// The same text with quotes around sentences and without `#` in front of tags.
pub(in crate::source) fn mend(text: &str) -> String {
    let mut mended = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
        let key = rest.split(':').next().unwrap_or(rest).trim_end();
        mended.push_str(indent);
        if TEXTS.contains(&key) {
            mended.push_str(&quoted(rest));
        } else if rest.starts_with('-') || LISTS.contains(&key) {
            mended.push_str(&without_hashes(rest));
        } else {
            mended.push_str(rest);
        }
    }
    mended
}

/// Keys whose text on one line may be anything a person types.
const TEXTS: [&str; 7] = [
    "title",
    "description",
    "summary",
    "section",
    "author",
    "alt",
    "credit",
];

/// Keys whose values are written as hashtags now and then.
pub(in crate::source) const LISTS: [&str; 4] = ["tags", "categories", "sections", "keywords"];

/// `key: sentence` with the sentence in quotes, unless it is in quotes or goes on below.
fn quoted(line: &str) -> String {
    let (content, end) = line.split_at(line.trim_end().len());
    let Some((key, value)) = content.split_once(':') else {
        return line.to_owned();
    };
    let value = value.trim_start();
    let closed = |quote| value.len() > 1 && value.starts_with(quote) && value.ends_with(quote);
    if value.is_empty() || value.starts_with(['|', '>', '{']) || closed('"') || closed('\'') {
        return line.to_owned();
    }
    format!("{key}: '{}'{end}", value.replace('\'', "''"))
}

/// A line without each `#` that begins a word.
fn without_hashes(line: &str) -> String {
    let mut before = ' ';
    let mut rest = line.chars().peekable();
    let mut kept = String::with_capacity(line.len());
    while let Some(c) = rest.next() {
        let begins = before.is_whitespace() || matches!(before, '[' | ',');
        let word = rest.peek().is_some_and(|next| next.is_alphanumeric());
        if !(c == '#' && begins && word) {
            kept.push(c);
        }
        before = c;
    }
    kept
}
