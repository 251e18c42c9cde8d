//! Advice about a query that works: changes that it shows late, polls that cost much, times that may be meant in
//! another way. Only `taspa check` gives it.

use super::columns::{Column, ColumnProblem, Columns, Kind};
use crate::model::time::Timestamp;
use crate::source::recheck_window::RECHECK_SECONDS;

/// Of fewer rows, most may have such dates by chance.
const ROWS_MIN: u64 = 10;

/// How many rows have their `updated` before their `date`.
#[derive(Debug, Default)]
pub(super) struct DateOrder {
    /// Rows that have both.
    rows: u64,
    /// Those with an `updated` so much earlier that a poll may miss them.
    earlier: u64,
}

impl DateOrder {
    pub(super) fn add(&mut self, updated: Option<Timestamp>, date: Option<Timestamp>) {
        let (Some(updated), Some(date)) = (updated, date) else {
            return;
        };
        self.rows += 1;
        self.earlier += u64::from(updated.0.saturating_add(RECHECK_SECONDS) < date.0);
    }

    /// The problem, if most rows have it.
    pub(super) fn problem(&self) -> Option<ColumnProblem> {
        let DateOrder { rows, earlier } = *self;
        (rows >= ROWS_MIN && earlier * 2 > rows).then(|| ColumnProblem {
            is_error: false,
            message: format!(
                "in {earlier} of {rows} rows `updated` is before `date`: a row that was saved some time before it \
                 was published again is not noticed by the next poll"
            ),
            hint: "let `updated` be the later of the times of saving and publishing: `greatest(…, …) AS updated`, \
                   in SQLite `max(…, …)`"
                .to_owned(),
        })
    }
}

/// The database cannot find the rows that changed without a scan.
pub(super) fn poll_scans_all(columns: &Columns, query: &str) -> ColumnProblem {
    let name = match columns.find("updated") {
        Some(_) => "updated",
        None => "date",
    };
    let hint = match posts_of_wordpress(query) {
        Some(posts) => {
            format!("give it an index: `CREATE INDEX taspa_poll ON {posts} ({WORDPRESS_INDEX})`")
        }
        None => format!(
            "let `{name}` be a plain column with an index; an expression needs an index of its own, or in MariaDB and \
             MySQL one that has every column which `id`, `date`, `updated` and the conditions of the query read"
        ),
    };
    ColumnProblem {
        is_error: false,
        message: format!(
            "the database looks at all rows to find those whose `{name}` has moved, with each poll"
        ),
        hint,
    }
}

/// The columns that a poll reads of WordPress's posts.
const WORDPRESS_INDEX: &str =
    "post_type, post_status, post_password, post_modified_gmt, post_date_gmt, post_date";

/// WordPress's table of posts, whose prefix each site chooses, if the query reads it.
fn posts_of_wordpress(query: &str) -> Option<&str> {
    let mut words = query.split_whitespace();
    let posts = words.find(|word| word.ends_with("_posts"))?;
    query.contains("post_modified_gmt").then_some(posts)
}

/// The columns whose times have no zone, so that they count as local ones.
pub(super) fn without_zone(columns: &Columns) -> Vec<String> {
    let is_local = |column: &&Column| column.traits().is_date && column.kind == Kind::Local;
    let columns = columns.0.iter().filter(is_local);
    columns.map(|column| column.name.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows with their `updated` so many seconds after their `date`.
    fn order(rows: &[(u64, Option<i64>)]) -> Option<String> {
        let mut order = DateOrder::default();
        for (count, seconds) in rows {
            for _ in 0..*count {
                let updated = seconds.map(|seconds| Timestamp(1_767_225_600 + seconds));
                order.add(updated, Some(Timestamp(1_767_225_600)));
            }
        }
        order.problem().map(|problem| problem.message)
    }

    #[test]
    fn most_rows_were_updated_before_they_were_published() {
        const EARLIER: Option<i64> = Some(-61);
        let cases: [(&[_], _); 6] = [
            (&[(10, EARLIER)], Some("in 10 of 10 rows")),
            (
                &[(11, EARLIER), (10, Some(0)), (90, None)],
                Some("in 11 of 21 rows"),
            ),
            (&[(10, EARLIER), (10, Some(0))], None),
            // A poll reads such rows again.
            (&[(100, Some(-60))], None),
            (&[(9, EARLIER)], None),
            (&[(100, None)], None),
        ];
        for (rows, expected) in cases {
            let message = order(rows);
            let begins = |start: &str| message.as_ref().is_some_and(|it| it.starts_with(start));
            assert!(expected.map_or(message.is_none(), begins), "{message:?}");
        }
        let mut order = DateOrder::default();
        order.add(Some(Timestamp(i64::MAX)), Some(Timestamp(i64::MIN)));
        order.add(Some(Timestamp(1)), None);
        assert_eq!((order.rows, order.earlier), (1, 0));
    }

    #[test]
    fn the_posts_of_wordpress_get_their_index() {
        for (query, expected) in [
            (
                "SELECT k.ID AS id, CONCAT(k.post_modified_gmt, 'Z') AS updated\nFROM dala_posts AS k",
                Some("CREATE INDEX taspa_poll ON dala_posts (post_type, "),
            ),
            ("SELECT id, updated FROM news_posts", None),
            (
                "SELECT id, post_modified_gmt AS updated FROM articles",
                None,
            ),
        ] {
            let hint = poll_scans_all(&Columns(Vec::new()), query).hint;
            let statement = hint.find("CREATE INDEX").map(|at| &hint[at..]);
            let begins = |start: &str| statement.is_some_and(|it| it.starts_with(start));
            assert!(expected.map_or(statement.is_none(), begins), "{hint}");
        }
    }

    #[test]
    fn only_local_times_of_dates_have_no_zone() {
        let column = |(name, kind): (&str, Kind)| Column::new(name, kind, "");
        let columns = [
            ("date", Kind::Local),
            ("Updated", Kind::Local),
            ("expires", Kind::Instant),
            ("title", Kind::Local),
        ];
        let columns = Columns(columns.map(column).into());
        assert_eq!(without_zone(&columns), ["date", "Updated"]);
    }
}
