//! What posts name by numbers: categories, tags, authors and pictures.
//!
//! Each is fetched when a post first names it, a hundred a call, and kept until everything is compared
//! anew. Of pictures, of which there are as many as posts, only digests are kept, and the last few whole.

use std::num::NonZero;

use lru::LruCache;
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use super::error::WordPressError;
use super::lookup_table::{LookupRoute, LookupTable};
use super::plain_text::plain;
use super::post_summary::PostSummary;
use super::site::Site;
use crate::model::article::{Author, Media, WrittenTerm};
use crate::model::term::TermKind;

/// Pictures that are kept whole: those of the posts that are listed, but not read yet.
const PICTURES_MAX: usize = 2_000;

/// Categories above one another.
const DEPTH_MAX: usize = 20;

static CATEGORIES: LookupRoute = LookupRoute {
    route: "wp/v2/categories",
    fields: "id,name,slug,parent",
    without: "articles have no sections",
};

static TAGS: LookupRoute = LookupRoute {
    route: "wp/v2/tags",
    fields: "id,name,slug",
    without: "articles have no tags",
};

static AUTHORS: LookupRoute = LookupRoute {
    route: "wp/v2/users",
    fields: "id,name,slug,link",
    without: "articles have no authors",
};

static PICTURES: LookupRoute = LookupRoute {
    route: "wp/v2/media",
    fields: "id,source_url,alt_text,caption,mime_type,media_details.width,\
             media_details.height,media_details.filesize",
    without: "articles have no pictures",
};

/// A category or tag.
#[derive(Clone, Debug)]
struct Term {
    written: WrittenTerm,
    /// The category above it; 0 without one.
    parent: u64,
}

/// What posts name by numbers.
pub(super) struct Lookups {
    categories: LookupTable<Term>,
    tags: LookupTable<Term>,
    authors: LookupTable<Author>,
    /// Digests of pictures.
    pictures: LookupTable<u64>,
    whole_pictures: LruCache<u64, Media>,
    /// The slugs of categories and authors that were fetched and not taken yet.
    term_slugs: Vec<((TermKind, u64), String)>,
}

impl Default for Lookups {
    fn default() -> Lookups {
        Lookups {
            categories: LookupTable::new(&CATEGORIES),
            tags: LookupTable::new(&TAGS),
            authors: LookupTable::new(&AUTHORS),
            pictures: LookupTable::new(&PICTURES),
            whole_pictures: LruCache::new(
                NonZero::new(PICTURES_MAX).unwrap_or(NonZero::<usize>::MIN),
            ),
            term_slugs: Vec::new(),
        }
    }
}

impl Lookups {
    /// Everything is fetched anew when a post names it next.
    pub(super) fn expire(&mut self) {
        self.categories.expire();
        self.tags.expire();
        self.authors.expire();
        self.pictures.expire();
    }

    /// Drops what no post has named since [`Lookups::expire`].
    pub(super) fn drop_expired(&mut self) {
        self.categories.drop_expired();
        self.tags.drop_expired();
        self.authors.drop_expired();
        self.pictures.drop_expired();
    }

    /// Whether an answer lacked something for the first time since the last call.
    pub(super) fn take_new_gaps(&mut self) -> bool {
        let gaps = [
            self.categories.take_new_gaps(),
            self.tags.take_new_gaps(),
            self.authors.take_new_gaps(),
            self.pictures.take_new_gaps(),
        ];
        gaps.contains(&true)
    }

    /// What articles lack because the site hides it, and why.
    pub(super) fn hidden(&self) -> Vec<String> {
        let hidden = [
            self.categories.hidden(),
            self.tags.hidden(),
            self.authors.hidden(),
            self.pictures.hidden(),
        ];
        hidden.into_iter().flatten().collect()
    }

    /// Fetches what these posts name and is not known yet.
    pub(super) async fn fetch_for(
        &mut self,
        site: &Site,
        posts: &[PostSummary],
    ) -> Result<(), WordPressError> {
        self.fetch_categories(site, posts).await?;
        let tags = posts.iter().flat_map(|post| &post.tags).copied();
        self.tags.fetch(site, tags, |_, item| term(item)).await?;
        let term_slugs = &mut self.term_slugs;
        let authors = posts.iter().filter_map(|post| post.author);
        let read = |id, item: &Value| {
            let author = author(item)?;
            let slug = author.slug.clone();
            term_slugs.extend(slug.map(|slug| ((TermKind::Author, id), slug)));
            Some(author)
        };
        self.authors.fetch(site, authors, read).await?;
        let whole_pictures = &mut self.whole_pictures;
        let pictures = posts.iter().filter_map(|post| post.picture);
        let read = |id, item: &Value| read_picture(id, item, whole_pictures);
        self.pictures.fetch(site, pictures, read).await
    }

    /// Fetches the whole pictures of posts that are about to be read.
    pub(super) async fn fetch_whole_pictures(
        &mut self,
        site: &Site,
        posts: &[PostSummary],
    ) -> Result<(), WordPressError> {
        let pictures = posts.iter().filter_map(|post| post.picture);
        let mut digests_only: Vec<u64> = pictures.filter(|id| self.lacks(*id)).collect();
        digests_only.sort_unstable();
        digests_only.dedup();
        let whole_pictures = &mut self.whole_pictures;
        let read = |id, item: &Value| read_picture(id, item, whole_pictures);
        self.pictures.fetch_all(site, &digests_only, read).await?;
        if self.pictures.hidden().is_some() {
            // These posts have no picture while the site hides it; when it is shown again, their stamps differ.
            for id in digests_only {
                self.pictures.clear(id);
            }
        }
        Ok(())
    }

    /// Whether of the picture with this number only the digest is known.
    fn lacks(&self, id: u64) -> bool {
        self.pictures.find(id).is_some() && !self.whole_pictures.contains(&id)
    }

    /// Whether the picture of a post is known, and the answer that was to show it has not.
    pub(super) fn lacks_picture_of(&self, post: &PostSummary) -> bool {
        post.picture.is_some_and(|id| self.lacks(id))
    }

    /// Fetches the categories of posts, then those above them.
    async fn fetch_categories(
        &mut self,
        site: &Site,
        posts: &[PostSummary],
    ) -> Result<(), WordPressError> {
        let named = posts.iter().flat_map(|post| &post.categories);
        let mut level: Vec<u64> = named.copied().collect();
        for _ in 0..DEPTH_MAX {
            let term_slugs = &mut self.term_slugs;
            let read = |id, item: &Value| {
                let term = term(item)?;
                let slug = term.written.slug.clone();
                term_slugs.extend(slug.map(|slug| ((TermKind::Section, id), slug)));
                Some(term)
            };
            self.categories
                .fetch(site, level.iter().copied(), read)
                .await?;
            let terms = level.iter().filter_map(|id| self.categories.find(*id));
            level = terms.map(|term| term.parent).filter(|id| *id > 0).collect();
            level.sort_unstable();
            level.dedup();
            if level.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// The sections of a post: its categories, then those above them.
    pub(super) fn sections(&self, categories: &[u64]) -> Vec<WrittenTerm> {
        let find = |id: &u64| self.categories.find(*id);
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
        let tags = tags.iter().filter_map(|id| self.tags.find(*id));
        tags.map(|term| term.written.clone()).collect()
    }

    /// The author with this number.
    pub(super) fn author(&self, id: Option<u64>) -> Option<&Author> {
        self.authors.find(id?)
    }

    /// The picture with this number, if it was fetched for the post.
    pub(super) fn picture(&mut self, id: Option<u64>) -> Option<Media> {
        self.pictures.find(id?)?;
        self.whole_pictures.get(&id?).cloned()
    }

    /// A digest of all that a post names by numbers.
    pub(super) fn digest(&self, post: &PostSummary) -> u64 {
        let picture = post.picture.and_then(|id| self.pictures.find(id));
        digest(&format!(
            "{:?} {:?} {:?} {picture:?}",
            self.sections(&post.categories),
            self.tags(&post.tags),
            self.author(post.author),
        ))
    }

    /// The slugs of categories and authors that were fetched since the last call.
    pub(super) fn take_term_slugs(&mut self) -> Vec<((TermKind, u64), String)> {
        std::mem::take(&mut self.term_slugs)
    }
}

fn digest(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
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

/// The digest of a picture, which is kept whole for the next posts.
fn read_picture(id: u64, item: &Value, whole: &mut LruCache<u64, Media>) -> Option<u64> {
    let picture = picture(item)?;
    let digest = digest(&format!("{picture:?}"));
    whole.put(id, picture);
    Some(digest)
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
