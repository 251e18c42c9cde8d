//! What posts name by numbers: categories, tags, authors and pictures.
//!
//! Each is fetched when a post first names it, a hundred a call, and kept until everything is compared
//! anew. Of pictures, of which there are as many as posts, only digests are kept, and the last few whole.

use std::collections::HashMap;
use std::num::NonZero;

use lru::LruCache;
use serde_json::Value;
use tracing::warn;
use xxhash_rust::xxh3::xxh3_64;

use super::error::WordPressError;
use super::listed::Listed;
use super::rendered::plain;
use super::site::Site;
use crate::model::article::{Author, Media, WrittenTerm};
use crate::model::term::TermKind;

/// Items of one call.
pub(in crate::source) const ITEMS_A_CALL: usize = 100;

/// Pictures that are kept whole: those of the posts that are listed, but not read yet.
const PICTURES_MAX: usize = 2_000;

/// Categories above one another.
const DEPTH_MAX: usize = 20;

/// A category or tag.
#[derive(Clone, Debug)]
struct Term {
    written: WrittenTerm,
    /// The category above it; 0 without one.
    parent: u64,
}

/// What posts name by numbers; `None` for what the site does not show.
pub(super) struct Lookups {
    categories: HashMap<u64, Option<Term>>,
    tags: HashMap<u64, Option<Term>>,
    authors: HashMap<u64, Option<Author>>,
    /// Digests of pictures.
    pictures: HashMap<u64, u64>,
    whole_pictures: LruCache<u64, Option<Media>>,
    /// Why the site does not show its authors.
    hidden_authors: Option<String>,
    /// The slugs of categories and authors that were fetched and not taken yet.
    numbers: Vec<((TermKind, u64), String)>,
}

impl Default for Lookups {
    fn default() -> Lookups {
        Lookups {
            categories: HashMap::new(),
            tags: HashMap::new(),
            authors: HashMap::new(),
            pictures: HashMap::new(),
            whole_pictures: LruCache::new(
                NonZero::new(PICTURES_MAX).unwrap_or(NonZero::<usize>::MIN),
            ),
            hidden_authors: None,
            numbers: Vec::new(),
        }
    }
}

impl Lookups {
    /// Forgets everything that was fetched, so that it is fetched anew. That the site hides its authors is
    /// known until it shows them, so that it is said once.
    pub(super) fn forget(&mut self) {
        let hidden_authors = self.hidden_authors.take();
        *self = Lookups {
            hidden_authors,
            ..Lookups::default()
        };
    }

    /// Fetches what these posts name and is not known yet.
    pub(super) async fn fetch_for(
        &mut self,
        site: &Site,
        posts: &[Listed],
    ) -> Result<(), WordPressError> {
        self.fetch_categories(site, posts).await?;
        let tags = missing(&self.tags, posts.iter().flat_map(|post| &post.tags));
        fetch(site, "wp/v2/tags", TERM_FIELDS, &tags, |id, found| {
            self.tags.insert(id, found.and_then(term));
        })
        .await?;
        self.fetch_authors(site, posts).await?;
        let pictures = posts.iter().filter_map(|post| post.picture.as_ref());
        let pictures = missing(&self.pictures, pictures);
        self.fetch_pictures(site, &pictures).await
    }

    /// Fetches the whole pictures of posts that are about to be read.
    pub(super) async fn fetch_whole_pictures(
        &mut self,
        site: &Site,
        posts: &[Listed],
    ) -> Result<(), WordPressError> {
        let pictures = posts.iter().filter_map(|post| post.picture);
        let mut unknown: Vec<u64> = pictures
            .filter(|id| self.whole_pictures.get(id).is_none())
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        self.fetch_pictures(site, &unknown).await
    }

    async fn fetch_categories(
        &mut self,
        site: &Site,
        posts: &[Listed],
    ) -> Result<(), WordPressError> {
        let named = posts.iter().flat_map(|post| &post.categories);
        let mut unknown = missing(&self.categories, named);
        for _ in 0..DEPTH_MAX {
            let mut parents = Vec::new();
            fetch(
                site,
                "wp/v2/categories",
                TERM_FIELDS,
                &unknown,
                |id, found| {
                    let found = found.and_then(term);
                    parents.extend(found.as_ref().map(|term| term.parent).filter(|id| *id > 0));
                    let slug = found.as_ref().and_then(|term| term.written.slug.clone());
                    self.numbers
                        .extend(slug.map(|slug| ((TermKind::Section, id), slug)));
                    self.categories.insert(id, found);
                },
            )
            .await?;
            unknown = missing(&self.categories, &parents);
            if unknown.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// Fetches authors. Many sites do not show them to visitors, which costs the authors alone.
    async fn fetch_authors(&mut self, site: &Site, posts: &[Listed]) -> Result<(), WordPressError> {
        let authors = missing(
            &self.authors,
            posts.iter().filter_map(|post| post.author.as_ref()),
        );
        let fields = "id,name,slug,link";
        let fetched = fetch(site, "wp/v2/users", fields, &authors, |id, found| {
            let found = found.and_then(author);
            let slug = found.as_ref().and_then(|author| author.slug.clone());
            self.numbers
                .extend(slug.map(|slug| ((TermKind::Author, id), slug)));
            self.authors.insert(id, found);
        })
        .await;
        match fetched {
            Err(error) if error.is_hidden() => {
                self.authors
                    .extend(authors.into_iter().map(|id| (id, None)));
                if self.hidden_authors.is_none() {
                    warn!("the site does not show its authors, so articles have none: {error}");
                }
                self.hidden_authors = Some(error.to_string());
                Ok(())
            }
            Ok(()) => {
                self.hidden_authors = self.hidden_authors.take().filter(|_| authors.is_empty());
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn fetch_pictures(&mut self, site: &Site, ids: &[u64]) -> Result<(), WordPressError> {
        let fields = "id,source_url,alt_text,caption,mime_type,media_details.width,\
                      media_details.height,media_details.filesize";
        fetch(site, "wp/v2/media", fields, ids, |id, found| {
            let picture = found.and_then(picture);
            self.pictures.insert(id, digest(&format!("{picture:?}")));
            self.whole_pictures.put(id, picture);
        })
        .await
    }

    /// The sections of a post: its categories, then those above them.
    pub(super) fn sections(&self, categories: &[u64]) -> Vec<WrittenTerm> {
        let find = |id: &u64| self.categories.get(id)?.as_ref();
        let own = categories.iter().filter_map(find);
        let mut ids = categories.to_vec();
        let mut sections: Vec<WrittenTerm> = own.map(|term| term.written.clone()).collect();
        for id in categories {
            let mut above = find(id).map(|term| term.parent);
            while let Some(id) = above.filter(|id| !ids.contains(id)) {
                ids.push(id);
                let term = find(&id);
                sections.extend(term.map(|term| term.written.clone()));
                above = term.map(|term| term.parent);
            }
        }
        sections
    }

    /// The tags of a post.
    pub(super) fn tags(&self, tags: &[u64]) -> Vec<WrittenTerm> {
        let tags = tags.iter().filter_map(|id| self.tags.get(id)?.as_ref());
        tags.map(|term| term.written.clone()).collect()
    }

    /// The author with this number.
    pub(super) fn author(&self, id: Option<u64>) -> Option<&Author> {
        self.authors.get(&id?)?.as_ref()
    }

    /// The picture with this number, if it was fetched for the post.
    pub(super) fn picture(&mut self, id: Option<u64>) -> Option<Media> {
        self.whole_pictures.get(&id?)?.clone()
    }

    /// A digest of all that a post names by numbers.
    pub(super) fn digest(&self, post: &Listed) -> u64 {
        let picture = post.picture.and_then(|id| self.pictures.get(&id));
        digest(&format!(
            "{:?} {:?} {:?} {picture:?}",
            self.sections(&post.categories),
            self.tags(&post.tags),
            self.author(post.author),
        ))
    }

    /// The slugs of categories and authors that were fetched since the last call.
    pub(super) fn take_numbers(&mut self) -> Vec<((TermKind, u64), String)> {
        std::mem::take(&mut self.numbers)
    }

    /// Why the site does not show its authors, if it does not.
    pub(super) fn hidden_authors(&self) -> Option<&str> {
        self.hidden_authors.as_deref()
    }
}

fn digest(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

const TERM_FIELDS: &str = "id,name,slug,parent";

/// The ids that a table lacks, each once.
fn missing<'i, T>(known: &HashMap<u64, T>, ids: impl IntoIterator<Item = &'i u64>) -> Vec<u64> {
    let unknown = ids.into_iter().filter(|id| !known.contains_key(id));
    let mut unknown: Vec<u64> = unknown.copied().collect();
    unknown.sort_unstable();
    unknown.dedup();
    unknown
}

/// Calls `found` with each of these ids, and with what the site shows of it.
async fn fetch(
    site: &Site,
    route: &str,
    fields: &str,
    ids: &[u64],
    mut found: impl FnMut(u64, Option<&Value>),
) -> Result<(), WordPressError> {
    for ids in ids.chunks(ITEMS_A_CALL) {
        let include: Vec<String> = ids.iter().map(u64::to_string).collect();
        let query = [
            ("include", include.join(",")),
            ("per_page", ITEMS_A_CALL.to_string()),
            ("_fields", fields.to_owned()),
        ];
        let items = site.list(route, &query).await?.items;
        for id in ids {
            found(*id, items.iter().find(|item| item["id"] == *id));
        }
    }
    Ok(())
}

fn term(found: &Value) -> Option<Term> {
    Some(Term {
        written: WrittenTerm {
            name: text(found, "name")?,
            slug: text(found, "slug"),
        },
        parent: found["parent"].as_u64().unwrap_or(0),
    })
}

fn author(found: &Value) -> Option<Author> {
    Some(Author {
        name: text(found, "name").or_else(|| text(found, "slug"))?,
        slug: text(found, "slug"),
        url: text(found, "link"),
        ..Author::default()
    })
}

fn picture(found: &Value) -> Option<Media> {
    let details = &found["media_details"];
    let pixels = |name: &str| u32::try_from(number(&details[name])?).ok();
    let caption = found["caption"]["rendered"].as_str().map(plain);
    Some(Media {
        url: text(found, "source_url")?,
        media_type: text(found, "mime_type"),
        length: number(&details["filesize"]),
        width: pixels("width"),
        height: pixels("height"),
        alt: text(found, "alt_text"),
        credit: caption.filter(|caption| !caption.is_empty()),
    })
}

/// A number, also one that PHP wrote as text.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn text(found: &Value, name: &str) -> Option<String> {
    let text = found[name].as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
