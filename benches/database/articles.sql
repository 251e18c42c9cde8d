-- An archive of :articles rows, invented, and the same on every machine: an article depends on its number alone.
--
-- | what | how it is drawn |
-- |---|---|
-- | date | ids ascend in time, evenly over ten years; every fifth article was updated within two days |
-- | title | 40 to 90 characters, whole words out of 90 Russian or 45 Kazakh ones |
-- | language | three in ten Kazakh, else Russian |
-- | section, author | evenly out of 12 and 200 |
-- | tags | 2–5 drawn, repetitions dropped, out of 2,000: rank r with probability ~ 1/r (Zipf) |
-- | body | 3–7 paragraphs of 18–45 words as HTML, 2.5 kB on average |

CREATE TABLE articles (
    id           bigint PRIMARY KEY,
    title        text NOT NULL,
    published_at timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    section      text NOT NULL,
    tags         text[] NOT NULL,
    author       text NOT NULL,
    lang         text NOT NULL,
    summary      text NOT NULL,
    content_html text NOT NULL
);

-- A number below `below` that looks drawn.
CREATE FUNCTION draw(id bigint, what integer, below integer) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (hashint8extended(id, what) & 4294967295) % below;

CREATE FUNCTION sentence(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN upper(left(words, 1)) || substr(words, 2);

INSERT INTO articles
WITH given AS (
    SELECT
        string_to_array('Политика Экономика Общество Область Наука Медицина Образование Спорт Происшествия '
            'Мәдениет Қоғам Ауыл', ' ') AS sections,
        string_to_array('Асель Бауыржан Вера Дәурен Жанна Қайрат Марат Наталья Олег Сәуле', ' ') AS names,
        string_to_array('Абдрахман Бекова Голубев Досымов Есенова Жұмабай Захарова Исаева Ким Құсайын Лебедев '
            'Мұқанов Новиков Оспанова Панченко Рахимов Сағынтай Тлеубаева Усенов Шәріпов', ' ') AS families,
        string_to_array('автомобильный большой важный весенний водный военный главный городской горный детский '
            'дорожный жилищный зимний крупный летний местный молодой народный научный новый областной осенний '
            'особый первый полевой правовой районный речной сельский семейный степной столичный таможенный '
            'торговый трудовой учебный финансовый частный школьный южный', ' ') AS adjectives,
        string_to_array('акимат аптека аэропорт бюджет вагон ведомство вокзал выборы глава доклад документ '
            'дорога жильё завод запас инженер история канал квартал комитет конкурс кредит льгота мост музей '
            'напряжение опрос открытие отрасль пассажир погода поставка предложение рынок ремонт решение '
            'совещание сделка специалист стройка субсидия тариф университет урожай участок фермер хозяйство '
            'чемпионат экзамен элеватор', ' ') AS nouns,
        string_to_array('ауыл әкімдік аудан баға баяндама бәсеке білім бюджет ғалым ғимарат дәрігер дәріхана '
            'егін жаңалық жәрдемақы жиналыс жол кеден келісім кітапхана көрме құжат құрылыс мал маман мектеп '
            'министр мұражай нан өкіл өнеркәсіп өңір сайлау сауда спорт су тариф төраға ұсыныс үкімет фермер '
            'халық шаруа шеру шешім', ' ') AS kazakh
)
SELECT
    id,
    -- The last word is dropped with what may be left of it.
    sentence(regexp_replace(left(texts[1], 56 + draw(id, 1, 35)), ' \S*$', '')),
    published_at,
    published_at + (draw(id, 2, 5) = 0)::integer * draw(id, 3, 172800) * interval '1 second',
    sections[1 + draw(id, 4, 12)],
    tags,
    names[1 + draw(id, 5, 10)] || ' ' || families[1 + draw(id, 6, 20)],
    lang,
    sentence(texts[2]) || '.',
    (
        SELECT string_agg(CASE number % 4
            WHEN 1 THEN format('<p>%s.</p>', sentence(text))
            WHEN 2 THEN format('<blockquote><p>– %s.</p></blockquote>', sentence(text))
            WHEN 3 THEN format('<p>%s, <a href="https://news.example/%s">как сообщалось</a>.</p>',
                sentence(text), id / 2)
            ELSE format('<h2>%s</h2><p><strong>Итог:</strong> %s.</p>',
                sentence(split_part(text, ' ', 1)), text)
        END, E'\n' ORDER BY number)
        FROM unnest(texts[3:]) WITH ORDINALITY AS paragraphs (text, number)
    )
FROM given,
    generate_series(1, :articles::bigint) AS id,
    LATERAL (
        SELECT
            timestamptz '2016-01-01 00:00:00+00' + date_trunc('second',
                (id - draw(id, 7, 1000) / 1000.0) / :articles * interval '3650 days') AS published_at,
            CASE WHEN draw(id, 8, 10) < 3 THEN 'kk' ELSE 'ru' END AS lang
    ) AS simple,
    LATERAL (
        SELECT array_agg(DISTINCT adjectives[1 + rank / 50] || ' ' || nouns[1 + rank % 50]) AS tags
        FROM generate_series(1, 2 + draw(id, 9, 4)) AS number,
            -- Evenly on a logarithmic scale is Zipf's law.
            LATERAL (SELECT floor(2000 ^ (draw(id, 10 + number, 1000000) / 1e6))::integer - 1 AS rank) AS ranks
    ) AS tagged,
    -- The words of the title, of the summary and of each paragraph.
    LATERAL (
        SELECT array_agg(text ORDER BY at) AS texts
        FROM (
            SELECT at, string_agg(word, ' ' ORDER BY number) AS text
            FROM generate_series(1, 5 + draw(id, 20, 5)) AS at,
                generate_series(1, 18 + (at > 1)::integer * draw(id, 20 + at, 28)) AS number,
                LATERAL (SELECT CASE lang
                    WHEN 'kk' THEN kazakh[1 + draw(id, 64 * at + number, 45)]
                    ELSE (adjectives || nouns)[1 + draw(id, 64 * at + number, 90)]
                END AS word) AS words
            GROUP BY at
        ) AS joined
    ) AS written;

CREATE INDEX articles_updated_at ON articles (updated_at);

CREATE FUNCTION articles_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('taspa', '');
    RETURN NULL;
END $$;

CREATE TRIGGER articles_notify AFTER INSERT OR UPDATE OR DELETE ON articles
    FOR EACH STATEMENT EXECUTE FUNCTION articles_notify();

-- Rows as they were before a measurement changed them.
CREATE TABLE originals (LIKE articles);

CREATE ROLE taspa LOGIN;
GRANT SELECT ON articles TO taspa;
