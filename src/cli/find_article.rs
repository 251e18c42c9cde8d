//! What people call an article: its key, its file, its id or its address.

use std::path::{Path, absolute};

use icu_normalizer::ComposingNormalizerBorrowed;
use percent_encoding::percent_decode_str;
use url::Url;

use crate::feed::compose::SiteRules;
use crate::model::article::Article;
use crate::source::Source;
use crate::source::directory::EXTENSIONS;
use crate::store::{ArticleRow, FileRow, Store, StoreError};

/// Keys that are offered in the place of one that nobody has.
const NEAREST_MAX: usize = 3;

/// Articles that are unpacked at once in search of an address.
const UNPACKED: usize = 256;

/// What a name stands for.
#[derive(Debug)]
pub(super) enum NamedArticle {
    /// An article.
    Article(ArticleRow),
    /// A file that never gave an article.
    File(String, FileRow),
}

/// Why a name stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unknown {
    /// It is like these keys.
    Like(Vec<String>),
    /// It is a file below the articles' folder, but of a kind or name that is never read.
    Skipped,
    /// It is a file somewhere else.
    Elsewhere,
}

/// Finds the article that `text` names. What is stored under a key is looked up; only a name that
/// stands for nothing stored costs a look at every file, once, and an address one at every article.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn find(
    store: &Store,
    source: &Source,
    site_rules: &SiteRules,
    text: &str,
) -> Result<Result<NamedArticle, Unknown>, StoreError> {
    let keys = keys(site_rules, text);
    for key in &keys {
        if let Some(row) = store.article(key)? {
            return Ok(Ok(NamedArticle::Article(row)));
        }
    }
    for path in paths(source, text) {
        if let Some(found) = by_file(store, path)? {
            return Ok(Ok(found));
        }
    }
    let search = search(store, source, &keys, text)?;
    if let Some((path, row)) = search.broken {
        return Ok(Ok(NamedArticle::File(path, row)));
    }
    if let Some(row) = by_page(store, site_rules, text)? {
        return Ok(Ok(NamedArticle::Article(row)));
    }
    Ok(Err(
        on_disk(source, text).unwrap_or(Unknown::Like(search.nearest))
    ))
}

/// The keys that a text may name: itself, or what an id or address of this site has in it.
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

/// What a look at every file finds.
struct Search {
    /// The file that would have one of the keys, could it be read.
    broken: Option<(String, FileRow)>,
    /// The keys that are most like the text, or have it in them.
    nearest: Vec<String>,
}

fn search(
    store: &Store,
    source: &Source,
    keys: &[String],
    text: &str,
) -> Result<Search, StoreError> {
    let wanted = stem(text).to_lowercase();
    let errors_max = (wanted.chars().count() / 3).max(1);
    let mut nearest: Vec<(usize, Box<str>)> = Vec::new();
    for row in store.files("")? {
        let (path, row) = row?;
        let Some(key) = row.key else {
            if keys.contains(&source.key_of(&path)) {
                let broken = Some((path, row));
                let nearest = Vec::new();
                return Ok(Search { broken, nearest });
            }
            continue;
        };
        let name = key.rsplit('/').next().unwrap_or(&key);
        let errors =
            errors(&wanted, &key.to_lowercase()).min(errors(&wanted, &name.to_lowercase()));
        if errors <= errors_max {
            nearest.push((errors, key));
            nearest.sort();
            nearest.truncate(NEAREST_MAX);
        }
    }
    Ok(Search {
        broken: None,
        nearest: nearest.into_iter().map(|(_, key)| key.into()).collect(),
    })
}

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

/// What a row may be called, or a file below the articles' folder: as it is, or by a path that leads
/// there.
fn paths(source: &Source, text: &str) -> Vec<String> {
    let Source::Directory(directory) = source else {
        return vec![text.to_owned()];
    };
    let below = |root: &Path, path: &Path| {
        let path = path.strip_prefix(root).ok()?;
        Some(path.to_str()?.to_owned())
    };
    let (root, path) = (directory.root(), Path::new(text));
    let written = || below(&absolute(root).ok()?, &absolute(path).ok()?);
    let resolved = || below(&root.canonicalize().ok()?, &path.canonicalize().ok()?);
    let as_it_is = text.trim_start_matches("./").to_owned();
    [Some(as_it_is), written(), resolved()]
        .into_iter()
        .flatten()
        .collect()
}

fn on_disk(source: &Source, text: &str) -> Option<Unknown> {
    let Source::Directory(directory) = source else {
        return None;
    };
    let path = Path::new(text);
    if directory.root().join(text).is_file() && path.is_relative() {
        return Some(Unknown::Skipped);
    }
    let path = path.canonicalize().ok().filter(|path| path.is_file())?;
    let inside = directory.root().canonicalize().ok();
    Some(match inside.is_some_and(|root| path.starts_with(root)) {
        true => Unknown::Skipped,
        false => Unknown::Elsewhere,
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
    let path = path.strip_prefix(site_rules.prefix()).unwrap_or(&path);
    let key = path.trim_start_matches('/').strip_prefix("articles/")?;
    Some(key.to_owned())
}

/// The article whose own page has this address. Articles whose name is in it are looked at first, as an
/// article may bring an address that its key has no part in.
fn by_page(
    store: &Store,
    site_rules: &SiteRules,
    text: &str,
) -> Result<Option<ArticleRow>, StoreError> {
    let Some(wanted) = Page::parse(text) else {
        return Ok(None);
    };
    let unmarked = wanted.unmarked();
    let mut nearly = None;
    let mut look = |articles: &[Article]| {
        for article in articles {
            let own = site_rules.page(article).as_deref().and_then(Page::parse);
            if own.as_ref() == Some(&wanted) {
                return Some(article.key.clone());
            }
            if own.is_some() && own == unmarked {
                nearly.get_or_insert(article.key.clone());
            }
        }
        None
    };
    let (mut likely, mut others) = (Vec::new(), Vec::new());
    for row in store.article_rows()? {
        let row = row?;
        let name = row.listing.key.rsplit('/').next().unwrap_or_default();
        match wanted.place.contains(name) {
            true => likely.push(row.listing.record),
            false => others.push(row.listing.record),
        }
    }
    for records in [likely, others]
        .iter()
        .flat_map(|records| records.chunks(UNPACKED))
    {
        if let Some(key) = look(&store.articles(records)?) {
            return store.article(&key);
        }
    }
    nearly.map_or(Ok(None), |key| store.article(&key))
}

/// What two addresses of one page have in common. People copy them with another scheme, or a slash at
/// the end.
#[derive(PartialEq, Eq)]
struct Page {
    /// Host and decoded path.
    place: String,
    query: Option<String>,
}

impl Page {
    fn parse(text: &str) -> Option<Page> {
        let url = Url::parse(text).ok()?;
        let path = decode(url.path())?;
        Some(Page {
            place: format!("{}{}", url.host_str()?, path.trim_end_matches('/')),
            query: url.query().map(str::to_owned),
        })
    }

    /// The page without its query, which may be the marks of a campaign; but where a site tells pages
    /// apart by nothing else, its front page is another one.
    fn unmarked(&self) -> Option<Page> {
        let is_within = self.place.contains('/');
        (is_within && self.query.is_some()).then(|| Page {
            place: self.place.clone(),
            query: None,
        })
    }
}

fn decode(text: &str) -> Option<String> {
    Some(percent_decode_str(text).decode_utf8().ok()?.into_owned())
}

/// A text without what files and addresses have around a key.
fn stem(text: &str) -> &str {
    let text = text.trim_start_matches("./").trim_matches('/');
    let text = match text.contains("://") {
        true => text.rsplit('/').next().unwrap_or(text),
        false => text,
    };
    let mut endings = EXTENSIONS.iter();
    let stem = endings.find_map(|extension| text.strip_suffix(extension)?.strip_suffix('.'));
    stem.unwrap_or(text)
}

/// How many letters two names differ by; none where one is part of the other.
fn errors(wanted: &str, name: &str) -> usize {
    if wanted.chars().count() >= PART_MIN && name.contains(wanted) {
        return 0;
    }
    // Comparing costs the product of both lengths.
    match wanted.len().abs_diff(name.len()) > wanted.len() {
        true => usize::MAX,
        false => strsim::osa_distance(wanted, name),
    }
}

/// A shorter text is part of too many names.
const PART_MIN: usize = 4;
