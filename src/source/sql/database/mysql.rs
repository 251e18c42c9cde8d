//! MySQL and MariaDB: addresses and types.

use std::str::FromStr as _;

use sqlx::mysql::{MySqlConnectOptions, MySqlTypeInfo};
use sqlx::{ConnectOptions as _, MySql, MySqlConnection, Type, TypeInfo as _};

use super::endpoint::Endpoint;
use super::{Database, DatabaseConnection, Pool, has_unescaped_delimiter, invalid_address};
use crate::source::sql::columns::Kind;
use crate::source::sql::error::{Reporter, SqlError};

pub(super) fn open(text: &str) -> Result<(Database, Reporter), SqlError> {
    let invalid_address = || invalid_address("mysql://USER:PASSWORD@HOST:PORT/DATABASE");
    if has_unescaped_delimiter(text) {
        return Err(invalid_address());
    }
    let options = MySqlConnectOptions::from_str(text).map_err(|_| invalid_address())?;
    let endpoint = Endpoint {
        scheme: "mysql",
        socket: options.get_socket(),
        host: options.get_host(),
        port: options.get_port(),
        database: options.get_database(),
    };
    let reporter = endpoint.reporter(text);
    // The library's defaults change the SQL mode; these keep the one that the newsroom's own client
    // has. TIMESTAMP is read in UTC.
    let options = options
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone("+00:00".to_owned())
        .disable_statement_logging();
    let pool = Pool::new(options, reporter.clone(), true);
    Ok((Database::MySql(pool), reporter))
}

impl DatabaseConnection for MySqlConnection {}

/// Maps a column type of MySQL.
pub(super) fn kind(type_info: &MySqlTypeInfo) -> Kind {
    // Text with a binary collation has the type name of bytes.
    if <str as Type<MySql>>::compatible(type_info) {
        return Kind::Text;
    }
    let name = type_info.name();
    match name.strip_suffix(" UNSIGNED").unwrap_or(name) {
        "BOOLEAN" | "BIT" => Kind::Flag,
        "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" | "YEAR" => Kind::Integer,
        "FLOAT" | "DOUBLE" | "DECIMAL" => Kind::Number,
        "TIMESTAMP" => Kind::Instant,
        "DATETIME" => Kind::Local,
        "DATE" => Kind::Day,
        "JSON" => Kind::Json,
        "SET" | "NULL" => Kind::Text,
        "BINARY" | "VARBINARY" | "TINYBLOB" | "BLOB" | "MEDIUMBLOB" | "LONGBLOB" => Kind::Bytes,
        _ => Kind::Other,
    }
}
