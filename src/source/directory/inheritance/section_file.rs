//! A folder's own file, `_index.md`: what it says of the articles below the folder.

use super::cascade::{self, Cascade};
use crate::config::LegacyEncoding;
use crate::model::article::AcceptSettings;
use crate::model::problem::Severity;
use crate::source::article_file::fields::inherited_date;
use crate::source::article_file::hidden::{self, Hiding, hiding};
use crate::source::article_file::tree::{KeyValue, Node, Value};
use crate::source::article_file::{ParseContext, encoding, front_matter, key_name, rough_keys};
use crate::text;

/// What one such file says.
#[derive(Clone, Debug, Default)]
pub(super) struct SectionFile {
    /// The language in the file's name.
    language: Option<String>,
    /// It is a draft, or cannot be understood: everything below is hidden.
    pub(super) is_draft: bool,
    /// What is not understood, or that it hides something, for people.
    pub(super) problem: Option<(Severity, String)>,
    cascades: Vec<Cascade>,
}

impl SectionFile {
    /// A file that cannot be read hides everything below it.
    pub(super) fn unreadable(reason: String) -> SectionFile {
        SectionFile {
            is_draft: true,
            problem: Some((
                Severity::Error,
                format!("{reason}; what is below its folder is hidden"),
            )),
            ..SectionFile::default()
        }
    }

    /// Reads its front matter. A file without any says nothing.
    pub(super) fn parse(
        bytes: &[u8],
        legacy: LegacyEncoding,
        settings: &AcceptSettings,
    ) -> SectionFile {
        let text = match encoding::decode(bytes, legacy) {
            Ok(text) => text,
            Err(refusal) => return SectionFile::unreadable(refusal.reason),
        };
        let text = text::clean(text.strip_prefix('\u{feff}').unwrap_or(&text));
        match front_matter::split(&text, &ParseContext::new(settings, None)) {
            Ok(file) => SectionFile::of(&file.pairs, settings),
            Err(_) if !may_have_keys(&text, settings) => SectionFile::default(),
            Err(refusal) => SectionFile::unreadable(refusal.reason),
        }
    }

    fn of(pairs: &[KeyValue], settings: &AcceptSettings) -> SectionFile {
        let mut file = SectionFile::default();
        for pair in pairs {
            if hidden::is_draft(&pair.key, settings) {
                match hiding(std::slice::from_ref(pair), settings) {
                    Hiding::Shown => {}
                    // Hugo does not hide what is below a draft, so its sites have to be told.
                    Hiding::Hidden => {
                        file.is_draft = true;
                        let reason = "it is a draft, so what is below its folder is hidden";
                        file.problem = Some((Severity::Warning, reason.to_owned()));
                    }
                    not_understood @ Hiding::NotUnderstood { .. } => {
                        file.is_draft = true;
                        file.problem = not_understood_reason(&not_understood);
                    }
                }
            }
            if key_name::is(&pair.key, "cascade") {
                match cascade::parse(&pair.node, settings) {
                    Ok(cascades) => file.cascades.extend(cascades),
                    Err(reason) => return SectionFile::unreadable(reason),
                }
            }
        }
        let cascaded = file
            .cascades
            .iter_mut()
            .flat_map(|cascade| &mut cascade.pairs);
        for pair in cascaded {
            let hiding = hiding(std::slice::from_ref(pair), settings);
            if let Some(reason) = not_understood_reason(&hiding) {
                file.problem.get_or_insert(reason);
                *pair = hidden_in_place_of(pair, settings);
            } else if let Err(refusal) = inherited_date(std::slice::from_ref(pair), settings) {
                return SectionFile::unreadable(refusal.reason);
            }
        }
        file
    }

    /// The same file with a language in its name.
    pub(super) fn of_language(&self, language: &str) -> SectionFile {
        SectionFile {
            language: Some(language.to_owned()),
            ..self.clone()
        }
    }

    /// Whether something below may be hidden by it.
    pub(super) fn hides_something(&self) -> bool {
        self.is_draft || !self.cascades.is_empty()
    }

    /// Whether it speaks of an article with this language in its name. Without a language the file speaks
    /// of all, because another may be missing.
    pub(super) fn is_for(&self, language_of_name: Option<&str>, site_language: &str) -> bool {
        let of_article = language_of_name.unwrap_or(site_language);
        self.language
            .as_deref()
            .is_none_or(|language| language == of_article)
    }

    /// The hiding keys of all cascades that fit an article, in their order.
    pub(super) fn pairs_for<'s>(
        &'s self,
        path: &'s str,
        key: &'s str,
        language: &'s str,
    ) -> impl Iterator<Item = &'s KeyValue> {
        let fitting = self.cascades.iter();
        let fitting = fitting.filter(move |cascade| cascade.fits(path, key, language));
        fitting.flat_map(|cascade| &cascade.pairs)
    }
}

/// Whether a text may have front matter: it begins with it, behind comments and headings, or something above
/// it hides its beginning.
fn may_have_keys(text: &str, settings: &AcceptSettings) -> bool {
    let is_cascade = |line: &str| {
        let key = line.split([':', '=']).next().unwrap_or_default();
        key_name::is(key.trim_matches(['[', ']', ' ', '"', '\'']), "cascade")
    };
    let mut keys = rough_keys::find(text, settings);
    keys.retain(|pair| hidden::is_draft(&pair.key, settings));
    if hiding(&keys, settings) != Hiding::Shown || text.lines().any(is_cascade) {
        return true;
    }
    let lines = text.lines().map(str::trim);
    let mut lines = lines.filter(|line| !line.is_empty());
    let first = lines.find(|line| !(line.starts_with(['#', '%']) || line.starts_with("<!--")));
    first.is_some_and(|line| line.starts_with(['+', '{']) || line.starts_with("---"))
}

fn not_understood_reason(hiding: &Hiding) -> Option<(Severity, String)> {
    let Hiding::NotUnderstood { key, value, .. } = hiding else {
        return None;
    };
    let reason = format!("`{key}`: `{value}` is not understood");
    let reason = format!("{reason}, so what is below its folder is hidden");
    Some((Severity::Error, reason))
}

/// A pair with the same key that hides for certain, so that an article's own value still comes before it.
/// Where there is none, an article that inherits the pair is refused.
fn hidden_in_place_of(pair: &KeyValue, settings: &AcceptSettings) -> KeyValue {
    let same_key = [true, false].map(|value| KeyValue {
        key: pair.key.clone(),
        node: Node {
            line: 0,
            value: Value::Bool(value),
        },
    });
    let hides = |pair: &KeyValue| hiding(std::slice::from_ref(pair), settings) == Hiding::Hidden;
    let found = same_key.into_iter().find(hides);
    found.unwrap_or_else(|| pair.clone())
}
