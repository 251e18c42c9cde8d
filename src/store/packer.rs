//! Articles in the form of the store: postcard, compressed with Zstandard.

use std::mem;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::{compress_bound, get_frame_content_size};

use super::error::StoreError;
use crate::model::article::Article;

/// The most bytes of an unpacked article. A file has at most 2 MiB, and escaping turns one byte into up
/// to five.
const ARTICLE_BYTES_MAX: usize = 16 << 20;

/// The compression level of a state folder. On articles of 3 kB it takes half the time of the default
/// level and gives 4 % more bytes.
pub(super) const STATE_LEVEL: i32 = 1;

/// The compression level of a scratch store, whose size does not matter: it does little more than copy.
pub(super) const SCRATCH_LEVEL: i32 = -100;

/// A compressed article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedArticle(pub(super) Vec<u8>);

impl PackedArticle {
    /// Its bytes.
    #[expect(clippy::len_without_is_empty, reason = "none is empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// Compresses articles one after another with one compressor and two buffers, so that a packed article takes
/// no more memory than it has bytes.
pub struct Packer {
    compressor: Compressor<'static>,
    bytes: Vec<u8>,
    packed: Vec<u8>,
}

impl Packer {
    pub(super) fn new(level: i32) -> Result<Packer, StoreError> {
        Ok(Packer {
            compressor: Compressor::new(level).map_err(StoreError::Pack)?,
            bytes: Vec::new(),
            packed: Vec::new(),
        })
    }

    /// Compresses an article.
    pub fn pack(&mut self, article: &Article) -> Result<PackedArticle, StoreError> {
        self.pack_as(article)
    }

    /// Compresses an article in the form of any layout.
    pub(super) fn pack_as(
        &mut self,
        article: &impl Serialize,
    ) -> Result<PackedArticle, StoreError> {
        let mut bytes = mem::take(&mut self.bytes);
        bytes.clear();
        self.bytes = postcard::to_extend(article, bytes).map_err(|_| StoreError::Row("article"))?;
        self.packed.clear();
        self.packed.reserve(compress_bound(self.bytes.len()));
        self.compressor
            .compress_to_buffer(&self.bytes, &mut self.packed)
            .map_err(StoreError::Pack)?;
        Ok(PackedArticle(self.packed.clone()))
    }
}

/// Unpacks articles one after another with one decompressor and one buffer.
pub(super) struct Unpacker {
    decompressor: Decompressor<'static>,
    bytes: Vec<u8>,
}

impl Unpacker {
    pub(super) fn new() -> Result<Unpacker, StoreError> {
        Ok(Unpacker {
            decompressor: Decompressor::new().map_err(StoreError::Pack)?,
            bytes: Vec::new(),
        })
    }

    pub(super) fn unpack(&mut self, packed: &[u8]) -> Result<Article, StoreError> {
        self.unpack_as(packed)
    }

    /// The title of an article: the third of its fields, which stand one behind another.
    pub(super) fn unpack_title(&mut self, packed: &[u8]) -> Result<String, StoreError> {
        let bytes = self.decompress(packed)?;
        let fields = postcard::take_from_bytes::<(&str, Option<&str>, &str)>(bytes);
        let ((_, _, title), _) = fields.map_err(|_| StoreError::Row("article"))?;
        Ok(title.to_owned())
    }

    /// The address of an article's page: the sixth of its fields.
    pub(super) fn unpack_url(&mut self, packed: &[u8]) -> Result<Option<String>, StoreError> {
        type Fields<'a> = (&'a str, Option<&'a str>, &'a str, i64, i64, Option<&'a str>);
        let bytes = self.decompress(packed)?;
        let fields = postcard::take_from_bytes::<Fields<'_>>(bytes);
        let ((.., url), _) = fields.map_err(|_| StoreError::Row("article"))?;
        Ok(url.map(str::to_owned))
    }

    /// An article in the form of another layout.
    pub(super) fn unpack_as<T: DeserializeOwned>(
        &mut self,
        packed: &[u8],
    ) -> Result<T, StoreError> {
        let bytes = self.decompress(packed)?;
        postcard::from_bytes(bytes).map_err(|_| StoreError::Row("article"))
    }

    fn decompress(&mut self, packed: &[u8]) -> Result<&[u8], StoreError> {
        let unreadable = StoreError::Row("article");
        let Ok(Some(size)) = get_frame_content_size(packed) else {
            return Err(unreadable);
        };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if size > ARTICLE_BYTES_MAX {
            return Err(unreadable);
        }
        self.bytes.clear();
        self.bytes.reserve(size);
        let unpacked = self
            .decompressor
            .decompress_to_buffer(packed, &mut self.bytes);
        match unpacked {
            Ok(_) => Ok(&self.bytes),
            Err(_) => Err(unreadable),
        }
    }
}
