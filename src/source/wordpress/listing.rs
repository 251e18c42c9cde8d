//! Lists posts by their ids, while posts come and go.
//!
//! A page begins with the last post of the page before it. If it does not, posts before it have gone, and
//! the listing steps back; so what moves to an earlier page is not lost. Posts that were listed already are
//! skipped. A page that begins so and has no new post shows that a plugin hides the posts that follow: the
//! next page need not overlap.

use super::error::WordPressError;
use super::interface::id_list;
use super::limited_json::ITEMS_A_CALL;
use super::post_summary::{LISTED_FIELDS, PostSummary};
use super::site::{List, Site};
use crate::model::time::Timestamp;

/// Posts of a page.
pub(super) const PAGE: u64 = ITEMS_A_CALL as u64;

/// How far a listing steps back that has lost its place.
const STEP_BACK: u64 = PAGE / 2;

/// The listing of one type of posts, in the order of their ids.
pub(super) struct Listing {
    route: String,
    /// The posts that are listed; all if empty.
    filter: Vec<(&'static str, String)>,
    /// The rank of the first post of the next page.
    offset: u64,
    last: Option<u64>,
    /// Whether the page before shows that the posts behind the last one are hidden.
    is_behind_hidden: bool,
    pub(super) ended: bool,
    /// Posts that were listed.
    pub(super) listed: u64,
    /// Posts that the site counted last.
    pub(super) counted: u64,
    /// The clock of the site at the first page.
    pub(super) began: Option<Timestamp>,
}

impl Listing {
    pub(super) fn new(route: String, filter: Vec<(&'static str, String)>) -> Listing {
        Listing {
            route,
            filter,
            offset: 0,
            last: None,
            is_behind_hidden: false,
            ended: false,
            listed: 0,
            counted: 0,
            began: None,
        }
    }

    /// Fetches pages until one has new posts; returns these. There are none at the end.
    pub(super) async fn fetch(&mut self, site: &Site) -> Result<Vec<PostSummary>, WordPressError> {
        let mut new = Vec::new();
        while new.is_empty() && !self.ended {
            let mut query = vec![
                ("orderby", "id".to_owned()),
                ("order", "asc".to_owned()),
                ("offset", self.offset.to_string()),
            ];
            query.extend(self.filter.iter().cloned());
            let page = page(site, &self.route, query).await?;
            self.began = self.began.or(page.now);
            new = self.take(page);
        }
        self.listed += new.len() as u64;
        Ok(new)
    }

    /// The new posts of a page; where the next page begins.
    fn take(&mut self, page: Page) -> Vec<PostSummary> {
        self.counted = page.counted;
        let first = page.posts.first().map(|post| post.id);
        let is_overlapping = self.is_behind_hidden
            || self
                .last
                .is_none_or(|last| first.is_some_and(|first| first <= last));
        if !is_overlapping && self.offset > 0 {
            self.offset = self.offset.saturating_sub(STEP_BACK);
            return Vec::new();
        }
        let new = page.posts.into_iter();
        let new: Vec<PostSummary> = new.filter(|post| Some(post.id) > self.last).collect();
        self.last = new.last().map(|post| post.id).or(self.last);
        self.is_behind_hidden = new.is_empty();
        self.ended = self.offset + PAGE >= self.counted;
        self.offset += PAGE - 1;
        new
    }
}

/// A page of posts, with rising ids if it was asked for in that order.
pub(super) struct Page {
    pub(super) posts: Vec<PostSummary>,
    /// Posts on all pages.
    pub(super) counted: u64,
    pub(super) now: Option<Timestamp>,
}

/// Asks for a page of published posts.
pub(super) async fn page(
    site: &Site,
    route: &str,
    mut query: Vec<(&str, String)>,
) -> Result<Page, WordPressError> {
    let is_rising = query.iter().any(|(_, value)| value == "asc");
    query.push(("status", "publish".to_owned()));
    query.push(("per_page", PAGE.to_string()));
    query.push(("_fields", LISTED_FIELDS.to_owned()));
    let list = site.list(route, &query).await?;
    let offset = query.iter().find(|(name, _)| *name == "offset");
    let offset = offset.and_then(|(_, offset)| offset.parse().ok());
    if is_short(&list, offset.unwrap_or(0)) {
        return Err(WordPressError::ShortPages {
            url: format!("{} ({route})", site.shown()),
            given: list.items.len(),
        });
    }
    let List {
        items, total, now, ..
    } = list;
    let other = |expected| WordPressError::OtherJson {
        url: format!("{} ({route})", site.shown()),
        expected,
    };
    let posts: Option<Vec<PostSummary>> = items.iter().map(PostSummary::of).collect();
    let posts = posts.ok_or_else(|| other("a list of posts"))?;
    if is_rising && posts.windows(2).any(|pair| pair[0].id >= pair[1].id) {
        return Err(other("a list of posts in the order of their ids"));
    }
    Ok(Page {
        posts,
        counted: total.ok_or_else(|| other("a list with `X-WP-Total`"))?,
        now,
    })
}

/// Whether a page has fewer posts than were asked for because the site has another number of posts a page.
/// Where a plugin hides posts, the number of pages is the one that was asked for.
fn is_short(list: &List, offset: u64) -> bool {
    let given = list.items.len() as u64;
    let has_more = list.total.is_some_and(|total| offset + given < total);
    let expected = list.total.map(|total| total.div_ceil(PAGE));
    given < PAGE && has_more && list.pages.is_some() && list.pages != expected
}

/// Those of these posts that the site shows.
pub(super) async fn shown(
    site: &Site,
    route: &str,
    ids: &[u64],
) -> Result<Vec<PostSummary>, WordPressError> {
    let mut posts = Vec::new();
    for ids in ids.chunks(ITEMS_A_CALL) {
        let page = page(site, route, vec![("include", id_list(ids))]).await?;
        posts.extend(page.posts.into_iter().filter(|post| ids.contains(&post.id)));
    }
    Ok(posts)
}
