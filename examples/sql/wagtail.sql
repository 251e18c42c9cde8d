-- What taspa needs in the database of a Wagtail site on PostgreSQL. Run by the owner of the tables, after the migrations;
-- `news` is the app with the models of wagtail.toml:
--
--   psql -1 -v ON_ERROR_STOP=1 -f wagtail.sql news

-- taspa may read what the query does, and so no accounts, no drafts (they are in wagtailcore_revision), no passwords of pages
-- and no form submissions. A password is given with `\password taspa`.
CREATE ROLE taspa LOGIN CONNECTION LIMIT 20;
ALTER ROLE taspa SET default_transaction_read_only = on;
GRANT SELECT (page_id) ON wagtailcore_pageviewrestriction TO taspa;
GRANT SELECT ON
    wagtailcore_page, wagtailcore_site, wagtailcore_locale, wagtailimages_image, wagtailimages_rendition,
    wagtaildocs_document, taggit_tag, news_articlepage, news_articletag, news_articleauthor, news_author
TO taspa;

-- Each poll asks for what was published since the last one, and Wagtail has no index for that.
CREATE INDEX taspa_last_published_at ON wagtailcore_page (last_published_at);

-- A hint at the commit: taspa then asks at once. Pages are published, withdrawn and moved in the one table; a password or
-- a login is asked for in the other. Nothing here hinders a migration of Wagtail.
CREATE FUNCTION taspa_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('taspa', '');
    RETURN NULL;
END $$;

CREATE TRIGGER taspa_notify AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON wagtailcore_page
    FOR EACH STATEMENT EXECUTE FUNCTION taspa_notify();
CREATE TRIGGER taspa_notify AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON wagtailcore_pageviewrestriction
    FOR EACH STATEMENT EXECUTE FUNCTION taspa_notify();
