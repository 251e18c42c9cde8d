//! The content of an answer, within its limit.

use std::io::{self, ErrorKind, Write};

use bytes::Bytes;
use flate2::write::GzDecoder;
use http::header::{CONTENT_ENCODING, HeaderMap};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

use super::CallError;
use super::error::reason;

/// What is wrong with the content of an answer.
pub(super) enum BodyFault {
    TooLarge(usize),
    Incomplete(String),
}

impl BodyFault {
    pub(super) fn at(self, url: String) -> CallError {
        match self {
            BodyFault::TooLarge(bytes_max) => CallError::TooLarge { url, bytes_max },
            BodyFault::Incomplete(reason) => CallError::IncompleteBody { url, reason },
        }
    }
}

/// Reads all of it, and decompresses it as it comes. What its length says is too much is not read at all.
pub(super) async fn read(
    headers: &HeaderMap,
    mut incoming: Incoming,
    bytes_max: usize,
) -> Result<Bytes, BodyFault> {
    if incoming.size_hint().lower() > bytes_max as u64 {
        return Err(BodyFault::TooLarge(bytes_max));
    }
    let mut content = Content::new(is_gzip(headers), bytes_max);
    let mut received = 0;
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| BodyFault::Incomplete(reason(&error)))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        received += data.len();
        // Compressed bytes may stand for no bytes at all, without an end.
        if received > bytes_max {
            return Err(BodyFault::TooLarge(bytes_max));
        }
        content
            .write(&data)
            .map_err(|error| fault(&error, bytes_max))?;
    }
    match received {
        0 => Ok(Bytes::new()),
        _ => content.finish().map_err(|error| fault(&error, bytes_max)),
    }
}

fn is_gzip(headers: &HeaderMap) -> bool {
    let coding = headers
        .get(CONTENT_ENCODING)
        .and_then(|value| value.to_str().ok());
    let coding = coding.unwrap_or("identity").trim();
    ["gzip", "x-gzip"]
        .iter()
        .any(|name| coding.eq_ignore_ascii_case(name))
}

fn fault(error: &io::Error, bytes_max: usize) -> BodyFault {
    match error.kind() {
        ErrorKind::FileTooLarge => BodyFault::TooLarge(bytes_max),
        ErrorKind::WriteZero => BodyFault::Incomplete("bytes follow its end".to_owned()),
        _ => BodyFault::Incomplete(error.to_string()),
    }
}

/// Content as it comes.
enum Content {
    Plain(LimitedBytes),
    Gzip(Box<GzDecoder<LimitedBytes>>),
}

impl Content {
    fn new(is_gzip: bool, bytes_max: usize) -> Content {
        let bytes = LimitedBytes {
            bytes: Vec::new(),
            bytes_max,
        };
        match is_gzip {
            true => Content::Gzip(Box::new(GzDecoder::new(bytes))),
            false => Content::Plain(bytes),
        }
    }

    fn write(&mut self, data: &[u8]) -> io::Result<()> {
        match self {
            Content::Plain(bytes) => bytes.write_all(data),
            Content::Gzip(decoder) => decoder.write_all(data),
        }
    }

    fn finish(self) -> io::Result<Bytes> {
        let bytes = match self {
            Content::Plain(bytes) => bytes,
            Content::Gzip(decoder) => decoder.finish()?,
        };
        Ok(bytes.bytes.into())
    }
}

/// Bytes that are refused before they become too many.
struct LimitedBytes {
    bytes: Vec<u8>,
    bytes_max: usize,
}

impl Write for LimitedBytes {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + data.len() > self.bytes_max {
            return Err(ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
