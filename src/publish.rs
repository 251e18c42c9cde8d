//! Publishing: the published state, and the loops that keep it current. One loop reads, another publishes
//! and sends new versions through a channel.
//!
//! The loops are separate so that a slow or hanging source never delays a due change. Only the clock here
//! decides when an article is released. Reading and publishing run on the blocking pool, so neither can
//! delay a request.
//!
//! Begin with [`publisher::Publisher`], the only writer; all other code reads through a
//! [`read_handle::ReadHandle`]. [`health`] holds the state of the daemon.
//!
//! Uses [`text`](crate::text), [`model`](crate::model), [`config`](crate::config), [`index`](crate::index),
//! [`feed`](crate::feed), [`render`](crate::render), [`store`](crate::store),
//! [`source`](crate::source) and [`ingest`](crate::ingest).

pub mod clock;
mod cut_log;
pub mod documents;
pub mod health;
mod index_state;
mod log_once;
pub mod published_state;
pub mod publisher;
pub mod read_handle;
mod selections;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc, watch};
use tokio::task;
use tokio::time;
use tracing::{error, info, warn};

use crate::config::Config;
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::model::count::many;
use crate::model::problem::chain;
use crate::model::removal_guard::Removal;
use crate::model::time::Timestamp;
use crate::publish::clock::{Clock, Jump};
use crate::publish::health::Health;
use crate::publish::log_once::{OutageLog, ReadingLog};
use crate::publish::publisher::Publisher;
use crate::render::pages::templates::Templates;
use crate::source::Scope;
use crate::source::watcher::SourceWatcher;
use crate::source::watcher_messages::{OutageSender, ReadingNote};

/// The longest sleep of the publishing loop, after which it notices a jump of the wall clock.
const SLEEP_MAX: Duration = Duration::from_secs(1);

/// How often a long reading logs its progress.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);

/// A request of the operator.
#[derive(Debug)]
pub enum Order {
    /// Put this configuration and its templates in force, then read the articles.
    Reconfigure(Box<Config>, Arc<Templates>),
    /// Read the articles, and accept a loss of articles or columns that was reported.
    Reread,
}

/// The new versions of a publication.
#[derive(Debug)]
pub struct NewVersions {
    /// Their snapshot: while it is held, the store keeps their articles.
    pub snapshot: Arc<Snapshot>,
    /// The versions, without selections.
    pub versions: Vec<Arc<FeedVersion>>,
}

/// Keeps `publisher` current until `stop` turns true, and sends the versions of each publication to
/// `new_versions`, unless the channel is full.
pub async fn run(
    publisher: Arc<Publisher>,
    health: Arc<Health>,
    rescan: Duration,
    orders: mpsc::Receiver<Order>,
    new_versions: mpsc::Sender<NewVersions>,
    mut stop: watch::Receiver<bool>,
) {
    let changed = Notify::new();
    let (down, changes) = watch::channel(None);
    let outage = Arc::new(OutageLog::default());
    let log = ReadingLog::new(outage.clone());
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = reading_loop(&publisher, &health, rescan, orders, &changed, &down, log) => {}
        () = outage_loop(&publisher, &health, changes, &outage) => {}
        () = publishing_loop(&publisher, &health, &changed, &new_versions) => {}
    }
}

/// Reads the source: all of it at the start, every `rescan` or `reconcile`, after an order and after lost
/// events; parts of it after an event that names them.
async fn reading_loop(
    publisher: &Arc<Publisher>,
    health: &Arc<Health>,
    mut rescan: Duration,
    mut orders: mpsc::Receiver<Order>,
    changed: &Notify,
    down: &OutageSender,
    mut log: ReadingLog,
) {
    // Watching starts before the first listing, so that no change is missed in between.
    let mut watcher = SourceWatcher::start(&publisher.driver().source(), down).await;
    let mut scopes = vec![Scope::All];
    let mut removal = Removal::Held;
    let mut rescan_at = Instant::now();
    loop {
        if scopes.contains(&Scope::All) {
            rescan_at = Instant::now() + rescan;
        }
        let read = read(publisher, health, &scopes, removal, &mut log, &watcher).await;
        // Nothing is published before articles could be read once.
        if publisher.handle().snapshot().is_some() || log.failure.is_none() {
            changed.notify_one();
        }
        match read {
            Some(note) => watcher.note(note).await,
            None => watcher.note_panic(),
        }
        removal = Removal::Held;
        let mut order = None;
        scopes = tokio::select! {
            next = orders.recv() => {
                order = next;
                vec![Scope::All]
            }
            next = watcher.next() => next,
            () = time::sleep_until(rescan_at.into()) => vec![Scope::All],
        };
        while let Some(next) = order {
            match next {
                Order::Reconfigure(config, templates) => {
                    rescan = Duration::from_secs(config.source.compared_every().into());
                    reconfigure(publisher, health, *config, templates).await;
                    watcher = SourceWatcher::start(&publisher.driver().source(), down).await;
                }
                // Only a reported loss can be confirmed.
                Order::Reread => {
                    if publisher.driver().held() > 0 {
                        removal = Removal::Confirmed;
                    }
                    watcher.confirm();
                }
            }
            order = orders.try_recv().ok();
        }
    }
}

/// Reports an outage as soon as the watcher knows of it, even while a reading hangs.
async fn outage_loop(
    publisher: &Publisher,
    health: &Health,
    mut changes: watch::Receiver<Option<Arc<str>>>,
    outage: &OutageLog,
) {
    while changes.changed().await.is_ok() {
        let reason = changes.borrow_and_update().clone();
        match reason {
            Some(reason) => {
                // The health is set before the log, so that it has changed when the log line appears.
                health.note_failing_source(&reason, Timestamp::now());
                outage.log(&reason, publisher.has_something_to_serve());
            }
            None => outage.end(),
        }
    }
}

/// Publishes after each reading, and when something is due.
async fn publishing_loop(
    publisher: &Arc<Publisher>,
    health: &Arc<Health>,
    changed: &Notify,
    new_versions: &mpsc::Sender<NewVersions>,
) {
    // Stored articles are served while the source is compared with the store.
    let storing = publisher.clone();
    let stored = task::spawn_blocking(move || storing.stored_articles());
    let stored = stored.await.unwrap_or(None);
    if stored.is_none() {
        changed.notified().await;
    }
    let clock = Arc::new(Mutex::new(Clock::start()));
    let mut next = publish(publisher, health, &clock, new_versions).await;
    if let (Some(articles), Some(snapshot)) = (stored, publisher.handle().snapshot()) {
        let (articles, feeds) = (
            many(articles, "article"),
            many(snapshot.feeds.len(), "feed"),
        );
        info!("served from the state folder: {articles} in {feeds}");
    }
    loop {
        let due = next.map_or(SLEEP_MAX, Timestamp::remaining);
        tokio::select! {
            () = changed.notified() => {}
            () = time::sleep(due.min(SLEEP_MAX)) => {}
        }
        next = publish(publisher, health, &clock, new_versions).await;
    }
}

/// Reads `scopes`; `None` if the reading panicked.
async fn read(
    publisher: &Arc<Publisher>,
    health: &Health,
    scopes: &[Scope],
    removal: Removal,
    log: &mut ReadingLog,
    watcher: &SourceWatcher,
) -> Option<ReadingNote> {
    let is_full = scopes.contains(&Scope::All);
    let (reading, read) = (publisher.clone(), scopes.to_vec());
    let started = Instant::now();
    let mut report = task::spawn_blocking(move || reading.reconcile(&read, removal));
    let report = loop {
        if let Ok(ended) = time::timeout(PROGRESS_EVERY, &mut report).await {
            break ended;
        }
        let reached = publisher.driver().progress().reached();
        if let Some(reached) = reached.filter(|reached| reached.found > 0) {
            info!("{reached}");
        }
    };
    let Ok(report) = report else {
        error!("reading the articles ended early; what is published stays");
        health.note_failing_source("the reading ended early", Timestamp::now());
        return None;
    };
    let took = started.elapsed();
    let proves = watcher.ends_outage(is_full);
    health.note_reading(
        &publisher.driver().source(),
        scopes,
        &report,
        took,
        proves,
        Timestamp::now(),
    );
    if report.read > 0 || report.changed > 0 {
        info!(
            "{} read in {took:.1?}: {}, {}, {}",
            many(report.read, publisher.driver().source().noun()),
            many(report.changed, "change"),
            many(report.articles, "article"),
            many(report.problems.len(), "problem"),
        );
    }
    let is_published = publisher.has_something_to_serve();
    log.log(is_full, &report, watcher.is_down(), proves, is_published);
    Some(ReadingNote {
        is_full,
        failed: report.failure.is_some(),
        found: report.read > 0 || report.changed > 0,
        held: report.held,
        unsettled: report.unsettled,
        stored: report.places,
        took,
    })
}

/// Publishes what is due, and returns the next due instant. A feed moves at most once a second.
async fn publish(
    publisher: &Arc<Publisher>,
    health: &Arc<Health>,
    clock: &Arc<Mutex<Clock>>,
    new_versions: &mpsc::Sender<NewVersions>,
) -> Option<Timestamp> {
    let (publishing, health, clock) = (publisher.clone(), health.clone(), clock.clone());
    let published = task::spawn_blocking(move || {
        if let Some(last) = publishing
            .is_due(Timestamp::now())
            .then(|| publishing.last_moved())
            .flatten()
        {
            // The clock may have been set back, so the wait is limited.
            thread::sleep(last.plus(1).remaining().min(SLEEP_MAX));
        }
        let now = clock.lock().unwrap_or_else(PoisonError::into_inner).now();
        report_jump(now.jump);
        let published = publishing.publish(now.at);
        let (moved, trouble) = (publishing.last_moved(), publishing.state_trouble());
        health.note_publication(moved, trouble, now.at);
        if published.reconfigured {
            report_vanished(&publishing);
        }
        published
    });
    match published.await {
        Ok(published) => {
            if published.moved > 0 {
                info!("{} moved", many(published.moved, "feed"));
            }
            if let Some(snapshot) = publisher
                .handle()
                .snapshot()
                .filter(|_| !published.new_versions.is_empty())
            {
                let versions = published.new_versions;
                let _ = new_versions.try_send(NewVersions { snapshot, versions });
            }
            published.next
        }
        Err(_) => {
            error!("publishing ended early; what is published stays");
            None
        }
    }
}

/// Warns of addresses that a new configuration no longer serves.
fn report_vanished(publisher: &Publisher) {
    match publisher.vanished() {
        Ok(vanished) => {
            for vanished in vanished {
                warn!("{vanished}\n  hint: {}", vanished.hint);
            }
        }
        Err(failure) => error!("the state folder cannot be read: {}", chain(&failure)),
    }
}

fn report_jump(jump: Option<Jump>) {
    match jump {
        None => {}
        Some(Jump::Distrusted(by)) => {
            warn!(
                "the clock jumped forward by {by:?}: nothing is released by it until it has run evenly for a minute"
            );
        }
        Some(Jump::Trusted) => info!("the clock is believed again"),
        Some(Jump::Back(by)) => warn!("the clock was set back by {by:?}"),
    }
}

async fn reconfigure(
    publisher: &Arc<Publisher>,
    health: &Health,
    config: Config,
    templates: Arc<Templates>,
) {
    let changing = publisher.clone();
    let change = move || changing.reconfigure(Arc::new(config), templates);
    let refusal = match task::spawn_blocking(change).await {
        Ok(Ok(())) => {
            health.note_reload(Timestamp::now());
            info!("feeds.toml is in force");
            return;
        }
        Ok(Err(failure)) => chain(&failure),
        Err(_) => "applying it ended early".to_owned(),
    };
    health.note_refused_reload(&refusal, Timestamp::now());
    error!("feeds.toml is not in force: {refusal}");
}
