//! Routes a request, and answers it or returns the job that makes the answer.
//!
//! The snapshot alone has a feed's validators, so a 304 costs one look-up; only a 200 may wait for a
//! document. Every request gets an answer.

use std::sync::Arc;

use hyper::{Method, Request};

use crate::feed::definitions::FeedKind;
use crate::feed::sitemaps::SitemapVersion;
use crate::feed::snapshot::FeedVersion;
use crate::model::format::Format;
use crate::model::selection::Selection;
use crate::model::time::Timestamp;
use crate::publish::published_state::PublishedState;
use crate::publish::read_handle::SelectError;
use crate::render::pages::PageRequest;
use crate::serve::answer::Answer;
use crate::serve::documents::Documents;
use crate::serve::reply::{self, Reply};
use crate::serve::request_context::RequestContext;
use crate::serve::route::{self, Target};
use crate::serve::{feeds, pages, sitemaps};

/// The answer to a request, or the job that makes it.
pub enum Dispatch {
    /// Nearly every request: a 304 or a cached feed.
    Ready(Answer),
    /// The document or page has to be made.
    Pending(Box<Job>),
}

/// The work that makes an answer.
pub struct Job {
    documents: Arc<Documents>,
    published: Arc<PublishedState>,
    resource: Resource,
    now: Timestamp,
}

enum Resource {
    Feed(Arc<FeedVersion>, Format),
    /// The page of a feed, in place of the feed.
    FeedPage(Arc<FeedVersion>),
    Selection(Selection, Format),
    Page(PageRequest),
    Asset(String),
    Sitemap(Arc<SitemapVersion>),
}

impl Resource {
    /// Whether it is made under the limit of selections.
    fn is_limited(&self) -> bool {
        match self {
            Resource::Selection(..) => true,
            Resource::Feed(version, _) | Resource::FeedPage(version) => {
                version.kind == FeedKind::Select
            }
            Resource::Page(page) => page.is_limited(),
            Resource::Asset(_) | Resource::Sitemap(_) => false,
        }
    }
}

/// Dispatches a request. `documents` is `None` until the state folder has been read.
pub fn dispatch<B>(
    documents: Option<&Arc<Documents>>,
    request: &Request<B>,
    now: Timestamp,
) -> Dispatch {
    if let Some(reply) = reply_to_method(request.method()) {
        return Dispatch::Ready(reply.into());
    }
    let starting = || Dispatch::Ready(reply::service_unavailable(reply::STARTING).into());
    let Some(documents) = documents else {
        return starting();
    };
    let published = documents.published.published_guard();
    let Some(published) = published.as_ref() else {
        return starting();
    };
    let context = RequestContext {
        documents,
        published,
        headers: request.headers(),
        query: request.uri().query(),
        now,
    };
    match route::resolve(published, request.uri().path(), context.query) {
        Target::Feed(version, format) => context.dispatch_feed(&version, format),
        Target::Select(selection, format) => {
            match documents.published.cached_selection(published, &selection) {
                Some(version) => context.dispatch_feed(&version, format),
                None => context.job(Resource::Selection(selection, format)),
            }
        }
        Target::Page(page) => context.job(Resource::Page(page)),
        Target::Asset(name) => context.job(Resource::Asset(name)),
        Target::Sitemap(version) => match sitemaps::cached(&context, version) {
            Some(answer) => Dispatch::Ready(answer),
            None => context.job(Resource::Sitemap(version.clone())),
        },
        Target::Text(text) => Dispatch::Ready(sitemaps::text(&context, text)),
        Target::Redirect(location) => Dispatch::Ready(reply::moved_permanently(&location).into()),
        Target::Gone => Dispatch::Ready(reply::gone().into()),
        Target::BadRequest(reason) => Dispatch::Ready(reply::bad_request(&reason).into()),
        Target::NotFound(reason) => Dispatch::Ready(reply::not_found(&reason).into()),
    }
}

/// The reply to every method but GET and HEAD.
fn reply_to_method(method: &Method) -> Option<Reply> {
    match *method {
        Method::GET | Method::HEAD => None,
        Method::OPTIONS => Some(reply::options()),
        Method::POST
        | Method::PUT
        | Method::DELETE
        | Method::PATCH
        | Method::TRACE
        | Method::CONNECT => Some(reply::method_not_allowed()),
        _ => Some(reply::not_implemented()),
    }
}

impl RequestContext<'_> {
    /// A feed in one format, or its page for a browser.
    fn dispatch_feed(&self, version: &Arc<FeedVersion>, format: Format) -> Dispatch {
        if self.wants_page() {
            return self.job(Resource::FeedPage(version.clone()));
        }
        match feeds::cached(self, version, format) {
            Some(answer) => Dispatch::Ready(answer),
            None => self.job(Resource::Feed(version.clone(), format)),
        }
    }

    fn job(&self, resource: Resource) -> Dispatch {
        Dispatch::Pending(Box::new(Job {
            documents: self.documents.clone(),
            published: self.published.clone(),
            resource,
            now: self.now,
        }))
    }
}

impl Job {
    /// Makes the answer to the dispatched request.
    pub async fn run(self, request: &Request<()>) -> Answer {
        let context = RequestContext {
            documents: &self.documents,
            published: &self.published,
            headers: request.headers(),
            query: request.uri().query(),
            now: self.now,
        };
        // Kept until there is an answer.
        let _place = match self.resource.is_limited() {
            true => match self.documents.selections.enter() {
                Ok(place) => Some(place),
                Err(refusal) => return reply::selection_refused(&refusal).into(),
            },
            false => None,
        };
        match self.resource {
            Resource::Feed(version, format) => feeds::make(&context, &version, format).await,
            Resource::FeedPage(version) => pages::feed_page(&context, version).await,
            Resource::Selection(selection, format) => {
                let (handle, published) =
                    (self.documents.published.clone(), self.published.clone());
                let search = move || handle.select(&published, &selection);
                match self.documents.selections.run(search).await {
                    Ok(Ok(version)) if context.wants_page() => {
                        pages::feed_page(&context, version).await
                    }
                    Ok(Ok(version)) => match feeds::cached(&context, &version, format) {
                        Some(answer) => answer,
                        None => feeds::make(&context, &version, format).await,
                    },
                    Ok(Err(error @ SelectError::Unknown(_))) => {
                        reply::not_found(&error.to_string()).into()
                    }
                    Ok(Err(error @ SelectError::TooCostly(_))) => {
                        reply::selection_refused(&error).into()
                    }
                    Err(refusal) => reply::selection_refused(&refusal).into(),
                }
            }
            Resource::Page(page) => pages::page(&context, page).await,
            Resource::Asset(name) => pages::asset(&context, &name).await,
            Resource::Sitemap(version) => sitemaps::make(&context, &version).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::pages::build_query::BuildQuery;

    #[test]
    fn the_page_that_builds_a_feed_is_limited_like_selections() {
        let build = PageRequest::Build(BuildQuery::parse("any=a"));
        assert!(Resource::Page(build).is_limited());
        assert!(!Resource::Page(PageRequest::Catalogue).is_limited());
    }
}
