//! The queries of examples/sql, for databases that have the tables that they are written for.

use super::{Facts, Proposal};
use crate::source::sql::DatabaseTable;

/// A file of examples/sql and the tables of its query.
struct Recipe {
    system: &'static str,
    /// A table that every site of this system has.
    mark: &'static str,
    tables: &'static [&'static str],
    toml: &'static str,
    name: &'static str,
}

const RECIPES: [Recipe; 2] = [
    Recipe {
        system: "Strapi",
        mark: "strapi_core_store_settings",
        tables: &[
            "articles",
            "articles_category_lnk",
            "categories",
            "articles_tags_lnk",
            "tags",
            "articles_authors_lnk",
            "authors",
            "files_related_mph",
            "files",
        ],
        toml: include_str!("../../../../examples/sql/strapi.toml"),
        name: "strapi",
    },
    Recipe {
        system: "Wagtail",
        mark: "wagtailcore_page",
        tables: &[
            "wagtailcore_pageviewrestriction",
            "wagtailcore_site",
            "wagtailcore_locale",
            "news_articlepage",
            "news_articletag",
            "news_articleauthor",
            "news_author",
        ],
        toml: include_str!("../../../../examples/sql/wagtail.toml"),
        name: "wagtail",
    },
];

/// The recipe for these tables.
pub(super) fn find(tables: &[DatabaseTable]) -> Option<Proposal> {
    // A recipe names no schema.
    let has = |name: &str| {
        let mut tables = tables.iter();
        tables.any(|table| table.name == name && !table.needs_schema)
    };
    let recipe = RECIPES
        .iter()
        .find(|recipe| has(recipe.mark) && recipe.tables.iter().all(|table| has(table)))?;
    let Recipe { system, name, .. } = recipe;
    Some(Proposal {
        found: format!("a database of {system}"),
        query: query(recipe.toml)?.to_owned(),
        facts: Facts::default(),
        notes: vec![format!(
            "the query is that of examples/sql/{name}.toml, which docs/{name}.md explains: look at each part that your \
             own models may have in another way"
        )],
        has_slug: false,
        commands: vec![format!(
            "psql -1 -v ON_ERROR_STOP=1 -f examples/sql/{name}.sql NAME    # once, as the owner of the database"
        )],
    })
}

/// The system of these tables, for which there is a page of documentation.
pub(super) fn system(tables: &[DatabaseTable]) -> Option<(&'static str, &'static str)> {
    let has = |name: &str| tables.iter().any(|table| table.name == name);
    let mut recipes = RECIPES.iter();
    let recipe = recipes.find(|recipe| has(recipe.mark))?;
    Some((recipe.system, recipe.name))
}

/// The query of a feeds.toml of ours.
pub(super) fn query(toml: &str) -> Option<&str> {
    let (_, rest) = toml.split_once("query = '''\n")?;
    let (query, _) = rest.split_once("'''")?;
    Some(query.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> DatabaseTable {
        DatabaseTable {
            name: name.to_owned(),
            ..DatabaseTable::default()
        }
    }

    #[test]
    fn a_recipe_needs_all_of_its_tables() {
        for recipe in RECIPES {
            let mut tables: Vec<DatabaseTable> =
                recipe.tables.iter().map(|name| table(name)).collect();
            assert!(find(&tables).is_none(), "{}", recipe.name);
            tables.push(table(recipe.mark));
            let proposal = find(&tables).expect("a recipe");
            assert!(proposal.query.starts_with("SELECT"), "{}", proposal.query);
            for name in recipe.tables {
                assert!(proposal.query.contains(name), "{name}");
            }
            tables.remove(0);
            assert!(find(&tables).is_none(), "{}", recipe.name);
            assert_eq!(system(&tables), Some((recipe.system, recipe.name)));
        }
    }
}
