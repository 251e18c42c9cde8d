//! The two loops that keep the edition current: one reads, one publishes.
//!
//! They are apart so that a slow or hanging folder never delays what is due by itself. Nothing
//! else asks the clock for a decision. Reading files and publishing happen on the blocking pool,
//! so neither can delay a request.

use std::future;
use std::mem;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc, watch};
use tokio::task;
use tokio::time;
use tracing::{error, info, warn};

use crate::clock::{Clock, Jump};
use crate::config::{self, Config};
use crate::desk::{Desk, Removal, Report};
use crate::problem::{Problem, chain};
use crate::source::directory::Scope;
use crate::source::watch::{Hint, Watch};
use crate::time::Timestamp;

/// How soon a file is read again that changed under our eyes, where no event asks for it.
const UNSETTLED_REST: Duration = Duration::from_millis(500);

/// How often a watched folder is compared with the one that events come from.
const REPLACED_LOOK_EVERY: Duration = Duration::from_millis(250);

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

/// Compares the folder with the store: all of it at the start, every `rescan`, when ordered to and
/// when events were lost; single paths when a file event hints at them.
async fn keep_reading(
    desk: &Arc<Desk>,
    mut rescan: Duration,
    mut orders: mpsc::Receiver<Order>,
    news: &Notify,
) {
    let mut seen = Seen::default();
    // Watching comes before listing, so that nothing changes unseen in between.
    let mut watch = Watched::start(desk).await;
    let mut scopes = vec![Scope::Whole];
    let mut removal = Removal::Held;
    let mut rescan_at = Instant::now();
    loop {
        if scopes.contains(&Scope::Whole) {
            rescan_at = Instant::now() + rescan;
        }
        let unsettled = read(desk, mem::take(&mut scopes), removal, &mut seen).await;
        watch.look_again(unsettled);
        removal = Removal::Held;
        // Articles that could not be read are not the same as none.
        if desk.edition().is_some() || seen.failure.is_none() {
            news.notify_one();
        }
        let mut order = tokio::select! {
            order = orders.recv() => order,
            hinted = watch.hint() => {
                scopes = hinted;
                None
            }
            () = time::sleep_until(rescan_at.into()) => {
                scopes = vec![Scope::Whole];
                None
            }
        };
        while let Some(given) = order {
            scopes = vec![Scope::Whole];
            match given {
                Order::Reconfigure(config) => {
                    rescan = Duration::from_secs(config.source.rescan.into());
                    reconfigure(desk, *config).await;
                    watch = Watched::start(desk).await;
                }
                // Only a removal that was reported can be confirmed.
                Order::Reread if seen.held > 0 => removal = Removal::Confirmed,
                Order::Reread => {}
            }
            order = orders.try_recv().ok();
        }
    }
}

/// The articles' folder with the events it sends, if it does.
struct Watched {
    desk: Arc<Desk>,
    events: Events,
    /// Files to be read again where no events ask for it.
    unsettled: Vec<String>,
}

/// Whether the folder sends events.
enum Events {
    /// It does.
    Sent(Watch),
    /// It will once it is there.
    Awaited(PathBuf),
    /// It cannot, or is not asked to.
    None,
}

impl Watched {
    async fn start(desk: &Arc<Desk>) -> Watched {
        let events = Watched::watch(desk).await;
        Watched {
            desk: desk.clone(),
            events,
            unsettled: Vec::new(),
        }
    }

    /// Starts watching, unless feeds.toml or the system speaks against it.
    async fn watch(desk: &Arc<Desk>) -> Events {
        let watching = desk.clone();
        let started = task::spawn_blocking(move || {
            let (folder, watch) = watching.folder();
            match watch {
                config::Watch::Poll => Ok(Events::None),
                config::Watch::Auto if folder.root().is_dir() => {
                    Watch::start(folder.root(), folder.notes().clone()).map(Events::Sent)
                }
                config::Watch::Auto => Ok(Events::Awaited(folder.root().to_owned())),
            }
        });
        match started.await {
            Ok(Ok(events)) => events,
            Ok(Err(failure)) => {
                warn!(
                    "changes are noticed only every `rescan`: {}",
                    chain(&failure)
                );
                Events::None
            }
            Err(_) => Events::None,
        }
    }

    fn look_again(&mut self, unsettled: Vec<String>) {
        match &self.events {
            Events::Sent(watch) => watch.look_again(unsettled),
            Events::Awaited(_) | Events::None => self.unsettled = unsettled,
        }
    }

    /// Waits for something that is worth a look.
    async fn hint(&mut self) -> Vec<Scope> {
        loop {
            match &self.events {
                Events::Sent(watch) => {
                    tokio::select! {
                        hint = watch.hint() => return match hint {
                            Hint::Everything => vec![Scope::Whole],
                            Hint::Paths(scopes) => scopes,
                        },
                        () = time::sleep(REPLACED_LOOK_EVERY) => {}
                    }
                    if !watch.is_outdated() {
                        continue;
                    }
                }
                Events::Awaited(folder) => {
                    time::sleep(REPLACED_LOOK_EVERY).await;
                    if !folder.is_dir() {
                        continue;
                    }
                }
                Events::None if self.unsettled.is_empty() => return future::pending().await,
                Events::None => {
                    time::sleep(UNSETTLED_REST).await;
                    return self.read_again();
                }
            }
            self.events = Watched::watch(&self.desk).await;
            return vec![Scope::Whole];
        }
    }

    /// The files that changed while they were read.
    fn read_again(&mut self) -> Vec<Scope> {
        let below = |path| Scope::Below {
            path,
            closed: false,
        };
        let unsettled = mem::take(&mut self.unsettled);
        unsettled.into_iter().map(below).collect()
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
    let clock = Arc::new(Mutex::new(Clock::start()));
    let mut next = publish(desk, &clock).await;
    loop {
        let due = next.map_or(SLEEP_MAX, Timestamp::from_now);
        tokio::select! {
            () = news.notified() => {}
            () = time::sleep(due.min(SLEEP_MAX)) => {}
        }
        next = publish(desk, &clock).await;
    }
}

/// What was logged already, so that an unchanged fault is said once.
#[derive(Default)]
struct Seen {
    problems: Vec<Problem>,
    failure: Option<String>,
    held: usize,
}

/// Reads what changed; says what has to be read again soon.
async fn read(
    desk: &Arc<Desk>,
    scopes: Vec<Scope>,
    removal: Removal,
    seen: &mut Seen,
) -> Vec<String> {
    let reading = desk.clone();
    let started = Instant::now();
    let whole = scopes.contains(&Scope::Whole);
    let mut report = task::spawn_blocking(move || reading.reconcile(&scopes, removal));
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
        return Vec::new();
    };
    seen.log(&report, whole, started.elapsed());
    report.unsettled
}

impl Seen {
    fn log(&mut self, report: &Report, whole: bool, took: Duration) {
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
        if whole {
            self.problems.clone_from(&report.problems);
        } else {
            self.problems.extend(
                report
                    .problems
                    .iter()
                    .filter(|problem| !self.problems.contains(problem))
                    .cloned()
                    .collect::<Vec<_>>(),
            );
        }
        let failure = report.failure.as_ref().map(|failure| chain(failure));
        if let Some(failure) = failure.as_ref().filter(|_| failure != self.failure) {
            error!("the articles cannot be read, so what is published stays: {failure}");
        }
        self.failure = failure;
        if !whole && report.held == 0 {
            return;
        }
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
async fn publish(desk: &Arc<Desk>, clock: &Arc<Mutex<Clock>>) -> Option<Timestamp> {
    let (publishing, clock) = (desk.clone(), clock.clone());
    let published = task::spawn_blocking(move || {
        if let Some(last) = publishing
            .is_due(Timestamp::now())
            .then(|| publishing.last_moved())
            .flatten()
        {
            // The clock may have been set back, so the wait has an end of its own.
            thread::sleep(last.plus(1).from_now().min(SLEEP_MAX));
        }
        let now = clock.lock().unwrap_or_else(PoisonError::into_inner).now();
        report_jump(now.jump);
        publishing.publish(now.at)
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

fn report_jump(jump: Option<Jump>) {
    match jump {
        None => {}
        Some(Jump::Doubted(by)) => {
            warn!(
                "the clock jumped forward by {by:?}: nothing is released by it until it has run evenly for a minute"
            );
        }
        Some(Jump::Believed) => info!("the clock is believed again"),
        Some(Jump::Back(by)) => warn!("the clock was set back by {by:?}"),
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
