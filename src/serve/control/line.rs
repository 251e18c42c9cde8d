//! Messages as lines of JSON, with the version of the protocol.

use std::io;

use serde::{Deserialize, Serialize};
use tokio::net::UnixStream;

/// The version of the protocol.
const VERSION: u32 = 1;

/// Bytes that are read at once.
const READ_BYTES: usize = 64 << 10;

/// A message with the version of the protocol.
#[derive(Debug, Serialize, Deserialize)]
struct Versioned<T> {
    version: u32,
    #[serde(flatten)]
    message: T,
}

/// The version of a message in any version.
#[derive(Debug, Deserialize)]
struct Version {
    version: u32,
}

/// A line of at most `most` bytes.
struct Line {
    bytes: Vec<u8>,
    most: usize,
}

impl io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.most {
            let reason = format!("the message is longer than {} MiB", self.most >> 20);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A message with its line break.
///
/// # Errors
/// When it is longer than `most` bytes.
pub(super) fn encode(message: impl Serialize, most: usize) -> io::Result<Vec<u8>> {
    let (version, bytes) = (VERSION, Vec::new());
    let mut line = Line {
        bytes,
        most: most - 1,
    };
    serde_json::to_writer(&mut line, &Versioned { version, message })?;
    line.bytes.push(b'\n');
    Ok(line.bytes)
}

/// The message of a line, or the reason why it has none.
pub(super) fn parse<T: for<'de> Deserialize<'de>>(line: &[u8]) -> Result<T, String> {
    let invalid = |error: serde_json::Error| format!("no message of this protocol: {error}");
    let Version { version } = serde_json::from_slice(line).map_err(invalid)?;
    if version != VERSION {
        return Err(format!(
            "the other side speaks version {version} of the protocol, this program {VERSION}"
        ));
    }
    let message: Versioned<T> = serde_json::from_slice(line).map_err(invalid)?;
    Ok(message.message)
}

/// Reads up to the first line break, or up to `most` bytes. Returns whether the line has ended.
pub(super) async fn read_line(
    stream: &UnixStream,
    line: &mut Vec<u8>,
    most: usize,
) -> io::Result<bool> {
    let mut part = vec![0; READ_BYTES.min(most)];
    while line.len() < most {
        stream.readable().await?;
        let left = part.len().min(most - line.len());
        let read = match stream.try_read(&mut part[..left]) {
            Ok(0) => return Ok(true),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        };
        let end = part[..read].iter().position(|byte| *byte == b'\n');
        line.extend_from_slice(&part[..end.unwrap_or(read)]);
        if end.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Waits until the client has closed its connection. What it still sends is of no use.
pub(super) async fn closed(stream: &UnixStream) -> io::Result<()> {
    let mut part = [0; 64];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut part) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

pub(super) async fn write(stream: &UnixStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
