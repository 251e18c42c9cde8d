//! The tables of WordPress, with any prefix: the query of examples/sql/wordpress.toml.

use std::collections::HashMap;

use super::recipes;
use super::{Facts, Proposal};
use crate::cli::init::facts::Fact;
use crate::source::sql::{DatabaseCatalog, DatabaseKind, DatabaseTable};

const RECIPE: &str = include_str!("../../../../examples/sql/wordpress.toml");

/// The site that the recipe is written for, and its prefix of tables.
const RECIPE_SITE: &str = "https://dala.example";
const RECIPE_PREFIX: &str = "wp_";

/// How the recipe makes the address of a post.
const RECIPE_URL: &str = "CONCAT(DATE_FORMAT(p.post_date, '/%Y/%m/'), p.post_name, '/')";

/// The recipe's comment about it.
const RECIPE_URL_COMMENT: &str = "/%year%/%monthnum%/%postname%/";

pub(super) fn find(catalog: &DatabaseCatalog, tables: &[DatabaseTable]) -> Option<Proposal> {
    let is_posts = |table: &&DatabaseTable| {
        let columns = ["post_title", "post_status", "post_date_gmt", "post_type"];
        table.name.ends_with("posts") && columns.iter().all(|name| table.column(name).is_some())
    };
    // Of several sites in one database, the one with the shortest prefix is the first.
    let posts = tables
        .iter()
        .filter(is_posts)
        .min_by_key(|table| table.name.len())?;
    let prefix = posts.name.strip_suffix("posts")?;
    let is_plain = prefix
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if catalog.kind() != DatabaseKind::MySql || !is_plain {
        return None;
    }
    let options = options(catalog, prefix);
    let option = |name: &str| options.get(name).filter(|value| !value.is_empty()).cloned();
    let home = option("home").or_else(|| option("siteurl"));
    let mut facts = Facts::default();
    facts.set(Fact::Title, option("blogname"));
    facts.set(
        Fact::Url,
        home.as_ref()
            .map(|home| format!("{}/", home.trim_end_matches('/'))),
    );
    facts.set(Fact::TimeZone, option("timezone_string"));
    // An empty one is American English, which is what it was installed in.
    let language = options
        .get("WPLANG")
        .map(|language| match language.as_str() {
            "" => "en-US".to_owned(),
            language => language.replace('_', "-"),
        });
    facts.set(Fact::Language, language);
    facts.description = option("blogdescription");

    // Names of fields, such as `_wp_attached_file`, have no prefix of tables.
    let mut query = recipes::query(RECIPE)?.to_owned();
    for before in ["FROM ", "JOIN "] {
        let named = format!("{before}{RECIPE_PREFIX}");
        query = query.replace(&named, &format!("{before}{prefix}"));
    }
    if let Some(home) = &home {
        query = query.replace(RECIPE_SITE, home.trim_end_matches('/'));
    }
    let structure = options.get("permalink_structure");
    let url = structure.and_then(|structure| page_address(structure));
    let shown = structure.map_or("not known", String::as_str);
    query = query
        .replace(
            RECIPE_URL,
            &url.unwrap_or_else(|| "CONCAT('/?p=', k.ID)".to_owned()),
        )
        .replace(
            RECIPE_URL_COMMENT,
            if shown.is_empty() { "/?p=123" } else { shown },
        );
    Some(Proposal {
        found: format!("a database of WordPress (tables `{prefix}…`)"),
        query,
        facts,
        notes: vec![
            "docs/wordpress-sql.md has the rights that the account needs, and the index that makes polls cheap".to_owned(),
        ],
        has_slug: false,
        commands: Vec::new(),
    })
}

/// The settings of the site; none where the account may not read them.
fn options(catalog: &DatabaseCatalog, prefix: &str) -> HashMap<String, String> {
    let rows = catalog.rows(&format!(
        "SELECT option_name, option_value FROM {prefix}options WHERE option_name IN \
         ('home', 'siteurl', 'blogname', 'blogdescription', 'timezone_string', 'WPLANG', 'permalink_structure')"
    ));
    let rows = rows.unwrap_or_default().into_iter();
    let pairs = rows.filter_map(|row| {
        let [name, value] = <[Option<String>; 2]>::try_from(row).ok()?;
        Some((name?, value?))
    });
    pairs.collect()
}

/// The address of a post by the structure of Settings → Permalinks; `None` where a name of it needs more than
/// the post's own row.
fn page_address(structure: &str) -> Option<String> {
    let mut parts = Vec::new();
    let literal = |text: &str| {
        let is_safe = !text.contains(['\'', '\\', '`', '%']);
        is_safe.then(|| format!("'{text}'"))
    };
    let mut rest = structure;
    while let Some((before, behind)) = rest.split_once('%') {
        let (name, after) = behind.split_once('%')?;
        parts.push(literal(before)?);
        parts.push(match name {
            "year" => "DATE_FORMAT(p.post_date, '%Y')".to_owned(),
            "monthnum" => "DATE_FORMAT(p.post_date, '%m')".to_owned(),
            "day" => "DATE_FORMAT(p.post_date, '%d')".to_owned(),
            "postname" => "p.post_name".to_owned(),
            "post_id" => "p.ID".to_owned(),
            _ => return None,
        });
        rest = after;
    }
    parts.push(literal(rest)?);
    parts.retain(|part| part != "''");
    (parts.len() > 1).then(|| format!("CONCAT({})", parts.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structures_of_permalinks_become_addresses() {
        for (structure, expected) in [
            (
                "/%year%/%monthnum%/%postname%/",
                Some(
                    "CONCAT('/', DATE_FORMAT(p.post_date, '%Y'), '/', DATE_FORMAT(p.post_date, '%m'), '/', p.post_name, '/')",
                ),
            ),
            ("/archives/%post_id%", Some("CONCAT('/archives/', p.ID)")),
            ("/%category%/%postname%/", None),
            ("/it's/%postname%/", None),
            ("", None),
            ("/%postname", None),
        ] {
            assert_eq!(page_address(structure).as_deref(), expected, "{structure}");
        }
    }

    #[test]
    fn the_recipe_has_what_is_replaced() {
        let query = recipes::query(RECIPE).expect("a query");
        for part in [RECIPE_SITE, RECIPE_PREFIX, RECIPE_URL, RECIPE_URL_COMMENT] {
            assert!(query.contains(part), "{part}");
        }
        // Every table stands behind one of the two words that are replaced.
        for table in [
            "posts",
            "postmeta",
            "terms",
            "term_taxonomy",
            "term_relationships",
            "users",
        ] {
            let name = format!("{RECIPE_PREFIX}{table} ");
            let named =
                ["FROM ", "JOIN "].map(|before| query.matches(&format!("{before}{name}")).count());
            assert_eq!(
                query.matches(&name).count(),
                named.iter().sum::<usize>(),
                "{table}"
            );
        }
    }
}
