//! Readings of a database.

use super::*;

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
             query = \"SELECT id, coalesce(title, id) AS title, date, draft, expires, \
             CASE title WHEN 'fails' THEN abs(-9223372036854775807 - 1) END AS content_html \
             FROM articles WHERE {condition}\""
        );
        let source = Source::new(&testkit::newsroom(&feeds, folder.path())).expect("an address");
        let rows = Rows {
            folder,
            store: Store::scratch().expect("a scratch store"),
            history: RefCell::default(),
            source,
        };
        rows.run(
            "CREATE TABLE articles (id TEXT PRIMARY KEY, date TEXT, title TEXT, draft INTEGER, \
             expires TEXT)",
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
    assert_eq!(counts(&rows.reconcile(Scope::Ids, || {})), (0, 0));
    assert_eq!(stored(), before);
    // Only a comparison of all columns finds its title.
    assert_eq!(counts(&rows.reconcile(Scope::All, || {})), (1, 1));
    assert_eq!(counts(&rows.reconcile(Scope::All, || {})), (0, 0));
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

/// A row that the database cannot read is read again with each comparison.
#[test]
fn a_refusal_is_stored_once_whatever_becomes_of_the_last_good_version() {
    for (values, expected) in [
        ("draft = 1", None),
        ("date = '2100-01-08'", None),
        ("expires = '2020-01-08'", None),
        (
            "expires = '2100-01-01T00:00Z'",
            Some(Some(Timestamp::start_of_year(2100))),
        ),
        ("draft = 0", Some(None)),
    ] {
        let rows = Rows::with(&["a"], "true");
        assert_eq!(counts(&rows.reconcile(Scope::All, || {})), (1, 1));
        rows.run(&format!("UPDATE articles SET title = 'fails', {values}"));
        let mut commits = 0;
        rows.reconcile(Scope::Ids, || commits += 1);
        assert_eq!(commits, 1, "{values}");
        let article = rows.store.article("a").expect("a readable row");
        assert_eq!(article.map(|row| row.meta.expires), expected, "{values}");
        for scope in [Scope::Ids, Scope::All] {
            rows.reconcile(scope, || commits += 1);
            assert_eq!(commits, 1, "{values}");
        }
    }
}

#[test]
fn a_row_that_the_database_cannot_read_keeps_no_other_from_being_compared() {
    let rows = Rows::with(&["a", "b", "c"], "true");
    assert_eq!(counts(&rows.reconcile(Scope::All, || {})), (3, 3));
    rows.run(
        "UPDATE articles SET title = 'fails' WHERE id = 'b'; UPDATE articles SET title = 'Новый' WHERE id = 'c'",
    );
    for changes in [1, 0] {
        let result = rows.reconcile(Scope::All, || {});
        assert_eq!(counts(&result), (3, changes));
        let problems: Vec<String> = result
            .report
            .problems
            .first
            .iter()
            .map(ToString::to_string)
            .collect();
        assert!(
            problems.len() == 1
                && problems[0].contains("row b: error: the database cannot read this row"),
            "{problems:?}"
        );
    }
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
    let refused_for = |to: &str| format!("its key `a` belongs to `[source.sql] row {to}` already");
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
    let files = read_all(source, store, &found, progress, None).expect("its article");
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
