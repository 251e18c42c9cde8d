use super::*;

const LONG: &str = "Мост через реку открыли утром, и первые машины уже прошли по нему в город.";

fn lead(html: &str) -> String {
    let markup = Markup::read(html).unwrap_or_else(|error| panic!("{html}: {error}"));
    markup.lead().into_string()
}

fn check(cases: &[(&str, &str)]) {
    for (html, expected) in cases {
        assert_eq!(lead(html), *expected, "{html}");
    }
}

/// The text of each of these is no lead: not alone, and not before a paragraph.
fn check_left_out(blocks: &[&str]) {
    for block in blocks {
        assert_eq!(lead(block), "", "{block} alone");
        for html in [
            format!("{block}<p>{LONG}</p>"),
            format!("{block}\n{LONG}"),
            format!("<div>{block}<p>{LONG}</div>"),
        ] {
            assert_eq!(lead(&html), LONG, "{html}");
        }
        assert_eq!(
            lead(&format!("<p>Кратко.</p>{block}")),
            "Кратко.",
            "{block} along"
        );
    }
}

/// Each of these is passed over for a paragraph, and is the lead where there is none.
fn check_weak(blocks: &[(&str, &str)]) {
    for (block, text) in blocks {
        assert_eq!(lead(block), *text, "{block} alone");
        let html = format!("{block}<p>{LONG}</p>");
        assert_eq!(lead(&html), LONG, "{html}");
        assert_eq!(
            lead(&format!("<p>Кратко.</p>{block}")),
            "Кратко.",
            "{block} along"
        );
    }
}

#[test]
fn no_text_of_these_elements_is_a_lead() {
    check_left_out(&[
        "<h1>Мост открыт сегодня утром.</h1>",
        "<h6>Мост открыт сегодня утром.</h6>",
        "<figure><img src=a.jpg><figcaption><p>Мост на рассвете.</p></figcaption></figure>",
        "<figure><blockquote><p>Цитата в рамке.</p></blockquote></figure>",
        "<figcaption>Мост на рассвете.</figcaption>",
        "<div class=\"wp-caption alignnone\"><img src=a><p class=\"wp-caption-text\">Мост на рассвете.</p></div>",
        "<p class=\"wp-caption-text\">Мост на рассвете.</p>",
        "<div class=image__caption>Мост на рассвете.</div>",
        "<p><span class=\"photo-credit\">Снимок агентства.</span></p>",
        "<table><caption>Цены.</caption><tr><td>Хлеб стоит дорого.<td><p>Молоко тоже.</p></table>",
        "<nav><p>На главную. К рубрикам.</p></nav>",
        "<video src=a.mp4 controls>Ваш браузер не поддерживает видео.</video>",
        "<audio src=a.mp3><p>Ваш браузер не играет звук.</p></audio>",
        "<iframe src=https://x.example/>Рамки не видны.</iframe>",
        "<div class=footnotes><p>Сноска о мосте.</p></div>",
        "<p><del>Мост закрыт до весны.</del></p>",
    ]);
}

#[test]
fn blocks_without_words_are_no_lead() {
    check_left_out(&[
        "<p>{{&lt; figure src=\"/most.jpg\" caption=\"Мост на рассвете.\" &gt;}}</p>",
        "<p>{{% note %}} {{% /note %}}</p>",
        "<p>{{ youtube(id=\"abc\") }}</p>",
        "<p>{% include head.html %}</p>",
        "<p>[TOC]</p>",
        "<p>[[_TOC_]]</p>",
        "<p>[gallery ids=\"1,2\"]</p>",
        "<p>[caption id=\"a\"]Мост на рассвете.[/caption]</p>",
        "<p>https://dala.example/a/b.</p>",
        "<p>Видео: https://dala.example/watch?v=12345</p>",
        "<p>www.dala.example</p>",
        "<p><a href=\"https://dala.example/\">https://dala.example/</a></p>",
        "<p>IMG_0012.JPG</p>",
        "<p>most.png, most-2.webp.</p>",
        "<p>* * *</p>",
        "<p>—</p>",
        "<p>🎉🎉</p>",
        "<p>1. IMG_0012.jpg</p>",
        "<ul><li><a href=/a>Мост через реку.</a></li><li><a href=/b>Дорога в город.</a></li></ul>",
    ]);
    check(&[
        ("<p>[Мы] победим.</p>", "[Мы] победим."),
        ("<p>[sic]</p>", "[sic]"),
        (
            "<p>Подробности на сайте www.dala.example и в газете.</p>",
            "Подробности на сайте www.dala.example и в газете.",
        ),
    ]);
}

#[test]
fn weak_paragraphs_are_passed_over() {
    check_weak(&[
        (
            "<blockquote><p>Мост нужен всем.</p></blockquote>",
            "Мост нужен всем.",
        ),
        ("<aside>Мост нужен всем.</aside>", "Мост нужен всем."),
        (
            "<details><summary>Ещё</summary><p>Мост нужен всем.</p></details>",
            "Мост нужен всем.",
        ),
        (
            "<ul><li>Мост нужен всем.<li>Дорога тоже.</ul>",
            "Мост нужен всем. Дорога тоже.",
        ),
        (
            "<ol><li><p>Мост нужен всем.</p></li></ol>",
            "Мост нужен всем.",
        ),
        ("<dl><dt>Мост.<dd>Нужен всем.</dl>", "Мост. Нужен всем."),
        ("<pre>Мост нужен всем.</pre>", "Мост нужен всем."),
        (
            "<p><a href=/a>Читайте также: мост через реку построят к весне, а дорогу в город – к зиме</a></p>",
            "Читайте также: мост через реку построят к весне, а дорогу в город – к зиме",
        ),
        ("<p>Мост через реку</p>", "Мост через реку"),
        ("<p>Т</p>", "Т"),
        ("<p><b>By Ann Lee</b></p>", "By Ann Lee"),
        (
            "<p>By Ann Lee, our own reporter.</p>",
            "By Ann Lee, our own reporter.",
        ),
        (
            "<p>Автор: Айман Аманжолова.</p>",
            "Автор: Айман Аманжолова.",
        ),
        (
            "<p>Мәтін: Айман Аманжолова.</p>",
            "Мәтін: Айман Аманжолова.",
        ),
        ("<p>Published on Monday.</p>", "Published on Monday."),
        ("<p>2026-03-05, Алматы.</p>", "2026-03-05, Алматы."),
        ("<p>05.03.2026 10:00.</p>", "05.03.2026 10:00."),
        ("<p>5 марта 2026 г.</p>", "5 марта 2026 г."),
        ("<p>March 5, 2026.</p>", "March 5, 2026."),
        ("<p>Коротко о главном:</p>", "Коротко о главном:"),
        (
            "<p>Фото: пресс-служба акимата Алматинской области и архив нашей редакции за прошлые годы.</p>",
            "Фото: пресс-служба акимата Алматинской области и архив нашей редакции за прошлые годы.",
        ),
    ]);
}

#[test]
fn a_paragraph_that_ends_as_a_sentence_does_is_good() {
    for end in [
        ".",
        "!",
        "?",
        "…",
        ".»",
        ".”",
        "!)",
        ".\u{a0}",
        "! 🎉",
        ". ❤\u{fe0f}",
        "。",
        ".<sup>2</sup>",
    ] {
        let html =
            format!("<p>Мост через большую реку открыли для всех машин{end}</p><p>{LONG}</p>");
        assert!(lead(&html).starts_with("Мост через большую реку"), "{html}");
    }
    let label = "Что надо знать о новом мосте через большую реку:";
    assert_eq!(lead(&format!("<p>{label}</p><p>{LONG}</p>")), label);
    let long =
        "Мост через большую реку открыли для всех машин, а дорогу к нему откроют ближе к весне";
    assert_eq!(lead(&format!("<p>{long}</p><p>{LONG}</p>")), long);
    let link = "<a href=/a>Мост через большую реку открыли для всех машин.</a>";
    assert!(lead(&format!("<p>{link}</p><p>{LONG}</p>")).starts_with("Мост через большую"));
}

#[test]
fn text_without_paragraphs_has_a_lead() {
    check(&[
        ("Просто текст о мосте.", "Просто текст о мосте."),
        (
            "<div>Мост через реку наконец открыт для всех.</div><div>Второй.</div>",
            "Мост через реку наконец открыт для всех.",
        ),
        (
            "Мост через реку наконец открыт для всех.<br><br>Второй.",
            "Мост через реку наконец открыт для всех.",
        ),
        (
            "Мост через реку наконец открыт для всех.<br />\n &nbsp;<br />Второй.",
            "Мост через реку наконец открыт для всех.",
        ),
        (
            "<p>Мост через реку<br>наконец открыт для всех.<br><br>Второй.</p>",
            "Мост через реку наконец открыт для всех.",
        ),
        (
            "<p>Автор: Ким<br><br>Мост через реку наконец открыт для всех.</p>",
            "Мост через реку наконец открыт для всех.",
        ),
        (
            "Мост через реку наконец открыт для всех.<hr>Второй.",
            "Мост через реку наконец открыт для всех.",
        ),
        (
            "<b>Мост</b> через реку <i>наконец</i> открыт для всех.<p>Второй.",
            "Мост через реку наконец открыт для всех.",
        ),
        (
            "<p>漢<ruby>字<rt>じ</rt></ruby>の話です。</p>",
            "漢字じの話です。",
        ),
        ("<h2>Одна глава</h2>", ""),
        ("", ""),
    ]);
}

#[test]
fn a_short_lead_takes_the_next_paragraph_along() {
    let (short, whole) = (
        "Мост открыт для всех, даже для автобусо.",
        "Мост открыт для всех, даже для автобусов.",
    );
    assert_eq!((short.chars().count(), whole.chars().count()), (40, 41));
    check(&[
        (&format!("<p>{short}</p><p>Второй.</p>"), short),
        (&format!("<p>{whole}</p><p>Второй.</p>"), whole),
        (
            "<p>Мост открыт.</p><p>Второй.</p><p>Третий.</p>",
            "Мост открыт. Второй.",
        ),
        (
            "<p>Мост открыт.</p><p>a.jpg</p><p>Второй.</p>",
            "Мост открыт. Второй.",
        ),
        (
            "<p>Мост открыт.</p><p>Без конца</p><p>Третий.</p>",
            "Мост открыт.",
        ),
        (
            "<p>Без конца</p><p>Мост открыт.</p><p>Второй.</p>",
            "Мост открыт. Второй.",
        ),
    ]);
}

#[test]
fn a_short_label_takes_along_what_it_announces() {
    check(&[
        (
            "<p>Главное:</p><ul><li>Мост открыт</li><li>Дорога к нему готова</li><li>Паром уйдёт</li></ul>",
            "Главное: Мост открыт; Дорога к нему готова",
        ),
        (
            "<h2>Мост</h2><p><b>Коротко:</b></p><p>Мост открыт</p><p>Дорога закрыта</p>",
            "Коротко: Мост открыт",
        ),
        (
            "<p>Главное:</p><p>a.jpg</p><blockquote>Мост открыт.</blockquote>",
            "Главное: Мост открыт.",
        ),
        ("<p>Коротко:</p>", "Коротко:"),
        ("<p>Автор: Ким</p><p>Мост открыт</p>", "Автор: Ким"),
    ]);
    let long = format!("<p>Главное:</p><ul><li>Мост открыт</li></ul><p>{LONG}</p>");
    assert_eq!(lead(&long), LONG);
    assert_eq!(
        Text::lead(["Коротко:", "Автор: Ким"]).as_str(),
        "Коротко: Автор: Ким"
    );
}

#[test]
fn italics_below_a_picture_are_its_caption() {
    for caption in [
        "<p><img src=a.jpg>\n<em>Мост на рассвете.</em></p>",
        "<p><img src=a.jpg><br><em>Мост на рассвете.</em></p>",
        "<p><a href=a.jpg><img src=a.jpg></a></p><p><em>Мост на рассвете.</em></p>",
        "<p><img src=a.jpg></p>\n<p><i>Мост <b>на рассвете.</b></i></p>",
        "<p><img src=a.jpg></p><p><em>Мост на рассвете.</em> Ким</p>",
        "<figure><img src=a.jpg></figure><p><em>Мост на рассвете.</em></p>",
        "<img src=a.jpg><p><small>Мост на рассвете.</small></p>",
        "<p><span style='font-style:italic'><img src=a.jpg>Мост на рассвете.</span></p>",
        "<iframe src=https://youtu.be/a></iframe><p><em>Мост на рассвете.</em></p>",
    ] {
        assert_eq!(lead(&format!("{caption}<p>{LONG}</p>")), LONG, "{caption}");
        let weak = format!("{caption}<p>Без точки</p>");
        assert_eq!(lead(&weak), "Без точки", "{caption}");
        let along = format!("<p>Кратко.</p>{caption}<p>Второй.</p>");
        assert_eq!(lead(&along), "Кратко. Второй.", "{caption}");
        let marked = format!("{caption}<p>Кратко.</p><!--more--><p>{LONG}</p>");
        assert_eq!(lead(&marked), "Кратко.", "{caption}");
        assert!(lead(caption).starts_with("Мост на рассвете."), "{caption}");
    }
    let second = "Второй абзац о мосте, по которому утром прошли машины.";
    for (lead_in_italics, expected) in [
        (format!("<p><em>{LONG}</em></p>"), LONG),
        (
            format!("<p>А</p><img src=a.jpg><h2>Б</h2><p><em>{LONG}</em></p>"),
            LONG,
        ),
        (
            format!("<p><img src=a.jpg> <em>Мост</em>: {LONG}</p>"),
            &format!("Мост: {LONG}"),
        ),
        (
            format!("<img src=a.jpg><p><em>{LONG} {LONG} {LONG}</em></p>"),
            &format!("{LONG} {LONG} {LONG}"),
        ),
    ] {
        let html = format!("{lead_in_italics}<p>{second}</p>");
        assert_eq!(lead(&html), expected, "{html}");
    }
}

#[test]
fn marks_of_footnotes_are_left_out_and_exponents_are_not_glued() {
    check(&[
        (
            "<p>Суд решил<sup class=\"footnote-reference\"><a href=\"#1\">1</a></sup> дело.</p>",
            "Суд решил дело.",
        ),
        (
            "<p>Суд решил<sup><a href=#fn1>[1]</a></sup> дело.</p>",
            "Суд решил дело.",
        ),
        (
            "<p>Суд решил<a class=footnote-ref href=#fn1>1</a> дело.</p>",
            "Суд решил дело.",
        ),
        (
            "<p>Суд решил<a href=#fn1>[1]</a> дело.</p>",
            "Суд решил дело.",
        ),
        ("<p>Суд решил<sup>[12]</sup> дело.</p>", "Суд решил дело."),
        ("<p>Суд решил<sup>*</sup> дело.</p>", "Суд решил дело."),
        ("<p>Суд решил<sup>1</sup> дело.</p>", "Суд решил дело."),
        ("<p>Суд решил дело.<sup>1</sup></p>", "Суд решил дело."),
        (
            "<p>Суд <a href=#part>решил</a> дело.</p>",
            "Суд решил дело.",
        ),
        ("<p>Всего 10<sup>6</sup> тенге.</p>", "Всего 10^6 тенге."),
        (
            "<p>Всего 5 м<sup>2</sup> и 10<sup>-3</sup>, x<sup>n</sup>.</p>",
            "Всего 5 м^2 и 10^-3, x^n.",
        ),
        (
            "<p>The 21<sup>st</sup>, le 1<sup>er</sup>, Мост<sup>®</sup>.</p>",
            "The 21st, le 1er, Мост®.",
        ),
        ("<p>Вода H<sub>2</sub>O.</p>", "Вода H2O."),
        ("<p>Цена <s>500</s> 600 тенге.</p>", "Цена 600 тенге."),
        ("<p>Не закрыт<sup>6<p>Второй абзац.", "Второй абзац."),
    ]);
}

#[test]
fn text_before_more_is_the_lead() {
    for mark in [
        "<!--more-->",
        "<!-- more -->",
        "<!--more Читать дальше-->",
        "<!-- more Дальше -->",
        "<!-- truncate -->",
        "<!--truncate-->",
        "<!--excerpt-->",
        "</p><p>{/* truncate */}</p><p>",
        "<!-- excerpt -->",
    ] {
        let html = format!(
            "<h2>Глава</h2><p>Раз без точки</p><figure><figcaption>Мост.</figcaption></figure>\
             <ul><li>Два.</ul><p>https://x.example/</p><p>Три.{mark} Четыре.</p><p>{LONG}</p>"
        );
        assert_eq!(lead(&html), "Раз без точки Два. Три.", "{mark}");
    }
    for comment in [
        "<!--moreover-->",
        "<!-- read more -->",
        "<!-- excerpt of a book -->",
        "<!-- more-or-less -->",
    ] {
        assert_eq!(
            lead(&format!("<p>Раз.</p>{comment}<p>Два.</p><p>Три.</p>")),
            "Раз. Два.",
            "{comment}"
        );
    }
    check(&[
        ("<!--more--><p>Лид.</p>", "Лид."),
        ("<h2>Глава</h2><!--more--><p>Лид.</p>", "Лид."),
    ]);
}

#[test]
fn a_lead_has_no_more_characters_than_any_feed_asks_for() {
    let most = usize::from(LEAD_CHARACTERS_MAX);
    for html in [
        format!("<p>{}</p>", "слово ".repeat(200_000)),
        "<p>Предложение из нескольких слов.</p>".repeat(2_000) + "<!--more-->",
    ] {
        let count = lead(&html).chars().count();
        assert!((most - 40..=most).contains(&count), "{count}");
    }
    let paragraph = "я".repeat(9_000);
    assert_eq!(
        Text::lead([paragraph.as_str()]).as_str().chars().count(),
        most
    );
}

#[test]
fn the_lead_of_plain_text_is_its_first_paragraph_with_words() {
    for (paragraphs, expected) in [
        (&["Мост открыт", "Второй."][..], "Мост открыт"),
        (&["", "\u{1}", "Лид."], "Лид."),
        (&["https://dala.example/", "IMG_1.jpg", "—", "Лид."], "Лид."),
        (&["https://dala.example/"], ""),
        (&["Автор: Айман Аманжолова", "Лид."], "Лид."),
        (&["5 марта 2026 г., Алматы", "Коротко:", "Лид."], "Лид."),
        (&["Фото: пресс-служба", "Лид"], "Лид"),
        (
            &["5 марта 2026 года мост открыли.", "Второй."],
            "5 марта 2026 года мост открыли.",
        ),
        (&["Автор: Айман Аманжолова"], "Автор: Айман Аманжолова"),
        (&[], ""),
    ] {
        assert_eq!(
            Text::lead(paragraphs.iter().copied()).as_str(),
            expected,
            "{paragraphs:?}"
        );
    }
}
