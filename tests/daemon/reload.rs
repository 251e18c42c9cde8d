//! Changes of feeds.toml while the daemon runs: an invalid file changes nothing, a valid one is applied at
//! once.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::SystemTime;

use crate::testkit::admin_pages::{self, get, metric, readiness};
use crate::testkit::client::Request;
use crate::testkit::copies::Copies;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{MATCH, Newsroom, Story};
use crate::testkit::wait::eventually;

const FEEDS: [&str; 5] = [
    "/all.rss",
    "/parliament.atom",
    "/sections/парламент.rss",
    "/select.json?any=мажилис",
    "/tags/футбол.rss",
];

/// Those of them that the match is in.
const MATCH_FEEDS: [&str; 2] = ["/all.rss", "/tags/футбол.rss"];

/// Has everything read until an edit of the match is out.
fn edit_the_match(newsroom: &Newsroom, daemon: &mut Daemon, text: &str) {
    newsroom.write("match", &Story { text, ..MATCH });
    daemon.reread_until("/all.rss", |feed| feed.says(text));
}

#[test]
fn broken_configuration_is_ignored_and_a_fixed_one_applied() {
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);

    newsroom.reconfigure("title = \"Парламент\"", "titel = \"Сенат и Мажилис\"");
    daemon.signal("HUP");
    daemon.wait_for("did you mean `title`?");
    daemon.wait_for("the configuration before stays");
    // Articles are read all the same.
    edit_the_match(&newsroom, &mut daemon, "Мяч нашли утром.");
    let broken = before.again(&daemon);
    assert_eq!(broken.moved_since(&before), MATCH_FEEDS);

    newsroom.reconfigure("titel", "title");
    let football =
        "\n[[feed]]\nname = \"sport/football\"\ntitle = \"Футбол\"\nany = [\"#футбол\"]\n\n[same]";
    newsroom.reconfigure("\n[same]", football);
    daemon.reread_until("/sport/football.rss", |feed| feed.status == 200);
    let mended = broken.again(&daemon);
    assert_eq!(mended.moved_since(&broken), ["/parliament.atom"]);
    let parliament = mended.of("/parliament.atom").text();
    assert!(parliament.contains("Сенат и Мажилис"));

    newsroom.reconfigure(football, "\n[same]");
    daemon.reread_until("/sport/football.rss", |feed| feed.status == 404);
    assert!(mended.again(&daemon).moved_since(&mended).is_empty());
}

#[test]
fn reload_cannot_change_article_ids() {
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);
    newsroom.reconfigure("id-year      = 2026", "id-year      = 2025");
    daemon.signal("HUP");
    daemon.wait_for("id-authority and id-year must never change");
    edit_the_match(&newsroom, &mut daemon, "Мяч нашли утром.");
    assert_eq!(before.again(&daemon).moved_since(&before), MATCH_FEEDS);
}

#[test]
fn changed_link_template_changes_every_feed() {
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);
    newsroom.reconfigure(
        "path   = \"articles\"",
        "path = \"articles\"\nlink = \"https://dala.example/news/{key}\"",
    );
    let page = "https://dala.example/news/session";
    daemon.reread_until("/all.rss", |feed| feed.says(page));
    let after = before.again(&daemon);
    assert_eq!(after.moved_since(&before), FEEDS);
    let article = daemon.get("/articles/session");
    assert_eq!(article.status, 302);
    assert_eq!(article.header("location"), page);
}

/// Feeds that the reloads below leave alone.
const UNAFFECTED: [&str; 4] = [
    "/all.rss",
    "/sections/парламент.rss",
    "/select.json?any=мажилис",
    "/tags/футбол.rss",
];

const RELOADS: usize = 500;

#[test]
fn many_reloads_fail_no_request_and_change_no_byte() {
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &UNAFFECTED);
    let is_over = AtomicBool::new(false);
    let daemon = &mut daemon;
    let mut connections: Vec<_> = (0..2).map(|_| daemon.connect()).collect();
    let (before_all, is_over_now) = (&before, &is_over);
    let asked: Vec<usize> = thread::scope(|scope| {
        let clients = connections.iter_mut().map(|connection| {
            scope.spawn(move || {
                let mut asked = 0;
                while !is_over_now.load(Ordering::Relaxed) {
                    for path in UNAFFECTED {
                        let known = before_all.of(path);
                        let whole = connection.exchange(&Request::get(path));
                        assert_eq!(whole.status, 200, "{path}");
                        assert_eq!(whole.header("etag"), known.tag, "{path}");
                        assert!(whole.body == known.body, "{path}: other bytes");
                        let conditional = Request::get(path).with("If-None-Match", &known.tag);
                        assert_eq!(connection.exchange(&conditional).status, 304, "{path}");
                        asked += 2;
                    }
                    let changing = connection.exchange(&Request::get("/parliament.atom"));
                    assert_eq!(changing.status, 200);
                    asked += 1;
                }
                asked
            })
        });
        let clients: Vec<_> = clients.collect();
        let mut title = "title = \"Парламент\"".to_owned();
        for number in 0..RELOADS / 2 {
            let broken = format!("titel = \"Парламент {number}\"");
            newsroom.reconfigure(&title, &broken);
            daemon.signal("HUP");
            daemon.wait_for("the configuration before stays");
            title = broken.replace("titel", "title");
            newsroom.reconfigure(&broken, &title);
            daemon.signal("HUP");
            daemon.wait_for("feeds.toml is in force");
        }
        is_over.store(true, Ordering::Relaxed);
        let ended = clients.into_iter().map(|client| client.join());
        ended
            .map(|asked| asked.expect("no request fails"))
            .collect()
    });
    assert!(asked.iter().all(|asked| *asked > RELOADS), "{asked:?}");
    let last = format!("Парламент {}", RELOADS / 2 - 1);
    daemon.eventually("/parliament.atom", |feed| feed.says(&last));
    before.again(daemon).assert_same_documents(&before);
}

/// The shown digest of the configuration that is in force.
fn digest_in_force(admin: &str) -> String {
    let page = get(admin, "/readyz");
    let line = page.text().lines().nth(1).expect("a second line");
    let line = line.strip_prefix("configuration ");
    let (digest, since) = line
        .and_then(|line| line.split_once(" since "))
        .expect("both");
    assert!(since.ends_with('Z'), "{since}");
    digest.to_owned()
}

/// The metrics name the digest, once no reload is going on that may change it between two questions.
fn assert_metrics_name(admin: &str, digest: &str) {
    let metrics = get(admin, "/metrics");
    let info = format!("taspa_config_info{{digest=\"{digest}\"}}");
    assert_eq!(metric(&metrics, &info), 1.0);
    assert!(metric(&metrics, "taspa_config_in_force_timestamp_seconds") > 1e9);
}

#[test]
fn newest_of_many_configurations_wins_while_articles_are_read() {
    const VERSIONS: usize = 50;
    let newsroom = Newsroom::sample();
    for number in 0..2_000 {
        newsroom.write(&format!("archive-{number}"), &MATCH);
    }
    let (mut daemon, admin) = admin_pages::launch(&newsroom);
    let mut title = "title = \"Парламент\"".to_owned();
    for number in 1..=VERSIONS {
        let next = format!("title = \"Парламент {number}\"");
        newsroom.reconfigure(&title, &next);
        daemon.signal("HUP");
        title = next;
    }
    daemon.eventually("/parliament.rss", |feed| {
        feed.says(&format!("Парламент {VERSIONS}<"))
    });
    assert!(!daemon.has_said("left out"));
    eventually("it is in force", || readiness(&admin) == "ready\n");
    let digest = digest_in_force(&admin);
    newsroom.reconfigure(&title, "title = \"Сенат\"");
    daemon.eventually("/parliament.rss", |feed| feed.says("Сенат"));
    eventually("another digest", || digest_in_force(&admin) != digest);
}

#[test]
fn change_with_the_same_size_and_date_is_noticed() {
    let newsroom = Newsroom::of_three();
    // As Kubernetes mounts a ConfigMap, and Nix a store path.
    let path = newsroom.path("feeds.toml");
    for version in ["1", "2"] {
        fs::create_dir(newsroom.path(version)).expect("a folder");
        let text = fs::read_to_string(&path).expect("feeds.toml");
        let text = text.replace("\"Парламент\"", &format!("\"Парламент {version}\""));
        let file = newsroom.path(version).join("feeds.toml");
        fs::write(&file, text).expect("a file");
        let file = File::options().write(true).open(&file).expect("the file");
        file.set_modified(SystemTime::UNIX_EPOCH).expect("a date");
    }
    let link = |version: &str| {
        symlink(version, newsroom.path("next")).expect("a link");
        fs::rename(newsroom.path("next"), newsroom.path("data")).expect("it is replaced");
    };
    link("1");
    fs::remove_file(&path).expect("feeds.toml");
    symlink("data/feeds.toml", &path).expect("a link");
    let (mut daemon, admin) = admin_pages::start(&newsroom);
    let first = digest_in_force(&admin);
    assert_metrics_name(&admin, &first);
    link("2");
    daemon.eventually("/parliament.rss", |feed| feed.says("Парламент 2<"));
    eventually("another digest", || digest_in_force(&admin) != first);
    link("1");
    daemon.eventually("/parliament.rss", |feed| feed.says("Парламент 1<"));
    eventually("the first digest", || digest_in_force(&admin) == first);
}
