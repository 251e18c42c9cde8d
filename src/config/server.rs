//! `[server]`: the daemon and its limits.

use std::net::{Ipv4Addr, SocketAddr};

use super::table::Table;
use super::{AccessLog, Limits, Listen, Server, address, value};

/// Reads `[server]`, every key of which has a default.
pub(super) fn read(mut table: Table<'_>) -> Server {
    let reader = table.reader;
    let public_url = table.parsed("public-url", address::public);
    let admin = table.parsed_if_filled("admin", address::socket);
    let state = table.parsed("state", value::filled);
    let templates = table.parsed_if_filled("templates", value::filled);
    let server = Server {
        listen: read_listen(&mut table),
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
        templates: templates.map(|path| reader.path(&path)),
        limits: read_limits(table.table_or_empty("limits", "[server.limits]")),
    };
    warn_of_idle_keys(&table, &server);
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

fn read_trusted_proxies(table: &mut Table<'_>) -> Vec<String> {
    match table.texts("trusted-proxies") {
        Some(texts) => texts
            .iter()
            .filter_map(|text| table.accept("trusted-proxies", text, value::network))
            .collect(),
        None => vec!["127.0.0.0/8".to_owned(), "::1/128".to_owned()],
    }
}

fn read_limits(mut table: Table<'_>) -> Limits {
    let default = Limits::default();
    let limits = Limits {
        connections: table
            .integer("connections", 1..=1_000_000)
            .unwrap_or(default.connections),
        header_timeout: table
            .parsed("header-timeout", value::positive_duration)
            .unwrap_or(default.header_timeout),
        drain_timeout: table
            .parsed("drain-timeout", value::duration)
            .unwrap_or(default.drain_timeout),
    };
    table.finish();
    limits
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 10_000,
            header_timeout: 10,
            drain_timeout: 10,
        }
    }
}

/// Whether the setting asks for something that does not happen.
type AsksMore = fn(&Server) -> bool;

/// Keys that are read and checked but that nothing acts on; each is one line to delete.
const IDLE: [(&str, AsksMore); 3] = [
    ("templates", |server| server.templates.is_some()),
    ("trusted-proxies", |_| true),
    ("browser-pages", |server| server.browser_pages),
];

fn warn_of_idle_keys(table: &Table<'_>, server: &Server) {
    for (key, asks_more) in IDLE {
        let Some(place) = table.place(key).filter(|_| asks_more(server)) else {
            continue;
        };
        let message = table.say(format!("{key} has no effect in this version"));
        table.reader.warning(place, message, None);
    }
}
