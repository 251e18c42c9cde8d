//! Whole documents, byte for byte. `UPDATE_GOLDEN=1 cargo test --test formats golden` rewrites
//! them; read the difference before keeping it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use taspa::model::format::Format;

use crate::feeds;

#[test]
fn documents_equal_their_golden_files() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    for (file, document) in documents() {
        let path = folder().join(&file);
        if update {
            fs::write(&path, &document).expect("the golden folder is writable");
        }
        let golden = fs::read(&path).unwrap_or_default();
        assert!(
            golden == document,
            "{file} differs from its golden document at byte {}; to accept, run with UPDATE_GOLDEN=1\n{}",
            first_difference(&golden, &document),
            String::from_utf8_lossy(&document),
        );
    }
}

#[test]
fn every_golden_file_is_used() {
    let written: BTreeSet<String> = documents().into_iter().map(|(file, _)| file).collect();
    let found: BTreeSet<String> = fs::read_dir(folder())
        .expect("the golden folder")
        .map(|file| file.expect("a golden document").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    let left_over: Vec<_> = found.difference(&written).collect();
    assert!(left_over.is_empty(), "delete {left_over:?}");
}

fn documents() -> Vec<(String, Vec<u8>)> {
    let mut documents = Vec::new();
    for (name, feed) in feeds::all() {
        for format in Format::ALL {
            let document = taspa::render::render(format, &feed).expect("a document");
            documents.push((format!("{name}.{}", format.extension()), document));
        }
    }
    documents
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn first_difference(left: &[u8], right: &[u8]) -> usize {
    let same = left.iter().zip(right).take_while(|(a, b)| a == b);
    same.count()
}
