//! What other programs do to the state folder while a store has it open.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::store::state_disk::{FILE, Folder};
use crate::store::testkit::{LIMITS, PATIENCE, put, wait_for};
use crate::store::{Store, StoreError};

fn open(folder: &Path) -> Store {
    let opened = Store::open_on(Arc::new(Folder::new(folder)), folder.join(FILE), LIMITS);
    opened.expect("a store")
}

/// The row of a store whose file is a copy of the one in `folder`, as after a crash.
fn digest_after_crash(folder: &Path) -> u128 {
    let copy = tempfile::tempdir().expect("a folder");
    fs::copy(folder.join(FILE), copy.path().join(FILE)).expect("a copy");
    let rows = open(copy.path()).validators().expect("readable rows");
    rows[0].1.digest
}

#[test]
fn deleted_or_replaced_file_is_made_anew() {
    type Fault = fn(&Path);
    let faults: [(&str, Fault); 3] = [
        ("the file", |folder| {
            fs::remove_file(folder.join(FILE)).expect("deleted");
        }),
        ("the folder", |folder| {
            fs::remove_dir_all(folder).expect("deleted");
        }),
        ("replaced", |folder| {
            fs::write(folder.join("other"), "not a database").expect("another file");
            fs::rename(folder.join("other"), folder.join(FILE)).expect("replaced");
        }),
    ];
    for (fault, apply) in faults {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("state");
        let store = open(&folder);
        put(&store, "all", 1);
        assert!(store.wait_until_saved(PATIENCE));
        apply(&folder);
        wait_for(fault, || {
            let file = fs::read(folder.join(FILE)).unwrap_or_default();
            file.len() > 4096 && store.trouble().is_none()
        });
        assert_eq!(digest_after_crash(&folder), 1, "{fault}");
        put(&store, "all", 2);
        assert!(store.wait_until_saved(PATIENCE), "{fault}");
        assert_eq!(digest_after_crash(&folder), 2, "{fault}");
        let second = Store::open(&folder);
        assert!(
            matches!(second, Err(StoreError::InUse { .. })),
            "{second:?}"
        );
        drop(store);
        let store = open(&folder);
        assert!(store.was_closed_cleanly(), "{fault}");
        assert!(!folder.join("taspa.redb.new").exists(), "{fault}");
    }
}

#[test]
fn deleted_file_lets_no_second_daemon_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let _store = Store::open(folder.path()).expect("a store");
    fs::remove_file(folder.path().join(FILE)).expect("deleted");
    let second = Store::open(folder.path());
    assert!(
        matches!(second, Err(StoreError::InUse { .. })),
        "{second:?}"
    );
}

#[test]
fn folder_that_another_daemon_has_taken_is_left_to_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("state");
    let first = open(&folder);
    put(&first, "all", 1);
    assert!(first.wait_until_saved(PATIENCE));
    fs::rename(&folder, folder.with_extension("old")).expect("the folder is moved away");
    let Ok(second) = Store::open(&folder) else {
        // The first was faster, and made its file anew.
        return;
    };
    put(&second, "all", 2);
    assert!(second.wait_until_saved(PATIENCE));
    wait_for("trouble", || {
        first
            .trouble()
            .is_some_and(|trouble| trouble.contains("another taspa"))
    });
    assert_eq!(digest_after_crash(&folder), 2);
}

#[test]
fn other_processes_read_a_commit_while_later_ones_wait() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path()).expect("a store");
    put(&store, "all", 0);
    assert!(store.wait_until_saved(PATIENCE));
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut last = 0;
            for _ in 0..200 {
                let memory = Store::peek(folder.path()).expect("readable");
                let rows = memory.expect("a file").validators;
                assert_eq!(rows.len(), 1);
                assert!(last <= rows[0].1.digest, "it never goes back");
                last = rows[0].1.digest;
            }
        });
        let mut digest = 0;
        while !reader.is_finished() {
            digest += 1;
            put(&store, "all", digest);
        }
        reader.join().expect("no failure");
    });
}

#[test]
fn mark_that_a_folder_is_behind_counts_after_an_unclean_end_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("above").join("state");
    let mark = folder.join("taspa.behind");
    let store = open(&folder);
    put(&store, "all", 1);
    assert!(!mark.exists());
    drop(store);
    fs::write(&mark, "").expect("a mark");
    let store = open(&folder);
    assert!(!store.is_outdated(), "the last store was closed cleanly");
    wait_for("no mark", || !mark.exists());
    drop(store);
    fs::write(&mark, "").expect("a mark");
    fs::remove_file(folder.join("taspa.clean")).expect("an unclean end");
    let store = open(&folder);
    assert!(store.is_outdated());
    store.note_full_reading();
    wait_for("no mark", || !mark.exists());
}
