//! `taspa serve`: the daemon.

use std::io;
use std::panic;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use listenfd::ListenFd;
use tokio::runtime::Runtime;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinError;
use tokio::{task, time};
use tracing::{error, info, warn};

use super::config_digest::{ConfigDigest, shown};
use super::log::{Log, LogFormat, LogSettings};
use super::progress::ProgressBar;
use super::reload::{self, Reload, ReloadRequests};
use super::shutdown::Shutdown;
use super::signals::{SignalRequest, Signals};
use super::state_folder::{self, StartError};
use super::supervisor::Supervisor;
use super::variables::unknown_variables;
use super::{CommandError, CommandResult, Exit, load};
use crate::config::{self, Config, ConfigInput, Listen};
use crate::model::problem::chain;
use crate::model::time::Timestamp;
use crate::publish::health::Health;
use crate::publish::publisher::Publisher;
use crate::publish::{self, LoopContext};
use crate::push::{self, PushContext};
use crate::render::pages::templates::Templates;
use crate::serve::access_log::{AccessLog, LineFormat};
use crate::serve::admin::{self, Admin};
use crate::serve::control::{self, Control, ControlSocket};
use crate::serve::counter::Counter;
use crate::serve::descriptors::{self, Descriptors};
use crate::serve::documents::Documents;
use crate::serve::listener::{self, Listener, SocketFile};
use crate::serve::prewarm;
use crate::serve::server;
use crate::serve::server_context::ServerContext;
use crate::serve::starting_page::StartingPage;
use crate::source::restart::restarted;
use crate::store::{Store, catch_panic};

/// The most orders that wait while articles are read.
const ORDERS_MAX: usize = 16;

/// How long shutdown waits for the last commit.
const SAVE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long shutdown waits for the reader of the access log.
const ACCESS_LOG_TIMEOUT: Duration = Duration::from_secs(1);

pub(super) fn run(
    input: ConfigInput,
    listen: Option<Listen>,
    settings: LogSettings,
) -> CommandResult {
    // This clears environment variables, so it must run before there are other threads.
    let passed = ListenFd::from_env();
    let format = settings.format;
    let bar = match format {
        LogFormat::Text => ProgressBar::of_terminal(),
        LogFormat::Json => None,
    };
    let _log = Log::start(settings, bar.as_ref())?;
    let result = start(input, listen, passed, bar);
    match (format, result) {
        // Programs that read the log find there why the daemon does not start.
        (LogFormat::Json, Err(failure)) => Ok(log_failure(failure)),
        (_, result) => result,
    }
}

/// Logs why the daemon cannot start.
fn log_failure(failure: CommandError) -> Exit {
    match failure {
        CommandError::Config(problems) => {
            for problem in &problems {
                error!(message = problem.as_error());
            }
            Exit::Config
        }
        CommandError::Failed(message, exit) => {
            error!("{message}");
            exit
        }
        CommandError::Io(failure) => {
            error!("cannot start: {failure}");
            Exit::Failed
        }
    }
}

fn start(
    input: ConfigInput,
    listen: Option<Listen>,
    passed: ListenFd,
    bar: Option<ProgressBar>,
) -> CommandResult {
    descriptors::raise_limit().map_err(|failure| format!("cannot start: {failure}"))?;
    if Timestamp::now() < Timestamp(0) {
        // The HTTP library panics at every request then.
        return Err(
            "cannot start: the clock is before 1970, which HTTP cannot write; set it"
                .to_owned()
                .into(),
        );
    }
    // It is computed first: if the content changes meanwhile, a look finds that.
    let digest = ConfigDigest::new(&input).look(true);
    let (loaded, templates) = load(&input)?;
    for warning in loaded
        .warnings
        .iter()
        .chain(&unknown_variables(&loaded.file))
    {
        warn!(message = warning.as_error());
    }
    let mut config = loaded.config;
    if let Some(listen) = listen {
        config.server.listen = vec![listen];
    }
    let runtime = Runtime::new()?;
    let start = Start {
        input,
        config,
        digest,
        templates,
    };
    let exit = runtime.block_on(daemon(start, passed, bar))?;
    // Shutdown does not wait for a task that still reads files.
    runtime.shutdown_background();
    Ok(exit)
}

/// The configuration at the start.
struct Start {
    input: ConfigInput,
    config: Config,
    /// The digest of its content.
    digest: u128,
    templates: Arc<Templates>,
}

async fn daemon(start: Start, passed: ListenFd, bar: Option<ProgressBar>) -> io::Result<Exit> {
    let Start {
        input,
        config,
        digest,
        templates,
    } = start;
    let limits = config.server.limits;
    let listeners = Listener::open_all(&config.server.listen, passed, &limits);
    let (listeners, admin_listener) = match (listeners.await, admin::open(&config).await) {
        (Ok(listeners), Ok(admin_listener)) => (listeners, admin_listener),
        (Err(failure), _) | (_, Err(failure)) => {
            let hint = failure
                .hint
                .map_or(String::new(), |hint| format!("; {hint}"));
            error!("{}{hint}", chain(&failure));
            return Ok(Exit::Failed);
        }
    };
    let descriptors = match Descriptors::of_process(listeners.len(), limits.connections) {
        Ok(descriptors) => descriptors,
        Err(failure) => {
            error!("cannot start: {failure}");
            return Ok(Exit::Failed);
        }
    };
    listener::log_addresses(&listeners, &config.server.public_url);
    let files = listeners.iter().chain(&admin_listener);
    let files: Vec<SocketFile> = files.filter_map(Listener::file).collect();
    let health = Arc::new(Health::new(&config.source.name(), Timestamp::now()));
    let server = Arc::new(ServerContext::new(
        &config.server,
        descriptors,
        start_access_log(config.server.access_log)?,
    ));
    let panics = Arc::new(Counter::default());
    count_panics(panics.clone());
    health.note_start(&shown(digest));
    let (stop, stopping) = watch::channel(false);
    let mut signals = Signals::new()?;
    let (reload_request, requested) = watch::channel(0);
    let (running, ended) = std::sync::mpsc::channel::<()>();
    // Requests are answered, with 503, while the state folder is read.
    let config = Arc::new(config);
    if config.server.browser_pages {
        match StartingPage::new(&config, &templates) {
            Ok(page) => drop(server.starting_page.set(page)),
            Err(failure) => warn!(
                "browsers get no page before the first snapshot: {}",
                chain(&failure)
            ),
        }
    }
    let mut serving = tokio::spawn(server::serve(listeners, server.clone(), stopping.clone()));
    let admin = admin_listener.map(|listener| {
        let admin = Admin {
            config: config.clone(),
            health: health.clone(),
            server: server.clone(),
            panics,
        };
        let listener = Arc::new(listener);
        tokio::spawn(restarted("the admin listener", move || {
            serve_admin(listener.clone(), admin.clone())
        }))
    });
    let mut supervisor = Supervisor::of_process();
    let mut shutdown = Shutdown::new(stop, limits.shutdown_delay);
    let opened = {
        let (opening, config) = (health.clone(), config.clone());
        let mut opened =
            task::spawn_blocking(move || open_publisher(&config, &templates, &opening));
        loop {
            tokio::select! {
                opened = &mut opened => break opened?,
                signal = signals.next() => match signal {
                    SignalRequest::Reload => reload_request.send_modify(|number| *number += 1),
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
                () = supervisor.due() => supervisor.notify_alive(
                    |_| true,
                    || "the state folder is being opened".to_owned(),
                ),
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
        .get_or_init(|| {
            let cache_bytes = config.server.cache_bytes;
            Arc::new(Documents::new(publisher.handle().clone(), cache_bytes))
        })
        .clone();
    let progress = publisher.driver().progress().clone();
    let drawn = progress.clone();
    let drawing = bar.map(|bar| thread::spawn(move || bar.follow(&drawn, &ended)));
    let (revised, publications) = mpsc::channel(prewarm::PUBLICATIONS_MAX);
    let publications = Arc::new(Mutex::new(publications));
    let prewarming = tokio::spawn(restarted("the rendering of new versions", move || {
        prewarm::run(documents.clone(), publications.clone())
    }));
    let push = PushContext {
        handle: publisher.handle().clone(),
        report: health.push().clone(),
    };
    let telling = tokio::spawn(restarted(
        "the telling of hubs and search engines",
        move || push::run(push.clone()),
    ));
    let context = LoopContext {
        publisher: publisher.clone(),
        health: health.clone(),
        activity: Arc::default(),
    };
    let activity = context.activity.clone();
    let mut published = activity.published();
    let (orders, ordered) = mpsc::channel(ORDERS_MAX);
    let control = Control::new(
        health.clone(),
        orders.clone(),
        Arc::downgrade(&publisher),
        input.folder().to_owned(),
    );
    let asked = control.clone();
    let controlling = control::open(&config.server, &health).map(|socket| {
        let socket = Arc::new(Mutex::new(socket));
        tokio::spawn(restarted("the control socket", move || {
            serve_control(socket.clone(), control.clone())
        }))
    });
    let rescan = Duration::from_secs(config.source.compared_every().into());
    let (rescan, rescans) = watch::channel(rescan);
    let (done, mut reloaded) = watch::channel(0);
    let mut publishing = tokio::spawn(publish::run(
        context.clone(),
        rescans,
        ordered,
        revised,
        shutdown.stopping(),
    ));
    let read_again = match &input {
        ConfigInput::File(_) => "feeds.toml and the articles again".to_owned(),
        ConfigInput::Stream { .. } => {
            let name = input.name();
            format!("the articles again; feeds.toml came from {name} and stays as it is")
        }
    };
    let reload = Arc::new(Reload {
        input,
        config_at_start: Config::clone(&config),
        digest_at_start: digest,
        context,
        orders,
        rescan,
        requests: ReloadRequests { requested, done },
    });
    let reloading = tokio::spawn(restarted("the watch of feeds.toml", move || {
        reload::run(reload.clone())
    }));
    let status = || match progress.reached() {
        Some(reached) => format!("the articles are read for the first time: {reached}"),
        None => match &health.condition().source.failing {
            Some((_, reason)) => format!("the articles cannot be read: {reason}"),
            None => "the articles are read for the first time".to_owned(),
        },
    };
    let mut exit = Exit::Done;
    loop {
        tokio::select! {
            signal = signals.next() => match signal {
                SignalRequest::Reload => {
                    info!("SIGHUP: reading {read_again}");
                    supervisor.reloading();
                    reload_request.send_modify(|number| *number += 1);
                }
                SignalRequest::Stop if shutdown.has_begun => {
                    warn!("stopping at once");
                    break;
                }
                SignalRequest::Stop => {
                    supervisor.stopping(limits.stopping_seconds());
                    shutdown.begin(&health);
                }
            },
            Ok(()) = reloaded.changed() => {
                if *reloaded.borrow_and_update() == *reload_request.borrow() {
                    supervisor.reloaded();
                }
            }
            Ok(_) = published.wait_for(|published| *published), if supervisor.is_starting() => {
                supervisor.ready();
            }
            () = supervisor.due() => {
                supervisor.notify_alive(|time| activity.has_rounds_within(time), status);
            }
            () = shutdown.delay_over() => shutdown.stop_accepting(),
            ended = &mut serving => {
                exit = serving_result(ended, shutdown.has_begun);
                break;
            }
            ended = &mut publishing, if !shutdown.has_begun => {
                let failure = ended.err().map(|failure| failure.to_string());
                let failure = failure.unwrap_or_else(|| "its loops have ended".to_owned());
                error!("cannot publish: {failure}");
                exit = Exit::Failed;
                break;
            }
        }
    }
    // The last owner of the publisher closes the state folder. These tasks must not be the last, or the
    // next start has to repair it.
    shutdown.stop_all();
    for task in [reloading, prewarming, telling]
        .into_iter()
        .chain(controlling)
    {
        task.abort();
        let _ = task.await;
    }
    let published = async {
        if !publishing.is_finished() && time::timeout(SAVE_TIMEOUT, &mut publishing).await.is_err()
        {
            publishing.abort();
        }
    };
    tokio::join!(published, asked.threads_ended(SAVE_TIMEOUT));
    // A batch of articles that is being written locks the store for a moment.
    let saved = task::spawn_blocking(move || publisher.save());
    let saved = time::timeout(SAVE_TIMEOUT, saved).await;
    if !matches!(saved, Ok(Ok(true))) {
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
    files.iter().for_each(SocketFile::remove);
    info!("stopped");
    Ok(exit)
}

async fn serve_control(socket: Arc<Mutex<ControlSocket>>, control: Control) {
    socket.lock().await.serve(control).await;
}

async fn serve_admin(listener: Arc<Listener>, admin: Admin) {
    if let Err(failure) = admin::serve(&listener, admin).await {
        error!("the admin pages cannot be served: {failure}");
    }
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

/// Opens a publisher over the state folder, or without one if the folder cannot be used.
fn open_publisher(
    config: &Config,
    templates: &Arc<Templates>,
    health: &Health,
) -> Result<Publisher, StartError> {
    let failure = match state_folder::open(config, templates, |warning| warn!("{warning}"))? {
        Ok(publisher) => return Ok(publisher),
        Err(failure) => failure,
    };
    let reason = chain(&failure);
    warn!("running without a state folder, so a restart will read every article again: {reason}");
    health.note_no_state(&reason);
    state_folder::publisher_over(Store::scratch(), config, templates)
}
