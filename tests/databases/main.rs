//! The program over articles in a database: real servers of PostgreSQL and MariaDB, files of
//! SQLite, what goes wrong with each of them, and several daemons over the same rows.
//!
//! The tests start the servers themselves, each in a temporary folder and on a free port of the
//! loopback address. Where one is not installed they say so and pass, unless `CI` is set. With the path
//! of a `mysqld` of Oracle's in `MYSQLD`, that one is tried in place of MariaDB.

mod changes;
mod columns;
mod faults;
mod hiding;
mod init;
mod limits;
mod machines;
mod mariadb;
mod nginx;
mod pgbouncer;
mod poolers;
mod postgres;
mod reading;
mod recipes;
mod relay;
mod rows;
mod sample;
mod servers;
mod session;
mod table;
#[path = "../testkit/mod.rs"]
mod testkit;
mod tls;
