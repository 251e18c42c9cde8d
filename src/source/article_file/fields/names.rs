//! The names under which generators, CMSs and news agencies keep the fields of an article.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::article::AcceptSettings;
use crate::source::article_file::{hidden, key_name};

/// A field of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Field {
    Id,
    Title,
    Date,
    Updated,
    /// The article's page.
    Url,
    /// An address that is the article's page only if it is on the site itself.
    Link,
    Slug,
    Section,
    Tag,
    Author,
    Language,
    Summary,
    /// A summary for search engines.
    Description,
    Image,
    /// What the picture shows, beside a picture that is an address alone.
    ImageAlt,
    Enclosure,
    Html,
    Markdown,
    Plain,
}

impl Field {
    /// The number of fields.
    pub(super) const COUNT: usize = Field::Plain as usize + 1;

    /// Whether the tables of generators may have it. Their themes use the names of the others for
    /// something else.
    pub(super) fn is_in_tables(self, name: &str) -> bool {
        match self {
            Field::Html | Field::Markdown | Field::Plain | Field::Link => false,
            Field::Title => name != "name",
            _ => true,
        }
    }
}

/// Every field with its names, the first that is there wins.
///
/// A publishing key comes before `date`: generators and CMSs keep an embargo there, beside an earlier
/// `date` at which the text was written.
pub(super) const NAMES: [(Field, &[&str]); Field::COUNT] = [
    (Field::Id, &["id", "uri"]),
    (Field::Title, &["title", "titleHtml", "headline", "name"]),
    (
        Field::Date,
        &[
            "publishDate",
            "publishedAt",
            "datePublished",
            "pubDate",
            "pubDatetime",
            "published",
            "dateGmt",
            "firstPublished",
            "date",
            "datetime",
            "created",
            "createdAt",
            "versionCreated",
        ],
    ),
    (
        Field::Updated,
        &[
            "updated",
            "lastmod",
            "lastModifiedAt",
            "modified",
            "dateModified",
            "updatedAt",
            "updatedDate",
            "modDatetime",
            "lastUpdate",
            "modifiedGmt",
            "versionCreated",
        ],
    ),
    (Field::Url, &["url", "permalink", "path"]),
    (Field::Link, &["link", "canonicalUrl", "canonical"]),
    (Field::Slug, &["slug"]),
    (
        Field::Section,
        &[
            "section",
            "sections",
            "categories",
            "category",
            "articleSection",
        ],
    ),
    (Field::Tag, &["tags", "tag", "keywords", "subject"]),
    (Field::Author, &["authors", "author", "byline"]),
    (
        Field::Language,
        &["lang", "language", "inLanguage", "locale"],
    ),
    (
        Field::Summary,
        &["summary", "excerpt", "customExcerpt", "descriptionText"],
    ),
    (Field::Description, &["description"]),
    (
        Field::Image,
        &[
            "image",
            "cover",
            "featuredImage",
            "featureImage",
            "heroImage",
            "hero",
            "thumbnail",
            "banner",
            "ogImage",
            "preview",
            "images",
            "photos",
            "header",
            "resources",
            "img",
            "coverImage",
            "bannerImage",
            "thumbnailUrl",
        ],
    ),
    (
        Field::ImageAlt,
        &[
            "imageAlt",
            "coverAlt",
            "featuredImageAlt",
            "featureImageAlt",
            "heroImageAlt",
        ],
    ),
    (
        Field::Enclosure,
        &["enclosures", "enclosure", "attachments", "audio"],
    ),
    (
        Field::Html,
        &[
            "contentHtml",
            "contentWordpress",
            "html",
            "content",
            "bodyHtml",
            "body",
        ],
    ),
    (Field::Markdown, &["contentMarkdown", "markdown"]),
    (
        Field::Plain,
        &[
            "contentText",
            "text",
            "bodyText",
            "articleBody",
            "plaintext",
        ],
    ),
];

/// The rank of the first further name of a date, behind all [`NAMES`].
pub(super) const FURTHER_DATE: usize = 1_000;

/// The rank of this name, in its normal form, if `[source.directory.fields]` has it for the date of
/// publication.
pub(super) fn further_date(name: &str, settings: &AcceptSettings) -> Option<usize> {
    let mut names = settings.fields.get("date")?.iter();
    let number = names.position(|further| key_name::is(further, name))?;
    Some(FURTHER_DATE + number)
}

/// A field and the number of the name among its names.
pub(super) type Place = (Field, usize);

/// The fields of a name as [`key_name::normal`] gives it: one, or two for the date of a version.
pub(super) fn fields_of(name: &str) -> &'static [Place] {
    static PLACES: LazyLock<HashMap<String, Vec<Place>>> = LazyLock::new(|| {
        let mut places: HashMap<String, Vec<Place>> = HashMap::new();
        for (field, names) in NAMES {
            for (rank, name) in names.iter().enumerate() {
                let places = places.entry(key_name::normal(name)).or_default();
                places.push((field, rank));
            }
        }
        places
    });
    PLACES.get(name).map_or(&[], Vec::as_slice)
}

/// All names of fields as people write them, and the keys that hide an article.
pub(in crate::source) fn key_names() -> &'static [&'static str] {
    static KEYS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
        let names = NAMES.iter().flat_map(|(_, names)| *names);
        names.chain(&hidden::WITH_FURTHER_NAMES).copied().collect()
    });
    &KEYS
}

/// The names of a field.
pub(super) fn names_of(field: Field) -> &'static [&'static str] {
    NAMES[field as usize].1
}

/// Names that generators and CMSs use for what feeds do not show, in their normal form. A key that is
/// neither here nor anywhere else is reported as one that is not understood.
pub(super) fn is_ignored(name: &str) -> bool {
    matches!(
        name,
        "aliases"
            | "alias"
            | "layout"
            | "template"
            | "type"
            | "@type"
            | "@context"
            | "@id"
            | "kind"
            | "format"
            | "weight"
            | "order"
            | "menu"
            | "menus"
            | "nav"
            | "navorder"
            | "toc"
            | "tableofcontents"
            | "math"
            | "mathjax"
            | "katex"
            | "mermaid"
            | "comments"
            | "commentstatus"
            | "pingstatus"
            | "commentid"
            | "disqus"
            | "sitemap"
            | "outputs"
            | "cascade"
            | "taxonomies"
            | "extra"
            | "params"
            | "metadata"
            | "meta"
            | "seo"
            | "markup"
            | "linktitle"
            | "shorttitle"
            | "subtitle"
            | "series"
            | "featured"
            | "pin"
            | "pinned"
            | "sticky"
            | "share"
            | "social"
            | "robots"
            | "searchable"
            | "insearchindex"
            | "translationkey"
            | "redirectfrom"
            | "externalurl"
            | "guid"
            | "uuid"
            | "version"
            | "views"
            | "wordcount"
            | "readingtime"
            | "primarytag"
            | "primaryauthor"
            | "codeinjectionhead"
            | "codeinjectionfoot"
            | "customtemplate"
            | "ogtitle"
            | "ogdescription"
            | "twitterimage"
            | "twittertitle"
            | "twitterdescription"
            | "metatitle"
            | "metadescription"
            | "emailonly"
            | "featuredmedia"
            | "links"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_its_place_and_no_name_is_there_twice() {
        for (number, (field, names)) in NAMES.iter().enumerate() {
            assert_eq!(*field as usize, number);
            for (rank, name) in names.iter().enumerate() {
                let places = fields_of(&key_name::normal(name));
                assert!(places.contains(&(*field, rank)), "{name}");
                let is_for_two = *name == "versionCreated";
                assert_eq!(places.len(), 1 + usize::from(is_for_two), "{name}");
            }
        }
    }
}
