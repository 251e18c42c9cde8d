//! The writes between two syncs of the state file.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use super::state_disk::StateFile;

/// The size of a block.
pub(super) const BLOCK_BYTES: u64 = 4096;

/// The most bytes of one write to the file.
pub(super) const WRITE_BYTES: usize = 1 << 20;

/// The content of a block.
pub(super) type Block = Arc<[u8]>;

/// Writes between two syncs, or a part of them.
#[derive(Debug, Default)]
pub(super) struct Interval {
    pub(super) number: u64,
    /// The blocks that were written, with their last content.
    pub(super) blocks: BTreeMap<u64, Block>,
    /// The shortest length of the file meanwhile, if it became shorter.
    pub(super) cut: Option<u64>,
    /// The length of the file at the end, if it was set.
    pub(super) length: Option<u64>,
    /// Whether a sync follows.
    pub(super) sync: bool,
    /// When it was queued.
    pub(super) queued: Option<Instant>,
}

impl Interval {
    pub(super) fn bytes(&self) -> usize {
        self.blocks.len() * BLOCK_BYTES as usize
    }

    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.length.is_none() && !self.sync
    }

    /// Writes it to the file, which is synced if the interval ends with a sync.
    pub(super) fn write_to(&self, file: &dyn StateFile) -> io::Result<()> {
        if let Some(cut) = self.cut
            && cut < file.len()?
        {
            file.set_len(cut)?;
        }
        if let Some(length) = self.length
            && length != file.len()?
        {
            file.set_len(length)?;
        }
        // The first block has the header, which other processes read, so it comes last.
        write_blocks(file, self.blocks.range(1..))?;
        if let Some(header) = self.blocks.get(&0) {
            file.lock_header()?;
            let written = file.write(0, header);
            file.unlock_header()?;
            written?;
        }
        match self.sync {
            true => file.sync(),
            false => Ok(()),
        }
    }
}

/// Writes neighbouring blocks together.
fn write_blocks<'b>(
    file: &dyn StateFile,
    blocks: impl Iterator<Item = (&'b u64, &'b Block)>,
) -> io::Result<()> {
    let (mut start, mut bytes) = (0, Vec::new());
    for (number, block) in blocks {
        let at = number * BLOCK_BYTES;
        if at != start + bytes.len() as u64 || bytes.len() >= WRITE_BYTES {
            if !bytes.is_empty() {
                file.write(start, &bytes)?;
            }
            start = at;
            bytes.clear();
        }
        bytes.extend_from_slice(block);
    }
    match bytes.is_empty() {
        true => Ok(()),
        false => file.write(start, &bytes),
    }
}
