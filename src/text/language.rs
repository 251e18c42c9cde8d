//! Guesses the language of an article among those in which a site publishes.
//!
//! The script of most words says which languages come into question. Each word then gives points to a
//! language: if it is one of its commonest words, has one of its commonest endings, or has a letter that
//! native words have or do not have. How many depends on where the word stands
//! ([`weights`](points::weights)): a name and a quotation are often in another language than the article.

mod listed;
mod points;
mod profiles;
mod tables;
mod words;

use self::listed::{Candidates, Listed};
use self::points::Points;
use self::profiles::ProfileSet;
use self::words::Words;

/// The bytes that are looked at: ten times what 200 words take.
const BYTES_MAX: usize = 32 << 10;

/// The languages in which a site publishes, prepared for [`guess`](SiteLanguages::guess).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteLanguages {
    site: String,
    tags: Vec<String>,
    /// The profiles of these languages and of English.
    profiles: ProfileSet,
    /// The languages in each script.
    candidates: [Candidates; 3],
}

impl SiteLanguages {
    /// The languages `tags` of a site, whose own is `site`. All are tags of BCP 47.
    pub fn new(site: &str, tags: Vec<String>) -> SiteLanguages {
        let others = tags.iter().map(String::as_str);
        let listed = std::iter::once(site).chain(others.filter(|other| *other != site));
        let listed: Vec<Listed<'_>> = listed.map(Listed::new).collect();
        SiteLanguages {
            site: site.to_owned(),
            profiles: listed::profiles(&listed),
            candidates: listed::SCRIPTS.map(|script| Candidates::new(&listed, script)),
            tags,
        }
    }

    /// The tags as the site lists them.
    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    /// The language of an article: one of the listed tags, the site's if nothing shows another, or `en`
    /// where no listed language is written in Latin.
    ///
    /// The guess is made from the first words of `title` and `texts`, without addresses and hashtags:
    /// 200 at most, and fewer where these leave no doubt.
    pub fn guess<'t>(&self, title: &'t str, texts: impl IntoIterator<Item = &'t str>) -> &str {
        let mut points = Points::new(self.profiles);
        let mut words = Words::new();
        let mut left = BYTES_MAX;
        let mut texts = std::iter::once(title).chain(texts);
        texts.all(|text| {
            let text = &text[..text.floor_char_boundary(left)];
            left = left.saturating_sub(text.len());
            words.read(text, self.profiles, &mut |word| points.add(&word)) && left > 0
        });
        let best = points.script(&self.candidates).and_then(|script| {
            let candidates = &self.candidates[script as usize];
            points.best(candidates, script)
        });
        best.unwrap_or(&self.site)
    }
}

#[cfg(test)]
mod tests;
