//! The program as its operator and its readers meet it: the real binary in a folder of its own,
//! asked over sockets, told by signals, judged by its answers, its log and its exit codes.

mod access_log;
mod admin;
mod changes;
mod check;
mod commands;
mod conditional;
mod documents;
mod explain;
mod export;
mod faults;
mod guard;
mod instants;
mod kill;
mod live;
mod mirrors;
mod mounted;
mod pages;
mod release;
mod reload;
mod restart;
mod source;
mod spellings;
mod state;
mod stopping;
mod supervised;
#[path = "../testkit/mod.rs"]
mod testkit;
mod unknown;
mod writing;
