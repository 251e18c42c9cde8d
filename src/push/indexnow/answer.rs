//! What the answer of an IndexNow endpoint means.

use std::time::Duration;

use crate::http_client::{Answer, CallError};
use crate::publish::push_report::PushResult;

/// What an endpoint made of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It took the addresses.
    Accepted,
    /// It does not believe that the key is that of the host.
    KeyRefused,
    /// It takes no request like this one.
    Refused,
    /// It may take the same request later, but not before this time if it names one.
    Later(Option<Duration>),
}

impl Verdict {
    pub(super) fn of(answered: &Result<Answer, CallError>) -> Verdict {
        let answer = match answered {
            Ok(answer) => answer,
            // Only the content of a success is read to its end, and it does not matter.
            Err(CallError::TooLarge { .. } | CallError::IncompleteBody { .. }) => {
                return Verdict::Accepted;
            }
            Err(_) => return Verdict::Later(None),
        };
        match answer.status.as_u16() {
            200..=299 => Verdict::Accepted,
            403 | 422 => Verdict::KeyRefused,
            408 | 429 | 500.. => Verdict::Later(answer.retry_after()),
            _ => Verdict::Refused,
        }
    }

    pub(super) fn result(&self) -> PushResult {
        match self {
            Verdict::Accepted => PushResult::Accepted,
            Verdict::KeyRefused | Verdict::Refused => PushResult::Refused,
            Verdict::Later(_) => PushResult::Failed,
        }
    }
}

/// An answer in words: the status, and where a redirect leads.
pub(super) fn words(answered: &Result<Answer, CallError>) -> String {
    match answered {
        Ok(answer) if answer.status.is_redirection() => {
            let to = answer.header("location").unwrap_or("nowhere");
            format!("{}, to {to}: redirects are not followed", answer.status)
        }
        Ok(answer) => answer.status.to_string(),
        Err(error) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};
    use url::Url;

    use super::*;

    #[test]
    fn status_decides() {
        for (status, field, expected, shown) in [
            (200, None, Verdict::Accepted, "200 OK"),
            (202, None, Verdict::Accepted, "202 Accepted"),
            (204, None, Verdict::Accepted, "204 No Content"),
            (
                301,
                Some(("location", "https://new.example/")),
                Verdict::Refused,
                "301 Moved Permanently, to https://new.example/: redirects are not followed",
            ),
            (400, None, Verdict::Refused, "400 Bad Request"),
            (403, None, Verdict::KeyRefused, "403 Forbidden"),
            (404, None, Verdict::Refused, "404 Not Found"),
            (408, None, Verdict::Later(None), "408 Request Timeout"),
            (422, None, Verdict::KeyRefused, "422 Unprocessable Entity"),
            (
                429,
                Some(("retry-after", "120")),
                Verdict::Later(Some(Duration::from_secs(120))),
                "429 Too Many Requests",
            ),
            (503, None, Verdict::Later(None), "503 Service Unavailable"),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in field {
                headers.insert(name, value.parse().expect("a value"));
            }
            let answered = Ok(Answer {
                url: Url::parse("https://engine.example/").expect("an address"),
                status: StatusCode::from_u16(status).expect("a status"),
                headers,
                body: "<h1>rubbish</h1>".into(),
            });
            assert_eq!(Verdict::of(&answered), expected, "{status}");
            assert_eq!(words(&answered), shown);
        }
        let silent = Err(CallError::ResponseTimeout {
            url: "https://engine.example/".to_owned(),
            waited: Duration::from_secs(30),
        });
        assert_eq!(Verdict::of(&silent), Verdict::Later(None));
        let endless = Err(CallError::TooLarge {
            url: "https://engine.example/".to_owned(),
            bytes_max: 1,
        });
        assert_eq!(Verdict::of(&endless), Verdict::Accepted);
    }
}
