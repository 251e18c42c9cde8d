//! Forms of strings: durations, sizes, zones, languages, the authority of ids, CIDR blocks. Each
//! parser says what it expected, never where.

mod duration;
mod zone;

use std::net::IpAddr;

use globset::Glob;
use ipnet::IpNet;
use serde_json::json;

pub(super) use self::duration::{DURATION, POSITIVE_DURATION};
pub(super) use self::zone::ZONE;
use super::form::{Form, Mismatch, matching, matching_except};
use crate::model::language_code::meant_language;

pub(super) const ANY: Form<String> = Form {
    expected: || "a text".to_owned(),
    schema: || json!({ "type": "string" }),
    parse: |text| Ok(text.to_owned()),
};

pub(super) const FILLED: Form<String> = Form {
    expected: || "a text that is not empty".to_owned(),
    schema: || matching(r"\S"),
    parse: filled,
};

fn filled(text: &str) -> Result<String, Mismatch> {
    if text.trim().is_empty() {
        return Err(FILLED.mismatch());
    }
    Ok(text.to_owned())
}

/// The name of a type of posts, as WordPress has it.
pub(super) const POST_TYPE: Form<String> = Form {
    expected: || "the name of a type of posts: up to 20 of a-z, 0-9, `_` and `-`".to_owned(),
    schema: || matching("^[a-z0-9_-]{1,20}$"),
    parse: post_type,
};

fn post_type(text: &str) -> Result<String, Mismatch> {
    let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b);
    match (1..=20).contains(&text.len()) && text.bytes().all(is_part) {
        true => Ok(text.to_owned()),
        false => Err(POST_TYPE.mismatch()),
    }
}

/// A key of IndexNow.
pub(super) const INDEXNOW_KEY: Form<String> = Form {
    expected: || "a key of IndexNow: 8 to 128 of a-z, A-Z, 0-9 and `-`".to_owned(),
    schema: || matching("^[A-Za-z0-9-]{8,128}$"),
    parse: indexnow_key,
};

fn indexnow_key(text: &str) -> Result<String, Mismatch> {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    match (8..=128).contains(&text.len()) && text.bytes().all(is_part) {
        true => Ok(text.to_owned()),
        false => Err(INDEXNOW_KEY.mismatch()),
    }
}

/// A line of robots.txt, which may be empty.
pub(super) const ROBOTS_LINE: Form<String> = Form {
    expected: || "one line of robots.txt".to_owned(),
    schema: || matching(r"^[^\x00-\x1F\x7F]*$"),
    parse: robots_line,
};

fn robots_line(text: &str) -> Result<String, Mismatch> {
    match text.contains(|c: char| c.is_ascii_control()) {
        true => Err(ROBOTS_LINE.mismatch()),
        false => Ok(text.to_owned()),
    }
}

/// Bytes, written as an integer, optionally with `KiB`, `MiB`, `GiB`, `KB`, `MB` or `GB`.
pub(super) fn size(text: &str) -> Result<u64, Mismatch> {
    let (digits, unit) = split_number(text.trim());
    let factor = match unit {
        "" => Some(1),
        "KiB" => Some(1 << 10),
        "MiB" => Some(1 << 20),
        "GiB" => Some(1 << 30),
        "KB" => Some(1_000),
        "MB" => Some(1_000_000),
        "GB" => Some(1_000_000_000),
        _ => None,
    };
    let (Some(factor), true) = (factor, is_number(digits)) else {
        let unit = match &*unit.to_ascii_lowercase() {
            "k" | "kb" | "kib" => "KiB",
            "m" | "mb" | "mib" => "MiB",
            "g" | "gb" | "gib" => "GiB",
            _ => return Err(Mismatch::expected(SIZE)),
        };
        let meant = is_number(digits).then(|| format!("{digits}{unit}"));
        return Err(Mismatch::expected(SIZE).did_you_mean(meant));
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .filter(|&bytes| bytes <= SIZE_BYTES_MAX)
        .ok_or_else(|| Mismatch::expected("at most `1024GiB`"))
}

/// What [`size`] reads.
pub(super) const SIZE: &str = "a size in bytes, or with KiB, MiB or GiB, such as `64MiB`";

/// The shortest way to write a size.
pub(super) fn written_size(bytes: u64) -> String {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let unit = units
        .into_iter()
        .find(|&(_, factor)| bytes != 0 && bytes.is_multiple_of(factor));
    match unit {
        Some((unit, factor)) => format!("{}{unit}", bytes / factor),
        None => bytes.to_string(),
    }
}

/// More than any machine this runs on has.
const SIZE_BYTES_MAX: u64 = 1 << 40;

fn split_number(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    (digits, rest.trim_start())
}

fn is_number(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// A language tag in the form of BCP 47: `ru`, `kk-KZ`, `kk-Cyrl-KZ`.
pub(super) const LANGUAGE: Form<String> = Form {
    expected: || "a language such as `ru`, `kk` or `kk-KZ`".to_owned(),
    schema: || matching_except("^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$", "^[Kk][Zz](-|$)"),
    parse: language,
};

fn language(text: &str) -> Result<String, Mismatch> {
    let mut parts = text.split('-');
    let primary = parts.next().unwrap_or_default();
    let well_formed = (2..=3).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        });
    if well_formed && !primary.eq_ignore_ascii_case(KAZAKHSTAN) {
        return Ok(text.to_owned());
    }
    let hyphened = text.replace('_', "-");
    let hyphened = (hyphened != text && language(&hyphened).is_ok()).then_some(hyphened);
    let meant = hyphened.or_else(|| meant_language(text).map(str::to_owned));
    Err(Mismatch::expected("a language such as `ru`, `kk` or `kk-KZ`").did_you_mean(meant))
}

/// The country's code, often taken for the language's.
const KAZAKHSTAN: &str = "kz";

/// Who names things in `tag:` URIs: a domain or an e-mail address, in ASCII (RFC 4151).
pub(super) const AUTHORITY: Form<String> = Form {
    expected: || "a domain or e-mail address in ASCII, such as `dala.example`".to_owned(),
    schema: || {
        let label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
        matching(&format!(r"^([A-Za-z0-9._-]+@)?{label}(\.{label})*$"))
    },
    parse: authority,
};

fn authority(text: &str) -> Result<String, Mismatch> {
    let domain = match text.split_once('@') {
        Some((local, domain)) => {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
            (!local.is_empty() && local.bytes().all(plain)).then_some(domain)
        }
        None => Some(text),
    };
    if domain.is_some_and(is_domain) {
        return Ok(text.to_owned());
    }
    let meant = meant_domain(text);
    Err(AUTHORITY.mismatch().did_you_mean(meant))
}

/// The domain of a URL, or an international domain in its ASCII form.
fn meant_domain(text: &str) -> Option<String> {
    let address = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}/")
    };
    let host = url::Url::parse(&address).ok()?.host_str()?.to_owned();
    (host != text && is_domain(&host)).then_some(host)
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// An e-mail address, as far as feeds care: RSS puts a name in parentheses behind it.
pub(super) const EMAIL: Form<String> = Form {
    expected: || "an e-mail address in ASCII".to_owned(),
    schema: || {
        let part = "[!#-'*+./0-9=?A-Z^-~-]+";
        matching(&format!("^{part}@{part}$"))
    },
    parse: email,
};

fn email(text: &str) -> Result<String, Mismatch> {
    let plain = |part: &str| {
        let breaks = |b: u8| !b.is_ascii_graphic() || b"()<>,;:\\\"@[]".contains(&b);
        !part.is_empty() && !part.bytes().any(breaks)
    };
    match text.split_once('@') {
        Some((local, domain)) if plain(local) && plain(domain) => Ok(text.to_owned()),
        Some(_) | None => Err(EMAIL.mismatch()),
    }
}

/// An address or a block of them: `127.0.0.1`, `10.0.0.0/8`, `::1/128`; with its length filled in.
pub(super) const NETWORK: Form<IpNet> = Form {
    expected: || "an IP address or block such as `10.0.0.0/8`".to_owned(),
    schema: || {
        let v6 = "[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*";
        matching(&format!(
            r"^[0-9]+(\.[0-9]+){{3}}(/[0-9]+)?$|^{v6}(/[0-9]+)?$"
        ))
    },
    parse: network,
};

fn network(text: &str) -> Result<IpNet, Mismatch> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    let network = text.parse().or_else(|_| address());
    network.map_err(|_| NETWORK.mismatch())
}

/// A pattern of paths below a folder: `*` and `?` within a name, `**` across folders, `{a,b}`, `[a-z]`.
pub(super) const GLOB: Form<String> = Form {
    expected: || "a pattern of paths such as `drafts/**` or `**/*.md`".to_owned(),
    schema: || matching(r"\S"),
    parse: glob,
};

fn glob(text: &str) -> Result<String, Mismatch> {
    let pattern = text.trim().trim_start_matches("./").trim_matches('/');
    match Glob::new(pattern) {
        Ok(_) if !pattern.is_empty() => Ok(pattern.to_owned()),
        Ok(_) => Err(GLOB.mismatch()),
        Err(error) => Err(GLOB.mismatch().hint(Some(error.kind().to_string()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testkit::check;

    #[test]
    fn sizes() {
        let form = "a size in bytes";
        check(
            size,
            &[
                ("0", "0"),
                ("1024", "1024"),
                ("64MiB", "67108864"),
                ("64 KiB", "65536"),
                ("1GiB", "1073741824"),
                ("5KB", "5000"),
                ("5MB", "5000000"),
                ("2GB", "2000000000"),
                ("2000GiB", "at most `1024GiB`"),
                ("64M", form),
                ("-1", form),
                ("MiB", form),
                ("", form),
            ],
        );
        let written = [0, 256, 8 << 10, 3 << 20, 1 << 40, (1 << 20) + 1].map(written_size);
        let expected = ["0", "256", "8KiB", "3MiB", "1024GiB", "1048577"];
        assert_eq!(written, expected);
    }

    #[test]
    fn languages() {
        let form = "a language such as";
        check(
            language,
            &[
                ("ru", "\"ru\""),
                ("kk-Cyrl-KZ", "\"kk-Cyrl-KZ\""),
                ("kz", "(did you mean `kk`?)"),
                ("ru_RU", "(did you mean `ru-RU`?)"),
                ("русский", "(did you mean `ru`?)"),
                ("Kazakh", "(did you mean `kk`?)"),
                ("klingon", form),
                ("ru-", form),
                ("", form),
            ],
        );
    }

    #[test]
    fn authorities() {
        let form = "a domain or e-mail address in ASCII";
        check(
            authority,
            &[
                ("dala.example", "\"dala.example\""),
                ("news@dala.example", "\"news@dala.example\""),
                ("https://dala.example/", "(did you mean `dala.example`?)"),
                ("дала.қаз", "(did you mean `xn--"),
                ("dala.example/x", form),
                ("dala..example", form),
                ("-dala.example", form),
                ("dala example", form),
                ("@dala.example", form),
                ("", form),
            ],
        );
    }

    #[test]
    fn globs() {
        let form = "a pattern of paths such as";
        check(
            glob,
            &[
                ("**/*.md", "\"**/*.md\""),
                (" ./drafts/ ", "\"drafts\""),
                ("/archive/**", "\"archive/**\""),
                ("{a,b}/[0-9]*", "\"{a,b}/[0-9]*\""),
                ("{a", form),
                ("[", form),
                ("/", form),
                (" ", form),
            ],
        );
    }

    #[test]
    fn networks() {
        let form = "an IP address or block";
        check(
            network,
            &[
                ("127.0.0.1", "127.0.0.1/32"),
                ("10.0.0.0/8", "10.0.0.0/8"),
                ("::1", "::1/128"),
                ("fd00::/8", "fd00::/8"),
                ("10.0.0.0/33", form),
                ("10.0.0.0/+8", form),
                ("10.0.0/8", form),
                ("localhost", form),
            ],
        );
    }
}
