//! The languages that a site lists, and which of them a text in a script may be in.

use super::profiles::{PROFILES, Profile, ProfileSet, Script};

/// The scripts, in the order of their numbers.
pub(super) const SCRIPTS: [Script; 3] = [Script::Cyrillic, Script::Latin, Script::Other];

/// What BCP 47 writes for a language that is not determined: it may have any script.
const UNDETERMINED: &str = "und";

/// The profiles of the listed languages and of English.
pub(super) fn profiles(listed: &[Listed<'_>]) -> ProfileSet {
    let profiles = PROFILES.iter().enumerate();
    let profiles = profiles.filter(|(_, profile)| {
        profile.language == "en" || listed.iter().any(|listed| listed.speaks(profile))
    });
    profiles.fold(0, |set, (number, _)| set | 1 << number)
}

/// The languages that a text in one script may be in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidates {
    /// The site's language, where it may be written in the script but has no profile.
    pub(super) unknown_site: Option<String>,
    /// In the order of preference.
    pub(super) languages: Vec<Candidate>,
}

/// A language that a text may be in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) tag: String,
    /// The number of its profile.
    pub(super) profile: usize,
    /// Whether it needs many points: it is in its second script, or it is English that is not listed.
    pub(super) is_unexpected: bool,
}

impl Candidates {
    /// `listed` has the site's language first.
    pub(super) fn new(listed: &[Listed<'_>], script: Script) -> Candidates {
        let site = listed.first();
        let unknown_site = site.filter(|site| site.is_unknown_in(script));
        let profiles = listed.iter().filter_map(|listed| {
            let (profile, is_second) = listed.profile(script)?;
            Some(Candidate {
                tag: listed.tag.to_owned(),
                profile,
                is_unexpected: is_second,
            })
        });
        let mut languages: Vec<Candidate> = profiles.collect();
        languages.sort_by_key(|candidate| candidate.is_unexpected);
        let english = PROFILES.iter().position(|profile| profile.language == "en");
        if let Some(profile) = english
            && script == Script::Latin
            && !listed.iter().any(Listed::is_latin)
        {
            let english = Candidate {
                tag: "en".to_owned(),
                profile,
                is_unexpected: true,
            };
            languages.insert(0, english);
        }
        Candidates {
            unknown_site: unknown_site.map(|site| site.tag.to_owned()),
            languages,
        }
    }
}

/// A language in which the site publishes.
pub(super) struct Listed<'l> {
    tag: &'l str,
    primary: &'l str,
    /// The script that the tag names.
    script: Option<Script>,
}

impl<'l> Listed<'l> {
    pub(super) fn new(tag: &'l str) -> Listed<'l> {
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
        if self.primary == UNDETERMINED {
            return true;
        }
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
