//! Addresses in `feeds.toml`: URLs, link templates, redirect targets, and what is listened on.
//!
//! Every URL leaves here as the `url` crate writes it: absolute, percent-encoded, ASCII.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use url::{Position, Url};

use super::nearest::did_you_mean;
use super::table::Refusal;
use super::{Listen, RedirectTo, value};

/// An absolute http or https URL.
pub(super) fn absolute(text: &str) -> Result<String, Refusal> {
    parse(text).map(String::from)
}

/// How readers reach the daemon: no query, no fragment, and a slash at the end.
pub(super) fn public(text: &str) -> Result<String, Refusal> {
    let mut url = parse(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        let bare = url[..Position::AfterPath].to_owned();
        return Err(Refusal::expected("a URL without `?` and `#`").hint(Some(did_you_mean(bare))));
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url.into())
}

fn parse(text: &str) -> Result<Url, Refusal> {
    let refusal = || Refusal::expected("an absolute http or https URL");
    // The parser would also take `https:dala.example` and white space around a URL.
    let lower = text.to_ascii_lowercase();
    if !(lower.starts_with("http://") || lower.starts_with("https://")) {
        return Err(refusal().hint(with_scheme(text).map(did_you_mean)));
    }
    let url = Url::parse(text).map_err(|_| refusal())?;
    if text.contains(char::is_whitespace) || url.port() == Some(0) {
        return Err(refusal());
    }
    // What stands in a feed is public.
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::expected("a URL without user name and password"));
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

/// An absolute URL with `{names}` in its path or query; everything else in it is encoded.
pub(super) fn link(names: &'static [&'static str]) -> impl Fn(&str) -> Result<String, Refusal> {
    move |text| {
        let text = value::template(names)(text)?;
        let host_start = text.find("://").map_or(0, |at| at + 3);
        let host_end = text[host_start..]
            .find(['/', '?', '#'])
            .map_or(text.len(), |at| host_start + at);
        let (origin, rest) = text.split_at(host_end);
        if origin.contains('{') {
            return Err(Refusal::expected("a URL with braces only behind the host"));
        }
        let origin = parse(origin)?;
        if text.contains(char::is_whitespace) {
            return Err(Refusal::expected("a URL without white space"));
        }
        let origin = &origin[..Position::BeforePath];
        let slash = if rest.starts_with('/') { "" } else { "/" };
        Ok(format!(
            "{origin}{slash}{}",
            utf8_percent_encode(rest, UNSAFE)
        ))
    }
}

/// What no URL may hold unencoded, braces excepted: those are the template's.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'|');

/// The address that a redirect is for: a decoded path.
pub(super) fn redirect_from(text: &str) -> Result<String, Refusal> {
    if text.starts_with('/') {
        return Ok(text.to_owned());
    }
    let path = match Url::parse(text) {
        Ok(url) => url[Position::BeforePath..].to_owned(),
        Err(_) => format!("/{text}"),
    };
    Err(Refusal::expected("a path that begins with `/`").hint(Some(did_you_mean(path))))
}

/// The path behind percent-encoding, where `text` uses any: such a `from` would never match.
pub(super) fn decoded(text: &str) -> Option<String> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    (decoded != text).then(|| decoded.into_owned())
}

/// Where a redirect leads: nothing, a path on this server, or an absolute URL.
pub(super) fn redirect_to(text: &str) -> Result<RedirectTo, Refusal> {
    if text.is_empty() {
        return Ok(RedirectTo::Gone);
    }
    if text.starts_with('/') {
        return own_path(text).map(RedirectTo::Moved);
    }
    absolute(text)
        .map(RedirectTo::Moved)
        .map_err(|refusal| Refusal {
            expected: "a path that begins with `/`, an absolute URL, or empty for 410 Gone"
                .to_owned(),
            ..refusal
        })
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

/// What `redirects` has for a path on this server: for the whole of it, else without its query. Both
/// are looked up decoded.
pub(super) fn redirected<T>(target: &str, redirects: impl Fn(&str) -> Option<T>) -> Option<T> {
    let target = target.split('#').next()?;
    let decode = |text| percent_decode_str(text).decode_utf8().ok();
    let path = decode(target.split('?').next()?)?;
    decode(target)
        .and_then(|whole| redirects(&whole))
        .or_else(|| redirects(&path))
}

fn own_path(text: &str) -> Result<String, Refusal> {
    let refusal = || Refusal::expected("a path on this server, with one `/` in front");
    let here = Url::parse("http://here.invalid/").expect("a constant URL");
    let url = here.join(text).map_err(|_| refusal())?;
    // `//host/` and `/\host/` name another host.
    if url.origin() != here.origin() {
        return Err(refusal());
    }
    Ok(url[Position::BeforePath..].to_owned())
}

impl Listen {
    /// Reads `HOST:PORT`, where the host is an IP address or `localhost`, or `unix:PATH`, where a
    /// relative path starts at `folder`.
    ///
    /// # Errors
    /// What the address must be, to be put behind "must be".
    pub fn parse(text: &str, folder: &Path) -> Result<Listen, String> {
        listen(text, folder).map_err(|refusal| refusal.expected)
    }
}

pub(super) fn listen(text: &str, folder: &Path) -> Result<Listen, Refusal> {
    if let Some(path) = text.strip_prefix("unix:") {
        return unix(path, folder).ok_or_else(|| {
            Refusal::expected("`unix:` with a path behind it, and its mode, if any, as in `unix:/run/taspa.sock|0660`")
        });
    }
    socket(text).map(Listen::Tcp).map_err(|refusal| Refusal {
        expected: format!("{}, or `unix:PATH`", refusal.expected),
        ..refusal
    })
}

/// A path, and after `|` a mode in octal digits.
fn unix(text: &str, folder: &Path) -> Option<Listen> {
    let (path, mode) = match text.rsplit_once('|') {
        Some((path, mode)) => (path, Some(u32::from_str_radix(mode, 8).ok()?)),
        None => (text, None),
    };
    let is_mode = mode.is_none_or(|mode| mode <= 0o777);
    (!path.is_empty() && is_mode).then(|| Listen::Unix {
        path: folder.join(path),
        mode,
    })
}

/// An IP address, or `localhost`, with a port.
pub(super) fn socket(text: &str) -> Result<SocketAddr, Refusal> {
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
        Refusal::expected("an IP address with a port, such as `127.0.0.1:8080`").hint(hint)
    })
}

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
    fn links_keep_their_braces_and_nothing_else_unencoded() {
        check(
            link(&["key", "name"]),
            &[
                (
                    "https://dala.example/тег/{key}?a={name}",
                    "\"https://dala.example/%D1%82%D0%B5%D0%B3/{key}?a={name}\"",
                ),
                ("https://дала.қаз?{key}", "/?{key}\""),
                ("https://dala.example/{kye}", "did you mean `{key}`?"),
                ("https://{name}.example/", "braces only behind the host"),
                ("/tag/{key}", "an absolute http or https URL"),
                ("https://dala.example/a b", "without white space"),
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
                ("/\\evil.example/", "a path on this server"),
                (
                    "all.rss",
                    "a path that begins with `/`, an absolute URL, or empty",
                ),
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
            |text| listen(text, Path::new("/etc/taspa")),
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
