//! How much room the address of an article's page takes in a sitemap.

use serde::{Deserialize, Serialize};

use crate::model::url_encoding::encode_path;

/// An address in a sitemap has fewer characters than this (the protocol of sitemaps.org, `loc`).
pub const ADDRESS_CHARS_MAX: usize = 2048;

/// The bytes of an address as a sitemap has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressSize(u16);

impl AddressSize {
    /// The page of the article is on this server, so its address follows from its key.
    pub const HERE: AddressSize = AddressSize(0);

    /// The address is too long for a sitemap.
    pub const TOO_LONG: AddressSize = AddressSize(u16::MAX);

    /// The size of an ASCII address. In XML `&` takes five bytes, and `<`, `>`, `"` and `'` at most six.
    pub fn of(address: &str) -> AddressSize {
        if address.len() >= ADDRESS_CHARS_MAX {
            return AddressSize::TOO_LONG;
        }
        let bytes = address.bytes().map(|byte| match byte {
            b'&' | b'<' | b'>' | b'"' | b'\'' => 6,
            _ => 1,
        });
        let bytes: usize = bytes.sum();
        u16::try_from(bytes).map_or(AddressSize::TOO_LONG, AddressSize)
    }

    /// The bytes; `None` if the address is too long. `here` is the address on this server.
    pub fn bytes(self, here: impl FnOnce() -> String) -> Option<u16> {
        match self {
            AddressSize::HERE => AddressSize::of(&here()).known(),
            size => size.known(),
        }
    }

    fn known(self) -> Option<u16> {
        (self != AddressSize::TOO_LONG).then_some(self.0)
    }
}

/// The address of the page on this server of the article with this key.
pub fn page_here(base: &str, key: &str) -> String {
    format!("{base}articles/{}", encode_path(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_fewer_than_2048_characters() {
        let address = |length: usize| format!("https://h.example/{}", "x".repeat(length - 18));
        for (address, bytes) in [
            (address(40), Some(40)),
            (address(2047), Some(2047)),
            (address(2048), None),
            ("https://h.example/?a&b".to_owned(), Some(27)),
        ] {
            assert_eq!(AddressSize::of(&address).known(), bytes, "{address}");
        }
        let here = || address(19);
        assert_eq!(AddressSize::HERE.bytes(here), Some(19));
        assert_eq!(AddressSize::TOO_LONG.bytes(here), None);
    }
}
