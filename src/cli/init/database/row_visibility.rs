//! What keeps a row from readers: a status, flags, and marks of deleted rows. In doubt a row is hidden.

use super::column_names::{HIDDEN_FLAGS, OTHERS_WITH_STATUS, SHOWN_FLAGS, STATUS_WORDS, STATUSES};
use super::row_query::RowQuery;
use super::sql_text::name;
use super::table_columns::{as_text, find_column, is_bool, is_date, is_flag, is_integer, is_text};
use crate::source::sql::{DatabaseKind, DatabaseTable, TableColumn};

/// Keys of an article that hold a status, for columns of other names.
const STATUS_KEYS: [&str; 4] = ["status", "visibility", "pubstatus", "post_status"];

impl RowQuery<'_> {
    /// Takes every column into the query that may hide a row, by a condition or as a key that hides an article.
    pub(super) fn hide(&mut self) {
        let articles = self.articles;
        for column in &articles.columns {
            let own = self.own(column);
            if self
                .selected
                .iter()
                .any(|(expression, _)| *expression == own)
            {
                continue;
            }
            let lower = column.name.to_lowercase();
            let has_status = is_status(&lower);
            if SHOWN_FLAGS.contains(&&*lower) || (has_status && is_bool(column)) {
                self.conditions.push(self.is_set(column));
            } else if HIDDEN_FLAGS.contains(&&*lower) {
                self.conditions.push(self.is_not_set(column));
            } else if has_status {
                let words = |other: &DatabaseTable| {
                    let words = find_column(other, STATUS_WORDS, is_text)?;
                    Some(format!("r.{}", name(self.kind, &words.name)))
                };
                let status = self.related(column, words).unwrap_or(own);
                let is_free = |key: &&str| !self.selects(key) && articles.column(key).is_none();
                let key = match column.may_hide() {
                    true => Some(column.name.as_str()),
                    false => STATUS_KEYS.into_iter().find(is_free),
                };
                self.selected.extend(key.map(|key| (status, key)));
            } else if column.may_hide() {
                self.selected.push((own, &column.name));
            }
        }
    }

    /// Whether a flag is set; a number is one in databases that have no type for flags, and so is a word.
    fn is_set(&self, column: &TableColumn) -> String {
        let own = self.own(column);
        match self.kind {
            DatabaseKind::Postgres if is_bool(column) => own,
            DatabaseKind::Postgres if is_flag(column) => format!("{own} = B'1'"),
            _ if is_flag(column) || is_integer(column) => format!("({own} <> 0)"),
            _ if is_date(column) => format!("{own} IS NOT NULL"),
            _ => {
                let text = as_text(self.kind, column, &own);
                format!("lower({text}) IN ('1', 'true', 't', 'yes', 'y', 'on')")
            }
        }
    }

    /// Whether a flag that hides is not set. A row without a value is not hidden by it.
    fn is_not_set(&self, column: &TableColumn) -> String {
        let own = self.own(column);
        if is_flag(column) || is_integer(column) {
            return format!("({own} IS NULL OR NOT {})", self.is_set(column));
        }
        if is_date(column) {
            return format!("{own} IS NULL");
        }
        let text = as_text(self.kind, column, &own);
        format!("({own} IS NULL OR lower({text}) IN ('', '0', 'false', 'f', 'no', 'n', 'off'))")
    }
}

/// Whether a name is that of a status, alone, behind another word, or before `_id`.
fn is_status(lower: &str) -> bool {
    let stem = lower.strip_suffix("_id").unwrap_or(lower);
    let is_other = OTHERS_WITH_STATUS
        .iter()
        .any(|other| lower.starts_with(other));
    let is_named = |name: &&str| {
        let before = stem.strip_suffix(*name);
        before.is_some_and(|before| before.is_empty() || before.ends_with('_') || *name == "status")
    };
    !is_other && STATUSES.iter().any(is_named)
}
