//! What the name of a file says: its format, or that it is no article.

/// The format of an article file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileFormat {
    Newsroom,
    Markdown,
    Mdx,
    Html,
    Json,
}

/// The formats of the extensions of article files.
const FORMATS: [(&str, FileFormat); 7] = [
    ("txt", FileFormat::Newsroom),
    ("md", FileFormat::Markdown),
    ("markdown", FileFormat::Markdown),
    ("mdx", FileFormat::Mdx),
    ("html", FileFormat::Html),
    ("htm", FileFormat::Html),
    ("json", FileFormat::Json),
];

/// The extensions of files that begin with front matter.
pub(super) const FRONT_MATTER_EXTENSIONS: [&str; 5] = ["md", "markdown", "mdx", "html", "htm"];

/// Suffixes of the temporary files of editors and copies.
const TEMPORARY_SUFFIXES: [&str; 4] = ["~", ".tmp", ".part", ".swp"];

/// Files that tell people about a folder, without their extension.
const ABOUT_FILES: [&str; 7] = [
    "readme",
    "license",
    "licence",
    "contributing",
    "code_of_conduct",
    "changelog",
    "copying",
];

/// Files of tools that have the extension of an article.
const TOOL_FILES: [&str; 15] = [
    "package.json",
    "package-lock.json",
    "composer.json",
    "tsconfig.json",
    "jsconfig.json",
    "bower.json",
    "lerna.json",
    "vercel.json",
    "deno.json",
    "renovate.json",
    "netlify.json",
    "docusaurus.config.json",
    "robots.txt",
    "humans.txt",
    "requirements.txt",
];

/// A folder of the packages that a site generator was built with.
const PACKAGES: &str = "node_modules";

/// The format of the file with this name or path.
pub(super) fn format_of(path: &str) -> Option<FileFormat> {
    let extension = extension(path)?;
    let mut known = FORMATS.iter();
    let found = known.find(|(known, _)| known.eq_ignore_ascii_case(extension));
    found.map(|(_, format)| *format)
}

/// What stands behind the last dot of a file's name.
pub(super) fn extension(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map(|(_, extension)| extension)
}

/// Names that no article file or folder has.
pub(super) fn is_ignored_name(name: &str) -> bool {
    name.starts_with(['.', '_'])
        || name.starts_with("~$")
        || TEMPORARY_SUFFIXES
            .iter()
            .any(|ending| name.ends_with(ending))
        || name.eq_ignore_ascii_case(PACKAGES)
        || is_conflict_copy(name)
        || is_of_tool(name)
}

/// A copy that a synchronizing program made of a file with two versions.
fn is_conflict_copy(name: &str) -> bool {
    name.contains(".sync-conflict-")
        || (name.contains("onflict") && name.contains('('))
            && name.split('(').skip(1).any(|behind| {
                let within = behind.split(')').next().unwrap_or(behind);
                let within = within.to_ascii_lowercase();
                within.contains("conflicted copy") || within.contains("case conflict")
            })
}

fn is_of_tool(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return false;
    };
    let is_text = !extension.eq_ignore_ascii_case("json");
    is_text
        && ABOUT_FILES
            .iter()
            .any(|about| about.eq_ignore_ascii_case(stem))
        || TOOL_FILES
            .iter()
            .any(|file| file.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_in_any_case_is_a_format() {
        for (name, format) in [
            ("a.txt", Some(FileFormat::Newsroom)),
            ("NEWS.TXT", Some(FileFormat::Newsroom)),
            ("a/b.md", Some(FileFormat::Markdown)),
            ("b.Markdown", Some(FileFormat::Markdown)),
            ("b.MDX", Some(FileFormat::Mdx)),
            ("b.html", Some(FileFormat::Html)),
            ("b.HTM", Some(FileFormat::Html)),
            ("b.kk.json", Some(FileFormat::Json)),
            ("b.yaml", None),
            ("md", None),
            ("a.md/b", None),
            ("a.", None),
        ] {
            assert_eq!(format_of(name), format, "{name}");
        }
    }

    #[test]
    fn names_of_tools_and_copies_are_ignored() {
        for (name, expected) in [
            (".a.md", true),
            ("_index.md", true),
            ("a.md~", true),
            ("a.md.tmp", true),
            ("~$port.txt", true),
            ("a (conflicted copy 2026-01-08).md", true),
            ("a (Айман's conflicted copy 2026-01-08).md", true),
            ("a (Case Conflict).txt", true),
            ("a.sync-conflict-20260108-101112-ABCDEFG.md", true),
            ("README.md", true),
            ("readme.MARKDOWN", true),
            ("License.txt", true),
            ("package.json", true),
            ("Package-Lock.JSON", true),
            ("node_modules", true),
            ("a-DESKTOP-7.md", false),
            ("armed conflict (2026).md", false),
            ("readme-first.md", false),
            ("readme", false),
            ("license.json", false),
            ("packages.json", false),
            ("$a.md", false),
        ] {
            assert_eq!(is_ignored_name(name), expected, "{name}");
        }
    }
}
