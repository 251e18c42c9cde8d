//! What this daemon tells others when its content changes: hubs of WebSub and search engines.
//!
//! Telling never delays a publication: it begins with a snapshot that is served already.
//!
//! Begin with [`run`].
//!
//! Uses [`model`](crate::model), [`config`](crate::config), [`feed`](crate::feed), [`store`](crate::store),
//! [`http_client`](crate::http_client) and [`publish`](crate::publish).

mod client;
mod indexnow;
mod reply;
mod schedule;
mod websub;

use std::sync::Arc;

use tokio::sync::watch;

pub use self::indexnow::PageGroup;
use crate::config::Config;
use crate::feed::snapshot::Snapshot;
use crate::model::time::Timestamp;
use crate::publish::push_report::{PushReport, PushTarget};
use crate::publish::read_handle::ReadHandle;

/// What the tasks that tell others share.
#[derive(Clone)]
pub struct PushContext {
    /// What is published.
    pub handle: ReadHandle,
    /// Where they note what they told, and what was answered.
    pub report: Arc<PushReport>,
}

/// The last published snapshot; `None` before the first.
type Published = watch::Receiver<Option<Arc<Snapshot>>>;

/// Tells every target of the configuration in force of what changes, until the future is dropped.
pub async fn run(context: PushContext) {
    let (sender, published) = watch::channel(None);
    tokio::select! {
        () = follow(&context, sender) => {}
        () = websub::run(context.clone(), published) => {}
        () = indexnow::run(context.clone()) => {}
    }
}

/// Hands each snapshot on. The targets of its configuration are in the report before that.
async fn follow(context: &PushContext, sender: watch::Sender<Option<Arc<Snapshot>>>) {
    let mut publications = context.handle.publications();
    let mut generation = None;
    loop {
        publications.borrow_and_update();
        if let Some(snapshot) = context.handle.snapshot() {
            if generation.replace(snapshot.generation) != Some(snapshot.generation) {
                let targets = targets(&snapshot.config);
                context.report.set_targets(targets, Timestamp::now());
            }
            sender.send_replace(Some(snapshot));
        }
        if publications.changed().await.is_err() {
            return;
        }
    }
}

/// Whom a daemon with this configuration tells.
fn targets(config: &Config) -> Vec<PushTarget> {
    let hubs = config.websub.hubs.iter().filter(|_| config.websub.ping);
    let hubs = hubs.map(|hub| PushTarget::Hub(hub.clone()));
    let search_engines = config.indexnow.iter().map(|_| PushTarget::IndexNow);
    hubs.chain(search_engines).collect()
}
