//! HTTP: from a request to a reply.
//!
//! [`answer`] is total: whatever is asked, it finds a reply without touching the articles' source.
//! What a feed's validators are is known from the edition alone, so a 304 costs a look-up; only a
//! 200 waits for a document, and only the first one for its making.

mod accept;
pub mod access_log;
pub mod client;
mod conditional;
pub mod observer;
pub mod outcome;
pub mod reply;
pub mod server;
pub(crate) mod target;

use std::sync::Arc;

use hyper::header::{ACCEPT_ENCODING, HeaderMap};
use hyper::{Method, Request, StatusCode};
use tokio::task;
use tracing::error;

use self::conditional::Validated;
use self::outcome::{Origin, Outcome};
use self::reply::{Head, Reply};
use self::target::Target;
use crate::desk::Desk;
use crate::edition::polls::Told;
use crate::edition::{Edition, Tag, Version};
use crate::format::Format;
use crate::metrics::RequestKind;
use crate::problem::chain;
use crate::rendition::Coding;
use crate::selection::Selection;
use crate::store::Validators;
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
    let headers = request.headers();
    match target::resolve(&edition, request.uri().path(), request.uri().query()) {
        Target::Feed(version, format) => feed(desk, &version, format, headers, now).await,
        Target::Select(selection, format) => select(desk, selection, format, headers, now).await,
        Target::Article(key) => article(desk, &edition, key).await,
        Target::Redirect(location) => reply::moved(&location),
        Target::Gone => reply::gone(),
        Target::NotFound(reason) => reply::not_found(&reason),
    }
}

async fn select(
    desk: &Arc<Desk>,
    selection: Selection,
    format: Format,
    headers: &HeaderMap,
    now: Timestamp,
) -> Reply {
    let searching = desk.clone();
    match task::spawn_blocking(move || searching.select(&selection)).await {
        Ok(Ok(version)) => feed(desk, &version, format, headers, now).await,
        Ok(Err(term)) => {
            let kind = term.kind.prefix();
            reply::not_found(&format!("no article has the {kind} \"{}\"", term.key()))
        }
        Err(_) => reply::unavailable("the selection could not be made"),
    }
}

/// 200 or 304 for one feed in one format.
async fn feed(
    desk: &Desk,
    version: &Arc<Version>,
    format: Format,
    headers: &HeaderMap,
    now: Timestamp,
) -> Reply {
    let coding = accept::choose(headers.get_all(ACCEPT_ENCODING));
    let head = head(version, version.validators(), format, coding, now);
    let outcome = |origin| Outcome {
        kind: version.kind.into(),
        coding,
        origin,
    };
    match conditional::evaluate(headers, head.tag, head.last_modified) {
        Validated::Unchanged => {
            version.polls.count(Told::Unchanged, now);
            return outcome(Origin::Kept).on(reply::not_modified(&head));
        }
        Validated::Changed => version.polls.count(Told::Document, now),
    }
    if let Some(document) = desk.kept_document(version, format, coding) {
        return outcome(Origin::Kept).on(reply::document(&head, document));
    }
    let reply = match desk.document(version, format, coding).await {
        Ok(document) => reply::document(&head, document),
        Err(failure) => {
            error!(
                "feed `{}` cannot be made as {}: {}",
                version.path,
                format.title(),
                chain(&failure)
            );
            // The last good document, under its own tag, is better than an error.
            match desk.previous_document(version, format, coding) {
                Some((document, previous)) => reply::document(
                    &self::head(version, previous, format, coding, now),
                    document,
                ),
                None => reply::unavailable("this feed cannot be made at the moment"),
            }
        }
    };
    outcome(Origin::Made).on(reply)
}

fn head<'a>(
    version: &'a Version,
    validators: Validators,
    format: Format,
    coding: Coding,
    now: Timestamp,
) -> Head<'a> {
    Head {
        channel: &version.channel,
        format,
        coding,
        tag: Tag::new(validators.digest, format),
        last_modified: validators.last_modified,
        cache_control: reply::cache_control(&version.settings, version.next, now),
    }
}

async fn article(desk: &Arc<Desk>, edition: &Edition, key: String) -> Reply {
    let (reading, wanted) = (desk.clone(), key.clone());
    match task::spawn_blocking(move || reading.article(&wanted)).await {
        Ok(Ok(Some(article))) => match edition.publication.page(&article) {
            Some(page) => Outcome::page(RequestKind::Article).on(reply::found(&page)),
            None => {
                let html = crate::page::article(&edition.config.site, &article);
                Outcome::page(RequestKind::Article).on(reply::page(StatusCode::OK, html))
            }
        },
        Ok(Ok(None)) => reply::not_found(&format!("no article \"{key}\"")),
        Ok(Err(failure)) => {
            error!("article `{key}` cannot be read: {}", chain(&failure));
            reply::unavailable("this article cannot be read at the moment")
        }
        Err(_) => reply::unavailable("this article cannot be read at the moment"),
    }
}
