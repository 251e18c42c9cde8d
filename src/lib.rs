//! taspa reads a newsroom's stored articles, builds RSS, Atom and JSON feeds from any combination
//! of their tags, sections, authors and languages, and serves them over HTTP.
//!
//! Work happens when content changes, never because somebody asks. A change moves a small
//! immutable *snapshot* forward; a request looks one up, compares validators, and hands out shared
//! bytes. A 304 never needs a rendered document at all.
//!
//! ```text
//!  source ──Draft──▶ Draft::accept ──▶ Store ──▶ Index::apply ──▶ touched feeds ──▶ Snapshot
//!  (files, rows)      (the one gate)   (records)  (terms → articles)  (windows, digests)   │
//!                                                                                          ▼
//!  socket ──▶ http::server ──▶ http::answer(snapshot, request): find · compare validators · bytes
//!                                   │ not made yet: one task per document, all others wait for it
//!                                   ▼
//!                Store::articles ──▶ SiteRules::compose ──▶ Format::render ──▶ DocumentCache
//! ```
//!
//! What was asked for of a feed within the last hour or two is made for its next version before
//! anybody asks ([`publish`]).
//!
//! Pages for people take the same way: [`press`] makes them from a snapshot, and they are kept
//! beside the feeds. For a host that knows nothing but files, [`export`] brings a folder up to an
//! snapshot: what did not move since is neither made nor touched.
//!
//! # Where things are
//!
//! The modules below are listed in reading order: first what is known without any I/O (dates,
//! terms, text, articles, configuration), then the index and what is published from it, then
//! the formats, and last the edges: files and databases, the state folder, the loop, sockets, commands.
//!
//! To add an output format, write one file in `format/` and one variant of
//! [`Format`](format::Format): routes, links and tags follow from its extension and media type. To
//! add an article field, follow the compiler from [`Draft`](article::Draft) through
//! [`Article`](article::Article) and [`Entry`](feed::Entry) into the formats, each of which has its
//! golden documents. To add a kind of article file, write one parser in `source/`; if it has keys and
//! values, they become a tree there, and what each key means is decided once for all kinds. To add a
//! kind of source, write one file there and one variant of [`Source`](source::Source), and say in
//! [`publish`] what tells that something changed; everything else asks a source for places, stamps
//! and articles and knows of no kind. To make
//! the pages speak another language, add a variant to [`Locale`](page::Locale) and its words beside
//! the others: what is missing does not compile.
//!
//! # What must stay true
//!
//! 1. The same configuration and articles give the same bytes and tags on every machine, with or
//!    without the state folder: no build time, no observed time, no random value, no order of a
//!    hash table reaches a document. Time zones come from a database inside the binary.
//! 2. A [`Revision`](article::Revision) is the digest of an *accepted* article, text included, of
//!    files and rows alike: everything that a document can show of it and nothing else. A feed's
//!    digest is made of the writers' version ([`RENDERER_VERSION`](format::RENDERER_VERSION)), the site's rules, the
//!    feed's own words and its entries' revisions in order; a [`Tag`](snapshot::Tag) is made of that
//!    digest. Different bytes, different tag.
//! 3. Rendering does not touch the source. What was accepted is in the store, and a record stays
//!    there until no snapshot names it; so unreadable sources cost freshness and nothing else.
//! 4. A request sees one snapshot, and [`http::answer`] has a reply for everything.
//! 5. What is dated in the future, expired or hidden is in no list of the
//!    [`Index`](index::Index), and a feed's own hold-back is part of its window; every instant
//!    at which something changes by itself wakes the publisher, whose [`clock`] does not jump.
//! 6. Absence is believed only from a listing that succeeded, and the loss of more than half of
//!    the articles, or of a column of theirs, not until somebody confirms it ([`reconcile`],
//!    [`source::sql`]).
//! 7. A bad article costs itself, a failing source freshness, a bad reload nothing.
//! 8. The cost of a changed article does not grow with the number stored, and no text is held in
//!    memory for one. Articles and validators have one writer each ([`reconcile`], [`publisher`]).
//! 9. Library types stay home: `rss` and `atom_syndication` in [`format`](mod@format), hyper in
//!    [`http`], `minijinja` in [`page`] and [`admin`], `quick_xml` in
//!    [`overview`], `ammonia` and `pulldown-cmark` in [`text`], `redb` in
//!    [`store`], `sqlx` in [`source::sql`], `jiff` in [`time`].
//! 10. Everything that input can grow has a limit with a name.

pub mod text;

pub mod model;

pub mod config;

pub mod index;

pub mod feed;

pub mod render;

pub mod store;

pub mod source;

pub mod ingest;

pub mod publish;

pub mod export;

pub mod serve;

pub mod cli;

#[cfg(test)]
pub(crate) mod testkit;
