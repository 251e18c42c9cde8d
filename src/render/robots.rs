//! `/robots.txt`: what crawlers may fetch (RFC 9309), and where the sitemaps are.

use crate::config::Config;
use crate::feed::sitemaps::{SitemapName, sitemap_path};

/// The media type of robots.txt.
pub const CONTENT_TYPE: &str = "text/plain; charset=utf-8";

/// The lines of feeds.toml as they are written, then those that name the sitemaps; `None` if feeds.toml has
/// neither `[robots]` nor `[sitemap]`.
pub fn render(config: &Config) -> Option<String> {
    let lines = config.robots.as_ref()?.lines.iter().cloned();
    let lines = lines.chain(sitemap_lines(config));
    Some(lines.map(|line| line + "\n").collect())
}

/// The lines of robots.txt that name the sitemaps.
pub fn sitemap_lines(config: &Config) -> Vec<String> {
    let names = config.sitemap.iter();
    let names = names.flat_map(|_| [SitemapName::Index, SitemapName::News(1)]);
    let base = &config.server.public_url;
    names
        .map(|name| format!("Sitemap: {base}{}", sitemap_path(name)))
        .collect()
}
