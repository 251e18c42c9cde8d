//! The hosts of articles' pages. Search engines believe a sitemap that lists pages of another host only if
//! robots.txt of that host names it.

use std::collections::BTreeSet;

use url::{Origin, Url};

use crate::config::Config;
use crate::model::article::Article;
use crate::render::robots;

/// The hosts that are noted.
const HOSTS_MAX: usize = 20;

/// The origins of articles' pages, such as `https://dala.example`.
#[derive(Default)]
pub(super) struct PageHosts(BTreeSet<String>);

impl PageHosts {
    pub(super) fn add(&mut self, article: &Article) {
        let is_known = |url: &&String| {
            let mut known = self.0.iter();
            known.any(|known| {
                url.strip_prefix(&**known)
                    .is_some_and(|rest| rest.starts_with('/'))
            })
        };
        let url = article.url.as_ref().filter(|url| !is_known(url));
        let origin = url.and_then(|url| Some(origin(&Url::parse(url).ok()?)));
        if self.0.len() < HOSTS_MAX {
            self.0.extend(origin);
        }
    }

    /// What to put in robots.txt of hosts where this server has none.
    pub(super) fn lines(&self, config: &Config) -> Vec<String> {
        let wanted = robots::sitemap_lines(config);
        let Some(public) = Url::parse(&config.server.public_url).ok() else {
            return Vec::new();
        };
        if wanted.is_empty() {
            return Vec::new();
        }
        let here = origin(&public);
        let others = self.0.iter().filter(|host| **host != here);
        let mut lines: Vec<String> = others
            .map(|host| {
                format!(
                    "the sitemaps on {here} list pages on {host}: search engines believe them once \
                     {host}/robots.txt has these lines:"
                )
            })
            .collect();
        if public.path() != "/" {
            lines.push(format!(
                "robots.txt belongs to the root of a host, and `public-url` has a path: {here}/robots.txt \
                 must have these lines:"
            ));
        }
        if !lines.is_empty() {
            lines.extend(wanted.into_iter().map(|line| format!("  {line}")));
        }
        lines
    }
}

fn origin(url: &Url) -> String {
    match url.origin() {
        origin @ Origin::Tuple(..) => origin.ascii_serialization(),
        Origin::Opaque(_) => url.scheme().to_owned(),
    }
}
