//! Warnings about titles and names that are probably damaged: nobody finds what is spelled so.

use super::{Draft, WARNINGS_MAX, Warning};
use crate::text::{self, excerpt};

/// The warnings of the title, the sections, the tags and the authors of `draft`.
pub(super) fn warnings(draft: &Draft) -> impl Iterator<Item = Warning> {
    let title = std::iter::once(("the title", draft.title.as_str()));
    let sections = draft.sections.iter().map(|section| &section.name);
    let sections = sections.map(|name| ("a section", name.as_str()));
    let tags = draft.tags.iter().map(|tag| ("a tag", tag.name.as_str()));
    let authors = draft.authors.iter().map(|author| &author.name);
    let authors = authors.map(|name| ("an author", name.as_str()));
    let written = title.chain(sections).chain(tags).chain(authors);
    written
        .flat_map(|(what, written)| [damaged(what, written), mixed(what, written)])
        .flatten()
        .take(WARNINGS_MAX)
}

fn damaged(what: &str, written: &str) -> Option<Warning> {
    // Most names have no character that begins with this byte in UTF-8.
    memchr::memchr(0xef, written.as_bytes())?;
    let shown = written
        .contains(char::REPLACEMENT_CHARACTER)
        .then(|| excerpt(written))?;
    Some(Warning::new(
        None,
        format!("{what} has a character that was lost in a conversion (U+FFFD): `{shown}`"),
        "type it again; the character is left out",
    ))
}

fn mixed(what: &str, written: &str) -> Option<Warning> {
    let word = text::mixed_word(written)?;
    Some(Warning::new(
        None,
        format!(
            "{what} has a word of Latin and Cyrillic letters: `{}`",
            excerpt(word)
        ),
        "type the word again in one alphabet; searches and subscriptions do not find it as it is",
    ))
}
