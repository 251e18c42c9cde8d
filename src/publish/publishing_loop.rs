//! The publishing loop: publishes after each reading, and when something is due.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::task;
use tokio::time::{self, Instant};
use tracing::{error, info, warn};

use crate::model::count::many;
use crate::model::problem::chain;
use crate::model::time::Timestamp;
use crate::publish::clock::{Clock, Jump};
use crate::publish::publisher::Publisher;
use crate::publish::stall::{Stall, Work};
use crate::publish::{LoopContext, NewVersions};

/// The longest sleep of the publishing loop, after which it notices a jump of the wall clock.
const SLEEP_MAX: Duration = Duration::from_secs(1);

/// How long a start with an outdated state folder waits for a source that is down. A newsroom that answers
/// with yesterday's news is better than one that does not answer.
const OUTDATED_WAIT: Duration = Duration::from_secs(30);

/// Publishes for ever, after each of the readings that `changed` announces and when something is due. Tells
/// `renewed` that everything has to be read again.
pub(super) async fn run(
    context: LoopContext,
    changed: Arc<Notify>,
    renewed: Arc<Notify>,
    new_versions: mpsc::Sender<NewVersions>,
    clock: Arc<Mutex<Clock>>,
) {
    let publisher = &context.publisher;
    let was_published = publisher.handle().is_published();
    // Stored articles are served while the source is compared with the store.
    let storing = publisher.clone();
    let stored = task::spawn_blocking(move || storing.stored_articles());
    let mut stored = stored.await.unwrap_or(None).filter(|_| !was_published);
    if !was_published && (stored.is_none() || publisher.is_outdated()) {
        let began = Instant::now();
        loop {
            if time::timeout(SLEEP_MAX, changed.notified()).await.is_ok() {
                stored = None;
                break;
            }
            renew_if_damaged(publisher, &renewed).await;
            context.activity.end_round();
            if stored.is_some() && began.elapsed() >= OUTDATED_WAIT && is_source_down(&context) {
                warn!(
                    "the articles cannot be read, so those of the state folder are served, which may be older than what was served before the start"
                );
                break;
            }
        }
    }
    let mut next = publish(&context, &clock, &new_versions).await;
    if let (Some(articles), Some(snapshot)) = (stored, publisher.handle().snapshot()) {
        let (articles, feeds) = (
            many(articles, "article"),
            many(snapshot.feeds.len(), "feed"),
        );
        info!("served from the state folder: {articles} in {feeds}");
    }
    loop {
        let due = next.map_or(SLEEP_MAX, Timestamp::remaining);
        tokio::select! {
            () = changed.notified() => {}
            () = time::sleep(due.min(SLEEP_MAX)) => {}
        }
        renew_if_damaged(publisher, &renewed).await;
        next = publish(&context, &clock, &new_versions).await;
    }
}

/// Whether the articles cannot be read at present.
fn is_source_down(context: &LoopContext) -> bool {
    let condition = context.health.condition();
    let is_reading = |stall: &Stall| stall.work == Work::Reading;
    condition.source.failing.is_some() || condition.stalls.iter().any(is_reading)
}

/// Makes a damaged state folder anew, and has everything read again.
async fn renew_if_damaged(publisher: &Arc<Publisher>, renewed: &Notify) {
    let renewing = publisher.clone();
    // After a panic it is tried again.
    if let Ok(true) = task::spawn_blocking(move || renewing.renew_if_damaged()).await {
        renewed.notify_one();
    }
}

/// Publishes what is due, and returns the next due instant. A feed or a sitemap moves at most once a second.
async fn publish(
    context: &LoopContext,
    clock: &Arc<Mutex<Clock>>,
    new_versions: &mpsc::Sender<NewVersions>,
) -> Option<Timestamp> {
    let (publisher, activity) = (&context.publisher, &context.activity);
    let (publishing, health, clock) = (publisher.clone(), context.health.clone(), clock.clone());
    activity.begin_publication();
    let published = task::spawn_blocking(move || {
        if let Some(last) = publishing
            .is_due(Timestamp::now())
            .then(|| publishing.last_moved())
            .flatten()
        {
            // The clock may have been set back, so the wait is limited.
            thread::sleep(last.plus(1).remaining().min(SLEEP_MAX));
        }
        let now = clock.lock().unwrap_or_else(PoisonError::into_inner).now();
        report_jump(now.jump);
        let published = publishing.publish(now.at);
        let (moved, trouble) = (publishing.last_moved(), publishing.state_trouble());
        health.note_publication(moved, trouble, now.at);
        if let Some(reload) = &published.reload {
            // The health is set before the log, so that it has changed when the log line appears.
            health.note_reload_changes(&reload.to_string(), now.at);
            info!("reload: {reload}");
        }
        if published.reconfigured {
            report_vanished(&publishing);
        }
        published
    });
    match published.await {
        Ok(published) => {
            activity.end_round();
            if publisher.handle().is_published() {
                activity.note_published();
            }
            if published.moved > 0 {
                info!("{} moved", many(published.moved, "feed"));
            }
            if let Some(snapshot) = publisher
                .handle()
                .snapshot()
                .filter(|_| !published.new_versions.is_empty())
            {
                let versions = published.new_versions;
                let _ = new_versions.try_send(NewVersions { snapshot, versions });
            }
            published.next
        }
        Err(_) => {
            // It is tried again; until it succeeds, it counts as one that goes on.
            error!("publishing ended early; what is published stays");
            None
        }
    }
}

/// Warns of addresses that a new configuration no longer serves.
fn report_vanished(publisher: &Publisher) {
    match publisher.vanished() {
        Ok(vanished) => {
            for vanished in vanished {
                warn!("{vanished}\n  hint: {}", vanished.hint);
            }
        }
        Err(failure) => error!("the state folder cannot be read: {}", chain(&failure)),
    }
}

fn report_jump(jump: Option<Jump>) {
    match jump {
        None => {}
        Some(Jump::Distrusted(by)) => {
            warn!(
                "the clock jumped forward by {by:?}: nothing is released by it until it has run evenly for a minute"
            );
        }
        Some(Jump::Trusted) => info!("the clock is believed again"),
        Some(Jump::Back(by)) => warn!("the clock was set back by {by:?}"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::model::removal_guard::Removal;
    use crate::publish::health::Health;
    use crate::render::pages::templates::Templates;
    use crate::source::Scope;
    use crate::store::Store;
    use crate::store::testkit::FakeDisk;
    use crate::testkit;

    fn publisher(folder: &Path, store: Store) -> Arc<Publisher> {
        let config = Arc::new(testkit::newsroom("[source.directory]", folder));
        let publisher = Publisher::new(config, Templates::built_in(), store, Timestamp::now());
        Arc::new(publisher.expect("a publisher"))
    }

    /// What is left of a process that ended with answers that the disk did not have.
    fn outdated_disk(folder: &Path) -> FakeDisk {
        let disk = FakeDisk::default();
        let publisher = publisher(folder, disk.open_store().expect("a store"));
        let publish = |name: &str| {
            let article = "date 2026-01-01 Заголовок\n\nТекст.\n";
            fs::write(folder.join("articles").join(name), article).expect("an article");
            let report = publisher.reconcile(&[Scope::All], Removal::Held);
            assert!(report.failure.is_none(), "{:?}", report.failure);
            publisher.publish(Timestamp::now());
        };
        fs::create_dir(folder.join("articles")).expect("a folder");
        publish("saved.txt");
        disk.stall();
        publish("unsaved.txt");
        while !disk.is_behind() {
            thread::yield_now();
        }
        let left = disk.after_kill();
        disk.resume();
        left
    }

    #[tokio::test(start_paused = true)]
    async fn outdated_state_waits_for_the_first_reading_unless_the_source_is_down() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = outdated_disk(folder.path());
        for is_down in [false, true] {
            let store = disk.after_kill().open_store().expect("a store");
            let context = LoopContext {
                publisher: publisher(folder.path(), store),
                health: Arc::new(Health::new("articles", Timestamp::now())),
                activity: Arc::default(),
            };
            let publisher = context.publisher.clone();
            let (changed, renewed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
            let (sender, _new_versions) = mpsc::channel(1);
            let health = context.health.clone();
            let clock = Arc::new(Mutex::new(Clock::start()));
            let publishing = task::spawn(run(context, changed.clone(), renewed, sender, clock));
            time::sleep(2 * OUTDATED_WAIT).await;
            assert!(!publisher.handle().is_published(), "the source may be slow");
            if is_down {
                health.note_failing_source("it is gone", Timestamp::now());
            } else {
                publisher.reconcile(&[Scope::All], Removal::Held);
                changed.notify_one();
            }
            time::sleep(2 * SLEEP_MAX).await;
            let published = publisher.handle().snapshot().expect("a published snapshot");
            let articles = if is_down { 1 } else { 2 };
            assert_eq!(published.feeds["all"].entries.len(), articles);
            publishing.abort();
        }
    }
}
