//! What holds for every text.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::testkit::cpu_time;

#[test]
fn hostile_texts_take_little_time() {
    const BYTES: usize = 128 << 10;
    // Without optimization, linear work takes a tenth of this, and quadratic work a multiple.
    const TIME_MAX: Duration = Duration::from_millis(1500);
    for seed in [
        "{{< a ",
        "{{<a>}}",
        "{{<a \"",
        "{{<a>}}{{</b>}}",
        "{{% /a %}}",
        "{{ a",
        "{% a %}\n",
        "{% raw %}",
        "{% highlight %}{% raw %}",
        "{{</*",
        "{#",
        "{:",
        "{: a",
        "{.a",
        ":::a\n",
        ":::\n",
        "::a[b]\n",
        "[[a",
        "[[a]]",
        "[toc]\n",
        "> [!a]\n",
        "$a",
        "$$a",
        "\\(a",
        "\\[",
        "==a",
        "==a== ",
        "++",
        "a^b^",
        "~a",
        ":a:",
        "[^a]",
        "^[a",
        "^[a] ",
        "[youtube]a",
        "[youtube]a[/youtube]",
        "{{/* a",
        "{{/* a */",
        "<a href",
        "<a href='x.md'>",
        "<a href=a.md ",
        "[^a]: b\n",
        "[^a] [^b]\n\n",
        "{",
        "{a}",
        "<A>",
        "<A a={",
        "<A\n",
        "{/*",
        "{'",
        "</A>",
        "import {\n",
        "import 'a'\n",
        "    <A>\n",
        "{{ site.url }}",
        "{{< figure a >}}",
        " {{<a>}}",
        "\n\n    {{<ad>}}\n",
        "{% comment %}",
        "{{<phone>}}",
        "a\n: b\n\n",
        "- [ ] a\n",
        "\\{{",
        "{{{",
    ] {
        let text = seed.repeat(BYTES / seed.len());
        for syntax in [Syntax::Markdown, Syntax::Mdx] {
            let context = TemplateContext {
                shortcodes: &BTreeMap::from([("ad".to_owned(), Shortcode::Drop)]),
                site: "https://dala.example/",
                article: &|_| None,
            };
            let took = cpu_time(|| drop(render(&text, syntax, &context)));
            assert!(took < TIME_MAX, "{seed:?} {syntax:?} took {took:?}");
        }
    }
}

/// Texts in which every mark of every generator is likely.
fn marked_text() -> impl Strategy<Value = String> {
    let parts = [
        "{{<",
        ">}}",
        "{{%",
        "%}}",
        "{{",
        "}}",
        "{%",
        "%}",
        "/",
        " a",
        "=\"",
        "\"",
        " end",
        "raw",
        "{:",
        ":::",
        "\n",
        "\n\n",
        "    ",
        "`",
        "```\n",
        "<A",
        ">",
        "/>",
        "{",
        "}",
        "$",
        "\\",
        "[[",
        "]]",
        "[^1]",
        "^[",
        "{{/*",
        "*/}}",
        "[^1]: ",
        "==",
        "^",
        "~",
        ":smile:",
        "- ",
        "> ",
        "|",
        "*",
        "слово",
        "ad",
        "phone",
        "figure src=x",
        "{/*",
        "*/}",
        "import 'x'",
        "[toc]",
        "<pre>",
        "</pre>",
        "<!--",
        "-->",
        "\u{fdd0}0\u{fdd1}",
    ];
    let part = prop::sample::select(parts.to_vec());
    prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_text_is_read(text in marked_text()) {
        for syntax in [Syntax::Markdown, Syntax::Mdx] {
            let html = safe(&text, syntax);
            prop_assert!(!html.contains(['\u{fdd0}', '\u{fdd1}']), "{html}");
        }
    }

    #[test]
    fn text_without_tags_is_what_commonmark_makes_of_it(text in "([а-я]{1,9}[ .,!?\n*_()#>-]{1,3}){0,40}") {
        let mut html = String::new();
        html::push_html(&mut html, Parser::new_ext(&text, OPTIONS));
        let context = TemplateContext {
            shortcodes: &BTreeMap::new(),
            site: "https://dala.example/",
            article: &|_| None,
        };
        prop_assert_eq!(markdown_to_html(&text, &context).expect("html"), html);
    }

    #[test]
    fn tags_of_any_name_lose_no_word(
        name in "[b-z][a-z0-9]{2,8}",
        words in prop::collection::vec("[а-я]{3,9}", 3),
        form in prop::sample::select(vec![
            ["{{< ", " a=\"b\" >}}", "{{< /", " >}}"],
            ["{{% ", " %}}", "{{% /", " %}}"],
            ["{% ", "(a=\"b\") %}", "{% end", " %}"],
            ["{% ", " a %}", "{% end", " %}"],
            ["\n\n:::", "\n\n", "\n\n:::", "\n\n"],
        ]),
        closed in any::<bool>(),
    ) {
        prop_assume!(!["raw", "comment", "capture", "highlight", "verbatim"].contains(&name.as_str()));
        prop_assume!(!name.starts_with("end"));
        let [open, open_end, close, close_end] = form;
        let close_name = if close.ends_with(':') { "" } else { &name };
        let close = if closed { format!("{close}{close_name}{close_end}") } else { String::new() };
        let text = format!("{} {open}{name}{open_end}{}{close} {}", words[0], words[1], words[2]);
        let html = safe(&text, Syntax::Markdown);
        prop_assert!(words.iter().all(|word| html.contains(word.as_str())), "{text}: {html}");
        prop_assert!(!html.contains(&name) && !html.contains(['{', '%', ':']), "{text}: {html}");
    }
}
