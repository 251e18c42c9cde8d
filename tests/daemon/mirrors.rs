//! Several machines, each with its own copy of one folder, made with other file dates, by git or by rsync.
//! A reader that alternates between them cannot tell them apart.

use std::fs::{self, File, FileTimes};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{Newsroom, SESSION, Story, copy_tree};
use crate::testkit::subscriber::{Subscriber, assert_same, documents};
use crate::testkit::terminal::report_skipped;

const FEEDS: [&str; 9] = [
    "/all.atom",
    "/all.json",
    "/all.rss",
    "/authors/айгерім-сапарова.atom",
    "/parliament.json",
    "/sections/спорт.rss",
    "/select.rss?any=rail,world&all=lang:en",
    "/tags/ауыл.atom",
    "/tags/мажилис.rss",
];

/// Those of them that the session is in.
const SESSION_FEEDS: [&str; 5] = [
    "/all.atom",
    "/all.json",
    "/all.rss",
    "/parliament.json",
    "/tags/мажилис.rss",
];

/// How a folder gets to another machine.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// By copying what is in the files; they are of another day.
    Plain,
    Git,
    /// With the dates of the files.
    Rsync,
}

const WAYS: [Way; 3] = [Way::Plain, Way::Git, Way::Rsync];

/// The machine that has the original, and the others with a daemon each.
struct Machines {
    original: Newsroom,
    copies: Vec<(Way, Newsroom, Daemon)>,
}

impl Machines {
    /// `None`, reported, without git.
    fn start() -> Option<Machines> {
        if !git(Path::new("."), &["--version"]) {
            report_skipped("there is no git");
            return None;
        }
        let original = Newsroom::sample();
        let articles = original.articles();
        assert!(git(&articles, &["init", "--quiet"]));
        commit(&articles);
        let copies = WAYS.map(|way| {
            let newsroom = Newsroom::new();
            fs::remove_dir(newsroom.articles()).expect("an empty folder");
            way.copy(&articles, &newsroom.articles());
            let daemon = Daemon::start(&newsroom);
            (way, newsroom, daemon)
        });
        Some(Machines {
            original,
            copies: copies.into(),
        })
    }

    /// Brings what has changed to all machines, and waits until each shows it.
    #[track_caller]
    fn spread(&mut self, feed: &str, news: &str) {
        let articles = self.original.articles();
        commit(&articles);
        for (way, newsroom, daemon) in &mut self.copies {
            way.update(&articles, &newsroom.articles());
            daemon.eventually(feed, |feed| feed.says(news));
        }
    }

    fn assert_same_everywhere(&self) {
        let all = self.copies.iter();
        let all: Vec<_> = all
            .map(|(_, _, daemon)| documents(&mut daemon.connect(), &FEEDS))
            .collect();
        for other in &all[1..] {
            assert_same(&all[0], other);
        }
    }
}

impl Way {
    fn copy(self, from: &Path, to: &Path) {
        match self {
            Way::Plain => {
                copy_tree(from, to);
                age(to);
            }
            Way::Git => assert!(git(from, &["clone", "--quiet", ".", text(to)])),
            Way::Rsync => synchronize(from, to),
        }
    }

    fn update(self, from: &Path, to: &Path) {
        match self {
            Way::Plain => self.copy(from, to),
            Way::Git => assert!(git(to, &["pull", "--quiet", "--ff-only"])),
            Way::Rsync => synchronize(from, to),
        }
    }
}

/// As rsync does it, or where there is none as cp does.
fn synchronize(from: &Path, to: &Path) {
    let copied = |program: &str, option: &str| {
        let mut command = Command::new(program);
        // The contents of the one folder into the other.
        command.arg(option).arg(from.join(".")).arg(to);
        command.status().is_ok_and(|status| status.success())
    };
    assert!(copied("rsync", "-a") || copied("cp", "-pR"), "it is copied");
}

/// Makes every file half a year older than another copy's.
fn age(folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder is listed") {
        let path = entry.expect("a folder's entry").path();
        if path.is_dir() {
            age(&path);
        } else {
            let long_ago = SystemTime::now() - Duration::from_secs(180 * 86_400);
            // Both, as programs that copy set them.
            let times = FileTimes::new()
                .set_accessed(long_ago)
                .set_modified(long_ago);
            let aged = File::open(path).and_then(|file| file.set_times(times));
            aged.expect("a file of another day");
        }
    }
}

fn commit(folder: &Path) {
    assert!(git(folder, &["add", "--all"]));
    assert!(git(folder, &["commit", "--quiet", "--message", "articles"]));
}

fn git(folder: &Path, arguments: &[&str]) -> bool {
    let mut command = Command::new("git");
    // Untouched by whoever runs the tests: no hooks, no signatures, no changed line ends.
    command.env("GIT_CONFIG_GLOBAL", "/dev/null");
    command.env("GIT_CONFIG_NOSYSTEM", "1");
    command.args([
        "-c",
        "user.name=newsroom",
        "-c",
        "user.email=newsroom@dala.example",
    ]);
    command.stdout(Stdio::null());
    let ended = command.current_dir(folder).args(arguments).status();
    ended.is_ok_and(|status| status.success())
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

#[test]
fn copies_of_one_folder_give_the_same_bytes_and_etags() {
    let Some(mut machines) = Machines::start() else {
        return;
    };
    machines.assert_same_everywhere();
    let date = "2026-03-01T08:00";
    machines.original.write("late", &Story { date, ..SESSION });
    machines.spread("/all.rss", "/articles/late");
    machines.assert_same_everywhere();
}

#[test]
fn reader_that_alternates_between_copies_gets_each_change_once() {
    const ROUNDS: usize = 10;
    let Some(mut machines) = Machines::start() else {
        return;
    };
    let mut reader = Subscriber::new("gzip");
    let take_turns = |machines: &Machines, reader: &mut Subscriber| {
        let mut connections: Vec<_> = machines
            .copies
            .iter()
            .map(|copy| copy.2.connect())
            .collect();
        let mut given = Vec::new();
        for turn in 0..ROUNDS * connections.len() {
            let count = connections.len();
            given.extend(reader.poll(&mut connections[turn % count], &FEEDS));
        }
        given
    };
    assert_eq!(take_turns(&machines, &mut reader), FEEDS);

    let date = "2026-03-01T08:00";
    machines.original.write("late", &Story { date, ..SESSION });
    machines.spread("/all.rss", "/articles/late");
    assert_eq!(take_turns(&machines, &mut reader), SESSION_FEEDS);

    let text = "Повестку утвердили к вечеру.";
    machines.original.write(
        "late",
        &Story {
            date,
            text,
            ..SESSION
        },
    );
    machines.spread("/tags/мажилис.rss", text);
    assert_eq!(take_turns(&machines, &mut reader), SESSION_FEEDS);
    let every_answer = 3 * ROUNDS * WAYS.len() * FEEDS.len();
    assert_eq!(reader.given + reader.not_modified, every_answer);
    assert_eq!(reader.given, FEEDS.len() + 2 * SESSION_FEEDS.len());
}
