//! Lists all posts of a site, page by page, of several types in one order.

use std::collections::VecDeque;
use std::time::Instant;

use tracing::warn;

use super::error::WordPressError;
use super::listing::{Listing, shown};
use super::poll::newest_of;
use super::post_summary::{KnownPost, KnownPosts};
use super::{Names, State, TypeState, WordPress};
use crate::model::count::many;
use crate::model::time::Timestamp;
use crate::source::{ListingError, Place};

/// When a listing that the site counts more posts for lacks more known posts than this, it is not believed,
/// since each of them is asked for.
const MISSING_MAX: usize = 1_000;

/// A listing of all posts, of several types in one order.
pub(super) struct Walk {
    site: WordPress,
    names: Names,
    /// `None` before the first call.
    types: Option<Vec<TypeWalk>>,
    /// The last change of a post in this listing.
    newest: Option<Timestamp>,
    ended: bool,
}

/// The listing of one type.
struct TypeWalk {
    listing: Listing,
    /// Places that were fetched and not taken yet.
    places: VecDeque<Place>,
    /// The posts that were listed.
    known: KnownPosts,
}

impl TypeWalk {
    fn start(route: String) -> TypeWalk {
        TypeWalk {
            listing: Listing::new(route, Vec::new()),
            places: VecDeque::new(),
            known: KnownPosts::new(),
        }
    }

    fn is_due(&self) -> bool {
        self.places.is_empty() && !self.listing.ended
    }

    /// How many posts the site counts beyond those that it listed.
    fn lacking(&self) -> u64 {
        self.listing.counted.saturating_sub(self.listing.listed)
    }
}

impl Walk {
    pub(super) fn start(site: WordPress, names: Names) -> Walk {
        Walk {
            site,
            names,
            types: None,
            newest: None,
            ended: false,
        }
    }

    /// Fetches a page of each type that has no place left.
    fn fill(&mut self) -> Result<(), WordPressError> {
        let site = self.site.clone();
        let names = self.names;
        let types = self.types.take();
        let (types, newest) = self.site.call(async move {
            let mut newest = None;
            let mut types = match types {
                Some(types) => types,
                None => start(&site, names).await?,
            };
            for of_type in types.iter_mut().filter(|of_type| of_type.is_due()) {
                let posts = of_type.listing.fetch(&site.0.site).await?;
                newest = newest.max(newest_of(&posts, of_type.listing.began));
                let now = Timestamp::now();
                let known = posts.iter().map(|post| KnownPost::of(post, now));
                of_type.known.extend(known);
                of_type.places.extend(site.places(&posts).await?);
            }
            Ok((types, newest))
        })?;
        self.types = Some(types);
        self.newest = self.newest.max(newest);
        Ok(())
    }

    /// The place with the lowest id, if all types have one or are at their end.
    fn take(&mut self) -> Option<Place> {
        let types = self.types.as_mut()?;
        let first = types
            .iter_mut()
            .filter(|of_type| !of_type.places.is_empty());
        let first = first.min_by(|one, other| {
            let path = |of_type: &TypeWalk| of_type.places.front().map(|place| place.path.clone());
            path(one).cmp(&path(other))
        })?;
        first.places.pop_front()
    }

    /// Believes the listing, if it is complete or lacks what it lacks for good.
    fn finish(&mut self) -> Result<(), WordPressError> {
        let types = self.types.take().unwrap_or_default();
        let lacking: Vec<u64> = types.iter().map(TypeWalk::lacking).collect();
        let emptied = self.emptied(&types);
        let known = emptied.iter().sum();
        let missing = lacking.iter().zip(&emptied);
        let missing = missing.map(|(lacking, emptied)| lacking + *emptied as u64);
        let is_usual = self.is_usual(&missing.collect::<Vec<u64>>());
        if !is_usual && known > 0 {
            return Err(WordPressError::Emptied {
                url: self.site.name().to_owned(),
                known,
            });
        }
        if !is_usual || self.misses_known_posts(&types)? {
            return Err(WordPressError::Incomplete {
                url: self.site.name().to_owned(),
                listed: types.iter().map(|of_type| of_type.listing.listed).sum(),
                counted: types.iter().map(|of_type| of_type.listing.counted).sum(),
            });
        }
        if self.names == Names::Renewed {
            self.site.0.lookups.blocking_lock().drop_expired();
        }
        let began = types.iter().find_map(|of_type| of_type.listing.began);
        let mut state = self.site.state();
        if state.hidden_posts() == 0 && lacking.iter().any(|lacking| *lacking > 0) {
            warn!("{}: {}", self.site.name(), unlisted(lacking.iter().sum()));
        }
        state.note(began, self.newest);
        let types = types.into_iter().zip(lacking);
        let types = types.map(|(of_type, hidden)| TypeState {
            known: of_type.known,
            counted: of_type.listing.counted,
            hidden,
        });
        let State {
            types: known,
            failed,
            absent,
            ..
        } = &mut *state;
        *known = types.collect();
        let is_known = |id: &u64| known.iter().any(|of_type| of_type.known.contains_key(id));
        failed.retain(|id, _| is_known(id));
        absent.retain(|id, _| is_known(id));
        Ok(())
    }

    /// How many posts of each type were known, if it has none any more. The site may have answered so for a
    /// moment.
    fn emptied(&self, types: &[TypeWalk]) -> Vec<usize> {
        let state = self.site.state();
        let known = types.iter().enumerate().map(|(index, of_type)| {
            let before = state.types.get(index).map(|before| before.known.len());
            let is_empty = of_type.listing.listed == 0 && of_type.listing.counted == 0;
            before.filter(|_| is_empty).unwrap_or(0)
        });
        known.collect()
    }

    /// Whether listings have lacked as many posts for some time, or none. A plugin may hide posts that the site
    /// counts.
    fn is_usual(&self, lacking: &[u64]) -> bool {
        let mut state = self.site.state();
        if lacking.iter().all(|lacking| *lacking == 0) {
            state.lacking = None;
            return true;
        }
        match &state.lacking {
            Some((before, since)) if before == lacking => {
                since.elapsed() >= self.site.0.site.confirm_after()
            }
            Some(_) | None => {
                state.lacking = Some((lacking.to_vec(), Instant::now()));
                false
            }
        }
    }

    /// Whether a listing with fewer posts than the site counts lacks known posts that the site still shows.
    fn misses_known_posts(&self, types: &[TypeWalk]) -> Result<bool, WordPressError> {
        let mut missing = Vec::new();
        let state = self.site.state();
        for (index, (of_type, before)) in types.iter().zip(&state.types).enumerate() {
            if of_type.lacking() > 0 {
                let known = before.known.keys().copied();
                let gone: Vec<u64> = known.filter(|id| !of_type.known.contains_key(id)).collect();
                missing.push((index, gone));
            }
        }
        drop(state);
        let count: usize = missing.iter().map(|(_, ids)| ids.len()).sum();
        if count == 0 || count > MISSING_MAX {
            return Ok(count > 0);
        }
        let site = self.site.clone();
        self.site.call(async move {
            let routes = site.0.site.interface().await?.posts;
            for (index, ids) in missing {
                if let Some(route) = routes.get(index)
                    && !shown(&site.0.site, route, &ids).await?.is_empty()
                {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }
}

impl Iterator for Walk {
    type Item = Result<Place, ListingError>;

    fn next(&mut self) -> Option<Result<Place, ListingError>> {
        if self.ended {
            return None;
        }
        let is_due = |types: &Vec<TypeWalk>| types.iter().any(TypeWalk::is_due);
        if self.types.as_ref().is_none_or(is_due)
            && let Err(error) = self.fill()
        {
            self.ended = true;
            return Some(Err(error.into()));
        }
        if let Some(place) = self.take() {
            return Some(Ok(place));
        }
        self.ended = true;
        self.finish().err().map(|error| Err(error.into()))
    }
}

/// What is said of so many posts that the site counts and does not list.
pub(super) fn unlisted(count: u64) -> String {
    format!(
        "the site counts {} that it does not list",
        many(count, "post")
    )
}

impl State {
    /// How many posts the site counts and does not list for good.
    pub(super) fn hidden_posts(&self) -> u64 {
        self.types.iter().map(|of_type| of_type.hidden).sum()
    }

    /// Notes a complete listing.
    pub(super) fn note(&mut self, began: Option<Timestamp>, newest: Option<Timestamp>) {
        self.listed = Some(began.unwrap_or_else(Timestamp::now));
        self.newest = self.newest.max(newest);
    }
}

/// The listings of all types.
async fn start(site: &WordPress, names: Names) -> Result<Vec<TypeWalk>, WordPressError> {
    if names == Names::Renewed {
        site.0.lookups.lock().await.expire();
        // What a plugin failed on may be mended without a change of the post.
        let mut state = site.state();
        state.failed.values_mut().for_each(|post| post.stamp = None);
    }
    let routes = site.0.site.interface().await?.posts.into_iter();
    Ok(routes.map(TypeWalk::start).collect())
}
