//! The steps of a simulation. Which one follows is decided by the seed alone.

mod asking;
mod reading;

use std::path::{Path, PathBuf};

use tokio::runtime::Runtime;

use super::daemon::{Daemon, Reply};
use super::model::Model;
use super::oracle::{Oracle, Shown};
use super::rules::{RULES, Rules};
use super::story::Story;
use super::world::World;
use crate::model::held_loss::{HeldLoss, LossId};
use crate::model::removal_guard::Removal;
use crate::source::Scope;
use crate::store::testkit::{FakeDisk, Random};

/// What is wrong: what was expected, and what was seen.
pub(super) type Step = Result<(), String>;

/// What a client has.
struct Client {
    address: String,
    reply: Reply,
}

pub(super) struct Simulation<'r> {
    random: Random,
    runtime: &'r Runtime,
    story: Story,
    folder: PathBuf,
    world: World,
    rules: Rules,
    model: Model,
    oracle: Oracle,
    daemon: Option<Daemon>,
    clients: Vec<Client>,
    /// The instant of the index.
    index_at: i64,
    held: Option<HeldLoss>,
    /// Losses that were held once.
    earlier: Vec<LossId>,
}

impl<'r> Simulation<'r> {
    pub(super) fn new(seed: u64, runtime: &'r Runtime, story: Story) -> Simulation<'r> {
        let folder = Path::new("/simulation").join(seed.to_string());
        Simulation {
            random: Random(seed.wrapping_mul(1_000_003)),
            runtime,
            story,
            world: World::new(folder.join("articles")),
            folder,
            rules: Rules::number(0),
            model: Model::default(),
            oracle: Oracle::default(),
            daemon: None,
            clients: Vec::new(),
            index_at: 0,
            held: None,
            earlier: Vec::new(),
        }
    }

    /// Runs so many steps, and checks at the end that everything recovers.
    pub(super) fn run(&mut self, steps: u64) -> Step {
        self.start(FakeDisk::simulated(), false)?;
        let first = 4 + self.random.below(14);
        let added = self.world.add(first, &mut self.random);
        self.tell(added);
        self.read(Scope::All, Removal::Held)?;
        self.publish()?;
        for _ in 0..steps {
            self.step()?;
        }
        self.recover()
    }

    fn tell(&self, what: impl std::fmt::Display) {
        self.story.add((self.world.wall, self.world.boot), what);
    }

    fn daemon(&mut self) -> Result<&mut Daemon, String> {
        self.daemon
            .as_mut()
            .ok_or_else(|| "no daemon runs".to_owned())
    }

    fn clocks(&self) -> (i64, i64) {
        (self.world.wall, self.world.boot)
    }

    fn step(&mut self) -> Step {
        match self.random.below(40) {
            0..=9 => self.change(),
            10..=15 => {
                self.read(Scope::All, Removal::Held)?;
                self.publish()
            }
            16 | 17 => self.read_part(),
            18 => self.read_while_it_hangs(),
            19..=25 => self.ask(),
            26..=28 => self.wait(),
            29 => self.set_clock(),
            30 | 31 => self.set_disk(),
            32 => {
                self.tell("the disk is looked at again");
                self.daemon()?.publisher.handle().store().work_later();
                self.publish()
            }
            33 => self.stop(),
            34 | 35 => self.kill(),
            36 => self.reconfigure(),
            37 | 38 => self.confirm(),
            _ => {
                self.tell("selections are evicted");
                self.daemon()?.publisher.handle().evict_selections();
                Ok(())
            }
        }
    }

    fn change(&mut self) -> Step {
        let what = self.world.change(&mut self.random);
        self.tell(what);
        let seconds = self.random.below(3) as i64;
        self.world.pass(seconds);
        Ok(())
    }

    fn some_path(&mut self) -> Option<String> {
        let paths = self.world.paths();
        let count = paths.len() as u64;
        (count > 0).then(|| paths[self.random.below(count) as usize].clone())
    }

    /// What the publishing loop does when it wakes up.
    fn publish(&mut self) -> Step {
        let boot = self.world.boot;
        if !self.daemon()?.may_publish(boot) {
            return Ok(());
        }
        let wall = self.world.wall;
        let wait = self.daemon()?.wait_before(wall);
        self.world.pass(wait);
        if !self.daemon()?.has_clock() {
            self.world.believe();
        }
        let clocks = self.clocks();
        let (at, publication) = self.daemon()?.publish(clocks);
        if publication.moved > 0 || publication.reconfigured {
            let trouble = self.daemon()?.publisher.state_trouble();
            self.tell(format!(
                "published as of {:+}: {} moved, trouble {trouble:?}",
                at - super::START,
                publication.moved
            ));
        }
        if at > self.world.believed() {
            return Err(format!(
                "{at} is published, and {} is believed",
                self.world.believed()
            ));
        }
        // An index moves forward alone: after the clock was set back, it shows what it did until then.
        self.index_at = self.index_at.max(at);
        let shown = Shown {
            at: self.index_at,
            articles: self.model.articles(),
            rules: self.rules.clone(),
        };
        let wall = self.world.wall;
        let daemon = self.daemon.as_ref().ok_or("no daemon runs")?;
        self.oracle.check_publication(daemon, shown, wall)
    }

    /// Time passes; the loop wakes up when something is due.
    fn wait(&mut self) -> Step {
        let mut left = match self.random.below(4) {
            0 => 1,
            1 => self.random.below(10) as i64,
            2 => self.random.below(120) as i64,
            _ => self.random.below(4_000) as i64,
        };
        self.tell(format!("{left} seconds pass"));
        while left > 0 {
            let step = 1 + self.random.below(left.unsigned_abs()) as i64;
            self.world.pass(step);
            self.publish()?;
            left -= step;
        }
        Ok(())
    }

    fn set_clock(&mut self) -> Step {
        let by = match self.random.below(3) {
            0 => -(self.random.below(5_000) as i64),
            1 => self.random.below(4) as i64 - 2,
            _ => self.random.below(7_200) as i64,
        };
        self.tell(format!("the clock is set by {by:+}"));
        self.oracle.was_set_back |= by < 0;
        self.world.jump(by);
        self.publish()
    }

    fn set_disk(&mut self) -> Step {
        let disk = self.daemon()?.disk.clone();
        let what = match self.random.below(6) {
            0 => {
                disk.complete(Some(0));
                "stalls".to_owned()
            }
            1 => {
                let tasks = self.random.below(6);
                disk.complete(Some(tasks));
                format!("stalls after {tasks} more writes")
            }
            2 => {
                let others = self.random.below(8);
                disk.fail_after(others);
                format!("fails once after {others} operations")
            }
            3 => {
                let (bytes, hides) = (self.random.below(60_000), self.random.below(2) == 0);
                disk.set_room(Some(bytes), hides);
                format!("takes {bytes} more bytes, and hides it: {hides}")
            }
            _ => {
                disk.complete(None);
                disk.repair();
                "works again".to_owned()
            }
        };
        self.tell(format!("the state's disk {what}"));
        Ok(())
    }

    fn start(&mut self, disk: FakeDisk, has_lost: bool) -> Step {
        let clocks = self.clocks();
        let daemon = Daemon::start(disk, &self.folder, &self.rules, clocks)?;
        let is_complete = daemon.publisher.driver().is_complete();
        self.daemon = Some(daemon);
        self.index_at = clocks.0;
        self.oracle.restart(has_lost, clocks.0);
        self.model.reread = !is_complete;
        self.tell(format!(
            "the daemon starts, with a complete state: {is_complete}"
        ));
        if has_lost {
            // What it has is what some reading brought, and the next readings bring the rest.
            self.model.rows = self.stored()?.into_iter().collect();
            self.model.held.clear();
            // Nobody knows dates that the clock has not reached.
            self.clients
                .retain(|client| client.reply.date() < Some(clocks.0));
        }
        self.compare_store()?;
        let store = self.daemon()?.publisher.handle().store().clone();
        let held = store.held_loss().map_err(|error| error.to_string())?;
        if !has_lost && held.as_ref().map(|held| held.id) != self.held.as_ref().map(|held| held.id)
        {
            return Err(format!("{:?} was held, and {held:?} is", self.held));
        }
        drop(store);
        self.model.restart(held.is_some());
        self.held = held;
        // Stored articles are served while the source is compared with the store.
        match is_complete {
            true => self.publish(),
            false => Ok(()),
        }
    }

    fn has_unsaved(&mut self) -> Result<bool, String> {
        let store = self.daemon()?.publisher.handle().store();
        Ok(store.unsaved_since().is_some() || store.trouble().is_some())
    }

    fn stop(&mut self) -> Step {
        let daemon = self.daemon.take().ok_or("no daemon runs")?;
        let store = daemon.publisher.handle().store().clone();
        daemon.publisher.save();
        let has_lost = store.unsaved_since().is_some() || store.trouble().is_some();
        drop(store);
        let seed = self.random.below(u64::MAX);
        let disk = daemon.stop(seed);
        self.world.pass(1);
        self.tell(format!(
            "the daemon is stopped; something is not on its disk: {has_lost}"
        ));
        self.start(disk, has_lost)
    }

    fn kill(&mut self) -> Step {
        let has_lost = self.has_unsaved()?;
        let daemon = self.daemon.take().ok_or("no daemon runs")?;
        let seed = self.random.below(u64::MAX);
        let (what, disk) = match self.random.below(2) {
            0 => ("the daemon is killed", daemon.kill(seed)),
            _ => ("the power is cut", daemon.cut_power(seed)),
        };
        self.tell(format!("{what}; something is not on its disk: {has_lost}"));
        let seconds = 1 + self.random.below(3) as i64;
        self.world.pass(seconds);
        self.start(disk, has_lost)
    }

    fn reconfigure(&mut self) -> Step {
        let number = self.random.below(RULES);
        self.tell(format!("the configuration is number {number}"));
        self.rules = Rules::number(number);
        let daemon = self.daemon.as_ref().ok_or("no daemon runs")?;
        daemon.reconfigure(&self.rules)?;
        self.publish()
    }

    /// Without a fault, all that is written is published, and on the disk.
    fn recover(&mut self) -> Step {
        self.tell("all faults end");
        self.world.repair();
        let disk = self.daemon()?.disk.clone();
        disk.complete(None);
        disk.repair();
        for _ in 0..3 {
            self.daemon()?.publisher.handle().store().work_later();
            self.world.pass(100);
            self.read(Scope::All, Removal::Held)?;
            if let Some(held) = self.held.clone() {
                self.read(Scope::All, Removal::Loss(held.id))?;
            }
            self.publish()?;
        }
        if let Some(held) = &self.held {
            return Err(format!("{held} is held for ever"));
        }
        for path in self.world.paths() {
            let (version, content) = self.world.version(&path).ok_or("no file")?;
            let row = self
                .model
                .rows
                .get(&path)
                .ok_or(format!("{path} is lost"))?;
            let is_owned = |key: &String| {
                let mut rows = self.model.rows.values();
                rows.any(|row| row.owns.as_ref().is_some_and(|(owned, _)| owned == key))
            };
            let key = content.map(|article| article.key(&path));
            if row.version != version || !key.is_none_or(|key| is_owned(&key)) {
                return Err(format!("{path} is not read: {row:?}"));
            }
        }
        if self.has_unsaved()? {
            return Err("the disk works, and lacks something".to_owned());
        }
        self.kill()
    }
}
