//! The header values of a feed's responses, built once for each version and format: every 304 clones
//! them.

use std::fmt::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use http::HeaderValue;

use crate::config::Settings;
use crate::feed::coding::Coding;
use crate::feed::document::Channel;
use crate::feed::etag::ETag;
use crate::model::format::Format;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;

/// The header values of a feed's document in one format.
#[derive(Debug)]
pub struct FeedHeaders {
    /// The entity tag without quotes and without the suffix of a coding.
    pub opaque_tag: String,
    /// `ETag`, by coding.
    etags: [HeaderValue; Coding::ALL.len()],
    /// When the content last changed.
    pub last_modified: Timestamp,
    /// `Last-Modified`.
    pub date: HeaderValue,
    /// `Link`.
    pub link: HeaderValue,
    /// `Content-Type`.
    pub content_type: HeaderValue,
    /// `Cache-Control`, while no change is due soon.
    cache_control: HeaderValue,
}

impl FeedHeaders {
    /// The header values of a channel's document in `format` with these validators.
    pub fn new(
        channel: &Channel,
        settings: &Settings,
        validators: Validators,
        format: Format,
    ) -> FeedHeaders {
        let etag = ETag::new(validators.digest, format);
        let mut etags = [const { HeaderValue::from_static("") }; Coding::ALL.len()];
        for coding in Coding::ALL {
            etags[coding as usize] = etag.value(coding);
        }
        FeedHeaders {
            opaque_tag: etag.to_string(),
            etags,
            last_modified: validators.last_modified,
            date: http_date(validators.last_modified),
            link: header(&links(channel, format)),
            content_type: HeaderValue::from_static(format.content_type()),
            cache_control: cache_control(settings, u32::MAX),
        }
    }

    /// `ETag` of the document in a coding.
    pub fn etag(&self, coding: Coding) -> HeaderValue {
        self.etags[coding as usize].clone()
    }

    /// `Cache-Control` of a feed whose next scheduled change is in `left` seconds, with the settings that
    /// these values were built from.
    pub fn cache_control(&self, settings: &Settings, left: u32) -> HeaderValue {
        let cached = settings
            .cache
            .saturating_add(settings.stale_while_revalidate);
        if left >= cached {
            self.cache_control.clone()
        } else {
            cache_control(settings, left)
        }
    }
}

/// The seconds until the next scheduled change.
pub fn seconds_left(next: Option<Timestamp>, now: Timestamp) -> u32 {
    next.map_or(u32::MAX, |next| {
        u32::try_from((next.0 - now.0).max(0)).unwrap_or(u32::MAX)
    })
}

/// `Cache-Control` of a document that stays the same for `left` seconds. `stale-if-error` may reach
/// further, for a broken origin.
pub fn cache_control(settings: &Settings, left: u32) -> HeaderValue {
    let max_age = settings.cache.min(left);
    let revalidate = settings.stale_while_revalidate.min(left - max_age);
    let mut value = format!("max-age={max_age}");
    for (name, seconds) in [
        ("stale-while-revalidate", revalidate),
        ("stale-if-error", settings.stale_if_error),
    ] {
        if seconds > 0 {
            let _ = write!(value, ", {name}={seconds}");
        }
    }
    header(&value)
}

/// The feed itself, its other formats, and its hubs (RFC 8288; WebSub, section 4).
fn links(channel: &Channel, format: Format) -> String {
    let mut links = format!("<{}>; rel=\"self\"", channel.address.url(format));
    for other in channel.formats.iter().filter(|other| **other != format) {
        let (url, kind) = (channel.address.url(*other), other.media_type());
        let _ = write!(links, ", <{url}>; rel=\"alternate\"; type=\"{kind}\"");
    }
    for hub in &*channel.hubs {
        let _ = write!(links, ", <{hub}>; rel=\"hub\"");
    }
    links
}

fn header(value: &str) -> HeaderValue {
    HeaderValue::try_from(value)
        .expect("dates, numbers and encoded URLs have no control characters")
}

/// IMF-fixdate (RFC 9110 §5.6.7), of dates before 1970 the first second of that year.
pub fn http_date(at: Timestamp) -> HeaderValue {
    let seconds = u64::try_from(at.0).unwrap_or(0);
    header(&httpdate::fmt_http_date(
        UNIX_EPOCH + Duration::from_secs(seconds),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_age_ends_at_the_next_scheduled_change() {
        let settings = Settings {
            cache: 300,
            stale_while_revalidate: 60,
            stale_if_error: 86400,
            ..Settings::default()
        };
        let whole = "max-age=300, stale-while-revalidate=60, stale-if-error=86400";
        for (next, expected) in [
            (None, whole),
            (Some(10_000), whole),
            (Some(1_360), whole),
            (
                Some(1_330),
                "max-age=300, stale-while-revalidate=30, stale-if-error=86400",
            ),
            (Some(1_020), "max-age=20, stale-if-error=86400"),
            (Some(1_000), "max-age=0, stale-if-error=86400"),
            (Some(900), "max-age=0, stale-if-error=86400"),
        ] {
            let left = seconds_left(next.map(Timestamp), Timestamp(1_000));
            assert_eq!(cache_control(&settings, left), expected, "{next:?}");
        }
    }
}
