//! Pages in place of the text of 404, 410 and 503, for browsers that navigate.
//!
//! Every other client gets the text. Anybody can ask for any address, so few pages are made at once, and
//! requests beyond them get the text too.

use std::error::Error;

use bytes::Bytes;
use hyper::header::{ACCEPT_ENCODING, HeaderMap};
use hyper::{Method, Request, StatusCode};
use percent_encoding::percent_decode_str;
use tracing::error;
use url::form_urlencoded;

use crate::feed::automatic_path::split_automatic;
use crate::feed::coding::Coding;
use crate::feed::definitions::SELECT;
use crate::model::format::Format;
use crate::model::problem::chain;
use crate::model::term::Term;
use crate::model::url_encoding::strip_path_prefix;
use crate::publish::published_state::PublishedState;
use crate::render::compress::encode;
use crate::render::pages::error_page::{ErrorPage, SuggestedFeeds};
use crate::render::pages::frame::ErrorReason;
use crate::render::pages::locale::Locale;
use crate::serve::accept_encoding;
use crate::serve::answer::Answer;
use crate::serve::reply;
use crate::serve::request_context::SEC_FETCH_DEST;
use crate::serve::selection_limit::run_with;
use crate::serve::server_context::ServerContext;
use crate::text::visible;

/// Characters of an address that a page repeats.
const WANTED_MAX: usize = 80;

/// Whether [`replace`] may have another reply for this client.
pub(super) fn may_replace<B>(answer: &Answer, request: &Request<B>) -> bool {
    let has_page = match answer.reply.status() {
        StatusCode::NOT_FOUND | StatusCode::GONE => navigates(request.headers()),
        // The page before the first snapshot has a style sheet.
        StatusCode::SERVICE_UNAVAILABLE => {
            navigates(request.headers()) || request.uri().path().contains("/assets/")
        }
        _ => false,
    };
    // Every other method has its own error.
    has_page && matches!(*request.method(), Method::GET | Method::HEAD)
}

fn navigates(headers: &HeaderMap) -> bool {
    let destination = headers.get(SEC_FETCH_DEST);
    destination.is_some_and(|destination| destination == "document")
}

/// The answer with a page in place of its text, or the same answer if no page can be made now.
pub(super) async fn replace(
    context: &ServerContext,
    request: &Request<()>,
    answer: Answer,
) -> Answer {
    let published = context.published().and_then(|handle| handle.published());
    let Some(published) = published else {
        return replace_at_start(context, request, answer);
    };
    if !navigates(request.headers()) {
        return answer;
    }
    let Ok(permit) = context.error_page_permits.clone().try_acquire_owned() else {
        return answer;
    };
    let coding = accept_encoding::choose(request.headers().get_all(ACCEPT_ENCODING));
    let config = &published.snapshot.config;
    let locale = locale(request).unwrap_or_else(|| Locale::of_site(&config.site.language));
    let (status, uri) = (answer.reply.status(), request.uri().clone());
    let make = move || make(&published, status, uri.path(), uri.query(), locale, coding);
    match run_with(permit, make).await {
        Ok(Ok(page)) => {
            let page = reply::error_page(&answer.reply, coding, page);
            answer.with_page(coding, page)
        }
        Ok(Err(failure)) => {
            error!("the page of an error cannot be made: {}", chain(&*failure));
            answer
        }
        Err(_) => answer,
    }
}

/// The page before the first snapshot, or a file that it loads.
fn replace_at_start(context: &ServerContext, request: &Request<()>, answer: Answer) -> Answer {
    let Some(starting) = context.starting_page.get() else {
        return answer;
    };
    let path = percent_decode_str(request.uri().path()).decode_utf8_lossy();
    if let Some(asset) = starting.asset(&path) {
        let reply = reply::starting_asset(asset.media_type, asset.bytes.clone());
        return answer.with_page(Coding::Identity, reply);
    }
    match starting.page(locale(request)) {
        Some(page) if navigates(request.headers()) => {
            let page = reply::starting_page(&answer.reply, page);
            answer.with_page(Coding::Identity, page)
        }
        _ => answer,
    }
}

/// The language that the query asks for.
fn locale(request: &Request<()>) -> Option<Locale> {
    let query = request.uri().query()?;
    let (_, tag) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "lang")?;
    Locale::from_tag(&tag)
}

fn make(
    published: &PublishedState,
    status: StatusCode,
    path: &str,
    query: Option<&str>,
    locale: Locale,
    coding: Coding,
) -> Result<Bytes, Box<dyn Error + Send + Sync>> {
    let snapshot = &published.snapshot;
    let (found, wanted) = wanted(snapshot.site_rules.prefix(), path, query);
    let (reason, feeds) = match status {
        // What the server cannot do at the moment is no reason to do more.
        StatusCode::SERVICE_UNAVAILABLE => (
            ErrorReason::Unavailable,
            SuggestedFeeds::Nearest(Vec::new()),
        ),
        StatusCode::GONE => (ErrorReason::Ended, published.suggested_feeds(&wanted)),
        _ => (found, published.suggested_feeds(&wanted)),
    };
    let is_shown = matches!(reason, ErrorReason::NoFeed | ErrorReason::Ended);
    let page = ErrorPage {
        reason,
        wanted: Some(wanted).filter(|wanted| is_shown && !wanted.is_empty()),
        feeds,
    };
    let page = page.render(
        &snapshot.config,
        &snapshot.site_rules,
        &published.templates,
        locale,
    )?;
    Ok(encode(page, coding)?)
}

/// What an address asks for: what there is none of, and its name, cut to what a page shows.
fn wanted(prefix: &str, path: &str, query: Option<&str>) -> (ErrorReason, String) {
    let path = percent_decode_str(path).decode_utf8_lossy();
    let path = strip_path_prefix(prefix, &path).unwrap_or(&path);
    let path = path.trim_matches('/');
    let (stem, is_feed) = match path.rsplit_once('.') {
        Some((stem, extension)) => {
            let is_feed = Format::from_extension(&extension.to_ascii_lowercase()).is_some();
            (if is_feed { stem } else { path }, is_feed)
        }
        None => (path, false),
    };
    if stem.eq_ignore_ascii_case(SELECT) {
        return (
            ErrorReason::NoFeed,
            shown(&terms(query.unwrap_or_default())),
        );
    }
    if let Some(key) = stem.strip_prefix("articles/") {
        let name = key.rsplit('/').next().unwrap_or(key);
        return (ErrorReason::NoArticle, shown(name));
    }
    match split_automatic(stem) {
        Some((_, key)) => (ErrorReason::NoFeed, shown(key)),
        None if is_feed => (ErrorReason::NoFeed, shown(stem)),
        None => (ErrorReason::NoPage, shown(stem)),
    }
}

/// The names of the terms of a selection.
fn terms(query: &str) -> String {
    let parameters = form_urlencoded::parse(query.as_bytes());
    let selecting = parameters.filter(|(name, _)| ["any", "all", "none"].contains(&&**name));
    let texts = selecting.map(|(_, terms)| terms.into_owned());
    let names: Vec<String> = texts
        .flat_map(|terms| {
            let names = terms.split(',').map(|term| match Term::split(term) {
                Ok((_, name)) => name.trim().to_owned(),
                Err(_) => term.trim().to_owned(),
            });
            Vec::from_iter(names)
        })
        .collect();
    names.join(", ")
}

/// A name from an address as a page shows it.
fn shown(name: &str) -> String {
    let mut name: String = name.chars().take(WANTED_MAX + 1).collect();
    if name.chars().count() > WANTED_MAX {
        name.pop();
        name.push('…');
    }
    visible(name.trim()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_it_asks_for() {
        use ErrorReason::{NoArticle, NoFeed, NoPage};
        let long = format!("/tags/{}", "а".repeat(2000));
        let cut = format!("{}…", "а".repeat(80));
        for (path, query, reason, name) in [
            ("/tags/%D0%BC%D0%B0%D0%B6", None, NoFeed, "маж"),
            ("/tags/%D0%BC%D0%B0%D0%B6.rss", None, NoFeed, "маж"),
            ("/news/tags/c++.ATOM", None, NoFeed, "c++"),
            ("/newsletter.rss", None, NoFeed, "newsletter"),
            ("/news", None, NoPage, "news"),
            ("/authors/a/b", None, NoFeed, "a/b"),
            ("/weather.json", None, NoFeed, "weather"),
            ("/weather", None, NoPage, "weather"),
            ("/wp-login.php", None, NoPage, "wp-login.php"),
            ("/articles/2026/x-y", None, NoArticle, "x-y"),
            (
                "/select.rss",
                Some("any=%23a,section:b&none=c&lang=kk"),
                NoFeed,
                "a, b, c",
            ),
            ("/select", None, NoFeed, ""),
            ("/", None, NoPage, ""),
            ("/%FF", None, NoPage, "\u{fffd}"),
            ("/tags/a%00b%E2%80%AEc", None, NoFeed, "a\\x00b\\u{202e}c"),
            (&long, None, NoFeed, &cut),
        ] {
            let expected = (reason, name.to_owned());
            assert_eq!(wanted("/news", path, query), expected, "{path}");
        }
    }
}
