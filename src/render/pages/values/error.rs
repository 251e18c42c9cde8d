//! The values of `error.html`.

use serde::Serialize;

use super::PageValue;
use super::list::{FeedRow, FeedValue};
use crate::render::pages::frame::{ErrorReason, Frame};
use crate::render::pages::words::Words;
use crate::text::TYPED_CHARACTERS_MAX;

/// The values of `error.html`.
#[derive(Debug, Serialize)]
pub(in crate::render::pages) struct ErrorPageValues<'a> {
    page: PageValue,
    heading: &'static str,
    /// What may be the cause, and what to do.
    explanation: &'static str,
    /// What the address asks for.
    wanted: Option<&'a str>,
    /// The most characters that count of the words to search for.
    words_max: usize,
    /// The heading over the feeds.
    feeds_heading: &'static str,
    feeds: Vec<FeedValue<'a>>,
}

impl<'a> ErrorPageValues<'a> {
    pub(in crate::render::pages) fn new(
        frame: &Frame<'a>,
        reason: ErrorReason,
        wanted: Option<&'a str>,
        rows: &[FeedRow<'a>],
        is_near: bool,
    ) -> ErrorPageValues<'a> {
        let words = Words::of(frame.locale);
        let (heading, explanation) = match reason {
            ErrorReason::NoFeed => (words.no_feed, words.no_feed_hint),
            ErrorReason::NoTerm => (words.no_term, words.no_term_hint),
            ErrorReason::TooManyTerms => (words.too_many_terms, words.too_many_terms_hint),
            ErrorReason::NoArticle => (words.no_article, words.no_article_hint),
            ErrorReason::NoPage => (words.no_page, words.no_page_hint),
            ErrorReason::Ended => (words.ended, words.ended_hint),
            ErrorReason::Unavailable => (words.unavailable, words.unavailable_hint),
            ErrorReason::Starting => (words.starting, words.starting_hint),
        };
        let page = PageValue::new(frame, heading);
        ErrorPageValues {
            page: PageValue {
                canonical: None,
                // Before the first snapshot nothing can be searched.
                build: page.build.filter(|_| reason != ErrorReason::Starting),
                ..page
            },
            heading,
            explanation,
            wanted,
            words_max: TYPED_CHARACTERS_MAX,
            feeds_heading: if is_near {
                words.nearest
            } else {
                words.largest
            },
            feeds: FeedValue::each(frame, rows),
        }
    }
}
