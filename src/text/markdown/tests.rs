use std::collections::BTreeMap;

use super::*;
use crate::text::{Html, Markup, Shortcode};

mod mdx;
mod properties;

/// A text without its generator's tags, as feeds carry it. Its page is `/kz/blog/a/`.
fn safe(text: &str, syntax: Syntax) -> String {
    let rules = [
        ("ad", Shortcode::Drop),
        ("box", Shortcode::Inner),
        (
            "aside",
            Shortcode::Html("<aside title=\"{kind}\">{inner}</aside>".into()),
        ),
        (
            "phone",
            Shortcode::Html("<a href=\"tel:{0}\">{0}</a>".into()),
        ),
    ];
    let shortcodes = BTreeMap::from(rules.map(|(name, rule)| (name.to_owned(), rule)));
    let context = TemplateContext {
        shortcodes: &shortcodes,
        site: "https://dala.example/kz/",
        article: &|path| Some(format!("https://feeds.example/articles/{path}")),
    };
    let html = render(text, syntax, &context).expect("html");
    let base = url::Url::parse("https://dala.example/kz/blog/a/").expect("a URL");
    let markup = Markup::read(&html).expect("html");
    let html = Html::from_markup(&markup, Some(&base)).expect("html");
    html.0.as_str().replace('\n', " ")
}

fn check(syntax: Syntax, cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(text, expected)| {
            let html = safe(text, syntax);
            (html != *expected).then(|| format!("{text}\n  is {html}\n not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn unknown_tags_go_and_what_they_enclose_stays() {
    check(
        Syntax::Markdown,
        &[
            ("{{< gallery dir=\"/x\" >}}\n\nТекст.", "<p>Текст.</p>"),
            (
                "{{< tabs >}}\n{{% tab \"a\" %}}\n*Один*\n{{% /tab %}}\n{{< /tabs >}}\nДва",
                "<p><em>Один</em></p> <p>Два</p>",
            ),
            ("До {{<x>}}слово{{</x>}} после", "<p>До слово после</p>"),
            ("{{ chart(id=\"7\") }}\n\nТекст.", "<p>Текст.</p>"),
            (
                "{% quote(author=\"А\") %}\nЦитата\n{% end %}",
                "<p>Цитата</p>",
            ),
            ("{%- include x.html a=\"b\" -%}\n\nТекст.", "<p>Текст.</p>"),
            ("{% if a %}Один{% else %}Два{% endif %}", "<p>ОдинДва</p>"),
            (
                "{{/* скрыто */}}Текст{{- /* скрыто {{< x >}}\n\nи {{ y }} */ -}}.",
                "<p>Текст.</p>",
            ),
            ("{{/* открыто {{< x >}}", "<p>{{/* открыто</p>"),
            (
                "{# скрыто #}Текст {{ page.title }}{{{ raw }}}.",
                "<p>Текст .</p>",
            ),
            (
                "{% comment %}\nскрыто\n\nвсё\n{% endcomment %}\nТекст",
                "<p>Текст</p>",
            ),
            (
                "- раз\n- два {{< x >}}\n\n> {{< y >}}Цитата",
                "<ul> <li>раз</li> <li>два</li> </ul> <blockquote> <p>Цитата</p> </blockquote>",
            ),
            (
                "{{< card\n  title=\"А\"\n>}}\nТекст\n{{< /card >}}",
                "<p>Текст</p>",
            ),
            // What has no end, or no start, costs itself alone.
            (
                "{{< a >}}Один {{< b >}}*два*{{< /a >}} три{{< /c >}}",
                "<p>Один <em>два</em> три</p>",
            ),
            (
                "{{< x a=\"b >}} раз {{< y c=\"d\" >}} два",
                "<p>раз  два</p>",
            ),
            // An editor's braces.
            (
                "{{< и всё. {{% и. {% нет. {{город}} {{ 5 }} {x} {}",
                "<p>{{&lt; и всё. {{% и. {% нет. {{город}} {{ 5 }} {x} {}</p>",
            ),
        ],
    );
}

#[test]
fn directives_and_marks_of_generators_go() {
    check(
        Syntax::Markdown,
        &[
            (":::note\n\nОдин\n\n:::\n\nДва", "<p>Один</p> <p>Два</p>"),
            (
                ":::tip[Совет *дня*]\nОдин\n:::\nДва",
                "<p><strong>Совет <em>дня</em></strong></p> <p>Один</p> <p>Два</p>",
            ),
            (
                "::: warning Осторожно\nОдин\n:::",
                "<p><strong>Осторожно</strong></p> <p>Один</p>",
            ),
            (
                "::::x{a=\"b\"}\n:::y\nОдин\n:::\n::::\nДва",
                "<p>Один</p> <p>Два</p>",
            ),
            ("::: {.grid}\nОдин\n:::", "<p>Один</p>"),
            (
                "::ad{}\n\nОдин :: два ::: три",
                "<p>Один :: два ::: три</p>",
            ),
            ("[toc]\n\nТекст [toc].", "<p>Текст [toc].</p>"),
            ("[TOC]\n\n[[_TOC_]]\n\n{{TOC}}\n\nТекст", "<p>Текст</p>"),
            (
                "* Содержание\n{:toc}\n\nТекст\n{: .lead #x}",
                "<p>Текст</p>",
            ),
            (
                "Текст{: .lead}, [а](https://a.example/){:target=\"_blank\"} {::nomarkdown}б{:/}",
                "<p>Текст, <a href=\"https://a.example/\">а</a> б</p>",
            ),
            (
                "![а](b.jpg){width=50% .wide}\n\nКонец {.end}",
                "<p><img src=\"https://dala.example/kz/blog/a/b.jpg\" alt=\"а\"></p> <p>Конец</p>",
            ),
            (
                "## Глава {#part .big}\n\nТекст",
                "<h2>Глава</h2> <p>Текст</p>",
            ),
            (
                "> [!NOTE]\n> Один\n\n> [!tip]+ Совет\n> Два",
                "<blockquote> <p>Один</p> </blockquote> <blockquote> <p><strong>Совет</strong></p> <p>Два</p> </blockquote>",
            ),
            (
                "[[Степь]] и [[Степь#Реки|реки]], [[1]](https://a.example/) [[1]] а[[б]]",
                "<p>Степь и реки, <a href=\"https://a.example/\">[1]</a> [[1]] а[[б]]</p>",
            ),
            (
                "![[река.png|300]]",
                "<p><img src=\"https://dala.example/kz/blog/a/%D1%80%D0%B5%D0%BA%D0%B0.png\" alt=\"\"></p>",
            ),
            (
                "- [x] готово\n- [ ] нет",
                "<ul> <li>☑ готово</li> <li>☐ нет</li> </ul>",
            ),
            (
                "Слово\n: Значение",
                "<dl> <dt>Слово</dt> <dd>Значение</dd> </dl>",
            ),
            ("<!-- скрыто -->\n\nТекст  \nещё", "<p>Текст<br> ещё</p>"),
        ],
    );
}

#[test]
fn tags_that_are_understood_become_html() {
    let picture = "<img src=\"https://dala.example/m.jpg\"";
    check(
        Syntax::Markdown,
        &[
            (
                "{{< figure src=\"/m.jpg\" alt=\"А\" caption=\"Мост *Б*\" >}}\nТекст",
                &format!(
                    "<figure>{picture} alt=\"А\"><figcaption>Мост <em>Б</em></figcaption></figure> <p>Текст</p>"
                ),
            ),
            (
                "До {{ image(src='/m.jpg') }} после",
                &format!("<p>До</p> <figure>{picture} alt=\"\"></figure> <p>после</p>"),
            ),
            (
                "{% include figure.html image_path=\"/m.jpg\" caption=\"<b>Мост</b>\" %}",
                &format!(
                    "<figure>{picture} alt=\"\"><figcaption><b>Мост</b></figcaption></figure>"
                ),
            ),
            (
                "{{< figure src=\"/m.jpg\" >}}Подпись{{< /figure >}}",
                &format!(
                    "<figure>{picture} alt=\"\"><figcaption> <p>Подпись</p> </figcaption></figure>"
                ),
            ),
            (
                "![{{< x >}}а](/m.jpg) [![b]({{ site.url }}/m.jpg)]({{ site.baseurl }}/c)",
                &format!(
                    "<p>{picture} alt=\"а\"> <a href=\"https://dala.example/kz/c\">{picture} alt=\"b\"></a></p>"
                ),
            ),
            (
                "[а]({{ '/b' | relative_url }}) [в]({{ .Site.BaseURL }}g) [д]({{ config.base_url }}/e)",
                "<p><a href=\"https://dala.example/kz/b\">а</a> <a href=\"https://dala.example/kz/g\">в</a> <a href=\"https://dala.example/kz/e\">д</a></p>",
            ),
            (
                "{{< aside kind=\"\\\"><script>\" >}}\nТекст *два*\n{{< /aside >}}",
                "<aside title=\"&quot;&gt;&lt;script&gt;\"> <p>Текст <em>два</em></p> </aside>",
            ),
            (
                "Тел. {{< phone \"12\" >}}{{< ad >}}реклама {{< phone 1 >}}{{< /ad >}}!",
                "<p>Тел. <a href=\"tel:12\">12</a>!</p>",
            ),
            (
                "{% highlight rust %}\na {{ b }} < c\n{% endhighlight %}",
                "<pre><code>a {{ b }} &lt; c</code></pre>",
            ),
            (
                "{% raw %}{{ a }} *б*{% endraw %} {{ c }}",
                "<p>{{ a }} <em>б</em></p>",
            ),
        ],
    );
    for (tag, address) in [
        ("{{< youtube abc-1 >}}", "https://www.youtube.com/"),
        ("{{ youtube(id=\"abc-1\") }}", "https://www.youtube.com/"),
        ("::youtube{#abc-1}", "https://www.youtube.com/"),
        (
            "{% include youtube.html id=\"abc-1\" %}",
            "https://www.youtube.com/",
        ),
        ("{{< vimeo 12 >}}", "https://vimeo.com/12"),
        ("{{< tweet 99 >}}", "https://x.com/i/status/99"),
        ("{{< x 99 >}}", "https://x.com/i/status/99"),
        (
            "{{< x user=\"a\" id=\"1\" >}}",
            "https://twitter.com/a/status/1",
        ),
        (
            "{{< tweet user=\"a\" id=1 >}}",
            "https://twitter.com/a/status/1",
        ),
        ("{{< instagram Cx >}}", "https://www.instagram.com/p/Cx/"),
        ("{{< gist aida 0a1 >}}", "https://gist.github.com/aida/0a1"),
        (
            "{{< gist aida 0a1 \"a.rs\" >}}",
            "https://gist.github.com/aida/0a1",
        ),
        ("{% gist aida/0a1 %}", "https://gist.github.com/aida/0a1"),
        ("{{< rutube 0af1 >}}", "https://rutube.ru/video/0af1/"),
        ("{{< telegram \"akim/15\" >}}", "https://t.me/akim/15"),
        (
            "[youtube]https://www.youtube.com/watch?v=abc[/youtube]",
            "https://www.youtube.com/",
        ),
        ("[youtube]abc-1[/youtube]", "https://www.youtube.com/"),
        (
            "[embed] https://vimeo.com/12 [/embed]",
            "https://vimeo.com/12",
        ),
        (
            "![Видео](https://www.youtube.com/watch?v=abc-1)",
            "https://www.youtube.com/watch?v=abc-1\">Видео</a>",
        ),
        ("![](https://youtu.be/abc-1)", "https://www.youtube.com/"),
    ] {
        let html = safe(&format!("{tag}\n\nТекст"), Syntax::Markdown);
        let is_link = html.starts_with(&format!("<p><a href=\"{address}"));
        assert!(is_link && html.ends_with("<p>Текст</p>"), "{tag}: {html}");
    }
}

#[test]
fn links_to_files_of_articles_lead_to_the_articles() {
    for (link, path) in [
        ("@/blog/x.md", "/blog/x.md"),
        ("y/index.md#part", "y/index.md#part"),
        ("x.MD", "x.MD"),
        ("{{< ref \"x.md\" >}}", "x.md"),
        ("{{% relref \"/blog/x\" %}}", "/blog/x"),
        ("{% post_url 2026-01-02-x %}", "/2026-01-02-x"),
        ("{% link _posts/2026-01-02-x.md %}", "/2026-01-02-x.md"),
    ] {
        let expected = format!("<p><a href=\"https://feeds.example/articles/{path}\">а</a></p>");
        assert_eq!(
            safe(&format!("[а]({link})"), Syntax::Markdown),
            expected,
            "{link}"
        );
    }
    for (html, expected) in [
        (
            "До <a class=\"x\" href=\"y/x.md#part\">а</a>",
            "<p>До <a href=\"https://feeds.example/articles/y/x.md#part\">а</a></p>",
        ),
        (
            "<div>\n<a\thref = '@/blog/x.md'>а</a> <a href=\"x.MD\">б</a></div>",
            "<div> <a href=\"https://feeds.example/articles//blog/x.md\">а</a> <a href=\"https://feeds.example/articles/x.MD\">б</a></div>",
        ),
        (
            "<div>а href=\"x.md\" <b href=\"x.md\">б</b> <a href=\"https://a.example/x.md\">в</a></div>",
            "<div>а href=\"x.md\" <b>б</b> <a href=\"https://a.example/x.md\">в</a></div>",
        ),
    ] {
        assert_eq!(safe(html, Syntax::Markdown), expected, "{html}");
    }
    for link in [
        "https://a.example/x.md",
        "mailto:a@b.md",
        "//a.example/x.md",
        "x.html",
    ] {
        let html = safe(&format!("[а]({link})"), Syntax::Markdown);
        assert!(!html.contains("/articles/"), "{html}");
    }
}

#[test]
fn tags_in_code_and_escaped_tags_are_shown() {
    check(
        Syntax::Markdown,
        &[
            (
                "`{{< x >}}` ``{% y %}``",
                "<p><code>{{&lt; x &gt;}}</code> <code>{% y %}</code></p>",
            ),
            (
                "```\n{{< x >}}\n:::note\n[toc]\n==а== :smile:\n```",
                "<pre><code>{{&lt; x &gt;}} :::note [toc] ==а== :smile: </code></pre>",
            ),
            (
                "а\n\n    {{ x }} $a_b_c$\n",
                "<p>а</p> <pre><code>{{ x }} $a_b_c$ </code></pre>",
            ),
            (
                "<pre>{{< x >}}</pre>\n\n<code>{{ y }}</code> {{ z }}",
                "<pre>{{&lt; x &gt;}}</pre> <p><code>{{ y }}</code></p>",
            ),
            (
                "\\{{<x>}} {{</* y \"z\" */>}} {{%/* y */%}} {%/* y */%} {{/* f() */}}",
                "<p>{{&lt;x&gt;}} {{&lt; y \"z\" &gt;}} {{% y %}} {% y %} {{ f() }}</p>",
            ),
            ("{{</* x */>}}", "<p>{{&lt; x &gt;}}</p>"),
        ],
    );
}

#[test]
fn formulas_are_left_alone_and_prices_are_none() {
    check(
        Syntax::Markdown,
        &[
            (
                "$a_1 * b_2 * c$ и $$x_1\n_y_$$",
                "<p>$a_1 * b_2 * c$ и $$x_1 _y_$$</p>",
            ),
            (
                "$$\n\\sum_{i=1}^n x_i \\\\\n{{a}}\n$$",
                "<p>$$ \\sum_{i=1}^n x_i \\\\ {{a}} $$</p>",
            ),
            (
                "\\(a_1 + b_1\\) и \\[x^2\\]",
                "<p>\\(a_1 + b_1\\) и \\[x^2\\]</p>",
            ),
            (
                "от 5$ до 10$, $5 *или* 10$, за $5 и **$10**",
                "<p>от 5$ до 10$, $5 <em>или</em> 10$, за $5 и <strong>$10</strong></p>",
            ),
            (
                "\\[Мы\\] победим \\[1\\] \\(не *так*\\)",
                "<p>[Мы] победим [1] (не <em>так</em>)</p>",
            ),
        ],
    );
}

#[test]
fn marks_inside_of_lines() {
    check(
        Syntax::Markdown,
        &[
            (
                "==важно== и ==**очень** важно==",
                "<p><mark>важно</mark> и <mark><strong>очень</strong> важно</mark></p>",
            ),
            (
                "++новое++ ~~старое~~",
                "<p><ins>новое</ins> <del>старое</del></p>",
            ),
            (
                "++i и j++, ++k; ++новый *важный* текст++, ++а++",
                "<p>++i и j++, ++k; <ins>новый <em>важный</em> текст</ins>, <ins>а</ins></p>",
            ),
            ("&#35;река и \\#мост", "<p>#река и #мост</p>"),
            (
                "H~2~O, м^2^, Ca^2+^",
                "<p>H<sub>2</sub>O, м<sup>2</sup>, Ca<sup>2+</sup></p>",
            ),
            (
                "a == b == c, C++ и C++, ~5 и ~6, x^2+y^2, ^_^",
                "<p>a == b == c, C++ и C++, ~5 и ~6, x^2+y^2, ^_^</p>",
            ),
            (
                "==открыто\n\nи **==закрыто** тут==",
                "<p>==открыто</p> <p>и <strong>==закрыто</strong> тут==</p>",
            ),
            (
                "\\==а==, `==б==`, [в](https://a.example/?a==b==)",
                "<p>==а==, <code>==б==</code>, <a href=\"https://a.example/?a==b==\">в</a></p>",
            ),
            (
                ":smile: :+1:, :nope: 10:30:45 https://a.example:smile:",
                "<p>😄 👍, :nope: 10:30:45 https://a.example:smile:</p>",
            ),
        ],
    );
}

#[test]
fn footnotes_stand_at_the_end_in_the_order_of_their_marks() {
    check(
        Syntax::Markdown,
        &[
            (
                "Один[^b] два[^a], снова[^b].\n\n[^a]: Первая *а*.\n[^b]: Вторая[^c].\n[^c]: Третья.\n[^d]: Лишняя.\n\nКонец.",
                "<p>Один<sup>1</sup> два<sup>2</sup>, снова<sup>1</sup>.</p> <p>Конец.</p>  <hr> <ol> <li> <p>Вторая<sup>3</sup>.</p> </li> <li> <p>Первая <em>а</em>.</p> </li> <li> <p>Третья.</p> </li> </ol>",
            ),
            ("Текст[^x] [^y].\n\n[^z]: Нет.", "<p>Текст[^x] [^y].</p>"),
            (
                "Один^[Сноска *в* [строке](https://a.example/).], два[^a].\n\n[^a]: Вторая.\n\nКонец `^[x]` \\^[y] ^[открыто",
                "<p>Один<sup>1</sup>, два<sup>2</sup>.</p> <p>Конец <code>^[x]</code> ^[y] ^[открыто</p>  <hr> <ol> <li> <p>Сноска <em>в</em> <a href=\"https://a.example/\">строке</a>.</p> </li> <li> <p>Вторая.</p> </li> </ol>",
            ),
            (
                "а[^1]\n\n[^1]: сама[^1]",
                "<p>а<sup>1</sup></p>  <hr> <ol> <li> <p>сама<sup>1</sup></p> </li> </ol>",
            ),
        ],
    );
}

#[test]
fn mdx_loses_imports_components_and_expressions() {
    check(
        Syntax::Mdx,
        &[
            (
                "import X from 'y';\n\n<Intro>\n\nТекст *а*.\n\n</Intro>",
                "<p>Текст <em>а</em>.</p>",
            ),
            (
                "import {\n  a,\n\n  b\n} from \"c\"\nexport const m = { d: '}' }\n\nТекст",
                "<p>Текст</p>",
            ),
            (
                "import taxes \"rose\".\n\nexport of grain {x} fell",
                "<p>import taxes \"rose\".</p> <p>export of grain  fell</p>",
            ),
            (
                "<Tabs.Item value={{a: '}'}} {...rest} b />Текст<Br/>",
                "<p>Текст</p>",
            ),
            (
                "<Tabs>\n  <Tab>\n    Один\n    - два\n\n    ```js\n    { три }\n    ```\n  </Tab>\n</Tabs>",
                "<p>Один</p> <ul> <li>два</li> </ul> <pre><code>{ три } </code></pre>",
            ),
            (
                "{/* скрыто */}а{x.map(y => <b>{y}</b>)}б{' '}в {\"г\"}",
                "<p>аб в г</p>",
            ),
            (
                "<div className=\"x\" style={{a: 1}}><img src={require('./a.png')} alt=\"b\"/></div>",
                "<div><img src=\"https://dala.example/kz/blog/a/a.png\" alt=\"b\"></div>",
            ),
            (
                "<Link to=\"/x\">а</Link> <>б</> `{c}` \\{d} 1 <B и C> 2",
                "<p><a href=\"https://dala.example/x\">а</a> б <code>{c}</code> {d} 1 &lt;B и C&gt; 2</p>",
            ),
            (
                "<Image src=\"/m.jpg\" alt=\"А\" />",
                "<figure><img src=\"https://dala.example/m.jpg\" alt=\"А\"></figure>",
            ),
            ("{открыто и <Card a={b", "<p>{открыто и &lt;Card a={b</p>"),
        ],
    );
    // Some generators read every Markdown file as MDX.
    check(
        Syntax::Markdown,
        &[
            (
                "\nimport X from 'y';\n\n<Intro a={b}>\n\nТекст.\n\n</Intro>",
                "<p>Текст.</p>",
            ),
            (
                "import taxes on \"steel\" {rose}.\n\n<b>Текст</b>",
                "<p>import taxes on \"steel\" {rose}.</p> <p><b>Текст</b></p>",
            ),
        ],
    );
    let html = safe("Начало\n\n{/* truncate */}\n\nКонец", Syntax::Mdx);
    assert_eq!(html, "<p>Начало</p>  <p>Конец</p>");
    let context = TemplateContext {
        shortcodes: &BTreeMap::new(),
        site: "https://dala.example/",
        article: &|_| None,
    };
    let html = mdx_to_html("Начало\n\n{/* truncate */}\n\nКонец", &context).expect("html");
    assert!(html.contains("<!--more-->"), "{html}");
}

#[test]
fn pictures_that_are_files_of_sound_or_video_are_played() {
    check(
        Syntax::Markdown,
        &[
            (
                "![Мост](a.mp4) и ![](/b.MP3?x=1)",
                "<p><video src=\"https://dala.example/kz/blog/a/a.mp4\" title=\"Мост\" controls=\"\"></video> и <audio src=\"https://dala.example/b.MP3?x=1\" controls=\"\"></audio></p>",
            ),
            (
                "[![](https://youtu.be/a)](https://youtu.be/a)",
                "<p><a href=\"https://youtu.be/a\">YouTube</a></p>",
            ),
            (
                "{{< video \"a.mp4\" >}}",
                "<video src=\"https://dala.example/kz/blog/a/a.mp4\" controls=\"\"></video>",
            ),
            (
                "![](https://img.youtube.com/vi/a/0.jpg)",
                "<p><img src=\"https://img.youtube.com/vi/a/0.jpg\" alt=\"\"></p>",
            ),
        ],
    );
}
