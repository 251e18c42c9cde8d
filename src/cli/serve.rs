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

use super::log::Log;
use super::progress::ProgressBar;
use super::state_folder::{self, StartError};
use super::supervisor::Supervisor;
use super::{CommandResult, Exit, load};
use crate::config::{self, Config, Limits, Listen, Server};
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

/// The most reloads that wait while articles are read.
const ORDERS_MAX: usize = 16;

/// How often feeds.toml is checked for changes.
const CONFIG_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// How long shutdown waits for the last commit.
const SAVE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long shutdown waits for the reader of the access log.
const ACCESS_LOG_TIMEOUT: Duration = Duration::from_secs(1);

pub(super) fn run(path: &Path, listen: Option<Listen>) -> CommandResult {
    // This clears environment variables, so it must run before there are other threads.
    let passed = ListenFd::from_env();
    let bar = ProgressBar::of_terminal();
    let _log = Log::start(bar.as_ref())?;
    let (loaded, templates) = load(path)?;
    for warning in &loaded.warnings {
        warn!("{warning}");
    }
    let mut config = loaded.config;
    if let Some(listen) = listen {
        config.server.listen = vec![listen];
    }
    let runtime = Runtime::new()?;
    let exit = runtime.block_on(daemon(path.to_owned(), config, templates, passed, bar))?;
    // Shutdown does not wait for a task that still reads files.
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
    let limits = config.server.limits;
    let listeners = Listener::open_all(&config.server.listen, passed, &limits);
    let (listeners, admin_listener) = match (listeners.await, admin::open(&config).await) {
        (Ok(listeners), Ok(admin_listener)) => (listeners, admin_listener),
        (Err(failure), _) | (_, Err(failure)) => {
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
    let rescan = Duration::from_secs(config.source.compared_every().into());
    let mut config_file = ConfigReload::new(path, config.clone(), health.clone());
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
    let mut shutdown = Shutdown::new(stop, limits.shutdown_delay);
    let opened = {
        let opening = health.clone();
        let mut opened = task::spawn_blocking(move || open_publisher(config, &templates, &opening));
        loop {
            tokio::select! {
                opened = &mut opened => break opened?,
                signal = signals.next() => match signal {
                    // The files are being read for the first time.
                    SignalRequest::Reload => {}
                    SignalRequest::Stop if shutdown.has_begun => {
                        warn!("stopping at once");
                        return Ok(Exit::Done);
                    }
                    SignalRequest::Stop => {
                        supervisor.stopping(limits.stopping_seconds());
                        shutdown.begin(&health);
                    }
                },
                () = shutdown.delay_over() => shutdown.stop_accepting(),
                () = supervisor.notify_watchdog() => {}
            }
        }
    };
    let publisher = match opened {
        Ok(publisher) => Arc::new(publisher),
        Err(failure) => {
            error!("cannot start: {}", chain(&failure));
            return Ok(failure.exit());
        }
    };
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
    let mut exit = Exit::Done;
    loop {
        let order = tokio::select! {
            signal = signals.next() => match signal {
                SignalRequest::Reload => {
                    info!("SIGHUP: reading feeds.toml and the articles again");
                    supervisor.reloading();
                    let order = config_file.load();
                    supervisor.ready();
                    order.into_iter().chain([Order::Reread]).collect()
                }
                SignalRequest::Stop if shutdown.has_begun => {
                    warn!("stopping at once");
                    break;
                }
                SignalRequest::Stop => {
                    supervisor.stopping(limits.stopping_seconds());
                    shutdown.begin(&health);
                    Vec::new()
                }
            },
            () = shutdown.delay_over() => {
                shutdown.stop_accepting();
                Vec::new()
            },
            () = supervisor.notify_watchdog() => Vec::new(),
            () = time::sleep(CONFIG_POLL_INTERVAL) => Vec::from_iter(config_file.load_if_changed()),
            ended = &mut serving => {
                exit = serving_result(ended, shutdown.has_begun);
                break;
            }
        };
        for order in order {
            if orders.try_send(order).is_err() {
                warn!("too many reloads wait already; this one is left out");
            }
        }
    }
    // The last owner of the publisher closes the state folder. These tasks must not be the last, or the
    // next start has to repair it.
    for task in [publishing, prewarming] {
        task.abort();
        let _ = task.await;
    }
    // A batch of articles that is being written locks the store for a moment.
    let saved = task::spawn_blocking(move || publisher.save());
    if time::timeout(SAVE_TIMEOUT, saved).await.is_err() {
        warn!("the last changes are not in the state folder; the next start finds them anew");
    }
    drop(running);
    // The bar must be erased before the shell writes its prompt.
    let _ = drawing.map(thread::JoinHandle::join);
    if let Some(admin) = admin {
        admin.abort();
        let _ = admin.await;
    }
    if let Some(access_log) = &server.access_log {
        access_log.flush(ACCESS_LOG_TIMEOUT);
    }
    info!("stopped");
    Ok(exit)
}

/// The exit code of a daemon whose serving ended; without a shutdown, that is a failure.
fn serving_result(ended: Result<io::Result<()>, JoinError>, is_shutdown: bool) -> Exit {
    let failure = match ended {
        Ok(Ok(())) if is_shutdown => return Exit::Done,
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

/// Shutdown in two steps: `/readyz` says no, so that load balancers stop sending requests; after a delay
/// no connection is accepted.
struct Shutdown {
    stop: watch::Sender<bool>,
    delay: Duration,
    /// When accepting stops; `None` before the shutdown begins, and after accepting has stopped.
    due: Option<Instant>,
    has_begun: bool,
}

impl Shutdown {
    fn new(stop: watch::Sender<bool>, delay_seconds: u32) -> Shutdown {
        Shutdown {
            stop,
            delay: Duration::from_secs(delay_seconds.into()),
            due: None,
            has_begun: false,
        }
    }

    fn begin(&mut self, health: &Health) {
        health.note_draining();
        self.has_begun = true;
        let delay = self.delay;
        self.due = Some(Instant::now() + delay);
        if !delay.is_zero() {
            info!("stopping in {delay:?}: /readyz says no, requests are still taken");
        }
    }

    async fn delay_over(&self) {
        match self.due {
            Some(due) => time::sleep_until(due).await,
            None => future::pending().await,
        }
    }

    fn stop_accepting(&mut self) {
        info!("stopping: open requests are finished first");
        self.due = None;
        let _ = self.stop.send(true);
    }
}

/// What a signal requests.
enum SignalRequest {
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

    async fn next(&mut self) -> SignalRequest {
        tokio::select! {
            _ = self.terminate.recv() => SignalRequest::Stop,
            _ = self.interrupt.recv() => SignalRequest::Stop,
            _ = self.hangup.recv() => SignalRequest::Reload,
        }
    }
}

/// Reloads feeds.toml while the daemon runs.
struct ConfigReload {
    path: PathBuf,
    /// Some keys only a restart can change.
    config_at_start: Config,
    health: Arc<Health>,
    /// Its date and length when it was last read.
    state: Option<(SystemTime, u64)>,
}

impl ConfigReload {
    fn new(path: PathBuf, config_at_start: Config, health: Arc<Health>) -> ConfigReload {
        let state = file_state(&path);
        ConfigReload {
            path,
            config_at_start,
            health,
            state,
        }
    }

    fn load_if_changed(&mut self) -> Option<Order> {
        let state = file_state(&self.path);
        // While an editor replaces the file, it may be missing for a moment.
        if state.is_none() || state == self.state {
            return None;
        }
        info!("{} has changed", self.path.display());
        self.load()
    }

    /// Reads feeds.toml; `None` if it cannot be used.
    fn load(&mut self) -> Option<Order> {
        self.state = file_state(&self.path);
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
        let (site, server) = (&self.config_at_start.site, &self.config_at_start.server);
        if (&config.site.id_authority, config.site.id_year) != (&site.id_authority, site.id_year) {
            let reason = "[site] id-authority and id-year must never change";
            self.refuse(&[reason.to_owned()]);
            error!("{reason}; the configuration before stays");
            return None;
        }
        // The new table with the old values of the keys that need a restart.
        let reloadable = Server {
            state: server.state.clone(),
            limits: Limits {
                document_bytes: config.server.limits.document_bytes,
                ..server.limits
            },
            cache_bytes: server.cache_bytes,
            admin: server.admin,
            access_log: server.access_log,
            trusted_proxies: server.trusted_proxies.clone(),
            ..config.server.clone()
        };
        if config.server != reloadable {
            warn!(
                "changes of `state`, `cache-bytes`, `admin`, `access-log`, `trusted-proxies` and \
                 `[server.limits]`, apart from `document-bytes`, need a restart"
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

fn file_state(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// Opens a publisher over the state folder, or without one if the folder cannot be used.
fn open_publisher(
    config: Config,
    templates: &Arc<Templates>,
    health: &Health,
) -> Result<Publisher, StartError> {
    let failure = match state_folder::open(&config, templates, |warning| warn!("{warning}"))? {
        Ok(publisher) => return Ok(publisher),
        Err(failure) => failure,
    };
    let reason = chain(&failure);
    warn!("running without a state folder, so a restart will read every article again: {reason}");
    health.note_no_state(&reason);
    state_folder::publisher_over(Store::scratch(), &config, templates)
}
