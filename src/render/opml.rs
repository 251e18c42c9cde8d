//! `/feeds.opml`: feeds by their kinds, for import into feed readers (OPML 2.0). Readers show a kind as a
//! folder.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::config::Site;
use crate::feed::definitions::FeedKind;
use crate::feed::overview::FeedSummary;
use crate::model::format::Format;

/// The document's media type.
pub const CONTENT_TYPE: &str = "text/x-opml; charset=utf-8";

/// Writes the subscription list. Feeds of one kind follow each other, and stand below its title if it has
/// one.
pub fn render(
    feeds: &[&FeedSummary],
    site: &Site,
    title: impl Fn(FeedKind) -> Option<&'static str>,
) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let opml = writer
        .create_element("opml")
        .with_attribute(("version", "2.0"));
    opml.write_inner_content(|writer| {
        write_head(writer, feeds, site)?;
        let body = writer.create_element("body");
        body.write_inner_content(|writer| {
            let mut kinds = feeds.chunk_by(|one, next| one.version.kind == next.version.kind);
            kinds.try_for_each(|feeds| {
                let kind = feeds.first().map(|feed| feed.version.kind);
                write_kind(writer, feeds, kind.and_then(&title))
            })
        })?;
        Ok(())
    })?;
    writer.get_mut().push(b'\n');
    Ok(writer.into_inner())
}

fn write_head(writer: &mut Writer<Vec<u8>>, feeds: &[&FeedSummary], site: &Site) -> io::Result<()> {
    let changed = feeds.iter().map(|feed| feed.version.last_modified).max();
    let changed = changed.map(|at| site.zone.date_time(at).to_rfc2822());
    writer
        .create_element("head")
        .write_inner_content(|writer| {
            let elements = [
                ("title", Some(site.title.as_str())),
                ("dateModified", changed.as_deref()),
                ("ownerName", site.author.as_deref()),
                ("ownerEmail", site.email.as_deref()),
            ];
            for (name, text) in elements {
                if let Some(text) = text {
                    let element = writer.create_element(name);
                    element.write_text_content(BytesText::new(text))?;
                }
            }
            Ok(())
        })?;
    Ok(())
}

fn write_kind(
    writer: &mut Writer<Vec<u8>>,
    feeds: &[&FeedSummary],
    title: Option<&str>,
) -> io::Result<()> {
    let write_feeds = |writer: &mut Writer<Vec<u8>>| {
        let mut feeds = feeds.iter();
        feeds.try_for_each(|feed| write_outline(writer, feed))
    };
    let Some(title) = title else {
        return write_feeds(writer);
    };
    let kind = writer.create_element("outline");
    let kind = kind.with_attributes([("text", title), ("title", title)]);
    kind.write_inner_content(write_feeds)?;
    Ok(())
}

/// `type` is `rss` for every format, as the specification and readers expect.
fn write_outline(writer: &mut Writer<Vec<u8>>, feed: &FeedSummary) -> io::Result<()> {
    let channel = &feed.version.channel;
    let Some(&format) = channel.formats.first() else {
        return Ok(());
    };
    let version = match format {
        Format::Rss => Some("RSS2"),
        Format::Atom => Some("ATOM1"),
        Format::Json => None,
    };
    let title = channel.title.as_str();
    let (feed, page) = (channel.address.url(format), channel.address.page());
    let attributes = [
        ("type", Some("rss")),
        ("text", Some(title)),
        ("title", Some(title)),
        ("description", Some(channel.description.as_str())),
        ("language", Some(&channel.language)),
        ("version", version),
        ("xmlUrl", Some(&feed)),
        ("htmlUrl", Some(&page)),
    ];
    let present = attributes
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let outline = writer.create_element("outline").with_attributes(present);
    outline.write_empty()?;
    Ok(())
}
