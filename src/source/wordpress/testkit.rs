//! A site of ours that behaves like WordPress's REST interface, and misbehaves where a test wants it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};
use url::Url;

/// A site. Its server runs until the process ends.
#[derive(Clone)]
pub(crate) struct FakeSite {
    pub(crate) address: String,
    state: Arc<Mutex<FakeState>>,
}

/// What a test puts in place of the answer to a request, given its path and query.
pub(crate) type Fault = dyn FnMut(&Url, &mut FakeState) -> Option<Vec<u8>> + Send;

#[derive(Default)]
pub(crate) struct FakeState {
    /// The published posts, by their ids.
    pub(crate) posts: BTreeMap<u64, Value>,
    /// Those of the type `podcast`, which has its own list.
    pub(crate) podcasts: BTreeMap<u64, Value>,
    pub(crate) categories: BTreeMap<u64, Value>,
    pub(crate) tags: BTreeMap<u64, Value>,
    pub(crate) users: BTreeMap<u64, Value>,
    pub(crate) media: BTreeMap<u64, Value>,
    pub(crate) fault: Option<Box<Fault>>,
    /// The values of `Authorization` in requests.
    pub(crate) logins: Vec<String>,
    /// Every request, with the times of its beginning and its end.
    pub(crate) requests: Vec<(Url, Instant, Instant)>,
}

impl FakeSite {
    pub(crate) fn start() -> FakeSite {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let site = FakeSite {
            address: format!("http://{address}/"),
            state: Arc::default(),
        };
        let served = site.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let site = served.clone();
                thread::spawn(move || site.serve(client));
            }
        });
        site
    }

    /// A site with so many posts, one a minute, with the ids 10, 20, ….
    pub(crate) fn with_posts(count: u64) -> FakeSite {
        let site = FakeSite::start();
        for number in 1..=count {
            site.state().add(10 * number);
        }
        site
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, FakeState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers requests by `fault` wherever that gives an answer.
    pub(crate) fn fail(
        &self,
        fault: impl FnMut(&Url, &mut FakeState) -> Option<Vec<u8>> + Send + 'static,
    ) {
        self.state().fault = Some(Box::new(fault));
    }

    fn serve(&self, client: TcpStream) {
        let mut lines = BufReader::new(client.try_clone().expect("a second handle"));
        let mut client = client;
        loop {
            let mut first = String::new();
            if lines.read_line(&mut first).unwrap_or(0) == 0 {
                return;
            }
            let mut line = String::new();
            while lines.read_line(&mut line).is_ok_and(|_| line.trim() != "") {
                if let Some(login) = line.strip_prefix("authorization: ") {
                    self.state().logins.push(login.trim().to_owned());
                }
                line.clear();
            }
            let target = first.split(' ').nth(1).unwrap_or_default();
            let base = Url::parse(&self.address).expect("an address");
            let url = base.join(target).expect("an address");
            let began = Instant::now();
            let answer = {
                let mut state = self.state();
                let mut fault = state.fault.take();
                let fault_answer = fault.as_mut().and_then(|fault| fault(&url, &mut state));
                state.fault = state.fault.take().or(fault);
                fault_answer.unwrap_or_else(|| state.answer_at("/wp-json/", &url))
            };
            self.state().requests.push((url, began, Instant::now()));
            let is_closing = answer.starts_with(b"HTTP/1.0");
            if client.write_all(&answer).is_err() || is_closing {
                return;
            }
        }
    }
}

impl FakeState {
    pub(crate) fn add(&mut self, id: u64) {
        self.posts.insert(id, post(id));
    }

    /// The answer of a site whose interface is at this path, with a slash on both sides.
    pub(crate) fn answer_at(&self, root: &str, url: &Url) -> Vec<u8> {
        if url.path() == "/" {
            let link = format!("link: <{root}>; rel=\"https://api.w.org/\"\r\n");
            return ok("<html>", &link);
        }
        let of_type = |base: &str| {
            let of_type = json!({ "rest_base": base, "rest_namespace": "wp/v2" });
            ok(&of_type.to_string(), "")
        };
        match url.path().strip_prefix(root) {
            Some("") => ok(
                &json!({ "home": "https://dala.example", "namespaces": ["wp/v2"] }).to_string(),
                "",
            ),
            Some("wp/v2/types/post") => of_type("posts"),
            Some("wp/v2/types/podcast") => of_type("podcasts"),
            Some("wp/v2/posts") => list(&self.posts, url),
            Some("wp/v2/podcasts") => list(&self.podcasts, url),
            Some("wp/v2/categories") => list(&self.categories, url),
            Some("wp/v2/tags") => list(&self.tags, url),
            Some("wp/v2/users") => list(&self.users, url),
            Some("wp/v2/media") => list(&self.media, url),
            Some(_) | None => status(
                "404 Not Found",
                r#"{"code":"rest_no_route","message":"No route."}"#,
                "",
            ),
        }
    }
}

/// A post as WordPress shows it.
pub(crate) fn post(id: u64) -> Value {
    let minute = id / 10;
    let at = format!(
        "2026-03-{:02}T{:02}:{:02}:00",
        1 + minute / 1440,
        minute / 60 % 24,
        minute % 60
    );
    json!({
        "id": id, "date_gmt": at, "modified_gmt": at, "author": 1, "categories": [], "tags": [],
        "featured_media": 0, "link": format!("https://dala.example/{id}/"),
        "guid": { "rendered": format!("https://dala.example/?p={id}") },
        "title": { "rendered": format!("Жазба {id}") }, "excerpt": { "rendered": "" },
        "content": { "rendered": format!("<p>Мәтін {id}</p>"), "protected": false },
    })
}

pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned())
}

fn list(items: &BTreeMap<u64, Value>, url: &Url) -> Vec<u8> {
    let ids = |name: &str| -> Option<Vec<u64>> {
        let ids = parameter(url, name)?;
        Some(ids.split(',').filter_map(|id| id.parse().ok()).collect())
    };
    let (include, exclude) = (ids("include"), ids("exclude").unwrap_or_default());
    let after = parameter(url, "modified_after").unwrap_or_default();
    let mut found: Vec<(&u64, &Value)> = items
        .iter()
        .filter(|(id, _)| include.as_ref().is_none_or(|ids| ids.contains(id)))
        .filter(|(id, _)| !exclude.contains(id))
        .filter(|(_, item)| {
            let modified = item["modified_gmt"].as_str().unwrap_or_default();
            modified >= after.trim_end_matches('Z')
        })
        .collect();
    let date = |item: &Value| item["date_gmt"].as_str().unwrap_or_default().to_owned();
    if let Some(after) = parameter(url, "after") {
        found.retain(|(_, item)| *date(item) > *after.trim_end_matches('Z'));
    }
    if let Some(before) = parameter(url, "before") {
        found.retain(|(_, item)| *date(item) < *before.trim_end_matches('Z'));
    }
    let field = match parameter(url, "orderby").as_deref() {
        Some("date") => Some("date_gmt"),
        Some("modified") => Some("modified_gmt"),
        Some(_) | None => None,
    };
    if let Some(field) = field {
        // WordPress takes the date by its own clock, which a test may show.
        let local = field.trim_end_matches("_gmt");
        let date = |item: &'_ Value| {
            let written = item[local].as_str().or_else(|| item[field].as_str());
            written.unwrap_or_default().to_owned()
        };
        found.sort_by_cached_key(|(id, item)| (date(item), **id));
    }
    if parameter(url, "order").as_deref() != Some("asc") {
        found.reverse();
    }
    let number = |name| parameter(url, name).and_then(|number| number.parse().ok());
    let (offset, size): (usize, usize) = (
        number("offset").unwrap_or(0),
        number("per_page").unwrap_or(10),
    );
    let pages = found.len().div_ceil(size.max(1));
    let total = format!(
        "x-wp-total: {}\r\nx-wp-totalpages: {pages}\r\n",
        found.len()
    );
    let page: Vec<&Value> = found
        .into_iter()
        .skip(offset)
        .take(size)
        .map(|(_, item)| item)
        .collect();
    ok(&json!(page).to_string(), &total)
}

pub(crate) fn ok(body: &str, headers: &str) -> Vec<u8> {
    status("200 OK", body, headers)
}

pub(crate) fn status(status: &str, body: &str, headers: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}").into_bytes()
}
