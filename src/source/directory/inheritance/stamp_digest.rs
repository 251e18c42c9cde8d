//! A digest in the stamp of a file, beside the time of the file's last change.

use crate::model::record::Stamp;

/// The digest of what is not known yet. No article is read under it.
pub(super) const UNKNOWN: u64 = 1;

/// The time of a file's last change takes 64 of 128 bits of the stamp, the digest the others.
pub(super) fn with_digest(stamp: Stamp, digest: u64) -> Stamp {
    let time = stamp.changed & i128::from(u64::MAX);
    Stamp {
        changed: (i128::from(digest) << 64) | time,
        ..stamp
    }
}

pub(super) fn without_digest(stamp: Stamp) -> (Stamp, u64) {
    // A time before 1970 is negative.
    match u64::try_from(stamp.changed >> 64) {
        Err(_) | Ok(0) => (stamp, 0),
        Ok(digest) => {
            let time = u64::try_from(stamp.changed & i128::from(u64::MAX)).unwrap_or_default();
            let changed = i128::from(time.cast_signed());
            (Stamp { changed, ..stamp }, digest)
        }
    }
}
