-- A table of articles for MariaDB 10.5, MySQL 8.0 or later, for a newsroom that has none yet:
--
--   mariadb news < mariadb.sql
--
-- mariadb.toml reads it.

CREATE TABLE articles (
    id           BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    slug         VARCHAR(191)    NOT NULL UNIQUE,        -- the end of the article's address
    title        VARCHAR(500)    NOT NULL CHECK (title <> ''),
    summary      TEXT,
    section      VARCHAR(100),
    tags         JSON            NOT NULL DEFAULT ('[]') CHECK (JSON_VALID(tags)),       -- '["мажилис", "бюджет"]'
    authors      JSON            NOT NULL DEFAULT ('[]') CHECK (JSON_VALID(authors)),
    lang         VARCHAR(35),
    image        JSON            CHECK (JSON_VALID(image)),    -- '{"url": "/img/1.jpg", "alt": "…", "credit": "…"}'
    content_html MEDIUMTEXT      NOT NULL,
    draft        BOOLEAN         NOT NULL DEFAULT FALSE,
    -- TIMESTAMP is an instant, whatever zone a session has; DATETIME has no zone.
    published_at TIMESTAMP(0)    NOT NULL DEFAULT CURRENT_TIMESTAMP,
    expires_at   TIMESTAMP(0)    NULL DEFAULT NULL,
    -- A changed row moves it, with no trigger. A row that is saved as it was does not.
    updated_at   TIMESTAMP(6)    NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    -- Each poll asks for what was updated since the last one.
    KEY articles_updated_at (updated_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_520_ci;
