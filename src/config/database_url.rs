//! Addresses of databases, by how they begin.

use super::form::{Form, Mismatch, matching};
use crate::text::nearest::one_of;

/// How the address of a database that can be read begins.
pub(crate) const SCHEMES: [&str; 5] = ["postgres", "postgresql", "mysql", "mariadb", "sqlite"];

/// How that of a database begins that notifies.
const NOTIFYING_SCHEMES: [&str; 2] = ["postgres", "postgresql"];

pub(super) const DATABASE: Form<String> = Form {
    expected: || expected(&SCHEMES),
    schema: || matching(&pattern(&SCHEMES)),
    parse: |text| parse(text, &SCHEMES),
};

pub(super) const NOTIFYING_DATABASE: Form<String> = Form {
    expected: || expected(&NOTIFYING_SCHEMES),
    schema: || matching(&pattern(&NOTIFYING_SCHEMES)),
    parse: |text| parse(text, &NOTIFYING_SCHEMES),
};

fn expected(schemes: &[&str]) -> String {
    format!("an address that begins with {}", beginnings(schemes))
}

fn beginnings(schemes: &[&str]) -> String {
    let beginnings: Vec<String> = schemes.iter().map(|scheme| format!("{scheme}:")).collect();
    one_of(beginnings.iter().map(String::as_str))
}

fn pattern(schemes: &[&str]) -> String {
    format!("^({}):", schemes.join("|"))
}

fn parse(text: &str, schemes: &[&str]) -> Result<String, Mismatch> {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    let is_known = scheme.is_some_and(|scheme| schemes.contains(&scheme));
    let mismatch = || Mismatch::expected(beginnings(schemes));
    is_known.then(|| text.to_owned()).ok_or_else(mismatch)
}
