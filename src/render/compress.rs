//! Encodes and decodes documents in content codings.

use std::io::{self, Read, Write};

use bytes::Bytes;
use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};

use crate::feed::coding::Coding;

/// Encodes a document. Equal input gives equal bytes.
pub fn encode(plain: Bytes, coding: Coding) -> io::Result<Bytes> {
    match coding {
        Coding::Identity => Ok(plain),
        Coding::Gzip => gzip(&plain),
        Coding::Brotli => brotli(&plain),
        Coding::Zstd => Ok(zstd::bulk::compress(&plain, ZSTD_LEVEL)?.into()),
    }
}

/// Decodes a document.
pub fn decode(encoded: Bytes, coding: Coding) -> io::Result<Bytes> {
    let mut plain = Vec::new();
    match coding {
        Coding::Identity => return Ok(encoded),
        Coding::Gzip => GzDecoder::new(&*encoded).read_to_end(&mut plain)?,
        Coding::Brotli => {
            brotli::Decompressor::new(&*encoded, BUFFER_BYTES).read_to_end(&mut plain)?
        }
        Coding::Zstd => zstd::Decoder::new(&*encoded)?.read_to_end(&mut plain)?,
    };
    Ok(plain.into())
}

/// Level 6, without time and system in the header, so that equal input gives equal bytes.
fn gzip(plain: &[u8]) -> io::Result<Bytes> {
    let mut writer = GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(Vec::new(), Compression::new(6));
    writer.write_all(plain)?;
    Ok(writer.finish()?.into())
}

/// Smaller than gzip in the same time. Its window is 4 MiB, within the 8 MiB of RFC 9659.
const ZSTD_LEVEL: i32 = 9;

/// The level that takes as long as the other codings.
const BROTLI_QUALITY: u32 = 5;

/// 4 MiB.
const BROTLI_WINDOW_BITS: u32 = 22;

const BUFFER_BYTES: usize = 4096;

fn brotli(plain: &[u8]) -> io::Result<Bytes> {
    let mut coded = Vec::new();
    let mut writer =
        brotli::CompressorWriter::new(&mut coded, BUFFER_BYTES, BROTLI_QUALITY, BROTLI_WINDOW_BITS);
    writer.write_all(plain)?;
    // Dropping the writer writes the rest.
    drop(writer);
    Ok(coded.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_returns_the_document() {
        let document = Bytes::from("Вода в канале стоит высоко. ".repeat(500));
        for coding in Coding::ALL {
            let coded = encode(document.clone(), coding).expect("it is encoded");
            assert_eq!(decode(coded, coding).expect("it is decoded"), document);
        }
    }
}
