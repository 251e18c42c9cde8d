//! `taspa render PATH`: one document to standard output.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::output::Screen;
use super::{Exit, desk_or_complain};
use crate::desk::Desk;
use crate::edition::Version;
use crate::format::Format;
use crate::http::target::{self, Target};
use crate::problem::chain;

/// Other spellings lead to a feed in one step; a redirect of feeds.toml may add one.
const REDIRECTS_MAX: usize = 3;

pub(super) fn run(path: &Path, wanted: &str, screen: &mut Screen) -> io::Result<Exit> {
    let desk = match desk_or_complain(path, screen) {
        Ok(desk) => desk,
        Err(exit) => return Ok(exit),
    };
    let (version, format) = match find(&desk, wanted) {
        Ok(found) => found,
        Err(reason) => {
            screen.complain(&format!("cannot render `{wanted}`: {reason}"));
            return Ok(Exit::Failed);
        }
    };
    match desk.render(&version, format) {
        Ok(document) => screen.write(&document)?,
        Err(failure) => {
            screen.complain(&format!("cannot render `{wanted}`: {}", chain(&failure)));
            return Ok(Exit::Failed);
        }
    }
    screen.finish()?;
    Ok(Exit::Done)
}

/// Finds a feed as a request would, following redirects to other feeds.
fn find(desk: &Desk, wanted: &str) -> Result<(Arc<Version>, Format), String> {
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
