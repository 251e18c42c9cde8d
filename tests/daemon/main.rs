//! The program as its operator and its readers meet it: the real binary in a folder of its own,
//! asked over sockets, told by signals, judged by its answers, its log and its exit codes.

mod access_log;
mod admin;
mod admin_pages;
mod changes;
mod check;
mod client;
mod commands;
mod conditional;
mod copies;
mod daemon;
mod documents;
mod ended;
mod explain;
mod export;
mod faults;
mod guard;
mod instants;
mod kill;
mod live;
mod mirrors;
mod mounted;
mod newsroom;
mod pages;
mod process;
mod release;
mod reload;
mod restart;
mod source;
mod spellings;
mod state;
mod stopping;
mod subscriber;
mod supervised;
mod unknown;
mod writing;
