//! The pages that one key file stands for: a request of IndexNow has addresses of one host, and the key is
//! in a file of that host, not below another folder than the pages
//! (<https://www.indexnow.org/documentation>).

use url::Url;

/// Pages that one request may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageGroup {
    /// Their host, with its port if that is not the scheme's own.
    pub host: String,
    /// What their addresses begin with, with a slash at its end. The key file lies there.
    pub root: String,
}

impl PageGroup {
    /// The group of an address. Pages below `public_url`, which ends in a slash, have the file of this server,
    /// others one at the root of their host.
    pub fn of(address: &str, public_url: &str) -> Option<PageGroup> {
        let url = Url::parse(address).ok()?;
        let host = url.host_str()?;
        let host = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let root = match address.starts_with(public_url) {
            true => public_url.to_owned(),
            false => format!("{}://{host}/", url.scheme()),
        };
        Some(PageGroup { host, root })
    }

    /// Whether an address belongs to it.
    pub(super) fn has(&self, address: &str, public_url: &str) -> bool {
        address.starts_with(&self.root)
            && (self.root == public_url || !address.starts_with(public_url))
    }

    /// What all addresses of its host begin with.
    pub(super) fn origin(&self) -> String {
        let scheme = self.root.split(':').next().unwrap_or_default();
        format!("{scheme}://{}/", self.host)
    }

    /// The address of the file that has the key.
    pub fn key_location(&self, key: &str) -> String {
        format!("{}{key}.txt", self.root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_grouped_by_the_place_of_their_key_file() {
        for (address, public_url, host, root) in [
            (
                "https://feeds.dala.example/articles/a",
                "https://feeds.dala.example/",
                "feeds.dala.example",
                "https://feeds.dala.example/",
            ),
            (
                "https://dala.example/feeds/articles/a",
                "https://dala.example/feeds/",
                "dala.example",
                "https://dala.example/feeds/",
            ),
            (
                "https://dala.example/2026/a",
                "https://dala.example/feeds/",
                "dala.example",
                "https://dala.example/",
            ),
            (
                "https://dala.example/feedsome",
                "https://dala.example/feeds/",
                "dala.example",
                "https://dala.example/",
            ),
            (
                "http://dala.example:8080/a?b",
                "https://dala.example/",
                "dala.example:8080",
                "http://dala.example:8080/",
            ),
            (
                "http://[::1]/a",
                "https://dala.example/",
                "[::1]",
                "http://[::1]/",
            ),
        ] {
            let group = PageGroup::of(address, public_url).expect("an address of the web");
            assert_eq!((&*group.host, &*group.root), (host, root), "{address}");
            assert!(group.has(address, public_url));
            let other = PageGroup::of("https://dala.example/feeds/x", public_url);
            let other = other.expect("an address of the web");
            assert_eq!(other.has(address, public_url), other == group, "{address}");
        }
    }
}
