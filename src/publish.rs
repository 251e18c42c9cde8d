//! The loop that keeps the edition current.
//!
//! It is the only caller of the clock that decides anything. Reading files and publishing happen
//! on the blocking pool; nothing here can delay a request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::task;
use tokio::time;
use tracing::{error, info, warn};

use crate::config::Config;
use crate::desk::{Desk, Report};
use crate::problem::chain;
use crate::reconcile::Options;
use crate::time::Timestamp;

/// How soon a file is read again that changed under our eyes.
const UNSETTLED_REST: Duration = Duration::from_millis(200);

/// The longest the loop sleeps: how late a jump of the wall clock is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(5);

/// How often a long reading says how far it is.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);

/// Quarantined files named in the log after one reading; `check` names all.
const PROBLEMS_LOGGED: usize = 20;

/// Why the loop wakes.
enum Wake {
    /// Somebody asks for the configuration and the articles to be read again.
    Reload,
    /// The folder is to be compared again, or something is due by itself.
    Time,
    /// The daemon stops.
    Stop,
}

/// Keeps `desk` current until `stop` turns true. `reloads` asks for the configuration, through
/// `load`, and the articles to be read again at once.
pub async fn run(
    desk: Arc<Desk>,
    mut rescan: Duration,
    mut reloads: mpsc::Receiver<()>,
    mut stop: watch::Receiver<bool>,
    load: impl Fn() -> Option<Config>,
) {
    let mut seen = Seen::default();
    // What the state folder remembers is served while the folder is compared with it.
    if desk.articles() > 0 {
        publish(&desk).await;
    }
    let mut unsettled = read(&desk, Options::default(), &mut seen).await;
    let mut rescan_at = Instant::now() + rescan;
    loop {
        // Articles that could not be read are not the same as none.
        let next = match desk.edition().is_some() || seen.failure.is_none() {
            true => publish(&desk).await,
            false => None,
        };
        let due = next.map(Timestamp::from_now);
        let rest = unsettled.then_some(UNSETTLED_REST);
        let left = rescan_at.saturating_duration_since(Instant::now());
        let sleep = [Some(left), due, rest, Some(SLEEP_MAX)]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(SLEEP_MAX);
        let wake = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => Wake::Stop,
            Some(()) = reloads.recv() => Wake::Reload,
            () = time::sleep(sleep) => Wake::Time,
        };
        match wake {
            Wake::Stop => return,
            Wake::Reload => {
                if let Some(config) = load() {
                    rescan = Duration::from_secs(config.source.rescan.into());
                    reconfigure(&desk, config).await;
                }
                let options = Options {
                    confirm_removal: true,
                    ..Options::default()
                };
                unsettled = read(&desk, options, &mut seen).await;
                rescan_at = Instant::now() + rescan;
            }
            Wake::Time if unsettled || rescan_at <= Instant::now() => {
                unsettled = read(&desk, Options::default(), &mut seen).await;
                rescan_at = Instant::now() + rescan;
            }
            Wake::Time => {}
        }
    }
}

/// What was logged already, so that an unchanged fault is said once.
#[derive(Default)]
struct Seen {
    problems: Vec<crate::problem::Problem>,
    failure: Option<String>,
    held: usize,
}

/// Reads what changed; says whether something has to be read again soon.
async fn read(desk: &Arc<Desk>, options: Options, seen: &mut Seen) -> bool {
    let reading = desk.clone();
    let started = Instant::now();
    let report = task::spawn_blocking(move || {
        let mut said = Instant::now();
        reading.reconcile(options, &mut |files| {
            if said.elapsed() >= PROGRESS_EVERY {
                info!("{files} files read so far");
                said = Instant::now();
            }
        })
    });
    let Ok(report) = report.await else {
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
    if let Some(last) = desk.last_moved().filter(|_| desk.is_due(Timestamp::now())) {
        time::sleep(last.plus(1).from_now()).await;
    }
    let publishing = desk.clone();
    match task::spawn_blocking(move || publishing.publish(Timestamp::now())).await {
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
