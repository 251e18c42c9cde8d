//! The errors of templates and pages.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

/// Why a page or list cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A template fails on its values.
    #[error("cannot make the page")]
    Template(#[from] minijinja::Error),
    /// The writer of the subscription list failed.
    #[error("cannot write OPML")]
    Opml(#[from] io::Error),
}

/// Why a template folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// A folder or file cannot be read.
    #[error("cannot read {}", .file.display())]
    Unreadable {
        /// The folder or file.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A template cannot be parsed, or fails on a sample of its values.
    #[error("{}:{line}: {message}", .file.display())]
    Template {
        /// The file; of a built-in template that a replaced one no longer fits, its name.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The engine's message.
        message: String,
    },
    /// A file that is neither a template nor an asset.
    #[error("{}: expected a file that ends in one of {extensions}", .file.display())]
    UnknownKind {
        /// The file.
        file: PathBuf,
        /// The extensions that a folder may hold.
        extensions: String,
    },
    /// A folder inside the folder.
    #[error("{}: folders are not read, put its files beside layout.html", .file.display())]
    Folder {
        /// The folder inside.
        file: PathBuf,
    },
    /// A link to a path outside the folder.
    #[error("{}: leads out of the folder", .file.display())]
    Outside {
        /// The link.
        file: PathBuf,
    },
    /// A name or text that is not valid UTF-8.
    #[error("{}: name and text must be UTF-8", .file.display())]
    NotUtf8 {
        /// The file.
        file: PathBuf,
    },
    /// A file that is too large.
    #[error("{}: at most {max} bytes", .file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// The most bytes.
        max: usize,
    },
    /// Too many files.
    #[error("{}: at most {max} files", .folder.display())]
    TooMany {
        /// The folder.
        folder: PathBuf,
        /// The most files.
        max: usize,
    },
}

impl TemplateError {
    /// An error of the template `name`, parsed or rendered; `own` says which templates come from
    /// `folder`. Where templates include others, the innermost one has the fault.
    pub(super) fn new(
        folder: &Path,
        name: &str,
        own: impl Fn(&str) -> bool,
        error: minijinja::Error,
    ) -> TemplateError {
        let first: &(dyn Error + 'static) = &error;
        let causes = std::iter::successors(Some(first), |&error| error.source());
        let innermost = causes
            .filter_map(|cause| cause.downcast_ref::<minijinja::Error>())
            .filter(|cause| cause.line().is_some())
            .last()
            .unwrap_or(&error);
        let name = innermost.name().unwrap_or(name);
        let message = match innermost.detail() {
            Some(detail) => format!("{}: {detail}", innermost.kind()),
            None => innermost.kind().to_string(),
        };
        TemplateError::Template {
            file: if own(name) {
                folder.join(name)
            } else {
                PathBuf::from(format!("built-in {name}"))
            },
            line: innermost.line().unwrap_or(1),
            message,
        }
    }
}
