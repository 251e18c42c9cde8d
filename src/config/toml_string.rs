//! Texts as strings of TOML.

use std::borrow::Cow;

/// What becomes of a dollar sign, with which feeds.toml names variables of the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dollars {
    /// The text is one of a file already.
    Kept,
    /// The text is a value, which feeds.toml must mean.
    Doubled,
}

/// A text as a string on one line.
pub(crate) fn quoted(text: &str, dollars: Dollars) -> String {
    let text = match dollars {
        Dollars::Kept => Cow::Borrowed(text),
        Dollars::Doubled => Cow::Owned(text.replace('$', "$$")),
    };
    let is_plain = !text.contains(char::is_control);
    if is_plain && !text.contains(['"', '\\']) {
        format!("\"{text}\"")
    } else if is_plain && !text.contains('\'') {
        format!("'{text}'")
    } else {
        // TOML and JSON escape alike, but for one character.
        let json = serde_json::Value::from(&*text).to_string();
        json.replace('\u{7f}', "\\u007f")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use toml::de::DeTable;

    use super::*;

    #[test]
    fn a_text_in_quotes_means_itself() {
        for (text, expected) in [
            ("а", "\"а\""),
            ("C:\\a", "'C:\\a'"),
            ("\"а\"", "'\"а\"'"),
            ("'а\" \\", "\"'а\\\" \\\\\""),
            ("а\nб\u{7f}", "\"а\\nб\\u007f\""),
            ("$a", "\"$a\""),
        ] {
            assert_eq!(quoted(text, Dollars::Kept), expected);
        }
        assert_eq!(quoted("${A}", Dollars::Doubled), "\"$${A}\"");
    }

    proptest! {
        #[test]
        fn any_text_survives(text in any::<String>()) {
            let file = format!("a = {}", quoted(&text, Dollars::Kept));
            let table = DeTable::parse(&file);
            let table = table.map_err(|error| TestCaseError::fail(error.to_string()))?;
            let value = table.get_ref().get("a").and_then(|value| value.get_ref().as_str());
            prop_assert_eq!(value, Some(&*text));
        }
    }
}
