//! HTTP: from a request to a reply.
//!
//! [`answer`] is total: whatever is asked, it finds a reply without touching the articles' source.
//! What a feed's validators are is known from the edition alone, so a 304 costs a look-up; only a
//! 200 waits for a document, and only the first one for its making. Pages are answered in
//! `pages`.

mod accept;
pub mod access_log;
pub mod client;
mod conditional;
mod crowd;
mod guard;
pub mod observer;
pub mod outcome;
mod pages;
mod patience;
pub mod reply;
pub mod server;
pub(crate) mod target;

use std::sync::Arc;

use hyper::header::{ACCEPT_ENCODING, HeaderMap};
use hyper::{Method, Request};
use tokio::task;
use tracing::error;

use self::conditional::Validated;
use self::outcome::{Origin, Outcome};
use self::reply::{Head, Reply};
use self::target::Target;
use crate::desk::{Desk, unused};
use crate::edition::polls::Told;
use crate::edition::{Edition, Version};
use crate::format::Format;
use crate::problem::chain;
use crate::selection::Selection;
use crate::time::Timestamp;

/// Answers one request at the instant `now`; without a desk nothing is published yet.
pub async fn answer<B>(desk: Option<&Arc<Desk>>, request: &Request<B>, now: Timestamp) -> Reply {
    match *request.method() {
        Method::GET | Method::HEAD => {}
        Method::OPTIONS => return reply::options(),
        Method::POST
        | Method::PUT
        | Method::DELETE
        | Method::PATCH
        | Method::TRACE
        | Method::CONNECT => {
            return reply::method_not_allowed();
        }
        _ => return reply::not_implemented(),
    }
    let Some((desk, edition)) = desk.and_then(|desk| Some((desk, desk.edition()?))) else {
        return reply::unavailable("the first edition is being made");
    };
    let asked = Asked {
        desk,
        edition: &edition,
        headers: request.headers(),
        query: request.uri().query(),
        now,
    };
    match target::resolve(&edition, request.uri().path(), asked.query) {
        Target::Feed(version, format) => asked.feed(&version, format).await,
        Target::Select(selection, format) => asked.selection(selection, format).await,
        Target::Page(wanted) => asked.page(wanted).await,
        Target::Asset(name) => asked.asset(&name).await,
        Target::Redirect(location) => reply::moved(&location),
        Target::Gone => reply::gone(),
        Target::NotFound(reason) => reply::not_found(&reason),
    }
}

/// A request that names something of an edition.
struct Asked<'a> {
    desk: &'a Arc<Desk>,
    edition: &'a Arc<Edition>,
    headers: &'a HeaderMap,
    query: Option<&'a str>,
    now: Timestamp,
}

impl Asked<'_> {
    /// A feed in one format; to a browser that opens it, its page.
    async fn feed(&self, version: &Arc<Version>, format: Format) -> Reply {
        if self.wants_page() {
            self.page_in_place(version).await
        } else {
            self.document(version, format).await
        }
    }

    async fn selection(&self, selection: Selection, format: Format) -> Reply {
        let searching = self.desk.clone();
        match task::spawn_blocking(move || searching.select(&selection)).await {
            Ok(Ok(version)) => self.feed(&version, format).await,
            Ok(Err(term)) => reply::not_found(&unused(&term)),
            Err(_) => reply::unavailable("the selection could not be made"),
        }
    }

    /// 200 or 304 for one feed in one format.
    async fn document(&self, version: &Arc<Version>, format: Format) -> Reply {
        let coding = accept::choose(self.headers.get_all(ACCEPT_ENCODING));
        let head = Head::feed(version, version.validators(), format, coding, self.now);
        let outcome = |origin| Outcome {
            kind: version.kind.into(),
            coding,
            origin,
        };
        match conditional::evaluate(self.headers, head.tag, head.last_modified) {
            Validated::Unchanged => {
                version.polls.count(Told::Unchanged, self.now);
                return outcome(Origin::Kept).on(reply::not_modified(&head));
            }
            Validated::Changed => version.polls.count(Told::Document, self.now),
        }
        if let Some(document) = self.desk.kept_document(version, format, coding) {
            return outcome(Origin::Kept).on(reply::document(&head, document));
        }
        let reply = match self.desk.document(version, format, coding).await {
            Ok(document) => reply::document(&head, document),
            Err(failure) => {
                error!(
                    "feed `{}` cannot be made as {}: {}",
                    version.path,
                    format.title(),
                    chain(&failure)
                );
                // The last good document, under its own tag, is better than an error.
                match self.desk.previous_document(version, format, coding) {
                    Some((document, previous)) => {
                        let head = Head::feed(version, previous, format, coding, self.now);
                        reply::document(&head, document)
                    }
                    None => reply::unavailable("this feed cannot be made at the moment"),
                }
            }
        };
        outcome(Origin::Made).on(reply)
    }
}
