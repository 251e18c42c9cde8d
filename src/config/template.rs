//! Texts with `{names}` in braces: titles of automatic feeds, and links to pages of the site.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::Value;
use url::Position;

use super::address::{self, HTTP};
use super::form::{Form, Mismatch, matching};
use super::value::FILLED;
use crate::text::nearest::{did_you_mean, nearest, one_of};

pub(super) const TITLE_TEMPLATE: Form<String> = Form {
    expected: || only_braces(&TITLE_NAMES),
    schema: || {
        let name = braces(&TITLE_NAMES);
        let rest = format!(r"([^{{}}]|{name})*");
        matching(&format!(r"^{rest}([^\s{{}}]|{name}){rest}$"))
    },
    parse: |text| template(text, &TITLE_NAMES),
};

const TITLE_NAMES: [&str; 2] = ["name", "site"];

fn only_braces(names: &[&str]) -> String {
    format!("a text whose only braces are {}", in_braces(names))
}

fn in_braces(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("{{{name}}}")).collect();
    one_of(names.iter().map(String::as_str))
}

/// A pattern for one of `names` in braces.
fn braces(names: &[&str]) -> String {
    format!(r"\{{({})\}}", names.join("|"))
}

/// A text in which `{…}` stands for one of `names`, and braces for nothing else.
fn template(text: &str, names: &[&str]) -> Result<String, Mismatch> {
    (FILLED.parse)(text)?;
    only_names(text, names)?;
    Ok(text.to_owned())
}

/// Checks that the braces of a text stand around one of `names`, of which there is at least one.
pub(super) fn only_names(text: &str, names: &[&str]) -> Result<(), Mismatch> {
    let mismatch = |near: Option<&str>| {
        let meant = near.map(|near| did_you_mean(format!("{{{near}}}")));
        Mismatch::expected(only_braces(names)).hint(meant)
    };
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let inside = rest[at..].strip_prefix('{').and_then(|s| s.split_once('}'));
        let (name, behind) = inside.ok_or_else(|| mismatch(None))?;
        if !names.contains(&name) {
            return Err(mismatch(nearest(name, names.iter().copied())));
        }
        rest = behind;
    }
    Ok(())
}

pub(super) const ARTICLE_LINK: Form<String> = Form {
    expected: || expected_link(&ARTICLE_NAMES),
    schema: || link_schema(&ARTICLE_NAMES),
    parse: |text| link(text, &ARTICLE_NAMES),
};

const ARTICLE_NAMES: [&str; 9] = [
    "key", "name", "slug", "section", "sections", "year", "month", "day", "lang",
];

pub(super) const TERM_LINK: Form<String> = Form {
    expected: || expected_link(&TERM_NAMES),
    schema: || link_schema(&TERM_NAMES),
    parse: |text| link(text, &TERM_NAMES),
};

const TERM_NAMES: [&str; 2] = ["name", "key"];

fn expected_link(names: &[&str]) -> String {
    let names = in_braces(names);
    format!("an absolute http or https URL whose only braces, in its path or query, are {names}")
}

fn link_schema(names: &[&str]) -> Value {
    let names = braces(names);
    matching(&format!(
        r"^{HTTP}[^\s{{}}/?#]+([/?#]([^\s{{}}]|{names})*)?$"
    ))
}

/// An absolute URL with `{names}` in its path or query; everything else in it is encoded.
fn link(text: &str, names: &[&str]) -> Result<String, Mismatch> {
    let text = template(text, names)?;
    let host_start = text.find("://").map_or(0, |at| at + 3);
    let host_end = text[host_start..]
        .find(['/', '?', '#'])
        .map_or(text.len(), |at| host_start + at);
    let (origin, rest) = text.split_at(host_end);
    if origin.contains('{') {
        return Err(Mismatch::expected("a URL with braces only behind the host"));
    }
    let origin = address::parse(origin)?;
    if text.contains(char::is_whitespace) {
        return Err(Mismatch::expected("a URL without white space"));
    }
    let origin = &origin[..Position::BeforePath];
    let slash = if rest.starts_with('/') { "" } else { "/" };
    Ok(format!(
        "{origin}{slash}{}",
        utf8_percent_encode(rest, UNSAFE)
    ))
}

/// What no URL may hold unencoded, braces excepted: those are the template's.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'|');

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testkit::check;

    #[test]
    fn templates() {
        let form = "a text whose only braces are `{name}` or `{site}`";
        check(
            |text| template(text, &TITLE_NAMES),
            &[
                ("{name} — {site}", "{name} — {site}"),
                ("Новости", "Новости"),
                ("{nane}", "(did you mean `{name}`?)"),
                ("{", form),
                ("}{", form),
                ("{{name}}", form),
                ("{}", form),
                (" ", "not empty"),
            ],
        );
    }

    #[test]
    fn links_keep_their_braces_and_nothing_else_unencoded() {
        check(
            |text| link(text, &["key", "name"]),
            &[
                (
                    "https://dala.example/тег/{key}?a={name}",
                    "\"https://dala.example/%D1%82%D0%B5%D0%B3/{key}?a={name}\"",
                ),
                ("https://дала.қаз?{key}", "/?{key}\""),
                ("https://dala.example/{kye}", "did you mean `{key}`?"),
                ("https://{name}.example/", "braces only behind the host"),
                ("/tag/{key}", "an absolute http or https URL"),
                ("https://dala.example/a b", "without white space"),
            ],
        );
    }
}
