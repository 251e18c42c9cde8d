//! A folder of articles: whose it is, where in it the articles are, and what in it is none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::facts::Fact;
use super::feeds_toml;
use super::generator::{self, ArticlePaths, GeneratorSite};
use super::plan::{PageLink, Plan, SourcePlan};
use super::sample::Sample;
use crate::model::problem::chain;

/// Folders that are known to hold articles, so that what lies beside them is something else.
const ARTICLE_FOLDERS: [&str; 7] = [
    "articles", "content", "posts", "texts", "archive", "news", "blog",
];

/// Patterns of what is no article that a file names; more are named by `check`.
const EXCLUDED_MAX: usize = 20;

/// The languages that are told from texts.
pub(super) const LANGUAGES: [&str; 12] = [
    "ru", "kk", "en", "uk", "be", "bg", "sr", "ky", "tt", "uz", "tr", "de",
];

/// What feeds.toml in the folder `target` is made of for the articles of `folder`.
///
/// # Errors
/// When the folder cannot be read.
pub(super) fn plan(folder: &Path, target: &Path) -> Result<Plan, String> {
    let site = generator::find(folder);
    let content = site.as_ref().and_then(|site| site.content.clone());
    let root = content
        .as_ref()
        .map_or(folder.to_owned(), |content| folder.join(content));
    let mut plan = Plan::new(
        "a folder",
        SourcePlan::Directory {
            path: path_from(target, &root),
            exclude: Vec::new(),
            link: PageLink::Unknown,
        },
    );
    if !root.is_dir() {
        plan.new_folder = Some(root.clone());
    }
    let sample = match root.is_dir() {
        true => read(&plan, &root)?,
        false => Sample::default(),
    };
    // A generator may make pages of HTML beside its texts.
    let below = match (&site, &content) {
        (_, Some(_)) => String::new(),
        (Some(_), None) => common_folder(&sample, |_| true),
        (None, None) => common_folder(&sample, |name| ARTICLE_FOLDERS.contains(&name)),
    };
    let articles = root.join(&below);
    let excluded = excluded(&sample, &below);
    let link = site
        .as_ref()
        .map_or(PageLink::Unknown, |site| link(site, &sample));
    let is_empty = sample.listed == 0 && content.is_none();
    let mut exclude = excluded;
    let path = match is_empty {
        true => {
            plan.new_folder = Some(folder.join(ARTICLE_FOLDERS[0]));
            path_from(target, &folder.join(ARTICLE_FOLDERS[0]))
        }
        false => path_from(target, &articles),
    };
    if path == "." {
        exclude.insert(0, "state".to_owned());
    }
    plan.source = SourcePlan::Directory {
        path,
        exclude,
        link,
    };
    if let Some(site) = site {
        plan.facts = site.facts;
        plan.notes = site.notes;
        plan.found = format!("a site of {}", site.name);
    } else {
        plan.found = found(&sample);
    }
    let name = std::fs::canonicalize(folder).ok();
    let name = name.as_deref().and_then(Path::file_name);
    plan.facts.name = name.map(|name| name.to_string_lossy().into_owned());
    let outside = sample
        .article_paths()
        .filter(|path| !path.starts_with(&below))
        .count();
    if outside > 0 {
        plan.notes.push(format!(
            "{outside} of the articles that were read lie outside of `{}` and are left out",
            below.trim_end_matches('/')
        ));
    }
    plan.learn(sample);
    Ok(plan)
}

/// Reads some of the files below a folder, with every language that can be told.
fn read(plan: &Plan, root: &Path) -> Result<Sample, String> {
    let mut plan = plan.clone();
    plan.facts.set(Fact::Language, Some("ru".to_owned()));
    plan.facts.languages = LANGUAGES.map(str::to_owned).to_vec();
    plan.source = SourcePlan::Directory {
        path: absolute(root).display().to_string(),
        exclude: Vec::new(),
        link: PageLink::Unknown,
    };
    let loaded = feeds_toml::load(&plan, Path::new("")).map_err(|problems| {
        let problems = problems.iter().map(ToString::to_string);
        problems.collect::<Vec<_>>().join("\n")
    })?;
    Sample::read(&loaded.config).map_err(|error| chain(&error))
}

/// What a folder without a generator holds.
fn found(sample: &Sample) -> String {
    let of = |extensions: &[&str]| -> usize {
        let counts = extensions
            .iter()
            .filter_map(|name| sample.formats.get(*name));
        counts.sum()
    };
    let newsroom = of(&["txt"]);
    let markup = of(&["md", "markdown", "mdx", "html", "htm"]);
    let json = of(&["json"]);
    let kinds = [
        (newsroom, "newsroom text"),
        (markup, "front matter"),
        (json, "JSON"),
    ];
    let kinds = kinds.iter().filter(|(count, _)| *count > 0);
    let kinds: Vec<&str> = kinds.map(|(_, kind)| *kind).collect();
    match kinds[..] {
        [] => "a folder without articles yet".to_owned(),
        _ => format!("a folder of articles ({})", kinds.join(", ")),
    }
}

fn link(site: &GeneratorSite, sample: &Sample) -> PageLink {
    site.link(&ArticlePaths {
        paths: sample.article_paths().collect(),
        has_several_sections: sample.has_several_sections,
    })
}

/// The folder, with a slash at its end, that nine of ten articles are below, by folders whose names may be
/// entered; empty for the root. Folders of years and numbers are where articles are filed.
fn common_folder(sample: &Sample, may_enter: impl Fn(&str) -> bool) -> String {
    let paths: Vec<&str> = sample.article_paths().collect();
    let mut folder = String::new();
    loop {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for path in &paths {
            if let Some((name, _)) = path
                .strip_prefix(&folder)
                .and_then(|rest| rest.split_once('/'))
            {
                *counts.entry(name).or_default() += 1;
            }
        }
        let largest = counts.into_iter().max_by_key(|(_, count)| *count);
        let is_most = |count: usize| count * 10 >= paths.len() * 9;
        match largest {
            Some((name, count))
                if is_most(count)
                    && may_enter(name)
                    && !name.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                folder += &format!("{name}/");
            }
            _ => return folder,
        }
    }
}

/// Patterns of what lies below a folder and is no article: files with front matter, or folders of such files,
/// of which all were read. Newsroom text that cannot be read is a mistake, which `check` has to name.
fn excluded(sample: &Sample, below: &str) -> Vec<String> {
    #[derive(Default)]
    struct Entry {
        listed: usize,
        articles: usize,
        pages: usize,
    }
    let top = |path: &str| {
        let rest = path.strip_prefix(below)?;
        Some(rest.split('/').next().unwrap_or(rest).to_owned())
    };
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    for path in &sample.paths {
        if let Some(name) = top(path) {
            entries.entry(name).or_default().listed += 1;
        }
    }
    let mut has_articles = false;
    for (path, outcome) in &sample.files {
        let Some(entry) = top(path).and_then(|name| entries.get_mut(&name)) else {
            continue;
        };
        let is_text = path.to_lowercase().ends_with(".txt");
        match outcome {
            Ok(()) => entry.articles += 1,
            Err(_) if !is_text => entry.pages += 1,
            Err(_) => {}
        }
        has_articles |= outcome.is_ok();
    }
    if !has_articles || !sample.is_whole {
        return Vec::new();
    }
    let pages = entries
        .iter()
        .filter(|(_, entry)| entry.pages == entry.listed);
    let pages = pages.map(|(name, _)| globset::escape(name));
    pages.take(EXCLUDED_MAX).collect()
}

/// A path as a feeds.toml in the folder `from` has it: relative where the path is below that folder.
pub(super) fn path_from(from: &Path, path: &Path) -> String {
    let (from, path) = (absolute(from), absolute(path));
    match path.strip_prefix(&from) {
        Ok(below) if below.as_os_str().is_empty() => ".".to_owned(),
        Ok(below) => below.display().to_string(),
        Err(_) => path.display().to_string(),
    }
}

/// The absolute path, without links as far as it exists.
fn absolute(path: &Path) -> PathBuf {
    if let Ok(path) = std::fs::canonicalize(path) {
        return path;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => {
            let parent = match parent.as_os_str().is_empty() {
                true => Path::new("."),
                false => parent,
            };
            absolute(parent).join(name)
        }
        _ => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
    }
}
