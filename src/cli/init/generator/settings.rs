//! The values of a generator's settings.

use std::path::Path;

use serde_json::{Map, Value};

use crate::cli::init::facts::{Fact, Facts};
use crate::source::settings_file;

/// A table of settings, whose keys are in lower case.
pub(super) type Settings = Map<String, Value>;

/// The settings of the first of these files that there is.
pub(super) fn first(folder: &Path, stems: &[&str], extensions: &[&str]) -> Option<Settings> {
    let names = stems.iter().flat_map(|stem| {
        let of_stem = extensions.iter();
        of_stem.map(move |extension| format!("{stem}.{extension}"))
    });
    names
        .map(|name| folder.join(name))
        .find_map(|path| settings_file::read(&path))
}

/// A text that is not empty.
pub(super) fn text(settings: &Settings, key: &str) -> Option<String> {
    let text = settings.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A table; empty where there is none.
pub(super) fn table(settings: &Settings, key: &str) -> Settings {
    let table = settings.get(key).and_then(Value::as_object);
    table.cloned().unwrap_or_default()
}

pub(super) fn flag(settings: &Settings, key: &str) -> bool {
    settings.get(key).and_then(Value::as_bool) == Some(true)
}

/// A language as BCP 47 writes it.
pub(super) fn language(text: &str) -> String {
    text.split('.').next().unwrap_or(text).replace('_', "-")
}

/// An address without a slash at its end; `None` where it names no host.
pub(super) fn base(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    url.has_host()
        .then(|| address.trim_end_matches('/').to_owned())
}

/// What Hexo and Jekyll say of a site under the same keys.
pub(super) fn facts(settings: &Settings) -> Facts {
    let mut facts = Facts::default();
    facts.set(Fact::Title, text(settings, "title"));
    facts.set(Fact::TimeZone, text(settings, "timezone"));
    facts.description = text(settings, "description");
    facts.author = text(settings, "author");
    facts
}
