//! A request with the published state that answers it.

use std::sync::Arc;

use hyper::header::{ACCEPT_ENCODING, HeaderMap, HeaderName};
use url::form_urlencoded;

use crate::feed::coding::Coding;
use crate::model::time::Timestamp;
use crate::publish::published_state::PublishedState;
use crate::render::pages::locale::Locale;
use crate::serve::accept_encoding;
use crate::serve::documents::Documents;

const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

pub(super) struct RequestContext<'a> {
    pub(super) documents: &'a Arc<Documents>,
    pub(super) published: &'a Arc<PublishedState>,
    pub(super) headers: &'a HeaderMap,
    pub(super) query: Option<&'a str>,
    pub(super) now: Timestamp,
}

impl RequestContext<'_> {
    /// The coding of the response.
    pub(super) fn coding(&self) -> Coding {
        accept_encoding::choose(self.headers.get_all(ACCEPT_ENCODING))
    }

    /// Whether a browser opens the feed in a tab (`Sec-Fetch-Dest: document`), and the query does not
    /// ask for the feed itself.
    pub(super) fn wants_page(&self) -> bool {
        self.published.snapshot.config.server.browser_pages
            && is_navigation(self.headers)
            && self.parameter("raw").is_none()
    }

    /// The language of pages that the query names.
    pub(super) fn chosen_locale(&self) -> Option<Locale> {
        chosen_locale(self.query)
    }

    /// The decoded value of a query parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        parameter(self.query, name)
    }
}

/// Whether a browser opens the address in a tab (`Sec-Fetch-Dest: document`).
pub(super) fn is_navigation(headers: &HeaderMap) -> bool {
    let destination = headers.get(SEC_FETCH_DEST);
    destination.is_some_and(|destination| destination == "document")
}

/// The language of pages that a query names.
pub(super) fn chosen_locale(query: Option<&str>) -> Option<Locale> {
    Locale::from_tag(&parameter(query, "lang")?)
}

fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let mut parameters = form_urlencoded::parse(query?.as_bytes());
    let found = parameters.find(|(found, _)| found == name);
    found.map(|(_, value)| value.into_owned())
}
