//! `[site]`: the publication.

use super::table::Table;
use super::{Site, address, value};
use crate::model::time::Zone;

/// Reads `[site]`; `None` if something required is absent or wrong.
pub(super) fn read(mut table: Table<'_>) -> Option<Site> {
    let title = table.required("title", value::filled);
    let url = table.required("url", address::absolute);
    let id_authority = table.required("id-authority", value::authority);
    table.require("id-year");
    // A `tag:` URI needs a year in which its authority already owned the domain.
    let id_year = table.integer("id-year", 1990..=2999);
    let language = table.parsed("language", value::language);
    let zone = table.parsed("time-zone", value::zone);
    let description = table.parsed_if_filled("description", value::filled);
    let author = table.parsed_if_filled("author", value::filled);
    let email = table.parsed_if_filled("email", value::email);
    let copyright = table.parsed_if_filled("copyright", value::filled);
    let icon = table.parsed_if_filled("icon", address::absolute);
    let logo = table.parsed_if_filled("logo", address::absolute);
    table.finish();
    Some(Site {
        title: title?,
        url: url?,
        id_authority: id_authority?,
        id_year: id_year?,
        language: language.unwrap_or_else(|| "ru".to_owned()),
        zone: zone.unwrap_or(Zone::UTC),
        description,
        author,
        email,
        copyright,
        icon,
        logo,
    })
}
