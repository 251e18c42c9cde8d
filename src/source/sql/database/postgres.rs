//! PostgreSQL: addresses and types.

use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgTypeInfo};
use sqlx::{ConnectOptions as _, PgConnection, TypeInfo as _};
use tracing::subscriber::{NoSubscriber, with_default};

use super::endpoint::Endpoint;
use super::{Database, DatabaseConnection, Pool, has_unescaped_delimiter, invalid_address};
use crate::source::sql::columns::Kind;
use crate::source::sql::error::{Reporter, SqlError};

pub(super) fn open(text: &str) -> Result<(Database, Reporter), SqlError> {
    let (options, reporter) = parse_address(text)?;
    let pool = Pool::new(options, reporter.clone(), true);
    Ok((Database::Postgres(pool), reporter))
}

/// Parses an address into the options of the library, and the reporter of its errors.
pub(in crate::source::sql) fn parse_address(
    text: &str,
) -> Result<(PgConnectOptions, Reporter), SqlError> {
    let invalid_address = || invalid_address("postgres://USER:PASSWORD@HOST:PORT/DATABASE");
    if has_unescaped_delimiter(text) {
        return Err(invalid_address());
    }
    // The library logs unknown parameters with their values, which may be secrets.
    let options = with_default(NoSubscriber::default(), || PgConnectOptions::from_str(text))
        .map_err(|_| invalid_address())?;
    let endpoint = Endpoint {
        scheme: "postgres",
        socket: options.get_socket(),
        host: options.get_host(),
        port: options.get_port(),
        database: options.get_database(),
    };
    let reporter = endpoint.reporter(text);
    // PgBouncer passes on few startup parameters, and refuses a connection with any other.
    let options = options
        .application_name("taspa")
        .extra_float_digits(None)
        .statement_cache_capacity(0)
        .disable_statement_logging();
    Ok((options, reporter))
}

impl DatabaseConnection for PgConnection {}

/// Maps a column type of PostgreSQL.
pub(super) fn kind(type_info: &PgTypeInfo) -> Kind {
    match type_info.name() {
        "TEXT" | "VARCHAR" | "CHAR" | "NAME" | "\"CHAR\"" | "UUID" => Kind::Text,
        "INT2" | "INT4" | "INT8" => Kind::Integer,
        "FLOAT4" | "FLOAT8" | "NUMERIC" => Kind::Number,
        "BOOL" => Kind::Flag,
        "TIMESTAMPTZ" => Kind::Instant,
        "TIMESTAMP" => Kind::Local,
        "DATE" => Kind::Day,
        "JSON" | "JSONB" => Kind::Json,
        "BYTEA" => Kind::Bytes,
        // The library's name for a type that is defined in the database.
        "?" => Kind::Own,
        name if name.ends_with("[]") => Kind::Own,
        _ => Kind::Other,
    }
}
