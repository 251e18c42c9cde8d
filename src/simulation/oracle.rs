//! What readers may see: the entries of every feed by the newsroom's articles, and what must hold between
//! all answers of a simulation.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::article::Article;
use super::daemon::{Daemon, Reply};
use super::rules::{Rules, qualified};
use crate::feed::snapshot::FeedVersion;
use crate::model::format::Format;
use crate::publish::documents::render_feed;

/// A selection changes at most once in a second, by a clock that may stray by so many.
const SECOND_STRAY: i64 = 2;

/// What a publication shows.
pub(super) struct Shown {
    pub(super) at: i64,
    pub(super) articles: Vec<(String, Arc<Article>)>,
    pub(super) rules: Rules,
}

impl Shown {
    /// The terms of the articles that are released.
    fn released_terms(&self) -> HashSet<String> {
        let articles = self.articles.iter().map(|(_, article)| article);
        let released = articles.filter(|article| article.is_released(self.at));
        released
            .flat_map(|article| self.rules.terms(article))
            .collect()
    }
}

#[derive(Default)]
pub(super) struct Oracle {
    /// The publications of this process.
    shown: Vec<Shown>,
    /// Terms that a released article had, or a configuration named.
    known: HashSet<String>,
    /// Digests of documents, by ETag.
    bytes_of: HashMap<String, u64>,
    /// ETags by address and digest of the document.
    etag_of: HashMap<(String, u64), String>,
    /// The last validators of each address.
    last: HashMap<String, (String, i64)>,
    /// The ETag of each date.
    etag_at: HashMap<(String, i64), String>,
    /// All validators that there were.
    validators: HashSet<(String, String, i64)>,
    /// Versions that were compared, with their entries.
    compared: HashMap<Arc<str>, (Arc<FeedVersion>, Vec<String>)>,
    /// The publication that was last shown to clients, by address.
    answered: HashMap<String, usize>,
    /// Addresses of which the disk may have lacked the last version at an end: an earlier one may return.
    lost: HashSet<String>,
    /// The latest second of any clock.
    latest: i64,
    pub(super) was_set_back: bool,
}

impl Oracle {
    /// A new process, after an end that left all on the disk or not.
    pub(super) fn restart(&mut self, has_lost: bool, wall: i64) {
        self.shown.clear();
        self.compared.clear();
        self.answered.clear();
        if has_lost {
            self.lost.extend(self.last.keys().cloned());
            // Nobody knows dates that the clock has not reached.
            self.last.retain(|_, (_, date)| *date < wall);
            self.etag_at.retain(|(_, date), _| *date < wall);
        }
    }

    pub(super) fn last(&self) -> Option<&Shown> {
        self.shown.last()
    }

    /// Compares every feed that is published now.
    pub(super) fn check_publication(
        &mut self,
        daemon: &Daemon,
        shown: Shown,
        wall: i64,
    ) -> Result<(), String> {
        self.latest = self.latest.max(shown.at).max(wall);
        let Shown {
            at,
            articles,
            rules,
        } = &shown;
        self.known.extend(rules.named().map(str::to_owned));
        let terms = shown.released_terms();
        let once = articles
            .iter()
            .filter(|(_, article)| article.was_released(*at));
        self.known
            .extend(once.flat_map(|(_, article)| rules.terms(article)));
        let snapshot = daemon.publisher.handle().snapshot();
        let snapshot = snapshot.ok_or("nothing is published")?;
        let auto = terms.iter().filter_map(|term| rules.auto_path(term));
        for path in rules.paths().map(str::to_owned).chain(auto) {
            if !snapshot.feeds.contains_key(path.as_str()) {
                return Err(format!("there is no feed {path}"));
            }
        }
        let known: HashSet<String> = self
            .known
            .iter()
            .filter_map(|term| rules.auto_path(term))
            .collect();
        for (path, version) in &snapshot.feeds {
            if path.contains('/') && !known.contains(&**path) {
                return Err(format!("the feed {path} tells what is not released"));
            }
            let expected = rules.entries(path, articles, *at);
            let found = self.entries(daemon, path, version, wall)?;
            if expected.as_ref() != Some(&found) {
                return Err(format!("{path} must have {expected:?}, and has {found:?}"));
            }
        }
        self.shown.push(shown);
        Ok(())
    }

    fn entries(
        &mut self,
        daemon: &Daemon,
        path: &Arc<str>,
        version: &Arc<FeedVersion>,
        wall: i64,
    ) -> Result<Vec<String>, String> {
        if let Some((compared, entries)) = self.compared.get(path)
            && Arc::ptr_eq(compared, version)
        {
            return Ok(entries.clone());
        }
        let store = daemon.publisher.handle().store();
        let document = render_feed(store, version, Format::Json);
        let document = document.map_err(|error| format!("{path} cannot be made: {error}"))?;
        let headers = version.headers(Format::Json);
        let address = format!("{path}.json");
        self.note_document(&address, &headers.opaque_tag, &document)?;
        self.note_date(&address, &headers.opaque_tag, version.last_modified.0, wall)?;
        let entries = markers(&document);
        let compared = (version.clone(), entries.clone());
        self.compared.insert(path.clone(), compared);
        Ok(entries)
    }

    /// ETags and documents belong together one to one.
    fn note_document(&mut self, address: &str, etag: &str, body: &[u8]) -> Result<(), String> {
        let digest = xxh3_64(body);
        let before = self.bytes_of.entry(etag.to_owned()).or_insert(digest);
        if *before != digest {
            return Err(format!("{address} has other bytes under the ETag {etag}"));
        }
        if !address.contains(".json") {
            return Ok(());
        }
        let etags = self.etag_of.entry((address.to_owned(), digest));
        let before = etags.or_insert_with(|| etag.to_owned());
        match before == etag {
            true => Ok(()),
            false => Err(format!(
                "{address} has the same bytes under {before} and {etag}"
            )),
        }
    }

    /// Dates never go back, are never in the future, and tell versions apart.
    fn note_date(&mut self, address: &str, etag: &str, date: i64, wall: i64) -> Result<(), String> {
        let validators = (address.to_owned(), etag.to_owned(), date);
        let (path, _) = address.split_once('.').unwrap_or((address, ""));
        let of_path = (path.to_owned(), String::new(), date);
        let is_known = !self.validators.insert(validators) || self.validators.contains(&of_path);
        if address.ends_with(".json") {
            self.validators.insert(of_path);
        }
        if !self.was_set_back && date > self.latest.max(wall) {
            return Err(format!("{address} is dated {date}, in the future"));
        }
        // Nobody knows dates that the disk does not have, if the clock is before them too.
        let is_lost = self.lost.contains(address);
        let is_forgotten = is_lost && self.was_set_back;
        if let Some((last, last_date)) = self.last.get(address)
            && date < *last_date
        {
            return match is_lost && is_known || is_forgotten {
                true => Ok(()),
                false => Err(format!(
                    "{address} goes back from {last_date} ({last}) to {date} ({etag})"
                )),
            };
        }
        if !is_forgotten {
            self.lost.remove(address);
        }
        let at = (address.to_owned(), date);
        let before = self.etag_at.insert(at, etag.to_owned());
        if let Some(before) = before.filter(|before| before != etag && !is_forgotten) {
            return Err(format!(
                "{address} has the date {date} for {before} and for {etag}"
            ));
        }
        self.last
            .insert(address.to_owned(), (etag.to_owned(), date));
        Ok(())
    }

    /// Checks the answer with a feed or selection, or with why there is none.
    pub(super) fn check_feed(
        &mut self,
        address: &str,
        reply: &Reply,
        wall: i64,
    ) -> Result<(), String> {
        let last = self.shown.last().ok_or("an answer before a publication")?;
        match reply.status {
            200 => {}
            301 if address.contains('c') => return Ok(()),
            301 => return self.check_name(address, reply),
            404 => {
                let is_now = |shown: &&Shown| (shown.at - last.at).abs() <= SECOND_STRAY;
                let mut now = self.shown.iter().rev().filter(is_now);
                return match now.any(|shown| is_unknown(address, shown)) {
                    true => Ok(()),
                    false => Err(format!("{address} is unknown")),
                };
            }
            status => return Err(format!("{address} is answered {status}")),
        }
        let path = without_format(address);
        let found = markers(&reply.body);
        let from = self.answered.get(address).copied().unwrap_or(0);
        let newest = self.shown.len() - 1;
        let is_shown = |&number: &usize| {
            let shown = &self.shown[number];
            let is_current = number == newest
                || (path.contains('?') && (shown.at - last.at).abs() <= SECOND_STRAY);
            let entries = shown.rules.entries(&path, &shown.articles, shown.at);
            is_current && entries.as_ref() == Some(&found)
        };
        let Some(shown) = (from..self.shown.len()).rev().find(is_shown) else {
            let expected = last.rules.entries(&path, &last.articles, last.at);
            return Err(format!(
                "{address} must have {expected:?}, and has {found:?}"
            ));
        };
        let own = path
            .strip_prefix("select?any=")
            .map(|tag| format!("tag:{tag}"));
        if own.is_some_and(|term| !term.contains(',') && !self.known.contains(&term)) {
            return Err(format!("{address} tells what is not released"));
        }
        self.answered.insert(address.to_owned(), shown);
        let date = reply.date().ok_or("an answer without a date")?;
        let etag = reply.etag.trim_matches('"').to_owned();
        self.note_document(address, &etag, &reply.body)?;
        self.note_date(address, &etag, date, wall)
    }

    /// Checks the redirect of the address of a name, which no article has as its own term.
    fn check_name(&self, address: &str, reply: &Reply) -> Result<(), String> {
        let shown = self.shown.last().ok_or("an answer before a publication")?;
        let Shown {
            at,
            articles,
            rules,
        } = shown;
        let entries = |path: &str| rules.entries(path, articles, *at);
        let path = without_format(address);
        let to = without_format(reply.location.trim_start_matches('/'));
        let terms = shown.released_terms();
        let mut own = terms.iter().filter_map(|term| rules.auto_path(term));
        let is_own = own.any(|own| own == path);
        match !is_own && entries(&path) == entries(&to) {
            true => Ok(()),
            false => Err(format!("{address} leads to {to}")),
        }
    }

    /// Checks that a page shows nothing but released articles.
    pub(super) fn check_page(&self, address: &str, reply: &Reply) -> Result<(), String> {
        let last = self.shown.last().ok_or("an answer before a publication")?;
        if reply.status >= 500 {
            return Err(format!("/{address} is answered {}", reply.status));
        }
        let mut shown = markers(&reply.body).into_iter();
        let is_now = |shown: &&Shown| (shown.at - last.at).abs() <= SECOND_STRAY;
        let now = || self.shown.iter().rev().take_while(is_now);
        let is_released = |marker: &String| {
            now().any(|Shown { at, articles, .. }| {
                let mut articles = articles.iter();
                articles.any(|(_, article)| article.marker == *marker && article.is_released(*at))
            })
        };
        match shown.find(|marker| !is_released(marker)) {
            None => Ok(()),
            Some(marker) => Err(format!("/{address} shows {marker}, which is not released")),
        }
    }
}

/// Whether no released article has one of the terms of a selection.
fn is_unknown(address: &str, shown: &Shown) -> bool {
    let path = without_format(address);
    let section = path.strip_prefix("sections/");
    let section = section.map(|key| format!("all=section:{key}"));
    let query = path.strip_prefix("select?").or(section.as_deref());
    let Some(query) = query else {
        return false;
    };
    let Shown {
        at,
        articles,
        rules,
    } = shown;
    let named: HashSet<&str> = rules.named().collect();
    let lists = query.split('&').filter_map(|part| part.split_once('='));
    let mut asked = lists.flat_map(|(_, terms)| terms.split(',')).map(qualified);
    asked.any(|term| !rules.is_used(&term, articles, *at) && !named.contains(term.as_str()))
}

/// `select.json?any=a` is the selection `select?any=a` in JSON.
fn without_format(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    match query {
        "" => stem.to_owned(),
        query => format!("{stem}?{query}"),
    }
}

/// The markers in a document, in order, each once.
fn markers(document: &[u8]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for window in document.windows(6) {
        let is_marker =
            window[0] == b'v' && window[5] == b'e' && window[1..5].iter().all(u8::is_ascii_digit);
        if is_marker {
            let marker = String::from_utf8_lossy(window).into_owned();
            if !found.contains(&marker) {
                found.push(marker);
            }
        }
    }
    found
}
