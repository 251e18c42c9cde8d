//! One connection.
//!
//! HTTP/1.1 only, chosen and not sniffed, with a timer on the builder, without which hyper's deadlines
//! do nothing.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::{AsyncRead, AsyncWrite};

use super::reply::Reply;
use crate::serve::client_address::ClientAddress;
use crate::serve::connection_timer::ConnectionTimer;
use crate::serve::server_context::ServerContext;
use crate::serve::write_timeout::{Forgetful, WriteTimeout};

/// Serves a client until it leaves, fails a deadline, or is asked to come to an end.
pub(super) fn serve<S>(
    socket: S,
    client: ClientAddress,
    house: &Arc<ServerContext>,
) -> impl GracefulConnection<Error = hyper::Error> + use<S>
where
    S: AsyncRead + AsyncWrite + Forgetful + Unpin + Send + 'static,
{
    let limits = house.limits;
    let house = house.clone();
    let service = service_fn(move |request| Replying::to(request, client, &house));
    let patience = Duration::from_secs(limits.write_timeout.into());
    http1::Builder::new()
        .timer(ConnectionTimer::default())
        // Whoever has asked and says no more still wants the answer.
        .half_close(true)
        .header_read_timeout(Duration::from_secs(limits.header_timeout.into()))
        .max_buf_size(limits.header_bytes as usize)
        .max_headers(limits.headers as usize)
        .serve_connection(TokioIo::new(WriteTimeout::new(socket, patience)), service)
}

/// A reply on its way: nearly always it is at hand, and nothing is set up for waiting.
enum Replying {
    /// Until it is taken.
    Now(Option<Reply>),
    Later(Pin<Box<dyn Future<Output = Reply> + Send>>),
}

impl Replying {
    fn to(request: Request<Incoming>, peer: ClientAddress, house: &Arc<ServerContext>) -> Replying {
        let begun = Instant::now();
        match house.at_hand(&request) {
            Some(answer) => {
                house.observer.observe(peer, &request, &answer, begun);
                Replying::Now(Some(answer.reply))
            }
            None => {
                let house = house.clone();
                Replying::Later(Box::pin(async move {
                    let (head, body) = request.into_parts();
                    let request = Request::from_parts(head, ());
                    let answer = house.answer(&request, body).await;
                    house.observer.observe(peer, &request, &answer, begun);
                    answer.reply
                }))
            }
        }
    }
}

impl Future for Replying {
    type Output = Result<Reply, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Replying::Now(reply) => Poll::Ready(Ok(reply.take().expect("polled until ready"))),
            Replying::Later(reply) => reply.as_mut().poll(context).map(Ok),
        }
    }
}
