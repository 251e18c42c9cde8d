//! The two loops that keep the edition current: one reads, one publishes.
//!
//! They are apart so that a slow or hanging folder never delays what is due by itself. Nothing
//! else asks the clock for a decision. Reading files and publishing happen on the blocking pool,
//! so neither can delay a request.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc, watch};
use tokio::task;
use tokio::time;
use tracing::{error, info, warn};

use crate::config::Config;
use crate::desk::{Desk, Report};
use crate::problem::{Problem, chain};
use crate::reconcile::Options;
use crate::time::Timestamp;

/// How soon a file is read again that changed under our eyes.
const UNSETTLED_REST: Duration = Duration::from_millis(200);

/// The longest the publisher sleeps: how late it notices a jump of the wall clock.
const SLEEP_MAX: Duration = Duration::from_secs(1);

/// How often a long reading says how far it is.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);

/// Quarantined files named in the log after one reading; `check` names all.
const PROBLEMS_LOGGED: usize = 20;

/// What the operator wants done now.
#[derive(Debug)]
pub enum Order {
    /// Put this configuration in force, then read the articles.
    Reconfigure(Box<Config>),
    /// Read the articles, and believe that they are gone where they are gone.
    Reread,
}

/// Keeps `desk` current until `stop` turns true.
pub async fn run(
    desk: Arc<Desk>,
    rescan: Duration,
    orders: mpsc::Receiver<Order>,
    mut stop: watch::Receiver<bool>,
) {
    let news = Notify::new();
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = keep_reading(&desk, rescan, orders, &news) => {}
        () = keep_publishing(&desk, &news) => {}
    }
}

/// Compares the folder with the store at the start, every `rescan`, and when ordered to.
async fn keep_reading(
    desk: &Arc<Desk>,
    mut rescan: Duration,
    mut orders: mpsc::Receiver<Order>,
    news: &Notify,
) {
    let mut seen = Seen::default();
    let mut options = Options::default();
    loop {
        let unsettled = read(desk, options, &mut seen).await;
        options = Options::default();
        // Articles that could not be read are not the same as none.
        if desk.edition().is_some() || seen.failure.is_none() {
            news.notify_one();
        }
        let rest = if unsettled { UNSETTLED_REST } else { rescan };
        let mut order = tokio::select! {
            order = orders.recv() => order,
            () = time::sleep(rest) => None,
        };
        while let Some(given) = order {
            match given {
                Order::Reconfigure(config) => {
                    rescan = Duration::from_secs(config.source.rescan.into());
                    reconfigure(desk, *config).await;
                }
                // Only a removal that was reported can be confirmed.
                Order::Reread => options.confirm_removal = seen.held > 0,
            }
            order = orders.try_recv().ok();
        }
    }
}

/// Publishes what was read and what falls due by itself.
async fn keep_publishing(desk: &Arc<Desk>, news: &Notify) {
    // What the state folder remembers is served while the folder is compared with it.
    let remembering = desk.clone();
    let complete = task::spawn_blocking(move || remembering.is_complete()).await;
    if !complete.unwrap_or(false) {
        news.notified().await;
    }
    let mut next = publish(desk).await;
    loop {
        let due = next.map_or(SLEEP_MAX, Timestamp::from_now);
        tokio::select! {
            () = news.notified() => {}
            () = time::sleep(due.min(SLEEP_MAX)) => {}
        }
        next = publish(desk).await;
    }
}

/// What was logged already, so that an unchanged fault is said once.
#[derive(Default)]
struct Seen {
    problems: Vec<Problem>,
    failure: Option<String>,
    held: usize,
}

/// Reads what changed; says whether something has to be read again soon.
async fn read(desk: &Arc<Desk>, options: Options, seen: &mut Seen) -> bool {
    let reading = desk.clone();
    let started = Instant::now();
    let mut report = task::spawn_blocking(move || reading.reconcile(options));
    let report = loop {
        if let Ok(ended) = time::timeout(PROGRESS_EVERY, &mut report).await {
            break ended;
        }
        let reached = desk.progress().reached();
        if let Some(reached) = reached.filter(|reached| reached.found > 0) {
            info!("{reached}");
        }
    };
    let Ok(report) = report else {
        error!("reading the articles ended early; what is published stays");
        return false;
    };
    seen.log(&report, started.elapsed());
    report.unsettled
}

impl Seen {
    fn log(&mut self, report: &Report, took: Duration) {
        if report.read > 0 || report.changed > 0 {
            let Report {
                read,
                changed,
                articles,
                ..
            } = report;
            let quarantined = report.problems.len();
            info!(
                "{read} files read in {took:.1?}: {changed} changes, {articles} articles, {quarantined} problems"
            );
        }
        let new = report
            .problems
            .iter()
            .filter(|problem| !self.problems.contains(problem));
        for problem in new.take(PROBLEMS_LOGGED) {
            warn!("{problem}");
        }
        if report.problems.len() > PROBLEMS_LOGGED && report.problems != self.problems {
            warn!(
                "and more; `taspa check` lists all {}",
                report.problems.len()
            );
        }
        self.problems.clone_from(&report.problems);
        let failure = report.failure.as_ref().map(|failure| chain(failure));
        if let Some(failure) = failure.as_ref().filter(|_| failure != self.failure) {
            error!("the articles cannot be read, so what is published stays: {failure}");
        }
        self.failure = failure;
        if report.held > 0 && report.held != self.held {
            let held = report.held;
            warn!(
                "{held} articles are gone, more than half of all: they stay until they return or SIGHUP confirms"
            );
        }
        self.held = report.held;
    }
}

/// Publishes what is due; says when something is due next. A feed moves at most once in a second.
async fn publish(desk: &Arc<Desk>) -> Option<Timestamp> {
    let publishing = desk.clone();
    let published = task::spawn_blocking(move || {
        if let Some(last) = publishing
            .is_due(Timestamp::now())
            .then(|| publishing.last_moved())
            .flatten()
        {
            // The clock may have been set back, so the wait has an end of its own.
            thread::sleep(last.plus(1).from_now().min(SLEEP_MAX));
        }
        publishing.publish(Timestamp::now())
    });
    match published.await {
        Ok(published) => {
            if published.moved > 0 {
                info!("{} feeds moved", published.moved);
            }
            published.next
        }
        Err(_) => {
            error!("publishing ended early; what is published stays");
            None
        }
    }
}

async fn reconfigure(desk: &Arc<Desk>, config: Config) {
    let changing = desk.clone();
    match task::spawn_blocking(move || changing.reconfigure(Arc::new(config))).await {
        Ok(Ok(())) => info!("feeds.toml is in force"),
        Ok(Err(failure)) => error!("feeds.toml is not in force: {}", chain(&failure)),
        Err(_) => error!("feeds.toml is not in force: applying it ended early"),
    }
}
