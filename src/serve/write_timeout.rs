//! Sockets whose other end must go on reading: hyper waits for it for ever, and the kernel keeps what
//! was not taken long after the socket is closed.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Sleep, sleep};

/// A list of pieces that is at most so long is written as one.
const JOINED_BYTES_MAX: usize = 16 << 10;

thread_local! {
    /// One for all sockets of a thread: what the kernel does not take, whoever writes still has.
    static JOINED: RefCell<Vec<u8>> = RefCell::new(Vec::with_capacity(JOINED_BYTES_MAX));
}

/// A socket that fails when its other end takes nothing for too long.
#[derive(Debug)]
pub(super) struct WriteTimeout<S> {
    socket: S,
    patience: Duration,
    /// While something waits to be taken: when that was long enough.
    stalled: Option<Pin<Box<Sleep>>>,
}

/// A socket that can give up what its other end did not take.
pub(super) trait Forgetful {
    /// Has the kernel drop it at the end, instead of offering it for minutes.
    fn forget_unsent(&self);
}

impl Forgetful for TcpStream {
    fn forget_unsent(&self) {
        // Otherwise the kernel keeps its memory a little longer.
        let _ = self.set_zero_linger();
    }
}

/// What was sent is the other end's at once.
impl Forgetful for UnixStream {
    fn forget_unsent(&self) {}
}

impl<S: AsyncWrite + Forgetful + Unpin> WriteTimeout<S> {
    pub(super) fn new(socket: S, patience: Duration) -> WriteTimeout<S> {
        WriteTimeout {
            socket,
            patience,
            stalled: None,
        }
    }

    /// What came of trying to write; what waits too long is an error.
    fn judge<T>(
        &mut self,
        context: &mut Context<'_>,
        tried: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if tried.is_ready() {
            self.stalled = None;
            return tried;
        }
        let patience = self.patience;
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stalled.as_mut().poll(context));
        self.socket.forget_unsent();
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

impl<S: AsyncWrite + Forgetful + Unpin> AsyncWrite for WriteTimeout<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let tried = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.judge(context, tried)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let socket = Pin::new(&mut self.socket);
        let mut filled = pieces.iter().filter(|piece| !piece.is_empty());
        let bytes: usize = pieces.iter().map(|piece| piece.len()).sum();
        let tried = match (filled.next(), filled.next()) {
            // The kernel takes one piece faster when it is not told of a list: a 304 is one.
            (Some(piece), None) => socket.poll_write(context, piece),
            // And copies a short list, such as a compressed feed, slower than it is copied here.
            _ if bytes <= JOINED_BYTES_MAX => JOINED.with_borrow_mut(|joined| {
                joined.clear();
                pieces
                    .iter()
                    .for_each(|piece| joined.extend_from_slice(piece));
                socket.poll_write(context, joined)
            }),
            _ => socket.poll_write_vectored(context, pieces),
        };
        self.judge(context, tried)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let tried = Pin::new(&mut self.socket).poll_flush(context);
        self.judge(context, tried)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let tried = Pin::new(&mut self.socket).poll_shutdown(context);
        self.judge(context, tried)
    }
}
