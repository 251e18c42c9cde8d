//! A site and its REST interface: polite calls that answer with JSON.
//!
//! One call runs at a time, and requests keep a distance ([`RateLimit`]). A call that fails for a moment is
//! repeated. A pause that the site asks for is kept by all calls.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::HeaderValue;
use http::{Method, StatusCode};
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::sleep;
use url::Url;

use super::error::WordPressError;
use super::interface::Root;
use super::limited_json::{self, ITEMS_A_CALL, JsonFault, VALUES_MAX};
use super::plain_text::plain;
use crate::http_client::{ANSWER_BYTES_MAX, Answer, Call, HttpClient, shown};
use crate::model::time::{Timestamp, Zone};
use crate::text;

/// When calls are made.
#[derive(Clone, Copy, Debug)]
pub(super) struct RateLimit {
    /// Between the beginnings of two requests, redirects included.
    pub(super) spacing: Duration,
    /// The pauses before a call that failed is repeated.
    pub(super) repeat_after: [Duration; 2],
    /// How long after the first answer that lacks something another one is believed.
    pub(super) confirm_after: Duration,
}

impl Default for RateLimit {
    /// At most 20 requests a second.
    fn default() -> RateLimit {
        RateLimit {
            spacing: Duration::from_millis(50),
            repeat_after: [Duration::from_secs(1), Duration::from_secs(3)],
            confirm_after: Duration::from_secs(10),
        }
    }
}

/// The longest pause that a call waits for. After a longer one it fails, and the next call is made then.
const PAUSE_MAX: Duration = Duration::from_secs(20);

/// The longest pause that a site can ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(60 * 60);

/// Bytes of an answer without the texts of posts. A hundred posts of a listing take 30 KiB.
const SMALL_BYTES_MAX: usize = 4 << 20;

/// The fields of the interface's index that are asked for.
const INDEX_FIELDS: &str = "home,namespaces,timezone_string";

/// The same where the site is described.
const DESCRIPTION_FIELDS: &str = "name,description,timezone_string,gmt_offset";

/// Characters of a message of WordPress that are repeated.
const MESSAGE_CHARS: usize = 120;

/// A site. Its calls are made one after another.
pub(super) struct Site {
    client: HttpClient,
    /// The address of the site, with a slash at its end.
    pub(super) url: Url,
    authorization: Option<HeaderValue>,
    post_types: Vec<String>,
    /// The pauses before a call that failed is repeated.
    repeat_after: [Duration; 2],
    /// How long after the first answer that lacks something another one is believed.
    confirm_after: Duration,
    calls: Mutex<Calls>,
    /// When the site may be called again; it is read while a call waits.
    pause: std::sync::Mutex<Option<Instant>>,
    /// Whether the site may have moved its interface.
    is_interface_doubted: AtomicBool,
}

/// What the calls know of each other.
struct Calls {
    interface: Option<Interface>,
}

/// The interface of a site.
#[derive(Clone, Debug)]
pub(super) struct Interface {
    root: Root,
    /// The site's address as it names it, without a slash at its end.
    pub(super) home: String,
    /// The routes of the types of posts that are articles.
    pub(super) posts: Vec<String>,
    /// The zone whose clock dates posts; `None` if its name is not known here.
    zone: Option<Zone>,
}

/// How often a call is made that fails for a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempts {
    /// Once, where the next step is the same whether the site fails for a moment or for good.
    One,
    /// Again after each pause of [`RateLimit::repeat_after`].
    Repeated,
}

/// A list that the site answered with.
#[derive(Debug)]
pub(super) struct List {
    pub(super) items: Vec<Value>,
    /// How many there are on all pages.
    pub(super) total: Option<u64>,
    /// How many pages there are.
    pub(super) pages: Option<u64>,
    /// The clock of the site.
    pub(super) now: Option<Timestamp>,
}

impl Interface {
    /// Whether the clock of the site may have been set back between two instants, as when summer time ends.
    pub(super) fn clock_went_back(&self, from: Timestamp, to: Timestamp) -> bool {
        self.zone.as_ref().is_none_or(|zone| {
            let offset = |at| zone.date_time(at).offset().local_minus_utc();
            offset(from) > offset(to)
        })
    }
}

impl Site {
    pub(super) fn new(
        client: HttpClient,
        url: Url,
        authorization: Option<HeaderValue>,
        post_types: Vec<String>,
        rate_limit: RateLimit,
    ) -> Site {
        Site {
            client,
            url,
            authorization,
            post_types,
            repeat_after: rate_limit.repeat_after,
            confirm_after: rate_limit.confirm_after,
            calls: Mutex::new(Calls { interface: None }),
            pause: std::sync::Mutex::new(None),
            is_interface_doubted: AtomicBool::new(false),
        }
    }

    /// The address in messages.
    pub(super) fn shown(&self) -> String {
        shown(&self.url)
    }

    /// How long after the first answer that lacks something another one is believed.
    pub(super) fn confirm_after(&self) -> Duration {
        self.confirm_after
    }

    /// The rest of a pause that the site asked for.
    pub(super) fn pause(&self) -> Duration {
        let until = *lock(&self.pause);
        until.map_or(Duration::ZERO, |until| {
            until.saturating_duration_since(Instant::now())
        })
    }

    /// The interface of the site, which the first call finds.
    pub(super) async fn interface(&self) -> Result<Interface, WordPressError> {
        let mut calls = self.calls.lock().await;
        self.find_interface(&mut calls).await
    }

    /// What the index of the interface says of the site.
    pub(super) async fn index(&self) -> Result<Value, WordPressError> {
        let mut calls = self.calls.lock().await;
        let root = self.find_interface(&mut calls).await?.root;
        let url = root.route("", &[("_fields", DESCRIPTION_FIELDS.to_owned())]);
        let (_, index) = self
            .json(&mut calls, small(url), Attempts::Repeated)
            .await?;
        Ok(index)
    }

    /// Finds the interface anew before the next call: the site may have moved it.
    pub(super) fn doubt_interface(&self) {
        self.is_interface_doubted.store(true, Ordering::Relaxed);
    }

    /// Whether another configuration reads the same posts.
    pub(super) fn is_same_as(&self, other: &Site) -> bool {
        self.url == other.url && self.post_types == other.post_types
    }

    /// Keeps the pause that another configuration was asked for, if it was by the same site.
    pub(super) fn keep_pause_of(&self, before: &Site) {
        if self.url == before.url {
            *lock(&self.pause) = *lock(&before.pause);
        }
    }

    /// A list at a route, with a query.
    pub(super) async fn list(
        &self,
        route: &str,
        query: &[(&str, String)],
    ) -> Result<List, WordPressError> {
        self.list_by(Attempts::Repeated, route, query).await
    }

    /// A list at a route, with a query; so many attempts are made.
    pub(super) async fn list_by(
        &self,
        attempts: Attempts,
        route: &str,
        query: &[(&str, String)],
    ) -> Result<List, WordPressError> {
        let mut calls = self.calls.lock().await;
        let root = self.find_interface(&mut calls).await?.root;
        let url = root.route(route, query);
        let call = Call {
            answer_bytes_max: bytes_max(query),
            ..Call::get(url.clone())
        };
        let (answer, value) = self.json(&mut calls, call, attempts).await?;
        let header = |name| answer.header(name)?.trim().parse().ok();
        match value {
            Value::Array(items) => Ok(List {
                total: header("x-wp-total"),
                pages: header("x-wp-totalpages"),
                now: site_time(&answer),
                items,
            }),
            _ => Err(WordPressError::OtherJson {
                url: shown(&url),
                expected: "a list",
            }),
        }
    }

    async fn find_interface(
        &self,
        calls: &mut MutexGuard<'_, Calls>,
    ) -> Result<Interface, WordPressError> {
        let former = calls.interface.clone();
        let is_doubted = self.is_interface_doubted.swap(false, Ordering::Relaxed);
        if let Some(interface) = former.clone().filter(|_| !is_doubted) {
            return Ok(interface);
        }
        let interface = match (self.discover(calls).await, former) {
            (Ok(interface), _) => interface,
            // The call to the former place says what is wrong.
            (Err(error), Some(former)) if !error.is_of_configuration() => former,
            (Err(error), _) => return Err(error),
        };
        calls.interface = Some(interface.clone());
        Ok(interface)
    }

    async fn discover(
        &self,
        calls: &mut MutexGuard<'_, Calls>,
    ) -> Result<Interface, WordPressError> {
        let mut head = Call::get(self.url.clone());
        head.method = Method::HEAD;
        let page = self.repeat(calls, head, Attempts::Repeated, Ok).await?;
        let is_down = page.status.is_server_error() && calls.interface.is_some();
        if is_down || page.status == StatusCode::TOO_MANY_REQUESTS {
            return Err(WordPressError::Status {
                url: shown(&page.url),
                status: page.status,
                message: None,
            });
        }
        let named = Root::named(&page.url, &page.headers);
        let mut reason = match page.status.is_success() {
            true => "no page names it".to_owned(),
            false => format!("it answered {}", page.status),
        };
        let roots = [named].into_iter().chain(Root::usual(&self.url)).flatten();
        for root in roots {
            let index = root.route("", &[("_fields", INDEX_FIELDS.to_owned())]);
            let index = match self.json(calls, small(index), Attempts::Repeated).await {
                Ok((_, index)) => index,
                Err(error @ WordPressError::Pause { .. }) => return Err(error),
                Err(error) => {
                    reason = error.to_string();
                    continue;
                }
            };
            let namespaces = index["namespaces"].as_array();
            if !namespaces.is_some_and(|names| names.iter().any(|name| name == "wp/v2")) {
                reason = "it lacks the interface `wp/v2`".to_owned();
                continue;
            }
            // A site with an offset in place of a zone has no summer time.
            let zone = index["timezone_string"].as_str().unwrap_or_default();
            let home = index["home"].as_str().unwrap_or(self.url.as_str());
            return Ok(Interface {
                posts: self.routes(calls, &root).await?,
                zone: match zone {
                    "" => Some(Zone::UTC),
                    name => Zone::find(name),
                },
                home: home.trim_end_matches('/').to_owned(),
                root,
            });
        }
        Err(WordPressError::NoInterface {
            url: self.shown(),
            reason,
        })
    }

    /// The routes of the types of posts.
    async fn routes(
        &self,
        calls: &mut MutexGuard<'_, Calls>,
        root: &Root,
    ) -> Result<Vec<String>, WordPressError> {
        let mut routes = Vec::new();
        for name in &self.post_types {
            let url = root.route(&format!("wp/v2/types/{name}"), &[]);
            let (_, of_type) = self
                .json(calls, small(url.clone()), Attempts::Repeated)
                .await
                .map_err(|error| match error {
                    WordPressError::Status {
                        status, message, ..
                    } if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                        WordPressError::NoSuchType {
                            url: self.shown(),
                            name: name.clone(),
                            message,
                        }
                    }
                    error => error,
                })?;
            let base = of_type["rest_base"].as_str();
            let Some(base) = base.filter(|base| !base.is_empty()) else {
                return Err(WordPressError::OtherJson {
                    url: shown(&url),
                    expected: "a type of posts",
                });
            };
            let namespace = of_type["rest_namespace"].as_str().unwrap_or("wp/v2");
            routes.push(format!("{namespace}/{base}"));
        }
        Ok(routes)
    }

    async fn json(
        &self,
        calls: &mut MutexGuard<'_, Calls>,
        call: Call,
        attempts: Attempts,
    ) -> Result<(Answer, Value), WordPressError> {
        self.repeat(calls, call, attempts, |answer| {
            let value = parse(&answer)?;
            Ok((answer, value))
        })
        .await
    }

    /// Makes a call, and repeats it while it fails for a moment, if it may be. Who holds `calls` makes the only one.
    async fn repeat<T>(
        &self,
        _calls: &mut MutexGuard<'_, Calls>,
        mut call: Call,
        attempts: Attempts,
        read: impl Fn(Answer) -> Result<T, WordPressError>,
    ) -> Result<T, WordPressError> {
        call.authorization = self.authorization.clone();
        let mut repeats = match attempts {
            Attempts::Repeated => self.repeat_after.iter(),
            Attempts::One => [].iter(),
        };
        loop {
            self.keep_pause(&call.url).await?;
            let answer = self.client.call(call.clone()).await;
            if let Ok(answer) = &answer {
                self.note_pause(answer);
            }
            let error = match answer.map_err(WordPressError::from).and_then(&read) {
                Ok(read) => return Ok(read),
                Err(error) => error,
            };
            match repeats.next() {
                Some(pause) if error.is_transient() => sleep(*pause).await,
                _ => return Err(error),
            }
        }
    }

    /// Waits for the end of a pause that the site asked for.
    async fn keep_pause(&self, url: &Url) -> Result<(), WordPressError> {
        let wait = self.pause();
        if wait > PAUSE_MAX {
            let url = shown(url);
            return Err(WordPressError::Pause { url, wait });
        }
        sleep(wait).await;
        Ok(())
    }

    fn note_pause(&self, answer: &Answer) {
        let is_refusal =
            answer.status.is_server_error() || answer.status == StatusCode::TOO_MANY_REQUESTS;
        let pause = answer.retry_after().filter(|_| is_refusal);
        let until = pause.map(|pause| Instant::now() + pause.min(RETRY_AFTER_MAX));
        *lock(&self.pause) = until;
    }
}

/// A panic leaves no pause half set.
fn lock(pause: &std::sync::Mutex<Option<Instant>>) -> std::sync::MutexGuard<'_, Option<Instant>> {
    pause
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The JSON of an answer with the status 200.
fn parse(answer: &Answer) -> Result<Value, WordPressError> {
    let url = shown(&answer.url);
    // A byte order mark in a file of a plugin stands before everything that PHP writes.
    let body = answer
        .body
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(&answer.body);
    let value = limited_json::parse(body);
    if answer.status != StatusCode::OK {
        let value: Value = value.unwrap_or_default();
        let message = value["message"].as_str().map(shortened);
        return Err(WordPressError::Status {
            url,
            status: answer.status,
            message: message.filter(|message| !message.is_empty()),
        });
    }
    value.map_err(|fault| match fault {
        JsonFault::NotJson => WordPressError::NotJson {
            url,
            what: what_is(&answer.body),
        },
        JsonFault::TooManyItems => WordPressError::TooMuchJson {
            url,
            limit: ITEMS_A_CALL,
            of: "items",
        },
        JsonFault::TooManyValues => WordPressError::TooMuchJson {
            url,
            limit: VALUES_MAX,
            of: "values",
        },
    })
}

/// A call whose answer is small.
fn small(url: Url) -> Call {
    Call {
        answer_bytes_max: SMALL_BYTES_MAX,
        ..Call::get(url)
    }
}

/// The limit of the answer to a query: only lists with the texts of posts are large.
fn bytes_max(query: &[(&str, String)]) -> usize {
    let fields = query.iter().find(|(name, _)| *name == "_fields");
    let has_texts =
        |(_, fields): &(&str, String)| fields.split(',').any(|field| field == "content");
    match fields.is_none_or(has_texts) {
        true => ANSWER_BYTES_MAX,
        false => SMALL_BYTES_MAX,
    }
}

/// A message without markup, on one line.
fn shortened(message: &str) -> String {
    let text = plain(message);
    text::cut(&text, MESSAGE_CHARS, MESSAGE_CHARS).unwrap_or(text)
}

/// What an answer that is not JSON seems to be.
fn what_is(body: &Bytes) -> &'static str {
    let text = String::from_utf8_lossy(&body[..body.len().min(64 << 10)]);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let is_page = text.starts_with('<');
    let has_login = text.contains("type=\"password\"") || text.contains("type='password'");
    match text.chars().next() {
        None => "nothing",
        Some(_) if is_page && has_login => "a login page",
        Some(_) if is_page => "a web page",
        Some('[' | '{') => "a damaged text",
        Some(_) => "another text",
    }
}

fn site_time(answer: &Answer) -> Option<Timestamp> {
    let at = httpdate::parse_http_date(answer.header("date")?).ok()?;
    let since = at.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok().map(Timestamp)
}
