//! A database of articles: a query for a system that is known, else one that is proposed from the tables.

mod column_names;
mod ghost;
mod proposal;
mod recipes;
mod row_query;
mod row_visibility;
mod sql_text;
mod table_columns;
mod wordpress;

use std::path::Path;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::facts::{Facts, Machine};
use super::feeds_toml::{self, DATABASE_VARIABLE};
use super::plan::{Plan, SourcePlan};
use crate::model::problem::chain;
use crate::source::sql::{DatabaseCatalog, DatabaseKind};

/// What means something else in the path of an address.
const NOT_IN_PATHS: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#').add(b' ');

/// The query of a system, and what its tables say of the site.
struct Proposal {
    /// What was found, as a person would call it.
    found: String,
    query: String,
    facts: Facts,
    notes: Vec<String>,
    has_slug: bool,
    /// Commands that the query needs first.
    commands: Vec<String>,
}

/// The address of a file of SQLite: relative to the current folder, where feeds.toml is written unless
/// `config` names another place.
pub(super) fn sqlite_address(path: &Path, config: Option<&Path>) -> String {
    let absolute = config.and_then(|_| std::path::absolute(path).ok());
    let path = absolute.as_deref().unwrap_or(path).display().to_string();
    format!("sqlite:{}", utf8_percent_encode(&path, NOT_IN_PATHS))
}

/// What feeds.toml is made of for the database at an address.
///
/// # Errors
/// When it cannot be reached, or has no table of articles.
pub(super) fn plan(address: &str, machine: &Machine) -> Result<Plan, String> {
    let catalog = DatabaseCatalog::open(address).map_err(|error| chain(&error))?;
    let tables = catalog.tables().map_err(|error| chain(&error))?;
    let read_values = |sql: &str| {
        let rows = catalog.rows(sql).unwrap_or_default();
        rows.into_iter().flatten().flatten().collect()
    };
    let proposal = wordpress::find(&catalog, &tables)
        .or_else(|| ghost::find(&catalog, &tables))
        .or_else(|| recipes::find(&tables))
        .or_else(|| proposal::find(catalog.kind(), &tables, &read_values));
    let Some(proposal) = proposal else {
        return Err(proposal::none(catalog.name(), &tables));
    };
    let is_file = catalog.kind() == DatabaseKind::Sqlite;
    let url = match is_file {
        true => address.to_owned(),
        false => format!("${{{DATABASE_VARIABLE}}}"),
    };
    let mut plan = Plan::new(
        &proposal.found,
        SourcePlan::Sql {
            url,
            query: proposal.query,
            has_slug: proposal.has_slug,
        },
        machine,
    );
    plan.database_url = (!is_file).then(|| address.to_owned());
    plan.facts = proposal.facts;
    plan.notes = proposal.notes;
    plan.commands = proposal.commands;
    match feeds_toml::read_sample(&plan, Path::new("")) {
        Ok(sample) => plan.learn(sample),
        Err(reason) => plan
            .notes
            .push(format!("the query cannot be run yet: {reason}")),
    }
    if plan.sample.public() == 0 && plan.sample.hidden > 0 {
        plan.notes.push(
            "every row that was read is hidden: look at its status, and at `public-status` below"
                .to_owned(),
        );
    }
    Ok(plan)
}
