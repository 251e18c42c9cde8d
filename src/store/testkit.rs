//! What unit tests of other rooms do to a state folder, and a disk with faults.

mod fake_disk;

use super::rows::{ARTICLES, RECORDS};
use super::*;
use crate::model::article::Refusal;
use crate::model::former_article::{FormerArticle, FormerArticleRow};
use crate::model::time::Timestamp;

pub(in crate::store) use self::fake_disk::LIMITS;
pub(crate) use self::fake_disk::{FakeDisk, Random};

/// How long a test waits for what must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

#[track_caller]
pub(crate) fn wait_for(what: &str, mut is_reached: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_reached() {
        assert!(Instant::now() < until, "{what}");
        std::thread::yield_now();
    }
}

/// Commits a row of a feed.
pub(in crate::store) fn put(store: &Store, path: &str, digest: u128) {
    let validators = Validators {
        digest,
        last_modified: Timestamp(0),
    };
    let written = store.write(|batch| batch.put_validators(path, &validators));
    written.expect("a committed batch");
}

impl Store {
    /// In a simulation: what waits for its time is done, such as another attempt after a failure.
    pub(crate) fn work_later(&self) {
        if let Some(file) = &self.file {
            file.backend.work_later();
        }
    }
}

/// Rewrites a folder as the version before this one wrote it, where files with `refused` keys were
/// refused since.
pub(crate) fn make_layout_3(folder: &Path, refused: &[&str]) {
    let store = Store::open(folder).expect("a store");
    let header = store.header().expect("readable").expect("a whole reading");
    let files: Result<Vec<_>, _> = store.files("").expect("readable").collect();
    let rewritten = store.write(|batch| {
        batch.set_header(&Header {
            layout: 3,
            ..header
        })
    });
    rewritten.expect("a committed batch");
    let rows: Result<Vec<_>, _> = store.article_rows().expect("readable").collect();
    let rows = rows.expect("readable");
    let mut packer = store.packer().expect("a packer");
    let mut reader = store.article_reader().expect("a reader");
    let open = store.open.load_full();
    let transaction = open.writable().begin_write().expect("a transaction");
    {
        let mut articles = transaction.open_table(ARTICLES).expect("a table");
        let mut records = transaction.open_table(RECORDS).expect("a table");
        for row in &rows {
            let article = reader.article(row.meta.record).expect("an article");
            let packed = packer
                .pack_as(&FormerArticle::of(&article))
                .expect("packed");
            records
                .insert(row.meta.record.0, &*packed.0)
                .expect("a rewritten record");
            let bytes = rows::encode(&FormerArticleRow::of(&row.meta, &row.path)).expect("a row");
            articles
                .insert(&*row.meta.key, &*bytes)
                .expect("a rewritten row");
        }
    }
    {
        let mut table = transaction.open_table(FILES).expect("a table");
        for (path, file) in files.expect("readable") {
            let is_refused = file
                .key
                .as_deref()
                .is_some_and(|key| refused.contains(&key));
            let refusal = is_refused.then(|| Refusal::new(1, "no date", "give one"));
            let row = rows::encode(&(file.stamp, file.key, refusal)).expect("a row");
            table.insert(&*path, &*row).expect("a rewritten row");
        }
    }
    transaction.commit().expect("a committed transaction");
}
