// The newsroom that the browser visits: the sample articles of the repository, and one article
// each of whose fields tries to become markup.

import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What every hostile field says; each would leave a mark on the page that it got into. */
const ATTACKS = [
  "<script>window.pwned = 'script'</script>",
  "\"><img src=x onerror=\"window.pwned = 'attribute'\">",
  "'><svg onload='window.pwned = 1'>",
  "{{ 7 * 7 }}{% raw %}</title></style></script>",
];

const attack = (name) => `${name} ${ATTACKS.join(" ")}`;

/** An article with an attack in every field that a page can show. */
function hostile(base) {
  return {
    title: attack("Заголовок"),
    date: "2026-11-20T10:00:00+05:00",
    updated: "2026-11-20T11:00:00+05:00",
    section: attack("Раздел"),
    tags: [attack("тег"), "javascript:alert(1)", "мажилис"],
    authors: [
      { name: attack("Автор"), role: attack("роль"), email: "a@dala.example", url: "javascript:window.pwned=1" },
      { name: "\" onmouseover=\"window.pwned=2", url: "https://dala.example/?a=\"onclick=\"window.pwned=3" },
    ],
    summary: attack("Лид"),
    image: {
      url: `${base}/assets/icon.svg?a="onload="window.pwned=4`,
      alt: attack("Подпись"),
      credit: attack("Фото"),
      type: "image/svg+xml",
    },
    enclosures: [{ url: "https://dala.example/a.mp3?a=1&b='\"><script>", type: "audio/mpeg", length: 12345678 }],
    content_html: `<p>${attack("Текст")}</p><a href="javascript:window.pwned=5" onclick="window.pwned=6">x</a>
      <iframe src="javascript:parent.pwned=7"></iframe><p style="position:fixed">y</p><math><mtext></mtext></math>`,
  };
}

/** Articles with pictures, and one with the longest word that a tag may be. */
const PICTURED = {
  "pictured-ru": {
    title: "На Балхаше открыли летнюю школу для молодых экологов",
    date: "2026-11-27T09:40:00+05:00",
    section: "Общество",
    tags: ["экология", "балхаш"],
    author: "Сауле Мергенова",
    lang: "ru",
    image: { url: "https://dala.example/media/lake.jpg", width: 1200, height: 800, alt: "Берег озера" },
    content_text: "Двадцать школьников из четырёх областей неделю измеряли прозрачность воды и считали птиц.\n\nЗанятия вели сотрудники заповедника.",
  },
  "pictured-kk": {
    title: "Мәжіліс ауыл кітапханаларына арналған қорды талқылады",
    date: "2026-11-26T16:05:00+05:00",
    section: "Парламент",
    tags: ["мажилис", "кітапхана"],
    author: { name: "Айгерім Сапарова", role: "корреспондент" },
    lang: "kk",
    image: { url: "https://dala.example/media/library.jpg", alt: "Кітап сөрелері" },
    content_text: "Депутаттар әр ауданға жыл сайын екі мың жаңа кітап жеткізуді ұсынды.\n\nЕсеп желтоқсанда жарияланады.",
  },
  "pictured-en": {
    title: "Night trains between Almaty and Semey return after eleven years",
    date: "2026-11-25T08:00:00+05:00",
    section: "World",
    tags: ["rail", "a".repeat(64)],
    author: "Daniyar Ospan",
    lang: "en",
    image: { url: "https://dala.example/media/train.jpg", width: 900, height: 1200, alt: "A sleeping car" },
    content_text: "The first sleeping cars left on Tuesday with every berth taken.\n\nTickets are sold sixty days ahead.",
  },
};

/** Writes articles and a feeds.toml below `folder`; gives the path of the configuration. */
export async function furnish(folder, samples, port) {
  const base = `http://127.0.0.1:${port}`;
  const articles = join(folder, "articles");
  await mkdir(articles, { recursive: true });
  await cp(samples, join(articles, "newsroom"), { recursive: true });
  for (const [name, article] of Object.entries({ ...PICTURED, hostile: hostile(base) })) {
    await writeFile(join(articles, `${name}.json`), JSON.stringify(article));
  }
  const config = join(folder, "feeds.toml");
  await writeFile(config, configuration(base, port));
  return { base, config };
}

function configuration(base, port) {
  return `
[site]
title        = "Дала жаңалықтары"
url          = "https://dala.example/"
id-authority = "dala.example"
id-year      = 2026
language     = "ru"
time-zone    = "Asia/Almaty"
description  = "Новости Казахстана на русском, казахском и английском языках"
copyright    = "© Дала жаңалықтары"

[server]
listen     = "127.0.0.1:${port}"
public-url = "${base}/"

[source.directory]
path = "articles"

[auto.sections]
[auto.tags]
[auto.authors]

[[feed]]
name  = "parliament"
title = "Парламент"
description = "Заседания мажилиса и сената: законы, бюджет, назначения"
any   = ["section:Парламент", "#мажилис"]

[[feed]]
name     = "qazaqsha"
title    = "Қазақша жаңалықтар"
language = "kk"
all      = ["lang:kk"]

[[feed]]
name     = "world/english"
title    = "In English"
language = "en"
all      = ["lang:en"]

[[feed]]
name  = "quiet"
title = "Тишина"
all   = ["#мажилис", "section:Спорт", "author:Никто"]
`;
}
