//! The index answers every question as the model does.

use super::model::{Entry, FeedState, Model, by_name, canonical, name_of, printed};
use super::*;

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

fn names(index: &Index) -> BTreeMap<TermNo, String> {
    let name = |term| (term, index.name(term).to_owned());
    index.known_terms().map(name).collect()
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
