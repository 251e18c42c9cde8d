//! Conditional requests, RFC 9110 §13, for GET and HEAD.
//!
//! In order of precedence: `If-None-Match`, where it is there, decides alone, by weak comparison
//! against every coding of the current document; otherwise `If-Modified-Since` gives 304 only when
//! it equals `Last-Modified`, because a client that invents or keeps a later date would never see
//! the feed again. What cannot be parsed matches nothing.

use hyper::header::{HeaderMap, IF_MODIFIED_SINCE, IF_NONE_MATCH};

use crate::model::time::Timestamp;

/// What proxies append to a tag when they code a document themselves, and what we append.
const DECORATIONS: [&str; 8] = [
    "--gzip", "-gzip", ";gzip", "-br", "-zstd", "-df", ";br", ";zstd",
];

/// Whether the client has the current document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Validated {
    /// It has: 304.
    Unchanged,
    /// It has another one, none, or did not say: 200.
    Changed,
}

/// Evaluates a request's conditions against the current validators.
pub(super) fn evaluate(
    headers: &HeaderMap,
    tag: &str,
    last_modified: Option<Timestamp>,
) -> Validated {
    let mut lists = headers.get_all(IF_NONE_MATCH).iter().peekable();
    let unchanged = if lists.peek().is_some() {
        lists
            .filter_map(|list| list.to_str().ok())
            .flat_map(|list| list.split(','))
            .any(|candidate| matches(candidate.trim(), tag))
    } else {
        let since = headers.get(IF_MODIFIED_SINCE);
        let since = since.and_then(|date| parse_date(date.to_str().ok()?));
        since.is_some() && since == last_modified
    };
    if unchanged {
        Validated::Unchanged
    } else {
        Validated::Changed
    }
}

/// Our tags hold no comma, so splitting a list at commas can only break tags that are not ours.
fn matches(candidate: &str, current: &str) -> bool {
    if candidate == "*" {
        return true;
    }
    let strong = candidate
        .strip_prefix("W/")
        .or(candidate.strip_prefix("w/"))
        .unwrap_or(candidate);
    let opaque = strong.trim_matches('"');
    // A proxy that codes our coded document decorates twice.
    let decoration = opaque.strip_prefix(current);
    decoration.is_some_and(|decoration| undecorated(undecorated(decoration)).is_empty())
}

fn undecorated(text: &str) -> &str {
    let mut decorations = DECORATIONS.iter().filter(|_| !text.is_empty());
    let stripped = decorations.find_map(|decoration| text.strip_suffix(decoration));
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

    const NEWS: Timestamp = Timestamp(784_111_777);

    fn tag() -> ETag {
        ETag::new(7, Format::Rss)
    }

    fn evaluated(headers: &[(hyper::header::HeaderName, String)]) -> Validated {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value.parse().expect("a header value"));
        }
        evaluate(&map, &tag().to_string(), Some(NEWS))
    }

    #[test]
    fn if_none_match_compares_weakly_and_over_codings() {
        let tag = tag();
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
                evaluated(&[(IF_NONE_MATCH, value.clone())]),
                Validated::Unchanged,
                "{value}"
            );
        }
        for value in ["\"other\"", "", ",,,", "\"*\"x", "W/", "\""] {
            assert_eq!(
                evaluated(&[(IF_NONE_MATCH, value.to_owned())]),
                Validated::Changed,
                "{value}"
            );
        }
    }

    #[test]
    fn several_fields_are_one_list() {
        let tag = format!("\"{}\"", tag());
        assert_eq!(
            evaluated(&[(IF_NONE_MATCH, "\"a\"".into()), (IF_NONE_MATCH, tag)]),
            Validated::Unchanged
        );
    }

    #[test]
    fn if_none_match_wins_over_if_modified_since() {
        let equal = (
            IF_MODIFIED_SINCE,
            "Sun, 06 Nov 1994 08:49:37 GMT".to_owned(),
        );
        assert_eq!(
            evaluated(&[(IF_NONE_MATCH, "\"a\"".into()), equal]),
            Validated::Changed
        );
        let other = (
            IF_MODIFIED_SINCE,
            "Sun, 06 Nov 1994 08:49:36 GMT".to_owned(),
        );
        assert_eq!(
            evaluated(&[(IF_NONE_MATCH, "*".into()), other]),
            Validated::Unchanged
        );
    }

    #[test]
    fn if_modified_since_matches_on_equality_in_all_three_date_forms() {
        for (date, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Validated::Unchanged),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Validated::Unchanged),
            ("Sun Nov  6 08:49:37 1994", Validated::Unchanged),
            ("Sun, 06 Nov 1994 08:49:36 GMT", Validated::Changed),
            ("Mon, 06 Nov 2034 08:49:37 GMT", Validated::Changed),
            ("yesterday", Validated::Changed),
        ] {
            assert_eq!(
                evaluated(&[(IF_MODIFIED_SINCE, date.to_owned())]),
                expected,
                "{date}"
            );
        }
        assert_eq!(evaluated(&[]), Validated::Changed);
    }
}
