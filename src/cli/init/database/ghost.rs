//! The tables of Ghost, in MySQL or a file of SQLite.

use std::collections::HashMap;

use super::sql_text::{array, concat, object, select};
use super::{Facts, Proposal};
use crate::cli::init::facts::Fact;
use crate::source::sql::{DatabaseCatalog, DatabaseKind, DatabaseTable};

/// What Ghost writes in place of its own address.
const PLACEHOLDER: &str = "__GHOST_URL__";

pub(super) fn find(catalog: &DatabaseCatalog, tables: &[DatabaseTable]) -> Option<Proposal> {
    let kind = catalog.kind();
    let table = |name: &str| tables.iter().find(|table| table.name == name);
    let posts = table("posts")?;
    let columns = [
        "feature_image",
        "custom_excerpt",
        "visibility",
        "published_at",
        "html",
    ];
    let is_ghost = columns.iter().all(|name| posts.column(name).is_some())
        && ["posts_tags", "posts_authors", "tags", "users"]
            .iter()
            .all(|name| table(name).is_some());
    if !is_ghost || kind == DatabaseKind::Postgres {
        return None;
    }
    let own = |column: &str| format!("REPLACE(p.{column}, '{PLACEHOLDER}', '')");
    // Times are those of UTC, which the table does not say.
    let instant = |column: &str| {
        let written = concat(kind, &[format!("p.{column}"), "'Z'".to_owned()]);
        match kind {
            DatabaseKind::Sqlite => {
                format!("CASE typeof(p.{column}) WHEN 'integer' THEN p.{column} ELSE {written} END")
            }
            DatabaseKind::MySql | DatabaseKind::Postgres => written,
        }
    };
    let named = |alias: &str| {
        object(
            kind,
            &[
                ("name", format!("{alias}.name")),
                ("slug", format!("{alias}.slug")),
            ],
        )
    };
    // A tag whose name begins with # is for the site's own use.
    let tags = "FROM posts_tags AS x JOIN tags AS t ON t.id = x.tag_id WHERE x.post_id = p.id AND t.visibility = 'public'";
    let authors =
        "FROM posts_authors AS x JOIN users AS u ON u.id = x.author_id WHERE x.post_id = p.id";
    let slash = || "'/'".to_owned();
    let query = select(
        &[
            ("p.id".to_owned(), "id"),
            ("p.title".to_owned(), "title"),
            (instant("published_at"), "date"),
            (instant("updated_at"), "updated"),
            (
                concat(kind, &[slash(), "p.slug".to_owned(), slash()]),
                "url",
            ),
            // Posts for members alone are hidden by this.
            ("p.visibility".to_owned(), "visibility"),
            ("p.custom_excerpt".to_owned(), "summary"),
            (own("feature_image"), "image"),
            (
                format!(
                    "(SELECT {} {tags} ORDER BY x.sort_order LIMIT 1)",
                    named("t")
                ),
                "section",
            ),
            (array(kind, &named("t"), true, tags, "x.sort_order"), "tags"),
            (
                array(kind, &named("u"), true, authors, "x.sort_order"),
                "authors",
            ),
            (own("html"), "content_html"),
        ],
        "posts AS p",
        &[
            "p.type = 'post'".to_owned(),
            "p.status = 'published'".to_owned(),
        ],
    );
    let settings = settings(catalog);
    let mut facts = Facts::default();
    facts.set(Fact::Title, settings.get("title").cloned());
    facts.set(Fact::TimeZone, settings.get("timezone").cloned());
    let language = settings.get("locale").or_else(|| settings.get("lang"));
    facts.set(Fact::Language, language.cloned());
    facts.description = settings
        .get("description")
        .filter(|text| !text.is_empty())
        .cloned();
    Some(Proposal {
        found: "a database of Ghost".to_owned(),
        query,
        facts,
        notes: vec![
            "the section of a post is its first tag, which Ghost calls the primary one".to_owned(),
        ],
        has_slug: false,
        commands: Vec::new(),
    })
}

/// The settings of the site; none where the account may not read them.
fn settings(catalog: &DatabaseCatalog) -> HashMap<String, String> {
    let rows = catalog.rows(
        "SELECT s.key, s.value FROM settings AS s WHERE s.key IN ('title', 'description', 'timezone', 'locale', 'lang')",
    );
    let rows = rows.unwrap_or_default().into_iter();
    let pairs = rows.filter_map(|row| {
        let [name, value] = <[Option<String>; 2]>::try_from(row).ok()?;
        Some((name?, value?))
    });
    pairs.collect()
}
