//! `[server]`: the daemon and its limits.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;

use ipnet::IpNet;

use super::table::Table;
use super::{AccessLog, Limits, Listen, Server, address, value};

/// Reads `[server]`, every key of which has a default.
pub(super) fn read(mut table: Table<'_>) -> Server {
    let reader = table.reader;
    let public_url = table.parsed("public-url", address::public);
    let listen = read_listen(&mut table);
    let admin = read_admin(&mut table, &listen);
    let state = table.parsed("state", value::filled);
    let templates = table.parsed_if_filled("templates", value::filled);
    let server = Server {
        listen,
        public_url: public_url.unwrap_or_else(|| "http://127.0.0.1:8080/".to_owned()),
        admin,
        state: reader.path(state.as_deref().unwrap_or("state")),
        access_log: table
            .parsed("access-log", value::word(&ACCESS_LOGS))
            .unwrap_or(AccessLog::Off),
        browser_pages: table.switch("browser-pages").unwrap_or(true),
        cache_bytes: table
            .text_or_integer("cache-bytes", value::size)
            .unwrap_or(64 << 20),
        trusted_proxies: read_trusted_proxies(&mut table),
        templates: templates.map(|folder| reader.path(&folder)),
        limits: read_limits(table.table_or_empty("limits", "[server.limits]")),
    };
    table.finish();
    server
}

const ACCESS_LOGS: [(&str, AccessLog); 3] = [
    ("off", AccessLog::Off),
    ("combined", AccessLog::Combined),
    ("json", AccessLog::Json),
];

fn read_listen(table: &mut Table<'_>) -> Vec<Listen> {
    let default = || vec![Listen::Tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)))];
    let place = table.place("listen");
    let Some(texts) = table.text_or_list("listen") else {
        return default();
    };
    if let (true, Some(place)) = (texts.is_empty(), place) {
        let message = table.say("listen must name at least one address");
        table.reader.error(place, message, None);
    }
    let mut sockets: Vec<Listen> = Vec::with_capacity(texts.len());
    for text in texts {
        let folder = table.reader.folder();
        let parse = |text: &str| address::listen(text, folder);
        let Some(socket) = table.accept("listen", &text, parse) else {
            continue;
        };
        if sockets.contains(&socket) {
            table.refuse(&text, format!("{} is given twice", text.quoted()), None);
        } else {
            sockets.push(socket);
        }
    }
    sockets
}

/// The admin listener, which is never one of those for readers.
fn read_admin(table: &mut Table<'_>, listen: &[Listen]) -> Option<SocketAddr> {
    let place = table.place("admin").unwrap_or_default();
    let admin = table.parsed_if_filled("admin", address::socket)?;
    let is_public = |listen: &Listen| match listen {
        Listen::Tcp(public) => collide(admin, *public),
        Listen::Unix { .. } => false,
    };
    if listen.iter().any(is_public) {
        let message = table.say("admin must not be an address that readers use (listen)");
        table.reader.error(place, message, None);
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

fn read_trusted_proxies(table: &mut Table<'_>) -> Vec<IpNet> {
    match table.texts("trusted-proxies") {
        Some(texts) => texts
            .iter()
            .filter_map(|text| table.accept("trusted-proxies", text, value::network))
            .collect(),
        // This machine, where a proxy most often is.
        None => ["127.0.0.0/8", "::1/128"]
            .map(|block| block.parse().expect("two blocks"))
            .into(),
    }
}

fn read_limits(mut table: Table<'_>) -> Limits {
    let default = Limits::default();
    let mut number = |key, range| table.integer(key, range);
    let connections = number("connections", 1..=1_000_000);
    let connections_per_address = number("connections-per-address", 1..=1_000_000);
    let headers = number("headers", 8..=1000);
    let mut seconds = |key| table.parsed(key, value::positive_duration);
    let (header_timeout, write_timeout) = (seconds("header-timeout"), seconds("write-timeout"));
    let mut seconds_or_none = |key| table.parsed(key, value::duration);
    let (shutdown_delay, drain_timeout) = (
        seconds_or_none("shutdown-delay"),
        seconds_or_none("drain-timeout"),
    );
    let mut bytes = |key, range| read_bytes(&mut table, key, range);
    // Less than 8 KiB hyper does not read at once.
    let header_bytes = bytes("header-bytes", 8 << 10..=1 << 20);
    let target_bytes = bytes("target-bytes", 256..=1 << 16);
    let body_bytes = bytes("body-bytes", 0..=1 << 20);
    let send_bytes = bytes("send-bytes", 16 << 10..=16 << 20);
    table.finish();
    Limits {
        connections: connections.unwrap_or(default.connections),
        connections_per_address: connections_per_address.unwrap_or(default.connections_per_address),
        header_timeout: header_timeout.unwrap_or(default.header_timeout),
        write_timeout: write_timeout.unwrap_or(default.write_timeout),
        shutdown_delay: shutdown_delay.unwrap_or(default.shutdown_delay),
        drain_timeout: drain_timeout.unwrap_or(default.drain_timeout),
        header_bytes: header_bytes.unwrap_or(default.header_bytes),
        headers: headers.unwrap_or(default.headers),
        target_bytes: target_bytes.unwrap_or(default.target_bytes),
        body_bytes: body_bytes.map_or(default.body_bytes, u64::from),
        send_bytes: send_bytes.unwrap_or(default.send_bytes),
    }
}

/// A size within a range.
fn read_bytes(table: &mut Table<'_>, key: &'static str, range: RangeInclusive<u32>) -> Option<u32> {
    let place = table.place(key);
    let size = table.text_or_integer(key, value::size)?;
    let fits = u32::try_from(size).ok().filter(|size| range.contains(size));
    if let (None, Some(place)) = (fits, place) {
        let (least, most) = (range.start(), range.end());
        let message = table.say(format!("{key} must be from {least} to {most} bytes"));
        table.reader.error(place, message, None);
    }
    fits
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 10_000,
            connections_per_address: 256,
            header_timeout: 10,
            write_timeout: 30,
            shutdown_delay: 0,
            drain_timeout: 10,
            header_bytes: 32 << 10,
            headers: 64,
            target_bytes: 8 << 10,
            body_bytes: 64 << 10,
            send_bytes: 64 << 10,
        }
    }
}
