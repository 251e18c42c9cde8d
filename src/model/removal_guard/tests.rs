//! Losses in many readings, against a newsroom of which the test knows everything.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// A newsroom whose articles vanish, and its guard.
struct Newsroom {
    guard: RemovalGuard,
    start: Instant,
    /// The time since the start, in milliseconds.
    passed: u64,
    stored: BTreeSet<String>,
    missing: BTreeSet<String>,
    /// Those of them that are in a folder which cannot be listed.
    hidden: BTreeSet<String>,
    /// What was removed, when, and how many articles were there then.
    removals: Vec<(u64, usize)>,
}

fn path(number: usize) -> String {
    format!("{number:05}.txt")
}

impl Newsroom {
    fn of(articles: usize) -> Newsroom {
        Newsroom {
            guard: RemovalGuard::default(),
            start: Instant::now(),
            passed: 0,
            stored: (0..articles).map(path).collect(),
            missing: BTreeSet::new(),
            hidden: BTreeSet::new(),
            removals: Vec::new(),
        }
    }

    fn wait(&mut self, milliseconds: u64) {
        self.passed += milliseconds;
    }

    /// The next articles vanish.
    fn lose(&mut self, articles: usize) -> Vec<String> {
        let present = self.stored.difference(&self.missing).cloned();
        let lost: Vec<String> = present.take(articles).collect();
        self.missing.extend(lost.iter().cloned());
        lost
    }

    /// A reading of these paths, or of everything; returns how many articles it removed.
    fn read(&mut self, lost: Option<&[String]>, removal: Removal) -> usize {
        let all = Vec::from_iter(self.missing.difference(&self.hidden).cloned());
        let is_full = lost.is_none();
        let paths = lost.unwrap_or(&all).to_vec();
        let missing = Missing {
            paths: paths.iter().map(String::as_str).collect(),
            hidden: self.hidden.iter().map(String::as_str).collect(),
            is_full,
            stored: self.stored.len(),
            at: self.start + Duration::from_millis(self.passed),
            now: Timestamp(i64::try_from(self.passed / 1000).expect("a short test")),
        };
        let verdict = self.guard.judge(&missing, removal);
        let removed: Vec<&String> = paths.iter().filter(|path| verdict.removes(path)).collect();
        let count = removed.len();
        for path in removed {
            self.stored.remove(path);
            self.missing.remove(path);
        }
        self.guard.note(&missing, verdict);
        self.removals.push((self.passed, count));
        count
    }

    fn lose_and_read(&mut self, articles: usize) -> usize {
        let lost = self.lose(articles);
        self.read(Some(&lost), Removal::Held)
    }

    fn held(&self) -> Option<(usize, usize, usize)> {
        let held = self.guard.held();
        held.map(|loss| (loss.lost, loss.gone, loss.of))
    }

    fn id(&self) -> LossId {
        self.guard.held().expect("a loss is held").id
    }
}

#[test]
fn a_single_deletion_after_the_loss_of_half_goes_at_once() {
    let mut newsroom = Newsroom::of(20);
    assert_eq!(newsroom.lose_and_read(10), 10);
    newsroom.wait(250);
    assert_eq!(newsroom.lose_and_read(1), 1);
    // A reading that finds no loss is no part of a run.
    newsroom.wait(1000);
    assert_eq!(newsroom.read(None, Removal::Held), 0);
    newsroom.wait(10);
    assert_eq!(newsroom.lose_and_read(1), 1);
    // So do all that an editor deletes one after the other.
    for _ in 0..8 {
        newsroom.wait(1000);
        assert_eq!(newsroom.lose_and_read(1), 1);
    }
    assert_eq!(newsroom.held(), None);
}

#[test]
fn losses_that_are_a_minute_apart_do_not_count_together() {
    // Those within a second count until a minute after the last of them.
    for (first, second, removed) in [(999, 59_999, 0), (999, 60_000, 2), (1000, 59_999, 2)] {
        let mut newsroom = Newsroom::of(20);
        assert_eq!(newsroom.lose_and_read(5), 5);
        newsroom.wait(first);
        assert_eq!(newsroom.lose_and_read(5), 5);
        newsroom.wait(second);
        assert_eq!(
            newsroom.lose_and_read(2),
            removed,
            "{first} and {second} ms"
        );
    }
}

#[test]
fn loss_of_an_earlier_run_is_held_until_a_full_reading() {
    let mut newsroom = Newsroom::of(20);
    newsroom.lose(11);
    newsroom.read(None, Removal::Held);
    let earlier = newsroom.guard.held().expect("it is held").clone();
    // More articles came since it was held.
    newsroom.stored.extend((20..60).map(path));
    newsroom.guard = RemovalGuard::restored(Some(earlier.clone()));
    // The first full reading failed; a file event shows another loss, which ends.
    let other = newsroom.lose(1);
    assert_eq!(newsroom.read(Some(&other), Removal::Held), 0);
    assert_eq!(newsroom.guard.held(), Some(&earlier));
    newsroom.missing.remove(&other[0]);
    assert_eq!(newsroom.read(None, Removal::Held), 0);
    assert_eq!(newsroom.guard.held(), Some(&earlier));
    newsroom.wait(120_000);
    assert_eq!(newsroom.read(None, Removal::Loss(earlier.id)), 11);
    assert_eq!(newsroom.held(), None);
}

#[test]
fn loss_stays_held_while_its_folder_cannot_be_listed() {
    for is_restarted in [false, true] {
        let mut newsroom = Newsroom::of(20);
        newsroom.lose(11);
        newsroom.read(None, Removal::Held);
        let id = newsroom.id();
        // More articles came, so that eleven of them are few.
        newsroom.stored.extend((20..60).map(path));
        newsroom.wait(120_000);
        if is_restarted {
            newsroom.guard = RemovalGuard::restored(newsroom.guard.held().cloned());
        }
        newsroom.hidden = newsroom.missing.clone();
        assert_eq!(newsroom.read(None, Removal::Held), 0);
        assert_eq!(newsroom.held(), Some((11, 11, 20)));
        // Nobody knows whether they are gone.
        assert_eq!(newsroom.read(None, Removal::Loss(id)), 0);
        newsroom.hidden.clear();
        assert_eq!(newsroom.read(None, Removal::Held), 0);
        assert_eq!(newsroom.held(), Some((11, 11, 20)));
        assert_eq!(newsroom.read(None, Removal::Loss(id)), 11);
        assert_eq!(newsroom.held(), None);
    }
}

#[test]
fn confirmed_loss_ends_while_another_folder_cannot_be_listed() {
    let mut newsroom = Newsroom::of(20);
    newsroom.lose(11);
    newsroom.read(None, Removal::Held);
    let id = newsroom.id();
    newsroom.guard = RemovalGuard::restored(newsroom.guard.held().cloned());
    // This one is only hidden.
    newsroom.hidden.insert(path(19));
    assert_eq!(newsroom.read(None, Removal::Loss(id)), 11);
    assert_eq!(newsroom.held(), None);
}

#[test]
fn two_more_than_half_are_held_with_the_true_numbers() {
    let mut newsroom = Newsroom::of(20);
    assert_eq!(newsroom.lose_and_read(10), 10);
    newsroom.wait(5000);
    assert_eq!(newsroom.lose_and_read(2), 0);
    assert_eq!(newsroom.held(), Some((2, 12, 20)));
    // A minute later two of ten would be few, but what is held stays held until it is confirmed.
    let id = newsroom.id();
    newsroom.wait(120_000);
    assert_eq!(newsroom.read(None, Removal::Held), 0);
    assert_eq!(newsroom.held(), Some((2, 12, 20)));
    assert_eq!(
        newsroom.guard.held().expect("it is held").since,
        Timestamp(5)
    );
    assert_eq!(newsroom.read(None, Removal::Loss(id)), 2);
    assert_eq!(newsroom.held(), None);
}

#[test]
fn the_stragglers_of_a_folder_that_is_emptied_are_held() {
    let mut newsroom = Newsroom::of(20);
    assert_eq!(newsroom.lose_and_read(19), 0);
    newsroom.wait(2000);
    assert_eq!(newsroom.lose_and_read(1), 0);
    assert_eq!(newsroom.held(), Some((20, 20, 20)));

    // A removal whose events arrive one by one.
    let mut newsroom = Newsroom::of(200);
    let mut removed = 0;
    for _ in 0..200 {
        newsroom.wait(20);
        removed += newsroom.lose_and_read(1);
    }
    assert_eq!(removed, 100);
    assert_eq!(newsroom.held(), Some((100, 200, 200)));
}

#[test]
fn a_folder_that_is_emptied_in_batches_is_held_as_one_loss() {
    let mut newsroom = Newsroom::of(20_000);
    let mut removed = 0;
    for _ in 0..80 {
        newsroom.wait(100);
        removed += newsroom.lose_and_read(250);
    }
    assert_eq!(removed, 10_000);
    assert_eq!(newsroom.held(), Some((10_000, 20_000, 20_000)));
    let loss = newsroom.guard.held().expect("a loss").to_string();
    assert_eq!(
        loss,
        "20000 of 20000 articles are gone within a minute, 10000 of them are held"
    );
    // The next reading of everything sees the same loss.
    let id = newsroom.id();
    newsroom.wait(60_000);
    assert_eq!(newsroom.read(None, Removal::Held), 0);
    assert_eq!(newsroom.id(), id);
}

#[test]
fn a_single_deletion_beside_an_old_loss_goes_at_once() {
    let mut newsroom = Newsroom::of(20);
    assert_eq!(newsroom.lose_and_read(12), 0);
    let id = newsroom.id();
    newsroom.wait(60_000);
    assert_eq!(newsroom.lose_and_read(1), 1);
    newsroom.wait(1000);
    newsroom.lose(1);
    assert_eq!(
        newsroom.read(None, Removal::Held),
        1,
        "by a full reading too"
    );
    assert_eq!(newsroom.id(), id);
    // Several at once join it.
    newsroom.wait(1000);
    assert_eq!(newsroom.lose_and_read(2), 0);
    assert_eq!(newsroom.held().map(|(lost, ..)| lost), Some(14));
    assert_ne!(newsroom.id(), id);
}

#[test]
fn a_single_deletion_joins_only_a_loss_that_grew_within_a_minute() {
    let mut newsroom = Newsroom::of(40);
    assert_eq!(newsroom.lose_and_read(22), 0);
    newsroom.wait(50_000);
    assert_eq!(newsroom.lose_and_read(3), 0);
    newsroom.wait(59_999);
    assert_eq!(newsroom.lose_and_read(1), 0, "it grew a minute ago");
    // A loss that shrinks has not grown.
    newsroom.wait(60_000);
    newsroom.missing.remove(&path(0));
    assert_eq!(newsroom.read(None, Removal::Held), 0);
    assert_eq!(newsroom.held(), Some((25, 25, 40)));
    newsroom.wait(1000);
    newsroom.missing.insert(path(39));
    assert_eq!(newsroom.read(None, Removal::Held), 1);
    assert_eq!(newsroom.held(), Some((25, 25, 40)));
}

#[test]
fn what_has_returned_is_held_no_longer() {
    let mut newsroom = Newsroom::of(20);
    assert_eq!(newsroom.lose_and_read(10), 10);
    newsroom.wait(5000);
    assert_eq!(newsroom.lose_and_read(2), 0);
    newsroom.missing.clear();
    // Events of other articles do not show that it has returned.
    assert_eq!(newsroom.read(Some(&[]), Removal::Held), 0);
    assert_eq!(newsroom.held(), Some((2, 12, 20)));
    // One article is deleted by the time that the others have returned.
    newsroom.wait(1000);
    newsroom.missing.insert(path(19));
    assert_eq!(newsroom.read(None, Removal::Held), 1);
    assert_eq!(newsroom.held(), None);

    let mut newsroom = Newsroom::of(20);
    assert_eq!(newsroom.lose_and_read(12), 0);
    newsroom.missing.clear();
    assert_eq!(newsroom.read(None, Removal::Held), 0);
    assert_eq!(newsroom.held(), None);
}

#[test]
fn what_a_confirmed_reading_does_not_look_for_stays_held() {
    let mut newsroom = Newsroom::of(20);
    let lost = newsroom.lose(12);
    assert_eq!(newsroom.read(None, Removal::Held), 0);
    assert_eq!(newsroom.read(Some(&lost[..3]), Removal::Confirmed), 3);
    assert_eq!(newsroom.held().map(|(lost, ..)| lost), Some(9));
    assert_eq!(newsroom.read(None, Removal::Confirmed), 9);
    assert_eq!(newsroom.held(), None);
}

#[test]
fn a_loss_has_the_names_of_its_first_articles() {
    let mut newsroom = Newsroom::of(20);
    let names = |newsroom: &Newsroom| newsroom.guard.held().map(|loss| loss.names.clone());
    let paths = |numbers: [usize; 5]| Some(numbers.map(path).to_vec());
    let lost = newsroom.lose(14);
    assert_eq!(newsroom.read(Some(&lost[..11]), Removal::Held), 0);
    assert_eq!(names(&newsroom), paths([0, 1, 2, 3, 4]));
    // The names that are known stay when others join them.
    assert_eq!(newsroom.read(Some(&lost[11..]), Removal::Held), 0);
    assert_eq!(names(&newsroom), paths([0, 1, 2, 3, 4]));
    newsroom.missing.remove(&path(1));
    assert_eq!(newsroom.read(None, Removal::Held), 0);
    assert_eq!(names(&newsroom), paths([0, 2, 3, 4, 5]));
}

#[test]
fn renamed_articles_are_lost_whatever_is_seen_first() {
    for is_added_first in [false, true] {
        let mut newsroom = Newsroom::of(20);
        newsroom.lose(20);
        let lost = Vec::from_iter(newsroom.missing.iter().cloned());
        let added = (100..120).map(path);
        if is_added_first {
            assert_eq!(newsroom.read(Some(&[]), Removal::Held), 0);
            newsroom.stored.extend(added);
            newsroom.wait(300);
        }
        assert_eq!(newsroom.read(Some(&lost), Removal::Held), 0);
        assert_eq!(newsroom.held(), Some((20, 20, 20)), "{is_added_first}");
    }
}

#[test]
fn a_loss_that_grew_is_another_one() {
    let mut newsroom = Newsroom::of(20);
    assert_eq!(newsroom.lose_and_read(11), 0);
    let id = newsroom.id();
    newsroom.lose(3);
    assert_eq!(newsroom.read(None, Removal::Loss(id)), 0);
    assert_eq!(newsroom.held(), Some((14, 14, 20)));
    let grown = newsroom.id();
    assert_ne!(grown, id);
    // One of them returns.
    newsroom.missing.remove(&path(0));
    assert_eq!(newsroom.read(None, Removal::Loss(grown)), 0);
    assert_eq!(newsroom.held(), Some((13, 13, 20)));
    let rest = newsroom.id();
    assert_eq!(newsroom.read(None, Removal::Loss(rest)), 13);
    assert_eq!(newsroom.held(), None);
}

#[test]
fn a_loss_survives_a_restart() {
    let mut newsroom = Newsroom::of(13);
    assert_eq!(newsroom.lose_and_read(6), 6);
    assert_eq!(newsroom.lose_and_read(3), 0);
    let before = newsroom.guard.held().cloned().expect("a loss");
    newsroom.guard = RemovalGuard::restored(Some(before.clone()));
    newsroom.wait(1000);
    assert_eq!(
        newsroom.read(None, Removal::Held),
        0,
        "three of seven are few"
    );
    assert_eq!(newsroom.guard.held(), Some(&before));
    newsroom.guard = RemovalGuard::restored(Some(before.clone()));
    newsroom.lose(1);
    assert_eq!(newsroom.read(None, Removal::Loss(before.id)), 0, "it grew");
    newsroom.guard = RemovalGuard::restored(Some(before));
    newsroom.missing.clear();
    assert_eq!(newsroom.read(None, Removal::Held), 0);
    assert_eq!(newsroom.held(), None, "all returned");
}

#[test]
fn columns_have_the_same_id_in_any_order() {
    let names = |names: [&str; 2]| names.map(str::to_owned);
    let id = |lost: &[String]| loss_of_columns(lost, 9, Timestamp(1)).id;
    assert_eq!(id(&names(["tags", "date"])), id(&names(["date", "tags"])));
    assert_ne!(id(&names(["tags", "date"])), id(&names(["tags", "lang"])));
}

proptest! {
    /// Losses of any size at any time: what is missing is either removed or held, no more than half of
    /// what there was a minute ago goes but one by one, the numbers are true, and no other number than the
    /// loss's own confirms it.
    #[test]
    fn no_sequence_of_losses_empties_a_newsroom(
        articles in 1usize..60,
        steps in vec((0u64..90_000, 0usize..12, any::<bool>(), any::<bool>()), 1..40),
    ) {
        let mut newsroom = Newsroom::of(articles);
        for (wait, lost, is_full, is_fast) in steps {
            newsroom.wait(if is_fast { wait / 400 } else { wait });
            let minute = newsroom.passed.saturating_sub(59_999);
            let recent = newsroom.removals.iter().filter(|(at, _)| *at >= minute);
            let before: usize = recent.map(|(_, removed)| removed).sum();
            let of = newsroom.stored.len() + before;
            let was_held = newsroom.held();
            let lost = newsroom.lose(lost);
            let missing = newsroom.missing.len();
            let scope = (!is_full).then_some(lost.as_slice());
            let removed = newsroom.read(scope, Removal::Loss(LossId(7)));
            let held = newsroom.held();
            prop_assert_eq!(held.map_or(0, |(lost, ..)| lost), newsroom.missing.len());
            prop_assert_eq!(removed + newsroom.missing.len(), missing);
            prop_assert!(removed == 0 || removed == lost.len(), "a batch goes as a whole");
            if removed > 1 {
                prop_assert!(was_held.is_none());
                prop_assert!(!is_too_many(removed + before, of));
            }
            if let Some((lost, gone, of)) = held {
                prop_assert!(lost <= gone && gone <= of);
            }
            if wait > 250 && !is_fast && was_held.is_none() && lost.len() == 1 {
                prop_assert_eq!(removed, 1, "a single deletion is never held");
            }
            if articles < GUARDED_FROM {
                prop_assert_eq!(held, None);
            }
        }
    }
}
