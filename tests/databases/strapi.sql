-- The tables of a small Strapi that the recipe examples/sql/strapi.toml reads, as Strapi 5.54 on PostgreSQL made and filled
-- them: articles, drafts, corrections, languages and pictures went through its own interface. Left out are its other
-- tables, and the keys that lead to them.

CREATE TABLE articles (
    id integer NOT NULL,
    document_id character varying(255),
    title character varying(255),
    slug character varying(255),
    lead text,
    body jsonb,
    markdown text,
    created_at timestamp(6) without time zone,
    updated_at timestamp(6) without time zone,
    published_at timestamp(6) without time zone,
    created_by_id integer,
    updated_by_id integer,
    locale character varying(255)
);

CREATE TABLE articles_authors_lnk (
    id integer NOT NULL,
    article_id integer,
    author_id integer,
    author_ord double precision,
    article_ord double precision
);

CREATE SEQUENCE articles_authors_lnk_id_seq
    AS integer;

ALTER SEQUENCE articles_authors_lnk_id_seq OWNED BY articles_authors_lnk.id;

CREATE TABLE articles_category_lnk (
    id integer NOT NULL,
    article_id integer,
    category_id integer,
    article_ord double precision
);

CREATE SEQUENCE articles_category_lnk_id_seq
    AS integer;

ALTER SEQUENCE articles_category_lnk_id_seq OWNED BY articles_category_lnk.id;

CREATE SEQUENCE articles_id_seq
    AS integer;

ALTER SEQUENCE articles_id_seq OWNED BY articles.id;

CREATE TABLE articles_tags_lnk (
    id integer NOT NULL,
    article_id integer,
    tag_id integer,
    tag_ord double precision,
    article_ord double precision
);

CREATE SEQUENCE articles_tags_lnk_id_seq
    AS integer;

ALTER SEQUENCE articles_tags_lnk_id_seq OWNED BY articles_tags_lnk.id;

CREATE TABLE authors (
    id integer NOT NULL,
    document_id character varying(255),
    name character varying(255),
    slug character varying(255),
    role character varying(255),
    created_at timestamp(6) without time zone,
    updated_at timestamp(6) without time zone,
    published_at timestamp(6) without time zone,
    created_by_id integer,
    updated_by_id integer,
    locale character varying(255)
);

CREATE SEQUENCE authors_id_seq
    AS integer;

ALTER SEQUENCE authors_id_seq OWNED BY authors.id;

CREATE TABLE categories (
    id integer NOT NULL,
    document_id character varying(255),
    name character varying(255),
    slug character varying(255),
    created_at timestamp(6) without time zone,
    updated_at timestamp(6) without time zone,
    published_at timestamp(6) without time zone,
    created_by_id integer,
    updated_by_id integer,
    locale character varying(255)
);

CREATE SEQUENCE categories_id_seq
    AS integer;

ALTER SEQUENCE categories_id_seq OWNED BY categories.id;

CREATE TABLE files (
    id integer NOT NULL,
    document_id character varying(255),
    name character varying(255),
    alternative_text text,
    caption text,
    focal_point jsonb,
    width integer,
    height integer,
    formats jsonb,
    hash character varying(255),
    ext character varying(255),
    mime character varying(255),
    size numeric(10,2),
    url text,
    preview_url text,
    provider character varying(255),
    provider_metadata jsonb,
    folder_path character varying(255),
    created_at timestamp(6) without time zone,
    updated_at timestamp(6) without time zone,
    published_at timestamp(6) without time zone,
    created_by_id integer,
    updated_by_id integer,
    locale character varying(255)
);

CREATE SEQUENCE files_id_seq
    AS integer;

ALTER SEQUENCE files_id_seq OWNED BY files.id;

CREATE TABLE files_related_mph (
    id integer NOT NULL,
    file_id integer,
    related_id integer,
    related_type character varying(255),
    field character varying(255),
    "order" double precision
);

CREATE SEQUENCE files_related_mph_id_seq
    AS integer;

ALTER SEQUENCE files_related_mph_id_seq OWNED BY files_related_mph.id;

CREATE TABLE tags (
    id integer NOT NULL,
    document_id character varying(255),
    name character varying(255),
    slug character varying(255),
    created_at timestamp(6) without time zone,
    updated_at timestamp(6) without time zone,
    published_at timestamp(6) without time zone,
    created_by_id integer,
    updated_by_id integer,
    locale character varying(255)
);

CREATE SEQUENCE tags_id_seq
    AS integer;

ALTER SEQUENCE tags_id_seq OWNED BY tags.id;
ALTER TABLE articles ALTER COLUMN id SET DEFAULT nextval('articles_id_seq'::regclass);
ALTER TABLE articles_authors_lnk ALTER COLUMN id SET DEFAULT nextval('articles_authors_lnk_id_seq'::regclass);
ALTER TABLE articles_category_lnk ALTER COLUMN id SET DEFAULT nextval('articles_category_lnk_id_seq'::regclass);
ALTER TABLE articles_tags_lnk ALTER COLUMN id SET DEFAULT nextval('articles_tags_lnk_id_seq'::regclass);
ALTER TABLE authors ALTER COLUMN id SET DEFAULT nextval('authors_id_seq'::regclass);
ALTER TABLE categories ALTER COLUMN id SET DEFAULT nextval('categories_id_seq'::regclass);
ALTER TABLE files ALTER COLUMN id SET DEFAULT nextval('files_id_seq'::regclass);
ALTER TABLE files_related_mph ALTER COLUMN id SET DEFAULT nextval('files_related_mph_id_seq'::regclass);
ALTER TABLE tags ALTER COLUMN id SET DEFAULT nextval('tags_id_seq'::regclass);

INSERT INTO articles VALUES
    (1, 'mtbg8r10lzsy3nzpwvhqn0ds', 'Тайный новый заголовок', 'dengi', 'Поправку приняли с третьей попытки.', '[{"type": "paragraph", "children": [{"text": "Мажилис ", "type": "text"}, {"bold": true, "text": "вернул", "type": "text"}, {"text": " деньги & ", "type": "text"}, {"text": "дороги", "type": "text", "italic": true, "underline": true}, {"text": " <раз>\nвторая строка ", "type": "text"}, {"url": "https://zan.example/?a=1&b=2", "type": "link", "children": [{"bold": true, "text": "закон", "type": "text"}]}, {"text": " ", "type": "text"}, {"code": true, "text": "x = 1", "type": "text"}, {"text": " ", "type": "text"}, {"text": "нет", "type": "text", "strikethrough": true}, {"text": ".", "type": "text"}]}, {"type": "heading", "level": 2, "children": [{"text": "Что дальше & «как»", "type": "text"}]}, {"type": "list", "format": "unordered", "children": [{"type": "list-item", "children": [{"text": "раз", "type": "text"}]}, {"type": "list-item", "children": [{"text": "два ", "type": "text"}, {"url": "/o", "type": "link", "children": [{"text": "тут", "type": "text"}]}]}, {"type": "list", "format": "ordered", "children": [{"type": "list-item", "children": [{"text": "вложено", "type": "text"}]}], "indentLevel": 1}]}, {"type": "quote", "children": [{"text": "Дороги важнее всего", "type": "text"}]}, {"type": "code", "children": [{"text": "if a < b:\n  pass", "type": "text"}], "language": "plaintext"}, {"type": "image", "image": {"ext": ".jpg", "url": "/uploads/doroga_8b7f065365.jpg", "hash": "doroga_8b7f065365", "mime": "image/jpeg", "name": "doroga.jpg", "size": 8.82, "width": 1600, "height": 900, "caption": "Подпись", "formats": {"large": {"ext": ".jpg", "url": "/uploads/large_doroga_8b7f065365.jpg", "hash": "large_doroga_8b7f065365", "mime": "image/jpeg", "name": "large_doroga.jpg", "path": null, "size": 3.67, "width": 1000, "height": 563, "sizeInBytes": 3671}, "small": {"ext": ".jpg", "url": "/uploads/small_doroga_8b7f065365.jpg", "hash": "small_doroga_8b7f065365", "mime": "image/jpeg", "name": "small_doroga.jpg", "path": null, "size": 1.13, "width": 500, "height": 281, "sizeInBytes": 1133}, "medium": {"ext": ".jpg", "url": "/uploads/medium_doroga_8b7f065365.jpg", "hash": "medium_doroga_8b7f065365", "mime": "image/jpeg", "name": "medium_doroga.jpg", "path": null, "size": 2.17, "width": 750, "height": 422, "sizeInBytes": 2172}, "thumbnail": {"ext": ".jpg", "url": "/uploads/thumbnail_doroga_8b7f065365.jpg", "hash": "thumbnail_doroga_8b7f065365", "mime": "image/jpeg", "name": "thumbnail_doroga.jpg", "path": null, "size": 0.49, "width": 245, "height": 138, "sizeInBytes": 485}}, "provider": "local", "createdAt": "2026-11-30T08:37:27.797Z", "updatedAt": "2026-11-30T08:37:27.797Z", "alternativeText": "Дорога \"в степи\" & небо"}, "children": [{"text": "", "type": "text"}]}, {"type": "paragraph", "children": [{"text": "", "type": "text"}]}]', 'Мажилис **вернул** деньги.

![дорога](/uploads/doroga_8b7f065365.jpg)
', '2025-11-01 05:00:00.25', '2025-11-20 05:00:00', NULL, NULL, NULL, 'ru'),
    (4, 'mtbg8r10lzsy3nzpwvhqn0ds', 'Мажилис вернул деньги: «дороги» & мосты', 'dengi', 'Поправку приняли с третьей попытки.', '[{"type": "paragraph", "children": [{"text": "Мажилис ", "type": "text"}, {"bold": true, "text": "вернул", "type": "text"}, {"text": " деньги & ", "type": "text"}, {"text": "дороги", "type": "text", "italic": true, "underline": true}, {"text": " <раз>\nвторая строка ", "type": "text"}, {"url": "https://zan.example/?a=1&b=2", "type": "link", "children": [{"bold": true, "text": "закон", "type": "text"}]}, {"text": " ", "type": "text"}, {"code": true, "text": "x = 1", "type": "text"}, {"text": " ", "type": "text"}, {"text": "нет", "type": "text", "strikethrough": true}, {"text": ".", "type": "text"}]}, {"type": "heading", "level": 2, "children": [{"text": "Что дальше & «как»", "type": "text"}]}, {"type": "list", "format": "unordered", "children": [{"type": "list-item", "children": [{"text": "раз", "type": "text"}]}, {"type": "list-item", "children": [{"text": "два ", "type": "text"}, {"url": "/o", "type": "link", "children": [{"text": "тут", "type": "text"}]}]}, {"type": "list", "format": "ordered", "children": [{"type": "list-item", "children": [{"text": "вложено", "type": "text"}]}], "indentLevel": 1}]}, {"type": "quote", "children": [{"text": "Дороги важнее всего", "type": "text"}]}, {"type": "code", "children": [{"text": "if a < b:\n  pass", "type": "text"}], "language": "plaintext"}, {"type": "image", "image": {"ext": ".jpg", "url": "/uploads/doroga_8b7f065365.jpg", "hash": "doroga_8b7f065365", "mime": "image/jpeg", "name": "doroga.jpg", "size": 8.82, "width": 1600, "height": 900, "caption": "Подпись", "formats": {"large": {"ext": ".jpg", "url": "/uploads/large_doroga_8b7f065365.jpg", "hash": "large_doroga_8b7f065365", "mime": "image/jpeg", "name": "large_doroga.jpg", "path": null, "size": 3.67, "width": 1000, "height": 563, "sizeInBytes": 3671}, "small": {"ext": ".jpg", "url": "/uploads/small_doroga_8b7f065365.jpg", "hash": "small_doroga_8b7f065365", "mime": "image/jpeg", "name": "small_doroga.jpg", "path": null, "size": 1.13, "width": 500, "height": 281, "sizeInBytes": 1133}, "medium": {"ext": ".jpg", "url": "/uploads/medium_doroga_8b7f065365.jpg", "hash": "medium_doroga_8b7f065365", "mime": "image/jpeg", "name": "medium_doroga.jpg", "path": null, "size": 2.17, "width": 750, "height": 422, "sizeInBytes": 2172}, "thumbnail": {"ext": ".jpg", "url": "/uploads/thumbnail_doroga_8b7f065365.jpg", "hash": "thumbnail_doroga_8b7f065365", "mime": "image/jpeg", "name": "thumbnail_doroga.jpg", "path": null, "size": 0.49, "width": 245, "height": 138, "sizeInBytes": 485}}, "provider": "local", "createdAt": "2026-11-30T08:37:27.797Z", "updatedAt": "2026-11-30T08:37:27.797Z", "alternativeText": "Дорога \"в степи\" & небо"}, "children": [{"text": "", "type": "text"}]}, {"type": "paragraph", "children": [{"text": "", "type": "text"}]}]', 'Мажилис **вернул** деньги.

![дорога](/uploads/doroga_8b7f065365.jpg)
', '2025-11-01 07:00:00.25', '2025-11-01 07:00:00.5', '2025-11-01 07:00:01', NULL, NULL, 'ru'),
    (5, 'tde6wotovzste4j1rbnxw2fo', 'В степи появилось озеро', 'ozero', 'Видно со спутника.', '[{"type": "paragraph", "children": [{"text": "Озеро появилось за одну ночь.", "type": "text"}]}]', NULL, '2025-11-01 07:00:00.25', '2025-11-01 07:00:00.5', NULL, NULL, NULL, 'ru'),
    (6, 'tde6wotovzste4j1rbnxw2fo', 'В степи появилось озеро', 'ozero', 'Видно со спутника.', '[{"type": "paragraph", "children": [{"text": "Озеро появилось за одну ночь.", "type": "text"}]}]', NULL, '2025-11-01 08:00:00.25', '2025-11-01 08:00:00.5', '2025-11-01 08:00:01', NULL, NULL, 'ru'),
    (7, 'tde6wotovzste4j1rbnxw2fo', 'Далада көл пайда болды', 'kol', 'Ғарыштан көрінеді.', '[{"type": "paragraph", "children": [{"text": "Көл бір түнде пайда болды, ауыл тұрғындары оны Түнгі көл деп атады.", "type": "text"}]}]', NULL, '2025-11-01 08:00:00.25', '2025-11-01 08:00:00.5', NULL, NULL, NULL, 'kk'),
    (8, 'tde6wotovzste4j1rbnxw2fo', 'Далада көл пайда болды', 'kol', 'Ғарыштан көрінеді.', '[{"type": "paragraph", "children": [{"text": "Көл бір түнде пайда болды, ауыл тұрғындары оны Түнгі көл деп атады.", "type": "text"}]}]', NULL, '2025-11-01 09:00:00.25', '2025-11-01 09:00:00.5', '2025-11-01 09:00:01', NULL, NULL, 'kk'),
    (9, 'rgo30axeou1a1ooyxzklg7a0', 'Черновик тайна', 'draft', NULL, '[{"type": "paragraph", "children": [{"text": "тайна", "type": "text"}]}]', NULL, '2025-11-01 09:00:00.25', '2025-11-01 09:00:00.5', NULL, NULL, NULL, 'ru'),
    (10, 'jr9op8n7xyayvhvh2usaq45k', 'Снято тайна', 'un', NULL, '[{"type": "paragraph", "children": [{"text": "тайна", "type": "text"}]}]', NULL, '2025-11-01 10:00:00.25', '2025-11-01 10:00:00.5', NULL, NULL, NULL, 'ru'),
    (12, 'r2797h0zxccqa22b05wqrgxf', 'В тайном разделе', 'sec', NULL, '[{"type": "paragraph", "children": [{"text": "видно", "type": "text"}]}]', NULL, '2025-11-01 11:00:00.25', '2025-11-01 11:00:00.5', NULL, NULL, NULL, 'ru'),
    (13, 'r2797h0zxccqa22b05wqrgxf', 'В тайном разделе', 'sec', NULL, '[{"type": "paragraph", "children": [{"text": "видно", "type": "text"}]}]', NULL, '2025-11-01 11:00:00.25', '2025-11-01 11:00:00.5', '2025-11-01 11:00:01', NULL, NULL, 'ru'),
    (14, 'at7fjmdr96qzdo1v76ncw2qt', 'Молния без текста', 'flash', NULL, NULL, NULL, '2025-11-01 12:00:00.25', '2025-11-01 12:00:00.5', NULL, NULL, NULL, 'ru'),
    (15, 'at7fjmdr96qzdo1v76ncw2qt', 'Молния без текста', 'flash', NULL, NULL, NULL, '2025-11-01 12:00:00.25', '2025-11-01 12:00:00.5', '2025-11-01 12:00:01', NULL, NULL, 'ru'),
    (16, 'y7bdz3yutzw7u0s9dvk0wfjx', 'Заметка № 0: событие дня', 'z0', NULL, '[{"type": "paragraph", "children": [{"text": "Текст заметки номер 0 о событии дня.", "type": "text"}]}]', 'Текст **заметки** 0', '2025-11-01 13:00:00.25', '2025-11-01 13:00:00.5', NULL, NULL, NULL, 'kk'),
    (17, 'y7bdz3yutzw7u0s9dvk0wfjx', 'Заметка № 0: событие дня', 'z0', NULL, '[{"type": "paragraph", "children": [{"text": "Текст заметки номер 0 о событии дня.", "type": "text"}]}]', 'Текст **заметки** 0', '2025-11-01 13:00:00.25', '2025-11-01 13:00:00.5', '2025-11-01 13:00:01', NULL, NULL, 'kk'),
    (18, 'm1f71q0ah5wv3xewi3ae4ghg', 'Заметка № 1: событие дня', 'z1', NULL, '[{"type": "paragraph", "children": [{"text": "Текст заметки номер 1 о событии дня.", "type": "text"}]}]', 'Текст **заметки** 1', '2025-11-01 14:00:00.25', '2025-11-01 14:00:00.5', NULL, NULL, NULL, 'ru'),
    (19, 'm1f71q0ah5wv3xewi3ae4ghg', 'Заметка № 1: событие дня', 'z1', NULL, '[{"type": "paragraph", "children": [{"text": "Текст заметки номер 1 о событии дня.", "type": "text"}]}]', 'Текст **заметки** 1', '2025-11-01 14:00:00.25', '2025-11-01 14:00:00.5', '2025-11-01 14:00:01', NULL, NULL, 'ru'),
    (20, 'zp69nbrjewo6ideqsexieiai', 'Заметка № 2: событие дня', 'z2', NULL, '[{"type": "paragraph", "children": [{"text": "Текст заметки номер 2 о событии дня.", "type": "text"}]}]', 'Текст **заметки** 2', '2025-11-01 15:00:00.25', '2025-11-01 15:00:00.5', NULL, NULL, NULL, 'ru'),
    (21, 'zp69nbrjewo6ideqsexieiai', 'Заметка № 2: событие дня', 'z2', NULL, '[{"type": "paragraph", "children": [{"text": "Текст заметки номер 2 о событии дня.", "type": "text"}]}]', 'Текст **заметки** 2', '2025-11-01 15:00:00.25', '2025-11-01 15:00:00.5', '2025-11-01 15:00:01', NULL, NULL, 'ru'),
    (22, 'ot7yrpx2s322wi0adw2l23pg', 'Заметка № 3: событие дня', 'z3', NULL, NULL, 'Текст **заметки** 3', '2025-11-01 16:00:00.25', '2025-11-01 16:00:00.5', NULL, NULL, NULL, 'ru'),
    (23, 'ot7yrpx2s322wi0adw2l23pg', 'Заметка № 3: событие дня', 'z3', NULL, NULL, 'Текст **заметки** 3', '2025-11-01 16:00:00.25', '2025-11-01 16:00:00.5', '2025-11-01 16:00:01', NULL, NULL, 'ru');

INSERT INTO articles_authors_lnk VALUES
    (1, 1, 1, 1, 1),
    (2, 1, 3, 2, 1),
    (7, 4, 1, 1, 1),
    (8, 4, 3, 2, 1),
    (9, 5, 2, 1, 1),
    (10, 6, 2, 1, 1),
    (11, 16, 1, 1, 2),
    (12, 17, 1, 1, 2),
    (13, 18, 3, 1, 2),
    (14, 19, 3, 1, 2),
    (15, 20, 1, 1, 3),
    (16, 20, 3, 2, 3),
    (17, 21, 1, 1, 3),
    (18, 21, 3, 2, 3);

INSERT INTO articles_category_lnk VALUES
    (1, 1, 1, 1),
    (4, 4, 2, 1),
    (5, 5, 3, 1),
    (6, 6, 4, 1),
    (7, 7, 5, 1),
    (8, 8, 6, 1),
    (9, 12, 7, 1),
    (10, 16, 5, 2),
    (11, 17, 6, 2),
    (12, 18, 3, 2),
    (13, 19, 4, 2),
    (14, 20, 1, 2),
    (15, 21, 2, 2),
    (16, 22, 3, 3),
    (17, 23, 4, 3);

INSERT INTO articles_tags_lnk VALUES
    (1, 1, 3, 1, 1),
    (2, 1, 1, 2, 1),
    (7, 4, 3, 1, 1),
    (8, 4, 1, 2, 1),
    (9, 5, 4, 1, 1),
    (10, 6, 4, 1, 1),
    (11, 7, 5, 1, 1),
    (12, 8, 5, 1, 1),
    (13, 18, 1, 1, 2),
    (14, 19, 1, 1, 2),
    (15, 22, 1, 1, 3),
    (16, 23, 1, 1, 3);

INSERT INTO authors VALUES
    (1, 'go8ofdr9w8x26zoe3nplney3', 'Тимур Ахметов', 'timur', 'корреспондент', '2025-11-01 05:00:00', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, NULL),
    (2, 'zl7if0k18nc9m3sqmls1ft3e', 'Тимур Ахметов', 'timur-2', 'фотограф', '2025-11-01 05:00:00', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, NULL),
    (3, 'cjxt15fia2x6l7h7v5p13v5z', 'Айгерім Сапарова', 'aigerim', NULL, '2025-11-01 05:00:00', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, NULL);

INSERT INTO categories VALUES
    (1, 'yvz55wq9fnseiy1w0xr0tolf', 'Политика', 'politics', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, NULL, 'ru'),
    (2, 'yvz55wq9fnseiy1w0xr0tolf', 'Политика', 'politics', '2025-11-01 05:00:00', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, 'ru'),
    (3, 'cklcff00wyc3803e71wgfhfe', 'Регионы', 'regions', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, NULL, 'ru'),
    (4, 'cklcff00wyc3803e71wgfhfe', 'Регионы', 'regions', '2025-11-01 05:00:00', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, 'ru'),
    (5, 'cklcff00wyc3803e71wgfhfe', 'Аймақтар', 'regions', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, NULL, 'kk'),
    (6, 'cklcff00wyc3803e71wgfhfe', 'Аймақтар', 'regions', '2025-11-01 05:00:00', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, 'kk'),
    (7, 'k2d7uz04wvjicgy596d5dnwp', 'Тайный раздел', 'secret', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, NULL, 'ru');

INSERT INTO files VALUES
    (1, 'gz8bfjipkcnd1oc4l1r6pd2q', 'doroga.jpg', 'Дорога "в степи" & небо', 'Подпись', NULL, 1600, 900, '{"large": {"ext": ".jpg", "url": "/uploads/large_doroga_8b7f065365.jpg", "hash": "large_doroga_8b7f065365", "mime": "image/jpeg", "name": "large_doroga.jpg", "path": null, "size": 3.67, "width": 1000, "height": 563, "sizeInBytes": 3671}, "small": {"ext": ".jpg", "url": "/uploads/small_doroga_8b7f065365.jpg", "hash": "small_doroga_8b7f065365", "mime": "image/jpeg", "name": "small_doroga.jpg", "path": null, "size": 1.13, "width": 500, "height": 281, "sizeInBytes": 1133}, "medium": {"ext": ".jpg", "url": "/uploads/medium_doroga_8b7f065365.jpg", "hash": "medium_doroga_8b7f065365", "mime": "image/jpeg", "name": "medium_doroga.jpg", "path": null, "size": 2.17, "width": 750, "height": 422, "sizeInBytes": 2172}, "thumbnail": {"ext": ".jpg", "url": "/uploads/thumbnail_doroga_8b7f065365.jpg", "hash": "thumbnail_doroga_8b7f065365", "mime": "image/jpeg", "name": "thumbnail_doroga.jpg", "path": null, "size": 0.49, "width": 245, "height": 138, "sizeInBytes": 485}}', 'doroga_8b7f065365', '.jpg', 'image/jpeg', 8.82, '/uploads/doroga_8b7f065365.jpg', NULL, 'local', NULL, '/', '2025-11-01 05:00:00', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, NULL),
    (2, 'yyf4ctt7xl7uxlqhx4p0ux6s', 'ozero.jpg', NULL, 'Подпись', NULL, 800, 600, '{"small": {"ext": ".jpg", "url": "/uploads/small_ozero_9ac0e50faa.jpg", "hash": "small_ozero_9ac0e50faa", "mime": "image/jpeg", "name": "small_ozero.jpg", "path": null, "size": 1.42, "width": 500, "height": 375, "sizeInBytes": 1421}, "medium": {"ext": ".jpg", "url": "/uploads/medium_ozero_9ac0e50faa.jpg", "hash": "medium_ozero_9ac0e50faa", "mime": "image/jpeg", "name": "medium_ozero.jpg", "path": null, "size": 2.81, "width": 750, "height": 563, "sizeInBytes": 2807}, "thumbnail": {"ext": ".jpg", "url": "/uploads/thumbnail_ozero_9ac0e50faa.jpg", "hash": "thumbnail_ozero_9ac0e50faa", "mime": "image/jpeg", "name": "thumbnail_ozero.jpg", "path": null, "size": 0.46, "width": 208, "height": 156, "sizeInBytes": 464}}', 'ozero_9ac0e50faa', '.jpg', 'image/jpeg', 3.12, '/uploads/ozero_9ac0e50faa.jpg', NULL, 'local', NULL, '/', '2025-11-01 05:00:00', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, NULL);

INSERT INTO files_related_mph VALUES
    (1, 1, 1, 'api::article.article', 'cover', 1),
    (4, 1, 4, 'api::article.article', 'cover', 1),
    (5, 2, 5, 'api::article.article', 'cover', 1),
    (6, 2, 6, 'api::article.article', 'cover', 1),
    (7, 2, 7, 'api::article.article', 'cover', 1),
    (8, 2, 8, 'api::article.article', 'cover', 1);

INSERT INTO tags VALUES
    (1, 'gxgqa1a7kcnhq6n3wjs8hf1s', 'бюджет', 'budget', '2025-11-01 05:00:00', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, 'ru'),
    (2, 'gxgqa1a7kcnhq6n3wjs8hf1s', 'бюджет', 'budget', '2025-11-01 05:00:00', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, 'kk'),
    (3, 'v336ivt58euvho5hspd96og9', 'дороги & мосты', 'roads', '2025-11-01 05:00:00', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, 'ru'),
    (4, 'txg3qd4hg2st5tx1op9m6of2', 'вода', 'water', '2025-11-01 05:00:00', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, 'ru'),
    (5, 'txg3qd4hg2st5tx1op9m6of2', 'су', 'water', '2025-11-01 05:00:00', '2025-11-01 05:00:00', '2025-11-01 05:00:00', NULL, NULL, 'kk');

SELECT pg_catalog.setval('articles_authors_lnk_id_seq', 18, true);
SELECT pg_catalog.setval('articles_category_lnk_id_seq', 17, true);
SELECT pg_catalog.setval('articles_id_seq', 23, true);
SELECT pg_catalog.setval('articles_tags_lnk_id_seq', 16, true);
SELECT pg_catalog.setval('authors_id_seq', 3, true);
SELECT pg_catalog.setval('categories_id_seq', 7, true);
SELECT pg_catalog.setval('files_id_seq', 2, true);
SELECT pg_catalog.setval('files_related_mph_id_seq', 8, true);
SELECT pg_catalog.setval('tags_id_seq', 5, true);
ALTER TABLE articles_authors_lnk ADD CONSTRAINT articles_authors_lnk_pkey PRIMARY KEY (id);
ALTER TABLE articles_authors_lnk ADD CONSTRAINT articles_authors_lnk_uq UNIQUE (article_id, author_id);
ALTER TABLE articles_category_lnk ADD CONSTRAINT articles_category_lnk_pkey PRIMARY KEY (id);
ALTER TABLE articles_category_lnk ADD CONSTRAINT articles_category_lnk_uq UNIQUE (article_id, category_id);
ALTER TABLE articles ADD CONSTRAINT articles_pkey PRIMARY KEY (id);
ALTER TABLE articles_tags_lnk ADD CONSTRAINT articles_tags_lnk_pkey PRIMARY KEY (id);
ALTER TABLE articles_tags_lnk ADD CONSTRAINT articles_tags_lnk_uq UNIQUE (article_id, tag_id);
ALTER TABLE authors ADD CONSTRAINT authors_pkey PRIMARY KEY (id);
ALTER TABLE categories ADD CONSTRAINT categories_pkey PRIMARY KEY (id);
ALTER TABLE files ADD CONSTRAINT files_pkey PRIMARY KEY (id);
ALTER TABLE files_related_mph ADD CONSTRAINT files_related_mph_pkey PRIMARY KEY (id);
ALTER TABLE tags ADD CONSTRAINT tags_pkey PRIMARY KEY (id);
CREATE INDEX articles_authors_lnk_fk ON articles_authors_lnk USING btree (article_id);
CREATE INDEX articles_authors_lnk_ifk ON articles_authors_lnk USING btree (author_id);
CREATE INDEX articles_authors_lnk_ofk ON articles_authors_lnk USING btree (author_ord);
CREATE INDEX articles_authors_lnk_oifk ON articles_authors_lnk USING btree (article_ord);
CREATE INDEX articles_category_lnk_fk ON articles_category_lnk USING btree (article_id);
CREATE INDEX articles_category_lnk_ifk ON articles_category_lnk USING btree (category_id);
CREATE INDEX articles_category_lnk_oifk ON articles_category_lnk USING btree (article_ord);
CREATE INDEX articles_created_by_id_fk ON articles USING btree (created_by_id);
CREATE INDEX articles_documents_idx ON articles USING btree (document_id, locale, published_at);
CREATE INDEX articles_tags_lnk_fk ON articles_tags_lnk USING btree (article_id);
CREATE INDEX articles_tags_lnk_ifk ON articles_tags_lnk USING btree (tag_id);
CREATE INDEX articles_tags_lnk_ofk ON articles_tags_lnk USING btree (tag_ord);
CREATE INDEX articles_tags_lnk_oifk ON articles_tags_lnk USING btree (article_ord);
CREATE INDEX articles_updated_by_id_fk ON articles USING btree (updated_by_id);
CREATE INDEX authors_created_by_id_fk ON authors USING btree (created_by_id);
CREATE INDEX authors_documents_idx ON authors USING btree (document_id, locale, published_at);
CREATE INDEX authors_updated_by_id_fk ON authors USING btree (updated_by_id);
CREATE INDEX categories_created_by_id_fk ON categories USING btree (created_by_id);
CREATE INDEX categories_documents_idx ON categories USING btree (document_id, locale, published_at);
CREATE INDEX categories_updated_by_id_fk ON categories USING btree (updated_by_id);
CREATE INDEX files_created_by_id_fk ON files USING btree (created_by_id);
CREATE INDEX files_documents_idx ON files USING btree (document_id, locale, published_at);
CREATE INDEX files_related_mph_fk ON files_related_mph USING btree (file_id);
CREATE INDEX files_related_mph_idix ON files_related_mph USING btree (related_id);
CREATE INDEX files_related_mph_oidx ON files_related_mph USING btree ("order");
CREATE INDEX files_updated_by_id_fk ON files USING btree (updated_by_id);
CREATE INDEX tags_created_by_id_fk ON tags USING btree (created_by_id);
CREATE INDEX tags_documents_idx ON tags USING btree (document_id, locale, published_at);
CREATE INDEX tags_updated_by_id_fk ON tags USING btree (updated_by_id);
CREATE INDEX upload_files_created_at_index ON files USING btree (created_at);
CREATE INDEX upload_files_ext_index ON files USING btree (ext);
CREATE INDEX upload_files_folder_path_index ON files USING btree (folder_path);
CREATE INDEX upload_files_name_index ON files USING btree (name);
CREATE INDEX upload_files_size_index ON files USING btree (size);
CREATE INDEX upload_files_updated_at_index ON files USING btree (updated_at);
ALTER TABLE articles_authors_lnk ADD CONSTRAINT articles_authors_lnk_fk FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE CASCADE;
ALTER TABLE articles_authors_lnk ADD CONSTRAINT articles_authors_lnk_ifk FOREIGN KEY (author_id) REFERENCES authors(id) ON DELETE CASCADE;
ALTER TABLE articles_category_lnk ADD CONSTRAINT articles_category_lnk_fk FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE CASCADE;
ALTER TABLE articles_category_lnk ADD CONSTRAINT articles_category_lnk_ifk FOREIGN KEY (category_id) REFERENCES categories(id) ON DELETE CASCADE;
ALTER TABLE articles_tags_lnk ADD CONSTRAINT articles_tags_lnk_fk FOREIGN KEY (article_id) REFERENCES articles(id) ON DELETE CASCADE;
ALTER TABLE articles_tags_lnk ADD CONSTRAINT articles_tags_lnk_ifk FOREIGN KEY (tag_id) REFERENCES tags(id) ON DELETE CASCADE;
ALTER TABLE files_related_mph ADD CONSTRAINT files_related_mph_fk FOREIGN KEY (file_id) REFERENCES files(id) ON DELETE CASCADE;
