use std::path::Path;

use super::*;
use crate::config::Config;
use crate::ingest::driver::Driver;
use crate::ingest::renamed_file::RenamedFile;

fn renamed(result: &ReadingResult) -> Vec<String> {
    let files = result.report.renamed.iter();
    files.map(ToString::to_string).collect()
}

#[test]
fn a_file_of_a_missing_ones_title_date_and_text_is_a_renamed_one() {
    let newsroom = Newsroom::with(&["a.txt", "b.txt", "c.txt", "d.txt"]);
    let options = Options {
        stored: 4,
        ..Options::default()
    };
    newsroom.rename("a.txt", "2026/a.txt");
    newsroom.rename("b.txt", "e.txt");
    newsroom.publish("e.txt", "Another title");
    newsroom.remove("c.txt");
    newsroom.publish("f.txt", "New");
    let result = newsroom.read_as(options);
    let [problem] = &renamed(&result)[..] else {
        panic!("one renamed file: {:?}", result.report.renamed);
    };
    // Both files are named by the path that the operator knows.
    let [before, after] = ["a.txt", "2026/a.txt"].map(|path| newsroom.source().locate(path));
    let begin = format!(
        "{after}: warning: it has the title, date and text of `{before}`, which is gone: readers see the article twice\n"
    );
    assert!(problem.starts_with(&begin), "{problem}");
    assert!(problem.contains("`id = \"a\"`"), "{problem}");
    assert_eq!(renamed(&newsroom.read_as(options)), [""; 0]);
}

#[test]
fn an_id_keeps_a_renamed_file_the_same_article() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Path);
    let article = b"---\ntitle: T\ndate: 2026-01-08\nid: bridge\n---\nText.\n";
    newsroom.write("a.md", article);
    newsroom.read();
    newsroom.rename("a.md", "b.md");
    let result = newsroom.read_as(Options {
        stored: 1,
        ..Options::default()
    });
    assert_eq!(renamed(&result), [""; 0]);
    assert_eq!(newsroom.stored(), ["bridge = b.md: T"]);
}

/// A full reading of a table by this query, into a store.
fn read_rows(folder: &TempDir, query: &str, store: Arc<Store>) -> Arc<Source> {
    let feeds = format!("[source.sql]\nurl = 'sqlite:news.db'\nquery = \"{query}\"");
    let config = testkit::newsroom(&feeds, folder.path());
    let driver = Driver::new(&config, store).expect("a driver");
    let read = driver.read(&[Scope::All], Removal::Held, Priority::Normal, &mut |_| {});
    assert!(read.report.failure.is_none(), "{:?}", read.report.failure);
    driver.source()
}

#[test]
fn rows_whose_ids_changed_are_named_with_the_former_ids() {
    let folder = tempfile::tempdir().expect("a folder");
    sqlite::write(
        &folder.path().join("news.db"),
        "CREATE TABLE articles (id INTEGER, title TEXT, date TEXT, text TEXT);
         INSERT INTO articles VALUES (1, 'Мост', '2026-01-08', 'а'), (2, 'Мост', '2026-01-09', 'б'),
            (3, 'Рынок', '2026-01-09', 'в'), (4, 'Река', '2026-01-10', 'г')",
    );
    let state = folder.path().join("state");
    let before = "SELECT id, title, date, text AS content_html FROM articles";
    let store = Arc::new(Store::open(&state).expect("a store"));
    read_rows(&folder, before, store);
    for (after, expected) in [
        (before, &[][..]),
        // A system that replaces another one may give other HTML as well.
        (
            "SELECT 'n' || id AS id, title, date, 'новый' AS content_html FROM articles",
            &[("n1", "1"), ("n2", "2"), ("n3", "3"), ("n4", "4")],
        ),
        (
            "SELECT CASE id WHEN 3 THEN 33 ELSE id END AS id, title, date FROM articles",
            &[("33", "3")],
        ),
        // Another date makes it another article.
        (
            "SELECT id + 10 AS id, title, CASE id WHEN 4 THEN '2026-01-10' ELSE '2026-02-01' END AS date \
             FROM articles",
            &[("14", "4")],
        ),
    ] {
        let store = Arc::new(Store::scratch().expect("a scratch store"));
        let source = read_rows(&folder, after, store.clone());
        let renamed = renamed_file::find_since(&state, &source, &store).expect("a state");
        let named: Vec<(&str, &str)> = renamed.iter().map(|row| (&*row.after, &*row.key)).collect();
        assert_eq!(named, expected, "{after}");
        for row in &renamed {
            let problem = row.problem(&source).to_string();
            let begin = format!(
                "[source.sql] row {}: warning: it has the title and date of `[source.sql] row {}`, which is gone",
                row.after, row.before
            );
            assert!(problem.starts_with(&begin), "{problem}");
            assert!(problem.ends_with(&format!("`{}`", row.key)), "{problem}");
        }
    }
}

/// What an operator can do depends on where articles come from.
#[test]
fn the_hint_names_what_gives_the_id() {
    let renamed = RenamedFile {
        before: "00000000000000000010".to_owned(),
        after: "00000000000000000020".to_owned(),
        key: "https://dala.example/?p=10".to_owned(),
    };
    let wordpress = "[source.wordpress]\nurl = \"https://dala.example/\"\n";
    let sql = "[source.sql]\nurl = \"sqlite:a.db\"\nquery = \"SELECT 1 AS id\"\n";
    for (table, expected) in [
        (wordpress, "restore the guid `https://dala.example/?p=10`"),
        (sql, "let the query give it the `id`"),
    ] {
        let text = format!(
            "[site]\ntitle = \"T\"\nurl = \"https://dala.example/\"\nlanguage = \"kk\"\ntime-zone = \"UTC\"\n\
             id-authority = \"dala.example\"\nid-year = 2026\n[server]\npublic-url = \"https://feeds.dala.example/\"\n{table}"
        );
        let loaded = Config::parse(&text, "feeds.toml", Path::new("/newsroom"), &|_| None);
        let config = loaded.expect("a configuration").config;
        let source = Source::new(&config).expect("a source");
        let hint = renamed.problem(&source).hint.unwrap_or_default();
        assert!(hint.contains(expected), "{hint}");
    }
}
