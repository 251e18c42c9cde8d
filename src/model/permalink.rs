//! The address of an article's page, from the key `link` of the source.
//!
//! [`Draft::accept`](crate::model::article::Draft::accept) fills the template once. Feeds link to that page,
//! and relative addresses inside the article are resolved against it.

use url::Url;

use crate::model::time::Day;
use crate::model::url_encoding::encode_path;

/// What the names in a template stand for.
#[derive(Clone, Copy, Debug)]
pub struct PageNames<'n> {
    /// The key without the language of its file's name.
    pub key: &'n str,
    /// The key `slug` of the article.
    pub slug: Option<&'n str>,
    /// The slug or term key of the main section; empty without one.
    pub section: &'n str,
    /// The folders above the article; empty without one.
    pub sections: &'n str,
    /// The day of publication as the article writes it.
    pub day: Day,
    /// The article's language.
    pub language: &'n str,
}

/// Fills `template`. A name without value goes with the slash behind it.
pub fn fill(template: &str, names: &PageNames<'_>) -> String {
    let mut link = String::with_capacity(template.len() + names.key.len());
    let mut rest = template;
    while let Some((before, (name, behind))) = rest
        .split_once('{')
        .and_then(|(before, name)| Some((before, name.split_once('}')?)))
    {
        link.push_str(before);
        let value = names.value(name);
        link.push_str(&value);
        let is_doubled = value.is_empty() && link.ends_with('/');
        rest = behind
            .strip_prefix('/')
            .filter(|_| is_doubled)
            .unwrap_or(behind);
    }
    link.push_str(rest);
    link
}

impl PageNames<'_> {
    fn value(&self, name: &str) -> String {
        let (folders, last) = match self.key.rfind('/') {
            Some(slash) => self.key.split_at(slash + 1),
            None => ("", self.key),
        };
        let Day { year, month, day } = self.day;
        match name {
            "key" => encode_path(folders) + &encode_path(self.slug.unwrap_or(last)),
            "name" => encode_path(self.slug.unwrap_or(last)),
            "slug" => encode_path(self.slug.unwrap_or(without_date(last))),
            "section" => encode_path(self.section),
            "sections" => encode_path(self.sections),
            "year" => format!("{year:04}"),
            "month" => format!("{month:02}"),
            "day" => format!("{day:02}"),
            "lang" => self.language.to_owned(),
            // The configuration refuses other names.
            _ => String::new(),
        }
    }
}

/// A name without the date at its front: `2026-03-05-title` is `title`.
fn without_date(name: &str) -> &str {
    let mut rest = name;
    for digits in [4..=4, 1..=2, 1..=2] {
        let end = rest.bytes().take_while(u8::is_ascii_digit).count();
        let behind = rest[end..].strip_prefix(['-', '_', ' ']);
        match behind.filter(|_| digits.contains(&end)) {
            Some(behind) => rest = behind,
            None => return name,
        }
    }
    let title = rest.trim_start_matches(['-', '_', ' ']);
    if title.is_empty() { name } else { title }
}

/// What relative addresses in an article are resolved against: its page, and of an article that stands for
/// its folder that page as a folder, because its pictures lie below it.
pub fn base_of(page: &Url, is_index: bool) -> Url {
    let mut base = page.clone();
    let path = page.path();
    if is_index && !path.ends_with('/') {
        let folder = [".html", ".htm"]
            .iter()
            .find_map(|end| path.strip_suffix(end));
        base.set_path(&format!("{}/", folder.unwrap_or(path)));
    }
    base
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: PageNames<'_> = PageNames {
        key: "2026/дом + сад",
        slug: None,
        section: "қоғам",
        sections: "2026",
        day: Day {
            year: 2026,
            month: 1,
            day: 9,
        },
        language: "kk-KZ",
    };

    #[test]
    fn names_in_a_template_are_filled() {
        let slug = PageNames {
            slug: Some("dom i sad"),
            ..NAMES
        };
        let dated = PageNames {
            key: "2026-03-05-most",
            ..NAMES
        };
        let alone = PageNames {
            key: "{name}{year}",
            section: "",
            sections: "",
            ..NAMES
        };
        for (names, template, expected) in [
            (
                NAMES,
                "/{key}",
                "/2026/%D0%B4%D0%BE%D0%BC%20%2B%20%D1%81%D0%B0%D0%B4",
            ),
            (
                NAMES,
                "/{name}.html",
                "/%D0%B4%D0%BE%D0%BC%20%2B%20%D1%81%D0%B0%D0%B4.html",
            ),
            (NAMES, "/{year}/{month}/{day}", "/2026/01/09"),
            (NAMES, "/{lang}?a={year}&b={year}", "/kk-KZ?a=2026&b=2026"),
            (
                NAMES,
                "/{section}/{sections}/",
                "/%D2%9B%D0%BE%D2%93%D0%B0%D0%BC/2026/",
            ),
            (NAMES, "/news", "/news"),
            (slug, "/{key}/", "/2026/dom%20i%20sad/"),
            (slug, "/{name}-{slug}", "/dom%20i%20sad-dom%20i%20sad"),
            (
                dated,
                "/{key}/{name}/{slug}",
                "/2026-03-05-most/2026-03-05-most/most",
            ),
            (
                alone,
                "/{section}/{sections}/{key}/",
                "/%7Bname%7D%7Byear%7D/",
            ),
        ] {
            assert_eq!(fill(template, &names), expected, "{template}");
        }
    }

    #[test]
    fn only_a_date_at_the_front_goes() {
        for (name, expected) in [
            ("2026-03-05-most", "most"),
            ("2026-3-5_most", "most"),
            ("2026-03-05 - мост", "мост"),
            ("2026-03-05", "2026-03-05"),
            ("2026-03-05-", "2026-03-05-"),
            ("2026-03-most", "2026-03-most"),
            ("12026-03-05-most", "12026-03-05-most"),
            ("most-2026-03-05", "most-2026-03-05"),
        ] {
            assert_eq!(without_date(name), expected);
        }
    }

    #[test]
    fn pictures_of_a_folders_article_lie_below_its_page() {
        for (page, is_index, expected) in [
            ("https://x.example/a", false, "https://x.example/p.jpg"),
            ("https://x.example/a/", false, "https://x.example/a/p.jpg"),
            ("https://x.example/a", true, "https://x.example/a/p.jpg"),
            ("https://x.example/a/", true, "https://x.example/a/p.jpg"),
            (
                "https://x.example/a.html",
                true,
                "https://x.example/a/p.jpg",
            ),
        ] {
            let page = Url::parse(page).expect("an address");
            let picture = base_of(&page, is_index).join("p.jpg");
            assert_eq!(picture.expect("an address").as_str(), expected, "{page}");
        }
    }
}
