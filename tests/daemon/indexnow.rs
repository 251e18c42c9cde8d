//! Search engines are told of pages: an endpoint of IndexNow notes what it gets.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::Value;

use crate::testkit::client::Request;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, MATCH, Newsroom, PUBLIC_URL, Story, now, written};
use crate::testkit::wait::{eventually, poll};

const KEY: &str = "5f0c8a94-dala-3e61b7d2";

const BEGINS: &str = "search engines are told of pages that change from now on";

/// What an endpoint does with a request.
#[derive(Clone, Copy)]
enum Behaviour {
    /// Answers with this status and header fields.
    Answer(&'static str),
    /// Never answers.
    Silence,
}

/// An endpoint on a port of its own. It takes what it gets, unless a test says otherwise.
struct Endpoint {
    address: String,
    state: Arc<Mutex<EndpointState>>,
}

#[derive(Default)]
struct EndpointState {
    behaviour: VecDeque<Behaviour>,
    received: Vec<Received>,
    silent: Vec<TcpStream>,
}

/// A request.
#[derive(Clone)]
struct Received {
    /// When it had come, in seconds since 1970.
    at: u64,
    head: String,
    body: Value,
}

impl Received {
    fn text(&self, name: &str) -> &str {
        self.body[name].as_str().expect("a text")
    }

    fn addresses(&self) -> Vec<&str> {
        let list = self.body["urlList"].as_array().expect("a list");
        let texts = list.iter().map(|address| address.as_str());
        texts.map(|address| address.expect("a text")).collect()
    }
}

impl Endpoint {
    fn start(behaviour: impl IntoIterator<Item = Behaviour>) -> Endpoint {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address").to_string();
        let state = Arc::new(Mutex::new(EndpointState {
            behaviour: behaviour.into_iter().collect(),
            ..EndpointState::default()
        }));
        let shared = state.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, shared) = (stream.expect("a connection"), shared.clone());
                thread::spawn(move || while serve(&stream, &shared).is_some() {});
            }
        });
        Endpoint { address, state }
    }

    /// Has a newsroom tell it.
    fn tell_by(&self, newsroom: &Newsroom) {
        let table = format!(
            "[indexnow]\nkey = \"{KEY}\"\nendpoint = \"http://{}/indexnow\"\n\n[auto.tags]",
            self.address
        );
        newsroom.reconfigure("[auto.tags]", &table);
    }

    fn received(&self) -> Vec<Received> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.received.clone()
    }

    /// Waits for a request after the first `before`.
    #[track_caller]
    fn wait_for(&self, before: usize) -> Received {
        let received = poll(|| self.received().get(before).cloned());
        received.expect("a request in time")
    }
}

/// Reads a request and does what is to be done with it; `None` at the end of the connection.
fn serve(mut stream: &TcpStream, state: &Mutex<EndpointState>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().expect("a number"))
    });
    let mut body = vec![0; length.expect("a length")];
    reader.read_exact(&mut body).ok()?;
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    state.received.push(Received {
        at: now(),
        head: head.to_lowercase(),
        body: serde_json::from_slice(&body).expect("a document of JSON"),
    });
    match state
        .behaviour
        .pop_front()
        .unwrap_or(Behaviour::Answer("200 OK"))
    {
        Behaviour::Answer(status) => {
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).ok()
        }
        Behaviour::Silence => {
            state
                .silent
                .push(stream.try_clone().expect("a second handle"));
            None
        }
    }
}

fn page(name: &str) -> String {
    format!("{PUBLIC_URL}articles/{name}")
}

/// A newsroom of three articles, and its daemon, which tells the endpoint of changes from now on.
fn start_telling(endpoint: &Endpoint) -> (Newsroom, Daemon) {
    let newsroom = Newsroom::of_three_without_rescan();
    endpoint.tell_by(&newsroom);
    let mut daemon = Daemon::start(&newsroom);
    daemon.wait_for(BEGINS);
    (newsroom, daemon)
}

/// Writes an article whose page is on the newsroom's site.
fn write_page(newsroom: &Newsroom, name: &str, url: &str, title: &str) {
    let text =
        format!("+++\ntitle = \"{title}\"\ndate = 2026-02-03\nurl = \"{url}\"\n+++\n\nМәтін.\n");
    newsroom.write_markdown(name, &text);
}

#[test]
fn pages_are_told_once_also_over_a_kill() {
    let endpoint = Endpoint::start([]);
    let (newsroom, mut daemon) = start_telling(&endpoint);
    let file = daemon.get(&format!("/{KEY}.txt"));
    assert_eq!((file.status, file.text()), (200, KEY));
    assert_eq!(file.header("content-type"), "text/plain; charset=utf-8");

    let story = Story {
        headline: "Жаңа көпір ашылды",
        ..HARVEST
    };
    newsroom.write("bridge", &story);
    newsroom.write(
        "harvest",
        &Story {
            text: "Баға түсті.",
            ..HARVEST
        },
    );
    newsroom.remove("match");
    write_page(
        &newsroom,
        "own",
        "https://dala.example/2026/own/",
        "Өз беті",
    );
    let noindex = "+++\ntitle = \"Іздеусіз\"\ndate = 2026-02-03\nnoindex = true\n+++\n\nМәтін.\n";
    newsroom.write_markdown("unsearched", noindex);
    daemon.eventually("/all.rss", |feed| feed.says("Іздеусіз"));
    let (first, second) = (endpoint.wait_for(0), endpoint.wait_for(1));
    let (site, here) = match first.text("host") {
        "dala.example" => (first, second),
        _ => (second, first),
    };
    assert_eq!(site.addresses(), ["https://dala.example/2026/own/"]);
    let key_file = format!("https://dala.example/{KEY}.txt");
    assert_eq!((site.text("host"), site.text("key")), ("dala.example", KEY));
    assert_eq!(site.text("keyLocation"), key_file);
    assert_eq!(
        here.addresses(),
        [page("bridge"), page("harvest"), page("match")]
    );
    assert_eq!(here.text("host"), "feeds.dala.example");
    assert_eq!(here.text("keyLocation"), format!("{PUBLIC_URL}{KEY}.txt"));
    assert!(
        here.head.starts_with("post /indexnow http/1.1\r\n"),
        "{}",
        here.head
    );
    assert!(
        here.head
            .contains("content-type: application/json; charset=utf-8\r\n")
    );
    assert!(
        here.head.contains(&format!("(+{PUBLIC_URL})\r\n")),
        "{}",
        here.head
    );
    assert!(
        first_gap(&endpoint.received()) >= 9,
        "one request in ten seconds"
    );

    // It moves, and the daemon is killed before it can tell that.
    write_page(
        &newsroom,
        "own",
        "https://dala.example/2026/moved/",
        "Көшкен бет",
    );
    daemon.eventually("/all.rss", |feed| feed.says("Көшкен бет"));
    daemon.signal("KILL");
    daemon.wait();
    assert_eq!(endpoint.received().len(), 2);
    let daemon = Daemon::start(&newsroom);
    let moved = endpoint.wait_for(2);
    let addresses = [
        "https://dala.example/2026/moved/",
        "https://dala.example/2026/own/",
    ];
    assert_eq!(moved.addresses(), addresses);
    daemon.stop();
}

/// The seconds between the first two requests.
fn first_gap(received: &[Received]) -> u64 {
    received[1].at - received[0].at
}

#[test]
fn embargoes_are_told_after_their_second_also_when_they_end_in_a_downtime() {
    let endpoint = Endpoint::start([]);
    let (newsroom, mut daemon) = start_telling(&endpoint);
    let start = now();
    let (release, later) = (start + 20, start + 40);
    for (name, instant, headline) in [("secret", release, "Құпия"), ("later", later, "Кейін")]
    {
        let date = written(instant);
        newsroom.write(
            name,
            &Story {
                date: &date,
                headline,
                ..MATCH
            },
        );
    }
    newsroom.write(
        "open",
        &Story {
            headline: "Ашық",
            ..MATCH
        },
    );
    daemon.eventually("/all.rss", |feed| feed.says("Ашық"));
    assert_eq!(endpoint.wait_for(0).addresses(), [page("open")]);
    let told = endpoint.wait_for(1);
    assert_eq!(told.addresses(), [page("secret")]);
    assert!(told.at >= release, "told too early");
    // The queue is empty once this is logged.
    daemon.wait_for("search engines were told of 1 page");
    daemon.wait_for("search engines were told of 1 page");
    daemon.stop();
    eventually("the embargo ends", || now() >= later);
    let daemon = Daemon::start(&newsroom);
    assert_eq!(endpoint.wait_for(2).addresses(), [page("later")]);
    daemon.stop();
}

#[test]
fn a_refused_key_is_said_once_and_a_busy_endpoint_is_waited_for() {
    const WAIT: u64 = 13;
    let endpoint = Endpoint::start([
        Behaviour::Answer("403 Forbidden"),
        Behaviour::Answer("429 Too Many Requests\r\nRetry-After: 13"),
    ]);
    let (newsroom, mut daemon) = start_telling(&endpoint);
    newsroom.write(
        "a",
        &Story {
            headline: "Бірінші",
            ..HARVEST
        },
    );
    let said = daemon.wait_for("not told any more until the next reload");
    let help = format!("{PUBLIC_URL}{KEY}.txt has to answer 200 with the text `{KEY}`");
    assert!(
        said.contains("403 Forbidden") && said.contains(&help),
        "{said}"
    );
    newsroom.write(
        "b",
        &Story {
            headline: "Екінші",
            ..HARVEST
        },
    );
    daemon.eventually("/all.rss", |feed| feed.says("Екінші"));
    assert_eq!(endpoint.received().len(), 1);
    // Nothing in feeds.toml is other than before.
    daemon.signal("HUP");
    daemon.wait_for("cannot be told of changed pages, which is tried again");
    daemon.wait_for("search engines take addresses of pages again");
    let received = endpoint.received();
    assert_eq!(received[0].addresses(), [page("a")]);
    assert_eq!(received[1].addresses()[0], page("a"));
    let waited = received[2].at - received[1].at;
    assert!(waited >= WAIT - 1, "it waited {waited} s");
    assert_eq!(received[2].addresses(), [page("a"), page("b")]);
    let log = daemon.log_until_stopped();
    assert_eq!(log.matches("until the next reload").count(), 1, "{log}");
}

#[test]
fn a_silent_endpoint_delays_neither_publications_nor_the_end() {
    let endpoint = Endpoint::start([Behaviour::Silence]);
    let newsroom = Newsroom::of_three_without_rescan();
    let mut daemon = Daemon::start(&newsroom);
    // What is there when it is switched on is not told.
    endpoint.tell_by(&newsroom);
    newsroom.reconfigure(
        "public-url = \"http://feeds.dala.example/\"",
        "public-url = \"http://feeds.dala.example/x/\"",
    );
    newsroom.reconfigure("from = \"/old.rss\"", "from = \"/{name}.txt\"");
    daemon.signal("HUP");
    daemon.wait_for(BEGINS);
    newsroom.write(
        "a",
        &Story {
            headline: "Бірінші",
            ..HARVEST
        },
    );
    let request = endpoint.wait_for(0);
    assert_eq!(request.addresses(), [format!("{PUBLIC_URL}x/articles/a")]);
    assert_eq!(
        request.text("keyLocation"),
        format!("{PUBLIC_URL}x/{KEY}.txt")
    );
    assert_eq!(daemon.get(&format!("/x/{KEY}.txt")).text(), KEY);
    assert_eq!(daemon.get("/x/another.txt").status, 410);
    let head = daemon.ask(&Request::head(&format!("/x/{KEY}.txt")));
    assert_eq!(head.status, 200);

    newsroom.write(
        "b",
        &Story {
            headline: "Екінші",
            ..HARVEST
        },
    );
    daemon.eventually("/x/all.rss", |feed| feed.says("Екінші"));
    daemon.stop();
    assert_eq!(endpoint.received().len(), 1);
}

#[test]
fn check_names_the_hosts_that_need_the_key_file_and_export_writes_ours() {
    let newsroom = Newsroom::of_three();
    Endpoint::start([]).tell_by(&newsroom);
    write_page(
        &newsroom,
        "own",
        "https://dala.example/2026/own/",
        "Өз беті",
    );
    write_page(&newsroom, "other", "https://zhas.example/a", "Басқа");
    let output = newsroom.run(&["check"]);
    let said = String::from_utf8_lossy(&output.stdout);
    for root in ["https://dala.example/", "https://zhas.example/"] {
        let line = format!(
            "IndexNow: 1 page below {root}: put a file with the text `{KEY}` there, so that {root}{KEY}.txt answers with it"
        );
        assert!(said.lines().any(|said| said == line), "{said}");
    }
    let output = newsroom.run(&["render", &format!("{KEY}.txt")]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), KEY);
    let output = newsroom.run(&["export", "site"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let file = std::fs::read_to_string(newsroom.path(&format!("site/{KEY}.txt")));
    assert_eq!(file.expect("the key file"), KEY);
}
