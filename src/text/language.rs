//! Guesses the language of an article among those in which a site publishes.
//!
//! The script of most words says which languages come into question. Each word then gives a language
//! points: [`COMMON_POINTS`] if it is one of its commonest words, otherwise [`ENDING_POINTS`] if it has
//! one of its commonest endings, and [`FOREIGN_POINTS`] if it has a letter that native words do not have.

mod profiles;
mod words;

use self::profiles::{PROFILES, Profile};
use self::words::{ProfileSet, each_word};

/// The words that are looked at.
const WORDS_MAX: usize = 200;

/// The bytes that are looked at: ten times what so many words take.
const BYTES_MAX: usize = 32 << 10;

const COMMON_POINTS: i32 = 2;
const ENDING_POINTS: i32 = 1;
const FOREIGN_POINTS: i32 = -1;

/// A language in its second script, and English that is not listed, needs a point in so many words.
const WORDS_PER_POINT: i32 = 20;

/// The points that they need at least: a name in a short headline may look like an inflected word.
const UNEXPECTED_POINTS_MIN: i32 = 2;

/// The same beside a site's language that has no profile and may be written in the same script.
const WORDS_PER_POINT_BESIDE_UNKNOWN: i32 = 4;

/// A script that a known language is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Cyrillic,
    Latin,
    Other,
}

/// The language of an article: one of `languages` as it is written there, `site` if nothing shows
/// another, or `en` where no listed language is written in Latin. All are tags of BCP 47.
///
/// The guess is made from the first 200 words of `title` and `texts`, without addresses and hashtags.
pub fn language<'l, 't>(
    title: &'t str,
    texts: impl IntoIterator<Item = &'t str>,
    site: &'l str,
    languages: &'l [String],
) -> &'l str {
    let others = languages.iter().map(String::as_str);
    let listed = std::iter::once(site).chain(others.filter(|other| *other != site));
    let listed: Vec<Listed<'l>> = listed.map(Listed::new).collect();
    let mut points = Points::default();
    let mut take = |word| points.add(&word);
    let wanted = wanted(&listed);
    let mut left = BYTES_MAX;
    let mut texts = std::iter::once(title).chain(texts);
    texts.all(|text| {
        let text = &text[..text.floor_char_boundary(left)];
        left = left.saturating_sub(text.len());
        each_word(text, wanted, &mut take) && left > 0
    });
    points.best(&listed).unwrap_or(site)
}

/// The profiles of the listed languages and of English.
fn wanted(listed: &[Listed<'_>]) -> ProfileSet {
    let profiles = PROFILES.iter().enumerate();
    let wanted = profiles.filter(|(_, profile)| {
        profile.language == "en" || listed.iter().any(|listed| listed.speaks(profile))
    });
    wanted.fold(0, |set, (number, _)| set | 1 << number)
}

/// The numbers of the profiles in a set.
fn members(mut set: ProfileSet) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let number = set.trailing_zeros();
        set &= set.checked_sub(1)?;
        usize::try_from(number).ok()
    })
}

/// A language in which the site publishes.
struct Listed<'l> {
    tag: &'l str,
    primary: &'l str,
    /// The script that the tag names.
    script: Option<Script>,
}

impl<'l> Listed<'l> {
    fn new(tag: &'l str) -> Listed<'l> {
        let mut subtags = tag.split(['-', '_']);
        let primary = subtags.next().unwrap_or_default();
        // Of all subtags only the script has four letters.
        let named =
            subtags.find(|tag| tag.len() == 4 && tag.bytes().all(|b| b.is_ascii_alphabetic()));
        let script = named.map(|script| match script {
            script if script.eq_ignore_ascii_case("Cyrl") => Script::Cyrillic,
            script if script.eq_ignore_ascii_case("Latn") => Script::Latin,
            _ => Script::Other,
        });
        Listed {
            tag,
            primary,
            script,
        }
    }

    fn is_known(&self) -> bool {
        PROFILES.iter().any(|profile| self.speaks(profile))
    }

    fn speaks(&self, profile: &Profile) -> bool {
        profile.language.eq_ignore_ascii_case(self.primary)
    }

    /// The profile of this language in `script`, and whether that script is its second.
    fn profile(&self, script: Script) -> Option<(usize, bool)> {
        if self.script.is_some_and(|named| named != script) {
            return None;
        }
        let is_it = |profile: &&Profile| self.speaks(profile) && profile.script == script;
        let number = PROFILES.iter().position(|profile| is_it(&profile))?;
        Some((number, PROFILES[number].is_second && self.script.is_none()))
    }

    /// Whether it may be written in `script` although it has no profile.
    fn is_unknown_in(&self, script: Script) -> bool {
        let own = self.script.unwrap_or_else(|| {
            let is_in = |list: &str| {
                let mut list = list.split(' ');
                list.any(|other| other.eq_ignore_ascii_case(self.primary))
            };
            match () {
                () if is_in(OTHER_CYRILLIC) => Script::Cyrillic,
                () if is_in(NEITHER) => Script::Other,
                () => Script::Latin,
            }
        });
        own == script && !self.is_known()
    }

    fn is_latin(&self) -> bool {
        let main = self
            .profile(Script::Latin)
            .filter(|(_, is_second)| !is_second);
        main.is_some() || self.is_unknown_in(Script::Latin)
    }
}

/// Languages without a profile that are written in Cyrillic.
const OTHER_CYRILLIC: &str = "mn mk tg ce cv os ba ab av kv udm sah tyv alt xal kbd";

/// Languages without a profile that are written neither in Cyrillic nor in Latin.
const NEITHER: &str = "ar fa ur ps ug ckb sd dv he yi zh yue ja ko ka hy el hi bn mr ne pa gu ta te kn ml si \
                       th lo km my bo dz am ti";

/// What the words say.
#[derive(Default)]
struct Points {
    words: usize,
    /// The words of each script, and the place of its first word.
    scripts: [ScriptCount; 3],
    points: [i32; PROFILES.len()],
}

#[derive(Clone, Copy, Default)]
struct ScriptCount {
    words: i32,
    first: usize,
}

impl Points {
    /// Adds a word, and returns whether more are looked at.
    fn add(&mut self, word: &words::WordEvidence) -> bool {
        let script = &mut self.scripts[word.script as usize];
        if script.words == 0 {
            script.first = self.words;
        }
        script.words += 1;
        self.words += 1;
        for (set, points) in [
            (word.common, COMMON_POINTS),
            (word.ending, ENDING_POINTS),
            (word.foreign, FOREIGN_POINTS),
        ] {
            for number in members(set) {
                self.points[number] += points;
            }
        }
        self.words < WORDS_MAX
    }

    /// The language of most points; of equal ones the first that is listed. `None` if nothing speaks for
    /// any of them.
    fn best<'l>(&self, listed: &[Listed<'l>]) -> Option<&'l str> {
        let scripts = [Script::Cyrillic, Script::Latin, Script::Other];
        let most = scripts.into_iter().max_by_key(|script| {
            let count = self.scripts[*script as usize];
            (count.words, std::cmp::Reverse(count.first))
        })?;
        let words = self.scripts[most as usize].words;
        if words == 0 {
            return None;
        }
        let points = |number: usize| self.points[number];
        let enough =
            |points: i32| points >= UNEXPECTED_POINTS_MIN && points * WORDS_PER_POINT >= words;
        let mut best = None;
        // Without a profile, the site's language has no points, so the others need many.
        let unknown = listed.first().filter(|site| site.is_unknown_in(most));
        if let Some(site) = unknown {
            best = Some((site.tag, words / WORDS_PER_POINT_BESIDE_UNKNOWN));
        }
        let profiles = |wanted: bool| {
            listed.iter().filter_map(move |listed| {
                let (number, is_second) = listed.profile(most)?;
                (is_second == wanted).then_some((listed.tag, points(number)))
            })
        };
        let english = || {
            let number = PROFILES
                .iter()
                .position(|profile| profile.language == "en")?;
            let is_free = most == Script::Latin && !listed.iter().any(Listed::is_latin);
            is_free.then_some(("en", points(number)))
        };
        let second = profiles(true)
            .chain(english())
            .filter(|(_, points)| enough(*points));
        for (tag, points) in profiles(false).chain(second) {
            if best.is_none_or(|(_, most)| points > most) {
                best = Some((tag, points));
            }
        }
        best.map(|(tag, _)| tag)
    }
}

#[cfg(test)]
mod tests;
