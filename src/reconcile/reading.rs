//! Reading files through the gate, on all processors.

use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::Progress;
use crate::article::Refusal;
use crate::catalog::Listing;
use crate::source::directory::{Directory, Found, Outcome};
use crate::store::{FileStamp, Packed, Packer, RecordId, Store, StoreError};

/// A file that has been read, its article packed for the store and not yet recorded there.
pub(super) struct ReadFile {
    pub(super) found: Found,
    pub(super) outcome: Result<(Listing, Packed), Refusal>,
}

/// Files that a thread takes at a time. They differ in cost, so whoever is done early helps with the
/// rest.
const SHARE_FILES: usize = 32;

/// Reads files on all processors, in the order given; of one that changed meanwhile, its path.
pub(super) fn read_all(
    directory: &Directory,
    store: &Store,
    files: &[Found],
    progress: &Progress,
) -> Vec<Result<ReadFile, String>> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = threads.min(files.len().div_ceil(SHARE_FILES));
    let waiting = Mutex::new(files.chunks(SHARE_FILES).enumerate());
    let next = || {
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.next()
    };
    let work = || {
        let mut packer = store.packer();
        let mut shares = Vec::new();
        while let Some((number, files)) = next() {
            let read = files.iter().map(|found| {
                let file = read(directory, found, &mut packer);
                progress.read_one();
                file
            });
            shares.push((number, read.collect::<Vec<_>>()));
        }
        shares
    };
    let mut shares = match threads {
        0 | 1 => work(),
        threads => thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let joined = threads
                .into_iter()
                .map(|thread| thread.join().expect("a panicking gate is caught inside"));
            joined.flatten().collect()
        }),
    };
    shares.sort_unstable_by_key(|(number, _)| *number);
    shares.into_iter().flat_map(|(_, files)| files).collect()
}

fn read(
    directory: &Directory,
    found: &Found,
    packer: &mut Result<Packer, StoreError>,
) -> Result<ReadFile, String> {
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
                    let revision = accepted.revision;
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
}
