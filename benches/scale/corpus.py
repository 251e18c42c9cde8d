#!/usr/bin/env python3
"""A newsroom's archive of any size, invented, and the same on every machine.

    benches/scale/corpus.py FOLDER --articles N [--first N] [--form text|markdown] [--processes N]

An article depends on its number alone, so any part of an archive can be written by itself and in any
number of processes. They stand in folders of 1,000. The statistics:

| what | how it is drawn |
|---|---|
| size | 3.5 kB on average, 2.7 to 4.3 kB for nine in ten; zlib makes a quarter of it |
| title | one sentence, then the article's number, so that titles are unique |
| text | six paragraphs of 2–4 sentences of 8–16 words out of about 40 of the language |
| language | three in ten Kazakh, else Russian |
| date | a day without a time, evenly spread over ten years |
| section, author, role | evenly out of 10, 100 and 4 |
| tags | 2–5 drawn, repetitions dropped, out of 2,000: rank r with probability ~ 1/r (Zipf) |

`markdown` has the same title, date, terms and paragraphs behind TOML front matter, in the taxonomies
that static-site generators know; view counter, role and photo credit have no place there.
"""

import argparse
import datetime
import hashlib
import multiprocessing
import random
from dataclasses import dataclass
from pathlib import Path

FOLDER_ARTICLES = 1000
DAYS = 3650
LAST_DAY = datetime.date(2025, 12, 31)
TAGS = 2000
# Prime to DAYS, so that neighbouring numbers lie far apart and every day comes equally often.
STRIDE = 1459


def words(text: str) -> list[str]:
    return text.split()


RUSSIAN = words("""акимат аптека аэропорт вагон ведомство выборы глава доклад документ жильё запас инженер
история квартал комитет конкурс кредит льгота мощность музей напряжение новый опрос открытие отрасль
пассажир поставка предложение развитие ремонт решение совещание сделка специалист стройка субсидия
тариф университет участок фермер хозяйство чемпионат элеватор""")
KAZAKH = words("""ауыл әкімдік баға баяндама бәсеке білім ғалым ғимарат дәріхана егін жаңалық жәрдемақы
жиналыс кеден келісім кітапхана көрме құжат құрылыс маман мектеп министр мұражай нан өкіл өнеркәсіп
сайлау сауда спорт тариф төраға ұсыныс үкімет фермер халық шеру шешім""")
SECTIONS = words("""Политика Финансы Город Область Наука Медицина Образование Происшествия Мәдениет
Қоғам""")
GIVEN_NAMES = words("Асель Бауыржан Вера Дәурен Жанна Қайрат Марат Наталья Олег Сәуле")
FAMILY_NAMES = words("""Абдрахман Бекова Голубев Досымов Есенова Ким Мұқанов Новиков Сағынтай
Тлеубаева""")
ROLES = ["корреспондент", "редактор", "фотограф", "собкор"]
# The commonest have names; the others are numbered by their rank.
FREQUENT_TAGS = words("выборы акимат бюджет білім тариф урожай погода құрылыс футбол министр")


@dataclass
class Article:
    """What a file says of an article, whatever its form."""

    date: str
    title: str
    section: str
    views: int
    author: str
    role: str
    paragraphs: list[str]
    tags: list[str]


def article(number: int, date: str | None = None) -> Article:
    """The article with a number; `date` in the place of its own makes it news."""
    chance = random.Random(number)
    language = KAZAKH if chance.random() < 0.3 else RUSSIAN
    day = LAST_DAY - datetime.timedelta(days=number * STRIDE % DAYS)
    return Article(
        date=date or day.isoformat(),
        title=f"{sentence(chance, language)} № {number}",
        section=chance.choice(SECTIONS),
        views=chance.randrange(10_000),
        author=f"{chance.choice(GIVEN_NAMES)} {chance.choice(FAMILY_NAMES)}",
        role=chance.choice(ROLES),
        paragraphs=[paragraph(chance, language) for _ in range(6)],
        tags=list(dict.fromkeys(tag(chance) for _ in range(chance.randint(2, 5)))),
    )


def paragraph(chance: random.Random, language: list[str]) -> str:
    return " ".join(f"{sentence(chance, language)}." for _ in range(chance.randint(2, 4)))


def sentence(chance: random.Random, language: list[str]) -> str:
    text = " ".join(chance.choices(language, k=chance.randint(8, 16)))
    return text[0].upper() + text[1:]


def tag(chance: random.Random) -> str:
    # Evenly on a logarithmic scale is Zipf's law.
    rank = int(TAGS ** chance.random())
    return FREQUENT_TAGS[rank - 1] if rank <= len(FREQUENT_TAGS) else f"тема{rank}"


def as_text(article: Article) -> str:
    """Newsroom text."""
    lead, speech, *rest = article.paragraphs
    parts = [
        f"date {article.date} {article.title}",
        "\n".join([article.section, str(article.views), article.author, article.role]),
        lead,
        "Фото: из архива редакции",
        f"– {speech}",
        *rest,
        " ".join(f"#{tag}" for tag in article.tags),
    ]
    return "\n\n".join(parts) + "\n"


def as_markdown(article: Article) -> str:
    """Markdown behind TOML front matter; nothing in these texts has to be escaped there."""
    tags = ", ".join(f'"{tag}"' for tag in article.tags)
    lead, speech, *rest = article.paragraphs
    front_matter = f"""+++
title = "{article.title}"
date = {article.date}
tags = [{tags}]
categories = ["{article.section}"]
authors = ["{article.author}"]
+++
"""
    return front_matter + "\n\n".join([lead, f"– {speech}", *rest]) + "\n"


FORMS = {"text": (as_text, "txt"), "markdown": (as_markdown, "md")}


def name(number: int) -> str:
    """A file's name without extension: a number and something that cannot be guessed from it."""
    digest = hashlib.sha1(str(number).encode()).hexdigest()
    return f"{number:07}_{digest[:12]}"


def write(folder: Path, numbers: range, form: str = "text", processes: int = 2) -> None:
    """Writes articles below `folder`."""
    first, last = numbers.start // FOLDER_ARTICLES, (numbers.stop - 1) // FOLDER_ARTICLES
    shares = []
    for thousand in range(first, last + 1):
        start = thousand * FOLDER_ARTICLES
        share = range(max(start, numbers.start), min(start + FOLDER_ARTICLES, numbers.stop))
        shares.append((folder / f"{thousand:04}", share, form))
    with multiprocessing.Pool(processes) as pool:
        for _ in pool.imap_unordered(write_share, shares):
            pass


def write_share(share: tuple[Path, range, str]) -> None:
    folder, numbers, form = share
    as_file, extension = FORMS[form]
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        (folder / f"{name(number)}.{extension}").write_text(as_file(article(number)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, required=True)
    parser.add_argument("--first", type=int, default=0, help="number of the first one")
    parser.add_argument("--form", choices=FORMS, default="text")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    numbers = range(options.first, options.first + options.articles)
    write(options.folder, numbers, options.form, options.processes)


if __name__ == "__main__":
    main()
