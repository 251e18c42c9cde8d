//! A relay before a server that can stop delivering, as a network does that loses packets: no connection is
//! refused or closed, and nothing arrives.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// The relay; its connections are closed when it is dropped.
pub(crate) struct Relay {
    address: SocketAddr,
    wire: Arc<Wire>,
    accepting: Option<JoinHandle<()>>,
}

/// What the threads of a relay share.
struct Wire {
    server: String,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    mood: Mood,
    /// Both ends of every connection.
    sockets: Vec<TcpStream>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    /// What comes from one side goes to the other.
    Speaking,
    /// What comes is kept until it speaks again.
    Silent,
    /// Every connection is closed, and new ones too.
    Cut,
    /// It was dropped.
    Ended,
}

impl Relay {
    /// A relay to the server at `address` that lets everything through.
    pub(crate) fn before(server: String) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let wire = Arc::new(Wire {
            server,
            state: Mutex::new(State {
                mood: Mood::Speaking,
                sockets: Vec::new(),
            }),
            changed: Condvar::new(),
        });
        let accepting = wire.clone();
        let accepting = thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.expect("a connection to the relay");
                if accepting.state().mood == Mood::Ended {
                    return;
                }
                let wire = accepting.clone();
                thread::spawn(move || wire.join(client));
            }
        });
        Relay {
            address,
            wire,
            accepting: Some(accepting),
        }
    }

    /// The same database through the relay.
    pub(crate) fn instead_of(&self, server: &str, url: &str) -> String {
        assert!(url.contains(server), "{url} is at {server}");
        url.replace(server, &self.address.to_string())
    }

    pub(crate) fn fall_silent(&self) {
        self.wire.become_(Mood::Silent);
    }

    /// Closes every connection; new ones are closed at once.
    pub(crate) fn cut(&self) {
        self.wire.become_(Mood::Cut);
        self.wire.close();
    }

    pub(crate) fn speak(&self) {
        self.wire.become_(Mood::Speaking);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.wire.become_(Mood::Ended);
        self.wire.close();
        // It looks up when somebody comes.
        let _woken = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

impl Wire {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn become_(&self, mood: Mood) {
        self.state().mood = mood;
        self.changed.notify_all();
    }

    fn close(&self) {
        for socket in self.state().sockets.drain(..) {
            // The other side may have closed it.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    /// Waits until something may go through; `None` if nothing ever will.
    fn wait_to_speak(&self) -> Option<MutexGuard<'_, State>> {
        let silent = |state: &mut State| state.mood == Mood::Silent;
        let waited = self.changed.wait_while(self.state(), silent);
        let state = waited.unwrap_or_else(PoisonError::into_inner);
        (state.mood == Mood::Speaking).then_some(state)
    }

    /// Joins a client to the server, until one of them leaves.
    fn join(self: Arc<Wire>, client: TcpStream) {
        if self.wait_to_speak().is_none() {
            return;
        }
        // A server that is away refuses the relay, and so the relay its client.
        let Ok(server) = TcpStream::connect(&self.server) else {
            return;
        };
        let Some(mut state) = self.wait_to_speak() else {
            return;
        };
        state.sockets.extend([clone(&client), clone(&server)]);
        drop(state);
        let (from, to) = (clone(&server), clone(&client));
        let wire = self.clone();
        thread::spawn(move || wire.copy(from, to));
        self.copy(client, server);
    }

    fn copy(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut buffer = [0; 16 << 10];
        loop {
            let count = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            if self.wait_to_speak().is_none() || to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        // The end is news as well, and a silent wire brings none.
        drop(self.wait_to_speak());
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    }
}

fn clone(socket: &TcpStream) -> TcpStream {
    socket.try_clone().expect("a second handle")
}
