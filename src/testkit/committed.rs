//! Files of the repository that tests write: what people read is what the program knows.

use std::fs;
use std::path::Path;

/// Compares a file of the repository with what it should say. With `UPDATE_DOCS` in the environment, writes it
/// first.
#[track_caller]
pub(crate) fn assert_committed(path: &str, text: &str, test: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(file.with_file_name("")).expect("a folder for the file");
        fs::write(&file, text).expect("the file is writable");
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == text,
        "{path} is out of date: run `UPDATE_DOCS=1 cargo test {test}` and commit it"
    );
}
