//! Conditional requests, RFC 9110 §13, for GET and HEAD.
//!
//! In the order of §13.2.2: `If-Match`, or without it `If-Unmodified-Since`, gives 412 if it names another
//! version. Then `If-None-Match`, or without it `If-Modified-Since`, gives 304 if it names the current version.
//! `If-Match` ignores `If-Unmodified-Since`, and `If-None-Match` ignores `If-Modified-Since`.
//!
//! An entity tag names the current version in whichever coding: a client may have its copy from another
//! request. `If-None-Match` compares weakly, and ignores what proxies do to entity tags. `If-Match` compares
//! strongly, so only the entity tags that we send match.
//!
//! `Last-Modified` is different for each version, so an equal `If-Modified-Since` gives 304. Some clients send
//! the time of their last request instead. Such a date gives 304 only if the client cannot have an older
//! version: see [`Dates`]. Invalid values of the other three match nothing, and invalid dates are ignored.

use hyper::header::{
    HeaderMap, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE,
};

use crate::config::Settings;
use crate::feed::coding::Coding;
use crate::feed::first_seen::FirstSeen;
use crate::feed::sitemaps::SitemapVersion;
use crate::feed::snapshot::FeedVersion;
use crate::model::time::Timestamp;

/// The suffixes of ETags: ours, and those that proxies append when they encode a document.
const SUFFIXES: [&str; 8] = [
    "--gzip", "-gzip", ";gzip", "-br", "-zstd", "-df", ";br", ";zstd",
];

/// By how many seconds the clock of a client may be fast.
const CLIENT_CLOCK_ERROR: i64 = 600;

/// What the conditions of a request ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// 200: the client has another version, or none.
    Send,
    /// 304: the client has the current version.
    NotModified,
    /// 412: the client wants another version only.
    PreconditionFailed,
}

/// What the dates of a request are compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dates<'a> {
    last_modified: Timestamp,
    first_seen: &'a FirstSeen,
    /// How old a response may be that a cache gives to a client.
    cached_seconds: i64,
    now: Timestamp,
}

impl<'a> Dates<'a> {
    /// The dates of a feed at `now`.
    pub(crate) fn new(version: &'a FeedVersion, now: Timestamp) -> Dates<'a> {
        let Settings {
            cache,
            stale_while_revalidate,
            ..
        } = *version.settings;
        Dates {
            last_modified: version.last_modified,
            first_seen: &version.first_seen,
            cached_seconds: i64::from(cache) + i64::from(stale_while_revalidate),
            now,
        }
    }

    /// The dates of a sitemap at `now`, which caches keep by these settings.
    pub(crate) fn of_sitemap(
        version: &'a SitemapVersion,
        settings: &Settings,
        now: Timestamp,
    ) -> Dates<'a> {
        Dates {
            last_modified: version.last_modified,
            first_seen: &version.first_seen,
            cached_seconds: i64::from(settings.cache) + i64::from(settings.stale_while_revalidate),
            now,
        }
    }

    /// Whether a client that asks for changes since `date` has the current version.
    ///
    /// An equal date is the one that we sent. Another date is the time of a request by the client's clock. It
    /// is believed if it is not in the future, and if not even a cache could give an older version at that
    /// time. This process knows the version only since it first saw it.
    fn is_current_since(self, date: Timestamp) -> bool {
        if date == self.last_modified {
            return true;
        }
        let is_past = self.last_modified <= self.now && date <= self.now;
        let margin = self.cached_seconds + CLIENT_CLOCK_ERROR;
        is_past && date > self.first_seen.on_clock(self.now).plus(margin)
    }
}

/// Evaluates the conditions of a request for a document whose entity tag is `tag`, without quotes and without
/// the suffix of a coding. A document without `dates` ignores conditions on dates.
pub(crate) fn evaluate(headers: &HeaderMap, tag: &str, dates: Option<Dates<'_>>) -> Outcome {
    let is_failed = match list(headers, &IF_MATCH) {
        Some(mut tags) => !tags.any(|candidate| matches_strongly(candidate, tag)),
        None => {
            let since = dates.and_then(|dates| Some((dates, date(headers, &IF_UNMODIFIED_SINCE)?)));
            since.is_some_and(|(dates, date)| dates.last_modified > date)
        }
    };
    if is_failed {
        return Outcome::PreconditionFailed;
    }
    let is_current = match list(headers, &IF_NONE_MATCH) {
        Some(mut tags) => tags.any(|candidate| matches_weakly(candidate, tag)),
        None => {
            let since = dates.and_then(|dates| Some((dates, date(headers, &IF_MODIFIED_SINCE)?)));
            since.is_some_and(|(dates, date)| dates.is_current_since(date))
        }
    };
    match is_current {
        true => Outcome::NotModified,
        false => Outcome::Send,
    }
}

/// The elements of all fields with this name, `None` if there is no field. They are split at commas, which
/// only ETags of other servers contain.
fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<impl Iterator<Item = &'a str>> {
    let mut fields = headers.get_all(name).iter().peekable();
    fields.peek()?;
    let fields = fields.filter_map(|field| field.to_str().ok());
    Some(fields.flat_map(|field| field.split(',').map(str::trim)))
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<Timestamp> {
    let text = headers.get(name)?.to_str().ok()?;
    let date = httpdate::parse_http_date(text).ok()?;
    let since_epoch = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since_epoch.as_secs()).ok().map(Timestamp)
}

/// Whether it is one of the entity tags of the current version.
fn matches_strongly(candidate: &str, current: &str) -> bool {
    if candidate == "*" {
        return true;
    }
    let opaque = candidate.strip_prefix('"');
    let opaque = opaque.and_then(|opaque| opaque.strip_suffix('"'));
    let suffix = opaque.and_then(|opaque| opaque.strip_prefix(current));
    suffix.is_some_and(|suffix| {
        let coding = suffix.strip_prefix('-').and_then(Coding::from_name);
        suffix.is_empty() || coding.is_some_and(|coding| coding != Coding::Identity)
    })
}

fn matches_weakly(candidate: &str, current: &str) -> bool {
    if candidate == "*" {
        return true;
    }
    let strong = candidate
        .strip_prefix("W/")
        .or(candidate.strip_prefix("w/"))
        .unwrap_or(candidate);
    let opaque = strong.trim_matches('"');
    // A proxy that encodes our encoded document appends a second suffix.
    let suffixes = opaque.strip_prefix(current);
    suffixes.is_some_and(|suffixes| strip_suffix(strip_suffix(suffixes)).is_empty())
}

fn strip_suffix(text: &str) -> &str {
    let mut suffixes = SUFFIXES.iter().filter(|_| !text.is_empty());
    let stripped = suffixes.find_map(|suffix| text.strip_suffix(suffix));
    stripped.unwrap_or(text)
}

#[cfg(test)]
mod tests;
