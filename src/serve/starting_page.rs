//! What browsers get before the first snapshot: a page in each language, and the files that it loads.

use std::sync::Arc;

use bytes::Bytes;

use crate::config::Config;
use crate::feed::compose::SiteRules;
use crate::model::url_encoding::strip_path_prefix;
use crate::render::pages::asset::Asset;
use crate::render::pages::error::PageError;
use crate::render::pages::error_page::{ErrorPage, SuggestedFeeds};
use crate::render::pages::frame::ErrorReason;
use crate::render::pages::locale::Locale;
use crate::render::pages::templates::Templates;

pub(crate) struct StartingPage {
    pages: Vec<(Locale, Bytes)>,
    /// The language of the publication.
    own: Locale,
    /// The path of the public address, without a slash at its end.
    prefix: String,
    templates: Arc<Templates>,
}

impl StartingPage {
    /// # Errors
    /// When a replaced template fails.
    pub(crate) fn new(
        config: &Config,
        templates: &Arc<Templates>,
    ) -> Result<StartingPage, PageError> {
        let site_rules = SiteRules::new(config);
        let page = ErrorPage {
            reason: ErrorReason::Starting,
            wanted: None,
            feeds: SuggestedFeeds::Nearest(Vec::new()),
        };
        let pages = Locale::ALL.into_iter().map(|locale| {
            let page = page.render(config, &site_rules, templates, locale)?;
            Ok((locale, page))
        });
        Ok(StartingPage {
            pages: pages.collect::<Result<_, PageError>>()?,
            own: Locale::of_site(&config.site.language),
            prefix: site_rules.prefix().to_owned(),
            templates: templates.clone(),
        })
    }

    /// The page in a language, else in that of the publication.
    pub(super) fn page(&self, locale: Option<Locale>) -> Option<Bytes> {
        let locale = locale.unwrap_or(self.own);
        let page = self.pages.iter().find(|(other, _)| *other == locale);
        page.map(|(_, page)| page.clone())
    }

    /// The file at a decoded path, with or without the prefix.
    pub(super) fn asset(&self, path: &str) -> Option<&Asset> {
        let path = strip_path_prefix(&self.prefix, path).unwrap_or(path);
        self.templates.asset(path.strip_prefix("/assets/")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit;

    #[test]
    fn files_are_found_with_and_without_the_prefix() {
        let folder = tempfile::tempdir().expect("a folder");
        for (prefix, path, is_found) in [
            ("", "/assets/style.css", true),
            ("/a", "/assets/style.css", true),
            ("/a", "/a/assets/style.css", true),
            ("/assets", "/assets/assets/style.css", true),
            ("/a", "/b/assets/style.css", false),
            ("/a", "/assets/none.css", false),
        ] {
            let feeds = "[source.directory]\n[auto.tags]\n";
            let mut config = testkit::newsroom(feeds, folder.path());
            config.server.public_url = format!("https://dala.example{prefix}/");
            let page = StartingPage::new(&config, &Templates::built_in()).expect("a page");
            assert_eq!(page.asset(path).is_some(), is_found, "{prefix} {path}");
        }
    }
}
