//! Reads posts by their ids, a hundred a call.
//!
//! A post that WordPress cannot render makes the whole call fail, so posts that fail together are read in
//! two parts, until the one that fails is refused alone.

use std::collections::HashMap;

use serde_json::Value;

use super::WordPress;
use super::error::WordPressError;
use super::listed::{self, Listed};
use super::listing::page;
use super::lookups::ITEMS_A_CALL;
use super::post::{self, WHOLE_FIELDS};
use crate::model::article::Refusal;
use crate::source::{Place, ReadOutcome, ReadResult};

/// When this many posts fail in one call of [`WordPress::read`], it is the site that fails.
const FAILED_POSTS_MAX: usize = 16;

/// The fewest posts that calls ask for, however slow a site is.
const POSTS_A_CALL_MIN: usize = 5;

impl WordPress {
    /// Reads posts, and calls `done` with the index of each place and its result.
    pub fn read(
        &self,
        places: &[Place],
        mut done: impl FnMut(usize, ReadResult),
    ) -> Result<(), WordPressError> {
        let all = Vec::from_iter(0..places.len());
        let at_once = self.state().posts_a_call;
        // The next part is the last one.
        let mut parts: Vec<Vec<usize>> = all.chunks(at_once).rev().map(<[_]>::to_vec).collect();
        let mut failed = 0;
        while let Some(part) = parts.pop() {
            let ids: Vec<u64> = part
                .iter()
                .filter_map(|&number| listed::id(&places[number].path))
                .collect();
            let site = self.clone();
            let read = self.wait({
                let ids = ids.clone();
                async move { site.read_posts(&ids).await }
            });
            let error = match read {
                Ok(mut read) => {
                    for number in part {
                        let id = listed::id(&places[number].path);
                        let result = id.and_then(|id| read.remove(&id));
                        // It has gone since it was listed, which the next listing shows.
                        done(
                            number,
                            result.unwrap_or_else(|| ReadOutcome::Unsettled.into()),
                        );
                    }
                    continue;
                }
                Err(error) => error,
            };
            if !error.may_be_of_one_post() || failed == FAILED_POSTS_MAX || !self.answers() {
                return Err(error);
            }
            if let &[number] = &part[..] {
                failed += 1;
                let reason = format!("the site cannot show the post: {error}");
                let hint = "open the post's page; a plugin may fail on it";
                let is_protected = listed::is_protected(places[number].stamp);
                let refusal = Refusal::new(None, reason, hint).withdrawn_if(is_protected);
                done(number, ReadOutcome::Unreadable(refusal).into());
                continue;
            }
            let (first, second) = part.split_at(part.len() / 2);
            if error.is_of_size() {
                // The next calls ask for as few.
                self.state().posts_a_call = second.len().max(POSTS_A_CALL_MIN);
            }
            parts.extend([second, first].map(<[_]>::to_vec));
        }
        Ok(())
    }

    /// Whether the site lists posts.
    fn answers(&self) -> bool {
        let site = self.clone();
        let listed = self.wait(async move {
            for route in site.0.site.interface().await?.posts {
                page(&site.0.site, &route, Vec::new()).await?;
            }
            Ok(())
        });
        listed.is_ok()
    }

    /// The articles of posts, by their ids, without those that are not there.
    async fn read_posts(&self, ids: &[u64]) -> Result<HashMap<u64, ReadResult>, WordPressError> {
        let (site, settings) = (&self.0.site, &self.0.settings);
        let interface = site.interface().await?;
        let include: Vec<String> = ids.iter().map(u64::to_string).collect();
        let query = [
            ("include", include.join(",")),
            ("per_page", ITEMS_A_CALL.to_string()),
            ("status", "publish".to_owned()),
            ("_fields", WHOLE_FIELDS.to_owned()),
        ];
        let mut items: Vec<Value> = Vec::new();
        for route in &interface.posts {
            items.extend(site.list(route, &query).await?.items);
        }
        let posts: Vec<Listed> = items.iter().filter_map(Listed::of).collect();
        let mut lookups = self.0.lookups.lock().await;
        lookups.fetch_for(site, &posts).await?;
        lookups.fetch_whole_pictures(site, &posts).await?;
        let read = items.iter().filter_map(|item| {
            let listed = Listed::of(item)?;
            let accept = || post::accept(item, &mut lookups, &interface.home, settings);
            let result = ReadResult {
                outcome: ReadOutcome::of("post", accept),
                columns: listed.columns(),
            };
            Some((listed.id, result))
        });
        Ok(read.collect())
    }
}
