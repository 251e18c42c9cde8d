//! Dates as articles of any system write them.

use crate::model::time::{DateError, WrittenDate};

/// Parses a date; YAML allows a space before its offset.
pub fn parse(written: &str) -> Result<WrittenDate, DateError> {
    match written.rsplit_once(' ') {
        Some((local, offset)) if offset.starts_with(['+', '-', 'Z']) => {
            WrittenDate::parse(&format!("{}{offset}", local.trim_end()))
        }
        _ => WrittenDate::parse(written),
    }
}

/// The date at the front of a file's name, or of its folder's name for a file `index`; `path` is below
/// the folder of articles.
pub fn at_front(path: &str) -> Option<WrittenDate> {
    let mut names = path.rsplit('/');
    let name = names.next()?;
    let stem = name.split('.').next().unwrap_or(name);
    let name = match stem {
        "index" => names.next()?,
        _ => name,
    };
    let day = name.get(.."2026-01-08".len())?;
    WrittenDate::parse(day).ok()
}
