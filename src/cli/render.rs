//! `taspa render PATH`: one document to standard output.

use std::io;
use std::path::Path;

use bytes::Bytes;
use url::form_urlencoded;

use super::feed::Named;
use super::output::Screen;
use super::{Exit, feed, once};
use crate::desk::Desk;
use crate::page::Locale;
use crate::press::Wanted;
use crate::problem::chain;

pub(super) fn run(path: &Path, wanted: &str, screen: &mut Screen) -> io::Result<Exit> {
    let desk = match once::desk_or_complain(path, screen) {
        Ok(desk) => desk,
        Err(exit) => return Ok(exit),
    };
    match render(&desk, wanted) {
        Ok(document) => screen.write(&document)?,
        Err(reason) => {
            screen.complain(&format!("cannot render `{wanted}`: {reason}"));
            return Ok(Exit::Failed);
        }
    }
    screen.finish()?;
    Ok(Exit::Done)
}

fn render(desk: &Desk, wanted: &str) -> Result<Bytes, String> {
    match feed::find(desk, wanted)? {
        Named::Feed(version, format) => desk
            .render(&version, format)
            .map_err(|failure| chain(&failure)),
        Named::Page(page) => render_page(desk, page, language(wanted).as_deref()),
        Named::Asset(name) => {
            let edition = desk.edition().ok_or("nothing is published")?;
            let asset = edition.config.server.templates.asset(&name);
            let asset = asset.ok_or_else(|| format!("no file \"{name}\""))?;
            Ok(asset.bytes.clone())
        }
    }
}

fn render_page(desk: &Desk, page: Wanted, language: Option<&str>) -> Result<Bytes, String> {
    let edition = desk.edition().ok_or("nothing is published")?;
    let own = || Locale::of_site(&edition.config.site.language);
    let locale = language.and_then(Locale::from_tag).unwrap_or_else(own);
    let sheet = desk
        .sheet(&edition, page)
        .map_err(|missing| chain(&missing))?;
    desk.render_sheet(&sheet, &edition, locale)
        .map_err(|failure| chain(&failure))
}

/// The language that a page's address asks for.
fn language(wanted: &str) -> Option<String> {
    let (_, query) = wanted.split_once('?')?;
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    let (_, language) = parameters.find(|(name, _)| name == "lang")?;
    Some(language.into_owned())
}
