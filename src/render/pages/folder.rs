//! The files that pages are rendered from: the built-in ones, and those that replace them.
//!
//! A publication's folder is flat. Each file in it is a template, an asset of a known kind, or hidden.
//! Any other file is an error, and nothing outside the folder is read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::render::pages::asset::Asset;
use crate::render::pages::error::TemplateError;

/// Files that a folder may hold.
pub const FILES_MAX: usize = 200;

/// The most bytes of a template.
pub const TEMPLATE_BYTES_MAX: usize = 256 * 1024;

/// The most bytes of an asset, which stays in memory.
pub const ASSET_BYTES_MAX: usize = 2 * 1024 * 1024;

const TEMPLATE: &str = "html";

/// The kinds of assets, by their extension.
const ASSETS: [(&str, &str); 11] = [
    ("css", "text/css; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("webp", "image/webp"),
    ("avif", "image/avif"),
    ("gif", "image/gif"),
    ("ico", "image/x-icon"),
    ("woff2", "font/woff2"),
];

const BUILT_IN_TEMPLATES: [(&str, &str); 10] = [
    ("layout.html", include_str!("built_in/layout.html")),
    ("catalogue.html", include_str!("built_in/catalogue.html")),
    ("terms.html", include_str!("built_in/terms.html")),
    ("feed.html", include_str!("built_in/feed.html")),
    ("build.html", include_str!("built_in/build.html")),
    ("article.html", include_str!("built_in/article.html")),
    ("error.html", include_str!("built_in/error.html")),
    ("feeds.html", include_str!("built_in/feeds.html")),
    ("teaser.html", include_str!("built_in/teaser.html")),
    ("how.html", include_str!("built_in/how.html")),
];

/// The icon of pages. A folder that has its own hides the built-in pictures of it.
pub(super) const ICON: &str = "icon.svg";

/// The same icon for clients that cannot show SVG. They look for it at the root.
pub const RASTER_ICONS: [&str; 2] = ["favicon.ico", "apple-touch-icon.png"];

const BUILT_IN_ASSETS: [(&str, &str, &[u8]); 5] = [
    (
        "style.css",
        "text/css; charset=utf-8",
        include_bytes!("built_in/style.css"),
    ),
    (ICON, "image/svg+xml", include_bytes!("built_in/icon.svg")),
    (
        "page.js",
        "text/javascript; charset=utf-8",
        include_bytes!("built_in/page.js"),
    ),
    (
        RASTER_ICONS[0],
        "image/x-icon",
        include_bytes!("built_in/favicon.ico"),
    ),
    (
        RASTER_ICONS[1],
        "image/png",
        include_bytes!("built_in/apple-touch-icon.png"),
    ),
];

/// Templates and assets by their names.
pub(super) struct Files {
    pub(super) templates: BTreeMap<String, String>,
    pub(super) assets: BTreeMap<String, Asset>,
    /// The names of the templates that come from the folder.
    pub(super) own: BTreeSet<String>,
}

impl Files {
    /// The files of this program.
    pub(super) fn built_in() -> Files {
        let templates = BUILT_IN_TEMPLATES.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let assets = BUILT_IN_ASSETS
            .map(|(name, media_type, bytes)| (name.to_owned(), Asset::new(media_type, bytes)));
        Files {
            templates: templates.into(),
            assets: assets.into(),
            own: BTreeSet::new(),
        }
    }

    /// The files of this program, those of `folder` in their place.
    pub(super) fn read(folder: &Path) -> Result<Files, Vec<TemplateError>> {
        let mut files = Files::built_in();
        let (root, names) = list(folder).map_err(|problem| vec![problem])?;
        if names.iter().any(|name| name == ICON) {
            for picture in RASTER_ICONS {
                files.assets.remove(picture);
            }
        }
        let mut problems = Vec::new();
        for name in names {
            if let Err(problem) = files.add(&root, folder, &name) {
                problems.push(problem);
            }
        }
        match problems.is_empty() {
            true => Ok(files),
            false => Err(problems),
        }
    }

    fn add(&mut self, root: &Path, folder: &Path, name: &str) -> Result<(), TemplateError> {
        let file = folder.join(name);
        let target = locate(root, &file)?;
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        if extension == TEMPLATE {
            let bytes = read(&target, &file, TEMPLATE_BYTES_MAX)?;
            let text = String::from_utf8(bytes).map_err(|_| TemplateError::NotUtf8 { file })?;
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
            self.own.insert(name.to_owned());
            self.templates.insert(name.to_owned(), text);
            return Ok(());
        }
        let Some((_, media_type)) = ASSETS.iter().find(|(known, _)| *known == extension) else {
            return Err(TemplateError::UnknownKind {
                file,
                extensions: extensions(),
            });
        };
        let bytes = read(&target, &file, ASSET_BYTES_MAX)?;
        self.assets
            .insert(name.to_owned(), Asset::new(media_type, bytes));
        Ok(())
    }
}

/// Where the folder really is, and the names in it that are not hidden, sorted.
fn list(folder: &Path) -> Result<(PathBuf, Vec<String>), TemplateError> {
    let root = fs::canonicalize(folder).map_err(unreadable(folder))?;
    let mut names = Vec::new();
    for entry in fs::read_dir(&root).map_err(unreadable(folder))? {
        let entry = entry.map_err(unreadable(folder))?;
        let name = entry.file_name().into_string();
        let name = name.map_err(|name| TemplateError::NotUtf8 {
            file: folder.join(name),
        })?;
        if !is_ignored(&name) {
            names.push(name);
        }
        if names.len() > FILES_MAX {
            return Err(TemplateError::TooMany {
                folder: folder.to_owned(),
                max: FILES_MAX,
            });
        }
    }
    names.sort();
    Ok((root, names))
}

/// Hidden files, and the backup and temporary files of editors.
pub fn is_ignored(name: &str) -> bool {
    let ends = ["~", ".tmp", ".part", ".swp"];
    name.starts_with('.') || ends.iter().any(|end| name.ends_with(end))
}

/// The regular file behind a name, which must be inside `root`.
fn locate(root: &Path, file: &Path) -> Result<PathBuf, TemplateError> {
    let target = fs::canonicalize(file).map_err(unreadable(file))?;
    if !target.starts_with(root) {
        return Err(TemplateError::Outside {
            file: file.to_owned(),
        });
    }
    let metadata = fs::metadata(&target).map_err(unreadable(file))?;
    if metadata.is_dir() {
        return Err(TemplateError::Folder {
            file: file.to_owned(),
        });
    }
    if !metadata.is_file() {
        // Opening a pipe would block until another program writes to it.
        return Err(unreadable(file)(io::Error::other("not a regular file")));
    }
    Ok(target)
}

fn read(target: &Path, file: &Path, max: usize) -> Result<Vec<u8>, TemplateError> {
    let mut bytes = Vec::new();
    let opened = fs::File::open(target).map_err(unreadable(file))?;
    opened
        .take(max as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable(file))?;
    if bytes.len() > max {
        return Err(TemplateError::TooLarge {
            file: file.to_owned(),
            max,
        });
    }
    Ok(bytes)
}

fn unreadable(file: &Path) -> impl FnOnce(io::Error) -> TemplateError {
    let file = file.to_owned();
    |source| TemplateError::Unreadable { file, source }
}

/// The extensions that a folder may hold, for a message.
fn extensions() -> String {
    let assets = ASSETS.iter().map(|(extension, _)| format!(".{extension}"));
    std::iter::once(format!(".{TEMPLATE}"))
        .chain(assets)
        .collect::<Vec<_>>()
        .join(" ")
}
