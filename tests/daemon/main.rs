//! The real binary in a temporary folder: requests over sockets, signals, its responses, its log and its
//! exit codes.

mod access_log;
mod addresses;
mod admin;
mod build;
mod changes;
mod check;
mod commands;
mod conditional;
mod confirm;
mod dead_terms;
mod diff;
mod document_limit;
mod documents;
mod embargo;
mod explain;
mod export;
mod file_events;
mod hidden;
mod hostile_clients;
mod hostile_names;
mod instants;
mod kill;
mod manners;
mod mirrors;
mod missing_folders;
mod not_found;
mod page_languages;
mod pages;
mod refused_files;
mod reload;
mod restart;
mod service_manager;
mod source;
mod spellings;
mod stalls;
mod state;
mod stopping;
mod term_lists;
mod terms;
#[path = "../testkit/mod.rs"]
mod testkit;
mod tmpfs;
mod writing;
