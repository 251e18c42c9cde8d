//! HTTP: from a request to a reply.
//!
//! [`answer`] is total: whatever is asked, it finds a reply without touching the articles' source.
//! What a feed's validators are is known from the snapshot alone, so a 304 costs a look-up; only a
//! 200 waits for a document, and only the first one for its making. What needs no waiting is found
//! by [`at_hand`] first. Pages are answered in `pages`.
//!
//! A request gets there from a socket of a [`listener`] that one of the threads of [`server`] waits on,
//! through the `door` that lets its `connection` in; the [`house`] has it looked at by the `guard` and
//! answered.

mod accept_encoding;
mod accept_loop;
pub mod access_log;
pub mod admin;
mod awaited;
pub mod client_address;
mod conditional;
mod connection;
mod connection_limit;
mod connection_timer;
pub mod counter;
pub mod document_cache;
pub mod documents;
pub mod histogram;
pub mod listener;
pub mod metrics;
mod pages;
pub mod prewarm;
pub mod record;
pub mod render_metrics;
pub mod reply;
mod request_checks;
pub mod request_outcome;
pub(crate) mod route;
pub mod server;
pub mod server_context;
mod write_timeout;

use std::error::Error;
use std::sync::Arc;

use hyper::header::{ACCEPT_ENCODING, HeaderMap};
use hyper::{Method, Request};
use tokio::task;
use tracing::error;

use self::conditional::Validated;
use self::reply::Head;
use crate::feed::poll_rate::PollReply;
use crate::feed::snapshot::FeedVersion;
use crate::model::format::Format;
use crate::model::problem::chain;
use crate::model::selection::Selection;
use crate::model::time::Timestamp;
use crate::publish::published_state::PublishedState;
use crate::publish::publisher::unused;
use crate::serve::documents::Documents;
use crate::serve::request_outcome::{Answer, Origin, Outcome};
use crate::serve::route::Target;

/// The answer to one request at the instant `now`, if nothing has to be made for it: that of nearly
/// every request, a feed's 304 or a document that is there.
pub fn at_hand<B>(
    documents: Option<&Arc<Documents>>,
    request: &Request<B>,
    now: Timestamp,
) -> Option<Answer> {
    let documents = documents?;
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    let published = documents.published().published_now();
    let asked = Asked {
        documents,
        published: published.as_ref().filter(|_| is_read)?,
        headers: request.headers(),
        query: request.uri().query(),
        now,
    };
    let (version, format) =
        route::feed_as_spelled(&asked.published.snapshot, request.uri().path(), asked.query)?;
    match asked.wants_page() {
        true => None,
        false => asked.document_at_hand(version, format),
    }
}

/// Answers one request at the instant `now`; without a publisher nothing is published yet.
pub async fn answer<B>(
    documents: Option<&Arc<Documents>>,
    request: &Request<B>,
    now: Timestamp,
) -> Answer {
    match *request.method() {
        Method::GET | Method::HEAD => {}
        Method::OPTIONS => return reply::options().into(),
        Method::POST
        | Method::PUT
        | Method::DELETE
        | Method::PATCH
        | Method::TRACE
        | Method::CONNECT => {
            return reply::method_not_allowed().into();
        }
        _ => return reply::not_implemented().into(),
    }
    let Some((documents, published)) =
        documents.and_then(|documents| Some((documents, documents.published().published()?)))
    else {
        return reply::unavailable("the first edition is being made").into();
    };
    let asked = Asked {
        documents,
        published: &published,
        headers: request.headers(),
        query: request.uri().query(),
        now,
    };
    match route::resolve(&published.snapshot, request.uri().path(), asked.query) {
        Target::Feed(version, format) => asked.feed(&version, format).await,
        Target::Select(selection, format) => asked.selection(selection, format).await,
        Target::Page(wanted) => asked.page(wanted).await,
        Target::Asset(name) => asked.asset(&name).await,
        Target::Favicon => asked.asset(published.templates.favicon()).await,
        Target::Redirect(location) => reply::moved(&location).into(),
        Target::Gone => reply::gone().into(),
        Target::NotFound(reason) => reply::not_found(&reason).into(),
    }
}

/// Says why something cannot be made.
fn tell(what: &str, failure: &dyn Error) {
    error!("{what} cannot be made: {}", chain(failure));
}

/// A request that names something of the published state.
struct Asked<'a> {
    documents: &'a Arc<Documents>,
    published: &'a Arc<PublishedState>,
    headers: &'a HeaderMap,
    query: Option<&'a str>,
    now: Timestamp,
}

impl Asked<'_> {
    /// A feed in one format; to a browser that opens it, its page.
    async fn feed(&self, version: &Arc<FeedVersion>, format: Format) -> Answer {
        if self.wants_page() {
            self.page_in_place(version).await
        } else {
            self.document(version, format).await
        }
    }

    async fn selection(&self, selection: Selection, format: Format) -> Answer {
        if let Some(version) = self.documents.published().kept_selection(&selection) {
            return self.feed(&version, format).await;
        }
        let searching = self.documents.published().clone();
        match task::spawn_blocking(move || searching.select(&selection)).await {
            Ok(Ok(version)) => self.feed(&version, format).await,
            Ok(Err(term)) => reply::not_found(&unused(&term)).into(),
            Err(_) => reply::unavailable("the selection could not be made").into(),
        }
    }

    /// 304, or 200 with a document that was made before.
    fn document_at_hand(&self, version: &FeedVersion, format: Format) -> Option<Answer> {
        let coding = accept_encoding::choose(self.headers.get_all(ACCEPT_ENCODING));
        let label = version.headers(format);
        let head = || Head::feed(version, label, format, coding, self.now);
        let conditions =
            conditional::evaluate(self.headers, &label.opaque_tag, Some(label.last_modified));
        let (told, reply) = match conditions {
            Validated::Unchanged => (PollReply::NotModified, reply::not_modified(head())),
            Validated::Changed => {
                let document = self.documents.cached_feed(version, format, coding)?;
                (PollReply::Document, reply::document(head(), document))
            }
        };
        version.polls.count(told, self.now);
        Some(Outcome::feed(version.kind, coding, Origin::Kept).on(reply))
    }

    /// 200 or 304 for one feed in one format.
    async fn document(&self, version: &Arc<FeedVersion>, format: Format) -> Answer {
        if let Some(answer) = self.document_at_hand(version, format) {
            return answer;
        }
        version.polls.count(PollReply::Document, self.now);
        let coding = accept_encoding::choose(self.headers.get_all(ACCEPT_ENCODING));
        let head = |label| Head::feed(version, label, format, coding, self.now);
        let reply = match self.documents.feed(version, format, coding).await {
            Ok(document) => reply::document(head(version.headers(format)), document),
            Err(failure) => {
                let feed = format!("feed `{}` as {}", version.path, format.title());
                tell(&feed, &failure);
                // The last good document, under its own tag, is better than an error.
                match self.documents.previous_feed(version, format, coding) {
                    Some((document, previous)) => {
                        let label = version.headers_under(previous, format);
                        reply::document(head(&label), document)
                    }
                    None => reply::unavailable("this feed cannot be made at the moment"),
                }
            }
        };
        Outcome::feed(version.kind, coding, Origin::Made).on(reply)
    }
}
