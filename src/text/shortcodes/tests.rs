use std::time::Duration;

use super::*;
use crate::testkit::cpu_time;

fn check(expand: fn(&str, &TemplateContext<'_>) -> String, cases: &[(&str, &str)]) {
    let rules = [
        ("ad".to_owned(), Shortcode::Drop),
        ("phone".to_owned(), Shortcode::Html("<b>{0}</b>".into())),
    ];
    let context = TemplateContext {
        shortcodes: &BTreeMap::from(rules),
        site: "https://dala.example/",
        article: &|path| Some(format!("/articles/{path}")),
    };
    for (text, expected) in cases {
        assert_eq!(expand(text, &context), *expected, "{text}");
    }
}

#[test]
fn pages_in_html_lose_the_tags_of_their_generator() {
    check(
        |html, context| {
            html_without_shortcodes(html, context)
                .expect("html")
                .into_owned()
        },
        &[
            (
                "<p>{% include x.html %}</p><p>Один {{ page.x }}два</p>",
                "<p>Один два</p>",
            ),
            (
                "<a href=\"{{ site.url }}/x\">а</a>{{< ad >}}б{{< /ad >}}",
                "<a href=\"https://dala.example/x\">а</a>",
            ),
            (
                "<p>\n{{< figure src=\"m.jpg\" >}}\n</p>",
                "<figure><img src=\"m.jpg\"></figure>",
            ),
            (
                "<pre>{{ a }}</pre><code>{% b %}</code><CODE>{{ c }}</CODE>",
                "<pre>{{ a }}</pre><code>{% b %}</code><CODE>{{ c }}</CODE>",
            ),
            (
                "<a href=\"{% post_url 2026-01-02-x %}\">а</a>",
                "<a href=\"/articles//2026-01-02-x\">а</a>",
            ),
            (
                "{{</* a */>}} $x$ :::note [toc] {б}",
                "{{&lt; a &gt;}} $x$ :::note [toc] {б}",
            ),
            ("<code>забыт {{ x }}", "<code>забыт "),
        ],
    );
}

#[test]
fn wordpress_tags_go_and_words_of_editors_stay() {
    check(
        |html, context| {
            html_without_wordpress_tags(html, context)
                .expect("html")
                .into_owned()
        },
        &[
            (
                "[caption id=\"a\" width=\"9\"]<a href=\"x\"><img src=\"m.jpg\"></a> Мост[/caption]",
                "<figure><a href=\"x\"><img src=\"m.jpg\"></a><figcaption>Мост</figcaption></figure>",
            ),
            (
                "[caption width=&#8220;9&#8221; caption=\"Мост\"]<img src=\"m.jpg\">[/caption]",
                "<figure><img src=\"m.jpg\"><figcaption>Мост</figcaption></figure>",
            ),
            (
                "<p>[embed]https://a.example/1[/embed]</p>",
                "<p><a href=\"https://a.example/1\">https://a.example/1</a></p>",
            ),
            (
                "[video src=\"https://a.example/a.mp4\"][/video][audio mp3=\"/b.mp3\"]",
                "<p><a href=\"https://a.example/a.mp4\">https://a.example/a.mp4</a></p><p><a href=\"/b.mp3\">/b.mp3</a></p>",
            ),
            (
                "<p>[gallery]</p><p>[gallery ids=\"1,2\"]</p>[playlist ids=\"3\"]Текст",
                "Текст",
            ),
            (
                "[youtube]abc[/youtube][youtube=https://youtu.be/abc]",
                "<iframe src=\"https://www.youtube.com/embed/abc\"></iframe><iframe src=\"https://youtu.be/abc\"></iframe>",
            ),
            (
                "[vc_row][vc_column width=\"1/2\"]Текст[/vc_column][/vc_row]",
                "Текст",
            ),
            (
                "[x-box title='A']Текст[/x-box] [ad a=\"b\"]нет[/ad]!",
                "Текст !",
            ),
            (
                "[Мы] победим [1], [sic], [video], [гол 2:1], [see \"A\"], [a=b]",
                "[Мы] победим [1], [sic], [video], [гол 2:1], [see \"A\"], [a=b]",
            ),
            (
                "[b]Текст[/b] [[gallery]] <code>[gallery]</code> <a title=\"[gallery]\">а</a>",
                "[b]Текст[/b] [[gallery]] <code>[gallery]</code> <a title=\"[gallery]\">а</a>",
            ),
            (
                "[caption]<img src=\"m.jpg\">Забыт",
                "[caption]<img src=\"m.jpg\">Забыт",
            ),
            ("Забыт[/caption]", "Забыт"),
        ],
    );
}

#[test]
fn end_tags_belong_to_the_last_open_tag_of_their_name() {
    let names = ["<a", "<b", ">a", "<a", "<a", ">", ">c", ">a"];
    let pieces: Vec<Piece<'_>> = names
        .iter()
        .map(|name| {
            let what = match name.strip_prefix('<') {
                Some(name) => What::Open(piece::Tag {
                    family: piece::Family::Liquid,
                    name,
                    arguments: arguments::Arguments::default(),
                    label: None,
                }),
                None => What::Close(piece::Family::Liquid, &name[1..]),
            };
            Piece { range: 0..0, what }
        })
        .collect();
    let expected = [Some(2), None, None, Some(7), Some(5), None, None, None];
    assert_eq!(pairs::pairs(&pieces), expected);
}

#[test]
fn hostile_html_takes_little_time() {
    // Without optimization, linear work takes a tenth of this, and quadratic work a multiple.
    const TIME_MAX: Duration = Duration::from_millis(1500);
    for seed in [
        "[a",
        "[a b=\"c\"]",
        "[caption][/caption]",
        "[/caption]",
        "[caption]",
        "<p>[gallery]</p>",
        "[a b=\"",
        "{{ a }} ",
        "{% raw %}",
        "<code>",
        "<pre></pre>",
        "<a [",
        "[embed]",
        "[[gallery]]",
    ] {
        let html = seed.repeat((128 << 10) / seed.len());
        let context = TemplateContext {
            shortcodes: &BTreeMap::new(),
            site: "https://dala.example/",
            article: &|_| None,
        };
        let took = cpu_time(|| {
            drop(html_without_shortcodes(&html, &context));
            drop(html_without_wordpress_tags(&html, &context));
        });
        assert!(took < TIME_MAX, "{seed:?} took {took:?}");
    }
}
