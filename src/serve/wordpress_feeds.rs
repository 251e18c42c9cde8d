//! The addresses of WordPress's own feeds, for a newsroom that takes its articles from WordPress: readers go
//! on to ask for them.
//!
//! `/feed/` is the feed of everything, and `feed/` behind the address of a category, tag or author that
//! one's; a format may follow. Where addresses are not rewritten, the query says the same: `?feed=rss2&cat=7`.
//! RDF and RSS 0.92 have no format here: RSS 2.0 is what their readers understand too.
//!
//! Readers keep what an address led to. So an address that selects what no feed here has, or selects twice,
//! leads to nothing: another feed would be a wrong one for good. The feeds of comments have ended.

use percent_encoding::percent_decode_str;
use url::form_urlencoded;

use crate::model::format::Format;
use crate::model::term::{Term, TermKind};

/// Finds the slug of a category or author by its number.
type FindSlug<'f> = &'f dyn Fn(TermKind, u64) -> Option<String>;

/// What an address of WordPress's means here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// The path of a feed, which may not be here.
    Feed(String),
    /// The comments of a post or of all posts, which are in no feed.
    Comments,
    /// A feed that cannot be here, with the reason.
    Unknown(String),
}

/// Parameters that select nothing: those that advertising and statistics add, and the order, which feeds have.
const IDLE_PARAMETERS: [&str; 11] = [
    "fbclid",
    "gclid",
    "yclid",
    "ysclid",
    "_openstat",
    "_ga",
    "_",
    "nocache",
    "withoutcomments",
    "orderby",
    "order",
];

/// Finds out what a decoded path and a query mean. `None` if they are no address of a feed of WordPress's.
pub(super) fn find(path: &str, query: Option<&str>, find: FindSlug<'_>) -> Option<Address> {
    let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    // Some servers rewrite no address, and WordPress puts the path behind its file.
    let segments = segments.strip_prefix(&["index.php"]).unwrap_or(&segments);
    let by_query = || query.is_some_and(|query| parameters(query).any(|(name, _)| name == "feed"));
    let (selected, format) = match segments {
        [] if by_query() => (Selected::All, Format::Rss),
        ["wp-atom.php"] => (Selected::All, Format::Atom),
        ["wp-feed.php" | "wp-rss.php" | "wp-rss2.php" | "wp-rdf.php"] => {
            (Selected::All, Format::Rss)
        }
        ["wp-commentsrss2.php"] => (Selected::Comments, Format::Rss),
        [above @ .., "feed", last] => (of_path(above)?, format(last)?),
        // Without `feed`, only the site itself has such addresses.
        [last] => (Selected::All, format(last)?),
        [above @ .., "feed"] => (of_path(above)?, Format::Rss),
        _ => return None,
    };
    Some(select(selected, format, query.unwrap_or_default(), find).unwrap_or_else(Address::Unknown))
}

/// What an address selects.
enum Selected {
    All,
    Term(TermKind, String),
    Comments,
    Search,
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

/// What the path of an archive or a post selects: a category, whose path names those above it, by its own
/// slug. `None` for other paths, since some sites have categories and pages without a word before them.
fn of_path(segments: &[&str]) -> Option<Selected> {
    let is_date = |dates: &[&str]| {
        let mut dates = dates
            .iter()
            .map(|date| date.len() <= 4 && date.parse::<u16>().is_ok());
        dates.all(|is_number| is_number)
    };
    Some(match segments {
        [] => Selected::All,
        ["category", .., slug] => Selected::Term(TermKind::Section, (*slug).to_owned()),
        ["tag", slug] => Selected::Term(TermKind::Tag, (*slug).to_owned()),
        ["author", slug] => Selected::Term(TermKind::Author, (*slug).to_owned()),
        ["comments"] => Selected::Comments,
        ["search", ..] => Selected::Search,
        [dates @ .., slug]
            if matches!(dates.len(), 2 | 3) && is_date(dates) && !is_date(&[slug]) =>
        {
            Selected::Comments
        }
        _ => return None,
    })
}

/// The feed of what the path and the query select.
fn select(
    mut selected: Selected,
    mut format_of: Format,
    query: &str,
    find: FindSlug<'_>,
) -> Result<Address, String> {
    for (name, value) in parameters(query) {
        let value = value.trim();
        let numbered = |kind| {
            let slug = value.parse().ok().and_then(|number| find(kind, number));
            let slug =
                slug.ok_or_else(|| format!("no {} has the number \"{value}\"", kind.prefix()))?;
            Ok::<_, String>(Selected::Term(kind, slug))
        };
        let slug = |kind| {
            // Several, of which each or all count.
            match value.contains([',', ' ']) {
                true => Err(format!("`{name}` of WordPress's feeds must be one slug")),
                false => Ok(Selected::Term(kind, value.to_owned())),
            }
        };
        let next = match &*name {
            "feed" if value.starts_with("comments") => Selected::Comments,
            "feed" => {
                let unknown = || format!("no feed has the format \"{value}\" of WordPress's");
                format_of = match value {
                    "" => Format::Rss,
                    value => format(value).ok_or_else(unknown)?,
                };
                continue;
            }
            // WordPress, too, passes over what has no value.
            _ if value.is_empty() => continue,
            "cat" => numbered(TermKind::Section)?,
            "author" => numbered(TermKind::Author)?,
            "category_name" => match slug(TermKind::Section)? {
                Selected::Term(kind, path) => {
                    let own = path.trim_end_matches('/').rsplit('/').next();
                    Selected::Term(kind, own.unwrap_or_default().to_owned())
                }
                other => other,
            },
            "tag" => slug(TermKind::Tag)?,
            "author_name" => slug(TermKind::Author)?,
            "p" | "name" | "attachment_id" | "attachment" => Selected::Comments,
            "withcomments" if value == "1" => Selected::Comments,
            "s" => Selected::Search,
            "withcomments" => continue,
            "paged" if matches!(value, "0" | "1") => continue,
            "paged" => return Err("feeds have one page".to_owned()),
            "post_type" if value == "post" => continue,
            name if name.starts_with("utm_") || IDLE_PARAMETERS.contains(&name) => continue,
            name => {
                return Err(format!(
                    "the parameter \"{name}\" of WordPress's feeds has no feed here"
                ));
            }
        };
        selected = match (selected, next) {
            (Selected::All, next) => next,
            (Selected::Comments, _) | (_, Selected::Comments) => Selected::Comments,
            _ => return Err("a feed of WordPress's is found by one term".to_owned()),
        };
    }
    let stem = match selected {
        Selected::All => "all".to_owned(),
        Selected::Term(kind, slug) => {
            // WordPress keeps slugs with `%xx` for letters.
            let slug = percent_decode_str(&slug).decode_utf8_lossy();
            let term = Term::new(kind, &slug);
            let term = term.ok_or_else(|| format!("no {} \"{slug}\"", kind.prefix()))?;
            format!("{}/{}", kind.folder(), term.key())
        }
        Selected::Comments => return Ok(Address::Comments),
        Selected::Search => return Err("searches have no feed".to_owned()),
    };
    Ok(Address::Feed(format!("/{stem}.{}", format_of.extension())))
}

fn parameters(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an address means: a path, `comments`, `unknown: ` with the reason, or nothing.
    fn meaning(target: &str) -> String {
        let find_slug = |kind: TermKind, number: u64| {
            let known = [
                (TermKind::Section, 7, "%d0%b0%d1%83%d1%8b%d0%bb"),
                (TermKind::Author, 3, "aidana"),
            ];
            let mut known = known.into_iter();
            let found = known.find(|(known, id, _)| (*known, *id) == (kind, number));
            found.map(|(_, _, slug)| slug.to_owned())
        };
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let path = percent_decode_str(path).decode_utf8().expect("UTF-8");
        match find(&path, query, &find_slug) {
            None => String::new(),
            Some(Address::Feed(path)) => path,
            Some(Address::Comments) => "comments".to_owned(),
            Some(Address::Unknown(reason)) => format!("unknown: {reason}"),
        }
    }

    #[test]
    fn addresses_of_wordpress_lead_to_the_same_feeds_here() {
        for (target, expected) in [
            ("/feed", "/all.rss"),
            ("/feed/", "/all.rss"),
            ("/feed/feed/", "/all.rss"),
            ("/feed/rss2/", "/all.rss"),
            ("/feed/rss/", "/all.rss"),
            ("/feed/rdf/", "/all.rss"),
            ("/feed/atom/", "/all.atom"),
            ("/feed/json", "/all.json"),
            ("/rss", "/all.rss"),
            ("/rss2/", "/all.rss"),
            ("/rdf/", "/all.rss"),
            ("/atom", "/all.atom"),
            ("/wp-rss.php", "/all.rss"),
            ("/wp-rss2.php", "/all.rss"),
            ("/wp-rdf.php", "/all.rss"),
            ("/wp-feed.php", "/all.rss"),
            ("/wp-atom.php", "/all.atom"),
            ("/index.php/feed/", "/all.rss"),
            ("/index.php/category/news/feed/", "/sections/news.rss"),
            ("/category/news/ауыл/feed/", "/sections/ауыл.rss"),
            (
                "/category/%D0%B0%D1%83%D1%8B%D0%BB/feed/",
                "/sections/ауыл.rss",
            ),
            (
                "/category/%d0%b0%d1%83%d1%8b%d0%bb/feed/",
                "/sections/ауыл.rss",
            ),
            ("/category/news/feed/atom/", "/sections/news.atom"),
            ("/category/news/feed/rdf/", "/sections/news.rss"),
            ("/tag/Су-2/feed/", "/tags/су-2.rss"),
            ("/tag/%D1%81%d1%83/feed", "/tags/су.rss"),
            ("/author/aidana/feed/", "/authors/aidana.rss"),
            ("/?feed=rss2", "/all.rss"),
            ("/?feed=", "/all.rss"),
            ("/?feed", "/all.rss"),
            ("/?feed=feed", "/all.rss"),
            ("/?feed=rdf", "/all.rss"),
            ("/?feed=atom", "/all.atom"),
            ("/index.php?feed=rss", "/all.rss"),
            ("/?feed=rss2&cat=7", "/sections/ауыл.rss"),
            (
                "/?cat=7&feed=atom&utm_source=letter&fbclid=x",
                "/sections/ауыл.atom",
            ),
            ("/feed/?cat=7", "/sections/ауыл.rss"),
            ("/wp-atom.php?cat=7", "/sections/ауыл.atom"),
            ("/?feed=rss2&author=3", "/authors/aidana.rss"),
            ("/?feed=rss2&tag=су", "/tags/су.rss"),
            ("/?feed=rss2&tag=%D1%81%D1%83", "/tags/су.rss"),
            ("/?feed=rss2&tag=%d1%81%d1%83", "/tags/су.rss"),
            ("/?feed=rss2&tag=%25d1%2581%25d1%2583", "/tags/су.rss"),
            ("/?feed=rss2&category_name=news/auyl", "/sections/auyl.rss"),
            (
                "/?feed=rss2&category_name=news%2F%D0%B0%D1%83%D1%8B%D0%BB%2F",
                "/sections/ауыл.rss",
            ),
            ("/?feed=rss2&author_name=aidana", "/authors/aidana.rss"),
            ("/?feed=rss2&cat=&tag=су&s=", "/tags/су.rss"),
            ("/?feed=rss2&post_type=post", "/all.rss"),
            ("/?feed=rss2&paged=1&withcomments=0", "/all.rss"),
            ("/?feed=rss2&order=DESC", "/all.rss"),
        ] {
            assert_eq!(meaning(target), expected, "{target}");
        }
    }

    #[test]
    fn addresses_of_comments_have_ended() {
        for target in [
            "/comments/feed/",
            "/comments/feed/atom/",
            "/index.php/comments/feed/",
            "/?feed=comments-rss2",
            "/?feed=comments-atom",
            "/wp-commentsrss2.php",
            "/2026/03/a-post/feed/",
            "/2026/03/15/%D0%B0%D1%83%D1%8B%D0%BB/feed/atom/",
            "/?feed=rss2&p=5",
            "/?feed=rss2&p=5&cat=7",
            "/?feed=rss2&name=a-post",
            "/?feed=rss2&attachment_id=5",
            "/?feed=rss2&withcomments=1",
        ] {
            assert_eq!(meaning(target), "comments", "{target}");
        }
    }

    #[test]
    fn addresses_that_select_what_no_feed_has_lead_nowhere() {
        for (target, reason) in [
            ("/?feed=rss2&cat=8", "no section has the number \"8\""),
            ("/?feed=rss2&cat=-7", "no section has the number \"-7\""),
            ("/?feed=rss2&cat=7,8", "no section has the number \"7,8\""),
            ("/?feed=rss2&author=7", "no author has the number \"7\""),
            (
                "/?feed=rss2&cat=7&tag=су",
                "a feed of WordPress's is found by one term",
            ),
            (
                "/?feed=rss2&tag=су&tag=тау",
                "a feed of WordPress's is found by one term",
            ),
            (
                "/category/news/feed/?tag=су",
                "a feed of WordPress's is found by one term",
            ),
            (
                "/?feed=rss2&tag=су,тау",
                "`tag` of WordPress's feeds must be one slug",
            ),
            (
                "/?feed=rss2&tag=су+тау",
                "`tag` of WordPress's feeds must be one slug",
            ),
            ("/?feed=rss2&tag=…", "no tag \"…\""),
            ("/tag/…/feed/", "no tag \"…\""),
            ("/?feed=rss2&category_name=/", "no section \"\""),
            ("/?feed=rss2&s=су", "searches have no feed"),
            ("/search/су/feed/rss2/", "searches have no feed"),
            ("/?feed=rss2&paged=2", "feeds have one page"),
            ("/feed/?paged=2", "feeds have one page"),
            ("/category/news/feed/?paged=2", "feeds have one page"),
            (
                "/?feed=podcast",
                "no feed has the format \"podcast\" of WordPress's",
            ),
            (
                "/?feed=rss2&post_type=podcast",
                "the parameter \"post_type\" of WordPress's feeds has no feed here",
            ),
            (
                "/feed/?region=almaty",
                "the parameter \"region\" of WordPress's feeds has no feed here",
            ),
            (
                "/?feed=rss2&year=2026",
                "the parameter \"year\" of WordPress's feeds has no feed here",
            ),
        ] {
            assert_eq!(meaning(target), format!("unknown: {reason}"), "{target}");
        }
    }

    #[test]
    fn other_addresses_are_no_feeds_of_wordpress() {
        for target in [
            "/",
            "/?cat=7",
            "/?paged=2",
            "/?p=5",
            "/index.php",
            "/category/news/",
            "/category/feed/",
            "/tag/a/b/feed/",
            "/feed/rss2/x",
            "/feed/podcast/",
            "/a-page/feed/",
            "/2026/feed/",
            "/2026/03/feed/",
            "/2026/03/15/feed/",
            "/wp-login.php",
        ] {
            assert_eq!(meaning(target), "", "{target}");
        }
    }
}
