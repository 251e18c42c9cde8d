//! Conditional requests, RFC 9110 §13, for GET and HEAD.
//!
//! In order of precedence: `If-None-Match` decides alone, by weak comparison with the ETags of the current
//! document in every coding; without it, `If-Modified-Since` gives 304 only if it equals `Last-Modified`,
//! because a client that sends a later date would never get a newer feed. Invalid values match nothing.

use hyper::header::{HeaderMap, IF_MODIFIED_SINCE, IF_NONE_MATCH};

use crate::model::time::Timestamp;

/// The suffixes of ETags: ours, and those that proxies append when they encode a document.
const SUFFIXES: [&str; 8] = [
    "--gzip", "-gzip", ";gzip", "-br", "-zstd", "-df", ";br", ";zstd",
];

/// The copy of a document that a client describes in its conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientCopy {
    /// 304.
    Current,
    /// Another document, or none: 200.
    Outdated,
}

pub(super) fn evaluate(
    headers: &HeaderMap,
    etag: &str,
    last_modified: Option<Timestamp>,
) -> ClientCopy {
    let mut lists = headers.get_all(IF_NONE_MATCH).iter().peekable();
    let is_current = if lists.peek().is_some() {
        lists
            .filter_map(|list| list.to_str().ok())
            .flat_map(|list| list.split(','))
            .any(|candidate| matches(candidate.trim(), etag))
    } else {
        let since = headers.get(IF_MODIFIED_SINCE);
        let since = since.and_then(|date| parse_date(date.to_str().ok()?));
        since.is_some() && since == last_modified
    };
    if is_current {
        ClientCopy::Current
    } else {
        ClientCopy::Outdated
    }
}

/// `candidate` was split at commas, which only ETags of other servers contain.
fn matches(candidate: &str, current: &str) -> bool {
    if candidate == "*" {
        return true;
    }
    let strong = candidate
        .strip_prefix("W/")
        .or(candidate.strip_prefix("w/"))
        .unwrap_or(candidate);
    let opaque = strong.trim_matches('"');
    // A proxy that encodes our encoded document appends a second suffix.
    let suffixes = opaque.strip_prefix(current);
    suffixes.is_some_and(|suffixes| strip_suffix(strip_suffix(suffixes)).is_empty())
}

fn strip_suffix(text: &str) -> &str {
    let mut suffixes = SUFFIXES.iter().filter(|_| !text.is_empty());
    let stripped = suffixes.find_map(|suffix| text.strip_suffix(suffix));
    stripped.unwrap_or(text)
}

fn parse_date(text: &str) -> Option<Timestamp> {
    let date = httpdate::parse_http_date(text).ok()?;
    let since_epoch = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since_epoch.as_secs()).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::etag::ETag;
    use crate::model::format::Format;

    const LAST_MODIFIED: Timestamp = Timestamp(784_111_777);

    fn etag() -> ETag {
        ETag::new(7, Format::Rss)
    }

    fn evaluate_headers(headers: &[(hyper::header::HeaderName, String)]) -> ClientCopy {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value.parse().expect("a header value"));
        }
        evaluate(&map, &etag().to_string(), Some(LAST_MODIFIED))
    }

    #[test]
    fn if_none_match_compares_weakly_and_ignores_the_suffix_of_a_coding() {
        let tag = etag();
        for value in [
            format!("\"{tag}\""),
            format!("W/\"{tag}\""),
            format!("\"{tag}-gzip\""),
            format!("W/\"{tag}-gzip\""),
            format!("\"{tag}-gzip-gzip\""),
            format!("\"{tag}-br\""),
            format!("\"{tag};gzip\""),
            format!("\"{tag}--gzip\""),
            format!("\"other\", \"{tag}\" , W/\"more\""),
            tag.to_string(),
            "*".to_owned(),
        ] {
            assert_eq!(
                evaluate_headers(&[(IF_NONE_MATCH, value.clone())]),
                ClientCopy::Current,
                "{value}"
            );
        }
        for value in ["\"other\"", "", ",,,", "\"*\"x", "W/", "\""] {
            assert_eq!(
                evaluate_headers(&[(IF_NONE_MATCH, value.to_owned())]),
                ClientCopy::Outdated,
                "{value}"
            );
        }
    }

    #[test]
    fn several_if_none_match_fields_are_one_list() {
        let tag = format!("\"{}\"", etag());
        assert_eq!(
            evaluate_headers(&[(IF_NONE_MATCH, "\"a\"".into()), (IF_NONE_MATCH, tag)]),
            ClientCopy::Current
        );
    }

    #[test]
    fn if_none_match_takes_precedence_over_if_modified_since() {
        let equal = (
            IF_MODIFIED_SINCE,
            "Sun, 06 Nov 1994 08:49:37 GMT".to_owned(),
        );
        assert_eq!(
            evaluate_headers(&[(IF_NONE_MATCH, "\"a\"".into()), equal]),
            ClientCopy::Outdated
        );
        let other = (
            IF_MODIFIED_SINCE,
            "Sun, 06 Nov 1994 08:49:36 GMT".to_owned(),
        );
        assert_eq!(
            evaluate_headers(&[(IF_NONE_MATCH, "*".into()), other]),
            ClientCopy::Current
        );
    }

    #[test]
    fn if_modified_since_matches_only_an_equal_date_in_any_of_the_three_formats() {
        for (date, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", ClientCopy::Current),
            ("Sunday, 06-Nov-94 08:49:37 GMT", ClientCopy::Current),
            ("Sun Nov  6 08:49:37 1994", ClientCopy::Current),
            ("Sun, 06 Nov 1994 08:49:36 GMT", ClientCopy::Outdated),
            ("Mon, 06 Nov 2034 08:49:37 GMT", ClientCopy::Outdated),
            ("yesterday", ClientCopy::Outdated),
        ] {
            assert_eq!(
                evaluate_headers(&[(IF_MODIFIED_SINCE, date.to_owned())]),
                expected,
                "{date}"
            );
        }
        assert_eq!(evaluate_headers(&[]), ClientCopy::Outdated);
    }
}
