//! What all connections share.

use std::sync::{Arc, OnceLock};

use ipnet::IpNet;

use crate::config::{Limits, Server};
use crate::serve::access_log::AccessLog;
use crate::serve::connection_limit::ConnectionLimit;
use crate::serve::documents::Documents;
use crate::serve::request_metrics::RequestMetrics;

/// The documents, once the state folder has been read.
pub(crate) type DocumentsSlot = OnceLock<Arc<Documents>>;

/// What all connections share.
pub(crate) struct ServerContext {
    /// What is published, once the state folder has been read.
    pub documents: DocumentsSlot,
    /// What a client may cost.
    pub limits: Limits,
    /// The open connections.
    pub connections: Arc<ConnectionLimit>,
    /// The counters of requests.
    pub requests: RequestMetrics,
    /// Where requests are logged, if they are.
    pub access_log: Option<AccessLog>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

impl ServerContext {
    /// The context of a server that is configured so.
    pub(crate) fn new(config: &Server, access_log: Option<AccessLog>) -> ServerContext {
        let limits = config.limits;
        ServerContext {
            documents: DocumentsSlot::new(),
            limits,
            connections: ConnectionLimit::new(
                limits.connections as usize,
                limits.connections_per_address,
                &config.trusted_proxies,
            ),
            requests: RequestMetrics::default(),
            access_log,
            trusted_proxies: config.trusted_proxies.clone(),
        }
    }
}
