//! The content of an answer, within its limit.

use std::io::Read;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;

use super::CallError;
use super::error::reason;

/// What is wrong with the content of an answer.
pub(super) enum BodyFault {
    TooLarge(usize),
    Cut(String),
}

impl BodyFault {
    pub(super) fn at(self, url: String) -> CallError {
        match self {
            BodyFault::TooLarge(bytes_max) => CallError::TooLarge { url, bytes_max },
            BodyFault::Cut(reason) => CallError::Cut { url, reason },
        }
    }
}

/// Reads all of it. What its length says is too much is not read at all.
pub(super) async fn read(
    headers: &HeaderMap,
    incoming: Incoming,
    bytes_max: usize,
) -> Result<Bytes, BodyFault> {
    let header = |name| headers.get(name)?.to_str().ok();
    let length = header(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if length.is_some_and(|length| length > bytes_max as u64) {
        return Err(BodyFault::TooLarge(bytes_max));
    }
    let body = Limited::new(incoming, bytes_max).collect().await;
    let body = body.map_err(|error| match error.is::<LengthLimitError>() {
        true => BodyFault::TooLarge(bytes_max),
        false => BodyFault::Cut(reason(&*error)),
    })?;
    let body = body.to_bytes();
    let coding = header(CONTENT_ENCODING).unwrap_or("identity").trim();
    let is_gzip = ["gzip", "x-gzip"]
        .iter()
        .any(|name| coding.eq_ignore_ascii_case(name));
    match is_gzip && !body.is_empty() {
        true => decompress(&body, bytes_max),
        false => Ok(body),
    }
}

fn decompress(body: &[u8], bytes_max: usize) -> Result<Bytes, BodyFault> {
    let mut text = Vec::new();
    let limit = bytes_max as u64 + 1;
    let read = MultiGzDecoder::new(body).take(limit).read_to_end(&mut text);
    read.map_err(|error| BodyFault::Cut(error.to_string()))?;
    match text.len() > bytes_max {
        true => Err(BodyFault::TooLarge(bytes_max)),
        false => Ok(text.into()),
    }
}
