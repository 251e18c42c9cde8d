//! Finds the page of a request.

use super::{ReadHandle, SelectError};
use crate::model::article_path::EXTENSIONS;
use crate::publish::published_state::PublishedState;
use crate::render::pages::{Page, PageRequest, ReleasedArticle};
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
            PageRequest::Build(query) => {
                let builder = self.feed_builder(published, query)?;
                Ok(Page::Build(builder.into()))
            }
            PageRequest::Article(key) => {
                let released = match self.article(published, &key)? {
                    Some(released) => Some(released),
                    None => self.article_of_file(published, &key)?,
                };
                let missing = || PageMissing::Unknown(format!("no article \"{key}\""));
                let released = released.ok_or_else(missing)?;
                match &released.article.url {
                    Some(page) => Err(PageMissing::Elsewhere(page.clone())),
                    None => Ok(Page::Article(released.into())),
                }
            }
            PageRequest::Catalogue => Ok(Page::Catalogue(published.overview())),
            PageRequest::Opml(scope) => Ok(Page::Opml(scope, published.overview())),
            PageRequest::List => Ok(Page::List(published.overview())),
            PageRequest::Terms(request) => {
                let number = request.page;
                let missing = || PageMissing::Unknown(format!("there is no page {number}"));
                let list = published.term_list(request).ok_or_else(missing)?;
                Ok(Page::Terms(list.into()))
            }
        }
    }

    /// The released article in the file at this path without extension. Links between articles name files,
    /// and the key of an article with an `id` does not say where its file is.
    fn article_of_file(
        &self,
        published: &PublishedState,
        path: &str,
    ) -> Result<Option<ReleasedArticle>, StoreError> {
        for name in [path, &format!("{path}/index")] {
            for extension in EXTENSIONS {
                let file = self.store().file(&format!("{name}.{extension}"))?;
                if let Some(key) = file.and_then(|file| file.key) {
                    return self.article(published, &key);
                }
            }
        }
        Ok(None)
    }
}
