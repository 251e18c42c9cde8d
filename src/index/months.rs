//! The articles of sitemaps by their month of publication: how many, how large, and a digest of them.
//!
//! An article that is listed or leaves changes the sums of its month, so a change costs the same in a month of
//! any size. Only the latest modification is searched for again when the article that had it leaves.

use std::collections::BTreeMap;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_128;

use super::slot::Slot;
use super::{ArticleNo, Index};
use crate::model::address_size::{AddressSize, page_here};
use crate::model::time::{DAY_SECONDS, Month, Timestamp, Zone};

/// What the months depend on beside the articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthRule {
    /// The zone of dates of publication.
    pub zone: Zone,
    /// The public address, with a slash at its end. Pages on this server are below it.
    pub base: String,
}

/// What a sitemap says of one month as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthSum {
    /// The number of articles.
    pub articles: usize,
    /// The bytes of their addresses in XML.
    pub address_bytes: u64,
    /// A digest of the articles that does not depend on their order.
    pub digest: u128,
    /// The latest modification that counts by now, or a later instant if `is_exact` is false.
    modified: Timestamp,
    is_exact: bool,
}

/// The months in which an article was published; none without a rule.
#[derive(Clone, Debug, Default)]
pub(super) struct Months {
    rule: Option<Arc<MonthRule>>,
    by_month: Arc<BTreeMap<Month, MonthSum>>,
}

/// What one article adds to its month.
struct Share {
    month: Month,
    address_bytes: u64,
    digest: u128,
    modified: Timestamp,
}

impl MonthSum {
    const EMPTY: MonthSum = MonthSum {
        articles: 0,
        address_bytes: 0,
        digest: 0,
        modified: Timestamp(i64::MIN),
        is_exact: true,
    };

    /// The latest modification of its articles that counts by now.
    pub fn modified(&self) -> Timestamp {
        self.modified
    }
}

impl Months {
    pub(super) fn add(&mut self, slot: &Slot) {
        let Some(share) = self.share(slot) else {
            return;
        };
        let by_month = Arc::make_mut(&mut self.by_month);
        let sum = by_month.entry(share.month).or_insert(MonthSum::EMPTY);
        sum.articles += 1;
        sum.address_bytes += share.address_bytes;
        sum.digest = sum.digest.wrapping_add(share.digest);
        if share.modified >= sum.modified {
            (sum.modified, sum.is_exact) = (share.modified, true);
        }
    }

    pub(super) fn remove(&mut self, slot: &Slot) {
        let Some(share) = self.share(slot) else {
            return;
        };
        let by_month = Arc::make_mut(&mut self.by_month);
        let Some(sum) = by_month.get_mut(&share.month) else {
            return;
        };
        sum.articles -= 1;
        sum.address_bytes -= share.address_bytes;
        sum.digest = sum.digest.wrapping_sub(share.digest);
        sum.is_exact &= share.modified < sum.modified;
        if sum.articles == 0 {
            by_month.remove(&share.month);
        }
    }

    fn share(&self, slot: &Slot) -> Option<Share> {
        let rule = self.rule.as_deref()?;
        let address_bytes = address_bytes(rule, slot)?;
        let modified = match slot.correction_counts {
            true => slot.updated,
            false => slot.published,
        };
        Some(Share {
            month: rule.zone.month(slot.published),
            address_bytes: address_bytes.into(),
            digest: article_digest(slot, modified),
            modified,
        })
    }
}

/// The bytes of an article's address in XML; `None` if no sitemap may have it.
fn address_bytes(rule: &MonthRule, slot: &Slot) -> Option<u16> {
    if !slot.visibility.is_in_search() {
        return None;
    }
    let here = || page_here(&rule.base, &String::from_utf8_lossy(slot.key()));
    slot.address.bytes(here)
}

fn article_digest(slot: &Slot, modified: Timestamp) -> u128 {
    let mut bytes = [0; 24];
    bytes[..16].copy_from_slice(&slot.revision.0.to_le_bytes());
    bytes[16..].copy_from_slice(&modified.0.to_le_bytes());
    xxh3_128(&bytes)
}

impl Index {
    /// Counts the months by this rule from now on; `None` counts none.
    pub fn count_months(&mut self, rule: Option<MonthRule>) {
        if self.months.rule.as_deref() == rule.as_ref() {
            return;
        }
        let mut months = Months {
            rule: rule.map(Arc::new),
            by_month: Arc::default(),
        };
        if months.rule.is_some() {
            let released = self.released.all().iter();
            released.for_each(|article| months.add(self.slot(article)));
        }
        self.months = months;
    }

    /// Finds the latest modification of each month whose article with the latest one has left.
    pub fn refresh_months(&mut self) {
        let by_month = self.months.by_month.iter();
        let inexact = by_month.filter(|(_, sum)| !sum.is_exact);
        let inexact: Vec<Month> = inexact.map(|(month, _)| *month).collect();
        for month in inexact {
            let articles = self.articles_of_month(month);
            let latest = articles.map(|article| self.updated(article)).max();
            let by_month = Arc::make_mut(&mut self.months.by_month);
            if let (Some(sum), Some(latest)) = (by_month.get_mut(&month), latest) {
                (sum.modified, sum.is_exact) = (latest, true);
            }
        }
    }

    /// The months that have an article in a sitemap, the oldest first.
    pub fn months(&self) -> impl DoubleEndedIterator<Item = (Month, &MonthSum)> {
        let months = self.months.by_month.iter();
        months.map(|(month, sum)| (*month, sum))
    }

    /// The articles of a month that sitemaps have, the oldest first.
    pub fn articles_of_month(&self, month: Month) -> impl Iterator<Item = ArticleNo> {
        let rule = self.months.rule.as_deref();
        let from = rule.map_or(Timestamp(i64::MAX), |rule| rule.zone.before(month));
        let all = self.released.all();
        let from = all.iter_from(move |article| self.slot(*article).published < from);
        // At most 31 days, and the reserve at both ends.
        let until = move |article: &ArticleNo| {
            let Some(rule) = rule else { return false };
            let published = self.slot(*article).published;
            rule.zone.month(published.plus(-DAY_SECONDS)) <= month
        };
        from.take_while(until).filter(move |article| {
            let slot = self.slot(*article);
            rule.is_some_and(|rule| {
                rule.zone.month(slot.published) == month && address_bytes(rule, slot).is_some()
            })
        })
    }

    /// The articles that sitemaps have of those that were published after `since`, the newest first.
    pub fn published_since(&self, since: Timestamp) -> impl Iterator<Item = ArticleNo> {
        let rule = self.months.rule.as_deref();
        let newest = self.released.all().backwards();
        let newest = newest.take_while(move |article| self.slot(*article).published > since);
        newest.filter(move |article| {
            let slot = self.slot(*article);
            rule.is_some_and(|rule| address_bytes(rule, slot).is_some())
        })
    }

    /// The bytes of an article's address in XML; `None` if no sitemap has the article.
    pub fn address_bytes(&self, article: ArticleNo) -> Option<u16> {
        address_bytes(self.months.rule.as_deref()?, self.slot(article))
    }

    /// Whether the page of an article is on this server.
    pub fn has_page_here(&self, article: ArticleNo) -> bool {
        self.slot(article).address == AddressSize::HERE
    }
}
