//! Which proxy leads to which address, by the variables of the environment that other programs know.
//!
//! `HTTPS_PROXY` names the proxy for addresses of https, `HTTP_PROXY` for those of http, `ALL_PROXY` for both,
//! each as `http://user:password@host:port` or less. `NO_PROXY` lists what is reached directly: domains with
//! those below them, addresses and blocks of addresses, with a port or without, or `*` for everything. Each
//! may be written in lower case; of two that are set, the upper case counts. An empty one is as none.

use std::sync::Arc;

use http::Uri;
use http::header::HeaderValue;
use http::uri::Scheme;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use url::Host;

/// Which proxy leads to which address.
#[derive(Clone, Debug)]
pub struct Proxies(Arc<Rules>);

#[derive(Debug, Default)]
struct Rules {
    http: Option<Proxy>,
    https: Option<Proxy>,
    direct: Vec<DirectHosts>,
}

/// A proxy, and the variable that names it.
#[derive(Clone, Debug)]
pub(super) struct Proxy {
    pub(super) variable: &'static str,
    /// `None` if the variable does not hold the address of an HTTP proxy.
    pub(super) intercept: Option<Intercept>,
}

/// Hosts that are reached directly, on one port or on all.
#[derive(Debug)]
struct DirectHosts {
    port: Option<u16>,
    /// Has a proxy for every other host.
    others: Matcher,
}

impl Proxies {
    /// The proxies that the environment names.
    pub fn from_env() -> Proxies {
        Proxies::from_variables(|name| std::env::var(name).ok())
    }

    pub(super) fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Proxies {
        let value = |name: &str| {
            let values = [variable(name), variable(&name.to_lowercase())];
            let mut values = values.into_iter().flatten();
            values.find(|value| !value.trim().is_empty())
        };
        let proxy = |names: [&'static str; 2]| {
            let mut named = names.iter().filter_map(|name| Some((*name, value(name)?)));
            let (variable, value) = named.next()?;
            let intercept = intercept(&value);
            Some(Proxy {
                variable,
                intercept,
            })
        };
        let direct = value("NO_PROXY").unwrap_or_default();
        let hosts = direct.split([',', ' ']).map(str::trim);
        Proxies(Arc::new(Rules {
            http: proxy(["HTTP_PROXY", "ALL_PROXY"]),
            https: proxy(["HTTPS_PROXY", "ALL_PROXY"]),
            direct: hosts
                .filter(|host| !host.is_empty())
                .map(DirectHosts::of)
                .collect(),
        }))
    }

    /// No proxy.
    #[cfg(test)]
    pub(crate) fn none() -> Proxies {
        Proxies(Arc::default())
    }

    /// The proxy for an address. This machine itself is reached without one.
    pub(super) fn find(&self, to: &Uri) -> Option<&Proxy> {
        let is_plain = to.scheme() == Some(&Scheme::HTTP);
        let proxy = match is_plain {
            true => self.0.http.as_ref(),
            false => self.0.https.as_ref(),
        }?;
        let host = to.host()?.trim_matches(['[', ']']);
        let is_here = match host.parse::<std::net::IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => host == "localhost",
        };
        let port = to.port_u16().unwrap_or(if is_plain { 80 } else { 443 });
        let is_direct = || self.0.direct.iter().any(|hosts| hosts.contain(to, port));
        (!is_here && !is_direct()).then_some(proxy)
    }

    /// What a request to an address must have for a proxy that passes it on as it is (RFC 9110, section
    /// 11.7.2). A tunnel says that itself.
    pub(super) fn authorization(&self, to: &Uri) -> Option<HeaderValue> {
        let proxy = self
            .find(to)
            .filter(|_| to.scheme() == Some(&Scheme::HTTP))?;
        proxy.intercept.as_ref()?.basic_auth().cloned()
    }
}

impl DirectHosts {
    fn of(written: &str) -> DirectHosts {
        let (host, port) = match written.rsplit_once(':') {
            // The colons of an IPv6 address have no port behind them, unless it is in brackets.
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                (host, port.parse().ok())
            }
            _ => (written, None),
        };
        let host = host.trim_matches(['[', ']']);
        let host = host.strip_prefix("*.").unwrap_or(host);
        let host = host.trim_end_matches('.');
        // Requests name a domain by its form in ASCII.
        let ascii = match Host::parse(host.trim_start_matches('.')) {
            Ok(Host::Domain(domain)) => domain,
            _ => host.to_owned(),
        };
        let others = match &*ascii {
            "*" => Matcher::builder(),
            ascii => Matcher::builder().all("http://proxy.invalid").no(ascii),
        };
        DirectHosts {
            port,
            others: others.build(),
        }
    }

    fn contain(&self, to: &Uri, port: u16) -> bool {
        self.port.is_none_or(|own| own == port) && self.others.intercept(to).is_none()
    }
}

/// The proxy that the value of a variable means, with its login.
fn intercept(value: &str) -> Option<Intercept> {
    let value = value.trim();
    let value = value.strip_suffix('/').unwrap_or(value);
    let authority = value.split_once("://").map_or(value, |(_, rest)| rest);
    // In a login these must be encoded: it would be read as another one, or as the host.
    if authority.contains(['/', '?', '#']) || authority.matches('@').count() > 1 {
        return None;
    }
    let proxy = Matcher::builder().all(value).build();
    let intercept = proxy.intercept(&Uri::from_static("http://site.invalid/"))?;
    (intercept.uri().scheme() == Some(&Scheme::HTTP)).then_some(intercept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Proxies {
        Proxies::from_variables(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    /// The proxy for an address as text, with its login; `None` if the address is reached directly.
    fn found(proxies: &Proxies, to: &str) -> Option<String> {
        let proxy = proxies.find(&to.parse().expect("an address"))?;
        Some(match &proxy.intercept {
            Some(intercept) => {
                let login = intercept
                    .basic_auth()
                    .map(|login| login.to_str().expect("ASCII"));
                let authority = intercept.uri().authority().expect("a proxy");
                format!("{authority} {}", login.unwrap_or_default())
                    .trim()
                    .to_owned()
            }
            None => format!("{} is wrong", proxy.variable),
        })
    }

    #[test]
    fn proxies_are_those_that_the_variables_name() {
        const HTTPS: &str = "https://dala.example/";
        const HTTP: &str = "http://dala.example/";
        for (variables, to, expected) in [
            (&[][..], HTTPS, None),
            (
                &[("HTTPS_PROXY", "http://proxy:3128")],
                HTTPS,
                Some("proxy:3128"),
            ),
            (
                &[("https_proxy", "http://proxy:3128/")],
                HTTPS,
                Some("proxy:3128"),
            ),
            (&[("HTTPS_PROXY", "http://proxy:3128")], HTTP, None),
            (
                &[("HTTP_PROXY", "http://proxy:3128")],
                HTTP,
                Some("proxy:3128"),
            ),
            (
                &[("http_proxy", "http://proxy:3128")],
                HTTP,
                Some("proxy:3128"),
            ),
            (&[("HTTP_PROXY", "http://proxy:3128")], HTTPS, None),
            (
                &[("ALL_PROXY", "http://proxy:3128")],
                HTTPS,
                Some("proxy:3128"),
            ),
            (
                &[("all_proxy", "http://proxy:3128")],
                HTTP,
                Some("proxy:3128"),
            ),
            (
                &[
                    ("ALL_PROXY", "http://all:1"),
                    ("https_proxy", "http://proxy:2"),
                ],
                HTTPS,
                Some("proxy:2"),
            ),
            (
                &[
                    ("HTTPS_PROXY", "http://upper:1"),
                    ("https_proxy", "http://lower:2"),
                ],
                HTTPS,
                Some("upper:1"),
            ),
            (
                &[("HTTPS_PROXY", " "), ("https_proxy", "lower:2")],
                HTTPS,
                Some("lower:2"),
            ),
            (&[("HTTPS_PROXY", "")], HTTPS, None),
            (
                &[("HTTPS_PROXY", " proxy.example:3128 ")],
                HTTPS,
                Some("proxy.example:3128"),
            ),
            (&[("HTTPS_PROXY", "proxy:3128/")], HTTPS, Some("proxy:3128")),
            (
                &[("HTTPS_PROXY", "10.0.0.1:3128")],
                HTTPS,
                Some("10.0.0.1:3128"),
            ),
            (
                &[("HTTPS_PROXY", "http://[fd00::1]:3128")],
                HTTPS,
                Some("[fd00::1]:3128"),
            ),
            (
                &[("HTTPS_PROXY", "http://user:secret@proxy:3128")],
                HTTPS,
                Some("proxy:3128 Basic dXNlcjpzZWNyZXQ="),
            ),
            (
                &[("HTTPS_PROXY", "user:secret@proxy:3128")],
                HTTPS,
                Some("proxy:3128 Basic dXNlcjpzZWNyZXQ="),
            ),
            (
                // `user` and `p@:ss`.
                &[("HTTPS_PROXY", "http://user:p%40%3Ass@proxy:3128")],
                HTTPS,
                Some("proxy:3128 Basic dXNlcjpwQDpzcw=="),
            ),
            (
                &[("HTTPS_PROXY", "https://proxy:3129")],
                HTTPS,
                Some("HTTPS_PROXY is wrong"),
            ),
            (
                &[("ALL_PROXY", "socks5://proxy:1080")],
                HTTPS,
                Some("ALL_PROXY is wrong"),
            ),
            (
                &[("https_proxy", "http://")],
                HTTPS,
                Some("HTTPS_PROXY is wrong"),
            ),
            (
                &[("HTTPS_PROXY", "http://user:a#b/c@proxy:1")],
                HTTPS,
                Some("HTTPS_PROXY is wrong"),
            ),
            (
                &[("HTTPS_PROXY", "http://user:a@b@proxy:1")],
                HTTPS,
                Some("HTTPS_PROXY is wrong"),
            ),
            (&[("HTTPS_PROXY", "none")], HTTPS, Some("none")),
        ] {
            let found = found(&proxies(variables), to);
            assert_eq!(found.as_deref(), expected, "{variables:?} {to}");
        }
    }

    #[test]
    fn hosts_of_no_proxy_are_reached_directly() {
        for (direct, to, is_direct) in [
            ("dala.example", "https://dala.example/", true),
            ("dala.example", "https://www.dala.example/", true),
            ("dala.example", "https://DALA.example/", true),
            ("dala.example", "https://notdala.example/", false),
            ("dala.example", "https://dala.example.net/", false),
            (".dala.example", "https://www.dala.example/", true),
            ("*.dala.example", "https://www.dala.example/", true),
            ("dala.example.", "https://dala.example/", true),
            ("Dala.Example", "https://dala.example/", true),
            ("other.example, dala.example", "https://dala.example/", true),
            ("other.example dala.example", "https://dala.example/", true),
            ("other.example", "https://dala.example/", false),
            (",, ,", "https://dala.example/", false),
            ("дала.example", "https://xn--80aak3a.example/", true),
            ("*", "https://dala.example/", true),
            ("*", "https://10.1.2.3/", true),
            ("dala.example:443", "https://dala.example/", true),
            ("dala.example:8443", "https://dala.example/", false),
            ("dala.example:8443", "https://dala.example:8443/", true),
            ("10.1.2.3", "https://10.1.2.3/", true),
            ("10.1.2.3:443", "https://10.1.2.3/", true),
            ("10.1.2.3", "https://10.1.2.30/", false),
            ("10.0.0.0/8", "https://10.1.2.3/", true),
            ("192.168.0.0/16", "https://10.1.2.3/", false),
            ("fd00::1", "https://[fd00::1]/", true),
            ("[fd00::1]", "https://[fd00::1]/", true),
            ("[fd00::1]:8443", "https://[fd00::1]:8443/", true),
            ("[fd00::1]:8443", "https://[fd00::1]/", false),
            ("fd00::/8", "https://[fd00::1]/", true),
            // This machine needs no entry.
            ("other.example", "https://localhost/", true),
            ("other.example", "https://127.0.0.9:8443/", true),
            ("other.example", "https://[::1]/", true),
        ] {
            for name in ["NO_PROXY", "no_proxy"] {
                let proxies = proxies(&[("HTTPS_PROXY", "proxy:3128"), (name, direct)]);
                assert_eq!(
                    found(&proxies, to).is_none(),
                    is_direct,
                    "{name}={direct} {to}"
                );
            }
        }
    }
}
