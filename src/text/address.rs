//! URLs inside articles: resolved, or dropped when their scheme is unsafe.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::{Position, Url};

/// Allowed schemes. A deny-list would miss the next `javascript:` or `data:`.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// What the relative URLs of an article are resolved against.
#[derive(Clone, Copy, Debug, Default)]
pub struct Base<'u> {
    /// The article's page.
    pub page: Option<&'u Url>,
    /// The newsroom's site: a path that begins with a slash begins there. Without a site it begins at the
    /// host of the page.
    pub site: Option<&'u Url>,
}

impl<'u> From<Option<&'u Url>> for Base<'u> {
    fn from(page: Option<&'u Url>) -> Base<'u> {
        Base { page, site: None }
    }
}

/// The absolute, percent-encoded form of a URL in an article; `None` when it cannot be resolved or its
/// scheme is not allowed. A user name and a password in it are left out.
pub fn resolve<'u>(base: impl Into<Base<'u>>, raw: &str) -> Option<String> {
    let raw = raw.trim();
    if raw.is_empty() {
        return None;
    }
    let Base { page, site } = base.into();
    let is_path = raw.starts_with('/') && !raw.starts_with("//");
    let url = match site.filter(|_| is_path).or(page) {
        Some(base) => base.join(raw),
        None => Url::parse(raw),
    };
    let mut url = url.ok().filter(|url| SCHEMES.contains(&url.scheme()))?;
    if !url.username().is_empty() || url.password().is_some() {
        // A name and a password are for one person, not for readers.
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
    }
    Some(to_uri(&url))
}

/// The URL as a URI of RFC 3986, which feed formats require. The WHATWG URL Standard leaves some
/// characters raw after the host that RFC 3986 does not allow.
fn to_uri(url: &Url) -> String {
    let path = &url[Position::BeforePath..];
    let path = whole_escapes(path);
    let path = utf8_percent_encode(&path, NOT_IN_URI);
    format!("{}{path}", &url[..Position::BeforePath])
}

/// `path` with `%25` for each `%` that begins no escape.
fn whole_escapes(path: &str) -> Cow<'_, str> {
    let is_escape = |rest: &str| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if path.split('%').skip(1).all(is_escape) {
        return Cow::Borrowed(path);
    }
    let mut parts = path.split('%');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        whole.push_str(if is_escape(part) { "%" } else { "%25" });
        whole.push_str(part);
    }
    Cow::Owned(whole)
}

/// Printable characters that RFC 3986 does not allow, and brackets, which it allows only in the host.
const NOT_IN_URI: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A `srcset` with each candidate resolved; a candidate without a usable URL is dropped. `None` when
/// none is left.
pub(super) fn resolve_srcset<'u>(base: impl Into<Base<'u>>, raw: &str) -> Option<String> {
    let base = base.into();
    let mut candidates = Vec::new();
    let mut rest = raw;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            break;
        }
        let end = rest
            .find(|c: char| c.is_ascii_whitespace())
            .unwrap_or(rest.len());
        // A URL may contain commas; only a trailing comma ends the candidate.
        let (address, after) = rest.split_at(end);
        let bare = address.trim_end_matches(',');
        let (descriptor, after) = if bare.len() < address.len() {
            ("", after)
        } else {
            after.split_once(',').unwrap_or((after, ""))
        };
        let fetched = resolve(base, bare).filter(|url| url.starts_with("http"));
        if let Some(url) = fetched.filter(|url| !url.ends_with(',')) {
            let descriptor = descriptor.trim();
            let space = if descriptor.is_empty() { "" } else { " " };
            candidates.push(format!("{url}{space}{descriptor}"));
        }
        rest = after;
    }
    (!candidates.is_empty()).then(|| candidates.join(", "))
}

/// The address of the largest candidate of a resolved `srcset`, for readers that know only `src`.
pub(super) fn largest_candidate(srcset: &str) -> Option<&str> {
    let candidates = srcset.split(", ").map(|candidate| {
        let (address, descriptor) = candidate.split_once(' ').unwrap_or((candidate, ""));
        let size = descriptor.trim_end_matches(['w', 'x', 'h']).parse();
        (address, size.unwrap_or(1.0_f64))
    });
    let largest = candidates.max_by(|(_, one), (_, other)| one.total_cmp(other));
    largest.map(|(address, _)| address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Option<Url> {
        Url::parse("https://dala.example/news/2026/мост").ok()
    }

    #[test]
    fn urls_are_resolved_against_the_page() {
        for (raw, expected) in [
            (
                " foto.jpg ",
                Some("https://dala.example/news/2026/foto.jpg"),
            ),
            ("/foto 1.jpg", Some("https://dala.example/foto%201.jpg")),
            ("//cdn.example/a", Some("https://cdn.example/a")),
            (
                "?page=2",
                Some("https://dala.example/news/2026/%D0%BC%D0%BE%D1%81%D1%82?page=2"),
            ),
            ("HTTP://x.example/қ", Some("http://x.example/%D2%9B")),
            (
                "/a|b[1]^.jpg?q={x}|\"`#[y]",
                Some("https://dala.example/a%7Cb%5B1%5D%5E.jpg?q=%7Bx%7D%7C%22%60#%5By%5D"),
            ),
            ("http://[2001:db8::1]/%5B", Some("http://[2001:db8::1]/%5B")),
            ("mailto:a@dala.example", Some("mailto:a@dala.example")),
            ("tel:+77001112233", Some("tel:+77001112233")),
            (
                "https://editor:secret@x.example:8443/a",
                Some("https://x.example:8443/a"),
            ),
            (
                "/100%/скидка%zz%2",
                Some("https://dala.example/100%25/%D1%81%D0%BA%D0%B8%D0%B4%D0%BA%D0%B0%25zz%252"),
            ),
            (
                "/a%20b%D2%9B?q=5%#%",
                Some("https://dala.example/a%20b%D2%9B?q=5%25#%25"),
            ),
            ("javascript:alert(1)", None),
            (" java\nscript\t:alert(1)", None),
            ("\u{1}javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("vbscript:x", None),
            ("file:///etc/passwd", None),
            ("https://", None),
            ("", None),
        ] {
            assert_eq!(
                resolve(page().as_ref(), raw).as_deref(),
                expected,
                "{raw:?}"
            );
        }
        assert_eq!(resolve(None, "/a"), None);
        assert_eq!(
            resolve(None, "https://x.example").as_deref(),
            Some("https://x.example/")
        );
    }

    #[test]
    fn a_path_begins_at_the_site_whatever_host_the_page_has() {
        let site = Url::parse("https://dala.example/").expect("a URL");
        let page = Url::parse("https://news.dala.example/2026/a").expect("a URL");
        let base = Base {
            page: Some(&page),
            site: Some(&site),
        };
        for (raw, expected) in [
            ("/foto.jpg", "https://dala.example/foto.jpg"),
            ("foto.jpg", "https://news.dala.example/2026/foto.jpg"),
            ("//cdn.example/a", "https://cdn.example/a"),
        ] {
            assert_eq!(resolve(base, raw).as_deref(), Some(expected), "{raw}");
        }
    }

    #[test]
    fn each_candidate_of_a_srcset_is_resolved() {
        for (raw, expected) in [
            (
                "/a.jpg 1x, /b.jpg 2x",
                Some("https://dala.example/a.jpg 1x, https://dala.example/b.jpg 2x"),
            ),
            (
                "/w_100,h_200/a.jpg 100w,/b.jpg",
                Some("https://dala.example/w_100,h_200/a.jpg 100w, https://dala.example/b.jpg"),
            ),
            (
                " /a.jpg, /b.jpg 2x,",
                Some("https://dala.example/a.jpg, https://dala.example/b.jpg 2x"),
            ),
            (
                "data:image/gif;base64,R0lGOD 1x, /b.jpg 2x",
                Some("https://dala.example/b.jpg 2x"),
            ),
            ("javascript:alert(1)", None),
            (" , ", None),
        ] {
            let resolved = resolve_srcset(page().as_ref(), raw);
            assert_eq!(resolved.as_deref(), expected, "{raw:?}");
        }
    }

    #[test]
    fn the_largest_candidate_stands_for_a_srcset() {
        for (srcset, expected) in [
            (
                "https://x.example/a 320w, https://x.example/b,c 1280w",
                "https://x.example/b,c",
            ),
            (
                "https://x.example/a 2x, https://x.example/b",
                "https://x.example/a",
            ),
            ("https://x.example/a", "https://x.example/a"),
        ] {
            assert_eq!(largest_candidate(srcset), Some(expected), "{srcset}");
        }
    }
}
