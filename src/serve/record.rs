//! What is noted of every request once its reply is made: counters and the access log.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use hyper::body::Body;
use hyper::{Method, Request, StatusCode};
use ipnet::IpNet;

use super::access_log::{AccessLog, Line};
use crate::serve::client_address::ClientAddress;
use crate::serve::metrics::{Answered, Exchange, Metrics};
use crate::serve::request_outcome::{Answer, Origin};

/// Whoever looks on while requests are answered.
#[derive(Clone, Debug)]
pub struct Recorder {
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Where requests are written down, if they are.
    pub access_log: Option<AccessLog>,
    /// Proxies whose word about the client is believed.
    pub trusted_proxies: Vec<IpNet>,
}

impl Recorder {
    /// Notes a request of `peer` that began at `begun`, and its answer.
    pub fn observe<B>(
        &self,
        peer: ClientAddress,
        request: &Request<B>,
        answer: &Answer,
        begun: Instant,
    ) {
        let exchange = exchange(request.method(), answer, begun);
        self.metrics.count(&exchange);
        let Some(access_log) = &self.access_log else {
            return;
        };
        let client = peer.behind(request.headers(), &self.trusted_proxies);
        access_log.write(Line::of(request, client, exchange, SystemTime::now()));
    }
}

fn exchange(method: &Method, answer: &Answer, begun: Instant) -> Exchange {
    let Answer { reply, outcome } = answer;
    let status = reply.status();
    let has_body = *method != Method::HEAD && status != StatusCode::NOT_MODIFIED;
    Exchange {
        kind: outcome.kind,
        status,
        coding: outcome.coding,
        answered: answered(status, outcome.origin),
        bytes: match has_body {
            true => reply.body().size_hint().lower(),
            false => 0,
        },
        took: begun.elapsed(),
    }
}

fn answered(status: StatusCode, origin: Origin) -> Answered {
    match origin {
        _ if status == StatusCode::NOT_MODIFIED => Answered::NotModified,
        _ if status.is_redirection() => Answered::Redirect,
        _ if status.is_client_error() || status.is_server_error() => Answered::Error,
        Origin::Kept => Answered::Hit,
        Origin::Made => Answered::Made,
    }
}
