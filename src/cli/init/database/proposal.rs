//! A query for tables of no known system: columns are found by the names that such tables usually have.

use super::recipes;
use super::sql_text::{array, name, object, select, table};
use super::{Facts, Proposal};
use crate::source::sql::{DatabaseCatalog, DatabaseKind, DatabaseTable, Reference, TableColumn};

/// Texts that are looked at to tell HTML from plain text.
const TEXTS_READ: usize = 20;

/// Tables that a message names.
const TABLES_SHOWN: usize = 20;

/// Names of tables of articles, alone or behind the name of an app.
const TABLE_NAMES: [&str; 14] = [
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
    "publications",
    "publication",
    "pages",
    "content",
];

const TITLES: &[&str] = &["title", "headline", "heading", "name", "caption", "subject"];

/// Columns that say when an article was published: a row without one is not.
const PUBLICATION_DATES: &[&str] = &[
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
const OTHER_DATES: &[&str] = &[
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

const UPDATES: &[&str] = &[
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

const EXPIRIES: &[&str] = &[
    "expires_at",
    "expire_at",
    "expires",
    "unpublish_at",
    "valid_until",
];
const SUMMARIES: &[&str] = &[
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
const NAMED_TEXTS: [(&[&str], &str); 3] = [
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
const TEXTS: &[&str] = &[
    "content",
    "body",
    "full_text",
    "fulltext",
    "article_text",
    "text",
];
const IMAGES: &[&str] = &[
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
const LANGUAGES: &[&str] = &["lang", "language", "locale", "language_code"];
const SECTIONS: &[&str] = &[
    "section",
    "category",
    "rubric",
    "section_name",
    "category_name",
];
const AUTHORS: &[&str] = &["author", "author_name", "byline", "authors"];
const SECTION_KEYS: &[&str] = &[
    "section_id",
    "category_id",
    "rubric_id",
    "section",
    "category",
    "rubric",
];
const AUTHOR_KEYS: &[&str] = &[
    "author_id",
    "author",
    "user_id",
    "created_by_id",
    "editor_id",
];
const NAMES: &[&str] = &["name", "title", "display_name", "full_name", "username"];
const TAG_TABLES: &[&str] = &["tags", "tag", "keywords", "labels", "topics"];
const SHOWN_FLAGS: &[&str] = &[
    "is_published",
    "is_public",
    "is_active",
    "is_visible",
    "published",
    "active",
    "visible",
    "publish",
];
const HIDDEN_FLAGS: &[&str] = &["is_draft", "draft", "is_hidden", "hidden", "is_private"];
const DELETED_FLAGS: &[&str] = &["is_deleted", "deleted"];
const DELETED_DATES: &[&str] = &["deleted_at", "removed_at", "archived_at"];

/// The query for the table that looks most like one of articles.
pub(super) fn find(catalog: &DatabaseCatalog, tables: &[DatabaseTable]) -> Option<Proposal> {
    let kind = catalog.kind();
    let mut candidates: Vec<(usize, &DatabaseTable)> = tables
        .iter()
        .filter_map(|table| Some((score(table)?, table)))
        .collect();
    // The first of equal ones in the order of their names.
    candidates.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let (_, articles) = candidates.first()?;
    let mut columns = Columns {
        kind,
        articles,
        tables,
        selected: Vec::new(),
        conditions: Vec::new(),
    };
    columns.select_own();
    columns.select_text(catalog);
    columns.select_related();
    columns.hide();
    let from = table(kind, articles);
    let query = select(
        &columns.selected,
        &format!("{from} AS a"),
        &columns.conditions,
    );
    let has_slug = columns.selected.iter().any(|(_, alias)| *alias == "slug");
    let mut notes = vec![format!(
        "the query was made from the names of the columns of `{}`: read it, and compare what `taspa check` says",
        articles.name
    )];
    let others = candidates.iter().skip(1).take(TABLES_SHOWN);
    let others: Vec<String> = others
        .map(|(_, table)| format!("`{}`", table.name))
        .collect();
    if !others.is_empty() {
        notes.push(format!(
            "other tables that may hold articles: {}",
            others.join(", ")
        ));
    }
    if let Some((system, page)) = recipes::system(tables) {
        notes.push(format!(
            "the database is that of {system}: docs/{page}.md has a query for it"
        ));
    }
    Some(Proposal {
        found: format!("a database with the table `{}`", articles.name),
        query,
        facts: Facts::default(),
        notes,
        has_slug,
        commands: Vec::new(),
    })
}

/// The message about a database without a table of articles.
pub(super) fn none(database: &str, tables: &[DatabaseTable]) -> String {
    let names = tables
        .iter()
        .take(TABLES_SHOWN)
        .map(|table| table.name.as_str());
    let names = names.collect::<Vec<_>>().join(", ");
    let hint = match recipes::system(tables) {
        Some((system, page)) => format!("it is a database of {system}: docs/{page}.md has a query to adapt"),
        None => "docs/databases.md says how to write the query; the account may have to be allowed to read more".to_owned(),
    };
    match names.is_empty() {
        true => format!("{database} shows no tables to this account\n  hint: {hint}"),
        false => format!(
            "{database} has no table with a title and a date in it; its tables are {names}\n  hint: {hint}"
        ),
    }
}

/// How much a table looks like one of articles; `None` if it lacks what an article needs.
fn score(table: &DatabaseTable) -> Option<usize> {
    id(table)?;
    find_column(table, TITLES, |_| true)?;
    date(table)?;
    let lower = table.name.to_lowercase();
    let is_named = |name: &&str| lower == **name || lower.ends_with(&format!("_{name}"));
    let by_name = TABLE_NAMES.iter().position(is_named);
    let groups = [
        SUMMARIES,
        UPDATES,
        &["slug"],
        SECTIONS,
        SECTION_KEYS,
        AUTHORS,
        AUTHOR_KEYS,
    ];
    let found = groups
        .iter()
        .filter(|names| find_column(table, names, |_| true).is_some());
    let named = NAMED_TEXTS.iter().map(|(names, _)| *names);
    let mut texts = named.chain([TEXTS]);
    let has_text = texts.any(|names| find_column(table, names, is_text).is_some());
    let by_name = by_name.map_or(0, |position| 2 * TABLE_NAMES.len() - position);
    Some(by_name + 8 * usize::from(has_text) + 2 * found.count())
}

/// The first column with one of these names, in the order of the names.
fn find_column<'t>(
    table: &'t DatabaseTable,
    names: &[&str],
    fits: impl Fn(&TableColumn) -> bool,
) -> Option<&'t TableColumn> {
    let mut found = names.iter().filter_map(|name| table.column(name));
    found.find(|column| fits(column))
}

fn id(table: &DatabaseTable) -> Option<&TableColumn> {
    let key = table.columns.iter().find(|column| column.is_key);
    key.or_else(|| find_column(table, &["id", "uuid", "article_id", "post_id"], |_| true))
}

/// The column of the date, and whether a row without one is not published.
fn date(table: &DatabaseTable) -> Option<(&TableColumn, bool)> {
    let of_publication = find_column(table, PUBLICATION_DATES, is_date);
    let other = || find_column(table, OTHER_DATES, is_date);
    of_publication
        .map(|column| (column, true))
        .or_else(|| Some((other()?, false)))
}

fn is_flag(column: &TableColumn) -> bool {
    ["bool", "tinyint(1)", "bit"]
        .iter()
        .any(|kind| column.kind.starts_with(kind))
}

/// Whether a column of a flag's name may hold one: SQLite has no type for them.
fn may_be_flag(column: &TableColumn) -> bool {
    is_flag(column) || column.kind.contains("int")
}

/// Whether a column may hold a date: by its type, or as text or number where it has no better one.
fn is_date(column: &TableColumn) -> bool {
    let kind = &column.kind;
    let by_type = ["date", "time"].iter().any(|part| kind.contains(part));
    let untyped =
        kind.is_empty() || is_text(column) || (kind.contains("int") && column.name.contains('_'));
    by_type || (untyped && !is_flag(column))
}

fn is_text(column: &TableColumn) -> bool {
    ["text", "char", "clob", "citext", "string"]
        .iter()
        .any(|part| column.kind.contains(part))
}

fn is_text_or_json(column: &TableColumn) -> bool {
    is_text(column) || column.kind.contains("json") || column.kind.ends_with("[]")
}

fn is_of(to: &Reference, table: &DatabaseTable) -> bool {
    to.table == table.name && to.schema == table.schema
}

/// The columns of a query.
struct Columns<'t> {
    kind: DatabaseKind,
    articles: &'t DatabaseTable,
    tables: &'t [DatabaseTable],
    selected: Vec<(String, &'static str)>,
    conditions: Vec<String>,
}

impl Columns<'_> {
    fn own(&self, column: &TableColumn) -> String {
        format!("a.{}", name(self.kind, &column.name))
    }

    fn add(&mut self, column: Option<&TableColumn>, alias: &'static str) {
        if let Some(column) = column {
            self.selected.push((self.own(column), alias));
        }
    }

    /// Columns of the table itself that an article has alike.
    fn select_own(&mut self) {
        let articles = self.articles;
        let (date, is_required) = date(articles).unzip();
        self.add(id(articles), "id");
        self.add(find_column(articles, TITLES, |_| true), "title");
        self.add(date, "date");
        if let (Some(date), Some(true)) = (date, is_required) {
            self.conditions
                .push(format!("{} IS NOT NULL", self.own(date)));
        }
        let is_other = |column: &TableColumn| {
            is_date(column) && Some(&column.name) != date.map(|date| &date.name)
        };
        self.add(find_column(articles, UPDATES, is_other), "updated");
        self.add(find_column(articles, EXPIRIES, is_date), "expires");
        self.add(find_column(articles, &["slug", "alias"], is_text), "slug");
        self.add(find_column(articles, LANGUAGES, is_text), "lang");
        self.add(find_column(articles, SUMMARIES, is_text), "summary");
        self.add(find_column(articles, IMAGES, is_text_or_json), "image");
        self.add(
            find_column(articles, &["tags", "keywords"], is_text_or_json),
            "tags",
        );
    }

    /// The texts. Where a column's name does not say what it holds, some of its values do.
    fn select_text(&mut self, catalog: &DatabaseCatalog) {
        for (names, alias) in NAMED_TEXTS {
            self.add(find_column(self.articles, names, is_text), alias);
        }
        let Some(column) = find_column(self.articles, TEXTS, is_text) else {
            return;
        };
        let expression = self.own(column);
        let from = table(self.kind, self.articles);
        let sql = format!(
            "SELECT {expression} FROM {from} AS a WHERE {expression} IS NOT NULL LIMIT {TEXTS_READ}"
        );
        let rows = catalog.rows(&sql).unwrap_or_default();
        let is_html = |text: &String| ["</", "<p>", "<br"].iter().any(|tag| text.contains(tag));
        let alias = match rows.iter().flatten().flatten().any(is_html) {
            true => "content_html",
            false => "content_text",
        };
        if self.selected.iter().all(|(_, selected)| *selected != alias) {
            self.selected.push((expression, alias));
        }
    }

    /// Sections, authors and tags, in columns of text or in tables of their own.
    fn select_related(&mut self) {
        for (texts, keys, alias) in [
            (SECTIONS, SECTION_KEYS, "section"),
            (AUTHORS, AUTHOR_KEYS, "author"),
        ] {
            let related = keys
                .iter()
                .find_map(|key| self.related(self.articles.column(key)?));
            match related {
                Some(expression) => self.selected.push((expression, alias)),
                None => self.add(find_column(self.articles, texts, is_text_or_json), alias),
            }
        }
        if self.selected.iter().all(|(_, alias)| *alias != "tags")
            && let Some(tags) = self.tags()
        {
            self.selected.push((tags, "tags"));
        }
    }

    /// The name, with the slug where there is one, of what a column refers to: by a foreign key, or by its name.
    fn related(&self, column: &TableColumn) -> Option<String> {
        let (other, key) = match &column.refers_to {
            Some(to) => (self.referenced(to)?, to.column.clone()),
            None => {
                let stem = column.name.to_lowercase();
                let stem = stem.strip_suffix("_id")?;
                let plural = match stem.strip_suffix('y') {
                    Some(start) => format!("{start}ies"),
                    None => format!("{stem}s"),
                };
                let other = self
                    .table_named(&plural)
                    .or_else(|| self.table_named(stem))?;
                (other, id(other)?.name.clone())
            }
        };
        let value = self.named(other, "r")?;
        let from = table(self.kind, other);
        let key = name(self.kind, &key);
        Some(format!(
            "(SELECT {value} FROM {from} AS r WHERE r.{key} = {})",
            self.own(column)
        ))
    }

    /// The words of a row of another table, with its slug where it has one.
    fn named(&self, other: &DatabaseTable, alias: &str) -> Option<String> {
        let words = find_column(other, NAMES, is_text)?;
        let words = format!("{alias}.{}", name(self.kind, &words.name));
        Some(match find_column(other, &["slug"], is_text) {
            Some(slug) => {
                let slug = format!("{alias}.{}", name(self.kind, &slug.name));
                object(self.kind, &[("name", words), ("slug", slug)])
            }
            None => words,
        })
    }

    /// The table that a foreign key leads to.
    fn referenced(&self, to: &Reference) -> Option<&DatabaseTable> {
        self.tables.iter().find(|table| is_of(to, table))
    }

    /// A table by its name, of the schema of the articles where it has one.
    fn table_named(&self, wanted: &str) -> Option<&DatabaseTable> {
        let tables = self.tables.iter();
        let named = tables.filter(|table| table.name.eq_ignore_ascii_case(wanted));
        named.min_by_key(|table| table.schema != self.articles.schema)
    }

    /// The tags by a table of pairs, whose foreign keys lead to the articles and to the tags.
    fn tags(&self) -> Option<String> {
        let leads_to = |column: &&TableColumn, table: &DatabaseTable| {
            column.refers_to.as_ref().is_some_and(|to| is_of(to, table))
        };
        let lower = |table: &DatabaseTable| table.name.to_lowercase();
        let of_tags = self.tables.iter().filter(|table| {
            let name = lower(table);
            TAG_TABLES
                .iter()
                .any(|tag| name == *tag || name.ends_with(&format!("_{tag}")))
        });
        for tags in of_tags {
            let Some(value) = self.named(tags, "t") else {
                continue;
            };
            for pairs in self.tables {
                let article = pairs
                    .columns
                    .iter()
                    .find(|column| leads_to(column, self.articles));
                let tag = pairs.columns.iter().find(|column| leads_to(column, tags));
                let (Some(article), Some(tag)) = (article, tag) else {
                    continue;
                };
                let (Some(to_article), Some(to_tag)) = (&article.refers_to, &tag.refers_to) else {
                    continue;
                };
                let name = |text: &str| name(self.kind, text);
                let rows = format!(
                    "FROM {} AS x JOIN {} AS t ON t.{} = x.{} WHERE x.{} = a.{}",
                    table(self.kind, pairs),
                    table(self.kind, tags),
                    name(&to_tag.column),
                    name(&tag.name),
                    name(&article.name),
                    name(&to_article.column),
                );
                let is_json = find_column(tags, &["slug"], is_text).is_some();
                let order = format!("t.{}", name(&to_tag.column));
                return Some(array(self.kind, &value, is_json, &rows, &order));
            }
        }
        None
    }

    /// What keeps a row from readers: a status, flags, and marks of deleted rows.
    fn hide(&mut self) {
        let articles = self.articles;
        self.add(
            find_column(articles, &["status", "state"], is_text_or_enum),
            "status",
        );
        self.add(
            find_column(articles, &["visibility"], is_text_or_enum),
            "visibility",
        );
        for column in SHOWN_FLAGS.iter().filter_map(|name| articles.column(name)) {
            if may_be_flag(column) {
                let condition = self.is_set(column);
                self.conditions.push(condition);
            }
        }
        for column in HIDDEN_FLAGS
            .iter()
            .chain(DELETED_FLAGS)
            .filter_map(|name| articles.column(name))
        {
            if may_be_flag(column) {
                // A row without a value is not hidden by it.
                let condition = format!(
                    "({} IS NULL OR NOT {})",
                    self.own(column),
                    self.is_set(column)
                );
                self.conditions.push(condition);
            }
        }
        for column in DELETED_DATES
            .iter()
            .filter_map(|name| articles.column(name))
        {
            self.conditions
                .push(format!("{} IS NULL", self.own(column)));
        }
    }

    /// Whether a flag is set; a number is one in databases that have no type for flags.
    fn is_set(&self, column: &TableColumn) -> String {
        let own = self.own(column);
        match self.kind == DatabaseKind::Postgres && is_flag(column) {
            true => own,
            false => format!("({own} <> 0)"),
        }
    }
}

fn is_text_or_enum(column: &TableColumn) -> bool {
    is_text(column)
        || column.kind.starts_with("enum")
        || column.kind.is_empty()
        || !may_be_flag(column)
}
