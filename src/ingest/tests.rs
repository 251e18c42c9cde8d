//! Changes of a folder or a database between two readings, and the store after them.

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
        Source::Directory(testkit::directory(self.key, &self.path("")))
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

    /// `severity path message` of every problem.
    fn problems(&self, result: &ReadingResult) -> Vec<String> {
        let root = format!("{}/", self.path("").display()).replace("//", "/");
        let line = |problem: &Problem| {
            let file = problem.file.strip_prefix(&root).unwrap_or(&problem.file);
            format!("{:?} {file} {}", problem.severity, problem.message)
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
        let expected = ["Error b/x.txt its key `x` belongs to `a/x.txt` already"];
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
    let expected = ["Error b/x.txt its key `x` belongs to `a/x.txt` already"];
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

/// A database of rows, all of which have the key `a`.
struct Rows {
    folder: TempDir,
    store: Store,
    history: RefCell<ReadingHistory>,
    source: Source,
}

impl Rows {
    fn with(ids: &[&str], condition: &str) -> Rows {
        let folder = tempfile::tempdir().expect("a folder");
        let feeds = format!(
            "[source.sql]\nurl = 'sqlite:news.db'\n\
             query = \"SELECT id, coalesce(title, id) AS title, date, draft FROM articles WHERE {condition}\""
        );
        let source = Source::new(&testkit::newsroom(&feeds, folder.path())).expect("an address");
        let rows = Rows {
            folder,
            store: Store::scratch().expect("a scratch store"),
            history: RefCell::default(),
            source,
        };
        rows.run(
            "CREATE TABLE articles (id TEXT PRIMARY KEY, date TEXT, title TEXT, draft INTEGER)",
        );
        for id in ids {
            rows.insert(id);
        }
        rows
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("news.db")
    }

    fn run(&self, sql: &str) {
        sqlite::write(&self.file(), sql);
    }

    /// How many times this process has the database open.
    fn opened(&self) -> usize {
        let file = self.file().canonicalize().expect("a database");
        let open = fs::read_dir("/proc/self/fd").expect("open files");
        let open = open.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
        open.filter(|open| *open == file).count()
    }

    fn insert(&self, id: &str) {
        self.run(&format!(
            "INSERT INTO articles (id, date) VALUES ('{id}', '2026-01-08')"
        ));
    }

    fn rename(&self, from: &str, to: &str) {
        let [from, to] = [from, to].map(|name| self.folder.path().join(name));
        fs::rename(from, to).expect("something to rename");
    }

    fn reconcile(&self, scope: Scope, mut meanwhile: impl FnMut()) -> ReadingResult {
        reconcile(
            &self.source,
            &self.store,
            &[scope],
            Options::default(),
            &mut self.history.borrow_mut(),
            &Progress::default(),
            &mut |_| meanwhile(),
        )
    }

    fn owner(&self) -> Option<String> {
        let owner = self.store.owners(&["a"]).expect("a readable row");
        owner.into_iter().next().flatten()
    }
}

/// The numbers of rows read and of changes.
fn counts(result: &ReadingResult) -> (usize, usize) {
    assert!(
        result.report.failure.is_none(),
        "{:?}",
        result.report.failure
    );
    (result.report.read, result.changes.len())
}

#[test]
fn a_row_in_the_recheck_window_is_read_again_with_the_same_stamp() {
    let rows = Rows::with(&["a", "b"], "true");
    rows.run(&format!(
        "UPDATE articles SET date = '{}' WHERE id = 'b'",
        Timestamp::now()
    ));
    assert_eq!(counts(&rows.reconcile(Scope::All, || {})), (2, 2));
    let stored = || {
        let row = rows.store.file("b").expect("a readable row");
        row.expect("a row").stamp
    };
    let before = stored();
    // An unchanged row does not count.
    assert_eq!(counts(&rows.reconcile(Scope::Recent, || {})), (0, 0));
    rows.run("UPDATE articles SET title = 'Б'");
    assert_eq!(counts(&rows.reconcile(Scope::Recent, || {})), (1, 1));
    assert_eq!(counts(&rows.reconcile(Scope::Recent, || {})), (0, 0));
    // The stamp of the old row is trusted.
    assert_eq!(counts(&rows.reconcile(Scope::All, || {})), (0, 0));
    assert_eq!(stored(), before);
}

#[test]
fn a_row_in_the_recheck_window_can_become_a_draft() {
    let rows = Rows::with(&["a"], "true");
    rows.run(&format!(
        "UPDATE articles SET date = '{}'",
        Timestamp::now()
    ));
    let visibility = || {
        let row = rows.store.article("a").expect("a readable row");
        row.expect("a row").meta.visibility
    };
    rows.reconcile(Scope::All, || {});
    assert_eq!(visibility(), Visibility::Public);
    // Its stamp and its revision do not change.
    rows.run("UPDATE articles SET draft = 1");
    assert_eq!(counts(&rows.reconcile(Scope::Recent, || {})), (1, 1));
    assert_eq!(visibility(), Visibility::Draft);
    assert_eq!(counts(&rows.reconcile(Scope::Recent, || {})), (0, 0));
}

#[test]
fn a_refused_row_in_the_recheck_window_is_reported_until_it_is_valid() {
    let rows = Rows::with(&["a"], "true");
    let now = Timestamp::now();
    rows.run(&format!("UPDATE articles SET date = '{now}', title = ''"));
    for scope in [Scope::All, Scope::Recent, Scope::Recent] {
        let result = rows.reconcile(scope, || {});
        let problems = &result.report.problems;
        assert_eq!(problems.total(), 1, "{problems:?}");
    }
    rows.run("UPDATE articles SET title = 'А'");
    let result = rows.reconcile(Scope::Recent, || {});
    assert_eq!(counts(&result), (1, 1));
    assert_eq!(*result.report.problems, ProblemSummary::default());
}

#[test]
fn a_rechecked_row_with_a_key_conflict_counts_once_for_each_owner() {
    let rows = Rows::with(&["a", "/a"], "true");
    let now = Timestamp::now();
    rows.run(&format!("UPDATE articles SET date = '{now}'"));
    let read = |scope| {
        let mut is_stored = false;
        let result = rows.reconcile(scope, || is_stored = true);
        let problems = result.report.problems.first.iter();
        let refusals = problems.map(|problem| problem.message.clone());
        (counts(&result), is_stored, refusals.collect::<Vec<_>>())
    };
    let refused_for = |to: &str| format!("its key `a` belongs to `{to}` already");
    assert_eq!(read(Scope::All), ((2, 1), true, vec![refused_for("/a")]));
    for _ in 0..2 {
        assert_eq!(
            read(Scope::Recent),
            ((0, 0), false, vec![refused_for("/a")])
        );
    }
    // Another row takes the key, which also changes the refusal of the third.
    rows.insert("//a");
    rows.reconcile(Scope::All, || {});
    assert_eq!(
        read(Scope::Recent),
        ((1, 0), true, vec![refused_for("//a"); 2])
    );
    assert_eq!(
        read(Scope::Recent),
        ((0, 0), false, vec![refused_for("//a"); 2])
    );
    rows.run("DELETE FROM articles WHERE id <> 'a'");
    rows.reconcile(Scope::All, || {});
    assert_eq!(rows.owner().as_deref(), Some("a"));
    assert_eq!(read(Scope::Recent), ((0, 0), false, vec![]));
}

#[test]
fn a_row_is_read_once_more_after_the_recheck_window() {
    let rows = Rows::with(&["a", "b"], "true");
    rows.reconcile(Scope::All, || {});
    let stored = |id| {
        let row = rows.store.file(id).expect("a readable row");
        row.expect("a row")
    };
    let outside = [stored("a"), stored("b")];
    for (id, row) in ["a", "b"].into_iter().zip(outside.clone()) {
        let stamp = Stamp {
            size: 1,
            ..row.stamp
        };
        let inside = FileRow { stamp, ..row };
        let noted = rows.store.write(|batch| batch.put_file(id, &inside));
        noted.expect("a writable store");
    }
    rows.run("UPDATE articles SET title = 'Б' WHERE id = 'b'");
    assert_eq!(counts(&rows.reconcile(Scope::All, || {})), (1, 1));
    let stamps = |rows: [FileRow; 2]| rows.map(|row| row.stamp);
    assert_eq!(stamps([stored("a"), stored("b")]), stamps(outside));
    assert_eq!(counts(&rows.reconcile(Scope::All, || {})), (0, 0));
}

#[test]
fn a_poll_rechecks_as_many_rows_as_one_statement_reads() {
    let rows = Rows::with(&[], "true");
    rows.run(&format!(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000)
         INSERT INTO articles (id, date) SELECT n, '{}' FROM n",
        Timestamp::now()
    ));
    assert_eq!(counts(&rows.reconcile(Scope::All, || {})), (1000, 1000));
    rows.run("UPDATE articles SET title = 'Т'");
    let at_once = rows.source.limits().at_once;
    let read = rows.reconcile(Scope::Recent, || {});
    assert_eq!(counts(&read), (at_once, at_once));
}

#[test]
fn rows_with_one_key_take_it_in_the_order_of_their_ids() {
    // As with files, the lowest id has the key, in any order of arrival.
    let rows = Rows::with(&["a", "//a"], "true");
    rows.reconcile(Scope::All, || {});
    assert_eq!(rows.owner().as_deref(), Some("//a"));
    rows.insert("/a");
    rows.insert("///a");
    let result = rows.reconcile(Scope::All, || {});
    assert_eq!(rows.owner().as_deref(), Some("///a"));
    assert_eq!(result.report.problems.total(), 3);
    for next in ["//a", "/a", "a"] {
        let owner = rows.owner().expect("an owner");
        rows.run(&format!("DELETE FROM articles WHERE id = '{owner}'"));
        rows.reconcile(Scope::All, || {});
        assert_eq!(rows.owner().as_deref(), Some(next));
    }
}

#[test]
fn a_free_key_is_taken_after_an_outage() {
    let rows = Rows::with(&["a", "/a"], "true");
    rows.reconcile(Scope::All, || {});
    rows.run("DELETE FROM articles WHERE id = '/a'");
    // The database disappears before the row that waits for the key is read.
    let away = rows.reconcile(Scope::All, || rows.rename("news.db", "away"));
    assert!(away.report.failure.is_some());
    assert_eq!(rows.owner(), None);
    rows.rename("away", "news.db");
    let back = rows.reconcile(Scope::All, || {});
    assert!(back.report.failure.is_none(), "{:?}", back.report.failure);
    assert_eq!(rows.owner().as_deref(), Some("a"));
}

#[test]
fn a_slow_database_does_not_block_writers_of_the_store() {
    let rows = Rows::with(&["a"], "true");
    rows.reconcile(Scope::All, || {});
    rows.insert("/a");
    let (source, store, progress) = (&rows.source, &rows.store, &Progress::default());
    let found = source.stat(&["/a".to_owned()]).expect("a row");
    let files = read_all(source, store, &found, progress).expect("its article");
    let opened_until = |is_enough: &dyn Fn(usize) -> bool| {
        while !is_enough(rows.opened()) {
            thread::yield_now();
        }
    };
    opened_until(&|opened| opened == 0);
    thread::scope(|scope| {
        // Until the lock is released, the row that has the key cannot be read.
        let locked = sqlite::begin(&rows.file(), "BEGIN EXCLUSIVE");
        let storing = scope.spawn(|| {
            let mut meanwhile = |_: &mut Vec<Change>| {};
            let mut run = Run::new(source, store, Options::default(), progress, &mut meanwhile);
            run.store(files).map(|_| ())
        });
        opened_until(&|opened| opened > 1 || storing.is_finished());
        store.write(|_| Ok(())).expect("a write");
        drop(locked);
        let stored = storing.join().expect("no panic");
        stored.expect("the owner is read before the transaction");
    });
    assert_eq!(rows.owner().as_deref(), Some("/a"));
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
            "Warning inside.txt skipped: it is a link to `a.txt`, which is read there",
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

/// A newsroom with one article and many files without a date.
fn with_refused_files(count: usize) -> Newsroom {
    let newsroom = Newsroom::with(&["a.txt"]);
    for number in 0..count {
        newsroom.write(&format!("b/{number}.txt"), b"no date");
    }
    newsroom
}

#[test]
fn a_changed_article_costs_nothing_for_each_refused_file() {
    let newsroom = with_refused_files(2000);
    let summary = newsroom.read().report.problems;
    assert_eq!((summary.errors, summary.warnings), (2000, 0));
    assert_eq!(summary.first.len(), FIRST_PROBLEMS_MAX);
    assert!(summary.first[10].file.ends_with("/b/10.txt"));
    let reasons: Vec<_> = summary.reasons.iter().map(|reason| reason.count).collect();
    assert_eq!(reasons, [2000]);
    newsroom.publish("a.txt", "Новый");
    let scope = [Scope::at("a.txt".to_owned())];
    let result = newsroom.reconcile(&scope, Options::default());
    assert_eq!(changes(&result), ["put a"]);
    // No problem was built, compared or copied.
    assert!(Arc::ptr_eq(&summary, &result.report.problems));
    assert_eq!(result.report.new_problems.count, 0);
}

#[test]
fn a_reading_of_some_files_changes_the_counts_by_them_alone() {
    let newsroom = with_refused_files(150);
    let first = newsroom.read().report;
    assert_eq!(
        (first.new_problems.count, first.new_problems.first.len()),
        (150, 20)
    );
    newsroom.publish("b/3.txt", "Исправлен");
    newsroom.write("b/7.txt", b"date 2026-01-08");
    newsroom.remove("b/9.txt");
    newsroom.write("b/11.txt", b"no date again");
    let scopes = ["b/3.txt", "b/7.txt", "b/9.txt", "b/11.txt"];
    let scopes = scopes.map(|path| Scope::at(path.to_owned()));
    let report = newsroom.reconcile(&scopes, Options::default()).report;
    let summary = &report.problems;
    assert_eq!(summary.errors, 148);
    let counts: Vec<_> = summary.reasons.iter().map(|reason| reason.count).collect();
    assert_eq!(counts, [147, 1]);
    let is_first = |name: &str| {
        summary
            .first
            .iter()
            .any(|problem| problem.file.ends_with(name))
    };
    assert!(!is_first("/b/3.txt") && is_first("/b/7.txt") && !is_first("/b/9.txt"));
    // A file that is refused for the same reason is not new.
    let new = &report.new_problems;
    assert_eq!((new.count, new.first.len()), (1, 1));
    assert!(new.first[0].file.ends_with("/b/7.txt"));
    // A full reading counts anew, and finds those that follow the first.
    let again = newsroom.read().report;
    assert_eq!((again.read, again.new_problems.count), (0, 0));
    assert_eq!(again.problems.first.len(), FIRST_PROBLEMS_MAX);
    assert_eq!(again.problems.reasons, summary.reasons);
}

#[test]
fn problems_of_an_earlier_run_are_counted_even_if_the_first_reading_fails() {
    let newsroom = with_refused_files(3);
    newsroom.read();
    newsroom.history.borrow_mut().problems = Problems::default();
    fs::rename(newsroom.path(""), newsroom.outside("away")).expect("a folder to move");
    let result = newsroom.attempt(Options::default());
    assert!(result.report.failure.is_some());
    assert_eq!(result.report.problems.errors, 3);
    fs::rename(newsroom.outside("away"), newsroom.path("")).expect("a folder to move back");
    newsroom.publish("b/1.txt", "Исправлен");
    assert_eq!(newsroom.read().report.problems.errors, 2);
}

#[test]
fn a_file_that_cannot_be_read_is_tried_again_without_a_write() {
    let newsroom = Newsroom::with(&["a.txt"]);
    let unreadable = Place {
        path: "b.txt".to_owned(),
        stamp: Stamp::default(),
        closed: true,
        recheck: false,
    };
    let refused = |problems: &mut Problems| {
        let (source, progress) = (newsroom.source(), Progress::default());
        let mut meanwhile = |_: &mut Vec<Change>| {};
        let mut run = Run::new(
            &source,
            &newsroom.store,
            Options::default(),
            &progress,
            &mut meanwhile,
        );
        let file = ReadFile {
            found: unreadable.clone(),
            columns: 0,
            outcome: Err(Refusal::new(None, "cannot be read", "allow it")),
        };
        run.store(vec![Ok(file)]).expect("a writable store");
        let found = run.problems;
        let scopes = [Scope::at("b.txt".to_owned())];
        let new = problems.update(found, &scopes, true, &source, &newsroom.store);
        new.expect("a readable store").count
    };
    let mut problems = Problems::default();
    assert_eq!(refused(&mut problems), 1);
    let summary = problems.summary().clone();
    assert_eq!(summary.errors, 1);
    assert_eq!(refused(&mut problems), 0);
    assert!(Arc::ptr_eq(&summary, problems.summary()));
}

#[test]
fn counts_by_reason_are_those_of_the_store_after_any_changes() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Name);
    newsroom.read();
    let mut random = 1_u64;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005);
        random = random.wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    for step in 0..100 {
        // Files of two folders with one name have the same key.
        let path = format!("{}/{}.txt", ["a", "b", "c"][next(3) as usize], next(3));
        match next(5) {
            0 => newsroom.write(&path, b"no date"),
            1 => newsroom.write(&path, b"date 2026-01-08"),
            2 if newsroom.path(&path).exists() => newsroom.remove(&path),
            _ => newsroom.publish(&path, &format!("Шаг {step}")),
        }
        let scope = match next(8) {
            0 => Scope::All,
            _ => Scope::At { path, closed: true },
        };
        let counted = newsroom.reconcile(&[scope], CONFIRMED).report.problems;
        let mut anew = Problems::default();
        let (found, source) = (FoundProblems::default(), newsroom.source());
        let updated = anew.update(found, &[], true, &source, &newsroom.store);
        updated.expect("a readable store");
        assert_eq!(counted, *anew.summary(), "step {step}");
    }
}
