use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use proptest::prelude::*;
use std::cell::RefCell;

mod embeds;
mod hidden;
mod links;
mod pictures;

use url::Url;

use super::*;
use crate::text::characters::clean;
use crate::text::escape::escape_into;

fn page() -> Option<Url> {
    Url::parse("https://dala.example/news/7").ok()
}

/// `html` read and sanitized for an article at [`page`].
fn read(html: &str) -> Result<String, MarkupError> {
    sanitize(&Markup::read(html)?, page().as_ref()).map(|(html, _)| html)
}

fn sanitized(html: &str) -> String {
    read(html).unwrap_or_else(|error| panic!("{html:?}: {error}"))
}

fn check(cases: &[(&str, &str)]) {
    for (html, expected) in cases {
        assert_eq!(sanitized(html), *expected, "{html:?}");
    }
}

#[test]
fn ordinary_html_is_unchanged() {
    for html in [
        "<p>Да, <b>конечно</b> &amp; <i>точно</i>: 2 &lt; 3.</p>",
        r#"<h2>Глава</h2><ul><li>Раз</li><li>Два</li></ul>"#,
        r#"<table><thead><tr><th>А</th></tr></thead><tbody><tr><td colspan="2">1</td></tr></tbody></table>"#,
        r#"<figure><img src="https://x.example/a.jpg" alt="А &quot;Б&quot;" width="4"><figcaption>Фото</figcaption></figure>"#,
        r#"<p lang="kk" dir="ltr">Мәтін</p>"#,
        r#"<video src="https://x.example/a.mp4" controls=""></video>"#,
        "<pre><code>a\n  b</code></pre>",
        "<details><summary>Ещё</summary><p>Текст</p></details>",
        "😀 👩\u{200d}👩\u{200d}👧",
        "",
    ] {
        assert_eq!(sanitized(html), html);
    }
}

#[test]
fn active_content_is_removed() {
    check(&[
        ("<p>а<script>alert(1)</script>б</p>", "<p>аб</p>"),
        (
            "<p onclick=\"x()\" style=\"x\" id=i class=c>а</p>",
            "<p>а</p>",
        ),
        ("<style>p{}</style><p>а</p>", "<p>а</p>"),
        ("<svg onload=x><p>а</p></svg>", "<p>а</p>"),
        ("а<svg><text>x</text></svg>б", "аб"),
        ("<math><mi>а</mi></math>", "а"),
        (
            "<form action=/x><input name=a><button>Да</button>а</form>",
            "<div>а</div>",
        ),
        ("<object><p>а</p></object><embed>", "<p>а</p>"),
        ("<a href=\"javascript:alert(1)\">а</a>", "а"),
        ("<a href=\" jav&#x09;ascript:alert(1)\">а</a>", "а"),
        ("<a href=\"data:text/html,x\">а</a>", "а"),
        ("<img src=\"data:image/gif;base64,R0\">", ""),
        (
            "<img src=x onerror=alert(1)>",
            "<img src=\"https://dala.example/news/x\" alt=\"\">",
        ),
        (
            "<meta http-equiv=refresh content=0><base href=//x><link rel=x>а",
            "а",
        ),
        ("<scr<script>ipt>alert(1)</script>", "ipt&gt;alert(1)"),
        ("<!-- --><!DOCTYPE html><?php x ?><![CDATA[x]]>а", "а"),
        ("<p>]]&gt; ]]></p>", "<p>]]&gt; ]]&gt;</p>"),
        ("<template><p>x</p></template>а", "а"),
        (
            "<noscript><img src=a.jpg></noscript>",
            "<img src=\"https://dala.example/news/a.jpg\" alt=\"\">",
        ),
    ]);
}

#[test]
fn urls_become_absolute() {
    check(&[
        (
            "<a href=b>x</a>",
            "<a href=\"https://dala.example/news/b\">x</a>",
        ),
        (
            "<a href='/б?a=1&amp;b'>x</a>",
            "<a href=\"https://dala.example/%D0%B1?a=1&amp;b\">x</a>",
        ),
        ("<a href=#top>x</a>", "x"),
        (
            "<img srcset='/a.jpg 1x, b.jpg 2x'>",
            "<img src=\"https://dala.example/news/b.jpg\" srcset=\"https://dala.example/a.jpg 1x, https://dala.example/news/b.jpg 2x\" alt=\"\">",
        ),
        (
            "<blockquote cite=/c>x</blockquote>",
            "<blockquote cite=\"https://dala.example/c\">x</blockquote>",
        ),
    ]);
    let markup = Markup::read("<a href=/b>x</a><img src=/c>").expect("little HTML");
    let (html, dropped) = sanitize(&markup, None).expect("safe HTML");
    assert_eq!((html.as_str(), dropped.pictures), ("x", 1), "no base URL");
}

#[test]
fn broken_html_is_repaired() {
    check(&[
        ("<p>а<p>б", "<p>а</p><p>б</p>"),
        ("<b><i>а</b>б</i>", "<b><i>а</i></b><i>б</i>"),
        ("<ul><li>а<li>б</ul>", "<ul><li>а</li><li>б</li></ul>"),
        ("а</div></p>б", "а<p></p>б"),
        ("<pre>\n\n\nа</pre>", "<pre>а</pre>"),
        (
            "а & б &laquo;в&raquo; &#1076; &bogus; &#x110000;",
            "а &amp; б «в» д &amp;bogus; \u{fffd}",
        ),
        ("а&#1;б&#11;в&#xfffe;г&#13;д\r\nе\0ж", "аб\nвг\nд\nеж"),
        ("<td>а</td>", "а"),
        ("<p", ""),
        ("<a href=\"x", ""),
    ]);
}

#[test]
fn html_beyond_a_limit_is_refused() {
    let deepest = format!("{}а{}", "<div>".repeat(200), "</div>".repeat(200));
    assert_eq!(sanitized(&deepest), deepest);
    let names: Vec<String> = (0..4_000).map(|n| format!("a{n}")).collect();
    let attributes = format!("<p {}>", names.join(" "));
    let endless: String = (0..40_000).map(|n| format!(" a{n}")).collect();
    let endless = format!("<p{endless}>");
    assert_eq!(sanitized(&attributes), "<p></p>");
    for (html, error) in [
        ("<div>".repeat(201), MarkupError::TooDeep),
        ("<b>".repeat(10_000), MarkupError::TooDeep),
        ("<p></p>".repeat(150_001), MarkupError::TooComplex),
        ("&amp;".repeat(60_001), MarkupError::TooComplex),
        (endless, MarkupError::TooComplex),
        (attributes.repeat(2), MarkupError::TooComplex),
        (
            format!("{}{}", "<b lang=a>".repeat(190), "<p>".repeat(2_100)),
            MarkupError::TooComplex,
        ),
        ("<img src=/a>".repeat(40_000), MarkupError::TooComplex),
        (
            "<iframe src=//x></iframe>".repeat(50_000),
            MarkupError::TooComplex,
        ),
        (
            "<script>YT.Player(</script>".repeat(65_000),
            MarkupError::TooComplex,
        ),
        (
            format!("<img srcset='{}'>", "/a,".repeat(2_500)).repeat(20),
            MarkupError::TooComplex,
        ),
        ("<svg><g>".repeat(201), MarkupError::TooDeep),
        (
            format!("<p hidden>{}", "<b>".repeat(201)),
            MarkupError::TooDeep,
        ),
        (" ".repeat(HTML_BYTES_MAX + 1), MarkupError::TooLong),
    ] {
        assert_eq!(Markup::read(&html).err(), Some(error), "{:.40}", html);
    }
    let long = format!(
        "<a href=\"/{}\" title=\"{}\">x</a>",
        "a".repeat(8192),
        "b".repeat(8192)
    );
    assert_eq!(sanitized(&long), "x", "{:.40}", long);
    let whole = format!("<p title=\"{}\">x</p>", "b".repeat(8192));
    assert_eq!(sanitized(&whole), whole);
}

/// Every start tag of `html`, as an HTML tokenizer finds them.
fn tags(html: &str) -> Vec<Tag> {
    struct Sink(RefCell<Vec<Tag>>);
    impl TokenSink for Sink {
        type Handle = ();
        fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
            if let Token::TagToken(tag) = token
                && tag.kind == TagKind::StartTag
            {
                self.0.borrow_mut().push(tag);
            }
            TokenSinkResult::Continue
        }
    }
    let tokenizer = Tokenizer::new(Sink(RefCell::default()), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

/// Pieces of HTML in any order; dangerous ones are drawn often.
fn html_like() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "<script>",
        "</script>",
        "<style>",
        "</style>",
        "<svg>",
        "</svg>",
        "<math>",
        "<mglyph>",
        "<title>",
        "</title>",
        "<textarea>",
        "<noscript>",
        "</noscript>",
        "<iframe src=https://youtube.com/x>",
        "<iframe data-src=/x title=",
        "<embed src=https://x.example/x.pdf>",
        "<object data=x>",
        "</object>",
        "<script data-telegram-post=a/1></script>",
        "<blockquote data-instgrm-permalink=https://instagram.com/p/a>",
        "</blockquote>",
        "<img data-src=/late.jpg src=data:image/gif,x>",
        "<img srcset='/a 1x, /b 2x'>",
        "<picture>",
        "</picture>",
        "<p hidden>",
        "<span style='display:none'>",
        "<span style='text-decoration:line-through;font-weight:bold'>",
        "<b style='font-weight:normal'>",
        "</span>",
        "<strike>",
        "</strike>",
        "<center>",
        "</center>",
        "<option>",
        "<o:p>",
        "<button>",
        "</button>",
        "</svg>",
        "<mi>",
        "</math>",
        "<a href=https://x.example/>",
        "<a href=https://t.me/a/1>",
        "<div class=youtube data-id=a>",
        "VK.Widgets.Post('a', -1, 2)",
        "https://x.example/a",
        " https://x.example/a\n",
        "www.x.example",
        "<br>",
        "</iframe>",
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<a href=",
        "</a>",
        "<img src=",
        " onerror=",
        " onload=x",
        "javascript:alert(1)",
        "data:text/html,x",
        "\"",
        "'",
        ">",
        "<",
        "/",
        "=",
        " ",
        "\n",
        "\r",
        "&",
        "&lt;",
        "&#x3c;",
        "&#1;",
        "&#13;",
        "<!--",
        "-->",
        "<!--more-->",
        "<![CDATA[",
        "]]>",
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<ul>",
        "<li>",
        "<pre>",
        "</pre>",
        "<form>",
        "<select>",
        "<template>",
        "</template>",
        "<a href=\"java&#10;script:x\">",
        "<h1>",
        "</h1>",
        "<details open>",
        "<ruby>",
        "<rt>",
        "<video src=a controls>",
        "<source srcset='a 1x, javascript:x 2x'>",
        "слово",
        "\u{0}",
        "\u{b}",
        "\u{fffe}",
        "\u{a0}",
        "\u{feff}",
        "<q cite=x>",
        "<p title=\"<script>\">",
    ]);
    prop::collection::vec(
        prop_oneof![8 => pieces.prop_map(str::to_owned), 1 => ".{0,10}"],
        0..30,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn output_has_only_allowed_elements_and_safe_urls(raw in html_like()) {
        let Ok(html) = read(&raw) else { return Ok(()) };
        prop_assert!(!html.to_lowercase().contains("<script"), "{html}");
        prop_assert!(!html.contains('\r'), "{html:?}");
        prop_assert_eq!(clean(&html), html.as_str());
        for tag in tags(&html) {
            let element = ELEMENTS.iter().find(|element| *element.name == *tag.name);
            prop_assert!(element.is_some(), "{} in {html}", &*tag.name);
            for attribute in &tag.attrs {
                let (key, value) = (&*attribute.name.local, &*attribute.value);
                prop_assert!(!key.starts_with("on"), "{html}");
                if ["href", "src", "cite", "poster", "srcset"].contains(&key) {
                    let safe = |url: &str| {
                        let url = url.trim_start();
                        url.starts_with("https://") || url.starts_with("http://www.x.")
                    };
                    prop_assert!(value.split(", ").all(safe), "{html}");
                }
            }
        }
    }

    #[test]
    fn sanitizing_is_idempotent(raw in html_like()) {
        if let Ok(once) = read(&raw) {
            prop_assert_eq!(read(&once), Ok(once));
        }
        let linked = |html: &str| {
            let markup = Markup::read(html)?.with_bare_links();
            sanitize(&markup, page().as_ref()).map(|(html, _)| html)
        };
        if let Ok(once) = linked(&raw) {
            prop_assert_eq!(linked(&once), Ok(once));
        }
    }

    #[test]
    fn output_is_legal_in_a_strict_xml_parser(raw in html_like()) {
        if let Ok(html) = read(&raw) {
            let mut escaped = String::new();
            escape_into(&mut escaped, &html);
            let document = format!("<x>{escaped}</x>");
            let document = roxmltree::Document::parse(&document).expect("legal XML");
            let text = document.root_element().text().unwrap_or_default();
            prop_assert_eq!(text, html.as_str());
        }
    }
}
