//! How a row may write the address of its page, so that one that a person copied finds it.

use percent_encoding::percent_decode_str;
use url::{Position, Url};

/// The texts in a column `url` that mean the page at `address`: with either scheme, with a slash at
/// the end and without, and where it is a page of `site`, beginning with its path. What does not tell
/// pages of most sites apart, its query, is tried both ways.
pub(super) fn spellings(address: &str, site: &str) -> Vec<String> {
    let Ok(url) = Url::parse(address) else {
        return Vec::new();
    };
    let Some(host) = url.host_str() else {
        return Vec::new();
    };
    let port = url.port().map_or(String::new(), |port| format!(":{port}"));
    let mut origins = ["https", "http"]
        .map(|scheme| format!("{scheme}://{host}{port}"))
        .to_vec();
    let site = Url::parse(site).ok();
    if site.is_some_and(|site| site.host_str() == Some(host) && site.port() == url.port()) {
        origins.push(String::new());
    }
    let whole = &url[Position::BeforePath..Position::AfterQuery];
    let bare = url.path().trim_end_matches('/');
    let mut paths = Vec::new();
    for path in [whole.to_owned(), format!("{bare}/"), bare.to_owned()] {
        let decoded = percent_decode_str(&path).decode_utf8().ok();
        paths.extend(decoded.map(|path| path.into_owned()));
        paths.push(path);
    }
    paths.sort();
    paths.dedup();
    let spellings = origins
        .iter()
        .flat_map(|origin| paths.iter().map(move |path| format!("{origin}{path}")));
    spellings.filter(|text| !text.is_empty()).collect()
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
