//! The names of sitemaps.

use std::fmt;

use crate::model::time::Month;

/// The name of a sitemap's file. Numbers are from 1, and the first file has none in its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SitemapName {
    /// `index.xml`.
    Index,
    /// `news.xml`, `news-2.xml`.
    News(u32),
    /// `2026-11.xml`, `2026-11-2.xml`.
    Month(Month, u32),
}

/// The bytes of a month as in `2026-11`.
const MONTH_BYTES: usize = 7;

impl SitemapName {
    /// Parses the name of a file.
    pub fn parse(name: &str) -> Option<SitemapName> {
        let stem = name.strip_suffix(".xml")?;
        if stem == "index" {
            return Some(SitemapName::Index);
        }
        if let Some(rest) = stem.strip_prefix("news") {
            return Some(SitemapName::News(parse_number(rest)?));
        }
        let (month, rest) = stem.split_at_checked(MONTH_BYTES)?;
        Some(SitemapName::Month(
            Month::parse(month)?,
            parse_number(rest)?,
        ))
    }
}

/// The number behind a name: nothing is 1, and `-2` the first that is written.
fn parse_number(rest: &str) -> Option<u32> {
    if rest.is_empty() {
        return Some(1);
    }
    let written = rest.strip_prefix('-')?;
    let number = written.parse().ok()?;
    (number >= 2 && written == u32::to_string(&number)).then_some(number)
}

impl fmt::Display for SitemapName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = match self {
            SitemapName::Index => return f.write_str("index.xml"),
            SitemapName::News(number) => {
                f.write_str("news")?;
                number
            }
            SitemapName::Month(month, number) => {
                write!(f, "{month}")?;
                number
            }
        };
        match number {
            1 => f.write_str(".xml"),
            number => write!(f, "-{number}.xml"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_one_that_it_is_parsed_from() {
        for name in [
            "index.xml",
            "news.xml",
            "news-2.xml",
            "2026-11.xml",
            "2026-11-12.xml",
            "1000-01.xml",
        ] {
            let parsed = SitemapName::parse(name).map(|parsed| parsed.to_string());
            assert_eq!(parsed.as_deref(), Some(name));
        }
        for name in [
            "",
            "index",
            "index-2.xml",
            "news-1.xml",
            "news-02.xml",
            "news2.xml",
            "news-.xml",
            "news-4294967296.xml",
            "2026-13.xml",
            "2026-00.xml",
            "2026-1.xml",
            "2026-11-1.xml",
            "2026-11-+2.xml",
            "+026-11.xml",
            "2026-11-0.xml",
            "əəəə.xml",
        ] {
            assert_eq!(SitemapName::parse(name), None, "{name}");
        }
    }
}
