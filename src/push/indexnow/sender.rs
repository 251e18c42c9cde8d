//! Which request is made next, and when.
//!
//! It does no I/O but reads of the queue, and is told the time.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde::Serialize;

use super::page_group::PageGroup;
use crate::config::IndexNow;
use crate::publish::push_report::PushResult;
use crate::push::reply::Reply;
use crate::push::schedule;
use crate::store::{Store, StoreError};

/// The most addresses of one request, which the protocol allows.
pub(super) const ADDRESSES_MAX: usize = 10_000;

/// The least time between the end of one request and the next.
pub(super) const SPACING: Duration = Duration::from_secs(10);

/// Makes the requests of one configuration.
pub(super) struct Sender {
    settings: IndexNow,
    /// With a slash at its end.
    public_url: String,
    /// When the next request may be made.
    next_at: Instant,
    /// How many requests in a row were to be tried again later.
    failures: usize,
    /// Groups whose key was refused, by their root.
    refused: BTreeSet<String>,
    is_stopped: bool,
    /// The root of the group that was told last. Others go first, so that none waits for ever.
    last_root: Option<String>,
}

/// A request: addresses of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PageRequest {
    pub(super) group: PageGroup,
    pub(super) addresses: Vec<String>,
}

/// The body of a request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestBody<'r> {
    host: &'r str,
    key: &'r str,
    key_location: &'r str,
    url_list: &'r [String],
}

/// What an operator has to know of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// The endpoint takes requests again.
    Restored,
    /// It does not take them for now.
    Failing,
    /// What is not told any more until the next reload, and why.
    Stopped(String),
}

impl Sender {
    /// The sender of a configuration. Its first request is made at `start` or later.
    pub(super) fn new(settings: IndexNow, public_url: String, start: Instant) -> Sender {
        Sender {
            settings,
            public_url,
            next_at: start,
            failures: 0,
            refused: BTreeSet::new(),
            is_stopped: false,
            last_root: None,
        }
    }

    /// When the next request may be made; `None` if none until a reload.
    pub(super) fn next_at(&self) -> Option<Instant> {
        (!self.is_stopped).then_some(self.next_at)
    }

    /// The operator has looked at it: what was refused may be taken now.
    pub(super) fn resume(&mut self, now: Instant) {
        self.refused.clear();
        self.is_stopped = false;
        if self.failures > 0 {
            self.failures = 0;
            self.next_at = now + SPACING;
        }
    }

    /// The next request; `None` if nothing waits that may be told. It may look at the whole queue.
    pub(super) fn next_request(&self, store: &Store) -> Result<Option<PageRequest>, StoreError> {
        let of_others = self.search(store, self.last_root.as_deref())?;
        match (of_others, &self.last_root) {
            (None, Some(_)) => self.search(store, None),
            (found, _) => Ok(found),
        }
    }

    /// The first addresses of one group, but not of that below `passed_over`.
    fn search(
        &self,
        store: &Store,
        passed_over: Option<&str>,
    ) -> Result<Option<PageRequest>, StoreError> {
        let is_told = |group: &PageGroup| {
            let root = &group.root;
            !self.refused.contains(root) && passed_over != Some(root.as_str())
        };
        let mut request: Option<PageRequest> = None;
        let mut skipped: Option<PageGroup> = None;
        let mut after = None;
        loop {
            let queued = store.queued_pages(after.as_deref(), ADDRESSES_MAX)?;
            after = match queued.last() {
                Some((last, _)) => Some(last.clone()),
                None => return Ok(request),
            };
            for (address, _) in queued {
                let is_of = |group: &PageGroup| group.has(&address, &self.public_url);
                if skipped.as_ref().is_some_and(is_of) {
                    continue;
                }
                match &mut request {
                    Some(request) if is_of(&request.group) => {
                        request.addresses.push(address);
                        if request.addresses.len() == ADDRESSES_MAX {
                            return Ok(Some(request.clone()));
                        }
                    }
                    // Addresses are in order, so there are no more of this host.
                    Some(begun) if !address.starts_with(&begun.group.origin()) => {
                        return Ok(request);
                    }
                    Some(_) => {}
                    None => match PageGroup::of(&address, &self.public_url) {
                        Some(group) if is_told(&group) => {
                            let addresses = vec![address];
                            request = Some(PageRequest { group, addresses });
                        }
                        other => skipped = other,
                    },
                }
            }
        }
    }

    /// The body of a request, in JSON.
    pub(super) fn body(&self, request: &PageRequest) -> Bytes {
        let body = RequestBody {
            host: &request.group.host,
            key: &self.settings.key,
            key_location: &request.group.key_location(&self.settings.key),
            url_list: &request.addresses,
        };
        let body = serde_json::to_vec(&body).expect("strings always serialize");
        body.into()
    }

    /// Takes over how a request ended at `now`, with `random` from 0 to 1.
    pub(super) fn note(
        &mut self,
        request: &PageRequest,
        reply: &Reply,
        now: Instant,
        random: f64,
    ) -> Option<Notice> {
        self.next_at = now + SPACING;
        let failures = std::mem::take(&mut self.failures);
        let words = &reply.words;
        match reply.result {
            PushResult::Accepted => {
                self.last_root = Some(request.group.root.clone());
                (failures > 0).then_some(Notice::Restored)
            }
            PushResult::Refused if reply.is_about_key() => {
                self.refused.insert(request.group.root.clone());
                let (host, key) = (&request.group.host, &self.settings.key);
                let file = request.group.key_location(key);
                Some(Notice::Stopped(format!(
                    "pages of {host} are not told any more until the next reload: {words}: {file} has to answer 200 with the text `{key}`"
                )))
            }
            PushResult::Refused => {
                self.is_stopped = true;
                Some(Notice::Stopped(format!(
                    "nothing is told any more until the next reload: {} answers {words}: `endpoint` of [indexnow] has to be the address of a search engine that takes IndexNow",
                    self.settings.endpoint
                )))
            }
            PushResult::Failed => {
                self.failures = failures + 1;
                self.next_at = now + schedule::wait(self.failures, reply.retry_after, random);
                (failures == 0).then_some(Notice::Failing)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    const PUBLIC_URL: &str = "https://dala.example/feeds/";

    fn store(addresses: impl IntoIterator<Item = String>) -> Store {
        let store = Store::scratch().expect("a store");
        let addresses = BTreeSet::from_iter(addresses);
        let queued = store.write(|batch| batch.queue_pages(&[], &addresses, Timestamp(1)));
        queued.expect("a store to write");
        store
    }

    fn sender(start: Instant) -> Sender {
        let settings = IndexNow {
            key: "0123456789abcdef".to_owned(),
            endpoint: "https://engine.example/indexnow".to_owned(),
        };
        Sender::new(settings, PUBLIC_URL.to_owned(), start)
    }

    fn next(sender: &Sender, store: &Store) -> Option<PageRequest> {
        sender.next_request(store).expect("a readable store")
    }

    fn take(store: &Store, request: &PageRequest) {
        let addresses = request.addresses.iter().map(String::as_str);
        let removed = store.write(|batch| batch.remove_queued_pages(addresses));
        removed.expect("a store to write");
    }

    #[test]
    fn many_changes_of_several_hosts_are_few_requests() {
        let pages = (0..25_000).map(|number| format!("https://dala.example/n/{number}"));
        let here = (0..2).map(|number| format!("{PUBLIC_URL}articles/{number}"));
        let other = ["https://zhas.example/a".to_owned()];
        let store = store(pages.chain(here).chain(other));
        let now = Instant::now();
        let mut sender = sender(now);
        let mut sizes = Vec::new();
        while let Some(request) = next(&sender, &store) {
            assert!(sender.next_at().is_some_and(|at| at >= now));
            sizes.push((request.group.root.clone(), request.addresses.len()));
            take(&store, &request);
            sender.note(&request, &Reply::of_status(200), now, 0.0);
            assert_eq!(sender.next_at(), Some(now + SPACING));
        }
        let root = "https://dala.example/".to_owned();
        sizes.sort();
        assert_eq!(
            sizes,
            [
                (root.clone(), 5_000),
                (root.clone(), 10_000),
                (root, 10_000),
                (PUBLIC_URL.to_owned(), 2),
                ("https://zhas.example/".to_owned(), 1),
            ]
        );
    }

    #[test]
    fn a_host_whose_pages_change_all_the_time_delays_no_other() {
        let site = |number| format!("https://dala.example/n/{number}");
        let store = store([
            site(0),
            format!("{PUBLIC_URL}articles/a"),
            "https://zhas.example/a".to_owned(),
        ]);
        let now = Instant::now();
        let mut sender = sender(now);
        let mut roots = Vec::new();
        for number in 1..5 {
            let request = next(&sender, &store).expect("a request");
            take(&store, &request);
            sender.note(&request, &Reply::of_status(200), now, 0.0);
            roots.push(request.group.root);
            let again =
                store.write(|batch| batch.queue_pages(&[], &[site(number)].into(), Timestamp(1)));
            again.expect("a store to write");
        }
        let [site, here, other] = ["https://dala.example/", PUBLIC_URL, "https://zhas.example/"];
        assert_eq!(roots, [here, site, other, site]);
    }

    #[test]
    fn a_request_has_what_the_protocol_asks_for() {
        let store = store([
            format!("{PUBLIC_URL}articles/%D0%B0"),
            format!("{PUBLIC_URL}articles/b"),
        ]);
        let sender = sender(Instant::now());
        let request = next(&sender, &store).expect("a request");
        let body: serde_json::Value =
            serde_json::from_slice(&sender.body(&request)).expect("a document of JSON");
        let expected = serde_json::json!({
            "host": "dala.example",
            "key": "0123456789abcdef",
            "keyLocation": "https://dala.example/feeds/0123456789abcdef.txt",
            "urlList": [
                "https://dala.example/feeds/articles/%D0%B0",
                "https://dala.example/feeds/articles/b",
            ],
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn a_refused_key_stops_its_host_alone_until_a_reload() {
        let pages = ["https://dala.example/a", "https://zhas.example/a"];
        let store = store(pages.map(str::to_owned));
        let now = Instant::now();
        let mut sender = sender(now);
        let first = next(&sender, &store).expect("a request");
        let notice = sender.note(&first, &Reply::of_status(403), now, 0.0);
        let reason = "pages of dala.example are not told any more until the next reload: 403 Forbidden: \
                      https://dala.example/0123456789abcdef.txt has to answer 200 with the text `0123456789abcdef`";
        assert_eq!(notice, Some(Notice::Stopped(reason.to_owned())));
        let second = next(&sender, &store).expect("a request");
        assert_eq!(second.group.host, "zhas.example");
        take(&store, &second);
        sender.note(&second, &Reply::of_status(200), now, 0.0);
        assert_eq!(next(&sender, &store), None);
        sender.resume(now);
        assert_eq!(next(&sender, &store), Some(first));
    }

    #[test]
    fn a_wrong_endpoint_stops_everything_until_a_reload() {
        let store = store(["https://dala.example/a".to_owned()]);
        let now = Instant::now();
        let mut sender = sender(now);
        let request = next(&sender, &store).expect("a request");
        let notice = sender.note(&request, &Reply::of_status(404), now, 0.0);
        assert!(matches!(notice, Some(Notice::Stopped(reason)) if reason.contains("endpoint")));
        assert_eq!(sender.next_at(), None);
        sender.resume(now);
        assert_eq!(sender.next_at(), Some(now + SPACING));
    }

    #[test]
    fn failures_are_said_once_and_waits_grow() {
        let store = store(["https://dala.example/a".to_owned()]);
        let now = Instant::now();
        let mut sender = sender(now);
        let request = next(&sender, &store).expect("a request");
        let seconds = Duration::from_secs;
        let later = |retry_after: Option<Duration>| Reply {
            retry_after,
            ..Reply::of_status(503)
        };
        let accepted = || Reply::of_status(200);
        for (reply, notice, wait) in [
            (later(None), Some(Notice::Failing), seconds(10)),
            (later(Some(seconds(90))), None, seconds(90)),
            (later(None), None, seconds(600)),
            (later(None), None, seconds(3_600)),
            (later(None), None, seconds(3_600)),
            (accepted(), Some(Notice::Restored), SPACING),
            (accepted(), None, SPACING),
            (later(None), Some(Notice::Failing), seconds(10)),
        ] {
            let noticed = sender.note(&request, &reply, now, 0.0);
            assert_eq!(noticed, notice, "{reply:?}");
            assert_eq!(sender.next_at(), Some(now + wait), "{reply:?}");
        }
        assert_eq!(next(&sender, &store), Some(request));
    }
}
