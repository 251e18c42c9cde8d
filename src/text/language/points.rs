//! What the words of an article say about its language.

use super::listed::{Candidates, SCRIPTS};
use super::profiles::{PROFILES, ProfileSet, Script};
use super::words::{Place, WordEvidence};

/// The words that are looked at.
pub(super) const WORDS_MAX: usize = 200;

/// After this many words, and again after each [`WORDS_BETWEEN`], the reading ends if one language leads by
/// [`DECIDED_POINTS`] a word.
pub(super) const WORDS_MIN: usize = 48;

const WORDS_BETWEEN: usize = 16;

const DECIDED_POINTS: i32 = 8;

/// What an ending gives in plain text, which is called a point.
const POINT: i32 = 8;

/// The points that a word gives, in eighths of what an ending gives in plain text.
pub(super) struct Weights {
    /// To its script.
    word: i32,
    /// To the languages of which it is one of the commonest words.
    common: i32,
    /// To those of which it has a beginning.
    beginning: i32,
    /// To those of which it has an ending.
    ending: i32,
    /// To those of which it has an ending of three letters or more, in addition.
    long_ending: i32,
    /// To those of whose own letters it has one, and none that is not native.
    own: i32,
    /// To those that have letters of their own, none of which is in it.
    plain: i32,
    /// To those of these that have many, in addition.
    plain_of_many: i32,
    /// To those that have one of its letters or pairs in loan words only.
    loan: i32,
    /// To those that have no such letter.
    foreign: i32,
}

/// The points of a word by its place.
pub(super) const fn weights(place: Place) -> Weights {
    match place {
        Place::Text => Weights {
            word: 8,
            common: 16,
            beginning: 6,
            ending: 8,
            long_ending: 6,
            own: 8,
            plain: -1,
            plain_of_many: -3,
            loan: -8,
            foreign: -32,
        },
        // It may be a name.
        Place::SentenceStart => Weights {
            word: 8,
            common: 16,
            beginning: 6,
            ending: 8,
            long_ending: 6,
            own: 4,
            plain: -1,
            plain_of_many: -3,
            loan: -2,
            foreign: -12,
        },
        // A name keeps the letters of its language.
        Place::Name => Weights {
            word: 2,
            common: 8,
            beginning: 0,
            ending: 1,
            long_ending: 0,
            own: 1,
            plain: 0,
            plain_of_many: 0,
            loan: 0,
            foreign: -2,
        },
        Place::Quotation => Weights {
            word: 1,
            common: 1,
            beginning: 0,
            ending: 1,
            long_ending: 0,
            own: 0,
            plain: 0,
            plain_of_many: 0,
            loan: 0,
            foreign: -1,
        },
    }
}

/// A language in its second script, and English that is not listed, needs a point in so many words.
const WORDS_PER_POINT: i32 = 20;

/// The points that they need at least, but for a headline of less than [`SHORT_WORDS`] words.
const UNEXPECTED_POINTS_MIN: i32 = 2 * POINT;

const SHORT_WORDS: i32 = 5 * POINT;

/// What the words of such a text give to their script at least: two words that are no names.
const UNEXPECTED_WORDS_MIN: i32 = 2 * POINT;

/// Beside a site's language that has no profile and may be written in the same script, a point in so many.
const WORDS_PER_POINT_BESIDE_UNKNOWN: i32 = 4;

/// What the words say.
pub(super) struct Points {
    words: usize,
    /// The profiles that are looked at.
    profiles: ProfileSet,
    scripts: [ScriptPoints; SCRIPTS.len()],
    points: [i32; PROFILES.len()],
    /// The last word, if it stands at the start of a sentence.
    start: Option<WordEvidence>,
}

/// The points of a script, and the place of its first word.
#[derive(Clone, Copy, Default)]
struct ScriptPoints {
    points: i32,
    first: usize,
}

impl Points {
    /// No points yet, for the profiles that are looked at.
    pub(super) fn new(profiles: ProfileSet) -> Points {
        Points {
            words: 0,
            profiles,
            scripts: Default::default(),
            points: [0; PROFILES.len()],
            start: None,
        }
    }

    /// Adds a word, and returns whether more are looked at.
    pub(super) fn add(&mut self, word: &WordEvidence) -> bool {
        let script = &mut self.scripts[word.script as usize];
        if script.points == 0 {
            script.first = self.words;
        }
        self.words += 1;
        // A capital behind the first word of a sentence shows that both words are a name, unless the first
        // one is a common word.
        let start = self.start.take().filter(|start| start.common == 0);
        if let Some(start) = start.filter(|_| word.place == Place::Name) {
            self.count(&start, &weights(Place::SentenceStart), -1);
            self.count(&start, &weights(Place::Name), 1);
        }
        self.count(word, &weights(word.place), 1);
        if word.place == Place::SentenceStart {
            self.start = Some(*word);
        }
        let is_time = self.words >= WORDS_MIN && self.words.is_multiple_of(WORDS_BETWEEN);
        self.words < WORDS_MAX && !(is_time && self.is_decided())
    }

    /// Adds the points of a word `times` times.
    fn count(&mut self, word: &WordEvidence, weights: &Weights, times: i32) {
        self.scripts[word.script as usize].points += weights.word * times;
        for (set, points) in [
            (word.common, weights.common),
            (word.beginning, weights.beginning),
            (word.ending, weights.ending),
            (word.long_ending, weights.long_ending),
            (word.own, weights.own),
            (word.plain, weights.plain),
            (word.plain_of_many, weights.plain_of_many),
            (word.loan, weights.loan),
            (word.foreign, weights.foreign),
        ] {
            for number in members(set) {
                self.points[number] += points * times;
            }
        }
    }

    /// Whether the words behind are not likely to change the guess.
    fn is_decided(&self) -> bool {
        let (mut most, mut second) = (0, 0);
        for number in members(self.profiles) {
            let script = PROFILES[number].script;
            let points = self.points[number] + self.scripts[script as usize].points;
            if points > most {
                (most, second) = (points, most);
            } else {
                second = second.max(points);
            }
        }
        let words = i32::try_from(self.words).unwrap_or(i32::MAX);
        most - second >= words.saturating_mul(DECIDED_POINTS)
    }

    /// The script of the text: that of most words, where those that speak for one of its languages count
    /// more. `None` if there are no words.
    pub(super) fn script(&self, candidates: &[Candidates; SCRIPTS.len()]) -> Option<Script> {
        let score = |script: &Script| {
            let count = self.scripts[*script as usize];
            let languages = candidates[*script as usize].languages.iter();
            let most = languages
                .map(|language| self.points[language.profile])
                .max();
            let points = count.points + most.unwrap_or_default().max(0);
            (points, std::cmp::Reverse(count.first))
        };
        let most = SCRIPTS.into_iter().max_by_key(score)?;
        (self.scripts[most as usize].points > 0).then_some(most)
    }

    /// The language of most points; of equal ones the first that is listed. `None` if nothing speaks for
    /// any of them.
    pub(super) fn best<'l>(&self, candidates: &'l Candidates, script: Script) -> Option<&'l str> {
        let words = self.scripts[script as usize].points;
        let needed = match words < SHORT_WORDS {
            true => 0,
            false => (words / WORDS_PER_POINT).max(UNEXPECTED_POINTS_MIN),
        };
        let enough = |points: i32| words >= UNEXPECTED_WORDS_MIN && points >= needed;
        // Without a profile, the site's language has no points, so the others need many.
        let unknown = candidates.unknown_site.as_deref();
        let mut best = unknown.map(|site| (site, words / WORDS_PER_POINT_BESIDE_UNKNOWN));
        for language in &candidates.languages {
            let points = self.points[language.profile];
            if (!language.is_unexpected || enough(points))
                && best.is_none_or(|(_, most)| points > most)
            {
                best = Some((language.tag.as_str(), points));
            }
        }
        best.map(|(tag, _)| tag)
    }
}

/// The numbers of the profiles in a set.
fn members(mut set: ProfileSet) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let number = set.trailing_zeros();
        set &= set.checked_sub(1)?;
        usize::try_from(number).ok()
    })
}
