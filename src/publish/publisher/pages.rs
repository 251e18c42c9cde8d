//! The page or list that a request names, with everything that it shows.

use super::Publisher;
use crate::feed::snapshot::Snapshot;
use crate::model::term::Term;
use crate::render::pages::{Missing, Page, PageRequest};

impl Publisher {
    /// The page or list that is requested, in a snapshot.
    ///
    /// # Errors
    /// [`Missing`].
    pub fn find_page(&self, snapshot: &Snapshot, request: PageRequest) -> Result<Page, Missing> {
        let overview = || {
            let overview = self.overview();
            overview.ok_or_else(|| Missing::Unknown("nothing is published".to_owned()))
        };
        match request {
            PageRequest::Feed(version) => Ok(Page::Feed(version)),
            PageRequest::Select(selection) => match self.select(&selection) {
                Ok(version) => Ok(Page::Feed(version)),
                Err(term) => Err(Missing::Unknown(unused(&term))),
            },
            PageRequest::Article(key) => {
                let released = self.article(&key)?;
                let missing = || Missing::Unknown(format!("no article \"{key}\""));
                let released = released.ok_or_else(missing)?;
                match snapshot.publication.page(&released.article) {
                    Some(page) => Err(Missing::Elsewhere(page)),
                    None => Ok(Page::Article(released.into())),
                }
            }
            PageRequest::Catalogue => Ok(Page::Catalogue(overview()?)),
            PageRequest::Opml => Ok(Page::Opml(overview()?)),
            PageRequest::List => Ok(Page::List(overview()?)),
            PageRequest::Terms(kind, number) => Page::terms(overview()?, kind, number)
                .ok_or_else(|| Missing::Unknown(format!("there is no page {number}"))),
        }
    }
}

/// The message for a selection that names a term without articles.
pub fn unused(term: &Term) -> String {
    format!(
        "no article has the {} \"{}\"",
        term.kind.prefix(),
        term.key()
    )
}
