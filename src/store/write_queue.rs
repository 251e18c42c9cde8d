//! Writes that are not in the state file yet: the blocks that reading needs, and the queue in which the
//! state writer writes them.
//!
//! The queue consists of intervals. Within an interval the order of writes does not matter to the
//! database, between intervals it does: after a crash the database opens whatever part of an interval is
//! in the file, if all earlier ones are.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use super::interval::{BLOCK_BYTES, Block, Interval};
use super::state_disk::StateFile;

/// The block with the database's header.
const HEADER_BLOCK: u64 = 0;

/// Bytes of a part of a large transaction that the state writer may begin with before it is committed.
pub(super) const PART_BYTES: usize = 8 << 20;

/// How the queue relates to the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// The state writer writes one interval after another.
    Follow,
    /// Nothing more is written to the file, which stays as of its last commit; all that follows is in
    /// memory.
    Frozen,
    /// As [`Mode::Frozen`], while the content up to this interval is copied to a new file. Later
    /// intervals are queued for it.
    Copy(u64),
}

/// The content of the file as of a copy's begin.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) file: Arc<dyn StateFile>,
    pub(super) bytes: u64,
    in_file: u64,
    blocks: HashMap<u64, Block>,
}

impl Content {
    /// Reads the bytes at `offset` from memory, else from the file.
    pub(super) fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let missing = copy_from(offset, out, |number| self.blocks.get(&number));
        fill(&*self.file, self.in_file, offset, out, &missing)
    }
}

/// See the module's doc.
#[derive(Debug)]
pub(super) struct WriteQueue {
    file: Arc<dyn StateFile>,
    pub(super) mode: Mode,
    /// The length of the file as the database knows it.
    pub(super) bytes: u64,
    /// The length of the file as far as it was written.
    written: u64,
    /// The bytes of the file that are valid; the rest was cut off.
    in_file: u64,
    /// The last content of each block that is not in the file, with the interval that wrote it.
    newest: HashMap<u64, (u64, Block)>,
    /// The first block of the file as it was last written.
    header: Option<Block>,
    open: Interval,
    queued: VecDeque<Arc<Interval>>,
    queued_bytes: usize,
    /// No interval up to this one is in the queue.
    settled: u64,
    /// Since when something is missing in a file to which nothing more is written.
    missing_since: Option<Instant>,
}

impl WriteQueue {
    pub(super) fn new(file: Arc<dyn StateFile>) -> io::Result<WriteQueue> {
        let bytes = file.len()?;
        Ok(WriteQueue {
            header: header_in(&*file, bytes),
            file,
            mode: Mode::Follow,
            bytes,
            written: bytes,
            in_file: bytes,
            newest: HashMap::new(),
            open: Interval {
                number: 1,
                ..Interval::default()
            },
            queued: VecDeque::new(),
            queued_bytes: 0,
            settled: 0,
            missing_since: None,
        })
    }

    pub(super) fn file(&self) -> &Arc<dyn StateFile> {
        &self.file
    }

    /// Copies what is in memory to `out`. Returns the parts that are in the file, and their limit.
    pub(super) fn read(&self, offset: u64, out: &mut [u8]) -> (Vec<Range<usize>>, u64) {
        let block = |number| self.newest.get(&number).map(|(_, block)| block);
        (copy_from(offset, out, block), self.in_file)
    }

    /// Takes a write.
    ///
    /// # Errors
    /// When a block of which only a part is written cannot be read. The database writes whole blocks
    /// except for its header, which stays in memory.
    pub(super) fn write(&mut self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut done = 0;
        while done < data.len() {
            let at = offset + done as u64;
            let (number, within) = (at / BLOCK_BYTES, at % BLOCK_BYTES);
            let within = usize::try_from(within).unwrap_or(0);
            let step = (BLOCK_BYTES as usize - within).min(data.len() - done);
            let part = &data[done..done + step];
            let block: Block = match step as u64 == BLOCK_BYTES {
                true => part.into(),
                false => {
                    let mut block = vec![0; BLOCK_BYTES as usize];
                    let start = number * BLOCK_BYTES;
                    let (missing, in_file) = self.read(start, &mut block);
                    fill(&*self.file, in_file, start, &mut block, &missing)?;
                    block[within..within + step].copy_from_slice(part);
                    block.into()
                }
            };
            self.newest
                .insert(number, (self.open.number, block.clone()));
            if self.mode != Mode::Frozen && self.open.blocks.insert(number, block).is_none() {
                self.queued_bytes += BLOCK_BYTES as usize;
            }
            done += step;
        }
        if offset + data.len() as u64 > self.bytes {
            self.bytes = offset + data.len() as u64;
            self.open.length = Some(self.bytes);
        }
        if self.open.bytes() >= PART_BYTES {
            self.seal();
        }
        Ok(())
    }

    /// Sets the length. Bytes that are cut off read as zero if the length grows again.
    pub(super) fn set_len(&mut self, bytes: u64) -> io::Result<()> {
        if bytes < self.bytes {
            let tail = usize::try_from(bytes.next_multiple_of(BLOCK_BYTES) - bytes).unwrap_or(0);
            if tail > 0 {
                self.write(bytes, &vec![0; tail])?;
            }
            let end = bytes.div_ceil(BLOCK_BYTES);
            self.newest.retain(|number, _| *number < end);
            let cut_off = self.open.blocks.split_off(&end);
            self.queued_bytes -= cut_off.len() * BLOCK_BYTES as usize;
            self.in_file = self.in_file.min(bytes);
            let cut = self.open.cut.map_or(bytes, |cut| cut.min(bytes));
            self.open.cut = Some(cut);
        }
        self.bytes = bytes;
        self.open.length = Some(bytes);
        Ok(())
    }

    /// Ends the interval with a sync.
    pub(super) fn sync(&mut self) {
        self.open.sync = true;
        self.seal();
    }

    /// Queues what was written. Returns the last interval that is queued.
    pub(super) fn seal(&mut self) -> u64 {
        if !self.open.is_empty() {
            let number = self.open.number;
            let next = Interval {
                number: number + 1,
                ..Interval::default()
            };
            let mut sealed = std::mem::replace(&mut self.open, next);
            sealed.queued = Some(Instant::now());
            match self.mode {
                Mode::Frozen => {
                    self.missing_since = self.missing_since.or(sealed.queued);
                    self.settled = number;
                }
                Mode::Follow | Mode::Copy(_) => self.queued.push_back(Arc::new(sealed)),
            }
        }
        self.sealed()
    }

    /// The last interval that was queued.
    pub(super) fn sealed(&self) -> u64 {
        self.open.number - 1
    }

    /// The interval to write next.
    pub(super) fn next(&self) -> Option<Arc<Interval>> {
        let next = self.queued.front();
        next.filter(|_| self.mode == Mode::Follow).cloned()
    }

    /// Notes that an interval is in the file.
    pub(super) fn settle(&mut self, interval: &Interval) {
        let is_next = self.queued.front().map(|next| next.number) == Some(interval.number);
        if self.mode != Mode::Follow || !is_next {
            return;
        }
        self.queued.pop_front();
        self.queued_bytes -= interval.bytes();
        self.settled = interval.number;
        for number in interval.blocks.keys().filter(|it| **it != HEADER_BLOCK) {
            let is_written = |(by, _): &(u64, Block)| *by == interval.number;
            if self.newest.get(number).is_some_and(is_written) {
                self.newest.remove(number);
            }
        }
        if let Some(header) = interval.blocks.get(&HEADER_BLOCK) {
            self.header = Some(header.clone());
        }
        self.written = interval.length.unwrap_or(self.written);
        let cuts = self.queued.iter().filter_map(|interval| interval.cut);
        let cut = cuts.chain(self.open.cut).min();
        self.in_file = cut.map_or(self.written, |cut| cut.min(self.written));
    }

    /// Nothing more is written to the file. The memory for superseded contents of blocks is freed.
    pub(super) fn freeze(&mut self) {
        let since = self.unsaved_since();
        self.missing_since = since.or_else(|| Some(Instant::now()));
        self.mode = Mode::Frozen;
        self.queued.clear();
        self.open.blocks.clear();
        self.queued_bytes = 0;
        self.settled = self.open.number - 1;
    }

    /// Begins anew with an empty file, of which nothing is on the disk until a copy is.
    pub(super) fn clear(&mut self) {
        self.open = Interval {
            number: self.open.number + 1,
            ..Interval::default()
        };
        self.freeze();
        self.newest.clear();
        (self.bytes, self.written, self.in_file) = (0, 0, 0);
    }

    /// The content so far; what follows is queued for the copy of it.
    pub(super) fn begin_copy(&mut self) -> Content {
        self.seal();
        // Another number, so that what follows is told from the content.
        let copied = self.open.number;
        self.open = Interval {
            number: copied + 1,
            ..Interval::default()
        };
        self.mode = Mode::Copy(copied);
        let blocks = self.newest.iter();
        Content {
            file: self.file.clone(),
            bytes: self.bytes,
            in_file: self.in_file,
            blocks: blocks
                .map(|(number, (_, block))| (*number, block.clone()))
                .collect(),
        }
    }

    /// Goes on with a copy of [`WriteQueue::begin_copy`]'s content.
    pub(super) fn end_copy(&mut self, copy: Arc<dyn StateFile>, bytes: u64) {
        let Mode::Copy(copied) = self.mode else {
            return;
        };
        self.header = header_in(&*copy, bytes);
        self.file = copy;
        self.mode = Mode::Follow;
        self.missing_since = None;
        self.newest
            .retain(|number, (by, _)| *by > copied || *number == HEADER_BLOCK);
        self.settled = self.settled.max(copied);
        self.written = bytes;
        let cuts = self.queued.iter().filter_map(|interval| interval.cut);
        self.in_file = cuts.chain(self.open.cut).fold(bytes, u64::min);
    }

    /// Whether everything up to an interval is in the file.
    pub(super) fn is_saved(&self, interval: u64) -> bool {
        self.mode == Mode::Follow && self.settled >= interval
    }

    /// No process that opens the file will find it as of an interval before this one, or the file does
    /// not change any more.
    pub(super) fn passed(&self) -> u64 {
        match self.mode {
            Mode::Follow | Mode::Frozen => self.settled,
            Mode::Copy(copied) => copied.max(self.settled),
        }
    }

    /// The length of the file as far as it was written.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// The first block of the file as it was last written.
    pub(super) fn header(&self) -> Option<Block> {
        self.header.clone()
    }

    /// Since when the oldest write that is not in the file waits.
    pub(super) fn unsaved_since(&self) -> Option<Instant> {
        let oldest = self.queued.front().and_then(|interval| interval.queued);
        self.missing_since.or(oldest)
    }

    /// The memory that it takes.
    pub(super) fn held_bytes(&self) -> usize {
        let newest = self.newest.len() * BLOCK_BYTES as usize;
        match self.mode {
            Mode::Follow => self.queued_bytes,
            Mode::Frozen => newest,
            // The content being copied and the queue may share blocks, so this is the most it can be.
            Mode::Copy(_) => newest + self.queued_bytes,
        }
    }
}

/// The first block of a file that has one.
pub(super) fn header_in(file: &dyn StateFile, bytes: u64) -> Option<Block> {
    let mut header = vec![0; BLOCK_BYTES as usize];
    let is_there = bytes >= BLOCK_BYTES && file.read(HEADER_BLOCK, &mut header).is_ok();
    is_there.then(|| header.into())
}

/// Copies blocks to `out`, the bytes at `offset`; returns the ranges of `out` that no block has.
fn copy_from<'b>(
    offset: u64,
    out: &mut [u8],
    block: impl Fn(u64) -> Option<&'b Block>,
) -> Vec<Range<usize>> {
    let (mut missing, mut done): (Vec<Range<usize>>, _) = (Vec::new(), 0);
    while done < out.len() {
        let at = offset + done as u64;
        let within = usize::try_from(at % BLOCK_BYTES).unwrap_or(0);
        let end = (done + BLOCK_BYTES as usize - within).min(out.len());
        match (block(at / BLOCK_BYTES), missing.last_mut()) {
            (Some(block), _) => {
                out[done..end].copy_from_slice(&block[within..within + end - done]);
            }
            (None, Some(last)) if last.end == done => last.end = end,
            (None, _) => missing.push(done..end),
        }
        done = end;
    }
    missing
}

/// Reads ranges of `out`, the bytes at `offset`, from the file, of which the first `in_file` bytes are
/// valid.
pub(super) fn fill(
    file: &dyn StateFile,
    in_file: u64,
    offset: u64,
    out: &mut [u8],
    ranges: &[Range<usize>],
) -> io::Result<()> {
    for range in ranges {
        let (start, out) = (offset + range.start as u64, &mut out[range.clone()]);
        let there = usize::try_from(in_file.saturating_sub(start)).unwrap_or(usize::MAX);
        let (from_file, beyond) = out.split_at_mut(there.min(out.len()));
        beyond.fill(0);
        if !from_file.is_empty() {
            file.read(start, from_file)?;
        }
    }
    Ok(())
}
