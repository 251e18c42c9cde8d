//! `[[redirect]]`: where addresses of the past lead.

mod pattern;
mod table;

use std::collections::HashMap;

use self::pattern::{Pattern, PatternTarget, has_names};
pub use self::table::RedirectTable;
use self::table::{From, Rule, To};
use super::environment::StringValue;
use super::form::Mismatch;
use super::keys::redirect as key;
use super::table::Table;
use super::{RedirectTarget, RedirectTo, address};
use crate::model::url_encoding::normalize_path;

/// Redirects with names in braces. An address that has no redirect is compared with all of them.
const PATTERNS_MAX: usize = 100;

/// A rule with its place in the file.
struct ReadRule<'t, 'a> {
    table: &'t Table<'a>,
    rule: Rule,
    /// `from` and `to` as written.
    from_text: StringValue,
    to_text: StringValue,
}

/// The first rule for an address.
struct FirstRule {
    written: String,
    place: usize,
    to: Option<To>,
}

/// Reads every `[[redirect]]`. Each address may be redirected once, and none back to itself. A path may
/// leave out the prefix of the public address, as in requests.
pub(super) fn read(tables: &[Table<'_>], public_url: &str) -> RedirectTable {
    let prefix = address::prefix(public_url);
    let mut first_rules = HashMap::new();
    let read = tables
        .iter()
        .filter_map(|table| read_one(table, &prefix, &mut first_rules));
    let read: Vec<ReadRule<'_, '_>> = read.collect();
    let are_many = refuse_many_patterns(&read);
    let table = RedirectTable::new(read.iter().map(|read| read.rule.clone()).collect());
    // The search for circles compares each of them with all.
    if !are_many {
        refuse_circles(&read, &table);
    }
    table
}

fn read_one<'t, 'a>(
    table: &'t Table<'a>,
    prefix: &str,
    first_rules: &mut HashMap<String, FirstRule>,
) -> Option<ReadRule<'t, 'a>> {
    table.refuse_unknown_keys();
    let from_text = table.text(&key::FROM);
    let from = from_text
        .as_ref()
        .and_then(|text| read_from(table, text, prefix));
    let to_text = table.text(&key::TO);
    let to = to_text
        .as_ref()
        .and_then(|text| read_to(table, text, prefix, from.as_ref()));
    let (from, from_text) = (from?, from_text?);
    if !is_first(table, &from, &from_text, to.as_ref(), first_rules) {
        return None;
    }
    let rule = Rule { from, to: to? };
    if let (To::Fixed(RedirectTo::Moved(path)), Some(text)) = (&rule.to, &to_text)
        && path.starts_with('/')
    {
        table.reader.name_redirect_target(RedirectTarget {
            path: path.clone(),
            span: text.span.clone(),
        });
    }
    Some(ReadRule {
        table,
        rule,
        from_text,
        to_text: to_text?,
    })
}

/// Whether no earlier rule is for the same addresses. Such a rule is reported, but `/a` and `/a/`, for which
/// earlier versions needed two rules, may lead to the same.
fn is_first(
    table: &Table<'_>,
    from: &From,
    text: &StringValue,
    to: Option<&To>,
    first_rules: &mut HashMap<String, FirstRule>,
) -> bool {
    let address = match from {
        From::Address(address) => address.clone(),
        From::Pattern(pattern) => pattern.shape(),
    };
    let Some(first) = first_rules.get(&address) else {
        let rule = FirstRule {
            written: text.value.clone(),
            place: text.span.start,
            to: to.cloned(),
        };
        first_rules.insert(address, rule);
        return true;
    };
    if first.written == text.value || first.to.as_ref() != to {
        table.refuse_repeated(text, "is redirected", first.place);
    }
    false
}

fn read_from(table: &Table<'_>, text: &StringValue, prefix: &str) -> Option<From> {
    let from = table.accept(key::FROM.name, &key::FROM.kind, text)?;
    if let Some(decoded) = address::decoded(&from) {
        let message = format!(
            "{} is compared after decoding: it never matches",
            text.quoted()
        );
        table.doubt(text, message, Some(format!("write `{decoded}`")));
    }
    let from = below_prefix(prefix, &from);
    if has_names(from) {
        let pattern = table.accept_parsed(key::FROM.name, Pattern::parse(from), text)?;
        return Some(From::Pattern(pattern));
    }
    Some(From::Address(match from.split_once('?') {
        Some((path, query)) => format!("{}?{query}", normalize_path(path)),
        None => normalize_path(from),
    }))
}

/// A path without the prefix, if it has it, percent-encoded or not.
fn below_prefix<'p>(prefix: &str, path: &'p str) -> &'p str {
    let decoded = address::decoded(prefix);
    let path = address::below(prefix, path);
    decoded.map_or(path, |decoded| address::below(&decoded, path))
}

/// Reads `to`, whose names are those of `from`.
fn read_to(table: &Table<'_>, text: &StringValue, prefix: &str, from: Option<&From>) -> Option<To> {
    let to = table.accept(key::TO.name, &key::TO.kind, text)?;
    let RedirectTo::Moved(moved) = to else {
        return Some(To::Fixed(to));
    };
    let refuse = |expected| {
        let refused = Err(Mismatch::expected(expected));
        table.accept_parsed(key::TO.name, refused, text)
    };
    match from? {
        From::Address(_) if has_names(&text.value) => {
            refuse("an address without names in braces, for `from` has none")
        }
        From::Pattern(_) if !moved.starts_with('/') => {
            refuse("a path on this server, or empty, for `from` has names in braces")
        }
        From::Pattern(pattern) if has_names(&text.value) => {
            let target = PatternTarget::parse(below_prefix(prefix, &text.value), pattern);
            let target = table.accept_parsed(key::TO.name, target, text)?;
            Some(To::Named(target))
        }
        From::Address(_) | From::Pattern(_) => {
            let below = address::below(prefix, &moved).to_owned();
            Some(To::Fixed(RedirectTo::Moved(below)))
        }
    }
}

/// Whether there are more redirects with names than there may be, which is reported.
fn refuse_many_patterns(read: &[ReadRule<'_, '_>]) -> bool {
    let patterns = read.iter();
    let mut patterns = patterns.filter(|read| matches!(read.rule.from, From::Pattern(_)));
    let Some(first) = patterns.nth(PATTERNS_MAX) else {
        return false;
    };
    let message = format!("at most {PATTERNS_MAX} redirects may have names in braces");
    first.table.refuse(&first.from_text, message, None);
    true
}

/// A circle is reported once, at the first rule that leads into it.
fn refuse_circles(read: &[ReadRule<'_, '_>], table: &RedirectTable) {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        Never,
        Open,
        Done,
    }
    let mut visits = vec![Visit::Never; read.len()];
    for (first, rule) in read.iter().enumerate() {
        if visits[first] != Visit::Never {
            continue;
        }
        let mut is_circle = false;
        visits[first] = Visit::Open;
        // The chain from the first rule, each with the rules behind it that were not visited yet.
        let mut chain = vec![(first, table.next_rules(first))];
        while let Some((number, next)) = chain.last_mut() {
            let Some(next) = next.pop() else {
                visits[*number] = Visit::Done;
                chain.pop();
                continue;
            };
            is_circle |= visits[next] == Visit::Open;
            if visits[next] == Visit::Never {
                visits[next] = Visit::Open;
                chain.push((next, table.next_rules(next)));
            }
        }
        if is_circle {
            let to = &rule.to_text;
            let leads = match table.next_rules(first) == [first] {
                true => "leads to itself",
                false => "leads in a circle",
            };
            rule.table
                .refuse(to, format!("{} {leads}", to.quoted()), None);
        }
    }
}
