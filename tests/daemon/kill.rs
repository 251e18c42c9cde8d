//! A daemon that is killed while articles change, again and again.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::testkit::client::Response;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom, Story};

const KILLS: u64 = 16;

const FEEDS: [&str; 3] = ["/all.rss", "/tags/урожай.rss", "/sections/экономика.rss"];

/// The newest response of every feed that a client received.
#[derive(Default)]
struct Received(BTreeMap<&'static str, Newest>);

struct Newest {
    last_modified: u64,
    tag: String,
    article: u32,
}

impl Received {
    /// No response is older than the one before it: neither its date, nor the newest article in it, nor
    /// its date where its ETag differs.
    #[track_caller]
    fn take(&mut self, feed: &'static str, response: &Response) {
        let newest = Newest {
            last_modified: response.seconds("last-modified"),
            tag: response.header("etag").to_owned(),
            article: newest_article(response.text()),
        };
        if let Some(before) = self.0.get(feed) {
            assert!(newest.last_modified >= before.last_modified, "{feed}: date");
            assert!(
                newest.article >= before.article,
                "{feed}: an article is lost"
            );
            let moved = newest.tag != before.tag;
            let later = newest.last_modified > before.last_modified;
            assert!(moved == later, "{feed}: the ETag changes with the date");
        }
        self.0.insert(feed, newest);
    }
}

/// The number of the newest article, which is the first entry's.
fn newest_article(feed: &str) -> u32 {
    let first = feed.split_once("/articles/burst-").map(|(_, rest)| rest);
    let number = first.and_then(|rest| rest.split_once('<')?.0.parse().ok());
    number.unwrap_or(0)
}

#[test]
fn responses_never_go_back_after_a_kill() {
    let newsroom = Newsroom::of_three_without_rescan();
    let written = AtomicU32::new(0);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let number = written.load(Ordering::Relaxed) + 1;
                put(&newsroom, number);
                written.store(number, Ordering::Relaxed);
                // The pace of the writer: each article is looked up in the end.
                thread::sleep(Duration::from_millis(3));
            }
        });
        let mut received = Received::default();
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for kill in 0..KILLS {
                let mut daemon = Daemon::start(&newsroom);
                // Another instant each time, from at once to after several readings.
                let until = Instant::now() + Duration::from_millis(37 * kill);
                while Instant::now() < until {
                    for feed in FEEDS {
                        let response = daemon.get(feed);
                        if response.status == 200 {
                            received.take(feed, &response);
                        }
                    }
                }
                daemon.signal("KILL");
                daemon.wait();
            }
        }));
        stop.store(true, Ordering::Relaxed);
        if let Err(panic) = ended {
            std::panic::resume_unwind(panic);
        }
    });
    let mut daemon = Daemon::start(&newsroom);
    let numbers = 1..=written.load(Ordering::Relaxed);
    daemon.eventually_serves(numbers.map(|number| format!("/articles/burst-{number}")));
    let log = daemon.log_until_stopped();
    assert!(!log.contains("made anew"), "{log}");
}

/// Puts an article newer than all others into its place, as a whole.
fn put(newsroom: &Newsroom, number: u32) {
    let (hours, minutes, seconds) = (number / 3600, number / 60 % 60, number % 60);
    let date = format!("2026-03-01T{hours:02}:{minutes:02}:{seconds:02}");
    let date = &date;
    let draft = newsroom.path("draft");
    fs::write(&draft, Story { date, ..HARVEST }.to_string()).expect("a draft");
    let article = newsroom.article(&format!("burst-{number}"));
    fs::rename(draft, article).expect("it is put into its place");
}
