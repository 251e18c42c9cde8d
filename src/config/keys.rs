//! The facts about every key of feeds.toml. The reader checks by them, `taspa schema` prints them for
//! editors, and `docs/configuration.md` is written from them.
//!
//! Each key is its meaning, then `NAME: kind = "name", form or range, meaning of its absence`, then
//! examples, of which a key without a default needs one.
//!
//! To add a key, write it here, add a field to its struct in `config.rs`, and read it in the module of
//! its table. Then run `UPDATE_DOCS=1 cargo test configuration_reference`.

use ipnet::IpNet;
use serde_json::json;

use super::address::{ABSOLUTE, CALLED, LISTEN, PUBLIC, REDIRECT_FROM, REDIRECT_TO, SITE};
use super::database_url::{DATABASE, NOTIFYING_DATABASE};
use super::feed_name::FEED_NAME;
use super::form::{Form, word};
use super::key::Absent::{Default, Optional, OptionalNotBlank, Required};
use super::key::{Key, TableKeys};
use super::kind::{ByLanguage, Integer, List, Size, Switch, Tables};
use super::template::{ARTICLE_LINK, TERM_LINK, TITLE_TEMPLATE};
use super::term_form::TERM;
use super::value::{
    ANY, AUTHORITY, DURATION, EMAIL, FILLED, GLOB, INDEXNOW_KEY, LANGUAGE, NETWORK,
    POSITIVE_DURATION, POST_TYPE, ROBOTS_LINE, ZONE,
};
use super::{AccessLog, Content, ImageInText, KeyFrom, LegacyEncoding, Listen, RedirectTo, Watch};
use crate::model::format::Format;
use crate::model::time::Zone;
use crate::text::LEAD_CHARACTERS_MAX;

/// Declares a module with a constant for each key of a table, and `TABLE` with all of them. The
/// table may share the keys of another (`+ other`) and have a rule about several keys (`where`).
macro_rules! keys {
    ($table:ident $(+ $shared:ident)? $(where $rule:expr)? => $(
        $(#[doc = $doc:literal])+
        $name:ident: $kind:ty = $key:literal, $value:expr, $absent:expr $(, $example:expr)*;
    )*) => {
        pub(in crate::config) mod $table {
            #[allow(unused_imports, reason = "no table needs all kinds")]
            use super::*;

            $(pub(in crate::config) const $name: Key<$kind> = Key {
                name: $key,
                kind: $value,
                absent: $absent,
                examples: &[$($example),*],
                doc: concat!($($doc),+).trim_ascii_start(),
            };)*

            pub(in crate::config) static TABLE: TableKeys = TableKeys {
                own: &[$(($key, || $name.facts())),*],
                shared: &[$(&$shared::TABLE)?],
                rules: &[$($rule)?],
            };
        }
    };
}

keys! { root =>
    /// The publication.
    SITE: Tables = "site", Tables::One(&site::TABLE), Required;
    /// The daemon.
    SERVER: Tables = "server", Tables::One(&server::TABLE), Optional;
    /// Where the articles are: exactly one of its two tables.
    SOURCE: Tables = "source", Tables::One(&source::TABLE), Required;
    /// What every feed and every combination of terms starts from. Terms here add to those of each
    /// feed; any other key of a feed replaces the one here.
    DEFAULTS: Tables = "defaults", Tables::One(&defaults::TABLE), Optional;
    /// Feeds that need no declaration. A table that is present, even empty, switches them on for all
    /// terms that the articles have.
    AUTO: Tables = "auto", Tables::One(&auto::TABLE), Optional;
    /// A feed of your own. The feed `all` exists by itself; declare it only to change it.
    FEED: Tables = "feed", Tables::List(&feed::TABLE), Optional;
    /// Terms that count as one. Each key is the term that is kept; its value is the term, or the list
    /// of terms, whose addresses lead there, as in `"#мажилис" = ["#мәжіліс"]`.
    SAME: Tables = "same", Tables::OfTerms(&same::TABLE), Optional;
    /// Where an address of the past leads.
    REDIRECT: Tables = "redirect", Tables::List(&redirect::TABLE), Optional;
    /// Sitemaps for search engines: `/sitemaps/index.xml` with a file for each month, and `/sitemaps/news.xml` with
    /// the articles of the last 48 hours. A table that is present, even empty, switches them on.
    SITEMAP: Tables = "sitemap", Tables::One(&sitemap::TABLE), Optional;
    /// `/robots.txt`, which says what crawlers may fetch. It is served if this table or `[sitemap]` is present and
    /// `public-url` has no path, because crawlers ask the root of a host for it.
    ROBOTS: Tables = "robots", Tables::One(&robots::TABLE), Optional;
    /// Hubs of WebSub, which tell subscribers of a change at once.
    WEBSUB: Tables = "websub", Tables::One(&websub::TABLE), Optional;
    /// IndexNow, which tells search engines of pages that are new, changed or withdrawn.
    INDEXNOW: Tables = "indexnow", Tables::One(&indexnow::TABLE), Optional;
}

keys! { site =>
    /// The name of the publication. A table by language, `{ ru = "Дала жаңалықтары", en = "Steppe News" }`, is for
    /// the pages of this server; feeds carry the text in `language`.
    TITLE: ByLanguage = "title", ByLanguage(FILLED), Required, "Дала жаңалықтары";
    /// The address of the site that readers know, not of this server.
    URL: Form<String> = "url", ABSOLUTE, Required, "https://dala.example/";
    /// A domain that you own, or an e-mail address there. With `id-year` it makes the id of every
    /// article, so it must never change.
    ID_AUTHORITY: Form<String> = "id-authority", AUTHORITY, Required, "dala.example";
    /// A year in which you already owned `id-authority`. It must never change.
    ID_YEAR: Integer<u16> = "id-year", Integer(1990..=2999), Required, 2026;
    /// The language of articles that do not say theirs, as a BCP 47 tag. Kazakh is `kk`.
    LANGUAGE: Form<String> = "language", super::LANGUAGE, Default("ru");
    /// The languages in which it publishes, as BCP 47 tags; `language` must be one of them. The language of
    /// an article that does not name it is guessed among these. If absent: `language`, and `kk` beside `ru`.
    LANGUAGES: List<String> = "languages",
        List { item: super::LANGUAGE, set_of: Some("language"), or_one: false }, Optional, &["ru", "kk", "en"];
    /// The time zone of dates without an offset, by its IANA name.
    TIME_ZONE: Form<Zone> = "time-zone", ZONE, Default("UTC"), "Asia/Almaty";
    /// What the publication is about, in one language or in a table by language.
    DESCRIPTION: ByLanguage = "description", ByLanguage(FILLED), Optional, "Новости Казахстана";
    /// The author of articles that name none; `title` if absent.
    AUTHOR: Form<String> = "author", FILLED, Optional, "Редакция";
    /// The e-mail address of `author`. RSS names both as its managing editor.
    EMAIL: Form<String> = "email", super::EMAIL, Optional, "editors@dala.example";
    /// A copyright line.
    COPYRIGHT: Form<String> = "copyright", FILLED, Optional, "© Дала жаңалықтары";
    /// The address of a square picture.
    ICON: Form<String> = "icon", ABSOLUTE, Optional, "https://dala.example/icon.png";
    /// The address of a wide picture. RSS shows `icon` if absent.
    LOGO: Form<String> = "logo", ABSOLUTE, Optional, "https://dala.example/logo.png";
}

keys! { server =>
    /// Where readers are served. A Unix socket may name its mode, in octal. Sockets that systemd
    /// passes win.
    LISTEN: List<Listen> = "listen",
        List { item: super::LISTEN, set_of: Some("address"), or_one: true }, Default(&["127.0.0.1:8080"]),
        &["unix:/run/taspa/taspa.sock|0660"], &["127.0.0.1:8080", "[::1]:8080"];
    /// How readers reach this server, proxies included. Every absolute address begins with it, and
    /// its path is a prefix.
    PUBLIC_URL: Form<String> = "public-url", PUBLIC, Default("http://127.0.0.1:8080/"), "https://feeds.dala.example/";
    /// Where health, metrics and the status page are served; nowhere if absent. It must not be one
    /// of `listen`. A Unix socket may name its mode, in octal.
    ADMIN: Form<Listen> = "admin", super::LISTEN, Optional, "127.0.0.1:9091", "unix:/run/taspa/admin.sock|0660";
    /// The folder in which taspa keeps its state. It is safe to delete.
    STATE: Form<String> = "state", FILLED, Default("state");
    /// The form of the access log on standard output: none, the combined format of Apache, or one
    /// JSON object a line.
    ACCESS_LOG: Form<AccessLog> = "access-log", word(), Default("off");
    /// Whether a browser that opens a feed shows its page instead of XML, and a page instead of the line of
    /// text of an error.
    BROWSER_PAGES: Switch = "browser-pages", Switch, Default(true);
    /// How much memory cached documents may take.
    CACHE_BYTES: Size<u64> = "cache-bytes", Size(0..=1 << 40), Default("64MiB");
    /// Proxies whose headers about the client are trusted. Unix sockets always are.
    TRUSTED_PROXIES: List<IpNet> = "trusted-proxies", List::of(NETWORK), Default(&["127.0.0.0/8", "::1/128"]),
        &["10.0.0.0/8"];
    /// A folder whose files replace the built-in pages.
    TEMPLATES: Form<String> = "templates", FILLED, Optional, "templates";
    /// Limits for one client, or for all together.
    LIMITS: Tables = "limits", Tables::One(&limits::TABLE), Optional;
}

keys! { limits =>
    /// Connections open at once; further ones wait.
    CONNECTIONS: Integer<u32> = "connections", Integer(1..=1_000_000), Default(10_000);
    /// Connections open at once of one IPv4 address or IPv6 /64; further ones are closed. Trusted
    /// proxies have no limit.
    CONNECTIONS_PER_ADDRESS: Integer<u32> = "connections-per-address", Integer(1..=1_000_000), Default(256);
    /// Header lines of a request; the answer to more is 431.
    HEADERS: Integer<u32> = "headers", Integer(8..=1000), Default(64);
    /// How long the headers of a request may take, and how long an idle connection lives.
    HEADER_TIMEOUT: Form<u32> = "header-timeout", POSITIVE_DURATION, Default("10s");
    /// How long a client may go without reading any of its answer.
    WRITE_TIMEOUT: Form<u32> = "write-timeout", POSITIVE_DURATION, Default("30s");
    /// How long requests are still taken after SIGTERM, while `/readyz` says no.
    SHUTDOWN_DELAY: Form<u32> = "shutdown-delay", DURATION, Default("0s");
    /// How long open requests may take after `shutdown-delay`.
    DRAIN_TIMEOUT: Form<u32> = "drain-timeout", DURATION, Default("10s");
    /// The length of a request's line and headers; the answer to more is 431.
    HEADER_BYTES: Size<u32> = "header-bytes", Size(8 << 10..=1 << 20), Default("32KiB");
    /// The length of a path with its query; the answer to more is 414.
    TARGET_BYTES: Size<u32> = "target-bytes", Size(256..=64 << 10), Default("8KiB");
    /// How much of a request's body is read and dropped; the connection ends beyond.
    BODY_BYTES: Size<u64> = "body-bytes", Size(0..=1 << 20), Default("64KiB");
    /// How much of an answer the kernel buffers for a client.
    SEND_BYTES: Size<u32> = "send-bytes", Size(16 << 10..=16 << 20), Default("64KiB");
    /// The length of a feed or of its page, before compression; the oldest entries are left out of a longer
    /// one.
    DOCUMENT_BYTES: Size<u64> = "document-bytes", Size(1 << 20..=1 << 30), Default("8MiB");
}

keys! { source where || json!({ "oneOf": [{ "required": ["directory"] }, { "required": ["sql"] }, { "required": ["wordpress"] }] }) =>
    /// A folder of articles, one a file.
    DIRECTORY: Tables = "directory", Tables::One(&directory::TABLE), Optional;
    /// A database of articles, one a row.
    SQL: Tables = "sql", Tables::One(&sql::TABLE), Optional;
    /// A site of WordPress, read through its REST interface.
    WORDPRESS: Tables = "wordpress", Tables::One(&wordpress::TABLE), Optional;
}

keys! { directory =>
    /// The folder of the articles.
    PATH: Form<String> = "path", FILLED, Default("articles");
    /// Patterns of paths below the folder; what none of them matches is no article.
    INCLUDE: List<String> = "include", List::of(GLOB), Default(&["**/*"]), &["news/**", "**/*.md"];
    /// Patterns of paths of files and folders that are no articles.
    EXCLUDE: List<String> = "exclude", List::of(GLOB), Default(&[]), &["drafts", "**/notes-*.txt"];
    /// What names an article: its path below the folder, or its file name alone, so that folders may
    /// change.
    KEY: Form<KeyFrom> = "key", word(), Default("path");
    /// How often the whole folder is compared.
    RESCAN: Form<u32> = "rescan", POSITIVE_DURATION, Default("60s");
    /// How changes are noticed in between: by file events where they work, or not at all.
    WATCH: Form<Watch> = "watch", word(), Default("auto");
    /// The encoding of files that are not UTF-8.
    LEGACY_ENCODING: Form<LegacyEncoding> = "legacy-encoding", word(), Default("windows-1251");
    /// The address of an article's page on your site; a page of this server if absent.
    LINK: Form<String> = "link", ARTICLE_LINK, Optional, "https://dala.example/news/{key}";
    /// Values of an article's `status`, `visibility` or `pubstatus` that mean that it is public, beside
    /// `published`, `publish`, `public`, `released`, `usable` and `live`. Any other value hides it.
    PUBLIC_STATUS: List<String> = "public-status", List::of(FILLED), Default(&[]), &["approved"];
    /// Further names of the keys of articles. One counts where its key is missing; those of `draft`,
    /// `expires`, `feed` and `date` count beside it.
    FIELDS: Tables = "fields", Tables::One(&article_fields::TABLE), Optional;
    /// What becomes of the tags of a site generator in texts, by their name, such as `advert = "drop"`.
    /// `drop` takes a tag out with all up to its end tag, `inner` leaves what is between them, and HTML
    /// stands in their place: `{argument}` is an argument's value by name or, from 0, by place, `{inner}`
    /// what the tags enclose.
    SHORTCODES: Tables = "shortcodes", Tables::OfShortcodes(&shortcodes::TABLE), Optional;
}

keys! { article_fields =>
    /// Further names of the title.
    TITLE: List<String> = "title", List::of(FILLED), Default(&[]), &["kicker"];
    /// Further names of the date of publication.
    DATE: List<String> = "date", List::of(FILLED), Default(&[]), &["data-pub"];
    /// Further names of the date of the last correction.
    UPDATED: List<String> = "updated", List::of(FILLED), Default(&[]), &["edited-on"];
    /// Further names of the date from which on no feed has it.
    EXPIRES: List<String> = "expires", List::of(FILLED), Default(&[]), &["valid-until"];
    /// Further names of the flag that hides an article.
    DRAFT: List<String> = "draft", List::of(FILLED), Default(&[]), &["embargoed"];
    /// Further names of the flag that keeps it out of feeds if it is false.
    FEED: List<String> = "feed", List::of(FILLED), Default(&[]), &["in-feeds"];
    /// Further names of the id.
    ID: List<String> = "id", List::of(FILLED), Default(&[]), &["guid"];
    /// Further names of the address of its page.
    URL: List<String> = "url", List::of(FILLED), Default(&[]), &["webpage"];
    /// Further names of the last part of that address.
    SLUG: List<String> = "slug", List::of(FILLED), Default(&[]), &["alias"];
    /// Further names of the section or sections.
    SECTION: List<String> = "section", List::of(FILLED), Default(&[]), &["rubric"];
    /// Further names of the tags.
    TAGS: List<String> = "tags", List::of(FILLED), Default(&[]), &["topics"];
    /// Further names of the authors.
    AUTHOR: List<String> = "author", List::of(FILLED), Default(&[]), &["by"];
    /// Further names of the language.
    LANG: List<String> = "lang", List::of(FILLED), Default(&[]), &["idiom"];
    /// Further names of the summary.
    SUMMARY: List<String> = "summary", List::of(FILLED), Default(&[]), &["teaser"];
    /// Further names of the picture.
    IMAGE: List<String> = "image", List::of(FILLED), Default(&[]), &["photo-main"];
    /// Further names of attached files.
    ENCLOSURES: List<String> = "enclosures", List::of(FILLED), Default(&[]), &["podcast"];
    /// Further names of the text as HTML.
    CONTENT_HTML: List<String> = "content_html", List::of(FILLED), Default(&[]), &["story"];
    /// Further names of the text as Markdown.
    CONTENT_MARKDOWN: List<String> = "content_markdown", List::of(FILLED), Default(&[]), &["source"];
    /// Further names of the text as plain text.
    CONTENT_TEXT: List<String> = "content_text", List::of(FILLED), Default(&[]), &["plain"];
}

keys! { shortcodes => }

keys! { sql =>
    /// The database, with user and password, best from the environment. The file of an SQLite
    /// database is relative to the folder of this file.
    URL: Form<String> = "url", DATABASE, Required,
        "postgres://reader@db.example/news", "mysql://reader@db.example/news", "sqlite:news.db";
    /// A `SELECT` that gives one article a row. Its columns are named as the keys of an article:
    /// `id`, `title` and `date` at least.
    QUERY: Form<String> = "query", FILLED, Required,
        "SELECT id, title, published_at AS date, updated_at AS updated, content_html FROM articles";
    /// How often the database is polled for changes.
    REFRESH: Form<u32> = "refresh", POSITIVE_DURATION, Default("30s");
    /// How often all ids are compared.
    RECONCILE: Form<u32> = "reconcile", POSITIVE_DURATION, Default("5m");
    /// How often all columns are compared, of texts their length; also at each start and on SIGHUP.
    ROWS: Form<u32> = "rows", POSITIVE_DURATION, Default("1h");
    /// The channel of PostgreSQL whose notifications hint at changes; none if empty.
    LISTEN: Form<String> = "listen", ANY, Default("taspa");
    /// The database to listen at, where `url` leads through a pooler or to a standby.
    LISTEN_URL: Form<String> = "listen-url", NOTIFYING_DATABASE, Optional, "postgres://reader@primary.example/news";
    /// Values of a column `status`, `visibility` or `pubstatus` that mean that the article is public, beside
    /// `published`, `publish`, `public`, `released`, `usable` and `live`. Any other value hides it.
    PUBLIC_STATUS: List<String> = "public-status", List::of(FILLED), Default(&[]), &["approved", "2"];
    /// The address of an article's page on your site; a page of this server if absent.
    LINK: Form<String> = "link", ARTICLE_LINK, Optional, "https://dala.example/news/{key}";
}

keys! { wordpress where || json!({ "dependencies": { "user": ["password"], "password": ["user"] } }) =>
    /// The address of the site. Its REST interface is found from it.
    URL: Form<String> = "url", SITE, Required, "https://dala.example/";
    /// How often the site is asked for changes.
    REFRESH: Form<u32> = "refresh", POSITIVE_DURATION, Default("30s");
    /// How often all posts are compared, with the names of their categories, tags and authors, and with
    /// their pictures.
    ROWS: Form<u32> = "rows", POSITIVE_DURATION, Default("6h");
    /// The types of posts that are articles.
    POST_TYPES: List<String> = "post-types", List::of(POST_TYPE), Default(&["post"]), &["post", "podcast"];
    /// A user of the site, where it shows its posts to nobody else.
    USER: Form<String> = "user", FILLED, OptionalNotBlank, "taspa";
    /// That user's application password, best from the environment.
    PASSWORD: Form<String> = "password", FILLED, OptionalNotBlank, "abcd efgh ijkl mnop qrst uvwx";
}

keys! { defaults =>
    /// Entries in a feed.
    ITEMS: Integer<u16> = "items", Integer(1..=500), Default(50);
    /// How long entries stay beyond `items`, up to four times as many, counted back from the newest
    /// one.
    KEEP: Form<u32> = "keep", DURATION, Default("24h");
    /// How much of an article a feed carries: lead and text, the lead, or the headline.
    CONTENT: Form<Content> = "content", word(), Default("full");
    /// The most characters of a lead. A longer one ends with a sentence or a word.
    SUMMARY_LENGTH: Integer<u16> = "summary-length", Integer(100..=LEAD_CHARACTERS_MAX), Default(600);
    /// Whether an article's picture stands at the front of its full text: where the text has no
    /// picture, or never.
    IMAGE_IN_TEXT: Form<ImageInText> = "image-in-text", word(), Default("auto");
    /// The formats a feed is served in.
    FORMATS: List<Format> = "formats",
        List { item: word(), set_of: Some("format"), or_one: false }, Default(&["rss", "atom", "json"]);
    /// Whether a feed is in the catalogue, in `/feeds.opml` and `/feeds.json`, and among the feeds that pages
    /// link to. Otherwise it is served all the same.
    LISTED: Switch = "listed", Switch, Default(true);
    /// How long readers and proxies may keep a copy.
    CACHE: Form<u32> = "cache", DURATION, Default("5m");
    /// How long a proxy may go on serving its copy while it fetches a new one.
    STALE_WHILE_REVALIDATE: Form<u32> = "stale-while-revalidate", DURATION, Default("1m");
    /// How long a proxy may go on serving its copy while this server fails.
    STALE_IF_ERROR: Form<u32> = "stale-if-error", DURATION, Default("1d");
    /// How long an article is held back, counted from its own date.
    DELAY: Form<u32> = "delay", DURATION, Default("0s");
    /// The age at which an article leaves, counted from its own date; never if absent.
    OLDEST: Form<u32> = "oldest", POSITIVE_DURATION, OptionalNotBlank, "30d";
    /// Terms of which an article must have at least one.
    ANY: List<String> = "any", List::of(TERM), Default(&[]), &["section:Парламент", "#мажилис"];
    /// Terms of which an article must have every one.
    ALL: List<String> = "all", List::of(TERM), Default(&[]), &["lang:ru"];
    /// Terms of which an article must have none.
    NONE: List<String> = "none", List::of(TERM), Default(&[]), &["#реклама"];
}

keys! { auto =>
    /// A feed for each section.
    SECTIONS: Tables = "sections", Tables::One(&auto_feeds::TABLE), Optional;
    /// A feed for each tag.
    TAGS: Tables = "tags", Tables::One(&auto_feeds::TABLE), Optional;
    /// A feed for each author.
    AUTHORS: Tables = "authors", Tables::One(&auto_feeds::TABLE), Optional;
}

keys! { auto_feeds + defaults =>
    /// The title of a feed. `{name}` is the term, `{site}` the title of the site.
    TITLE: Form<String> = "title", TITLE_TEMPLATE, Default("{name} — {site}");
    /// The address of the page that a feed points at; the feed's own page if absent.
    LINK: Form<String> = "link", TERM_LINK, Optional, "https://dala.example/tag/{key}";
    /// Articles that a feed needs to be listed. With fewer it is served all the same.
    MIN_ARTICLES: Integer<u32> = "min-articles", Integer(0..=1_000_000), Default(1);
    /// Terms that get no feed. A bare one is of this table's kind.
    EXCEPT: List<String> = "except", List::of(TERM), Default(&[]), &["анонсы"];
}

keys! { feed + defaults where || json!({
    "if": { "properties": { "name": { "pattern": r"^all$|\$\{" } } },
    "else": { "required": ["title"] },
}) =>
    /// The path of the feed, at most 200 bytes: `parliament` for `/parliament.rss`.
    NAME: Form<String> = "name", FEED_NAME, Required, "parliament";
    /// The title of the feed, in one language or in a table by language; the feed carries the text in its own.
    /// Only the feed `all` may leave it out, and has the site's then.
    TITLE: ByLanguage = "title", ByLanguage(FILLED), OptionalNotBlank, "Парламент";
    /// What the feed is about, in one language or in a table by language.
    DESCRIPTION: ByLanguage = "description", ByLanguage(FILLED), Optional, "Мажилис и Сенат: законы, бюджет, назначения";
    /// The language of the feed, as a BCP 47 tag. If absent: that of the only `lang:` of `all`, else the site's.
    LANGUAGE: Form<String> = "language", super::LANGUAGE, Optional, "kk";
    /// The author of entries that name none; the site's `author` if absent.
    AUTHOR: Form<String> = "author", FILLED, Optional, "Отдел политики";
    /// The address of the page that the feed points at; its own page if absent.
    LINK: Form<String> = "link", ABSOLUTE, Optional, "https://dala.example/parliament";
    /// The address of a picture.
    IMAGE: Form<String> = "image", ABSOLUTE, Optional, "https://dala.example/parliament.png";
}

keys! { same => }

keys! { redirect =>
    /// The old path, decoded, with its query if it has one, and with or without a last slash. The prefix of
    /// `public-url` may be left out. A name in braces, as in `/tag/{tag}/feed`, stands for one segment or a
    /// part of it.
    FROM: Form<String> = "from", REDIRECT_FROM, Required, "/rss.xml";
    /// Where it went: a path on this server or a whole address (301), or nothing (410). Names of `from` may
    /// stand in a path, as in `/tags/{tag}.rss`.
    TO: Form<RedirectTo> = "to", REDIRECT_TO, Required, "/all.rss";
}

keys! { sitemap =>
    /// The name of the publication in the news sitemap, as Google News has it; `title` of `[site]` if absent.
    NEWS_NAME: Form<String> = "news-name", FILLED, Optional, "Дала жаңалықтары";
}

keys! { robots =>
    /// The lines of the file, as they are written. Lines that name the sitemaps follow them.
    LINES: List<String> = "lines", List::of(ROBOTS_LINE),
        Default(&["User-agent: *", "Disallow: /build", "Disallow: /select"]);
}

keys! { websub =>
    /// The hubs, at most 8. Every feed names them, in its documents and in `Link`, so every daemon of a site must have the same
    /// ones. Combinations of terms in a URL (`/select`) have none.
    HUBS: List<String> = "hubs", List::of(CALLED), Default(&[]), &["https://pubsubhubbub.appspot.com/"];
    /// Whether this daemon tells the hubs of changes. Where several daemons serve a site, one of them should.
    PING: Switch = "ping", Switch, Default(true);
}

keys! { indexnow =>
    /// The key that proves that the site is yours. It is not secret: this server shows it as `/KEY.txt`.
    KEY: Form<String> = "key", INDEXNOW_KEY, Required, "5f0c8a94-dala-3e61b7d2";
    /// Where search engines are told.
    ENDPOINT: Form<String> = "endpoint", CALLED, Default("https://api.indexnow.org/indexnow");
}
