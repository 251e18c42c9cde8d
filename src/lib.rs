//! taspa reads a newsroom's stored articles, builds RSS, Atom and JSON feeds from any combination
//! of their tags, sections, authors and languages, and serves them over HTTP.
//!
//! Work happens when content changes, not when a client asks. A change publishes a new immutable
//! [`Snapshot`](feed::snapshot::Snapshot). A request finds a version in it, compares validators, and
//! sends shared bytes. A 304 needs no rendered document.
//!
//! ```text
//!  Source::walk ──▶ Source::read, Draft::accept ──▶ Store::write ──▶ Index::finish ──▶ Publisher::publish
//!  (places, stamps)  (an accepted article)            (its record)     (affected feeds)  (a new Snapshot)
//!                                                                                                 │
//!                                                                                          ReadHandle::published
//!                                                                                                 ▼
//!  AcceptLoop::run ──▶ request_checks::reject ──▶ dispatch ──▶ route::resolve ──▶ feeds::cached: 304, or 200
//!                                                                     │ no cached document
//!                                                                     ▼
//!                              Job::run ──▶ Store::articles ──▶ FeedVersion::compose ──▶ render ──▶ DocumentCache
//! ```
//!
//! # Rooms
//!
//! The modules below are the layers of the program, which we call rooms. Each uses only rooms above it
//! in the list, and no two use each other. Each one's doc says which, and where to begin;
//! `tests/rooms.rs` fails when an import breaks the plan. `text`, `model`, `index` and `feed` do no I/O.
//!
//! | to find | look in |
//! |---|---|
//! | a key of feeds.toml: its type, default and meaning | `config/keys.rs` |
//! | what a key of an article means | `source/article_file/fields.rs` |
//! | the names of such a key; what hides an article | `source/article_file/fields/names.rs`, `source/article_file/hidden.rs` |
//! | what a refused file says that hides its article | `source/article_file/rough_keys.rs`, `source/directory.rs` (`withdraw_hidden`) |
//! | what makes an article acceptable, and its revision | `model/article/accept.rs` |
//! | duplicate keys; a file that was renamed | `ingest/key_conflicts.rs`, `ingest/renamed_file.rs` |
//! | what is taken over from a state folder of an earlier layout | `store/memory.rs`, `model/former_article.rs` |
//! | refused files: their number and reasons | `ingest/problems.rs`, `model/problem_summary.rs` |
//! | how long a term without articles is known, and its feed | `index/known_terms.rs`, `publish/dead_feeds.rs` |
//! | feed definitions; which feeds a change affects | `feed/definitions.rs`, `index/affected_feeds.rs` |
//! | the sums of months; the files of sitemaps and their versions; their documents | `index/months.rs`, `feed/sitemaps.rs`, `publish/sitemap_documents.rs`, `render/sitemap.rs` |
//! | what an ETag is made of | `feed/snapshot.rs`, `feed/etag.rs` |
//! | the published state, and who may replace it | `publish/published_state.rs`, `publish/publisher.rs` |
//! | where the text of feeds.toml comes from | `config/config_input.rs` |
//! | the hint that shows a line of feeds.toml as it was meant | `config/corrections.rs`, `config/line_correction.rs` |
//! | what other programs call our words; several keys on a line | `other_names` of `config/form.rs`, `config/pairs_on_line.rs` |
//! | the hint about an unknown key; a term without articles | `config/unknown_key.rs`, `publish/read_handle/nearest_terms.rs` |
//! | which lines of feeds.toml no message shows | `config/secrets.rs` |
//! | environment variables; how the log is written | `cli/variables.rs`, `cli/log.rs`, `cli/log/settings.rs`, `json_event.rs` |
//! | what a changed feeds.toml does | `cli/reload.rs`, `publish/publisher.rs` (`reconfigure`), `feed/reload_summary.rs` |
//! | what a new feeds.toml would change | `feed/config_diff.rs`, `publish/config_comparison.rs`, `cli/diff.rs` |
//! | a state file that is damaged while the daemon runs | `store.rs` (`renew`), `publish/publisher/renewal.rs` |
//! | what hangs, and who notices | `publish/stall.rs`, `publish/activity.rs`, `cli/supervisor.rs` |
//! | which loss is held, and how it is confirmed | `model/removal_guard.rs`, `ingest/driver.rs`, `serve/control.rs` |
//! | in which forms a date may be written | `source/article_file/date.rs` |
//! | which paragraph is the lead, and how it is cut | `text/lead.rs`, `text/cut.rs` |
//! | the language of a text | `text/language.rs`, `text/language/words.rs` |
//! | the tags of site generators in texts | `text/shortcodes.rs` |
//! | the text of a post as WordPress stores it | `text/post_content.rs` |
//! | what `taspa check` says of all articles | `cli/article_report.rs`, `cli/article_problems.rs` |
//! | what commands ask the running daemon, and how | `serve/control.rs` and its files, `cli/ask_daemon.rs` |
//! | why an article is, or is not, in a feed; finding it by what people call it | `publish/explanation.rs` and its files, `feed/explain.rs` |
//! | an entry that several feeds hold | `feed/document/shared_entry.rs`, `export/entry_cache.rs` |
//! | what `taspa init` finds out, and what it writes | `cli/init.rs`, `cli/init/feeds_toml.rs` (`source` for each kind of source) |
//! | what the settings of a site generator say | `cli/init/generator.rs` and its files |
//! | what the path of a file says of its article | `model/article_path.rs` |
//! | the address of an article's page | `model/article/page.rs`, `model/permalink.rs` |
//! | which files are listed, and what files above them say | `source/directory/path_filter.rs`, `inheritance.rs` |
//! | which links are followed | `source/directory/links.rs` |
//! | what notices a change | `source/directory/watcher.rs`, `source/sql/watcher.rs`, `source/wordpress/watcher.rs` |
//! | which calls a site of WordPress gets, and what they ask for | `source/wordpress/site.rs`, `walk.rs`, `poll.rs`, `lookups.rs` |
//! | the article that a post of WordPress is | `source/wordpress/post.rs`, `enclosures.rs` |
//! | posts that come, go or cannot be shown while a site is read | `source/wordpress/listing.rs`, `removed_posts.rs`, `reading.rs` |
//! | what a category, tag, author or picture is while the site does not show it | `source/wordpress/lookup_table.rs` |
//! | the addresses of WordPress's own feeds | `serve/wordpress_feeds.rs` |
//! | where a `[[redirect]]` leads, names in braces, circles | `config/redirects.rs`, `config/redirects/table.rs` |
//! | limits of calls to other servers, redirects, proxies, certificates | `http_client.rs`, `http_client/proxies.rs`, `tls_roots.rs` |
//! | page templates | `render/pages/templates.rs` and the files in `render/pages/built_in` |
//! | pages in place of errors, and before the first snapshot | `serve/error_pages.rs`, `serve/starting_page.rs` |
//! | titles and descriptions by language | `config/text_by_language.rs`, `model/translations.rs`, `feed/definitions/same_names.rs` |
//! | the order and letters of lists of terms | `feed/letter.rs` |
//! | which pages search engines are told of, and when | `model/page_change.rs`, `store/page_notes.rs`, `publish/changed_pages.rs`, `push/indexnow.rs` |
//! | what a fuzzer feeds with bytes | `fuzz_targets.rs`, `fuzz/fuzz_targets/target.rs` |
//! | Accept-Encoding, conditional requests, routes | `serve/accept_encoding.rs`, `conditional.rs`, `route.rs` |
//! | the connection limit, the timeouts of headers and of writes | `serve/connection_limit.rs`, `header_timeout.rs`, `write_timeout.rs` |
//! | the simulation that all parts run in, by a seed | `simulation.rs` |
//! | how many descriptors clients get | `serve/descriptors.rs` |
//! | what logs and terminals show of a name | `text/visible.rs` |
//! | which elements of HTML feeds carry, and what becomes of the others | `text/elements.rs`, `text/markup/builder.rs` |
//! | which page a frame or a player becomes a link to | `text/embed/pages.rs` |
//! | which terms and feeds typed words find, in which spellings | `feed/feed_search.rs`, `feed/term_search.rs`, `feed/name_search.rs`, `text/letter_folding.rs`, `text/typed_words.rs` |
//! | cached documents | `serve/document_cache.rs` |
//! | what `/build` understands, finds and shows | `render/pages/build_query.rs`, `publish/read_handle/feed_builder.rs`, `render/pages/values/build.rs` |
//! | which feeds hubs are told of, and when | `push/websub.rs` and its files |
//! | the calls to hubs and search engines; what their answers mean | `push/client.rs`, `reply.rs` |
//! | what hubs and search engines were told, for operators | `publish/push_report.rs` |
//! | selections: their cache, their dates, how many are made at once | `publish/selections.rs`, `publish/publisher/selection_dates.rs`, `serve/selection_limit.rs` |
//!
//! # Recipes
//!
//! Where a `match` lists every variant, the compiler names what a recipe leaves out. Tests compare the golden
//! documents, `docs/configuration.md`, and the tables of commands and metrics in `docs/operating.md`.
//!
//! **A feed format.** A variant of [`Format`](model::format::Format) in `Format::ALL`, with its extension,
//! title and media types (`model/format.rs`); a writer beside `render/rss.rs`, with its `mod`, its arm
//! and its error in `render.rs`; whether feed readers subscribe to it (`render/opml.rs`,
//! `render/pages/values/feed.rs`). Routes, headers, metrics and the words of the key `formats` follow;
//! its default is in `config/keys.rs`. Then `UPDATE_DOCS=1 cargo test configuration_reference`, golden
//! documents in `tests/golden`, and the arms of the tests in `tests/formats`.
//!
//! **A field of an article.** [`Draft`](model::article::Draft) and
//! [`Article`](model::article::Article), with `ACCEPT_VERSION` raised (`model/article.rs`), and `LAYOUT`
//! as well (`store.rs`), because records are stored by position; what is acceptable
//! (`model/article/accept.rs`); its key (`source/article_file/fields.rs` with its names in
//! `fields/names.rs`, `newsroom.rs`, and `tree/yaml/repair.rs` if it is a text on one line; its further names in
//! `article_fields` of `config/keys.rs`); its column, which is found by
//! the same names (`NAMES` in `source/sql/columns.rs` are for hints, `fields/key_traits.rs` says which hold lists);
//! [`Entry`](feed::document::Entry) (`feed/document.rs`, `feed/compose.rs`); the writers that have a place
//! for it, with `RENDERER_VERSION` raised (`render.rs`); the sample page (`render/pages/sample.rs`);
//! `docs/articles.md` and `docs/databases.md`. If the index selects by it, also
//! [`ArticleMeta`](model::article_meta::ArticleMeta).
//!
//! **A source.** A room beside `source/wordpress` with its watcher, an arm in each `match` of
//! [`Source`](source::Source) and of `source/watcher.rs`, and its table in `config/keys.rs`,
//! `config/source.rs` and [`SourceConfig`](config::SourceConfig).
//!
//! **A key of feeds.toml.** Its facts in `config/keys.rs`, a field of its struct in `config.rs`, the line
//! that reads it in the file of its table. Then `UPDATE_DOCS=1 cargo test configuration_reference`.
//!
//! **A command or an option.** A variant or a field in `cli.rs`, the table of commands in `docs/operating.md`, and
//! `UPDATE_DOCS=1 cargo test manual_page`, which writes `taspa(1)`; the test of the key table writes `feeds.toml(5)`.
//!
//! **A page.** A variant of [`Page`](render::pages::Page), with all that it depends on in `Page::digest`, and of
//! [`PageRequest`](render::pages::PageRequest) (`render/pages.rs`), its template in
//! `render/pages/built_in` (listed in `folder.rs`), its values in `render/pages/values`, its sample in
//! `sample.rs`, its route (`serve/route.rs`), and how it is found
//! (`publish/read_handle/page_lookup.rs`).
//!
//! **A language of the pages.** A variant of [`Locale`](render::pages::locale::Locale) and a file of words
//! in `render/pages/words`. A missing word does not compile. The names of languages in titles of selections
//! (`describe_term` in `feed/definitions.rs`) and the letters of `feed/definitions/same_names.rs` follow.
//!
//! **A response header.** `serve/security_headers.rs` if it is the same for every document of a kind.
//! Otherwise a field of `DocumentHeaders`, which `serve/feeds.rs` and `serve/pages.rs` fill and
//! `serve/reply.rs` writes (raise `HEADERS_MAX` there); a value that follows from a feed's version is
//! computed once in `feed/headers.rs`. A header that a key of feeds.toml sets takes the recipe for a key
//! first: a key of `[defaults]` is read in `config/settings.rs`, one of `[server]` in `config/server.rs`.
//!
//! # Invariants
//!
//! 1. The same configuration and articles give the same feeds and ETags on every machine, with or
//!    without the state folder: no build time, no observed time, no random value and no order of a
//!    hash table reaches a feed. Time zones come from a database inside the binary. Only the lists of
//!    feeds show `Last-Modified`, which may be the second of publication.
//! 2. A [`Revision`](model::article::Revision) is the digest of an *accepted* article, text included, of
//!    files and rows alike. A feed's digest is made of
//!    [`RENDERER_VERSION`](render::RENDERER_VERSION), the site's rules, the feed's channel and `content`,
//!    and of each entry in order its revision, the update that counts by now, and what `[same]` replaces.
//!    An [`ETag`](feed::etag::ETag) is made of that digest and the format. If the order of an article's
//!    tags changes, so do its revision and the ETags of all its feeds. A sitemap's digest is made of
//!    [`SITEMAP_VERSION`](render::sitemap::SITEMAP_VERSION), the zone, the public address, the name of the news, and
//!    the revisions and updates of its articles.
//! 3. Rendering never touches the source. An accepted article stays in the store until no snapshot
//!    names it, so an unreadable source costs freshness and nothing else.
//! 4. A request is routed, validated and answered by one published state, and every request gets an answer.
//!    No request takes a lock that publishing needs, and the publisher waits for no request.
//! 5. An article that is dated in the future, expired or hidden is in no list of released articles of the
//!    [`Index`](index::Index). Every instant at which something changes by itself wakes the publisher,
//!    whose [`clock`](publish::clock) ignores a jump of the wall clock until it has proved true.
//! 6. Absence is believed only from a listing that succeeded. The loss of more than half of the
//!    articles, or of a column, is held until `taspa confirm` names exactly that loss
//!    ([`removal_guard`](model::removal_guard), [`source::sql`]).
//! 7. A bad article costs itself, a failing source freshness, a bad reload nothing. Every task has an owner
//!    who notices its end ([`source::restart`]) and its silence ([`publish::stall`]).
//! 8. The cost of a changed article does not grow with the number stored or refused, and no text stays in
//!    memory. [`Publisher`](publish::publisher::Publisher) alone replaces the
//!    published state; a selection, which no snapshot lists, is built for the request that names it.
//! 9. Library types stay home: `rss`, `atom_syndication`, `minijinja` and `quick_xml` in [`render`],
//!    hyper in [`serve`] and [`http_client`], rustls in [`http_client`], the status page's `minijinja` in [`serve`], `ammonia` and `pulldown-cmark` in [`text`], `redb` in [`store`], `sqlx` in
//!    [`source::sql`], `jiff` in [`model::time`].
//! 10. Everything that input can grow has a limit with a name.

pub mod text;

pub mod model;

pub mod config;

pub mod index;

pub mod feed;

pub mod render;

pub mod store;

pub mod http_client;

pub mod source;

pub mod ingest;

pub mod publish;

pub mod push;

pub mod export;

pub mod serve;

pub mod cli;

#[cfg(any(test, fuzzing))]
pub mod fuzz_targets;

#[cfg(test)]
mod simulation;
#[cfg(test)]
pub(crate) mod testkit;
