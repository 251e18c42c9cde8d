//! Elements and attributes as MDX writes them.

use super::*;

#[test]
fn mdx_elements_that_end_themselves_hold_nothing() {
    for (element, safe_element) in [
        (
            "<iframe src=\"https://x.example/?a=1&amp;b=2\" />",
            "<p><a href=\"https://x.example/?a=1&amp;b=2\">x.example</a></p>",
        ),
        (
            "<video src=\"/a.mp4\"/>",
            "<p><video src=\"https://dala.example/a.mp4\" controls=\"\"></video></p>",
        ),
        (
            "<video src={'/a.mp4'} width={640} controls={true} />",
            "<p><video src=\"https://dala.example/a.mp4\" width=\"640\" controls=\"\"></video></p>",
        ),
        ("<details/>", "<details></details>"),
        ("<div className=\"x\" hidden />", ""),
        (
            "<script async src=\"https://platform.twitter.com/widgets.js\" />",
            "",
        ),
        ("<style jsx />", ""),
        ("<textarea />", ""),
        ("<svg viewBox=\"0 0 1 1\"><path d=\"M0\"/></svg>", "<p></p>"),
        ("<br/>", "<br>"),
    ] {
        let html = safe(&format!("{element}\n\nТекст *а*."), Syntax::Mdx);
        let expected = format!("{safe_element} <p>Текст <em>а</em>.</p>");
        assert_eq!(html, expected.trim_start(), "{element}");
    }
}

#[test]
fn mdx_hides_what_html_hides() {
    for attribute in [
        "hidden",
        "hidden={true}",
        "hidden={!open}",
        "style={{display:\"none\"}}",
        "style={{ color: 'red', visibility: 'hidden' }}",
        "style=\"display:none\"",
        "style={{position: 'absolute', left: -9999}}",
    ] {
        for element in ["div", "Card", "Card.Body"] {
            for text in [
                format!("<{element} {attribute}>нет</{element}>\n\nТекст."),
                format!("<{element} a={{1}} {attribute}>\n\nнет\n\n</{element}>\n\nТекст."),
                format!("<{element} {attribute} />\n\nТекст."),
            ] {
                assert_eq!(safe(&text, Syntax::Mdx).trim(), "<p>Текст.</p>", "{text}");
            }
        }
    }
    for attribute in [
        "hidden={false}",
        "style={{display: 'block'}}",
        "data-hidden",
    ] {
        for element in ["div", "Card"] {
            let text = format!("<{element} {attribute}>\n\nда\n\n</{element}>");
            assert!(safe(&text, Syntax::Mdx).contains("<p>да</p>"), "{text}");
        }
    }
}
