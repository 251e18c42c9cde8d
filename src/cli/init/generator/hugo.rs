//! Hugo: `hugo.toml`, `config.*` or `config/_default/`.

use std::path::Path;

use serde_json::Value;

use super::pattern::Names;
use super::settings::{self, Settings, base, flag, language, table, text};
use super::{GeneratorSite, Pages};
use crate::cli::init::facts::{Fact, Facts};
use crate::source::settings_file;

const EXTENSIONS: [&str; 4] = ["toml", "yaml", "yml", "json"];

/// Keys that only Hugo has.
const KEYS: [&str; 6] = [
    "baseurl",
    "languagecode",
    "defaultcontentlanguage",
    "publishdir",
    "enablerobotstxt",
    "buildfuture",
];

const NAMES: Names = Names {
    key: "permalinks",
    names: &[
        ("year", "{year}"),
        ("month", "{month}"),
        ("day", "{day}"),
        ("slug", "{slug}"),
        ("slugorfilename", "{name}"),
        ("slugorcontentbasename", "{name}"),
        ("filename", "{name}"),
        ("contentbasename", "{name}"),
        ("sections", "{sections}"),
    ],
    first_folder: &["section"],
    sections: &[],
    splits_sections: false,
};

pub(super) fn find(folder: &Path) -> Option<GeneratorSite> {
    let settings = settings::first(folder, &["hugo"], &EXTENSIONS)
        .or_else(|| of_folder(&folder.join("config/_default")))
        .or_else(|| {
            let found = settings::first(folder, &["config"], &EXTENSIONS)?;
            KEYS.iter()
                .any(|key| found.contains_key(*key))
                .then_some(found)
        })?;
    let content = text(&settings, "contentdir").unwrap_or_else(|| "content".to_owned());
    let mut notes = Vec::new();
    let pages = pages(&settings, &mut notes);
    Some(GeneratorSite {
        name: "Hugo",
        content: Some(content.trim_matches('/').to_owned()),
        facts: facts(&settings),
        notes,
        pages,
    })
}

/// The settings of a folder, in which files other than `hugo` and `config` hold one table each.
fn of_folder(folder: &Path) -> Option<Settings> {
    let mut settings = settings::first(folder, &["hugo", "config"], &EXTENSIONS)?;
    for name in ["languages", "permalinks", "params"] {
        let files = EXTENSIONS.map(|extension| folder.join(format!("{name}.{extension}")));
        if let Some(of_file) = files.iter().find_map(|file| settings_file::read(file)) {
            settings.insert(name.to_owned(), Value::Object(of_file));
        }
    }
    Some(settings)
}

fn facts(settings: &Settings) -> Facts {
    let languages = table(settings, "languages");
    let code = text(settings, "languagecode").or_else(|| text(settings, "locale"));
    let default = text(settings, "defaultcontentlanguage");
    let of_default = default
        .as_deref()
        .map(|name| table(&languages, name))
        .unwrap_or_default();
    let params = table(settings, "params");
    let mut facts = Facts::default();
    let title = text(settings, "title").or_else(|| text(&of_default, "title"));
    facts.set(Fact::Title, title);
    facts.set(Fact::Url, text(settings, "baseurl"));
    facts.set(Fact::TimeZone, text(settings, "timezone"));
    // Names of files and folders have the language as the table names it.
    let own = match languages.is_empty() {
        true => code.or(default),
        false => default.or(code),
    };
    facts.set(Fact::Language, own.as_deref().map(language));
    facts.languages = languages.keys().map(|name| language(name)).collect();
    facts.description = text(&params, "description");
    facts
}

fn pages(settings: &Settings, notes: &mut Vec<String>) -> Pages {
    let Some(base) = text(settings, "baseurl").as_deref().and_then(base) else {
        return Pages::NotExpressible("`baseURL` names no host".to_owned());
    };
    let languages = table(settings, "languages");
    let has_folders = languages
        .values()
        .any(|of_language| of_language.get("contentdir").is_some());
    let prefix = match (
        languages.len(),
        flag(settings, "defaultcontentlanguageinsubdir"),
    ) {
        (0 | 1, false) => "",
        (_, true) if !has_folders => "{lang}/",
        _ => {
            return Pages::NotExpressible(
                "addresses of some languages begin with the language, those of others do not"
                    .to_owned(),
            );
        }
    };
    let permalinks = table(settings, "permalinks");
    // Since 0.131 patterns of pages may stand in a table of their own.
    let of_pages = table(&permalinks, "page");
    let patterns = match of_pages.is_empty() {
        true => &permalinks,
        false => &of_pages,
    };
    let end = match flag(settings, "uglyurls") {
        true => ".html",
        false => "/",
    };
    let mut all = vec![(String::new(), format!("{prefix}{{key}}{end}"))];
    for (folder, pattern) in patterns {
        let Some(pattern) = pattern.as_str() else {
            continue;
        };
        if pattern.contains(":slug") && !pattern.contains(":slugor") {
            notes.push(
                "Hugo makes `:slug` of the title where an article names no slug, `link` of the name of its file: \
                 compare a page"
                    .to_owned(),
            );
        }
        let pattern = pattern.trim_matches('/');
        all.push((
            folder.trim_matches('/').to_owned(),
            format!("{prefix}{pattern}{end}"),
        ));
    }
    Pages::Known {
        base,
        patterns: all,
        names: NAMES,
    }
}
