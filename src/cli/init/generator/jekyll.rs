//! Jekyll: `_config.yml` and `_posts`.

use std::path::Path;

use super::pattern::Names;
use super::settings::{self, base, language, text};
use super::{GeneratorSite, Pages};
use crate::cli::init::facts::Fact;

const NAMES: Names = Names {
    key: "permalink",
    names: &[
        ("year", "{year}"),
        ("month", "{month}"),
        ("day", "{day}"),
        ("title", "{slug}"),
        ("slug", "{slug}"),
        ("output_ext", ".html"),
    ],
    first_folder: &[],
    sections: &["categories", "slugified_categories"],
    splits_sections: true,
};

pub(super) fn find(folder: &Path) -> Option<GeneratorSite> {
    let settings = settings::first(folder, &["_config"], &["yml", "yaml", "toml"]);
    let has_posts = folder.join("_posts").is_dir();
    if settings.is_none() && !has_posts {
        return None;
    }
    let settings = settings.unwrap_or_default();
    // The path of the site stands in a key of its own.
    let prefix = text(&settings, "baseurl").unwrap_or_default();
    let prefix = prefix.trim_matches('/');
    let url = text(&settings, "url").map(|url| {
        let url = url.trim_end_matches('/');
        match prefix {
            "" => format!("{url}/"),
            prefix => format!("{url}/{prefix}/"),
        }
    });
    let mut facts = settings::facts(&settings);
    if !facts.is_known(Fact::Title) {
        facts.set(Fact::Title, text(&settings, "name"));
    }
    facts.set(Fact::Url, url.clone());
    let own = text(&settings, "lang").or_else(|| text(&settings, "locale"));
    facts.set(Fact::Language, own.as_deref().map(language));
    let source = text(&settings, "source").unwrap_or_default();
    let source = source.trim_matches(['.', '/']);
    let posts = match source {
        "" => "_posts".to_owned(),
        source => format!("{source}/_posts"),
    };
    // Posts may lie in folders of this name below others, which are part of their categories.
    let has_posts = folder.join(&posts).is_dir();
    let mut others = posts_below(folder, source).into_iter();
    let content = has_posts.then_some(posts).or_else(|| others.next());
    let others: Vec<String> = others.map(|other| format!("`{other}`")).collect();
    let mut notes = Vec::new();
    if !others.is_empty() {
        notes.push(format!(
            "posts lie in {} as well, and one feeds.toml reads one folder",
            others.join(", ")
        ));
    }
    let pattern = pattern(text(&settings, "permalink").as_deref());
    let pages = match url.as_deref().and_then(base) {
        Some(_) if !has_posts && pattern.contains("categories") => Pages::NotExpressible(
            "`permalink` has `:categories`, and folders above `_posts` are among them".to_owned(),
        ),
        None => Pages::NotExpressible("`url` names no host".to_owned()),
        Some(base) => Pages::Known {
            base,
            patterns: vec![(String::new(), pattern)],
            names: NAMES,
        },
    };
    Some(GeneratorSite {
        name: "Jekyll",
        content,
        facts,
        notes,
        pages,
    })
}

/// The folders `_posts` in the folders of a site, in the order of their names.
fn posts_below(folder: &Path, source: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder.join(source)).into_iter().flatten();
    let below = entries.flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let is_own = !name.starts_with(['.', '_']);
        (is_own && entry.path().join("_posts").is_dir()).then_some(name)
    });
    let mut posts: Vec<String> = below
        .map(|name| {
            format!("{source}/{name}/_posts")
                .trim_start_matches('/')
                .to_owned()
        })
        .collect();
    posts.sort();
    posts
}

/// The pattern of one of Jekyll's own names for patterns, or a pattern.
fn pattern(permalink: Option<&str>) -> String {
    let pattern = match permalink.unwrap_or("date") {
        "date" => ":categories/:year/:month/:day/:title:output_ext",
        "pretty" => ":categories/:year/:month/:day/:title/",
        "none" => ":categories/:title:output_ext",
        "ordinal" => ":categories/:year/:y_day/:title:output_ext",
        "weekdate" => ":categories/:year/W:week/:short_day/:title:output_ext",
        other => other.trim_start_matches('/'),
    };
    pattern.to_owned()
}
