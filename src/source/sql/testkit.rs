//! A fake PostgreSQL server whose reaction to each statement a test chooses. It accepts every
//! client, and returns columns but no rows.

use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::database;
use super::engine::Engine;
use super::row::Rules;
use crate::model::article::AcceptSettings;
use crate::model::time::Zone;

/// What the server does with a statement.
#[derive(Clone, Copy)]
pub(super) enum Reaction {
    Answer,
    /// Returns an error with this message.
    Refuse(&'static str),
    /// Returns an error with this code.
    RefuseWith(&'static str),
    /// Returns the error of a statement timeout.
    TimeOut,
    /// Never answers.
    FallSilent,
    /// Closes the connection.
    HangUp,
    /// Answers, then closes the connection.
    AnswerAndHangUp,
}

/// The reaction to a statement, by the number of its connection, counted from 1.
type Reactions = dyn Fn(usize, &str) -> Reaction + Send + Sync;

/// A running server.
pub(super) struct FakePostgres {
    pub(super) url: String,
    accepted: watch::Receiver<usize>,
}

impl FakePostgres {
    pub(super) async fn start(
        reactions: impl Fn(usize, &str) -> Reaction + Send + Sync + 'static,
    ) -> FakePostgres {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (sender, accepted) = watch::channel(0);
        let reactions: Arc<Reactions> = Arc::new(reactions);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                sender.send_modify(|accepted| *accepted += 1);
                let number = *sender.borrow();
                let reactions = reactions.clone();
                // A client may disconnect at any time.
                tokio::spawn(async move { serve(stream, number, &*reactions).await.ok() });
            }
        });
        FakePostgres {
            url: format!("postgres://taspa:s3cret@{address}/news?sslmode=disable"),
            accepted,
        }
    }

    /// An engine that reads from this server.
    pub(super) fn engine(&self) -> Arc<Engine> {
        let (database, reporter) = database::open(&self.url).expect("an address");
        let reading = AcceptSettings::of_site(Zone::UTC, "", "");
        let query = "SELECT 1".to_owned();
        let rules = Rules::new(&query, reading);
        Arc::new(Engine::new(database, reporter, query, rules))
    }

    /// How many connections the server has accepted.
    pub(super) fn connections(&self) -> usize {
        *self.accepted.borrow()
    }

    /// Waits until the server has accepted this many connections.
    pub(super) async fn accepts(&self, connections: usize) {
        let mut accepted = self.accepted.clone();
        let waiting = accepted.wait_for(|accepted| *accepted >= connections);
        let waited = tokio::time::timeout(std::time::Duration::from_secs(10), waiting).await;
        waited.expect("connections in time").expect("it runs");
    }
}

const READY: &[u8] = b"Z\0\0\0\x05I";
const COMPLETE: &[u8] = b"C\0\0\0\x0dSELECT 0\0";

async fn serve(mut stream: TcpStream, number: usize, reactions: &Reactions) -> std::io::Result<()> {
    let welcome = read(&mut stream).await?;
    assert!(welcome.len() > 4, "a version and parameters");
    stream.write_all(b"R\0\0\0\x08\0\0\0\0").await?;
    stream.write_all(READY).await?;
    loop {
        let kind = stream.read_u8().await?;
        let body = read(&mut stream).await?;
        let statement = match kind {
            b'Q' => body.split(|byte| *byte == 0).next(),
            // The statement follows its name.
            b'P' => body.split(|byte| *byte == 0).nth(1),
            _ => None,
        };
        let reaction = statement.map_or(Reaction::Answer, |statement| {
            reactions(number, &String::from_utf8_lossy(statement))
        });
        match reaction {
            Reaction::Answer | Reaction::AnswerAndHangUp => {}
            Reaction::Refuse(_) | Reaction::RefuseWith(_) | Reaction::TimeOut => {
                let refusal = match reaction {
                    Reaction::Refuse(words) => refusal("28000", words),
                    Reaction::RefuseWith(code) => refusal(code, "refused"),
                    _ => refusal("57014", "canceling statement due to statement timeout"),
                };
                stream.write_all(&refusal).await?;
                stream.write_all(READY).await?;
                continue;
            }
            Reaction::FallSilent => std::future::pending().await,
            Reaction::HangUp => return Ok(()),
        }
        let described = described(&String::from_utf8_lossy(&body));
        let answer: &[&[u8]] = match (kind, body.first()) {
            (b'Q', _) => &[&described, COMPLETE, READY],
            (b'P', _) => &[b"1\0\0\0\x04"],
            (b'D', Some(b'S')) => &[b"t\0\0\0\x06\0\0", b"n\0\0\0\x04"],
            (b'D', _) => &[b"n\0\0\0\x04"],
            (b'B', _) => &[b"2\0\0\0\x04"],
            (b'E', _) => &[COMPLETE],
            (b'C', _) => &[b"3\0\0\0\x04"],
            (b'S', _) => &[READY],
            (b'X', _) => return Ok(()),
            (other, _) => panic!("a message of the kind {}", char::from(other)),
        };
        stream.write_all(&answer.concat()).await?;
        if matches!(reaction, Reaction::AnswerAndHangUp) {
            return Ok(());
        }
    }
}

/// The row of NULLs that shows the columns, if the statement asks for them.
fn described(statement: &str) -> Vec<u8> {
    let names: &[&str] = match statement {
        probe if probe.contains("taspa_any") => &["any", "standby", "lag", "id", "title", "date"],
        describe if describe.contains("taspa_one") => &["id", "title", "date"],
        _ => return Vec::new(),
    };
    let count = (names.len() as u16).to_be_bytes();
    // No table, the type text, any length.
    let kind = b"\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0";
    let columns = names
        .iter()
        .flat_map(|name| [name.as_bytes(), kind].concat());
    let columns = Vec::from_iter(count.into_iter().chain(columns));
    let values = [&count[..], &[0xff; 4].repeat(names.len())].concat();
    let mut messages = Vec::new();
    for (kind, body) in [(b'T', columns), (b'D', values)] {
        let length = u32::try_from(body.len() + 4).expect("a few columns");
        messages.push(kind);
        messages.extend(length.to_be_bytes());
        messages.extend(body);
    }
    messages
}

fn refusal(code: &str, words: &str) -> Vec<u8> {
    let fields = format!("SERROR\0VERROR\0C{code}\0M{words}\0\0");
    let length = u32::try_from(fields.len() + 4).expect("a few words");
    [b"E", &length.to_be_bytes()[..], fields.as_bytes()].concat()
}

/// Reads a message body after its length.
async fn read(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let length = stream.read_u32().await?;
    let mut body = vec![0; length as usize - 4];
    stream.read_exact(&mut body).await?;
    Ok(body)
}
