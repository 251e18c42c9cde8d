//! Feeds of terms that no article has any more.

use crate::testkit::client::Request;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom};

/// The feeds of a section, a tag and an author that only [`HARVEST`] has.
const DEAD: [&str; 3] = ["sections/экономика", "tags/урожай", "authors/динара-оспан"];

/// Every list of feeds.
const LISTS: [&str; 6] = [
    "/",
    "/sections",
    "/tags",
    "/authors",
    "/feeds.opml",
    "/feeds.json",
];

fn listed(daemon: &Daemon) -> usize {
    let lists = LISTS.map(|list| daemon.get(list));
    let paths = DEAD.map(|path| (path, taspa::model::url_encoding::encode_path(path)));
    let names = paths.iter().filter(|(path, encoded)| {
        let mut lists = lists.iter();
        lists.any(|list| list.says(path) || list.says(encoded))
    });
    names.count()
}

#[test]
fn feed_of_a_dead_term_is_empty_and_in_no_list() {
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    assert_eq!(listed(&daemon), DEAD.len());
    newsroom.remove("harvest");
    daemon.reread_until("/tags/урожай.rss", |feed| {
        !feed.says(HARVEST.headline)
    });
    for restarted in [false, true] {
        assert_eq!(listed(&daemon), 0, "restarted: {restarted}");
        let mut tags = Vec::new();
        for path in DEAD {
            assert_eq!(daemon.get(&format!("/{path}")).status, 200, "{path}");
            let target = format!("/{path}.atom");
            let feed = daemon.get(&target);
            assert_eq!((feed.status, feed.says("<entry")), (200, false), "{path}");
            let tag = feed.header("etag").to_owned();
            for (name, value) in [
                ("if-none-match", tag.clone()),
                ("if-modified-since", feed.header("last-modified").to_owned()),
            ] {
                let again = daemon.ask(&Request::get(&target).with(name, value));
                assert_eq!(again.status, 304, "{path}: {name}");
            }
            tags.push((tag, feed.header("last-modified").to_owned()));
        }
        assert_eq!(daemon.get("/tags/Урожай.rss").status, 301);
        assert_eq!(daemon.get("/select.rss?any=урожай").status, 200);
        if !restarted {
            daemon.stop();
            daemon = Daemon::start(&newsroom);
            let again = DEAD.map(|path| daemon.get(&format!("/{path}.atom")));
            let again = again.map(|feed| {
                let header = |name| feed.header(name).to_owned();
                (header("etag"), header("last-modified"))
            });
            assert_eq!(again.to_vec(), tags);
        }
    }
    daemon.stop();
    let printed = newsroom.run(&["list"]);
    let printed = String::from_utf8_lossy(&printed.stdout);
    assert!(DEAD.iter().all(|path| !printed.contains(path)), "{printed}");
    newsroom.run(&["export", "out"]);
    for path in DEAD {
        let file = newsroom.path("out").join(format!("{path}.rss"));
        assert!(file.exists(), "readers of {path} still ask for it");
    }
}
