//! The manifest: what exports wrote into a folder, kept there so that it shares the folder's fate.
//!
//! Only what it names is ever replaced or deleted. It vouches for a file with what its bytes follow
//! from, its size and its date; before a file is touched it is written without that, so that whatever
//! ends an export half-way, the next one knows what it cannot rely on.

use std::collections::BTreeMap;
use std::fmt;

use super::plan::is_file_path;
use crate::model::time::Timestamp;

/// The name of the file in the exported folder.
pub const FILE: &str = ".taspa-export";

const HEAD: &str = "taspa export 1";

/// What exports wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The articles that the last export knew.
    pub articles: usize,
    /// By path below the folder.
    pub files: BTreeMap<String, Written>,
}

/// A file that an export wrote or was about to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// What its bytes follow from; `None` while nobody knows what is in it.
    pub seal: Option<u128>,
    /// Its size.
    pub bytes: u64,
    /// Its date.
    pub modified: Timestamp,
}

impl Written {
    /// The same file, nobody knowing any more what is in it.
    pub fn unsealed(self) -> Written {
        Written { seal: None, ..self }
    }
}

impl Manifest {
    /// Reads a manifest; an empty one says that the folder may be exported to.
    ///
    /// # Errors
    /// The number of the first line that no export wrote.
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

fn parse_file(line: &str) -> Option<(&str, Written)> {
    let mut parts = line.splitn(4, ' ');
    let (seal, bytes, modified) = (parts.next()?, parts.next()?, parts.next()?);
    let path = parts.next().filter(|path| is_file_path(path))?;
    let seal = match seal {
        "-" => None,
        seal => Some(u128::from_str_radix(seal, 16).ok()?),
    };
    let written = Written {
        seal,
        bytes: bytes.parse().ok()?,
        modified: Timestamp(modified.parse().ok()?),
    };
    Some((path, written))
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}\narticles {}", self.articles)?;
        for (path, written) in &self.files {
            let Written {
                seal,
                bytes,
                modified,
            } = written;
            match seal {
                Some(seal) => write!(f, "{seal:032x}")?,
                None => f.write_str("-")?,
            }
            writeln!(f, " {bytes} {} {path}", modified.0)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_as_it_was_written() {
        let written = |seal| Written {
            seal,
            bytes: 1204,
            modified: Timestamp(1_767_225_600),
        };
        let files = [
            ("all.rss", Some(7)),
            ("articles/a b.html", Some(u128::MAX)),
            ("tags/мажилис.rss.gz", None),
        ];
        let files = files.map(|(path, seal)| (path.to_owned(), written(seal)));
        let manifest = Manifest {
            articles: 12,
            files: files.into(),
        };
        assert_eq!(Manifest::parse(&manifest.to_string()), Ok(manifest));
        assert_eq!(Manifest::parse(""), Ok(Manifest::default()));
    }

    #[test]
    fn what_no_export_wrote_is_refused_with_its_line() {
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
