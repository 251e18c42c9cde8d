//! Requests of clients, which remember earlier answers.

use std::sync::Arc;

use super::{Client, Simulation, Step};
use crate::simulation::daemon::Conditions;
use crate::simulation::rules::selection;

/// The answers that clients remember.
const CLIENTS_MAX: usize = 40;

impl Simulation<'_> {
    pub(super) fn ask(&mut self) -> Step {
        if self.oracle.last().is_none() {
            return Ok(());
        }
        for _ in 0..=self.random.below(3) {
            match self.random.below(12) {
                0 => self.ask_page()?,
                _ => self.ask_feed()?,
            }
        }
        Ok(())
    }

    pub(super) fn ask_feed(&mut self) -> Step {
        let address = self.some_address()?;
        let earlier: Vec<&Client> = self
            .clients
            .iter()
            .filter(|client| client.address == address)
            .collect();
        let client = match earlier.len() as u64 {
            0 => None,
            count => Some(&earlier[self.random.below(count) as usize].reply),
        };
        let kind = self.random.below(4);
        let conditions = Conditions {
            etag: client
                .filter(|_| kind & 1 > 0)
                .map(|reply| reply.etag.clone()),
            date: client
                .filter(|_| kind & 2 > 0)
                .map(|reply| reply.last_modified.clone()),
        };
        let wall = self.world.wall;
        let daemon = self.daemon.as_ref().ok_or("no daemon runs")?;
        let reply = daemon.ask(self.runtime, &address, &conditions, wall)?;
        let whole = match reply.status {
            304 => daemon.ask(self.runtime, &address, &Conditions::default(), wall)?,
            _ => reply.clone(),
        };
        self.story.add(
            (wall, self.world.boot),
            format!(
                "GET /{address} {conditions:?}: {} {} {}",
                reply.status, reply.etag, reply.last_modified
            ),
        );
        if reply.status == 304 {
            let is_equal = client.is_some_and(|client| client.body == whole.body);
            if !is_equal || reply.etag != whole.etag || reply.last_modified != whole.last_modified {
                return Err(format!(
                    "304 {} {} for a client with {conditions:?} that has something else",
                    reply.etag, reply.last_modified
                ));
            }
        }
        self.oracle.check_feed(&address, &whole, wall)?;
        if whole.status == 200 {
            if self.clients.len() >= CLIENTS_MAX {
                let oldest = self.random.below(CLIENTS_MAX as u64) as usize;
                self.clients.swap_remove(oldest);
            }
            self.clients.push(Client {
                address,
                reply: whole,
            });
        }
        Ok(())
    }

    pub(super) fn some_address(&mut self) -> Result<String, String> {
        let format = ["json", "rss", "atom"][self.random.below(3) as usize];
        let path = match self.random.below(9) {
            0..=3 => {
                let last = self.oracle.last().ok_or("nothing is published")?;
                let articles = &last.articles;
                let own = match articles.len() as u64 {
                    0 => "nothing",
                    count => &*articles[self.random.below(count) as usize].1.tags[0],
                };
                let number = self.random.below(9);
                selection(number, own)
            }
            // Most are only names.
            4 => format!(
                "sections/{}",
                ["x", "z", "w"][self.random.below(3) as usize]
            ),
            _ => {
                let snapshot = self.daemon()?.publisher.handle().snapshot();
                let snapshot = snapshot.ok_or("nothing is published")?;
                let mut paths: Vec<&Arc<str>> = snapshot.feeds.keys().collect();
                paths.sort();
                paths[self.random.below(paths.len() as u64) as usize].to_string()
            }
        };
        Ok(match path.split_once('?') {
            Some((path, query)) => format!("{path}.{format}?{query}"),
            None => format!("{path}.{format}"),
        })
    }

    pub(super) fn ask_page(&mut self) -> Step {
        let key = self.some_path().map(|path| {
            let article = self.world.version(&path).and_then(|(_, content)| content);
            article.map_or(path.clone(), |article| article.key(&path))
        });
        let address = match self.random.below(6) {
            0 => String::new(),
            1 => "all".to_owned(),
            2 => "select?any=a".to_owned(),
            3 => "feeds.json".to_owned(),
            4 => "tags".to_owned(),
            _ => format!("articles/{}", key.unwrap_or_default()),
        };
        let wall = self.world.wall;
        let daemon = self.daemon.as_ref().ok_or("no daemon runs")?;
        let reply = daemon.ask(self.runtime, &address, &Conditions::default(), wall)?;
        self.tell(format!("GET /{address}: {}", reply.status));
        self.oracle.check_page(&address, &reply)
    }
}
