//! `[sitemap]`, `[robots]`, `[websub]` and `[indexnow]`: how articles and changes are found.

use super::keys::{indexnow, robots, root, sitemap, websub};
use super::table::Table;
use super::{IndexNow, Robots, Sitemap, WebSub};

/// Hubs of a site: each one is in a header of every answer, which proxies read within a few KiB.
const HUBS_MAX: usize = 8;

pub(super) fn read_sitemap(root: &Table<'_>) -> Option<Sitemap> {
    let table = root.table(&root::SITEMAP)?;
    table.refuse_unknown_keys();
    Some(Sitemap {
        news_name: table.read(&sitemap::NEWS_NAME),
    })
}

/// Reads `[robots]`, which `[sitemap]` implies.
pub(super) fn read_robots(root: &Table<'_>, has_sitemap: bool) -> Option<Robots> {
    let table = match has_sitemap {
        true => root.table_or_empty(&root::ROBOTS),
        false => root.table(&root::ROBOTS)?,
    };
    table.refuse_unknown_keys();
    Some(Robots {
        lines: table.read_or_default(&robots::LINES),
    })
}

pub(super) fn read_websub(root: &Table<'_>) -> WebSub {
    let table = root.table_or_empty(&root::WEBSUB);
    table.refuse_unknown_keys();
    let mut hubs = Vec::new();
    for hub in table.read_or_default(&websub::HUBS) {
        if !hubs.contains(&hub) {
            hubs.push(hub);
        }
    }
    if hubs.len() > HUBS_MAX {
        let message = format!("at most {HUBS_MAX} hubs may be named, got {}", hubs.len());
        table.refuse_key(websub::HUBS.name, message);
    }
    WebSub {
        hubs,
        ping: table.read_or_default(&websub::PING),
    }
}

pub(super) fn read_indexnow(root: &Table<'_>) -> Option<IndexNow> {
    let table = root.table(&root::INDEXNOW)?;
    table.refuse_unknown_keys();
    Some(IndexNow {
        key: table.read_required(&indexnow::KEY),
        endpoint: table.read_or_default(&indexnow::ENDPOINT),
    })
}
