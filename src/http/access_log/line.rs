//! One line of the access log.
//!
//! Whatever a client sends, a line stays one line of printable ASCII: everything else is escaped, as
//! Apache does it in the combined format, as JSON does it in the other. Long values are cut.

use std::fmt::Write as _;
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use hyper::header::{HeaderMap, HeaderName, REFERER, USER_AGENT};
use hyper::{Method, Uri, Version};

use crate::http::client::ClientAddress;
use crate::metrics::Exchange;

/// Bytes of a client's own words that a line shows, each of them.
const VALUE_BYTES_MAX: usize = 1024;

/// What a line is made of.
#[derive(Debug)]
pub struct Line<'a> {
    /// When the reply was made.
    pub at: SystemTime,
    /// Who asked.
    pub client: Option<ClientAddress>,
    /// The method.
    pub method: &'a Method,
    /// The target as it was sent.
    pub target: &'a Uri,
    /// The version of HTTP.
    pub version: Version,
    /// The request's headers.
    pub headers: &'a HeaderMap,
    /// The reply.
    pub exchange: &'a Exchange,
}

/// The form of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Apache's combined format.
    Combined,
    /// One JSON object each.
    Json,
}

impl Shape {
    /// A line with its end.
    pub(super) fn text(self, line: &Line<'_>) -> String {
        match self {
            Shape::Combined => combined(line),
            Shape::Json => json(line),
        }
    }
}

fn combined(line: &Line<'_>) -> String {
    let at = DateTime::<Utc>::from(line.at).format("%d/%b/%Y:%H:%M:%S +0000");
    let mut text = String::with_capacity(256);
    match line.client {
        Some(client) => write_to(&mut text, format_args!("{client}")),
        None => text.push('-'),
    }
    write_to(&mut text, format_args!(" - - [{at}] \""));
    as_apache_does(&mut text, line.method.as_str().as_bytes());
    text.push(' ');
    as_apache_does(&mut text, line.target.to_string().as_bytes());
    let (status, bytes) = (line.exchange.status.as_u16(), line.exchange.bytes);
    write_to(&mut text, format_args!(" {:?}\" {status} ", line.version));
    match bytes {
        0 => text.push('-'),
        _ => write_to(&mut text, format_args!("{bytes}")),
    }
    for name in [REFERER, USER_AGENT] {
        text.push_str(" \"");
        as_apache_does(&mut text, line.header(&name).unwrap_or(b"-"));
        text.push('"');
    }
    text.push('\n');
    text
}

fn json(line: &Line<'_>) -> String {
    let at = DateTime::<Utc>::from(line.at).to_rfc3339_opts(SecondsFormat::Millis, true);
    let mut text = String::with_capacity(384);
    write_to(&mut text, format_args!("{{\"time\":\"{at}\",\"client\":"));
    match line.client {
        Some(client) => write_to(&mut text, format_args!("\"{client}\"")),
        None => text.push_str("null"),
    }
    text.push_str(",\"method\":");
    as_json_does(&mut text, line.method.as_str().as_bytes());
    text.push_str(",\"target\":");
    as_json_does(&mut text, line.target.to_string().as_bytes());
    let exchange = line.exchange;
    write_to(
        &mut text,
        format_args!(
            ",\"version\":\"{:?}\",\"status\":{},\"bytes\":{},\"kind\":\"{}\",\"coding\":\"{}\",\
             \"outcome\":\"{}\",\"microseconds\":{}",
            line.version,
            exchange.status.as_u16(),
            exchange.bytes,
            exchange.kind.name(),
            exchange.coding.name(),
            exchange.answered.name(),
            exchange.took.as_micros(),
        ),
    );
    for (name, header) in [("referer", REFERER), ("user_agent", USER_AGENT)] {
        write_to(&mut text, format_args!(",\"{name}\":"));
        match line.header(&header) {
            Some(value) => as_json_does(&mut text, value),
            None => text.push_str("null"),
        }
    }
    text.push_str("}\n");
    text
}

impl Line<'_> {
    fn header(&self, name: &HeaderName) -> Option<&[u8]> {
        Some(self.headers.get(name)?.as_bytes())
    }
}

fn write_to(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments)
        .expect("a string takes everything");
}

/// Quotes and backslashes behind a backslash, other bytes that are not printable ASCII as `\xHH`.
fn as_apache_does(text: &mut String, value: &[u8]) {
    for &byte in shown(value) {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => write_to(text, format_args!("\\x{byte:02x}")),
        }
    }
}

/// A string of JSON in ASCII; bytes that are not UTF-8 become U+FFFD.
fn as_json_does(text: &mut String, value: &[u8]) {
    text.push('"');
    for c in String::from_utf8_lossy(shown(value)).chars() {
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

fn shown(value: &[u8]) -> &[u8] {
    &value[..value.len().min(VALUE_BYTES_MAX)]
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv6Addr};
    use std::time::Duration;

    use hyper::StatusCode;
    use hyper::header::HeaderValue;
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::{Answered, RequestKind};
    use crate::rendition::Coding;

    const LOCAL: ClientAddress = ClientAddress::Ip(IpAddr::V6(Ipv6Addr::LOCALHOST));

    fn text(shape: Shape, target: &str, headers: &[(HeaderName, &[u8])]) -> String {
        let headers = headers.iter().map(|(name, value)| {
            // Headers may hold whatever hyper lets through, and this type what a test wants.
            let value = HeaderValue::from_bytes(value).expect("a header value");
            (name.clone(), value)
        });
        shape.text(&Line {
            at: SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_042),
            client: Some(LOCAL),
            method: &Method::GET,
            target: &target.parse().expect("a target"),
            version: Version::HTTP_11,
            headers: &headers.collect(),
            exchange: &Exchange {
                kind: RequestKind::Tag,
                status: StatusCode::OK,
                coding: Coding::Gzip,
                answered: Answered::Hit,
                bytes: 2326,
                took: Duration::from_micros(73),
            },
        })
    }

    #[test]
    fn the_combined_format_is_that_of_apache() {
        let headers: [(HeaderName, &[u8]); 2] = [
            (REFERER, b"https://dala.example/"),
            (USER_AGENT, b"Reader/1"),
        ];
        assert_eq!(
            text(Shape::Combined, "/tags/%D0%B0.rss?x=1", &headers),
            "::1 - - [14/Nov/2023:22:13:20 +0000] \"GET /tags/%D0%B0.rss?x=1 HTTP/1.1\" 200 2326 \
             \"https://dala.example/\" \"Reader/1\"\n"
        );
        let bare = text(Shape::Combined, "/", &[]);
        assert!(bare.ends_with(" \"-\" \"-\"\n"), "{bare}");
    }

    #[test]
    fn json_has_everything_by_name() {
        let line = text(
            Shape::Json,
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
    fn what_a_client_says_stays_inside_its_quotes() {
        let evil = b"\" 200 1 \"x\\\" \xff\xc2\x9b31m\t\xd0\xb6";
        let line = text(Shape::Combined, "/", &[(USER_AGENT, evil)]);
        let quoted = r#""\" 200 1 \"x\\\" \xff\xc2\x9b31m\x09\xd0\xb6""#;
        assert!(line.ends_with(&format!(" {quoted}\n")), "{line}");
        let line = text(Shape::Json, "/", &[(USER_AGENT, evil)]);
        let quoted = r#""\" 200 1 \"x\\\" \ufffd\u009b31m\u0009\u0436""#;
        assert!(line.ends_with(&format!(":{quoted}}}\n")), "{line}");
    }

    #[test]
    fn long_words_are_cut() {
        let long = "я".repeat(4000);
        for shape in [Shape::Combined, Shape::Json] {
            let line = text(shape, "/", &[(USER_AGENT, long.as_bytes())]);
            assert!(line.len() < 6 * VALUE_BYTES_MAX + 512, "{}", line.len());
        }
    }

    proptest! {
        #[test]
        fn a_line_is_one_line_of_printable_ascii(value in prop::collection::vec(any::<u8>(), 0..200)) {
            let Ok(header) = HeaderValue::from_bytes(&value) else { return Ok(()) };
            for shape in [Shape::Combined, Shape::Json] {
                let line = text(shape, "/", &[(REFERER, header.as_bytes())]);
                let line = line.strip_suffix('\n').expect("an end");
                prop_assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{line}");
                if shape == Shape::Json {
                    let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
                    let read = value["referer"].as_str().expect("a string");
                    prop_assert_eq!(read, String::from_utf8_lossy(header.as_bytes()));
                }
            }
        }
    }
}
