//! How feeds.toml writes a term.

use super::form::{Form, matching};
use crate::model::term::TermKind;

/// A term. Only the table that names it knows the rest: which kinds it takes, and where it stands.
pub(super) const TERM: Form<String> = Form {
    expected: || {
        "a tag, bare or with `#`, or `section:`, `author:`, `lang:` or `tag:` with a name"
            .to_owned()
    },
    schema: || {
        let prefixes = TermKind::ALL.map(|kind| any_case(kind.prefix())).join("|");
        matching(&format!(r"^\s*#|^[^:]*$|^\s*({prefixes})\s*:"))
    },
    parse: |text| Ok(text.to_owned()),
};

/// A pattern for `word` in small or capital letters.
fn any_case(word: &str) -> String {
    let letters = word.chars();
    letters
        .map(|c| format!("[{}{c}]", c.to_ascii_uppercase()))
        .collect()
}
