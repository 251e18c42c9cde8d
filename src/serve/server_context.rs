//! The state that all connections share.

use std::sync::{Arc, OnceLock};

use ipnet::IpNet;
use tokio::sync::Semaphore;

use crate::config::{Limits, Server};
use crate::feed::snapshot::Snapshot;
use crate::publish::read_handle::ReadHandle;
use crate::serve::access_log::AccessLog;
use crate::serve::connection_limit::ConnectionLimit;
use crate::serve::descriptors::Descriptors;
use crate::serve::documents::Documents;
use crate::serve::request_metrics::RequestMetrics;
use crate::serve::starting_page::StartingPage;

/// Error pages that are made at once.
const ERROR_PAGES_MAX: usize = 1;

pub(crate) struct ServerContext {
    /// Set once the state folder has been read.
    pub(crate) documents: OnceLock<Arc<Documents>>,
    pub(super) limits: Limits,
    pub(super) threads: usize,
    pub(super) connections: Arc<ConnectionLimit>,
    pub(super) requests: RequestMetrics,
    pub(crate) access_log: Option<AccessLog>,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub(super) trusted_proxies: Vec<IpNet>,
    /// One for each error page that is made at once: finding the nearest of very many terms takes some
    /// milliseconds.
    pub(super) error_page_permits: Arc<Semaphore>,
    /// Set before requests are served, unless `browser-pages = false`.
    pub(crate) starting_page: OnceLock<StartingPage>,
}

impl ServerContext {
    pub(crate) fn new(
        config: &Server,
        descriptors: Descriptors,
        access_log: Option<AccessLog>,
    ) -> ServerContext {
        let limits = config.limits;
        ServerContext {
            documents: OnceLock::new(),
            limits,
            threads: descriptors.threads,
            connections: ConnectionLimit::new(
                descriptors.connections as usize,
                limits.connections_per_address,
                &config.trusted_proxies,
            ),
            requests: RequestMetrics::default(),
            access_log,
            trusted_proxies: config.trusted_proxies.clone(),
            error_page_permits: Arc::new(Semaphore::new(ERROR_PAGES_MAX)),
            starting_page: OnceLock::new(),
        }
    }

    pub(super) fn published(&self) -> Option<&ReadHandle> {
        Some(&self.documents.get()?.published)
    }

    pub(super) fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.published()?.snapshot()
    }
}
