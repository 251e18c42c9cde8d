//! Pages in place of the text of 404, 410 and 503, for browsers that navigate.
//!
//! Every other client gets the text, and with `browser-pages = false` every client does. Anybody can ask for any
//! address, so few pages are made at once, and requests beyond them get the text too.

use std::error::Error;

use bytes::Bytes;
use hyper::header::ACCEPT_ENCODING;
use hyper::{Method, Request, StatusCode};
use percent_encoding::percent_decode_str;
use tracing::error;
use url::form_urlencoded;

use crate::feed::automatic_path::split_automatic;
use crate::feed::coding::Coding;
use crate::feed::definitions::SELECT;
use crate::model::format::Format;
use crate::model::problem::chain;
use crate::model::selection::{Selection, SelectionError};
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
use crate::serve::request_context::{chosen_locale, is_navigation};
use crate::serve::selection_limit::run_with;
use crate::serve::server_context::ServerContext;
use crate::text::visible;

/// Characters of an address that a page repeats.
const WANTED_MAX: usize = 80;

/// Whether [`replace`] may have another reply for this client.
pub(super) fn may_replace<B>(answer: &Answer, request: &Request<B>) -> bool {
    let has_page = match answer.reply.status() {
        StatusCode::NOT_FOUND | StatusCode::GONE => is_navigation(request.headers()),
        // The page before the first snapshot has a style sheet.
        StatusCode::SERVICE_UNAVAILABLE => {
            is_navigation(request.headers()) || request.uri().path().contains("/assets/")
        }
        _ => false,
    };
    // Every other method has its own error.
    has_page && matches!(*request.method(), Method::GET | Method::HEAD)
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
    let config = &published.snapshot.config;
    if !config.server.browser_pages || !is_navigation(request.headers()) {
        return answer;
    }
    let Ok(permit) = context.error_page_permits.clone().try_acquire_owned() else {
        return answer;
    };
    let coding = accept_encoding::choose(request.headers().get_all(ACCEPT_ENCODING));
    let locale = chosen_locale(request.uri().query());
    let locale = locale.unwrap_or_else(|| Locale::of_site(&config.site.language));
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
    match starting.page(chosen_locale(request.uri().query())) {
        Some(page) if is_navigation(request.headers()) => {
            let page = reply::starting_page(&answer.reply, page);
            answer.with_page(Coding::Identity, page)
        }
        _ => answer,
    }
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
    let is_known = |term: &Term| published.knows_terms(&Selection::of(term.clone()));
    let (found, wanted) = wanted(snapshot.site_rules.prefix(), path, query, &is_known);
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
fn wanted(
    prefix: &str,
    path: &str,
    query: Option<&str>,
    is_known: &dyn Fn(&Term) -> bool,
) -> (ErrorReason, String) {
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
        let query = query.unwrap_or_default();
        let reason = match Selection::from_query(query) {
            Err(SelectionError::NoTerm | SelectionError::Empty(_)) => ErrorReason::NoTerm,
            Err(SelectionError::TooMany(_)) => return (ErrorReason::TooManyTerms, String::new()),
            Ok(_) | Err(SelectionError::Term(_) | SelectionError::NotUtf8) => ErrorReason::NoFeed,
        };
        return (reason, shown(&unknown_terms(query, is_known)));
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

/// The names of the terms of a selection that nobody knows.
fn unknown_terms(query: &str, is_known: &dyn Fn(&Term) -> bool) -> String {
    let parameters = form_urlencoded::parse(query.as_bytes());
    let selecting = parameters.filter(|(name, _)| ["any", "all", "none"].contains(&&**name));
    let texts = selecting.map(|(_, terms)| terms.into_owned());
    let names: Vec<String> = texts
        .flat_map(|terms| {
            let terms = terms.split(',').filter(|term| !term.trim().is_empty());
            let unknown = terms.filter(|term| !Term::parse(term).is_ok_and(|term| is_known(&term)));
            let names = unknown.map(|term| match Term::split(term) {
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
    use std::fs;
    use std::sync::Arc;

    use super::*;
    use crate::model::time::Timestamp;
    use crate::publish::publisher::Publisher;
    use crate::render::pages::templates::Templates;
    use crate::serve::descriptors::Descriptors;
    use crate::serve::documents::Documents;
    use crate::store::Store;
    use crate::testkit;

    #[tokio::test]
    async fn requests_beyond_the_pages_made_at_once_get_the_text() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("articles")).expect("a folder");
        let feeds = "[source.directory]\n[auto.tags]\n";
        let config = Arc::new(testkit::newsroom(feeds, folder.path()));
        let descriptors = Descriptors {
            connections: 8,
            threads: 1,
        };
        let context = ServerContext::new(&config.server, descriptors, None);
        let (later, store) = (Timestamp(1_800_000_000), Store::scratch());
        let store = store.expect("a store");
        let publisher = Publisher::new(config, Templates::built_in(), store, later);
        let publisher = publisher.expect("a publisher");
        publisher.publish(later);
        let documents = Documents::new(publisher.handle().clone(), 1 << 20);
        assert!(context.documents.set(Arc::new(documents)).is_ok());

        let request = Request::get("/weather").header("sec-fetch-dest", "document");
        let request = request.body(()).expect("a request");
        let media_type = async || {
            let text = Answer::from(reply::not_found("no feed"));
            assert!(may_replace(&text, &request));
            let answer = replace(&context, &request, text).await;
            assert_eq!(answer.reply.status(), StatusCode::NOT_FOUND);
            let media_type = answer.reply.headers()["content-type"].to_str();
            media_type.expect("ASCII").to_owned()
        };
        let permits = context.error_page_permits.clone();
        let pages = u32::try_from(permits.available_permits()).expect("few");
        let others = permits.acquire_many_owned(pages).await;
        for _ in 0..3 {
            assert_eq!(media_type().await, "text/plain; charset=utf-8");
        }
        drop(others);
        assert_eq!(media_type().await, "text/html; charset=utf-8");
    }

    #[test]
    fn an_address_says_what_it_asks_for() {
        use ErrorReason::{NoArticle, NoFeed, NoPage, NoTerm, TooManyTerms};
        let many = format!("any={}", ["a"; 21].join(","));
        let is_known = |term: &Term| term.key() == "known";
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
            ("/select", Some("any=known,x"), NoFeed, "x"),
            ("/select", Some("any=&all=lang:kk"), NoTerm, "kk"),
            ("/select", Some(&many), TooManyTerms, ""),
            ("/select", None, NoTerm, ""),
            ("/", None, NoPage, ""),
            ("/%FF", None, NoPage, "\u{fffd}"),
            ("/tags/a%00b%E2%80%AEc", None, NoFeed, "a\\x00b\\u{202e}c"),
            (&long, None, NoFeed, &cut),
        ] {
            let expected = (reason, name.to_owned());
            assert_eq!(wanted("/news", path, query, &is_known), expected, "{path}");
        }
    }
}
