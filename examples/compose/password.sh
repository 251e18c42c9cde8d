#!/bin/sh
# Gives the role of table.sql its password; the image of PostgreSQL runs this once, when the database is created.
set -eu
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 --set password="$TASPA_DB_PASSWORD" <<'SQL'
ALTER ROLE taspa PASSWORD :'password';
SQL
