//! The control socket: commands beside the daemon ask it over a Unix socket in the state folder.
//!
//! A client sends one line of JSON and gets one line back. Only the user that runs the daemon, and root,
//! can connect. [`ask`] is the client's side, for `taspa confirm` and `taspa diff`.

mod proposed_config;

use std::fs::{self, File, Permissions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream as BlockingStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::net::{UnixListener, UnixSocket, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::{task, time};
use tracing::{debug, warn};

pub use self::proposed_config::ProposedConfig;
use crate::config::Server;
use crate::feed::config_diff::ConfigDiff;
use crate::model::held_loss::{Confirmation, HeldLoss, LossId};
use crate::publish::Order;
use crate::publish::health::Health;
use crate::publish::publisher::Publisher;
use crate::serve::accept_log::{ACCEPT_PAUSE, AcceptLog};

/// The name of the socket in the state folder.
pub const FILE: &str = "control.sock";

/// The version of the protocol.
const VERSION: u32 = 1;

/// The longest path of a socket that the system takes, without the zero at its end.
const SOCKET_PATH_MAX: usize = 107;

/// Open connections; further ones wait.
const CONNECTIONS_MAX: usize = 8;

/// Bytes of a request with its line break. A longer one has a configuration, and waits until no other is
/// compared.
const SHORT_REQUEST_BYTES_MAX: usize = 4 << 10;

/// Bytes of a request with a configuration: the longest file, with its line breaks and quotes escaped.
const REQUEST_BYTES_MAX: usize = 40 << 20;

/// Bytes of an answer with its line break: two long lists of feeds, with some addresses each.
const ANSWER_BYTES_MAX: u64 = 256 << 20;

/// Bytes that are read at once.
const READ_BYTES: usize = 64 << 10;

/// The limit for a client to send its request, and to take the answer.
const STEP_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an answer may wait for a reading of everything.
pub const READING_TIMEOUT: Duration = Duration::from_secs(600);

/// How often to check that the socket's file is still there: a state folder may be deleted and made anew.
const CHECK_INTERVAL: Duration = Duration::from_secs(15);

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

/// A message with the version of the protocol.
#[derive(Debug, Serialize, Deserialize)]
struct Versioned<T> {
    version: u32,
    #[serde(flatten)]
    message: T,
}

/// The version of a message in any version.
#[derive(Debug, Deserialize)]
struct Version {
    version: u32,
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
    /// Configurations are compared one at a time.
    pub(crate) comparing: Arc<Semaphore>,
}

/// The socket of a state folder; its file is removed when it is dropped.
#[derive(Debug)]
pub(crate) struct ControlSocket {
    listener: UnixListener,
    folder: PathBuf,
    inode: u64,
}

/// Opens the control socket in the state folder; without it `taspa confirm` does not work.
pub(crate) fn open(server: &Server, health: &Health) -> Option<ControlSocket> {
    if health.condition().without_state.is_some() {
        warn!(
            "there is no control socket without a state folder: `taspa confirm` cannot reach this daemon"
        );
        return None;
    }
    let opened = ControlSocket::open(&server.state);
    opened
        .inspect_err(|error| {
            let folder = server.state.display();
            warn!("there is no control socket in {folder}, so `taspa confirm` cannot reach this daemon: {error}");
        })
        .ok()
}

impl ControlSocket {
    /// Opens the socket in a state folder that this process alone uses; replaces the file of a daemon that
    /// ended without removing it.
    fn open(folder: &Path) -> io::Result<ControlSocket> {
        match fs::remove_file(folder.join(FILE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let socket = UnixSocket::new_stream()?;
        let inode = with_short_path(folder, |path| {
            socket.bind(path)?;
            // No client can connect before the socket listens.
            fs::set_permissions(path, Permissions::from_mode(0o600))?;
            Ok(fs::metadata(path)?.ino())
        })?;
        let backlog = u32::try_from(CONNECTIONS_MAX).unwrap_or(u32::MAX);
        let listener = socket.listen(backlog)?;
        Ok(ControlSocket {
            listener,
            folder: folder.to_owned(),
            inode,
        })
    }

    /// Answers requests until the task is aborted.
    pub(crate) async fn serve(&mut self, control: Control) {
        let log = AcceptLog::new("connections of `taspa confirm`");
        let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        loop {
            let Ok(permit) = connections.clone().acquire_owned().await else {
                return;
            };
            match time::timeout(CHECK_INTERVAL, self.listener.accept()).await {
                Err(_) => {
                    // The folder's disk may hang. A folder that cannot be used now is tried again.
                    let (folder, inode) = (self.folder.clone(), self.inode);
                    let look = move || match is_in_place(&folder, inode) {
                        true => None,
                        false => ControlSocket::open(&folder).ok(),
                    };
                    if let Ok(Some(socket)) = task::spawn_blocking(look).await {
                        *self = socket;
                    }
                }
                Ok(Ok((stream, _))) => {
                    log.log_success();
                    let control = control.clone();
                    task::spawn(async move {
                        if let Err(error) = connection(&stream, &control).await {
                            debug!("a control connection ended early: {error}");
                        }
                        drop(permit);
                    });
                }
                Ok(Err(error)) => {
                    log.log_failure(&error);
                    time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

/// Whether the file in the folder is the socket with this inode.
fn is_in_place(folder: &Path, inode: u64) -> bool {
    let file = fs::symlink_metadata(folder.join(FILE));
    file.is_ok_and(|file| file.ino() == inode)
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        if is_in_place(&self.folder, self.inode) {
            // The folder may be gone by now.
            let _ = fs::remove_file(self.folder.join(FILE));
        }
    }
}

impl Control {
    async fn answer(&self, request: RequestLine) -> ControlAnswer {
        let RequestLine { line, permit } = request;
        let request = match parse(&line) {
            Ok(request) => request,
            Err(reason) => return ControlAnswer::Error(reason),
        };
        match request {
            ControlRequest::Held => ControlAnswer::Held(self.health.condition().held.clone()),
            ControlRequest::Confirm { id } => self.confirm(id).await,
            ControlRequest::Diff(proposed) => self.diff(proposed, permit).await,
        }
    }

    /// Compares on a thread of its own, whose lower priority ends with it.
    async fn diff(
        &self,
        proposed: ProposedConfig,
        permit: Option<OwnedSemaphorePermit>,
    ) -> ControlAnswer {
        let _permit = match permit {
            Some(permit) => Ok(permit),
            None => self.comparing.clone().acquire_owned().await,
        };
        let (publisher, folder) = (self.publisher.clone(), self.config_folder.clone());
        let (result, compared) = oneshot::channel();
        let compare = move || {
            let _ = result.send(proposed.compare(&publisher, &folder));
        };
        if let Err(error) = thread::Builder::new().spawn(compare) {
            return ControlAnswer::Error(format!("cannot start a thread: {error}"));
        }
        let ended_early = || ControlAnswer::Error("the comparison ended early".to_owned());
        compared.await.unwrap_or_else(|_| ended_early())
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

async fn connection(stream: &UnixStream, control: &Control) -> io::Result<()> {
    let request = read_request(stream, &control.comparing).await?;
    let answer = control.answer(request).await;
    let line = encode(answer)?;
    time::timeout(STEP_TIMEOUT, write(stream, &line)).await?
}

/// A request, and the permit that a long one takes.
struct RequestLine {
    line: Vec<u8>,
    permit: Option<OwnedSemaphorePermit>,
}

/// Reads a request. A long one waits for its turn before more than its beginning is in memory.
async fn read_request(stream: &UnixStream, comparing: &Arc<Semaphore>) -> io::Result<RequestLine> {
    let mut line = Vec::new();
    let is_whole = read_line(stream, &mut line, SHORT_REQUEST_BYTES_MAX);
    if time::timeout(STEP_TIMEOUT, is_whole).await?? {
        return Ok(RequestLine { line, permit: None });
    }
    let permit = comparing.clone().acquire_owned();
    let permit = time::timeout(READING_TIMEOUT, permit).await?;
    let is_whole = read_line(stream, &mut line, REQUEST_BYTES_MAX);
    time::timeout(STEP_TIMEOUT, is_whole).await??;
    Ok(RequestLine {
        line,
        permit: Some(permit.map_err(io::Error::other)?),
    })
}

/// Reads up to the first line break, or up to `most` bytes. Returns whether the line has ended.
async fn read_line(stream: &UnixStream, line: &mut Vec<u8>, most: usize) -> io::Result<bool> {
    let mut part = vec![0; READ_BYTES.min(most)];
    while line.len() < most {
        stream.readable().await?;
        let left = part.len().min(most - line.len());
        let read = match stream.try_read(&mut part[..left]) {
            Ok(0) => return Ok(true),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        };
        let end = part[..read].iter().position(|byte| *byte == b'\n');
        line.extend_from_slice(&part[..end.unwrap_or(read)]);
        if end.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn write(stream: &UnixStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Asks the daemon that uses this state folder.
///
/// # Errors
/// No daemon listens there, or it does not answer in time.
pub fn ask(folder: &Path, request: ControlRequest) -> io::Result<ControlAnswer> {
    let stream = with_short_path(folder, |path| BlockingStream::connect(path))?;
    // A long request waits until others are compared.
    stream.set_write_timeout(Some(READING_TIMEOUT))?;
    stream.set_read_timeout(Some(READING_TIMEOUT + STEP_TIMEOUT))?;
    (&stream).write_all(&encode(request)?)?;
    let mut line = Vec::new();
    let mut answer = BufReader::new(stream).take(ANSWER_BYTES_MAX);
    answer.read_until(b'\n', &mut line)?;
    parse(&line).map_err(io::Error::other)
}

fn encode(message: impl Serialize) -> io::Result<Vec<u8>> {
    let version = VERSION;
    let mut line = serde_json::to_vec(&Versioned { version, message })?;
    line.push(b'\n');
    Ok(line)
}

fn parse<T: for<'de> Deserialize<'de>>(line: &[u8]) -> Result<T, String> {
    let invalid = |error: serde_json::Error| format!("no message of this protocol: {error}");
    let Version { version } = serde_json::from_slice(line).map_err(invalid)?;
    if version != VERSION {
        return Err(format!(
            "the other side speaks version {version} of the protocol, this program {VERSION}"
        ));
    }
    let message: Versioned<T> = serde_json::from_slice(line).map_err(invalid)?;
    Ok(message.message)
}

/// Calls `work` with a path of the socket in `folder` that the system takes: a long one goes through the
/// open folder.
fn with_short_path<T>(folder: &Path, work: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    let path = folder.join(FILE);
    if path.as_os_str().len() <= SOCKET_PATH_MAX {
        return work(&path);
    }
    let open = File::open(folder)?;
    work(&PathBuf::from(format!(
        "/proc/self/fd/{}/{FILE}",
        open.as_raw_fd()
    )))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileTypeExt;

    use super::*;
    use crate::model::time::Timestamp;

    fn control() -> (Control, mpsc::Receiver<Order>) {
        let (orders, ordered) = mpsc::channel(1);
        let health = Arc::new(Health::new("articles", Timestamp(0)));
        let control = Control {
            health,
            orders,
            publisher: Weak::new(),
            config_folder: PathBuf::new(),
            comparing: Arc::new(Semaphore::new(1)),
        };
        (control, ordered)
    }

    async fn ask_in(folder: &Path, request: ControlRequest) -> io::Result<ControlAnswer> {
        let folder = folder.to_owned();
        let asked = task::spawn_blocking(move || ask(&folder, request));
        asked.await.expect("no panic")
    }

    #[tokio::test]
    async fn a_socket_answers_below_any_path_and_replaces_a_stale_one() {
        let above = tempfile::tempdir().expect("a folder");
        for name in ["state", &"длинное-имя".repeat(10)] {
            let folder = above.path().join(name);
            fs::create_dir(&folder).expect("the state folder");
            fs::write(folder.join(FILE), "stale").expect("a file in its place");
            let mut socket = ControlSocket::open(&folder).expect("a socket");
            let file = fs::metadata(folder.join(FILE)).expect("its file");
            assert!(file.file_type().is_socket());
            assert_eq!(file.mode() & 0o777, 0o600);
            let control = control().0;
            let serving = task::spawn(async move { socket.serve(control).await });
            let answer = ask_in(&folder, ControlRequest::Held).await;
            assert_eq!(answer.expect("an answer"), ControlAnswer::Held(None));
            serving.abort();
            let _ = serving.await;
            assert!(!folder.join(FILE).exists(), "it is removed at the end");
            assert!(ask_in(&folder, ControlRequest::Held).await.is_err());
        }
    }

    #[tokio::test]
    async fn a_confirmation_is_answered_by_the_reading() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut socket = ControlSocket::open(folder.path()).expect("a socket");
        let (control, mut ordered) = control();
        let _serving = task::spawn(async move { socket.serve(control).await });
        let request = ControlRequest::Confirm { id: LossId(7) };
        let asking = task::spawn({
            let (folder, request) = (folder.path().to_owned(), request.clone());
            async move { ask_in(&folder, request).await }
        });
        let Some(Order::Confirm(LossId(7), result)) = ordered.recv().await else {
            panic!("no order");
        };
        result.send(Confirmation::Changed(None)).expect("it waits");
        let answer = asking.await.expect("no panic").expect("an answer");
        let expected = ControlAnswer::Confirmation(Confirmation::Changed(None));
        assert_eq!(answer, expected);
        // A reading that panics drops the order.
        let asking = task::spawn({
            let folder = folder.path().to_owned();
            async move { ask_in(&folder, request).await }
        });
        drop(ordered.recv().await);
        let answer = asking.await.expect("no panic").expect("an answer");
        assert!(matches!(answer, ControlAnswer::Error(_)), "{answer:?}");
    }

    #[tokio::test]
    async fn long_requests_are_read_one_after_another_and_short_ones_meanwhile() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut socket = ControlSocket::open(folder.path()).expect("a socket");
        let control = control().0;
        let comparing = control.comparing.clone();
        let _serving = task::spawn(async move { socket.serve(control).await });
        let permit = comparing.clone().acquire_owned().await.expect("a permit");
        let long = ControlRequest::Diff(ProposedConfig {
            text: "#".repeat(100 * SHORT_REQUEST_BYTES_MAX),
            variables: Default::default(),
        });
        let path = folder.path().to_owned();
        let asking = task::spawn(async move { ask_in(&path, long).await });
        let answer = ask_in(folder.path(), ControlRequest::Held).await;
        assert_eq!(answer.expect("an answer"), ControlAnswer::Held(None));
        assert!(!asking.is_finished(), "it waits for its turn");
        drop(permit);
        let answer = asking.await.expect("no panic").expect("an answer");
        let ControlAnswer::Error(reason) = answer else {
            panic!("{answer:?}");
        };
        assert!(reason.contains("`[site]` is required"), "{reason}");
        assert_eq!(comparing.available_permits(), 1, "the turn is over");
    }

    #[tokio::test]
    async fn bad_requests_get_the_reason() {
        let (control, _ordered) = control();
        for (line, reason) in [
            (&b""[..], "no message of this protocol"),
            (b"{\"version\":2,\"request\":\"held\"}", "speaks version 2"),
            (b"{\"version\":1,\"request\":\"stop\"}", "unknown variant"),
            (
                b"{\"version\":1,\"request\":\"confirm\",\"id\":\"7\"}",
                "32",
            ),
        ] {
            let request = RequestLine {
                line: line.to_vec(),
                permit: None,
            };
            match control.answer(request).await {
                ControlAnswer::Error(text) => assert!(text.contains(reason), "{text}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
