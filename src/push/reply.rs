//! What the answer of a hub or a search engine means.

use std::time::Duration;

use http::StatusCode;

use crate::http_client::{Answer, CallError};
use crate::publish::push_report::PushResult;

/// Characters of the answer's own words, or of the address where it leads, that are shown.
const WORDS_MAX: usize = 160;

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// Whether what was told is taken.
    pub(super) result: PushResult,
    /// The answer in words.
    pub(super) words: String,
    /// The status, if there was a whole answer.
    pub(super) status: Option<StatusCode>,
    /// How long to wait before the next call, if the answer says so.
    pub(super) retry_after: Option<Duration>,
}

impl Reply {
    /// Reads an answer. What a status of success says beside it does not matter.
    pub(super) fn new(answered: Result<Answer, CallError>) -> Reply {
        let answer = match answered {
            Ok(answer) => answer,
            // Only the content of a success is read to its end.
            Err(error @ (CallError::TooLarge { .. } | CallError::IncompleteBody { .. })) => {
                return Reply::of(PushResult::Accepted, error.to_string());
            }
            Err(error) => return Reply::of(PushResult::Failed, error.to_string()),
        };
        let status = answer.status;
        let result = match status.as_u16() {
            200..=299 => PushResult::Accepted,
            408 | 429 | 500.. => PushResult::Failed,
            _ => PushResult::Refused,
        };
        Reply {
            status: Some(status),
            retry_after: answer.retry_after(),
            ..Reply::of(result, words(&answer))
        }
    }

    fn of(result: PushResult, words: String) -> Reply {
        Reply {
            result,
            words,
            status: None,
            retry_after: None,
        }
    }

    /// The reply of an answer with this status and nothing else.
    #[cfg(test)]
    pub(super) fn of_status(status: u16) -> Reply {
        Reply::new(Ok(Answer {
            url: url::Url::parse("https://hub.example/").expect("an address"),
            status: StatusCode::from_u16(status).expect("a status"),
            headers: http::HeaderMap::new(),
            body: bytes::Bytes::new(),
        }))
    }

    /// Whether a hub that refuses may take the same topics one by one.
    pub(super) fn is_about_topics(&self) -> bool {
        self.has_status(&[
            StatusCode::BAD_REQUEST,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::UNPROCESSABLE_ENTITY,
        ])
    }

    /// Whether an endpoint of IndexNow does not believe that the key is that of the host
    /// (<https://www.indexnow.org/documentation>).
    pub(super) fn is_about_key(&self) -> bool {
        self.has_status(&[StatusCode::FORBIDDEN, StatusCode::UNPROCESSABLE_ENTITY])
    }

    fn has_status(&self, any: &[StatusCode]) -> bool {
        self.status.is_some_and(|status| any.contains(&status))
    }
}

/// The status, and of an answer without success what helps: where it leads, or its reason, which is plain
/// text (WebSub, section 5.1).
fn words(answer: &Answer) -> String {
    let status = answer.status.to_string();
    let location = answer.header("location").unwrap_or_default();
    if answer.status.is_redirection() && !location.is_empty() {
        let to: String = location.chars().take(WORDS_MAX).collect();
        return format!("{status}, to {to}: redirects are not followed");
    }
    let text = String::from_utf8_lossy(&answer.body);
    let line = text.lines().next().unwrap_or_default().trim();
    let is_reason = !answer.status.is_success() && !line.is_empty() && !line.starts_with('<');
    if !is_reason {
        return status;
    }
    let visible = line.chars().filter(|c| !c.is_control());
    format!("{status}: {}", visible.take(WORDS_MAX).collect::<String>())
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use url::Url;

    use super::*;

    /// Two hundred characters.
    const LONG: &str = "https://new.example/0123456789012345678901234567890123456789012345678901234567890123456789\
                        01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";

    #[test]
    fn status_decides_and_words_help() {
        use PushResult::{Accepted, Failed, Refused};
        for (status, fields, body, result, is_about_topics, retry_after, words) in [
            (204, vec![], "", Accepted, false, None, "204 No Content"),
            (200, vec![], "\u{0}garbage", Accepted, false, None, "200 OK"),
            (202, vec![], "ok", Accepted, false, None, "202 Accepted"),
            (
                301,
                vec![("location", "https://new.example/")],
                "",
                Refused,
                false,
                None,
                "301 Moved Permanently, to https://new.example/: redirects are not followed",
            ),
            (
                308,
                vec![("location", LONG)],
                "",
                Refused,
                false,
                None,
                &format!(
                    "308 Permanent Redirect, to {}: redirects are not followed",
                    &LONG[..160]
                ),
            ),
            (304, vec![], "", Refused, false, None, "304 Not Modified"),
            (
                400,
                vec![],
                "Missing form argument: hub.topic\nbye",
                Refused,
                true,
                None,
                "400 Bad Request: Missing form argument: hub.topic",
            ),
            (
                403,
                vec![],
                "<h1>No</h1>",
                Refused,
                false,
                None,
                "403 Forbidden",
            ),
            (
                404,
                vec![],
                " a\u{7}b ",
                Refused,
                false,
                None,
                "404 Not Found: ab",
            ),
            (408, vec![], "", Failed, false, None, "408 Request Timeout"),
            (
                413,
                vec![],
                "",
                Refused,
                true,
                None,
                "413 Payload Too Large",
            ),
            (
                422,
                vec![],
                "",
                Refused,
                true,
                None,
                "422 Unprocessable Entity",
            ),
            (
                429,
                vec![("retry-after", "25")],
                "",
                Failed,
                false,
                Some(25),
                "429 Too Many Requests",
            ),
            (
                503,
                vec![("retry-after", "soon")],
                "",
                Failed,
                false,
                None,
                "503 Service Unavailable",
            ),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                headers.insert(name, value.parse().expect("a value"));
            }
            let answer = Answer {
                url: Url::parse("https://hub.example/").expect("an address"),
                status: StatusCode::from_u16(status).expect("a status"),
                headers,
                body: body.to_owned().into(),
            };
            let reply = Reply::new(Ok(answer));
            assert_eq!(reply.is_about_topics(), is_about_topics, "{status}");
            assert_eq!(reply.is_about_key(), matches!(status, 403 | 422));
            let expected = Reply {
                result,
                words: words.to_owned(),
                status: StatusCode::from_u16(status).ok(),
                retry_after: retry_after.map(Duration::from_secs),
            };
            assert_eq!(reply, expected, "{status}");
        }
    }

    #[test]
    fn content_of_a_success_does_not_matter_and_silence_is_a_failure() {
        let url = || "https://hub.example/".to_owned();
        let (bytes_max, waited) = (1, Duration::from_secs(30));
        for (error, result) in [
            (
                CallError::TooLarge {
                    url: url(),
                    bytes_max,
                },
                PushResult::Accepted,
            ),
            (
                CallError::IncompleteBody {
                    url: url(),
                    reason: "it ended".to_owned(),
                },
                PushResult::Accepted,
            ),
            (
                CallError::ResponseTimeout { url: url(), waited },
                PushResult::Failed,
            ),
            (
                CallError::Unreachable {
                    url: url(),
                    reason: "refused".to_owned(),
                },
                PushResult::Failed,
            ),
        ] {
            let words = error.to_string();
            let reply = Reply::new(Err(error));
            assert_eq!((reply.result, reply.words), (result, words));
        }
    }
}
