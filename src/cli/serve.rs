//! `taspa serve`: the daemon.

use std::future;
use std::io;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use listenfd::ListenFd;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinError;
use tokio::time::Instant;
use tokio::{task, time};
use tracing::{error, info, warn};

use super::kept::{self, StartError};
use super::log::Log;
use super::output::Screen;
use super::progress::ProgressBar;
use super::supervisor::Supervisor;
use super::{Exit, load, load_or_complain};
use crate::config::{self, Config, Listen, Server};
use crate::model::problem::{Problem, chain};
use crate::model::time::Timestamp;
use crate::publish::health::Health;
use crate::publish::publisher::Publisher;
use crate::publish::{self, Order};
use crate::render::pages::templates::Templates;
use crate::serve::access_log::{AccessLog, LineFormat};
use crate::serve::admin::{self, Admin};
use crate::serve::counter::Counter;
use crate::serve::documents::Documents;
use crate::serve::listener::{self, Listener};
use crate::serve::prewarm;
use crate::serve::server;
use crate::serve::server_context::ServerContext;
use crate::store::{Store, catch_panic};

/// Reloads that may wait for a reading to end.
const ORDERS_MAX: usize = 16;

/// How often feeds.toml is looked at.
const CONFIG_LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long the end waits for what is still to be committed.
const SAVE_FINISH: Duration = Duration::from_secs(5);

/// How long the end waits for whoever reads the access log.
const ACCESS_LOG_FLUSH: Duration = Duration::from_secs(1);

pub(super) fn run(path: &Path, listen: Option<Listen>, screen: &mut Screen) -> io::Result<Exit> {
    // It clears variables of the environment, which no other thread may look at meanwhile.
    let passed = ListenFd::from_env();
    let bar = ProgressBar::of_terminal();
    let _log = Log::start(bar.as_ref())?;
    let Some((loaded, templates)) = load_or_complain(path, screen) else {
        return Ok(Exit::Config);
    };
    for warning in &loaded.warnings {
        warn!("{warning}");
    }
    let mut config = loaded.config;
    if let Some(listen) = listen {
        config.server.listen = vec![listen];
    }
    let runtime = Runtime::new()?;
    let exit = runtime.block_on(daemon(path.to_owned(), config, templates, passed, bar))?;
    // A task that still reads files must not hold up the end.
    runtime.shutdown_background();
    Ok(exit)
}

async fn daemon(
    path: PathBuf,
    config: Config,
    templates: Arc<Templates>,
    passed: ListenFd,
    bar: Option<ProgressBar>,
) -> io::Result<Exit> {
    let listeners =
        match Listener::open_all(&config.server.listen, passed, &config.server.limits).await {
            Ok(listeners) => listeners,
            Err(failure) => {
                error!("{}; is another daemon running there?", chain(&failure));
                return Ok(Exit::Failed);
            }
        };
    let admin_listener = match admin::open(&config).await {
        Ok(listener) => listener,
        Err(failure) => {
            error!("{}; is another daemon running there?", chain(&failure));
            return Ok(Exit::Failed);
        }
    };
    listener::log_addresses(&listeners, &config.server.public_url);
    let health = Arc::new(Health::new(&config.source.name(), Timestamp::now()));
    let server = Arc::new(ServerContext::new(
        &config.server,
        start_access_log(config.server.access_log)?,
    ));
    let panics = Arc::new(Counter::default());
    count_panics(panics.clone());
    let (limits, rescan) = (
        config.server.limits,
        Duration::from_secs(config.source.compared_every().into()),
    );
    let mut reloading = Reloading::new(path, config.clone(), health.clone());
    let (stop, stopping) = watch::channel(false);
    let (orders, ordered) = mpsc::channel(ORDERS_MAX);
    let mut signals = Signals::new()?;
    let (running, ended) = std::sync::mpsc::channel::<()>();
    // Requests are answered, with 503, while the state folder is read.
    let cache_bytes = config.server.cache_bytes;
    let mut serving = tokio::spawn(server::serve(listeners, server.clone(), stopping.clone()));
    let admin = admin_listener.map(|listener| {
        let admin = Admin {
            config: Arc::new(config.clone()),
            health: health.clone(),
            server: server.clone(),
            panics,
        };
        tokio::spawn(admin::serve(listener, admin))
    });
    let mut supervisor = Supervisor::of_process();
    supervisor.ready();
    let mut ending = Ending::new(stop, limits.shutdown_delay);
    let opened = {
        let opening = health.clone();
        let mut opened = task::spawn_blocking(move || open_publisher(config, &templates, &opening));
        loop {
            tokio::select! {
                opened = &mut opened => break opened?,
                signal = signals.next() => match signal {
                    // What is being read is new already.
                    Wanted::Reload => {}
                    Wanted::Stop if ending.has_begun() => {
                        warn!("stopping at once");
                        return Ok(Exit::Done);
                    }
                    Wanted::Stop => {
                        supervisor.stopping(limits.stopping_seconds());
                        ending.begin(&health);
                    }
                },
                () = ending.is_due() => ending.close_door(),
                () = supervisor.notify_watchdog() => {}
            }
        }
    };
    let (publisher, publishing, prewarming, drawing) = match opened {
        Ok(opened) => {
            let publisher = Arc::new(opened);
            let documents = server
                .documents
                .get_or_init(|| Arc::new(Documents::new(publisher.handle().clone(), cache_bytes)))
                .clone();
            let progress = publisher.driver().progress().clone();
            let drawing = bar.map(|bar| thread::spawn(move || bar.follow(&progress, &ended)));
            let (revised, publications) = mpsc::channel(prewarm::PUBLICATIONS_MAX);
            let prewarming = tokio::spawn(prewarm::run(documents, publications));
            let publishing = tokio::spawn(publish::run(
                publisher.clone(),
                health.clone(),
                rescan,
                ordered,
                revised,
                stopping,
            ));
            (publisher, publishing, prewarming, drawing)
        }
        Err(failure) => {
            error!("cannot start: {}", chain(&failure));
            return Ok(match failure {
                StartError::Identity(_) | StartError::Source(_) => Exit::Config,
                StartError::Store(_) => Exit::Failed,
            });
        }
    };
    let mut exit = Exit::Done;
    loop {
        let order = tokio::select! {
            signal = signals.next() => match signal {
                Wanted::Reload => {
                    info!("SIGHUP: reading feeds.toml and the articles again");
                    supervisor.reloading();
                    let order = reloading.load();
                    supervisor.ready();
                    order.into_iter().chain([Order::Reread]).collect()
                }
                Wanted::Stop if ending.has_begun() => {
                    warn!("stopping at once");
                    break;
                }
                Wanted::Stop => {
                    supervisor.stopping(limits.stopping_seconds());
                    ending.begin(&health);
                    Vec::new()
                }
            },
            () = ending.is_due() => {
                ending.close_door();
                Vec::new()
            },
            () = supervisor.notify_watchdog() => Vec::new(),
            () = time::sleep(CONFIG_LOOK_EVERY) => Vec::from_iter(reloading.load_if_changed()),
            ended = &mut serving => {
                exit = how_it_ended(ended, ending.has_begun());
                break;
            }
        };
        for order in order {
            if orders.try_send(order).is_err() {
                warn!("too many reloads wait already; this one is left out");
            }
        }
    }
    // Whoever lets go of the publisher last closes the state folder. If that is a task that nobody
    // waits for, the next start has to repair it.
    for task in [publishing, prewarming] {
        task.abort();
        let _ = task.await;
    }
    // A reading that is being stored may have the store for itself a little longer.
    let saved = task::spawn_blocking(move || publisher.save());
    if time::timeout(SAVE_FINISH, saved).await.is_err() {
        warn!("the last changes are not in the state folder; the next start finds them anew");
    }
    drop(running);
    // The bar is wiped before the shell writes there.
    let _ = drawing.map(thread::JoinHandle::join);
    if let Some(admin) = admin {
        admin.abort();
        let _ = admin.await;
    }
    if let Some(access_log) = &server.access_log {
        access_log.flush(ACCESS_LOG_FLUSH);
    }
    info!("stopped");
    Ok(exit)
}

/// How serving ended, which it should only when it was told to.
fn how_it_ended(ended: Result<io::Result<()>, JoinError>, was_told: bool) -> Exit {
    let failure = match ended {
        Ok(Ok(())) if was_told => return Exit::Done,
        Ok(Ok(())) => "no thread that serves is left".to_owned(),
        Ok(Err(failure)) => failure.to_string(),
        Err(failure) => failure.to_string(),
    };
    error!("cannot serve: {failure}");
    Exit::Failed
}

fn start_access_log(format: config::AccessLog) -> io::Result<Option<AccessLog>> {
    let format = match format {
        config::AccessLog::Off => return Ok(None),
        config::AccessLog::Combined => LineFormat::Combined,
        config::AccessLog::Json => LineFormat::Json,
    };
    AccessLog::start(format).map(Some)
}

/// Counts every panic from now on; it is printed as before.
fn count_panics(panics: Arc<Counter>) {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !catch_panic::is_expected() {
            panics.increment();
        }
        print(info);
    }));
}

/// The way to the end: readiness falls, those who ask for it get time to send nobody any more, then
/// nobody is let in.
struct Ending {
    stop: watch::Sender<bool>,
    delay: Duration,
    /// When the door closes, once the end has begun; never again once it is closed.
    due: Option<Instant>,
    has_begun: bool,
}

impl Ending {
    fn new(stop: watch::Sender<bool>, delay_seconds: u32) -> Ending {
        Ending {
            stop,
            delay: Duration::from_secs(delay_seconds.into()),
            due: None,
            has_begun: false,
        }
    }

    fn has_begun(&self) -> bool {
        self.has_begun
    }

    fn begin(&mut self, health: &Health) {
        health.note_draining();
        self.has_begun = true;
        self.due = Some(Instant::now() + self.delay);
        if !self.delay.is_zero() {
            let delay = self.delay;
            info!("stopping in {delay:?}: /readyz says no, requests are still taken");
        }
    }

    async fn is_due(&self) {
        match self.due {
            Some(due) => time::sleep_until(due).await,
            None => future::pending().await,
        }
    }

    fn close_door(&mut self) {
        info!("stopping: open requests are finished first");
        self.due = None;
        let _ = self.stop.send(true);
    }
}

/// What a signal asks for.
enum Wanted {
    Reload,
    Stop,
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Wanted {
        tokio::select! {
            _ = self.terminate.recv() => Wanted::Stop,
            _ = self.interrupt.recv() => Wanted::Stop,
            _ = self.hangup.recv() => Wanted::Reload,
        }
    }
}

/// feeds.toml while the daemon runs.
struct Reloading {
    path: PathBuf,
    /// What the daemon was started with: some keys only a restart can change.
    started: Config,
    health: Arc<Health>,
    looked_like: Option<(SystemTime, u64)>,
}

impl Reloading {
    fn new(path: PathBuf, started: Config, health: Arc<Health>) -> Reloading {
        let looked_like = look(&path);
        Reloading {
            path,
            started,
            health,
            looked_like,
        }
    }

    fn load_if_changed(&mut self) -> Option<Order> {
        let looks_like = look(&self.path);
        // An editor that replaces the file may have it away for a moment.
        if looks_like.is_none() || looks_like == self.looked_like {
            return None;
        }
        info!("{} has changed", self.path.display());
        self.load()
    }

    /// What feeds.toml says now; `None` when it cannot be used.
    fn load(&mut self) -> Option<Order> {
        self.looked_like = look(&self.path);
        let (loaded, templates) = match load(&self.path) {
            Ok(loaded) => loaded,
            Err(problems) => {
                self.refuse(&problems.iter().map(Problem::to_string).collect::<Vec<_>>());
                for problem in &problems {
                    error!("{problem}");
                }
                error!("the configuration before stays");
                return None;
            }
        };
        for warning in &loaded.warnings {
            warn!("{warning}");
        }
        let mut config = loaded.config;
        let (site, server) = (&self.started.site, &self.started.server);
        if (&config.site.id_authority, config.site.id_year) != (&site.id_authority, site.id_year) {
            let reason = "[site] id-authority and id-year must never change";
            self.refuse(&[reason.to_owned()]);
            error!("{reason}; the configuration before stays");
            return None;
        }
        // What differs once those keys that only a start reads are the same is not theirs.
        let restarted = Server {
            state: server.state.clone(),
            limits: server.limits,
            cache_bytes: server.cache_bytes,
            admin: server.admin,
            access_log: server.access_log,
            trusted_proxies: server.trusted_proxies.clone(),
            ..config.server.clone()
        };
        if config.server != restarted {
            warn!(
                "changes of `state`, `cache-bytes`, `admin`, `access-log`, `trusted-proxies` and \
                 `[server.limits]` need a restart"
            );
        }
        // `listen` may come from the command line, so it is not compared.
        config.server.listen.clone_from(&server.listen);
        config.server.state.clone_from(&server.state);
        Some(Order::Reconfigure(Box::new(config), templates))
    }

    fn refuse(&self, reasons: &[String]) {
        let now = Timestamp::now();
        self.health.note_refused_reload(&reasons.join("\n"), now);
    }
}

/// What changes when somebody writes the file.
fn look(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// A publisher over the state folder. A damaged folder is made anew, an unusable one is done without.
fn open_publisher(
    config: Config,
    templates: &Arc<Templates>,
    health: &Health,
) -> Result<Publisher, StartError> {
    let failure = match kept::open(&config, templates, |warning| warn!("{warning}"))? {
        Ok(publisher) => return Ok(publisher),
        Err(failure) => failure,
    };
    let reason = chain(&failure);
    warn!("running without a state folder, so a restart will read every article again: {reason}");
    health.note_no_state(&reason);
    kept::publisher_over(Store::scratch(), &config, templates)
}
