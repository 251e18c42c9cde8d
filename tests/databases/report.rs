//! What tests have measured, said on the terminal itself: what a passing test prints is not shown.

use std::io::{Write, stderr};

pub(crate) fn report(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}
