//! Hexo: `_config.yml` and `source/_posts`.

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
        ("title", "{key}"),
        ("name", "{name}"),
    ],
    first_folder: &[],
    sections: &["category"],
    splits_sections: false,
};

pub(super) fn find(folder: &Path) -> Option<GeneratorSite> {
    let settings = settings::first(folder, &["_config"], &["yml", "yaml"])?;
    let source = text(&settings, "source_dir").unwrap_or_else(|| "source".to_owned());
    let posts = format!("{}/_posts", source.trim_matches('/'));
    if !folder.join(&posts).is_dir() {
        return None;
    }
    let url = text(&settings, "url");
    let mut facts = settings::facts(&settings);
    facts.set(Fact::Url, url.clone());
    facts.set(
        Fact::Language,
        text(&settings, "language").as_deref().map(language),
    );
    let permalink = text(&settings, "permalink");
    let pattern = permalink.unwrap_or_else(|| ":year/:month/:day/:title/".to_owned());
    let pages = match url.as_deref().and_then(base) {
        None => Pages::NotExpressible("`url` names no host".to_owned()),
        Some(base) => Pages::Known {
            base,
            patterns: vec![(String::new(), pattern)],
            names: NAMES,
        },
    };
    Some(GeneratorSite {
        name: "Hexo",
        content: Some(posts),
        facts,
        notes: Vec::new(),
        pages,
    })
}
