//! `taspa render PATH`: one document to standard output.

use bytes::Bytes;
use url::form_urlencoded;

use super::output::Screen;
use super::{CommandResult, Exit, once};
use crate::config::ConfigInput;
use crate::model::problem::chain;
use crate::publish::documents;
use crate::publish::read_handle::ReadHandle;
use crate::publish::sitemap_documents::render_sitemap;
use crate::render::pages::PageRequest;
use crate::render::pages::frame::Host;
use crate::render::pages::locale::Locale;
use crate::serve::find_document::{self, Document};

pub(super) fn run(input: &ConfigInput, address: &str, screen: &mut Screen) -> CommandResult {
    let published = once::published(input, screen)?;
    let document = render(&published, address);
    screen.write(&document.map_err(|reason| format!("cannot render `{address}`: {reason}"))?)?;
    Ok(Exit::Done)
}

fn render(publisher: &ReadHandle, address: &str) -> Result<Bytes, String> {
    match find_document::find(publisher, address)? {
        Document::Feed(version, format) => {
            documents::render_feed(publisher.store(), &version, format)
                .map_err(|failure| chain(&failure))
        }
        Document::Sitemap(version) => {
            let published = publisher.published().ok_or("nothing is published")?;
            render_sitemap(publisher.store(), &published, &version)
                .map_err(|failure| chain(&failure))
        }
        Document::Text(text) => Ok(text.into()),
        Document::Page(page) => render_page(publisher, page, language(address).as_deref()),
        Document::Asset(name) => {
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
    let chosen = language.and_then(Locale::from_tag);
    let page = publisher
        .find_page(&published, request)
        .map_err(|missing| chain(&missing))?;
    documents::render_page(publisher.store(), &published, &page, chosen, Host::Taspa)
        .map_err(|failure| chain(&failure))
}

/// The language that a page's address asks for.
fn language(address: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    let (_, language) = parameters.find(|(name, _)| name == "lang")?;
    Some(language.into_owned())
}
