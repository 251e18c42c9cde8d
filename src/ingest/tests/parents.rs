//! Files that say something of others: a store that has seen every change agrees with one that begins.

use super::*;

const ARTICLE: &str = "---\ntitle: Мост\ndate: 2026-01-08\nauthor: aigul\n---\nТекст.\n";

/// All articles of a store, with everything that decides what readers see of them.
fn articles(store: &Store) -> Vec<(String, Visibility, u128, String)> {
    let rows = store.article_rows().expect("readable rows");
    let rows = rows.map(|row| row.expect("a readable row"));
    rows.map(|row| {
        let read = store.articles(&[row.meta.record]).expect("a record");
        let author = read[0].authors[0].name.clone();
        let meta = row.meta;
        (meta.key.into(), meta.visibility, meta.revision.0, author)
    })
    .collect()
}

/// Each daemon that reads `newsroom` now has the same articles, whatever it saw before.
fn articles_of_all(newsroom: &Newsroom) -> Vec<(String, Visibility, u128, String)> {
    newsroom.read();
    let known = articles(&newsroom.store);
    let store = Store::scratch().expect("a scratch store");
    let result = reconcile(
        &newsroom.source(),
        &store,
        &[Scope::All],
        Options::default(),
        &mut ReadingHistory::default(),
        &Progress::default(),
        &mut |_| {},
    );
    assert!(result.report.failure.is_none());
    assert_eq!(known, articles(&store));
    let again = newsroom.read();
    assert_eq!((again.report.read, again.changes.len()), (0, 0));
    known
}

#[test]
fn a_store_that_saw_the_parents_change_agrees_with_a_new_one() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Path);
    for path in ["x/a.md", "x/deep/b.md", "y.md"] {
        newsroom.write(path, ARTICLE.as_bytes());
    }
    let own = ARTICLE.replace("title:", "draft: false\ntitle:");
    newsroom.write("x/own.md", own.as_bytes());
    let hidden = |newsroom: &Newsroom| {
        let all = articles_of_all(newsroom).into_iter();
        let hidden = all.filter(|(_, visibility, ..)| *visibility != Visibility::Public);
        hidden.map(|(key, ..)| key).collect::<Vec<_>>()
    };
    assert_eq!(hidden(&newsroom), [""; 0]);
    let index = "x/_index.md";
    for (text, expected) in [
        (
            Some("+++\ndraft = true\n+++\n"),
            &["x/a", "x/deep/b", "x/own"][..],
        ),
        (Some("+++\ntitle = 'Раздел'\n+++\n"), &[]),
        (
            Some("---\ncascade:\n  draft: true\n---\n"),
            &["x/a", "x/deep/b"],
        ),
        (
            Some("---\ncascade:\n  - draft: true\n    target: {path: /x/deep/**}\n---\n"),
            &["x/deep/b"],
        ),
        (
            Some("---\ncascade: {\n---\n"),
            &["x/a", "x/deep/b", "x/own"],
        ),
        (None, &[]),
    ] {
        match text {
            Some(text) => newsroom.write(index, text.as_bytes()),
            None => newsroom.remove(index),
        }
        assert_eq!(hidden(&newsroom), expected, "{text:?}");
    }
    let names = |newsroom: &Newsroom| {
        let mut all = articles_of_all(newsroom).into_iter();
        let first = all.next().expect("an article").3;
        assert!(all.all(|(.., name)| name == first));
        first
    };
    assert_eq!(names(&newsroom), "aigul");
    for (path, text, expected) in [
        ("data/authors.yaml", Some("aigul: {name: Айгүл}\n"), "Айгүл"),
        (
            "data/authors.yaml",
            Some("aigul: {name: Айгуль}\n"),
            "Айгуль",
        ),
        ("data/authors.yaml", Some("aigul: [\n"), "aigul"),
        (
            "../_data/authors.json",
            Some("{\"aigul\": \"А. Сапарова\"}"),
            "А. Сапарова",
        ),
        ("data/authors.yaml", None, "А. Сапарова"),
        ("../_data/authors.json", None, "aigul"),
    ] {
        match text {
            Some(text) => newsroom.write(path, text.as_bytes()),
            None => newsroom.remove(path),
        }
        assert_eq!(names(&newsroom), expected, "{path} {text:?}");
    }
}

/// Its last good version must not stay public.
#[test]
fn a_refused_article_below_a_hidden_folder_is_withdrawn() {
    let newsroom = Newsroom::keyed_by(KeyFrom::Path);
    newsroom.write("x/a.md", ARTICLE.as_bytes());
    newsroom.publish("x/b.txt", "Б");
    newsroom.publish("y.txt", "Ы");
    newsroom.read();
    newsroom.write("x/a.md", b"---\ntitle: [\n");
    newsroom.read();
    assert_eq!(newsroom.stored().len(), 3, "the last good version stays");
    newsroom.write("x/_index.md", b"+++\ndraft = true\n+++\n");
    newsroom.read();
    assert_eq!(newsroom.stored(), ["x/b = x/b.txt: Б", "y = y.txt: Ы"]);
}
