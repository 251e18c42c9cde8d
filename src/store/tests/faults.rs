//! What a store keeps while its disk stalls, fails, fills up or loses power.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::store::packer::PackedArticle;
use crate::store::testkit::{FakeDisk, PATIENCE, Random, put, wait_for};
use crate::store::{Memory, Store, StoreError};

/// How long a test waits for a disk that may not answer.
const SHORT: Duration = Duration::from_millis(20);

/// The feeds' rows of a store.
type Rows = BTreeMap<String, u128>;

fn rows(store: &Store) -> Rows {
    let rows = store.validators().expect("readable rows").into_iter();
    rows.map(|(path, validators)| (path, validators.digest))
        .collect()
}

/// Adds a record of so many bytes.
fn grow(store: &Store, bytes: usize) {
    let packed = PackedArticle(vec![7; bytes]);
    let written = store.write(|batch| batch.add_record(&packed).map(drop));
    written.expect("a committed batch");
}

/// The rows of a store on this disk, which must open.
#[track_caller]
fn reopened(disk: &FakeDisk) -> Rows {
    rows(&disk.open_store().expect("a store that opens"))
}

#[test]
fn stalled_disk_delays_neither_commits_nor_reads() {
    let disk = FakeDisk::default();
    let store = disk.open_store().expect("a store");
    put(&store, "all", 1);
    assert!(store.wait_until_saved(PATIENCE));
    assert_eq!(store.unsaved_since(), None);
    disk.stall();
    put(&store, "all", 2);
    grow(&store, 100_000);
    put(&store, "all", 3);
    assert_eq!(rows(&store)["all"], 3);
    assert!(store.unsaved_since().is_some());
    assert!(!store.wait_until_saved(SHORT));
    let since = Instant::now();
    assert!(!store.wait_until_saved(SHORT));
    assert!(
        since.elapsed() < SHORT,
        "a stalled disk costs the wait once"
    );
    assert_eq!(reopened(&disk.after_power_cut(1))["all"], 1);
    disk.resume();
    assert!(store.wait_until_saved(PATIENCE));
    assert_eq!(reopened(&disk.after_power_cut(2))["all"], 3);
}

#[test]
fn failed_sync_is_not_masked_by_a_later_one() {
    for others in 0..6 {
        let disk = FakeDisk::default();
        let store = disk.open_store().expect("a store");
        put(&store, "all", 1);
        assert!(store.wait_until_saved(PATIENCE));
        disk.fail_after(others);
        for digest in 2..5 {
            put(&store, "all", digest);
        }
        wait_for("a new file", || {
            store.trouble().is_none() && store.wait_until_saved(SHORT)
        });
        for seed in 0..4 {
            let left = reopened(&disk.after_power_cut(seed));
            assert_eq!(left["all"], 4, "{others}, {seed}");
        }
    }
}

#[test]
fn full_disk_keeps_its_last_commit_and_catches_up() {
    for hides in [false, true] {
        let disk = FakeDisk::default();
        let store = disk.open_store().expect("a store");
        put(&store, "all", 1);
        assert!(store.wait_until_saved(PATIENCE));
        disk.set_room(Some(10_000), hides);
        put(&store, "all", 2);
        grow(&store, 300_000);
        put(&store, "all", 3);
        wait_for("trouble", || store.trouble().is_some());
        assert_eq!(rows(&store)["all"], 3);
        let left = reopened(&disk.after_kill())["all"];
        assert!(left < 3, "{left}");
        disk.set_room(None, false);
        wait_for("an end of trouble", || store.trouble().is_none());
        assert!(store.wait_until_saved(PATIENCE));
        assert_eq!(reopened(&disk.after_power_cut(1))["all"], 3);
    }
}

#[test]
fn store_opens_on_a_full_disk() {
    let disk = FakeDisk::default();
    let store = disk.open_store().expect("a store");
    put(&store, "all", 1);
    assert!(store.wait_until_saved(PATIENCE));
    let disk = disk.after_kill();
    disk.set_room(Some(0), false);
    let store = disk.open_store().expect("a store");
    put(&store, "sections", 2);
    assert_eq!(rows(&store).len(), 2);
    wait_for("trouble", || store.trouble().is_some());
    assert_eq!(reopened(&disk.after_kill()).len(), 1);
    drop(store);
    // A new file, however, would never be on the disk.
    let disk = FakeDisk::default();
    disk.set_room(Some(0), false);
    let opened = disk.open_store();
    assert!(matches!(opened, Err(StoreError::Open { .. })), "{opened:?}");
}

#[test]
fn deleted_file_is_made_anew() {
    let disk = FakeDisk::default();
    let store = disk.open_store().expect("a store");
    put(&store, "all", 1);
    grow(&store, 100_000);
    assert!(store.wait_until_saved(PATIENCE));
    disk.delete();
    wait_for("a new file", || !disk.is_deleted());
    assert_eq!(reopened(&disk.after_kill())["all"], 1);
    put(&store, "all", 2);
    assert!(store.wait_until_saved(PATIENCE));
    assert_eq!(reopened(&disk.after_power_cut(2))["all"], 2);
}

/// Makes a store anew that has `digest` for the feed `all`.
fn renew(store: &Store, digest: u128) {
    let validators = Validators {
        digest,
        last_modified: Timestamp(0),
    };
    let memory = Memory {
        header: None,
        terms: Vec::new(),
        validators: vec![("all".to_owned(), validators)],
        served: BTreeMap::new(),
        source: None,
    };
    store.renew(&memory, None).expect("a new store");
}

#[test]
fn truncated_or_overwritten_file_is_made_anew() {
    type Fault = fn(&FakeDisk);
    let faults: [(&str, Fault); 4] = [
        ("cut to nothing", |disk| disk.truncate(0)),
        ("cut to its first page", |disk| disk.truncate(4096)),
        ("overwritten", |disk| disk.overwrite(0, 0)),
        ("its roots are overwritten", |disk| disk.overwrite(64, 0x5a)),
    ];
    for (fault, apply) in faults {
        let disk = FakeDisk::default();
        let store = disk.open_store().expect("a store");
        put(&store, "sections", 1);
        let packed = PackedArticle(vec![5; 100]);
        let record = store.write(|batch| batch.add_record(&packed));
        let record = record.expect("a committed batch");
        assert!(store.wait_until_saved(PATIENCE));
        assert_eq!(store.damage(), None);
        apply(&disk);
        wait_for(fault, || store.damage().is_some());
        assert!(store.trouble().is_some(), "{fault}");

        renew(&store, 2);
        assert_eq!(store.damage(), None, "{fault}");
        wait_for("a new file", || store.trouble().is_none());
        assert_eq!(rows(&store), rows_of("all", 2), "{fault}");
        assert_eq!(reopened(&disk.after_kill()), rows_of("all", 2), "{fault}");
        put(&store, "all", 3);
        assert!(store.wait_until_saved(PATIENCE), "{fault}");
        let left = reopened(&disk.after_power_cut(1));
        assert_eq!(left, rows_of("all", 3), "{fault}");

        // Published versions may still name a record of the store before.
        let gone = store.articles(&[record]);
        assert!(matches!(gone, Err(StoreError::Missing)), "{gone:?}");
        assert_eq!(store.damage(), None, "{fault}");
        let next = store.write(|batch| batch.add_record(&packed));
        assert_eq!(next.expect("a committed batch").0, record.0 + 1);
    }
}

fn rows_of(path: &str, digest: u128) -> Rows {
    Rows::from([(path.to_owned(), digest)])
}

#[test]
fn damaged_pages_are_an_error_and_never_a_panic() {
    for byte in [0, 0x5a, 0xff] {
        let disk = FakeDisk::default();
        let store = disk.open_store().expect("a store");
        (0..40).for_each(|number| put(&store, &format!("tags/{number}"), 1));
        assert!(store.wait_until_saved(PATIENCE));
        // What is not in the database's own memory any more is read from the file.
        let disk = disk.after_kill();
        let store = disk.open_store().expect("a store");
        disk.overwrite(4096, byte);
        assert!(store.validators().is_err(), "{byte}");
        let written = store.write(|batch| batch.remove_validators("tags/7"));
        assert!(written.is_err(), "{byte}");
        assert!(store.damage().is_some(), "{byte}");
        renew(&store, 2);
        assert_eq!(rows(&store), rows_of("all", 2));
    }
}

#[test]
fn store_whose_memory_is_full_is_made_anew() {
    let disk = FakeDisk::default();
    let store = disk.open_store().expect("a store");
    put(&store, "all", 1);
    assert!(store.wait_until_saved(PATIENCE));
    disk.stall();
    let packed = PackedArticle(vec![5; 900_000]);
    let until = Instant::now() + PATIENCE;
    while store.write(|batch| batch.add_record(&packed)).is_ok() {
        assert!(Instant::now() < until, "the memory has a limit");
    }
    assert!(store.damage().is_some());
    renew(&store, 2);
    put(&store, "sections", 3);
    assert_eq!(rows(&store).len(), 2);
    assert_eq!(reopened(&disk.after_power_cut(1)), rows_of("all", 1));
    disk.resume();
    wait_for("a new file", || store.trouble().is_none());
    assert!(store.wait_until_saved(PATIENCE));
    assert_eq!(reopened(&disk.after_power_cut(2)).len(), 2);
}

#[test]
fn reading_waits_while_the_disk_is_far_behind() {
    let disk = FakeDisk::default();
    let store = disk.open_store().expect("a store");
    store.wait_for_room(|| {});
    disk.stall();
    // More than waits for a healthy disk, but not more than for one that takes nothing.
    (0..5).for_each(|_| grow(&store, 900_000));
    store.wait_for_room(|| {});
    (0..5).for_each(|_| grow(&store, 900_000));
    std::thread::scope(|scope| {
        let (sender, waited) = std::sync::mpsc::channel();
        let reading = &store;
        let (waits, waiting) = std::sync::mpsc::channel();
        scope.spawn(move || {
            reading.wait_for_room(|| waits.send(()).expect("a receiver"));
            sender.send(()).expect("a receiver");
        });
        let early = waited.recv_timeout(Duration::from_millis(200));
        assert!(early.is_err(), "the disk is stalled");
        assert!(waiting.try_iter().count() > 1, "it says that it waits");
        // The publisher does not wait.
        put(&store, "all", 1);
        disk.resume();
        waited.recv_timeout(PATIENCE).expect("room");
    });
}

#[test]
fn full_memory_ends_a_queue_and_the_file_is_made_anew() {
    let disk = FakeDisk::default();
    let store = disk.open_store().expect("a store");
    put(&store, "all", 1);
    assert!(store.wait_until_saved(PATIENCE));
    disk.stall();
    while store.trouble().is_none() {
        put(&store, "all", 2);
    }
    // Many more commits fit, because pages are used again.
    for _ in 0..500 {
        put(&store, "all", 3);
    }
    assert_eq!(rows(&store)["all"], 3);
    assert_eq!(reopened(&disk.after_power_cut(1))["all"], 1);
    disk.resume();
    wait_for("a new file", || store.trouble().is_none());
    assert!(store.wait_until_saved(PATIENCE));
    assert_eq!(reopened(&disk.after_power_cut(2))["all"], 3);
}

#[test]
fn only_a_clean_end_counts_as_one() {
    let disk = FakeDisk::default();
    let store = disk.open_store().expect("a store");
    assert!(store.was_closed_cleanly(), "nothing was there");
    put(&store, "all", 1);
    assert!(store.wait_until_saved(PATIENCE));
    let killed = disk.after_kill();
    drop(store);
    let store = disk.open_store().expect("a store");
    assert!(store.was_closed_cleanly());

    let unclean = || killed.open_store().expect("a store");
    assert!(!unclean().was_closed_cleanly());
    let store = unclean();
    assert!(store.wait_until_saved(PATIENCE));
    drop(store);
    let store = unclean();
    assert!(!store.was_closed_cleanly(), "nothing was published since");
    store.note_publication();
    drop(store);
    let store = unclean();
    assert!(store.was_closed_cleanly());
    killed.set_room(Some(0), false);
    put(&store, "all", 2);
    drop(store);
    killed.repair();
    assert!(!unclean().was_closed_cleanly(), "not all was saved");
}

#[test]
fn disk_that_is_behind_the_answers_has_a_mark_until_it_has_caught_up() {
    let disk = FakeDisk::default();
    let store = disk.open_store().expect("a store");
    put(&store, "all", 1);
    assert!(store.wait_until_saved(PATIENCE));
    disk.stall();
    put(&store, "all", 2);
    assert!(!disk.is_behind(), "nothing was answered yet");
    assert!(!store.wait_until_saved(SHORT));
    store.note_publication();
    wait_for("a mark", || disk.is_behind());
    let cut = disk.after_power_cut(1);
    disk.resume();
    wait_for("no mark", || !disk.is_behind());

    let store = cut.open_store().expect("a store");
    assert!(store.is_outdated());
    assert!(store.wait_until_saved(PATIENCE));
    drop(store);
    assert!(cut.is_behind(), "not everything was read since");
    let store = cut.open_store().expect("a store");
    assert!(store.is_outdated() && !store.was_closed_cleanly());
    store.note_full_reading();
    assert!(!store.is_outdated());
    assert!(store.wait_until_saved(PATIENCE));
    store.note_publication();
    drop(store);
    assert!(!cut.is_behind());
    let store = cut.open_store().expect("a store");
    assert!(!store.is_outdated() && store.was_closed_cleanly());
}

#[test]
fn store_on_a_disk_has_one_writer() {
    let disk = FakeDisk::default();
    let _first = disk.open_store().expect("a store");
    let second = disk.open_store();
    assert!(
        matches!(second, Err(StoreError::InUse { .. })),
        "{second:?}"
    );
}

/// A few fast seeds; the story of a seed is in `after_random_faults`.
#[test]
fn random_faults_leave_a_prefix_with_all_that_was_saved() {
    let seeds = std::env::var("STORE_SEEDS").map(|seeds| seeds.parse().expect("a number"));
    for seed in 0..seeds.unwrap_or(40) {
        after_random_faults(seed);
    }
}

/// Commits random batches on a disk with random faults. Whenever the process or the power ends, the file
/// opens, with what some prefix of the commits made, which has every commit that was reported as saved.
fn after_random_faults(seed: u64) {
    let mut random = Random(seed << 32);
    let disk = FakeDisk::default();
    let store = disk.open_store().expect("a store");
    let (mut states, mut saved) = (vec![Rows::new()], 0);
    // A file that another program has deleted is found only once it is made anew.
    let deletes = seed.is_multiple_of(4);
    for step in 0..24 {
        match random.below(8) {
            0 => disk.fail_after(random.below(12)),
            1 => disk.set_room(Some(random.below(200_000)), random.below(2) == 0),
            2 => disk.stall(),
            3 if deletes => disk.delete(),
            4 | 5 => disk.repair(),
            _ => {}
        }
        let path = format!("sections/{}", random.below(6));
        let mut next = states[states.len() - 1].clone();
        next.insert(path.clone(), step);
        match random.below(3) {
            0 => {
                let size = usize::try_from(random.below(60_000)).expect("it fits");
                let packed = PackedArticle(vec![5; size]);
                let validators = Validators {
                    digest: step,
                    last_modified: Timestamp(0),
                };
                let written = store.write(|batch| {
                    batch.add_record(&packed)?;
                    batch.put_validators(&path, &validators)
                });
                written.expect("a committed batch");
            }
            _ => put(&store, &path, step),
        }
        states.push(next);
        assert_eq!(rows(&store), states[states.len() - 1], "{seed}, {step}");
        if store.wait_until_saved(Duration::from_millis(5)) {
            saved = states.len() - 1;
        }
        if random.below(3) == 0 {
            let left = match random.below(2) {
                0 => disk.after_kill(),
                _ => disk.after_power_cut(seed ^ u64::from(random.below(1 << 30) as u32)),
            };
            let opened = left.open_store();
            let opened = opened.unwrap_or_else(|error| panic!("{seed}, {step}: {error}"));
            let left = rows(&opened);
            let is_known = states[saved..].contains(&left) || deletes && left.is_empty();
            assert!(is_known, "{seed}, {step}: {left:?} after {saved}");
        }
    }
    disk.repair();
    wait_for("a disk that has all", || {
        !disk.is_deleted() && store.trouble().is_none() && store.wait_until_saved(SHORT)
    });
    let left = reopened(&disk.after_power_cut(seed));
    assert_eq!(Some(&left), states.last(), "{seed}");
}
