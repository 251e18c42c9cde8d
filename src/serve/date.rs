//! The `Date` of responses.
//!
//! hyper writes one too, but renews it only once the clock has passed the second after the last one: after
//! the clock is set back, that date stays in the future. It leaves ours as it is. Only responses to requests
//! that hyper cannot parse have its date.

use std::cell::RefCell;

use hyper::header::{DATE, HeaderValue};

use crate::feed::headers::http_date;
use crate::model::time::Timestamp;
use crate::serve::reply::Reply;

thread_local! {
    /// The date of the last response of this thread, which many others have too.
    static LAST: RefCell<(Timestamp, HeaderValue)> =
        const { RefCell::new((Timestamp(i64::MIN), HeaderValue::from_static(""))) };
}

/// Dates a reply that is sent now.
pub(super) fn with_date(mut reply: Reply, now: Timestamp) -> Reply {
    reply.headers_mut().insert(DATE, header(now));
    reply
}

fn header(now: Timestamp) -> HeaderValue {
    LAST.with_borrow_mut(|(second, value)| {
        if *second != now {
            *second = now;
            *value = http_date(now);
        }
        value.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_follows_a_clock_that_is_set_back() {
        for (now, expected) in [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (784_111_778, "Sun, 06 Nov 1994 08:49:38 GMT"),
            (784_108_177, "Sun, 06 Nov 1994 07:49:37 GMT"),
            (-1, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ] {
            assert_eq!(header(Timestamp(now)), expected);
        }
    }
}
