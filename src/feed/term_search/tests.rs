use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::testkit::cpu_time;

fn search(names: &[&str]) -> TermSearch {
    // The first names have the most articles.
    let terms = names.iter().zip((1..=names.len()).rev());
    let terms = terms.map(|(name, articles)| {
        let (kind, name) = Term::split(name).expect("a kind");
        let term = Term::new(kind, name).expect("a term");
        (term, name.to_owned(), articles)
    });
    TermSearch::new(terms, &OtherNames::new())
}

fn labels(found: Vec<FoundTerm<'_>>) -> Vec<&str> {
    found.iter().map(|found| found.name).collect()
}

const NAMES: [&str; 17] = [
    "Парламент",
    "мажилис",
    "section:Мажилис Парламента",
    "Қала",
    "кала",
    "караван",
    "ёлка",
    "author:Айман Аманжолова",
    "IT-компания",
    "C++",
    "Сенат",
    "HАТО",
    "Tesla",
    "бюджет 2027",
    "қаһарман",
    "lang:kk",
    "депутат",
];

#[test]
fn typed_words_find_terms() {
    let search = search(&NAMES);
    for (typed, expected) in [
        ("мажилис", &["мажилис", "Мажилис Парламента"][..]),
        ("МАЖ", &["мажилис", "Мажилис Парламента"]),
        ("#мажилис", &["мажилис", "Мажилис Парламента"]),
        ("парламент", &["Парламент", "Мажилис Парламента"]),
        ("парл маж", &["Мажилис Парламента"]),
        ("Аманжолова", &["Айман Аманжолова"]),
        ("аманжолова  айман", &["Айман Аманжолова"]),
        // The letters as typed first.
        ("кала", &["кала", "Қала"]),
        ("қала", &["Қала", "кала"]),
        ("кар", &["караван"]),
        ("елка", &["ёлка"]),
        ("ЁЛ", &["ёлка"]),
        // Latin letters that look like Cyrillic ones.
        ("мaжилиc", &["мажилис", "Мажилис Парламента"]),
        ("CEHAT", &["Сенат"]),
        ("нато", &["HАТО"]),
        ("HATO", &["HАТО"]),
        ("қаhарман", &["қаһарман"]),
        ("кахарман", &["қаһарман"]),
        ("tes", &["Tesla"]),
        ("компания", &["IT-компания"]),
        ("it", &["IT-компания"]),
        ("c++", &["C++"]),
        ("2027", &["бюджет 2027"]),
        ("kk", &["kk"]),
        // The other keyboard layout.
        ("vf;bkbc", &["мажилис", "Мажилис Парламента"]),
        ("еуыдф", &["Tesla"]),
        ("зима", &[]),
        ("мажилис зима", &[]),
        ("ажилис", &[]),
        ("#", &[]),
        ("", &[]),
    ] {
        let found = search.find(typed, &TermKind::ALL, |_| true, 10);
        assert_eq!(labels(found), expected, "{typed}");
    }
    let section = search.find("маж", &[TermKind::Section], |_| true, 10);
    assert_eq!(labels(section), ["Мажилис Парламента"]);
    assert_eq!(
        labels(search.find("маж", &TermKind::ALL, |_| true, 1)),
        ["мажилис"]
    );
    assert!(search.find("маж", &[], |_| true, 10).is_empty());
}

#[test]
fn the_largest_terms_of_a_kind_are_those_with_the_most_articles() {
    let terms = [
        ("спорт", 2),
        ("section:мир", 9),
        ("мост", 7),
        ("вода", 7),
        ("ёлка", 1),
    ];
    let terms = terms.map(|(text, articles)| {
        let term = Term::parse(text).expect("a term");
        (term.clone(), term.key().to_owned(), articles)
    });
    let search = TermSearch::new(terms, &OtherNames::new());
    let largest = labels(search.largest(&[TermKind::Tag], |_| true, 3));
    assert_eq!(largest, ["вода", "мост", "спорт"]);
    assert_eq!(
        labels(search.largest(&[TermKind::Section], |_| true, 3)),
        ["мир"]
    );
    assert_eq!(
        labels(search.largest(&[TermKind::Author], |_| true, 3)),
        [""; 0]
    );
}

#[test]
fn the_nearest_terms_are_found_across_slips() {
    let search = search(&NAMES);
    for (typed, expected) in [
        ("мажылис", &["мажилис", "Мажилис Парламента"][..]),
        ("мажилсс", &["мажилис", "Мажилис Парламента"]),
        ("депутаты", &["депутат"]),
        ("дептуат", &["депутат"]),
        ("аманжолва", &["Айман Аманжолова"]),
        ("бюджет на 2028 год", &["бюджет 2027"]),
        ("зима в парламент", &["Парламент", "Мажилис Парламента"]),
        ("парламнт", &["Парламент", "Мажилис Парламента"]),
        ("telsa", &["Tesla"]),
        // What `find` gives.
        ("vf;bkbc", &["мажилис", "Мажилис Парламента"]),
        ("невидимка", &[]),
        ("ы", &[]),
        ("", &[]),
    ] {
        let found = search.nearest(typed, &TermKind::ALL, |_| true, 8);
        assert_eq!(labels(found), expected, "{typed}");
    }
    assert_eq!(
        labels(search.nearest("мажылис", &TermKind::ALL, |_| true, 1)),
        ["мажилис"]
    );
}

#[test]
fn a_term_with_a_slug_is_found_by_both_spellings() {
    let term = Term::named(TermKind::Author, "Айман Аманжолова", Some("a-amanzholova"));
    let term = term.expect("a term");
    let search = TermSearch::new([(term.clone(), "Айман Аманжолова", 3)], &OtherNames::new());
    let expected = FoundTerm {
        number: 0,
        term,
        name: "Айман Аманжолова",
        articles: 3,
    };
    for typed in ["айман аман", "amanzholova", "a-amanzholova"] {
        let found = search.find(typed, &[TermKind::Author], |_| true, 5);
        assert_eq!(found, std::slice::from_ref(&expected), "{typed}");
    }
    assert!(
        search
            .find("айман amanzholova", &[TermKind::Tag], |_| true, 5)
            .is_empty()
    );
}

#[test]
fn a_term_is_found_by_all_its_names() {
    let term = |text: &str| Term::parse(text).expect("a term");
    let terms = [(term("суд"), "Суд", 3), (term("судно"), "судно", 9)];
    let others = OtherNames::from([(term("суд"), vec!["сот", "Law Court"])]);
    let search = TermSearch::new(terms, &others);
    for (typed, expected) in [
        ("суд", &["Суд", "судно"][..]),
        ("сот", &["Суд"]),
        ("court", &["Суд"]),
        ("law court", &["Суд"]),
        ("laww", &[]),
    ] {
        let found = search.find(typed, &[TermKind::Tag], |_| true, 5);
        assert_eq!(labels(found), expected, "{typed}");
    }
    let unwanted = search.find("суд", &[TermKind::Tag], |number| number == 0, 1);
    assert_eq!(labels(unwanted), ["судно"]);
}

#[test]
fn long_queries_and_names_cost_little() {
    let long = "мажилис-".repeat(500);
    let names: Vec<String> = (0..2000).map(|number| format!("{long}{number}")).collect();
    let terms = names.iter().map(|name| {
        let term = Term::new(TermKind::Tag, name).expect("a term");
        (term, name, 1)
    });
    let search = TermSearch::new(terms, &OtherNames::new());
    let queries = [
        &"мажилисы ".repeat(2000),
        &"а".repeat(100_000),
        &"абвгде ёжзийк лмнопр стуфхц".to_owned(),
        &"мажилис".to_owned(),
    ];
    for typed in queries {
        let took = cpu_time(|| drop(search.nearest(typed, &TermKind::ALL, |_| true, 8)));
        // Far more than a processor of any age needs, and far less than without limits.
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
}

/// Names of Russian, Kazakh and Latin words.
fn names() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(
        "[а-яёәғқңөұүһіА-ЯЁӘҚІ]{1,9}([ -]([a-zA-Z0-9]{1,7}|[а-я]{1,7})){0,2}",
        1..20,
    )
}

/// The same letters as a reader without a Kazakh keyboard may type them, or in letters that look alike.
fn with_slips(word: &str) -> String {
    let slip = |c| match c {
        'ё' => 'е',
        'ә' => 'а',
        'ғ' => 'г',
        'қ' => 'к',
        'ң' => 'н',
        'ө' => 'о',
        'ұ' | 'ү' => 'у',
        'һ' => 'х',
        'і' => 'i',
        'а' => 'a',
        'с' => 'c',
        'м' => 'M',
        'т' => 'T',
        c => c,
    };
    word.chars().map(slip).collect()
}

proptest! {
    #[test]
    fn every_term_is_found_by_its_words_in_any_spelling(names in names(), cut in 1..9usize) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let search = search(&names);
        for name in names {
            let wanted = Term::new(TermKind::Tag, name).expect("a term");
            let is_found = |typed: &str| {
                let found = search.find(typed, &TermKind::ALL, |_| true, 100);
                let is_among = found.iter().any(|found| found.term == wanted);
                let nearest = search.nearest(typed, &TermKind::ALL, |_| true, 100);
                is_among && nearest == found
            };
            prop_assert!(is_found(name));
            prop_assert!(is_found(&name.to_uppercase()));
            prop_assert!(is_found(&with_slips(name)));
            for word in name.split([' ', '-']) {
                let prefix: String = word.chars().take(cut).collect();
                prop_assert!(is_found(&prefix), "{name}: {prefix}");
                prop_assert!(is_found(&with_slips(&prefix)), "{name}: {prefix}");
            }
        }
    }

    #[test]
    fn any_query_is_answered(names in prop::collection::vec(any::<String>(), 0..10), typed in any::<String>()) {
        let terms = names.iter().filter_map(|name| Some((Term::new(TermKind::Tag, name)?, name, 1)));
        let search = TermSearch::new(terms, &OtherNames::new());
        prop_assert!(search.find(&typed, &TermKind::ALL, |_| true, 3).len() <= 3);
        for name in &names {
            let slips: String = name.chars().rev().collect();
            prop_assert!(search.nearest(&slips, &TermKind::ALL, |_| true, 3).len() <= 3);
        }
    }
}
