//! What an operator calls an article.

use std::path::{Path, absolute};

use serde::{Deserialize, Serialize};

/// A key, file, id or address, or words of a title. What a relative path means depends on the folder of the command,
/// which is not that of the daemon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleName {
    /// As the operator wrote it.
    pub text: String,
    /// The absolute path that it means as a path.
    pub absolute: Option<String>,
    /// The same without links, if something is there.
    pub resolved: Option<String>,
    /// Whether a file is there.
    pub is_file: bool,
}

impl ArticleName {
    /// The name with the paths that it means for this process.
    pub fn new(text: &str) -> ArticleName {
        let path = Path::new(text);
        let shown = |path: &Path| path.to_str().map(str::to_owned);
        let resolved = path.canonicalize().ok();
        ArticleName {
            text: text.to_owned(),
            absolute: absolute(path).ok().as_deref().and_then(shown),
            is_file: resolved.as_deref().is_some_and(Path::is_file),
            resolved: resolved.as_deref().and_then(shown),
        }
    }
}
