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

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use http::header::{HeaderMap, HeaderValue, RETRY_AFTER};
    use url::Url;

    use super::*;

    #[test]
    fn status_decides() {
        for (status, retry_after, expected) in [
            (200, None, Verdict::Accepted),
            (202, None, Verdict::Accepted),
            (204, None, Verdict::Accepted),
            (301, None, Verdict::Refused),
            (400, None, Verdict::Refused),
            (403, None, Verdict::KeyRefused),
            (404, None, Verdict::Refused),
            (408, None, Verdict::Later(None)),
            (422, None, Verdict::KeyRefused),
            (
                429,
                Some(120),
                Verdict::Later(Some(Duration::from_secs(120))),
            ),
            (503, None, Verdict::Later(None)),
        ] {
            let mut headers = HeaderMap::new();
            let retry_after = retry_after.map(HeaderValue::from);
            headers.extend(retry_after.map(|value| (RETRY_AFTER, value)));
            let answered = Ok(Answer {
                url: Url::parse("https://engine.example/").expect("an address"),
                status: StatusCode::from_u16(status).expect("a status"),
                headers,
                body: "<h1>rubbish</h1>".into(),
            });
            assert_eq!(Verdict::of(&answered), expected, "{status}");
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
