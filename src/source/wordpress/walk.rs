//! The places of a site: all of them page by page, or those that may have changed.

use std::collections::{BTreeMap, VecDeque};

use super::error::WordPressError;
use super::listed::{self, Known, Listed};
use super::listing::{Listing, page};
use super::{State, WordPress};
use crate::model::time::Timestamp;
use crate::source::{ListingError, Place};

/// A listing of all posts, of several types in one order.
pub(super) struct Walk {
    site: WordPress,
    /// Each type with its places that were fetched and not taken yet; `None` before the first call.
    types: Option<Vec<(Listing, VecDeque<Place>)>>,
    /// The last change of a post in this listing.
    newest: Option<Timestamp>,
    /// The posts of each type in this listing.
    known: Vec<Known>,
    ended: bool,
}

impl Walk {
    pub(super) fn start(site: WordPress) -> Walk {
        Walk {
            site,
            types: None,
            newest: None,
            known: Vec::new(),
            ended: false,
        }
    }

    /// Fetches a page of each type that has no place left.
    fn fill(&mut self) -> Result<(), WordPressError> {
        let site = self.site.clone();
        let only_ids = std::mem::take(&mut self.site.state().only_ids);
        let (types, mut known) = (self.types.take(), std::mem::take(&mut self.known));
        let (types, known, newest) = self.site.wait(async move {
            let mut newest = None;
            let mut types = match types {
                Some(types) => types,
                None => start(&site, only_ids).await?,
            };
            known.resize(types.len(), Known::new());
            for ((listing, places), known) in types.iter_mut().zip(&mut known) {
                if places.is_empty() {
                    let posts = listing.fetch(&site.0.site).await?;
                    newest = newest.max(newest_of(&posts, listing.began));
                    known.extend(posts.iter().map(dated));
                    places.extend(site.places(&posts).await?);
                }
            }
            Ok((types, known, newest))
        })?;
        self.types = Some(types);
        self.known = known;
        self.newest = self.newest.max(newest);
        Ok(())
    }

    /// The place with the lowest id, if all types have one or are at their end.
    fn take(&mut self) -> Option<Place> {
        let types = self.types.as_mut()?;
        let first = types.iter_mut().filter(|(_, places)| !places.is_empty());
        let (_, places) = first.min_by(|(_, one), (_, other)| {
            let path = |places: &VecDeque<Place>| places.front().map(|place| place.path.clone());
            path(one).cmp(&path(other))
        })?;
        places.pop_front()
    }

    /// Believes the listing, unless it has fewer posts than the site counts. The same number twice is how
    /// that site counts.
    fn finish(&mut self) -> Result<(), WordPressError> {
        let types = self.types.iter().flatten();
        let (mut listed, mut counted, mut began) = (0, 0, None);
        for (listing, _) in types {
            listed += listing.listed;
            counted += listing.counted;
            began = began.or(listing.began);
        }
        let mut state = self.site.state();
        let incomplete = (listed < counted).then_some((listed, counted));
        let is_known = incomplete == state.incomplete;
        state.incomplete = incomplete;
        if incomplete.is_some() && !is_known {
            return Err(WordPressError::Incomplete {
                url: self.site.name().to_owned(),
                listed,
                counted,
            });
        }
        state.note(began, self.newest, counted);
        state.known = std::mem::take(&mut self.known);
        Ok(())
    }
}

impl Iterator for Walk {
    type Item = Result<Place, ListingError>;

    fn next(&mut self) -> Option<Result<Place, ListingError>> {
        if self.ended {
            return None;
        }
        let is_due = |types: &Vec<(Listing, VecDeque<Place>)>| {
            let mut types = types.iter();
            types.any(|(listing, places)| places.is_empty() && !listing.ended)
        };
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

impl State {
    /// Notes a complete listing.
    fn note(&mut self, began: Option<Timestamp>, newest: Option<Timestamp>, counted: u64) {
        self.listed = Some(began.unwrap_or_else(Timestamp::now));
        self.newest = self.newest.max(newest);
        self.counted = counted;
    }
}

/// The listings of all types. What posts name by numbers is fetched anew, unless only ids are of interest.
async fn start(
    site: &WordPress,
    only_ids: bool,
) -> Result<Vec<(Listing, VecDeque<Place>)>, WordPressError> {
    if !only_ids {
        site.0.lookups.lock().await.forget();
    }
    let routes = site.0.site.interface().await?.posts.into_iter();
    let types = routes.map(|route| (Listing::new(route, Vec::new()), VecDeque::new()));
    Ok(types.collect())
}

/// The posts that may have changed since an instant.
pub(super) async fn recent(
    site: WordPress,
    since: Timestamp,
) -> Result<Vec<Place>, WordPressError> {
    let result = recent_posts(&site, since).await;
    if result.as_ref().is_err_and(WordPressError::is_hidden) {
        // The site may have moved its interface.
        site.0.site.forget_interface().await;
    }
    result
}

async fn recent_posts(site: &WordPress, since: Timestamp) -> Result<Vec<Place>, WordPressError> {
    let mut all: BTreeMap<u64, Listed> = BTreeMap::new();
    let (mut counted, mut newest, mut began) = (0, None, None);
    let mut known: Vec<Vec<(u64, Timestamp)>> = Vec::new();
    for route in site.0.site.interface().await?.posts {
        let mut posts = BTreeMap::new();
        let filter = vec![("modified_after", gmt(since))];
        let mut modified = Listing::new(route.clone(), filter);
        while !modified.ended {
            let found = modified.fetch(&site.0.site).await?;
            posts.extend(found.into_iter().map(|post| (post.id, post)));
        }
        for order in ["date", "id"] {
            let query = vec![("orderby", order.to_owned()), ("order", "desc".to_owned())];
            let page = page(&site.0.site, &route, query).await?;
            posts.extend(page.posts.into_iter().map(|post| (post.id, post)));
            // The last answer counts.
            if order == "id" {
                counted += page.counted;
            }
        }
        began = began.or(modified.began);
        known.push(posts.values().map(dated).collect());
        all.extend(posts);
    }
    let posts: Vec<Listed> = all.into_values().collect();
    newest = newest.max(newest_of(&posts, began));
    let places = site.places(&posts).await?;
    let mut state = site.state();
    state.note(began, newest, counted);
    for (all, known) in state.known.iter_mut().zip(known) {
        all.extend(known);
    }
    Ok(places)
}

/// The place of one post, if it is published.
pub(super) async fn one(site: WordPress, id: u64) -> Result<Vec<Place>, WordPressError> {
    let mut posts = Vec::new();
    for route in site.0.site.interface().await?.posts {
        let query = vec![("include", id.to_string())];
        posts.extend(page(&site.0.site, &route, query).await?.posts);
    }
    site.places(&posts).await
}

fn dated(post: &Listed) -> (u64, Timestamp) {
    (post.id, post.published.unwrap_or(Timestamp(0)))
}

impl WordPress {
    /// The places of posts, with what the posts name by numbers.
    async fn places(&self, posts: &[Listed]) -> Result<Vec<Place>, WordPressError> {
        let mut lookups = self.0.lookups.lock().await;
        lookups.fetch_for(&self.0.site, posts).await?;
        self.0.numbers.add(lookups.take_numbers());
        let now = Timestamp::now();
        let places = posts.iter().map(|post| Place {
            path: listed::path(post.id),
            stamp: post.stamp(lookups.digest(post), now),
            closed: false,
            recheck: false,
            columns: None,
        });
        Ok(places.collect())
    }
}

/// The last change of these posts until `now`.
fn newest_of(posts: &[Listed], now: Option<Timestamp>) -> Option<Timestamp> {
    let now = now.unwrap_or_else(Timestamp::now);
    let changes = posts.iter().filter_map(|post| post.modified);
    changes.filter(|at| *at <= now).max()
}

/// An instant as the interface takes it.
pub(super) fn gmt(at: Timestamp) -> String {
    let at = chrono::DateTime::from_timestamp(at.0, 0).unwrap_or_default();
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
