//! `[site]`: the publication.

use super::Site;
use super::keys::site as key;
use super::table::Table;

pub(super) fn read(table: &Table<'_>) -> Site {
    table.refuse_unknown_keys();
    Site {
        title: table.read_required(&key::TITLE),
        url: table.read_required(&key::URL),
        id_authority: table.read_required(&key::ID_AUTHORITY),
        id_year: table.read_required(&key::ID_YEAR),
        language: table.read_or_default(&key::LANGUAGE),
        zone: table.read_or_default(&key::TIME_ZONE),
        description: table.read(&key::DESCRIPTION),
        author: table.read(&key::AUTHOR),
        email: table.read(&key::EMAIL),
        copyright: table.read(&key::COPYRIGHT),
        icon: table.read(&key::ICON),
        logo: table.read(&key::LOGO),
    }
}
