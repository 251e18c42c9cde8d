//! The control socket: commands beside the daemon ask it over a Unix socket in the state folder.
//!
//! A client sends one line of JSON and gets one line back. Only the user that runs the daemon, and root,
//! can connect. [`ask`] is the client's side, for `taspa confirm`, `taspa diff` and `taspa explain`. A client that
//! closes its connection does not wait any more, and has its search ended.

mod client;
mod line;
mod proposed_config;
mod socket;
mod socket_path;
mod turns;

use std::io;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{self, Instant};
use tracing::debug;

pub use self::client::ask;
use self::line::{closed, encode, parse, read_line, write};
pub use self::proposed_config::ProposedConfig;
pub(crate) use self::socket::{ControlSocket, open};
pub use self::socket_path::FILE;
use self::turns::{Turn, Turns};
use crate::feed::config_diff::ConfigDiff;
use crate::model::held_loss::{Confirmation, HeldLoss, LossId};
use crate::publish::Order;
use crate::publish::explanation::Search;
use crate::publish::health::Health;
use crate::publish::publisher::Publisher;
use crate::serve::explain_request::ExplainRequest;

/// Bytes of a request with its line break, which may have paths. A longer one has a configuration, and waits until
/// no other is compared.
const SHORT_REQUEST_BYTES_MAX: usize = 16 << 10;

/// Bytes of a request with a configuration: the longest file, with its line breaks and quotes escaped.
const REQUEST_BYTES_MAX: usize = 40 << 20;

/// Bytes of an answer with its line break: lists of feeds, with some addresses each.
const ANSWER_BYTES_MAX: usize = 128 << 20;

/// The limit for a client to send its request, and to take the answer.
const STEP_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the daemon searches for an article.
const SEARCH_TIMEOUT: Duration = Duration::from_secs(120);

/// How long an answer may wait for a reading of everything, or for a comparison and those before it.
pub const READING_TIMEOUT: Duration = Duration::from_secs(600);

/// A request of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "lowercase")]
pub enum ControlRequest {
    /// Which loss is held?
    Held,
    /// Believe this loss.
    Confirm {
        /// Its identity.
        id: LossId,
    },
    /// What would this configuration change?
    Diff(ProposedConfig),
    /// Why is this article, or is it not, in this feed?
    Explain(ExplainRequest),
}

/// The daemon's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", content = "value", rename_all = "lowercase")]
pub enum ControlAnswer {
    /// The loss that is held.
    Held(Option<HeldLoss>),
    /// The result of a confirmation.
    Confirmation(Confirmation),
    /// What the configuration would change.
    Diff(Box<ConfigDiff>),
    /// The configuration reads the articles differently, so only reading them tells what it would change.
    ReadAnew,
    /// Why the article is, or is not, in the feed.
    Explanation(DaemonExplanation),
    /// Why this is not explained: no feed or article has the name, or several articles have it.
    NoExplanation(DaemonExplanation),
    /// Nothing is published yet.
    Unpublished,
    /// The request cannot be answered, for this reason.
    Error(String),
}

/// An explanation, as the daemon gives it, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonExplanation {
    /// The explanation in the form of the request, or the reason.
    pub output: String,
    /// The digest of the configuration that is in force, as `/readyz` shows it.
    pub config: Option<String>,
}

/// What the control socket tells and commands.
#[derive(Clone, Debug)]
pub(crate) struct Control {
    pub(crate) health: Arc<Health>,
    pub(crate) orders: mpsc::Sender<Order>,
    /// The publisher, which a task that outlives the daemon must not keep.
    pub(crate) publisher: Weak<Publisher>,
    /// The folder of feeds.toml.
    pub(crate) config_folder: PathBuf,
    turns: ControlTurns,
}

/// The turns for work that takes seconds. They leave connections for `taspa confirm`.
#[derive(Clone, Debug)]
struct ControlTurns {
    comparisons: Turns,
    explanations: Turns,
}

impl Default for ControlTurns {
    fn default() -> ControlTurns {
        ControlTurns {
            comparisons: Turns::new("comparison", 1, 4),
            // A search must not keep others from the article that they name by its key.
            explanations: Turns::new("explanation", 2, 3),
        }
    }
}

/// A request, and the turn that a long one waits for.
struct RequestLine {
    line: Vec<u8>,
    turn: Option<Arc<Turn>>,
}

async fn connection(stream: &UnixStream, control: &Control) -> io::Result<()> {
    let deadline = Instant::now() + READING_TIMEOUT;
    let comparisons = &control.turns.comparisons;
    let (answer, _turn) = match read_request(stream, comparisons, deadline).await? {
        Ok(mut request) => {
            let answer = tokio::select! {
                answer = control.answer(&mut request, deadline) => answer,
                left = closed(stream) => return left,
            };
            // The turn lasts until the answer is out of memory.
            (answer, request.turn)
        }
        Err(reason) => (error_line(reason), None),
    };
    time::timeout(STEP_TIMEOUT, write(stream, &answer)).await?
}

/// Reads a request. A long one waits for its turn before more than its beginning is in memory; the inner error
/// says why it gets none.
async fn read_request(
    stream: &UnixStream,
    comparisons: &Turns,
    deadline: Instant,
) -> io::Result<Result<RequestLine, String>> {
    let mut line = Vec::new();
    let is_whole = read_line(stream, &mut line, SHORT_REQUEST_BYTES_MAX);
    if time::timeout(STEP_TIMEOUT, is_whole).await?? {
        return Ok(Ok(RequestLine { line, turn: None }));
    }
    let turn = match comparisons.turn(deadline).await {
        Ok(turn) => Some(turn),
        Err(reason) => return Ok(Err(reason)),
    };
    let is_whole = read_line(stream, &mut line, REQUEST_BYTES_MAX);
    time::timeout(STEP_TIMEOUT, is_whole).await??;
    Ok(Ok(RequestLine { line, turn }))
}

impl Control {
    /// Requests that are answered for `publisher`, whose relative paths start at `config_folder`.
    pub(crate) fn new(
        health: Arc<Health>,
        orders: mpsc::Sender<Order>,
        publisher: Weak<Publisher>,
        config_folder: PathBuf,
    ) -> Control {
        Control {
            health,
            orders,
            publisher,
            config_folder,
            turns: ControlTurns::default(),
        }
    }

    /// Waits until no thread works for a client, since each has the state folder open; at most for `limit`.
    /// Searches end early once their connections have ended.
    pub(crate) async fn threads_ended(&self, limit: Duration) {
        let ControlTurns {
            comparisons,
            explanations,
        } = &self.turns;
        let ended = async {
            comparisons.all_ended().await;
            explanations.all_ended().await;
        };
        if time::timeout(limit, ended).await.is_err() {
            debug!("a client's request is not answered before the end");
        }
    }

    /// The answer to a request, as a line.
    async fn answer(&self, request: &mut RequestLine, deadline: Instant) -> Vec<u8> {
        let parsed = match request.turn {
            // The thread of the comparison parses it.
            Some(_) => return self.compare(request, deadline).await,
            None => parse(&request.line),
        };
        let answer = match parsed {
            Ok(ControlRequest::Held) => ControlAnswer::Held(self.health.condition().held.clone()),
            Ok(ControlRequest::Confirm { id }) => self.confirm(id).await,
            Ok(ControlRequest::Diff(_)) => return self.compare(request, deadline).await,
            Ok(ControlRequest::Explain(request)) => self.explain(request).await,
            Err(reason) => ControlAnswer::Error(reason),
        };
        answer_line(&answer)
    }

    /// Compares on a thread of its own, whose lower priority ends with it.
    async fn compare(&self, request: &mut RequestLine, deadline: Instant) -> Vec<u8> {
        let turn = match request.turn.take() {
            Some(turn) => Ok(turn),
            None => self.turns.comparisons.turn(deadline).await,
        };
        let turn = match turn {
            Ok(turn) => turn,
            Err(reason) => return error_line(reason),
        };
        request.turn = Some(turn.clone());
        let (publisher, folder) = (self.publisher.clone(), self.config_folder.clone());
        let line = mem::take(&mut request.line);
        let compare = move || compare_line(&line, &publisher, &folder);
        turns::run(turn, deadline, compare)
            .await
            .unwrap_or_else(error_line)
    }

    /// Explains on a thread of its own, which ends soon after this does.
    async fn explain(&self, request: ExplainRequest) -> ControlAnswer {
        let deadline = Instant::now() + SEARCH_TIMEOUT;
        let turn = match self.turns.explanations.turn(deadline).await {
            Ok(turn) => turn,
            Err(reason) => return ControlAnswer::Error(reason),
        };
        let cancelled = CancelledOnDrop::default();
        let mut search = Search::beside_daemon(deadline.into_std(), cancelled.0.clone());
        let (publisher, health) = (self.publisher.clone(), self.health.clone());
        let folder = self.config_folder.clone();
        let explain = move || {
            let Some(publisher) = publisher.upgrade() else {
                return ControlAnswer::Error("the daemon is stopping".to_owned());
            };
            let handle = publisher.handle().clone();
            drop(publisher);
            if !handle.is_published() {
                return ControlAnswer::Unpublished;
            }
            let in_force = health.condition().reloads.in_force.clone();
            let config = in_force.map(|(digest, _)| digest.to_string());
            let explained = request.explain(&handle, &mut search).and_then(|explained| {
                let mut explanation = explained.explanation;
                if handle.reads_files() {
                    let article = &mut explanation.article;
                    article.show_below(&folder, &request.config_folder);
                }
                request.output(&explanation)
            });
            match explained {
                Ok(output) => ControlAnswer::Explanation(DaemonExplanation { output, config }),
                Err(output) => ControlAnswer::NoExplanation(DaemonExplanation { output, config }),
            }
        };
        let explained = turns::run(turn, deadline + STEP_TIMEOUT, explain).await;
        explained.unwrap_or_else(ControlAnswer::Error)
    }

    async fn confirm(&self, id: LossId) -> ControlAnswer {
        let (result, confirmed) = oneshot::channel();
        if self.orders.try_send(Order::Confirm(id, result)).is_err() {
            let reason = "too many reloads wait already; try again";
            return ControlAnswer::Error(reason.to_owned());
        }
        match time::timeout(READING_TIMEOUT, confirmed).await {
            Ok(Ok(confirmation)) => ControlAnswer::Confirmation(confirmation),
            Ok(Err(_)) => ControlAnswer::Error(
                "the reading ended early, or another confirmation took its place".to_owned(),
            ),
            Err(_) => ControlAnswer::Error("the reading takes too long".to_owned()),
        }
    }
}

/// Says that the client is gone, when the task that answers it ends.
#[derive(Default)]
struct CancelledOnDrop(Arc<AtomicBool>);

impl Drop for CancelledOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The answer to a request with a configuration. Both lines may be long, so no task of the server parses or
/// encodes them.
fn compare_line(line: &[u8], publisher: &Weak<Publisher>, folder: &Path) -> Vec<u8> {
    let answer = match parse(line) {
        Ok(ControlRequest::Diff(proposed)) => proposed.compare(publisher, folder),
        Ok(ControlRequest::Held | ControlRequest::Confirm { .. } | ControlRequest::Explain(_)) => {
            ControlAnswer::Error("the request is too long".to_owned())
        }
        Err(reason) => ControlAnswer::Error(reason),
    };
    answer_line(&answer)
}

fn answer_line(answer: &ControlAnswer) -> Vec<u8> {
    encode(answer, ANSWER_BYTES_MAX).unwrap_or_else(|error| error_line(error.to_string()))
}

fn error_line(reason: String) -> Vec<u8> {
    // A reason without its text is still an answer.
    encode(ControlAnswer::Error(reason), ANSWER_BYTES_MAX).unwrap_or_default()
}

#[cfg(test)]
mod tests;
