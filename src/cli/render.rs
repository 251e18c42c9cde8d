//! `taspa render PATH`: one document to standard output.

use std::io;
use std::path::Path;

use bytes::Bytes;
use url::form_urlencoded;

use super::feed::Named;
use super::output::Screen;
use super::{Exit, feed, once};
use crate::model::problem::chain;
use crate::publish::documents;
use crate::publish::read_handle::ReadHandle;
use crate::render::pages::PageRequest;
use crate::render::pages::locale::Locale;

pub(super) fn run(path: &Path, wanted: &str, screen: &mut Screen) -> io::Result<Exit> {
    let published = match once::published_or_complain(path, screen) {
        Ok(published) => published,
        Err(exit) => return Ok(exit),
    };
    match render(&published, wanted) {
        Ok(document) => screen.write(&document)?,
        Err(reason) => {
            screen.complain(&format!("cannot render `{wanted}`: {reason}"));
            return Ok(Exit::Failed);
        }
    }
    screen.finish()?;
    Ok(Exit::Done)
}

fn render(publisher: &ReadHandle, wanted: &str) -> Result<Bytes, String> {
    match feed::find(publisher, wanted)? {
        Named::Feed(version, format) => documents::render_feed(publisher.store(), &version, format)
            .map_err(|failure| chain(&failure)),
        Named::Page(page) => render_page(publisher, page, language(wanted).as_deref()),
        Named::Asset(name) => {
            let published = publisher.published().ok_or("nothing is published")?;
            let asset = published.templates.asset(&name);
            let asset = asset.ok_or_else(|| format!("no file \"{name}\""))?;
            Ok(asset.bytes.clone())
        }
    }
}

fn render_page(
    publisher: &ReadHandle,
    request: PageRequest,
    language: Option<&str>,
) -> Result<Bytes, String> {
    let published = publisher.published().ok_or("nothing is published")?;
    let own = || Locale::of_site(&published.snapshot.config.site.language);
    let locale = language.and_then(Locale::from_tag).unwrap_or_else(own);
    let page = publisher
        .find_page(&published.snapshot, request)
        .map_err(|missing| chain(&missing))?;
    documents::render_page(publisher.store(), &published, &page, locale)
        .map_err(|failure| chain(&failure))
}

/// The language that a page's address asks for.
fn language(wanted: &str) -> Option<String> {
    let (_, query) = wanted.split_once('?')?;
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    let (_, language) = parameters.find(|(name, _)| name == "lang")?;
    Some(language.into_owned())
}
