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
