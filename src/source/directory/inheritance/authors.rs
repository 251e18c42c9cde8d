//! The authors' file of a site generator: who is behind the keys by which articles name their authors.
//!
//! ```yaml
//! aigul:
//!   name: Айгүл Сапарова
//!   role: корреспондент
//! ```

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

use crate::config::LegacyEncoding;
use crate::model::article::{Author, Refusal};
use crate::source::article_file::tree::{self, KeyValue, Value};
use crate::source::article_file::{encoding, key_name};
use crate::text;

/// The authors by their keys.
#[derive(Debug, Default)]
pub(super) struct Authors {
    by_key: BTreeMap<String, Author>,
    /// Of all authors; 0 for none.
    pub(super) digest: u64,
    /// Why the file cannot be read.
    pub(super) problem: Option<String>,
}

impl Authors {
    /// Reads a file with this extension. A file that cannot be read names no author.
    pub(super) fn parse(
        bytes: Result<&[u8], String>,
        extension: &str,
        legacy: LegacyEncoding,
    ) -> Authors {
        let pairs = bytes.and_then(|bytes| {
            parse_tree(bytes, extension, legacy).map_err(|refusal| refusal.reason)
        });
        match pairs {
            Ok(pairs) => Authors::of(authors(&pairs)),
            Err(reason) => Authors {
                problem: Some(format!(
                    "{reason}; authors keep the names that articles write"
                )),
                ..Authors::default()
            },
        }
    }

    fn of(by_key: BTreeMap<String, Author>) -> Authors {
        let digest = match by_key.is_empty() {
            true => 0,
            false => xxh3_64(format!("{by_key:?}").as_bytes()),
        };
        Authors {
            by_key,
            digest,
            problem: None,
        }
    }

    /// These authors, and those of another file with other keys.
    pub(super) fn with(&self, others: &Authors) -> Authors {
        let mut by_key = others.by_key.clone();
        by_key.extend(self.by_key.clone());
        Authors::of(by_key)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    pub(super) fn get(&self, key: &str) -> Option<&Author> {
        self.by_key.get(key)
    }
}

fn parse_tree(
    bytes: &[u8],
    extension: &str,
    legacy: LegacyEncoding,
) -> Result<Vec<KeyValue>, Refusal> {
    let text = encoding::decode(bytes, legacy)?;
    let text = text::clean(text.strip_prefix('\u{feff}').unwrap_or(&text));
    match extension {
        "toml" => tree::toml::parse(&text, 1, &[]),
        "json" => tree::json::parse(&text, 1),
        _ => tree::yaml::parse(&text, 1),
    }
}

fn authors(pairs: &[KeyValue]) -> BTreeMap<String, Author> {
    let named = pairs.iter().filter_map(|pair| {
        let author = author(&pair.key, &pair.node.value)?;
        Some((pair.key.to_string(), author))
    });
    named.collect()
}

/// An author is a table, or the name alone.
fn author(key: &str, value: &Value) -> Option<Author> {
    let Value::Table(pairs) = value else {
        let name = value.as_text().filter(|name| !name.trim().is_empty())?;
        return Some(Author {
            name,
            slug: Some(key.to_owned()),
            ..Author::default()
        });
    };
    let first = |names: &[&str]| {
        names.iter().find_map(|name| {
            let mut pairs = pairs.iter().filter(|pair| key_name::is(&pair.key, name));
            let text = pairs.find_map(|pair| pair.node.value.as_text());
            text.filter(|text| !text.trim().is_empty())
        })
    };
    Some(Author {
        name: first(&["name", "displayName", "fullName"])?,
        slug: Some(key.to_owned()),
        role: first(&["role", "position", "jobTitle", "job", "title"]),
        email: first(&["email", "mail"]),
        url: first(&["url", "uri", "web", "website", "homepage", "site"]),
    })
}
