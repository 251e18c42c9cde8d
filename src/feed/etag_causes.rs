//! Why the ETag of a feed moves from one configuration to another, its entries aside.
//!
//! A feed's digest is made of the fields that are compared here, and of its entries.

use crate::config::TextSettings;
use crate::feed::compose::SiteRules;
use crate::feed::document::Channel;

/// The cause of a move when the entries differ.
pub const ENTRIES: &str = "entries";

/// What the digest of a feed is made of besides its entries.
#[derive(Clone, Copy, Debug)]
pub struct DigestHead<'a> {
    /// The site's rules.
    pub site_rules: &'a SiteRules,
    /// The feed's metadata.
    pub channel: &'a Channel,
    /// How its entries carry texts.
    pub texts: TextSettings,
}

/// The keys of feeds.toml by which two heads differ; none if the ETag stays as long as the entries do.
pub fn etag_causes(before: DigestHead<'_>, after: DigestHead<'_>) -> Vec<&'static str> {
    let mut causes = before.site_rules.differing_keys(after.site_rules);
    if before.texts != after.texts {
        causes.extend(text_causes(before.texts, after.texts));
    }
    if before.channel != after.channel {
        causes.extend(channel_causes(before.channel, after.channel, &causes));
    }
    causes
}

fn text_causes(before: TextSettings, after: TextSettings) -> Vec<&'static str> {
    let TextSettings {
        content,
        summary_length,
        image_in_text,
    } = before;
    of([
        ("content", content != after.content),
        ("summary-length", summary_length != after.summary_length),
        ("image-in-text", image_in_text != after.image_in_text),
    ])
}

/// What differs by keys of the feed or of the site. The address and the id follow from the path and from keys
/// of the site, and so may the link.
fn channel_causes(before: &Channel, after: &Channel, of_site: &[&str]) -> Vec<&'static str> {
    let Channel {
        address,
        id,
        title,
        description,
        link,
        // Only pages show them.
        translations: _,
        language,
        author,
        copyright,
        icon,
        logo,
        cache_seconds,
        formats,
        hubs,
    } = before;
    let has_other_page = |channel: &Channel| channel.link != channel.address.page();
    let is_link = *link != after.link && (has_other_page(before) || has_other_page(after));
    let is_moved = *address != after.address || *id != after.id;
    of([
        ("name", is_moved && of_site.is_empty()),
        ("title", *title != after.title),
        ("description", *description != after.description),
        ("link", is_link),
        ("language", *language != after.language),
        ("author", *author != after.author),
        ("copyright", *copyright != after.copyright),
        ("icon", *icon != after.icon),
        ("logo", *logo != after.logo),
        ("cache", *cache_seconds != after.cache_seconds),
        ("formats", *formats != after.formats),
        ("hubs", *hubs != after.hubs),
    ])
}

fn of<const N: usize>(keys: [(&'static str, bool); N]) -> Vec<&'static str> {
    let differing = keys.into_iter().filter(|(_, differs)| *differs);
    differing.map(|(key, _)| key).collect()
}
