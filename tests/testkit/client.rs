//! A small, strict HTTP/1.1 client: a repeated header, one that the daemon should not send, or a body
//! without a length fails the test.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// Every header that a response may have.
const HEADERS: [&str; 23] = [
    "access-control-allow-headers",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "allow",
    "cache-control",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "content-type",
    "date",
    "etag",
    "last-modified",
    "link",
    "location",
    "referrer-policy",
    "refresh",
    "retry-after",
    "vary",
    "x-content-type-options",
    "x-robots-tag",
];

/// A socket of either kind.
pub(crate) trait Stream: Read + Write + Send {}

impl<S: Read + Write + Send> Stream for S {}

/// A connection that stays open between requests.
pub(crate) struct Connection {
    stream: BufReader<Box<dyn Stream>>,
    /// Headers of a proxy before the daemon.
    pub(crate) further_headers: &'static [&'static str],
}

impl Connection {
    pub(crate) fn over(stream: impl Stream + 'static) -> Connection {
        Connection {
            stream: BufReader::new(Box::new(stream)),
            further_headers: &[],
        }
    }

    pub(crate) fn exchange(&mut self, request: &Request) -> Response {
        self.send(request);
        self.receive(request)
    }

    pub(crate) fn send(&mut self, request: &Request) {
        let stream = self.stream.get_mut();
        stream
            .write_all(&request.to_bytes())
            .expect("the request is taken");
    }

    pub(crate) fn receive(&mut self, request: &Request) -> Response {
        let mut response = self.receive_head();
        let has_body = request.method != "HEAD" && !matches!(response.status, 204 | 304);
        if has_body {
            let length = response.header("content-length");
            let length = length.parse().expect("a length in bytes");
            response.body.resize(length, 0);
            self.stream
                .read_exact(&mut response.body)
                .expect("the whole body");
        }
        response
    }

    fn receive_head(&mut self) -> Response {
        let status = self.line();
        let mut parts = status.splitn(3, ' ');
        assert_eq!(parts.next(), Some("HTTP/1.1"), "{status}");
        let status = parts.next().and_then(|code| code.parse().ok());
        let mut headers = BTreeMap::new();
        loop {
            let line = self.line();
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(": ").expect("`name: value`");
            let name = name.to_ascii_lowercase();
            let mut expected = HEADERS.iter().chain(self.further_headers);
            assert!(expected.any(|known| *known == name), "unexpected: {line}");
            let twice = headers.insert(name, value.to_owned());
            assert_eq!(twice, None, "twice: {line}");
        }
        Response {
            status: status.expect("a status code"),
            headers,
            body: Vec::new(),
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("a header line");
        line.strip_suffix("\r\n")
            .expect("CRLF behind a header line")
            .to_owned()
    }

    /// Whether the daemon has closed the connection; waits until it has or says something.
    pub(crate) fn is_closed(&mut self) -> bool {
        // A connection that is reset is closed as well.
        self.stream.fill_buf().map_or(true, <[u8]>::is_empty)
    }
}

/// One request.
pub(crate) struct Request {
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
}

impl Request {
    pub(crate) fn get(target: &str) -> Request {
        Request::of("GET", target)
    }

    pub(crate) fn head(target: &str) -> Request {
        Request::of("HEAD", target)
    }

    /// Spaces and letters outside of ASCII are percent-encoded, as browsers and readers do; what is encoded
    /// already stays as it is.
    pub(crate) fn of(method: &'static str, target: &str) -> Request {
        Request {
            target: encoded(target),
            ..Request::verbatim(method, target)
        }
    }

    /// The target byte for byte.
    pub(crate) fn verbatim(method: &'static str, target: &str) -> Request {
        Request {
            method,
            target: target.to_owned(),
            headers: vec![("Host", "feeds.dala.example".to_owned())],
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Request {
        self.headers.push((name, value.into()));
        self
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        (text + "\r\n").into_bytes()
    }
}

/// What a request line cannot hold.
const UNSENDABLE: &AsciiSet = &CONTROLS.add(b' ');

/// A target with its spaces and what is not ASCII percent-encoded.
pub(crate) fn encoded(target: &str) -> String {
    utf8_percent_encode(target, UNSENDABLE).to_string()
}

/// One response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        self.find(name)
            .unwrap_or_else(|| panic!("no {name} in a {}", self.status))
    }

    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// A date header in seconds since 1970.
    #[track_caller]
    pub(crate) fn seconds(&self, name: &str) -> u64 {
        let date = httpdate::parse_http_date(self.header(name)).expect("an HTTP date");
        let since_epoch = date.duration_since(std::time::UNIX_EPOCH);
        since_epoch.expect("a date after 1970").as_secs()
    }

    /// The seconds that a cache may keep it.
    #[track_caller]
    pub(crate) fn max_age(&self) -> u64 {
        let mut directives = self.header("cache-control").split(", ");
        let age = directives.find_map(|directive| directive.strip_prefix("max-age="));
        age.and_then(|age| age.parse().ok()).expect("max-age")
    }

    pub(crate) fn says(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body in UTF-8")
    }

    /// All headers but the date.
    pub(crate) fn headers_without_date(&self) -> BTreeMap<&str, &str> {
        let headers = self.headers.iter();
        headers
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| *name != "date")
            .collect()
    }
}
