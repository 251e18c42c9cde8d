//! Finds the posts that have gone from a large site, without listing all of it.
//!
//! The site counts the posts between two dates. Where that number is not the number known there, the range is
//! halved, until one page shows what is missing in it. So among ten thousand posts one that has gone is found
//! with some fifteen calls in place of a hundred.

use super::WordPress;
use super::error::WordPressError;
use super::limited_json::ITEMS_A_CALL;
use super::listing::{PAGE, page, shown};
use super::poll::gmt;
use super::post_summary::KnownPosts;
use crate::model::time::Timestamp;

/// With fewer posts of all types a listing of all of them takes about as many calls.
const KNOWN_MIN: usize = 1_000;

/// Calls after which a listing of all posts is cheaper.
const CALLS_MAX: usize = 40;

/// The most posts that are looked for: more are a loss to be seen as a whole.
const REMOVED_MAX: usize = ITEMS_A_CALL;

impl WordPress {
    /// The posts that are known and have gone, if they can be found with few calls and are all that the number
    /// of posts differs by.
    pub(super) async fn find_removed(&self) -> Result<Option<Vec<u64>>, WordPressError> {
        let types = self.state().types.clone();
        let known: usize = types.iter().map(|of_type| of_type.known.len()).sum();
        // Posts that the site counts and hides are in no range that is known.
        if known < KNOWN_MIN || types.iter().any(|of_type| of_type.hidden > 0) {
            return Ok(None);
        }
        let mut all_removed = Vec::new();
        for (route, of_type) in self.0.site.interface().await?.posts.iter().zip(&types) {
            match self.removed_of(route, &of_type.known).await? {
                Some(removed) => all_removed.extend(removed),
                None => return Ok(None),
            }
        }
        let is_some = (1..=REMOVED_MAX).contains(&all_removed.len());
        Ok(is_some.then_some(all_removed))
    }

    async fn removed_of(
        &self,
        route: &str,
        known: &KnownPosts,
    ) -> Result<Option<Vec<u64>>, WordPressError> {
        let known = known.iter().map(|(id, post)| (post.published, *id));
        let mut posts: Vec<(Timestamp, u64)> = known.collect();
        posts.sort_unstable();
        let mut counted = None;
        let mut removed = Vec::new();
        // The newest range is the last one: posts that go are new ones mostly.
        let mut ranges = vec![(0, posts.len())];
        for _ in 0..CALLS_MAX {
            let Some((from, to)) = ranges.pop() else {
                break;
            };
            let mut query = Vec::new();
            if from > 0 {
                query.push(("after", gmt(posts[from].0.plus(-1))));
            }
            if let Some((at, _)) = posts.get(to) {
                query.push(("before", gmt(*at)));
            }
            let shown = page(&self.0.site, route, query).await?;
            counted = counted.or(Some(shown.counted));
            let range = &posts[from..to];
            if shown.counted == range.len() as u64 {
                continue;
            }
            if shown.counted <= PAGE {
                let is_shown = |id| shown.posts.iter().any(|post| post.id == id);
                removed.extend(range.iter().map(|(_, id)| *id).filter(|id| !is_shown(*id)));
                continue;
            }
            // Posts with one date stay together.
            let middle = range[range.len() / 2].0;
            let middle = from + range.partition_point(|(at, _)| *at < middle);
            if middle == from {
                return Ok(None);
            }
            ranges.extend([(from, middle), (middle, to)]);
        }
        let is_explained =
            counted.is_some_and(|counted| counted + removed.len() as u64 == posts.len() as u64);
        if !ranges.is_empty() || !is_explained || removed.len() > REMOVED_MAX {
            return Ok(None);
        }
        // A post may have another date by the clock of the site than by ours.
        let there = shown(&self.0.site, route, &removed).await?;
        Ok(there.is_empty().then_some(removed))
    }
}
