//! A small file system in memory, mounted for as long as a test needs it.

use crate::testkit::terminal::report_skipped;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A file system in memory; unmounted when it is dropped.
pub(crate) struct Tmpfs {
    place: PathBuf,
}

impl Tmpfs {
    /// Mounts one of this size; `None`, reported, where the system does not let it be.
    pub(crate) fn at(place: &Path, size: &str) -> Option<Tmpfs> {
        let options = format!("size={size},mode=0777");
        if !mount(&["-t", "tmpfs", "-o", &options, "none"], place) {
            report_skipped("nothing can be mounted here");
            return None;
        }
        Some(Tmpfs {
            place: place.to_owned(),
        })
    }

    /// Fills it to the last byte with a file of this name.
    pub(crate) fn fill(&self, name: &str) {
        let mut zeros = std::io::repeat(0);
        let mut file = std::fs::File::create(self.place.join(name)).expect("one more file");
        let filled = std::io::copy(&mut zeros, &mut file).expect_err("it is full in the end");
        assert_eq!(filled.kind(), std::io::ErrorKind::StorageFull);
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        // Whoever still has files open there must not keep the test from ending.
        let umount = Command::new("umount").arg("-l").arg(&self.place).status();
        assert!(umount.is_ok_and(|status| status.success()) || std::thread::panicking());
    }
}

fn mount(arguments: &[&str], place: &Path) -> bool {
    let mut command = Command::new("mount");
    let command = command.args(arguments).arg(place).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
