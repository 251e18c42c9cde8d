//! Counts every request in the metrics and writes it to the access log.

use std::time::{Instant, SystemTime};

use hyper::Request;

use crate::serve::access_log::LogLine;
use crate::serve::answer::Answer;
use crate::serve::client_address::ClientAddress;
use crate::serve::server_context::ServerContext;

/// Records a request of `peer` that began at `start`.
pub(super) fn record<B>(
    context: &ServerContext,
    peer: ClientAddress,
    request: &Request<B>,
    answer: &Answer,
    start: Instant,
) {
    let outcome = answer.outcome(request.method(), start);
    context.requests.count(&outcome);
    let Some(access_log) = &context.access_log else {
        return;
    };
    let client = peer.forwarded_for(request.headers(), &context.trusted_proxies);
    access_log.write(LogLine::of(request, client, outcome, SystemTime::now()));
}
