//! A simulation of the daemon: publisher, ingest, store and requests over a folder, a disk and clocks that
//! fail, decided by a seed. Nothing in it waits for a real clock or depends on the order of threads.
//!
//! `world` has the newsroom as it is, `model` what must have been read of it, `rules` which articles a feed
//! has, `oracle` what readers may see; `daemon` is what is tested, `step` what happens.
//!
//! `SIMULATION_SEED=7 cargo test --lib simulation` runs one seed, and prints its story;
//! `SIMULATION_SEEDS=2000` as many as a release needs.

mod article;
mod daemon;
mod model;
mod oracle;
mod rules;
mod step;
mod story;
mod world;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use tokio::runtime::{Builder, Runtime};

use self::step::Simulation;
use self::story::Story;

/// The wall clock at the start: 2026-03-01.
const START: i64 = 1_772_323_200;

/// The seeds that run with all other tests.
const SEEDS: u64 = 200;

/// No more seeds are run after so many that fail.
const FAILURES_MAX: usize = 8;

/// The steps of a seed.
const STEPS: u64 = 45;

/// Runs one seed; returns its story, and what is wrong.
fn run(seed: u64, runtime: &Runtime) -> (Story, Result<(), String>) {
    let story = Story::default();
    let told = story.clone();
    let result = catch_unwind(AssertUnwindSafe(move || {
        Simulation::new(seed, runtime, told).run(STEPS)
    }));
    let result = result.unwrap_or_else(|_| Err("a panic, which stands above".to_owned()));
    (story, result)
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

fn runtime() -> Runtime {
    let built = Builder::new_current_thread().enable_all().build();
    built.expect("a runtime")
}

#[test]
fn simulated_newsrooms_lose_nothing() {
    if let Some(seed) = number("SIMULATION_SEED") {
        let (story, result) = run(seed, &runtime());
        panic!("seed {seed}:\n{story}{result:?}");
    }
    let seeds = number("SIMULATION_SEEDS").unwrap_or(SEEDS);
    let next = AtomicU64::new(0);
    let failures = Mutex::new(BTreeMap::new());
    let work = || {
        let runtime = runtime();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds || lock(&failures).len() >= FAILURES_MAX {
                return;
            }
            if let (story, Err(wrong)) = run(seed, &runtime) {
                lock(&failures).insert(seed, (story, wrong));
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let failures = lock(&failures);
    if let Some((seed, (story, _))) = failures.first_key_value() {
        let all: Vec<String> = failures
            .iter()
            .map(|(seed, (_, wrong))| format!("seed {seed}: {wrong}"))
            .collect();
        panic!(
            "the story of seed {seed}:\n{story}\n{}\n\
             run one alone with SIMULATION_SEED={seed} cargo test --lib simulation",
            all.join("\n")
        );
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
