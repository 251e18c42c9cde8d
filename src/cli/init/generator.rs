//! The site generator that a folder belongs to, and what its own settings say of the site.

mod hexo;
mod hugo;
mod jekyll;
mod pattern;
mod settings;
mod zola;

use std::path::Path;

use self::pattern::Names;
use super::facts::Facts;
use super::plan::PageLink;
use crate::source::settings_file;

/// A site that a generator makes.
#[derive(Clone, Debug)]
pub(super) struct GeneratorSite {
    /// The generator's name.
    pub(super) name: &'static str,
    /// The folder of its texts, below the site's; `None` where the site decides that itself.
    pub(super) content: Option<String>,
    pub(super) facts: Facts,
    pub(super) notes: Vec<String>,
    pages: Pages,
}

/// Where a generator puts the pages of articles.
#[derive(Clone, Debug)]
enum Pages {
    /// Only its program code says where.
    Unknown,
    /// No template can say where, for this reason.
    NotExpressible(String),
    /// By a pattern of the generator, or a template of ours where there is none.
    Known {
        /// The site's address without a slash at its end.
        base: String,
        /// The pattern of articles below a folder; the empty name is every other folder.
        patterns: Vec<(String, String)>,
        /// What a generator's own names mean.
        names: Names,
    },
}

/// The articles that a template of their pages is made for.
#[derive(Clone, Debug, Default)]
pub(super) struct ArticlePaths<'p> {
    /// Their paths below the content folder.
    pub(super) paths: Vec<&'p str>,
    /// Whether one has several sections.
    pub(super) has_several_sections: bool,
    /// Whether a section has a name of several words.
    pub(super) has_section_of_words: bool,
}

/// The generator of a folder; `None` if it is of none that is known.
pub(super) fn find(folder: &Path) -> Option<GeneratorSite> {
    hugo::find(folder)
        .or_else(|| zola::find(folder))
        .or_else(|| hexo::find(folder))
        .or_else(|| jekyll::find(folder))
        .or_else(|| find_by_program(folder))
}

/// The files of a folder that are the settings of a generator by their names and cannot be read.
pub(super) fn unreadable(folder: &Path) -> Vec<String> {
    const STEMS: [&str; 4] = ["hugo", "zola", "config", "_config"];
    const EXTENSIONS: [&str; 4] = ["toml", "yaml", "yml", "json"];
    let names = STEMS
        .iter()
        .flat_map(|stem| EXTENSIONS.map(|extension| format!("{stem}.{extension}")));
    let is_unreadable = |name: &String| {
        let path = folder.join(name);
        path.is_file() && settings_file::read(&path).is_none()
    };
    names.filter(is_unreadable).collect()
}

/// Generators whose settings are a program, which only they can run.
fn find_by_program(folder: &Path) -> Option<GeneratorSite> {
    const PROGRAMS: [(&str, &str); 3] = [
        ("Astro", "astro.config"),
        ("Docusaurus", "docusaurus.config"),
        ("Eleventy", "eleventy.config"),
    ];
    const EXTENSIONS: [&str; 4] = ["mjs", "js", "ts", "cjs"];
    let exists = |stem: &str| {
        let mut extensions = EXTENSIONS.iter();
        extensions.any(|extension| folder.join(format!("{stem}.{extension}")).is_file())
    };
    let mut programs = PROGRAMS.iter();
    let found = programs
        .find(|(_, stem)| exists(stem))
        .map(|(name, _)| *name);
    let name = found.or_else(|| folder.join(".eleventy.js").is_file().then_some("Eleventy"))?;
    Some(GeneratorSite {
        name,
        content: None,
        facts: Facts::default(),
        notes: vec![format!(
            "the settings of {name} are a program, so its title, its address and its pages could not be read from them"
        )],
        pages: Pages::Unknown,
    })
}

impl GeneratorSite {
    /// What has to be known of pages whose addresses the generator makes of the names of files in its own way.
    pub(super) fn path_note(&self, paths: &[&str]) -> Option<String> {
        let is_changed = |c: char| match self.name {
            "Hugo" => c.is_uppercase() || c == ' ',
            "Zola" => c.is_uppercase() || c == ' ' || !c.is_ascii(),
            _ => false,
        };
        let path = paths.iter().find(|path| path.contains(is_changed))?;
        Some(format!(
            "{} writes the address of a page in another way than its file, `{path}` for one: compare `link`, or give \
             such articles a `url`",
            self.name
        ))
    }

    /// The template of the pages of these articles.
    pub(super) fn link(&self, articles: &ArticlePaths<'_>) -> PageLink {
        let (base, patterns, names) = match &self.pages {
            Pages::Unknown => return PageLink::Unknown,
            Pages::NotExpressible(reason) => return PageLink::NotExpressible(reason.clone()),
            Pages::Known {
                base,
                patterns,
                names,
            } => (base, patterns, names),
        };
        let of_folder = |path: &str| {
            let folder = path.split_once('/').map_or("", |(folder, _)| folder);
            let mut patterns = patterns.iter();
            let found = patterns.clone().find(|(name, _)| name == folder);
            let found = found.or_else(|| patterns.find(|(name, _)| name.is_empty()));
            found.map(|(_, pattern)| pattern.as_str())
        };
        let mut used: Vec<&str> = articles
            .paths
            .iter()
            .filter_map(|path| of_folder(path))
            .collect();
        if used.is_empty() {
            used.extend(of_folder(""));
        }
        used.sort_unstable();
        used.dedup();
        let [pattern] = used[..] else {
            return PageLink::NotExpressible(
                "the pages of its folders are at addresses of different forms".to_owned(),
            );
        };
        match names.translate(pattern, articles) {
            Ok(template) => PageLink::Known(format!("{base}/{}", template.trim_start_matches('/'))),
            Err(reason) => PageLink::NotExpressible(reason),
        }
    }
}
