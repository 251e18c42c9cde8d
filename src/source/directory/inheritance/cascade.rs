//! `cascade` of Hugo: keys that a folder gives to the pages below it, all or those that a target names.
//!
//! Only keys that hide or date articles are taken. A target is a wish for fewer pages, so what is not understood in one
//! does not restrict it.

use globset::{GlobBuilder, GlobMatcher};
use icu_normalizer::ComposingNormalizerBorrowed;

use crate::model::article::AcceptSettings;
use crate::source::article_file::fields;
use crate::source::article_file::hidden;
use crate::source::article_file::key_name;
use crate::source::article_file::tree::{KeyValue, Node, Value};

/// Tables in one cascade; more are not understood.
const CASCADES_MAX: usize = 100;

/// Hugo's kind of a page that is an article.
const KIND: &str = "page";

/// Keys for some or all pages below a folder.
#[derive(Clone, Debug)]
pub(super) struct Cascade {
    targets: Vec<Target>,
    /// The keys that hide or date articles, those of `params` and `extra` among them.
    pub(super) pairs: Vec<KeyValue>,
}

/// A part of a target; all parts must fit.
#[derive(Clone, Debug)]
enum Target {
    Path(GlobMatcher),
    Kind(GlobMatcher),
    Language(GlobMatcher),
}

/// Reads the value of the key `cascade`: a table, or a list of tables.
pub(super) fn parse(node: &Node, settings: &AcceptSettings) -> Result<Vec<Cascade>, String> {
    let tables = match &node.value {
        Value::List(items) => items.as_slice(),
        value if value.is_blank() => &[],
        _ => std::slice::from_ref(node),
    };
    if tables.len() > CASCADES_MAX {
        return Err(format!("`cascade` has more than {CASCADES_MAX} tables"));
    }
    let mut cascades = Vec::new();
    for table in tables {
        let Value::Table(pairs) = &table.value else {
            return Err(format!(
                "`cascade` must be a table or a list of tables, got {}",
                table.value.kind()
            ));
        };
        let cascade = Cascade::of(pairs, settings);
        cascades.extend(Some(cascade).filter(|cascade| !cascade.pairs.is_empty()));
    }
    Ok(cascades)
}

impl Cascade {
    fn of(pairs: &[KeyValue], settings: &AcceptSettings) -> Cascade {
        let mut cascade = Cascade {
            targets: Vec::new(),
            pairs: Vec::new(),
        };
        for pair in pairs {
            match &pair.node.value {
                Value::Table(target) if key_name::is(&pair.key, "target") => {
                    cascade.targets.extend(target.iter().filter_map(Target::of));
                }
                value if hidden::is_table(&pair.key) => {
                    for inner in value.tables().flatten() {
                        let is_theme_setting = matches!(inner.node.value, Value::Table(_));
                        cascade.take(inner, !is_theme_setting, settings);
                    }
                }
                _ => cascade.take(pair, true, settings),
            }
        }
        cascade
    }

    fn take(&mut self, pair: &KeyValue, may_be_date: bool, settings: &AcceptSettings) {
        let name = key_name::normal(&pair.key);
        let is_date = may_be_date && fields::is_date(&name, settings);
        if is_date || hidden::knows(&name, settings) {
            self.pairs.push(KeyValue {
                key: pair.key.clone(),
                // The line is that of another file.
                node: Node {
                    line: 0,
                    value: pair.node.value.clone(),
                },
            });
        }
    }

    /// Whether it is for the article at `path` with this key and language.
    pub(super) fn fits(&self, path: &str, key: &str, language: &str) -> bool {
        self.targets.iter().all(|target| match target {
            Target::Path(glob) => {
                let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
                [key, stem, path]
                    .iter()
                    .any(|path| glob.is_match(format!("/{}", logical(path))))
            }
            Target::Kind(glob) => glob.is_match(KIND),
            Target::Language(glob) => glob.is_match(logical(language)),
        })
    }
}

impl Target {
    fn of(pair: &KeyValue) -> Option<Target> {
        let pattern = pair.node.value.as_text()?;
        let pattern = pattern.trim();
        match () {
            () if key_name::is(&pair.key, "path") => {
                let is_rooted = pattern.starts_with(['/', '{', '*']);
                let root = if is_rooted { "" } else { "/" };
                glob(&format!("{root}{pattern}")).map(Target::Path)
            }
            () if key_name::is(&pair.key, "kind") => glob(pattern).map(Target::Kind),
            () if key_name::is(&pair.key, "lang") => glob(pattern).map(Target::Language),
            () => None,
        }
    }
}

/// A path or a pattern of paths as Hugo compares them: in small letters, with `-` for each space.
fn logical(path: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(path);
    composed.to_lowercase().replace(' ', "-")
}

fn glob(pattern: &str) -> Option<GlobMatcher> {
    let glob = GlobBuilder::new(&logical(pattern))
        .literal_separator(!crosses_folders(pattern))
        .build();
    glob.ok().map(|glob| glob.compile_matcher())
}

/// Whether it has a `**` that is not a whole part of a path, which means any text in Hugo.
fn crosses_folders(pattern: &str) -> bool {
    pattern.match_indices("**").any(|(at, stars)| {
        let is_start = pattern[..at].is_empty() || pattern[..at].ends_with(['/', '{', ',']);
        let behind = &pattern[at + stars.len()..];
        let is_end = behind.is_empty() || behind.starts_with(['/', '}', ',']);
        !(is_start && is_end)
    })
}
