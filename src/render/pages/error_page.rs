//! The pages that browsers get in place of an error's line of text.

use bytes::Bytes;

use crate::config::Config;
use crate::feed::compose::SiteRules;
use crate::feed::overview::FeedSummary;
use crate::model::url_encoding::encode_path;
use crate::render::pages::error::PageError;
use crate::render::pages::frame::{ErrorReason, Frame, Host};
use crate::render::pages::locale::Locale;
use crate::render::pages::templates::{ERROR, Templates};
use crate::render::pages::term_names::TermNames;
use crate::render::pages::values::{ErrorPageValues, FeedRow};

/// An error as a page shows it.
#[derive(Clone, Debug)]
pub struct ErrorPage {
    /// What is wrong.
    pub reason: ErrorReason,
    /// What the address asks for, in people's letters; not escaped.
    pub wanted: Option<String>,
    /// The feeds that it leads to.
    pub feeds: SuggestedFeeds,
}

/// Feeds that an error page leads to.
#[derive(Clone, Debug)]
pub enum SuggestedFeeds {
    /// Those that may be meant.
    Nearest(Vec<FeedSummary>),
    /// The largest, if none is near.
    Largest(Vec<FeedSummary>),
}

impl ErrorPage {
    /// Renders the page for browsers of a publication.
    ///
    /// # Errors
    /// When a replaced template fails.
    pub fn render(
        &self,
        config: &Config,
        site_rules: &SiteRules,
        templates: &Templates,
        locale: Locale,
    ) -> Result<Bytes, PageError> {
        let root = format!("{}/", encode_path(site_rules.prefix()));
        let names = TermNames::default();
        let frame = Frame {
            site: &config.site,
            names: &names,
            root: &root,
            base: site_rules.base(),
            // The address may be anything, so the menu of languages leads to the first page.
            path: "",
            locale,
            is_chosen: false,
            host: Host::Taspa,
        };
        let feeds = match &self.feeds {
            SuggestedFeeds::Nearest(feeds) | SuggestedFeeds::Largest(feeds) => feeds,
        };
        let rows: Vec<FeedRow<'_>> = feeds.iter().map(FeedRow::from).collect();
        let is_near = matches!(self.feeds, SuggestedFeeds::Nearest(_));
        let wanted = self.wanted.as_deref();
        let values = ErrorPageValues::new(&frame, self.reason, wanted, &rows, is_near);
        Ok(templates.render(ERROR, &frame, values)?.into())
    }
}
