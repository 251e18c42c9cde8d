//! Where the text of feeds.toml comes from: a file, or a stream such as standard input, which can be read
//! only once.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A hundred thousand redirects fit. Anything longer is probably another file.
pub(super) const FILE_BYTES_MAX: u64 = 16 << 20;

/// What messages call standard input.
const STANDARD_INPUT: &str = "<stdin>";

/// Where the text of feeds.toml comes from.
#[derive(Clone, Debug)]
pub enum ConfigInput {
    /// A file. It is read anew each time, because it may change.
    File(PathBuf),
    /// A stream that was read to its end: standard input, a named pipe, the output of another command.
    Stream {
        /// The path of a pipe; none for standard input.
        path: Option<PathBuf>,
        /// Its content, of which no more is kept than shows that it is too long.
        content: Arc<[u8]>,
    },
}

impl ConfigInput {
    /// The input at `path`, where `-` is standard input. Reads it if it is a stream.
    pub fn open(path: &Path) -> io::Result<ConfigInput> {
        if path == Path::new("-") || path == Path::new("/dev/stdin") {
            return ConfigInput::read_stream(None, io::stdin().lock());
        }
        let is_stream = fs::metadata(path).is_ok_and(|metadata| {
            let kind = metadata.file_type();
            kind.is_fifo() || kind.is_char_device()
        });
        match is_stream {
            true => ConfigInput::read_stream(Some(path), File::open(path)?),
            false => Ok(ConfigInput::File(path.to_owned())),
        }
    }

    fn read_stream(path: Option<&Path>, stream: impl Read) -> io::Result<ConfigInput> {
        Ok(ConfigInput::Stream {
            path: path.map(Path::to_owned),
            content: read_limited(stream)?.into(),
        })
    }

    /// What messages call it.
    pub fn name(&self) -> String {
        match self {
            ConfigInput::File(path)
            | ConfigInput::Stream {
                path: Some(path), ..
            } => path.display().to_string(),
            ConfigInput::Stream { path: None, .. } => STANDARD_INPUT.to_owned(),
        }
    }

    /// Whether it is standard input, which nothing else can be read from then.
    pub fn is_standard_input(&self) -> bool {
        matches!(self, ConfigInput::Stream { path: None, .. })
    }

    /// The folder where relative paths start: that of a file, else the working directory.
    pub fn folder(&self) -> &Path {
        match self {
            ConfigInput::File(path) => path.parent().unwrap_or(Path::new("")),
            ConfigInput::Stream { .. } => Path::new(""),
        }
    }

    /// Its present content. Of one that is too long, one byte more than may be there.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        match self {
            ConfigInput::File(path) => read_limited(File::open(path)?),
            ConfigInput::Stream { content, .. } => Ok(content.to_vec()),
        }
    }
}

fn read_limited(stream: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
