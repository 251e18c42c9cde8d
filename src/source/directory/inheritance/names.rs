//! Names of the files that say something of others.

use crate::source::directory::file_name::FRONT_MATTER_EXTENSIONS;

/// The name of a folder's own file, without language and extension.
const SECTION_STEM: &str = "_index";

/// Folders of data files.
pub(super) const DATA_FOLDERS: [&str; 2] = ["data", "_data"];

/// The name of the authors' file, without extension.
pub(super) const AUTHORS_STEM: &str = "authors";

/// Extensions of data files.
pub(super) const DATA_EXTENSIONS: [&str; 4] = ["toml", "yaml", "yml", "json"];

/// All names that a folder's own file may have, with each language of the site and without.
pub(super) fn of_sections(languages: &[String]) -> Vec<String> {
    let suffixes = languages.iter().flat_map(|language| {
        let primary = language.split('-').next().unwrap_or(language);
        [format!(".{language}"), format!(".{primary}")]
    });
    let mut names: Vec<String> = [String::new()]
        .into_iter()
        .chain(suffixes)
        .flat_map(|suffix| {
            FRONT_MATTER_EXTENSIONS
                .into_iter()
                .flat_map(move |extension| {
                    let stems = spellings(SECTION_STEM);
                    let suffix = suffix.clone();
                    stems.into_iter().flat_map(move |stem| {
                        spellings(extension).map(|extension| format!("{stem}{suffix}.{extension}"))
                    })
                })
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A word in small letters, with a capital in front, and in capitals.
fn spellings(word: &str) -> [String; 3] {
    let start = word.find(char::is_alphabetic).unwrap_or_default();
    let mut titled = word.to_owned();
    titled[start..=start].make_ascii_uppercase();
    [word.to_owned(), titled, word.to_ascii_uppercase()]
}

/// Whether a name begins as that of a folder's own file.
pub(super) fn is_section(name: &str) -> bool {
    let stem = name.get(..SECTION_STEM.len());
    stem.is_some_and(|stem| stem.eq_ignore_ascii_case(SECTION_STEM))
}

/// Where articles may change when the file or folder at `path` does, if it is no article itself: the folder
/// below which they are, empty for all.
pub(in crate::source::directory) fn scope_of(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_section = is_section(name);
    let is_authors = match folder {
        "" => DATA_FOLDERS.contains(&name),
        folder => DATA_FOLDERS.contains(&folder) && is_authors_name(name),
    };
    match (is_section, is_authors) {
        (true, _) => Some(folder),
        (false, true) => Some(""),
        (false, false) => None,
    }
}

/// Whether the file at `path` below the folder names authors.
pub(in crate::source::directory) fn is_authors_file(path: &str) -> bool {
    let folder_and_name = path.split_once('/');
    folder_and_name
        .is_some_and(|(folder, name)| DATA_FOLDERS.contains(&folder) && is_authors_name(name))
}

fn is_authors_name(name: &str) -> bool {
    let parts = name.rsplit_once('.');
    parts.is_some_and(|(stem, extension)| {
        stem == AUTHORS_STEM && DATA_EXTENSIONS.contains(&extension)
    })
}
