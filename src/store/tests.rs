//! What a restart finds again, and how damage is reported.

mod faults;
mod folder;

use std::fs;

use tempfile::TempDir;

use super::testkit::make_layout_3;
use super::*;
use crate::model::article::{Accepted, Author, Revision, Visibility};
use crate::model::article_meta::ArticleMeta;
use crate::model::record::Stamp;
use crate::model::term::Term;
use crate::model::time::Timestamp;
use crate::text::{Html, Text};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn open(folder: &TempDir) -> Store {
    Store::open(folder.path()).expect("a store")
}

fn article(key: &str) -> Article {
    Article {
        key: key.to_owned(),
        id: Some("urn:x:1".to_owned()),
        title: Text::new("Заголовок"),
        published: Timestamp(1_000),
        updated: Timestamp(2_000),
        url: None,
        sections: vec!["Парламент".into()],
        tags: vec!["мажилис".into()],
        authors: vec![Author {
            name: "Айман".to_owned(),
            role: Some("корреспондент".to_owned()),
            ..Author::default()
        }],
        language: "kk-KZ".to_owned(),
        lead: Text::new("Лид."),
        body: Html::from_paragraphs(["Лид.", "Текст & <ещё>."]),
        image: None,
        enclosures: Vec::new(),
    }
}

fn accepted(key: &str) -> Accepted {
    Accepted {
        article: article(key),
        revision: Revision(5),
        expires: None,
        visibility: Visibility::Public,
        language_is_guessed: false,
        warnings: Vec::new(),
        unknown_keys: Vec::new(),
        hiding_status: None,
    }
}

fn header() -> Header {
    Header {
        layout: LAYOUT,
        read: 1,
        reading: u128::MAX,
        id_authority: "dala.example".to_owned(),
        id_year: 2026,
    }
}

/// A term that an article has, and one that none has any more.
fn known_terms() -> [KnownTerm; 2] {
    [("lang:kk", None), ("вода", Some(Timestamp(5_000)))].map(|(name, unused_since)| KnownTerm {
        term: Term::parse(name).expect("a term"),
        name: name.to_owned(),
        unused_since,
    })
}

/// Stores one article, with a row in nearly every table.
fn fill(store: &Store) -> (ArticleRow, FileRow, Validators) {
    let packed = store
        .packer()
        .expect("a packer")
        .pack(&article("a"))
        .expect("a packed article");
    let validators = Validators {
        digest: 7,
        last_modified: Timestamp(3_000),
    };
    let file = FileRow {
        stamp: Stamp {
            size: 1,
            modified: -1,
            changed: i128::MAX,
            inode: u64::MAX,
        },
        key: Some("a".into()),
        refusal: None,
        columns: 9,
        warnings: vec![crate::model::article::Warning::new(
            3,
            "`image`: is not an address",
            "correct it",
        )],
    };
    let row = store.write(|batch| {
        batch.set_header(&header())?;
        let superseded = batch.add_record(&packed)?;
        batch.retire(superseded)?;
        let record = batch.add_record(&packed)?;
        let row = ArticleRow {
            meta: ArticleMeta::new(&accepted("a"), record),
            path: "a.txt".into(),
        };
        batch.put_article(&row, PutCause::Edit)?;
        batch.put_file("a.txt", &file)?;
        for known in known_terms() {
            batch.put_term(&known)?;
        }
        batch.put_validators("all", &validators)?;
        batch.add_served("all", [Format::Json])?;
        batch.add_served("all", [Format::Rss, Format::Json])?;
        Ok(row)
    });
    (row.expect("a committed batch"), file, validators)
}

#[test]
fn a_reopened_store_has_all_rows() {
    let folder = folder();
    let (row, file, validators) = fill(&open(&folder));
    let store = open(&folder);
    assert_eq!(store.header().expect("readable"), Some(header()));
    let rows: Result<Vec<_>, _> = store.article_rows().expect("readable").collect();
    assert_eq!(rows.expect("readable"), std::slice::from_ref(&row));
    let files: Result<Vec<_>, _> = store.files("").expect("readable").collect();
    assert_eq!(files.expect("readable"), [("a.txt".to_owned(), file)]);
    assert_eq!(store.terms().expect("readable"), known_terms());
    assert_eq!(
        store.validators().expect("readable"),
        [("all".to_owned(), validators)]
    );
    let served = BTreeMap::from([("all".to_owned(), [Format::Rss, Format::Json].into())]);
    assert_eq!(store.served().expect("readable"), served);
    let memory = store.memory().expect("readable");
    assert_eq!((memory.header, memory.served), (Some(header()), served));
    assert_eq!(store.retired().expect("readable"), [RecordId(0)]);
    let articles = store.articles(&[row.meta.record, RecordId(0)]);
    assert_eq!(articles.expect("readable"), [article("a"), article("a")]);
}

#[test]
fn memory_and_last_good_versions_are_read_from_layout_3() {
    let folder = folder();
    let store = open(&folder);
    let (row, ..) = fill(&store);
    let noted = store.write(|batch| batch.set_source_memory(b"columns"));
    noted.expect("a committed batch");
    let memory = store.memory().expect("readable");
    drop(store);
    make_layout_3(folder.path(), &["a"]);

    let opened = Store::open(folder.path());
    assert!(
        matches!(opened, Err(StoreError::Layout { found: 3 })),
        "{opened:?}"
    );
    let peeked = Store::peek(folder.path()).expect("readable");
    let peeked = peeked.expect("a folder");
    assert_eq!(peeked.source.as_deref(), Some(&b"columns"[..]));
    let last_good = Store::peek_last_good(folder.path()).expect("readable");
    assert_eq!(last_good.len(), 1);
    assert_eq!(last_good[0].article.path, row.path);
    let accepted = accepted("a");
    let meta = ArticleMeta {
        revision: accepted.article.revision(),
        ..ArticleMeta::new(&accepted, last_good[0].article.meta.record)
    };
    assert_eq!(last_good[0].article.meta, meta);
    let restored = Store::scratch().expect("a scratch store");
    let written = restored.write(|batch| batch.restore(&last_good));
    written.expect("a committed batch");
    let record = restored
        .article("a")
        .expect("readable")
        .expect("a row")
        .meta
        .record;
    assert_eq!(
        restored.articles(&[record]).expect("readable"),
        [article("a")]
    );
    let store = Store::scratch().expect("a scratch store");
    let taken = store.write(|batch| batch.recall(&peeked));
    taken.expect("a committed batch");
    let memory = Memory {
        header: None,
        ..memory
    };
    assert_eq!(store.memory().expect("readable"), memory);
}

#[test]
fn a_forgotten_term_leaves_no_row() {
    let store = Store::scratch().expect("a scratch store");
    fill(&store);
    let [used, unused] = known_terms();
    let written = store.write(|batch| batch.forget_term(&unused.term));
    written.expect("a committed batch");
    assert_eq!(store.terms().expect("readable"), [used]);
    let again = KnownTerm {
        unused_since: None,
        ..unused
    };
    let written = store.write(|batch| batch.put_term(&again));
    written.expect("a committed batch");
    assert!(store.terms().expect("readable").contains(&again));
}

#[test]
fn a_folder_without_the_dates_of_terms_opens() {
    let folder = folder();
    let store = open(&folder);
    fill(&store);
    let database = store.open.load_full();
    let transaction = database.writable().begin_write().expect("a transaction");
    transaction
        .delete_table(rows::UNUSED_TERMS)
        .expect("it was there");
    transaction.commit().expect("a commit");
    drop(database);
    drop(store);
    let undated = known_terms().map(|known| KnownTerm {
        unused_since: None,
        ..known
    });
    let peeked = Store::peek(folder.path()).expect("readable");
    assert_eq!(peeked.expect("a folder").terms, undated);
    let store = open(&folder);
    assert_eq!(store.terms().expect("readable"), undated);
    let [_, unused] = known_terms();
    let written = store.write(|batch| batch.put_term(&unused));
    written.expect("a committed batch");
    assert_eq!(store.terms().expect("readable"), known_terms());
}

#[test]
fn a_new_store_is_empty() {
    let folder = folder();
    for store in [open(&folder), Store::scratch().expect("a scratch store")] {
        assert_eq!(store.header().expect("readable"), None);
        assert_eq!(store.article_rows().expect("readable").count(), 0);
        assert_eq!(store.files("").expect("readable").count(), 0);
        assert!(store.validators().expect("readable").is_empty());
        assert!(store.retired().expect("readable").is_empty());
        assert!(matches!(
            store.articles(&[RecordId(0)]),
            Err(StoreError::Missing)
        ));
    }
}

#[test]
fn what_hubs_were_told_survives_a_restart_and_its_tables_may_be_missing() {
    let folder = folder();
    let store = open(&folder);
    assert_eq!(store.told_feeds().expect("no tables"), ToldFeeds::default());
    let feeds = [
        ("all", Some(7)),
        ("tags/а", Some(u64::MAX)),
        ("old", Some(1)),
    ];
    let hub = "https://hub.example/";
    let stored = store.write(|batch| {
        batch.change_told_feeds(feeds)?;
        batch.add_waiting_pings([
            (hub, "all", Timestamp(5)),
            (hub, "newer", Timestamp(5)),
            (hub, "old", Timestamp(6)),
        ])?;
        // A ping ends after its feed has changed again.
        batch.add_waiting_pings([(hub, "newer", Timestamp(16))])?;
        batch.remove_waiting_pings([
            (hub, "newer", Timestamp(5)),
            (hub, "old", Timestamp(6)),
            (hub, "unknown", Timestamp(6)),
        ])?;
        batch.change_told_feeds([("old", None)])
    });
    assert_eq!(stored.expect("a batch"), 2);
    drop(store);
    let store = open(&folder);
    let told = store.told_feeds().expect("both tables");
    let digests = [("all", 7), ("tags/а", u64::MAX)];
    assert_eq!(
        told.digests,
        digests.map(|(path, digest)| (path.to_owned(), digest))
    );
    let waiting = [("all", Timestamp(5)), ("newer", Timestamp(16))];
    assert_eq!(
        told.waiting,
        waiting.map(|(path, since)| (hub.to_owned(), path.to_owned(), since))
    );
    store
        .write(|batch| {
            batch.clear_told_feeds()?;
            batch.remove_waiting_pings(waiting.map(|(path, since)| (hub, path, since)))
        })
        .expect("a batch");
    assert_eq!(
        store.told_feeds().expect("both tables"),
        ToldFeeds::default()
    );
}

#[test]
fn a_failed_batch_writes_nothing() {
    let store = Store::scratch().expect("a scratch store");
    let failed = store.write(|batch| {
        batch.set_header(&header())?;
        Err::<(), _>(StoreError::Row("test"))
    });
    assert!(failed.is_err());
    assert_eq!(store.header().expect("readable"), None);
}

#[test]
fn a_deleted_record_is_not_retired_and_not_stored() {
    let store = Store::scratch().expect("a scratch store");
    let (row, ..) = fill(&store);
    store
        .write(|batch| batch.delete(&[RecordId(0)]))
        .expect("a committed batch");
    assert_eq!(store.retired().expect("readable"), []);
    assert!(store.articles(&[RecordId(0)]).is_err());
    assert!(store.articles(&[row.meta.record]).is_ok());
}

#[test]
fn key_conflicts_are_taken_by_key_lowest_path_first() {
    let store = Store::scratch().expect("a scratch store");
    let taken = store.write(|batch| {
        for (key, path) in [
            ("b", "2"),
            ("b", "10"),
            ("b", "2"),
            ("a", "9"),
            ("bb", "0"),
            ("b\0", "0"),
        ] {
            batch.add_key_conflict(key, path)?;
        }
        let mut taken = Vec::new();
        while let Some(path) = batch.take_key_conflict("b")? {
            taken.push(path);
        }
        assert_eq!(batch.take_key_conflict("c")?, None);
        assert_eq!(batch.take_key_conflict("bb")?.as_deref(), Some("0"));
        assert_eq!(batch.take_key_conflict("bb")?, None);
        taken.extend(batch.take_key_conflict("a")?);
        Ok(taken)
    });
    assert_eq!(taken.expect("a committed batch"), ["10", "2", "9"]);
}

#[test]
fn peek_reads_the_header_of_an_open_store() {
    let folder = folder();
    assert_eq!(Store::peek(folder.path()).expect("nothing there"), None);
    let store = open(&folder);
    let peeked = || {
        let memory = Store::peek(folder.path()).expect("readable");
        memory.and_then(|memory| memory.header)
    };
    assert_eq!(peeked(), None);
    store
        .write(|batch| batch.set_header(&header()))
        .expect("a committed batch");
    assert!(store.wait_until_saved(Duration::MAX));
    assert_eq!(peeked(), Some(header()));
    drop(store);
    assert_eq!(peeked(), Some(header()));
}

#[test]
fn a_store_has_one_writer() {
    let folder = folder();
    let _first = open(&folder);
    let second = Store::open(folder.path());
    assert!(
        matches!(second, Err(StoreError::InUse { .. })),
        "{second:?}"
    );
}

#[test]
fn a_state_folder_that_is_a_file_is_reported_with_its_path() {
    let folder = folder();
    let file = folder.path().join("state");
    fs::write(&file, "x").expect("a file");
    let error = Store::open(&file).expect_err("no folder");
    assert!(matches!(error, StoreError::Open { .. }), "{error:?}");
    assert!(error.to_string().ends_with("state/taspa.redb"), "{error}");
}

#[test]
fn a_discarded_store_is_empty() {
    let folder = folder();
    fill(&open(&folder));
    Store::discard(folder.path()).expect("deleted");
    Store::discard(folder.path()).expect("nothing to delete");
    assert_eq!(open(&folder).header().expect("readable"), None);
}

/// The page size of the database.
const PAGE: usize = 4_096;

/// Opens the store and reads all tables, as a start does.
fn read_all(folder: &TempDir) -> Result<(), StoreError> {
    let store = Store::open(folder.path())?;
    store.header()?;
    let mut records = store.retired()?;
    for row in store.article_rows()? {
        records.push(row?.meta.record);
    }
    store.files("")?.collect::<Result<Vec<_>, _>>()?;
    store.terms()?;
    store.validators()?;
    store.served()?;
    store.articles(&records).map(drop)
}

#[test]
fn a_file_that_is_not_a_database_is_damaged() {
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage); 5] = [
        ("garbage", |bytes| bytes.fill(0x5a)),
        ("a text", |bytes| *bytes = b"not a database".to_vec()),
        ("zeros", |bytes| bytes.fill(0)),
        ("cut in half", |bytes| bytes.truncate(bytes.len() / 2)),
        ("cut after its head", |bytes| bytes.truncate(PAGE)),
    ];
    for (damage, spoil) in damages {
        let folder = folder();
        fill(&open(&folder));
        let path = folder.path().join(FILE);
        let mut bytes = fs::read(&path).expect("the file");
        spoil(&mut bytes);
        fs::write(&path, bytes).expect("a damaged file");
        let error = Store::open(folder.path()).expect_err(damage);
        assert!(
            matches!(error, StoreError::Damaged { .. }),
            "{damage}: {error:?}"
        );
        assert!(Store::peek(folder.path()).is_err(), "{damage}");
    }
}

#[test]
fn damaged_pages_are_an_error_and_not_a_panic() {
    let folder = folder();
    fill(&open(&folder));
    let path = folder.path().join(FILE);
    let whole = fs::read(&path).expect("the file");
    let mut noticed = 0;
    for start in (0..whole.len()).step_by(PAGE) {
        let mut bytes = whole.clone();
        let page = bytes[start..].iter_mut().take(PAGE);
        page.for_each(|byte| *byte ^= 0xff);
        fs::write(&path, bytes).expect("a damaged file");
        // Damage in an unused page goes unnoticed.
        noticed += usize::from(read_all(&folder).is_err());
    }
    assert!(noticed > 10, "{noticed} of {} pages", whole.len() / PAGE);
}
