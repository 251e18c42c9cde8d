//! Lines on the terminal itself, because what a passing test prints is not shown.

use std::io::{Write, stderr};

/// Reports a measurement.
pub(crate) fn report(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}

/// Reports that a test did not run.
pub(crate) fn report_skipped(why: &str) {
    report(&format!("skipped: {why}"));
}
