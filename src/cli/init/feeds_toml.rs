//! The text of feeds.toml.

use std::path::Path;

use super::facts::Fact;
use super::plan::{PageLink, Plan, SourcePlan};
use super::sample::{Counts, LANGUAGES, NO_LANGUAGE, Sample, most_frequent};
use super::toml_text::{block, list, one_line, quoted};
use crate::config::{Config, Loaded};
use crate::model::article::default_languages;
use crate::model::problem::{Problem, Severity, chain};

/// The variable that holds the address of a database.
pub(super) const DATABASE_VARIABLE: &str = "DATABASE_URL";

/// Terms that a comment names.
const TERMS_SHOWN: usize = 8;

/// The text of feeds.toml, whose keys have the order of docs/configuration.md.
pub(super) fn write(plan: &Plan) -> String {
    let mut lines = vec![
        format!(
            "# Feeds of {}. `taspa init` wrote this file; it is yours now.",
            one_line(&plan.found)
        ),
        "# `taspa check` says what is wrong with it; docs/configuration.md has every key."
            .to_owned(),
    ];
    if !plan.notes.is_empty() {
        lines.push("#".to_owned());
    }
    lines.extend(
        plan.notes
            .iter()
            .map(|note| format!("# - {}", one_line(note))),
    );
    site(plan, &mut lines);
    let value = |fact| quoted(&plan.value(fact));
    lines.extend([
        String::new(),
        "[server]".to_owned(),
        "listen     = \"127.0.0.1:8080\"".to_owned(),
        "# How readers reach this server, with https:// once a proxy stands in front of it."
            .to_owned(),
        format!("public-url = {}", value(Fact::PublicUrl)),
        "state      = \"state\"    # a folder that this server writes; it is safe to delete"
            .to_owned(),
        String::new(),
    ]);
    source(plan, &mut lines);
    feeds(plan, &mut lines);
    lines.push(String::new());
    lines.join("\n")
}

fn site(plan: &Plan, lines: &mut Vec<String>) {
    let facts = &plan.facts;
    let value = |fact| quoted(&plan.value(fact));
    lines.extend([
        String::new(),
        "[site]".to_owned(),
        format!("title        = {}", value(Fact::Title)),
        format!("url          = {}", value(Fact::Url)),
        "# These two make the id of every article. They must never change: readers would see all articles".to_owned(),
        "# a second time.".to_owned(),
        format!("id-authority = {}", value(Fact::IdAuthority)),
    ]);
    // A year is a number; another answer is kept for the check of the configuration.
    let year = plan.value(Fact::IdYear);
    lines.push(match year.parse::<u32>() {
        Ok(year) => format!("id-year      = {year}"),
        Err(_) => format!("id-year      = {}", quoted(&year)),
    });
    let language = plan.value(Fact::Language);
    lines.push(format!("language     = {}", quoted(&language)));
    let mut languages = facts.languages.clone();
    if !languages.is_empty()
        && !languages
            .iter()
            .any(|listed| listed.eq_ignore_ascii_case(&language))
    {
        languages.insert(0, language.clone());
    }
    let usual = default_languages(&language);
    if languages.iter().any(|listed| !usual.contains(listed)) {
        lines.push(format!("languages    = {}", list(&languages)));
    }
    lines.push(format!("time-zone    = {}", value(Fact::TimeZone)));
    for (key, text) in [
        ("description ", &facts.description),
        ("author      ", &facts.author),
    ] {
        lines.extend(
            text.as_ref()
                .map(|text| format!("{key} = {}", quoted(text))),
        );
    }
}

/// The one place that says how each kind of source is written.
fn source(plan: &Plan, lines: &mut Vec<String>) {
    match &plan.source {
        SourcePlan::Directory {
            path,
            exclude,
            link,
        } => {
            lines.push("[source.directory]".to_owned());
            lines.push(format!("path    = {}", quoted(path)));
            if !exclude.is_empty() {
                lines.push("# What is no article.".to_owned());
                lines.push(format!("exclude = {}", list(exclude)));
            }
            let site = plan.value(Fact::Url);
            let site = site.trim_end_matches('/');
            match link {
                PageLink::Known(template) => lines.extend([
                    "# The articles' own pages; an article's own `url` wins.".to_owned(),
                    format!("link    = {}", quoted(template)),
                ]),
                PageLink::NotExpressible(reason) => lines.extend([
                    "# `link` cannot say where the articles' pages are:".to_owned(),
                    format!("# {}.", one_line(reason)),
                    "# Until articles name their `url`, this server shows them itself.".to_owned(),
                    format!("# link  = {}", quoted(&format!("{site}/{{key}}/"))),
                ]),
                PageLink::Unknown => lines.extend([
                    "# Where articles have pages on the site; without it this server shows them."
                        .to_owned(),
                    format!("# link  = {}", quoted(&format!("{site}/news/{{key}}/"))),
                ]),
            }
        }
        SourcePlan::WordPress { url } => lines.extend([
            "[source.wordpress]".to_owned(),
            format!("url = {}", quoted(url)),
            "# Where the site hides its posts: an application password of a user.".to_owned(),
            "# user     = \"taspa\"".to_owned(),
            "# password = \"${WORDPRESS_PASSWORD}\"".to_owned(),
        ]),
        SourcePlan::Sql {
            url,
            query,
            has_slug,
        } => {
            let is_variable = plan.database_url.is_some();
            let url = match is_variable {
                true => format!(
                    "\"${{{DATABASE_VARIABLE}}}\"    # with the password, which is not in this file"
                ),
                false => quoted(url),
            };
            lines.extend([
                "[source.sql]".to_owned(),
                format!("url   = {url}"),
                "# One article a row; each column is named as the key of an article (docs/databases.md).".to_owned(),
                format!("query = {}", block(query)),
            ]);
            let statuses = most_frequent(&plan.sample.statuses, TERMS_SHOWN);
            if !statuses.is_empty() {
                lines.push(format!(
                    "# Articles with another status are hidden; seen: {}.",
                    shown(&statuses)
                ));
                lines.push("# public-status = [\"approved\"]".to_owned());
            }
            if *has_slug {
                let site = plan.value(Fact::Url);
                let link = format!("{}/news/{{slug}}/", site.trim_end_matches('/'));
                lines.extend([
                    "# Where articles have pages on the site; without it this server shows them."
                        .to_owned(),
                    format!("# link  = {}", quoted(&link)),
                ]);
            }
        }
    }
}

/// Automatic feeds, and two of the operator's own as an example of the site's own terms.
fn feeds(plan: &Plan, lines: &mut Vec<String>) {
    let sample = &plan.sample;
    let is_unknown = sample.articles == 0;
    for (table, counts, noun) in [
        ("sections", &sample.sections, "section"),
        ("tags", &sample.tags, "tag"),
    ] {
        lines.push(String::new());
        let terms = most_frequent(counts, TERMS_SHOWN);
        if !terms.is_empty() {
            let more = if counts.len() > terms.len() {
                ", …"
            } else {
                ""
            };
            lines.push(format!("# A feed for each {noun}: {}{more}", shown(&terms)));
        }
        match terms.is_empty() && !is_unknown {
            true => {
                lines.push(format!(
                    "# Articles have no {noun} yet; with this table each gets a feed."
                ));
                lines.push(format!("# [auto.{table}]"));
            }
            false => lines.push(format!("[auto.{table}]")),
        }
    }
    lines.push(String::new());
    if sample.has_authors || is_unknown {
        lines.push("[auto.authors]".to_owned());
    } else {
        lines.push("# [auto.authors]".to_owned());
    }
    examples(plan, lines);
}

fn examples(plan: &Plan, lines: &mut Vec<String>) {
    let terms = |counts: &Counts, prefix: &str| -> Vec<(String, String)> {
        let terms = most_frequent(counts, 2).into_iter();
        terms
            .map(|(name, _)| (name.to_owned(), format!("{prefix}{name}")))
            .collect()
    };
    let sections = terms(&plan.sample.sections, "section:");
    let tags = terms(&plan.sample.tags, "#");
    let all: Vec<&(String, String)> = sections.iter().take(1).chain(&tags).collect();
    let (Some((first, _)), Some((last, last_term))) = (all.first(), all.last()) else {
        return;
    };
    let any: Vec<String> = all.iter().take(2).map(|(_, term)| term.clone()).collect();
    let language = format!("lang:{}", plan.value(Fact::Language));
    lines.extend([
        String::new(),
        "# Feeds of your own, from any terms; two to begin with:".to_owned(),
        "#".to_owned(),
        "# [[feed]]".to_owned(),
        "# name  = \"first\"    # /first.rss, /first.atom, /first.json".to_owned(),
        format!("# title = {}", quoted(first)),
        format!("# any   = {}    # at least one of them", list(&any)),
        "#".to_owned(),
        "# [[feed]]".to_owned(),
        "# name  = \"second\"".to_owned(),
        format!("# title = {}", quoted(last)),
        format!("# any   = {}", list(std::slice::from_ref(last_term))),
        format!("# all   = {}    # every one of them", list(&[language])),
    ]);
}

/// Terms with their numbers, on one line.
fn shown(terms: &[(&str, usize)]) -> String {
    let terms = terms
        .iter()
        .map(|(name, count)| format!("{} {count}", one_line(name)));
    terms.collect::<Vec<_>>().join(", ")
}

/// Reads the text of a plan as the other commands read the file; relative paths start at `folder`.
pub(super) fn load(plan: &Plan, folder: &Path) -> Result<Loaded, Vec<Problem>> {
    let environment = |name: &str| match name == DATABASE_VARIABLE {
        true => plan.database_url.clone(),
        false => None,
    };
    Config::parse(&write(plan), "feeds.toml", folder, &environment)
}

/// Reads articles of a plan, with every language that can be told where its own is not known.
///
/// # Errors
/// When no configuration can be made of the plan, or its source cannot be read.
pub(super) fn read_sample(plan: &Plan, folder: &Path) -> Result<Sample, String> {
    let mut plan = plan.clone();
    if !plan.facts.is_known(Fact::Language) {
        let language = Some(NO_LANGUAGE.to_owned());
        plan.facts.set(Fact::Language, language);
        plan.facts.languages = LANGUAGES.map(str::to_owned).to_vec();
    }
    let loaded = load(&plan, folder).map_err(|problems| {
        let problems = problems.iter().map(|problem| problem.message.clone());
        problems.collect::<Vec<_>>().join("; ")
    })?;
    Sample::read(&loaded.config).map_err(|error| chain(&error))
}

/// The first error of the configuration that a plan makes.
pub(super) fn first_error(plan: &Plan, folder: &Path) -> Option<Problem> {
    let problems = load(plan, folder).err()?;
    problems
        .into_iter()
        .find(|problem| problem.severity == Severity::Error)
}

/// Drops what a site says of itself in a form that feeds.toml does not take.
pub(super) fn drop_invalid(plan: &mut Plan, folder: &Path) {
    let mut bare = plan.clone();
    bare.facts.languages.clear();
    for fact in Fact::ALL {
        bare.facts.forget(fact);
    }
    if first_error(&bare, folder).is_some() {
        for plan in [&mut *plan, &mut bare] {
            if let SourcePlan::Directory { link, .. } = &mut plan.source
                && let PageLink::Known(template) = link
            {
                *link = PageLink::NotExpressible(format!("`{template}` is no address"));
            }
        }
    }
    for fact in Fact::ALL {
        let mut alone = bare.clone();
        if plan.facts.is_known(fact) {
            alone.facts.set(fact, Some(plan.value(fact)));
        }
        if first_error(&alone, folder).is_some() {
            plan.facts.forget(fact);
        }
    }
    if first_error(plan, folder).is_some() {
        plan.facts.languages.clear();
    }
}

/// The number of the line that has a key of `[site]` or `[server]`.
pub(super) fn line_of(text: &str, fact: Fact) -> usize {
    let has_key = |line: &str| {
        let rest = line.strip_prefix(fact.key());
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    text.lines().position(has_key).map_or(1, |at| at + 1)
}
