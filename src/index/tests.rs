//! Lists, windows and names of an index, and what it agrees with.

mod agreement;
mod known_terms;
mod model;
mod months;

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::update::AFFECTED_MAX;
use super::*;
use crate::config::{NamedTerm, Settings};
use crate::model::address_size::AddressSize;
use crate::model::article::{Accepted, Article, Visibility};
use crate::model::article_meta::{ArticleMeta, Change, MetaTerm};
use crate::model::known_term::KnownTerm;
use crate::model::selection::Selection;
use crate::text::{Html, Text};

/// Sorted in natural order.
const KEYS: [&str; 14] = [
    "a", "a01", "a1", "a2", "a10", "b", "b/1", "b/02", "b/3", "b/11", "c", "news", "я", "ғ",
];

/// Several spellings of a few terms, some with slugs; one has no key.
const SPELLINGS: [(TermKind, &str, Option<&str>); 16] = [
    (TermKind::Tag, "x", None),
    (TermKind::Tag, "X", None),
    (TermKind::Tag, "икс", None),
    (TermKind::Tag, "y", None),
    (TermKind::Tag, "Y!", None),
    (TermKind::Section, "x", None),
    (TermKind::Author, "А.Б. Иванов", None),
    (TermKind::Lang, "kk", None),
    (TermKind::Tag, "!!!", None),
    // Two terms of one name, of which one has the name as its slug.
    (TermKind::Tag, "Y", Some("y")),
    (TermKind::Tag, "Y", Some("y-2")),
    // Two authors of one name, and a new name of one of them.
    (TermKind::Author, "А.Б. Иванов", Some("ivanov")),
    (TermKind::Author, "А. Б. Иванов", Some("ivanov-2")),
    (TermKind::Author, "Иванов", Some("ivanov")),
    // `[same]` names the first by its name, the second by its slug.
    (TermKind::Tag, "Икс", Some("iks")),
    (TermKind::Tag, "Икс?", Some("икс")),
];

/// An alias, the term it counts as, and the text that feeds print for it.
const SAME: (&str, &str, &str) = ("икс", "x", "Икс");

fn text(key: &[u8]) -> &str {
    std::str::from_utf8(key).expect("a key is text")
}

fn term(text: &str) -> Term {
    Term::parse(text).expect("a term")
}

fn terms(texts: &[&str]) -> BTreeSet<Term> {
    texts.iter().map(|text| term(text)).collect()
}

fn same() -> Vec<Alias> {
    let (from, to, text) = SAME;
    vec![Alias {
        from: term(from),
        to: term(to),
        to_text: text.to_owned(),
        from_text: from.to_owned(),
    }]
}

fn meta(key: &str, published: i64, terms: &[(TermKind, &str)]) -> ArticleMeta {
    let terms: Vec<_> = terms
        .iter()
        .map(|&(kind, text)| (kind, text, None))
        .collect();
    meta_with_slugs(key, published, &terms)
}

fn meta_with_slugs(
    key: &str,
    published: i64,
    terms: &[(TermKind, &str, Option<&str>)],
) -> ArticleMeta {
    ArticleMeta {
        key: key.into(),
        revision: Revision(0),
        record: RecordId(0),
        published: Timestamp(published),
        updated: Timestamp(published),
        expires: None,
        visibility: Visibility::Public,
        address: AddressSize::HERE,
        terms: terms
            .iter()
            .map(|&(kind, text, slug)| MetaTerm::new(kind, text, slug))
            .collect(),
    }
}

/// An index at the instant 100 with these articles.
fn index_of(metas: impl IntoIterator<Item = ArticleMeta>) -> Index {
    let mut index = Index::new(&same(), Timestamp(100));
    index.apply(metas.into_iter().map(Change::Put));
    index
}

fn keys(index: &Index, window: &Window) -> Vec<String> {
    let key = |&article: &ArticleNo| text(index.slot(article).key()).to_owned();
    window.entries.iter().map(key).collect()
}

/// The keys of the feed of all articles.
fn window(index: &Index, items: u16, keep: u32) -> Vec<String> {
    let settings = Settings {
        items,
        keep,
        ..Settings::default()
    };
    keys(index, &index.window(&Query::default(), &settings))
}

fn number(index: &Index, text: &str) -> TermNo {
    index.find_term(&term(text)).expect("a term of the index")
}

#[test]
fn equal_dates_are_ordered_by_key_with_numbers_as_numbers() {
    let metas = ["n/9", "n/10", "n/010", "n/2", "m"].map(|key| meta(key, 50, &[]));
    let newer = meta("a", 51, &[]);
    let index = index_of(metas.into_iter().chain([newer]));
    assert_eq!(
        window(&index, 50, 0),
        ["a", "n/10", "n/010", "n/9", "n/2", "m"]
    );
}

#[test]
fn items_and_keep_limit_a_window() {
    // One article a second, the newest at 100.
    let index = index_of((0..40).map(|age| meta(&format!("{age}"), 100 - age, &[])));
    for (items, keep, expected, why) in [
        (5, 0, 5, "as many as items"),
        (5, 5, 5, "a window of 5 s holds the ages 0 to 4"),
        (5, 8, 8, "younger than 8 s, though items are newer"),
        (5, 30, 20, "at most four times as many"),
        (1, 1, 1, "the newest alone"),
        (1, 86_400, 4, "four of the newest"),
        (50, 86_400, 40, "all there are"),
    ] {
        assert_eq!(window(&index, items, keep).len(), expected, "{why}");
    }
}

#[test]
fn loaded_articles_are_listed() {
    let metas = || [("a", 50), ("b", 60), ("c", 200)].map(|(key, at)| meta(key, at, &[]));
    let mut index = Index::new(&[], Timestamp(100));
    assert_eq!(index.load(metas().map(Ok::<_, &str>)), Ok(()));
    assert_eq!(index.len(), 3);
    assert_eq!(window(&index, 50, 0), ["b", "a"]);
    assert_eq!(index.next_instant(), Some(Timestamp(200)));
    let broken = metas().map(Ok).into_iter().chain([Err("damaged")]);
    assert_eq!(Index::new(&[], Timestamp(100)).load(broken), Err("damaged"));
}

#[test]
fn a_term_has_the_spelling_of_its_oldest_released_article() {
    let tag = |text| [(TermKind::Tag, text)];
    let mut index = index_of([
        meta("a", 50, &tag("спорт")),
        meta("b", 40, &tag("Спорт")),
        meta("c", 200, &tag("СПОРТ")),
    ]);
    let sport = number(&index, "спорт");
    assert_eq!(index.name(sport), "Спорт");
    index.apply([Change::Put(meta("d", 30, &tag("#СпорТ")))]);
    assert_eq!(index.name(sport), "#СпорТ");
    index.apply([Change::Remove("d".into()), Change::Remove("b".into())]);
    assert_eq!(index.name(sport), "спорт");
}

/// A clone that is held makes a change copy a part of the tables and lists; both parts must be right.
#[test]
fn a_clone_of_many_articles_is_unaffected_by_later_changes() {
    const ARTICLES: i64 = 20_000;
    let tags = ["a", "b", "c"].map(|tag| (TermKind::Tag, tag));
    let article = |n: i64| {
        let published = if n % 10 == 0 { 200 + n } else { n % 100 };
        let tags = &tags[n as usize % 3..];
        ArticleMeta {
            expires: (n % 7 == 0).then_some(Timestamp(published + 20_000)),
            ..meta(&format!("{n}"), published, tags)
        }
    };
    let mut index = index_of((0..ARTICLES).map(article));
    let describe = |index: &Index| {
        let listed = |term: &str| index.articles_with(number(index, term));
        let released: Vec<(String, Timestamp)> = index.released().collect();
        let keys = (0..2 * ARTICLES).filter(|n| index.find_any(&format!("{n}")).is_some());
        let counts = ["a", "b", "c"].map(listed);
        (released, keys.count(), counts, index.next_instant())
    };
    let clone = index.clone();
    let before = describe(&clone);
    let removed = (0..ARTICLES / 2).map(|n| Change::Remove(format!("{}", 2 * n).into()));
    let moved = (0..ARTICLES / 5).map(|n| Change::Put(meta(&format!("{}", 2 * n + 1), 99, &[])));
    let added = (ARTICLES..ARTICLES + 999).map(|n| Change::Put(article(n)));
    index.apply(removed.chain(moved).chain(added));
    index.advance(Timestamp(5_000));
    assert_ne!(describe(&index), before);
    assert_eq!(describe(&clone), before);
}

#[test]
fn unreleased_and_hidden_articles_are_in_no_list() {
    let secret = [(TermKind::Tag, "тайна"), (TermKind::Author, "Аноним")];
    let mut index = index_of([
        meta("secret", 101, &secret),
        ArticleMeta {
            visibility: Visibility::OutOfFeeds,
            ..meta("kept-out", 50, &secret)
        },
        ArticleMeta {
            visibility: Visibility::Draft,
            ..meta("draft", 50, &secret)
        },
        ArticleMeta {
            expires: Some(Timestamp(100)),
            ..meta("expired", 50, &secret)
        },
    ]);
    let count = |index: &Index, text: &str| {
        let selection = Selection::of(term(text));
        let query = index.query(&selection).expect("known terms");
        (
            index.count(&query),
            index.articles_with(number(index, text)),
        )
    };
    assert_eq!(index.known_terms().count(), 0);
    assert_eq!(index.take_term_changes(), []);
    assert_eq!(count(&index, "тайна"), (0, 0));
    assert_eq!(index.name(number(&index, "author:аноним")), "аноним");
    for key in ["secret", "kept-out", "draft", "expired"] {
        assert_eq!(index.find(key), None);
    }
    assert_eq!(index.next_instant(), Some(Timestamp(101)));
    assert!(index.advance(Timestamp(100)).is_empty());
    assert!(!index.advance(Timestamp(101)).is_empty());
    assert_eq!(count(&index, "тайна"), (1, 1));
    assert_eq!(index.name(number(&index, "author:аноним")), "Аноним");
    assert_eq!(window(&index, 50, 0), ["secret"]);
}

#[test]
fn an_article_has_its_language_and_the_primary_language() {
    let article = |language: &str| Article {
        key: language.to_owned(),
        id: None,
        title: Text::new("x"),
        published: Timestamp(50),
        updated: Timestamp(50),
        url: None,
        sections: vec![],
        tags: vec![],
        authors: vec![],
        language: language.to_owned(),
        lead: Text::default(),
        body: Html::default(),
        image: None,
        enclosures: Vec::new(),
    };
    let accepted = |language| Accepted {
        article: article(language),
        revision: Revision(0),
        expires: None,
        visibility: Visibility::Public,
        language_is_guessed: false,
        warnings: Vec::new(),
        unknown_keys: Vec::new(),
        hiding_status: None,
    };
    let metas = ["kk-KZ", "kk", "kk-Latn-KZ", "ru"]
        .map(|language| ArticleMeta::new(&accepted(language), RecordId(0)));
    let index = index_of(metas);
    for (text, expected) in [
        ("lang:kk", 3),
        ("lang:kk-kz", 1),
        ("lang:KK-KZ", 1),
        ("lang:ru", 1),
    ] {
        assert_eq!(
            index.articles_with(number(&index, text)),
            expected,
            "{text}"
        );
    }
}

#[test]
fn an_alias_counts_as_its_term_and_has_its_name() {
    let index = index_of([
        meta("a", 50, &[(TermKind::Tag, "икс")]),
        meta("b", 60, &[(TermKind::Tag, "x"), (TermKind::Tag, "ИКС")]),
        meta("c", 70, &[(TermKind::Section, "икс")]),
    ]);
    let x = number(&index, "икс");
    assert_eq!(x, number(&index, "x"));
    assert_eq!(index.canonical(&term("икс")), &term("x"));
    assert_eq!((index.name(x), index.articles_with(x)), ("Икс", 2));
    let replaced = |key: &str| {
        let article = index.find(key).expect("a released article");
        index.replacements(article).collect::<Vec<_>>()
    };
    assert_eq!(
        (replaced("a"), replaced("b"), replaced("c")),
        (vec![(0, "Икс")], vec![(1, "Икс")], vec![])
    );
    let any = Selection {
        any: terms(&["x", "икс"]),
        ..Selection::default()
    };
    let query = index.query(&any).expect("known terms");
    assert_eq!(index.count(&query), 2);
    let both = keys(&index, &index.window(&query, &Settings::default()));
    assert_eq!(both, ["b", "a"]);
}

#[test]
fn a_remembered_alias_has_the_name_of_its_term() {
    let mut index = Index::new(&same(), Timestamp(100));
    index.remember(KnownTerm {
        term: term("икс"),
        name: "иКс".to_owned(),
        unused_since: None,
    });
    assert_eq!(index.name(number(&index, "x")), "Икс");
}

#[test]
fn an_update_with_too_many_sets_of_terms_affects_all_feeds() {
    let mut index = Index::new(&[], Timestamp(100));
    let meta = |n: usize| meta(&format!("{n}"), 50, &[(TermKind::Tag, &format!("t{n}"))]);
    assert!(matches!(
        index.apply((0..AFFECTED_MAX).map(meta).map(Change::Put)),
        AffectedFeeds::Matching(articles) if articles.len() == AFFECTED_MAX
    ));
    let more = (0..=AFFECTED_MAX).map(meta).map(Change::Put);
    assert_eq!(index.apply(more), AffectedFeeds::All);
    assert_eq!(index.len(), AFFECTED_MAX + 1);
}
