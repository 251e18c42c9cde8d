//! The lists of sections, tags and authors: all of them, those under a letter, or those that typed words
//! find.

use crate::feed::letter::Letter;
use crate::feed::overview::FeedSummary;
use crate::model::term::TermKind;
use crate::model::url_encoding::encode_query;
use crate::render::pages::frame::ListPart;

/// Terms on one page of their list.
pub const TERMS_A_PAGE: usize = 200;

/// The most feeds that typed words find.
pub const FOUND_MAX: usize = 1000;

/// The most feeds beside a search that finds nothing.
pub const NEAREST_MAX: usize = 8;

/// A request for a page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TermListRequest {
    /// The kind of its terms.
    pub kind: TermKind,
    /// Which of them it shows.
    pub filter: TermFilter,
    /// The number of the page, from 1.
    pub page: usize,
}

/// Which terms a list shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TermFilter {
    /// All, the largest feeds first.
    All,
    /// Those under a letter, in alphabetical order.
    Letter(Letter),
    /// Those that typed words find, the best matches first.
    Words(String),
}

impl TermListRequest {
    /// A page of the whole list.
    pub fn of_all(kind: TermKind, page: usize) -> TermListRequest {
        TermListRequest {
            kind,
            filter: TermFilter::All,
            page,
        }
    }

    /// Whether it shows what typed words find.
    pub fn is_search(&self) -> bool {
        matches!(self.filter, TermFilter::Words(_))
    }

    /// The same list at another page.
    pub fn at_page(&self, page: usize) -> TermListRequest {
        TermListRequest {
            page,
            ..self.clone()
        }
    }

    /// Its path below the public address, percent-encoded.
    pub fn path(&self) -> String {
        let filter = match &self.filter {
            TermFilter::All => None,
            TermFilter::Letter(letter) => {
                let letter = letter.lower_case().to_string();
                Some(format!("letter={}", encode_query(&letter)))
            }
            TermFilter::Words(words) => Some(format!("q={}", encode_query(words))),
        };
        let page = (self.page > 1).then(|| format!("page={}", self.page));
        let query = Vec::from_iter(filter.into_iter().chain(page)).join("&");
        let separator = if query.is_empty() { "" } else { "?" };
        format!("{}{separator}{query}", self.kind.folder())
    }
}

/// A page of a list with its feeds.
#[derive(Clone, Debug)]
pub struct TermList {
    /// What was requested.
    pub request: TermListRequest,
    /// The part of the list.
    pub part: ListPart,
    /// The feeds of this part.
    pub feeds: Vec<FeedSummary>,
    /// Where words find nothing: the feeds that may be meant.
    pub nearest: Vec<FeedSummary>,
    /// The letters that lists exist for.
    pub letters: Vec<Letter>,
    /// The number of the overview that it was made from.
    pub overview: u64,
}

impl TermList {
    /// A part of these feeds; `None` past the end of the list.
    pub fn new<'a>(
        request: TermListRequest,
        found: impl IntoIterator<Item = &'a FeedSummary>,
        nearest: Vec<FeedSummary>,
        letters: Vec<Letter>,
        overview: u64,
    ) -> Option<TermList> {
        let page = request.page;
        let skipped = page.checked_sub(1)?.checked_mul(TERMS_A_PAGE)?;
        let (mut shown, mut feeds) = (Vec::new(), 0);
        for (number, feed) in found.into_iter().enumerate() {
            if (skipped..skipped + TERMS_A_PAGE).contains(&number) {
                shown.push(feed.clone());
            }
            feeds = number + 1;
        }
        let pages = feeds.div_ceil(TERMS_A_PAGE).max(1);
        let list = TermList {
            request,
            part: ListPart { page, pages, feeds },
            feeds: shown,
            nearest,
            letters,
            overview,
        };
        (page <= pages).then_some(list)
    }
}
