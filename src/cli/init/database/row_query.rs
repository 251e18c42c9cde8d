//! The query of the articles in a table: which of its columns, and of the tables beside it, an article is made of.

use super::column_names::{
    AUTHOR_KEYS, AUTHORS, EXPIRIES, IMAGES, LANGUAGES, NAMED_TEXTS, NAMES, OTHER_DATES,
    PUBLICATION_DATES, SECTION_KEYS, SECTION_TABLES, SECTIONS, SUMMARIES, TAG_TABLES, TEXTS,
    TITLES, UPDATES, URLS,
};
use super::sql_text::{array, concat, name, object, select, table};
use super::table_columns::{
    as_text, find_column, is_date, is_integer, is_text, is_text_or_json, key, keys, may_be_date,
};
use crate::source::sql::{DatabaseKind, DatabaseTable, Reference, TableColumn};

/// Values of a column that are looked at.
const VALUES_READ: usize = 20;

/// Characters of each.
const VALUE_CHARS: usize = 4_000;

/// The first values of a statement with one column; none where it fails.
pub(super) type ReadValues<'r> = &'r dyn Fn(&str) -> Vec<String>;

/// A query while it is made.
pub(super) struct RowQuery<'t> {
    pub(super) kind: DatabaseKind,
    pub(super) articles: &'t DatabaseTable,
    pub(super) tables: &'t [DatabaseTable],
    pub(super) read_values: ReadValues<'t>,
    /// Expressions with the keys of articles that they are.
    pub(super) selected: Vec<(String, &'t str)>,
    pub(super) conditions: Vec<String>,
}

impl<'t> RowQuery<'t> {
    /// Selects everything but what hides a row.
    pub(super) fn select_article(&mut self) {
        self.select_own();
        self.select_text();
        self.select_related();
    }

    /// Its text in SQL.
    pub(super) fn text(&self) -> String {
        let from = format!("{} AS a", table(self.kind, self.articles));
        select(&self.selected, &from, &self.conditions)
    }

    pub(super) fn selects(&self, alias: &str) -> bool {
        self.selected.iter().any(|(_, selected)| *selected == alias)
    }

    pub(super) fn own(&self, column: &TableColumn) -> String {
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
        let date = self.date();
        self.select_id();
        self.add(find_column(articles, TITLES, |_| true), "title");
        self.add(date, "date");
        // A row without a date of publication is not published.
        if let Some(date) = date
            && PUBLICATION_DATES.contains(&&*date.name.to_lowercase())
        {
            self.conditions
                .push(format!("{} IS NOT NULL", self.own(date)));
        }
        let is_other = |column: &TableColumn| {
            self.holds_dates(column) && Some(&column.name) != date.map(|date| &date.name)
        };
        let updated = find_column(articles, UPDATES, is_other);
        let expires = find_column(articles, EXPIRIES, |column| self.holds_dates(column));
        self.add(updated, "updated");
        self.add(expires, "expires");
        self.add(find_column(articles, URLS, is_text), "url");
        self.add(find_column(articles, &["slug", "alias"], is_text), "slug");
        self.add(find_column(articles, LANGUAGES, is_text), "lang");
        self.add(find_column(articles, SUMMARIES, is_text), "summary");
        self.add(find_column(articles, IMAGES, is_text_or_json), "image");
        let tags = find_column(articles, &["tags", "keywords"], is_text_or_json);
        self.add(tags, "tags");
    }

    /// The key of a row; its parts one after another where it has several.
    fn select_id(&mut self) {
        let own = |column: &&TableColumn| self.own(column);
        let parts: Vec<String> = keys(self.articles).iter().map(own).collect();
        let id = match &parts[..] {
            [part] => part.clone(),
            parts => {
                let mut all: Vec<String> = Vec::new();
                for part in parts {
                    if !all.is_empty() {
                        all.push("'-'".to_owned());
                    }
                    all.push(part.clone());
                }
                concat(self.kind, &all)
            }
        };
        self.selected.push((id, "id"));
    }

    /// The column of the date. One that holds none counts where there is no other.
    fn date(&self) -> Option<&'t TableColumn> {
        let articles = self.articles;
        let find = |fits: &dyn Fn(&TableColumn) -> bool| {
            find_column(articles, PUBLICATION_DATES, fits)
                .or_else(|| find_column(articles, OTHER_DATES, fits))
        };
        find(&|column| self.holds_dates(column)).or_else(|| find(&may_be_date))
    }

    /// Whether a column holds dates: by its type, else by some of its values, since `published` may be a flag.
    fn holds_dates(&self, column: &TableColumn) -> bool {
        if is_date(column) || !may_be_date(column) {
            return is_date(column);
        }
        let values = self.values(column);
        let digits = |value: &String| value.chars().filter(char::is_ascii_digit).count();
        // The shortest dates have a year, a month and a day: `2026-1-5`; Unix time has ten digits.
        let digits_min = if is_integer(column) { 10 } else { 6 };
        match values.is_empty() {
            true => column.name.contains('_'),
            false => values.iter().all(|value| digits(value) >= digits_min),
        }
    }

    /// Some values of a column, each up to a length.
    fn values(&self, column: &TableColumn) -> Vec<String> {
        let own = self.own(column);
        let (text, from) = (
            as_text(self.kind, column, &own),
            table(self.kind, self.articles),
        );
        (self.read_values)(&format!(
            "SELECT substr({text}, 1, {VALUE_CHARS}) FROM {from} AS a WHERE {own} IS NOT NULL LIMIT {VALUES_READ}"
        ))
    }

    /// The texts. Where a column's name does not say what it holds, some of its values do.
    fn select_text(&mut self) {
        for (names, alias) in NAMED_TEXTS {
            self.add(find_column(self.articles, names, is_text), alias);
        }
        let Some(column) = find_column(self.articles, TEXTS, is_text) else {
            return;
        };
        let is_html = |text: &String| ["</", "<p>", "<br"].iter().any(|tag| text.contains(tag));
        let alias = match self.values(column).iter().any(is_html) {
            true => "content_html",
            false => "content_text",
        };
        if !self.selects(alias) {
            self.add(Some(column), alias);
        }
    }

    /// Sections, authors and tags, in columns of text or in tables of their own.
    fn select_related(&mut self) {
        for (texts, keys, alias) in [
            (SECTIONS, SECTION_KEYS, "section"),
            (AUTHORS, AUTHOR_KEYS, "author"),
        ] {
            let mut columns = keys.iter().filter_map(|key| self.articles.column(key));
            let words = |other: &DatabaseTable| self.words(other, "r");
            match columns.find_map(|column| self.related(column, words)) {
                Some(expression) => self.selected.push((expression, alias)),
                None => self.add(find_column(self.articles, texts, is_text_or_json), alias),
            }
        }
        for (names, alias, other) in [
            (SECTION_TABLES, "sections", "section"),
            (TAG_TABLES, "tags", "tags"),
        ] {
            if !self.selects(other)
                && let Some(list) = self.list(names)
            {
                self.selected.push((list, alias));
            }
        }
    }

    /// An expression of the row that a column refers to, by a foreign key or by its name; `value` gives what is
    /// selected of it.
    pub(super) fn related(
        &self,
        column: &TableColumn,
        value: impl Fn(&DatabaseTable) -> Option<String>,
    ) -> Option<String> {
        let (other, key) = match &column.refers_to {
            Some(to) => (self.referenced(to)?, &to.column),
            None => {
                let stem = column.name.to_lowercase();
                let stem = stem.strip_suffix("_id")?;
                let plural = match (stem.strip_suffix('y'), stem.ends_with('s')) {
                    (Some(start), _) => format!("{start}ies"),
                    (None, true) => format!("{stem}es"),
                    (None, false) => format!("{stem}s"),
                };
                let other = self
                    .table_named(&plural)
                    .or_else(|| self.table_named(stem))?;
                (other, &key(other)?.name)
            }
        };
        let (value, from) = (value(other)?, table(self.kind, other));
        let (key, own) = (name(self.kind, key), self.own(column));
        Some(format!(
            "(SELECT {value} FROM {from} AS r WHERE r.{key} = {own})"
        ))
    }

    /// The words of a row of another table, with its slug where it has one.
    fn words(&self, other: &DatabaseTable, alias: &str) -> Option<String> {
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
    fn referenced(&self, to: &Reference) -> Option<&'t DatabaseTable> {
        self.tables.iter().find(|table| is_of(to, table))
    }

    /// A table by its name, of the schema of the articles where it has one.
    fn table_named(&self, wanted: &str) -> Option<&'t DatabaseTable> {
        let tables = self.tables.iter();
        let named = tables.filter(|table| table.name.eq_ignore_ascii_case(wanted));
        named.min_by_key(|table| table.schema != self.articles.schema)
    }

    /// The rows of a table of one of these names that a table of pairs leads to: its foreign keys lead to the
    /// articles and to that table.
    fn list(&self, names: &[&str]) -> Option<String> {
        let is_named = |table: &&DatabaseTable| {
            let lower = table.name.to_lowercase();
            let mut names = names.iter();
            names.any(|name| lower == *name || lower.ends_with(&format!("_{name}")))
        };
        self.tables.iter().filter(is_named).find_map(|terms| {
            let words = self.words(terms, "t")?;
            let pairs = |pairs| self.pairs(pairs, terms, &words);
            self.tables.iter().find_map(pairs)
        })
    }

    /// The same by one table of pairs.
    fn pairs(&self, pairs: &DatabaseTable, terms: &DatabaseTable, words: &str) -> Option<String> {
        let leads_to = |table: &DatabaseTable| {
            pairs.columns.iter().find_map(|column| {
                let to = column.refers_to.as_ref().filter(|to| is_of(to, table))?;
                Some((name(self.kind, &column.name), name(self.kind, &to.column)))
            })
        };
        let (article, article_key) = leads_to(self.articles)?;
        let (term, term_key) = leads_to(terms)?;
        let rows = format!(
            "FROM {} AS x JOIN {} AS t ON t.{term_key} = x.{term} WHERE x.{article} = a.{article_key}",
            table(self.kind, pairs),
            table(self.kind, terms),
        );
        let is_json = find_column(terms, &["slug"], is_text).is_some();
        Some(array(
            self.kind,
            words,
            is_json,
            &rows,
            &format!("t.{term_key}"),
        ))
    }
}

fn is_of(to: &Reference, table: &DatabaseTable) -> bool {
    to.table == table.name && to.schema == table.schema
}
