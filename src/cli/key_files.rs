//! What `taspa check` says of the key files of IndexNow: which file has to be on which other host.

use std::collections::BTreeMap;

use crate::config::Config;
use crate::model::article::Accepted;
use crate::model::count::many;
use crate::push::PageGroup;

/// Hosts that are told apart. One that all articles name themselves may be any.
const HOSTS_MAX: usize = 20;

/// The places of key files that pages need and this server is not.
#[derive(Debug, Default)]
pub(super) struct KeyFiles {
    /// By the address below which the pages are, how many there are.
    pages: BTreeMap<String, usize>,
    /// Pages of further hosts.
    others: usize,
}

impl KeyFiles {
    /// Adds the page of an article that search engines may be told of.
    pub(super) fn add(&mut self, config: &Config, accepted: &Accepted) {
        let Some(url) = &accepted.article.url else {
            return;
        };
        if config.indexnow.is_none() || !accepted.visibility.is_in_search() {
            return;
        }
        let Some(group) = PageGroup::of(url, &config.server.public_url) else {
            return;
        };
        if group.root == config.server.public_url {
            return;
        }
        match self.pages.contains_key(&group.root) || self.pages.len() < HOSTS_MAX {
            true => *self.pages.entry(group.root).or_default() += 1,
            false => self.others += 1,
        }
    }

    /// The lines of the report.
    pub(super) fn lines(&self, config: &Config) -> Vec<String> {
        let Some(indexnow) = &config.indexnow else {
            return Vec::new();
        };
        let lines = self.pages.iter().map(|(root, pages)| {
            let file = indexnow.key_file();
            format!(
                "IndexNow: {} below {root}: put a file with the text `{}` there, so that {root}{file} answers with it",
                many(*pages, "page"),
                indexnow.key,
            )
        });
        let others = (self.others > 0).then(|| {
            let pages = many(self.others, "page");
            format!("IndexNow: {pages} of further hosts, each of which needs this file too")
        });
        lines.chain(others).collect()
    }
}
