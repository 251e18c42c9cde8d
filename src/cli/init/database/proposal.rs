//! A query for tables of no known system: columns are found by the names that such tables usually have.

use super::column_names::{
    AUTHOR_KEYS, AUTHORS, NAMED_TEXTS, OTHER_DATES, PUBLICATION_DATES, SECTION_KEYS, SECTIONS,
    SUMMARIES, TABLE_NAMES, TEXTS, TITLES, UPDATES,
};
use super::recipes;
use super::row_query::{ReadValues, RowQuery};
use super::table_columns::{find_column, is_text, keys, may_be_date};
use super::{Facts, Proposal};
use crate::source::sql::{DatabaseKind, DatabaseTable};

/// Tables that a message names.
const TABLES_SHOWN: usize = 20;

/// The query for the table that looks most like one of articles.
pub(super) fn find(
    kind: DatabaseKind,
    tables: &[DatabaseTable],
    read_values: ReadValues<'_>,
) -> Option<Proposal> {
    let mut candidates: Vec<(usize, &DatabaseTable)> = tables
        .iter()
        .filter_map(|table| Some((score(table)?, table)))
        .collect();
    // The first of equal ones in the order of their names.
    candidates.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let (_, articles) = candidates.first()?;
    let mut query = RowQuery {
        kind,
        articles,
        tables,
        read_values,
        selected: Vec::new(),
        conditions: Vec::new(),
    };
    query.select_article();
    query.hide();
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
        query: query.text(),
        facts: Facts::default(),
        notes,
        has_slug: query.selects("slug") && !query.selects("url"),
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
    keys(table).first()?;
    find_column(table, TITLES, |_| true)?;
    find_column(table, PUBLICATION_DATES, may_be_date)
        .or_else(|| find_column(table, OTHER_DATES, may_be_date))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::sql::{Reference, TableColumn};

    /// A table from `NAME: COLUMN TYPE, …`; `!` behind a type is the key, `>TABLE.COLUMN` a reference.
    fn table(text: &str) -> DatabaseTable {
        let (name, columns) = text.split_once(": ").expect("a name");
        let (schema, name) = name.split_once('.').unwrap_or(("public", name));
        let columns = columns.split(", ").map(|column| {
            let (name, kind) = column.split_once(' ').expect("a type");
            let (kind, to) = kind.split_once('>').unwrap_or((kind, ""));
            let refers_to = to.rsplit_once('.').map(|(table, column)| {
                let (schema, table) = table.split_once('.').unwrap_or(("public", table));
                Reference {
                    schema: schema.to_owned(),
                    table: table.to_owned(),
                    column: column.to_owned(),
                }
            });
            TableColumn {
                name: name.to_owned(),
                kind: kind.trim_end_matches('!').to_owned(),
                is_key: kind.ends_with('!'),
                refers_to,
            }
        });
        DatabaseTable {
            schema: schema.to_owned(),
            name: name.to_owned(),
            needs_schema: schema != "public",
            columns: columns.collect(),
        }
    }

    /// The query for these tables; every column of the database has the values.
    fn query(kind: DatabaseKind, tables: &[&str], values: &[&str]) -> String {
        let tables: Vec<DatabaseTable> = tables.iter().map(|text| table(text)).collect();
        let read = |_: &str| values.iter().map(|&value| value.to_owned()).collect();
        find(kind, &tables, &read).expect("a proposal").query
    }

    #[test]
    fn every_column_that_may_hide_a_row_is_in_the_query() {
        use DatabaseKind::{MySql, Postgres, Sqlite};
        for (kind, columns, expected) in [
            (Sqlite, "status integer", "    a.status\n"),
            (Sqlite, "state int", "    a.state AS status\n"),
            (
                Sqlite,
                "publish_status text",
                "    a.publish_status AS status\n",
            ),
            (
                Sqlite,
                "status text, state text",
                "    a.status,\n    a.state AS visibility\n",
            ),
            (Sqlite, "comment_status text", "    a.date\n"),
            (Sqlite, "visibility int", "    a.visibility\n"),
            (Sqlite, "password text", "    a.password\n"),
            (Sqlite, "unlisted int", "    a.unlisted\n"),
            (Sqlite, "enabled integer", "(a.enabled <> 0)"),
            (Sqlite, "approved boolean", "(a.approved <> 0)"),
            (
                Sqlite,
                "moderated int, archived int",
                "(a.moderated <> 0)\n    AND (a.archived IS NULL OR NOT (a.archived <> 0))",
            ),
            (Sqlite, "show text", "lower(a.show) IN ('1', 'true', "),
            (
                Sqlite,
                "deleted text",
                "(a.deleted IS NULL OR lower(a.deleted) IN ('', '0', ",
            ),
            (Sqlite, "deleted datetime", "WHERE a.deleted IS NULL"),
            (Sqlite, "trashed ", "lower(CAST(a.trashed AS text)) IN"),
            (
                MySql,
                "is_published enum('0','1')",
                "lower(CAST(a.is_published AS CHAR)) IN",
            ),
            (MySql, "is_published bit(1)", "(a.is_published <> 0)"),
            (Postgres, "is_published bit", "WHERE a.is_published = B'1'"),
            (
                Postgres,
                "is_draft bit",
                "(a.is_draft IS NULL OR NOT a.is_draft = B'1')",
            ),
            (Postgres, "is_published boolean", "WHERE a.is_published"),
            (Postgres, "status boolean", "WHERE a.status"),
        ] {
            let articles = format!("articles: id integer!, title text, date date, {columns}");
            let query = query(kind, &[&articles], &[]);
            assert!(query.contains(expected), "{columns}: {query}");
        }
    }

    #[test]
    fn a_status_in_a_table_of_its_own_is_its_word() {
        let articles = "articles: id integer!, title text, date date, status_id integer";
        let statuses = "statuses: id integer!, code text, name text";
        let query = query(DatabaseKind::Sqlite, &[articles, statuses], &[]);
        let expected = "(SELECT r.code FROM statuses AS r WHERE r.id = a.status_id) AS status";
        assert!(query.contains(expected), "{query}");
    }

    #[test]
    fn the_date_is_a_column_that_holds_dates() {
        for (columns, values, expected) in [
            (
                "published text, date text",
                &["yes", "no"][..],
                "a.published AS date",
            ),
            ("published text, date date", &["yes", "no"], "    a.date"),
            (
                "published text, date date",
                &["2026-03-05"],
                "a.published AS date",
            ),
            ("created integer", &["1771400000"], "a.created AS date"),
            ("published integer, date date", &["1", "0"], "    a.date"),
            ("published_at text", &[], "a.published_at AS date"),
        ] {
            let articles = format!("articles: id integer!, title text, {columns}");
            let query = query(DatabaseKind::Sqlite, &[&articles], values);
            assert!(query.contains(expected), "{columns}, {values:?}: {query}");
        }
    }

    #[test]
    fn related_rows_are_those_of_the_same_schema_or_of_the_reference() {
        let articles = "news.articles: id integer!, title text, date date, rubric_id integer, author_id integer>staff.people.number";
        let tables = [
            "authors: id integer!, name text",
            "people: number integer!, name text",
            "rubrics: id integer!, name text",
            articles,
            "news.rubrics: code integer!, name text",
            "news.pairs: a integer>news.articles.id, t integer>news.tags.id",
            "news.tags: id integer!, name text",
            "news.tags_old: a integer>articles.id, t integer>tags.id",
            "staff.people: number integer!, name text",
            "tags: id integer!, name text",
        ];
        let query = query(DatabaseKind::Postgres, &tables, &[]);
        for expected in [
            "FROM news.articles AS a",
            "(SELECT r.name FROM news.rubrics AS r WHERE r.code = a.rubric_id) AS section",
            "(SELECT r.name FROM staff.people AS r WHERE r.number = a.author_id) AS author",
            "FROM news.pairs AS x JOIN news.tags AS t ON t.id = x.t WHERE x.a = a.id",
        ] {
            assert!(query.contains(expected), "no {expected} in {query}");
        }
    }

    #[test]
    fn articles_have_their_sections_address_and_whole_key() {
        let tables = [
            "material: lang text!, id integer!, title text, date date, url text",
            "pages: id integer!, title text, date date",
        ];
        let two = query(DatabaseKind::Postgres, &tables, &[]);
        for expected in [
            "a.lang || '-' || a.id AS id",
            "    a.url",
            "FROM material AS a",
        ] {
            assert!(two.contains(expected), "no {expected} in {two}");
        }
        let tables = [
            "articles: id integer!, title text, date date",
            "article_category: a integer>articles.id, c integer>categories.id",
            "categories: id integer!, name text",
        ];
        let pairs = query(DatabaseKind::MySql, &tables, &[]);
        assert!(pairs.contains(" AS sections"), "{pairs}");
    }
}
