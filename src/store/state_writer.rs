//! The state writer: one thread that writes the queue to the state file, so that no other thread waits
//! for the disk.
//!
//! After the first write or sync that fails, it writes nothing more to that file: the system may have
//! dropped what it could not write, and a later success would hide that. The file then opens as of its
//! last good commit. A new file with the whole content replaces it as soon as the disk takes one.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tracing::warn;

use super::behind_mark::BehindMark;
use super::interval::{Interval, WRITE_BYTES};
use super::state_disk::{LockRange, StateDisk, StateFile, StatePath, lock_all};
use super::write_queue::{Content, Mode, WriteQueue, header_in};
use super::writer_limits::WriterLimits;

/// Bytes that stay free on the disk.
pub(super) const RESERVED_BYTES: u64 = 1 << 20;

// Why a file cannot be used any more.
const TRUNCATED: &str = "the state file was truncated by another program";
const OVERWRITTEN: &str = "the state file was overwritten by another program";
const DAMAGED: &str = "the state file is damaged";

/// What the state writer shares with those who wait for it.
#[derive(Debug)]
pub(super) struct StateWriter {
    pub(super) disk: Arc<dyn StateDisk>,
    pub(super) mark: Arc<BehindMark>,
    limits: WriterLimits,
    state: Mutex<State>,
    changed: Condvar,
    /// The locks of the database, which a new file must have too.
    pub(super) held: Mutex<Vec<(LockRange, bool)>>,
    /// In a simulation the time of all tasks, except where it says otherwise: none waits for a real clock.
    #[cfg(test)]
    opened: Instant,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) queue: WriteQueue,
    trouble: Option<String>,
    /// Why the content of the file is lost.
    damage: Option<String>,
    /// How often the database was replaced by an empty one.
    pub(super) generation: u64,
    /// When something was last completed, or the queue was last empty.
    progress: Instant,
    /// When a full disk is looked at again.
    room_at: Option<Instant>,
    /// When the place of the file is checked.
    check_at: Instant,
    /// When a new file is made; `None` if that cannot help.
    remake_at: Option<Instant>,
    remake_delay: Duration,
    is_stopping: bool,
    has_ended: bool,
    /// Whether the thread waits for something to do, which tests wait for.
    pub(super) is_asleep: bool,
}

enum Task {
    Write(Arc<Interval>),
    Remake,
    Check,
    Wait(Option<Instant>),
    End,
}

impl State {
    fn task(&self, now: Instant) -> Task {
        let is_past = |at: &Instant| *at <= now;
        let next = self.queue.next();
        if self.is_stopping && (next.is_none() || self.room_at.is_some()) {
            return Task::End;
        }
        if let Some(interval) = next
            && self.room_at.as_ref().is_none_or(is_past)
        {
            return Task::Write(interval);
        }
        let is_frozen = self.queue.mode == Mode::Frozen;
        if is_frozen && self.remake_at.as_ref().is_some_and(is_past) {
            return Task::Remake;
        }
        if !is_frozen && is_past(&self.check_at) {
            return Task::Check;
        }
        Task::Wait(match is_frozen {
            true => self.remake_at,
            false => self.room_at.into_iter().chain([self.check_at]).min(),
        })
    }

    fn freeze(&mut self, reason: String, remake_at: Option<Instant>) {
        self.queue.freeze();
        self.trouble = Some(reason);
        self.room_at = None;
        self.remake_at = remake_at;
    }

    /// The content of the file is lost, so a copy of it is of no use.
    fn lose(&mut self, reason: &str) {
        self.damage = Some(reason.to_owned());
        self.freeze(reason.to_owned(), None);
    }

    /// Whether the disk stalls, or takes nothing.
    fn is_stuck(&self, stalled: Duration) -> bool {
        let is_stalled = self.queue.next().is_some() && self.progress.elapsed() >= stalled;
        is_stalled || self.trouble.is_some()
    }
}

impl StateWriter {
    pub(super) fn new(
        disk: Arc<dyn StateDisk>,
        mark: Arc<BehindMark>,
        file: Arc<dyn StateFile>,
        read_only: Option<String>,
        limits: WriterLimits,
    ) -> io::Result<StateWriter> {
        let mut state = State {
            queue: WriteQueue::new(file)?,
            trouble: None,
            damage: None,
            generation: 0,
            progress: Instant::now(),
            room_at: None,
            check_at: Instant::now() + limits.check,
            remake_at: None,
            remake_delay: limits.remake,
            is_stopping: false,
            has_ended: false,
            is_asleep: false,
        };
        if let Some(reason) = read_only {
            state.freeze(reason, Some(Instant::now() + limits.remake));
        }
        Ok(StateWriter {
            disk,
            mark,
            limits,
            state: Mutex::new(state),
            changed: Condvar::new(),
            held: Mutex::new(Vec::new()),
            #[cfg(test)]
            opened: Instant::now(),
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // Each step leaves the queue whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the state writer, and those who wait for it.
    pub(super) fn notify(&self) {
        self.changed.notify_all();
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State>, limit: Duration) -> MutexGuard<'s, State> {
        let waited = self.changed.wait_timeout(state, limit);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Why commits do not reach the file.
    pub(super) fn trouble(&self) -> Option<String> {
        self.state().trouble.clone()
    }

    /// Why the content of the file is lost.
    pub(super) fn damage(&self) -> Option<String> {
        self.state().damage.clone()
    }

    /// Begins anew with an empty file in memory. Returns its generation; what belongs to an earlier one
    /// is refused. The file on the disk stays until [`StateWriter::replace_file`].
    pub(super) fn renew(&self) -> u64 {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = self.state();
        held.clear();
        state.queue.clear();
        state.generation += 1;
        let reason = state.damage.take();
        state.freeze(reason.unwrap_or_else(|| DAMAGED.to_owned()), None);
        state.generation
    }

    /// Has the content written to a new file, which takes the place of the file.
    pub(super) fn replace_file(&self) {
        self.state().remake_at = Some(Instant::now());
        self.notify();
    }

    /// Waits until the file has all that was committed, unless the oldest commit has waited for `limit`
    /// already. Returns whether the file has it.
    pub(super) fn wait_until_saved(&self, limit: Duration) -> bool {
        let mut state = self.state();
        let last = state.queue.seal();
        self.notify();
        #[cfg(test)]
        if self.is_simulated() {
            drop(state);
            self.work(self.opened);
            return self.state().queue.is_saved(last);
        }
        loop {
            if state.queue.is_saved(last) {
                return true;
            }
            let waited = state.queue.unsaved_since();
            let waited = waited.map_or(limit, |since| since.elapsed());
            let left = limit.saturating_sub(waited);
            if left.is_zero() || state.trouble.is_some() {
                return false;
            }
            state = self.wait(state, left);
        }
    }

    /// Waits while too much for another batch of a reading waits for the disk, and calls `waiting` at
    /// every look at it.
    pub(super) fn wait_for_room(&self, mut waiting: impl FnMut()) {
        let mut state = self.state();
        loop {
            let limit = match state.is_stuck(self.limits.stalled) {
                true => self.limits.reading_bytes_max,
                false => self.limits.reading_bytes,
            };
            if state.queue.held_bytes() <= limit || state.is_stopping {
                return;
            }
            waiting();
            state = self.wait(state, self.limits.look());
        }
    }

    /// Nothing more is written to the file, since too much waits for it.
    fn give_up(&self, state: &mut State) {
        let reason = state.trouble.take();
        let reason = reason.unwrap_or_else(|| "the disk takes too long".to_owned());
        let at = Instant::now() + state.remake_delay;
        state.freeze(reason, Some(at));
        self.notify();
    }

    /// The state, with room for a write. Only a transaction that is larger than what a reading leaves
    /// free waits here.
    ///
    /// # Errors
    /// When the memory is full and the disk takes nothing.
    pub(super) fn state_with_room(&self) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.state();
        loop {
            let held = state.queue.held_bytes();
            let is_full = held > self.limits.held_bytes_max;
            let is_stuck = state.is_stuck(self.limits.stalled);
            match state.queue.mode {
                Mode::Frozen if is_full => {
                    let full = "the disk takes nothing and there is too much to keep in memory";
                    return Err(io::Error::other(full));
                }
                // Without a queue, less memory is taken: pages of earlier commits are used again.
                Mode::Follow if is_stuck && held > self.limits.queued_bytes_max => {
                    self.give_up(&mut state);
                }
                Mode::Copy(_) if is_full => self.give_up(&mut state),
                Mode::Follow if is_full => state = self.wait(state, self.limits.look()),
                _ => break,
            }
        }
        if state.queue.next().is_none() {
            state.progress = Instant::now();
        }
        Ok(state)
    }

    /// Ends the state writer once everything is written, or once the disk has completed nothing for
    /// `limit`. Returns whether it has ended, and whether everything was written.
    pub(super) fn stop(&self, limit: Duration) -> (bool, bool) {
        let (mut state, begun) = (self.state(), Instant::now());
        let last = state.queue.seal();
        state.is_stopping = true;
        self.notify();
        #[cfg(test)]
        if self.is_simulated() {
            drop(state);
            self.work(self.opened);
            let state = self.state();
            return (state.has_ended, state.queue.is_saved(last));
        }
        while !state.has_ended {
            let left = limit.saturating_sub(state.progress.max(begun).elapsed());
            if left.is_zero() {
                break;
            }
            state = self.wait(state, left);
        }
        (state.has_ended, state.queue.is_saved(last))
    }

    /// Runs the thread.
    pub(super) fn run(&self) {
        if catch_unwind(AssertUnwindSafe(|| self.write_queue())).is_err() {
            let reason = "the thread that writes the state has ended early".to_owned();
            self.state().freeze(reason, None);
        }
        self.state().has_ended = true;
        self.notify();
    }

    fn write_queue(&self) {
        loop {
            let task = {
                let mut state = self.state();
                loop {
                    if state.queue.unsaved_since().is_none() {
                        self.mark.note_saved();
                    }
                    match state.task(Instant::now()) {
                        Task::Wait(until) => state = self.sleep(state, until),
                        task => break task,
                    }
                }
            };
            match task {
                Task::End => return,
                task => self.perform(task),
            }
        }
    }

    /// Waits until something is to be done, or until then.
    fn sleep<'s>(
        &self,
        mut state: MutexGuard<'s, State>,
        until: Option<Instant>,
    ) -> MutexGuard<'s, State> {
        state.is_asleep = true;
        let mut state = match until {
            None => {
                let woken = self.changed.wait(state);
                woken.unwrap_or_else(PoisonError::into_inner)
            }
            Some(at) => self.wait(state, at.saturating_duration_since(Instant::now())),
        };
        state.is_asleep = false;
        state
    }

    fn perform(&self, task: Task) {
        match task {
            Task::Write(interval) => self.write(&interval),
            Task::Remake => self.remake(),
            Task::Check => self.check(),
            Task::Wait(_) | Task::End => {}
        }
    }

    fn write(&self, interval: &Interval) {
        if let Some(trouble) = self.missing_room(interval.bytes() as u64) {
            let mut state = self.state();
            state.trouble = Some(trouble);
            state.room_at = Some(Instant::now() + self.limits.room);
            drop(state);
            self.notify();
            return;
        }
        let file = self.state().queue.file().clone();
        let written = interval.write_to(&*file);
        let mut state = self.state();
        match written {
            // Meanwhile memory may have become full.
            _ if state.queue.mode == Mode::Frozen => {}
            Ok(()) => {
                state.queue.settle(interval);
                state.trouble = None;
                state.room_at = None;
                state.remake_delay = self.limits.remake;
            }
            Err(error) => {
                let at = Instant::now() + state.remake_delay;
                state.freeze(error.to_string(), Some(at));
            }
        }
        state.progress = Instant::now();
        drop(state);
        self.notify();
    }

    /// What the trouble is if the disk has no room for so much.
    fn missing_room(&self, bytes: u64) -> Option<String> {
        // A disk that cannot say what is free is written until it refuses.
        let free = self.disk.free_bytes().ok()?;
        let needed = bytes.saturating_add(RESERVED_BYTES);
        (bytes > 0 && free < needed)
            .then(|| format!("the disk is full: {free} bytes are free, {needed} are needed"))
    }

    fn check(&self) {
        let (file, bytes, header) = {
            let mut state = self.state();
            state.check_at = Instant::now() + self.limits.check;
            let queue = &state.queue;
            (queue.file().clone(), queue.written(), queue.header())
        };
        // A folder or file that cannot be read now may be readable at the next check.
        let named = self
            .disk
            .path_names(&*file, bytes)
            .unwrap_or(StatePath::Same);
        let found = header_in(&*file, bytes);
        let mut state = self.state();
        match named {
            // Meanwhile memory may have become full, or the content may have been found to be lost.
            _ if state.queue.mode != Mode::Follow => return,
            StatePath::Same if found.is_some() && header.is_some() && found != header => {
                state.lose(OVERWRITTEN);
            }
            StatePath::Same => return,
            StatePath::Other => {
                let reason = "the state file was deleted or replaced by another program";
                warn!("{reason}: it is made anew");
                state.freeze(reason.to_owned(), Some(Instant::now()));
            }
            StatePath::Truncated => state.lose(TRUNCATED),
        }
        drop(state);
        self.notify();
    }

    /// Puts a new file with the whole content in the place of one that cannot be written any more.
    fn remake(&self) {
        let content = self.state().queue.begin_copy();
        let copy = self.copy(&content);
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let copy = copy.and_then(|copy| {
            lock_all(&*copy, &held)?;
            self.disk.install(&*content.file, &held)?;
            Ok(copy)
        });
        let mut state = self.state();
        let is_wanted = matches!(state.queue.mode, Mode::Copy(_));
        match copy {
            Ok(copy) if is_wanted => {
                state.queue.end_copy(copy, content.bytes);
                state.trouble = None;
                state.remake_at = None;
                state.check_at = Instant::now() + self.limits.check;
            }
            Ok(_) => {}
            Err(_) if !is_wanted => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => state.lose(TRUNCATED),
            Err(error) => {
                let delay = state.remake_delay;
                state.freeze(error.to_string(), Some(Instant::now() + delay));
                state.remake_delay = (delay * 2).min(self.limits.remake_max);
            }
        }
        state.progress = Instant::now();
        drop(state);
        self.notify();
    }

    fn copy(&self, content: &Content) -> io::Result<Arc<dyn StateFile>> {
        let copy = self.disk.create_new()?;
        if let Some(trouble) = self.missing_room(content.bytes) {
            return Err(io::Error::new(io::ErrorKind::StorageFull, trouble));
        }
        let written = copy_content(content, &*copy);
        if written.is_err() {
            // It must not take the room that the disk lacks.
            let _ = copy.set_len(0);
        }
        written.map(|()| copy)
    }
}

fn copy_content(content: &Content, copy: &dyn StateFile) -> io::Result<()> {
    copy.set_len(content.bytes)?;
    let mut part = vec![0; WRITE_BYTES];
    for start in (0..content.bytes).step_by(WRITE_BYTES) {
        let left = usize::try_from(content.bytes - start).unwrap_or(usize::MAX);
        let part = &mut part[..left.min(WRITE_BYTES)];
        content.read(start, part)?;
        // What was never written takes no room.
        if part.iter().any(|byte| *byte != 0) {
            copy.write(start, part)?;
        }
    }
    copy.sync()
}

#[cfg(test)]
mod simulated;
