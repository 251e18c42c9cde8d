//! One hub: the feeds that it has yet to be told of, and the task that tells it.
//!
//! A ping names addresses and no content: the hub fetches what is served then, so what waits is a set of
//! feeds, and never grows beyond their number. Each hub has a task of its own, so that one that is slow
//! delays no other.

use std::collections::BTreeMap;
use std::future::Future;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time;
use tracing::{error, info, warn};
use url::form_urlencoded::Serializer;

use crate::model::count::many;
use crate::model::time::Timestamp;
use crate::publish::push_report::{PushReport, PushResult, PushTarget};
use crate::push::reply::Reply;
use crate::push::schedule::{TRIED_FOR, random, wait};

/// Topics of one ping.
const TOPICS_MAX: usize = 50;

/// Topics in a row that a hub may refuse one by one, before nothing else that waits is sent. A hub that takes
/// few feeds only refuses each format of the others.
const REFUSALS_MAX: usize = TOPICS_MAX;

/// A hub, and the feeds that it has yet to be told of.
#[derive(Debug)]
pub(super) struct Hub {
    url: String,
    /// By path since when.
    waiting: Mutex<BTreeMap<Arc<str>, Timestamp>>,
    added: Notify,
}

/// What the task of a hub needs from outside.
pub(super) trait HubContext: Sync {
    /// The wall clock.
    fn now(&self) -> Timestamp;

    /// The addresses of a feed, in each of its formats; none if it is gone.
    fn topics(&self, path: &str) -> Vec<String>;

    /// Sends a ping.
    fn send(&self, body: String) -> impl Future<Output = Reply> + Send;

    /// Notes that the hub need not be told any more of these feeds, which have waited since then.
    fn note_told(&self, feeds: Vec<(Arc<str>, Timestamp)>) -> impl Future<Output = ()> + Send;

    /// What others see of the hub.
    fn report(&self) -> &PushReport;
}

impl Hub {
    /// A hub that has yet to be told of what waits.
    pub(super) fn new(url: &str, waiting: BTreeMap<Arc<str>, Timestamp>) -> Hub {
        Hub {
            url: url.to_owned(),
            waiting: Mutex::new(waiting),
            added: Notify::new(),
        }
    }

    /// Adds feeds. One that waits already waits as long as a new one: it is the newest state that is told.
    pub(super) fn add(&self, paths: &[Arc<str>], since: Timestamp) {
        let paths = paths.iter().map(|path| (path.clone(), since));
        self.waiting().extend(paths);
        self.added.notify_one();
    }

    /// Tells the hub, until the future is dropped.
    pub(super) async fn run(&self, context: &impl HubContext) {
        let mut state = HubState::default();
        if let Some(since) = self.oldest(context) {
            context.report().note_due(&self.target(), since);
        }
        self.give_up(&mut state, context).await;
        loop {
            let (batch, count) = self.next_batch(&state, context);
            if batch.topics.is_empty() && !batch.paths.is_empty() {
                // Feeds that are gone are not due.
                self.remove(&batch.paths, context).await;
                continue;
            }
            context.report().set_waiting(&self.target(), count);
            if batch.paths.is_empty() {
                self.added.notified().await;
                continue;
            }
            match self.tell(&batch, &mut state, context).await {
                Next::Told => self.remove(&batch.paths, context).await,
                Next::Dropped => {
                    let all = self.waiting().clone();
                    self.remove(&all.into_iter().collect::<Vec<_>>(), context)
                        .await;
                }
                Next::Again => {}
                Next::Wait(time) => {
                    time::sleep(time).await;
                    self.give_up(&mut state, context).await;
                }
            }
        }
    }

    /// Since when a feed waits that is not gone.
    fn oldest(&self, context: &impl HubContext) -> Option<Timestamp> {
        let waiting = self.waiting();
        let there = waiting
            .iter()
            .filter(|(path, _)| !context.topics(path).is_empty());
        there.map(|(_, since)| *since).min()
    }

    /// The next feeds to tell of, whose topics fit into one ping, and how many feeds wait.
    fn next_batch(&self, state: &HubState, context: &impl HubContext) -> (Batch, usize) {
        let waiting = self.waiting();
        let mut batch = Batch::default();
        for (path, since) in &*waiting {
            let topics = context.topics(path);
            let is_full = batch.topics.len() + topics.len() > TOPICS_MAX;
            if !batch.topics.is_empty() && (is_full || state.is_one_by_one) {
                break;
            }
            batch.topics.extend(topics);
            batch.paths.push((path.clone(), *since));
            if batch.paths.len() == TOPICS_MAX {
                break;
            }
        }
        (batch, waiting.len())
    }

    /// Tells the hub of the topics of a batch.
    async fn tell(&self, batch: &Batch, state: &mut HubState, context: &impl HubContext) -> Next {
        let in_one_ping = match state.is_one_by_one {
            true => 1,
            false => TOPICS_MAX,
        };
        for topics in batch.topics.chunks(in_one_ping) {
            let reply = context.send(body(topics)).await;
            let now = context.now();
            let words = reply.words.clone();
            context
                .report()
                .note(&self.target(), reply.result, words, now);
            match reply.result {
                PushResult::Accepted => self.note_success(state),
                PushResult::Failed => {
                    state.failures += 1;
                    self.log_failure(state, &reply);
                    return Next::Wait(wait(state.failures, reply.retry_after, random()));
                }
                PushResult::Refused if reply.is_about_topics() && topics.len() > 1 => {
                    // Some hubs take one topic in a ping; others refuse all for one that is not theirs.
                    state.is_one_by_one = true;
                    return Next::Again;
                }
                PushResult::Refused => {
                    self.log_refusal(state, &reply);
                    state.refusals += 1;
                    if !reply.is_about_topics() || state.refusals >= REFUSALS_MAX {
                        state.refusals = 0;
                        state.is_one_by_one = false;
                        return Next::Dropped;
                    }
                }
            }
        }
        Next::Told
    }

    /// Removes feeds, unless they have changed since they were taken.
    async fn remove(&self, paths: &[(Arc<str>, Timestamp)], context: &impl HubContext) {
        let mut told = Vec::new();
        {
            let mut waiting = self.waiting();
            for (path, since) in paths {
                if waiting.get(path) == Some(since) {
                    waiting.remove(path);
                    told.push((path.clone(), *since));
                }
            }
        }
        context.note_told(told).await;
    }

    /// Removes what has waited for a day.
    async fn give_up(&self, state: &mut HubState, context: &impl HubContext) {
        let seconds = i64::try_from(TRIED_FOR.as_secs()).unwrap_or(i64::MAX);
        let oldest = context.now().0.saturating_sub(seconds);
        let late = |(path, since): (&Arc<str>, &Timestamp)| {
            (since.0 <= oldest).then(|| (path.clone(), *since))
        };
        let late: Vec<_> = self.waiting().iter().filter_map(late).collect();
        if late.is_empty() {
            return;
        }
        if !mem::replace(&mut state.has_given_up, true) {
            let feeds = many(late.len(), "feed");
            error!(
                "the hub {} has taken no ping for a day, and is not told any more of {feeds} that changed before",
                self.url
            );
        }
        self.remove(&late, context).await;
    }

    fn note_success(&self, state: &mut HubState) {
        if state.logged.is_some() {
            info!("the hub {} takes pings again", self.url);
        }
        let is_one_by_one = state.is_one_by_one;
        *state = HubState {
            is_one_by_one,
            ..HubState::default()
        };
    }

    fn log_failure(&self, state: &mut HubState, reply: &Reply) {
        if state.is_new(Outage::Failing) {
            let words = &reply.words;
            warn!(
                "the hub {} cannot be told, and is tried again for a day: {words}",
                self.url
            );
        }
    }

    fn log_refusal(&self, state: &mut HubState, reply: &Reply) {
        if state.is_new(Outage::Refusing) {
            let words = &reply.words;
            warn!(
                "the hub {} refuses a ping, and is told again of the next change: {words}",
                self.url
            );
        }
    }

    fn target(&self) -> PushTarget {
        PushTarget::Hub(self.url.clone())
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Timestamp>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Feeds that are told of together.
#[derive(Debug, Default)]
struct Batch {
    paths: Vec<(Arc<str>, Timestamp)>,
    topics: Vec<String>,
}

/// How the hub has answered so far.
#[derive(Debug, Default)]
struct HubState {
    /// Failures since the last ping that it took.
    failures: usize,
    /// Topics that it refused one by one since then.
    refusals: usize,
    /// Whether each ping has one topic.
    is_one_by_one: bool,
    /// What was logged since the last ping that it took.
    logged: Option<Outage>,
    /// Whether it was logged that changes were given up since then.
    has_given_up: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outage {
    Failing,
    Refusing,
}

impl HubState {
    fn is_new(&mut self, outage: Outage) -> bool {
        self.logged.replace(outage) != Some(outage)
    }
}

/// What follows a ping.
enum Next {
    /// The hub has taken or refused these feeds.
    Told,
    /// It would refuse everything that waits.
    Dropped,
    /// The same feeds are sent in another way.
    Again,
    /// The same feeds, or newer ones, are sent after this time.
    Wait(Duration),
}

/// The form of a ping (WebSub leaves it to publisher and hub, section 6; this is PubSubHubbub 0.4, section 7). Hubs
/// read the topics from `hub.url`; those that read `hub.topic` take one.
fn body(topics: &[String]) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("hub.mode", "publish");
    for topic in topics {
        form.append_pair("hub.url", topic);
    }
    if let [topic] = topics {
        form.append_pair("hub.topic", topic);
    }
    form.finish()
}

#[cfg(test)]
mod tests;
