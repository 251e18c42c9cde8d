//! Names of keys, which are compared without case, `-` and `_`: generators do not agree on
//! `publishDate`, `publishdate`, `publish_date` and `publish-date`.

/// The form in which names are compared.
pub(in crate::source) fn normal(key: &str) -> String {
    let kept = key.chars().filter(|c| !matches!(c, '-' | '_'));
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether `key` is `name` in any spelling.
pub(in crate::source) fn is(key: &str, name: &str) -> bool {
    let mut key = key.bytes().filter(|b| !matches!(b, b'-' | b'_'));
    let mut name = name.bytes().filter(|b| !matches!(b, b'-' | b'_'));
    loop {
        match (key.next(), name.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a.eq_ignore_ascii_case(&b) => {}
            (_, _) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_hyphens_and_underscores() {
        for (key, name, is_same) in [
            ("publishDate", "publish_date", true),
            ("Publish-Date", "publishDate", true),
            ("_build", "build", true),
            ("PUBDATE", "pubDate", true),
            ("pub date", "pubDate", false),
            ("date", "dates", false),
            ("dates", "date", false),
            ("", "date", false),
            ("Дата", "дата", false),
        ] {
            assert_eq!(is(key, name), is_same, "{key} {name}");
            assert_eq!(normal(key) == normal(name), is_same, "{key} {name}");
        }
    }
}
