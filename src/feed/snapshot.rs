//! What is published: for each feed its entries and validators, never changed once made.
//!
//! A request finds a [`FeedVersion`] and knows from it the tag and the date of every format without
//! rendering one.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use xxhash_rust::xxh3::Xxh3;

use crate::config::{Config, RedirectTo, Settings};
use crate::feed::compose::SiteRules;
use crate::feed::definitions::{FeedDefinition, FeedKind};
use crate::feed::document::{Channel, Feed};
use crate::feed::headers::FeedHeaders;
use crate::feed::poll_rate::PollRate;
use crate::index::{Index, Window};
use crate::model::article::Article;
use crate::model::format::Format;
use crate::model::record::RecordId;
use crate::model::time::Timestamp;
use crate::model::url_encoding::encode_path;
use crate::model::validators::Validators;

/// Every feed at one instant.
#[derive(Debug)]
pub struct Snapshot {
    /// The configuration it was made by.
    pub config: Arc<Config>,
    /// How many configurations this process had before: what only they decide is the same in all
    /// snapshots of one generation.
    pub generation: u64,
    /// The rules its entries are written by.
    pub site_rules: Arc<SiteRules>,
    /// Addresses of the past, decoded, with their query if they have one.
    pub redirects: Arc<HashMap<String, RedirectTo>>,
    /// By path without extension, such as `tags/мажилис`.
    pub feeds: HashMap<Arc<str>, Arc<FeedVersion>>,
}

impl Snapshot {
    /// Where links between pages start: the path of the public address, percent-encoded, with a
    /// slash at its end.
    pub fn root(&self) -> String {
        format!("{}/", encode_path(self.site_rules.prefix()))
    }
}

/// One feed as it stands until it changes.
#[derive(Debug)]
pub struct FeedVersion {
    /// Path without extension; of a selection with its query.
    pub path: Arc<str>,
    /// Where the feed comes from.
    pub kind: FeedKind,
    /// The rules its entries are written by.
    pub site_rules: Arc<SiteRules>,
    /// What the feed says of itself.
    pub channel: Arc<Channel>,
    /// Its caching, and how much of an article it carries.
    pub settings: Arc<Settings>,
    /// The articles of its window, newest first.
    pub entries: Box<[RecordId]>,
    /// The instant its window is true for.
    pub as_of: Timestamp,
    /// When something enters, leaves or changes by itself.
    pub next: Option<Timestamp>,
    /// What its tags are made of.
    pub digest: u128,
    /// When its content last changed.
    pub last_modified: Timestamp,
    /// The validators of the version before, whose documents may still be in the cache.
    pub previous: Option<Validators>,
    /// By format, made at the first request.
    headers: [OnceLock<Box<FeedHeaders>>; Format::ALL.len()],
    /// How often it is asked for; all versions of a feed count here, and all selections together.
    pub polls: Arc<PollRate>,
}

impl FeedVersion {
    /// The version of a feed at the index's instant, whose documents are written by this version of
    /// the renderer. `floor` is a date that earlier, forgotten answers may have had.
    pub fn build(
        renderer_version: u32,
        site_rules: &Arc<SiteRules>,
        index: &Index,
        definition: FeedDefinition,
        previous: Option<Validators>,
        floor: Timestamp,
    ) -> FeedVersion {
        let window = index.window(&definition.query, &definition.settings);
        let digest = digest(renderer_version, site_rules, index, &definition, &window);
        let content_time = window.content_time.unwrap_or(site_rules.epoch()).max(floor);
        let last_modified = last_modified(digest, content_time, previous, index.as_of());
        FeedVersion {
            path: definition.path,
            kind: definition.kind,
            site_rules: site_rules.clone(),
            channel: definition.channel,
            settings: definition.settings,
            entries: window
                .entries
                .iter()
                .map(|&article| index.record(article))
                .collect(),
            as_of: index.as_of(),
            next: window.next,
            digest,
            last_modified,
            previous: previous.filter(|previous| previous.digest != digest),
            headers: Default::default(),
            polls: Arc::default(),
        }
    }

    /// The feed of these articles, which are those of [`FeedVersion::entries`] in the same order.
    pub fn compose(&self, articles: &[Article]) -> Feed {
        let channel = self.channel.as_ref().clone();
        let content = self.settings.content;
        self.site_rules
            .compose(channel, content, articles, self.as_of)
    }

    /// The header values of answers with this feed in `format`.
    pub fn headers(&self, format: Format) -> &FeedHeaders {
        self.headers[format as usize]
            .get_or_init(|| Box::new(self.headers_under(self.validators(), format)))
    }

    /// The header values of a document in `format` that has other validators, such as the one of the
    /// version before.
    pub fn headers_under(&self, validators: Validators, format: Format) -> FeedHeaders {
        FeedHeaders::new(&self.channel, &self.settings, validators, format)
    }

    /// What the feed's answers are validated by.
    pub fn validators(&self) -> Validators {
        Validators {
            digest: self.digest,
            last_modified: self.last_modified,
        }
    }

    /// Whether a request could tell the two apart, or only one of them names records that stay.
    pub fn differs(&self, other: &FeedVersion) -> bool {
        self.validators() != other.validators()
            || self.entries != other.entries
            || self.next != other.next
            || self.settings != other.settings
    }
}

/// Everything that can reach a document of this feed: the version of the renderer, the site's
/// rules, the feed's own words, and each entry's revision, in order.
fn digest(
    renderer_version: u32,
    site_rules: &SiteRules,
    index: &Index,
    definition: &FeedDefinition,
    window: &Window,
) -> u128 {
    let head = (
        renderer_version,
        site_rules.digest_fields(),
        &*definition.channel,
        definition.settings.content,
    );
    let mut hash = Xxh3::new();
    hash.update(&postcard::to_stdvec(&head).expect("plain structs serialize"));
    for &article in &window.entries {
        hash.update(&index.revision(article).0.to_le_bytes());
        hash.update(&index.updated(article).0.to_le_bytes());
        for (place, replacement) in index.replacements(article) {
            hash.update(&place.to_le_bytes());
            hash.update(&replacement.len().to_le_bytes());
            hash.update(replacement.as_bytes());
        }
    }
    hash.digest128()
}

/// `Last-Modified`: the content's own time, unless the tag moves without it exceeding the last
/// value; then the second of publication. Never lowered, never in the future.
pub(crate) fn last_modified(
    digest: u128,
    content_time: Timestamp,
    previous: Option<Validators>,
    as_of: Timestamp,
) -> Timestamp {
    match previous {
        None => content_time,
        Some(previous) if previous.digest == digest => previous.last_modified,
        Some(previous) if content_time > previous.last_modified => content_time,
        Some(previous) => previous.last_modified.max(as_of),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_modified_moves_with_the_tag_and_only_forward() {
        let previous = |last_modified| {
            Some(Validators {
                digest: 1,
                last_modified: Timestamp(last_modified),
            })
        };
        for (digest, content_time, previous, expected, why) in [
            (1, 50, None, 50, "a new feed has its content's time"),
            (1, 90, previous(50), 50, "an equal tag keeps its date"),
            (2, 90, previous(50), 90, "newer content has its own time"),
            (
                2,
                40,
                previous(50),
                100,
                "a removal is dated when it was published",
            ),
            (2, 50, previous(50), 100, "an edit without a date too"),
            (
                2,
                40,
                previous(120),
                120,
                "a clock set back never lowers it",
            ),
        ] {
            let actual = last_modified(digest, Timestamp(content_time), previous, Timestamp(100));
            assert_eq!(actual, Timestamp(expected), "{why}");
        }
    }
}
