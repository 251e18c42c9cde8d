//! `[[redirect]]`: where addresses of the past lead.

use std::collections::BTreeMap;
use std::iter;

use super::environment::StringValue;
use super::keys::redirect as key;
use super::table::Table;
use super::{Redirect, RedirectTo, address};

/// Reads every `[[redirect]]`. Each address may be redirected once, and none back to itself. A path may
/// leave out the prefix of the public address, as in requests.
pub(super) fn read(tables: &[Table<'_>], public_url: &str) -> Vec<Redirect> {
    let prefix = address::prefix(public_url);
    let mut first_places = BTreeMap::new();
    let redirects: Vec<(&Table<'_>, Redirect, StringValue)> = tables
        .iter()
        .filter_map(|table| read_one(table, &prefix, &mut first_places))
        .collect();
    refuse_circles(&redirects);
    let redirects = redirects.into_iter();
    redirects.map(|(_, redirect, _)| redirect).collect()
}

fn read_one<'t, 'a>(
    table: &'t Table<'a>,
    prefix: &str,
    first_places: &mut BTreeMap<String, usize>,
) -> Option<(&'t Table<'a>, Redirect, StringValue)> {
    table.refuse_unknown_keys();
    let from = read_from(table, prefix, first_places);
    let text = table.text(&key::TO);
    let to = text
        .as_ref()
        .and_then(|text| table.accept(key::TO.name, &key::TO.kind, text));
    let to = to.map(|to| match to {
        RedirectTo::Gone => to,
        RedirectTo::Moved(to) => RedirectTo::Moved(address::below(prefix, &to).to_owned()),
    });
    let redirect = Redirect {
        from: from?,
        to: to?,
    };
    Some((table, redirect, text?))
}

/// A circle is reported once, at the first of its redirects.
fn refuse_circles(read: &[(&Table<'_>, Redirect, StringValue)]) {
    let by_from: BTreeMap<&str, usize> = iter::zip(read, 0..)
        .map(|((_, redirect, _), number)| (&*redirect.from, number))
        .collect();
    let next = |number: &usize| match &read[*number].1.to {
        RedirectTo::Gone => None,
        RedirectTo::Moved(to) => address::redirected(to, |from| by_from.get(from).copied()),
    };
    // The chain that reached each redirect first: none is followed twice.
    let mut reached_by = vec![None; read.len()];
    for (number, (table, _, text)) in read.iter().enumerate() {
        let mut at = Some(number);
        while let Some(here) = at.filter(|at| reached_by[*at].is_none()) {
            reached_by[here] = Some(number);
            at = next(&here);
        }
        if at.is_some_and(|at| reached_by[at] == Some(number)) {
            let leads = match next(&number) == Some(number) {
                true => "leads to itself",
                false => "leads in a circle",
            };
            table.refuse(text, format!("{} {leads}", text.quoted()), None);
        }
    }
}

fn read_from(
    table: &Table<'_>,
    prefix: &str,
    first_places: &mut BTreeMap<String, usize>,
) -> Option<String> {
    let text = table.text(&key::FROM)?;
    let from = table.accept(key::FROM.name, &key::FROM.kind, &text)?;
    if let Some(decoded) = address::decoded(&from) {
        let message = format!(
            "{} is compared after decoding: it never matches",
            text.quoted()
        );
        table.doubt(&text, message, Some(format!("write `{decoded}`")));
    }
    let plain = address::decoded(prefix);
    let from = address::below(plain.as_deref().unwrap_or(prefix), &from).to_owned();
    if let Some(first) = first_places.get(&from) {
        table.refuse_repeated(&text, "is redirected", *first);
        return None;
    }
    first_places.insert(from.clone(), text.span.start);
    Some(from)
}
