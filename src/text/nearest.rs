//! What a misspelt name was probably meant to be.

/// The known name that a few typing errors lead from to `text`; the first of equally near ones.
pub(crate) fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let text = text.to_lowercase();
    let letters = text.chars().count();
    if letters > LETTERS_MAX {
        return None;
    }
    let errors_max = (letters / 3).max(1);
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(&text, &name.to_lowercase()), name))
        .filter(|&(errors, name)| errors <= errors_max && errors < name.chars().count())
        .min_by_key(|&(errors, _)| errors)
        .map(|(_, name)| name)
}

/// Comparing costs the product of both lengths, and no known name is longer.
const LETTERS_MAX: usize = 64;

/// The hint that names `name`.
pub(crate) fn did_you_mean(name: impl std::fmt::Display) -> String {
    format!("did you mean `{name}`?")
}

/// `` `a`, `b` or `c` ``.
pub(crate) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    joined(words, " or ")
}

/// `` `a`, `b` and `c` ``.
pub(crate) fn all_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    joined(words, " and ")
}

/// `` `a`, `b`, `c` ``, with another separator in front of the last word.
pub(crate) fn joined<'a>(words: impl IntoIterator<Item = &'a str>, last_separator: &str) -> String {
    let mut words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.pop() {
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{}{last_separator}{last}", words.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_within_a_few_typing_errors() {
        let known = ["title", "url", "id-authority", "id-year"];
        for (text, expected) in [
            ("titel", Some("title")),
            ("Title", Some("title")),
            ("id_year", Some("id-year")),
            ("id-autority", Some("id-authority")),
            ("ulr", Some("url")),
            ("link", None),
            ("", None),
            ("заголовок", None),
        ] {
            assert_eq!(nearest(text, known), expected, "{text}");
        }
        assert_eq!(nearest(&"t".repeat(100_000), known), None);
    }

    #[test]
    fn choices_are_listed_as_a_sentence_would() {
        assert_eq!(one_of(["path"]), "`path`");
        assert_eq!(
            one_of(["off", "combined", "json"]),
            "`off`, `combined` or `json`"
        );
    }
}
