//! Errors of the database, with messages that contain neither our SQL nor a secret.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::mysql::MySqlDatabaseError;
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

/// An error of the database. Each message is one line and names the database without its password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    /// The address is not valid.
    #[error("the database's address {0}")]
    Url(String),
    /// The connection failed, or the server refused it.
    #[error("{database} cannot be reached: {reason}")]
    Unreachable {
        /// The address without its password.
        database: Arc<str>,
        /// The message of the system or the server.
        reason: String,
    },
    /// The database did not answer in time.
    #[error("{database} gave no answer within {} s", waited.as_secs())]
    Timeout {
        /// The address without its password.
        database: Arc<str>,
        /// The timeout.
        waited: Duration,
    },
    /// No connection of the pool became free in time.
    #[error("no connection to {database} was free within {} s", waited.as_secs())]
    Busy {
        /// The address without its password.
        database: Arc<str>,
        /// The timeout.
        waited: Duration,
    },
    /// The server refused or ended a statement.
    #[error("{database}: {message}")]
    Database {
        /// The address without its password.
        database: Arc<str>,
        /// The server's message.
        message: String,
        /// The server's hint.
        hint: Option<String>,
        /// Whether the value of a row may be the reason, such as one that cannot be converted.
        is_about_data: bool,
    },
    /// The server ended a statement at its time limit.
    #[error("{database}: {message}")]
    Slow {
        /// The address without its password.
        database: Arc<str>,
        /// The server's message.
        message: String,
    },
    /// The columns of the query are not those of articles.
    #[error("the query {0}")]
    Columns(String),
    /// A listing was not in byte order, so it cannot be compared with the store.
    #[error(
        "{database} listed the id `{id}` out of order; the query must give each id as the same text every time"
    )]
    Order {
        /// The address without its password.
        database: Arc<str>,
        /// The id that should have come earlier.
        id: String,
    },
    /// The program is stopping.
    #[error("reading from {0} was stopped")]
    Stopped(Arc<str>),
}

impl SqlError {
    /// Whether the database took too long.
    pub(in crate::source) fn is_timeout(&self) -> bool {
        matches!(self, SqlError::Timeout { .. } | SqlError::Slow { .. })
    }

    /// Whether the statement may succeed without one of its rows.
    pub(in crate::source) fn may_be_of_one_row(&self) -> bool {
        match self {
            SqlError::Database { is_about_data, .. } => *is_about_data,
            other => other.is_timeout(),
        }
    }

    /// What to do about it, if known; `query` is the newsroom's query.
    pub fn hint(&self, query: &str) -> Option<String> {
        let SqlError::Database { message, hint, .. } = self else {
            return None;
        };
        // The server sees the query inside our statement, so its own message misleads.
        let is_several = query.trim().trim_end_matches(';').contains(';');
        match message.to_lowercase().contains("syntax") && is_several {
            true => Some("the query must be one statement, without `;` in it".to_owned()),
            false => hint.clone(),
        }
    }
}

/// Turns errors of one database into messages, and removes secrets from them.
#[derive(Clone)]
pub(super) struct Reporter {
    pub(super) database: Arc<str>,
    pub(super) secrets: Arc<[String]>,
}

impl fmt::Debug for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.database)
    }
}

impl Reporter {
    /// Waits for an answer of the server, at most for `silence`.
    pub(super) async fn answer<T>(
        &self,
        silence: Duration,
        answer: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, SqlError> {
        match tokio::time::timeout(silence, answer).await {
            Ok(answer) => answer.map_err(|error| self.failed(&error)),
            Err(_) => Err(self.timeout(silence)),
        }
    }

    /// Nothing was received within `waited`.
    pub(super) fn timeout(&self, waited: Duration) -> SqlError {
        SqlError::Timeout {
            database: self.database.clone(),
            waited,
        }
    }

    /// No connection became free within `waited`.
    pub(super) fn busy(&self, waited: Duration) -> SqlError {
        SqlError::Busy {
            database: self.database.clone(),
            waited,
        }
    }

    /// The database sent another text where a number was expected.
    pub(super) fn not_a_number(&self, text: &str) -> SqlError {
        SqlError::Database {
            database: self.database.clone(),
            message: self.redact(&format!("answered `{text}`, where a number was expected")),
            hint: None,
            is_about_data: false,
        }
    }

    /// An error of the connection.
    pub(super) fn unreachable(&self, error: &sqlx::Error) -> SqlError {
        SqlError::Unreachable {
            database: self.database.clone(),
            reason: self.message(error),
        }
    }

    /// An error of a statement, or of its connection.
    pub(super) fn failed(&self, error: &sqlx::Error) -> SqlError {
        match error {
            sqlx::Error::Database(message) if is_statement_timeout(&**message) => SqlError::Slow {
                database: self.database.clone(),
                message: self.message(error),
            },
            sqlx::Error::Database(_)
            | sqlx::Error::Decode(_)
            | sqlx::Error::ColumnDecode { .. } => SqlError::Database {
                database: self.database.clone(),
                message: self.message(error),
                hint: self.hint(error),
                is_about_data: error.as_database_error().is_none_or(is_about_data),
            },
            _ => self.unreachable(error),
        }
    }

    /// Only PostgreSQL sends hints.
    fn hint(&self, error: &sqlx::Error) -> Option<String> {
        let error = error.as_database_error()?;
        let error = error.try_downcast_ref::<PgDatabaseError>()?;
        error.hint().map(|hint| self.redact(hint))
    }

    fn message(&self, error: &sqlx::Error) -> String {
        let message = match error {
            sqlx::Error::Database(error) => strip_statement(error.message()).to_owned(),
            sqlx::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                "the connection was closed".to_owned()
            }
            sqlx::Error::Io(error) => error.to_string(),
            sqlx::Error::Configuration(error) if error.to_string().contains(RSA_FEATURE) => {
                "the server takes this user's password over TLS only; switch TLS on there, and leave \
                 `ssl-mode=DISABLED` out of the address"
                    .to_owned()
            }
            error => error.to_string(),
        };
        self.redact(&message)
    }

    /// Makes one line of a message, and replaces secrets.
    fn redact(&self, message: &str) -> String {
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        self.secrets
            .iter()
            .fold(message, |message, secret| message.replace(secret, "…"))
    }
}

/// Whether the server ended the statement at its time limit.
fn is_statement_timeout(error: &dyn DatabaseError) -> bool {
    match error.try_downcast_ref::<MySqlDatabaseError>() {
        // MySQL, then MariaDB.
        Some(error) => matches!(error.number(), 3024 | 1969),
        None => error.code().is_some_and(|code| code == "57014"),
    }
}

/// Whether an error may be about a value of a row. SQLite has one code for nearly all errors.
fn is_about_data(error: &(dyn DatabaseError + 'static)) -> bool {
    let Some(code) = error.code() else {
        return false;
    };
    match error.try_downcast_ref::<SqliteError>() {
        Some(_) => SQLITE_DATA_CODES.contains(&&*code),
        None => DATA_CLASSES.iter().any(|class| code.starts_with(class)),
    }
}

/// `SQLITE_ERROR`, `SQLITE_TOOBIG` and `SQLITE_MISMATCH`.
const SQLITE_DATA_CODES: [&str; 3] = ["1", "18", "20"];

/// Classes of SQLSTATE: a subquery with more rows than one, and a value that cannot be converted.
const DATA_CLASSES: [&str; 2] = ["21", "22"];

/// The feature that the library lacks for a password over MySQL without TLS. It is off on purpose:
/// an attacker in between could replace the server's key.
const RSA_FEATURE: &str = "`mysql-rsa`";

/// Cuts off the part of the statement that MySQL and MariaDB quote in a syntax error: it may be
/// ours.
fn strip_statement(message: &str) -> &str {
    message.split(" to use near ").next().unwrap_or(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_contain_no_secret_and_no_statement() {
        let reporter = Reporter {
            database: Arc::from("mysql://db:3306/news"),
            secrets: Arc::from(["s3cret".to_owned()]),
        };
        let error = sqlx::Error::Protocol("bad\n handshake with s3cret".to_owned());
        assert_eq!(
            reporter.failed(&error).to_string(),
            "mysql://db:3306/news cannot be reached: \
             encountered unexpected or invalid data: bad handshake with …"
        );
        let error = sqlx::Error::Configuration("enable feature `mysql-rsa` or use TLS".into());
        let message = reporter.unreachable(&error).to_string();
        assert!(message.contains(" over TLS only"), "{message}");
        let message = "You have an error in your SQL syntax; check the manual for the right syntax \
                       to use near 'FORM articles) AS taspa_rows' at line 1";
        assert_eq!(
            strip_statement(message),
            "You have an error in your SQL syntax; check the manual for the right syntax"
        );
    }
}
