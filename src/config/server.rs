//! `[server]`: the daemon and its limits.

use std::net::SocketAddr;

use super::form::Word;
use super::keys::{limits, server as key};
use super::table::Table;
use super::{AccessLog, Limits, Listen, Server};

/// Reads `[server]`, every key of which has a default.
pub(super) fn read(table: &Table<'_>) -> Server {
    table.refuse_unknown_keys();
    let listen = read_listen(table);
    Server {
        admin: read_admin(table, &listen),
        listen,
        public_url: table.read_or_default(&key::PUBLIC_URL),
        state: table.reader.path(&table.read_or_default(&key::STATE)),
        access_log: table.read_or_default(&key::ACCESS_LOG),
        browser_pages: table.read_or_default(&key::BROWSER_PAGES),
        cache_bytes: table.read_or_default(&key::CACHE_BYTES),
        trusted_proxies: table.read_or_default(&key::TRUSTED_PROXIES),
        templates: table
            .read(&key::TEMPLATES)
            .map(|folder| table.reader.path(&folder)),
        limits: read_limits(&table.table_or_empty(&key::LIMITS)),
    }
}

impl Server {
    /// The keys of `[server]` that differ and that only a restart changes.
    pub fn restart_keys(&self, next: &Server) -> Vec<&'static str> {
        let Server {
            listen,
            public_url: _,
            admin,
            state,
            access_log,
            browser_pages: _,
            cache_bytes,
            trusted_proxies,
            templates: _,
            limits,
        } = self;
        let next_limits = Limits {
            // A reload changes it.
            document_bytes: limits.document_bytes,
            ..next.limits
        };
        let keys = [
            (key::LISTEN.name, *listen != next.listen),
            (key::ADMIN.name, *admin != next.admin),
            (key::STATE.name, *state != next.state),
            (key::ACCESS_LOG.name, *access_log != next.access_log),
            (key::CACHE_BYTES.name, *cache_bytes != next.cache_bytes),
            (
                key::TRUSTED_PROXIES.name,
                *trusted_proxies != next.trusted_proxies,
            ),
            (key::LIMITS.name, *limits != next_limits),
        ];
        let differing = keys.into_iter().filter(|(_, differs)| *differs);
        differing.map(|(key, _)| key).collect()
    }
}

impl Word for AccessLog {
    fn words() -> Vec<(&'static str, AccessLog)> {
        vec![
            ("off", AccessLog::Off),
            ("combined", AccessLog::Combined),
            ("json", AccessLog::Json),
        ]
    }
}

fn read_listen(table: &Table<'_>) -> Vec<Listen> {
    let folder = table.reader.folder();
    let sockets = table.read_or_default(&key::LISTEN).into_iter();
    sockets.map(|socket| socket.below(folder)).collect()
}

/// The admin listener, which is never one of those for readers.
fn read_admin(table: &Table<'_>, listen: &[Listen]) -> Option<Listen> {
    let admin = table.read(&key::ADMIN)?.below(table.reader.folder());
    let is_public = |public: &Listen| match (&admin, public) {
        (Listen::Tcp(admin), Listen::Tcp(public)) => collide(*admin, *public),
        (Listen::Unix { path: admin, .. }, Listen::Unix { path: public, .. }) => admin == public,
        (Listen::Tcp(_), Listen::Unix { .. }) | (Listen::Unix { .. }, Listen::Tcp(_)) => false,
    };
    if listen.iter().any(is_public) {
        let message = "admin must not be an address that readers use (listen)";
        table.refuse_key(key::ADMIN.name, message.to_owned());
    }
    Some(admin)
}

/// Whether both sockets cannot be open at once. Port 0 is a free one.
fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let covers = |wildcard: SocketAddr, address: SocketAddr| {
        wildcard.ip().is_unspecified() && (wildcard.is_ipv6() || address.is_ipv4())
    };
    let is_shared = one.ip() == other.ip() || covers(one, other) || covers(other, one);
    one.port() == other.port() && one.port() != 0 && is_shared
}

fn read_limits(table: &Table<'_>) -> Limits {
    use limits as key;
    table.refuse_unknown_keys();
    Limits {
        connections: table.read_or_default(&key::CONNECTIONS),
        connections_per_address: table.read_or_default(&key::CONNECTIONS_PER_ADDRESS),
        header_timeout: table.read_or_default(&key::HEADER_TIMEOUT),
        write_timeout: table.read_or_default(&key::WRITE_TIMEOUT),
        header_bytes: table.read_or_default(&key::HEADER_BYTES),
        headers: table.read_or_default(&key::HEADERS),
        target_bytes: table.read_or_default(&key::TARGET_BYTES),
        body_bytes: table.read_or_default(&key::BODY_BYTES),
        send_bytes: table.read_or_default(&key::SEND_BYTES),
        document_bytes: table.read_or_default(&key::DOCUMENT_BYTES),
        shutdown_delay: table.read_or_default(&key::SHUTDOWN_DELAY),
        drain_timeout: table.read_or_default(&key::DRAIN_TIMEOUT),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::testkit;

    #[test]
    fn keys_that_need_a_restart_are_named() {
        let server = |keys: &str| {
            let tables = format!("[server]\n{keys}\n[source.directory]\n");
            testkit::newsroom(&tables, Path::new("")).server
        };
        let today = server("");
        for (keys, expected) in [
            ("", &[][..]),
            (
                "public-url = 'https://x.example/'\nbrowser-pages = false",
                &[],
            ),
            (
                "listen = '127.0.0.1:9000'\nadmin = '127.0.0.1:9001'",
                &["listen", "admin"],
            ),
            (
                "state = 'other'\ncache-bytes = '1MiB'",
                &["state", "cache-bytes"],
            ),
            (
                "access-log = 'json'\ntrusted-proxies = []",
                &["access-log", "trusted-proxies"],
            ),
            ("[server.limits]\ndocument-bytes = '1MiB'", &[]),
            ("[server.limits]\nconnections = 7", &["limits"]),
        ] {
            assert_eq!(today.restart_keys(&server(keys)), expected, "{keys}");
        }
    }
}
