//! Sitemaps: the addresses of pages, of news, and of the files that have them (the protocol of sitemaps.org,
//! and Google's extension for news).

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::rfc3339;
use crate::model::time::{Timestamp, Zone};
use crate::text::Text;

/// The version of these writers, part of every ETag of a sitemap: raise it whenever the same sitemap is written
/// differently.
pub const SITEMAP_VERSION: u32 = 1;

/// The media type of sitemaps.
pub const CONTENT_TYPE: &str = "application/xml; charset=utf-8";

const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

const NEWS_NAMESPACE: &str = "http://www.google.com/schemas/sitemap-news/0.9";

/// The characters of a headline that the news have. Longer ones are cut: a file of a thousand must stay below
/// the 50 MiB that the protocol allows.
pub const TITLE_CHARS_MAX: u16 = 1_000;

/// The address of a page or file, and when it was last modified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The absolute address, in ASCII.
    pub address: String,
    /// The last modification.
    pub modified: Option<Timestamp>,
}

/// An article in the news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewsEntry {
    /// The absolute address of its page, in ASCII.
    pub address: String,
    /// Its language tag (BCP 47).
    pub language: String,
    /// Its first publication.
    pub published: Timestamp,
    /// Its headline.
    pub title: Text,
}

/// Writes the list of all files.
pub fn render_index(files: &[Location], zone: &Zone) -> io::Result<Vec<u8>> {
    write_document("sitemapindex", &[("xmlns", NAMESPACE)], |writer| {
        let mut files = files.iter();
        files.try_for_each(|file| write_location(writer, "sitemap", file, zone))
    })
}

/// Writes the addresses of pages.
pub fn render_pages(pages: &[Location], zone: &Zone) -> io::Result<Vec<u8>> {
    write_document("urlset", &[("xmlns", NAMESPACE)], |writer| {
        let mut pages = pages.iter();
        pages.try_for_each(|page| write_location(writer, "url", page, zone))
    })
}

/// Writes the news of the publication with this name.
pub fn render_news(articles: &[NewsEntry], name: &str, zone: &Zone) -> io::Result<Vec<u8>> {
    let name = Text::new(name);
    let namespaces = [("xmlns", NAMESPACE), ("xmlns:news", NEWS_NAMESPACE)];
    write_document("urlset", &namespaces, |writer| {
        let mut articles = articles.iter();
        articles.try_for_each(|article| write_news(writer, article, &name, zone))
    })
}

type XmlWriter = Writer<Vec<u8>>;

/// A document whose root has each of its elements on a line.
fn write_document(
    root: &str,
    namespaces: &[(&str, &str)],
    content: impl FnOnce(&mut XmlWriter) -> io::Result<()>,
) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.get_mut().push(b'\n');
    let root = writer
        .create_element(root)
        .with_attributes(namespaces.iter().copied());
    root.write_inner_content(|writer| {
        writer.get_mut().push(b'\n');
        content(writer)
    })?;
    writer.get_mut().push(b'\n');
    Ok(writer.into_inner())
}

fn write_location(
    writer: &mut XmlWriter,
    element: &str,
    location: &Location,
    zone: &Zone,
) -> io::Result<()> {
    let element = writer.create_element(element);
    element.write_inner_content(|writer| {
        write_text(writer, "loc", &location.address)?;
        match location.modified {
            Some(at) => write_text(writer, "lastmod", &rfc3339(zone.date_time(at))),
            None => Ok(()),
        }
    })?;
    writer.get_mut().push(b'\n');
    Ok(())
}

fn write_news(
    writer: &mut XmlWriter,
    article: &NewsEntry,
    name: &Text,
    zone: &Zone,
) -> io::Result<()> {
    let url = writer.create_element("url");
    url.write_inner_content(|writer| {
        write_text(writer, "loc", &article.address)?;
        let news = writer.create_element("news:news");
        news.write_inner_content(|writer| {
            let publication = writer.create_element("news:publication");
            publication.write_inner_content(|writer| {
                write_text(writer, "news:name", name.as_str())?;
                write_text(writer, "news:language", &news_language(&article.language))
            })?;
            let published = rfc3339(zone.date_time(article.published));
            write_text(writer, "news:publication_date", &published)?;
            let title = article.title.shortened(TITLE_CHARS_MAX);
            write_text(writer, "news:title", title.as_str())
        })?;
        Ok(())
    })?;
    writer.get_mut().push(b'\n');
    Ok(())
}

fn write_text(writer: &mut XmlWriter, element: &str, text: &str) -> io::Result<()> {
    let element = writer.create_element(element);
    element.write_text_content(BytesText::new(text))?;
    Ok(())
}

/// A language as Google's schema has it: the code of ISO 639, and for Chinese `zh-cn` or `zh-tw`. The script of
/// a tag says which, and only without one its region: `zh-Hans-HK` is written as on the mainland.
fn news_language(tag: &str) -> String {
    let tag = tag.to_ascii_lowercase();
    let mut subtags = tag.split('-');
    let primary = subtags.next().unwrap_or_default();
    if primary != "zh" {
        return primary.to_owned();
    }
    let written = subtags.find_map(|subtag| match subtag {
        "hant" | "tw" | "hk" | "mo" => Some("zh-tw"),
        "hans" | "cn" | "sg" | "my" => Some("zh-cn"),
        _ => None,
    });
    written.unwrap_or("zh-cn").to_owned()
}

#[cfg(test)]
mod tests;
