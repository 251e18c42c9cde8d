//! The articles that match a query, in the order of a feed, without reading all that do not match.

use std::mem;

use super::article_set::ArticleSet;
use super::posting_list::PostingList;
use super::postings::Postings;
use super::query::Query;
use super::sorted_list::Backwards;
use super::steps::Steps;
use super::term_dictionary::TermNo;
use super::{ArticleNo, Index};

/// The steps of checking the terms of one article: measured with a million articles, when they are in no
/// cache of the processor.
const CHECK_STEPS: usize = 1024;

/// The steps of sorting one article among thousands, measured likewise.
const SORT_STEPS: usize = 128;

/// Checks that are allowed for each match that they found.
const CHECKS_PER_MATCH: usize = 4;

/// The articles of `postings` that match a query, from the end of the lists.
///
/// Most queries match much of what is new. So the newest articles that can match are checked one by one,
/// until the set of all matching articles would have cost less. Then the set is computed, and the newest
/// articles are looked up in it, until sorting the set would have cost less. Whatever the articles are,
/// the cost is so at most about twice that of the best of the three ways.
pub(super) struct Matching<'a, 's> {
    index: &'a Index,
    postings: &'a Postings,
    query: &'a Query,
    steps: &'s mut Steps,
    stage: Stage<'a>,
}

enum Stage<'a> {
    /// Each article of the list matches.
    Listed(&'a PostingList, Backwards<'a, ArticleNo>),
    Checked(Checked<'a>),
    Scanned(Scanned<'a>),
    /// What is left, sorted.
    Sorted(Vec<ArticleNo>),
}

struct Checked<'a> {
    /// Each article that matches is in it.
    list: Backwards<'a, ArticleNo>,
    /// The length of the list.
    candidates: usize,
    checks_left: usize,
    found: Vec<ArticleNo>,
    /// The terms of one article. It is here to be allocated once.
    terms: Vec<TermNo>,
}

struct Scanned<'a> {
    /// Each article that matches is in it.
    list: Backwards<'a, ArticleNo>,
    /// The matching articles that were not returned yet.
    set: ArticleSet,
    len: usize,
    scans_left: usize,
}

impl<'a, 's> Matching<'a, 's> {
    pub(super) fn new(
        index: &'a Index,
        postings: &'a Postings,
        query: &'a Query,
        steps: &'s mut Steps,
    ) -> Matching<'a, 's> {
        let stage = match (&query.any[..], &query.all[..], &query.none[..]) {
            ([], [], []) => Stage::listed(postings.all()),
            ([one], [], []) | ([], [one], []) => Stage::listed(postings.of(*one)),
            _ => {
                let list = shortest(postings, query);
                let set_steps = ArticleSet::steps(postings, query, index.slots.len());
                Stage::Checked(Checked {
                    list: list.backwards(),
                    candidates: list.len(),
                    checks_left: set_steps / CHECK_STEPS,
                    found: Vec::new(),
                    terms: Vec::new(),
                })
            }
        };
        Matching {
            index,
            postings,
            query,
            steps,
            stage,
        }
    }

    /// The number of articles that match.
    pub(super) fn len(mut self) -> usize {
        match &self.stage {
            Stage::Listed(list, _) => list.len(),
            Stage::Checked(checked) if checked.candidates > checked.checks_left => {
                self.set().map_or(0, |set| set.len())
            }
            _ => self.by_ref().count(),
        }
    }

    /// The set of all articles that match; `None` if no steps are left for it.
    fn set(&mut self) -> Option<ArticleSet> {
        let numbers = self.index.slots.len();
        let steps = ArticleSet::steps(self.postings, self.query, numbers);
        let are_left = self.steps.take(steps);
        are_left.then(|| ArticleSet::matching(self.postings, self.query, numbers))
    }

    /// Looks up in the set of all matching articles what checking did not find.
    fn scan(&mut self, found: &[ArticleNo]) -> Option<Stage<'a>> {
        let mut set = self.set()?;
        for &article in found {
            set.remove(article);
        }
        let len = set.len();
        Some(Stage::Scanned(Scanned {
            list: shortest(self.postings, self.query).backwards(),
            set,
            len,
            scans_left: len.saturating_mul(SORT_STEPS),
        }))
    }

    /// Sorts what a scan did not find.
    fn sort(&mut self, set: &ArticleSet) -> Option<Stage<'a>> {
        let are_left = self.steps.take(set.len().saturating_mul(SORT_STEPS));
        let slots = &self.index.slots;
        are_left.then(|| Stage::Sorted(self.postings.sort(slots, set.iter().collect())))
    }
}

impl<'a> Stage<'a> {
    fn listed(list: &'a PostingList) -> Stage<'a> {
        Stage::Listed(list, list.backwards())
    }
}

/// The shortest list that has each article that matches.
fn shortest<'a>(postings: &'a Postings, query: &Query) -> &'a PostingList {
    let lists = query.all.iter().map(|&term| postings.of(term));
    lists
        .min_by_key(|list| list.len())
        .unwrap_or(postings.all())
}

impl Iterator for Matching<'_, '_> {
    type Item = ArticleNo;

    fn next(&mut self) -> Option<ArticleNo> {
        loop {
            let next_stage = match &mut self.stage {
                Stage::Listed(_, list) => return list.next().filter(|_| self.steps.take(1)),
                Stage::Sorted(articles) => return articles.pop().filter(|_| self.steps.take(1)),
                Stage::Checked(checked) => match checked.next(self.index, self.query, self.steps) {
                    Ok(article) => return article,
                    Err(TooCostly) => {
                        let found = mem::take(&mut checked.found);
                        self.scan(&found)
                    }
                },
                Stage::Scanned(scanned) => match scanned.next(self.steps) {
                    Ok(article) => return article,
                    Err(TooCostly) => {
                        let set = mem::take(&mut scanned.set);
                        self.sort(&set)
                    }
                },
            };
            self.stage = next_stage?;
        }
    }
}

/// Another way to find the matching articles costs less.
struct TooCostly;

impl Checked<'_> {
    fn next(
        &mut self,
        index: &Index,
        query: &Query,
        steps: &mut Steps,
    ) -> Result<Option<ArticleNo>, TooCostly> {
        while self.checks_left > 0 {
            self.checks_left -= 1;
            let Some(article) = self.list.next().filter(|_| steps.take(CHECK_STEPS)) else {
                return Ok(None);
            };
            let spellings = index.slot(article).spellings();
            let terms = spellings.flat_map(|spelling| index.terms.lists_of(spelling));
            self.terms.clear();
            self.terms.extend(terms);
            if query.matches(&self.terms) {
                self.checks_left += CHECKS_PER_MATCH;
                self.found.push(article);
                return Ok(Some(article));
            }
        }
        Err(TooCostly)
    }
}

impl Scanned<'_> {
    fn next(&mut self, steps: &mut Steps) -> Result<Option<ArticleNo>, TooCostly> {
        while self.len > 0 && self.scans_left > 0 {
            self.scans_left -= 1;
            let Some(article) = self.list.next().filter(|_| steps.take(1)) else {
                return Ok(None);
            };
            if self.set.remove(article) {
                self.len -= 1;
                return Ok(Some(article));
            }
        }
        match self.len {
            0 => Ok(None),
            _ => Err(TooCostly),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use proptest::sample::subsequence;

    use super::*;
    use crate::config::Settings;
    use crate::index::{SELECTION_STEPS_MAX, StepsExceeded};
    use crate::model::address_size::AddressSize;
    use crate::model::article::{Revision, Visibility};
    use crate::model::article_meta::{ArticleMeta, Change, MetaTerm};
    use crate::model::record::RecordId;
    use crate::model::term::{Term, TermKind};
    use crate::model::time::Timestamp;

    const RELEASED: i64 = 8_000;
    const SCHEDULED: i64 = 2_000;

    /// Tags of every kind: on half of the articles, on a few per cent, on some, on old ones alone, on
    /// none.
    const TAGS: [&str; 10] = [
        "even", "odd", "third", "sixth", "rare", "rarer", "old", "oldest", "new", "removed",
    ];

    fn tags(n: i64) -> Vec<&'static str> {
        let carried = [
            ("even", n % 2 == 0),
            ("odd", n % 2 == 1),
            ("third", n % 3 == 0),
            ("sixth", n % 6 == 0),
            ("rare", n % 50 == 7),
            ("rarer", n % 700 == 7),
            ("old", (0..RELEASED / 8).contains(&n)),
            ("oldest", (0..20).contains(&n)),
            ("new", n > RELEASED - 200),
        ];
        let carried = carried.into_iter().filter(|(_, is_carried)| *is_carried);
        carried.map(|(tag, _)| tag).collect()
    }

    fn article(n: i64, tags: &[&str]) -> Change {
        // Numbers of slots must not be in the order of publication.
        let place = n * 7_919 % RELEASED;
        let published = if n < RELEASED { place } else { n };
        let terms = tags
            .iter()
            .map(|tag| MetaTerm::new(TermKind::Tag, tag, None));
        Change::Put(ArticleMeta {
            key: format!("{n}").into(),
            revision: Revision(0),
            record: RecordId(0),
            published: Timestamp(published),
            updated: Timestamp(published),
            expires: None,
            visibility: Visibility::Public,
            address: AddressSize::HERE,
            terms: terms.collect(),
        })
    }

    /// Articles of which some were removed, and some changed their tags.
    static INDEX: LazyLock<Index> = LazyLock::new(|| {
        let mut index = Index::new(&[], Timestamp(RELEASED - 1));
        let number = |n: i64| n * 7_919 % RELEASED;
        index.apply((0..RELEASED).map(|n| article(n, &tags(number(n)))));
        index.apply((RELEASED..RELEASED + SCHEDULED).map(|n| article(n, &tags(n))));
        index.apply((0..RELEASED).step_by(11).map(|n| article(n, &["removed"])));
        let removed = (0..RELEASED + SCHEDULED).step_by(11);
        index.apply(removed.map(|n| Change::Remove(format!("{n}").into())));
        index.apply((0..RELEASED).step_by(13).map(|n| article(n, &["odd"])));
        index
    });

    fn numbers(tags: &[&str]) -> Vec<TermNo> {
        let number = |tag: &&str| {
            let term = Term::parse(tag).expect("a term");
            INDEX.find_term(&term).expect("a term of the index")
        };
        tags.iter().map(number).collect()
    }

    fn query(any: &[&str], all: &[&str], none: &[&str]) -> Query {
        Query {
            any: numbers(any),
            all: numbers(all),
            none: numbers(none),
        }
    }

    fn check(postings: &Postings, query: &Query) -> Result<(), TestCaseError> {
        let is_match = |article: &ArticleNo| query.matches(&INDEX.terms_of(*article));
        let expected = postings.all().backwards().filter(is_match);
        let expected: Vec<ArticleNo> = expected.collect();
        let mut steps = Steps::unlimited();
        let found: Vec<ArticleNo> = Matching::new(&INDEX, postings, query, &mut steps).collect();
        prop_assert_eq!(&found, &expected);
        let len = Matching::new(&INDEX, postings, query, &mut steps).len();
        prop_assert_eq!(len, expected.len());
        let set = ArticleSet::matching(postings, query, INDEX.slots.len());
        let mut in_set: Vec<ArticleNo> = set.iter().collect();
        in_set = postings.sort(&INDEX.slots, in_set);
        in_set.reverse();
        prop_assert_eq!(&in_set, &expected);
        Ok(())
    }

    fn some_tags() -> impl Strategy<Value = Vec<&'static str>> {
        prop_oneof![Just(Vec::new()), subsequence(&TAGS[..], 0..=4)]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

        #[test]
        fn a_query_finds_what_checking_every_article_finds(
            any in some_tags(),
            all in some_tags(),
            none in some_tags(),
        ) {
            let query = query(&any, &all, &none);
            check(&INDEX.released, &query)?;
            check(&INDEX.scheduled, &query)?;
        }
    }

    #[test]
    fn no_query_checks_every_article() {
        let unmatched = [
            query(&[], &["even", "odd"], &["rare", "third", "sixth"]),
            query(&[], &[], &["even", "odd"]),
            query(&["even", "third"], &["odd"], &["third"]),
            query(&["sixth", "rare"], &["odd", "even"], &[]),
            query(&[], &["old", "new"], &[]),
        ];
        let old = [
            query(&["oldest", "removed"], &[], &["rare"]),
            query(&["old", "oldest"], &["even"], &["rare"]),
            query(&[], &["oldest", "even"], &[]),
        ];
        let settings = Settings::default();
        for query in unmatched.iter().chain(&old) {
            for postings in [&INDEX.released, &INDEX.scheduled] {
                let all = postings.all().len();
                let mut steps = Steps::unlimited();
                let items = usize::from(settings.items);
                let found = Matching::new(&INDEX, postings, query, &mut steps)
                    .take(items)
                    .count();
                let allowed = 4 * all + found * CHECK_STEPS * (CHECKS_PER_MATCH + 2);
                assert!(steps.taken() <= allowed, "{query:?}: {}", steps.taken());
            }
        }
    }

    #[test]
    fn a_set_takes_a_step_for_each_entry_of_a_list_and_for_four_words_of_a_bitmap() {
        let numbers = INDEX.slots.len();
        let words = numbers.div_ceil(256);
        let rare = INDEX.released.of(self::numbers(&["rare"])[0]).len();
        // The set itself and the bitmap of all articles are always counted.
        for (query, expected) in [
            (query(&[], &[], &[]), 2 * words),
            (query(&["even"], &[], &["odd"]), 4 * words),
            (query(&["even"], &["rare"], &["rare"]), 3 * words + 2 * rare),
        ] {
            let steps = ArticleSet::steps(&INDEX.released, &query, numbers);
            assert_eq!(steps, expected, "{query:?}");
        }
    }

    #[test]
    fn a_query_that_takes_too_many_steps_is_refused() {
        let query = query(&[], &["even", "odd"], &["rare"]);
        let settings = Settings::default();
        let window = |steps_max| INDEX.window_within(&query, &settings, steps_max);
        assert_eq!(window(100), Err(StepsExceeded));
        assert_eq!(
            window(SELECTION_STEPS_MAX),
            Ok(INDEX.window(&query, &settings))
        );
    }

    #[test]
    fn many_articles_have_a_bitmap_and_few_have_none() {
        let has_bitmap = |tag| {
            let term = numbers(&[tag])[0];
            INDEX.released.of(term).bitmap().is_some()
        };
        assert!(["even", "odd", "third"].into_iter().all(has_bitmap));
        assert!(!["rare", "oldest", "removed"].into_iter().any(has_bitmap));
    }
}
