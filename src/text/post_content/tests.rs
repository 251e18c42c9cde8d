use std::time::Instant;

use super::*;

#[test]
fn blank_lines_part_paragraphs() {
    for (content, expected) in [
        ("Один.\r\n\r\nДва.", "<p>Один.</p>\n<p>Два.</p>\n"),
        ("Строка\nи ещё.", "<p>Строка<br>\nи ещё.</p>\n"),
        ("Один.<br /><br>\nДва.", "<p>Один.</p>\n<p>Два.</p>\n"),
        ("Один.<br />\nДва.", "<p>Один.<br>\nДва.</p>\n"),
        (
            "<em>Один</em> <b>два</b>\n\n<a href=\"/x\">три</a>",
            "<p><em>Один</em> <b>два</b></p>\n<p><a href=\"/x\">три</a></p>\n",
        ),
        (
            "Один.\n\n<h2>Глава</h2>\nДва.\n<ul>\n<li>а</li>\n<li>б</li>\n</ul>\nТри.",
            "<p>Один.</p>\n<h2>Глава</h2><p>Два.</p>\n<ul><li>а</li><li>б</li></ul><p>Три.</p>\n",
        ),
        (
            "<blockquote>Слово.\n\nДело.</blockquote>",
            "<blockquote><p>Слово.</p>\n<p>Дело.</p>\n</blockquote>",
        ),
        (
            "<p class=\"x\">Один\nдва.</p>\n<p>Три.\n\nЧетыре.</p>",
            "<p class=\"x\">Один<br>\nдва.</p>\n<p>Три.</p>\n<p>Четыре.</p>\n",
        ),
        (
            "<div>Один.\n\nДва.</div>Три.",
            "<div>Один.<p>Два.</p>\n</div><p>Три.</p>\n",
        ),
        (
            "Код:\n<pre>a\n\nb</pre>\nдалее",
            "<p>Код:</p>\n<pre>a\n\nb</pre><p>далее</p>\n",
        ),
        (
            "<video>\n<source src=\"a.mp4\">\n\n</video>\n\nТекст.",
            "<p><video>\n<source src=\"a.mp4\">\n\n</video></p>\n<p>Текст.</p>\n",
        ),
        (
            "Лид.\n\n<!--more-->\n\nДалее.",
            "<p>Лид.</p>\n<!--more--><p>Далее.</p>\n",
        ),
        ("Лид.<!--more--> Далее.", "<p>Лид.<!--more--> Далее.</p>\n"),
        ("a < b\n\nc > d", "<p>a < b</p>\n<p>c > d</p>\n"),
        (
            "<table>\n<tr>\n<td>1\n2</td></tr></table>",
            "<table><tr><td>1<br>\n2</td></tr></table>",
        ),
        (" \n\n ", ""),
        ("<pre>a\n\nb", "<pre><p>a</p>\n<p>b</p>\n"),
    ] {
        assert_eq!(post_content_to_html(content), expected, "{content}");
    }
}

#[test]
fn blocks_are_html_and_what_stands_between_them_is_text() {
    for (content, expected) in [
        (
            "<!-- wp:paragraph {\"dropCap\":true} -->\n<p>Один</p>\n<!-- /wp:paragraph -->\n\n\
             <!-- wp:heading -->\n<h2>Глава</h2>\n<!-- /wp:heading -->",
            "\n<p>Один</p>\n\n<h2>Глава</h2>\n",
        ),
        (
            "Текст.\n\nЕщё.\n<!-- wp:image -->\n<figure><img src=\"a.jpg\"></figure>\n<!-- /wp:image -->",
            "<p>Текст.</p>\n<p>Ещё.</p>\n\n<figure><img src=\"a.jpg\"></figure>\n",
        ),
        (
            "<!-- wp:freeform -->\nОдин.\n\nДва.\n<!-- /wp:freeform -->",
            "<p>Один.</p>\n<p>Два.</p>\n",
        ),
        (
            "<!-- wp:paragraph --><p>А</p><!-- /wp:paragraph --><!-- wp:latest-posts {\"n\":3} /-->",
            "<p>А</p>",
        ),
        (
            "<!-- wp:group {\"metadata\":{\"blockVisibility\":false}} --><div><!-- wp:paragraph --><p>Тайна</p>\
             <!-- /wp:paragraph --></div><!-- /wp:group --><!-- wp:paragraph --><p>Б</p><!-- /wp:paragraph -->",
            "<p>Б</p>",
        ),
        (
            "<!-- wp:more -->\n<!--more-->\n<!-- /wp:more -->",
            "\n<!--more-->\n",
        ),
        (
            "<!-- wp: без конца\n\nТекст.",
            "<p><!-- wp: без конца</p>\n<p>Текст.</p>\n",
        ),
    ] {
        assert_eq!(post_content_to_html(content), expected, "{content}");
    }
}

#[test]
fn hostile_texts_are_written_in_time() {
    let begin = Instant::now();
    for piece in [
        "<",
        "<a",
        "<pre>",
        "</",
        "<!--",
        "<!-- wp:a -->",
        "<!-- /wp:b -->",
        "<ul>",
        "</li>",
        "<li></ul>",
        "\n",
        "<br>",
        ">",
        "<svg ",
        "<video>",
    ] {
        post_content_to_html(&piece.repeat((2 << 20) / piece.len()));
    }
    // A debug build on a busy machine; what is quadratic takes hours.
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
}
