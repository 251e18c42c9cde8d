//! `taspa serve`: the daemon.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tracing::{error, info, warn};
use tracing_subscriber::EnvFilter;

use super::output::Screen;
use super::{Exit, load, load_or_complain, override_listen};
use crate::config::Config;
use crate::desk::{Desk, check_identity};
use crate::http::server::{self, Listener};
use crate::problem::chain;
use crate::publish;
use crate::store::{LAYOUT, Store, StoreError};
use crate::time::Timestamp;

pub(super) fn run(path: &Path, listen: Option<&str>, screen: &mut Screen) -> io::Result<Exit> {
    start_log();
    let Some(loaded) = load_or_complain(path, screen) else {
        return Ok(Exit::Config);
    };
    for warning in &loaded.warnings {
        warn!("{warning}");
    }
    let mut config = loaded.config;
    if let Err(reason) = override_listen(&mut config, listen) {
        screen.complain(&format!("--listen: {reason}"));
        return Ok(Exit::Config);
    }
    let store = match open_store(&config.server.state) {
        Ok(store) => store,
        Err(failure) => {
            screen.complain(&format!("cannot start: {}", chain(&failure)));
            return Ok(Exit::Failed);
        }
    };
    let header = store.header().ok().flatten();
    if let Err(changed) = check_identity(&config, header.as_ref()) {
        let state = config.server.state.display();
        screen.complain(&format!(
            "{changed}\n  hint: restore both keys; if the change is meant, delete {state} first"
        ));
        return Ok(Exit::Config);
    }
    let runtime = Runtime::new()?;
    let exit = runtime.block_on(daemon(path.to_owned(), config, store))?;
    // A task that still reads files must not hold up the end.
    runtime.shutdown_background();
    Ok(exit)
}

async fn daemon(path: PathBuf, config: Config, store: Store) -> io::Result<Exit> {
    let mut listeners = Vec::new();
    for listen in &config.server.listen {
        match Listener::open(listen).await {
            Ok(listener) => listeners.push(listener),
            Err(failure) => {
                error!("{}; is another daemon running there?", chain(&failure));
                return Ok(Exit::Failed);
            }
        }
    }
    server::announce(&listeners, &config.server.public_url);
    let (limits, rescan) = (
        config.server.limits,
        Duration::from_secs(config.source.rescan.into()),
    );
    let running = config.clone();
    let desk = match Desk::new(Arc::new(config), store, Timestamp::now()) {
        Ok(desk) => Arc::new(desk),
        Err(failure) => {
            error!("cannot start: {}", chain(&failure));
            return Ok(Exit::Failed);
        }
    };
    let (stop, stopping) = watch::channel(false);
    let (reload, reloads) = mpsc::channel(1);
    let signals = Signals::new()?;
    let publisher = tokio::spawn(publish::run(
        desk.clone(),
        rescan,
        reloads,
        stopping.clone(),
        move || reload_config(&path, &running),
    ));
    let serving = tokio::spawn(server::serve(listeners, desk, limits, stopping));
    signals.handle(reload, &stop, serving).await;
    publisher.abort();
    info!("stopped");
    Ok(Exit::Done)
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

    /// SIGHUP reloads; SIGTERM and SIGINT drain and stop, a second one stops at once.
    async fn handle(
        mut self,
        reload: mpsc::Sender<()>,
        stop: &watch::Sender<bool>,
        mut serving: tokio::task::JoinHandle<()>,
    ) {
        loop {
            tokio::select! {
                _ = self.hangup.recv() => {
                    info!("SIGHUP: reading feeds.toml and the articles again");
                    // A reload that is already waiting will see what this one would.
                    let _ = reload.try_send(());
                    continue;
                }
                _ = self.terminate.recv() => {}
                _ = self.interrupt.recv() => {}
                _ = &mut serving => return,
            }
            if *stop.borrow() {
                warn!("stopping at once");
                return;
            }
            info!("stopping: open requests are finished first");
            let _ = stop.send(true);
        }
    }
}

/// What feeds.toml says now; `None` when it says nothing new or nothing usable.
fn reload_config(path: &Path, started_with: &Config) -> Option<Config> {
    let loaded = match load(path) {
        Ok(loaded) => loaded,
        Err(problems) => {
            for problem in &problems {
                error!("{problem}");
            }
            error!(
                "feeds.toml is not in force: {} problems; the configuration before stays",
                problems.len()
            );
            return None;
        }
    };
    for warning in &loaded.warnings {
        warn!("{warning}");
    }
    let mut config = loaded.config;
    let (site, server) = (&started_with.site, &started_with.server);
    if (&config.site.id_authority, config.site.id_year) != (&site.id_authority, site.id_year) {
        error!("feeds.toml is not in force: [site] id-authority and id-year must never change");
        return None;
    }
    // `listen` may come from the command line, so it is not compared.
    if config.server.state != server.state || config.server.limits != server.limits {
        warn!("changes of `state` and `[server.limits]` need a restart");
    }
    config.server.listen.clone_from(&server.listen);
    config.server.state.clone_from(&server.state);
    Some(config)
}

/// Opens the state folder; a damaged one is made anew, an unusable one is done without.
fn open_store(folder: &Path) -> Result<Store, StoreError> {
    let opened = Store::open(folder).and_then(|store| {
        let layout = store.header()?.map_or(LAYOUT, |header| header.layout);
        Ok((store, layout))
    });
    let reason = match opened {
        Ok((store, LAYOUT)) => return Ok(store),
        Ok((_, layout)) => format!("it has layout {layout}, this program has {LAYOUT}"),
        Err(failure @ (StoreError::Damaged { .. } | StoreError::Row(_))) => chain(&failure),
        Err(failure) => {
            warn!(
                "running without a state folder, so a restart will read every article again: {}",
                chain(&failure)
            );
            return Store::scratch();
        }
    };
    warn!("the state folder is made anew: {reason}");
    Store::discard(folder).and_then(|()| Store::open(folder))
}

fn start_log() {
    let filter = EnvFilter::try_from_env("TASPA_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(colour);
    // Somebody else's subscriber in the same process is as good.
    let _ = log.with_target(false).try_init();
}
