//! A selection as a sentence.

use crate::model::selection::Selection;
use crate::model::term::{Term, TermKind};
use crate::render::pages::build_query::Condition;
use crate::render::pages::locale::Locale;
use crate::render::pages::words::{BuildWords, TermPhrases, Words};

/// The sentence that says which articles a selection holds. `label` is a term as readers see it. The
/// selection has a term.
pub(super) fn describe(
    locale: Locale,
    selection: &Selection,
    label: impl Fn(&Term) -> String,
) -> String {
    let words = &Words::of(locale).build;
    let list = |condition: Condition, phrases: &TermPhrases, last: &str| {
        let terms = condition.terms(selection).iter();
        let terms: Vec<String> = terms
            .map(|term| phrase(words, term, &label(term), phrases))
            .collect();
        join(&terms, last)
    };
    let any = list(Condition::Any, &words.term, words.or);
    let all = list(Condition::All, &words.term, words.and);
    let none = list(Condition::None, &words.without_term, words.and_without);
    let with = [(words.with_any, any), (with_all(words, selection), all)];
    let with: Vec<String> = with
        .into_iter()
        .filter(|(_, terms)| !terms.is_empty())
        .map(|(pattern, terms)| pattern.replace("{terms}", &terms))
        .collect();
    let mut conditions = with.join(words.as_well);
    if with.is_empty() {
        return words.all_without.replace("{terms}", &none);
    }
    if !none.is_empty() {
        conditions.push_str(&words.but_without.replace("{terms}", &none));
    }
    words.articles.replace("{conditions}", &conditions)
}

/// How the terms of `all` stand in the sentence.
fn with_all(words: &BuildWords, selection: &Selection) -> &'static str {
    match selection.all.len() {
        1 => words.with_any,
        _ => words.with_all,
    }
}

fn phrase(words: &BuildWords, term: &Term, label: &str, phrases: &TermPhrases) -> String {
    match term.kind {
        TermKind::Tag => phrases.tag.replace("{name}", label),
        TermKind::Section => phrases.section.replace("{name}", label),
        TermKind::Author => phrases.author.replace("{name}", label),
        TermKind::Lang => {
            let language = words.in_language.phrase(term.key(), label);
            phrases.language.replace("{name}", &language)
        }
    }
}

/// `a, b or c`.
fn join(terms: &[String], last: &str) -> String {
    match terms {
        [] => String::new(),
        [term] => term.clone(),
        [terms @ .., end] => format!("{}{last}{end}", terms.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::pages::feed_builder::label;

    #[test]
    fn a_selection_is_said_in_each_language() {
        for (query, expected) in [
            (
                "any=мажилис,section:парламент&none=спорт",
                [
                    "Статьи с #мажилис или из рубрики «парламент», но без #спорт",
                    "#мажилис немесе «парламент» айдары бар, #спорт жоқ мақалалар",
                    "Articles with #мажилис or in the section “парламент”, but without #спорт",
                ],
            ),
            (
                "all=a,b,author:в&none=section:г,д",
                [
                    "Статьи с #a, с #b и автора в, но без #д и не из рубрики «г»",
                    "#a, #b және авторы в қатар бар, #д және «г» айдары жоқ мақалалар",
                    "Articles with #a, with #b and by в, but without #д and not in the section “г”",
                ],
            ),
            (
                "any=a,b&all=c",
                [
                    "Статьи с #a или с #b, а ещё с #c",
                    "#a немесе #b бар, #c бар мақалалар",
                    "Articles with #a or with #b, and also with #c",
                ],
            ),
            (
                "any=a,b&all=c,lang:kk",
                [
                    "Статьи с #a или с #b, а ещё с #c и на казахском языке",
                    "#a немесе #b бар, #c және қазақ тілі қатар бар мақалалар",
                    "Articles with #a or with #b, and also with #c and in Kazakh",
                ],
            ),
            (
                "none=lang:en,lang:de,section:а",
                [
                    "Все статьи не из рубрики «а», не на языке «de» и не на английском языке",
                    "«а» айдары, «de» тілі және ағылшын тілі жоқ мақалалар",
                    "All articles not in the section “а”, not in the language “de” and not in English",
                ],
            ),
        ] {
            let selection = Selection::from_query(query).expect(query);
            let locales = [Locale::Ru, Locale::Kk, Locale::En];
            let sentences =
                locales.map(|locale| describe(locale, &selection, |term| label(term, term.key())));
            assert_eq!(sentences, expected, "{query}");
        }
    }
}
