//! Pictures that a script loads late.
//!
//! Such a page has a placeholder in `src`, and the real address in an attribute of the script's choice.
//! Feed readers run no script.

use html5ever::tokenizer::Tag;

use crate::text::characters::clean;
use crate::text::elements::ATTRIBUTE_BYTES_MAX;

/// Where scripts keep the address, the most common first. They hold what the page shows in the end, so
/// they win over `src`.
const LATE_SOURCES: [&str; 8] = [
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-lazy",
    "data-lazyload",
    "data-cfsrc",
    "data-ezsrc",
    "data-echo",
];

/// Names of files that are shown until the picture is there, without extension, digits and signs.
const PLACEHOLDERS: [&str; 17] = [
    "blank",
    "clear",
    "dot",
    "dummy",
    "empty",
    "gray",
    "grey",
    "lazy",
    "lazyload",
    "loader",
    "loading",
    "pixel",
    "placeholder",
    "preloader",
    "spacer",
    "spinner",
    "transparent",
];

/// What the address of a picture is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// It comes from an attribute of a script that loads it late.
    Late,
    /// It is in `src` or `srcset`.
    Plain,
    /// There is none, or one that only holds the place of a picture.
    Placeholder,
}

/// Puts the addresses that a script would load into the `attributes` of an `img`, `source`, `audio` or
/// `video`.
pub(super) fn settle_source(tag: &Tag, attributes: &mut Vec<(String, String)>) -> Source {
    let written = |name: &str| {
        let found = attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    };
    let is_shown = written("src").is_some_and(|src| is_address(src) && !is_placeholder(src));
    let source = late_source(tag, is_shown);
    let set = late_value(tag, |name| {
        name.ends_with("srcset") || name == "data-original-set"
    });
    let poster = late_value(tag, |name| name == "data-poster");
    let is_late = source.is_some() || set.is_some();
    let has_set = written("srcset").is_some_and(|set| !set.trim().is_empty());
    let is_lazy = class_of(tag).contains("lazy");
    if source.is_none() && !is_shown && (set.is_some() || has_set) {
        // The set says more than a placeholder.
        attributes.retain(|(key, _)| key != "src");
    }
    for (name, value) in [("poster", poster), ("srcset", set), ("src", source)] {
        if let Some(value) = value {
            attributes.retain(|(key, _)| key != name);
            attributes.insert(0, (name.to_owned(), value));
        }
    }
    match (is_late, is_shown || has_set) {
        (true, _) => Source::Late,
        (false, true) if !is_lazy => Source::Plain,
        (false, _) => Source::Placeholder,
    }
}

/// The address in the best of [`LATE_SOURCES`]. Any other `data-…src` may be a size of its own, and `data-url` a
/// link, so they count only where `src` shows nothing. A placeholder counts nowhere.
fn late_source(tag: &Tag, is_shown: bool) -> Option<String> {
    let shows = |address: &String| !is_placeholder(address);
    let known = LATE_SOURCES
        .iter()
        .find_map(|known| late_value(tag, |name| name == *known).filter(shows));
    known.or_else(|| match is_shown {
        true => None,
        false => late_value(tag, |name| name.ends_with("src") || name == "data-url").filter(shows),
    })
}

/// The value of the first attribute `data-…` with such a name that is an address.
fn late_value(tag: &Tag, is_named: impl Fn(&str) -> bool) -> Option<String> {
    let mut late = tag.attrs.iter().filter(|attribute| {
        let name = &*attribute.name.local;
        name.starts_with("data-") && is_named(name)
    });
    late.find(|attribute| is_address(&attribute.value))
        .map(|attribute| clean(&attribute.value).trim().to_owned())
}

/// Whether something can be loaded from this value; resolving it comes later.
fn is_address(value: &str) -> bool {
    let value = value.trim();
    let scheme = value.get(..6).unwrap_or(value).to_ascii_lowercase();
    let is_inline = ["data:", "about:", "blob:"]
        .iter()
        .any(|inline| scheme.starts_with(inline));
    let has_path = value.contains(['/', '.']);
    has_path && !is_inline && !value.starts_with('#') && value.len() <= ATTRIBUTE_BYTES_MAX
}

/// Whether the file's name says that it only holds the place of a picture, as `blank.gif` and `1x1.png`.
fn is_placeholder(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default();
    let name = file
        .split('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let mut words = name
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty());
    words.clone().any(|word| PLACEHOLDERS.contains(&word)) && words.clone().count() <= 2
        || words.all(|word| word == "x") && name.starts_with("1x1")
}

fn class_of(tag: &Tag) -> &str {
    let class = tag
        .attrs
        .iter()
        .find(|attribute| &*attribute.name.local == "class");
    class.map_or("", |class| &class.value)
}
