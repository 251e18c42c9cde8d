//! The program over articles in a database: real servers of PostgreSQL and MariaDB, files of
//! SQLite, what goes wrong with each of them, and several daemons over the same rows.
//!
//! The tests start the servers themselves, each in a temporary folder and on a free port of the
//! loopback address. Where one is not installed they say so and pass, unless `CI` is set. With the path
//! of a `mysqld` of Oracle's in `MYSQLD`, that one is tried in place of MariaDB.

#[path = "../daemon/admin_pages.rs"]
mod admin_pages;
mod bouncer;
mod changes;
#[path = "../daemon/client.rs"]
#[expect(dead_code, reason = "the daemon's own tests ask in more ways")]
mod client;
mod columns;
#[path = "../daemon/copies.rs"]
mod copies;
#[path = "../daemon/daemon.rs"]
#[expect(dead_code, reason = "the daemon's own tests start it in more ways")]
mod daemon;
#[path = "../daemon/ended.rs"]
mod ended;
mod faults;
mod machines;
mod mariadb;
#[path = "../daemon/newsroom.rs"]
#[expect(dead_code, reason = "articles are rows here, not files")]
mod newsroom;
mod nginx;
mod poolers;
mod postgres;
#[path = "../daemon/process.rs"]
mod process;
mod programs;
mod promise;
mod reading;
mod recipes;
mod report;
mod sample;
mod servers;
mod session;
mod silence;
#[path = "../daemon/subscriber.rs"]
mod subscriber;
mod table;
mod tls;
