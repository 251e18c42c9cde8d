//! Finds the page of a request.

use super::{ReadHandle, SelectError};
use crate::publish::published_state::PublishedState;
use crate::render::pages::{Page, PageRequest};
use crate::store::StoreError;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageMissing {
    /// There is no such page, for this reason.
    #[error("{0}")]
    Unknown(String),
    /// The article's page is at this address.
    #[error("the article is at {0}")]
    Elsewhere(String),
    /// The search for a selection takes too many steps.
    #[error(transparent)]
    TooCostly(SelectError),
    /// The article cannot be read.
    #[error("the article cannot be read")]
    Store(#[from] StoreError),
}

impl ReadHandle {
    /// Finds the page or list of a request.
    pub fn find_page(
        &self,
        published: &PublishedState,
        request: PageRequest,
    ) -> Result<Page, PageMissing> {
        match request {
            PageRequest::Feed(version) => Ok(Page::Feed(version)),
            PageRequest::Select(selection) => match self.select(published, &selection) {
                Ok(version) => Ok(Page::Feed(version)),
                Err(error @ SelectError::Unknown(_)) => {
                    Err(PageMissing::Unknown(error.to_string()))
                }
                Err(error @ SelectError::TooCostly(_)) => Err(PageMissing::TooCostly(error)),
            },
            PageRequest::Article(key) => {
                let released = self.article(published, &key)?;
                let missing = || PageMissing::Unknown(format!("no article \"{key}\""));
                let released = released.ok_or_else(missing)?;
                match &released.article.url {
                    Some(page) => Err(PageMissing::Elsewhere(page.clone())),
                    None => Ok(Page::Article(released.into())),
                }
            }
            PageRequest::Catalogue => Ok(Page::Catalogue(published.overview())),
            PageRequest::Opml => Ok(Page::Opml(published.overview())),
            PageRequest::List => Ok(Page::List(published.overview())),
            PageRequest::Terms(kind, number) => Page::terms(published.overview(), kind, number)
                .ok_or_else(|| PageMissing::Unknown(format!("there is no page {number}"))),
        }
    }
}
