//! Forms of strings: durations, sizes, zones, languages, the authority of ids, CIDR blocks. Each
//! parser says what it expected, never where.

use std::net::IpAddr;

use globset::Glob;
use ipnet::IpNet;
use serde_json::json;

use super::form::{Form, Mismatch, matching, matching_except};
use crate::model::language_code::meant_language;
use crate::model::time::Zone;
use crate::text::nearest::nearest;

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

/// Seconds, written as one integer with `s`, `m`, `h` or `d`.
pub(super) const DURATION: Form<u32> = Form {
    expected: || "a duration: one whole number with s, m, h or d, such as `5m`".to_owned(),
    schema: || matching("^[0-9]+[smhd]$"),
    parse: duration,
};

pub(super) const POSITIVE_DURATION: Form<u32> = Form {
    expected: || format!("{}; at least `1s`", (DURATION.expected)()),
    schema: || matching("^0*[1-9][0-9]*[smhd]$"),
    parse: positive_duration,
};

fn duration(text: &str) -> Result<u32, Mismatch> {
    let mismatch = || {
        let meant = meant_duration(text);
        DURATION.mismatch().did_you_mean(meant)
    };
    let unit = text.chars().next_back().and_then(unit_seconds);
    let digits = text.get(..text.len().saturating_sub(1)).unwrap_or_default();
    let (Some(unit), true) = (unit, is_number(digits)) else {
        return Err(mismatch());
    };
    let number = digits.parse::<u32>().ok();
    let seconds = number.and_then(|number| number.checked_mul(unit));
    seconds
        .filter(|&seconds| seconds <= DURATION_SECONDS_MAX)
        .ok_or_else(|| Mismatch::expected("at most `36500d`"))
}

fn positive_duration(text: &str) -> Result<u32, Mismatch> {
    match duration(text)? {
        0 => Err(Mismatch::expected("at least `1s`")),
        seconds => Ok(seconds),
    }
}

/// A hundred years: no sum with a date leaves the calendar.
const DURATION_SECONDS_MAX: u32 = 36_500 * 86_400;

fn unit_seconds(unit: char) -> Option<u32> {
    match unit {
        's' => Some(1),
        'm' => Some(60),
        'h' => Some(3_600),
        'd' => Some(86_400),
        _ => None,
    }
}

/// `5 min` and `5M` mean `5m`, a bare `300` means `300s`, `1d12h`, `1.5d` and `P1DT12H` mean `36h`.
fn meant_duration(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let mut rest = text.strip_prefix('p').unwrap_or(&text);
    let (mut seconds, mut smallest) = (0_u64, u64::MAX);
    while !rest.is_empty() {
        // ISO 8601 has `T` in front of hours.
        rest = rest.trim_start_matches(['t', ' ']);
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'));
        let (number, behind) = rest.split_at(end.unwrap_or(rest.len()));
        let behind = behind.trim_start();
        let end = behind.find(|c: char| !c.is_alphabetic());
        let (word, behind) = behind.split_at(end.unwrap_or(behind.len()));
        let word = word.trim_end_matches('t');
        let unit = UNIT_WORDS
            .iter()
            .find(|(words, _)| words.contains(&word))?
            .1;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let scale = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let digits: u64 = format!("{whole}{fraction}").parse().ok()?;
        let part = digits.checked_mul(unit)?;
        if !part.is_multiple_of(scale) {
            return None;
        }
        seconds = seconds.checked_add(part / scale)?;
        smallest = smallest.min(unit);
        rest = behind.trim_start();
    }
    let mut units = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)].into_iter();
    let (unit, of) = units.find(|&(_, of)| of <= smallest && seconds.is_multiple_of(of))?;
    (1..=u64::from(DURATION_SECONDS_MAX))
        .contains(&seconds)
        .then(|| format!("{}{unit}", seconds / of))
}

/// What people write for a unit of time, and its seconds.
const UNIT_WORDS: [(&[&str], u64); 7] = [
    (
        &["", "s", "sec", "secs", "second", "seconds", "с", "сек"],
        1,
    ),
    (
        &["m", "min", "mins", "minute", "minutes", "м", "мин", "минут"],
        60,
    ),
    (
        &[
            "h",
            "hr",
            "hrs",
            "hour",
            "hours",
            "ч",
            "час",
            "часа",
            "часов",
            "сағ",
        ],
        3_600,
    ),
    (
        &[
            "d", "day", "days", "д", "дн", "день", "дня", "дней", "сут", "күн",
        ],
        86_400,
    ),
    (
        &[
            "w",
            "week",
            "weeks",
            "нед",
            "неделя",
            "недели",
            "недель",
            "апта",
        ],
        7 * 86_400,
    ),
    (
        &["mo", "month", "months", "мес", "месяц", "месяца", "ай"],
        30 * 86_400,
    ),
    (
        &["y", "year", "years", "год", "года", "лет", "жыл"],
        365 * 86_400,
    ),
];

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

pub(super) const ZONE: Form<Zone> = Form {
    expected: || "a time zone such as `Asia/Almaty`".to_owned(),
    schema: || matching(r"\S"),
    parse: zone,
};

fn zone(name: &str) -> Result<Zone, Mismatch> {
    Zone::find(name).ok_or_else(|| {
        let near = nearest_zone(name);
        ZONE.mismatch().did_you_mean(near)
    })
}

/// The zone of an offset, of a city, or of nearly that name.
fn nearest_zone(name: &str) -> Option<String> {
    if let Some(zone) = zone_of_offset(name) {
        return Some(zone);
    }
    let city = name
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .trim()
        .to_lowercase();
    let city = CITIES
        .iter()
        .find(|(cities, _)| cities.contains(&&*city.replace('_', " ")));
    if let Some((_, zone)) = city {
        return Some((*zone).to_owned());
    }
    let known = Zone::names();
    let near = nearest(name, known.iter().map(String::as_str));
    let of_city = || {
        let cities = || known.iter().filter_map(|zone| zone.rsplit('/').next());
        let city = nearest(name.rsplit('/').next()?, cities())?;
        known
            .iter()
            .find(|zone| zone.rsplit('/').next() == Some(city))
            .map(String::as_str)
    };
    near.or_else(of_city).map(str::to_owned)
}

/// Cities that no zone is named after, with the zone whose time they have, and cities in their own letters.
const CITIES: [(&[&str], &str); 9] = [
    (
        &[
            "astana",
            "nur-sultan",
            "shymkent",
            "karaganda",
            "kazakhstan",
            "alma-ata",
            "астана",
            "алматы",
            "шымкент",
            "караганда",
            "қарағанды",
        ],
        "Asia/Almaty",
    ),
    (&["бишкек", "osh", "ош"], "Asia/Bishkek"),
    (&["ташкент"], "Asia/Tashkent"),
    (
        &[
            "moskva",
            "msk",
            "st petersburg",
            "saint petersburg",
            "москва",
            "санкт-петербург",
        ],
        "Europe/Moscow",
    ),
    (&["минск"], "Europe/Minsk"),
    (&["киев", "київ", "kharkiv", "lviv", "odesa"], "Europe/Kyiv"),
    (&["beijing", "peking"], "Asia/Shanghai"),
    (&["delhi", "new delhi", "mumbai"], "Asia/Kolkata"),
    (&["washington", "boston"], "America/New_York"),
];

/// The zone with a fixed offset, such as `UTC+5` or `+05:00`. Its name has the sign of POSIX: hours behind.
fn zone_of_offset(name: &str) -> Option<String> {
    let name = name.trim().to_ascii_uppercase();
    let offset = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let (sign, hours) = match offset.strip_prefix('+') {
        Some(hours) => ('-', hours),
        None => ('+', offset.strip_prefix('-')?),
    };
    let hours = hours.strip_suffix(":00").unwrap_or(hours);
    let zone = format!("Etc/GMT{sign}{}", hours.parse::<u8>().ok()?);
    Zone::find(&zone).is_some().then_some(zone)
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
    fn durations() {
        let form = "one whole number with s, m, h or d, such as `5m`";
        check(
            duration,
            &[
                ("0s", "0"),
                ("90s", "90"),
                ("5m", "300"),
                ("24h", "86400"),
                ("1d", "86400"),
                ("36500d", "3153600000"),
                ("36501d", "at most `36500d`"),
                ("99999999999999999999d", "at most `36500d`"),
                ("5 min", "(did you mean `5m`?)"),
                ("5M", "(did you mean `5m`?)"),
                ("300", "(did you mean `300s`?)"),
                ("1h30m", form),
                ("-5m", form),
                ("+5m", form),
                ("1.5h", form),
                ("٥m", form),
                ("5м", form),
                ("m", form),
                ("", form),
            ],
        );
        check(positive_duration, &[("0m", "at least `1s`"), ("1s", "1")]);
    }

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
    fn zones() {
        check(
            zone,
            &[
                ("UTC", "UTC"),
                ("Asia/Almaty", "Asia/Almaty"),
                ("Asia/Almata", "(did you mean `Asia/Almaty`?)"),
                ("Almaty", "(did you mean `Asia/Almaty`?)"),
                ("UTC+5", "(did you mean `Etc/GMT-5`?)"),
                ("+05:00", "(did you mean `Etc/GMT-5`?)"),
                ("Азия/Алматы", "a time zone such as `Asia/Almaty`"),
                ("", "a time zone such as `Asia/Almaty`"),
            ],
        );
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
