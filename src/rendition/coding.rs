//! Content codings: their names, and the way into and out of each.

use std::io::{Read, Write};

use bytes::Bytes;
use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};

use super::RenditionError;

/// A content coding (RFC 9110 §8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Coding {
    /// As it is.
    Identity,
    /// gzip.
    Gzip,
    /// Brotli (RFC 7932).
    Brotli,
    /// Zstandard (RFC 8878).
    Zstd,
}

impl Coding {
    /// Every coding, the best first.
    pub const ALL: [Coding; 4] = [Coding::Zstd, Coding::Brotli, Coding::Gzip, Coding::Identity];

    /// Its name in `Accept-Encoding` and `Content-Encoding`.
    pub fn name(self) -> &'static str {
        match self {
            Coding::Identity => "identity",
            Coding::Gzip => "gzip",
            Coding::Brotli => "br",
            Coding::Zstd => "zstd",
        }
    }

    /// What it appends to a document's tag, so that different bytes have different tags.
    pub fn tag_suffix(self) -> &'static str {
        match self {
            Coding::Identity => "",
            Coding::Gzip => "-gzip",
            Coding::Brotli => "-br",
            Coding::Zstd => "-zstd",
        }
    }

    /// The coding of this name.
    pub fn from_name(name: &str) -> Option<Coding> {
        Coding::ALL.into_iter().find(|coding| coding.name() == name)
    }

    /// What stands behind the name of a file in this coding, as servers look for it; nothing behind
    /// that of a plain one.
    pub fn file_suffix(self) -> &'static str {
        match self {
            Coding::Identity => "",
            Coding::Gzip => ".gz",
            Coding::Brotli => ".br",
            Coding::Zstd => ".zst",
        }
    }

    /// Every coding, the one that takes least to undo first.
    pub(super) const BY_DECODING: [Coding; 4] =
        [Coding::Identity, Coding::Zstd, Coding::Gzip, Coding::Brotli];

    /// The document that is in this coding.
    pub(super) fn decode(self, coded: Bytes) -> Result<Bytes, RenditionError> {
        let mut plain = Vec::new();
        match self {
            Coding::Identity => return Ok(coded),
            Coding::Gzip => GzDecoder::new(&*coded).read_to_end(&mut plain)?,
            Coding::Brotli => {
                brotli::Decompressor::new(&*coded, BUFFER_BYTES).read_to_end(&mut plain)?
            }
            Coding::Zstd => zstd::Decoder::new(&*coded)?.read_to_end(&mut plain)?,
        };
        Ok(plain.into())
    }

    /// The document in this coding. Equal input gives equal bytes.
    ///
    /// # Errors
    /// When the compressor fails.
    pub fn code(self, plain: Bytes) -> Result<Bytes, RenditionError> {
        match self {
            Coding::Identity => Ok(plain),
            Coding::Gzip => gzip(&plain),
            Coding::Brotli => brotli(&plain),
            Coding::Zstd => Ok(zstd::bulk::compress(&plain, ZSTD_LEVEL)?.into()),
        }
    }
}

/// Level 6 with neither time nor system in the header, so that equal input gives equal bytes.
fn gzip(plain: &[u8]) -> Result<Bytes, RenditionError> {
    let mut writer = GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(Vec::new(), Compression::new(6));
    writer.write_all(plain)?;
    Ok(writer.finish()?.into())
}

/// Smaller than gzip at its cost. Its window is 4 MiB, within the 8 MiB of RFC 9659.
const ZSTD_LEVEL: i32 = 9;

/// The level whose time is that of the others.
const BROTLI_QUALITY: u32 = 5;

/// 4 MiB.
const BROTLI_WINDOW_BITS: u32 = 22;

/// What Brotli takes at once.
const BUFFER_BYTES: usize = 4096;

fn brotli(plain: &[u8]) -> Result<Bytes, RenditionError> {
    let mut coded = Vec::new();
    let mut writer =
        brotli::CompressorWriter::new(&mut coded, BUFFER_BYTES, BROTLI_QUALITY, BROTLI_WINDOW_BITS);
    writer.write_all(plain)?;
    // What is left is written when it is dropped.
    drop(writer);
    Ok(coded.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_coding_can_be_undone() {
        let document = Bytes::from("Вода в канале стоит высоко. ".repeat(500));
        for coding in Coding::ALL {
            let coded = coding.code(document.clone()).expect("it is coded");
            assert_eq!(coding.decode(coded).expect("it is decoded"), document);
        }
    }
}
