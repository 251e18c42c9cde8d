//! The digest of a configuration: of feeds.toml, and of the files in its templates' folder.
//!
//! Only the content tells whether a configuration is another one: `rsync --times`, a Kubernetes ConfigMap
//! and Nix replace a file by one of the same size and date. feeds.toml is small, so it is read at every
//! look. Templates are read when a name, an inode or a change time differs; no copying tool can set the
//! last two.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::config::{Config, ConfigInput};
use crate::model::record::Stamp;
use crate::render::pages::folder::{ASSET_BYTES_MAX, FILES_MAX, is_ignored};
use crate::source::directory::file::stamp;

/// How often the templates are read after a difference, because two writes within one tick of the file
/// system's clock have the same change time.
const READS_AFTER_DIFFERENCE: u8 = 2;

/// The hexadecimal digits that are shown of a digest.
const DIGITS: usize = 12;

/// The digest of a configuration, with what later looks need to find it without reading all.
pub(super) struct ConfigDigest {
    input: ConfigInput,
    text: u128,
    templates: Option<TemplatesDigest>,
}

struct TemplatesDigest {
    folder: PathBuf,
    /// The files by name.
    stamps: Vec<(String, DeviceStamp)>,
    reads_left: u8,
    content: u128,
}

/// The device and the stamp of a file.
type DeviceStamp = (u64, Stamp);

impl ConfigDigest {
    pub(super) fn new(input: &ConfigInput) -> ConfigDigest {
        ConfigDigest {
            input: input.clone(),
            text: 0,
            templates: None,
        }
    }

    /// The present digest; `must_read` reads every file whatever its stamp says. A file that cannot be
    /// read counts with the reason.
    pub(super) fn look(&mut self, must_read: bool) -> u128 {
        let text = digest_of(self.input.read());
        if must_read || text != self.text {
            self.text = text;
            let server = Config::find_server(&self.input, &|name| std::env::var(name).ok());
            self.templates = server.templates.map(TemplatesDigest::new);
        }
        match &mut self.templates {
            // Without templates of its own it is that of the file, as `xxhsum -H2` prints it.
            None => text,
            Some(templates) => {
                let parts = [text, templates.look()].map(u128::to_be_bytes);
                xxh3_128(parts.as_flattened())
            }
        }
    }
}

impl TemplatesDigest {
    fn new(folder: PathBuf) -> TemplatesDigest {
        TemplatesDigest {
            folder,
            stamps: Vec::new(),
            reads_left: READS_AFTER_DIFFERENCE,
            content: 0,
        }
    }

    fn look(&mut self) -> u128 {
        let stamps = stamps(&self.folder);
        if stamps != self.stamps {
            self.stamps = stamps;
            self.reads_left = READS_AFTER_DIFFERENCE;
        }
        if self.reads_left > 0 {
            self.reads_left -= 1;
            self.content = self.read();
        }
        self.content
    }

    fn read(&self) -> u128 {
        let mut digest = Xxh3::new();
        for (name, _) in &self.stamps {
            let content = digest_of(read(&self.folder.join(name), ASSET_BYTES_MAX as u64 + 1));
            for part in [xxh3_128(name.as_bytes()), content] {
                digest.update(&part.to_be_bytes());
            }
        }
        digest.digest128()
    }
}

/// A digest as the log, `/readyz` and the metrics show it.
pub(super) fn shown(digest: u128) -> String {
    let mut digits = format!("{digest:032x}");
    digits.truncate(DIGITS);
    digits
}

/// The files of a folder in order; links are followed. A folder that cannot be listed has none.
fn stamps(folder: &Path) -> Vec<(String, DeviceStamp)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let names = names.filter(|name| !is_ignored(name)).take(FILES_MAX + 1);
    let stamped = names.filter_map(|name| {
        let metadata = fs::metadata(folder.join(&name)).ok();
        let metadata = metadata.filter(Metadata::is_file)?;
        Some((name, (metadata.dev(), stamp(&metadata))))
    });
    let mut stamps: Vec<_> = stamped.collect();
    stamps.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    stamps
}

fn digest_of(content: io::Result<Vec<u8>>) -> u128 {
    match content {
        Ok(bytes) => xxh3_128(&bytes),
        Err(error) => xxh3_128(error.to_string().as_bytes()),
    }
}

fn read(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(bytes_max).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// Writes a file whose date is the same whatever it holds.
    fn write(path: &Path, text: &str) {
        fs::write(path, text).expect("a file");
        let file = File::options().write(true).open(path).expect("the file");
        file.set_modified(std::time::UNIX_EPOCH).expect("a date");
    }

    #[test]
    fn content_decides_and_not_size_or_date() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("feeds.toml");
        write(&path, "a = 1");
        let mut digest = ConfigDigest::new(&ConfigInput::File(path.clone()));
        let first = digest.look(false);
        assert_eq!(first, xxh3_128(b"a = 1"));
        assert_eq!(shown(first), format!("{first:032x}")[..12]);
        write(&path, "a = 2");
        let second = digest.look(false);
        assert_ne!(second, first);
        write(&path, "a = 1");
        assert_eq!(digest.look(false), first);
        fs::remove_file(&path).expect("it is there");
        assert_ne!(digest.look(false), first);
    }

    #[test]
    fn replaced_link_and_changed_template_are_another_configuration() {
        let folder = tempfile::tempdir().expect("a folder");
        // As Kubernetes mounts a ConfigMap.
        for (version, page) in [("1", "one"), ("2", "two")] {
            let mounted = folder.path().join(version);
            fs::create_dir(&mounted).expect("a folder");
            let config = "[server]\ntemplates = \"pages\"";
            write(&mounted.join("feeds.toml"), config);
            write(&mounted.join("feed.html"), page);
        }
        let link = |version: &str| {
            let data = folder.path().join("data");
            let _ = fs::remove_file(&data);
            symlink(version, data).expect("a link");
        };
        link("1");
        let path = folder.path().join("feeds.toml");
        symlink("data/feeds.toml", &path).expect("a link");
        fs::create_dir(folder.path().join("pages")).expect("a folder");
        let page = folder.path().join("pages/feed.html");
        symlink("../data/feed.html", &page).expect("a link");
        let mut digest = ConfigDigest::new(&ConfigInput::File(path.clone()));
        let first = digest.look(false);
        assert_eq!(digest.look(false), first);
        link("2");
        let second = digest.look(false);
        assert_ne!(second, first, "the page is another");
        write(&folder.path().join("2/feed.html"), "six");
        let third = digest.look(false);
        assert_ne!(third, second, "the page has the same size and date");
        assert_eq!(digest.look(true), third);
        link("1");
        assert_eq!(digest.look(false), first);
    }
}
