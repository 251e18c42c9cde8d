//! The manifest: the digest, size and date of each file that exports wrote, in their folder.
//!
//! Only the files in it are replaced or deleted. Before a file is written, the manifest is saved without
//! its digest, so that the next export writes the file again if this one is killed.

use std::collections::BTreeMap;
use std::fmt;

use super::plan::is_file_path;
use crate::model::time::Timestamp;

/// The name of the file in the exported folder.
pub const FILE: &str = ".taspa-export";

const HEAD: &str = "taspa export 1";

/// The files that exports wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The number of articles at the last export.
    pub articles: usize,
    /// By path below the folder.
    pub files: BTreeMap<String, ExportedFile>,
}

/// A file that an export wrote or was about to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportedFile {
    /// The digest of its bytes; `None` while they are unknown.
    pub digest: Option<u128>,
    /// Its size.
    pub bytes: u64,
    /// Its date.
    pub modified: Timestamp,
}

impl ExportedFile {
    /// The same file with unknown bytes.
    pub fn without_digest(self) -> ExportedFile {
        ExportedFile {
            digest: None,
            ..self
        }
    }
}

impl Manifest {
    /// Parses a manifest, or returns the number of the first wrong line. An empty one allows exports to
    /// the folder.
    pub fn parse(text: &str) -> Result<Manifest, usize> {
        let mut manifest = Manifest::default();
        for (number, line) in text.lines().enumerate() {
            let read = match number {
                0 => (line == HEAD).then_some(()),
                1 => line
                    .strip_prefix("articles ")
                    .and_then(|articles| articles.parse().ok())
                    .map(|articles| manifest.articles = articles),
                _ => parse_file(line).map(|(path, written)| {
                    manifest.files.insert(path.to_owned(), written);
                }),
            };
            read.ok_or(number + 1)?;
        }
        Ok(manifest)
    }
}

fn parse_file(line: &str) -> Option<(&str, ExportedFile)> {
    let mut parts = line.splitn(4, ' ');
    let (digest, bytes, modified) = (parts.next()?, parts.next()?, parts.next()?);
    let path = parts.next().filter(|path| is_file_path(path))?;
    let digest = match digest {
        "-" => None,
        digest => Some(u128::from_str_radix(digest, 16).ok()?),
    };
    let written = ExportedFile {
        digest,
        bytes: bytes.parse().ok()?,
        modified: Timestamp(modified.parse().ok()?),
    };
    Some((path, written))
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}\narticles {}", self.articles)?;
        for (path, written) in &self.files {
            match written.digest {
                Some(digest) => write!(f, "{digest:032x}")?,
                None => f.write_str("-")?,
            }
            writeln!(f, " {} {} {path}", written.bytes, written.modified.0)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_parsed_as_it_was_written() {
        let written = |digest| ExportedFile {
            digest,
            bytes: 1204,
            modified: Timestamp(1_767_225_600),
        };
        let files = [
            ("all.rss", Some(7)),
            ("articles/a b.html", Some(u128::MAX)),
            ("tags/мажилис.rss.gz", None),
        ];
        let files = files.map(|(path, digest)| (path.to_owned(), written(digest)));
        let manifest = Manifest {
            articles: 12,
            files: files.into(),
        };
        assert_eq!(Manifest::parse(&manifest.to_string()), Ok(manifest));
        assert_eq!(Manifest::parse(""), Ok(Manifest::default()));
    }

    #[test]
    fn a_wrong_line_is_refused_with_its_number() {
        for (text, line) in [
            ("another program's\n", 1),
            ("taspa export 1\nall.rss\n", 2),
            ("taspa export 1\narticles 3\n- 1 2 ../feeds.toml\n", 3),
            ("taspa export 1\narticles 3\n- 1 2 /etc/passwd\n", 3),
            ("taspa export 1\narticles 3\n- 1 2 a\n- 1\n", 4),
            ("taspa export 1\narticles 3\nxyz 1 2 a\n", 3),
        ] {
            assert_eq!(Manifest::parse(text), Err(line), "{text:?}");
        }
    }
}
