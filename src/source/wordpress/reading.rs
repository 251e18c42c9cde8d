//! Reads posts by their ids, a hundred a call.
//!
//! A post that WordPress cannot render makes the whole call fail, so posts that fail together are read in
//! two parts, until the one that fails is refused alone. It is refused without a call until its stamp moves or
//! everything is compared; then it is asked for last, so that the others are read in few calls.

use std::collections::HashMap;

use serde_json::Value;

use super::error::WordPressError;
use super::interface::id_list;
use super::limited_json::ITEMS_A_CALL;
use super::post::{self, WHOLE_FIELDS};
use super::post_summary::{self, PostSummary};
use super::site::Attempts;
use super::{FailedPost, WordPress};
use crate::model::article::Refusal;
use crate::source::{Place, ReadOutcome, ReadResult};

/// The calls of one [`WordPress::read`] that may fail. The posts that are left then are read the next time.
const FAILED_CALLS_MAX: usize = 100;

/// Other posts that are asked for to find out whether the site can show any.
const PROBES: usize = 3;

/// Posts that failed alone and are remembered.
const FAILED_POSTS_MAX: usize = 10_000;

/// When a post that is listed is missing in so many readings, they no longer wait for it.
const ABSENCES_MAX: u32 = 4;

/// The fewest posts that calls ask for, however slow a site is.
const POSTS_A_CALL_MIN: usize = 5;

/// Calls that succeed before more posts are asked for again.
const CALLS_TO_GROW: u32 = 50;

/// Posts whose texts one call asks for: fewer after an answer that was too slow or too large.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallSize {
    posts: usize,
    /// Calls of this size that succeeded.
    succeeded: u32,
}

impl Default for CallSize {
    fn default() -> CallSize {
        CallSize {
            posts: ITEMS_A_CALL,
            succeeded: 0,
        }
    }
}

impl CallSize {
    pub(super) fn posts(self) -> usize {
        self.posts
    }

    pub(super) fn shrink(&mut self, posts: usize) {
        self.posts = self.posts.min(posts.max(POSTS_A_CALL_MIN));
        self.succeeded = 0;
    }

    /// Notes a call for so many posts that succeeded.
    fn note_success(&mut self, posts: usize) {
        self.succeeded += u32::from(posts >= self.posts);
        if self.succeeded >= CALLS_TO_GROW {
            self.posts = (2 * self.posts).min(ITEMS_A_CALL);
            self.succeeded = 0;
        }
    }
}

impl WordPress {
    /// Reads posts, and calls `done` with the index of each place and its result.
    pub fn read(
        &self,
        places: &[Place],
        mut done: impl FnMut(usize, ReadResult),
    ) -> Result<(), WordPressError> {
        let result = self.read_parts(places, &mut done);
        if let Err(error) = &result {
            self.doubt_interface(error);
        }
        result
    }

    fn read_parts(
        &self,
        places: &[Place],
        done: &mut impl FnMut(usize, ReadResult),
    ) -> Result<(), WordPressError> {
        let ids = |part: &[usize]| Vec::from_iter(part.iter().map(|&number| id(&places[number])));
        let all: Vec<usize> = (0..places.len()).collect();
        let mut asked = all.clone();
        asked.retain(|&number| match self.standing_failure(&places[number]) {
            Some(reason) => {
                done(number, refuse(&places[number], reason));
                false
            }
            None => true,
        });
        let mut parts = self.parts(places, &asked);
        let mut failed_calls = 0;
        // Whether the site has shown posts since one was refused: it may go down at any time.
        let mut shows_posts = false;
        while let Some(part) = parts.pop() {
            let attempts = self.attempts(ids(&part), failed_calls);
            let error = match self.fetch_items(ids(&part), attempts) {
                Ok(items) => {
                    shows_posts |= !items.is_empty();
                    let mut read = self.articles(items)?;
                    self.state().call_size.note_success(part.len());
                    for number in part {
                        let result = read.remove(&id(&places[number]));
                        done(number, self.shown_or_missing(&places[number], result));
                    }
                    continue;
                }
                Err(error) => error,
            };
            let may_be_of_one_post = error.may_be_of_one_post();
            if !may_be_of_one_post || !shows_posts && !self.shows_other_posts(&ids(&all)) {
                return Err(error);
            }
            shows_posts = true;
            failed_calls += 1;
            if let &[number] = &part[..] {
                shows_posts = false;
                let reason = format!("the site cannot show the post: {error}");
                self.note_failed(&places[number], &reason);
                done(number, refuse(&places[number], reason));
            } else if failed_calls < FAILED_CALLS_MAX {
                let (first, second) = part.split_at(part.len() / 2);
                if error.is_of_size() {
                    // The next calls ask for as few.
                    self.state().call_size.shrink(second.len());
                }
                parts.extend([second, first].map(<[_]>::to_vec));
            } else {
                let reason = format!("the site cannot show this post or one beside it: {error}");
                for number in part {
                    done(number, refuse(&places[number], reason.clone()));
                }
            }
        }
        Ok(())
    }

    /// Why a post cannot be shown that failed with the same stamp, and is not to be asked for again.
    fn standing_failure(&self, place: &Place) -> Option<String> {
        let state = self.state();
        let failed = state.failed.get(&id(place))?;
        (failed.stamp == Some(place.stamp)).then(|| failed.reason.clone())
    }

    /// How often a call for these posts is made. A part of posts that failed together is cut in two whether it
    /// fails for a moment or for good; only the first refusal of a post alone has to be sure.
    fn attempts(&self, ids: Vec<u64>, failed_calls: usize) -> Attempts {
        let is_sure = match ids[..] {
            [id] => self.state().failed.contains_key(&id),
            _ => failed_calls > 0,
        };
        match is_sure {
            true => Attempts::One,
            false => Attempts::Repeated,
        }
    }

    fn note_failed(&self, place: &Place, reason: &str) {
        let mut state = self.state();
        let id = id(place);
        if state.failed.len() < FAILED_POSTS_MAX || state.failed.contains_key(&id) {
            let post = FailedPost {
                stamp: Some(place.stamp),
                reason: reason.to_owned(),
            };
            state.failed.insert(id, post);
        }
    }

    /// The result of a post in an answer, which may lack it.
    fn shown_or_missing(&self, place: &Place, result: Option<ReadResult>) -> ReadResult {
        let mut state = self.state();
        let id = id(place);
        if let Some(result) = result {
            state.failed.remove(&id);
            state.absent.remove(&id);
            return result;
        }
        let times = state.absent.entry(id).or_default();
        *times += 1;
        match *times >= ABSENCES_MAX {
            true => refuse(
                place,
                "the site lists the post, but does not show it".to_owned(),
            ),
            // It has gone since it was listed, or this answer alone lacks it.
            false => ReadOutcome::Unsettled.into(),
        }
    }

    /// The indexes of those of these places that one call asks for each; the next part is the last one.
    fn parts(&self, places: &[Place], numbers: &[usize]) -> Vec<Vec<usize>> {
        let state = self.state();
        let has_failed = |number: &usize| state.failed.contains_key(&id(&places[*number]));
        let (failed, others): (Vec<usize>, Vec<usize>) =
            numbers.iter().partition(|n| has_failed(n));
        let failed = failed.into_iter().rev().map(|number| vec![number]);
        let others = others.chunks(state.call_size.posts()).rev();
        failed.chain(others.map(<[_]>::to_vec)).collect()
    }

    /// Whether the site shows a whole post that is none of these, or has no other one.
    fn shows_other_posts(&self, ids: &[u64]) -> bool {
        let site = self.clone();
        let mut ids = ids.to_vec();
        // The newest posts that failed before say nothing.
        ids.extend(self.state().failed.keys().rev().take(ITEMS_A_CALL));
        let exclude = id_list(&ids);
        let shows = self.wait(async move {
            let mut error = None;
            for route in site.0.site.interface().await?.posts {
                for offset in 0..PROBES {
                    let query = [
                        ("exclude", exclude.clone()),
                        ("offset", offset.to_string()),
                        ("per_page", "1".to_owned()),
                        ("status", "publish".to_owned()),
                        ("_fields", WHOLE_FIELDS.to_owned()),
                    ];
                    match site.0.site.list(&route, &query).await {
                        Ok(list) if list.items.is_empty() => break,
                        Ok(_) => return Ok(()),
                        Err(failure) => error = Some(failure),
                    }
                }
            }
            error.map_or(Ok(()), Err)
        });
        shows.is_ok()
    }

    /// The whole posts with these ids that the site shows.
    fn fetch_items(&self, ids: Vec<u64>, attempts: Attempts) -> Result<Vec<Value>, WordPressError> {
        let site = self.clone();
        self.wait(async move {
            let site = &site.0.site;
            let query = [
                ("include", id_list(&ids)),
                ("per_page", ITEMS_A_CALL.to_string()),
                ("status", "publish".to_owned()),
                ("_fields", WHOLE_FIELDS.to_owned()),
            ];
            let mut items: Vec<Value> = Vec::new();
            for route in site.interface().await?.posts {
                items.extend(site.list_by(attempts, &route, &query).await?.items);
            }
            let is_empty = items.is_empty();
            items.retain(|item| item["id"].as_u64().is_some_and(|id| ids.contains(&id)));
            if items.is_empty() && !is_empty {
                return Err(WordPressError::OtherJson {
                    url: site.shown(),
                    expected: "the posts that were asked for",
                });
            }
            Ok(items)
        })
    }

    /// The articles of posts, by their ids.
    fn articles(&self, items: Vec<Value>) -> Result<HashMap<u64, ReadResult>, WordPressError> {
        let source = self.clone();
        self.wait(async move {
            let (site, settings) = (&source.0.site, &source.0.settings);
            let home = site.interface().await?.home;
            let posts: Vec<PostSummary> = items.iter().filter_map(PostSummary::of).collect();
            let mut lookups = source.0.lookups.lock().await;
            lookups.fetch_for(site, &posts).await?;
            lookups.fetch_whole_pictures(site, &posts).await?;
            let read = items.iter().zip(&posts).map(|(item, listed)| {
                let result = match lookups.lacks_picture_of(listed) {
                    true => ReadOutcome::Unsettled.into(),
                    false => ReadResult {
                        outcome: ReadOutcome::of("post", || {
                            post::accept(item, &mut lookups, &home, settings)
                        }),
                        columns: listed.columns(),
                    },
                };
                (listed.id, result)
            });
            Ok(read.collect())
        })
    }
}

fn id(place: &Place) -> u64 {
    post_summary::id(&place.path).unwrap_or_default()
}

/// A post that cannot be read now keeps its last good version, unless it got a password.
fn refuse(place: &Place, reason: String) -> ReadResult {
    let hint = "open the post's page; a plugin may fail on it";
    let refusal = Refusal::new(None, reason, hint);
    let refusal = refusal.withdrawn_if(post_summary::is_protected(place.stamp));
    ReadOutcome::Unreadable(refusal).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_grow_again_after_many_successes() {
        let mut size = CallSize::default();
        size.shrink(50);
        size.shrink(25);
        size.shrink(80);
        assert_eq!(size.posts(), 25);
        for expected in [25, 50, 100, 100] {
            assert_eq!(size.posts(), expected);
            // Calls for fewer posts say nothing.
            size.note_success(expected - 1);
            (0..CALLS_TO_GROW).for_each(|_| size.note_success(expected));
        }
        size.shrink(2);
        assert_eq!(size.posts(), POSTS_A_CALL_MIN);
    }
}
