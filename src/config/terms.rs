//! Terms in `feeds.toml`, and `[same]`, which makes several count as one.

use std::collections::{BTreeMap, BTreeSet};

use super::environment::StringValue;
use super::table::Table;
use super::{Alias, NamedTerm};
use crate::model::term::{Term, TermKind};
use crate::text::nearest::{did_you_mean, nearest};

/// Reads the term under `key` of `table`, and remembers that the file names it.
pub(super) fn read(table: &Table<'_>, key: &str, text: &StringValue) -> Option<NamedTerm> {
    let written = text.value.trim_start();
    if let Some(meant) = written
        .strip_prefix(['!', '-'])
        .filter(|meant| meant.starts_with('#'))
    {
        let message = format!("{key}: {} does not exclude the tag", text.quoted());
        let hint = format!("write `{meant}` in `none` to leave out what has it");
        table.doubt(text, message, Some(hint));
    }
    match Term::split(&text.value) {
        Ok((kind, name)) => name_term(table, key, text, kind, name),
        Err(_) => {
            let message = format!("{key}: {} begins with an unknown prefix", text.quoted());
            table.refuse(text, message, Some(meant_prefix(&text.value)));
            None
        }
    }
}

/// Reads a term where only `kind` makes sense: a bare text is of that kind.
pub(super) fn read_of(
    table: &Table<'_>,
    key: &str,
    text: &StringValue,
    kind: TermKind,
) -> Option<NamedTerm> {
    let is_bare = !text.value.contains(':') && !text.value.trim_start().starts_with('#');
    if is_bare {
        return name_term(table, key, text, kind, text.value.trim());
    }
    let named = read(table, key, text)?;
    if named.term.kind != kind {
        let message = format!("{key}: {} is no {}", text.quoted(), kind.prefix());
        table.refuse(text, message, None);
        return None;
    }
    Some(named)
}

fn name_term(
    table: &Table<'_>,
    key: &str,
    text: &StringValue,
    kind: TermKind,
    name: &str,
) -> Option<NamedTerm> {
    let Some(term) = Term::new(kind, name) else {
        let message = format!("{key}: {} holds no letter or digit", text.quoted());
        table.refuse(text, message, None);
        return None;
    };
    let named = NamedTerm {
        term,
        text: name.trim().to_owned(),
        span: text.span.clone(),
    };
    table.reader.name_term(named.clone());
    Some(named)
}

fn meant_prefix(text: &str) -> String {
    let prefix = text.split(':').next().unwrap_or_default();
    let known = TermKind::ALL.into_iter().map(TermKind::prefix);
    match nearest(prefix.trim(), known) {
        Some(near) => did_you_mean(format!("{near}:")),
        None => "the prefixes are `tag:`, `section:`, `author:` and `lang:`; a tag with a colon is written `#…`"
            .to_owned(),
    }
}

/// Reads `[same]`: on each line the term to keep, then those that count as it.
pub(super) fn read_same(table: &Table<'_>) -> Vec<Alias> {
    let mut groups = Vec::new();
    for (key, value) in table.key_values() {
        let name: &str = key.get_ref();
        let left = table.reader.text(name, key.span());
        let left = left.and_then(|text| Some((read(table, "left side", &text)?, text)));
        let right = table.read_texts(name, value, true).unwrap_or_default();
        let right = right
            .into_iter()
            .filter_map(|text| Some((read(table, "right side", &text)?, text)))
            .collect();
        if let Some((left, text)) = left {
            groups.push(AliasGroup { left, text, right });
        }
    }
    check_groups(table, &groups);
    groups.into_iter().flat_map(AliasGroup::aliases).collect()
}

/// A line of `[same]`: the term that is kept, as written, and those that count as it.
struct AliasGroup {
    left: NamedTerm,
    text: StringValue,
    right: Vec<(NamedTerm, StringValue)>,
}

impl AliasGroup {
    fn aliases(self) -> impl Iterator<Item = Alias> {
        let NamedTerm { term, text, .. } = self.left;
        self.right.into_iter().map(move |(from, _)| Alias {
            from: from.term,
            from_text: from.text,
            to: term.clone(),
            to_text: text.clone(),
        })
    }
}

/// A term that is kept and replaced, or replaced by two, would have no one address.
fn check_groups(table: &Table<'_>, groups: &[AliasGroup]) {
    let kept: BTreeSet<&Term> = groups.iter().map(|group| &group.left.term).collect();
    let mut lefts: BTreeMap<&Term, usize> = BTreeMap::new();
    let mut rights: BTreeMap<&Term, usize> = BTreeMap::new();
    for AliasGroup { left, text, right } in groups {
        if let Some(first) = lefts.insert(&left.term, left.span.start) {
            table.refuse_repeated(text, "stands on the left", first);
        }
        for (from, text) in right {
            if kept.contains(&from.term) {
                let message = format!("{} stands on both sides", text.quoted());
                let hint = "a term is either kept or replaced";
                table.refuse(text, message, Some(hint.to_owned()));
            } else if let Some(first) = rights.insert(&from.term, from.span.start) {
                table.refuse_repeated(text, "stands on the right", first);
            } else if from.term.kind != left.term.kind {
                let kind = left.term.kind.prefix();
                let message = format!("{} is no {kind}, but counts as one", text.quoted());
                table.refuse(text, message, None);
            }
        }
    }
}
