//! The columns of a query: their names, their types and their problems.

use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::SqlError;
use crate::model::article::ID_BYTES_MAX;
use crate::source::article_file::fields::key_traits::{self, KeyTraits};
use crate::text::nearest::{did_you_mean, nearest, one_of};

/// The names that hints suggest. Any other name of these keys is read too.
const NAMES: [&str; 21] = [
    "id",
    "title",
    "date",
    "updated",
    "url",
    "slug",
    "section",
    "sections",
    "tags",
    "author",
    "authors",
    "lang",
    "summary",
    "image",
    "enclosures",
    "draft",
    "expires",
    "feed",
    "content_html",
    "content_markdown",
    "content_text",
];

/// Characters of a column that a listing reads. An id of so many is too long for an article.
pub(super) const STAMP_CHARS: usize = ID_BYTES_MAX + 1;

/// The id by which readers know an article whose `id` only finds its row. It counts where it is an absolute
/// URI: tables have columns of this name with other things in them.
pub(super) const GUID: &str = "guid";

/// Every article needs these.
const REQUIRED_NAMES: [&str; 3] = ["id", "title", "date"];

/// A column type, as far as reading depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Any text type.
    Text,
    /// Whole numbers.
    Integer,
    /// Other numbers.
    Number,
    /// Booleans.
    Flag,
    /// Date and time with a zone.
    Instant,
    /// Date and time without a zone.
    Local,
    /// A date without time.
    Day,
    /// JSON.
    Json,
    /// An array, or a type that the database defines: it is read as JSON.
    Own,
    /// SQLite: each value has its own type.
    Any,
    /// Bytes.
    Bytes,
    /// A type that no column of ours can have: an interval, a point.
    Other,
}

/// One column of the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// As the query names it.
    pub(super) name: Arc<str>,
    pub(super) kind: Kind,
    /// The database's name for its type.
    pub(super) type_name: String,
    /// What its name says; `None` if it is not read.
    traits: Option<KeyTraits>,
}

impl Column {
    pub(super) fn new(name: &str, kind: Kind, type_name: &str) -> Column {
        Column {
            name: name.into(),
            kind,
            type_name: type_name.to_owned(),
            traits: key_traits::of(name).or_else(|| of_guid(name, kind)),
        }
    }

    /// Compares names without case, because databases change it.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether articles are made of it.
    pub(super) fn is_known(&self) -> bool {
        self.traits.is_some()
    }

    /// What its name says.
    pub(super) fn traits(&self) -> KeyTraits {
        self.traits.unwrap_or_default()
    }

    /// Whether it may hide its row.
    pub(super) fn may_hide(&self) -> bool {
        self.traits().is_mark || self.traits().is_table
    }

    /// Whether it may keep its row from readers, now or from some instant on.
    pub(super) fn may_withhold(&self) -> bool {
        self.may_hide() || self.traits().is_date
    }

    /// Whether it may hold a date as text, which says itself whether it has a zone.
    pub(super) fn may_be_written_date(&self) -> bool {
        self.traits().is_date && matches!(self.kind, Kind::Text | Kind::Any)
    }

    /// Whether nothing but a date makes sense in it.
    fn must_be_date(&self) -> bool {
        self.traits().is_date && !self.traits().may_be_flag
    }

    /// Whether its value is part of a row's stamp: an edit of it is seen although `updated` does not move.
    pub(super) fn is_in_stamp(&self) -> bool {
        self.may_withhold() || self.is("id")
    }
}

/// Nothing but text can be a URI.
fn of_guid(name: &str, kind: Kind) -> Option<KeyTraits> {
    let is_guid = name.eq_ignore_ascii_case(GUID) && matches!(kind, Kind::Text | Kind::Any);
    is_guid.then(KeyTraits::default)
}

/// The columns of a query that a statement reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Selected {
    pub(super) columns: Vec<Column>,
    /// The digest of all known columns, also of those that were not selected. Rows count as changed
    /// when it changes, as when `SELECT *` gains a column or a column has another type.
    pub(super) shape: u64,
}

/// Something wrong with the columns of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnProblem {
    /// Whether it prevents reading articles.
    pub is_error: bool,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// All columns of a query, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns(pub(super) Vec<Column>);

impl Columns {
    pub(super) fn find(&self, name: &str) -> Option<&Column> {
        self.0.iter().find(|column| column.is(name))
    }

    /// The columns that are read: of several with one name the first, since a statement cannot tell them
    /// apart.
    fn all_known(&self) -> impl Iterator<Item = &Column> {
        let known = self.0.iter().enumerate();
        known
            .filter(|(at, column)| column.is_known() && !self.is_again(*at))
            .map(|(_, column)| column)
    }

    /// Whether a column before the one at `at` has its name.
    fn is_again(&self, at: usize) -> bool {
        self.0[..at].iter().any(|other| other.is(&self.0[at].name))
    }

    /// The known columns that `filter` accepts.
    pub(super) fn known(&self, filter: impl Fn(&Column) -> bool) -> Selected {
        Selected {
            columns: self
                .all_known()
                .filter(|column| filter(column))
                .cloned()
                .collect(),
            shape: self.shape(),
        }
    }

    /// A digest of the names and types of the known columns.
    pub(super) fn shape(&self) -> u64 {
        let known = self.all_known();
        let mut known: Vec<String> = known
            .map(|column| format!("{} {}", column.name.to_ascii_lowercase(), column.kind as u8))
            .collect();
        known.sort_unstable();
        xxh3_64(known.join(" ").as_bytes())
    }

    /// Whether a required column is there. A title may have another of its names; the others are what rows
    /// are found and compared by.
    fn has(&self, name: &str) -> bool {
        let is_title = |column: &Column| key_traits::are_of_one_field(&column.name, "title");
        self.find(name).is_some() || name == "title" && self.0.iter().any(is_title)
    }

    /// Fails if a required column is missing.
    pub(super) fn check_required(&self) -> Result<(), SqlError> {
        let missing = REQUIRED_NAMES.into_iter().filter(|name| !self.has(name));
        let missing: Vec<&str> = missing.collect();
        if missing.is_empty() {
            return Ok(());
        }
        let names = missing.iter().map(|name| format!("`{name}`"));
        let names = names.collect::<Vec<_>>().join(", ");
        Err(SqlError::Columns(format!(
            "gives no column {names}; name one with `… AS {}`",
            missing[0]
        )))
    }

    /// Those of the columns `before` that are missing.
    pub(super) fn missing_from(&self, before: &[String]) -> Vec<String> {
        let missing = before.iter().filter(|name| self.find(name).is_none());
        missing.cloned().collect()
    }

    /// All problems to report; `cast` gives the expression that turns a column into text.
    pub(super) fn problems(&self, cast: impl Fn(&Column) -> String) -> Vec<ColumnProblem> {
        let missing = REQUIRED_NAMES.iter().filter(|name| !self.has(name));
        let mut problems: Vec<ColumnProblem> = missing.map(|name| self.missing(name)).collect();
        for (at, column) in self.0.iter().enumerate() {
            if self.is_again(at) {
                problems.push(duplicate(column));
            } else if column.is_known() {
                problems.extend(unsupported_type(column, &cast));
            }
        }
        problems.extend(self.unknown());
        if self.find("updated").is_none() {
            problems.push(ColumnProblem {
                is_error: false,
                message:
                    "no column is named `updated`: an edit waits for the comparison of all rows, unless the \
                          `date` moves"
                        .to_owned(),
                ..self.missing("updated")
            });
        }
        if !self.0.iter().any(|column| column.traits().is_text) {
            problems.push(ColumnProblem {
                is_error: false,
                message: "no column holds the text of the articles".to_owned(),
                hint: "name it `content_html`, `content_markdown` or `content_text`; without it, \
                       feeds have summaries only"
                    .to_owned(),
            });
        }
        problems
    }

    fn missing(&self, name: &str) -> ColumnProblem {
        let is_like = |column: &&Column| match column.is_known() {
            true => key_traits::are_of_one_field(&column.name, name),
            false => nearest(&column.name, NAMES) == Some(name),
        };
        let near = self.0.iter().find(is_like);
        ColumnProblem {
            is_error: true,
            message: format!("no column is named `{name}`"),
            hint: match near {
                Some(column) => format!("write `{} AS {name}`", column.name),
                None => format!("write `… AS {name}` behind the column that holds it"),
            },
        }
    }

    /// Columns with unknown names: one problem for each near miss, and one for all others.
    fn unknown(&self) -> Vec<ColumnProblem> {
        let free = || NAMES.into_iter().filter(|name| self.find(name).is_none());
        let problem = |columns: String, hint| ColumnProblem {
            is_error: false,
            message: format!("{columns} not used"),
            hint,
        };
        let (mut problems, mut others) = (Vec::new(), Vec::new());
        for (at, column) in self.0.iter().enumerate() {
            if self.is_again(at) || column.is_known() {
                continue;
            }
            let name = format!("`{}`", column.name);
            match nearest(&column.name, free()) {
                Some(near) => {
                    problems.push(problem(format!("the column {name} is"), did_you_mean(near)))
                }
                None => others.push(name),
            }
        }
        let names = others.join(", ");
        match others.len() {
            0 => {}
            1 => {
                let hint = format!("leave it out, or name it {}", one_of(free()));
                problems.push(problem(format!("the column {names} is"), hint));
            }
            _ => {
                let hint = format!("leave them out, or name them {}", one_of(free()));
                problems.push(problem(format!("the columns {names} are"), hint));
            }
        }
        problems
    }
}

/// The database cannot find a row by its id without a scan.
pub(super) fn not_indexed() -> ColumnProblem {
    ColumnProblem {
        is_error: false,
        message: "the database looks at all rows to find one by its `id`, so reading is slow"
            .to_owned(),
        hint:
            "let `id` be a plain column with an index, such as the primary key, and the query pass \
               conditions on it to the table"
                .to_owned(),
    }
}

/// The dates of all rows cannot be read, so nothing is known of their order.
pub(super) fn unread_dates(error: &SqlError) -> ColumnProblem {
    ColumnProblem {
        is_error: false,
        message: format!(
            "whether `updated` comes before `date` cannot be told, since the dates of all rows cannot be read: \
             {error}"
        ),
        hint: "comparisons of all ids fail for the same reason: correct the value, or convert it in the query"
            .to_owned(),
    }
}

fn duplicate(column: &Column) -> ColumnProblem {
    ColumnProblem {
        is_error: column.is_known(),
        message: format!("two columns are named `{}`", column.name),
        hint: "leave out one of them".to_owned(),
    }
}

fn unsupported_type(column: &Column, cast: impl Fn(&Column) -> String) -> Option<ColumnProblem> {
    let Column {
        name,
        kind,
        type_name,
        ..
    } = column;
    let (expected, hint) = match kind {
        Kind::Bytes => ("text", format!("write `{} AS {name}`", cast(column))),
        Kind::Flag | Kind::Json | Kind::Own | Kind::Other if column.must_be_date() => (
            "a date",
            format!("choose a column with a date and a time for `{name}`"),
        ),
        Kind::Other
        | Kind::Text
        | Kind::Integer
        | Kind::Number
        | Kind::Flag
        | Kind::Instant
        | Kind::Local
        | Kind::Day
        | Kind::Json
        | Kind::Own
        | Kind::Any => return None,
    };
    Some(ColumnProblem {
        is_error: true,
        message: format!("the column `{name}` must be {expected}, but its type is {type_name}"),
        hint,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(columns: &[(&str, Kind)]) -> Columns {
        let column = |&(name, kind): &(&str, Kind)| Column::new(name, kind, &format!("{kind:?}"));
        Columns(columns.iter().map(column).collect())
    }

    fn problems(of: &[(&str, Kind)]) -> Vec<(bool, String, String)> {
        let cast = |column: &Column| format!("text({})", column.name);
        let problems = columns(of).problems(cast).into_iter();
        problems
            .map(|problem| (problem.is_error, problem.message, problem.hint))
            .collect()
    }

    #[test]
    fn the_shape_depends_on_names_and_types_only() {
        let shape = |of: &[(&str, Kind)]| columns(of).shape();
        let good = shape(&GOOD);
        let mut others = GOOD.to_vec();
        others.reverse();
        others.push(("views", Kind::Any));
        assert_eq!(shape(&others), good);
        let dates = GOOD.iter().position(|(name, _)| *name == "date");
        others = GOOD.to_vec();
        others[dates.expect("a date")].1 = Kind::Local;
        assert_ne!(shape(&others), good);
        assert_ne!(shape(&GOOD[1..]), good);
    }

    const GOOD: [(&str, Kind); 5] = [
        ("ID", Kind::Integer),
        ("title", Kind::Text),
        ("date", Kind::Instant),
        ("updated", Kind::Instant),
        ("content_html", Kind::Text),
    ];

    #[test]
    fn complete_columns_have_no_problems() {
        assert_eq!(problems(&GOOD), []);
        assert_eq!(columns(&GOOD).check_required(), Ok(()));
    }

    #[test]
    fn a_missing_column_is_reported_with_the_nearest_name() {
        let found = problems(&[("id", Kind::Text), ("tilte", Kind::Text)]);
        let expected = [
            (true, "no column is named `title`", "write `tilte AS title`"),
            (
                true,
                "no column is named `date`",
                "write `… AS date` behind the column that holds it",
            ),
            (
                false,
                "the column `tilte` is not used",
                "did you mean `title`?",
            ),
        ];
        for (problem, (is_error, message, hint)) in found.iter().zip(expected) {
            assert_eq!(
                (problem.0, problem.1.as_str(), problem.2.as_str()),
                (is_error, message, hint)
            );
        }
        assert_eq!(found.len(), 5);
        assert!(found[3].1.starts_with("no column is named `updated`"));
        assert!(found[4].1.starts_with("no column holds the text"));
        let error = columns(&[("id", Kind::Text)]).check_required();
        assert_eq!(
            error.expect_err("two are missing").to_string(),
            "the query gives no column `title`, `date`; name one with `… AS title`"
        );
    }

    #[test]
    fn unknown_columns_are_reported_together() {
        let foreign = ["views", "sumary", "editor_id", "Views"].map(|name| (name, Kind::Text));
        let found = problems(&[GOOD.as_slice(), &foreign].concat());
        let messages: Vec<&str> = found.iter().map(|(_, message, _)| &**message).collect();
        let expected = [
            "two columns are named `Views`",
            "the column `sumary` is not used",
            "the columns `views`, `editor_id` are not used",
        ];
        assert_eq!(messages, expected);
        assert_eq!(found[1].2, "did you mean `summary`?");
        assert!(
            found[2]
                .2
                .starts_with("leave them out, or name them `url`, ")
        );
    }

    #[test]
    fn unsupported_types_are_reported() {
        for (column, message, hint) in [
            (
                ("summary", Kind::Bytes),
                "the column `summary` must be text, but its type is Bytes",
                "write `text(summary) AS summary`",
            ),
            (
                ("expires", Kind::Other),
                "the column `expires` must be a date, but its type is Other",
                "choose a column with a date and a time for `expires`",
            ),
            (
                ("Title", Kind::Text),
                "two columns are named `Title`",
                "leave out one of them",
            ),
        ] {
            let found = problems(&[GOOD.as_slice(), &[column]].concat());
            assert_eq!(
                found,
                [(true, message.to_owned(), hint.to_owned())],
                "{column:?}"
            );
        }
    }
}
