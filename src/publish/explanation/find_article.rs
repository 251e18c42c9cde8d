//! Finds an article by its key, file, id or address, or by words of its title.

use std::path::{Path, absolute};

use icu_normalizer::ComposingNormalizerBorrowed;
use percent_encoding::percent_decode_str;
use url::Url;

use super::FindError;
use super::article_name::ArticleName;
use super::find_title::{self, Titled};
use super::search::Search;
use crate::feed::compose::SiteRules;
use crate::model::article_path::without_extension;
use crate::model::count::many;
use crate::model::url_encoding::strip_path_prefix;
use crate::source::Source;
use crate::source::wordpress::WordPress;
use crate::store::{ArticleRow, FileRow, Store, StoreError};
use crate::text::visible;

/// The most keys in a hint.
const NEAREST_MAX: usize = 3;

/// What an operator's name of an article leads to.
#[derive(Debug)]
pub(super) enum NamedArticle {
    /// An article.
    Article(ArticleRow),
    /// A file that never gave an article.
    File(String, FileRow),
}

/// Why no article or file has a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFound {
    /// It resembles these keys.
    #[error("no article has this key, file, id or address, or these words in its title{}", hint(.0))]
    Like(Vec<String>),
    /// Several titles have its words.
    #[error("{}", several(.0))]
    Several(Titled),
    /// It is a file below the articles' folder, but of a kind or name that is never read.
    #[error(
        "files of this kind or name are not read\n  hint: an article is a `.txt`, `.md`, `.markdown`, `.mdx`, \
         `.html`, `.htm` or `.json` file, and names that begin with `.` or `_`, names of tools such as \
         `README.md`, and what `include` and `exclude` of [source.directory] leave out are skipped, folders too"
    )]
    Skipped,
    /// It is a file somewhere else.
    #[error("this file is not below the articles' folder that feeds.toml names")]
    Elsewhere,
}

fn hint(keys: &[String]) -> String {
    match keys {
        [] => String::new(),
        keys => format!("\n  hint: did you mean `{}`?", keys.join("` or `")),
    }
}

/// The newest of several articles, in lines.
fn several(titled: &Titled) -> String {
    let count = many(titled.count, "article");
    let mut text =
        format!("{count} have these words in their titles\n  hint: name one by its key:");
    for article in &titled.newest {
        let (key, title) = (visible(&article.key), visible(&article.title));
        text += &format!("\n    {key}  {title}");
    }
    let more = titled.count - titled.newest.len();
    if more > 0 {
        text += &format!("\n    and {more} older");
    }
    text
}

/// Finds the article that `text` names. Keys and files are looked up. Only if there is none, every refused file
/// is searched, and every article: its page for an address, else its title. What resembles a key comes last, since
/// it costs the most.
pub(super) fn find(
    store: &Store,
    source: &Source,
    site_rules: &SiteRules,
    name: &ArticleName,
    search: &mut Search,
) -> Result<Result<NamedArticle, NotFound>, FindError> {
    let text = &name.text;
    let keys = keys(site_rules, text);
    for key in &keys {
        if let Some(row) = store.article(key)? {
            return Ok(Ok(NamedArticle::Article(row)));
        }
    }
    for path in paths(source, name) {
        if let Some(found) = by_file(store, path)? {
            return Ok(Ok(found));
        }
    }
    if let Some((path, row)) = refused_file(store, source, &keys, search)? {
        return Ok(Ok(NamedArticle::File(path, row)));
    }
    if let Some(row) = by_page(store, text, search)? {
        return Ok(Ok(NamedArticle::Article(row)));
    }
    if !text.contains("://") {
        let titled = find_title::find(store, text, search)?;
        if titled.count > 1 {
            return Ok(Err(NotFound::Several(titled)));
        }
        if let Some(article) = titled.newest.first()
            && let Some(row) = store.article(&article.key)?
        {
            return Ok(Ok(NamedArticle::Article(row)));
        }
    }
    Ok(Err(match on_disk(source, name) {
        Some(reason) => reason,
        None => NotFound::Like(nearest_keys(store, text, search)?),
    }))
}

/// The keys that a text may name: itself, or the key in an id or address of this site.
fn keys(site_rules: &SiteRules, text: &str) -> Vec<String> {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    let named = [
        Some(text.to_owned()),
        key_of_id(site_rules, text),
        key_of_address(site_rules, text),
    ];
    let both = |key: String| [nfc.normalize(&key).into_owned(), key];
    let mut keys: Vec<String> = named.into_iter().flatten().flat_map(both).collect();
    keys.dedup();
    keys
}

/// The refused file that would have one of the keys.
fn refused_file(
    store: &Store,
    source: &Source,
    keys: &[String],
    search: &mut Search,
) -> Result<Option<(String, FileRow)>, FindError> {
    for row in store.files("")? {
        search.step()?;
        let (path, row) = row?;
        if row.key.is_none() && keys.contains(&source.key_of(&path)) {
            return Ok(Some((path, row)));
        }
    }
    Ok(None)
}

/// The keys that resemble `text` most. A shorter text than [`NAME_MIN`] resembles too many.
fn nearest_keys(store: &Store, text: &str, search: &mut Search) -> Result<Vec<String>, FindError> {
    let stem = stem(text).to_lowercase();
    let letters = stem.chars().count();
    let mut nearest: Vec<(usize, Box<str>)> = Vec::new();
    if letters < NAME_MIN {
        return Ok(Vec::new());
    }
    for row in store.files("")? {
        search.step()?;
        let Some(key) = row?.1.key else {
            continue;
        };
        let lower = key.to_lowercase();
        let name = lower.rsplit('/').next().unwrap_or(&lower);
        let distance = distance(&stem, &lower).min(distance(&stem, name));
        if distance <= (letters / 3).max(1) {
            nearest.push((distance, key));
            nearest.sort();
            nearest.truncate(NEAREST_MAX);
        }
    }
    Ok(nearest.into_iter().map(|(_, key)| key.into()).collect())
}

/// The fewest letters of a text whose typing errors are sought.
const NAME_MIN: usize = 3;

fn by_file(store: &Store, path: String) -> Result<Option<NamedArticle>, StoreError> {
    let Some(file) = store.file(&path)? else {
        return Ok(None);
    };
    let article = match &file.key {
        Some(key) => store.article(key)?.filter(|row| *row.path == *path),
        None => None,
    };
    Ok(Some(match article {
        Some(row) => NamedArticle::Article(row),
        None => NamedArticle::File(path, file),
    }))
}

/// The paths below the articles' folder that a text may mean; of a row, the text itself.
fn paths(source: &Source, name: &ArticleName) -> Vec<String> {
    let text = &name.text;
    let directory = match source {
        Source::Directory(directory) => directory,
        Source::Sql(_) => return vec![text.to_owned()],
        Source::WordPress(_) => return WordPress::path_of(text).into_iter().collect(),
    };
    let below = |root: &Path, path: &Option<String>| {
        let path = Path::new(path.as_ref()?).strip_prefix(root).ok()?;
        Some(path.to_str()?.to_owned())
    };
    let root = directory.root();
    let written = || below(&absolute(root).ok()?, &name.absolute);
    let resolved = || below(&root.canonicalize().ok()?, &name.resolved);
    let as_it_is = text.trim_start_matches("./").to_owned();
    [Some(as_it_is), written(), resolved()]
        .into_iter()
        .flatten()
        .collect()
}

fn on_disk(source: &Source, name: &ArticleName) -> Option<NotFound> {
    let Source::Directory(directory) = source else {
        return None;
    };
    let text = Path::new(&name.text);
    if text.is_relative() && directory.root().join(text).is_file() {
        return Some(NotFound::Skipped);
    }
    let path = Path::new(name.resolved.as_ref().filter(|_| name.is_file)?);
    let inside = directory.root().canonicalize().ok();
    Some(match inside.is_some_and(|root| path.starts_with(root)) {
        true => NotFound::Skipped,
        false => NotFound::Elsewhere,
    })
}

/// The key in an id that this site gives.
fn key_of_id(site_rules: &SiteRules, text: &str) -> Option<String> {
    let encoded = text.strip_prefix(&site_rules.id(""))?;
    decode(encoded)
}

/// The key in an address of this server, under whatever host it was reached.
fn key_of_address(site_rules: &SiteRules, text: &str) -> Option<String> {
    let text = text.split(['?', '#']).next()?;
    let path = match text.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => text,
    };
    let path = decode(path)?;
    let path = strip_path_prefix(site_rules.prefix(), &path).unwrap_or(&path);
    let key = path.trim_start_matches('/').strip_prefix("articles/")?;
    Some(key.to_owned())
}

/// The article whose page has this address. Articles whose name is in the address are read first, but
/// an article may have an address without it.
fn by_page(
    store: &Store,
    text: &str,
    search: &mut Search,
) -> Result<Option<ArticleRow>, FindError> {
    let Some(address) = PageAddress::parse(text) else {
        return Ok(None);
    };
    let without_query = address.without_query();
    let (mut likely, mut others) = (Vec::new(), Vec::new());
    for row in store.article_rows()? {
        search.step()?;
        let row = row?;
        let name = row.meta.key.rsplit('/').next().unwrap_or_default();
        match address.place.contains(name) {
            true => likely.push(row.meta.record),
            false => others.push(row.meta.record),
        }
    }
    let (mut reader, mut found) = (store.article_reader()?, None);
    for record in likely.into_iter().chain(others) {
        search.step()?;
        let url = match reader.url(record) {
            // It was replaced meanwhile.
            Err(StoreError::Missing) => continue,
            url => url?,
        };
        let own = url.as_deref().and_then(PageAddress::parse);
        if own.as_ref() == Some(&address) {
            found = Some(record);
            break;
        }
        if own.is_some() && own == without_query {
            found.get_or_insert(record);
        }
    }
    Ok(match found {
        Some(record) => store.article(&reader.article(record)?.key)?,
        None => None,
    })
}

/// An address of a page, without the parts in which copies differ: the scheme, and a slash at the end.
#[derive(PartialEq, Eq)]
struct PageAddress {
    /// Host and decoded path.
    place: String,
    query: Option<String>,
}

impl PageAddress {
    fn parse(text: &str) -> Option<PageAddress> {
        let url = Url::parse(text).ok()?;
        let path = decode(url.path())?;
        Some(PageAddress {
            place: format!("{}{}", url.host_str()?, path.trim_end_matches('/')),
            query: url.query().map(str::to_owned),
        })
    }

    /// The address without its query, which may only count visitors of a campaign. The front page has none:
    /// some sites tell all pages apart by the query.
    fn without_query(&self) -> Option<PageAddress> {
        let is_within = self.place.contains('/');
        (is_within && self.query.is_some()).then(|| PageAddress {
            place: self.place.clone(),
            query: None,
        })
    }
}

fn decode(text: &str) -> Option<String> {
    Some(percent_decode_str(text).decode_utf8().ok()?.into_owned())
}

/// The key in a file name or address.
fn stem(text: &str) -> &str {
    let text = text.trim_start_matches("./").trim_matches('/');
    let text = match text.contains("://") {
        true => text.rsplit('/').next().unwrap_or(text),
        false => text,
    };
    without_extension(text)
}

/// The edit distance of two names; 0 if `name` contains `text`.
fn distance(text: &str, name: &str) -> usize {
    if text.chars().count() >= PART_MIN && name.contains(text) {
        return 0;
    }
    // Comparing costs the product of both lengths.
    match text.len().abs_diff(name.len()) > text.len() {
        true => usize::MAX,
        false => strsim::osa_distance(text, name),
    }
}

/// A shorter text is part of too many names.
const PART_MIN: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit;

    #[test]
    fn the_key_of_an_address_is_behind_the_whole_prefix() {
        let folder = tempfile::tempdir().expect("a folder");
        for (prefix, address, key) in [
            ("", "/articles/x", Some("x")),
            ("/a", "/articles/x", Some("x")),
            (
                "/a",
                "https://dala.example/a/articles/b/x?lang=kk",
                Some("b/x"),
            ),
            ("/articles", "/articles/articles/x", Some("x")),
            ("/a", "/b/articles/x", None),
        ] {
            let feeds = "[source.directory]\n[auto.tags]\n";
            let mut config = testkit::newsroom(feeds, folder.path());
            config.server.public_url = format!("https://dala.example{prefix}/");
            let found = key_of_address(&SiteRules::new(&config), address);
            assert_eq!(found.as_deref(), key, "{prefix} {address}");
        }
    }
}
