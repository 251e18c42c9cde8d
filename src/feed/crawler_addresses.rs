//! The addresses at which search engines begin; they know those of months from the index.

use crate::config::Config;

const ROBOTS: &str = "/robots.txt";

/// All of them, below the public address.
pub(super) const CRAWLER_ADDRESSES: [&str; 3] =
    [ROBOTS, "/sitemaps/index.xml", "/sitemaps/news.xml"];

/// Whether this configuration serves such an address, where the public address has the path `prefix`:
/// robots.txt counts for a whole host.
pub(super) fn is_served(address: &str, config: &Config, prefix: &str) -> bool {
    match address {
        ROBOTS => config.robots.is_some() && prefix.is_empty(),
        _ => config.sitemap.is_some(),
    }
}
