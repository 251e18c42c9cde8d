//! Compares the feeds of two configurations.

use std::collections::HashSet;

use super::addresses::{Answer, addresses, answer};
use super::entries::{self, FeedEntries};
use super::side::Side;
use super::successors::Successors;
use super::{
    Change, ChangedFeed, ConfigDiff, EntryChanges, GainedFeed, LostAddress, LostFeed, Redirected,
};
use crate::config::{Config, Settings};
use crate::feed::automatic_path::{AUTOMATIC, automatic_path};
use crate::feed::crawler_addresses::CRAWLER_ADDRESSES;
use crate::feed::definitions::{FeedDefinition, FeedKind, FeedNo, SELECT};
use crate::feed::etag_causes::{ENTRIES, etag_causes};
use crate::model::format::Format;

/// Entries of today's feeds of which the articles are compared, if their ids or links may differ.
const ARTICLES_COMPARED_MAX: usize = 20_000;

/// Feeds with other entries of which single ones are named.
const DETAILED_FEEDS_MAX: usize = 1_000;

/// What changes from `today` to `next`, both at one instant. Where both have the same records, an article has one
/// number on both sides unless `[same]` differs. `pause` is called after each feed, so that the caller can
/// give way to other work. `None` if the text of an entry of today is missing, so that its id is not known.
pub fn compare(today: Side<'_>, next: Side<'_>, pause: &mut dyn FnMut()) -> Option<ConfigDiff> {
    let rules = [today, next].map(|side| side.definitions.site_rules());
    let public_url = (rules[0].base() != rules[1].base()).then(|| Change {
        before: rules[0].base().to_owned(),
        after: rules[1].base().to_owned(),
    });
    let may_ids_change = rules[0].id("") != rules[1].id("");
    let mut comparison = Comparison {
        has_same_articles: today.names.is_none() && today.config.same == next.config.same,
        compares_articles: today.names.is_some() || may_ids_change || public_url.is_some(),
        today,
        next,
        compared: HashSet::new(),
        detailed: 0,
        has_all_texts: true,
        diff: ConfigDiff {
            articles: today.index.released_count(),
            public_url,
            ..ConfigDiff::default()
        },
    };
    comparison.run(pause);
    comparison.diff.sort();
    comparison.has_all_texts.then_some(comparison.diff)
}

struct Comparison<'a> {
    today: Side<'a>,
    next: Side<'a>,
    /// Whether equal queries and windows have equal entries.
    has_same_articles: bool,
    /// Whether ids, links and pages may differ.
    compares_articles: bool,
    /// The articles that were compared.
    compared: HashSet<u128>,
    /// The feeds of which entries are named.
    detailed: usize,
    /// Whether all articles that were to be compared could be read.
    has_all_texts: bool,
    diff: ConfigDiff,
}

impl Comparison<'_> {
    fn run(&mut self, pause: &mut dyn FnMut()) {
        let (today, next) = (self.today, self.next);
        let mut without_successor = Vec::new();
        for number in today.definitions.all(today.index) {
            self.diff.feeds_today += 1;
            let old = today.definition(number);
            match next.feed(&old.path) {
                Some(new) => {
                    self.compare_feeds(&old, &new);
                    self.compare_addresses(&old, Some(&new), None);
                }
                None => without_successor.push(number),
            }
            pause();
        }
        let gained = next.definitions.all(next.index).into_iter();
        let gained: Vec<FeedNo> = gained
            .filter(|number| today.feed(&next.definition(*number).path).is_none())
            .collect();
        for number in &gained {
            let new = next.definition(*number);
            self.gain(&new, addresses(&new.path, &new.settings.formats));
            pause();
        }
        if !without_successor.is_empty() {
            let successors = Successors::new(next, &gained);
            for number in without_successor {
                let old = today.definition(number);
                let successor = successors.find(&today, &old);
                if let Some(new) = &successor {
                    self.compare_feeds(&old, new);
                }
                self.compare_addresses(&old, None, successor.as_ref());
                pause();
            }
        }
        self.compare_other_addresses();
    }

    /// Compares two versions of a feed.
    fn compare_feeds(&mut self, old: &FeedDefinition, new: &FeedDefinition) {
        let (today, next) = (self.today, self.next);
        let mut causes = etag_causes(today.head(old), next.head(new));
        let has_same_window = self.has_same_articles
            && old.query == new.query
            && window_keys(&old.settings) == window_keys(&new.settings);
        let is_same = has_same_window && causes.is_empty();
        if is_same && !self.compares_articles {
            return;
        }
        let before = FeedEntries::new(&today, old);
        self.compare_articles(&before);
        if is_same {
            return;
        }
        let (mut enter, mut leave) = (EntryChanges::default(), EntryChanges::default());
        if !has_same_window {
            let after = FeedEntries::new(&next, new);
            if before.names != after.names {
                causes.push(ENTRIES);
                let is_detailed = self.detailed < DETAILED_FEEDS_MAX;
                self.detailed += 1;
                enter = entries::missing(&after, &before, is_detailed);
                leave = entries::missing(&before, &after, is_detailed);
            } else if !before.shows_same(&after) {
                causes.push(match self.today.names {
                    None => "same",
                    Some(_) => "articles",
                });
            }
        }
        let is_renamed = old.path != new.path;
        if is_renamed {
            causes.clear();
        }
        if causes.is_empty() && enter.count == 0 && leave.count == 0 {
            return;
        }
        self.diff.change(ChangedFeed {
            path: new.path.to_string(),
            before: is_renamed.then(|| old.path.to_string()),
            kind: new.kind,
            etag_causes: causes.into_iter().map(str::to_owned).collect(),
            enter,
            leave,
        });
    }

    /// Compares the ids and links of entries of today.
    fn compare_articles(&mut self, entries: &FeedEntries<'_>) {
        if !self.compares_articles {
            return;
        }
        let (today, next) = (self.today, self.next);
        for (&article, &name) in entries.articles.iter().zip(&entries.names) {
            if self.compared.len() >= ARTICLES_COMPARED_MAX && !self.compared.contains(&name) {
                for changes in self.article_changes() {
                    changes.is_partial = true;
                }
                return;
            }
            if !self.compared.insert(name) {
                continue;
            }
            let Some(old) = (today.read)(today.index.record(article)) else {
                self.has_all_texts = false;
                continue;
            };
            for changes in self.article_changes() {
                changes.compared += 1;
            }
            let page = format!("/articles/{}", old.key);
            let is_page_lost = next.index.find(&old.key).is_none()
                && matches!(answer(&next, &page, None), Answer::Missing);
            let found = next.find(&today, article);
            let found = found.and_then(|found| (next.read)(next.index.record(found)));
            let Some(new) = found else {
                if is_page_lost {
                    self.diff.pages.add(&old.key, page, String::new());
                }
                continue;
            };
            let rules = [today, next].map(|side| side.definitions.site_rules());
            let ids = (rules[0].article_id(&old), rules[1].article_id(&new));
            let links = (rules[0].link(&old), rules[1].link(&new));
            if ids.0 != ids.1 {
                self.diff.ids.add(&old.key, ids.0, ids.1);
            }
            if links.0 != links.1 {
                self.diff.links.add(&old.key, links.0, links.1);
            }
            if is_page_lost {
                let after = format!("/articles/{}", new.key);
                self.diff.pages.add(&old.key, page, after);
            }
        }
    }

    fn article_changes(&mut self) -> [&mut super::ArticleChanges; 3] {
        let ConfigDiff {
            ids, links, pages, ..
        } = &mut self.diff;
        [ids, links, pages]
    }

    /// Notes new addresses of a feed, apart from those that a redirect has.
    fn gain(&mut self, new: &FeedDefinition, mut addresses: Vec<String>) {
        addresses.retain(|address| {
            let answer = answer(&self.next, address, None);
            matches!(answer, Answer::Served)
        });
        if !addresses.is_empty() {
            let window = self.next.index.window(&new.query, &new.settings);
            self.diff.gained.push(GainedFeed {
                path: new.path.to_string(),
                kind: Some(new.kind),
                addresses,
                entries: window.entries.len(),
            });
        }
    }

    /// Finds the addresses of a feed that are lost or redirected, and formats that are new. A feed that is
    /// still there leads the readers of a format that is gone.
    fn compare_addresses(
        &mut self,
        old: &FeedDefinition,
        new: Option<&FeedDefinition>,
        successor: Option<&FeedDefinition>,
    ) {
        if let Some(new) = new {
            let (before, after) = (&old.settings.formats, &new.settings.formats);
            if before == after && self.has_same_redirects() {
                return;
            }
            let is_new = |format: &&Format| !before.contains(format);
            let formats: Vec<Format> = after.iter().filter(is_new).copied().collect();
            let mut gained = addresses(&new.path, &formats);
            // Its page is not new.
            gained.remove(0);
            self.gain(new, gained);
        }
        let target = new.or(successor);
        let selection = match target {
            None => Successors::selection(&self.today, &self.next, old),
            Some(_) => None,
        };
        let mut lost = Vec::new();
        for address in addresses(&old.path, &old.settings.formats) {
            let to = |extension: Option<&str>| match (target, &selection) {
                (Some(target), _) => Some(address_like(&target.path, &target.settings, extension)),
                (None, Some(query)) => {
                    let stem = address_like(SELECT, &self.next.config.defaults, extension);
                    Some(format!("{stem}?{query}"))
                }
                (None, None) => None,
            };
            let stem = format!("/{}", old.path);
            let extension = address
                .strip_prefix(&*stem)
                .and_then(|rest| rest.strip_prefix('.'));
            self.look_up(address.clone(), to(extension), &mut lost);
        }
        self.lose(&old.path, Some(old.kind), lost);
    }

    fn has_same_redirects(&self) -> bool {
        self.today.config.redirects == self.next.config.redirects
    }

    /// Notes where an address of today leads.
    fn look_up(&mut self, address: String, to: Option<String>, lost: &mut Vec<LostAddress>) {
        let (path, query) = match address.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (&*address, None),
        };
        match answer(&self.next, path, query) {
            Answer::Served => {}
            Answer::Redirected(to) => {
                // One that led there already is no news.
                let was = answer(&self.today, path, query);
                if !matches!(was, Answer::Redirected(before) if before == to) {
                    self.diff.redirected.push(Redirected { from: address, to });
                }
            }
            // A redirect of today may lead nowhere.
            Answer::Missing if answer(&self.today, path, query) == Answer::Missing => {}
            Answer::Missing => {
                // A redirect may stand before the feed that would take its place.
                let serves = |to: &String| {
                    let path = to.split('?').next().unwrap_or_default();
                    answer(&self.next, path, None) == Answer::Served
                };
                let to = to.filter(serves);
                lost.push(LostAddress { from: address, to });
            }
        }
    }

    fn lose(&mut self, path: &str, kind: Option<FeedKind>, addresses: Vec<LostAddress>) {
        if !addresses.is_empty() {
            self.diff.lost.push(LostFeed {
                path: path.to_owned(),
                kind,
                addresses,
            });
        }
    }

    /// The addresses that are no feed's: of selections, of lists of terms, of other spellings by `[same]`, and
    /// of redirects.
    fn compare_other_addresses(&mut self) {
        let (today, next) = (self.today, self.next);
        let mut lost = Vec::new();
        let formats = [today, next].map(|side| &side.config.defaults.formats);
        let gone = formats[0]
            .iter()
            .filter(|format| !formats[1].contains(format));
        for format in gone {
            // A redirect would lose the query, which says what is selected.
            let address = format!("/{SELECT}.{}", format.extension());
            self.look_up(address, None, &mut lost);
        }
        self.lose(SELECT, Some(FeedKind::Select), lost);
        for kind in AUTOMATIC {
            let has_feeds = |config: &Config| config.auto(kind).is_some();
            let of_kind = Some(FeedKind::of_terms(kind));
            let list = format!("/{}", kind.folder());
            match (has_feeds(today.config), has_feeds(next.config)) {
                (true, false) => {
                    let mut lost = Vec::new();
                    self.look_up(list, None, &mut lost);
                    self.lose(kind.folder(), of_kind, lost);
                }
                (false, true) => self.diff.gained.push(GainedFeed {
                    path: kind.folder().to_owned(),
                    kind: Some(FeedKind::of_terms(kind)),
                    addresses: vec![list],
                    entries: 0,
                }),
                (true, true) | (false, false) => {}
            }
        }
        for address in CRAWLER_ADDRESSES {
            let [before, after] =
                [today, next].map(|side| answer(&side, address, None) == Answer::Served);
            if before {
                let mut lost = Vec::new();
                self.look_up(address.to_owned(), None, &mut lost);
                self.lose(address, None, lost);
            } else if after {
                self.diff.gained.push(GainedFeed {
                    path: address.to_owned(),
                    kind: None,
                    addresses: vec![address.to_owned()],
                    entries: 0,
                });
            }
        }
        for alias in &today.config.same {
            let path = automatic_path(&alias.from);
            if let Some(old) = today.definitions.find(today.index, &path) {
                let formats = &today.definition(old).settings.formats;
                let mut lost = Vec::new();
                for address in addresses(&path, formats) {
                    self.look_up(address, None, &mut lost);
                }
                self.lose(&path, Some(FeedKind::of_terms(alias.from.kind)), lost);
            }
        }
        for address in today.config.redirects.addresses() {
            let mut lost = Vec::new();
            self.look_up(address.to_owned(), None, &mut lost);
            self.lose(address, None, lost);
        }
        let kept: HashSet<String> = next.config.redirects.patterns().collect();
        for pattern in today.config.redirects.patterns() {
            if !kept.contains(&pattern) {
                let from = pattern.clone();
                self.lose(&pattern, None, vec![LostAddress { from, to: None }]);
            }
        }
    }
}

/// The address of a feed in the format with this extension, else in its first; without extension, of its page.
fn address_like(path: &str, settings: &Settings, extension: Option<&str>) -> String {
    let Some(extension) = extension else {
        return format!("/{path}");
    };
    let mut formats = settings.formats.iter().map(|format| format.extension());
    let first = settings
        .formats
        .first()
        .map_or(extension, |format| format.extension());
    let extension = formats.find(|format| *format == extension).unwrap_or(first);
    format!("/{path}.{extension}")
}

/// What a window depends on besides the query.
fn window_keys(settings: &Settings) -> (u16, u32, u32, Option<u32>) {
    (
        settings.items,
        settings.keep,
        settings.delay,
        settings.oldest,
    )
}
