//! The HTTP server.
//!
//! The path of a request from the socket to the response:
//!
//! 1. `Listener::open_all` opens the sockets, and `server::serve` starts the threads.
//! 2. `AcceptLoop::run` accepts a connection, and `ConnectionLimit::admit` gives it a permit.
//! 3. `connection::spawn` serves it as a task, with a `WriteTimeout` and a `HeaderTimeout`.
//! 4. `request_checks::reject` rejects invalid and ambiguous requests.
//! 5. [`dispatch::dispatch`] loads the published snapshot, and `route::resolve` finds the resource.
//! 6. `feeds::cached` evaluates the conditions, and answers with a 304, a 412 or a cached document.
//! 7. Otherwise [`Job::run`](dispatch::Job::run) makes the answer with `feeds::make`, `pages::page`,
//!    `pages::feed_page` or `pages::asset`. [`Documents`](documents::Documents) renders the document, and
//!    its `DocumentCache` keeps it.
//! 8. `reply` sets the headers, including those of `security_headers`.
//! 9. `error_pages` replaces the text of some errors by a page, for browsers.
//! 10. `Answer::record` counts the request and writes it to the access log.
//!
//! `prewarm` renders documents of new versions before clients request them. `admin` serves the pages for
//! operators, and `control` answers commands beside the daemon. `metrics` exports the counters, which each part owns.
//!
//! Begin with [`dispatch`]. Uses [`text`](crate::text), [`model`](crate::model),
//! [`config`](crate::config), [`feed`](crate::feed), [`render`](crate::render), [`store`](crate::store) and
//! [`publish`](crate::publish). Only this room uses
//! hyper.

mod accept_encoding;
mod accept_log;
mod accept_loop;
mod acceptor;
pub(crate) mod access_log;
pub(crate) mod admin;
pub(crate) mod answer;
mod client_address;
pub(crate) mod conditional;
mod connection;
mod connection_activity;
mod connection_limit;
pub mod control;
pub(crate) mod counter;
mod date;
pub(crate) mod descriptors;
pub mod dispatch;
mod document_cache;
pub mod documents;
mod error_pages;
mod feeds;
mod header_timeout;
mod histogram;
pub(crate) mod listener;
mod metrics;
mod pages;
pub(crate) mod prewarm;
mod raw_head;
mod render_metrics;
mod reply;
mod request_checks;
mod request_context;
mod request_metrics;
mod request_outcome;
pub(crate) mod route;
mod security_headers;
mod select_query;
mod selection_limit;
pub(crate) mod server;
pub(crate) mod server_context;
mod sitemaps;
mod spare_headers;
pub(crate) mod starting_page;
mod wordpress_feeds;
mod write_timeout;
