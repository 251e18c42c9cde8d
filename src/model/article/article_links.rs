//! Links from one article to another by the path of its file, as generators understand them.

use icu_normalizer::ComposingNormalizerBorrowed;
use percent_encoding::percent_decode_str;

use super::AcceptSettings;
use crate::model::article_path::{ArticlePath, without_extension};
use crate::model::url_encoding::encode_path;

/// Finds the addresses that links of one article mean.
pub(super) struct ArticleLinks<'a> {
    /// The path of the article's file below the folder, without extension.
    pub(super) path: Option<&'a str>,
    pub(super) settings: &'a AcceptSettings,
}

impl ArticleLinks<'_> {
    /// The address of the article in the file that `written` names: `../y/index.md#part`, or from the
    /// folder of all articles on, `/y/x.md`. The extension may be missing. `None` for a path that leaves
    /// the folder.
    pub(super) fn address(&self, written: &str) -> Option<String> {
        let at = written.find(['#', '?']).unwrap_or(written.len());
        let (path, behind) = written.split_at(at);
        let part = behind.split_once('#').map(|(_, part)| part);
        let part = part.map_or(String::new(), |part| format!("#{}", encode_path(part)));
        if path.is_empty() {
            return Some(part);
        }
        let path = percent_decode_str(path).decode_utf8().ok()?;
        let path = self.absolute(&path)?;
        let settings = self.settings;
        let path = without_extension(&path);
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        if name == "_index" {
            // A section is no article; its page has the path of its folder.
            let site = settings.site.trim_end_matches('/');
            let slash = if folders.is_empty() { "" } else { "/" };
            return Some(format!("{site}/{}{slash}{part}", encode_path(folders)));
        }
        let path = ArticlePath::new(path, settings.languages.tags());
        let key = match settings.keys_are_names {
            true => path.short_key(),
            false => path.key(),
        };
        let key = ComposingNormalizerBorrowed::new_nfc().normalize(&key);
        let server = &settings.public_url;
        Some(format!("{server}articles/{}{part}", encode_path(&key)))
    }

    /// `path` from the folder of all articles on.
    fn absolute(&self, path: &str) -> Option<String> {
        let mut parts: Vec<&str> = Vec::new();
        if !path.starts_with('/') {
            let (folders, _) = self.path?.rsplit_once('/').unwrap_or_default();
            parts.extend(folders.split('/').filter(|part| !part.is_empty()));
        }
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()?),
                part => parts.push(part),
            }
        }
        (!parts.is_empty()).then(|| parts.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Zone;

    #[test]
    fn files_become_addresses_of_their_articles() {
        let mut settings = AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/");
        settings.public_url = "https://feeds.dala.example/".into();
        for (from, written, key, name) in [
            ("blog/a", "x.md", "blog/x", "x"),
            (
                "blog/a",
                "./x.md#раздел",
                "blog/x#%D1%80%D0%B0%D0%B7%D0%B4%D0%B5%D0%BB",
                "x#%D1%80%D0%B0%D0%B7%D0%B4%D0%B5%D0%BB",
            ),
            ("blog/a/index", "../b/index.md", "blog/b", "b"),
            ("blog/a/index", "../../top.MD", "top", "top"),
            ("blog/a", "/news/x.mdx?print", "news/x", "x"),
            ("a", "x", "x", "x"),
            ("a", "2.5.md", "2.5", "2.5"),
            ("a", "index.md", "index", "index"),
            ("a", "%D0%B0%20b.md", "%D0%B0%20b", "%D0%B0%20b"),
            ("a", "e\u{301}.md", "%C3%A9", "%C3%A9"),
        ] {
            for (keys_are_names, key) in [(false, key), (true, name)] {
                settings.keys_are_names = keys_are_names;
                let links = ArticleLinks {
                    path: Some(from),
                    settings: &settings,
                };
                let expected = format!("https://feeds.dala.example/articles/{key}");
                assert_eq!(links.address(written), Some(expected), "{from}: {written}");
            }
        }
    }

    #[test]
    fn paths_without_an_article_are_none() {
        let settings = AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/");
        for (from, written, expected) in [
            (Some("a"), "../x.md", None),
            (Some("a"), "/", None),
            (Some("a"), "%FF.md", None),
            (None, "x.md", None),
            (Some("a"), "#part", Some("#part")),
            (
                Some("a"),
                "/blog/_index.md",
                Some("https://dala.example/blog/"),
            ),
            (Some("a"), "/_index.md", Some("https://dala.example/")),
        ] {
            let links = ArticleLinks {
                path: from,
                settings: &settings,
            };
            assert_eq!(links.address(written).as_deref(), expected, "{written}");
        }
    }
}
