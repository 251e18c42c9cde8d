//! A timeout for writing: hyper waits for ever for a client that does not read, and the kernel keeps
//! unsent bytes long after the socket is closed.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Sleep, sleep};

/// A vectored write of at most so many bytes becomes a single one.
const JOINED_BYTES_MAX: usize = 16 << 10;

thread_local! {
    /// One buffer for all sockets of a thread: the writer keeps what the kernel does not take.
    static JOINED: RefCell<Vec<u8>> = RefCell::new(Vec::with_capacity(JOINED_BYTES_MAX));
}

/// A socket that fails when the client takes nothing for too long.
#[derive(Debug)]
pub(super) struct WriteTimeout<S> {
    socket: S,
    timeout: Duration,
    /// The end of the timeout, while a write waits.
    deadline: Option<Pin<Box<Sleep>>>,
}

/// A socket that can discard unsent bytes.
pub(super) trait DiscardUnsent {
    /// Has the kernel discard them when the socket is closed, instead of offering them for minutes.
    fn discard_unsent(&self);
}

impl DiscardUnsent for TcpStream {
    fn discard_unsent(&self) {
        // A failure costs memory of the kernel for a little longer.
        let _ = self.set_zero_linger();
    }
}

/// The kernel keeps nothing: written bytes belong to the other end at once.
impl DiscardUnsent for UnixStream {
    fn discard_unsent(&self) {}
}

impl<S: AsyncWrite + DiscardUnsent + Unpin> WriteTimeout<S> {
    pub(super) fn new(socket: S, timeout: Duration) -> WriteTimeout<S> {
        WriteTimeout {
            socket,
            timeout,
            deadline: None,
        }
    }

    /// The result of a write, or an error if writes have waited for too long.
    fn check<T>(
        &mut self,
        context: &mut Context<'_>,
        result: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.deadline = None;
            return result;
        }
        let timeout = self.timeout;
        let deadline = self
            .deadline
            .get_or_insert_with(|| Box::pin(sleep(timeout)));
        ready!(deadline.as_mut().poll(context));
        self.socket.discard_unsent();
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WriteTimeout<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + DiscardUnsent + Unpin> AsyncWrite for WriteTimeout<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.check(context, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let socket = Pin::new(&mut self.socket);
        let mut filled = pieces.iter().filter(|piece| !piece.is_empty());
        let bytes: usize = pieces.iter().map(|piece| piece.len()).sum();
        let result = match (filled.next(), filled.next()) {
            // A plain write of one piece is faster than a vectored one: a 304 is one piece.
            (Some(piece), None) => socket.poll_write(context, piece),
            // Joining a short list, such as a compressed feed, is faster than a vectored write.
            _ if bytes <= JOINED_BYTES_MAX => JOINED.with_borrow_mut(|joined| {
                joined.clear();
                pieces
                    .iter()
                    .for_each(|piece| joined.extend_from_slice(piece));
                socket.poll_write(context, joined)
            }),
            _ => socket.poll_write_vectored(context, pieces),
        };
        self.check(context, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.socket).poll_flush(context);
        self.check(context, result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.socket).poll_shutdown(context);
        self.check(context, result)
    }
}
