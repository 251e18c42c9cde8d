//! `feeds.toml`: what the newsroom asked for, checked once.
//!
//! A [`Config`] holds no raw text: every default is filled in, every URL and zone parsed, every
//! term a [`Term`]. [`Config::load`] reports all problems of a file together, each with its place.
//!
//! `keys` has the facts about every key: begin there. No derived deserializer reads the file, because
//! one stops at the first mistake. Each module below reads one table into its checked form, reports
//! what it refuses, and goes on.
//!
//! `schema` writes the JSON Schema, `tests::reference` writes `docs/configuration.md`.
//!
//! Uses [`text`](crate::text) and [`model`](crate::model).

mod address;
mod config_file;
mod config_input;
mod corrections;
mod database_url;
mod directory;
mod discovery;
mod environment;
mod feed_name;
mod feeds;
mod form;
mod key;
mod keys;
mod kind;
mod known_tables;
mod line_correction;
mod load;
mod pairs_on_line;
mod reader;
mod redirects;
mod schema;
mod secrets;
mod server;
mod settings;
mod shortcode_form;
mod shortcodes;
mod site;
mod source;
mod sql;
mod syntax;
mod table;
mod template;
mod term_form;
mod terms;
#[cfg(test)]
mod testkit;
#[cfg(test)]
mod tests;
mod text_by_language;
pub(crate) mod toml_string;
mod unknown_key;
mod value;
mod wordpress;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

pub use self::config_file::ConfigFile;
pub use self::config_input::ConfigInput;
pub(crate) use self::database_url::SCHEMES as DATABASE_SCHEMES;
pub use self::feeds::ALL;
pub(crate) use self::line_correction::correct_line;
pub use self::load::{Environment, Loaded};
pub use self::redirects::RedirectTable;
pub use self::schema::schema;
use ipnet::IpNet;

use crate::model::format::Format;
use crate::model::selection::Selection;
use crate::model::term::{Term, TermKind};
use crate::model::time::Zone;
use crate::model::translations::Translations;
use crate::text::Shortcode;

/// A checked `feeds.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `[site]`.
    pub site: Site,
    /// `[server]`.
    pub server: Server,
    /// `[source.*]`.
    pub source: SourceConfig,
    /// `[defaults]`: what `/select` and every feed start from.
    pub defaults: Settings,
    /// `[auto.sections]`, if present.
    pub auto_sections: Option<AutoFeeds>,
    /// `[auto.tags]`, if present.
    pub auto_tags: Option<AutoFeeds>,
    /// `[auto.authors]`, if present.
    pub auto_authors: Option<AutoFeeds>,
    /// Every `[[feed]]` in the order of the file, but `all` first, declared or not.
    pub feeds: Vec<DeclaredFeed>,
    /// `[same]`: terms that count as another one.
    pub same: Vec<Alias>,
    /// `[[redirect]]`.
    pub redirects: RedirectTable,
    /// `[sitemap]`, if present.
    pub sitemap: Option<Sitemap>,
    /// `[robots]`, if it or `[sitemap]` is present.
    pub robots: Option<Robots>,
    /// `[websub]`.
    pub websub: WebSub,
    /// `[indexnow]`, if present.
    pub indexnow: Option<IndexNow>,
    /// Every term the file names, with its spelling and place.
    pub named_terms: Vec<NamedTerm>,
}

impl Config {
    /// The table of the automatic feeds of this kind, if present.
    pub fn auto(&self, kind: TermKind) -> Option<&AutoFeeds> {
        match kind {
            TermKind::Section => self.auto_sections.as_ref(),
            TermKind::Tag => self.auto_tags.as_ref(),
            TermKind::Author => self.auto_authors.as_ref(),
            TermKind::Lang => None,
        }
    }
}

/// The publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Its name.
    pub title: String,
    /// Its own address, absolute.
    pub url: String,
    /// The domain in article ids.
    pub id_authority: String,
    /// The year in article ids.
    pub id_year: u16,
    /// BCP 47.
    pub language: String,
    /// The languages in which it publishes, `language` among them.
    pub languages: Vec<String>,
    /// The zone of dates without an offset.
    pub zone: Zone,
    /// What it is about.
    pub description: Option<String>,
    /// The author of articles that name none.
    pub author: Option<String>,
    /// The address of `author`.
    pub email: Option<String>,
    /// A copyright line.
    pub copyright: Option<String>,
    /// A square picture, absolute URL.
    pub icon: Option<String>,
    /// A picture for feeds, absolute URL.
    pub logo: Option<String>,
    /// Its name and what it is about in other languages, for pages.
    pub translations: Translations,
}

/// The daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Where it listens.
    pub listen: Vec<Listen>,
    /// How readers reach it: absolute, with a trailing slash.
    pub public_url: String,
    /// Where health, metrics and status are served.
    pub admin: Option<Listen>,
    /// The folder of its state.
    pub state: PathBuf,
    /// What is written for each request.
    pub access_log: AccessLog,
    /// Whether a browser gets the page of a feed that it opens, and a page in place of an error's text.
    pub browser_pages: bool,
    /// Bytes of memory for cached documents.
    pub cache_bytes: u64,
    /// Proxies whose headers about the client are trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// The folder of files that replace built-in templates.
    pub templates: Option<PathBuf>,
    /// `[server.limits]`.
    pub limits: Limits,
}

/// Sitemaps for search engines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sitemap {
    /// The name of the publication in the news sitemap, if it is not the site's title.
    pub news_name: Option<String>,
}

/// What crawlers may fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Robots {
    /// The lines of robots.txt, without those that name the sitemaps.
    pub lines: Vec<String>,
}

/// The hubs that tell subscribers of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebSub {
    /// Their absolute URLs.
    pub hubs: Vec<String>,
    /// Whether this daemon tells them.
    pub ping: bool,
}

/// How search engines are told of pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexNow {
    /// The key, which is served as `/KEY.txt`.
    pub key: String,
    /// The absolute URL that is called.
    pub endpoint: String,
}

impl IndexNow {
    /// The name of the file whose text is the key.
    pub fn key_file(&self) -> String {
        format!("{}.txt", self.key)
    }
}

/// A socket to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// `127.0.0.1:8080`.
    Tcp(SocketAddr),
    /// `unix:/run/taspa/taspa.sock|0660`.
    Unix {
        /// Where it is.
        path: PathBuf,
        /// Who may open it, where that is not left to the umask.
        mode: Option<u32>,
    },
}

/// The form of the access log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessLog {
    /// None.
    Off,
    /// Apache's combined format.
    Combined,
    /// One JSON object a line.
    Json,
}

/// Limits for one client, or for all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections open at once; further ones wait in the kernel's queue.
    pub connections: u32,
    /// Connections open at once of one address; further ones are closed. Trusted proxies have no
    /// limit.
    pub connections_per_address: u32,
    /// Seconds until a request's headers must be complete; also how long an idle connection lives.
    pub header_timeout: u32,
    /// Seconds that a client may go without reading any of its reply.
    pub write_timeout: u32,
    /// Bytes of a request's line and headers.
    pub header_bytes: u32,
    /// Header lines of a request.
    pub headers: u32,
    /// Bytes of path and query.
    pub target_bytes: u32,
    /// Bytes of a request's body that are read and dropped, so that the connection can take the next
    /// request.
    pub body_bytes: u64,
    /// Bytes of a reply that the kernel buffers. It may buffer less (`net.core.wmem_max`), and needs
    /// more memory than that for its own records.
    pub send_bytes: u32,
    /// Bytes of a feed or of its page, before compression. The oldest entries are left out of a longer
    /// one.
    pub document_bytes: u64,
    /// Seconds after SIGTERM in which connections are still accepted, while `/readyz` already says no.
    pub shutdown_delay: u32,
    /// Seconds that open requests get after that.
    pub drain_timeout: u32,
}

impl Limits {
    /// The default of [`Limits::document_bytes`]. ETags do not depend on it, as in versions before there
    /// was this limit.
    pub const DOCUMENT_BYTES: u64 = 8 << 20;

    /// How many seconds stopping may take: both waits, and a reserve for what follows them.
    pub fn stopping_seconds(&self) -> u32 {
        const REST: u32 = 10;
        let requests = self.shutdown_delay.saturating_add(self.drain_timeout);
        requests.saturating_add(REST)
    }
}

/// Where the articles are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceConfig {
    /// `[source.directory]`.
    Directory(DirectoryConfig),
    /// `[source.sql]`.
    Sql(SqlConfig),
    /// `[source.wordpress]`.
    WordPress(WordPressConfig),
}

impl SourceConfig {
    /// Its name in messages before anything is read.
    pub fn name(&self) -> String {
        match self {
            SourceConfig::Directory(config) => config.path.display().to_string(),
            SourceConfig::Sql(_) => "[source.sql]".to_owned(),
            SourceConfig::WordPress(config) => config.url.clone(),
        }
    }

    /// Seconds between comparisons of everything.
    pub fn compared_every(&self) -> u32 {
        match self {
            SourceConfig::Directory(config) => config.rescan,
            SourceConfig::Sql(config) => config.reconcile,
            // Its watcher compares everything within `rows`; this is for what it may miss.
            SourceConfig::WordPress(config) => config.rows.saturating_mul(2),
        }
    }

    /// Article pages: a URL with `{key} {name} {year} {month} {day} {lang}`.
    pub fn link(&self) -> Option<&str> {
        match self {
            SourceConfig::Directory(config) => config.link.as_deref(),
            SourceConfig::Sql(config) => config.link.as_deref(),
            SourceConfig::WordPress(_) => None,
        }
    }
}

/// A database of articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlConfig {
    /// Where the database is.
    pub url: Secret,
    /// The statement that gives the articles, one a row.
    pub query: String,
    /// Seconds between polls for changes.
    pub refresh: u32,
    /// Seconds between comparisons of all ids.
    pub reconcile: u32,
    /// Seconds between comparisons of all columns.
    pub rows: u32,
    /// The channel of PostgreSQL whose notifications hint at changes; `None` turns listening off.
    pub listen: Option<String>,
    /// Where to listen, if not at `url`.
    pub listen_url: Option<Secret>,
    /// Values of an article's status that count as public, beside those that every system has.
    pub public_status: Vec<String>,
    /// Article pages: a URL with `{key} {name} {year} {month} {day} {lang}`.
    pub link: Option<String>,
}

/// A site of WordPress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordPressConfig {
    /// The address of the site, with a slash at its end.
    pub url: String,
    /// Seconds between polls for changes.
    pub refresh: u32,
    /// Seconds between comparisons of everything.
    pub rows: u32,
    /// The types of posts that are articles; never empty.
    pub post_types: Vec<String>,
    /// A user of the site and its application password.
    pub login: Option<(String, Secret)>,
}

/// A text that may hold a password. Its `Debug` form hides it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: String) -> Secret {
        Secret(text)
    }

    /// The hidden text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// A folder of articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryConfig {
    /// The folder.
    pub path: PathBuf,
    /// Patterns of paths, of which an article's must match one.
    pub include: Vec<String>,
    /// Patterns of paths of files and folders that are no articles.
    pub exclude: Vec<String>,
    /// What an article's key is made of.
    pub key: KeyFrom,
    /// Seconds between full reconciliations.
    pub rescan: u32,
    /// Whether file events are used.
    pub watch: Watch,
    /// How files that are not UTF-8 are read.
    pub legacy_encoding: LegacyEncoding,
    /// What becomes of a generator's tags, by their name.
    pub shortcodes: BTreeMap<String, Shortcode>,
    /// Article pages: a URL with `{key} {name} {year} {month} {day} {lang}`.
    pub link: Option<String>,
    /// Values of an article's status that count as public, beside those that every system has.
    pub public_status: Vec<String>,
    /// Further names of the keys of articles.
    pub fields: BTreeMap<String, Vec<String>>,
}

/// What an article's key is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFrom {
    /// The path below the folder, so that one name may occur in many folders.
    Path,
    /// The file name alone, so that folders may change.
    Name,
}

/// How changes are noticed between reconciliations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// By file events where they work.
    Auto,
    /// By reconciliation alone.
    Poll,
}

/// The one-byte encoding of files that are not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegacyEncoding {
    /// Russian.
    Windows1251,
    /// Kazakh: windows-1251 with the nine Kazakh letters.
    Kz1048,
}

impl LegacyEncoding {
    /// Its name in feeds.toml.
    pub fn name(self) -> &'static str {
        match self {
            LegacyEncoding::Windows1251 => "windows-1251",
            LegacyEncoding::Kz1048 => "kz-1048",
        }
    }
}

/// What every feed can set for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Entries, 1 to 500.
    pub items: u16,
    /// Seconds an entry stays beyond `items`, counted back from the newest one.
    pub keep: u32,
    /// How its entries carry the texts of articles.
    pub texts: TextSettings,
    /// The formats it is served in; never empty.
    pub formats: Vec<Format>,
    /// Whether lists of feeds have it.
    pub listed: bool,
    /// `max-age`, in seconds.
    pub cache: u32,
    /// `stale-while-revalidate`, in seconds.
    pub stale_while_revalidate: u32,
    /// `stale-if-error`, in seconds.
    pub stale_if_error: u32,
    /// Seconds an article is held back, counted from `published`.
    pub delay: u32,
    /// Seconds after `published` when an article leaves.
    pub oldest: Option<u32>,
}

/// How the entries of a feed carry the texts of articles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct TextSettings {
    /// How much of an article a feed carries.
    pub content: Content,
    /// The most characters of a lead, 100 to 5000.
    pub summary_length: u16,
    /// Whether the picture of an article stands in its text.
    pub image_in_text: ImageInText,
}

/// Whether the picture of an article stands at the front of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum ImageInText {
    /// Where the text has no picture.
    Auto,
    /// Never.
    Never,
}

/// How much of an article a feed carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Content {
    /// Lead and text.
    Full,
    /// The lead.
    Summary,
    /// The headline.
    Title,
}

/// A table below `[auto]`: a feed for each term of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutoFeeds {
    /// The feed's title, with `{name}` and `{site}`.
    pub title: String,
    /// The page a feed points at, with `{name}` and `{key}`; its own page where absent.
    pub link: Option<String>,
    /// Feeds with fewer articles are not listed.
    pub min_articles: u32,
    /// Terms that get no feed.
    pub except: BTreeSet<Term>,
    /// What an article must satisfy besides carrying the term.
    pub selection: Selection,
    /// Window, content and caching.
    pub settings: Settings,
}

/// A `[[feed]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredFeed {
    /// Its path, without slash in front.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: Option<String>,
    /// Its title and description in other languages, for pages.
    pub translations: Translations,
    /// BCP 47; the site's where absent.
    pub language: Option<String>,
    /// The author of entries that name none.
    pub author: Option<String>,
    /// The page it points at; its own page where absent.
    pub link: Option<String>,
    /// A picture, absolute URL.
    pub image: Option<String>,
    /// Which articles it holds, `[defaults]` included.
    pub selection: Selection,
    /// Window, content and caching.
    pub settings: Settings,
}

/// A line of `[same]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The term that articles and addresses may use.
    pub from: Term,
    /// The term it counts as.
    pub to: Term,
    /// `to` as the file writes it, without prefix: what feeds print.
    pub to_text: String,
    /// `from` in the same way, for the headings of pages.
    pub from_text: String,
}

/// Where a redirect leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedirectTo {
    /// 301 to this path or absolute URL.
    Moved(String),
    /// 410.
    Gone,
}

/// The path on this server to which a `[[redirect]]` without names leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectTarget {
    /// Percent-encoded, below the prefix of the public address.
    pub path: String,
    /// Byte offsets in the file.
    pub span: std::ops::Range<usize>,
}

/// A term that feeds.toml names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedTerm {
    /// The term.
    pub term: Term,
    /// As written, without prefix or `#`.
    pub text: String,
    /// Byte offsets in the file.
    pub span: std::ops::Range<usize>,
}
