//! The pings of WebSub: hubs are told which feeds have other entries.
//!
//! After each publication, and no more often than every ten seconds, the published feeds are compared with
//! what was compared last, which the store remembers. Each hub is told of what differs, and remembers what it
//! has yet to be told of in the store as well, so a restart loses nothing.
//!
//! The first comparison, a new hub, and a feed that a configuration brings tell nothing: nobody can have
//! subscribed before.

mod compared_feeds;
mod hub;

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{self, AbortHandle, JoinError, JoinSet};
use tokio::time::{self, Instant};
use tracing::{debug, error, info};
use url::Url;

use self::compared_feeds::{ComparedFeeds, Differences, NewFeeds, Place};
use self::hub::{Hub, HubContext};
use super::client::PushClient;
use super::reply::Reply;
use super::{Published, PushContext};
use crate::config::Config;
use crate::feed::snapshot::Snapshot;
use crate::model::problem::chain;
use crate::model::time::Timestamp;
use crate::publish::published_state::PublishedState;
use crate::publish::push_report::{PushReport, PushTarget};
use crate::publish::read_handle::ReadHandle;
use crate::store::{Store, StoreError, ToldFeeds};

/// How long changes are joined, from the first publication on.
const JOINED_FOR: Duration = Duration::from_secs(10);

/// Tells the hubs, until the future is dropped. It ends if the task of a hub panics.
pub(super) async fn run(context: PushContext, mut published: Published) {
    let mut pings = Pings::new(context);
    let mut tasks = JoinSet::new();
    let mut compare_at: Option<Instant> = None;
    loop {
        let due = compare_at.unwrap_or_else(Instant::now);
        tokio::select! {
            Ok(()) = published.changed() => {
                let Some(snapshot) = published.borrow_and_update().clone() else {
                    continue;
                };
                if pings.configure(&snapshot, &mut tasks).await.is_err() {
                    return;
                }
                let joined = compare_at.unwrap_or_else(|| Instant::now() + JOINED_FOR);
                compare_at = pings.is_on().then_some(joined);
            }
            () = time::sleep_until(due), if compare_at.is_some() => {
                compare_at = None;
                if pings.compare().await.is_err() {
                    return;
                }
            }
            Some(Err(ended)) = tasks.join_next() => {
                if ended.is_panic() {
                    return;
                }
            }
            else => return,
        }
    }
}

/// The hubs of the configuration in force, and what was compared last.
struct Pings {
    context: PushContext,
    /// The generation of the snapshot whose configuration is in force.
    configured: Option<u64>,
    hubs: BTreeMap<String, (Arc<Hub>, AbortHandle)>,
    compared: ComparedFeeds,
    /// The generation of the snapshot that was compared last.
    generation: Option<u64>,
}

impl Pings {
    fn new(context: PushContext) -> Pings {
        Pings {
            context,
            configured: None,
            hubs: BTreeMap::new(),
            compared: ComparedFeeds::default(),
            generation: None,
        }
    }

    /// Whether there are hubs to tell.
    fn is_on(&self) -> bool {
        !self.hubs.is_empty()
    }

    /// Puts the hubs of a snapshot's configuration in force. Those that are gone are told nothing more; those
    /// that are new in this process are told what waits for them in the store.
    ///
    /// # Errors
    /// When reading the store panicked.
    async fn configure(
        &mut self,
        snapshot: &Snapshot,
        tasks: &mut JoinSet<()>,
    ) -> Result<(), JoinError> {
        if self.configured.replace(snapshot.generation) == Some(snapshot.generation) {
            return Ok(());
        }
        let Config { websub, server, .. } = &*snapshot.config;
        let urls = websub.hubs.iter().filter(|_| websub.ping);
        let urls: Vec<String> = urls.cloned().collect();
        let was_on = self.is_on();
        self.hubs.retain(|url, (_, task)| {
            let stays = urls.contains(url);
            if !stays {
                task.abort();
            }
            stays
        });
        let (store, stored) = (self.context.handle.store().clone(), urls.clone());
        let loaded = task::spawn_blocking(move || load(&store, &stored)).await?;
        if urls.is_empty() {
            self.compared = ComparedFeeds::default();
            if was_on {
                info!("no hub is told of changes any more");
            }
            return Ok(());
        }
        let (digests, mut waiting) = loaded;
        if self.compared.is_empty() {
            self.compared = ComparedFeeds::new(digests);
            self.generation = None;
        }
        if self.compared.is_empty() {
            // At once, so that what changes from now on is told.
            self.compare().await?;
        }
        let new = urls.into_iter();
        let new: Vec<String> = new.filter(|url| !self.hubs.contains_key(url)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let client = match PushClient::new(&server.public_url) {
            Ok(client) => client,
            Err(failure) => {
                let reason = chain(&failure);
                error!("hubs cannot be told of changes: {reason}");
                for url in new {
                    let report = &self.context.report;
                    let reason = format!("it is not told any more until the next reload: {reason}");
                    report.stop(&PushTarget::Hub(url), reason);
                }
                return Ok(());
            }
        };
        info!(
            "hubs that are told of changes from now on: {}",
            new.join(", ")
        );
        for url in new {
            let Ok(address) = Url::parse(&url) else {
                continue;
            };
            let connection = HubConnection {
                url: url.clone(),
                address,
                client: client.clone(),
                handle: self.context.handle.clone(),
                report: self.context.report.clone(),
            };
            let waiting = waiting.remove(&url).unwrap_or_default();
            let hub = Arc::new(Hub::new(&url, waiting));
            let running = hub.clone();
            let task = tasks.spawn(async move { running.run(&connection).await });
            self.hubs.insert(url, (hub, task));
        }
        Ok(())
    }

    /// Compares what is published with what was compared last, and gives each hub what differs. The store
    /// has it before the first ping.
    ///
    /// # Errors
    /// When comparing panicked.
    async fn compare(&mut self) -> Result<(), JoinError> {
        let Some(published) = self.context.handle.published() else {
            return Ok(());
        };
        let generation = published.snapshot.generation;
        let new_feeds = match self.generation.replace(generation) {
            None => NewFeeds::Unknown,
            Some(before) if before == generation => NewFeeds::OfArticles,
            Some(_) => NewFeeds::OfConfig,
        };
        let mut compared = mem::take(&mut self.compared);
        let hubs: Vec<String> = self.hubs.keys().cloned().collect();
        let (store, now) = (self.context.handle.store().clone(), Timestamp::now());
        let comparing = task::spawn_blocking(move || {
            let differences = compare(&mut compared, &published, new_feeds);
            save(&store, &compared, &differences, &hubs, now);
            (compared, differences.told)
        });
        let (compared, told) = comparing.await?;
        self.compared = compared;
        if !told.is_empty() {
            self.hubs.values().for_each(|(hub, _)| hub.add(&told, now));
        }
        Ok(())
    }
}

fn compare(
    compared: &mut ComparedFeeds,
    published: &PublishedState,
    new_feeds: NewFeeds,
) -> Differences {
    let feeds = &published.snapshot.feeds;
    let digests = feeds.iter();
    let digests = digests.map(|(path, version)| (path, version.entries_digest));
    compared.compare(digests, new_feeds, |path| {
        if feeds.contains_key(path) {
            return Place::Published;
        }
        match published.find_feed(path) {
            Some(version) => Place::Dead(version.entries_digest),
            None => Place::Gone,
        }
    })
}

type Waiting = BTreeMap<String, BTreeMap<Arc<str>, Timestamp>>;

/// Loads what was compared last, and what waits for these hubs. What the store has for others is deleted.
fn load(store: &Store, hubs: &[String]) -> (Vec<(String, u64)>, Waiting) {
    let told = store.told_feeds().unwrap_or_else(|failure| {
        debug!("what hubs were told cannot be read: {}", chain(&failure));
        ToldFeeds::default()
    });
    let is_of_others = |(hub, _, _): &(String, String, Timestamp)| !hubs.contains(hub);
    let is_off = hubs.is_empty() && !told.digests.is_empty();
    if is_off || told.waiting.iter().any(is_of_others) {
        let others = told.waiting.iter().filter(|row| is_of_others(row));
        note_write(store.write(|batch| {
            if is_off {
                batch.clear_told_feeds()?;
            }
            let others = others.map(|(hub, path, since)| (&**hub, &**path, *since));
            batch.remove_waiting_pings(others)
        }));
    }
    let mut waiting = Waiting::new();
    for (hub, path, since) in told.waiting {
        waiting.entry(hub).or_default().insert(path.into(), since);
    }
    (told.digests, waiting)
}

/// Stores what was compared, and what each hub has yet to be told of.
fn save(
    store: &Store,
    compared: &ComparedFeeds,
    differences: &Differences,
    hubs: &[String],
    now: Timestamp,
) {
    let Differences { told, digests } = differences;
    if digests.is_empty() {
        return;
    }
    note_write(store.write(|batch| {
        let changes = digests.iter().map(|(path, digest)| (&**path, *digest));
        let stored = batch.change_told_feeds(changes)?;
        if stored != compared.len() as u64 {
            // An earlier write failed, or the store was made anew.
            batch.clear_told_feeds()?;
            batch.change_told_feeds(compared.iter())?;
        }
        let pings = hubs
            .iter()
            .flat_map(|hub| told.iter().map(move |path| (&**hub, &**path, now)));
        batch.add_waiting_pings(pings)
    }));
}

/// A store that cannot be written stops no ping, and the publisher says what ails it.
fn note_write(written: Result<(), StoreError>) {
    if let Err(failure) = written {
        debug!("what hubs are told is not stored: {}", chain(&failure));
    }
}

/// The way to a hub.
struct HubConnection {
    url: String,
    address: Url,
    client: PushClient,
    handle: ReadHandle,
    report: Arc<PushReport>,
}

impl HubContext for HubConnection {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn topics(&self, path: &str) -> Vec<String> {
        let published = self.handle.published();
        let version = published
            .as_ref()
            .and_then(|published| published.find_feed(path));
        version.map_or(Vec::new(), |version| {
            let channel = &version.channel;
            let formats = channel.formats.iter();
            formats.map(|format| channel.address.url(*format)).collect()
        })
    }

    async fn send(&self, body: String) -> Reply {
        let form = "application/x-www-form-urlencoded";
        self.client.post(self.address.clone(), form, body).await
    }

    async fn note_told(&self, feeds: Vec<(Arc<str>, Timestamp)>) {
        let (store, hub) = (self.handle.store().clone(), self.url.clone());
        let written = task::spawn_blocking(move || {
            let told = feeds.iter().map(|(path, since)| (&*hub, &**path, *since));
            note_write(store.write(|batch| batch.remove_waiting_pings(told)));
        });
        // After a panic a hub may be told twice.
        let _ = written.await;
    }

    fn report(&self) -> &PushReport {
        &self.report
    }
}
