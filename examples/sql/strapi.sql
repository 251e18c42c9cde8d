-- What taspa needs in the database of Strapi 5 on PostgreSQL 13 or later. Run by a superuser, once Strapi has made its
-- tables; `articles` is the collection type of strapi.toml:
--
--   psql -1 -v ON_ERROR_STOP=1 -f strapi.sql news
--
-- Everything stands in a schema of its own, which Strapi leaves alone, but for two indexes and two triggers on `articles`.
-- Strapi does not look at indexes of expressions. Where a change of the content types made the table anew, run the last
-- part again.

CREATE SCHEMA taspa;

-- Each time an article is published again, Strapi gives it a new row and a new `published_at`. This keeps the first one, so
-- that a correction is no new article. What is there already has the time of its last publication.
CREATE TABLE taspa.first_published (
    document_id  text,
    locale       text,
    published_at timestamp NOT NULL,
    PRIMARY KEY (document_id, locale)
);

INSERT INTO taspa.first_published
SELECT document_id, coalesce(locale, ''), min(published_at)
FROM articles
WHERE published_at IS NOT NULL
GROUP BY 1, 2;

CREATE FUNCTION taspa.keep_first_published() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    INSERT INTO taspa.first_published
    VALUES (NEW.document_id, coalesce(NEW.locale, ''), NEW.published_at)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE FUNCTION taspa.notify() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    PERFORM pg_catalog.pg_notify('taspa', '');
    RETURN NULL;
END $$;

-- A text as HTML, also within an attribute.
CREATE FUNCTION taspa.escaped(written text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT replace(replace(replace(replace(written, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;')
$$;

-- An address of the media library, which is Strapi's own where it begins with a slash.
CREATE FUNCTION taspa.media_url(url text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN url LIKE '/%' THEN 'https://cms.dala.example' || url ELSE url END
$$;

-- The blocks of Strapi's editor as HTML: all that its editor has. A kind that it does not know gives what is inside of it.
CREATE FUNCTION taspa.html(blocks jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN (
        SELECT string_agg(
            CASE b ->> 'type'
                WHEN 'text' THEN
                    CASE WHEN (b ->> 'bold')::boolean THEN '<b>' ELSE '' END
                    || CASE WHEN (b ->> 'italic')::boolean THEN '<i>' ELSE '' END
                    || CASE WHEN (b ->> 'underline')::boolean THEN '<u>' ELSE '' END
                    || CASE WHEN (b ->> 'strikethrough')::boolean THEN '<s>' ELSE '' END
                    || CASE WHEN (b ->> 'code')::boolean THEN '<code>' ELSE '' END
                    || replace(taspa.escaped(b ->> 'text'), E'\n', '<br>')
                    || CASE WHEN (b ->> 'code')::boolean THEN '</code>' ELSE '' END
                    || CASE WHEN (b ->> 'strikethrough')::boolean THEN '</s>' ELSE '' END
                    || CASE WHEN (b ->> 'underline')::boolean THEN '</u>' ELSE '' END
                    || CASE WHEN (b ->> 'italic')::boolean THEN '</i>' ELSE '' END
                    || CASE WHEN (b ->> 'bold')::boolean THEN '</b>' ELSE '' END
                WHEN 'image' THEN
                    '<figure><img src="' || taspa.escaped(taspa.media_url(b #>> '{image,url}'))
                    || '" alt="' || taspa.escaped(coalesce(b #>> '{image,alternativeText}', ''))
                    || '"' || coalesce(' width="' || (b #>> '{image,width}') || '"', '')
                    || coalesce(' height="' || (b #>> '{image,height}') || '"', '') || '>'
                    || coalesce('<figcaption>' || taspa.escaped(b #>> '{image,caption}') || '</figcaption>', '')
                    || '</figure>'
                WHEN 'link' THEN
                    '<a href="' || taspa.escaped(coalesce(b ->> 'url', '')) || '">' || inside || '</a>'
                WHEN 'heading'   THEN format('<h%s>%s</h%1$s>', coalesce(b ->> 'level', '2'), inside)
                -- The editor ends each text with an empty one.
                WHEN 'paragraph' THEN nullif('<p>' || inside || '</p>', '<p></p>')
                WHEN 'quote'     THEN '<blockquote><p>' || inside || '</p></blockquote>'
                WHEN 'code'      THEN '<pre><code>' || replace(inside, '<br>', E'\n') || '</code></pre>'
                WHEN 'list-item' THEN '<li>' || inside || '</li>'
                WHEN 'list'      THEN
                    CASE b ->> 'format' WHEN 'ordered' THEN '<ol>' || inside || '</ol>' ELSE '<ul>' || inside || '</ul>' END
                ELSE inside
            END,
            '' ORDER BY n
        )
        FROM jsonb_array_elements(blocks) WITH ORDINALITY AS x(b, n)
        CROSS JOIN LATERAL (SELECT coalesce(taspa.html(b -> 'children'), '') AS inside) AS y
    );
END $$;

-- taspa may read these tables, and so no accounts and no tokens. A password is given with `\password taspa`.
CREATE ROLE taspa LOGIN CONNECTION LIMIT 20;
ALTER ROLE taspa SET default_transaction_read_only = on;
GRANT USAGE ON SCHEMA taspa TO taspa;
GRANT SELECT ON
    taspa.first_published,
    articles, articles_category_lnk, articles_tags_lnk, articles_authors_lnk, categories, tags, authors,
    files, files_related_mph
TO taspa;

-- The expressions of the query, so that a poll and a look at one article do not read all of them. An index with a
-- condition has no statistics that PostgreSQL would use here.
CREATE INDEX taspa_id ON articles ((document_id || coalesce('-' || nullif(locale, ''), '')));
CREATE INDEX taspa_updated ON articles ((greatest(updated_at, published_at) AT TIME ZONE 'UTC'));

CREATE TRIGGER taspa_first_published AFTER INSERT OR UPDATE OF published_at ON articles
    FOR EACH ROW WHEN (NEW.published_at IS NOT NULL) EXECUTE FUNCTION taspa.keep_first_published();
CREATE TRIGGER taspa_notify AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON articles
    FOR EACH STATEMENT EXECUTE FUNCTION taspa.notify();
