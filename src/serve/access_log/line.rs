//! One line of the access log.
//!
//! A line contains only printable ASCII, whatever a client sends: other bytes are escaped as in Apache's
//! combined format or as in JSON. Long values are truncated.

use std::fmt::Write as _;
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use hyper::header::{HeaderName, REFERER, USER_AGENT};
use hyper::{Method, Request, Uri, Version};

use crate::serve::client_address::ClientAddress;
use crate::serve::request_outcome::RequestOutcome;

/// The most bytes of the target or a header in a line.
const VALUE_BYTES_MAX: usize = 1024;

/// The values of a line. Headers are copies: a reference to those of a request would keep the whole read
/// buffer of its connection in memory.
#[derive(Debug)]
pub(crate) struct LogLine {
    pub at: SystemTime,
    pub client: ClientAddress,
    pub method: Method,
    pub target: Box<[u8]>,
    pub version: Version,
    pub referer: Option<Box<[u8]>>,
    pub user_agent: Option<Box<[u8]>>,
    pub outcome: RequestOutcome,
}

impl LogLine {
    pub(crate) fn of<B>(
        request: &Request<B>,
        client: ClientAddress,
        outcome: RequestOutcome,
        at: SystemTime,
    ) -> LogLine {
        let header = |name: HeaderName| Some(truncate(request.headers().get(name)?.as_bytes()));
        LogLine {
            at,
            client,
            method: request.method().clone(),
            target: target(request.uri()),
            version: request.version(),
            referer: header(REFERER),
            user_agent: header(USER_AGENT),
            outcome,
        }
    }
}

/// Nearly every target is a path, which needs no formatting.
fn target(uri: &Uri) -> Box<[u8]> {
    match (uri.authority(), uri.path_and_query()) {
        (None, Some(path)) => truncate(path.as_str().as_bytes()),
        _ => truncate(uri.to_string().as_bytes()),
    }
}

fn truncate(value: &[u8]) -> Box<[u8]> {
    value[..value.len().min(VALUE_BYTES_MAX)].into()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineFormat {
    /// The combined format of Apache.
    Combined,
    /// One JSON object a line.
    Json,
}

impl LineFormat {
    /// Appends a line and its line break.
    pub(super) fn append(self, text: &mut String, line: &LogLine) {
        match self {
            LineFormat::Combined => append_combined(text, line),
            LineFormat::Json => append_json(text, line),
        }
    }
}

fn append_combined(text: &mut String, line: &LogLine) {
    let at = DateTime::<Utc>::from(line.at).format("%d/%b/%Y:%H:%M:%S +0000");
    write_to(text, format_args!("{} - - [{at}] \"", line.client));
    append_escaped(text, line.method.as_str().as_bytes());
    text.push(' ');
    append_escaped(text, &line.target);
    let (status, bytes) = (line.outcome.status.as_u16(), line.outcome.bytes);
    write_to(text, format_args!(" {:?}\" {status} ", line.version));
    match bytes {
        0 => text.push('-'),
        _ => write_to(text, format_args!("{bytes}")),
    }
    for value in [&line.referer, &line.user_agent] {
        text.push_str(" \"");
        append_escaped(text, value.as_deref().unwrap_or(b"-"));
        text.push('"');
    }
    text.push('\n');
}

fn append_json(text: &mut String, line: &LogLine) {
    let at = DateTime::<Utc>::from(line.at).to_rfc3339_opts(SecondsFormat::Millis, true);
    write_to(
        text,
        format_args!("{{\"time\":\"{at}\",\"client\":\"{}\"", line.client),
    );
    text.push_str(",\"method\":");
    append_json_string(text, line.method.as_str().as_bytes());
    text.push_str(",\"target\":");
    append_json_string(text, &line.target);
    let outcome = &line.outcome;
    write_to(
        text,
        format_args!(
            ",\"version\":\"{:?}\",\"status\":{},\"bytes\":{},\"kind\":\"{}\",\"coding\":\"{}\",\
             \"outcome\":\"{}\",\"microseconds\":{}",
            line.version,
            outcome.status.as_u16(),
            outcome.bytes,
            outcome.kind.name(),
            outcome.coding.name(),
            outcome.result.name(),
            outcome.duration.as_micros(),
        ),
    );
    for (name, value) in [("referer", &line.referer), ("user_agent", &line.user_agent)] {
        write_to(text, format_args!(",\"{name}\":"));
        match value {
            Some(value) => append_json_string(text, value),
            None => text.push_str("null"),
        }
    }
    text.push_str("}\n");
}

fn write_to(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments)
        .expect("a write to a string cannot fail");
}

/// Escapes quotes and backslashes with a backslash, and bytes that are not printable ASCII as `\xHH`.
fn append_escaped(text: &mut String, value: &[u8]) {
    for &byte in value {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => write_to(text, format_args!("\\x{byte:02x}")),
        }
    }
}

/// A JSON string in ASCII. Bytes that are not UTF-8 become U+FFFD.
fn append_json_string(text: &mut String, value: &[u8]) {
    text.push('"');
    for c in String::from_utf8_lossy(value).chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            ' '..='~' => text.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write_to(text, format_args!("\\u{unit:04x}"));
                }
            }
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv6Addr};
    use std::time::Duration;

    use hyper::StatusCode;
    use hyper::header::HeaderValue;
    use proptest::prelude::*;

    use super::*;
    use crate::feed::coding::Coding;
    use crate::serve::request_outcome::{RequestKind, RequestResult};

    const LOCAL: ClientAddress = ClientAddress::Ip(IpAddr::V6(Ipv6Addr::LOCALHOST));

    fn text(format: LineFormat, target: &str, headers: &[(HeaderName, &[u8])]) -> String {
        let mut request = Request::get(target);
        for (name, value) in headers {
            let value = HeaderValue::from_bytes(value).expect("a header value");
            request = request.header(name, value);
        }
        let request = request.body(()).expect("a request");
        let outcome = RequestOutcome {
            kind: RequestKind::Tag,
            status: StatusCode::OK,
            coding: Coding::Gzip,
            result: RequestResult::Hit,
            bytes: 2326,
            duration: Duration::from_micros(73),
        };
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_042);
        let mut text = String::new();
        format.append(&mut text, &LogLine::of(&request, LOCAL, outcome, at));
        text
    }

    #[test]
    fn combined_lines_are_those_of_apache() {
        let headers: [(HeaderName, &[u8]); 2] = [
            (REFERER, b"https://dala.example/"),
            (USER_AGENT, b"Reader/1"),
        ];
        assert_eq!(
            text(LineFormat::Combined, "/tags/%D0%B0.rss?x=1", &headers),
            "::1 - - [14/Nov/2023:22:13:20 +0000] \"GET /tags/%D0%B0.rss?x=1 HTTP/1.1\" 200 2326 \
             \"https://dala.example/\" \"Reader/1\"\n"
        );
        let bare = text(LineFormat::Combined, "/", &[]);
        assert!(bare.ends_with(" \"-\" \"-\"\n"), "{bare}");
        for target in ["http://dala.example/all.rss?a=1", "*"] {
            let line = text(LineFormat::Combined, target, &[]);
            assert!(
                line.contains(&format!("\"GET {target} HTTP/1.1\"")),
                "{line}"
            );
        }
    }

    #[test]
    fn json_lines_name_every_value() {
        let line = text(
            LineFormat::Json,
            "/all.rss",
            &[(USER_AGENT, "Оқырман".as_bytes())],
        );
        let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(
            value,
            serde_json::json!({
                "time": "2023-11-14T22:13:20.042Z",
                "client": "::1",
                "method": "GET",
                "target": "/all.rss",
                "version": "HTTP/1.1",
                "status": 200,
                "bytes": 2326,
                "kind": "tag",
                "coding": "gzip",
                "outcome": "hit",
                "microseconds": 73,
                "referer": null,
                "user_agent": "Оқырман",
            })
        );
    }

    #[test]
    fn quotes_and_control_characters_of_a_client_are_escaped() {
        let evil = b"\" 200 1 \"x\\\" \xff\xc2\x9b31m\t\xd0\xb6";
        let line = text(LineFormat::Combined, "/", &[(USER_AGENT, evil)]);
        let quoted = r#""\" 200 1 \"x\\\" \xff\xc2\x9b31m\x09\xd0\xb6""#;
        assert!(line.ends_with(&format!(" {quoted}\n")), "{line}");
        let line = text(LineFormat::Json, "/", &[(USER_AGENT, evil)]);
        let quoted = r#""\" 200 1 \"x\\\" \ufffd\u009b31m\u0009\u0436""#;
        assert!(line.ends_with(&format!(":{quoted}}}\n")), "{line}");
    }

    #[test]
    fn long_values_are_truncated() {
        let long = "я".repeat(4000);
        for format in [LineFormat::Combined, LineFormat::Json] {
            let line = text(format, "/", &[(USER_AGENT, long.as_bytes())]);
            assert!(line.len() < 6 * VALUE_BYTES_MAX + 512, "{}", line.len());
        }
    }

    proptest! {
        #[test]
        fn a_line_is_one_line_of_printable_ascii(value in prop::collection::vec(any::<u8>(), 0..200)) {
            let Ok(header) = HeaderValue::from_bytes(&value) else { return Ok(()) };
            for format in [LineFormat::Combined, LineFormat::Json] {
                let line = text(format, "/", &[(REFERER, header.as_bytes())]);
                let line = line.strip_suffix('\n').expect("a line break");
                prop_assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{line}");
                if format == LineFormat::Json {
                    let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
                    let read = value["referer"].as_str().expect("a string");
                    prop_assert_eq!(read, String::from_utf8_lossy(header.as_bytes()));
                }
            }
        }
    }
}
