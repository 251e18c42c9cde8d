//! The control socket: commands beside the daemon ask it over a Unix socket in the state folder.
//!
//! A client sends one line of JSON and gets one line back. Only the user that runs the daemon, and root,
//! can connect. [`ask`] is the client's side, for `taspa confirm` and `taspa diff`.

mod client;
mod comparisons;
mod line;
mod proposed_config;
mod socket;
mod socket_path;

use std::io;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{self, Instant};

pub use self::client::ask;
pub(crate) use self::comparisons::Comparisons;
use self::comparisons::Turn;
use self::line::{encode, parse, read_line, write};
pub use self::proposed_config::ProposedConfig;
pub(crate) use self::socket::{ControlSocket, open};
pub use self::socket_path::FILE;
use crate::feed::config_diff::ConfigDiff;
use crate::model::held_loss::{Confirmation, HeldLoss, LossId};
use crate::publish::Order;
use crate::publish::health::Health;
use crate::publish::publisher::Publisher;

/// Bytes of a request with its line break. A longer one has a configuration, and waits until no other is
/// compared.
const SHORT_REQUEST_BYTES_MAX: usize = 4 << 10;

/// Bytes of a request with a configuration: the longest file, with its line breaks and quotes escaped.
const REQUEST_BYTES_MAX: usize = 40 << 20;

/// Bytes of an answer with its line break: lists of feeds, with some addresses each.
const ANSWER_BYTES_MAX: usize = 128 << 20;

/// The limit for a client to send its request, and to take the answer.
const STEP_TIMEOUT: Duration = Duration::from_secs(5);

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
    /// The request cannot be answered, for this reason.
    Error(String),
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
    pub(crate) comparisons: Comparisons,
}

/// A request, and the turn that a long one waits for.
struct RequestLine {
    line: Vec<u8>,
    turn: Option<Arc<Turn>>,
}

async fn connection(stream: &UnixStream, control: &Control) -> io::Result<()> {
    let deadline = Instant::now() + READING_TIMEOUT;
    let (answer, _turn) = match read_request(stream, &control.comparisons, deadline).await? {
        Ok(mut request) => {
            let answer = control.answer(&mut request, deadline).await;
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
    comparisons: &Comparisons,
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
            Err(reason) => ControlAnswer::Error(reason),
        };
        answer_line(&answer)
    }

    /// Compares on a thread of its own, whose lower priority ends with it.
    async fn compare(&self, request: &mut RequestLine, deadline: Instant) -> Vec<u8> {
        let turn = match request.turn.take() {
            Some(turn) => Ok(turn),
            None => self.comparisons.turn(deadline).await,
        };
        let turn = match turn {
            Ok(turn) => turn,
            Err(reason) => return error_line(reason),
        };
        request.turn = Some(turn.clone());
        let (publisher, folder) = (self.publisher.clone(), self.config_folder.clone());
        let line = mem::take(&mut request.line);
        let compare = move || compare_line(&line, &publisher, &folder);
        comparisons::run(turn, deadline, compare)
            .await
            .unwrap_or_else(error_line)
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

/// The answer to a request with a configuration. Both lines may be long, so no task of the server parses or
/// encodes them.
fn compare_line(line: &[u8], publisher: &Weak<Publisher>, folder: &Path) -> Vec<u8> {
    let answer = match parse(line) {
        Ok(ControlRequest::Diff(proposed)) => proposed.compare(publisher, folder),
        Ok(ControlRequest::Held | ControlRequest::Confirm { .. }) => {
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
