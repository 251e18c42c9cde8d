//! Publishing: the published state, and the loops that keep it current. One loop reads, another publishes
//! and sends new versions through a channel, a third reports outages of the source, a fourth looks whether
//! one of them hangs.
//!
//! The loops are separate so that a slow or hanging source never delays a due change or a new
//! configuration. Only the clock here decides when an article is released. Reading and publishing run on
//! the blocking pool, so neither can delay a request.
//!
//! Begin with [`publisher::Publisher`], the only writer; all other code reads through a
//! [`read_handle::ReadHandle`]. [`health`] holds the state of the daemon.
//!
//! Uses [`text`](crate::text), [`model`](crate::model), [`config`](crate::config), [`index`](crate::index),
//! [`feed`](crate::feed), [`render`](crate::render), [`store`](crate::store),
//! [`source`](crate::source) and [`ingest`](crate::ingest).

pub mod activity;
mod change_history;
pub mod changed_pages;
pub mod clock;
pub mod config_comparison;
mod cut_log;
mod dead_feeds;
pub mod documents;
pub mod explanation;
pub mod health;
mod index_state;
mod log_once;
pub mod pace;
pub mod published_state;
pub mod publisher;
mod publishing_loop;
pub mod push_report;
pub mod read_handle;
mod selections;
pub mod sitemap_documents;
pub mod stall;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, Notify, mpsc, oneshot, watch};
use tokio::task::{self, JoinSet};
use tokio::time;
use tracing::{error, info};

use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::ingest::ProgressCounts;
use crate::model::count::many;
use crate::model::held_loss::{Confirmation, LossId};
use crate::model::removal_guard::Removal;
use crate::model::time::Timestamp;
use crate::publish::activity::Activity;
use crate::publish::clock::Clock;
use crate::publish::health::Health;
use crate::publish::log_once::{OutageLog, ReadingLog};
use crate::publish::publisher::Publisher;
use crate::publish::stall::{LastProgress, find_stalls, log_stalls};
use crate::source::Scope;
use crate::source::restart::restarted;
use crate::source::watcher::SourceWatcher;
use crate::source::watcher_messages::{OutageSender, ReadingNote};

/// How often to look for stalls.
const STALL_LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often a long reading logs its progress.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);

/// A request of the operator. Each one makes the reading loop read all articles, so one that finds the
/// channel full is fulfilled by those in it.
#[derive(Debug)]
pub enum Order {
    /// Read the articles.
    Reread,
    /// Read the articles, and believe the loss with this id if what is missing is exactly that.
    Confirm(LossId, oneshot::Sender<Confirmation>),
}

/// What the loops share.
#[derive(Clone)]
pub struct LoopContext {
    /// The publisher that they keep current.
    pub publisher: Arc<Publisher>,
    /// Where they report faults.
    pub health: Arc<Health>,
    /// Where they say what they do.
    pub activity: Arc<Activity>,
}

/// The new versions of a publication.
#[derive(Debug)]
pub struct NewVersions {
    /// Their snapshot: while it is held, the store keeps their articles.
    pub snapshot: Arc<Snapshot>,
    /// The versions, without selections.
    pub versions: Vec<Arc<FeedVersion>>,
}

/// Keeps the publisher current until `stop` turns true. Each value of `rescan` says that the source was
/// replaced, and how often it is compared from now on. The versions of each publication are sent to
/// `new_versions`, unless that channel is full.
///
/// Each loop is a task of its own, so that none can delay another, and is started again if it ends.
pub async fn run(
    context: LoopContext,
    rescan: watch::Receiver<Duration>,
    orders: mpsc::Receiver<Order>,
    new_versions: mpsc::Sender<NewVersions>,
    mut stop: watch::Receiver<bool>,
) {
    let (changed, renewed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (down, changes) = watch::channel(None);
    let outage = Arc::new(OutageLog::default());
    let orders = Arc::new(Mutex::new(orders));
    let mut loops = JoinSet::new();
    let (shared, announced, logged) = (context.clone(), changed.clone(), outage.clone());
    let rereading = renewed.clone();
    loops.spawn(restarted("the reading loop", move || {
        let log = ReadingLog::new(logged.clone());
        let (rescan, orders) = (rescan.clone(), orders.clone());
        reading_loop(
            shared.clone(),
            rescan,
            orders,
            announced.clone(),
            rereading.clone(),
            down.clone(),
            log,
        )
    }));
    let shared = context.clone();
    loops.spawn(restarted("the outage loop", move || {
        outage_loop(shared.clone(), changes.clone(), outage.clone())
    }));
    // A loop that is restarted must not believe a jump that the one before did not believe yet.
    let clock = Arc::new(std::sync::Mutex::new(Clock::start()));
    let shared = context.clone();
    loops.spawn(restarted("the publishing loop", move || {
        publishing_loop::run(
            shared.clone(),
            changed.clone(),
            renewed.clone(),
            new_versions.clone(),
            clock.clone(),
        )
    }));
    loops.spawn(restarted("the look for stalls", move || {
        stall_loop(context.clone())
    }));
    let _ = stop.wait_for(|stop| *stop).await;
    loops.shutdown().await;
}

/// Reads the source: all of it at the start, every `rescan` or `reconcile`, after an order, after it was
/// replaced, after the store was `renewed` and after lost events; parts of it after an event that names them.
async fn reading_loop(
    context: LoopContext,
    mut rescan: watch::Receiver<Duration>,
    orders: Arc<Mutex<mpsc::Receiver<Order>>>,
    changed: Arc<Notify>,
    renewed: Arc<Notify>,
    down: OutageSender,
    mut log: ReadingLog,
) {
    let LoopContext {
        publisher,
        health,
        activity,
    } = &context;
    let mut orders = orders.lock().await;
    activity.begin_reading();
    let mut interval = *rescan.borrow_and_update();
    // Watching starts before the first listing, so that no change is missed in between.
    let mut watched = publisher.driver().source();
    let mut watcher = SourceWatcher::start(&watched, &down).await;
    let mut scopes = vec![Scope::All];
    let mut confirming: Option<(LossId, oneshot::Sender<Confirmation>)> = None;
    let mut rescan_at = Instant::now();
    loop {
        if scopes.iter().any(Scope::is_full) {
            rescan_at = Instant::now() + interval;
        }
        let removal = (confirming.as_ref()).map_or(Removal::Held, |(id, _)| Removal::Loss(*id));
        health.note_watching(watcher.refusal().as_deref());
        let read = read(publisher, health, &scopes, removal, &mut log, &watcher).await;
        // Nothing is published before articles could be read once.
        if publisher.handle().snapshot().is_some() || log.failure.is_none() {
            changed.notify_one();
        }
        match read {
            Some(note) => watcher.note(note).await,
            None => watcher.note_panic(),
        }
        health.note_watching(watcher.refusal().as_deref());
        let confirmation = publisher.driver().take_confirmation();
        if let Some(((_, result), confirmation)) = confirming.take().zip(confirmation) {
            // Nobody may wait for it any more.
            let _ = result.send(confirmation);
        }
        let mut order = None;
        activity.end_reading();
        scopes = tokio::select! {
            Some(next) = orders.recv() => {
                order = Some(next);
                vec![Scope::All]
            }
            Ok(()) = rescan.changed() => vec![Scope::All],
            next = watcher.next() => next,
            () = renewed.notified() => vec![Scope::All],
            () = time::sleep_until(rescan_at.into()) => vec![Scope::Ids],
        };
        activity.begin_reading();
        let is_ordered = order.is_some();
        while let Some(next) = order {
            match next {
                Order::Reread => {}
                Order::Confirm(id, result) => confirming = Some((id, result)),
            }
            order = orders.try_recv().ok();
        }
        let source = publisher.driver().source();
        // An order also starts the watch anew: the operator may have changed what the system allows.
        if is_ordered || !Arc::ptr_eq(&watched, &source) {
            interval = *rescan.borrow_and_update();
            watcher = SourceWatcher::start(&source, &down).await;
            watched = source;
            scopes = vec![Scope::All];
        }
    }
}

/// Reports an outage as soon as the watcher knows of it, even while a reading hangs.
async fn outage_loop(
    context: LoopContext,
    mut changes: watch::Receiver<Option<Arc<str>>>,
    outage: Arc<OutageLog>,
) {
    let LoopContext {
        publisher, health, ..
    } = &context;
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

/// Looks for stalls, and reports them.
async fn stall_loop(context: LoopContext) {
    let LoopContext {
        publisher,
        health,
        activity,
    } = &context;
    loop {
        // A reading that hangs before its first file has no progress of its own yet.
        let advanced = publisher.driver().progress().last_advanced();
        let last = LastProgress {
            reading: (activity.reading()).map(|began| advanced.map_or(began, |at| at.max(began))),
            publication: activity.publication(),
            state_write: publisher.unsaved_since(),
        };
        let before = &health.condition().stalls;
        let stalls = find_stalls(&last, before, Instant::now(), Timestamp::now());
        if *before != stalls {
            // The health is set before the log, so that it has changed when the log line appears.
            health.note_stalls(stalls.clone());
            log_stalls(before, &stalls);
        }
        time::sleep(STALL_LOOK_EVERY).await;
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
    let is_full = scopes.iter().any(Scope::is_full);
    let source = publisher.driver().source();
    let (reading, read) = (publisher.clone(), scopes.to_vec());
    let started = Instant::now();
    let mut report = task::spawn_blocking(move || reading.reconcile(&read, removal));
    let mut logged = None;
    let report = loop {
        if let Ok(ended) = time::timeout(PROGRESS_EVERY, &mut report).await {
            break ended;
        }
        let reached = publisher.driver().progress().reached();
        // A reading that hangs has no news.
        let is_new = |reached: &ProgressCounts| logged != Some(reached.advanced);
        if let Some(reached) = reached.filter(|reached| reached.found > 0 && is_new(reached)) {
            info!("{reached}");
            logged = Some(reached.advanced);
        }
    };
    let Ok(report) = report else {
        error!("reading the articles ended early; what is published stays");
        health.note_failing_source("the reading ended early", Timestamp::now());
        log.note_panic();
        return None;
    };
    let took = started.elapsed();
    let proves = watcher.ends_outage(is_full);
    health.note_reading(&source, scopes, &report, took, proves, Timestamp::now());
    if report.read > 0 || report.changed > 0 {
        info!(
            "{} read in {took:.1?}: {}, {}, {}",
            many(report.read, source.noun()),
            many(report.changed, "change"),
            many(report.articles, "article"),
            many(report.problems.total(), "problem"),
        );
    }
    let is_published = publisher.has_something_to_serve();
    log.log(&report, watcher.is_down(), proves, is_published);
    Some(ReadingNote {
        is_full,
        compared_columns: scopes.contains(&Scope::All),
        failed: report.failure.is_some(),
        is_held: report.held.is_some(),
        unsettled: report.unsettled,
        new: report.new_rows,
        took,
    })
}
