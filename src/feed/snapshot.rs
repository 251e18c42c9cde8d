//! The published snapshot: the entries and validators of each feed, immutable.
//!
//! A [`FeedVersion`] gives a request the ETag and the date of every format without rendering one.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use xxhash_rust::xxh3::Xxh3;

use crate::config::{Config, Limits, Settings};
use crate::feed::compose::SiteRules;
use crate::feed::definitions::{FeedDefinition, FeedKind};
use crate::feed::document::shared_entry::SharedEntry;
use crate::feed::document::{Channel, Feed};
use crate::feed::first_seen::FirstSeen;
use crate::feed::headers::FeedHeaders;
use crate::feed::last_modified::last_modified;
use crate::feed::poll_rate::PollRate;
use crate::feed::sitemaps::Sitemaps;
use crate::index::{Index, Window};
use crate::model::article::Article;
use crate::model::format::Format;
use crate::model::record::RecordId;
use crate::model::time::Timestamp;
use crate::model::url_encoding::encode_path;
use crate::model::validators::Validators;

/// Every feed at one instant. The feeds of dead terms, which are empty, are not among them.
#[derive(Debug)]
pub struct Snapshot {
    /// The configuration.
    pub config: Arc<Config>,
    /// The number of earlier configurations of this process. Everything that depends only on the
    /// configuration is the same in all snapshots of one generation.
    pub generation: u64,
    /// The rules of its entries.
    pub site_rules: Arc<SiteRules>,
    /// By path without extension, such as `tags/мажилис`.
    pub feeds: HashMap<Arc<str>, Arc<FeedVersion>>,
    /// The sitemaps; `None` if feeds.toml has no `[sitemap]`.
    pub sitemaps: Option<Arc<Sitemaps>>,
}

impl Snapshot {
    /// The base path of links between pages: that of the public address, percent-encoded, with a slash
    /// at its end.
    pub fn root(&self) -> String {
        format!("{}/", encode_path(self.site_rules.prefix()))
    }
}

/// One version of a feed.
#[derive(Debug)]
pub struct FeedVersion {
    /// Path without extension; of a selection with its query.
    pub path: Arc<str>,
    /// Where the feed comes from.
    pub kind: FeedKind,
    /// The rules of its entries.
    pub site_rules: Arc<SiteRules>,
    /// The feed's metadata.
    pub channel: Arc<Channel>,
    /// Its settings.
    pub settings: Arc<Settings>,
    /// The articles of its window, the newest first.
    pub entries: Box<[RecordId]>,
    /// The instant of its window.
    pub as_of: Timestamp,
    /// The next scheduled change: an entry that enters, leaves or is corrected.
    pub next: Option<Timestamp>,
    /// The digest that its ETags follow from.
    pub digest: u128,
    /// The digest of its entries alone. It stays when only the writer's version, the site's rules or the
    /// feed's metadata change.
    pub entries_digest: u64,
    /// When its content last changed.
    pub last_modified: Timestamp,
    /// Since when this process knows it.
    pub first_seen: FirstSeen,
    /// The validators of the previous version, whose documents may still be in the cache.
    pub previous: Option<Validators>,
    /// By format, built at the first request.
    headers: [OnceLock<Box<FeedHeaders>>; Format::ALL.len()],
    /// How often it is requested; shared by all versions of a feed, and by all selections.
    pub polls: Arc<PollRate>,
}

impl FeedVersion {
    /// The version of a feed at the instant of the index. `floor` is the latest `Last-Modified` that
    /// earlier responses may have had.
    pub fn build(
        renderer_version: u32,
        site_rules: &Arc<SiteRules>,
        index: &Index,
        definition: FeedDefinition,
        window: Window,
        previous: Option<Validators>,
        floor: Timestamp,
    ) -> FeedVersion {
        let (digest, entries_digest) =
            digests(renderer_version, site_rules, index, &definition, &window);
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
            entries_digest,
            last_modified,
            first_seen: FirstSeen::new(index.as_of(), Instant::now()),
            previous: previous.filter(|previous| previous.digest != digest),
            headers: Default::default(),
            polls: Arc::default(),
        }
    }

    /// The feed of these articles, which are those of [`FeedVersion::entries`] in the same order.
    pub fn compose(&self, articles: &[Article]) -> Feed {
        let channel = self.channel.as_ref().clone();
        let texts = self.settings.texts;
        self.site_rules
            .compose(channel, texts, articles, self.as_of)
    }

    /// The feed of its newest entries, which `entry` makes. It ends with the first entry at which its texts
    /// alone are more than a document may have, so that no more are in memory.
    pub fn compose_newest<E>(
        &self,
        mut entry: impl FnMut(RecordId) -> Result<SharedEntry, E>,
    ) -> Result<Feed, E> {
        let (mut entries, mut bytes) = (Vec::new(), 0);
        for &record in &self.entries {
            let entry = entry(record)?;
            bytes += entry.text_bytes();
            entries.push(entry);
            if bytes > self.site_rules.document_bytes() {
                break;
            }
        }
        let channel = self.channel.as_ref().clone();
        Ok(self.site_rules.from_entries(channel, entries))
    }

    /// The header values of this feed's responses in `format`.
    pub fn headers(&self, format: Format) -> &FeedHeaders {
        self.headers[format as usize]
            .get_or_init(|| Box::new(self.headers_under(self.validators(), format)))
    }

    /// The header values of a document in `format` with other validators, such as those of the previous
    /// version.
    pub fn headers_under(&self, validators: Validators, format: Format) -> FeedHeaders {
        FeedHeaders::new(&self.channel, &self.settings, validators, format)
    }

    /// The validators of the feed's responses.
    pub fn validators(&self) -> Validators {
        Validators {
            digest: self.digest,
            last_modified: self.last_modified,
        }
    }

    /// Goes on with what was noted of the version before: how often it is requested, and since when it is
    /// known if caches treat both alike.
    pub fn continues(&mut self, old: &FeedVersion) {
        self.polls = old.polls.clone();
        if self.digest == old.digest && self.settings == old.settings {
            self.first_seen = old.first_seen;
        }
    }

    /// Whether responses differ between the two, or the records that they name.
    pub fn differs(&self, other: &FeedVersion) -> bool {
        self.validators() != other.validators()
            || self.entries != other.entries
            || self.next != other.next
            || self.settings != other.settings
    }
}

/// Digests everything that a document of this feed depends on: the renderer's version, the site's rules,
/// the feed's metadata, and the revisions of the entries in order; then the entries alone.
fn digests(
    renderer_version: u32,
    site_rules: &SiteRules,
    index: &Index,
    definition: &FeedDefinition,
    window: &Window,
) -> (u128, u64) {
    let head = (
        renderer_version,
        site_rules.digest_fields(),
        &*definition.channel,
        definition.settings.texts,
    );
    let mut hash = Xxh3::new();
    hash.update(&postcard::to_stdvec(&head).expect("plain structs serialize"));
    let document_bytes = site_rules.document_bytes();
    if document_bytes != Limits::DOCUMENT_BYTES {
        hash.update(&document_bytes.to_le_bytes());
    }
    for hub in &*definition.channel.hubs {
        hash.update(b"hub ");
        hash.update(&(hub.len() as u64).to_le_bytes());
        hash.update(hub.as_bytes());
    }
    let mut entries = Xxh3::new();
    let mut update = |bytes: &[u8]| {
        hash.update(bytes);
        entries.update(bytes);
    };
    for &article in &window.entries {
        update(&index.revision(article).0.to_le_bytes());
        update(&index.updated(article).0.to_le_bytes());
        for (place, replacement) in index.replacements(article) {
            update(&place.to_le_bytes());
            update(&replacement.len().to_le_bytes());
            update(replacement.as_bytes());
        }
    }
    (hash.digest128(), entries.digest())
}
