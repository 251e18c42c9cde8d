//! Frames, players and posts of other sites. Feed readers do not run them, so each becomes a link to the
//! page of what it shows.

mod inline_scripts;
mod pages;
mod posts;
mod scripts;
mod sites;
mod url_parts;
mod videos;

use html5ever::tokenizer::Tag;
use url::Url;

pub(super) use self::inline_scripts::read as read_inline_script;
use self::pages::page;
pub(super) use self::posts::Post;
pub(super) use self::scripts::Script;
use self::sites::{label, site_name};
use self::url_parts::{host, is_web};
pub(super) use self::videos::{is_video_page, media_element};
use super::address::{Base, resolve};
use super::characters::clean;
use super::elements::ATTRIBUTE_BYTES_MAX;
use super::plain::Text;

/// What a frame, a player or a script shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    /// Its addresses as written, the best first.
    pub(super) addresses: Vec<String>,
    /// Its title.
    pub(super) title: Option<String>,
}

/// The most addresses of one frame that are tried.
const ADDRESSES_MAX: usize = 4;

/// A link in place of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) address: String,
    pub(super) label: String,
}

impl Frame {
    /// An `iframe`, `embed` or `object`. Scripts that load it late keep its address in an attribute
    /// `data-…src`.
    pub(super) fn of_tag(tag: &Tag) -> Frame {
        let is_address = |name: &str| {
            matches!(name, "src" | "data") || (name.starts_with("data-") && name.ends_with("src"))
        };
        let named = tag
            .attrs
            .iter()
            .filter(|attribute| is_address(&attribute.name.local));
        let (now, late): (Vec<_>, Vec<_>) =
            named.partition(|attribute| matches!(&*attribute.name.local, "src" | "data"));
        let is_short = |value: &&str| value.len() <= ATTRIBUTE_BYTES_MAX;
        let addresses = late.into_iter().chain(now).take(ADDRESSES_MAX);
        Frame {
            addresses: addresses
                .map(|attribute| &*attribute.value)
                .filter(is_short)
                .map(|address| clean(address).into_owned())
                .collect(),
            title: value(tag, "title").filter(is_short).map(str::to_owned),
        }
    }

    fn at(address: String) -> Frame {
        Frame {
            addresses: vec![address],
            title: None,
        }
    }

    /// The link to what it shows; `None` without an address.
    pub(super) fn link(&self, base: Base<'_>) -> Option<Link> {
        let urls = self.addresses.iter().filter_map(|raw| {
            let url = resolve(base, raw)?;
            Url::parse(&url).ok().filter(is_web)
        });
        let url = urls.map(|url| page(&url).unwrap_or(url)).next()?;
        let title = self.title.as_deref().map(Text::new);
        let label = match title.filter(|title| !title.is_empty()) {
            Some(title) => title.into_string(),
            None => label(&url),
        };
        Some(Link {
            address: resolve(Base::default(), url.as_str())?,
            label,
        })
    }
}

/// The page of what an address shows, without what only says where it was found, for comparing.
pub(super) fn same_page_key(address: &str) -> Option<String> {
    let url = Url::parse(address).ok().filter(is_web)?;
    let url = page(&url).unwrap_or(url);
    let is_origin = |key: &str| {
        key.starts_with("utm_") || matches!(key, "igsh" | "ref_src" | "ref_url" | "refer" | "si")
    };
    let pairs = url.query_pairs().filter(|(key, _)| !is_origin(key));
    let query = Vec::from_iter(pairs.map(|(key, value)| format!("{key}={value}")));
    let path = url.path().trim_end_matches('/');
    Some(format!("{}{path}?{}", host(&url)?, query.join("&")))
}

/// What a link to a page of a site with posts and players says where its author left it empty.
pub(super) fn known_label(address: &str) -> Option<&'static str> {
    let url = Url::parse(address).ok()?;
    site_name(host(&url)?)
}

fn value<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    let found = tag
        .attrs
        .iter()
        .find(|attribute| &*attribute.name.local == name);
    found.map(|found| &*found.value)
}
