//! The program over a real WordPress: Debian's packages, MariaDB and PHP's own web server.
//!
//! The tests start everything themselves, in temporary folders and on free ports of the loopback address.
//! Where something is not installed they say so and pass, unless `CI` is set.

#![expect(
    clippy::print_stdout,
    reason = "the figures are for who runs the tests"
)]

mod by_sql;
mod changes;
mod comparison;
#[allow(dead_code, reason = "the tests of databases use all of it")]
#[path = "../databases/mariadb.rs"]
mod mariadb;
#[allow(dead_code, reason = "MariaDB has the same readers")]
#[path = "../databases/postgres.rs"]
mod postgres;
#[allow(dead_code, reason = "the tests of databases use all of it")]
#[path = "../databases/session.rs"]
mod session;
mod site;
#[path = "../testkit/mod.rs"]
mod testkit;
