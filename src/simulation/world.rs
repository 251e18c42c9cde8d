//! The newsroom as it is: the articles' folder with its faults, every version that was ever written, and
//! two clocks.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::START;
use super::article::{Article, Section, said};
use crate::model::time::Timestamp;
use crate::source::directory::testkit::{FakeFile, FakeFolder, FileFault};
use crate::store::testkit::Random;

/// The tags that articles share. Each article also has one of its own.
pub(super) const TAGS: [&str; 4] = ["a", "b", "c", "d"];

/// Sections with slugs and without. One name has a term of its own and the slugs of others, one is itself the
/// slug of one of them, and one is only a name.
const SECTIONS: [(&str, Option<&str>); 9] = [
    ("x", None),
    ("y", None),
    ("x", Some("x1")),
    ("x", Some("x2")),
    ("Y", Some("y")),
    ("y", Some("y3")),
    ("z", Some("z1")),
    ("z", Some("z2")),
    ("w", Some("z1")),
];

/// One section of an article, two, or none.
fn some_sections(random: &mut Random) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for _ in 0..[1, 1, 2, 0][random.below(4) as usize] {
        let (name, slug) = SECTIONS[random.below(SECTIONS.len() as u64) as usize];
        let key = |name: &str, slug: Option<&str>| slug.unwrap_or(name).to_lowercase();
        let is_same = |other: &Section| {
            let is_one_name = slug.is_none() || other.slug.is_none();
            key(name, slug) == key(other.name, other.slug)
                || is_one_name && key(name, None) == key(other.name, None)
        };
        if !sections.iter().any(is_same) {
            sections.push(Section { name, slug });
        }
    }
    sections
}

/// The article of a version; `None` if the file is broken.
pub(super) type Content = Option<Arc<Article>>;

pub(super) struct World {
    path: PathBuf,
    pub(super) folder: FakeFolder,
    /// What each version of a file says, by the number in its stamp.
    versions: HashMap<u64, Content>,
    /// Every version of an article, by its marker.
    pub(super) by_marker: HashMap<String, Arc<Article>>,
    /// The articles of an unmounted disk.
    unmounted: Option<BTreeMap<String, FakeFile>>,
    earlier: HashMap<String, Vec<u64>>,
    pub(super) wall: i64,
    pub(super) boot: i64,
    /// What a clock says that ignores a jump forward for a minute: how far it is ahead of the boot clock.
    believed: i64,
    /// Since when the wall clock is doubted, and how far it was ahead then.
    doubted: Option<(i64, i64)>,
    start: Instant,
}

impl World {
    pub(super) fn new(path: PathBuf) -> World {
        let folder = FakeFolder::create(&path);
        let mut world = World {
            path,
            folder,
            versions: HashMap::new(),
            by_marker: HashMap::new(),
            unmounted: None,
            earlier: HashMap::new(),
            wall: START,
            boot: 1_000,
            believed: START - 1_000,
            doubted: None,
            start: Instant::now(),
        };
        world.pass(0);
        world
    }

    /// Time passes by both clocks.
    pub(super) fn pass(&mut self, seconds: i64) {
        self.boot += seconds;
        self.set_clock(self.wall + seconds);
    }

    /// The latest second that may be published now. A jump forward counts a minute after it.
    pub(super) fn believed(&self) -> i64 {
        let is_proved = self
            .doubted
            .is_some_and(|(since, _)| self.boot - since >= 60);
        match is_proved {
            true => self.wall,
            false => self.boot + self.believed,
        }
    }

    /// A new process believes the clock as it is.
    pub(super) fn believe(&mut self) {
        self.believed = self.wall - self.boot;
        self.doubted = None;
    }

    /// The wall clock is set by so many seconds.
    pub(super) fn jump(&mut self, by: i64) {
        if self
            .doubted
            .is_some_and(|(since, _)| self.boot - since >= 60)
        {
            self.believe();
        }
        self.set_clock(self.wall + by);
        let ahead = self.wall - self.boot;
        // Two seconds may be a time service.
        let is_even = |(_, first): &(i64, i64)| (ahead - first).abs() <= 2;
        match ahead > self.believed + 2 {
            true => self.doubted = self.doubted.filter(is_even).or(Some((self.boot, ahead))),
            false => self.believe(),
        }
    }

    /// A file gets the same content as another version.
    pub(super) fn rewrite(&mut self, path: &str) {
        let content = self.version(path).and_then(|(_, content)| content);
        self.write(path, content);
    }

    fn set_clock(&mut self, wall: i64) {
        self.wall = wall;
        let passed = Duration::from_secs(self.boot.unsigned_abs());
        self.folder.content().clocks = (self.start + passed, Timestamp(wall));
    }

    /// What the file at `path` says now, and the number of that version.
    pub(super) fn version(&self, path: &str) -> Option<(u64, Content)> {
        let version = self.folder.content().files.get(path)?.version;
        Some((version, self.content_of(version)))
    }

    pub(super) fn content_of(&self, version: u64) -> Content {
        self.versions.get(&version).cloned().flatten()
    }

    pub(super) fn fault(&self, path: &str) -> Option<FileFault> {
        self.folder.content().files.get(path)?.fault
    }

    /// Whether a program can find the file at `path`.
    pub(super) fn is_visible(&self, path: &str) -> bool {
        let content = self.folder.content();
        let is_there = content.files.contains_key(path) && !content.is_unreadable;
        is_there && !content.is_hidden(path)
    }

    pub(super) fn paths(&self) -> Vec<String> {
        self.folder.content().files.keys().cloned().collect()
    }

    fn write(&mut self, path: &str, content: Content) {
        let bytes = match &content {
            Some(article) => article.bytes(),
            None => b"{".to_vec(),
        };
        let version = self.versions.len() as u64 + 1;
        if let Some(article) = &content {
            let marker = article.marker.clone();
            self.by_marker.insert(marker, article.clone());
        }
        self.versions.insert(version, content);
        self.earlier
            .entry(path.to_owned())
            .or_default()
            .push(version);
        let file = FakeFile {
            bytes,
            version,
            fault: None,
        };
        self.folder.content().files.insert(path.to_owned(), file);
    }

    fn marker(&self) -> String {
        format!("v{:04}e", self.versions.len())
    }

    /// Someone in the newsroom does something; returns what.
    pub(super) fn change(&mut self, random: &mut Random) -> String {
        if self.unmounted.is_some() {
            return self.remount();
        }
        let paths = self.paths();
        let path = match paths.len() as u64 {
            0 => None,
            count => Some(paths[random.below(count) as usize].clone()),
        };
        match (random.below(20), path) {
            (0..=3, Some(path)) => self.edit(&path, random),
            (4, Some(path)) => {
                self.write(&path, None);
                format!("{path} is broken")
            }
            (5, Some(path)) => self.go_back(&path, random),
            (6, Some(path)) => self.rename(&path, random),
            (7 | 8, Some(path)) => {
                self.folder.content().files.remove(&path);
                format!("{path} is deleted")
            }
            (9, Some(_)) => {
                let modulus = 2 + random.below(4) as usize;
                let mut files = paths.iter().enumerate();
                files.try_for_each(|(number, path)| {
                    let is_lost = number % modulus != 0;
                    is_lost.then(|| drop(self.folder.content().files.remove(path)));
                    Some(())
                });
                format!(
                    "all but every {modulus}th of {} files are deleted",
                    paths.len()
                )
            }
            (10, Some(_)) => {
                let files = std::mem::take(&mut self.folder.content().files);
                self.unmounted = Some(files);
                "the articles' disk is unmounted".to_owned()
            }
            (11, Some(path)) => self.set_fault(&path, random),
            (12, _) => self.set_folder_fault(random),
            _ => self.add(1 + random.below(4), random),
        }
    }

    /// Everything can be read again.
    pub(super) fn repair(&mut self) {
        self.remount();
        let mut content = self.folder.content();
        content.is_unreadable = false;
        content.fails_after = None;
        content.unlisted.clear();
        for file in content.files.values_mut() {
            file.fault = None;
        }
    }

    fn remount(&mut self) -> String {
        let files = self.unmounted.take().unwrap_or_default();
        self.folder.content().files.extend(files);
        "the articles' disk is there".to_owned()
    }

    pub(super) fn add(&mut self, count: u64, random: &mut Random) -> String {
        let mut added = Vec::new();
        for _ in 0..count {
            let path = new_path(random);
            let number = random.below(8);
            let article = Article {
                marker: self.marker(),
                id: (random.below(6) == 0).then(|| format!("k{number:02}")),
                published: self.date(random),
                updated: None,
                expires: None,
                is_draft: false,
                is_in_feeds: true,
                sections: some_sections(random),
                tags: vec![format!("u{:04}", self.versions.len())],
            };
            let article = self.varied(article, random);
            added.push(format!("{path} {}", said(&article)));
            self.write(&path, Some(article.into()));
        }
        format!("written: {}", added.join("; "))
    }

    /// A date around now, often in the future.
    fn date(&self, random: &mut Random) -> i64 {
        self.wall
            + match random.below(4) {
                0 => random.below(90) as i64,
                1 => random.below(7_200) as i64,
                2 => -(random.below(7_200) as i64),
                _ => -(random.below(172_800) as i64),
            }
    }

    fn varied(&self, mut article: Article, random: &mut Random) -> Article {
        match random.below(8) {
            0 => article.is_draft = !article.is_draft,
            1 => article.is_in_feeds = !article.is_in_feeds,
            2 => article.expires = Some(self.wall + random.below(600) as i64),
            3 => article.updated = Some(self.wall - 60 + random.below(300) as i64),
            4 => article.sections = some_sections(random),
            _ => {}
        }
        for tag in TAGS {
            match random.below(4) {
                0 if !article.tags.iter().any(|has| has == tag) => article.tags.push(tag.into()),
                1 => article.tags.retain(|has| has != tag),
                _ => {}
            }
        }
        article
    }

    fn edit(&mut self, path: &str, random: &mut Random) -> String {
        let before = self.version(path).and_then(|(_, content)| content);
        let Some(before) = before else {
            return self.go_back(path, random);
        };
        let mut article = Article {
            marker: self.marker(),
            ..(*before).clone()
        };
        match random.below(4) {
            0 => article = self.varied(article, random),
            1 => article.published = self.date(random),
            2 if random.below(4) == 0 => {
                article.id = (random.below(3) > 0).then(|| format!("k{:02}", random.below(8)));
            }
            // An edit without a date.
            _ => {}
        }
        let said = said(&article);
        self.write(path, Some(article.into()));
        format!("{path} is edited: {said}")
    }

    /// A file gets what it had before.
    fn go_back(&mut self, path: &str, random: &mut Random) -> String {
        let earlier = &self.earlier[path];
        let version = earlier[random.below(earlier.len() as u64) as usize];
        let content = self.content_of(version);
        self.write(path, content);
        format!("{path} has its content of version {version} again")
    }

    fn rename(&mut self, path: &str, random: &mut Random) -> String {
        let to = new_path(random);
        let mut content = self.folder.content();
        if let Some(file) = content.files.remove(path) {
            let version = file.version;
            content.files.insert(to.clone(), file);
            self.earlier.entry(to.clone()).or_default().push(version);
        }
        format!("{path} is renamed to {to}")
    }

    fn set_fault(&mut self, path: &str, random: &mut Random) -> String {
        let fault = match random.below(3) {
            0 => Some(FileFault::Unreadable),
            1 => Some(FileFault::Unsettled),
            _ => None,
        };
        let mut content = self.folder.content();
        // A program that writes a file changes it.
        if let Some(file) = content.files.get_mut(path) {
            file.fault = fault;
        }
        drop(content);
        if fault.is_some() {
            let content = self.version(path).and_then(|(_, content)| content);
            self.write(path, content);
            if let Some(file) = self.folder.content().files.get_mut(path) {
                file.fault = fault;
            }
        }
        format!("{path} has the fault {fault:?}")
    }

    fn set_folder_fault(&mut self, random: &mut Random) -> String {
        let mut content = self.folder.content();
        match random.below(4) {
            0 => {
                content.is_unreadable = !content.is_unreadable;
                format!("the folder is unreadable: {}", content.is_unreadable)
            }
            1 => {
                let after = random.below(content.files.len() as u64 + 1) as usize;
                content.fails_after = match content.fails_after {
                    None => Some(after),
                    Some(_) => None,
                };
                format!("the listing fails after {:?} files", content.fails_after)
            }
            _ => {
                let folder = FOLDERS[random.below(2) as usize].to_owned();
                if !content.unlisted.remove(&folder) {
                    content.unlisted.insert(folder);
                }
                format!("folders that cannot be listed: {:?}", content.unlisted)
            }
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        FakeFolder::remove(&self.path);
    }
}

const FOLDERS: [&str; 2] = ["f", "g"];

fn new_path(random: &mut Random) -> String {
    let name = random.below(24);
    match random.below(3) {
        0 => format!("n{name:02}.json"),
        folder => format!("{}/n{name:02}.json", FOLDERS[folder as usize - 1]),
    }
}
