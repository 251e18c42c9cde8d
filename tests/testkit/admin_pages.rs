//! Requests to a daemon's admin listener.

use std::net::TcpStream;

use super::client::{Connection, Request, Response};
use super::daemon::Daemon;
use super::newsroom::Newsroom;

/// Starts a daemon with an admin listener on a free port and waits until something is published; returns
/// the address of the listener too.
pub(crate) fn start(newsroom: &Newsroom) -> (Daemon, String) {
    let (mut daemon, address) = launch(newsroom);
    daemon.eventually("/all.rss", |response| response.status != 503);
    (daemon, address)
}

/// The same without waiting for that.
pub(crate) fn launch(newsroom: &Newsroom) -> (Daemon, String) {
    newsroom.enable_admin();
    let mut daemon = Daemon::launch(newsroom);
    let address = address_of(&mut daemon);
    (daemon, address)
}

/// Waits until the daemon says the address of its admin listener.
pub(crate) fn address_of(daemon: &mut Daemon) -> String {
    let line = daemon.wait_for("admin pages at http://");
    let (_, address) = line.split_once("http://").expect("an address");
    address.trim_end_matches("/status").to_owned()
}

pub(crate) fn ask(address: &str, request: &Request) -> Response {
    let stream = TcpStream::connect(address).expect("the admin listener takes a connection");
    Connection::over(stream).exchange(request)
}

pub(crate) fn get(address: &str, target: &str) -> Response {
    ask(address, &Request::get(target))
}

/// What `/readyz` says, apart from the configuration that is in force.
pub(crate) fn readiness(address: &str) -> String {
    let page = get(address, "/readyz");
    let lines = page.text().split_inclusive('\n');
    lines
        .filter(|line| !line.starts_with("configuration "))
        .collect()
}

/// The value of a metric with its labels.
#[track_caller]
pub(crate) fn metric(page: &Response, name: &str) -> f64 {
    let line = page
        .text()
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let value = line.unwrap_or_else(|| panic!("no {name} in\n{}", page.text()));
    value.parse().expect("a number")
}
