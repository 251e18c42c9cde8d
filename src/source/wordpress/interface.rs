//! Where the REST interface of a site is: discovered from the site's own address.
//!
//! WordPress names it in `Link: <…>; rel="https://api.w.org/"` of every page. Where a proxy removes that
//! header, the two places count that every site has: `wp-json/` with addresses that are rewritten, and
//! `?rest_route=/` without.

use http::header::{HeaderMap, LINK};
use url::Url;

use crate::http_client::is_same_site;

/// The relation of the REST interface to a page of the site.
const RELATION: &str = "https://api.w.org/";

/// The parameter that names a route where addresses are not rewritten.
const ROUTE: &str = "rest_route";

/// The root of a REST interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Root(Url);

impl Root {
    /// The interface that the answer of a site's page names, if it is on the same host: the login is for
    /// no other one. Behind a proxy that ends TLS, WordPress may name itself without it; then the path counts.
    pub(super) fn named(page: &Url, headers: &HeaderMap) -> Option<Root> {
        let links = headers.get_all(LINK).iter();
        let mut links = links.filter_map(|link| target(link.to_str().ok()?));
        let root = page.join(&links.next()?).ok()?;
        if is_same_site(page, &root) {
            return Some(Root(root));
        }
        let mut here = page.clone();
        here.set_path(root.path());
        here.set_query(root.query());
        (root.host() == page.host()).then_some(Root(here))
    }

    /// The places of an interface that is not named.
    pub(super) fn usual(site: &Url) -> [Option<Root>; 2] {
        let rewritten = site.join("wp-json/").ok().map(Root);
        let mut plain = site.clone();
        plain.set_query(Some(&format!("{ROUTE}=/")));
        [rewritten, Some(Root(plain))]
    }

    /// The address of a route, such as `wp/v2/posts`, with a query.
    pub(super) fn route(&self, route: &str, query: &[(&str, String)]) -> Url {
        let mut url = self.0.clone();
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let is_plain = pairs.iter().any(|(name, _)| name == ROUTE);
        url.set_query(None);
        if !is_plain {
            let path = format!("{}/{route}", url.path().trim_end_matches('/'));
            url.set_path(&path);
        }
        let is_empty = pairs.is_empty() && query.is_empty();
        if !is_empty {
            let mut written = url.query_pairs_mut();
            for (name, value) in &pairs {
                match name == ROUTE {
                    true => written.append_pair(name, &format!("/{route}")),
                    false => written.append_pair(name, value),
                };
            }
            written.extend_pairs(query);
        }
        url
    }
}

/// The target of the link with the relation of the REST interface.
fn target(links: &str) -> Option<String> {
    let (before, _) = links.split_once(&format!("rel=\"{RELATION}\""))?;
    let (before, _) = before.rsplit_once('>')?;
    let (_, target) = before.rsplit_once('<')?;
    Some(target.to_owned())
}

/// Numbers as a query lists them.
pub(super) fn id_list(ids: &[u64]) -> String {
    let ids: Vec<String> = ids.iter().map(u64::to_string).collect();
    ids.join(",")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_interface_is_found_from_a_page() {
        let page = Url::parse("https://dala.example/blog/").expect("an address");
        for (links, expected) in [
            (
                &["<https://dala.example/blog/wp-json/>; rel=\"https://api.w.org/\""][..],
                Some("https://dala.example/blog/wp-json/wp/v2/posts?page=2"),
            ),
            (
                &["<https://dala.example/?p=1>; rel=shortlink, \
                   <https://dala.example/index.php?rest_route=/>; rel=\"https://api.w.org/\""],
                Some("https://dala.example/index.php?rest_route=%2Fwp%2Fv2%2Fposts&page=2"),
            ),
            (
                &[
                    "</a.css>; rel=preload",
                    "</wp-json>; rel=\"https://api.w.org/\"",
                ],
                Some("https://dala.example/wp-json/wp/v2/posts?page=2"),
            ),
            (
                &["<http://dala.example/wp-json/>; rel=\"https://api.w.org/\""],
                Some("https://dala.example/wp-json/wp/v2/posts?page=2"),
            ),
            (
                &["<https://other.example/wp-json/>; rel=\"https://api.w.org/\""],
                None,
            ),
            (&["rel=\"https://api.w.org/\""], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for link in links {
                headers.append(LINK, HeaderValue::from_static(link));
            }
            let root = Root::named(&page, &headers);
            let route = root.map(|root| root.route("wp/v2/posts", &[("page", "2".to_owned())]));
            assert_eq!(route.as_ref().map(Url::as_str), expected, "{links:?}");
        }
    }

    #[test]
    fn an_interface_that_is_not_named_is_in_one_of_two_places() {
        let site = Url::parse("https://dala.example/blog/").expect("an address");
        let roots = Root::usual(&site);
        let routes = roots.map(|root| root.expect("a place").route("wp/v2/types/post", &[]));
        assert_eq!(
            routes.map(String::from),
            [
                "https://dala.example/blog/wp-json/wp/v2/types/post",
                "https://dala.example/blog/?rest_route=%2Fwp%2Fv2%2Ftypes%2Fpost",
            ]
        );
    }
}
