//! A post as a listing shows it: its dates, and what it names by numbers.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::record::Stamp;
use crate::model::time::{Timestamp, WrittenDate, Zone};
use crate::source::article_file::date;
use crate::source::recheck_window;

/// The fields that a listing asks for. None of them makes WordPress render a text.
pub(super) const LISTED_FIELDS: &str =
    "id,date_gmt,modified_gmt,content.protected,author,featured_media,categories,tags";

/// Digits of an id in the path of a place, so that paths are in the order of ids.
const ID_DIGITS: usize = 20;

/// A post as a listing shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PostSummary {
    pub(super) id: u64,
    pub(super) published: Option<Timestamp>,
    pub(super) modified: Option<Timestamp>,
    /// Whether it has a password.
    pub(super) protected: bool,
    pub(super) author: Option<u64>,
    pub(super) picture: Option<u64>,
    pub(super) categories: Vec<u64>,
    pub(super) tags: Vec<u64>,
}

impl PostSummary {
    /// The post in an item of a list; `None` without an id.
    pub(super) fn of(item: &Value) -> Option<PostSummary> {
        let instant = |name: &str| {
            let written = gmt(item[name].as_str()?)?;
            Some(Zone::UTC.resolve(written))
        };
        let number = |name: &str| item[name].as_u64().filter(|id| *id > 0);
        let numbers = |name: &str| {
            let items = item[name].as_array().into_iter().flatten();
            items.filter_map(Value::as_u64).collect()
        };
        Some(PostSummary {
            id: item["id"].as_u64()?,
            published: instant("date_gmt"),
            modified: instant("modified_gmt"),
            protected: item["content"]["protected"].as_bool().unwrap_or(false),
            author: number("author"),
            picture: number("featured_media"),
            categories: numbers("categories"),
            tags: numbers("tags"),
        })
    }

    /// Changes when the post does, or what it names by numbers, of which this is the digest.
    pub(super) fn stamp(&self, digest: u64, now: Timestamp) -> Stamp {
        let seconds = |at: Option<Timestamp>| i128::from(at.map_or(0, |at| at.0));
        let stamp = Stamp {
            size: 0,
            modified: seconds(self.modified),
            changed: seconds(self.published) << 1 | i128::from(self.protected),
            inode: digest,
        };
        recheck_window::stamp_at(stamp, self.modified, now)
    }
}

impl PostSummary {
    /// What decides whether it is shown, which the digest of an article does not cover.
    pub(super) fn columns(&self) -> u64 {
        u64::from(self.protected)
    }
}

/// Whether a post with this stamp has a password.
pub(super) fn is_protected(stamp: Stamp) -> bool {
    stamp.changed & 1 == 1
}

/// The known posts of a type, by their ids.
pub(super) type KnownPosts = BTreeMap<u64, KnownPost>;

/// What is known of a post that was listed.
#[derive(Clone, Copy, Debug)]
pub(super) struct KnownPost {
    pub(super) published: Timestamp,
    /// Its last change; `None` while a poll has to list it again.
    pub(super) settled: Option<Timestamp>,
}

impl KnownPost {
    /// A post that is listed at `now`, with its id.
    pub(super) fn of(post: &PostSummary, now: Timestamp) -> (u64, KnownPost) {
        let stamp = post.stamp(0, now);
        let is_settled = !recheck_window::is_in_recheck_window(stamp);
        let known = KnownPost {
            published: post.published.unwrap_or(Timestamp(0)),
            settled: post.modified.filter(|_| is_settled),
        };
        (post.id, known)
    }
}

/// The path of the place of a post.
pub(super) fn path(id: u64) -> String {
    format!("{id:0width$}", width = ID_DIGITS)
}

/// The id of a post, from the path of its place.
pub(super) fn id(path: &str) -> Option<u64> {
    path.parse().ok()
}

/// A date of WordPress in GMT; `None` if it is all zeroes.
pub(super) fn gmt(written: &str) -> Option<WrittenDate> {
    if date::is_zero(written) {
        return None;
    }
    date::parse(&format!("{written}Z")).ok()
}
