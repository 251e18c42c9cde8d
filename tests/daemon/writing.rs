//! Files that are still being written: readers get the version before or the one after.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom, SESSION, Story};

/// Writes a text in two parts; between them happens what `pause` does.
fn write_in_two(path: &Path, text: &str, pause: impl FnOnce()) {
    let half = text.floor_char_boundary(text.len() * 3 / 4);
    let mut file = File::create(path).expect("a file is opened and emptied");
    file.write_all(&text.as_bytes()[..half]).expect("one part");
    file.flush().expect("one part is written");
    pause();
    file.write_all(&text.as_bytes()[half..]).expect("the rest");
}

#[test]
fn paused_edit_is_never_served_in_part() {
    let newsroom = Newsroom::of_three_without_rescan();
    let mut daemon = Daemon::start(&newsroom);
    let before = daemon.get("/articles/harvest").body;
    let text = "Ряды заняли обе набережные. А на третьей играл оркестр.";
    let edited = Story { text, ..HARVEST }.to_string();
    write_in_two(&newsroom.article("harvest"), &edited, || {
        // Two other articles come one after the other, each later than the half has rested.
        for (number, key) in ["one", "two", "three"].into_iter().enumerate() {
            let date = format!("2026-02-0{}", number + 1);
            let date = &date;
            let started = Instant::now();
            newsroom.write(key, &Story { date, ..SESSION });
            daemon.eventually("/all.rss", |feed| {
                assert!(!feed.says("Ряды заняли обе"), "half of the file is served");
                feed.says(&format!("/articles/{key}")) && started.elapsed() > HALF_SECOND
            });
            assert!(daemon.get("/articles/harvest").body == before);
        }
    });
    daemon.eventually("/all.rss", |feed| feed.says(text));
}

/// Longer than a file has to rest that nobody is known to write.
const HALF_SECOND: Duration = Duration::from_millis(500);

#[test]
fn paused_new_file_is_never_served_in_part() {
    let newsroom = Newsroom::of_three_without_rescan();
    let mut daemon = Daemon::start(&newsroom);
    let text = "Ряды заняли обе набережные. А на третьей играл оркестр.";
    let new = Story { text, ..HARVEST }.to_string();
    write_in_two(&newsroom.article("new"), &new, || {
        let started = Instant::now();
        newsroom.write("other", &SESSION);
        daemon.eventually("/all.rss", |feed| {
            assert!(!feed.says("/articles/new"), "half of the file is served");
            feed.says("/articles/other") && started.elapsed() > 2 * HALF_SECOND
        });
    });
    let whole = daemon.eventually("/all.rss", |feed| feed.says("/articles/new"));
    assert!(whole.says(text));
}

#[test]
fn constantly_rewritten_files_are_never_served_in_part() {
    const FILES: usize = 20;
    const BURSTS: u32 = 4;
    /// Rewritten once every 20 ms, for a second and a half.
    const VERSIONS: u32 = 75;
    let newsroom = Newsroom::of_three_without_rescan();
    let mut daemon = Daemon::start(&newsroom);
    let page_of = |file: usize| format!("/articles/live-{file}");
    let mut answers = 0;
    for burst in 0..BURSTS {
        thread::scope(|scope| {
            let editor = scope.spawn(|| {
                for version in burst * VERSIONS..(burst + 1) * VERSIONS {
                    let next = Instant::now() + Duration::from_millis(20);
                    for file in 0..FILES {
                        fs::write(newsroom.article(&format!("live-{file}")), numbered(version))
                            .expect("a version is written");
                    }
                    // The pace of the editor, whose writes the daemon has to meet halfway.
                    thread::sleep(next.saturating_duration_since(Instant::now()));
                }
            });
            while !editor.is_finished() {
                for file in 0..FILES {
                    let page = daemon.get(&page_of(file));
                    if page.status == 200 {
                        answers += 1;
                        assert_whole(page.text());
                    }
                }
            }
        });
        // How many versions are seen meanwhile is a matter of luck; the last one is not.
        let last = format!("конец {}.", (burst + 1) * VERSIONS - 1);
        for file in 0..FILES {
            daemon.eventually(&page_of(file), |page| page.says(&last));
        }
    }
    // Since the first burst every file has a version.
    assert!(answers > FILES, "nobody looked while files were rewritten");
}

/// A version that carries its number at its head and at its tail.
fn numbered(version: u32) -> String {
    let middle = "Ряды заняли набережную, а цены упали к обеду. ".repeat(60);
    let text = format!("начало {version}. {middle}конец {version}.");
    let text = &text;
    Story { text, ..HARVEST }.to_string()
}

/// Head and tail are of one version.
#[track_caller]
fn assert_whole(page: &str) {
    let number = |word: &str| {
        let rest = page.rsplit_once(word).map(|(_, rest)| rest);
        rest.and_then(|rest| Some(rest.split_once('.')?.0.to_owned()))
    };
    let head = number("начало ").expect("the head of a version");
    assert_eq!(
        number("конец ").as_ref(),
        Some(&head),
        "a part of a version"
    );
}
