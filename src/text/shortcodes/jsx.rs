//! Attributes of JSX, and the HTML of an element that has them.

use std::borrow::Cow;

use crate::text::elements::is_void;
use crate::text::escape::escape_into;

/// Expressions that leave an attribute out.
const FALSE: [&str; 6] = ["", "0", "false", "null", "undefined", "''"];

/// The value that HTML has for an attribute in braces: a text, a number, the declarations of a `style`.
/// `None` where only a program knows it. What may be hidden counts as hidden.
pub(super) fn value<'t>(name: &str, expression: &'t str) -> Option<Cow<'t, str>> {
    let expression = expression.trim();
    let is_number = || expression.bytes().all(|b| b.is_ascii_digit());
    match name {
        "hidden" => (!FALSE.contains(&expression)).then_some(Cow::Borrowed("")),
        "style" if expression.starts_with('{') => declarations(expression).map(Cow::Owned),
        _ if expression == "true" => Some(Cow::Borrowed("")),
        _ if !expression.is_empty() && is_number() => Some(Cow::Borrowed(expression)),
        _ => only_text(expression).map(Cow::Borrowed),
    }
}

/// The text of an expression that is nothing but a text in quotes.
pub(super) fn quoted(expression: &str) -> Option<&str> {
    let quote = expression.chars().next();
    let quote = quote.filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let text = expression[1..].strip_suffix(quote)?;
    let is_plain = !text.contains([quote, '\\', '$']);
    is_plain.then_some(text)
}

/// The text of `'a.jpg'`, `require('a.jpg').default` and `useBaseUrl("a.jpg")`.
fn only_text(expression: &str) -> Option<&str> {
    quoted(expression).or_else(|| {
        let (call, rest) = expression.split_once('(')?;
        let (argument, _) = rest.split_once(')')?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        call.chars().all(is_name).then(|| quoted(argument.trim()))?
    })
}

/// `{display: "none", fontWeight: 700}` as `display:none;font-weight:700;`.
fn declarations(expression: &str) -> Option<String> {
    let inside = expression.strip_prefix('{')?.strip_suffix('}')?;
    let mut style = String::new();
    for (property, value) in inside.split(',').filter_map(|part| part.split_once(':')) {
        let value = value.trim();
        let value = quoted(value).unwrap_or(value);
        if value.contains(';') {
            continue;
        }
        for c in property.trim().trim_matches(['"', '\'']).chars() {
            if c.is_ascii_uppercase() {
                style.push('-');
            }
            style.push(c.to_ascii_lowercase());
        }
        style.extend([":", value, ";"]);
    }
    Some(style)
}

/// The start tag of an element without the attributes that only a program understands. One that ends
/// itself has an end tag, since HTML would take what follows into it.
pub(super) fn element(name: &str, attributes: &[(&str, Cow<'_, str>)], is_alone: bool) -> String {
    let mut html = format!("<{name}");
    for (key, value) in attributes {
        html.push(' ');
        html.push_str(if *key == "className" { "class" } else { key });
        html.push_str("=\"");
        escape_into(&mut html, value);
        html.push('"');
    }
    html.push('>');
    if is_alone && !is_void(name) {
        html.extend(["</", name, ">"]);
    }
    html
}
