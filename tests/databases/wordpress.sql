-- The database of a small WordPress site, for the recipe examples/sql/wordpress.toml.
--
-- Tables have the columns, types, defaults and keys that WordPress 6 gives them; the rest of its tables are of no
-- concern here. Zero dates are WordPress's own way to say "none", so they must be allowed while this is loaded.
-- Load it into an empty database: mariadb news < wordpress.sql

SET NAMES utf8mb4;
SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION';

CREATE TABLE wp_posts (
    ID                    bigint(20) unsigned NOT NULL AUTO_INCREMENT,
    post_author           bigint(20) unsigned NOT NULL DEFAULT 0,
    post_date             datetime            NOT NULL DEFAULT '0000-00-00 00:00:00',
    post_date_gmt         datetime            NOT NULL DEFAULT '0000-00-00 00:00:00',
    post_content          longtext            NOT NULL,
    post_title            text                NOT NULL,
    post_excerpt          text                NOT NULL,
    post_status           varchar(20)         NOT NULL DEFAULT 'publish',
    comment_status        varchar(20)         NOT NULL DEFAULT 'open',
    ping_status           varchar(20)         NOT NULL DEFAULT 'open',
    post_password         varchar(255)        NOT NULL DEFAULT '',
    post_name             varchar(200)        NOT NULL DEFAULT '',
    to_ping               text                NOT NULL,
    pinged                text                NOT NULL,
    post_modified         datetime            NOT NULL DEFAULT '0000-00-00 00:00:00',
    post_modified_gmt     datetime            NOT NULL DEFAULT '0000-00-00 00:00:00',
    post_content_filtered longtext            NOT NULL,
    post_parent           bigint(20) unsigned NOT NULL DEFAULT 0,
    guid                  varchar(255)        NOT NULL DEFAULT '',
    menu_order            int(11)             NOT NULL DEFAULT 0,
    post_type             varchar(20)         NOT NULL DEFAULT 'post',
    post_mime_type        varchar(100)        NOT NULL DEFAULT '',
    comment_count         bigint(20)          NOT NULL DEFAULT 0,
    PRIMARY KEY (ID),
    KEY post_name (post_name(191)),
    KEY type_status_date (post_type, post_status, post_date, ID),
    KEY post_parent (post_parent),
    KEY post_author (post_author)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_520_ci;

CREATE TABLE wp_postmeta (
    meta_id    bigint(20) unsigned NOT NULL AUTO_INCREMENT,
    post_id    bigint(20) unsigned NOT NULL DEFAULT 0,
    meta_key   varchar(255)        DEFAULT NULL,
    meta_value longtext            DEFAULT NULL,
    PRIMARY KEY (meta_id),
    KEY post_id (post_id),
    KEY meta_key (meta_key(191))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_520_ci;

CREATE TABLE wp_users (
    ID                  bigint(20) unsigned NOT NULL AUTO_INCREMENT,
    user_login          varchar(60)         NOT NULL DEFAULT '',
    user_pass           varchar(255)        NOT NULL DEFAULT '',
    user_nicename       varchar(50)         NOT NULL DEFAULT '',
    user_email          varchar(100)        NOT NULL DEFAULT '',
    user_url            varchar(100)        NOT NULL DEFAULT '',
    user_registered     datetime            NOT NULL DEFAULT '0000-00-00 00:00:00',
    user_activation_key varchar(255)        NOT NULL DEFAULT '',
    user_status         int(11)             NOT NULL DEFAULT 0,
    display_name        varchar(250)        NOT NULL DEFAULT '',
    PRIMARY KEY (ID),
    KEY user_login_key (user_login),
    KEY user_nicename (user_nicename),
    KEY user_email (user_email)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_520_ci;

CREATE TABLE wp_terms (
    term_id    bigint(20) unsigned NOT NULL AUTO_INCREMENT,
    name       varchar(200)        NOT NULL DEFAULT '',
    slug       varchar(200)        NOT NULL DEFAULT '',
    term_group bigint(10)          NOT NULL DEFAULT 0,
    PRIMARY KEY (term_id),
    KEY slug (slug(191)),
    KEY name (name(191))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_520_ci;

CREATE TABLE wp_term_taxonomy (
    term_taxonomy_id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
    term_id          bigint(20) unsigned NOT NULL DEFAULT 0,
    taxonomy         varchar(32)         NOT NULL DEFAULT '',
    description      longtext            NOT NULL,
    parent           bigint(20) unsigned NOT NULL DEFAULT 0,
    count            bigint(20)          NOT NULL DEFAULT 0,
    PRIMARY KEY (term_taxonomy_id),
    UNIQUE KEY term_id_taxonomy (term_id, taxonomy),
    KEY taxonomy (taxonomy)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_520_ci;

CREATE TABLE wp_term_relationships (
    object_id        bigint(20) unsigned NOT NULL DEFAULT 0,
    term_taxonomy_id bigint(20) unsigned NOT NULL DEFAULT 0,
    term_order       int(11)             NOT NULL DEFAULT 0,
    PRIMARY KEY (object_id, term_taxonomy_id),
    KEY term_taxonomy_id (term_taxonomy_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_520_ci;

INSERT INTO wp_users (ID, user_login, user_pass, user_nicename, user_email, user_registered, display_name) VALUES
    (1, 'redaktor', '', 'aigerim-saparova', 'aigerim@dala.example', '2019-03-01 04:00:00', 'Айгерім Сапарова'),
    (2, 'timur',    '', 'timur-akhmetov',   'timur@dala.example',   '2019-03-01 04:05:00', 'Тимур Ахметов'),
    (3, 'desk',     '', 'english-desk',     'desk@dala.example',    '2021-09-12 07:30:00', 'English Desk, Dala'),
    (4, 'reader',   '', 'reader',           'reader@dala.example',  '2022-01-05 10:00:00', 'Читатель без статей');

-- As in WordPress, an ampersand in a name is kept escaped, and one term may be in several taxonomies.
INSERT INTO wp_terms (term_id, name, slug) VALUES
    ( 1, 'Без рубрики',        'bez-rubriki'),
    ( 2, 'Регионы',            'regiony'),
    ( 3, 'Парламент',          'parlament'),
    ( 4, 'Наука &amp; школа',  'nauka-shkola'),
    ( 5, 'Қоғам',              'qogam'),
    ( 6, 'Culture',            'culture'),
    (11, 'дороги',             'dorogi'),
    (12, 'бюджет',             'byudzhet'),
    (13, 'мәжіліс',            'mazhilis'),
    (14, 'R&amp;D',            'r-d'),
    (15, 'сельские школы',     'selskie-shkoly'),
    (16, 'Mangystau',          'mangystau'),
    (17, 'Регионы',            'regiony-metka');
INSERT INTO wp_term_taxonomy (term_taxonomy_id, term_id, taxonomy, description) VALUES
    ( 1,  1, 'category', ''),
    ( 2,  2, 'category', ''),
    ( 3,  3, 'category', ''),
    ( 4,  4, 'category', ''),
    ( 5,  5, 'category', ''),
    ( 6,  6, 'category', ''),
    (21, 11, 'post_tag', ''),
    (22, 12, 'post_tag', ''),
    (23, 13, 'post_tag', ''),
    (24, 14, 'post_tag', ''),
    (25, 15, 'post_tag', ''),
    (26, 16, 'post_tag', ''),
    (27, 17, 'post_tag', '');

-- Blocks; two categories, of which the editor marked one as the primary; a picture; corrected since.
INSERT INTO wp_posts VALUES (101, 2, '2026-11-10 14:30:00', '2026-11-10 09:30:00',
'<!-- wp:paragraph -->
<p>Мажилис вернул в бюджет деньги на ремонт степных дорог: поправку поддержали <strong>шестьдесят два</strong> депутата.</p>
<!-- /wp:paragraph -->

<!-- wp:image {"id":201,"sizeSlug":"large"} -->
<figure class="wp-block-image size-large"><img src="/wp-content/uploads/2026/11/zhol-1024x683.jpg" alt="Дорога в степи" class="wp-image-201"/><figcaption class="wp-element-caption">Трасса у посёлка Сарыбулак</figcaption></figure>
<!-- /wp:image -->

<!-- wp:paragraph -->
<p>Работы начнутся весной. Подробности – <a href="/2026/10/smeta-dorog/">в смете</a>.</p>
<!-- /wp:paragraph -->',
'Мажилис вернул деньги на дороги', 'Поправку о степных дорогах приняли с третьей попытки.',
'publish', 'open', 'open', '', 'dengi-na-dorogi', '', '', '2026-11-11 09:05:00', '2026-11-11 04:05:00', '', 0,
'https://dala.example/?p=101', 0, 'post', '', 7);

-- The classic editor: no paragraphs in the text, and Windows line ends. No excerpt. A Cyrillic address, as kept.
INSERT INTO wp_posts VALUES (102, 1, '2026-11-12 08:00:00', '2026-11-12 03:00:00',
'Ауыл мектептеріне жаңа кітаптар жеткізілді. Оларды екі жүк көлігі әкелді.\r\n\r\n– Балалар күтіп жүр еді, – дейді кітапханашы <em>Гүлсара Тәжібек</em>.\r\n\r\nКелесі керуен көктемде шығады.',
'Ауыл мектептеріне кітап керуені келді', '',
'publish', 'open', 'open', '', '%d0%ba%d1%96%d1%82%d0%b0%d0%bf', '', '', '2026-11-12 08:00:00', '2026-11-12 03:00:00', '', 0,
'https://dala.example/?p=102', 0, 'post', '', 0);

-- English; one category; the author's name has a comma, a tag an ampersand.
INSERT INTO wp_posts VALUES (103, 3, '2026-11-13 19:45:10', '2026-11-13 14:45:10',
'<!-- wp:paragraph -->
<p>A travelling museum of sound opened in Mangystau on Friday with recordings of wells, winds and one very old train.</p>
<!-- /wp:paragraph -->',
'A museum of sound stops in Mangystau', 'Recordings of wells, winds and one very old train.',
'publish', 'closed', 'closed', '', 'museum-of-sound', '', '', '2026-11-13 19:45:10', '2026-11-13 14:45:10', '', 0,
'https://dala.example/?p=103', 0, 'post', '', 0);

-- Shortcodes, with and without something between them.
INSERT INTO wp_posts VALUES (104, 2, '2026-11-14 11:00:00', '2026-11-14 06:00:00',
'В лаборатории посёлка Сарыбулак вывели просо, которому хватает росы.

[caption id="attachment_202" align="aligncenter" width="640"]<img src="/wp-content/uploads/2026/11/proso.jpg" alt="Колос" width="640" height="480" /> Опытное поле [осень][/caption]

[gallery ids="201,202" columns="2"]

Урожай [считают вручную]. [embed]https://video.dala.example/proso[/embed]',
'Наука &amp; степь: просо, которому хватает росы', '',
'publish', 'open', 'open', '', 'proso', '', '', '2026-11-14 11:00:00', '2026-11-14 06:00:00', '', 0,
'https://dala.example/?p=104', 0, 'post', '', 0);

-- Unpublished in every way that WordPress knows.
INSERT INTO wp_posts VALUES
(105, 2, '2026-11-15 10:00:00', '0000-00-00 00:00:00', '<p>Не готово.</p>', 'Черновик о воде', '',
 'draft', 'open', 'open', '', '', '', '', '2026-11-15 10:00:00', '2026-11-15 05:00:00', '', 0,
 'https://dala.example/?p=105', 0, 'post', '', 0),
(106, 2, '2031-05-01 09:00:00', '2031-05-01 04:00:00', '<p>Рано.</p>', 'Запланировано на 2031 год', '',
 'future', 'open', 'open', '', 'zaplanirovano', '', '', '2026-11-15 10:10:00', '2026-11-15 05:10:00', '', 0,
 'https://dala.example/?p=106', 0, 'post', '', 0),
(107, 1, '2019-03-02 12:00:00', '2019-03-02 07:00:00', '<p>Адрес и телефоны редакции.</p>', 'О редакции', '',
 'publish', 'closed', 'closed', '', 'o-redakcii', '', '', '2026-11-15 10:15:00', '2026-11-15 05:15:00', '', 0,
 'https://dala.example/?page_id=107', 0, 'page', '', 0),
(108, 2, '2026-11-11 09:05:00', '2026-11-11 04:05:00', '<p>Прежний текст.</p>', 'Мажилис вернул деньги', '',
 'inherit', 'closed', 'closed', '', '101-revision-v1', '', '', '2026-11-11 09:05:00', '2026-11-11 04:05:00', '', 101,
 'https://dala.example/?p=108', 0, 'revision', '', 0),
(110, 2, '2026-11-15 12:00:00', '2026-11-15 07:00:00', '<p>Для подписчиков.</p>', 'Запись под паролем', '',
 'publish', 'open', 'open', 'klyuch', 'pod-parolem', '', '', '2026-11-15 12:00:00', '2026-11-15 07:00:00', '', 0,
 'https://dala.example/?p=110', 0, 'post', '', 0),
(111, 1, '2026-11-15 12:30:00', '2026-11-15 07:30:00', '<p>Для редакции.</p>', 'Личная запись', '',
 'private', 'open', 'open', '', 'lichnaya', '', '', '2026-11-15 12:30:00', '2026-11-15 07:30:00', '', 0,
 'https://dala.example/?p=111', 0, 'post', '', 0),
(113, 2, '2026-11-09 10:00:00', '2026-11-09 05:00:00', '<p>Удалено.</p>', 'Запись в корзине', '',
 'trash', 'open', 'open', '', 'v-korzine__trashed', '', '', '2026-11-15 13:00:00', '2026-11-15 08:00:00', '', 0,
 'https://dala.example/?p=113', 0, 'post', '', 0),
(115, 2, '2026-11-15 13:30:00', '0000-00-00 00:00:00', '', 'Черновик', '',
 'auto-draft', 'open', 'open', '', '', '', '', '2026-11-15 13:30:00', '0000-00-00 00:00:00', '', 0,
 'https://dala.example/?p=115', 0, 'post', '', 0);

-- Brought in by a script that knew local times only.
INSERT INTO wp_posts VALUES (109, 1, '2019-06-01 00:30:00', '0000-00-00 00:00:00',
'Старый мост через Сарысу открыли после ремонта.', 'Мост через Сарысу открыт', '',
'publish', 'open', 'open', '', 'most-cherez-sarysu', '', '', '2019-06-01 00:30:00', '0000-00-00 00:00:00', '', 0,
'http://old.dala.example/news/5170', 0, 'post', '', 0);

-- Its author was deleted, and nobody chose a category or tag.
INSERT INTO wp_posts VALUES (112, 99, '2024-03-01 00:10:00', '2024-02-29 19:10:00',
'<!-- wp:paragraph -->
<p>Часы на вокзале перевели на час назад, и поезд в Бескол пришёл раньше, чем вышел.</p>
<!-- /wp:paragraph -->',
'Поезд пришёл раньше, чем вышел', '',
'publish', 'open', 'open', '', 'poezd', '', '', '2024-03-01 07:00:00', '2024-03-01 02:00:00', '', 0,
'https://dala.example/?post_type=post&#038;p=112', 0, 'post', '', 0);

-- A flash: a headline and nothing else, not even a guid. Planned on one day for another, so that it was edited before it appeared.
INSERT INTO wp_posts VALUES (116, 2, '2026-11-16 06:00:00', '2026-11-16 01:00:00',
'', 'Срочно: перевал Кызылсай открыт', '',
'publish', 'open', 'open', '', 'kyzylsaj', '', '', '2026-11-15 21:00:00', '2026-11-15 16:00:00', '', 0,
'', 0, 'post', '', 0);

-- The picture of the first post, and one that is not featured.
INSERT INTO wp_posts VALUES
(201, 2, '2026-11-10 14:00:00', '2026-11-10 09:00:00', '', 'zhol', 'Трасса у посёлка Сарыбулак',
 'inherit', 'open', 'closed', '', 'zhol', '', '', '2026-11-10 14:00:00', '2026-11-10 09:00:00', '', 101,
 'https://dala.example/wp-content/uploads/2026/11/zhol.jpg', 0, 'attachment', 'image/jpeg', 0),
(202, 2, '2026-11-14 10:50:00', '2026-11-14 05:50:00', '', 'proso', '',
 'inherit', 'open', 'closed', '', 'proso-2', '', '', '2026-11-14 10:50:00', '2026-11-14 05:50:00', '', 104,
 'https://dala.example/wp-content/uploads/2026/11/proso.jpg', 0, 'attachment', 'image/jpeg', 0);

INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES
    (101, '_edit_last', '1'),
    (101, '_thumbnail_id', '201'),
    (101, '_yoast_wpseo_primary_category', '3'),
    (103, '_thumbnail_id', '999'),
    (201, '_wp_attached_file', '2026/11/zhol.jpg'),
    (201, '_wp_attachment_image_alt', 'Дорога в "степи"'),
    (201, '_wp_attachment_metadata',
     'a:5:{s:5:"width";i:2048;s:6:"height";i:1365;s:4:"file";s:16:"2026/11/zhol.jpg";s:8:"filesize";i:402118;s:5:"sizes";a:1:{s:5:"large";a:2:{s:5:"width";i:1024;s:6:"height";i:683;}}}'),
    (103, 'enclosure', 'https://dala.example/audio/wells.mp3\n2048\naudio/mpeg\na:1:{s:8:"duration";s:5:"00:10";}'),
    (103, 'enclosure', ' https://dala.example/audio/winds.mp3\r\n\r\n audio/mpeg\r\n'),
    (103, 'enclosure', 'https://dala.example/audio/train.mp3'),
    (202, '_wp_attached_file', '2026/11/proso.jpg');

INSERT INTO wp_term_relationships (object_id, term_taxonomy_id) VALUES
    (101, 2), (101, 3), (101, 21), (101, 22),
    (102, 5), (102, 23), (102, 25),
    (103, 6), (103, 24), (103, 26),
    (104, 4), (104, 25),
    (105, 2), (106, 3), (110, 2), (111, 2), (113, 2),
    (109, 2), (109, 27),
    (116, 2);
