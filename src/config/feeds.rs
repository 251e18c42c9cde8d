//! `[[feed]]` and `[auto.*]`: which feeds there are.

use std::collections::BTreeMap;

use super::nearest::did_you_mean;
use super::table::{Refusal, Table};
use super::{AutoFeeds, DeclaredFeed, Settings, Site, address, settings, terms, value};
use crate::model::format::Format;
use crate::model::selection::Selection;
use crate::model::term::TermKind;

/// The name of the feed of every article.
pub const ALL: &str = "all";

/// What every feed starts from.
pub(super) struct Defaults {
    pub(super) settings: Settings,
    pub(super) selection: Selection,
}

/// Reads `[defaults]`.
pub(super) fn read_defaults(mut table: Table<'_>) -> Defaults {
    let defaults = Defaults {
        settings: settings::read(&mut table, &Settings::default()),
        selection: settings::read_selection(&mut table, &Selection::default()),
    };
    table.finish();
    defaults
}

/// Reads every `[[feed]]`. The feed `all` is there whether declared or not, and comes first.
pub(super) fn read(
    tables: Vec<Table<'_>>,
    site: Option<&Site>,
    defaults: &Defaults,
) -> Vec<DeclaredFeed> {
    let mut first_places = BTreeMap::new();
    let mut feeds: Vec<DeclaredFeed> = tables
        .into_iter()
        .filter_map(|table| read_feed(table, site, defaults, &mut first_places))
        .collect();
    match feeds.iter().position(|feed| feed.name == ALL) {
        Some(at) => feeds[..=at].rotate_right(1),
        None => feeds.insert(0, undeclared_all(site, defaults)),
    }
    feeds
}

fn undeclared_all(site: Option<&Site>, defaults: &Defaults) -> DeclaredFeed {
    DeclaredFeed {
        name: ALL.to_owned(),
        title: site.map_or_else(String::new, |site| site.title.clone()),
        description: None,
        language: None,
        author: None,
        link: None,
        image: None,
        selection: defaults.selection.clone(),
        settings: defaults.settings.clone(),
    }
}

fn read_feed(
    mut table: Table<'_>,
    site: Option<&Site>,
    defaults: &Defaults,
    first_places: &mut BTreeMap<String, usize>,
) -> Option<DeclaredFeed> {
    let name = read_name(&mut table, first_places);
    let title = table.parsed("title", value::filled);
    if name.as_deref() != Some(ALL) {
        table.require("title");
    }
    let title = title.or_else(|| site.map(|site| site.title.clone()));
    let feed = DeclaredFeed {
        name: name.unwrap_or_default(),
        title: title.unwrap_or_default(),
        description: table.parsed_if_filled("description", value::filled),
        language: table.parsed_if_filled("language", value::language),
        author: table.parsed_if_filled("author", value::filled),
        link: table.parsed_if_filled("link", address::absolute),
        image: table.parsed_if_filled("image", address::absolute),
        selection: settings::read_selection(&mut table, &defaults.selection),
        settings: settings::read(&mut table, &defaults.settings),
    };
    table.finish();
    (!feed.name.is_empty()).then_some(feed)
}

/// Reads the name, which the table's later problems are told by.
fn read_name(table: &mut Table<'_>, first_places: &mut BTreeMap<String, usize>) -> Option<String> {
    table.require("name");
    let text = table.text("name")?;
    let name = table.accept("name", &text, feed_name)?;
    if let Some(first) = first_places.get(&name) {
        let line = table.reader.line(*first);
        let message = format!("{} is declared twice, first on line {line}", text.quoted());
        table.refuse(&text, message, None);
        return None;
    }
    table.label = format!("feed {}", text.quoted());
    first_places.insert(name.clone(), text.span.start);
    Some(name)
}

/// `[a-z0-9-]` parts joined by `/`, the first of which the daemon does not need itself.
fn feed_name(text: &str) -> Result<String, Refusal> {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if !text.split('/').all(part) || text.len() > NAME_BYTES_MAX {
        let meant = meant_name(text).filter(|meant| feed_name(meant).is_ok());
        return Err(
            Refusal::expected("parts of a-z, 0-9 and `-`, joined by `/`")
                .hint(meant.map(did_you_mean)),
        );
    }
    if text
        .split('/')
        .next()
        .is_some_and(|first| RESERVED.contains(&first))
    {
        let reserved = RESERVED.join(", ");
        return Err(Refusal::expected(format!(
            "a name that begins with none of {reserved}"
        )));
    }
    Ok(text.to_owned())
}

/// With an extension it is a file name, and file systems stop at 255 bytes.
const NAME_BYTES_MAX: usize = 200;

/// First parts of paths that mean something else.
const RESERVED: [&str; 7] = [
    "articles", "assets", "authors", "feeds", "sections", "select", "tags",
];

/// The name behind `/Sport_News.rss`.
fn meant_name(text: &str) -> Option<String> {
    let stem = Format::ALL
        .into_iter()
        .find_map(|format| text.strip_suffix(format.extension())?.strip_suffix('.'));
    let stem = stem.unwrap_or(text).trim_matches('/');
    let name = stem.to_ascii_lowercase().replace(['_', ' '], "-");
    (name != text).then_some(name)
}

/// Reads `[auto.*]`, whose feeds are named by terms of `kind`.
pub(super) fn read_auto(mut table: Table<'_>, kind: TermKind, defaults: &Defaults) -> AutoFeeds {
    let title = table.parsed("title", value::template(&["name", "site"]));
    let except = table.texts("except").unwrap_or_default();
    let feeds = AutoFeeds {
        title: title.unwrap_or_else(|| "{name} — {site}".to_owned()),
        link: table.parsed_if_filled("link", address::link(&["name", "key"])),
        min_articles: table.integer("min-articles", 0..=1_000_000).unwrap_or(1),
        except: except
            .iter()
            .filter_map(|text| terms::read_of(&table, "except", text, kind))
            .map(|named| named.term)
            .collect(),
        selection: settings::read_selection(&mut table, &defaults.selection),
        settings: settings::read(&mut table, &defaults.settings),
    };
    table.finish();
    feeds
}
