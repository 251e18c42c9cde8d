//! Hubs of WebSub: which feeds they are told of, when, and what becomes of hubs that misbehave.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::testkit::admin_pages::{self, get, metric};
use crate::testkit::client::{Connection, Request};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom, SESSION, Story, now, written};
use crate::testkit::wait::{eventually, in_time};

/// How long changes are joined, and what a busy machine may add.
const JOINED: u64 = 10;
const SLACK: u64 = 4;

/// What the log says once changes are told.
const TOLD: &str = "told of changes from now on";

/// What a hub does with a ping, by its number from 0 on.
#[derive(Clone, Copy)]
enum Manner {
    /// It answers with this status and content.
    Answers(&'static str, &'static str),
    /// At first it answers this with these fields, from then on 202.
    AtFirst(&'static str, &'static str),
    /// It takes this time.
    Slow(Duration),
    /// It says nothing.
    Silent,
    /// At first it closes the connection.
    ClosesAtFirst,
    /// It asks a daemon for a feed before it answers 202, and keeps what it gets.
    Fetches,
}

/// A ping that came.
#[derive(Clone, Debug)]
struct Ping {
    at: Instant,
    second: u64,
    head: String,
    body: String,
    /// What the hub fetched.
    fetched: String,
}

impl Ping {
    /// The addresses that it names below the public one.
    fn topics(&self) -> BTreeSet<String> {
        let pairs = url::form_urlencoded::parse(self.body.as_bytes());
        let topics = pairs.filter(|(name, _)| name == "hub.url");
        let path = |topic: &str| {
            let path = topic.strip_prefix("http://feeds.dala.example/");
            let path = path.unwrap_or_else(|| panic!("{topic} is not of this site"));
            percent_encoding::percent_decode_str(path)
                .decode_utf8_lossy()
                .into_owned()
        };
        topics.map(|(_, topic)| path(&topic)).collect()
    }
}

/// A hub that keeps the pings it gets.
struct FakeHub {
    url: String,
    pings: Arc<Mutex<Vec<Ping>>>,
    /// The address of the daemon that it fetches from.
    daemon: Arc<Mutex<String>>,
}

impl FakeHub {
    fn start(manner: Manner) -> FakeHub {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let (pings, daemon) = (
            Arc::<Mutex<Vec<Ping>>>::default(),
            Arc::<Mutex<String>>::default(),
        );
        let (kept, fetched_from) = (pings.clone(), daemon.clone());
        // It ends with the process of the test.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, fetched_from) = (kept.clone(), fetched_from.clone());
                thread::spawn(move || answer(stream, manner, &kept, &fetched_from));
            }
        });
        FakeHub {
            url: format!("http://{address}/hub"),
            pings,
            daemon,
        }
    }

    fn address(&self) -> &str {
        let address = self.url.strip_prefix("http://");
        address
            .and_then(|rest| rest.strip_suffix("/hub"))
            .expect("its own address")
    }

    fn pings(&self) -> Vec<Ping> {
        self.pings.lock().expect("no panic").clone()
    }

    /// Waits for the ping with this number, from 1 on.
    #[track_caller]
    fn wait_for(&self, number: usize) -> Ping {
        eventually("a ping", || self.pings().len() >= number);
        self.pings()[number - 1].clone()
    }
}

/// Answers the pings of one connection.
fn answer(stream: TcpStream, manner: Manner, pings: &Mutex<Vec<Ping>>, daemon: &Mutex<String>) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let lower = head.to_ascii_lowercase();
        let length = lower.split("content-length: ").nth(1);
        let length = length.and_then(|rest| rest.lines().next()?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut body).expect("the whole ping");
        let fetched = match manner {
            Manner::Fetches => {
                let address = daemon.lock().expect("no panic").clone();
                let stream = TcpStream::connect(address).expect("a daemon");
                let feed = Connection::over(stream).exchange(&Request::get("/all.rss"));
                feed.text().to_owned()
            }
            _ => String::new(),
        };
        let number = {
            let mut pings = pings.lock().expect("no panic");
            pings.push(Ping {
                at: Instant::now(),
                second: now(),
                head,
                body: String::from_utf8(body).expect("a form"),
                fetched,
            });
            pings.len() - 1
        };
        let (status, fields, content) = match manner {
            Manner::Answers(status, content) => (status, "", content),
            Manner::AtFirst(status, fields) if number == 0 => (status, fields, ""),
            Manner::ClosesAtFirst if number == 0 => return,
            Manner::Silent => {
                // Until the other side gives up.
                let _ = stream.read(&mut [0]);
                return;
            }
            Manner::Slow(time) => {
                thread::sleep(time);
                ("202 Accepted", "", "")
            }
            _ => ("202 Accepted", "", ""),
        };
        let length = content.len();
        let answer =
            format!("HTTP/1.1 {status}\r\n{fields}Content-Length: {length}\r\n\r\n{content}");
        if stream.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// Names these hubs in feeds.toml, with more lines for the table.
fn name_hubs(newsroom: &Newsroom, hubs: &[&FakeHub], more: &str) {
    let hubs: Vec<String> = hubs.iter().map(|hub| format!("\"{}\"", hub.url)).collect();
    let table = format!(
        "[websub]\nhubs = [{}]\n{more}\n[auto.sections]",
        hubs.join(", ")
    );
    newsroom.reconfigure("[auto.sections]", &table);
}

/// An article in feeds of its own.
fn story(word: &'static str) -> Story<'static> {
    Story {
        headline: word,
        section: word,
        author: word,
        tag: word,
        ..HARVEST
    }
}

/// The topics of an article of [`story`].
fn topics_of(word: &str) -> BTreeSet<String> {
    let feeds = ["sections/", "tags/", "authors/"].map(|folder| format!("{folder}{word}"));
    let feeds = feeds.iter().map(String::as_str).chain(["all"]);
    let topics =
        feeds.flat_map(|feed| ["rss", "atom", "json"].map(|format| format!("{feed}.{format}")));
    topics.collect()
}

#[test]
fn change_is_told_once_it_is_served_with_every_feed_in_every_format() {
    let newsroom = Newsroom::of_three();
    let hub = FakeHub::start(Manner::Fetches);
    name_hubs(&newsroom, &[&hub], "");
    let (mut daemon, admin) = admin_pages::start(&newsroom);
    *hub.daemon.lock().expect("no panic") = daemon.address().to_owned();
    daemon.wait_for(TOLD);
    newsroom.write("kite", &story("змей"));
    daemon.reread_until("/all.rss", |feed| feed.says("змей"));
    let served = Instant::now();
    let ping = hub.wait_for(1);
    let waited = ping.at.duration_since(served).as_secs();
    assert!(
        (JOINED - 2..=JOINED + SLACK).contains(&waited),
        "told after {waited} s"
    );
    assert_eq!(
        ping.topics(),
        topics_of("змей"),
        "and of nothing at the first start"
    );
    assert!(
        ping.body.starts_with("hub.mode=publish&hub.url="),
        "{}",
        ping.body
    );
    assert!(
        ping.fetched.contains("змей"),
        "the hub fetches what is served"
    );
    let lower = ping.head.to_ascii_lowercase();
    assert!(lower.starts_with("post /hub http/1.1"), "{}", ping.head);
    assert!(
        lower.contains("content-type: application/x-www-form-urlencoded"),
        "{}",
        ping.head
    );
    let agent = format!(
        "user-agent: taspa/{} (+http://feeds.dala.example/)",
        env!("CARGO_PKG_VERSION")
    );
    assert!(lower.contains(&agent), "{}", ping.head);

    // The last article of a term leaves: its feed is told, although no list has it any more.
    newsroom.remove("kite");
    let second = hub.wait_for(2);
    assert_eq!(second.topics(), topics_of("змей"));
    eventually("both are counted", || {
        let page = get(&admin, "/metrics");
        let accepted = format!(
            "taspa_websub_pings_total{{hub=\"{}\",result=\"accepted\"}}",
            hub.url
        );
        page.says(&accepted) && metric(&page, &accepted) == 2.0
    });
    assert_eq!(admin_pages::readiness(&admin), "ready\n");
    let status = get(&admin, "/status");
    assert!(
        status.says(hub.address()) && status.says("202 Accepted"),
        "{}",
        status.text()
    );

    // Every answer of every format names the hub and the feed itself; a selection has no hub.
    for path in ["all.rss", "parliament.atom", "tags/урожай.json"] {
        let target = format!("/{path}");
        let whole = daemon.get(&target);
        let link = whole.header("link").to_owned();
        assert_eq!(link.matches("rel=\"self\"").count(), 1, "{link}");
        let own = link.split_once("; rel=\"self\"").expect("it is there").0;
        let own = own
            .rsplit('<')
            .next()
            .expect("an address")
            .trim_end_matches('>');
        assert!(
            whole.says(&format!("\"{own}\"")),
            "{target} names itself by the same address"
        );
        assert!(
            link.contains(&format!("<{}>; rel=\"hub\"", hub.url)),
            "{link}"
        );
        assert!(whole.says(&hub.url), "{target}");
        let tag = whole.header("etag");
        let unchanged = daemon.ask(&Request::get(&target).with("If-None-Match", tag));
        assert_eq!(
            (unchanged.status, unchanged.header("link")),
            (304, &*link),
            "{target}"
        );
        assert_eq!(
            daemon.ask(&Request::head(&target)).header("link"),
            link,
            "{target}"
        );
        let exported = newsroom.run(&["render", path]);
        assert_eq!(exported.stdout, whole.body, "{target} as a file");
    }
    let selection = daemon.get("/select.rss?any=урожай");
    assert!(!selection.header("link").contains("hub") && !selection.says(&hub.url));
    daemon.stop();
}

#[test]
fn hubs_that_misbehave_delay_neither_others_nor_the_end() {
    let newsroom = Newsroom::of_three();
    let good = FakeHub::start(Manner::Answers("204 No Content", ""));
    let rubbish = FakeHub::start(Manner::Answers("200 OK", "\u{1}<html>\u{7f} not a hub"));
    let silent = FakeHub::start(Manner::Silent);
    let slow = FakeHub::start(Manner::Slow(Duration::from_secs(5)));
    let moved = FakeHub::start(Manner::AtFirst(
        "301 Moved Permanently",
        "Location: /elsewhere\r\n",
    ));
    let broken = FakeHub::start(Manner::AtFirst("503 Service Unavailable", ""));
    let busy = FakeHub::start(Manner::AtFirst(
        "429 Too Many Requests",
        "Retry-After: 16\r\n",
    ));
    let closing = FakeHub::start(Manner::ClosesAtFirst);
    let all = [
        &silent, &slow, &moved, &broken, &busy, &closing, &rubbish, &good,
    ];
    name_hubs(&newsroom, &all, "");
    let (mut daemon, admin) = admin_pages::start(&newsroom);
    daemon.wait_for(TOLD);
    newsroom.write("kite", &story("змей"));
    daemon.reread_until("/all.rss", |feed| feed.says("змей"));
    let served = Instant::now();
    for hub in all {
        let ping = hub.wait_for(1);
        let waited = ping.at.duration_since(served).as_secs();
        assert!(
            waited <= JOINED + SLACK,
            "{}: told after {waited} s",
            hub.url
        );
        assert_eq!(ping.topics(), topics_of("змей"), "{}", hub.url);
    }
    for (hub, least, most) in [(&broken, 9, 12), (&closing, 9, 12), (&busy, 15, 16)] {
        let (first, second) = (hub.wait_for(1), hub.wait_for(2));
        let waited = second.at.duration_since(first.at).as_secs();
        assert!(
            (least..=most + SLACK).contains(&waited),
            "tried again after {waited} s"
        );
        assert_eq!(second.body, first.body);
    }
    let counted = |hub: &FakeHub| {
        let page = get(&admin, "/metrics");
        ["accepted", "refused", "failed"].map(|result| {
            let name = format!(
                "taspa_websub_pings_total{{hub=\"{}\",result=\"{result}\"}}",
                hub.url
            );
            metric(&page, &name)
        })
    };
    for (hub, expected) in [
        (&good, [1.0, 0.0, 0.0]),
        (&rubbish, [1.0, 0.0, 0.0]),
        (&slow, [1.0, 0.0, 0.0]),
        (&moved, [0.0, 1.0, 0.0]),
        (&broken, [1.0, 0.0, 1.0]),
        (&busy, [1.0, 0.0, 1.0]),
        (&closing, [1.0, 0.0, 1.0]),
    ] {
        eventually(&hub.url, || counted(hub) == expected);
    }
    let status = get(&admin, "/status");
    let redirect = "301 Moved Permanently, to /elsewhere: redirects are not followed";
    assert!(status.says(redirect), "{}", status.text());
    assert_eq!(
        admin_pages::readiness(&admin),
        "ready\n",
        "no hub is late by a day"
    );
    // What was refused is not sent again; the next change is.
    newsroom.write("owl", &story("сова"));
    assert_eq!(moved.wait_for(2).topics(), topics_of("сова"));
    let log = daemon.log();
    assert_eq!(log.matches("refuses a ping").count(), 1, "{log}");
    let stopped = Instant::now();
    daemon.stop();
    assert!(
        stopped.elapsed() < Duration::from_secs(8),
        "it waits for no hub"
    );
}

#[test]
fn change_that_was_served_before_a_kill_is_told_after_the_start() {
    let newsroom = Newsroom::of_three();
    let hub = FakeHub::start(Manner::Answers("202 Accepted", ""));
    name_hubs(&newsroom, &[&hub], "");
    let mut daemon = Daemon::start(&newsroom);
    daemon.wait_for(TOLD);
    newsroom.write("kite", &story("змей"));
    hub.wait_for(1);
    newsroom.write("owl", &story("сова"));
    daemon.reread_until("/all.rss", |feed| feed.says("сова"));
    daemon.signal("KILL");
    daemon.wait();
    assert_eq!(hub.pings().len(), 1, "it was killed before it could tell");

    let daemon = Daemon::start(&newsroom);
    assert_eq!(hub.wait_for(2).topics(), topics_of("сова"));
    // What was told is not told again after another start.
    daemon.stop();
    let daemon = Daemon::start(&newsroom);
    newsroom.write("lark", &story("жаворонок"));
    assert_eq!(hub.wait_for(3).topics(), topics_of("жаворонок"));
    daemon.stop();
}

#[test]
fn embargo_that_ends_is_told_within_ten_seconds_whether_the_daemon_runs_or_not() {
    in_time(embargo_is_told);
}

/// Whether the articles were still in the future when they had been read.
fn embargo_is_told(seconds_ahead: u64) -> bool {
    let newsroom = Newsroom::of_three();
    let hub = FakeHub::start(Manner::Fetches);
    name_hubs(&newsroom, &[&hub], "");
    let mut daemon = Daemon::start(&newsroom);
    *hub.daemon.lock().expect("no panic") = daemon.address().to_owned();
    daemon.wait_for(TOLD);
    let instant = now() + seconds_ahead;
    let later = instant + JOINED + 2 * SLACK;
    let (date, later_date) = (written(instant), written(later));
    newsroom.write(
        "kite",
        &Story {
            date: &date,
            ..story("змей")
        },
    );
    newsroom.write(
        "owl",
        &Story {
            date: &later_date,
            ..story("сова")
        },
    );
    let text = "О змее и сове — позже.";
    newsroom.write("harvest", &Story { text, ..HARVEST });
    daemon.reread_until("/all.rss", |feed| feed.says(text));
    if now() >= instant {
        return false;
    }
    let is_of = |ping: &Ping, word: &str| ping.topics().contains(&format!("tags/{word}.rss"));
    eventually("the first embargo is told", || {
        hub.pings().iter().any(|ping| is_of(ping, "змей"))
    });
    let pings = hub.pings();
    let told = pings
        .iter()
        .find(|ping| is_of(ping, "змей"))
        .expect("it was seen");
    assert!(
        (instant..=instant + JOINED + SLACK).contains(&told.second),
        "{instant}: {}",
        told.second
    );
    assert!(told.fetched.contains("змей"));
    assert!(pings.iter().all(|ping| !is_of(ping, "сова")));
    daemon.stop();

    // The second one ends while nothing runs.
    eventually("the second embargo ends", || now() > later);
    let daemon = Daemon::start(&newsroom);
    *hub.daemon.lock().expect("no panic") = daemon.address().to_owned();
    let started = now();
    let count = pings.len();
    let told = hub.wait_for(count + 1);
    assert!(is_of(&told, "сова"));
    assert!(
        told.second <= started + JOINED + SLACK,
        "{started}: {}",
        told.second
    );
    daemon.stop();
    true
}

#[test]
fn reload_takes_effect_at_once_and_what_it_brings_is_not_told() {
    let newsroom = Newsroom::of_three();
    let [first, second] = [(); 2].map(|()| FakeHub::start(Manner::Answers("202 Accepted", "")));
    // A state folder that cannot be used stops no ping.
    newsroom.reconfigure("[server]\n", "[server]\nstate = \"feeds.toml\"\n");
    name_hubs(&newsroom, &[&first], "");
    let (mut daemon, admin) = admin_pages::start(&newsroom);
    let knows = |hub: &FakeHub| {
        let name = format!("taspa_websub_pings_total{{hub=\"{}\"", hub.url);
        get(&admin, "/metrics").says(&name)
    };
    daemon.wait_for(TOLD);
    newsroom.write("kite", &story("змей"));
    assert_eq!(first.wait_for(1).topics(), topics_of("змей"));

    let (before, after) = (
        format!("\"{}\"]", first.url),
        format!("\"{}\"]", second.url),
    );
    newsroom.reconfigure(&before, &format!("{after}\nping = false"));
    daemon.signal("HUP");
    daemon.wait_for("no hub is told of changes any more");
    assert!(
        !knows(&first) && !knows(&second),
        "what is not told is not counted"
    );
    newsroom.write("owl", &story("сова"));
    daemon.reread_until("/all.rss", |feed| feed.says("сова"));

    newsroom.reconfigure(
        "ping = false",
        "[[feed]]\nname = \"new\"\ntitle = \"Новое\"\nany = [\"#змей\"]",
    );
    daemon.signal("HUP");
    daemon.wait_for(TOLD);
    assert!(knows(&second));
    newsroom.write("lark", &story("жаворонок"));
    assert_eq!(second.wait_for(1).topics(), topics_of("жаворонок"));
    assert_eq!(first.pings().len(), 1, "it is not named any more");
    let log = daemon.log();
    assert!(log.contains(" hubs)"), "the reload names the cause: {log}");
    let session = Story {
        text: "Повестку дополнили.",
        ..SESSION
    };
    newsroom.write("session", &session);
    let topics = second.wait_for(2).topics();
    assert!(
        topics.contains("parliament.json") && !topics.contains("new.rss"),
        "{topics:?}"
    );
    daemon.stop();
}
