//! Zola: `config.toml` with `base_url`.

use std::path::Path;

use super::pattern::Names;
use super::settings::{self, base, language, table, text};
use super::{GeneratorSite, Pages};
use crate::cli::init::facts::{Fact, Facts};

const NAMES: Names = Names {
    key: "path",
    names: &[],
    first_folder: &[],
    sections: &[],
    splits_sections: false,
};

pub(super) fn find(folder: &Path) -> Option<GeneratorSite> {
    let settings = settings::first(folder, &["zola", "config"], &["toml"])?;
    let url = text(&settings, "base_url")?;
    let languages = table(&settings, "languages");
    let own = text(&settings, "default_language");
    let default = own.as_deref().unwrap_or("en");
    let has_others = languages.keys().any(|name| name != default);
    let mut facts = Facts::default();
    facts.set(Fact::Title, text(&settings, "title"));
    facts.set(Fact::Url, Some(url.clone()));
    facts.set(Fact::Language, own.as_deref().map(language));
    facts.description = text(&settings, "description");
    if !languages.is_empty() {
        let all = own.iter().chain(languages.keys());
        facts.languages = all.map(|name| language(name)).collect();
        facts.languages.sort();
        facts.languages.dedup();
    }
    let pages = match base(&url) {
        None => Pages::NotExpressible("`base_url` names no host".to_owned()),
        Some(_) if has_others => Pages::NotExpressible(
            "addresses of some languages begin with the language, those of others do not"
                .to_owned(),
        ),
        Some(base) => Pages::Known {
            base,
            patterns: vec![(String::new(), "{sections}/{slug}/".to_owned())],
            names: NAMES,
        },
    };
    Some(GeneratorSite {
        name: "Zola",
        content: Some("content".to_owned()),
        facts,
        notes: Vec::new(),
        pages,
    })
}
