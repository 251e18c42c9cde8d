//! The address of a server as messages show it, without its secrets.

use std::path::PathBuf;
use std::sync::Arc;

use url::Url;

use crate::source::sql::error::Reporter;

/// The address of a database, as the library parsed it.
pub(super) struct Endpoint<'a> {
    pub(super) scheme: &'static str,
    /// Replaces host and port.
    pub(super) socket: Option<&'a PathBuf>,
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) database: Option<&'a str>,
}

impl Endpoint<'_> {
    /// The reporter of errors for this database; `address` tells it which secrets to remove.
    pub(super) fn reporter(&self, address: &str) -> Reporter {
        let Endpoint {
            scheme,
            socket,
            host,
            port,
            database,
        } = self;
        let place = match socket {
            Some(socket) => socket.display().to_string(),
            None => format!("{host}:{port}"),
        };
        let database = database.unwrap_or_default();
        Reporter {
            database: Arc::from(format!("{scheme}://{place}/{database}")),
            secrets: secrets(address),
        }
    }
}

/// The passwords in an address, as written and as decoded.
fn secrets(address: &str) -> Arc<[String]> {
    let url = Url::parse(address).ok();
    let written = url.as_ref().and_then(|url| url.password());
    let meant = written.map(|written| {
        percent_encoding::percent_decode_str(written)
            .decode_utf8_lossy()
            .into_owned()
    });
    let in_query = url.iter().flat_map(|url| url.query_pairs());
    let in_query = in_query
        .filter(|(key, _)| key == "password")
        .map(|(_, value)| value.into_owned());
    written
        .map(str::to_owned)
        .into_iter()
        .chain(meant)
        .chain(in_query)
        .filter(|secret| !secret.is_empty())
        .collect()
}
