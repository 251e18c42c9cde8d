//! Reloads of feeds.toml and its templates while the daemon runs.
//!
//! The files themselves are the only queue: a reload reads them as they are then, so the newest version is
//! in force whatever came before it. A change is put in force, or refused, once two looks have found the
//! same content, because an editor may be in the middle of writing. SIGHUP does not wait for that.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task;
use tokio::time;
use tracing::{error, info, warn};

use super::config_digest::{ConfigDigest, shown};
use super::load;
use crate::config::{Config, ConfigInput};
use crate::model::problem::{Problem, chain};
use crate::model::time::Timestamp;
use crate::publish::{LoopContext, Order};

/// How often to look for a change.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The reloads that SIGHUP requests, by their number. The latest one stands for all before it.
pub(super) struct ReloadRequests {
    pub(super) requested: watch::Receiver<u64>,
    /// The number of the latest reload that was put in force or refused.
    pub(super) done: watch::Sender<u64>,
}

/// What a reload needs.
pub(super) struct Reload {
    pub(super) input: ConfigInput,
    /// Some keys only a restart can change.
    pub(super) config_at_start: Config,
    /// The digest of what was loaded at the start.
    pub(super) digest_at_start: u128,
    pub(super) context: LoopContext,
    pub(super) orders: mpsc::Sender<Order>,
    /// Told when the source was replaced, with the interval of comparisons.
    pub(super) rescan: watch::Sender<Duration>,
    pub(super) requests: ReloadRequests,
}

/// Looks for changes, and reloads after a request.
pub(super) async fn run(reload: Arc<Reload>) {
    let ReloadRequests { requested, done } = &reload.requests;
    let mut requested = requested.clone();
    let mut looks = Looks {
        digest: ConfigDigest::new(&reload.input),
        settled: Some(reload.digest_at_start),
        candidate: None,
    };
    loop {
        let request = *requested.borrow_and_update();
        let is_requested = request != *done.borrow();
        let looking = reload.clone();
        let looked = task::spawn_blocking(move || {
            looks.look(&looking, is_requested);
            looks
        });
        // After a panic the loop starts anew, with the same request.
        let Ok(looked) = looked.await else { return };
        looks = looked;
        if is_requested {
            // A full channel has an order already.
            let _ = reload.orders.try_send(Order::Reread);
            done.send_replace(request);
        }
        tokio::select! {
            Ok(()) = requested.changed() => {}
            () = time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// What was found so far.
struct Looks {
    digest: ConfigDigest,
    /// The content that was last put in force or refused; `None` if it changed meanwhile.
    settled: Option<u128>,
    /// Another content, which one look has found.
    candidate: Option<u128>,
}

impl Looks {
    fn look(&mut self, reload: &Reload, is_requested: bool) {
        let found = self.digest.look(is_requested);
        if !is_requested {
            if !self.is_settled_change(found) {
                return;
            }
            match &reload.input {
                ConfigInput::File(path) => info!("{} has changed", path.display()),
                // The templates are still there.
                ConfigInput::Stream { .. } => info!("the templates have changed"),
            }
        }
        self.candidate = None;
        let applied = catch_unwind(AssertUnwindSafe(|| reload.apply(&shown(found))));
        if applied.is_err() {
            reload.refuse("applying it ended early");
        }
        // If it was written meanwhile, it is not known which content was read.
        self.settled = Some(found).filter(|found| self.digest.look(true) == *found);
    }

    /// Whether two looks after each other have found the same new content.
    fn is_settled_change(&mut self, found: u128) -> bool {
        let before = self.candidate.take();
        if self.settled != Some(found) {
            self.candidate = Some(found);
        }
        before.is_some() && before == self.candidate
    }
}

impl Reload {
    /// Puts what is at the path in force, or refuses it.
    fn apply(&self, digest: &str) {
        let LoopContext {
            publisher, health, ..
        } = &self.context;
        let (loaded, templates) = match load(&self.input) {
            Ok(loaded) => loaded,
            Err(problems) => {
                // The health is set before the log, so that it has changed when the log lines appear.
                let reasons: Vec<String> = problems.iter().map(Problem::to_string).collect();
                self.note_refusal(&reasons.join("\n"));
                for problem in &problems {
                    error!(message = problem.as_error());
                }
                error!("the configuration before stays");
                return;
            }
        };
        for warning in &loaded.warnings {
            warn!(message = warning.as_error());
        }
        let config = match self.reloadable(loaded.config) {
            Ok(config) => config,
            Err(reason) => {
                self.note_refusal(reason);
                error!("{reason}; the configuration before stays");
                return;
            }
        };
        let rescan = Duration::from_secs(config.source.compared_every().into());
        let source = publisher.driver().source();
        if let Err(failure) = publisher.reconfigure(Arc::new(config), templates) {
            self.refuse(&chain(&failure));
            return;
        }
        health.note_reload(digest, Timestamp::now());
        // What made a target refuse may be in order now, such as a file on another server.
        health.push().resume();
        match &self.input {
            ConfigInput::File(_) => info!("feeds.toml is in force"),
            // Of a stream only the templates can be others.
            ConfigInput::Stream { .. } => info!("the templates are in force"),
        }
        if !Arc::ptr_eq(&source, &publisher.driver().source()) {
            self.rescan.send_replace(rescan);
        }
    }

    /// The configuration with the old values of the keys that need a restart, or why it is refused.
    fn reloadable(&self, mut config: Config) -> Result<Config, &'static str> {
        let (site, server) = (&self.config_at_start.site, &self.config_at_start.server);
        if (&config.site.id_authority, config.site.id_year) != (&site.id_authority, site.id_year) {
            return Err("[site] id-authority and id-year must never change");
        }
        let mut keys = server.restart_keys(&config.server);
        // It may come from the command line.
        keys.retain(|key| *key != "listen");
        if !keys.is_empty() {
            warn!(
                "changes of these keys of [server] need a restart: {}",
                keys.join(", ")
            );
        }
        config.server.listen.clone_from(&server.listen);
        config.server.state.clone_from(&server.state);
        Ok(config)
    }

    fn refuse(&self, reason: &str) {
        self.note_refusal(reason);
        error!("feeds.toml is not in force: {reason}");
    }

    fn note_refusal(&self, reason: &str) {
        let health = &self.context.health;
        health.note_refused_reload(reason, Timestamp::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_written_file_is_not_acted_upon() {
        let mut looks = Looks {
            digest: ConfigDigest::new(&ConfigInput::File("feeds.toml".into())),
            settled: Some(1),
            candidate: None,
        };
        for (found, expected) in [
            (1, false),
            // An editor writes it in three parts.
            (2, false),
            (3, false),
            (4, false),
            (4, true),
        ] {
            assert_eq!(looks.is_settled_change(found), expected, "{found}");
        }
        looks.settled = Some(4);
        for (found, expected) in [(5, false), (4, false), (5, false), (5, true)] {
            assert_eq!(looks.is_settled_change(found), expected, "{found}");
        }
        looks.settled = None;
        assert!(!looks.is_settled_change(6));
        assert!(looks.is_settled_change(6), "it was written during a reload");
    }
}
