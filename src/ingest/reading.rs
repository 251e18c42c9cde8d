//! Reads and packs files or rows, on all processors.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::renamed_file::TextDigest;
use super::{Observer, Progress};
use crate::model::article::{Refusal, Warning};
use crate::model::article_meta::ArticleMeta;
use crate::model::record::{RecordId, Stamp};
use crate::source::{Place, ReadOutcome, ReadResult, Source, SourceError};
use crate::store::{PackedArticle, Packer, Store, StoreError};

/// A file or row that has been read. Its article is packed, but not stored yet.
pub(super) struct ReadFile {
    pub(super) found: Place,
    /// As in [`ReadResult::columns`].
    pub(super) columns: u64,
    pub(super) outcome: Result<ReadArticle, Refusal>,
    /// The warnings of an accepted article.
    pub(super) warnings: Vec<Warning>,
}

/// An accepted article.
pub(super) struct ReadArticle {
    pub(super) meta: ArticleMeta,
    pub(super) packed: PackedArticle,
    pub(super) digest: TextDigest,
}

/// Bytes of packed articles that are read before they are stored.
const PACKED_BYTES_MAX: usize = 64 << 20;

/// Reads files or rows in parallel, with a result for each in their order; the path of one that changed
/// meanwhile. Ends early, with the results of the first ones, when their articles have
/// [`PACKED_BYTES_MAX`] together. Fails when the source does.
pub(super) fn read_all(
    source: &Source,
    store: &Store,
    files: &[Place],
    progress: &Progress,
    observer: Option<&Observer>,
) -> Result<Vec<Result<ReadFile, String>>, SourceError> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let limits = source.limits();
    let threads = threads
        .min(limits.threads)
        .min(files.len().div_ceil(limits.share));
    let waiting = Mutex::new(files.chunks(limits.share).enumerate());
    let packed_bytes = AtomicUsize::new(0);
    let next = || {
        if packed_bytes.load(Relaxed) >= PACKED_BYTES_MAX {
            return None;
        }
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.next()
    };
    let work = || {
        let mut packer = store.packer();
        let mut shares = Vec::new();
        while let Some((number, files)) = next() {
            let read = read_share(source, files, &mut packer, progress, observer);
            packed_bytes.fetch_add(read.iter().flatten().map(bytes).sum(), Relaxed);
            let failed = read.is_err();
            shares.push((number, read));
            if failed {
                break;
            }
        }
        shares
    };
    let mut shares = match threads {
        0 | 1 => work(),
        threads => thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let joined = threads
                .into_iter()
                .map(|thread| thread.join().expect("a panic of `accept` is caught inside"));
            joined.flatten().collect()
        }),
    };
    shares.sort_unstable_by_key(|(number, _)| *number);
    let mut read = Vec::with_capacity(files.len());
    for (_, share) in shares {
        read.extend(share?);
    }
    Ok(read)
}

fn bytes(read: &Result<ReadFile, String>) -> usize {
    let read = read.as_ref().ok();
    let packed = read.and_then(|read| read.outcome.as_ref().ok());
    packed.map_or(0, |article| article.packed.len())
}

fn read_share(
    source: &Source,
    files: &[Place],
    packer: &mut Result<Packer, StoreError>,
    progress: &Progress,
    observer: Option<&Observer>,
) -> Result<Vec<Result<ReadFile, String>>, SourceError> {
    // Each one is packed as soon as it is read, because packed articles are smaller.
    let mut read: Vec<_> = files.iter().map(|found| Err(found.path.clone())).collect();
    source.read(files, |number, result| {
        progress.read_one();
        if let (Some(observer), ReadOutcome::Accepted(accepted)) = (observer, &result.outcome) {
            observer.tell(&files[number].path, accepted);
        }
        read[number] = pack(&files[number], result, packer);
    })?;
    Ok(read)
}

fn pack(
    found: &Place,
    result: ReadResult,
    packer: &mut Result<Packer, StoreError>,
) -> Result<ReadFile, String> {
    let mut found = found.clone();
    let mut warnings = Vec::new();
    let outcome = match result.outcome {
        ReadOutcome::Unsettled => return Err(found.path),
        ReadOutcome::Refused(refusal) => Err(refusal),
        ReadOutcome::Shared(stamp, refusal) => {
            found.stamp = stamp;
            Err(refusal)
        }
        ReadOutcome::Unreadable(refusal) => {
            found.stamp = Stamp::default();
            Err(refusal)
        }
        ReadOutcome::Accepted(mut accepted) => {
            warnings = std::mem::take(&mut accepted.warnings);
            match packer.as_mut().map(|packer| packer.pack(&accepted.article)) {
                Ok(Ok(packed)) => Ok(ReadArticle {
                    meta: ArticleMeta::new(&accepted, RecordId::UNSTORED),
                    packed,
                    digest: TextDigest::of(&accepted.article),
                }),
                Ok(Err(_)) | Err(_) => Err(Refusal::new(
                    None,
                    "the article could not be packed",
                    "free some memory, then reload",
                )),
            }
        }
    };
    Ok(ReadFile {
        found,
        columns: result.columns,
        outcome,
        warnings,
    })
}
