//! IndexNow: search engines are told of pages that are new, changed or withdrawn
//! (<https://www.indexnow.org/documentation>).
//!
//! The addresses wait in the store. A request takes them from there, and they go once the endpoint has taken
//! them, so neither the end of this process nor an endpoint that is down loses any.

mod page_group;
mod sender;

use std::time::{Duration, Instant};

use tokio::task;
use tokio::time;
use tracing::{info, warn};
use url::Url;

pub use self::page_group::PageGroup;
use self::sender::{Notice, PageRequest, SPACING, Sender};
use super::PushContext;
use super::client::PushClient;
use super::reply::Reply;
use super::schedule::{self, TRIED_FOR};
use crate::model::count::many;
use crate::model::problem::chain;
use crate::model::time::Timestamp;
use crate::publish::changed_pages::ChangedPages;
use crate::publish::published_state::PublishedState;
use crate::publish::push_report::{PushResult, PushTarget};
use crate::store::{Store, StoreError};

/// How long changes are gathered before the first request, so that one request has many.
const JOINED_FOR: Duration = Duration::from_secs(10);

/// How often to look whether this process has read everything, before it tells anything.
const WAITING_LOOK: Duration = Duration::from_secs(1);

/// How often to look for addresses that have waited too long.
const AGE_LOOK: Duration = Duration::from_secs(60 * 60);

/// Addresses that one transaction removes from the queue.
const REMOVED_AT_ONCE: usize = 1_000;

/// Tells search engines, until the future is dropped.
pub(super) async fn run(context: PushContext) {
    let mut publications = context.handle.publications();
    let mut resumed = context.report.resumed();
    publications.mark_changed();
    let mut task = Task::new(context);
    loop {
        tokio::select! {
            Ok(()) = publications.changed() => task.note_publication(),
            Ok(()) = resumed.changed() => task.resume(),
            () = time::sleep_until(task.next_wake().into()) => {}
        }
        task.work().await;
    }
}

struct Task {
    context: PushContext,
    /// Taken while it is at work on another thread.
    pages: Option<ChangedPages>,
    /// The number of the snapshot whose configuration is in force here.
    generation: Option<u64>,
    /// `None` without `[indexnow]`.
    calls: Option<Calls>,
    /// When to look which pages have changed, if any may have.
    look_at: Option<Instant>,
    /// When to look for addresses that have waited too long.
    age_look_at: Instant,
    /// The end of the last request, or the start of this process.
    last_request: Instant,
    /// Addresses in the queue.
    waiting: usize,
    /// Why the store failed last, so that it is logged once.
    store_failure: Option<String>,
}

/// What the requests of one configuration need.
struct Calls {
    endpoint: Url,
    client: PushClient,
    sender: Sender,
}

impl Task {
    fn new(context: PushContext) -> Task {
        Task {
            context,
            pages: None,
            generation: None,
            calls: None,
            look_at: None,
            age_look_at: Instant::now(),
            last_request: Instant::now(),
            waiting: 0,
            store_failure: None,
        }
    }

    /// Takes a new configuration over at once, and has the changes of others joined.
    fn note_publication(&mut self) {
        let Some(published) = self.context.handle.published() else {
            return;
        };
        let now = Instant::now();
        let snapshot = &published.snapshot;
        if self.generation.replace(snapshot.generation) != Some(snapshot.generation) {
            self.calls = self.calls(&published, now);
            self.context.report.note_resumed(&PushTarget::IndexNow);
            // What is told begins or ends with the configuration.
            self.look_at = Some(now);
        } else if self.calls.is_some() {
            self.look_at.get_or_insert(now + JOINED_FOR);
        }
    }

    fn calls(&self, published: &PublishedState, now: Instant) -> Option<Calls> {
        let config = &published.snapshot.config;
        let settings = config.indexnow.clone()?;
        let public_url = config.server.public_url.clone();
        // Only an absolute address is accepted in feeds.toml.
        let endpoint = Url::parse(&settings.endpoint).ok()?;
        let client = match PushClient::new(&public_url) {
            Ok(client) => client,
            Err(failure) => {
                warn!("search engines are not told: {}", chain(&failure));
                return None;
            }
        };
        let start = now.max(self.last_request + SPACING);
        Some(Calls {
            endpoint,
            client,
            sender: Sender::new(settings, public_url, start),
        })
    }

    fn resume(&mut self) {
        if let Some(calls) = &mut self.calls {
            calls.sender.resume(Instant::now());
            self.context.report.note_resumed(&PushTarget::IndexNow);
            self.look_at = Some(Instant::now());
        }
    }

    fn next_wake(&self) -> Instant {
        let request = self.calls.as_ref().filter(|_| self.waiting > 0);
        let request = request.and_then(|calls| calls.sender.next_at());
        let wakes = [self.look_at, request].into_iter().flatten();
        wakes.fold(self.age_look_at, Instant::min)
    }

    /// Does what is due.
    async fn work(&mut self) {
        let now = Instant::now();
        if self.look_at.is_some_and(|at| at <= now) {
            self.look_at = None;
            let looked = self.look().await;
            self.note_store(looked, now);
        }
        if self.calls.is_some() && self.age_look_at <= now {
            self.age_look_at = now + AGE_LOOK;
            let dropped = self.drop_old().await;
            self.note_store(dropped, now);
        } else if self.calls.is_none() {
            self.age_look_at = now + AGE_LOOK;
        }
        let next = self.calls.as_ref().and_then(|calls| calls.sender.next_at());
        if next.is_some_and(|at| at <= now) && self.waiting > 0 {
            let sent = self.send().await;
            self.note_store(sent, now);
        }
    }

    /// Queues the pages that have changed.
    async fn look(&mut self) -> Result<(), StoreError> {
        let handle = self.context.handle.clone();
        let Some(published) = handle.published() else {
            return Ok(());
        };
        // After a panic everything is looked at anew.
        let mut pages = match self.pages.take() {
            Some(pages) => pages,
            None => ChangedPages::new(handle.clone()),
        };
        let looked = task::spawn_blocking(move || {
            let change = pages.queue(&published);
            (pages, change)
        });
        let Ok((pages, change)) = looked.await else {
            self.look_at = Some(Instant::now() + JOINED_FOR);
            return Ok(());
        };
        self.pages = Some(pages);
        let change = change?;
        if change.begins {
            info!("search engines are told of pages that change from now on");
        }
        if change.is_waiting {
            self.look_at = Some(Instant::now() + WAITING_LOOK);
        }
        let dropped = change.dropped;
        if dropped > 0 {
            warn!(
                "search engines are not told of {}, because too many wait",
                many(dropped, "page")
            );
        }
        self.count()
    }

    fn count(&mut self) -> Result<(), StoreError> {
        self.waiting = self.context.handle.store().count_queued_pages()?;
        let report = &self.context.report;
        report.set_waiting(&PushTarget::IndexNow, self.waiting);
        Ok(())
    }

    /// Gives up addresses that have waited too long.
    async fn drop_old(&mut self) -> Result<(), StoreError> {
        let store = self.context.handle.store().clone();
        let tried_for = i64::try_from(TRIED_FOR.as_secs()).unwrap_or(i64::MAX);
        let until = Timestamp::now().plus(-tried_for);
        let dropped = task::spawn_blocking(move || store.drop_queued_pages(until, usize::MAX));
        let dropped = dropped.await.unwrap_or(Ok(0))?;
        if dropped > 0 {
            warn!(
                "search engines were not told of {} within 24 hours, and are not told any more",
                many(dropped, "page")
            );
        }
        self.count()
    }

    /// Makes one request, if there is something to tell.
    async fn send(&mut self) -> Result<(), StoreError> {
        let Some(calls) = &mut self.calls else {
            return Ok(());
        };
        let store = self.context.handle.store().clone();
        // Of a queue that is full of pages that may not be told, all are looked at.
        let Some(request) = task::block_in_place(|| calls.sender.next_request(&store))? else {
            // Only pages of hosts wait that refuse the key.
            self.waiting = 0;
            return Ok(());
        };
        let (address, body) = (calls.endpoint.clone(), calls.sender.body(&request));
        let json = "application/json; charset=utf-8";
        let reply = calls.client.post(address, json, body).await;
        let now = Instant::now();
        self.last_request = now;
        let random = schedule::random();
        let notice = calls.sender.note(&request, &reply, now, random);
        let (report, target) = (&self.context.report, PushTarget::IndexNow);
        let Reply { result, words, .. } = reply;
        report.note(&target, result, words.clone(), Timestamp::now());
        match notice {
            Some(Notice::Restored) => info!("search engines take addresses of pages again"),
            Some(Notice::Failing) => warn!(
                "search engines cannot be told of changed pages, which is tried again for 24 hours: {words}"
            ),
            Some(Notice::Stopped(reason)) => {
                warn!("IndexNow: {reason}");
                report.stop(&target, reason);
            }
            None => {}
        }
        if result == PushResult::Accepted {
            info!(
                "search engines were told of {} of {}",
                many(request.addresses.len(), "page"),
                request.group.host,
            );
            task::spawn_blocking(move || remove(&store, &request))
                .await
                .unwrap_or(Ok(()))?;
        }
        self.count()
    }

    /// Logs a failure of the store once; what it did not do is done later.
    fn note_store(&mut self, result: Result<(), StoreError>, now: Instant) {
        let failure = result.err().map(|failure| chain(&failure));
        if let Some(reason) = &failure {
            self.look_at.get_or_insert(now + JOINED_FOR);
            if self.store_failure.as_ref() != Some(reason) {
                warn!("search engines cannot be told of changed pages: {reason}");
            }
        }
        self.store_failure = failure;
    }
}

/// Removes the addresses of a request from the queue.
fn remove(store: &Store, request: &PageRequest) -> Result<(), StoreError> {
    for addresses in request.addresses.chunks(REMOVED_AT_ONCE) {
        let addresses = addresses.iter().map(String::as_str);
        store.write(|batch| batch.remove_queued_pages(addresses))?;
    }
    Ok(())
}
