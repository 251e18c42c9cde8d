use super::*;
use crate::text::Html;

/// What readers get of plain text, and the same of Markdown's HTML.
fn linked(text: &str) -> String {
    let paragraph = Html::from_paragraphs([text]);
    let mut plain = String::from("<p>");
    escape_into(&mut plain, text);
    plain.push_str("</p>");
    let markup = Markup::read(&plain).expect("little HTML").with_bare_links();
    let (html, _) = sanitize(&markup, page().as_ref()).expect("safe HTML");
    let same = |html: &str| html.replace("&quot;", "\"").replace("&nbsp;", "\u{a0}");
    assert_eq!(same(&html), same(paragraph.as_str()), "{text}");
    html
}

#[test]
fn bare_addresses_become_links() {
    for (text, address, href) in [
        (
            "Смотрите https://step.example/otchet.",
            "https://step.example/otchet",
            None,
        ),
        (
            "и www.step.example.",
            "www.step.example",
            Some("http://www.step.example/"),
        ),
        (
            "Www.Step.example/А?",
            "Www.Step.example/А",
            Some("http://www.step.example/%D0%90"),
        ),
        ("(https://x.example/a_(b))", "https://x.example/a_(b)", None),
        ("[https://x.example/a]", "https://x.example/a", None),
        (
            "«https://x.example/жаңа»",
            "https://x.example/жаңа",
            Some("https://x.example/%D0%B6%D0%B0%D2%A3%D0%B0"),
        ),
        ("https://x.example/a…", "https://x.example/a", None),
        (
            "на https://x.example/a\u{a0}км",
            "https://x.example/a",
            None,
        ),
        (
            "HTTPS://X.example:8443",
            "HTTPS://X.example:8443",
            Some("https://x.example:8443/"),
        ),
        (
            "https://x.example, затем",
            "https://x.example",
            Some("https://x.example/"),
        ),
        (
            "https://x.example/?a=1&b=2;",
            "https://x.example/?a=1&b=2",
            None,
        ),
        (
            "https://қазақстан.example/a",
            "https://қазақстан.example/a",
            Some("https://xn--80aaa0a6awh12ed.example/a"),
        ),
        ("http://10.0.0.1/a", "http://10.0.0.1/a", None),
        (
            "https://x.example/%zz",
            "https://x.example/%zz",
            Some("https://x.example/%25zz"),
        ),
        (
            "сайт—https://x.example/a—сайт",
            "https://x.example/a—сайт",
            Some("https://x.example/a%E2%80%94%D1%81%D0%B0%D0%B9%D1%82"),
        ),
    ] {
        let escape = |text: &str| {
            let mut escaped = String::new();
            escape_into(&mut escaped, text);
            escaped
        };
        let link = format!(
            "<a href=\"{}\">{}</a>",
            escape(href.unwrap_or(address)),
            escape(address)
        );
        assert!(linked(text).contains(&link), "{text}: {}", linked(text));
    }
    for text in [
        "https://",
        "https://.",
        "http://localhost/",
        "www.",
        "www.x",
        "xwww.x.example",
        "ahttps://x.example",
        "a@www.x.example",
        "https://user:secret@x.example/",
        "1.5:https",
        "http://1.2/",
        "://x.example",
    ] {
        assert!(!linked(text).contains("<a "), "{text}: {}", linked(text));
    }
}

#[test]
fn an_address_on_a_line_of_its_own_becomes_a_link() {
    let link = "<a href=\"https://youtu.be/a?b=1&amp;c\">https://youtu.be/a?b=1&amp;c</a>";
    let bare = "https://youtu.be/a?b=1&amp;c";
    for (before, after) in [
        ("<p>", "</p>"),
        ("<p>а</p>\n", "\n<p>б</p>"),
        ("<div>а<br>", "<br>б</div>"),
        ("<p><b>", "</b></p>"),
        ("<ul><li>", "</li></ul>"),
        ("<p><img src=\"https://x.example/a\" alt=\"\">", "</p>"),
    ] {
        let html = format!("{before}{bare}{after}");
        assert_eq!(sanitized(&html), format!("{before}{link}{after}"));
    }
    for html in [
        "<p>см. https://x.example/a</p>",
        "<p>https://x.example/a, <b>б</b></p>",
        "<pre>https://x.example/a</pre>",
        "<p><code>https://x.example/a</code></p>",
        "<p><a href=\"https://x.example/b\">https://x.example/a</a></p>",
        "<p>https://x.example/a<b>б</b></p>",
    ] {
        assert_eq!(sanitized(html), html);
    }
    let all = Markup::read("<p>см. https://x.example/a <code>https://x.example/b</code></p>");
    let all = all.expect("little HTML").with_bare_links();
    let (html, _) = sanitize(&all, None).expect("safe HTML");
    assert_eq!(html.matches("<a ").count(), 1, "{html}");
}

#[test]
fn links_have_a_limit() {
    let text = "https://x.example/a ".repeat(3_000);
    let html = Html::from_paragraphs([text.as_str()]);
    assert_eq!(html.as_str().matches("<a ").count(), 1_000);
}
