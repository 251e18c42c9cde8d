//! `[site]`: the publication.

use super::Site;
use super::keys::site as key;
use super::table::Table;

/// Reads `[site]`; `None` if something required is absent or wrong.
pub(super) fn read(table: &Table<'_>) -> Option<Site> {
    table.refuse_unknown_keys();
    let title = table.read(&key::TITLE);
    let url = table.read(&key::URL);
    let id_authority = table.read(&key::ID_AUTHORITY);
    let id_year = table.read(&key::ID_YEAR);
    let language = table.read_or_default(&key::LANGUAGE);
    let zone = table.read_or_default(&key::TIME_ZONE);
    let description = table.read(&key::DESCRIPTION);
    let author = table.read(&key::AUTHOR);
    let email = table.read(&key::EMAIL);
    let copyright = table.read(&key::COPYRIGHT);
    let icon = table.read(&key::ICON);
    let logo = table.read(&key::LOGO);
    Some(Site {
        title: title?,
        url: url?,
        id_authority: id_authority?,
        id_year: id_year?,
        language,
        zone,
        description,
        author,
        email,
        copyright,
        icon,
        logo,
    })
}
