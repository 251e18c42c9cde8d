//! The values of a feed's page that say how to subscribe.

use percent_encoding::{percent_decode_str, utf8_percent_encode};
use serde::Serialize;

use super::{Href, UNRESERVED};
use crate::feed::document::Channel;
use crate::model::format::Format;
use crate::render::pages::qr_code::QrCode;

/// How to subscribe to a feed, in the format that most readers know.
#[derive(Debug, Serialize)]
pub(super) struct SubscribeValue {
    /// A `feed:` address, which programs on the reader's device open.
    open: Option<Href>,
    /// The absolute address of the feed.
    address: Option<Href>,
    /// The same address in people's letters.
    letters: String,
    /// A QR code of the page, for a phone.
    qr: Option<QrCode>,
}

impl SubscribeValue {
    pub(super) fn new(channel: &Channel) -> SubscribeValue {
        let format = preferred_format(channel);
        let address = format.map(|format| channel.address.url(format));
        let address = address.unwrap_or_else(|| channel.address.page());
        SubscribeValue {
            open: Href::feed(&address),
            letters: in_letters(&address),
            address: Href::web(&address),
            qr: QrCode::new(&channel.address.page()),
        }
    }
}

/// A reader on the web.
#[derive(Debug, Serialize)]
pub(super) struct ReaderValue {
    name: &'static str,
    url: Option<Href>,
}

/// Name, the link up to the encoded address of the feed, and whether the reader knows JSON Feed.
const READERS: [(&str, &str, bool); 5] = [
    ("Feedly", "https://feedly.com/i/subscription/feed%2F", false),
    ("Inoreader", "https://www.inoreader.com/?add_feed=", true),
    ("NewsBlur", "https://www.newsblur.com/?url=", true),
    (
        "The Old Reader",
        "https://theoldreader.com/feeds/subscribe?url=",
        false,
    ),
    ("Feedbin", "https://feedbin.com/?subscribe=", true),
];

impl ReaderValue {
    /// The web readers that know one of the feed's formats.
    pub(super) fn each(channel: &Channel) -> Vec<ReaderValue> {
        let Some(format) = preferred_format(channel) else {
            return Vec::new();
        };
        let address = channel.address.url(format);
        let encoded = utf8_percent_encode(&address, UNRESERVED);
        READERS
            .iter()
            .filter(|(_, _, json)| *json || format != Format::Json)
            .map(|(name, link, _)| ReaderValue {
                name,
                url: Href::web(&format!("{link}{encoded}")),
            })
            .collect()
    }
}

fn preferred_format(channel: &Channel) -> Option<Format> {
    [Format::Rss, Format::Atom, Format::Json]
        .into_iter()
        .find(|format| channel.formats.contains(format))
}

/// An address in people's letters: percent-encoded letters and digits of other scripts than Latin are
/// decoded, and nothing else, so that it remains the same address.
pub(super) fn in_letters(address: &str) -> String {
    let mut letters = String::with_capacity(address.len());
    let mut rest = address;
    while let Some(at) = rest.find('%') {
        letters.push_str(&rest[..at]);
        let (encoded, behind) = rest[at..].split_at(encoded_length(&rest[at..]).max(1));
        let bytes: Vec<u8> = percent_decode_str(encoded).collect();
        for chunk in bytes.utf8_chunks() {
            for character in chunk.valid().chars() {
                match !character.is_ascii() && character.is_alphanumeric() || encoded == "%" {
                    true => letters.push(character),
                    false => letters.extend(utf8_percent_encode(
                        character.encode_utf8(&mut [0; 4]),
                        percent_encoding::NON_ALPHANUMERIC,
                    )),
                }
            }
            letters.extend(percent_encoding::percent_encode(
                chunk.invalid(),
                percent_encoding::NON_ALPHANUMERIC,
            ));
        }
        rest = behind;
    }
    letters + rest
}

/// The length of the `%XX` in front of a text.
fn encoded_length(text: &str) -> usize {
    let is_encoded = |part: &&[u8]| {
        part.len() == 3 && part[0] == b'%' && part[1..].iter().all(u8::is_ascii_hexdigit)
    };
    3 * text.as_bytes().chunks(3).take_while(is_encoded).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_of_an_address_are_decoded() {
        for (address, expected) in [
            (
                "https://x.example/tags/%D0%BC%D3%99%D0%B6.rss",
                "https://x.example/tags/мәж.rss",
            ),
            ("/a%20%D0%B0%2F%E2%80%AE%25", "/a%20а%2F%E2%80%AE%25"),
            ("/%D0%B0%FF%d0%b1%D0", "/а%FFб%D0"),
            ("/100%&%1&%zz%", "/100%&%1&%zz%"),
            ("/?any=section:%D0%B0,b", "/?any=section:а,b"),
        ] {
            assert_eq!(in_letters(address), expected);
        }
    }
}
