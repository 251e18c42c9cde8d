//! The addresses of WordPress's own feeds, for a newsroom that takes its articles from WordPress: readers go
//! on to ask for them.
//!
//! `/feed/` is the feed of everything, and `feed/` behind the address of a category, tag or author that
//! one's; a format may follow. Where addresses are not rewritten, the query says the same: `?feed=rss2&cat=7`.
//! RDF and RSS 0.92 have no format here: RSS 2.0 is what their readers understand too.

use url::form_urlencoded;

use crate::model::format::Format;
use crate::model::term::{Term, TermKind};

/// Finds the slug of a category or author by its number.
type FindSlug<'f> = &'f dyn Fn(TermKind, u64) -> Option<String>;

/// The path of the feed that an address of WordPress's means, from its decoded path and its query. `None`
/// if it is no such address.
pub(super) fn path_of(path: &str, query: Option<&str>, find: FindSlug<'_>) -> Option<String> {
    let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let (stem, format) = match &segments[..] {
        [] | ["index.php"] => of_query(query?, find)?,
        ["wp-atom.php"] => ("all".to_owned(), Format::Atom),
        ["wp-feed.php" | "wp-rss.php" | "wp-rss2.php" | "wp-rdf.php"] => {
            ("all".to_owned(), Format::Rss)
        }
        [above @ .., "feed", last] => (of_path(above)?, format(last)?),
        // Without `feed`, only the site itself has such addresses.
        [last] => ("all".to_owned(), format(last)?),
        [above @ .., "feed"] => (of_path(above)?, Format::Rss),
        _ => return None,
    };
    Some(format!("/{stem}.{}", format.extension()))
}

/// The format of a name that WordPress has for it.
fn format(name: &str) -> Option<Format> {
    match name {
        "feed" | "rss2" | "rss" | "rdf" => Some(Format::Rss),
        "atom" => Some(Format::Atom),
        // A plugin that many sites have.
        "json" => Some(Format::Json),
        _ => None,
    }
}

/// The feed of an archive by its path; of a category, whose path names those above it, by its own slug.
fn of_path(segments: &[&str]) -> Option<String> {
    let (kind, slug) = match segments {
        [] => return Some("all".to_owned()),
        ["category", .., slug] => (TermKind::Section, slug),
        ["tag", slug] => (TermKind::Tag, slug),
        ["author", slug] => (TermKind::Author, slug),
        _ => return None,
    };
    of_slug(kind, slug)
}

fn of_slug(kind: TermKind, slug: &str) -> Option<String> {
    let term = Term::new(kind, slug)?;
    Some(format!("{}/{}", kind.folder(), term.key()))
}

fn of_query(query: &str, find: FindSlug<'_>) -> Option<(String, Format)> {
    let (mut stem, mut named) = ("all".to_owned(), None);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let numbered = |kind| of_slug(kind, &find(kind, value.parse().ok()?)?);
        match &*name {
            "feed" => named = Some(format(&value)?),
            "cat" => stem = numbered(TermKind::Section)?,
            "author" => stem = numbered(TermKind::Author)?,
            "category_name" => {
                stem = of_slug(
                    TermKind::Section,
                    value.rsplit('/').next().unwrap_or_default(),
                )?;
            }
            "tag" => stem = of_slug(TermKind::Tag, &value)?,
            "author_name" => stem = of_slug(TermKind::Author, &value)?,
            // Other parameters select what no feed here has, such as the comments of a post.
            "p" | "page_id" | "s" | "withcomments" | "post_type" | "m" | "year" => return None,
            _ => {}
        }
    }
    Some((stem, named?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_wordpress_lead_to_the_same_feeds_here() {
        let find = |kind: TermKind, number: u64| {
            let known = [
                (TermKind::Section, 7, "ауыл"),
                (TermKind::Author, 3, "aidana"),
            ];
            let mut known = known.into_iter();
            let found = known.find(|(known, id, _)| (*known, *id) == (kind, number));
            found.map(|(_, _, slug)| slug.to_owned())
        };
        for (target, expected) in [
            ("/feed", Some("/all.rss")),
            ("/feed/", Some("/all.rss")),
            ("/feed/rss2/", Some("/all.rss")),
            ("/feed/atom/", Some("/all.atom")),
            ("/feed/json", Some("/all.json")),
            ("/rdf/", Some("/all.rss")),
            ("/atom", Some("/all.atom")),
            ("/wp-rss2.php", Some("/all.rss")),
            ("/wp-atom.php", Some("/all.atom")),
            ("/category/news/ауыл/feed/", Some("/sections/ауыл.rss")),
            ("/category/news/feed/atom/", Some("/sections/news.atom")),
            ("/tag/Су-2/feed/", Some("/tags/су-2.rss")),
            ("/author/aidana/feed/", Some("/authors/aidana.rss")),
            ("/?feed=rss2", Some("/all.rss")),
            ("/?feed=atom", Some("/all.atom")),
            ("/index.php?feed=rss", Some("/all.rss")),
            ("/?feed=rss2&cat=7", Some("/sections/ауыл.rss")),
            ("/?cat=7&feed=atom&x=1", Some("/sections/ауыл.atom")),
            ("/?feed=rss2&author=3", Some("/authors/aidana.rss")),
            ("/?feed=rss2&tag=су", Some("/tags/су.rss")),
            (
                "/?feed=rss2&category_name=news/auyl",
                Some("/sections/auyl.rss"),
            ),
            (
                "/?feed=rss2&author_name=aidana",
                Some("/authors/aidana.rss"),
            ),
            ("/?feed=rss2&cat=8", None),
            ("/?feed=rss2&cat=-7", None),
            ("/?feed=rss2&p=5", None),
            ("/?feed=comments-rss2", None),
            ("/?cat=7", None),
            ("/", None),
            ("/comments/feed/", None),
            ("/2026/03/a-post/feed/", None),
            ("/category/feed/", None),
            ("/tag/a/b/feed/", None),
            ("/tag/…/feed/", None),
            ("/feed/rss2/x", None),
            ("/category/news/", None),
        ] {
            let (path, query) = match target.split_once('?') {
                Some((path, query)) => (path, Some(query)),
                None => (target, None),
            };
            assert_eq!(path_of(path, query, &find).as_deref(), expected, "{target}");
        }
    }
}
