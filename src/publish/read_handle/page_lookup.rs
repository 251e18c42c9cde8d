//! Finds the page of a request.

use super::ReadHandle;
use crate::feed::snapshot::Snapshot;
use crate::model::term::Term;
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
    /// The article cannot be read.
    #[error("the article cannot be read")]
    Store(#[from] StoreError),
}

impl ReadHandle {
    /// Finds the page or list of a request.
    pub fn find_page(
        &self,
        snapshot: &Snapshot,
        request: PageRequest,
    ) -> Result<Page, PageMissing> {
        let overview = || {
            let overview = self.overview();
            overview.ok_or_else(|| PageMissing::Unknown("nothing is published".to_owned()))
        };
        match request {
            PageRequest::Feed(version) => Ok(Page::Feed(version)),
            PageRequest::Select(selection) => match self.select(&selection) {
                Ok(version) => Ok(Page::Feed(version)),
                Err(term) => Err(PageMissing::Unknown(unknown_term(&term))),
            },
            PageRequest::Article(key) => {
                let released = self.article(&key)?;
                let missing = || PageMissing::Unknown(format!("no article \"{key}\""));
                let released = released.ok_or_else(missing)?;
                match snapshot.site_rules.page(&released.article) {
                    Some(page) => Err(PageMissing::Elsewhere(page)),
                    None => Ok(Page::Article(released.into())),
                }
            }
            PageRequest::Catalogue => Ok(Page::Catalogue(overview()?)),
            PageRequest::Opml => Ok(Page::Opml(overview()?)),
            PageRequest::List => Ok(Page::List(overview()?)),
            PageRequest::Terms(kind, number) => Page::terms(overview()?, kind, number)
                .ok_or_else(|| PageMissing::Unknown(format!("there is no page {number}"))),
        }
    }
}

/// The message about a term that no article has.
pub fn unknown_term(term: &Term) -> String {
    format!(
        "no article has the {} \"{}\"",
        term.kind.prefix(),
        term.key()
    )
}
