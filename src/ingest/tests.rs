//! Changes of a folder or a database between two readings, and the store after them.

mod parents;
mod problems;
mod renamed;
mod rows;

use std::cell::RefCell;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::*;
use crate::config::KeyFrom;
use crate::model::article::{Refusal, Visibility};
use crate::model::held_loss::HeldLoss;
use crate::model::problem::Problem;
use crate::model::problem_summary::{FIRST_PROBLEMS_MAX, ProblemSummary};
use crate::model::record::Stamp;
use crate::model::time::Timestamp;
use crate::store::ArticleRow;
use crate::testkit::{self, sqlite};

const CONFIRMED: Options<'static> = Options {
    reread: false,
    removal: Removal::Confirmed,
    stored: 0,
    expected: None,
    priority: Priority::Normal,
    observer: None,
};

/// A folder of articles and its store.
struct Newsroom {
    above: TempDir,
    store: Store,
    history: RefCell<ReadingHistory>,
    key: KeyFrom,
}

impl Newsroom {
    fn keyed_by(key: KeyFrom) -> Newsroom {
        let newsroom = Newsroom {
            above: tempfile::tempdir().expect("a temporary folder"),
            store: Store::scratch().expect("a scratch store"),
            history: RefCell::default(),
            key,
        };
        fs::create_dir(newsroom.path("")).expect("the articles' folder");
        newsroom
    }

    /// A newsroom with one article for each path, all of them read.
    fn with(paths: &[&str]) -> Newsroom {
        let newsroom = Newsroom::keyed_by(KeyFrom::Path);
        for path in paths {
            newsroom.publish(path, path);
        }
        newsroom.read();
        newsroom
    }

    fn path(&self, below: &str) -> PathBuf {
        self.above.path().join("articles").join(below)
    }

    /// A path outside the articles' folder.
    fn outside(&self, name: &str) -> PathBuf {
        self.above.path().join(name)
    }

    fn publish(&self, path: &str, title: &str) {
        self.write(
            path,
            format!("date 2026-01-08 {title}\n\nText.\n").as_bytes(),
        );
    }

    /// Saves like an editor: the new file has another inode, so the change is found on any clock.
    fn write(&self, path: &str, bytes: &[u8]) {
        let (path, beside) = (self.path(path), self.outside("saving"));
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
        fs::write(&beside, bytes).expect("a file");
        fs::rename(beside, path).expect("a file in its place");
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).expect("a file to remove");
    }

    fn rename(&self, from: &str, to: &str) {
        let to = self.path(to);
        fs::create_dir_all(to.parent().expect("a folder")).expect("the folder");
        fs::rename(self.path(from), to).expect("something to rename");
    }

    fn touch(&self, path: &str) {
        let file = File::options()
            .write(true)
            .open(self.path(path))
            .expect("a file");
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        file.set_modified(at).expect("another time");
    }

    fn source(&self) -> Source {
        Source::Directory(Box::new(testkit::directory(self.key, &self.path(""))))
    }

    fn attempt(&self, options: Options) -> ReadingResult {
        let files = self.store.files("").expect("readable rows");
        let stored = files.filter(|row| row.as_ref().is_ok_and(|(_, row)| row.key.is_some()));
        let options = Options {
            stored: stored.count(),
            ..options
        };
        self.reconcile(&[Scope::All], options)
    }

    fn reconcile(&self, scopes: &[Scope], options: Options) -> ReadingResult {
        reconcile(
            &self.source(),
            &self.store,
            scopes,
            options,
            &mut self.history.borrow_mut(),
            &Progress::default(),
            &mut |_| {},
        )
    }

    /// Articles that are held.
    fn held(&self) -> usize {
        let guard = &self.history.borrow().guard;
        guard.held().map_or(0, HeldLoss::articles)
    }

    fn read_as(&self, options: Options) -> ReadingResult {
        let result = self.attempt(options);
        assert!(
            result.report.failure.is_none(),
            "{:?}",
            result.report.failure
        );
        assert_eq!(result.report.unsettled, [""; 0]);
        result
    }

    fn read(&self) -> ReadingResult {
        self.read_as(Options::default())
    }

    /// Every stored article as `key = path: title`.
    fn stored(&self) -> Vec<String> {
        let rows = self.store.article_rows().expect("readable rows");
        let rows: Vec<_> = rows.collect::<Result<_, _>>().expect("readable rows");
        let line = |row: &ArticleRow| {
            let articles = self.store.articles(&[row.meta.record]);
            let title = &articles.expect("a readable record")[0].title;
            format!("{} = {}: {}", row.meta.key, row.path, title.as_str())
        };
        rows.iter().map(line).collect()
    }

    /// `severity path message` of every problem, with `…` for the folder in a message.
    fn problems(&self, result: &ReadingResult) -> Vec<String> {
        let root = format!("{}/", self.path("").display()).replace("//", "/");
        let line = |problem: &Problem| {
            let file = problem.file.strip_prefix(&root).unwrap_or(&problem.file);
            let message = problem.message.replace(&root, "…/");
            format!("{:?} {file} {message}", problem.severity)
        };
        result.report.problems.first.iter().map(line).collect()
    }
}

fn changes(result: &ReadingResult) -> Vec<String> {
    let line = |change: &Change| match change {
        Change::Put(meta) => format!("put {}", meta.key),
        Change::Remove(key) => format!("remove {key}"),
    };
    result.changes.iter().map(line).collect()
}

#[test]
fn a_second_reading_reads_no_unchanged_file() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Path);
    newsroom.publish("b.txt", "Б");
    newsroom.publish("a/index.txt", "А");
    let first = newsroom.read();
    assert_eq!(
        (first.report.read, changes(&first)),
        (2, vec!["put a".into(), "put b".into()])
    );
    assert_eq!(newsroom.stored(), ["a = a/index.txt: А", "b = b.txt: Б"]);
    assert!(first.report.problems.total() == 0 && first.retired.is_empty() && newsroom.held() == 0);
    let second = newsroom.read();
    assert_eq!((second.report.read, second.changes.len()), (0, 0));
}

#[test]
fn progress_counts_files() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Path);
    for path in ["a.txt", "b.txt", "c.txt"] {
        newsroom.publish(path, path);
    }
    let progress = Progress::default();
    assert_eq!(progress.reached(), None);
    let running = progress.start("files");
    reconcile(
        &newsroom.source(),
        &newsroom.store,
        &[Scope::All],
        Options::default(),
        &mut ReadingHistory::default(),
        &progress,
        &mut |_| {},
    );
    let reached = progress.reached().expect("it still runs");
    assert_eq!((reached.found, reached.read, reached.listed), (3, 3, true));
    drop(running);
    assert_eq!(progress.reached(), None);
}

#[test]
fn a_touched_file_is_read_again_without_a_change() {
    let newsroom = Newsroom::with(&["a.txt"]);
    newsroom.touch("a.txt");
    let touched = newsroom.read();
    let reread = newsroom.read_as(Options {
        reread: true,
        ..Options::default()
    });
    for result in [touched, reread] {
        assert_eq!((result.report.read, changes(&result).len()), (1, 0));
        assert_eq!(result.retired, []);
    }
    assert_eq!(newsroom.read().report.read, 0);
}

#[test]
fn an_edited_file_gives_a_new_record_and_retires_the_old_one() {
    let newsroom = Newsroom::with(&["a.txt", "b.txt"]);
    newsroom.publish("a.txt", "Другой");
    let result = newsroom.read();
    assert_eq!(changes(&result), ["put a"]);
    assert_eq!(result.retired, [RecordId(0)]);
    assert_eq!(
        newsroom.store.retired().expect("retired records"),
        [RecordId(0)]
    );
    assert_eq!(newsroom.stored(), ["a = a.txt: Другой", "b = b.txt: b.txt"]);
}

#[test]
fn a_deleted_file_removes_its_article() {
    let newsroom = Newsroom::with(&["a.txt", "b.txt"]);
    newsroom.remove("a.txt");
    let result = newsroom.read();
    assert_eq!(changes(&result), ["remove a"]);
    assert_eq!(result.retired, [RecordId(0)]);
    assert_eq!(newsroom.stored(), ["b = b.txt: b.txt"]);
    assert_eq!(newsroom.read().changes.len(), 0);
}

#[test]
fn a_renamed_file_is_another_article() {
    let newsroom = Newsroom::with(&["a.txt", "b.txt", "c.txt"]);
    newsroom.rename("a.txt", "d.txt");
    assert_eq!(changes(&newsroom.read()), ["put d", "remove a"]);
    assert_eq!(newsroom.stored().len(), 3);
}

#[test]
fn a_moved_folder_keyed_by_name_keeps_its_articles() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Name);
    for number in 0..12 {
        newsroom.publish(&format!("old/{number}.txt"), "Заголовок");
    }
    newsroom.read();
    newsroom.rename("old", "archive/2026");
    let result = newsroom.read();
    assert!(
        changes(&result)
            .iter()
            .all(|change| change.starts_with("put"))
    );
    assert_eq!(
        (newsroom.held(), result.retired, newsroom.stored().len()),
        (0, vec![], 12)
    );
    let again = newsroom.read();
    assert_eq!((again.report.read, again.changes.len()), (0, 0));
}

#[test]
fn a_file_that_loses_its_key_is_read_again_if_it_has_changed() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Path);
    let write = |path: &str, id: &str, title: &str| {
        let article = format!(r#"{{"id": "{id}", "title": "{title}", "date": "2026-01-08"}}"#);
        newsroom.write(path, article.as_bytes());
    };
    write("b.json", "k", "Б");
    newsroom.read();
    write("b.json", "l", "Б");
    write("a.json", "k", "А");
    // The event of the other file comes first.
    newsroom.reconcile(&[Scope::at("a.json".to_owned())], Options::default());
    assert_eq!(newsroom.stored(), ["k = a.json: А"]);
    newsroom.read();
    assert_eq!(newsroom.stored(), ["k = a.json: А", "l = b.json: Б"]);
}

#[test]
fn the_lowest_path_keeps_a_key_of_two_files() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Name);
    newsroom.publish("b/x.txt", "Б");
    newsroom.publish("a/x.txt", "А");
    for _ in 0..2 {
        let result = newsroom.read();
        let expected = ["Error b/x.txt its key `x` belongs to `…/a/x.txt` already"];
        assert_eq!(newsroom.problems(&result), expected);
        assert_eq!(newsroom.stored(), ["x = a/x.txt: А"]);
    }
}

#[test]
fn a_later_file_with_a_lower_path_takes_the_key() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Name);
    newsroom.publish("b/x.txt", "Б");
    newsroom.read();
    newsroom.publish("a/x.txt", "А");
    let result = newsroom.read();
    assert_eq!(changes(&result), ["put x"]);
    assert_eq!(newsroom.stored(), ["x = a/x.txt: А"]);
    let expected = ["Error b/x.txt its key `x` belongs to `…/a/x.txt` already"];
    assert_eq!(newsroom.problems(&result), expected);
    assert_eq!(newsroom.problems(&newsroom.read()), expected);
}

#[test]
fn a_problem_is_reported_once_in_a_reading() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Name);
    newsroom.publish("b/x.txt", "Б");
    newsroom.read();
    newsroom.publish("a/x.txt", "А");
    newsroom.publish("b/x.txt", "Б иначе");
    assert_eq!(newsroom.problems(&newsroom.read()).len(), 1);
}

#[test]
fn a_refused_file_takes_the_key_when_its_owner_disappears() {
    type Departure = fn(&Newsroom);
    let ways: [(&str, Departure); 3] = [
        ("deleted", |newsroom| newsroom.remove("a/x.txt")),
        ("renamed", |newsroom| newsroom.rename("a/x.txt", "a/y.txt")),
        ("hidden", |newsroom| newsroom.rename("a/x.txt", "a/_x.txt")),
    ];
    for (way, leave) in ways {
        let newsroom = Newsroom::keyed_by(KeyFrom::Name);
        newsroom.publish("a/x.txt", "А");
        newsroom.publish("b/x.txt", "Б");
        newsroom.read();
        leave(&newsroom);
        let result = newsroom.read();
        assert!(
            newsroom.stored().contains(&"x = b/x.txt: Б".to_owned()),
            "{way}"
        );
        assert_eq!(newsroom.problems(&result), Vec::<String>::new(), "{way}");
        assert_eq!(newsroom.read().changes.len(), 0, "{way}");
    }
}

#[test]
fn a_refused_file_that_changes_its_key_does_not_block_the_next() {
    type Change = fn(&Newsroom);
    let ways: [(&str, Change); 2] = [
        ("renamed", |newsroom| newsroom.rename("b/x.txt", "b/y.txt")),
        ("broken", |newsroom| newsroom.write("b/x.txt", b"no date")),
    ];
    for (way, change) in ways {
        let newsroom = Newsroom::keyed_by(KeyFrom::Name);
        for path in ["a/x.txt", "b/x.txt", "c/x.txt"] {
            newsroom.publish(path, path);
        }
        newsroom.read();
        change(&newsroom);
        newsroom.read();
        newsroom.remove("a/x.txt");
        newsroom.read();
        let taken = "x = c/x.txt: c/x.txt".to_owned();
        assert!(
            newsroom.stored().contains(&taken),
            "{way}: {:?}",
            newsroom.stored()
        );
    }
}

#[test]
fn rereading_with_another_key_rule_equals_a_first_reading() {
    for (from, to) in [
        (KeyFrom::Path, KeyFrom::Name),
        (KeyFrom::Name, KeyFrom::Path),
    ] {
        let mut newsroom = Newsroom::keyed_by(from);
        for path in ["a/x.txt", "b/x.txt", "c/y.txt", "x/index.txt"] {
            newsroom.publish(path, path);
        }
        newsroom.read();
        newsroom.key = to;
        let result = newsroom.read_as(Options {
            reread: true,
            ..Options::default()
        });
        let (read_again, problems) = (newsroom.stored(), newsroom.problems(&result));
        newsroom.store = Store::scratch().expect("a scratch store");
        let first = newsroom.read();
        assert_eq!(read_again, newsroom.stored());
        assert_eq!(problems, newsroom.problems(&first));
    }
}

#[test]
fn a_file_that_breaks_keeps_its_last_good_version() {
    let newsroom = Newsroom::with(&["a.txt", "b.txt"]);
    newsroom.write("a.txt", b"\n\nnot an article\n");
    for _ in 0..2 {
        let result = newsroom.read();
        let problems = newsroom.problems(&result);
        assert_eq!((problems.len(), changes(&result).len()), (1, 0));
        assert!(problems[0].starts_with("Error a.txt "), "{problems:?}");
        assert!(
            problems[0].ends_with("; its last good version stays"),
            "{problems:?}"
        );
        assert_eq!(result.report.problems.first[0].line, Some(3));
        assert_eq!(newsroom.stored(), ["a = a.txt: a.txt", "b = b.txt: b.txt"]);
    }
    newsroom.publish("a.txt", "Починен");
    assert_eq!(newsroom.problems(&newsroom.read()), Vec::<String>::new());
    assert_eq!(newsroom.stored()[0], "a = a.txt: Починен");
}

#[test]
fn the_last_good_version_of_a_file_that_breaks_leaves_when_the_file_expires() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Path);
    let expires = || {
        let row = newsroom.store.article("a").expect("a readable row");
        row.map(|row| row.meta.expires)
    };
    let [early, late] = [2100, 2200].map(|year| Some(Timestamp::start_of_year(year)));
    let (good, bad) = ("date: 2026-01-08", "date: вчера");
    for (keys, expected) in [
        (vec![good], Some(None)),
        (vec![bad], Some(None)),
        (vec![bad, "expires: 2200-01-01T00:00Z"], Some(late)),
        (
            vec![
                bad,
                "expires: 2200-01-01T00:00Z",
                "expiryDate: 2100-01-01T00:00Z",
            ],
            Some(early),
        ),
        // It is not known how long a version may stay that is no longer there.
        (vec![bad, "expires: 2200-01-01T00:00Z"], Some(early)),
        (vec![bad], Some(early)),
        (vec![good, "expires: 2200-01-01T00:00Z"], Some(late)),
        (
            vec![bad, "expires: 2200-01-01T00:00Z", "title: {"],
            Some(late),
        ),
        (
            vec![bad, "expires: 2100-01-01T00:00Z", "title: {"],
            Some(early),
        ),
        (vec![good], Some(None)),
        (vec![bad, "expires: 2020-01-01"], None),
    ] {
        let keys = keys.join("\n");
        let file = format!("---\ntitle: Мост\n{keys}\n---\nТекст.\n");
        newsroom.write("a.md", file.as_bytes());
        newsroom.read();
        assert_eq!(expires(), expected, "{keys}");
        assert_eq!(changes(&newsroom.read()), [""; 0], "{keys}");
    }
}

#[test]
fn a_file_that_never_was_an_article_is_reported_on_every_reading() {
    let newsroom = Newsroom::with(&["a.txt"]);
    let huge = vec![b'x'; (2 << 20) + 1];
    newsroom.write("huge.txt", &huge);
    newsroom.write("empty.txt", b"");
    for reading in 0..2 {
        let result = newsroom.read();
        let problems = newsroom.problems(&result);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].starts_with("Error empty.txt"), "{problems:?}");
        let expected = "Error huge.txt the file is larger than 2097152 bytes: it has 2097153";
        assert_eq!(problems[1], expected);
        assert_eq!(result.report.read, if reading == 0 { 2 } else { 0 });
        assert_eq!(newsroom.stored().len(), 1);
    }
}

#[test]
fn a_file_of_two_mebibytes_is_an_article() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Path);
    // The worst growth: paragraphs of one character, and characters that HTML writes as five.
    for (name, unit) in [("lines.txt", "&\n"), ("text.txt", "\"")] {
        let mut text = "date 2026-01-08 Длинный\n\n".to_owned();
        text.push_str(&unit.repeat(((2 << 20) - text.len()) / unit.len()));
        newsroom.write(name, text.as_bytes());
    }
    let result = newsroom.read();
    assert_eq!(newsroom.problems(&result), Vec::<String>::new());
    assert_eq!(newsroom.stored().len(), 2);
}

#[test]
fn an_unlisted_folder_removes_nothing() {
    type Loss = fn(&Newsroom);
    let losses: [(&str, Loss); 3] = [
        ("missing", |newsroom| {
            fs::rename(newsroom.path(""), newsroom.outside("away")).expect("a folder to move");
        }),
        ("a file", |newsroom| {
            fs::rename(newsroom.path(""), newsroom.outside("away")).expect("a folder to move");
            fs::write(newsroom.outside("articles"), "x").expect("a file");
        }),
        ("a dangling link", |newsroom| {
            fs::rename(newsroom.path(""), newsroom.outside("away")).expect("a folder to move");
            symlink("nowhere", newsroom.outside("articles")).expect("a link");
        }),
    ];
    for (loss, lose) in losses {
        let newsroom = Newsroom::with(&["a.txt", "b.txt"]);
        lose(&newsroom);
        let result = newsroom.attempt(CONFIRMED);
        let failed = matches!(
            result.report.failure,
            Some(ReconcileError::Source(SourceError::Folder { .. }))
        );
        assert!(failed && result.changes.is_empty(), "{loss}");
        assert_eq!(newsroom.stored().len(), 2, "{loss}");
    }
}

#[test]
fn what_a_dangling_link_led_to_is_deleted() {
    let newsroom = Newsroom::with(&["a/x.txt", "a.txt", "b.txt", "c.txt"]);
    fs::rename(newsroom.path("a"), newsroom.outside("away")).expect("a folder to move");
    symlink("nowhere", newsroom.path("a")).expect("a link");
    newsroom.remove("c.txt");
    symlink("c.txt", newsroom.path("c.txt")).expect("a link to itself");
    for removed in [&["remove a/x", "remove c"][..], &[]] {
        let result = newsroom.read();
        assert_eq!(changes(&result), removed);
        let reason = "skipped: it is a link to nothing; what it led to counts as deleted";
        let expected = ["a", "c.txt"].map(|link| format!("Warning {link} {reason}"));
        assert_eq!(newsroom.problems(&result), expected);
    }
    assert_eq!(newsroom.stored(), ["a = a.txt: a.txt", "b = b.txt: b.txt"]);
}

#[test]
fn dangling_links_are_held_as_other_losses_are() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Path);
    for number in 0..12 {
        newsroom.publish(&format!(".archive/{number}.txt"), "Заголовок");
    }
    symlink(".archive", newsroom.path("archive")).expect("a link");
    newsroom.read();
    assert_eq!(newsroom.stored().len(), 12);
    newsroom.rename(".archive", "../away");
    newsroom.read();
    assert_eq!((newsroom.held(), newsroom.stored().len()), (12, 12));
    newsroom.read_as(CONFIRMED);
    assert_eq!((newsroom.held(), newsroom.stored().len()), (0, 0));
}

#[test]
fn an_article_in_a_relisted_subfolder_takes_its_key_back() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Name);
    newsroom.publish("a/x.txt", "А");
    newsroom.read();
    fs::rename(newsroom.path("a"), newsroom.outside("away")).expect("a folder to move");
    symlink("nowhere", newsroom.path("a")).expect("a link");
    newsroom.publish("b/x.txt", "Б");
    newsroom.read();
    newsroom.remove("a");
    fs::rename(newsroom.outside("away"), newsroom.path("a")).expect("a folder to move back");
    newsroom.read();
    assert_eq!(newsroom.stored(), ["x = a/x.txt: А"]);
    newsroom.remove("b/x.txt");
    newsroom.read();
    assert_eq!(newsroom.stored(), ["x = a/x.txt: А"]);
}

#[test]
fn the_loss_of_more_than_half_of_ten_is_held_until_confirmed() {
    for (stored, lost, held) in [(10, 5, 0), (10, 6, 6), (12, 12, 12), (9, 9, 0), (11, 5, 0)] {
        let newsroom = Newsroom::keyed_by(KeyFrom::Path);
        for number in 0..stored {
            newsroom.publish(&format!("{number:02}.txt"), "Заголовок");
        }
        newsroom.read();
        for number in 0..lost {
            newsroom.remove(&format!("{number:02}.txt"));
        }
        let case = format!("{lost} of {stored}");
        let left = stored - if held > 0 { 0 } else { lost };
        for _ in 0..2 {
            newsroom.read();
            assert_eq!(
                (newsroom.held(), newsroom.stored().len()),
                (held, left),
                "{case}"
            );
        }
        let confirmed = newsroom.read_as(CONFIRMED);
        assert_eq!(
            (newsroom.held(), confirmed.retired.len()),
            (0, held),
            "{case}"
        );
        assert_eq!(newsroom.stored().len(), stored - lost, "{case}");
    }
}

#[test]
fn articles_that_return_end_a_held_removal() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Path);
    for number in 0..10 {
        newsroom.publish(&format!("a/{number}.txt"), "Заголовок");
    }
    newsroom.read();
    newsroom.rename("a", "../away");
    newsroom.read();
    assert_eq!(newsroom.held(), 10);
    newsroom.rename("../away", "a");
    let result = newsroom.read();
    assert_eq!(
        (
            newsroom.held(),
            result.changes.len(),
            newsroom.stored().len()
        ),
        (0, 0, 10)
    );
}

#[test]
fn hidden_drafts_and_other_files_are_skipped_silently() {
    let newsroom = Newsroom::with(&["a.txt"]);
    for path in [
        ".hidden.txt",
        "_draft.txt",
        "a.txt~",
        "b.txt.tmp",
        "c.txt.part",
        "d.txt.swp",
        "photo.jpg",
        "README",
        ".git/x.txt",
        "_drafts/x.txt",
    ] {
        newsroom.publish(path, path);
    }
    // An editor creates such a link beside an open file.
    symlink("editor@host.1234", newsroom.path(".#a.txt")).expect("a link");
    let _socket = UnixListener::bind(newsroom.path("socket.txt")).expect("a socket");
    let result = newsroom.read();
    assert_eq!(
        (result.report.read, newsroom.problems(&result)),
        (0, vec![])
    );
}

#[test]
fn links_that_leave_the_folder_are_skipped_with_a_warning() {
    let newsroom = Newsroom::with(&["a.txt"]);
    let outside = newsroom.outside("outside");
    fs::create_dir(&outside).expect("a folder");
    fs::write(outside.join("x.txt"), "date 2026-01-08 Чужой\n").expect("a file");
    symlink(outside.join("x.txt"), newsroom.path("file.txt")).expect("a link");
    symlink(&outside, newsroom.path("folder")).expect("a link");
    symlink(newsroom.path(""), newsroom.path("loop")).expect("a link");
    symlink("a.txt", newsroom.path("inside.txt")).expect("a link");
    let result = newsroom.read();
    assert_eq!(changes(&result), [""; 0]);
    let problems = newsroom.problems(&result);
    let leaves = "skipped: it is a link that leaves the folder";
    assert_eq!(problems[0], format!("Warning file.txt {leaves}"));
    assert_eq!(problems[1], format!("Warning folder {leaves}"));
    assert_eq!(
        problems[2..],
        [
            "Warning inside.txt skipped: it is a link to `…/a.txt`, which is read there",
            "Warning loop skipped: it is a link to a folder that contains it",
        ]
    );
}

#[test]
fn names_that_are_not_utf_8_are_skipped_with_a_warning() {
    let newsroom = Newsroom::with(&["a.txt"]);
    let name = newsroom.path("").join(OsStr::from_bytes(b"\xcf\xf0.txt"));
    fs::write(name, "date 2026-01-08 Имя\n").expect("a file");
    let result = newsroom.read();
    assert_eq!(result.changes.len(), 0);
    let expected = ["Warning \u{fffd}\u{fffd}.txt skipped: its name is not UTF-8"];
    assert_eq!(newsroom.problems(&result), expected);
}

#[test]
fn files_are_listed_in_the_order_of_their_bytes() {
    let newsroom = Newsroom::with(&[
        "a-b.txt",
        "a.txt",
        "a/b.txt",
        "a0.txt",
        "link-1.txt",
        "link.txt",
        "b/c/d.txt",
        "b/c.txt",
        "b-/x.txt",
        "я.txt",
    ]);
    // A link to a folder is listed as a folder.
    newsroom.rename("b", ".b");
    symlink(".b", newsroom.path("link")).expect("a link");
    let paths: Vec<String> = newsroom
        .source()
        .walk(&Scope::All)
        .map(|entry| entry.expect("a file").path)
        .collect();
    assert!(paths.is_sorted(), "{paths:?}");
    assert_eq!(paths.len(), 10);
    newsroom.read();
    for _ in 0..2 {
        let removed = |change: &String| change.starts_with("remove");
        assert!(!changes(&newsroom.read()).iter().any(removed));
        assert_eq!(newsroom.stored().len(), 10);
    }
    assert_eq!(newsroom.read().report.read, 0);
}
