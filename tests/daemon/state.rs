//! Faults of the state folder: damaged, deleted, on a disk that is full or read-only.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use crate::testkit::copies::Copies;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom, Story};
use crate::testkit::wait::eventually;
use crate::tmpfs::Tmpfs;

const FEEDS: [&str; 5] = [
    "/all.json",
    "/all.rss",
    "/parliament.atom",
    "/select.rss?any=rail,world&all=lang:en",
    "/tags/ауыл.atom",
];

fn sample_without_rescan() -> Newsroom {
    let newsroom = Newsroom::sample();
    newsroom.reconfigure("rescan = \"60s\"", "rescan = \"1h\"");
    newsroom
}

/// Writes new articles until the last of them is out.
#[track_caller]
fn assert_changes_show(newsroom: &Newsroom, daemon: &mut Daemon, articles: usize) {
    for number in 0..articles {
        let text = &incompressible(number);
        newsroom.write(&format!("day-{number}"), &Story { text, ..HARVEST });
    }
    daemon.eventually_serves((0..articles).map(|number| format!("/articles/day-{number}")));
    // A feed that has what came last has everything.
    let date = "2026-03-02";
    newsroom.write("last", &Story { date, ..HARVEST });
    daemon.eventually("/all.rss", |feed| feed.says("/articles/last"));
}

/// A text of several KiB that takes as much in the state folder, where texts are compressed.
fn incompressible(number: usize) -> String {
    let digits = (0..400).map(|place| xxh3_64(format!("{number}/{place}").as_bytes()));
    digits.map(|digits| format!("{digits:016x} ")).collect()
}

#[test]
fn damaged_state_folder_is_rebuilt_with_one_warning() {
    type Damage = fn(Vec<u8>) -> Vec<u8>;
    let damages: [(&str, Damage); 5] = [
        ("cut in half", |bytes| bytes[..bytes.len() / 2].to_vec()),
        ("cut to its first page", |bytes| bytes[..4096].to_vec()),
        ("of zeros", |bytes| vec![0; bytes.len()]),
        ("of other bytes", |bytes| {
            bytes.iter().map(|byte| byte ^ 0x5a).collect()
        }),
        ("its second half of other bytes", |mut bytes| {
            let half = bytes.len() / 2;
            bytes[half..].fill(0xa5);
            bytes
        }),
    ];
    let newsroom = sample_without_rescan();
    let daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);
    daemon.stop();
    let file = newsroom.path("state/taspa.redb");
    for (damage, apply) in damages {
        let bytes = fs::read(&file).expect("the state folder's file");
        fs::write(&file, apply(bytes)).expect("it is damaged");
        let daemon = Daemon::start(&newsroom);
        before.again(&daemon).assert_same_documents(&before);
        let log = daemon.log_until_stopped();
        let warnings = log.matches(" WARN ").count() + log.matches("ERROR").count();
        assert!(warnings <= 1, "{damage}: {log}");
        assert!(
            log.contains("the state folder is made anew"),
            "{damage}: {log}"
        );
    }
}

#[test]
fn state_folder_deleted_at_run_time_is_made_anew() {
    let newsroom = sample_without_rescan();
    let mut daemon = Daemon::start(&newsroom);
    fs::remove_dir_all(newsroom.path("state")).expect("the state folder is deleted");
    assert_changes_show(&newsroom, &mut daemon, 20);
    let before = Copies::take(&daemon, &FEEDS);
    let file = newsroom.path("state/taspa.redb");
    eventually("a new file", || file.exists());
    daemon.stop();
    let daemon = Daemon::start(&newsroom);
    assert!(before.again(&daemon).moved_since(&before).is_empty());
    let log = daemon.log_until_stopped();
    assert!(log.contains("served from the state folder"), "{log}");
}

#[test]
fn state_file_damaged_at_run_time_is_made_anew() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 3] = [
        ("cut to nothing", |file| cut(file, 0)),
        ("cut to its first page", |file| cut(file, 4096)),
        ("overwritten", |file| {
            let bytes = fs::metadata(file).expect("a file").len();
            let zeros = vec![0; usize::try_from(bytes).expect("it fits")];
            // Unlike `fs::write`, this cuts nothing.
            let file = fs::OpenOptions::new().write(true).open(file);
            file.expect("a file").write_all(&zeros).expect("written");
        }),
    ];
    for (damage, apply) in damages {
        let newsroom = sample_without_rescan();
        let mut daemon = Daemon::start(&newsroom);
        // The second of a withdrawal is in no article.
        newsroom.write("withdrawn", &HARVEST);
        daemon.eventually("/all.rss", |feed| feed.says("/articles/withdrawn"));
        newsroom.remove("withdrawn");
        daemon.eventually("/all.rss", |feed| !feed.says("/articles/withdrawn"));
        let before = Copies::take(&daemon, &FEEDS);
        apply(&newsroom.path("state/taspa.redb"));
        daemon.wait_for("the state folder is made anew, and every article is read again: ");
        daemon.wait_for(" files read in ");
        let after = before.again(&daemon);
        assert!(after.moved_since(&before).is_empty(), "{damage}");
        // A document that was not cached is made from what was read again.
        daemon.eventually("/all.atom", |feed| feed.status == 200);
        assert_changes_show(&newsroom, &mut daemon, 3);
        let before = Copies::take(&daemon, &FEEDS);
        daemon.stop();

        let daemon = Daemon::start(&newsroom);
        assert!(before.again(&daemon).moved_since(&before).is_empty());
        let log = daemon.log_until_stopped();
        assert!(log.contains("served from the state folder"), "{log}");
        assert!(!log.contains(" read in "), "{damage}: {log}");
    }
}

fn cut(file: &Path, bytes: u64) {
    let file = fs::OpenOptions::new().write(true).open(file);
    file.expect("a file").set_len(bytes).expect("it is cut");
}

#[test]
fn state_that_is_behind_what_was_answered_is_not_served() {
    let newsroom = sample_without_rescan();
    let mut daemon = Daemon::start(&newsroom);
    daemon.eventually("/all.rss", |feed| feed.status == 200);
    daemon.signal("KILL");
    daemon.wait();
    // As after answers with this article that the disk did not take.
    newsroom.write("answered", &HARVEST);
    let mark = newsroom.path("state/taspa.behind");
    fs::write(&mark, "").expect("a mark");
    let daemon = Daemon::start(&newsroom);
    assert!(daemon.get("/all.rss").says("/articles/answered"));
    eventually("no mark", || !mark.exists());
    let log = daemon.log_until_stopped();
    assert!(!log.contains("served from the state folder"), "{log}");
    let log = Daemon::start(&newsroom).log_until_stopped();
    assert!(log.contains("served from the state folder"), "{log}");
}

#[test]
fn dates_never_go_back_after_a_kill_on_a_full_disk() {
    let newsroom = sample_without_rescan();
    fs::create_dir(newsroom.path("state")).expect("a place to mount at");
    let Some(mounted) = Tmpfs::at(&newsroom.path("state"), "16m") else {
        return;
    };
    let mut daemon = Daemon::start(&newsroom);
    mounted.fill("ballast");
    // The second of a withdrawal is in no article, and the disk does not take it.
    newsroom.write("withdrawn", &HARVEST);
    daemon.eventually("/all.rss", |feed| feed.says("/articles/withdrawn"));
    newsroom.remove("withdrawn");
    daemon.eventually("/all.rss", |feed| !feed.says("/articles/withdrawn"));
    newsroom.write("changed", &HARVEST);
    daemon.eventually("/all.rss", |feed| feed.says("/articles/changed"));
    daemon.wait_for("the state folder cannot be written");
    let before = daemon.get("/all.rss");
    daemon.signal("KILL");
    daemon.wait();

    let mut daemon = Daemon::start(&newsroom);
    daemon.eventually("/all.rss", |feed| feed.says("/articles/changed"));
    let after = daemon.get("/all.rss");
    assert_eq!(after.header("etag"), before.header("etag"));
    let dates = [&before, &after].map(|feed| feed.seconds("last-modified"));
    assert!(dates[0] <= dates[1], "{dates:?}");
    let log = daemon.log_until_stopped();
    assert!(!log.contains("made anew"), "{log}");
}

#[test]
fn full_disk_stops_neither_serving_nor_updates() {
    let newsroom = sample_without_rescan();
    fs::create_dir(newsroom.path("state")).expect("a place to mount at");
    let Some(mounted) = Tmpfs::at(&newsroom.path("state"), "16m") else {
        return;
    };
    let mut daemon = Daemon::start(&newsroom);
    assert_changes_show(&newsroom, &mut daemon, 1);
    fs::remove_file(newsroom.article("last")).expect("it leaves again");
    daemon.eventually("/all.rss", |feed| !feed.says("/articles/last"));
    mounted.fill("ballast");
    assert_changes_show(&newsroom, &mut daemon, 600);
    daemon.wait_for("the state folder cannot be written");
    // Documents that nobody asked for before are made from what is stored.
    let before = Copies::take(&daemon, &FEEDS);

    // A crash leaves a state folder that opens.
    daemon.signal("KILL");
    daemon.wait();
    let mut daemon = Daemon::start(&newsroom);
    daemon.eventually("/all.rss", |feed| feed.says("/articles/last"));
    daemon.wait_for("the state folder cannot be written");
    before.again(&daemon).assert_same_documents(&before);

    // With room again, the state folder catches up, and a restart reads nothing.
    fs::remove_file(newsroom.path("state/ballast")).expect("room is made");
    daemon.wait_for("the state folder is written again");
    let before = before.again(&daemon);
    daemon.stop();
    let daemon = Daemon::start(&newsroom);
    assert!(before.again(&daemon).moved_since(&before).is_empty());
    let log = daemon.log_until_stopped();
    assert!(!log.contains(" read in "), "{log}");
    assert!(!log.contains("made anew"), "{log}");
}

#[test]
fn file_size_limit_stops_neither_serving_nor_updates() {
    let newsroom = sample_without_rescan();
    let mut daemon = Daemon::start_limited(&newsroom, FILE_KIB_MAX);
    assert_changes_show(&newsroom, &mut daemon, 600);
    daemon.wait_for("the state folder cannot be written");
    let before = Copies::take(&daemon, &FEEDS);
    daemon.stop();
    let mut daemon = Daemon::start(&newsroom);
    daemon.eventually("/all.rss", |feed| feed.says("/articles/last"));
    before.again(&daemon).assert_same_documents(&before);
}

/// Less than the state folder needs.
const FILE_KIB_MAX: u32 = 2 << 10;

#[test]
fn daemon_starts_on_a_full_disk() {
    let newsroom = sample_without_rescan();
    fs::create_dir(newsroom.path("state")).expect("a place to mount at");
    let Some(_mounted) = Tmpfs::at(&newsroom.path("state"), "64k") else {
        return;
    };
    let mut daemon = Daemon::launch(&newsroom);
    daemon.eventually("/all.rss", |response| response.status == 200);
    assert_changes_show(&newsroom, &mut daemon, 20);
    daemon.wait_for("running without a state folder");
}

#[test]
fn daemon_starts_with_a_read_only_state_folder() {
    let newsroom = sample_without_rescan();
    let daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);
    daemon.stop();
    for path in ["state/taspa.redb", "state"] {
        let rights = fs::Permissions::from_mode(0o555);
        fs::set_permissions(newsroom.path(path), rights).expect("other rights");
    }
    let Some(mut daemon) = Daemon::start_as_nobody(&newsroom) else {
        return;
    };
    before.again(&daemon).assert_same_documents(&before);
    assert_changes_show(&newsroom, &mut daemon, 20);
    let log = daemon.log_until_stopped();
    assert!(log.contains("served from the state folder"), "{log}");
    assert!(log.contains("the state folder cannot be written"), "{log}");
}
