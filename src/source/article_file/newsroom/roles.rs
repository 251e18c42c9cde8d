//! Words for the role of an author, which may stand in any letter case.

/// Whether `text` begins with a role, as in `Специальный корреспондент` and `редактор отдела`.
pub(in crate::source) fn is_role(text: &str) -> bool {
    for word in text.split(|c: char| c.is_whitespace() || c == '-') {
        let word = word.trim_end_matches([',', '(', ':', '.']).to_lowercase();
        if is_in(&word, &ROLES, &ROLE_STEMS) {
            return true;
        }
        if !is_in(&word, &QUALIFIERS, &QUALIFIER_STEMS) {
            return false;
        }
    }
    false
}

fn is_in(word: &str, words: &[&str], stems: &[&str]) -> bool {
    words.contains(&word) || stems.iter().any(|stem| word.starts_with(stem))
}

const ROLES: [&str; 18] = [
    "собкор",
    "спецкор",
    "колумнист",
    "репортер",
    "репортёр",
    "фотограф",
    "оператор",
    "политолог",
    "экономист",
    "эксперт",
    "автор",
    "шолушы",
    "шолушысы",
    "correspondent",
    "reporter",
    "writer",
    "columnist",
    "photographer",
];

/// Roles that have endings.
const ROLE_STEMS: [&str; 9] = [
    "корреспондент",
    "фотокорреспондент",
    "обозревател",
    "редактор",
    "журналист",
    "журналис",
    "тілші",
    "ведущ",
    "editor",
];

/// Words that only stand before a role.
const QUALIFIERS: [&str; 13] = [
    "фото",
    "теле",
    "арнайы",
    "меншікті",
    "аға",
    "бас",
    "шеф",
    "senior",
    "chief",
    "staff",
    "special",
    "managing",
    "deputy",
];

const QUALIFIER_STEMS: [&str; 9] = [
    "специальн",
    "собственн",
    "главн",
    "старш",
    "выпускающ",
    "политическ",
    "экономическ",
    "спортивн",
    "штатн",
];
