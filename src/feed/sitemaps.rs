//! The published sitemaps: the names and validators of their files, immutable.
//!
//! One file has the news of the last two days, one each month of publication, and the index names them all.
//! Where a file would be too large there are several. A version says which articles its file has; their
//! addresses are read when it is first requested.

mod name;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use xxhash_rust::xxh3::Xxh3;

pub use self::name::SitemapName;
use crate::config::Config;
use crate::feed::compose::SiteRules;
use crate::feed::etag::ETag;
use crate::feed::first_seen::FirstSeen;
use crate::feed::last_modified::last_modified;
use crate::index::{Index, MonthRule, MonthSum};
use crate::model::record::RecordId;
use crate::model::time::{DAY_SECONDS, Month, Timestamp};
use crate::model::validators::Validators;

/// How long the news have an article, counted from its publication (Google's rule for news sitemaps).
pub const NEWS_SECONDS: i64 = 2 * DAY_SECONDS;

/// The most articles of a file of news (Google's rule).
const NEWS_ARTICLES_MAX: usize = 1_000;

/// The most articles of a file of a month; the protocol of sitemaps.org allows 50,000.
const MONTH_ARTICLES_MAX: usize = 45_000;

/// The most bytes of a file of a month; the protocol allows 50 MiB.
const MONTH_BYTES_MAX: u64 = 40_000_000;

/// The bytes of an article in the file of its month beside its address, and a reserve.
const ENTRY_BYTES: u64 = 80;

/// The most files that the index names: the newest ones. The protocol allows 50,000.
const FILES_MAX: usize = 45_000;

/// The sitemaps of one snapshot.
#[derive(Debug)]
pub struct Sitemaps {
    /// The digest of what all files depend on beside articles.
    head: u128,
    index: Arc<SitemapVersion>,
    news: Vec<Arc<SitemapVersion>>,
    months: BTreeMap<Month, MonthFiles>,
    /// When the oldest article of the news leaves them.
    next: Option<Timestamp>,
}

#[derive(Clone, Debug)]
struct MonthFiles {
    digest: u128,
    files: Vec<Arc<SitemapVersion>>,
}

/// One version of a sitemap.
#[derive(Debug)]
pub struct SitemapVersion {
    /// The name of its file.
    pub name: SitemapName,
    /// What it has.
    pub content: SitemapContent,
    /// The digest that its ETags follow from.
    pub digest: u128,
    /// When it last changed, as responses say.
    pub last_modified: Timestamp,
    /// The latest modification of its articles; `None` without articles.
    pub modified: Option<Timestamp>,
    /// The instant at which it changes by itself, embargoes aside.
    pub next: Option<Timestamp>,
    /// Since when this process knows it.
    pub first_seen: FirstSeen,
}

/// What a sitemap has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SitemapContent {
    /// The other files, each with the latest modification of its articles.
    Index(Vec<(SitemapName, Option<Timestamp>)>),
    /// Articles of a month, by their places among those that sitemaps have.
    Month(Month, Range<usize>),
    /// The records of new articles, the newest first.
    News(Box<[RecordId]>),
}

impl SitemapVersion {
    /// The entity tag.
    pub fn etag(&self) -> ETag {
        ETag::of_digest(self.digest)
    }

    fn validators(&self) -> Validators {
        Validators {
            digest: self.digest,
            last_modified: self.last_modified,
        }
    }
}

/// The path of a sitemap below the public address.
pub fn sitemap_path(name: SitemapName) -> String {
    format!("{SITEMAPS}/{name}")
}

/// Whether a path below the public address is that of a sitemap.
pub fn is_sitemap(path: &str) -> bool {
    let name = path.strip_prefix(SITEMAPS);
    name.is_some_and(|name| name.starts_with('/'))
}

/// The folder of sitemaps. No feed has this name.
const SITEMAPS: &str = "sitemaps";

/// The rule by which the index counts months; `None` if feeds.toml has no `[sitemap]`.
pub fn month_rule(config: &Config) -> Option<MonthRule> {
    config.sitemap.as_ref()?;
    Some(MonthRule {
        zone: config.site.zone.clone(),
        base: config.server.public_url.clone(),
    })
}

/// The name of the publication in the news.
pub fn news_name(config: &Config) -> &str {
    let name = config
        .sitemap
        .as_ref()
        .and_then(|table| table.news_name.as_deref());
    name.unwrap_or(&config.site.title)
}

impl Sitemaps {
    /// The sitemaps at the instant of the index, which counts the months by [`month_rule`]. Files that are as
    /// in `last` are taken from it. `dates` has the last validators of each file by its path, and no file is
    /// dated before `floor` when it changes.
    pub fn build(
        writer_version: u32,
        config: &Config,
        site_rules: &SiteRules,
        index: &Index,
        last: Option<&Sitemaps>,
        dates: &HashMap<Arc<str>, Validators>,
        floor: Timestamp,
    ) -> Sitemaps {
        let head = head(writer_version, config, site_rules);
        let last = last.filter(|last| last.head == head);
        let builder = Builder {
            head,
            site_rules,
            index,
            dates,
            floor,
        };
        let months: BTreeMap<Month, MonthFiles> = index
            .months()
            .map(|(month, sum)| (month, builder.month(month, sum, last)))
            .collect();
        let (news, next) = builder.news(last);
        let index = builder.index(&news, &months, next, last);
        Sitemaps {
            head,
            index,
            news,
            months,
            next,
        }
    }

    /// The file with this name.
    pub fn find(&self, name: SitemapName) -> Option<&Arc<SitemapVersion>> {
        match name {
            SitemapName::Index => Some(&self.index),
            SitemapName::News(number) => self.news.get(place(number)?),
            SitemapName::Month(month, number) => self.months.get(&month)?.files.get(place(number)?),
        }
    }

    /// All files: the index, the news, the months.
    pub fn all(&self) -> impl Iterator<Item = &Arc<SitemapVersion>> {
        let months = self.months.values().flat_map(|month| &month.files);
        [&self.index].into_iter().chain(&self.news).chain(months)
    }

    /// The paths and validators of the files that are not in `last`.
    pub fn moved<'a>(
        &'a self,
        last: Option<&'a Sitemaps>,
    ) -> impl Iterator<Item = (Arc<str>, Validators)> + 'a {
        let is_new = move |version: &&Arc<SitemapVersion>| {
            let before = last.and_then(|last| last.find(version.name));
            before.is_none_or(|before| before.validators() != version.validators())
        };
        let new = self.all().filter(is_new);
        new.map(|version| (sitemap_path(version.name).into(), version.validators()))
    }

    /// Whether a file differs, or its articles are in other records.
    pub fn differs(&self, other: &Sitemaps) -> bool {
        let same = |(one, other)| Arc::ptr_eq(one, other);
        self.all().count() != other.all().count() || !self.all().zip(other.all()).all(same)
    }

    /// When an article leaves the news.
    pub fn next(&self) -> Option<Timestamp> {
        self.next
    }
}

/// The place in a list of the file with this number, from 1.
fn place(number: u32) -> Option<usize> {
    usize::try_from(number).ok()?.checked_sub(1)
}

/// The number of the file at this place in a list.
fn number(place: usize) -> u32 {
    u32::try_from(place + 1).unwrap_or(u32::MAX)
}

fn head(writer_version: u32, config: &Config, site_rules: &SiteRules) -> u128 {
    let zone = config.site.zone.name();
    let fields = (writer_version, zone, site_rules.base(), news_name(config));
    let mut hash = Xxh3::new();
    hash.update(&postcard::to_stdvec(&fields).expect("strings always serialize"));
    hash.digest128()
}

struct Builder<'a> {
    head: u128,
    site_rules: &'a SiteRules,
    index: &'a Index,
    dates: &'a HashMap<Arc<str>, Validators>,
    floor: Timestamp,
}

impl Builder<'_> {
    /// The version of a file whose content has this digest.
    fn version(
        &self,
        name: SitemapName,
        content: SitemapContent,
        digest: u128,
        modified: Option<Timestamp>,
        next: Option<Timestamp>,
        last: Option<&Sitemaps>,
    ) -> Arc<SitemapVersion> {
        let path = sitemap_path(name);
        let mut hash = Xxh3::new();
        hash.update(&self.head.to_le_bytes());
        hash.update(path.as_bytes());
        hash.update(&digest.to_le_bytes());
        let digest = hash.digest128();
        let last = last.and_then(|last| last.find(name));
        let last = last.filter(|last| last.digest == digest);
        let is_same = |last: &&Arc<SitemapVersion>| {
            last.content == content && last.modified == modified && last.next == next
        };
        if let Some(last) = last.filter(is_same) {
            return last.clone();
        }
        let content_time = modified.unwrap_or(self.site_rules.epoch()).max(self.floor);
        let previous = self.dates.get(&*path).copied();
        let as_of = self.index.as_of();
        Arc::new(SitemapVersion {
            name,
            content,
            digest,
            last_modified: last_modified(digest, content_time, previous, as_of),
            modified,
            next,
            first_seen: match last {
                Some(last) => last.first_seen,
                None => FirstSeen::new(as_of, Instant::now()),
            },
        })
    }

    fn month(&self, month: Month, sum: &MonthSum, last: Option<&Sitemaps>) -> MonthFiles {
        let before = last.and_then(|last| last.months.get(&month));
        if let Some(before) = before.filter(|before| before.digest == sum.digest) {
            return before.clone();
        }
        let bytes = sum.address_bytes + ENTRY_BYTES * sum.articles as u64;
        let is_small = sum.articles <= MONTH_ARTICLES_MAX && bytes <= MONTH_BYTES_MAX;
        let parts = match is_small {
            true => vec![MonthPart {
                articles: 0..sum.articles,
                digest: sum.digest,
                modified: sum.modified(),
            }],
            false => self.split(month),
        };
        let files = parts.into_iter().enumerate().map(|(place, part)| {
            let name = SitemapName::Month(month, number(place));
            let content = SitemapContent::Month(month, part.articles);
            self.version(name, content, part.digest, Some(part.modified), None, last)
        });
        MonthFiles {
            digest: sum.digest,
            files: files.collect(),
        }
    }

    /// The parts of a month that is too large for one file.
    fn split(&self, month: Month) -> Vec<MonthPart> {
        let mut parts = Vec::new();
        let (mut start, mut bytes, mut hash) = (0, 0, Xxh3::new());
        let mut modified = Timestamp(i64::MIN);
        let mut end = 0;
        for article in self.index.articles_of_month(month) {
            let address = self.index.address_bytes(article).unwrap_or(0);
            let size = u64::from(address) + ENTRY_BYTES;
            if end - start == MONTH_ARTICLES_MAX || bytes + size > MONTH_BYTES_MAX {
                parts.push(MonthPart {
                    articles: start..end,
                    digest: hash.digest128(),
                    modified,
                });
                (start, bytes, hash) = (end, 0, Xxh3::new());
                modified = Timestamp(i64::MIN);
            }
            let updated = self.index.updated(article);
            hash.update(&self.index.revision(article).0.to_le_bytes());
            hash.update(&updated.0.to_le_bytes());
            modified = modified.max(updated);
            bytes += size;
            end += 1;
        }
        parts.push(MonthPart {
            articles: start..end,
            digest: hash.digest128(),
            modified,
        });
        parts
    }

    /// The files of news, of which there is always one, and when the oldest article leaves them.
    fn news(&self, last: Option<&Sitemaps>) -> (Vec<Arc<SitemapVersion>>, Option<Timestamp>) {
        let since = self.index.as_of().plus(-NEWS_SECONDS);
        let articles: Vec<_> = self.index.published_since(since).collect();
        let oldest = articles.last().map(|oldest| self.index.published(*oldest));
        let next = oldest.map(|oldest| oldest.plus(NEWS_SECONDS));
        let mut files: Vec<_> = articles.chunks(NEWS_ARTICLES_MAX).collect();
        if files.is_empty() {
            files.push(&[]);
        }
        let files = files.into_iter().enumerate().map(|(place, articles)| {
            let mut hash = Xxh3::new();
            for article in articles {
                hash.update(&self.index.revision(*article).0.to_le_bytes());
            }
            let records = articles.iter().map(|article| self.index.record(*article));
            let content = SitemapContent::News(records.collect());
            let modified = articles.iter().map(|article| self.index.updated(*article));
            let name = SitemapName::News(number(place));
            self.version(name, content, hash.digest128(), modified.max(), next, last)
        });
        (files.collect(), next)
    }

    fn index(
        &self,
        news: &[Arc<SitemapVersion>],
        months: &BTreeMap<Month, MonthFiles>,
        next: Option<Timestamp>,
        last: Option<&Sitemaps>,
    ) -> Arc<SitemapVersion> {
        let months = months.values().rev().flat_map(|month| &month.files);
        let files = news.iter().chain(months).take(FILES_MAX);
        let files: Vec<_> = files.map(|file| (file.name, file.modified)).collect();
        let mut hash = Xxh3::new();
        for (name, modified) in &files {
            hash.update(name.to_string().as_bytes());
            hash.update(&modified.map_or(i64::MIN, |at| at.0).to_le_bytes());
        }
        let modified = files.iter().filter_map(|(_, modified)| *modified).max();
        let content = SitemapContent::Index(files);
        let name = SitemapName::Index;
        self.version(name, content, hash.digest128(), modified, next, last)
    }
}

/// A file of a month that needs several.
struct MonthPart {
    articles: Range<usize>,
    digest: u128,
    modified: Timestamp,
}

#[cfg(test)]
mod tests;
