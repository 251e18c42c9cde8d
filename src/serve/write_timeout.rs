//! A timeout of writes. Without it hyper waits forever for a client that does not read, and the kernel
//! keeps unsent bytes for minutes after the socket is closed.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Sleep, sleep};

use crate::serve::connection_activity::ConnectionActivity;
use crate::serve::raw_head::RawHead;

/// A vectored write of at most this many bytes becomes a single one.
const WRITE_BUFFER_BYTES: usize = 16 << 10;

thread_local! {
    /// One buffer for all sockets of a thread is enough: hyper keeps the bytes that the kernel does not
    /// take.
    static WRITE_BUFFER: RefCell<Vec<u8>> = RefCell::new(Vec::with_capacity(WRITE_BUFFER_BYTES));
}

/// A socket whose write fails if the client takes no byte within the timeout.
#[derive(Debug)]
pub(super) struct WriteTimeout<S> {
    socket: S,
    timeout: Duration,
    activity: Arc<ConnectionActivity>,
    /// Sees everything that is read.
    raw_head: Arc<RawHead>,
    /// The end of the timeout, while a write waits.
    deadline: Option<Pin<Box<Sleep>>>,
}

/// A socket that can discard unsent bytes.
pub(super) trait DiscardUnsent {
    /// Makes the kernel discard them when the socket is closed, instead of resending them for minutes.
    fn discard_unsent(&self);
}

impl DiscardUnsent for TcpStream {
    fn discard_unsent(&self) {
        // After a failure the kernel only keeps its memory for longer.
        let _ = self.set_zero_linger();
    }
}

/// Written bytes are in the receive buffer of the peer at once.
impl DiscardUnsent for UnixStream {
    fn discard_unsent(&self) {}
}

impl<S: AsyncWrite + DiscardUnsent + Unpin> WriteTimeout<S> {
    pub(super) fn new(
        socket: S,
        timeout: Duration,
        activity: Arc<ConnectionActivity>,
        raw_head: Arc<RawHead>,
    ) -> WriteTimeout<S> {
        WriteTimeout {
            socket,
            timeout,
            activity,
            raw_head,
            deadline: None,
        }
    }

    /// Turns a write that is pending for too long into an error.
    fn check<T>(
        &mut self,
        context: &mut Context<'_>,
        result: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if result.is_ready() {
            if self.deadline.take().is_some() {
                self.activity.note_written(Instant::now());
            }
            return result;
        }
        self.activity.note_writing();
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
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.socket).poll_read(context, buffer);
        self.raw_head.look_at(&buffer.filled()[before..]);
        result
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
            // A 304 is one piece, and a single write is faster than a vectored one.
            (Some(piece), None) => socket.poll_write(context, piece),
            // To copy short pieces, such as a compressed feed, is faster than a vectored write.
            _ if bytes <= WRITE_BUFFER_BYTES => WRITE_BUFFER.with_borrow_mut(|buffer| {
                buffer.clear();
                pieces
                    .iter()
                    .for_each(|piece| buffer.extend_from_slice(piece));
                socket.poll_write(context, buffer)
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
