//! The address of an article's page, and what relative addresses in the article start at.

use url::Url;

use super::{AcceptSettings, ArticleTerm, Draft, Warning};
use crate::model::article_path::ArticlePath;
use crate::model::permalink::{self, PageNames};
use crate::model::time::Day;
use crate::text::{Base, decode_references, resolve};

/// The page of an article on the newsroom's site.
pub(super) struct ArticlePage {
    /// Absolute and percent-encoded, if the article has a page there.
    pub(super) address: Option<String>,
    /// Its page, counted as a folder where the file stands for one.
    page: Option<Url>,
    site: Option<Url>,
}

impl ArticlePage {
    /// What relative addresses in the article are resolved against: its page, else the site.
    pub(super) fn base(&self) -> Base<'_> {
        Base {
            page: self.page.as_ref().or(self.site.as_ref()),
            site: self.site.as_ref(),
        }
    }

    /// The page that a draft names, else the one that the template of the source gives it.
    pub(super) fn of(
        draft: &Draft,
        key: &str,
        sections: &[ArticleTerm],
        language: &str,
        settings: &AcceptSettings,
        warnings: &mut Vec<Warning>,
    ) -> ArticlePage {
        let site = Url::parse(&settings.site).ok();
        let place = draft.path.as_deref().unwrap_or(key);
        let path = ArticlePath::new(place, settings.languages.tags());
        let section = sections.first().map(ArticleTerm::address_part);
        let section = section.unwrap_or_default();
        let filled = || {
            let template = settings.link.as_deref()?;
            let own_key = draft.own_key().ok().flatten();
            let key = match (own_key, &draft.path) {
                (None, Some(_)) => path.without_language(key),
                (_, _) => key,
            };
            let names = PageNames {
                key,
                slug: draft.slug.as_deref().and_then(path_part),
                section: &section,
                sections: path.sections(),
                day: draft.written_day(settings),
                language,
            };
            Some(permalink::fill(template, &names))
        };
        let named = draft.url.as_deref().filter(|url| !url.trim().is_empty());
        let named = named.and_then(|url| {
            let address = own_address(site.as_ref(), url);
            if address.is_none() {
                let reason = format!("`{url}` is not the address of a page");
                let hint = "write an address such as `/2026/a-title/`";
                warnings.push(Warning::new(None, reason, hint));
            }
            address
        });
        let address = named.or_else(filled);
        let is_index = draft.path.is_some() && path.is_index();
        let page = address.as_deref().and_then(|page| Url::parse(page).ok());
        ArticlePage {
            address,
            page: page.map(|page| permalink::base_of(&page, is_index)),
            site,
        }
    }
}

impl Draft {
    /// The day of publication as the article writes it. Databases convert instants to UTC, so a row
    /// writes no offset: its day is that of the newsroom's zone.
    fn written_day(&self, settings: &AcceptSettings) -> Day {
        let zone = &settings.zone;
        match self.path {
            Some(_) => zone.written_day(self.published),
            None => zone.day(zone.resolve(self.published)),
        }
    }
}

/// The address of a page that an article names. Below a site with a path of its own, a path starts there,
/// as the generators of sites mean it.
fn own_address(site: Option<&Url>, written: &str) -> Option<String> {
    let written = written.trim();
    let prefix = site.map_or("/", Url::path);
    let is_path = written.starts_with('/') && !written.starts_with("//");
    match is_path && !written.starts_with(prefix) {
        true => page_url(site, &written[1..]),
        false => page_url(site, written),
    }
}

/// The address of a page: what a relative one means, and no other scheme than that of the web.
pub(super) fn page_url<'u>(base: impl Into<Base<'u>>, raw: &str) -> Option<String> {
    resolve(base, &decode_references(raw)).filter(|url| url.starts_with("http"))
}

/// A slug as a part of a path, if something is left of it.
fn path_part(slug: &str) -> Option<&str> {
    let slug = slug.trim_matches(|c: char| c == '/' || c.is_whitespace());
    (!slug.is_empty()).then_some(slug)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::article::Body;
    use crate::model::time::{WrittenDate, Zone};

    const LINK: &str = "https://step.example/news/{key}/";

    fn draft(path: &str) -> Draft {
        let date = WrittenDate::parse("2026-03-05T00:00:00Z").expect("a date");
        Draft {
            path: Some(path.to_owned()),
            ..Draft::new("Көпір", date, Body::Markdown(String::new()))
        }
    }

    fn settings(link: &str, site: &str) -> AcceptSettings {
        let zone = Zone::find("America/Los_Angeles").expect("a zone of the database");
        AcceptSettings {
            link: Some(link.to_owned()),
            ..AcceptSettings::of_site(zone, "ru", site)
        }
    }

    /// The page of a draft, below `https://step.example`, and how often it was warned about.
    fn page(draft: &Draft, link: &str) -> (ArticlePage, usize) {
        let settings = settings(link, "https://step.example/");
        let path = draft.path.as_deref().unwrap_or("7");
        let key = draft.own_key().expect("a short id");
        let key = key.unwrap_or_else(|| ArticlePath::new(path, settings.languages.tags()).key());
        let mut warnings = Vec::new();
        let sections = ["Қоғам мен адам".into(), "Спорт".into()];
        let page = ArticlePage::of(draft, &key, &sections, "kk", &settings, &mut warnings);
        (page, warnings.len())
    }

    #[track_caller]
    fn check(draft: &Draft, link: &str, expected: &str) {
        let address = page(draft, link).0.address.expect("an address");
        assert_eq!(address, format!("https://step.example{expected}"));
    }

    #[test]
    fn a_template_is_filled_from_path_keys_and_date() {
        let with_slug = |path| Draft {
            slug: Some("/most-otkryt/".to_owned()),
            ..draft(path)
        };
        let day = "https://step.example/{year}/{month}/{day}/{slug}";
        let sections = "https://step.example/{section}/{sections}/{name}";
        for (draft, link, expected) in [
            (draft("a/post"), LINK, "/news/a/post/"),
            (draft("post.kk"), LINK, "/news/post/"),
            (draft("bundle/index.kk"), LINK, "/news/bundle/"),
            (draft("kk/post"), LINK, "/news/kk/post/"),
            (with_slug("a/post"), LINK, "/news/a/most-otkryt/"),
            (with_slug("b/index.kk"), LINK, "/news/most-otkryt/"),
            (draft("2026-03-05-most"), LINK, "/news/2026-03-05-most/"),
            (draft("2026-03-05-most"), day, "/2026/03/05/most"),
            (with_slug("2026-03-05-most"), day, "/2026/03/05/most-otkryt"),
            (
                draft("a/b/x/index"),
                sections,
                "/%D2%9B%D0%BE%D2%93%D0%B0%D0%BC-%D0%BC%D0%B5%D0%BD-%D0%B0%D0%B4%D0%B0%D0%BC/a/b/x",
            ),
        ] {
            check(&draft, link, expected);
        }
        // The key of an id is no path.
        let named = Draft {
            id: Some("7.kk".to_owned()),
            ..draft("post.kk")
        };
        check(&named, LINK, "/news/7.kk/");
        // A database converts instants to UTC.
        let row = Draft {
            path: None,
            ..draft("")
        };
        check(
            &row,
            "https://step.example/{year}/{month}/{day}/{key}",
            "/2026/03/04/7",
        );
    }

    #[test]
    fn an_article_names_its_own_page() {
        for (url, expected, warnings) in [
            ("/2026/nice/", "https://step.example/2026/nice/", 0),
            ("2026/03/05/nice", "https://step.example/2026/03/05/nice", 0),
            ("https://other.example/x", "https://other.example/x", 0),
            (" ", "https://step.example/news/a/", 0),
            ("mailto:a@b.example", "https://step.example/news/a/", 1),
        ] {
            let draft = Draft {
                url: Some(url.to_owned()),
                slug: None,
                ..draft("a")
            };
            let (page, warned) = page(&draft, LINK);
            assert_eq!(page.address.as_deref(), Some(expected), "{url}");
            assert_eq!(warned, warnings, "{url}");
        }
    }

    #[test]
    fn a_path_starts_at_the_path_of_the_site() {
        let settings = settings(LINK, "https://step.example/blog/");
        for (url, expected) in [
            ("/nice/", "https://step.example/blog/nice/"),
            ("/blog/nice/", "https://step.example/blog/nice/"),
            ("nice", "https://step.example/blog/nice"),
            ("//cdn.example/nice", "https://cdn.example/nice"),
        ] {
            let draft = Draft {
                url: Some(url.to_owned()),
                ..draft("a")
            };
            let page = ArticlePage::of(&draft, "a", &[], "ru", &settings, &mut Vec::new());
            assert_eq!(page.address.as_deref(), Some(expected), "{url}");
        }
    }

    #[test]
    fn pictures_of_a_folders_article_lie_below_its_page() {
        let without_slash = "https://step.example/news/{key}";
        for (path, link, expected) in [
            ("a/index", LINK, "/news/a/p.jpg"),
            ("a/index", without_slash, "/news/a/p.jpg"),
            ("a/index.kk", without_slash, "/news/a/p.jpg"),
            ("a/index", "https://step.example/{key}.html", "/a/p.jpg"),
            ("b", LINK, "/news/b/p.jpg"),
            ("b", without_slash, "/news/p.jpg"),
        ] {
            let base = page(&draft(path), link).0.page.expect("an address");
            let picture = base.join("p.jpg").expect("an address");
            assert_eq!(picture.path(), expected, "{path} {link}");
        }
    }
}
