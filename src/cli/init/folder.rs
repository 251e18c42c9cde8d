//! A folder of articles: whose it is, where in it the articles are, and what in it is none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::facts::Machine;
use super::feeds_toml;
use super::generator::{self, ArticlePaths, GeneratorSite};
use super::plan::{PageLink, Plan, SourcePlan};
use super::sample::Sample;

/// Folders that are known to hold articles, so that what lies beside them is something else.
const ARTICLE_FOLDERS: [&str; 7] = [
    "articles", "content", "posts", "texts", "archive", "news", "blog",
];

/// Folders that cannot be read and are named.
const UNLISTED_SHOWN: usize = 5;

/// Patterns of what is no article that a file names; more are named by `check`.
const EXCLUDED_MAX: usize = 20;

/// What feeds.toml in the folder `target` is made of for the articles of `folder`.
///
/// # Errors
/// When the folder cannot be read, or the generator's folder of texts is missing.
pub(super) fn plan(folder: &Path, target: &Path, machine: &Machine) -> Result<Plan, String> {
    let site = generator::find(folder);
    let content = site.as_ref().and_then(|site| site.content.clone());
    let root = content
        .as_ref()
        .map_or(folder.to_owned(), |content| folder.join(content));
    // The folders of a generator's site are its own matter.
    if let (Some(site), false) = (&site, root.is_dir()) {
        return Err(format!(
            "{} is a site of {}, and {} is no folder\n  hint: name the folder that its articles are in",
            folder.display(),
            site.name,
            root.display(),
        ));
    }
    let mut plan = Plan::new(
        "a folder",
        SourcePlan::Directory {
            path: absolute(&root).display().to_string(),
            exclude: Vec::new(),
            link: PageLink::Unknown,
        },
        machine,
    );
    let sample = feeds_toml::read_sample(&plan, Path::new(""))?;
    if let (0, Some(reason)) = (sample.listed, sample.unlisted.first()) {
        return Err(format!("{}: {reason}", root.display()));
    }
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
    let is_empty = sample.listed == 0 && site.is_none();
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
        let paths: Vec<&str> = sample.article_paths().collect();
        plan.notes.extend(site.path_note(&paths));
        plan.facts = site.facts;
        plan.notes.extend(site.notes);
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
    let unreadable = generator::unreadable(folder);
    plan.notes.extend(unreadable.iter().map(|name| {
        format!("`{name}` looks like the settings of a site, but it could not be read, so nothing of it is known")
    }));
    let unlisted = sample.unlisted.iter().take(UNLISTED_SHOWN);
    plan.notes
        .extend(unlisted.map(|reason| format!("not read: {reason}")));
    plan.learn(sample);
    Ok(plan)
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
        has_section_of_words: sample.sections.keys().any(|name| name.contains(' ')),
    })
}

/// The folder, with a slash at its end, that nine of ten articles are below, those with mistakes included, by folders whose names may be
/// entered; empty for the root. Folders of years and numbers are where articles are filed.
fn common_folder(sample: &Sample, may_enter: impl Fn(&str) -> bool) -> String {
    let paths: Vec<&str> = sample.likely_paths().collect();
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

/// Patterns of what lies below a folder and is no article: files in which nothing looks like a date, or folders
/// of such files, of which all were read. An article with a mistake is one, which `check` has to name.
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
        match outcome {
            Ok(()) => entry.articles += 1,
            Err(refusal) => entry.pages += usize::from(refusal.is_page),
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
