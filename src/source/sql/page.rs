//! How a row may write the address of its page, so that one that a person copied finds it.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use url::{Position, Url};

/// The texts in a column `url` that mean the page at `address`, the most exact first: as it is; with
/// either scheme and, where it is a page of `site`, beginning with its path; with a slash at the end and
/// without; and without its query, which does not tell pages of most sites apart.
pub(super) fn spellings(address: &str, site: &str) -> Vec<String> {
    let Ok(url) = Url::parse(address) else {
        return Vec::new();
    };
    let Some(host) = url.host_str() else {
        return Vec::new();
    };
    let port = url.port().map_or(String::new(), |port| format!(":{port}"));
    let schemes = match url.scheme() {
        "http" => ["http", "https"],
        _ => ["https", "http"],
    };
    let mut origins = schemes
        .map(|scheme| format!("{scheme}://{host}{port}"))
        .to_vec();
    let site = Url::parse(site).ok();
    if site.is_some_and(|site| site.host_str() == Some(host) && site.port() == url.port()) {
        origins.push(String::new());
    }
    let bare = url.path().trim_end_matches('/');
    let mut paths = vec![url[Position::BeforePath..Position::AfterQuery].to_owned()];
    // Where a site tells pages apart by nothing but the query, its front page is another one.
    if !bare.is_empty() || url.query().is_none() {
        paths.extend([format!("{bare}/"), bare.to_owned()]);
    }
    let mut spellings = vec![address.to_owned()];
    for path in paths {
        let decoded = percent_decode_str(&path).decode_utf8().ok();
        let decoded = decoded.map(|path| path.into_owned());
        for path in [Some(path), decoded].into_iter().flatten() {
            spellings.extend(origins.iter().map(|origin| format!("{origin}{path}")));
        }
    }
    let mut seen = BTreeSet::new();
    spellings.retain(|text| !text.is_empty() && seen.insert(text.clone()));
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_page_is_written_in_many_ways() {
        let site = "https://dala.example/";
        let found = spellings("http://dala.example/%D0%B6/дала?utm=1#x", site);
        for text in [
            "https://dala.example/ж/дала",
            "https://dala.example/ж/дала/",
            "http://dala.example/%D0%B6/%D0%B4%D0%B0%D0%BB%D0%B0/",
            "http://dala.example/%D0%B6/%D0%B4%D0%B0%D0%BB%D0%B0?utm=1",
            "/ж/дала/",
        ] {
            assert!(
                found.iter().any(|spelling| spelling == text),
                "{text}: {found:?}"
            );
        }
    }

    #[test]
    fn the_most_exact_comes_first() {
        let found = spellings("http://dala.example/a/?p=5", "https://dala.example/");
        let place = |text: &str| found.iter().position(|spelling| spelling == text);
        for (exact, loose) in [
            ("http://dala.example/a/?p=5", "https://dala.example/a/?p=5"),
            ("https://dala.example/a/?p=5", "/a/?p=5"),
            ("/a/?p=5", "http://dala.example/a/"),
        ] {
            assert!(place(exact).is_some(), "{exact}: {found:?}");
            assert!(place(exact) < place(loose), "{exact}, {loose}: {found:?}");
        }
        let front = spellings("https://dala.example/?p=5", "https://dala.example/");
        assert!(
            front.iter().all(|text| text.ends_with("/?p=5")),
            "{front:?}"
        );
    }

    #[test]
    fn only_pages_of_the_site_begin_with_their_path() {
        let found = spellings("https://elsewhere.example/news/1", "https://dala.example/");
        assert!(
            found
                .iter()
                .all(|text| text.contains("://elsewhere.example/"))
        );
        assert_eq!(found.len(), 4);
        for address in ["news/1", "mailto:a@dala.example", ""] {
            assert!(
                spellings(address, "https://dala.example/").is_empty(),
                "{address}"
            );
        }
    }
}
