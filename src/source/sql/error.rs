//! What goes wrong between us and a database, in words that show neither our SQL nor a secret.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::mysql::MySqlDatabaseError;
use sqlx::postgres::PgDatabaseError;

/// What went wrong with the database. Every message is one line and names the database, not its
/// password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    /// The address cannot be understood.
    #[error("the database's address {0}")]
    Url(String),
    /// Nobody answers there, or whoever does lets us not in.
    #[error("{database} cannot be reached: {reason}")]
    Unreachable {
        /// Where the database is.
        database: Arc<str>,
        /// What the system or the server said.
        reason: String,
    },
    /// It does not answer in time.
    #[error("{database} gave no answer within {} s", waited.as_secs())]
    Timeout {
        /// Where the database is.
        database: Arc<str>,
        /// How long it had.
        waited: Duration,
    },
    /// All connections are in use, for longer than anybody should have to wait.
    #[error("no connection to {database} was free within {} s", waited.as_secs())]
    Busy {
        /// Where the database is.
        database: Arc<str>,
        /// How long one was waited for.
        waited: Duration,
    },
    /// The database refuses a statement, or ends it.
    #[error("{database}: {message}")]
    Database {
        /// Where the database is.
        database: Arc<str>,
        /// The server's message.
        message: String,
        /// What the server thinks was meant.
        hint: Option<String>,
    },
    /// The server ended a statement that took too long.
    #[error("{database}: {message}")]
    Slow {
        /// Where the database is.
        database: Arc<str>,
        /// The server's message.
        message: String,
    },
    /// The query gives no articles.
    #[error("the query {0}")]
    Columns(String),
    /// The listing was not in the order that was asked for, so no comparison can be made of it.
    #[error(
        "{database} listed the id `{id}` out of order; the query must give each id as the same text every time"
    )]
    Order {
        /// Where the database is.
        database: Arc<str>,
        /// The id that should have come earlier.
        id: String,
    },
    /// The program is ending.
    #[error("reading from {0} was broken off")]
    Stopped(Arc<str>),
}

impl SqlError {
    /// Whether a statement that reads less may be fast enough.
    pub(super) fn is_timeout(&self) -> bool {
        matches!(self, SqlError::Timeout { .. } | SqlError::Slow { .. })
    }

    /// What to do about it, where somebody knows; `query` is what the newsroom asks.
    pub fn hint(&self, query: &str) -> Option<String> {
        let SqlError::Database { message, hint, .. } = self else {
            return None;
        };
        // It stands within statements of ours, so the server has no better word for it.
        let is_several = query.trim().trim_end_matches(';').contains(';');
        match message.to_lowercase().contains("syntax") && is_several {
            true => Some("the query must be one statement, without `;` in it".to_owned()),
            false => hint.clone(),
        }
    }
}

/// Whose failures are put into words, and what must not be among them.
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
    /// Nothing came for too long.
    pub(super) fn timeout(&self, waited: Duration) -> SqlError {
        SqlError::Timeout {
            database: self.database.clone(),
            waited,
        }
    }

    /// No connection was free for too long.
    pub(super) fn busy(&self, waited: Duration) -> SqlError {
        SqlError::Busy {
            database: self.database.clone(),
            waited,
        }
    }

    /// What the library says when there is no connection yet.
    pub(super) fn unreachable(&self, error: &sqlx::Error) -> SqlError {
        SqlError::Unreachable {
            database: self.database.clone(),
            reason: self.message(error),
        }
    }

    /// What the library says of a statement.
    pub(super) fn failed(&self, error: &sqlx::Error) -> SqlError {
        match error {
            sqlx::Error::Database(message) if is_statement_timeout(&**message) => SqlError::Slow {
                database: self.database.clone(),
                message: self.message(error),
            },
            sqlx::Error::Database(_) => SqlError::Database {
                database: self.database.clone(),
                message: self.message(error),
                hint: self.hint(error),
            },
            _ => self.unreachable(error),
        }
    }

    /// PostgreSQL has a hint where it can think of one.
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

    /// One line without secrets.
    fn redact(&self, message: &str) -> String {
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        self.secrets
            .iter()
            .fold(message, |message, secret| message.replace(secret, "…"))
    }
}

/// Whether a server says that it ended a statement by its limit of time.
fn is_statement_timeout(error: &dyn DatabaseError) -> bool {
    match error.try_downcast_ref::<MySqlDatabaseError>() {
        // Of MySQL and of MariaDB.
        Some(error) => matches!(error.number(), 3024 | 1969),
        None => error.code().is_some_and(|code| code == "57014"),
    }
}

/// What the library would need for a password that is sent to MySQL without TLS. It is left out: who
/// listens in could give their own key for the server's.
const RSA_FEATURE: &str = "`mysql-rsa`";

/// MySQL and MariaDB quote a part of the statement behind a syntax error, which is as much ours as
/// the newsroom's.
fn strip_statement(message: &str) -> &str {
    message.split(" to use near ").next().unwrap_or(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_secrets_nor_statements_nor_features_are_shown() {
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
