//! The posts that may have changed since the last listings, and single posts.
//!
//! Of those that were modified since, the newest page is enough if its last post is known: what stands behind
//! it was modified before that post.

use std::collections::BTreeMap;
use std::time::Instant;

use tracing::warn;

use super::WordPress;
use super::error::WordPressError;
use super::listing::{Listing, PAGE, Page, page, shown};
use super::post_summary::{self, KnownPost, KnownPosts, PostSummary};
use crate::model::time::Timestamp;
use crate::source::Place;

/// How long posts are not in the order of their changes after the clock of the site was set back by an hour.
const CLOCK_DOUBT_SECONDS: i64 = 2 * 3_600;

/// A time that no post was changed after.
const FAR_FUTURE: Timestamp = Timestamp(4_102_444_800);

/// The posts that may have changed since an instant.
pub(super) async fn recent(
    site: WordPress,
    since: Timestamp,
) -> Result<Vec<Place>, WordPressError> {
    let asked = Instant::now();
    let mut all: BTreeMap<u64, PostSummary> = BTreeMap::new();
    let mut began = None;
    let mut types: Vec<(KnownPosts, u64)> = Vec::new();
    // What posts name by numbers was missing in answers until now.
    site.0.lookups.lock().await.take_new_gaps();
    for (index, route) in site.0.site.interface().await?.posts.into_iter().enumerate() {
        let mut posts = BTreeMap::new();
        // The number of posts is that of the last answer.
        let mut orders = vec!["date", "id"];
        if site.filters_changes(&route).await? {
            let filter = vec![("modified_after", gmt(since))];
            let mut query = newest_by("modified");
            query.extend(filter.iter().cloned());
            let page = page(&site.0.site, &route, query).await?;
            began = began.or(page.now);
            if page.counted > PAGE && !site.knows_rest(index, &page).await? {
                let mut modified = Listing::new(route.clone(), filter);
                while !modified.ended {
                    let found = modified.fetch(&site.0.site).await?;
                    posts.extend(found.into_iter().map(|post| (post.id, post)));
                }
            }
            posts.extend(page.posts.into_iter().map(|post| (post.id, post)));
        } else {
            orders.insert(0, "modified");
        }
        let mut counted = 0;
        for order in orders {
            let page = page(&site.0.site, &route, newest_by(order)).await?;
            posts.extend(page.posts.into_iter().map(|post| (post.id, post)));
            began = began.or(page.now);
            counted = page.counted;
        }
        let now = Timestamp::now();
        let known = posts.values().map(|post| KnownPost::of(post, now));
        types.push((known.collect(), counted));
        all.extend(posts);
    }
    let posts: Vec<PostSummary> = all.into_values().collect();
    let newest = newest_of(&posts, began);
    let places = site.places(&posts).await?;
    let now = Instant::now();
    let has_new_gaps = site.0.lookups.lock().await.take_new_gaps();
    let mut state = site.state();
    if has_new_gaps {
        state.gaps_until = Some(now + site.0.site.confirm_after());
    }
    let has_gaps = has_new_gaps || state.gaps_until.is_some_and(|until| asked < until);
    state.note(began, newest);
    for (of_type, (mut known, counted)) in state.types.iter_mut().zip(types) {
        if has_gaps {
            known.values_mut().for_each(|post| post.settled = None);
        }
        of_type.known.extend(known);
        of_type.counted = counted;
    }
    Ok(places)
}

/// The place of one post, if it is published.
pub(super) async fn one(site: WordPress, id: u64) -> Result<Vec<Place>, WordPressError> {
    let mut posts = Vec::new();
    for route in site.0.site.interface().await?.posts {
        posts.extend(shown(&site.0.site, &route, &[id]).await?);
    }
    site.places(&posts).await
}

/// Asks for the newest posts in an order.
fn newest_by(order: &str) -> Vec<(&'static str, String)> {
    vec![("orderby", order.to_owned()), ("order", "desc".to_owned())]
}

impl WordPress {
    /// Whether the site lists posts by their last change. WordPress before 5.7 takes no notice of that filter;
    /// then a poll sees the hundred posts that were changed last.
    async fn filters_changes(&self, route: &str) -> Result<bool, WordPressError> {
        if let Some(filters) = self.state().filters_changes {
            return Ok(filters);
        }
        let query = vec![("modified_after", gmt(FAR_FUTURE))];
        let filters = page(&self.0.site, route, query).await?.posts.is_empty();
        self.state().filters_changes = Some(filters);
        if !filters {
            let name = self.name();
            warn!(
                "{name} runs WordPress before 5.7, which does not list posts by their last change: when more \
                 than a hundred are changed between two polls, the others are seen within `rows`"
            );
        }
        Ok(filters)
    }

    /// Whether all posts are known that were modified before those of a page, the newest by their last change.
    ///
    /// WordPress orders them by the clock of its own zone. For two hours after it was set back, what is modified
    /// may stand behind posts that were modified before.
    async fn knows_rest(&self, index: usize, page: &Page) -> Result<bool, WordPressError> {
        let interface = self.0.site.interface().await?;
        let now = page.now.unwrap_or_else(Timestamp::now);
        let state = self.state();
        let from = state
            .listed
            .unwrap_or(now)
            .min(now)
            .plus(-CLOCK_DOUBT_SECONDS);
        if interface.clock_went_back(from, now) {
            return Ok(false);
        }
        let known = state.types.get(index).map(|of_type| &of_type.known);
        Ok(page.posts.last().zip(known).is_some_and(|(last, known)| {
            let settled = known.get(&last.id).and_then(|post| post.settled);
            settled.is_some() && settled == last.modified
        }))
    }

    /// The places of posts, with what the posts name by numbers.
    pub(super) async fn places(&self, posts: &[PostSummary]) -> Result<Vec<Place>, WordPressError> {
        let mut lookups = self.0.lookups.lock().await;
        lookups.fetch_for(&self.0.site, posts).await?;
        self.0.term_slugs.add(lookups.take_term_slugs());
        let now = Timestamp::now();
        let places = posts.iter().map(|post| Place {
            path: post_summary::path(post.id),
            stamp: post.stamp(lookups.digest(post), now),
            closed: false,
            recheck: false,
            columns: None,
        });
        Ok(places.collect())
    }
}

/// The last change of these posts until `now`.
pub(super) fn newest_of(posts: &[PostSummary], now: Option<Timestamp>) -> Option<Timestamp> {
    let now = now.unwrap_or_else(Timestamp::now);
    let changes = posts.iter().filter_map(|post| post.modified);
    changes.filter(|at| *at <= now).max()
}

/// An instant as the interface takes it.
pub(super) fn gmt(at: Timestamp) -> String {
    let at = chrono::DateTime::from_timestamp(at.0, 0).unwrap_or_default();
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
