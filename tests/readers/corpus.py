"""Newsrooms that the parsers read: ordinary articles, and those that editors should not paste."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: Whom articles without author are credited to.
AUTHOR = "Редакция «Далы»"

SITE = f"""
[site]
title        = "Дала & <жаңалықтары>"
url          = "https://dala.example/"
id-authority = "dala.example"
id-year      = 2026
language     = "ru"
time-zone    = "Asia/Almaty"
author       = "{AUTHOR}"
email        = "news@dala.example"
copyright    = "© Дала"

[server]
public-url = "https://feeds.dala.example/"

[source.directory]
path = "articles"

[defaults]
items = 200
"""


@dataclass
class Story:
    """One article, as it is written and as readers should see it."""

    name: str
    title: str = "Заголовок"
    date: str = "2026-11-01T10:00:00+05:00"
    html: str = "<p>Текст.</p>"
    more: dict[str, Any] = field(default_factory=dict)
    #: How the title is written, if a reader should see another: references in it are decoded once.
    written: str | None = None

    def document(self) -> dict[str, Any]:
        return {"title": self.written or self.title, "date": self.date, "content_html": self.html, **self.more}

    def tags(self) -> list[str]:
        section = [self.more["section"]] if "section" in self.more else []
        return section + self.more.get("tags", [])

    def authors(self) -> list[str]:
        return [author["name"] for author in self.more.get("authors", [])]


def hostile() -> list[Story]:
    """Every article is later than the one before, so that their order is known."""
    stories = [
        Story("cdata", "Конец ]]> и <![CDATA[ начало", html="<p>a ]]&gt; b <code>&lt;![CDATA[x]]&gt;</code></p>"),
        Story(
            "entities",
            "AT&T &amp; Co &#38; &nbsp;— &lt;b&gt;",
            html="<p>1 &lt; 2 &amp;&amp; 3 &gt; 2 &amp;amp; &quot;q&quot;</p>",
            written="AT&T &amp;amp; Co &amp;#38; &amp;nbsp;— &amp;lt;b&amp;gt;",
        ),
        Story("script", "<script>alert(1)</script> в заголовке", html="<p>До<script>alert(1)</script> после</p>"),
        Story("markup", "<b>Жирный</b> & <i>курсив</i>", html="<p><b>Жирный</b> &amp; <i>курсив</i></p>"),
        Story("control", "Знаки\u0001\u000b\ufffe внутри", html="<p>a\u0001b\u000bc\uffffd</p>"),
        Story("emoji", "Семья 👩‍👩‍👧‍👦 и флаг 🇰🇿 á ё ӱ", html="<p>👩🏽‍🚀 é у́дар</p>"),
        Story(
            "kazakh",
            "Ә, Ғ, Қ, Ң, Ө, Ұ, Ү, Һ, І әріптері",
            more={"lang": "kk", "section": "Қоғам", "tags": ["мәжіліс", "ұлттық ән"]},
        ),
        Story("rtl", "خبر عاجل و \u200fעברית\u200f рядом", html="<p dir='rtl'>خبر عاجل</p>"),
        Story("commas", "Теги с запятыми", more={"section": "Еда, вода", "tags": ["a,b", "c&d", "<e>", 'f"g']}),
        Story("long", "Очень длинный заголовок " * 8 + "и его конец", html="<p>" + "Слово за словом. " * 3000 + "</p>"),
        Story(
            "persons",
            more={
                "authors": [
                    {"name": "Айгүл Өмірбек", "role": "редактор"},
                    {"name": "Тимур «Т&Т» Ахметов", "email": "timur@dala.example"},
                ]
            },
        ),
        Story("quotes", "«Ёлочки» „лапки“ \"прямые\" 'одинарные' – тире — и …"),
        Story(
            "places", html="<p><a href='/a?b=1&amp;c=2'>1</a> <a href='#top'>2</a> <img src='img/я.jpg' alt='я'></p>"
        ),
        Story(
            "media",
            more={
                "image": {
                    "url": "/i/я.jpg",
                    "type": "image/jpeg",
                    "alt": "Вид & <тень>",
                    "credit": "Фото: Иван",
                    "width": 640,
                    "height": 480,
                },
                "enclosures": [{"url": "https://cdn.example/a.mp3?x=1&y=2", "type": "audio/mpeg", "length": 12345}],
            },
        ),
        Story(
            "foreign",
            html="<p><svg><text>x</text></svg><math><mi>y</mi></math><iframe src='https://www.youtube.com/embed/abc'></iframe></p>",
        ),
        Story("prefix", 'xmlns:x="y" media:content atom:link dc:creator'),
        Story("spaces", "  Много   пробелов\t и\nстрок  ", html="<p>a\n\n   b&nbsp;c\td</p><pre>x  y\n z</pre>"),
        Story("lists", html="<ul><li>раз<li>два</ul><table><tr><td>1<td>2</table><p>не закрыт"),
        Story("plain", more={"content_text": "1 < 2 & строка\n\nвторая <b>строка</b>"}, html=""),
        Story("summary", more={"summary": "Лид & <b>без</b> разметки &amp; ]]>"}),
        Story("flash", "Молния: только заголовок", html=""),
        Story(
            "own-id",
            more={"id": "https://old.dala.example/?p=1&q=%D1%8F", "url": "https://dala.example/статья?a=1&b=2"},
        ),
    ]
    for minute, story in enumerate(stories):
        story.date = f"2026-11-01T10:{minute:02}:00+05:00"
    stories += [
        Story("ancient", "Давным-давно", date="1969-07-20T23:17:40+03:00"),
        Story("offset", "Другой пояс", date="2026-11-01T09:59:59-11:30"),
        Story("edited", "Исправлено", date="2026-10-01T10:00:00+05:00", more={"updated": "2026-11-02T12:30:00+05:00"}),
    ]
    return [story for story in stories if story.html or story.name in ("plain", "flash")]


def furnish_hostile(folder: Path) -> list[Story]:
    stories = hostile()
    articles = folder / "articles"
    articles.mkdir(parents=True)
    for story in stories:
        document = story.document()
        if not story.html:
            del document["content_html"]
        (articles / f"{story.name}.json").write_text(json.dumps(document, ensure_ascii=False))
    (folder / "feeds.toml").write_text(SITE)
    return stories


def furnish_ordinary(folder: Path, samples: Path) -> None:
    folder.mkdir()
    shutil.copytree(samples, folder / "articles")
    (folder / "feeds.toml").write_text(SITE)
