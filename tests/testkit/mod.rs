//! What the tests of the real binary share: newsrooms in temporary folders, daemons, HTTP clients,
//! other programs and waiting.
//!
//! Each test crate includes this folder as a module: `#[path = "../testkit/mod.rs"] mod testkit;`

#![allow(dead_code, reason = "each test crate uses a part of it")]

pub(crate) mod admin_pages;
pub(crate) mod client;
pub(crate) mod copies;
pub(crate) mod daemon;
pub(crate) mod newsroom;
pub(crate) mod output;
pub(crate) mod process;
pub(crate) mod programs;
pub(crate) mod subscriber;
pub(crate) mod terminal;
pub(crate) mod wait;
