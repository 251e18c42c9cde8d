//! The pings of WebSub: hubs are told which feeds have other entries.

use std::future;

use super::{Published, PushContext};

/// Tells the hubs, until the future is dropped.
pub(super) async fn run(_context: PushContext, _published: Published) {
    future::pending().await
}
