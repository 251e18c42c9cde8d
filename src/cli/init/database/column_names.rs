//! The names that tables of articles and their columns usually have, the best first.

/// Names of tables of articles, alone or behind the name of an app.
pub(super) const TABLE_NAMES: [&str; 15] = [
    "articles",
    "article",
    "posts",
    "post",
    "news",
    "stories",
    "story",
    "entries",
    "entry",
    "materials",
    "material",
    "publications",
    "publication",
    "pages",
    "content",
];

pub(super) const TITLES: &[&str] = &["title", "headline", "heading", "name", "caption", "subject"];

/// Columns that say when an article was published: a row without one is not.
pub(super) const PUBLICATION_DATES: &[&str] = &[
    "published_at",
    "publishedat",
    "publish_at",
    "publish_date",
    "published_date",
    "publication_date",
    "date_published",
    "first_published_at",
    "published_on",
    "publish_on",
    "pub_date",
    "pubdate",
    "published",
    "posted_at",
    "posted_on",
    "released_at",
];

/// Columns of a date that every row has.
pub(super) const OTHER_DATES: &[&str] = &[
    "date",
    "datetime",
    "created_at",
    "createdat",
    "created_on",
    "date_created",
    "date_added",
    "created",
    "added_at",
];

pub(super) const UPDATES: &[&str] = &[
    "updated_at",
    "updatedat",
    "modified_at",
    "last_modified",
    "date_modified",
    "date_updated",
    "updated_on",
    "modified_on",
    "edited_at",
    "changed_at",
    "changed",
    "modified",
    "updated",
];

pub(super) const EXPIRIES: &[&str] = &[
    "expires_at",
    "expire_at",
    "expires",
    "unpublish_at",
    "valid_until",
];
pub(super) const SUMMARIES: &[&str] = &[
    "summary",
    "excerpt",
    "lead",
    "lede",
    "teaser",
    "annotation",
    "announce",
    "anons",
    "intro",
    "description",
];
/// Columns of texts whose names say what they are, and as which keys.
pub(super) const NAMED_TEXTS: [(&[&str], &str); 3] = [
    (&["content_html", "body_html", "html"], "content_html"),
    (
        &["content_markdown", "body_markdown", "markdown"],
        "content_markdown",
    ),
    (
        &["content_text", "body_text", "plain", "plaintext"],
        "content_text",
    ),
];

/// Columns of texts of any kind.
pub(super) const TEXTS: &[&str] = &[
    "content",
    "body",
    "full_text",
    "fulltext",
    "article_text",
    "text",
];
pub(super) const IMAGES: &[&str] = &[
    "image_url",
    "cover_url",
    "picture_url",
    "image",
    "cover",
    "picture",
    "photo",
    "thumbnail",
    "featured_image",
];
pub(super) const LANGUAGES: &[&str] = &["lang", "language", "locale", "language_code"];
pub(super) const SECTIONS: &[&str] = &[
    "section",
    "category",
    "rubric",
    "section_name",
    "category_name",
];
pub(super) const AUTHORS: &[&str] = &["author", "author_name", "byline", "authors"];
pub(super) const SECTION_KEYS: &[&str] = &[
    "section_id",
    "category_id",
    "rubric_id",
    "section",
    "category",
    "rubric",
];
pub(super) const AUTHOR_KEYS: &[&str] = &[
    "author_id",
    "author",
    "user_id",
    "created_by_id",
    "editor_id",
];
pub(super) const NAMES: &[&str] = &["name", "title", "display_name", "full_name", "username"];
pub(super) const SECTION_TABLES: &[&str] = &[
    "sections",
    "section",
    "categories",
    "category",
    "rubrics",
    "rubric",
];
pub(super) const TAG_TABLES: &[&str] = &["tags", "tag", "keywords", "labels", "topics"];
pub(super) const URLS: &[&str] = &["url", "permalink", "canonical_url"];

/// Flags of rows that readers see.
pub(super) const SHOWN_FLAGS: &[&str] = &[
    "is_published",
    "is_public",
    "is_active",
    "is_visible",
    "is_enabled",
    "is_approved",
    "is_shown",
    "is_live",
    "is_online",
    "published",
    "public",
    "active",
    "visible",
    "enabled",
    "approved",
    "moderated",
    "is_moderated",
    "show",
    "shown",
    "display",
    "live",
    "online",
    "publish",
    "released",
];

/// Flags, or instants, of rows that readers do not see.
pub(super) const HIDDEN_FLAGS: &[&str] = &[
    "is_draft",
    "draft",
    "is_hidden",
    "hidden",
    "is_private",
    "private",
    "is_unpublished",
    "unpublished",
    "is_deleted",
    "deleted",
    "deleted_at",
    "is_removed",
    "removed",
    "removed_at",
    "is_archived",
    "archived",
    "archived_at",
    "is_trashed",
    "trashed",
    "trashed_at",
    "is_disabled",
    "disabled",
    "is_blocked",
    "blocked",
    "rejected",
    "is_rejected",
];

/// Names of the status of a row, alone or behind another word.
pub(super) const STATUSES: &[&str] = &["status", "state"];

/// What has a status of its own in a row of an article.
pub(super) const OTHERS_WITH_STATUS: &[&str] = &["comment", "ping"];

/// The columns of a table of statuses, the plainest word first.
pub(super) const STATUS_WORDS: &[&str] = &["slug", "code", "name", "title", "label"];
