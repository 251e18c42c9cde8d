//! Which files and folders are listed: by their names, and by the patterns of feeds.toml.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::file_name::{format_of, is_ignored_name};
use super::inheritance::is_authors_file;

/// The patterns of feeds.toml. Clones are cheap.
#[derive(Clone, Debug)]
pub(super) struct PathFilter {
    /// `None` if everything is included.
    include: Option<GlobSet>,
    exclude: GlobSet,
}

/// Why a file or folder is not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excluded {
    /// Its name is none of an article.
    ByName,
    /// A pattern names it, or it is known to be something else.
    Known,
}

impl PathFilter {
    /// The patterns are valid: the configuration has checked them.
    pub(super) fn new(include: &[String], exclude: &[String]) -> PathFilter {
        let is_all = |pattern: &String| ["**", "**/*"].contains(&&**pattern);
        // `x/**` is the folder `x` too, which then needs no listing.
        let folders = exclude
            .iter()
            .filter_map(|pattern| pattern.strip_suffix("/**"));
        let exclude = exclude.iter().map(String::as_str).chain(folders);
        PathFilter {
            include: match include.iter().any(is_all) {
                true => None,
                false => Some(set(include.iter().map(String::as_str))),
            },
            exclude: set(exclude),
        }
    }

    /// Why a listing that has come to `path` skips it.
    pub(super) fn excludes(&self, path: &str, is_folder: bool) -> Option<Excluded> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_included = || {
            let include = self.include.as_ref();
            is_folder || include.is_none_or(|include| include.is_match(path))
        };
        match () {
            () if is_authors_file(path) && !is_folder => Some(Excluded::Known),
            () if is_ignored_name(name) => Some(Excluded::ByName),
            () if !is_folder && format_of(name).is_none() => Some(Excluded::ByName),
            () if self.exclude.is_match(path) || !is_included() => Some(Excluded::Known),
            () => None,
        }
    }

    /// Whether a listing enters the folders that lead to `path`, which may be missing.
    pub(super) fn enters(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(end, _)| end);
        let mut folders = ends.chain([path.len()]).map(|end| &path[..end]);
        folders.all(|folder| self.excludes(folder, true).is_none())
    }

    /// Whether a listing reaches `path` without a link.
    pub(super) fn takes(&self, path: &str, is_folder: bool) -> bool {
        self.enters(path) && self.excludes(path, is_folder).is_none()
    }
}

fn set<'p>(patterns: impl Iterator<Item = &'p str>) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        if let Ok(glob) = glob {
            set.add(glob);
        }
    }
    set.build().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(include: &[&str], exclude: &[&str]) -> PathFilter {
        let owned =
            |patterns: &[&str]| patterns.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
        PathFilter::new(&owned(include), &owned(exclude))
    }

    #[test]
    fn patterns_name_files_and_folders() {
        for (include, exclude, path, expected) in [
            (&["**/*"][..], &[][..], "a.md", true),
            (&["**/*"], &[], "x/a.jpg", false),
            (&["**/*"], &[], "x/_a/b.md", false),
            (&["**/*.md"], &[], "a.md", true),
            (&["**/*.md"], &[], "x/y/a.md", true),
            (&["**/*.md"], &[], "x/a.txt", false),
            (&["*.md"], &[], "x/a.md", false),
            (&["news/**", "*.txt"], &[], "news/2026/a.md", true),
            (&["news/**", "*.txt"], &[], "a.txt", true),
            (&["news/**", "*.txt"], &[], "old/a.md", false),
            (&["**/*"], &["drafts"], "drafts/x/a.md", false),
            (&["**/*"], &["drafts/**"], "drafts/x/a.md", false),
            (&["**/*"], &["drafts"], "x/drafts/a.md", true),
            (&["**/*"], &["**/drafts"], "x/drafts/a.md", false),
            (&["**/*"], &["**/notes-*.txt"], "x/notes-1.txt", false),
            (&["**/*"], &["**/notes-*.txt"], "notes-1.md", true),
            (&["**/*"], &["{a,b}/[0-9]*"], "b/7.md", false),
            (&["**/*"], &["data"], "data/authors.json", false),
        ] {
            let taken = filter(include, exclude).takes(path, false);
            assert_eq!(taken, expected, "{include:?} {exclude:?} {path}");
        }
    }

    /// `takes` for a file asks its folders as folders.
    #[test]
    fn a_file_is_no_folder() {
        assert!(filter(&["**/*"], &[]).takes("a.md", false));
        assert!(!filter(&["**/*"], &[]).takes("data/authors.json", false));
        assert!(filter(&["x/*.md"], &[]).enters("y/z"));
    }
}
