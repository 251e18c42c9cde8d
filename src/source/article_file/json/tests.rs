use super::*;
use crate::model::article::Body;
use crate::source::article_file::in_test;

fn read_text(text: &str) -> Result<Draft, Refusal> {
    in_test(text, parse)
}

fn body(keys: &str) -> Body {
    let text = format!("{{\"title\": \"З\", \"date\": \"2026-01-08\"{keys}}}");
    read_text(&text)
        .unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"))
        .body
}

fn plain(paragraphs: &[&str]) -> Body {
    Body::Paragraphs {
        paragraphs: paragraphs.iter().map(|&text| text.to_owned()).collect(),
        credits: Vec::new(),
    }
}

#[test]
fn html_wins_over_markdown_and_markdown_over_plain_text() {
    for (keys, expected) in [
        ("", plain(&[])),
        (
            ", \"content_html\": \"<p>а</p>\"",
            Body::Html("<p>а</p>".into()),
        ),
        (
            ", \"content_markdown\": \"*а*\"",
            Body::Markdown("*а*".into()),
        ),
        (
            ", \"content_text\": \"а\\nб\\n \\r\\nв\"",
            plain(&["а б", "в"]),
        ),
        (", \"content_text\": \"а\\r\\nб\"", plain(&["а", "б"])),
        (", \"content_text\": \" \\n\"", plain(&[])),
        (
            ", \"content_text\": \"т\", \"content_html\": \"х\", \"content_markdown\": \"м\"",
            Body::Html("х".into()),
        ),
        (
            ", \"content_html\": \"\", \"content_text\": \"т\"",
            plain(&["т"]),
        ),
        (
            ", \"content_html\": null, \"content_markdown\": \"м\"",
            Body::Markdown("м".into()),
        ),
    ] {
        assert_eq!(body(keys), expected, "{keys}");
    }
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let marked = "\u{feff}\u{20}{\"title\": \"З\", \"date\": \"2026-01-08\"}";
    assert_eq!(read_text(marked).expect("an article").title, "З");
}

#[test]
fn unknown_keys_of_any_depth_are_ignored() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let keys = format!(", \"a\": {deep}, \"b\": {{\"c\": [1, {{}}]}}, \"content_text\": \"т\"");
    assert_eq!(body(&keys), plain(&["т"]));
}

#[test]
fn too_many_values_are_refused() {
    let article = |values: usize| {
        let list = vec!["1"; values].join(",");
        format!("{{\"title\": \"З\", \"date\": \"2026-01-08\", \"extra\": [[{list}]]}}")
    };
    // The three keys and the inner list count too.
    assert!(read_text(&article(100_000 - 4)).is_ok());
    let refusal = read_text(&article(100_000 - 3)).expect_err("one too many");
    assert_eq!(refusal.reason, "the file has more than 100000 JSON values");
}

#[test]
fn many_keys_are_read_in_time() {
    let begin = std::time::Instant::now();
    for piece in [
        "\"title\": \"З\"",
        "\"Ti_tle\": \"З\"",
        "\"status\": \"x\"",
        "\"noindex\": true",
        "\"draft\": 0",
        "\"mood\": 1",
        "\"expires\": \"2026-01-08\"",
        "\"image\": {\"width\": \"x\"}",
        "\"enclosures\": [{\"url\": 1}, {\"url\": \"/a\", \"width\": \"x\"}]",
        "\"categories\": [[[[\"а\"]]], {\"a\": 1}]",
        "\"extra\": {\"tags\": [1]}",
    ] {
        let pieces = vec![piece; 10_000].join(",");
        let text = format!("{{\"title\": \"З\", \"date\": \"2026-01-08\", {pieces}}}");
        let warnings = read_text(&text).map_or(0, |draft| draft.warnings.len());
        assert!(warnings <= crate::model::article::WARNINGS_MAX);
    }
    // A debug build on a busy machine; what is quadratic takes hours.
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
}

#[test]
fn the_hint_says_which_sign_is_wrong() {
    let quotes = "write `\"` on both sides of each key and text: JSON has no `'`";
    for (text, line, hint) in [
        (
            "{\"title\": \"З\",\n}",
            2,
            "delete the comma behind the last value",
        ),
        (
            "{\"title\": \"З\", \"tags\": [\"а\",]}",
            1,
            "delete the comma behind the last value",
        ),
        ("{'title': 'З'}", 1, quotes),
        ("{\"title\": 'З'}", 1, quotes),
        ("{\"title\": \"З\",\n 'date': \"2026-01-08\"}", 2, quotes),
        ("{title: \"З\"}", 1, "write `\"` on both sides of each key"),
    ] {
        let refusal = read_text(text).expect_err("it is no JSON");
        assert_eq!((refusal.line, &*refusal.hint), (Some(line), hint), "{text}");
    }
}
