//! The path of the control socket, which may be longer than the system takes.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

/// The name of the socket in the state folder.
pub const FILE: &str = "control.sock";

/// The longest path of a socket that the system takes, without the zero at its end.
const SOCKET_PATH_MAX: usize = 107;

/// Calls `work` with a path of the socket in `folder` that the system takes: a long one goes through the
/// open folder.
pub(super) fn with_short_path<T>(
    folder: &Path,
    work: impl FnOnce(&Path) -> io::Result<T>,
) -> io::Result<T> {
    let path = folder.join(FILE);
    if path.as_os_str().len() <= SOCKET_PATH_MAX {
        return work(&path);
    }
    let open = File::open(folder)?;
    work(&PathBuf::from(format!(
        "/proc/self/fd/{}/{FILE}",
        open.as_raw_fd()
    )))
}
