//! `taspa export`: the files are what the daemon serves, and only changed ones are written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::testkit::client::{Request, Response};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom, SESSION, Story};
use crate::testkit::output::assert_ends;
use crate::tmpfs::Tmpfs;

const MANIFEST: &str = ".taspa-export";

/// Everything in an exported folder by its path below it, the manifest aside.
fn files(folder: &Path) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder is listed") {
            let path = entry.expect("a folder's entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).expect("below the folder");
            let name = name.to_str().expect("UTF-8").to_owned();
            found.insert(name, path);
        }
    }
    found.remove(MANIFEST);
    found
}

/// What shows that a file was touched: its inode, dates and bytes.
fn looks(folder: &Path) -> BTreeMap<String, (u64, i64, i64, Vec<u8>)> {
    let look = |path: &PathBuf| {
        let metadata = fs::metadata(path).expect("a file");
        let bytes = fs::read(path).expect("its bytes");
        (
            metadata.ino(),
            metadata.mtime(),
            metadata.ctime_nsec(),
            bytes,
        )
    };
    files(folder)
        .iter()
        .map(|(name, path)| (name.clone(), look(path)))
        .collect()
}

fn touched(folder: &Path, before: &BTreeMap<String, (u64, i64, i64, Vec<u8>)>) -> BTreeSet<String> {
    let after = looks(folder);
    let other = after
        .into_iter()
        .filter(|(name, look)| before.get(name) != Some(look));
    other.map(|(name, _)| name).collect()
}

/// The address of a file's document, and its coding.
fn address(name: &str) -> (String, &str) {
    let codings = [(".gz", "gzip"), (".br", "br"), (".zst", "zstd")];
    let coded = codings
        .into_iter()
        .find_map(|(suffix, coding)| Some((name.strip_suffix(suffix)?, coding)));
    let (name, coding) = coded.unwrap_or((name, "identity"));
    let path = name.strip_suffix(".html").unwrap_or(name);
    let path = if path == "index" { "" } else { path };
    (format!("/{path}"), coding)
}

fn served(daemon: &Daemon, name: &str) -> Response {
    let (path, coding) = address(name);
    daemon.ask(&Request::get(&path).with("Accept-Encoding", coding))
}

#[test]
fn exported_files_have_the_daemons_bytes_and_dates() {
    let newsroom = Newsroom::sample();
    let daemon = Daemon::start(&newsroom);
    let output = newsroom.run(&["export", "out", "--pages", "--codings", "gzip,br,zstd"]);
    // The daemon has the state folder for itself.
    assert_ends(
        &output,
        0,
        &[],
        &["without keeping state", " files written, 0 unchanged"],
    );
    let files = files(&newsroom.path("out"));
    for (name, path) in &files {
        let served = served(&daemon, name);
        assert_eq!(served.status, 200, "{name}");
        let written = fs::read(path).expect("a file");
        match address(name) {
            (path, "identity") if name.ends_with(".html") => {
                let page = String::from_utf8(written).expect("a page");
                assert_only_links_to_the_builder_differ(&path, &page, served.text());
            }
            _ if name.contains(".html") => {}
            _ => assert!(written == served.body, "{name}: other bytes"),
        }
        if served.find("Last-Modified").is_some() {
            let date = fs::metadata(path).expect("a file").mtime();
            assert_eq!(
                date.unsigned_abs(),
                served.seconds("Last-Modified"),
                "{name}"
            );
        }
    }
    let list = daemon.get("/feeds.json");
    let list: serde_json::Value = serde_json::from_str(list.text()).expect("JSON");
    let feeds = list["feeds"].as_array().expect("a list");
    for feed in feeds {
        let path = feed["path"].as_str().expect("a path");
        for format in ["rss", "atom", "json", "html"] {
            for suffix in ["", ".gz", ".br", ".zst"] {
                let name = format!("{path}.{format}{suffix}");
                assert!(files.contains_key(&name), "no {name}");
            }
        }
    }
    for name in [
        "index.html",
        "feeds.opml.gz",
        "feeds.json",
        "tags.html",
        "articles/2026-11/0040_last-well.html",
        "assets/style.css",
    ] {
        assert!(files.contains_key(name), "no {name}");
    }
    // Redirects and ends of feeds.toml are no files.
    assert!(
        !files
            .keys()
            .any(|name| name.starts_with("old") || name == "rss.xml")
    );
}

/// Nothing answers `/build` on a host of static files, and a list has one form there.
fn assert_only_links_to_the_builder_differ(path: &str, exported: &str, served: &str) {
    assert!(!exported.contains("/build") && served.contains("/build"));
    let own = exported.lines().filter(|line| !served.contains(line));
    let own: Vec<&str> = own.collect();
    let is_of_list = |line: &&str| line.contains("/feeds.opml\"");
    assert!(
        !own.is_empty() && own.iter().all(is_of_list),
        "{path}: {own:#?}"
    );
}

#[test]
fn export_without_pages_writes_feeds_and_lists_in_the_given_codings() {
    let newsroom = Newsroom::of_three();
    assert_ends(&newsroom.run(&["export", "out"]), 0, &[], &["done"]);
    let with_gzip = files(&newsroom.path("out"));
    assert!(with_gzip.contains_key("all.rss.gz") && with_gzip.contains_key("feeds.opml.gz"));
    let output = newsroom.run(&["export", "out", "--codings", "none"]);
    assert_ends(&output, 0, &[], &["0 files written"]);
    let plain = files(&newsroom.path("out"));
    assert_eq!(plain.len() * 2, with_gzip.len());
    let is_plain = |name: &String| {
        [".rss", ".atom", ".json", ".opml"]
            .iter()
            .any(|end| name.ends_with(end))
    };
    assert!(plain.keys().all(is_plain), "{plain:?}");
}

#[test]
fn second_export_touches_no_file() {
    let newsroom = Newsroom::sample();
    let export = ["export", "public/feeds", "--pages"];
    assert_ends(&newsroom.run(&export), 0, &[], &["done"]);
    let folder = newsroom.path("public/feeds");
    let before = looks(&folder);
    let manifest = fs::metadata(folder.join(MANIFEST))
        .expect("a manifest")
        .ino();
    for state in ["kept", "lost"] {
        if state == "lost" {
            fs::remove_dir_all(newsroom.path("state")).expect("the state folder goes");
        }
        let output = newsroom.run(&export);
        assert_ends(&output, 0, &[], &["0 files written", "0 deleted"]);
        assert_eq!(touched(&folder, &before), BTreeSet::new(), "{state}");
        let after = fs::metadata(folder.join(MANIFEST))
            .expect("a manifest")
            .ino();
        assert_eq!(after, manifest, "{state}");
    }
}

#[test]
fn changed_article_rewrites_only_its_feeds() {
    let newsroom = Newsroom::of_three();
    let export = ["export", "out", "--codings", "none"];
    newsroom.run(&export);
    let folder = newsroom.path("out");
    let before = looks(&folder);
    let text = "Цены упали ещё до обеда.";
    newsroom.write("harvest", &Story { text, ..HARVEST });
    assert_ends(&newsroom.run(&export), 0, &[], &["14 files written"]);
    let feeds = [
        "all",
        "sections/экономика",
        "tags/урожай",
        "authors/динара-оспан",
    ];
    let formats = ["rss", "atom", "json"];
    let mut expected: BTreeSet<String> = feeds
        .iter()
        .flat_map(|feed| formats.map(|format| format!("{feed}.{format}")))
        .collect();
    // They name the dates of feeds.
    expected.extend(["feeds.json", "feeds.opml"].map(str::to_owned));
    assert_eq!(touched(&folder, &before), expected);
    // An edit without a date is as new as its publication.
    let date = |name: &str| fs::metadata(folder.join(name)).expect("a file").mtime();
    assert!(date("all.rss") > before["all.rss"].1);
    assert_eq!(date("tags/футбол.rss"), before["tags/футбол.rss"].1);
}

#[test]
fn edit_changes_file_dates_without_the_state_folder() {
    let newsroom = Newsroom::of_three();
    newsroom.run(&["export", "out"]);
    let all = newsroom.path("out/all.rss");
    let before = fs::metadata(&all).expect("a file").mtime();
    fs::remove_dir_all(newsroom.path("state")).expect("the state folder goes");
    newsroom.write(
        "harvest",
        &Story {
            text: "Иначе.",
            ..HARVEST
        },
    );
    assert_ends(&newsroom.run(&["export", "out"]), 0, &[], &["done"]);
    assert!(fs::metadata(&all).expect("a file").mtime() > before);
}

#[test]
fn files_of_removed_feeds_are_deleted_and_foreign_files_kept() {
    let newsroom = Newsroom::of_three();
    newsroom.run(&["export", "out"]);
    let out = newsroom.path("out");
    for foreign in ["CNAME", "authors/portrait.jpg", "all.rss.bak"] {
        fs::write(out.join(foreign), "not of taspa").expect("a file");
    }
    newsroom.reconfigure("[auto.authors]\n", "");
    newsroom.reconfigure("[auto.tags]\n", "");
    let output = newsroom.run(&["export", "out"]);
    assert_ends(&output, 0, &[], &["36 deleted"]);
    let left = files(&out);
    assert!(!left.keys().any(|name| name.starts_with("tags/")));
    assert!(!out.join("tags").exists());
    let authors: Vec<&String> = left
        .keys()
        .filter(|name| name.starts_with("authors"))
        .collect();
    assert_eq!(authors, ["authors/portrait.jpg"]);
    assert!(left.contains_key("CNAME") && left.contains_key("all.rss.bak"));
}

#[test]
fn foreign_folder_is_refused_until_it_has_a_manifest() {
    let newsroom = Newsroom::of_three();
    let out = newsroom.path("out");
    fs::create_dir(&out).expect("a folder");
    fs::write(out.join(".nojekyll"), "").expect("a hidden file");
    assert_ends(&newsroom.run(&["export", "out"]), 0, &[], &["done"]);
    fs::remove_file(out.join(MANIFEST)).expect("the manifest goes");
    let before = looks(&out);
    let refused = newsroom.run(&["export", "out"]);
    assert_ends(&refused, 1, &[], &["not empty", "touch out/.taspa-export"]);
    assert_eq!(touched(&out, &before), BTreeSet::new());

    // What is the same by chance is taken over, what is not is left alone.
    fs::write(out.join(MANIFEST), "").expect("the folder is given");
    fs::write(out.join("all.rss"), "somebody's own").expect("another file");
    let given = newsroom.run(&["export", "out"]);
    assert_ends(&given, 1, &[], &["out/all.rss: error:", "no export wrote"]);
    assert_eq!(
        fs::read(out.join("all.rss")).expect("it"),
        b"somebody's own"
    );
    fs::remove_file(out.join("all.rss")).expect("it goes");
    assert_ends(&newsroom.run(&["export", "out"]), 0, &[], &["done"]);

    fs::write(out.join(MANIFEST), "another program's\n").expect("it is written over");
    let wrong = newsroom.run(&["export", "out"]);
    assert_ends(
        &wrong,
        1,
        &[],
        &["out/.taspa-export:1: no export wrote this line"],
    );
    fs::write(newsroom.path("file"), "").expect("a file");
    assert_ends(
        &newsroom.run(&["export", "file"]),
        1,
        &[],
        &["cannot use file"],
    );
}

#[test]
fn missing_cut_and_unfinished_files_are_rewritten() {
    let newsroom = Newsroom::of_three();
    let export = ["export", "out", "--codings", "gzip"];
    newsroom.run(&export);
    let out = newsroom.path("out");
    let before = files(&out);
    let bytes: Vec<Vec<u8>> = before
        .values()
        .map(|path| fs::read(path).expect("it"))
        .collect();
    fs::remove_file(out.join("all.rss.gz")).expect("a file goes");
    fs::write(out.join("all.atom"), "cut").expect("a file is cut");
    // An export that was killed had begun with a third.
    let manifest = fs::read_to_string(out.join(MANIFEST)).expect("a manifest");
    let (line, path) = ("all.json", out.join(MANIFEST));
    let line = manifest
        .lines()
        .find(|found| found.ends_with(line))
        .expect("its line");
    let doubted = format!("-{}", &line[line.find(' ').expect("parts")..]);
    fs::write(path, manifest.replace(line, &doubted)).expect("a manifest");
    fs::write(out.join(".taspa-export-1"), "half").expect("an unfinished file");
    assert_ends(&newsroom.run(&export), 0, &[], &["3 files written"]);
    let after = files(&out);
    assert!(after.keys().eq(before.keys()));
    for (path, bytes) in after.values().zip(bytes) {
        assert!(fs::read(path).expect("it") == bytes, "{}", path.display());
    }
}

#[test]
fn lost_file_dates_are_restored() {
    let newsroom = Newsroom::of_three();
    newsroom.run(&["export", "out"]);
    let file = fs::File::options()
        .write(true)
        .open(newsroom.path("out/all.rss"));
    let file = file.expect("a file");
    let date = file
        .metadata()
        .and_then(|file| file.modified())
        .expect("its date");
    file.set_modified(std::time::SystemTime::now())
        .expect("another date");
    let inode = file.metadata().expect("a file").ino();
    assert_ends(
        &newsroom.run(&["export", "out"]),
        0,
        &[],
        &["0 files written"],
    );
    let metadata = fs::metadata(newsroom.path("out/all.rss")).expect("a file");
    assert_eq!(
        (metadata.modified().expect("a date"), metadata.ino()),
        (date, inode)
    );
}

#[test]
fn export_keeps_the_last_good_version_of_a_broken_article() {
    let newsroom = Newsroom::of_three();
    newsroom.run(&["export", "out"]);
    let before = looks(&newsroom.path("out"));
    fs::write(newsroom.article("session"), "no date\n").expect("it is broken");
    fs::write(newsroom.article("other"), "no date either\n").expect("another one");
    let output = newsroom.run(&["export", "out"]);
    assert_ends(
        &output,
        1,
        &[],
        &[
            "session.txt",
            "its last good version stays",
            "other.txt",
            "done",
        ],
    );
    assert_eq!(touched(&newsroom.path("out"), &before), BTreeSet::new());
    newsroom.write("match-2", &SESSION);
    let output = newsroom.run(&["export", "out"]);
    assert_ends(&output, 1, &[], &["session.txt", "files written"]);
    let all = fs::read_to_string(newsroom.path("out/all.rss")).expect("a feed");
    assert_eq!(all.matches("<item>").count(), 4);
}

#[test]
fn export_holds_the_loss_of_most_articles_until_confirmed() {
    for state in ["kept", "lost"] {
        let newsroom = Newsroom::of_three();
        for number in 10..20 {
            let date = &format!("2025-07-{number}");
            newsroom.write(&format!("day-{number}"), &Story { date, ..HARVEST });
        }
        newsroom.run(&["export", "out"]);
        let before = looks(&newsroom.path("out"));
        for number in 10..20 {
            newsroom.remove(&format!("day-{number}"));
        }
        if state == "lost" {
            fs::remove_dir_all(newsroom.path("state")).expect("the state folder goes");
        }
        let held = newsroom.run(&["export", "out"]);
        assert_ends(&held, 1, &[], &["--confirm-removal"]);
        assert_eq!(
            touched(&newsroom.path("out"), &before),
            BTreeSet::new(),
            "{state}"
        );
        let confirmed = newsroom.run(&["export", "out", "--confirm-removal"]);
        assert_ends(&confirmed, 0, &[], &["done"]);
        let all = fs::read_to_string(newsroom.path("out/all.rss")).expect("a feed");
        assert_eq!(all.matches("<item>").count(), 3, "{state}");
    }
}

#[test]
fn export_without_the_articles_folder_touches_no_file() {
    let newsroom = Newsroom::of_three();
    newsroom.run(&["export", "out"]);
    let before = looks(&newsroom.path("out"));
    fs::rename(newsroom.articles(), newsroom.path("away")).expect("the articles go");
    for _ in ["state kept", "state lost"] {
        let output = newsroom.run(&["export", "out"]);
        assert_ends(&output, 1, &[], &["cannot list"]);
        assert_eq!(touched(&newsroom.path("out"), &before), BTreeSet::new());
        fs::remove_dir_all(newsroom.path("state")).expect("the state folder goes");
    }
}

#[test]
fn feeds_without_a_valid_file_name_are_skipped_and_reported() {
    let newsroom = Newsroom::of_three();
    let outside = "+++\ntitle = 'Извне'\ndate = 2026-01-15\nid = '../../outside'\n+++\nТекст.\n";
    fs::write(newsroom.path("articles/outside.md"), outside).expect("an article");
    newsroom.reconfigure("name  = \"parliament\"", "name  = \"index\"");
    let output = newsroom.run(&["export", "out", "--pages"]);
    let told = [
        "out: warning: `/articles/../../outside` is left out",
        "out: warning: `/index` is left out: `index.html` is another page already",
    ];
    assert_ends(&output, 0, &[], &told);
    assert!(!newsroom.path("outside.html").exists());
    assert!(newsroom.path("out/index.rss").exists());
}

#[test]
fn signal_ends_an_export_between_two_files() {
    let newsroom = Newsroom::new();
    for number in 0..60 {
        let tag = &format!("тег{number}");
        newsroom.write(&format!("story-{number}"), &Story { tag, ..HARVEST });
    }
    let export = ["export", "out", "--pages", "--codings", "gzip,br,zstd"];
    let mut command = newsroom.taspa(&export);
    let command = command.stderr(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("taspa starts");
    while !newsroom.path("out/all.atom").exists() {
        assert!(child.try_wait().expect("a child").is_none(), "it has ended");
    }
    let interrupted = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupted.is_ok_and(|status| status.success()));
    let output = child.wait_with_output().expect("it ends");
    assert_ends(&output, 1, &[], &["cut short"]);
    let cut = files(&newsroom.path("out"));
    assert!(
        !cut.keys().any(|name| name.contains(MANIFEST)),
        "{:?}",
        cut.keys()
    );
    assert_ends(&newsroom.run(&export), 0, &[], &["done"]);
    assert_ends(
        &newsroom.run(&["export", "whole", "--pages", "--codings", "gzip,br,zstd"]),
        0,
        &[],
        &["done"],
    );
    let bytes = |folder: &str| -> BTreeMap<String, Vec<u8>> {
        let read = |path: PathBuf| fs::read(path).expect("a file");
        let files = files(&newsroom.path(folder)).into_iter();
        files.map(|(name, path)| (name, read(path))).collect()
    };
    assert!(cut.len() < bytes("whole").len());
    assert!(bytes("out") == bytes("whole"));
}

#[test]
fn full_disk_leaves_earlier_files_unchanged() {
    let newsroom = Newsroom::of_three();
    let out = newsroom.path("out");
    fs::create_dir(&out).expect("a place to mount at");
    let Some(mounted) = Tmpfs::at(&out, "2m") else {
        return;
    };
    assert_ends(&newsroom.run(&["export", "out"]), 0, &[], &["done"]);
    let before = looks(&out);
    newsroom.write(
        "harvest",
        &Story {
            text: "Иначе.",
            ..HARVEST
        },
    );
    mounted.fill("ballast");
    let full = newsroom.run(&["export", "out"]);
    assert_ends(
        &full,
        1,
        &[],
        &[
            "out/.taspa-export: error: cannot be written: no storage space",
            "cut short",
        ],
    );
    assert_eq!(
        touched(&out, &before),
        BTreeSet::from(["ballast".to_owned()])
    );
    fs::remove_file(out.join("ballast")).expect("the disk has room again");
    assert_ends(&newsroom.run(&["export", "out"]), 0, &[], &["done"]);
    let all = fs::read_to_string(out.join("all.rss")).expect("a feed");
    assert!(all.contains("Иначе."));
    drop(mounted);
}

#[test]
fn wrong_usage_exits_with_2() {
    let newsroom = Newsroom::of_three();
    for wrong in [
        &["export"][..],
        &["export", "out", "--codings", "gzip,rar"],
        &["export", "out", "--codings", "none,gzip"],
        &["export", "out", "--codings", "identity"],
    ] {
        assert_ends(&newsroom.run(wrong), 2, &[], &["error:"]);
    }
    assert!(!newsroom.path("out").exists());
}
