//! One connection.
//!
//! HTTP/1.1 only, without detection of the protocol.
//! Each connection is a task, so a panic ends only the connection that it happens on.

use std::convert::Infallible;
use std::future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::Request;
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tracing::debug;

use crate::serve::acceptor::Socket;
use crate::serve::answer::Answer;
use crate::serve::client_address::ClientAddress;
use crate::serve::connection_activity::ConnectionActivity;
use crate::serve::connection_limit::ConnectionPermit;
use crate::serve::date::with_date;
use crate::serve::dispatch::{Dispatch, dispatch};
use crate::serve::error_pages;
use crate::serve::header_timeout::HeaderTimeout;
use crate::serve::raw_head::RawHead;
use crate::serve::reply::{Reply, with_close};
use crate::serve::request_checks;
use crate::serve::server_context::ServerContext;
use crate::serve::spare_headers;
use crate::serve::wall_clock::second_at;
use crate::serve::write_timeout::{DiscardUnsent, WriteTimeout};

/// Serves a connection as a task, which keeps `open` until the connection has ended.
pub(super) fn spawn(
    socket: Socket,
    permit: ConnectionPermit,
    open: watch::Receiver<()>,
    context: &Arc<ServerContext>,
) {
    let timeout = HeaderTimeout::new(Duration::from_secs(context.limits.header_timeout.into()));
    match socket {
        Socket::Tcp(stream, client) => {
            let connection = serve(stream, client, &permit.activity, context);
            let finish = GracefulConnection::graceful_shutdown;
            run(connection, finish, timeout, permit, open);
        }
        Socket::Unix(stream) => {
            let connection = serve(stream, ClientAddress::Unix, &permit.activity, context);
            let finish = GracefulConnection::graceful_shutdown;
            run(connection, finish, timeout, permit, open);
        }
    }
}

/// Runs a connection as a task. `finish` lets it end after the current answer.
fn run<C>(
    connection: C,
    mut finish: impl FnMut(Pin<&mut C>) + Send + 'static,
    mut timeout: HeaderTimeout,
    permit: ConnectionPermit,
    open: watch::Receiver<()>,
) where
    C: Future<Output = hyper::Result<()>> + Send + 'static,
{
    tokio::spawn(async move {
        // The socket is closed before the permit is returned.
        let ended = {
            let mut connection = pin!(connection);
            let poll = |context: &mut Context<'_>| {
                let ended = permit.activity.poll(context, |context, is_stopping| {
                    if is_stopping {
                        finish(connection.as_mut());
                    }
                    connection.as_mut().poll(context)
                });
                match ended {
                    Poll::Ready(ended) => Poll::Ready(ended.ok_or("another one needs its place")),
                    Poll::Pending => {
                        let passed = timeout.poll(context, &permit.activity);
                        passed.map(|()| Err("it sent no whole request in time"))
                    }
                }
            };
            future::poll_fn(poll).await
        };
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => debug!("a connection ended early: {error}"),
            Err(reason) => debug!("an idle connection is closed: {reason}"),
        }
        drop(permit);
        drop(open);
    });
}

/// Serves a client until it leaves, exceeds a timeout, or the server shuts down.
fn serve<S>(
    stream: S,
    client: ClientAddress,
    activity: &Arc<ConnectionActivity>,
    context: &Arc<ServerContext>,
) -> impl GracefulConnection<Error = hyper::Error> + use<S>
where
    S: AsyncRead + AsyncWrite + DiscardUnsent + Unpin + Send + 'static,
{
    let limits = context.limits;
    let context = context.clone();
    let timeout = Duration::from_secs(limits.write_timeout.into());
    let raw_head = Arc::new(RawHead::default());
    let socket = WriteTimeout::new(stream, timeout, activity.clone(), raw_head.clone());
    let activity = activity.clone();
    let service = service_fn(move |request| {
        let start = Instant::now();
        activity.note_use(start, false);
        match request_checks::reject(&request, &raw_head, &limits) {
            Some(reply) => ReplyFuture::ready(reply.into(), request, client, &context, start),
            None => ReplyFuture::new(request, client, &activity, &context, start),
        }
    });
    http1::Builder::new()
        // A client that closed its sending side may still read the reply.
        .half_close(true)
        // `HeaderTimeout` is cheaper.
        .header_read_timeout(None)
        .max_buf_size(limits.header_bytes as usize)
        // The buffer may hold more than its size, which is only where reading stops.
        .max_header_size(limits.header_bytes as usize)
        .max_headers(limits.headers as usize)
        .serve_connection(TokioIo::new(socket), service)
}

/// The reply to a request. Nearly every reply is ready at once, and needs no allocation.
enum ReplyFuture {
    /// `None` once it was polled.
    Ready(Option<Reply>),
    Pending(Pin<Box<dyn Future<Output = Reply> + Send>>),
}

impl ReplyFuture {
    fn ready(
        answer: Answer,
        request: Request<Incoming>,
        client: ClientAddress,
        context: &ServerContext,
        start: Instant,
    ) -> ReplyFuture {
        answer.record(context, client, &request, start);
        spare_headers::keep(request.into_parts().0.headers);
        ReplyFuture::Ready(Some(with_date(answer.reply, second_at(start))))
    }

    fn new(
        request: Request<Incoming>,
        client: ClientAddress,
        activity: &Arc<ConnectionActivity>,
        context: &Arc<ServerContext>,
        start: Instant,
    ) -> ReplyFuture {
        let dispatch = match dispatch(context.documents.get(), &request, second_at(start)) {
            Dispatch::Ready(answer)
                if request.body().is_end_stream()
                    && !error_pages::may_replace(&answer, &request) =>
            {
                return ReplyFuture::ready(answer, request, client, context, start);
            }
            dispatch => dispatch,
        };
        let (activity, context) = (activity.clone(), context.clone());
        activity.note_use(start, true);
        ReplyFuture::Pending(Box::pin(async move {
            let (head, body) = request.into_parts();
            let request = Request::from_parts(head, ());
            let is_drained = request_checks::drain(body, &context.limits).await;
            let mut answer = match dispatch {
                Dispatch::Ready(answer) => answer,
                Dispatch::Pending(job) => job.run(&request).await,
            };
            if error_pages::may_replace(&answer, &request) {
                answer = error_pages::replace(&context, &request, answer).await;
            }
            if !is_drained {
                answer.reply = with_close(answer.reply);
            }
            answer.record(&context, client, &request, start);
            let end = Instant::now();
            activity.note_use(end, false);
            with_date(answer.reply, second_at(end))
        }))
    }
}

impl Future for ReplyFuture {
    type Output = Result<Reply, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            ReplyFuture::Ready(reply) => Poll::Ready(Ok(reply.take().expect("polled until ready"))),
            ReplyFuture::Pending(reply) => reply.as_mut().poll(context).map(Ok),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::connection_limit::ConnectionLimit;

    #[tokio::test]
    async fn a_panic_ends_its_own_connection_and_returns_the_permit() {
        let limit = ConnectionLimit::new(1, 1, &[]);
        let permit = async || limit.admit(ClientAddress::Unix).await.expect("a permit");
        let (open, _) = watch::channel(());
        let timeout = || HeaderTimeout::new(Duration::from_secs(60));
        let panic = async { panic!("a fault of ours") };
        run(panic, |_| {}, timeout(), permit().await, open.subscribe());
        // The next connection gets the permit, on the same thread.
        let next = permit().await;
        assert_eq!(limit.open(), 1);
        let (done, ended) = tokio::sync::oneshot::channel();
        let connection = async move {
            let _ = done.send(());
            Ok(())
        };
        run(connection, |_| {}, timeout(), next, open.subscribe());
        assert_eq!(ended.await, Ok(()));
        open.closed().await;
    }

    #[tokio::test]
    async fn connections_finish_when_the_server_stops_also_those_admitted_after() {
        let limit = ConnectionLimit::new(2, 2, &[]);
        let permit = async || limit.admit(ClientAddress::Unix).await.expect("a permit");
        let (open, _) = watch::channel(());
        // It ends only after it was asked to.
        let begin = async || {
            let (ask, asked) = tokio::sync::oneshot::channel();
            let mut ask = Some(ask);
            let finish = move |_: Pin<&mut _>| {
                if let Some(ask) = ask.take() {
                    let _ = ask.send(());
                }
            };
            let connection = async move {
                let _ = asked.await;
                Ok(())
            };
            let timeout = HeaderTimeout::new(Duration::from_secs(60));
            run(
                connection,
                finish,
                timeout,
                permit().await,
                open.subscribe(),
            );
        };
        begin().await;
        tokio::task::yield_now().await;
        assert_eq!(limit.open(), 1);
        limit.stop();
        begin().await;
        open.closed().await;
        assert_eq!(limit.open(), 0);
    }
}
