//! The feed that somebody names on the command line.

use std::sync::Arc;

use crate::desk::Desk;
use crate::edition::Version;
use crate::format::Format;
use crate::http::target::{self, Target};

/// Other spellings lead to a feed in one step; a redirect of feeds.toml may add one.
const REDIRECTS_MAX: usize = 3;

/// Finds a feed as a request would, following redirects to other feeds.
pub(super) fn find(desk: &Desk, wanted: &str) -> Result<(Arc<Version>, Format), String> {
    let edition = desk.edition().ok_or("nothing is published")?;
    let mut wanted = format!("/{}", wanted.trim_start_matches('/'));
    for _ in 0..=REDIRECTS_MAX {
        let (path, query) = match wanted.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (wanted.as_str(), None),
        };
        match target::resolve(&edition, path, query) {
            Target::Feed(version, format) => return Ok((version, format)),
            Target::Select(selection, format) => {
                let unknown = |term| format!("no article has `{term}`");
                return desk
                    .select(&selection)
                    .map(|version| (version, format))
                    .map_err(unknown);
            }
            Target::Redirect(location) => wanted = location,
            Target::Gone => return Err("this feed has ended".to_owned()),
            Target::NotFound(reason) => return Err(reason),
            Target::Article(_) => {
                return Err(
                    "an article is no feed; name a feed with .rss, .atom or .json".to_owned(),
                );
            }
        }
    }
    Err("its redirects lead nowhere".to_owned())
}

/// Finds a feed by its path or address, with an extension or without, in whatever formats it is
/// served.
pub(super) fn find_in_any_format(desk: &Desk, wanted: &str) -> Result<Arc<Version>, String> {
    let edition = desk.edition().ok_or("nothing is published")?;
    let wanted = wanted
        .strip_prefix(edition.publication.base())
        .unwrap_or(wanted);
    let (path, query) = wanted.split_once('?').unwrap_or((wanted, ""));
    let path = path.trim_end_matches('/');
    let with_format = |stem: &str, format: Format| match query {
        "" => format!("{stem}.{}", format.extension()),
        query => format!("{stem}.{}?{query}", format.extension()),
    };
    let is_format = |extension: &str| Format::from_extension(&extension.to_lowercase()).is_some();
    let stem = path.rsplit_once('.').filter(|(_, end)| is_format(end));
    let mut spellings = vec![wanted.to_owned()];
    let formats = Format::ALL.into_iter();
    match stem {
        Some((stem, _)) => spellings.extend(formats.map(|format| with_format(stem, format))),
        // A name without extension is no address of its own, unless it redirects.
        None => {
            let named = formats.map(|format| with_format(path, format));
            spellings.splice(0..0, named);
        }
    }
    let mut failure = None;
    for spelling in spellings {
        match find(desk, &spelling) {
            Ok((version, _)) => return Ok(version),
            Err(reason) => failure = failure.or(Some(reason)),
        }
    }
    Err(failure.unwrap_or_default())
}
