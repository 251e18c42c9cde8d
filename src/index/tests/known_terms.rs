//! How long a term is known.

use super::*;

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
