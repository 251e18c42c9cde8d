-- A table of articles for SQLite 3.38 or later, as a small site has it beside its pages:
--
--   sqlite3 news.db < sqlite.sql
--
-- sqlite.toml reads it.

-- Readers do not wait for the writer, nor it for them. The mode stays with the file.
PRAGMA journal_mode = WAL;

CREATE TABLE articles (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,   -- never given twice
    slug         TEXT    NOT NULL UNIQUE,
    title        TEXT    NOT NULL CHECK (title <> ''),
    summary      TEXT,
    section      TEXT,
    tags         TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),      -- '["мажилис", "бюджет"]'
    authors      TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(authors)),
    lang         TEXT,
    content_html TEXT    NOT NULL DEFAULT '',
    draft        INTEGER NOT NULL DEFAULT 0,
    -- SQLite has no type for times. Seconds since 1970 are instants, and compare as numbers.
    published_at INTEGER NOT NULL DEFAULT (unixepoch()),
    -- Always set, but not NOT NULL: taspa asks for what changed lately `OR updated IS NULL`, and SQLite gives up the
    -- index where that can never be.
    updated_at   INTEGER DEFAULT (unixepoch())
);

CREATE INDEX articles_updated_at ON articles (updated_at);

-- A changed row moves `updated_at`. Columns are named, so that the trigger does not call itself.
CREATE TRIGGER articles_touch
AFTER UPDATE OF slug, title, summary, section, tags, authors, lang, content_html, draft, published_at ON articles
BEGIN
    UPDATE articles SET updated_at = unixepoch() WHERE id = NEW.id;
END;
