//! Texts as feeds.toml writes them.

use crate::config::toml_string::{self, Dollars};

/// A text in quotes.
pub(super) fn quoted(text: &str) -> String {
    toml_string::quoted(text, Dollars::Doubled)
}

/// Texts as a list on one line.
pub(super) fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// A text of several lines as it is, between quotes that escape nothing; in one line where that cannot be.
pub(super) fn block(text: &str) -> String {
    let is_plain = |c: char| c == '\n' || c == '\t' || !c.is_control();
    match text.contains("'''") || text.ends_with('\'') || !text.chars().all(is_plain) {
        true => quoted(text),
        false => format!("'''\n{}\n'''", text.replace('$', "$$").trim_end()),
    }
}

/// A text as a comment of one line.
pub(super) fn one_line(text: &str) -> String {
    crate::text::visible(text).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::Config;

    proptest! {
        #[test]
        fn any_title_survives(title in any::<String>(), query in "[a-z'$\\\\\\n\u{7f}{}\"]{1,40}") {
            // An empty title and an empty query are refused.
            let (title, query) = (format!("x{title}"), format!("x{query}"));
            let text = format!(
                "[site]\ntitle = {}\nurl = \"https://dala.example/\"\nid-authority = \"dala.example\"\n\
                 id-year = 2026\n[source.sql]\nurl = \"sqlite:a\"\nquery = {}\n",
                quoted(&title),
                block(&query),
            );
            let loaded = Config::parse(&text, "feeds.toml", std::path::Path::new(""), &|_| None);
            let config = loaded.map_err(|problems| TestCaseError::fail(format!("{problems:?}")))?.config;
            prop_assert_eq!(config.site.title, title);
            let crate::config::SourceConfig::Sql(sql) = config.source else { unreachable!() };
            prop_assert_eq!(sql.query.trim_end(), query.trim_end());
        }
    }
}
