//! Addresses in `feeds.toml`: URLs, redirect targets, and what is listened on.
//!
//! Every URL leaves here as the `url` crate writes it: absolute, percent-encoded, ASCII.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use serde_json::json;
use url::{Position, Url};

use super::form::{Form, Mismatch, matching};
use super::{Listen, RedirectTo};
use crate::model::format::Format;

pub(super) const ABSOLUTE: Form<String> = Form {
    expected: || "an absolute http or https URL".to_owned(),
    schema: || matching(&format!(r"^{HTTP}\S+$")),
    parse: absolute,
};

/// What the pattern of an absolute URL begins with.
pub(super) const HTTP: &str = "[Hh][Tt][Tt][Pp][Ss]?://";

fn absolute(text: &str) -> Result<String, Mismatch> {
    parse(text).map(String::from)
}

/// What this daemon sends requests to: a fragment would not be sent.
pub(super) const CALLED: Form<String> = Form {
    expected: || "an absolute http or https URL without `#`".to_owned(),
    schema: || matching(&format!(r"^{HTTP}[^\s#]+$")),
    parse: called,
};

fn called(text: &str) -> Result<String, Mismatch> {
    let url = parse(text)?;
    if url.fragment().is_some() {
        let bare = url[..Position::AfterQuery].to_owned();
        return Err(CALLED.mismatch().did_you_mean(Some(bare)));
    }
    Ok(url.into())
}

/// How readers reach the daemon: no query, no fragment, and a slash at the end.
pub(super) const PUBLIC: Form<String> = Form {
    expected: || "an absolute http or https URL without `?` and `#`".to_owned(),
    schema: || matching(&format!(r"^{HTTP}[^\s?#]+$")),
    parse: public,
};

fn public(text: &str) -> Result<String, Mismatch> {
    let mut url = parse(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        let bare = url[..Position::AfterPath].to_owned();
        return Err(Mismatch::expected("a URL without `?` and `#`").did_you_mean(Some(bare)));
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url.into())
}

/// A site that this daemon calls.
pub(super) const SITE: Form<String> = Form {
    parse: public,
    ..PUBLIC
};

pub(super) fn parse(text: &str) -> Result<Url, Mismatch> {
    let mismatch = || ABSOLUTE.mismatch();
    // The parser would also take `https:dala.example` and white space around a URL.
    let lower = text.to_ascii_lowercase();
    if !(lower.starts_with("http://") || lower.starts_with("https://")) {
        return Err(mismatch().did_you_mean(with_scheme(text)));
    }
    let url = Url::parse(text).map_err(|_| mismatch())?;
    if text.contains(char::is_whitespace) || url.port() == Some(0) {
        return Err(mismatch());
    }
    // What stands in a feed is public.
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Mismatch::expected("a URL without user name and password"));
    }
    Ok(url)
}

/// `dala.example/x` with `https://` in front, if that makes sense.
fn with_scheme(text: &str) -> Option<String> {
    let host = text.split(['/', '?', '#']).next()?;
    let plausible =
        host.contains('.') && !text.contains("//") && !text.contains(char::is_whitespace);
    let url = plausible.then(|| Url::parse(&format!("https://{text}")).ok())??;
    Some(url.into())
}

/// The address that a redirect is for: a decoded path.
pub(super) const REDIRECT_FROM: Form<String> = Form {
    expected: || "a path that begins with `/`".to_owned(),
    schema: || json!({ "type": "string", "pattern": r"^/|^\$\{" }),
    parse: redirect_from,
};

fn redirect_from(text: &str) -> Result<String, Mismatch> {
    if text.starts_with('/') {
        return Ok(text.to_owned());
    }
    let path = match Url::parse(text) {
        Ok(url) => url[Position::BeforePath..].to_owned(),
        Err(_) => format!("/{text}"),
    };
    Err(REDIRECT_FROM.mismatch().did_you_mean(Some(path)))
}

/// The path behind percent-encoding, where `text` uses any: such a `from` would never match.
pub(super) fn decoded(text: &str) -> Option<String> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    (decoded != text).then(|| decoded.into_owned())
}

/// Where a redirect leads: nothing, a path on this server, or an absolute URL.
pub(super) const REDIRECT_TO: Form<RedirectTo> = Form {
    expected: || "a path that begins with `/`, an absolute URL, or empty for 410 Gone".to_owned(),
    schema: || matching(&format!(r"^$|^/([^/\\]|$)|^{HTTP}[^\s{{}}]+$")),
    parse: redirect_to,
};

fn redirect_to(text: &str) -> Result<RedirectTo, Mismatch> {
    if text.is_empty() {
        return Ok(RedirectTo::Gone);
    }
    if text.starts_with('/') {
        return own_path(text).map(RedirectTo::Moved);
    }
    if text.contains(['{', '}']) {
        return Err(Mismatch::expected(
            "a path on this server where it has names in braces",
        ));
    }
    absolute(text).map(RedirectTo::Moved).map_err(|mismatch| {
        let mismatch = Mismatch {
            expected: (REDIRECT_TO.expected)(),
            ..mismatch
        };
        match path_of_feed(text) {
            Some(path) => mismatch.did_you_mean(Some(path)),
            None => mismatch,
        }
    })
}

/// The path of the feed that a text without a slash in front names: `/all.rss` of `all` and of `all.rss`.
fn path_of_feed(text: &str) -> Option<String> {
    let is_path = |c: char| c.is_alphanumeric() || "-_/.".contains(c);
    let extension = text.rsplit_once('.').map(|(_, extension)| extension);
    match extension.map(Format::from_extension) {
        _ if text.is_empty() || !text.chars().all(is_path) => None,
        Some(Some(_)) => Some(format!("/{text}")),
        // What has another dot may be a host.
        Some(None) => None,
        None => Some(format!("/{text}.{}", Format::Rss.extension())),
    }
}

/// The path of a public address, as URLs write it and without the slash at its end.
pub(super) fn prefix(public_url: &str) -> String {
    let path = Url::parse(public_url).map(|url| url.path().trim_end_matches('/').to_owned());
    path.unwrap_or_default()
}

/// A path without the prefix, if it has it.
pub(super) fn below<'a>(prefix: &str, path: &'a str) -> &'a str {
    let below = path.strip_prefix(prefix);
    below.filter(|rest| rest.starts_with('/')).unwrap_or(path)
}

fn own_path(text: &str) -> Result<String, Mismatch> {
    let mismatch = || Mismatch::expected("a path on this server, with one `/` in front");
    let here = Url::parse("http://here.invalid/").expect("a constant URL");
    let url = here.join(text).map_err(|_| mismatch())?;
    // `//host/` and `/\host/` name another host.
    if url.origin() != here.origin() {
        return Err(mismatch());
    }
    Ok(url[Position::BeforePath..].to_owned())
}

impl Listen {
    /// Reads `HOST:PORT`, where the host is an IP address or `localhost`, or `unix:PATH`, where a
    /// relative path starts at `folder`. The error is put behind "must be".
    pub fn parse(text: &str, folder: &Path) -> Result<Listen, String> {
        let socket = listen(text).map_err(|mismatch| mismatch.expected)?;
        Ok(socket.below(folder))
    }

    /// The same, where a relative path starts at `folder`.
    pub(super) fn below(self, folder: &Path) -> Listen {
        match self {
            Listen::Tcp(_) => self,
            Listen::Unix { path, mode } => Listen::Unix {
                path: folder.join(path),
                mode,
            },
        }
    }
}

impl fmt::Display for Listen {
    /// The form of feeds.toml, without the mode.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Listen::Tcp(address) => write!(f, "{address}"),
            Listen::Unix { path, .. } => write!(f, "unix:{}", path.display()),
        }
    }
}

pub(super) const LISTEN: Form<Listen> = Form {
    expected: || format!("{}, or `unix:PATH`", (SOCKET.expected)()),
    schema: || matching(&format!("^unix:[^|]|{SOCKET_PATTERN}")),
    parse: listen,
};

pub(super) const SOCKET: Form<SocketAddr> = Form {
    expected: || "an IP address with a port, such as `127.0.0.1:8080`".to_owned(),
    schema: || matching(SOCKET_PATTERN),
    parse: socket,
};

const SOCKET_PATTERN: &str = r"^localhost:[0-9]+$|^[0-9.]+:[0-9]+$|^\[[0-9A-Fa-f:.%]+\]:[0-9]+$";

fn listen(text: &str) -> Result<Listen, Mismatch> {
    if let Some(path) = text.strip_prefix("unix:") {
        return unix(path).ok_or_else(|| {
            Mismatch::expected("`unix:` with a path behind it, and its mode, if any, as in `unix:/run/taspa.sock|0660`")
        });
    }
    socket(text).map(Listen::Tcp).map_err(|mismatch| Mismatch {
        expected: (LISTEN.expected)(),
        ..mismatch
    })
}

/// A path, and after `|` a mode in octal digits.
fn unix(text: &str) -> Option<Listen> {
    let (path, mode) = match text.rsplit_once('|') {
        Some((path, mode)) => (path, Some(u32::from_str_radix(mode, 8).ok()?)),
        None => (text, None),
    };
    let is_mode = mode.is_none_or(|mode| mode <= 0o777);
    (!path.is_empty() && is_mode).then(|| Listen::Unix {
        path: PathBuf::from(path),
        mode,
    })
}

fn socket(text: &str) -> Result<SocketAddr, Mismatch> {
    if let Some(port) = text.strip_prefix("localhost:").and_then(parse_port) {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    text.parse().map_err(|_| {
        let port = text.strip_prefix(':').unwrap_or(text);
        let hint = parse_port(port).map(|port| {
            format!(
                "`0.0.0.0:{port}` listens on every address, `127.0.0.1:{port}` on this machine only"
            )
        });
        let mismatch = SOCKET.mismatch().hint(hint);
        match text.parse::<IpAddr>() {
            Ok(address) => mismatch.did_you_mean(Some(SocketAddr::from((address, PORT)))),
            Err(_) => mismatch,
        }
    })
}

/// The port that is proposed where an address has none.
const PORT: u16 = 8080;

fn parse_port(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testkit::check;

    #[test]
    fn urls_are_absolute_and_ascii() {
        let form = "an absolute http or https URL";
        check(
            absolute,
            &[
                ("https://dala.example", "\"https://dala.example/\""),
                (
                    "HTTPS://Dala.Example/Жаңа?қ=1#ә",
                    "\"https://dala.example/%D0%96%D0%B0%D2%A3%D0%B0?%D2%9B=1#%D3%99\"",
                ),
                ("https://дала.қаз/", "https://xn--"),
                ("dala.example/x", "did you mean `https://dala.example/x`?"),
                ("https:dala.example", form),
                ("//dala.example/", form),
                (" https://dala.example/", form),
                ("https://dala example/", form),
                ("https:///", form),
                ("ftp://dala.example/", form),
                ("javascript:alert(1)", form),
                ("", form),
                (
                    "https://a:b@dala.example/",
                    "without user name and password",
                ),
            ],
        );
    }

    #[test]
    fn a_public_url_is_a_prefix() {
        check(
            public,
            &[
                ("http://127.0.0.1:8080", "\"http://127.0.0.1:8080/\""),
                (
                    "https://dala.example/feeds",
                    "\"https://dala.example/feeds/\"",
                ),
                (
                    "https://dala.example/x?y",
                    "did you mean `https://dala.example/x`?",
                ),
                ("https://dala.example/#", "a URL without `?` and `#`"),
            ],
        );
    }

    #[test]
    fn redirects_lead_to_a_path_a_url_or_nowhere() {
        check(
            redirect_to,
            &[
                ("", "Gone"),
                (
                    "/tags/мажилис.rss",
                    "\"/tags/%D0%BC%D0%B0%D0%B6%D0%B8%D0%BB%D0%B8%D1%81.rss\"",
                ),
                ("/select.rss?any=a,b", "\"/select.rss?any=a,b\""),
                ("https://dala.example/x", "\"https://dala.example/x\""),
                ("//evil.example/", "a path on this server"),
                ("https://{tag}.example/", "a path on this server where"),
                ("/\\evil.example/", "a path on this server"),
                (
                    "all.rss",
                    "a path that begins with `/`, an absolute URL, or empty",
                ),
                ("all.rss", "did you mean `/all.rss`?"),
                ("all", "did you mean `/all.rss`?"),
                ("tags/мажилис.atom", "did you mean `/tags/мажилис.atom`?"),
                ("dala.example/x", "did you mean `https://dala.example/x`?"),
                (" ", "a path that begins with `/`"),
            ],
        );
        check(
            redirect_from,
            &[
                ("/rss.xml?type=all", "\"/rss.xml?type=all\""),
                ("rss.xml", "did you mean `/rss.xml`?"),
                ("https://dala.example/rss.xml", "did you mean `/rss.xml`?"),
                ("", "a path that begins with `/`"),
            ],
        );
        assert_eq!(decoded("/%D1%8F"), Some("/я".to_owned()));
        assert_eq!(decoded("/100%"), None);
    }

    #[test]
    fn sockets() {
        let form = "an IP address with a port";
        check(
            |text| listen(text).map(|socket| socket.below(Path::new("/etc/taspa"))),
            &[
                ("127.0.0.1:8080", "Tcp(127.0.0.1:8080)"),
                ("[::1]:80", "Tcp([::1]:80)"),
                ("localhost:8080", "Tcp(127.0.0.1:8080)"),
                (
                    "unix:/run/taspa.sock",
                    "Unix { path: \"/run/taspa.sock\", mode: None }",
                ),
                (
                    "unix:taspa.sock|0660",
                    "Unix { path: \"/etc/taspa/taspa.sock\", mode: Some(432) }",
                ),
                ("unix:taspa.sock|rw", "with a path behind it"),
                ("unix:taspa.sock|1777", "with a path behind it"),
                ("unix:|0660", "with a path behind it"),
                ("unix:", "with a path behind it"),
                (":8080", "`0.0.0.0:8080` listens on every address"),
                ("8080", "`0.0.0.0:8080` listens on every address"),
                ("localhost:+80", form),
                ("127.0.0.1", form),
                ("127.0.0.1:99999", form),
                ("dala.example:80", form),
                ("", form),
            ],
        );
    }
}
