//! Changes without a reload: file events are the only way to learn of them.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::SystemTime;

use crate::testkit::admin_pages::{address_of, readiness};
use crate::testkit::copies::Copies;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, MATCH, Newsroom, SESSION, Story, swap};
use crate::testkit::wait::eventually;

const FEEDS: [&str; 4] = [
    "/all.rss",
    "/sections/спорт.atom",
    "/select.rss?any=мажилис,футбол",
    "/tags/урожай.json",
];

/// The harvest's twin with a date of its own, so that it stands in a place of its own.
fn harvest_of(day: u32) -> String {
    let date = format!("2026-02-{day:02}");
    let date = &date;
    Story { date, ..HARVEST }.to_string()
}

/// A folder outside of the articles' with two articles, one of them deeper.
fn tree_outside(newsroom: &Newsroom, day: u32) -> std::path::PathBuf {
    let tree = newsroom.path("outside");
    fs::create_dir_all(tree.join("deep/er")).expect("a tree");
    fs::write(tree.join("top.txt"), harvest_of(day)).expect("its first article");
    fs::write(tree.join("deep/er/low.txt"), harvest_of(day)).expect("its second article");
    tree
}

type Deed = fn(&Newsroom, &Path);

#[test]
fn article_added_in_any_way_appears() {
    let newsroom = Newsroom::of_three_without_rescan();
    let mut daemon = Daemon::start(&newsroom);
    let ways: [(&str, Deed, &[&str]); 9] = [
        (
            "renamed in",
            |newsroom, articles| {
                fs::write(newsroom.path("draft"), harvest_of(1)).expect("a draft");
                fs::rename(newsroom.path("draft"), articles.join("renamed.txt")).expect("a rename");
            },
            &["renamed"],
        ),
        (
            "written in place",
            |_, articles| fs::write(articles.join("written.txt"), harvest_of(2)).expect("a file"),
            &["written"],
        ),
        (
            "a name of its own for a file outside",
            |newsroom, articles| {
                fs::write(newsroom.path("elsewhere"), harvest_of(3)).expect("a file");
                fs::hard_link(newsroom.path("elsewhere"), articles.join("linked.txt"))
                    .expect("a hard link");
            },
            &["linked"],
        ),
        (
            "beside, then renamed",
            |_, articles| {
                fs::write(articles.join("saved.txt.tmp"), harvest_of(4)).expect("a leftover");
                fs::rename(articles.join("saved.txt.tmp"), articles.join("saved.txt"))
                    .expect("a rename");
            },
            &["saved"],
        ),
        (
            "in folders made the moment before",
            |_, articles| {
                fs::create_dir_all(articles.join("a/b/c")).expect("folders");
                fs::write(articles.join("a/b/c/at-once.txt"), harvest_of(5)).expect("a file");
            },
            &["a/b/c/at-once"],
        ),
        (
            "later in those folders",
            |_, articles| {
                fs::write(articles.join("a/b/c/later.txt"), harvest_of(6)).expect("a file");
            },
            &["a/b/c/later"],
        ),
        (
            "a tree moved in",
            |newsroom, articles| {
                let tree = tree_outside(newsroom, 7);
                fs::rename(tree, articles.join("tree")).expect("a tree is moved");
            },
            &["tree/top", "tree/deep/er/low"],
        ),
        (
            "later in that tree",
            |_, articles| {
                fs::write(articles.join("tree/deep/er/new.txt"), harvest_of(8)).expect("a file");
            },
            &["tree/deep/er/new"],
        ),
        (
            "a tree renamed within",
            |_, articles| {
                fs::rename(articles.join("tree/deep"), articles.join("flat")).expect("a rename");
            },
            &["flat/er/low", "flat/er/new"],
        ),
    ];
    for (way, deed, keys) in ways {
        deed(&newsroom, &newsroom.articles());
        for key in keys {
            let page = format!("/articles/{key}");
            daemon.eventually_after(way, "/tags/урожай.json", |feed| feed.says(&page));
        }
    }
    // A renamed article is there once.
    daemon.eventually("/all.rss", |feed| !feed.says("/articles/tree/deep/"));
}

#[test]
fn article_removed_in_any_way_disappears() {
    let newsroom = Newsroom::of_three_without_rescan();
    let articles = newsroom.articles();
    for (number, name) in [
        "deleted", "moved", "renamed", "a/b/low", "c/d/low", "hidden",
    ]
    .into_iter()
    .enumerate()
    {
        let path = newsroom.article(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("its folder");
        let day = u32::try_from(number).expect("a small number") + 1;
        fs::write(path, harvest_of(day)).expect("an article");
    }
    // Enough others for the removals to be a small part.
    for day in 10..22 {
        newsroom.write(&format!("stays-{day}"), &harvest_of(day));
    }
    let mut daemon = Daemon::start(&newsroom);
    let ways: [(&str, Deed, &str); 6] = [
        (
            "deleted",
            |newsroom, _| newsroom.remove("deleted"),
            "deleted",
        ),
        (
            "moved out",
            |newsroom, articles| {
                fs::rename(articles.join("moved.txt"), newsroom.path("moved")).expect("a rename");
            },
            "moved",
        ),
        (
            "renamed within",
            |_, articles| {
                fs::rename(articles.join("renamed.txt"), articles.join("other.txt"))
                    .expect("a rename");
            },
            "renamed",
        ),
        (
            "its tree moved out",
            |newsroom, articles| {
                fs::rename(articles.join("a"), newsroom.path("a")).expect("a rename");
            },
            "a/b/low",
        ),
        (
            "its tree deleted",
            |_, articles| fs::remove_dir_all(articles.join("c")).expect("a tree is deleted"),
            "c/d/low",
        ),
        (
            "renamed to a hidden name",
            |_, articles| {
                fs::rename(articles.join("hidden.txt"), articles.join("_hidden.txt"))
                    .expect("a rename");
            },
            "hidden",
        ),
    ];
    for (way, deed, key) in ways {
        let page = format!("/articles/{key}\"");
        let is_there = |text: &str| text.contains(&page);
        assert!(is_there(daemon.get("/tags/урожай.json").text()), "{way}");
        deed(&newsroom, &articles);
        daemon.eventually_after(way, "/tags/урожай.json", |feed| {
            !is_there(feed.text())
        });
    }
    daemon.eventually("/all.rss", |feed| feed.says("/articles/other"));
}

#[test]
fn edit_saved_in_any_way_appears() {
    let newsroom = Newsroom::of_three_without_rescan();
    let mut daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);
    let text = "Ряды заняли обе набережные.";
    newsroom.write("harvest", &Story { text, ..HARVEST });
    daemon.eventually("/all.rss", |feed| feed.says(text));
    let edited = before.again(&daemon);
    assert_eq!(
        edited.moved_since(&before),
        ["/all.rss", "/tags/урожай.json"]
    );

    let text = "Матч так и не доиграли.";
    fs::write(newsroom.path("new"), Story { text, ..MATCH }.to_string()).expect("a new version");
    fs::rename(newsroom.path("new"), newsroom.article("match")).expect("it replaces the old one");
    daemon.eventually("/all.rss", |feed| feed.says(text));

    // As editors do that keep a copy: the old file steps aside, the new one is written afresh.
    let text = "Повестку утвердили вечером.";
    let old = newsroom.article("session");
    fs::rename(&old, old.with_extension("txt~")).expect("the old version steps aside");
    newsroom.write("session", &Story { text, ..SESSION });
    let seen = daemon.eventually("/all.rss", |feed| feed.says(text));
    assert_eq!(seen.text().matches("<item>").count(), 3);
}

#[test]
fn file_that_describes_a_folder_hides_and_shows_what_is_below_it() {
    let newsroom = Newsroom::of_three_without_rescan();
    let articles = newsroom.articles();
    fs::create_dir_all(articles.join("series/deep")).expect("folders");
    fs::write(articles.join("series/deep/part.txt"), harvest_of(1)).expect("an article");
    let mut daemon = Daemon::start(&newsroom);
    let page = "/articles/series/deep/part";
    assert!(daemon.get("/all.rss").says(page));
    let index = articles.join("series/_index.md");
    for (text, is_shown) in [
        (Some("+++\ndraft = true\n+++\n"), false),
        (Some("+++\ndraft = false\n+++\n"), true),
        (Some("---\ncascade:\n  draft: true\n---\n"), false),
        (None, true),
    ] {
        match text {
            Some(text) => fs::write(&index, text).expect("the folder's own file"),
            None => fs::remove_file(&index).expect("it is removed"),
        }
        daemon.eventually("/all.rss", |feed| feed.says(page) == is_shown);
    }
}

#[test]
fn replaced_root_folder_is_watched() {
    let newsroom = Newsroom::of_three_without_rescan();
    let mut daemon = Daemon::start(&newsroom);
    let next = newsroom.path("next");
    fs::create_dir(&next).expect("the next root");
    fs::write(next.join("harvest.txt"), HARVEST.to_string()).expect("an article that stays");
    fs::write(next.join("swapped.txt"), harvest_of(9)).expect("an article that is new");
    swap(&newsroom.articles(), &next, &newsroom.path("old"));
    daemon.eventually("/all.rss", |feed| {
        feed.says("/articles/swapped") && !feed.says("/articles/match")
    });
    newsroom.write("after", &harvest_of(10));
    daemon.eventually("/all.rss", |feed| feed.says("/articles/after"));

    // What happens to the old root is nobody's business.
    fs::write(newsroom.path("old/stray.txt"), harvest_of(11)).expect("a file of the old root");
    newsroom.write("last", &harvest_of(12));
    let last = daemon.eventually("/all.rss", |feed| feed.says("/articles/last"));
    assert!(!last.says("/articles/stray"));
}

#[test]
fn new_target_of_a_root_symlink_is_watched() {
    let newsroom = Newsroom::of_three_without_rescan();
    let articles = newsroom.articles();
    fs::rename(&articles, newsroom.path("release-1")).expect("the first release");
    symlink("release-1", &articles).expect("a link to it");
    let mut daemon = Daemon::start(&newsroom);
    for release in 2..5 {
        let folder = newsroom.path(&format!("release-{release}"));
        fs::create_dir(&folder).expect("the next release");
        let key = format!("of-release-{release}");
        fs::write(folder.join(&key).with_extension("txt"), harvest_of(release))
            .expect("its article");
        let link = newsroom.path("link");
        symlink(&folder, &link).expect("a link to it");
        fs::rename(&link, &articles).expect("the link flips");
        let shown = daemon.eventually("/all.rss", |feed| feed.says(&key));
        assert_eq!(shown.text().matches("<item>").count(), 1);

        let key = format!("late-in-{release}");
        newsroom.write(&key, &harvest_of(release));
        daemon.eventually("/all.rss", |feed| feed.says(&key));
    }
}

#[test]
fn changes_below_a_symlink_appear_under_the_real_name() {
    let newsroom = Newsroom::of_three_without_rescan();
    let articles = newsroom.articles();
    fs::create_dir(articles.join("real")).expect("a folder");
    symlink("real", articles.join("alias")).expect("a link to it");
    let mut daemon = Daemon::start(&newsroom);
    fs::write(articles.join("real/first.txt"), harvest_of(1)).expect("an article");
    daemon.eventually("/all.rss", |feed| feed.says("/articles/real/first"));
    fs::write(articles.join("alias/second.txt"), harvest_of(2)).expect("an article");
    daemon.eventually("/all.rss", |feed| feed.says("/articles/real/second"));
    fs::remove_file(articles.join("alias/first.txt")).expect("it is deleted");
    daemon.eventually("/all.rss", |feed| !feed.says("/first"));
    assert!(!daemon.get("/all.rss").says("/articles/alias/"));
}

#[test]
fn links_that_are_made_later_never_make_a_twin() {
    let newsroom = Newsroom::of_three_without_rescan();
    let articles = newsroom.articles();
    fs::create_dir(articles.join("real")).expect("a folder");
    let mut daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);
    let links = [
        ("loop", "."),
        ("chain", "loop"),
        ("copy.txt", "session.txt"),
        ("real/up", ".."),
    ];
    for (link, target) in links {
        symlink(target, articles.join(link)).expect("a link");
        daemon.wait_for(&format!(
            "articles/{link}: warning: skipped: it is a link to "
        ));
    }
    assert!(before.again(&daemon).moved_since(&before).is_empty());
    // What changes is found under one name.
    let text = "Повестку утвердили вечером.";
    newsroom.write("session", &Story { text, ..SESSION });
    let changed = daemon.eventually("/all.rss", |feed| feed.says(text));
    assert_eq!(changed.text().matches("<item>").count(), 3);
    fs::write(articles.join("loop/fresh.txt"), harvest_of(1)).expect("an article");
    let fresh = daemon.eventually("/all.rss", |feed| feed.says("/articles/fresh"));
    assert_eq!(fresh.text().matches("<item>").count(), 4);
}

#[test]
fn hidden_folder_is_read_through_its_link() {
    let newsroom = Newsroom::of_three_without_rescan();
    let articles = newsroom.articles();
    // As Kubernetes mounts a ConfigMap: a link to a hidden folder is replaced by another.
    for release in [1, 2] {
        let folder = articles.join(format!("..release-{release}"));
        fs::create_dir(&folder).expect("a release");
        fs::write(folder.join("mounted.txt"), harvest_of(release)).expect("an article");
    }
    symlink("..release-1", articles.join("..data")).expect("a link to it");
    symlink("..data/mounted.txt", articles.join("mounted.txt")).expect("a link to its article");
    let mut daemon = Daemon::start(&newsroom);
    assert_eq!(daemon.get("/all.rss").text().matches("<item>").count(), 4);
    let before = Copies::take(&daemon, &["/all.rss"]);
    symlink("..release-2", articles.join("..next")).expect("a link");
    fs::rename(articles.join("..next"), articles.join("..data")).expect("the link flips");
    daemon.eventually("/all.rss", |feed| feed.body != before.of("/all.rss").body);
    // What the link leads to is deleted.
    fs::remove_file(articles.join("..release-2/mounted.txt")).expect("it is deleted");
    daemon.eventually("/all.rss", |feed| !feed.says("/articles/mounted"));
    daemon.wait_for("mounted.txt: warning: skipped: it is a link to nothing");
}

#[test]
fn two_thousand_articles_at_once_all_appear() {
    const ARTICLES: usize = 2000;
    let newsroom = Newsroom::of_three_without_rescan();
    let mut daemon = Daemon::start(&newsroom);
    let outside = newsroom.path("outside");
    fs::create_dir(&outside).expect("a folder outside");
    let name = |number: usize| format!("burst-{number:04}.txt");
    for number in 0..ARTICLES {
        fs::write(outside.join(name(number)), harvest_of(1)).expect("an article");
    }
    for number in 0..ARTICLES {
        let (from, to) = (outside.join(name(number)), newsroom.articles());
        fs::rename(from, to.join(name(number))).expect("a rename");
    }
    daemon.eventually_serves((0..ARTICLES).map(|number| format!("/articles/burst-{number:04}")));
}

#[test]
fn changed_file_mode_and_date_keep_etags() {
    let newsroom = Newsroom::of_three_without_rescan();
    let mut daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);
    let harvest = newsroom.article("harvest");
    fs::set_permissions(&harvest, fs::Permissions::from_mode(0o600)).expect("other rights");
    let matched = fs::File::options()
        .append(true)
        .open(newsroom.article("match"));
    let touched = matched.and_then(|file| file.set_modified(SystemTime::now()));
    touched.expect("an article is touched");
    // Both are read before this is.
    let text = "Повестку утвердили вечером.";
    newsroom.write("session", &Story { text, ..SESSION });
    daemon.eventually("/all.rss", |feed| feed.says(text));
    let after = before.again(&daemon);
    assert_eq!(
        after.moved_since(&before),
        ["/all.rss", "/select.rss?any=мажилис,футбол"]
    );
}

#[test]
fn broken_edit_is_quarantined_until_fixed() {
    let newsroom = Newsroom::of_three_without_rescan();
    let mut daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);
    newsroom.write("harvest", &"date 2026-02-30 Такого дня нет\n");
    daemon.wait_for("harvest.txt:1: error:");
    assert!(before.again(&daemon).moved_since(&before).is_empty());
    let text = "Ряды заняли обе набережные.";
    newsroom.write("harvest", &Story { text, ..HARVEST });
    daemon.eventually("/all.rss", |feed| feed.says(text));
}

#[test]
fn polled_folder_shows_changes() {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure("rescan = \"60s\"", "rescan = \"1s\"\nwatch = \"poll\"");
    let mut daemon = Daemon::start(&newsroom);
    newsroom.write("polled", &harvest_of(1));
    daemon.eventually("/all.rss", |feed| feed.says("/articles/polled"));
    let text = "Ряды заняли обе набережные.";
    newsroom.write("polled", &Story { text, ..HARVEST });
    daemon.eventually("/all.rss", |feed| feed.says(text));
    newsroom.remove("polled");
    daemon.eventually("/all.rss", |feed| !feed.says("/articles/polled"));
}

/// What `/readyz` says where file watches are missing.
const NO_WATCHES: &str =
    "degraded: changes are noticed only every `rescan`: the system has no more file watches";

#[test]
fn missing_file_watches_degrade_readiness_until_there_are_some() {
    let newsroom = Newsroom::of_three_without_rescan();
    newsroom.enable_admin();
    let Some(mut daemon) = Daemon::start_with_watches(&newsroom, 0) else {
        return;
    };
    let admin = address_of(&mut daemon);
    let degraded = readiness(&admin);
    assert!(degraded.contains(NO_WATCHES), "{degraded}");
    daemon.allow_watches();
    daemon.wait_for("changes are noticed at once again");
    eventually("all is well", || readiness(&admin) == "ready\n");
}

#[test]
fn new_folder_without_a_file_watch_degrades_readiness_until_there_is_one() {
    let newsroom = Newsroom::of_three_without_rescan();
    newsroom.enable_admin();
    // One folder is there, and one more can be watched.
    let Some(mut daemon) = Daemon::start_with_watches(&newsroom, 2) else {
        return;
    };
    let admin = address_of(&mut daemon);
    assert_eq!(readiness(&admin), "ready\n");
    for number in 0..3 {
        let folder = newsroom.articles().join(number.to_string());
        fs::create_dir(folder).expect("a folder is made");
    }
    eventually("it is reported", || readiness(&admin).contains(NO_WATCHES));
    daemon.allow_watches();
    daemon.wait_for("changes are noticed at once again");
    eventually("all is well", || readiness(&admin) == "ready\n");
    newsroom.write("2/second", &harvest_of(1));
    daemon.eventually("/all.rss", |feed| feed.says("/articles/2/second"));
}
