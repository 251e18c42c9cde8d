//! Thousands of files that are no articles: what they cost, and how they are reported.

use std::fs;

use crate::testkit::admin_pages::{get, metric, readiness, start};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom, Story};
use crate::testkit::output::{assert_ends, json};
use crate::testkit::wait::eventually;

const REFUSED: usize = 3000;

/// Three articles, and files without a date, half of which have one in their name.
fn newsroom() -> Newsroom {
    let newsroom = Newsroom::of_three_without_rescan();
    for number in 0..REFUSED {
        let date = if number % 2 == 0 { "2026-01-08-" } else { "" };
        newsroom.write(&format!("{date}{number}"), &"Заметка без даты\n\nТекст.\n");
    }
    newsroom
}

#[test]
fn refused_files_are_reported_by_their_number_and_reasons() {
    let newsroom = newsroom();
    fs::write(newsroom.article("empty"), "").expect("an empty file");
    let (mut daemon, admin) = start(&newsroom);
    daemon.wait_for("and 2981 more; `taspa check --verbose` lists all 3001");
    let reasons = "the first line does not begin with `date` (3000), the file is empty (1)";
    daemon.wait_for(&format!("WARN 3001 in quarantine: {reasons}"));
    let listed = daemon.log().matches(".txt:1: error: ").count();
    assert_eq!(listed, 20);
    let expected = format!("ready\ndegraded: 3001 articles are in quarantine: {reasons}\n");
    assert_eq!(readiness(&admin), expected);
    let status = get(&admin, "/status");
    for expected in ["1.txt", ">3000</td>", "+ 2901 "] {
        assert!(status.says(expected), "{expected}");
    }
    assert!(status.body.len() < 100_000, "{}", status.body.len());

    // A change touches the counts of its own file alone, and is published at once.
    newsroom.write("1", &HARVEST);
    newsroom.write(
        "fresh",
        &Story {
            headline: "Свежая новость",
            ..HARVEST
        },
    );
    daemon.eventually("/all.rss", |feed| feed.says("Свежая новость"));
    let quarantined = || metric(&get(&admin, "/metrics"), "taspa_quarantined_articles");
    eventually("one file less is refused", || quarantined() == 3000.0);
    daemon.wait_for("WARN 3000 in quarantine: ");
    assert!(!get(&admin, "/status").says("/1.txt<"));

    // A problem that stays is not logged again, whole readings included.
    daemon.signal("HUP");
    daemon.wait_for("feeds.toml is in force");
    fs::write(newsroom.article("last"), "Ещё без даты").expect("a file");
    daemon.wait_for("last.txt:1: error: ");
    daemon.wait_for("WARN 3001 in quarantine: ");
    let log = daemon.log();
    assert_eq!(log.matches(".txt:1: error: ").count(), 21);
    assert_eq!(log.matches("--verbose").count(), 1);
    assert_eq!(log.matches("in quarantine").count(), 3);
    assert_eq!(quarantined(), 3001.0);
    daemon.stop();

    // The next start knows them from the state folder, and says so once.
    let mut daemon = Daemon::start(&newsroom);
    daemon.wait_for("and 2981 more; `taspa check --verbose` lists all 3001");
    daemon.wait_for("WARN 3001 in quarantine: ");
}

#[test]
fn check_groups_like_problems() {
    let newsroom = newsroom();
    fs::write(newsroom.article("empty"), "").expect("an empty file");
    let brief = newsroom.run(&["check"]);
    let expected = [
        "/1.txt:1: error: the first line does not begin with `date`",
        "/empty.txt: error: the file is empty",
        "  and 2997 more of this reason\n  likely cause: 1500 names begin with a date, but newsroom \
         text has it in its first line\n",
        "3001 errors, 0 warnings; 3 articles in",
    ];
    assert_ends(&brief, 1, &expected, &[]);
    let named = |output: &[u8]| String::from_utf8_lossy(output).matches(": error: ").count();
    assert_eq!(named(&brief.stdout), 4);
    let whole = newsroom.run(&["check", "--verbose"]);
    assert_ends(&whole, 1, &["3001 errors, 0 warnings; 3 articles in"], &[]);
    assert_eq!(named(&whole.stdout), REFUSED + 1);
    let problems = json(&newsroom.run(&["check", "--format", "json"]));
    assert_eq!(problems.len(), REFUSED + 1);
}
