//! The sums of months are those of their articles, whatever came and left before.

use super::*;
use crate::model::time::{Month, Zone};

fn rule() -> MonthRule {
    MonthRule {
        zone: Zone::find("Asia/Almaty").expect("a zone"),
        base: "https://dala.example/".to_owned(),
    }
}

const DAY: i64 = 86_400;

#[derive(Clone, Debug)]
enum Step {
    Put(ArticleMeta),
    Remove(&'static str),
    Advance(i64),
}

fn arbitrary_step() -> impl Strategy<Value = Step> {
    let visibility = prop_oneof![
        4 => Just(Visibility::Public),
        1 => Just(Visibility::OutOfSearch),
        1 => Just(Visibility::OutOfFeeds),
    ];
    let address = prop_oneof![
        2 => Just(AddressSize::HERE),
        2 => Just(AddressSize::of("https://dala.example/?a&b")),
        1 => Just(AddressSize::TOO_LONG),
    ];
    let dates = (0i64..100, 0i64..40, proptest::option::of(0i64..120));
    let put = (select(&KEYS[..]), dates, visibility, address, 0u128..3).prop_map(
        |(key, (published, later, expires), visibility, address, revision)| {
            Step::Put(ArticleMeta {
                updated: Timestamp((published + later) * DAY),
                expires: expires.map(|day| Timestamp(day * DAY)),
                visibility,
                address,
                revision: Revision(revision),
                ..meta(key, published * DAY, &[])
            })
        },
    );
    prop_oneof![
        4 => put,
        1 => select(&KEYS[..]).prop_map(Step::Remove),
        2 => (0i64..20).prop_map(Step::Advance),
    ]
}

/// The months of an index, with the keys of their articles.
fn months(index: &mut Index) -> Vec<(Month, MonthSum, Vec<String>)> {
    index.refresh_months();
    let months: Vec<_> = index.months().map(|(month, sum)| (month, *sum)).collect();
    let keys = |month| {
        let articles = index.articles_of_month(month);
        articles
            .map(|article| index.key(article).into_owned())
            .collect()
    };
    months
        .into_iter()
        .map(|(month, sum)| (month, sum, keys(month)))
        .collect()
}

proptest! {
    #[test]
    fn sums_do_not_depend_on_what_was_before(steps in vec(arbitrary_step(), 1..40)) {
        let mut index = Index::new(&[], Timestamp(0));
        index.count_months(Some(rule()));
        let mut day = 0;
        for step in steps {
            match step {
                Step::Put(meta) => drop(index.apply([Change::Put(meta)])),
                Step::Remove(key) => drop(index.apply([Change::Remove(key.into())])),
                Step::Advance(days) => {
                    day += days;
                    index.advance(Timestamp(day * DAY));
                }
            }
            let mut fresh = index.with_aliases(&[], []);
            fresh.count_months(Some(rule()));
            let found = months(&mut index);
            prop_assert_eq!(&found, &months(&mut fresh));
            for (_, sum, keys) in &found {
                prop_assert_eq!(sum.articles, keys.len());
            }
            let in_months: usize = found.iter().map(|(_, sum, _)| sum.articles).sum();
            let in_sitemaps = index.published_since(Timestamp(i64::MIN)).count();
            prop_assert_eq!(in_months, in_sitemaps);
        }
    }
}

#[test]
fn a_month_is_that_of_the_zone_and_an_edit_moves_no_other() {
    let mut index = Index::new(&[], Timestamp(1_800_000_000));
    index.count_months(Some(rule()));
    // 2026-10-31T18:59:59Z is the last second of October in Almaty.
    let last_second = 1_793_473_199;
    index.apply([
        Change::Put(meta("a", last_second, &[])),
        Change::Put(meta("b", last_second + 1, &[])),
    ]);
    let before = months(&mut index);
    let names: Vec<String> = before.iter().map(|(month, ..)| month.to_string()).collect();
    assert_eq!(names, ["2026-10", "2026-11"]);

    let edit = ArticleMeta {
        revision: Revision(1),
        updated: Timestamp(last_second + 100),
        ..meta("a", last_second, &[])
    };
    index.apply([Change::Put(edit)]);
    let after = months(&mut index);
    assert_ne!(after[0].1.digest, before[0].1.digest);
    assert_eq!(after[0].1.modified(), Timestamp(last_second + 100));
    assert_eq!(after[1], before[1]);

    index.apply([Change::Put(meta("a", last_second, &[]))]);
    assert_eq!(months(&mut index), before, "the edit is taken back");
    index.apply([Change::Remove("a".into())]);
    assert_eq!(months(&mut index), before[1..]);
}

#[test]
fn a_slot_takes_no_more_memory_than_before_it_had_an_address() {
    assert_eq!(size_of::<Slot>(), 80);
}
