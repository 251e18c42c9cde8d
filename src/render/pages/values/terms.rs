//! The values of `terms.html`.

use serde::Serialize;

use super::list::{FeedRow, FeedValue};
use super::{Href, PageValue, list_name, list_page, page};
use crate::feed::letter::Letter;
use crate::model::term::TermKind;
use crate::render::pages::frame::{Frame, Host, ListPart};
use crate::render::pages::locale::Locale;
use crate::render::pages::term_list::{TermFilter, TermListRequest};
use crate::render::pages::words::Words;
use crate::text::TYPED_CHARACTERS_MAX;

/// The values of `terms.html`.
#[derive(Debug, Serialize)]
pub(in crate::render::pages) struct TermsPage<'a> {
    page: PageValue,
    /// `section`, `tag` or `author`.
    kind: &'static str,
    heading: &'static str,
    /// The number of feeds on all pages, with the noun.
    total: String,
    /// The search field; none where no program answers it.
    search: Option<SearchValue<'a>>,
    /// The letters that lists exist for; none where no program answers them.
    letters: Vec<LetterValue>,
    /// The whole list, if this is a part of it.
    whole: Option<Href>,
    feeds: Vec<FeedValue<'a>>,
    /// Where the search finds nothing: the feeds that may be meant.
    nearest: Vec<FeedValue<'a>>,
    part: PartValue,
}

#[derive(Debug, Serialize)]
struct SearchValue<'a> {
    url: Option<Href>,
    /// What was searched for, or empty.
    words: &'a str,
    /// The most characters of words that count.
    words_max: usize,
}

#[derive(Debug, Serialize)]
struct LetterValue {
    name: String,
    url: Option<Href>,
    current: bool,
}

/// The part of the list on this page.
#[derive(Debug, Serialize)]
struct PartValue {
    number: usize,
    of: usize,
    /// The part as text.
    text: String,
}

impl<'a> TermsPage<'a> {
    pub(in crate::render::pages) fn new(
        frame: &Frame<'a>,
        request: &'a TermListRequest,
        part: ListPart,
        letters: &[Letter],
        rows: &[FeedRow<'a>],
        nearest: &[FeedRow<'a>],
    ) -> TermsPage<'a> {
        let (locale, kind) = (frame.locale, request.kind);
        let heading = list_name(locale, kind);
        let text = part_text(locale, part);
        let (letter, words) = match &request.filter {
            TermFilter::All => (None, ""),
            TermFilter::Letter(letter) => (Some(*letter), ""),
            TermFilter::Words(words) => (None, &**words),
        };
        let mut title = vec![heading.to_owned()];
        title.extend(letter.map(Letter::upper_case));
        title.extend((part.page > 1).then(|| text.clone()));
        let is_answered = frame.host == Host::Taspa;
        let letters = letters.iter().map(|&other| LetterValue {
            name: other.upper_case(),
            url: page(
                frame,
                &TermListRequest {
                    filter: TermFilter::Letter(other),
                    ..TermListRequest::of_all(kind, 1)
                }
                .path(),
            ),
            current: letter == Some(other),
        });
        let link = |number| page(frame, &request.at_page(number).path());
        TermsPage {
            page: PageValue {
                previous: (part.page > 1).then(|| link(part.page - 1)).flatten(),
                next: (part.page < part.pages)
                    .then(|| link(part.page + 1))
                    .flatten(),
                ..PageValue::new(frame, &title.join(". "))
            },
            kind: kind.prefix(),
            heading,
            total: total(locale, kind, part.feeds),
            search: is_answered.then(|| SearchValue {
                url: list_page(frame, kind),
                words,
                words_max: TYPED_CHARACTERS_MAX,
            }),
            letters: letters.filter(|_| is_answered).collect(),
            whole: (request.filter != TermFilter::All)
                .then(|| list_page(frame, kind))
                .flatten(),
            feeds: FeedValue::each(frame, rows),
            nearest: FeedValue::each(frame, nearest),
            part: PartValue {
                number: part.page,
                of: part.pages,
                text,
            },
        }
    }
}

fn part_text(locale: Locale, part: ListPart) -> String {
    Words::of(locale)
        .part
        .replace("{pages}", &locale.number(part.pages))
        .replace("{page}", &locale.number(part.page))
}

fn total(locale: Locale, kind: TermKind, feeds: usize) -> String {
    let words = Words::of(locale);
    let noun = match kind {
        TermKind::Section => &words.count_sections,
        TermKind::Author => &words.count_authors,
        TermKind::Tag | TermKind::Lang => &words.count_tags,
    };
    locale.count(feeds, noun)
}
