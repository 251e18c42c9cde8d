//! An address as messages show it: readable, short, and without secrets.

use std::fmt::Write;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

/// Characters of an address that a message shows.
const CHARS_MAX: usize = 200;

/// The address without user, password, query and fragment. Letters and digits of all scripts are shown as
/// such; everything else that is encoded in the path stays so, control characters above all.
pub fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let mut shown = format!("{}://{host}", url.scheme());
    if let Some(port) = url.port() {
        let _ = write!(shown, ":{port}");
    }
    shown.push_str(&readable(url.path()));
    match shown.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

fn readable(path: &str) -> String {
    let mut escapes = path.split('%');
    let mut text = escapes.next().unwrap_or_default().to_owned();
    for escape in escapes {
        // An escape of ASCII stays: a decoded slash would be another path.
        let is_ascii = escape.starts_with(|digit: char| ('0'..='7').contains(&digit));
        text.push_str(if is_ascii { "%25" } else { "%" });
        text.push_str(escape);
    }
    let mut readable = String::new();
    for c in percent_decode_str(&text).decode_utf8_lossy().chars() {
        match c.is_ascii() || c.is_alphanumeric() {
            true => readable.push(c),
            false => readable.extend(utf8_percent_encode(
                c.encode_utf8(&mut [0; 4]),
                NON_ALPHANUMERIC,
            )),
        }
    }
    readable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_readable_short_and_without_secrets() {
        let long = "x".repeat(5_000);
        let cut = format!("https://dala.example/{}…", "x".repeat(179));
        for (written, expected) in [
            ("https://dala.example/", "https://dala.example/"),
            (
                "https://user:secret@dala.example:8443/a?key=secret#b",
                "https://dala.example:8443/a",
            ),
            (
                "https://dala.example/жаңалық/",
                "https://dala.example/жаңалық/",
            ),
            (
                "https://dala.example/%D0%B6%d0%b0a",
                "https://dala.example/жаa",
            ),
            (
                "https://dala.example/a%2Fb%20c%0A%1b[31m%00",
                "https://dala.example/a%2Fb%20c%0A%1b[31m%00",
            ),
            (
                "https://dala.example/\u{202e}x\u{200b}\u{85}",
                "https://dala.example/%E2%80%AEx%E2%80%8B%C2%85",
            ),
            (
                "https://dala.example/%FF%zz%",
                "https://dala.example/%EF%BF%BD%zz%",
            ),
            ("mailto:desk@dala.example", "mailto://desk@dala.example"),
            (&format!("https://dala.example/{long}"), &cut),
        ] {
            let url = Url::parse(written).expect("an address");
            assert_eq!(shown(&url), expected, "{written}");
        }
    }
}
