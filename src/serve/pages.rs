//! Pages for people, the lists beside them, and the files they refer to.
//!
//! A page's tag is the digest of its bytes, so it moves exactly when the page does, whatever moved
//! it: an article, a template, a word. Pages have no date, which could not promise that.

use crate::render::pages::PageRequest;
use std::sync::Arc;

use bytes::Bytes;
use hyper::header::{ACCEPT_ENCODING, HeaderName, HeaderValue};
use tokio::task;
use url::form_urlencoded;

use super::conditional::Validated;
use super::reply::{Access, Head, Reply};
use super::{Asked, accept_encoding, conditional, reply, tell};
use crate::feed::coding::Coding;
use crate::feed::etag::ETag;
use crate::feed::headers::{cache_control, seconds_left};
use crate::feed::snapshot::FeedVersion;
use crate::publish::publisher::PageMissing;
use crate::render::pages::Page;
use crate::render::pages::locale::Locale;
use crate::serve::metrics::RequestKind;
use crate::serve::request_outcome::{Answer, Outcome};

/// How long what changes with every article may be cached: lists of feeds, and files whose address
/// does not have their version in it.
const SHORTLY: &str = "max-age=60";

const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// How long a file whose address has its version in it may be cached.
const FOR_EVER: &str = "max-age=31536000, immutable";

impl Asked<'_> {
    /// A page or list.
    pub(super) async fn page(&self, wanted: PageRequest) -> Answer {
        let sheet = match self.sheet(wanted).await {
            Ok(sheet) => sheet,
            Err(reply) => return (*reply).into(),
        };
        let document = match self.printed(&sheet).await {
            Ok(document) => document,
            Err(reply) => return (*reply).into(),
        };
        let coding = accept_encoding::choose(self.headers.get_all(ACCEPT_ENCODING));
        let tag = ETag::of(&document);
        let head = Head {
            etag: tag.value(coding),
            date: None,
            cache_control: self.cache_control(&sheet),
            link: None,
            content_type: sheet.content_type(),
            coding,
            access: match sheet {
                Page::Opml(_) | Page::List(_) => Access::Shared,
                _ => Access::Shown,
            },
        };
        let kind = match sheet {
            Page::Article(_) => RequestKind::Article,
            _ => RequestKind::Page,
        };
        self.validated(tag, head, document, kind).await
    }

    /// The page of a feed at the feed's own address.
    pub(super) async fn page_in_place(&self, version: &Arc<FeedVersion>) -> Answer {
        let sheet = Page::Feed(version.clone());
        let document = match self.printed(&sheet).await {
            Ok(document) => document,
            Err(reply) => return (*reply).into(),
        };
        let coding = accept_encoding::choose(self.headers.get_all(ACCEPT_ENCODING));
        match self.documents.encoded(document, coding).await {
            Ok(coded) => {
                let reply = reply::unvalidated(sheet.content_type(), coding, coded);
                Outcome::page(RequestKind::Page, coding).on(reply)
            }
            Err(_) => reply::unavailable(NOT_NOW).into(),
        }
    }

    /// Whether a browser is about to show a feed to somebody: it says that it loads a document
    /// (`Sec-Fetch-Dest`), and nobody asked for the feed as it is.
    pub(super) fn wants_page(&self) -> bool {
        let destination = self.headers.get(SEC_FETCH_DEST);
        self.published.snapshot.config.server.browser_pages
            && destination.is_some_and(|destination| destination == "document")
            && self.parameter("raw").is_none()
    }

    /// A style sheet, picture or font.
    pub(super) async fn asset(&self, name: &str) -> Answer {
        let Some(asset) = self.published.templates.asset(name) else {
            return reply::not_found(&format!("no file \"{name}\"")).into();
        };
        let is_this_version = self.parameter("v").is_some_and(|v| v == asset.version);
        let coding = match asset.is_text() {
            true => accept_encoding::choose(self.headers.get_all(ACCEPT_ENCODING)),
            false => Coding::Identity,
        };
        let tag = ETag::of(&asset.bytes);
        let head = Head {
            etag: tag.value(coding),
            date: None,
            cache_control: HeaderValue::from_static(if is_this_version {
                FOR_EVER
            } else {
                SHORTLY
            }),
            link: None,
            content_type: asset.media_type,
            coding,
            access: Access::Part,
        };
        let bytes = asset.bytes.clone();
        self.validated(tag, head, bytes, RequestKind::Page).await
    }

    /// 200 or 304 for a document that is at hand.
    async fn validated(&self, tag: ETag, head: Head, document: Bytes, kind: RequestKind) -> Answer {
        let coding = head.coding;
        let reply = match conditional::evaluate(self.headers, &tag.to_string(), None) {
            Validated::Unchanged => reply::not_modified(head),
            Validated::Changed => match self.documents.encoded(document, coding).await {
                Ok(coded) => reply::document(head, coded),
                Err(_) => reply::unavailable(NOT_NOW),
            },
        };
        Outcome::page(kind, coding).on(reply)
    }

    async fn printed(&self, sheet: &Page) -> Result<Bytes, Box<Reply>> {
        let printed = self.documents.page(sheet, self.published, self.locale());
        printed.await.map_err(|failure| {
            tell("a page", &failure);
            Box::new(reply::unavailable(NOT_NOW))
        })
    }

    /// What a page is made of, or the reply that there is none.
    async fn sheet(&self, wanted: PageRequest) -> Result<Page, Box<Reply>> {
        let (published, snapshot) = (
            self.documents.published().clone(),
            self.published.snapshot.clone(),
        );
        let sheet = task::spawn_blocking(move || published.find_page(&snapshot, wanted)).await;
        Err(Box::new(match sheet {
            Ok(Ok(sheet)) => return Ok(sheet),
            Ok(Err(PageMissing::Unknown(reason))) => reply::not_found(&reason),
            Ok(Err(PageMissing::Elsewhere(address))) => reply::found(&address),
            Ok(Err(PageMissing::Store(failure))) => {
                tell("the page of an article", &failure);
                reply::unavailable(NOT_NOW)
            }
            Err(_) => reply::unavailable(NOT_NOW),
        }))
    }

    /// A feed's page may be cached as long as the feed, an article's not past the instant at which
    /// it changes by itself.
    fn cache_control(&self, sheet: &Page) -> HeaderValue {
        let (settings, next) = match sheet {
            Page::Feed(version) => (&*version.settings, version.next),
            Page::Article(released) => (&self.published.snapshot.config.defaults, released.next),
            Page::Catalogue(_) | Page::Terms(..) | Page::Opml(_) | Page::List(_) => {
                return HeaderValue::from_static(SHORTLY);
            }
        };
        cache_control(settings, seconds_left(next, self.now))
    }

    /// The language that the address asks for, else the publication's.
    fn locale(&self) -> Locale {
        let asked = self.parameter("lang");
        let asked = asked.as_deref().and_then(Locale::from_tag);
        asked.unwrap_or_else(|| Locale::of_site(&self.published.snapshot.config.site.language))
    }

    /// The value of a query parameter, decoded; empty where it has none.
    fn parameter(&self, name: &str) -> Option<String> {
        let mut parameters = form_urlencoded::parse(self.query?.as_bytes());
        let found = parameters.find(|(found, _)| found == name);
        found.map(|(_, value)| value.into_owned())
    }
}

const NOT_NOW: &str = "this page cannot be made at the moment";
