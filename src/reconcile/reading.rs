//! Reading files through the gate, on all processors.

use std::num::NonZero;
use std::thread;

use super::Progress;
use crate::article::Refusal;
use crate::catalog::Listing;
use crate::source::directory::{Directory, Found, Outcome};
use crate::store::{FileStamp, Packed, RecordId, Store};

/// A file that has been read, its article packed for the store and not yet recorded there.
pub(super) struct ReadFile {
    pub(super) found: Found,
    pub(super) outcome: Result<(Listing, Packed), Refusal>,
}

/// Reads files on all processors, in the order given; of one that changed meanwhile, its path.
pub(super) fn read_all(
    directory: &Directory,
    store: &Store,
    files: &[Found],
    progress: &Progress,
) -> Vec<Result<ReadFile, String>> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = files.len().div_ceil(threads).max(1);
    if files.len() <= 1 {
        return read_some(directory, store, files, progress);
    }
    thread::scope(|scope| {
        let shares: Vec<_> = files
            .chunks(share)
            .map(|files| scope.spawn(move || read_some(directory, store, files, progress)))
            .collect();
        let joined = shares
            .into_iter()
            .map(|share| share.join().expect("a panicking gate is caught inside"));
        joined.flatten().collect()
    })
}

fn read_some(
    directory: &Directory,
    store: &Store,
    files: &[Found],
    progress: &Progress,
) -> Vec<Result<ReadFile, String>> {
    let mut packer = store.packer();
    let mut read = |found: &Found| {
        let outcome = match directory.read(found) {
            Outcome::Unsettled => return Err(found.path.clone()),
            Outcome::Refused(refusal) => Err(refusal),
            Outcome::Unreadable(refusal) => {
                let found = Found {
                    stamp: FileStamp::default(),
                    ..found.clone()
                };
                return Ok(ReadFile {
                    found,
                    outcome: Err(refusal),
                });
            }
            Outcome::Accepted(accepted) => {
                match packer.as_mut().map(|packer| packer.pack(&accepted.article)) {
                    Ok(Ok(packed)) => {
                        let revision = accepted.article.revision();
                        Ok((
                            Listing::new(&accepted, revision, RecordId::UNSTORED),
                            packed,
                        ))
                    }
                    Ok(Err(_)) | Err(_) => Err(Refusal::new(
                        None,
                        "the article could not be packed",
                        "free some memory, then reload",
                    )),
                }
            }
        };
        Ok(ReadFile {
            found: found.clone(),
            outcome,
        })
    };
    let reads = files.iter().map(|found| {
        let file = read(found);
        progress.read_one();
        file
    });
    reads.collect()
}
