//! `[[redirect]]`: where addresses of the past went.

use std::collections::BTreeMap;

use super::table::Table;
use super::{Redirect, RedirectTo, address};

/// Reads every `[[redirect]]`; each address may be redirected once.
pub(super) fn read(tables: Vec<Table<'_>>) -> Vec<Redirect> {
    let mut first_places = BTreeMap::new();
    tables
        .into_iter()
        .filter_map(|table| read_one(table, &mut first_places))
        .collect()
}

fn read_one(mut table: Table<'_>, first_places: &mut BTreeMap<String, usize>) -> Option<Redirect> {
    let from = read_from(&mut table, first_places);
    table.require("to");
    let written = table.text("to");
    let to = written
        .as_ref()
        .and_then(|text| table.accept("to", text, address::redirect_to));
    if let (Some(from), Some(text), Some(RedirectTo::Moved(target))) = (&from, &written, &to)
        && address::decoded(target).as_ref().unwrap_or(target) == from
    {
        let message = format!("{} leads to itself", text.quoted());
        table.refuse(text, message, None);
    }
    table.finish();
    Some(Redirect {
        from: from?,
        to: to?,
    })
}

fn read_from(table: &mut Table<'_>, first_places: &mut BTreeMap<String, usize>) -> Option<String> {
    table.require("from");
    let text = table.text("from")?;
    let from = table.accept("from", &text, address::redirect_from)?;
    if let Some(decoded) = address::decoded(&from) {
        let message = format!(
            "{} is compared after decoding: it never matches",
            text.quoted()
        );
        table.doubt(&text, message, Some(format!("write `{decoded}`")));
    }
    if let Some(first) = first_places.get(&from) {
        let line = table.reader.line(*first);
        let message = format!(
            "{} is redirected twice, first on line {line}",
            text.quoted()
        );
        table.refuse(&text, message, None);
        return None;
    }
    first_places.insert(from.clone(), text.span.start);
    Some(from)
}
