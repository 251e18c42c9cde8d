//! Compares the index with a model that scans a plain list for every question.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::update::AFFECTED_MAX;
use super::*;
use crate::config::{NamedTerm, Settings};
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
        terms: terms
            .iter()
            .map(|&(kind, text, slug)| MetaTerm::new(kind, text, slug))
            .collect(),
    }
}

/// The same answers as the index, computed slowly.
struct Model {
    as_of: Timestamp,
    metas: BTreeMap<Box<str>, ArticleMeta>,
    /// The name of each term when its first article was released.
    first_names: BTreeMap<Term, String>,
}

impl Model {
    fn new() -> Model {
        Model {
            as_of: Timestamp(0),
            metas: BTreeMap::new(),
            first_names: BTreeMap::new(),
        }
    }

    fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Put(meta) => self.metas.insert(meta.key.clone(), meta.clone()),
                Change::Remove(key) => self.metas.remove(key),
            };
        }
        self.remember();
    }

    fn advance(&mut self, as_of: Timestamp) {
        self.as_of = self.as_of.max(as_of);
        self.remember();
    }

    fn remember(&mut self) {
        let written = SPELLINGS.iter();
        let written = written.map(|(kind, text, slug)| MetaTerm::new(*kind, text, *slug));
        for (_, term) in written.filter_map(|written| printed(&written)) {
            if let Some(name) = self.oldest_spelling(&term) {
                self.first_names.entry(term).or_insert(name);
            }
        }
    }

    /// Every released article at an instant, newest first.
    fn released(&self, at: Timestamp) -> Vec<&ArticleMeta> {
        let is_released = |meta: &&ArticleMeta| {
            let expired = meta.expires.is_some_and(|expires| expires <= at);
            meta.published <= at && !expired && meta.visibility == Visibility::Public
        };
        let mut released: Vec<&ArticleMeta> = self.metas.values().filter(is_released).collect();
        let place = |meta: &ArticleMeta| KEYS.iter().position(|key| *key == &*meta.key);
        released.sort_by_key(|meta| (meta.published, place(meta)));
        released.reverse();
        released
    }

    /// Every released article at an instant that has a term as its own, newest first.
    fn having(&self, term: &Term, at: Timestamp) -> Vec<&ArticleMeta> {
        let mut having = self.released(at);
        having.retain(|meta| terms_of(meta).contains(term));
        having
    }

    /// Whether a term is the slug of an article that is released at an instant.
    fn is_slug(&self, term: &Term, at: Timestamp) -> bool {
        let released = self.released(at);
        let mut terms = released.iter().flat_map(|meta| &meta.terms);
        terms.any(|written| {
            let has_slug = written.slug.is_some() && !is_alias(written);
            has_slug && own(written).as_ref() == Some(term)
        })
    }

    /// Whether the terms of a selection that are names mean at an instant what they mean now.
    fn names_mean_the_same(&self, selection: &Selection, at: Timestamp) -> bool {
        let mut terms = selection.terms().map(canonical);
        terms.all(|term| self.is_slug(&term, at) == self.is_slug(&term, self.as_of))
    }

    fn matching(&self, selection: &Selection, at: Timestamp) -> Vec<&ArticleMeta> {
        let mut matching = self.released(at);
        let terms = selection.terms().map(canonical);
        let slugs: BTreeSet<Term> = terms.filter(|term| self.is_slug(term, at)).collect();
        matching.retain(|meta| {
            let carries = |term: &Term| {
                let term = canonical(term);
                let is_named = || !slugs.contains(&term) && names_of(meta).contains(&term);
                terms_of(meta).contains(&term) || is_named()
            };
            (selection.any.is_empty() || selection.any.iter().any(carries))
                && selection.all.iter().all(carries)
                && !selection.none.iter().any(carries)
        });
        matching
    }

    /// The part of a feed that readers can see at an instant.
    fn feed_state(&self, selection: &Selection, settings: &Settings, at: Timestamp) -> FeedState {
        let visible_from = |meta: &ArticleMeta| meta.published.plus(settings.delay.into());
        let mut visible = self.matching(selection, at);
        visible.retain(|meta| visible_from(meta) <= at);
        let newest = visible.first().map(|newest| newest.published);
        let items = usize::from(settings.items);
        let stays = |(newer, meta): &(usize, &ArticleMeta)| {
            let age = newest.map_or(0, |newest| newest.0 - meta.published.0);
            let fits = *newer < items || (age < settings.keep.into() && *newer < 4 * items);
            let oldest = settings.oldest.map_or(i64::MAX, i64::from);
            fits && at.0 - meta.published.0 < oldest
        };
        let window = visible.iter().copied().enumerate().filter(stays);
        let window: Vec<&ArticleMeta> = window.map(|(_, meta)| meta).collect();
        FeedState {
            content_time: window
                .iter()
                .map(|meta| visible_from(meta).max(updated(meta, at)))
                .max(),
            entries: window.iter().map(|meta| entry(meta, at)).collect(),
        }
    }

    /// The spelling of a term in its oldest released article.
    fn oldest_spelling(&self, term: &Term) -> Option<String> {
        let oldest = self.having(term, self.as_of);
        let spellings = oldest.last()?.terms.iter();
        let mut shown = spellings.filter_map(printed);
        shown.find(|(_, other)| other == term).map(|(name, _)| name)
    }

    fn name(&self, term: &Term) -> Option<String> {
        self.oldest_spelling(term)
            .or_else(|| self.first_names.get(term).cloned())
    }

    /// Every instant at which a feed can change.
    fn instants(&self, settings: &Settings) -> BTreeSet<Timestamp> {
        let instants = |meta: &ArticleMeta| {
            let after = |seconds: u32| Some(meta.published.plus(seconds.into()));
            let oldest = settings.oldest.and_then(after);
            let own = [Some(meta.updated), meta.expires, oldest];
            [own, [after(0), after(settings.delay), None]].concat()
        };
        self.metas.values().flat_map(instants).flatten().collect()
    }
}

#[derive(Clone, Debug, PartialEq)]
struct FeedState {
    entries: Vec<Entry>,
    content_time: Option<Timestamp>,
}

/// The values of an entry that a digest covers, and its record.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    key: String,
    revision: Revision,
    record: RecordId,
    updated: Timestamp,
    replacements: Vec<(usize, String)>,
}

fn updated(meta: &ArticleMeta, at: Timestamp) -> Timestamp {
    if meta.updated <= at {
        meta.updated
    } else {
        meta.published
    }
}

fn entry(meta: &ArticleMeta, at: Timestamp) -> Entry {
    Entry {
        key: meta.key.to_string(),
        revision: meta.revision,
        record: meta.record,
        updated: updated(meta, at),
        replacements: meta
            .terms
            .iter()
            .filter(|written| printed(written).is_some())
            .enumerate()
            .filter(|(_, written)| is_alias(written))
            .map(|(place, _)| (place, SAME.2.to_owned()))
            .collect(),
    }
}

fn canonical(written: &Term) -> Term {
    match *written == term(SAME.0) {
        true => term(SAME.1),
        false => written.clone(),
    }
}

/// The term of a spelling, without `[same]`.
fn own(written: &MetaTerm) -> Option<Term> {
    let key = written.slug.as_ref().unwrap_or(&written.name);
    Term::new(written.kind, key)
}

fn by_name(written: &MetaTerm) -> Option<Term> {
    Term::new(written.kind, &written.name)
}

/// Whether `[same]` names the spelling, by its slug or by its name.
fn is_alias(written: &MetaTerm) -> bool {
    let alias = Some(term(SAME.0));
    own(written) == alias || by_name(written) == alias
}

/// The text that feeds print for a spelling, and the term it counts as.
fn printed(written: &MetaTerm) -> Option<(String, Term)> {
    match is_alias(written) {
        true => Some((SAME.2.to_owned(), term(SAME.1))),
        false => Some((written.name.to_string(), own(written)?)),
    }
}

fn terms_of(meta: &ArticleMeta) -> BTreeSet<Term> {
    let shown = meta.terms.iter().filter_map(printed);
    shown.map(|(_, term)| term).collect()
}

/// The terms that lead to an article because of names, or of slugs that `[same]` replaces by name.
fn names_of(meta: &ArticleMeta) -> BTreeSet<Term> {
    meta.terms.iter().filter_map(name_of).collect()
}

fn name_of(written: &MetaTerm) -> Option<Term> {
    written.slug.as_ref()?;
    let is_alias_by_name = is_alias(written) && own(written) != Some(term(SAME.0));
    let name = match is_alias_by_name {
        true => own(written),
        false => by_name(written),
    };
    let name = canonical(&name?);
    let counts_as = printed(written).map(|(_, term)| term);
    (counts_as.as_ref() != Some(&name)).then_some(name)
}

fn feed_state(index: &Index, window: &Window) -> FeedState {
    let entry = |&article: &ArticleNo| Entry {
        key: text(index.slot(article).key()).to_owned(),
        revision: index.revision(article),
        record: index.record(article),
        updated: index.updated(article),
        replacements: index
            .replacements(article)
            .map(|(place, text)| (place, text.to_owned()))
            .collect(),
    };
    FeedState {
        entries: window.entries.iter().map(entry).collect(),
        content_time: window.content_time,
    }
}

#[derive(Clone, Debug)]
enum Step {
    Apply(Vec<Change>),
    Advance(i64),
}

fn visibilities() -> impl Strategy<Value = Visibility> {
    prop_oneof![
        18 => Just(Visibility::Public),
        1 => Just(Visibility::OutOfFeeds),
        1 => Just(Visibility::Draft),
    ]
}

fn arbitrary_meta() -> impl Strategy<Value = ArticleMeta> {
    let dates = (0i64..40, 0i64..25, proptest::option::of(0i64..60));
    let spellings = vec(select(&SPELLINGS[..]), 0..4);
    let rest = (0u128..3, 0u64..1000, visibilities());
    (select(&KEYS[..]), dates, spellings, rest).prop_map(
        |(key, (published, later, expires), terms, (revision, record, visibility))| ArticleMeta {
            updated: Timestamp(published + later),
            expires: expires.map(Timestamp),
            revision: Revision(revision),
            record: RecordId(record),
            visibility,
            ..meta_with_slugs(key, published, &terms)
        },
    )
}

fn arbitrary_step() -> impl Strategy<Value = Step> {
    let change = prop_oneof![
        4 => arbitrary_meta().prop_map(Change::Put),
        1 => select(&KEYS[..]).prop_map(|key| Change::Remove(key.into())),
    ];
    prop_oneof![
        2 => vec(change, 0..9).prop_map(Step::Apply),
        1 => (0i64..20).prop_map(Step::Advance),
    ]
}

fn arbitrary_selection() -> impl Strategy<Value = Selection> {
    const TERMS: [&str; 10] = [
        "x",
        "икс",
        "iks",
        "y",
        "y-2",
        "section:x",
        "author:а-б-иванов",
        "author:иванов",
        "author:ivanov",
        "lang:kk",
    ];
    let some = |most| subsequence(&TERMS[..], 0..=most).prop_map(|texts| terms(&texts));
    (some(3), some(2), some(1)).prop_map(|(any, all, none)| Selection { any, all, none })
}

fn arbitrary_settings() -> impl Strategy<Value = Settings> {
    let oldest = proptest::option::of(1u32..25);
    (1u16..4, 0u32..12, 0u32..6, oldest).prop_map(|(items, keep, delay, oldest)| Settings {
        items,
        keep,
        delay,
        oldest,
        ..Settings::default()
    })
}

/// A feed under test with its selection as a query.
struct TestFeed {
    selection: Selection,
    settings: Settings,
    query: Query,
}

fn check_feed(index: &Index, model: &Model, feed: &TestFeed) -> Result<Window, TestCaseError> {
    let TestFeed {
        selection,
        settings,
        query,
    } = feed;
    let window = index.window(query, settings);
    let now = model.feed_state(selection, settings, model.as_of);
    prop_assert_eq!(&feed_state(index, &window), &now);
    prop_assert_eq!(
        index.count(query),
        model.matching(selection, model.as_of).len()
    );
    check_ranks(index, model, feed, &now)?;
    prop_assert!(window.next.is_none_or(|next| next > model.as_of));
    for instant in model.instants(settings) {
        let is_later = instant > model.as_of && window.next.is_none_or(|next| instant < next);
        if is_later && model.names_mean_the_same(selection, instant) {
            prop_assert_eq!(
                &model.feed_state(selection, settings, instant),
                &now,
                "{}",
                instant
            );
        }
    }
    Ok(window)
}

/// The rank of each article, now and at every later instant, agrees with its position in the feed.
fn check_ranks(
    index: &Index,
    model: &Model,
    feed: &TestFeed,
    now: &FeedState,
) -> Result<(), TestCaseError> {
    let later = model.instants(&feed.settings);
    let later = later.into_iter().filter(|at| *at > model.as_of);
    let later = later.filter(|at| model.names_mean_the_same(&feed.selection, *at));
    let later = later.map(|at| (at, model.feed_state(&feed.selection, &feed.settings, at)));
    let instants: Vec<(Timestamp, FeedState)> = later.collect();
    let now = std::iter::once((model.as_of, now));
    let instants = instants.iter().map(|(at, outcome)| (*at, outcome));
    for (at, outcome) in now.chain(instants) {
        for article in KEYS.iter().filter_map(|key| index.find_any(key)) {
            let rank = index.rank(&feed.query, &feed.settings, article, at);
            let is_in = |rank: &Rank| matches!(rank.membership, Membership::Included { .. });
            let place = rank.filter(is_in).map(|rank| rank.newer);
            let key = text(index.slot(article).key());
            let expected = outcome.entries.iter().position(|entry| entry.key == key);
            prop_assert_eq!(place, expected, "{} at {}", key, at);
            let entries = rank.map_or(outcome.entries.len(), |rank| rank.entries);
            prop_assert_eq!(entries, outcome.entries.len());
        }
    }
    Ok(())
}

fn check_articles_and_terms(index: &Index, model: &Model) -> Result<(), TestCaseError> {
    prop_assert_eq!(index.len(), model.metas.len());
    let next = index.next_instant();
    prop_assert!(next.is_none_or(|next| next > model.as_of), "{:?}", next);
    let released = model.released(model.as_of);
    for key in KEYS {
        let found = index.find(key).map(|article| index.record(article));
        let expected = released.iter().find(|meta| *meta.key == *key);
        prop_assert_eq!(found, expected.map(|meta| meta.record), "{}", key);
    }
    let mut known = BTreeSet::new();
    for number in index.known_terms() {
        let term = index.term(number);
        prop_assert_eq!(Some(index.name(number).to_owned()), model.name(term));
        let having = model.having(term, model.as_of);
        prop_assert_eq!(index.articles_with(number), having.len());
        prop_assert_eq!(index.is_dead(number), having.is_empty());
        known.insert(term.clone());
    }
    check_names(index, model)?;
    prop_assert_eq!(known, model.first_names.keys().cloned().collect());
    Ok(())
}

/// What every term leads to that may be a name.
fn check_names(index: &Index, model: &Model) -> Result<(), TestCaseError> {
    let metas = || model.metas.values().flat_map(|meta| &meta.terms);
    for name in metas().filter_map(by_name).map(|name| canonical(&name)) {
        let Some(number) = index.find_term(&name) else {
            continue;
        };
        let meant = model.matching(&Selection::of(name.clone()), model.as_of);
        prop_assert_eq!(index.is_used(number), !meant.is_empty(), "{}", name);
        let is_name = model.having(&name, model.as_of).is_empty() && !meant.is_empty();
        prop_assert_eq!(index.is_name(number), is_name, "{}", name);
        let leads_to = |written: &&MetaTerm| name_of(written).as_ref() == Some(&name);
        let newest = meant.first().filter(|_| is_name);
        let named = newest.and_then(|meta| meta.terms.iter().find(leads_to));
        let term = named.and_then(printed).map(|(_, term)| term);
        let is_of_all = |term: &Term| {
            let feed = model.matching(&Selection::of(term.clone()), model.as_of);
            meant.iter().all(|meta| feed.contains(meta))
        };
        let expected = term.filter(is_of_all);
        let found = index.term_of_name(number).map(|term| index.term(term));
        prop_assert_eq!(found, expected.as_ref(), "{}", name);
    }
    Ok(())
}

fn names(index: &Index) -> BTreeMap<TermNo, String> {
    let name = |term| (term, index.name(term).to_owned());
    index.known_terms().map(name).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn the_index_agrees_with_the_model(
        steps in vec(arbitrary_step(), 1..12),
        feeds in vec((arbitrary_selection(), arbitrary_settings()), 1..6),
    ) {
        let (mut index, mut model) = (Index::new(&same(), Timestamp(0)), Model::new());
        let feeds: Vec<TestFeed> = feeds
            .into_iter()
            .map(|(selection, settings)| TestFeed {
                query: index.register(&selection),
                selection,
                settings,
            })
            .collect();
        let mut windows = Vec::new();
        let mut clones = Vec::new();
        for feed in &feeds {
            windows.push(check_feed(&index, &model, feed)?);
        }
        for step in steps {
            let earlier: Vec<FeedState> = windows.iter().map(|window| feed_state(&index, window)).collect();
            let named = names(&index);
            clones.push((index.clone(), windows.clone(), earlier.clone(), named.clone()));
            let affected = match step {
                Step::Apply(changes) => {
                    model.apply(&changes);
                    index.apply(changes)
                }
                Step::Advance(seconds) => {
                    let as_of = index.as_of().plus(seconds);
                    let next = index.next_instant();
                    model.advance(as_of);
                    let affected = index.advance(as_of);
                    prop_assert!(next.is_some_and(|next| next <= as_of) || affected.is_empty());
                    affected
                }
            };
            check_articles_and_terms(&index, &model)?;
            for ((feed, window), before) in feeds.iter().zip(&mut windows).zip(earlier) {
                let now = check_feed(&index, &model, feed)?;
                let is_due = window.next.is_some_and(|next| next <= model.as_of);
                let changed = before != feed_state(&index, &now) || window.next != now.next;
                let query = index.resolve(&feed.query);
                prop_assert!(!changed || is_due || affected.includes(&query));
                *window = now;
            }
            for (term, name) in names(&index) {
                let renamed = named.get(&term) != Some(&name);
                let query = Query::default().with(term);
                prop_assert!(!renamed || affected.includes(&query));
            }
            let released: Vec<&str> = model.released(model.as_of).iter().map(|meta| &*meta.key).collect();
            let live = index.released.all().backwards();
            let live: Vec<&str> = live.map(|article| text(index.slot(article).key())).collect();
            prop_assert_eq!(live, released);
        }
        for (clone, windows, states, named) in clones {
            prop_assert_eq!(names(&clone), named);
            for ((feed, window), state) in feeds.iter().zip(windows).zip(states) {
                let now = clone.window(&feed.query, &feed.settings);
                prop_assert_eq!(feed_state(&clone, &now), state);
                prop_assert_eq!(now, window);
            }
        }
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
fn a_term_stays_known_after_its_last_article_is_removed() {
    let mut index = index_of([meta("a", 50, &[(TermKind::Tag, "Спорт")])]);
    let known = |since: Option<i64>| {
        TermChange::Known(KnownTerm {
            term: term("спорт"),
            name: "Спорт".to_owned(),
            unused_since: since.map(Timestamp),
        })
    };
    assert_eq!(index.take_term_changes(), [known(None)]);
    index.apply([Change::Remove("a".into())]);
    let sport = number(&index, "спорт");
    assert!(index.is_known(sport));
    assert_eq!(
        (index.name(sport), index.articles_with(sport)),
        ("Спорт", 0)
    );
    index.apply([Change::Put(meta("b", 60, &[(TermKind::Tag, "СПОРТ")]))]);
    assert_eq!(index.name(sport), "СПОРТ");
    assert_eq!(index.take_term_changes(), []);
}

const DAY: i64 = 86_400;

#[test]
fn a_term_is_forgotten_at_the_midnight_after_a_year_without_articles() {
    let mut index = index_of([meta("a", 50, &[(TermKind::Tag, "Спорт")])]);
    let sport = number(&index, "спорт");
    index.advance(Timestamp(10 * DAY));
    assert!(!index.is_dead(sport));
    index.apply([Change::Remove("a".into())]);
    assert!(index.is_dead(sport), "at once");
    index.take_term_changes();
    index.advance(Timestamp(11 * DAY + 7));
    let changes = index.take_term_changes();
    assert!(
        matches!(&changes[..], [TermChange::Known(known)] if known.unused_since == Some(index.as_of())),
        "{changes:?}"
    );
    let forgotten_at = Timestamp(377 * DAY);
    assert_eq!(index.next_instant(), Some(forgotten_at));
    index.advance(forgotten_at.plus(-1));
    assert!(index.is_dead(sport));
    assert_eq!(index.take_term_changes(), []);
    index.advance(forgotten_at);
    assert!(!index.is_known(sport));
    assert_eq!(
        index.take_term_changes(),
        [TermChange::Forgotten(term("спорт"))]
    );
    assert_eq!(index.next_instant(), None);
    // Later it is a new term.
    index.apply([Change::Put(meta("b", 60, &[(TermKind::Tag, "СПОРТ")]))]);
    assert!(index.is_known(sport) && !index.is_dead(sport));
    assert!(
        matches!(&index.take_term_changes()[..], [TermChange::Known(known)] if known.name == "СПОРТ")
    );
}

#[test]
fn a_term_that_is_used_again_or_named_is_not_forgotten() {
    let sports = [(TermKind::Tag, "спорт")];
    let mut index = index_of([
        meta("a", 50, &sports),
        meta("b", 50, &[(TermKind::Tag, "опера")]),
    ]);
    let (sport, opera) = (number(&index, "спорт"), number(&index, "опера"));
    let named = [NamedTerm {
        term: term("опера"),
        text: "Опера".to_owned(),
        span: 0..0,
    }];
    index.set_named(&named);
    index.apply([Change::Remove("a".into()), Change::Remove("b".into())]);
    index.advance(Timestamp(DAY));
    assert!(!index.is_dead(opera), "feeds.toml names it");
    index.apply([Change::Put(meta("c", 60, &sports))]);
    index.take_term_changes();
    index.advance(Timestamp(2 * DAY));
    assert!(
        matches!(&index.take_term_changes()[..], [TermChange::Known(known)] if known.unused_since.is_none())
    );
    index.advance(Timestamp(900 * DAY));
    assert!(index.is_known(sport) && index.is_known(opera));
    assert_eq!(index.next_instant(), None);
    // It was unused for longer than a year.
    index.set_named(&[]);
    index.advance(Timestamp(900 * DAY));
    assert!(!index.is_known(opera));
}

#[test]
fn a_term_without_a_date_is_remembered_from_the_start_on_and_an_alias_is_forgotten_with_its_term() {
    let mut index = Index::new(&same(), Timestamp(DAY));
    for (name, unused_since) in [("x", Some(Timestamp(0))), ("икс", None), ("вода", None)] {
        index.remember(KnownTerm {
            term: term(name),
            name: name.to_owned(),
            unused_since,
        });
    }
    index.advance(Timestamp(DAY));
    let forgotten = |index: &mut Index, day: i64| -> BTreeSet<Term> {
        index.advance(Timestamp(day * DAY));
        let changes = index.take_term_changes().into_iter();
        let forgotten = changes.filter_map(|change| match change {
            TermChange::Forgotten(term) => Some(term),
            TermChange::Known(_) => None,
        });
        forgotten.collect()
    };
    assert_eq!(forgotten(&mut index, 365), terms(&[]));
    assert_eq!(forgotten(&mut index, 366), terms(&["x", "икс"]));
    assert_eq!(forgotten(&mut index, 367), terms(&["вода"]));
}

#[test]
fn a_term_added_and_removed_in_one_update_is_never_known() {
    let mut index = index_of([
        meta("a", 50, &[(TermKind::Tag, "опечатка")]),
        meta("a", 50, &[(TermKind::Tag, "опечатки")]),
    ]);
    let known = KnownTerm {
        term: term("опечатки"),
        name: "опечатки".to_owned(),
        unused_since: None,
    };
    assert_eq!(index.take_term_changes(), [TermChange::Known(known)]);
    assert_eq!(index.known_terms().count(), 1);
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
