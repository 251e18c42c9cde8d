//! Reads and packs files or rows, on all processors.

use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::Progress;
use crate::model::article::Refusal;
use crate::model::article_meta::ArticleMeta;
use crate::model::record::{RecordId, Stamp};
use crate::source::{Place, ReadOutcome, ReadResult, Source, SourceError};
use crate::store::{PackedArticle, Packer, Store, StoreError};

/// A file or row that has been read. Its article is packed, but not stored yet.
pub(super) struct ReadFile {
    pub(super) found: Place,
    /// As in [`ReadResult::columns`].
    pub(super) columns: u64,
    pub(super) outcome: Result<(ArticleMeta, PackedArticle), Refusal>,
}

/// Reads files or rows in parallel, with a result for each in their order; the path of one that changed
/// meanwhile. Fails when the source does.
pub(super) fn read_all(
    source: &Source,
    store: &Store,
    files: &[Place],
    progress: &Progress,
) -> Result<Vec<Result<ReadFile, String>>, SourceError> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let limits = source.limits();
    let threads = threads
        .min(limits.threads)
        .min(files.len().div_ceil(limits.share));
    let waiting = Mutex::new(files.chunks(limits.share).enumerate());
    let next = || {
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.next()
    };
    let work = || {
        let mut packer = store.packer();
        let mut shares = Vec::new();
        while let Some((number, files)) = next() {
            let read = read_share(source, files, &mut packer, progress);
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

fn read_share(
    source: &Source,
    files: &[Place],
    packer: &mut Result<Packer, StoreError>,
    progress: &Progress,
) -> Result<Vec<Result<ReadFile, String>>, SourceError> {
    // Each file is packed before the next one is read, because packed articles are smaller.
    let mut read = Vec::with_capacity(files.len());
    for files in files.chunks(source.limits().at_once) {
        let results = source.read(files)?;
        read.extend(files.iter().zip(results).map(|(found, result)| {
            progress.read_one();
            pack(found, result, packer)
        }));
    }
    Ok(read)
}

fn pack(
    found: &Place,
    result: ReadResult,
    packer: &mut Result<Packer, StoreError>,
) -> Result<ReadFile, String> {
    let mut found = found.clone();
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
        ReadOutcome::Accepted(accepted) => {
            match packer.as_mut().map(|packer| packer.pack(&accepted.article)) {
                Ok(Ok(packed)) => Ok((ArticleMeta::new(&accepted, RecordId::UNSTORED), packed)),
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
    })
}
