//! `[[feed]]` and `[auto.*]`: which feeds there are.

use std::collections::BTreeMap;

use super::key::Key;
use super::keys::{auto_feeds, feed as key, root};
use super::kind::ByLanguage;
use super::table::Table;
use super::{AutoFeeds, DeclaredFeed, Settings, Site, settings, terms};
use crate::model::selection::Selection;
use crate::model::term::TermKind;
use crate::model::translations::Translations;

/// The name of the feed of every article.
pub const ALL: &str = "all";

pub(super) struct Defaults {
    pub(super) settings: Settings,
    pub(super) selection: Selection,
}

pub(super) fn read_defaults(table: &Table<'_>) -> Defaults {
    table.refuse_unknown_keys();
    Defaults {
        settings: settings::read(table, &Settings::default()),
        selection: settings::read_selection(table, &Selection::default()),
    }
}

/// Reads every `[[feed]]`. The feed `all` is there whether declared or not, and comes first.
pub(super) fn read(root: &Table<'_>, site: &Site, defaults: &Defaults) -> Vec<DeclaredFeed> {
    let mut first_places = BTreeMap::new();
    let tables = root.tables(&root::FEED).into_iter();
    let feeds = tables.map(|mut table| {
        let name = read_name(&mut table, &mut first_places);
        read_feed(&table, name.unwrap_or_default(), site, defaults)
    });
    let mut feeds: Vec<DeclaredFeed> = feeds.filter(|feed| !feed.name.is_empty()).collect();
    match feeds.iter().position(|feed| feed.name == ALL) {
        Some(at) => feeds[..=at].rotate_right(1),
        None => {
            let undeclared = Table::absent(root.reader, &key::TABLE, String::new());
            let all = read_feed(&undeclared, ALL.to_owned(), site, defaults);
            feeds.insert(0, all);
        }
    }
    feeds
}

fn read_feed(table: &Table<'_>, name: String, site: &Site, defaults: &Defaults) -> DeclaredFeed {
    table.refuse_unknown_keys();
    if name != ALL {
        table.require(key::TITLE.name);
    }
    let selection = settings::read_selection(table, &defaults.selection);
    let own_language = || selection.language().map(str::to_owned);
    let language = table.read(&key::LANGUAGE).or_else(own_language);
    let written_in = language.as_deref().unwrap_or(&site.language);
    let split = |key: &Key<ByLanguage>| Some(table.read(key)?.split(table, key.name, written_in));
    let (title, titles) = match split(&key::TITLE) {
        Some(title) => title,
        None => (site.title.clone(), site.translations.titles.clone()),
    };
    let (description, descriptions) = split(&key::DESCRIPTION).unzip();
    DeclaredFeed {
        name,
        title,
        description,
        translations: Translations {
            titles,
            descriptions: descriptions.unwrap_or_default(),
        },
        language,
        author: table.read(&key::AUTHOR),
        link: table.read(&key::LINK),
        image: table.read(&key::IMAGE),
        selection,
        settings: settings::read(table, &defaults.settings),
    }
}

/// Reads the name, by which later messages call the table.
fn read_name(table: &mut Table<'_>, first_places: &mut BTreeMap<String, usize>) -> Option<String> {
    let text = table.text(&key::NAME)?;
    let name = table.accept(key::NAME.name, &key::NAME.kind, &text)?;
    if let Some(first) = first_places.get(&name) {
        table.refuse_repeated(&text, "is declared", *first);
        return None;
    }
    table.label = format!("feed {}", text.quoted());
    first_places.insert(name.clone(), text.span.start);
    Some(name)
}

/// Reads `[auto.*]`, whose feeds are named by terms of `kind`.
pub(super) fn read_auto(table: &Table<'_>, kind: TermKind, defaults: &Defaults) -> AutoFeeds {
    use auto_feeds as key;
    table.refuse_unknown_keys();
    let except = table.texts(&key::EXCEPT).unwrap_or_default();
    let except = except
        .iter()
        .filter_map(|text| terms::read_of(table, key::EXCEPT.name, text, kind));
    AutoFeeds {
        title: table.read_or_default(&key::TITLE),
        link: table.read(&key::LINK),
        min_articles: table.read_or_default(&key::MIN_ARTICLES),
        except: except.map(|named| named.term).collect(),
        selection: settings::read_selection(table, &defaults.selection),
        settings: settings::read(table, &defaults.settings),
    }
}
