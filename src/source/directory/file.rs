//! One file: its stamp, and its bytes once its writer is done.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::model::article::Refusal;
use crate::model::record::Stamp;
use crate::model::time::Timestamp;
use crate::source::Place;

/// Larger files are refused.
pub(super) const FILE_BYTES_MAX: u64 = 2 << 20;

/// What is read of the start, and of the end, of a larger file, to see whether it hides its article.
const TOO_LARGE_PART_BYTES: u64 = FILE_BYTES_MAX / 2;

/// How long a file must be unchanged before it is read. A shorter pause does not mean that its
/// writer is done.
const QUIET: Duration = Duration::from_millis(200);

/// The same for a file that was closed or renamed. The clock of a file system ticks every few
/// milliseconds, so a later write shows a later time.
const QUIET_AFTER_CLOSE: Duration = Duration::from_millis(20);

/// An article's file that has been empty for so long counts as deleted.
const EMPTIED_SECONDS: i64 = 60;

/// Whether a file has been empty long enough at `now` to count as deleted.
pub(in crate::source) fn is_emptied(found: &Place, now: Timestamp) -> bool {
    let written = i64::try_from(found.stamp.modified / 1_000_000_000).unwrap_or(i64::MAX);
    found.stamp.size == 0 && now.0.saturating_sub(written) >= EMPTIED_SECONDS
}

pub(super) fn too_large(bytes: u64) -> Refusal {
    Refusal::new(
        None,
        format!("the file is larger than {FILE_BYTES_MAX} bytes: it has {bytes}"),
        "an article is at most 2 MiB; split it",
    )
}

/// The bytes of a file whose stamp is the same as in the listing, before and after reading;
/// otherwise `None`. Of a file that is too large, its start and its end are read.
pub(super) fn read_unchanged(path: &Path, found: &Place) -> io::Result<Option<Vec<u8>>> {
    let quiet = if found.closed {
        QUIET_AFTER_CLOSE
    } else {
        QUIET
    };
    let listed = found.stamp;
    if let Some(left) = quiet_left(listed, quiet) {
        thread::sleep(left);
    }
    if stamp(&fs::metadata(path)?) != listed {
        return Ok(None);
    }
    let mut file = File::open(path)?;
    // A file that grows meanwhile has another stamp.
    let mut rest = listed.size.min(FILE_BYTES_MAX);
    let mut bytes = Vec::with_capacity(usize::try_from(rest).unwrap_or(0));
    if listed.size > FILE_BYTES_MAX {
        rest = TOO_LARGE_PART_BYTES;
        file.by_ref().take(rest).read_to_end(&mut bytes)?;
        file.seek(SeekFrom::Start(listed.size - rest))?;
    }
    file.by_ref().take(rest).read_to_end(&mut bytes)?;
    // Removing or replacing the name changes this stamp too, so the path needs no second `stat`.
    let unchanged = stamp(&file.metadata()?) == listed;
    Ok(unchanged.then_some(bytes))
}

/// The rest of the quiet period; `None` if it is over, or if the file's time lies in the future, as
/// the clock of another machine may write it.
fn quiet_left(stamp: Stamp, quiet: Duration) -> Option<Duration> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()?
        .as_nanos();
    let changed = u128::try_from(stamp.modified.max(stamp.changed)).ok()?;
    let age = Duration::from_nanos(u64::try_from(now.checked_sub(changed)?).ok()?);
    quiet.checked_sub(age)
}

/// The stamp of a file.
pub(crate) fn stamp(metadata: &Metadata) -> Stamp {
    let nanoseconds =
        |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    Stamp {
        size: metadata.size(),
        modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        inode: metadata.ino(),
    }
}
