//! What decides whether search engines have to be told of an article's page.
//!
//! The store has changes by the position of their fields, so another field needs another `LAYOUT` (`store.rs`).

use serde::{Deserialize, Serialize};

use crate::model::article::{Revision, Visibility};
use crate::model::article_meta::ArticleMeta;
use crate::model::record::RecordId;
use crate::model::time::Timestamp;

/// A stored version of an article, as far as search engines know its page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageVersion {
    /// Its record.
    pub record: RecordId,
    /// Its revision.
    pub revision: Revision,
    /// Its first publication.
    pub published: Timestamp,
    /// Its last correction, which may be in the future.
    pub updated: Timestamp,
    /// From this instant on it is withdrawn.
    pub expires: Option<Timestamp>,
    /// Who may see it.
    pub visibility: Visibility,
    /// Its page on the newsroom's site; without one its page is that of this server.
    pub url: Option<String>,
}

impl PageVersion {
    /// The version of these metadata, with the page `url`.
    pub fn new(meta: &ArticleMeta, url: Option<String>) -> PageVersion {
        PageVersion {
            record: meta.record,
            revision: meta.revision,
            published: meta.published,
            updated: meta.updated,
            expires: meta.expires,
            visibility: meta.visibility,
            url,
        }
    }

    /// Whether search engines may show it at an instant.
    fn is_shown(&self, at: Timestamp) -> bool {
        self.visibility.is_in_search()
            && self.published <= at
            && self.expires.is_none_or(|end| end > at)
    }
}

/// A change of an article: its version that search engines may know, and the one that is stored now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageChange {
    /// The version before the change; `None` if the article is new.
    pub before: Option<PageVersion>,
    /// The version after it; `None` if the article was deleted.
    pub after: Option<PageVersion>,
    /// Whether the newsroom changed it. Otherwise this program only read it differently, which no reader of
    /// the page notices.
    pub is_edit: bool,
}

impl PageChange {
    /// This change followed by another one of the same article.
    pub fn followed_by(self, after: Option<PageVersion>, is_edit: bool) -> PageChange {
        PageChange {
            before: self.before,
            after,
            is_edit: self.is_edit || is_edit,
        }
    }

    /// The versions whose pages search engines are told of at `now`, who were last told at `last`: of a page
    /// that is new, changed or withdrawn, and of both addresses of one that moved.
    pub fn to_tell(
        &self,
        last: Timestamp,
        now: Timestamp,
    ) -> impl Iterator<Item = &PageVersion> + use<'_> {
        let before = self.before.as_ref().filter(|before| before.is_shown(last));
        let after = self.after.as_ref().filter(|after| after.is_shown(now));
        let told = match (before, after) {
            (Some(before), Some(after)) if before.url == after.url => {
                let is_other = self.is_edit && before.revision != after.revision;
                let is_corrected = last < after.updated && after.updated <= now;
                [None, Some(after).filter(|_| is_other || is_corrected)]
            }
            both => [both.0, both.1],
        };
        told.into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The hour of these tests.
    const END: i64 = 12;

    /// What happens to one article.
    #[derive(Clone, Debug)]
    enum Event {
        Put(PageVersion),
        Remove,
        /// Search engines are told of what changed since they were last told.
        Tell,
    }

    fn version() -> impl Strategy<Value = PageVersion> {
        let expires = proptest::option::of(0..END);
        let visibility = prop_oneof![
            3 => Just(Visibility::Public),
            1 => Just(Visibility::OutOfFeeds),
            1 => Just(Visibility::Draft),
            1 => Just(Visibility::OutOfSearch),
        ];
        let url = proptest::option::of(prop_oneof![Just("/a"), Just("/b")]);
        let parts = (0..3_u128, 0..END, 0..END, expires, visibility, url);
        parts.prop_map(|(revision, published, updated, expires, visibility, url)| {
            // Everything that a page shows is part of the revision.
            let updated = updated.max(published);
            let revision = revision * 10_000 + (published * 100 + updated) as u128;
            PageVersion {
                record: RecordId(0),
                revision: Revision(revision),
                published: Timestamp(published),
                updated: Timestamp(updated),
                expires: expires.map(Timestamp),
                visibility,
                url: url.map(str::to_owned),
            }
        })
    }

    /// What a reader sees: the address of the page, its revision, and the correction that counts.
    fn shown(
        version: Option<&PageVersion>,
        at: i64,
    ) -> Option<(Option<String>, Revision, Timestamp)> {
        let version = version?;
        let is_out = version.visibility == Visibility::Public
            && version.published.0 <= at
            && version.expires.is_none_or(|end| end.0 > at);
        let counts = match version.updated.0 <= at {
            true => version.updated,
            false => version.published,
        };
        is_out.then(|| (version.url.clone(), version.revision, counts))
    }

    proptest! {
        /// One event each hour: what is told is what differs between the two tellings.
        #[test]
        fn what_is_told_is_what_readers_see_otherwise(
            events in proptest::collection::vec(
                prop_oneof![
                    3 => version().prop_map(Event::Put),
                    1 => Just(Event::Remove),
                    2 => Just(Event::Tell),
                ],
                1..END as usize,
            )
        ) {
            let (mut stored, mut told) = (None::<PageVersion>, None::<PageVersion>);
            let (mut change, mut last) = (None::<PageChange>, 0);
            for (now, event) in (0..).zip(events) {
                let after = match event {
                    Event::Put(version) => Some(version),
                    Event::Remove => None,
                    Event::Tell => {
                        // Without an edit an article changes at its instants.
                        let change = change.take().unwrap_or(PageChange {
                            before: stored.clone(),
                            after: stored.clone(),
                            is_edit: false,
                        });
                        let urls = change.to_tell(Timestamp(last), Timestamp(now));
                        let urls: Vec<_> = urls.map(|version| version.url.clone()).collect();
                        let (seen, sees) = (shown(told.as_ref(), last), shown(stored.as_ref(), now));
                        let mut expected = Vec::new();
                        if seen != sees {
                            expected.extend(seen.map(|(url, ..)| url));
                            expected.extend(sees.map(|(url, ..)| url));
                            expected.dedup();
                        }
                        prop_assert_eq!(urls, expected);
                        (told, last) = (stored.clone(), now);
                        continue;
                    }
                };
                change = Some(match change.take() {
                    Some(change) => change.followed_by(after.clone(), true),
                    None => PageChange { before: stored.clone(), after: after.clone(), is_edit: true },
                });
                stored = after;
            }
        }
    }

    #[test]
    fn an_article_that_is_only_read_differently_is_told_where_its_page_moves() {
        let version = PageVersion {
            record: RecordId(0),
            revision: Revision(1),
            published: Timestamp(1),
            updated: Timestamp(1),
            expires: None,
            visibility: Visibility::Public,
            url: None,
        };
        let tells = |after: PageVersion| {
            let change = PageChange {
                before: Some(version.clone()),
                after: Some(after),
                is_edit: false,
            };
            let told = change.to_tell(Timestamp(9), Timestamp(9));
            told.map(|version| version.url.clone()).collect::<Vec<_>>()
        };
        let other_revision = PageVersion {
            revision: Revision(2),
            ..version.clone()
        };
        assert_eq!(tells(other_revision), []);
        let moved = PageVersion {
            url: Some("/a".into()),
            ..version.clone()
        };
        assert_eq!(tells(moved), [None, Some("/a".into())]);
    }
}
