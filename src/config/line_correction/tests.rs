use proptest::prelude::*;

use super::*;

#[test]
fn a_right_line_has_no_correction() {
    let keys = ["path", "any"];
    for line in [
        "",
        "# x",
        "path = 'a' # x // y",
        "path = \"a\\tb\"",
        "any = [\"#а, б\", '«в»'] # x",
        "any = [",
        "any = [ # x",
        "any = ['a',",
        "any = ['a', 'b'",
        "path = \"\"\"",
        "path = { ru = 'а', kk = \"б\" }",
        "path = 2026-01-08T10:30:00Z",
    ] {
        assert_eq!(correct_line(line, &keys), None, "{line}");
    }
}

#[test]
fn a_text_in_quotes_means_itself() {
    for (text, expected) in [
        ("а", "\"а\""),
        ("C:\\a", "'C:\\a'"),
        ("\"а\"", "'\"а\"'"),
        ("'а\" \\", "\"'а\\\" \\\\\""),
    ] {
        assert_eq!(quoted(text).as_deref(), Some(expected));
    }
    assert_eq!(quoted("а\nб"), None);
}

proptest! {
    #[test]
    fn a_correction_is_toml_and_has_none_itself(line in "[a-c=:\\[\\]{}\"'«»”#;,/\\\\ \u{a0}аі-]{0,40}") {
        let context = LineContext { keys: &["a", "b"], ends_list: true, ..LineContext::default() };
        if let Some(corrected) = correct(&line, &context) {
            prop_assert!(parses(&corrected.text), "{:?}", corrected);
            prop_assert!(line.get(corrected.slip.at.clone()).is_some(), "{:?}", corrected);
        }
    }
}
