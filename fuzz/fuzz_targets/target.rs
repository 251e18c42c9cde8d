//! Runs the target that the environment variable `TASPA_FUZZ` names, from its corpus:
//!
//! ```sh
//! TASPA_FUZZ=html cargo +nightly fuzz run --sanitizer none target fuzz/corpus/html
//! ```
//!
//! An input that is found belongs in the corpus, which `cargo test` runs too.
#![no_main]

use std::env;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use taspa::fuzz_targets::TARGETS;

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let named = env::var("TASPA_FUZZ").unwrap_or_default();
    let target = TARGETS.iter().find(|(name, _)| *name == named);
    let names = || TARGETS.map(|(name, _)| name).join(", ");
    let (_, run) = target.unwrap_or_else(|| panic!("TASPA_FUZZ must be one of {}", names()));
    *run
});

fuzz_target!(|bytes: &[u8]| TARGET(bytes));
