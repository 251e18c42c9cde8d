//! Letters that readers type for each other, made the same, so that a search finds a word in any spelling.

use icu_normalizer::ComposingNormalizerBorrowed;

/// The text in lower case and NFC, with one letter for each group of letters that are typed for each other:
///
/// - `ё` is `е`;
/// - a Kazakh letter is the Russian one that stands for it on keyboards without it (`қ` is `к`, `і` is `и`);
/// - a Latin letter is the Cyrillic one that looks like it (`c` is `с`).
///
/// The Latin `h` is the Kazakh `һ`, which it is often typed for, but a capital `H` in a word with Cyrillic
/// letters is `Н`. Every prefix of a word without such an `H` becomes a prefix of the folded word.
pub fn fold_letters(text: &str) -> String {
    let text = ComposingNormalizerBorrowed::new_nfc().normalize(text);
    let mut folded = String::with_capacity(text.len());
    for part in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        match part.contains('H') && part.contains(is_cyrillic) {
            true => folded.extend(part.replace('H', "н").chars().flat_map(fold_letter)),
            false => folded.extend(part.chars().flat_map(fold_letter)),
        }
    }
    folded
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}')
}

fn fold_letter(c: char) -> impl Iterator<Item = char> {
    // The lower case of a few letters has two characters.
    c.to_lowercase().map(|c| match c {
        'ё' | 'ë' | 'e' => 'е',
        'ә' | 'a' => 'а',
        'ғ' => 'г',
        'қ' | 'k' => 'к',
        'ң' => 'н',
        'ө' | 'o' => 'о',
        'ұ' | 'ү' | 'y' => 'у',
        'һ' | 'h' | 'x' => 'х',
        'і' | 'i' => 'и',
        'b' => 'в',
        'c' => 'с',
        'm' => 'м',
        'p' => 'р',
        't' => 'т',
        c => c,
    })
}

/// The text as it would be if the other keyboard layout, Russian or Latin, had been on: `vf;bkbc` was meant
/// to be `мажилис`.
pub fn switch_layout(text: &str) -> String {
    let keys = || LATIN_KEYS.chars().zip(RUSSIAN_KEYS.chars());
    let to_russian = text.contains(|c: char| c.is_ascii_alphabetic());
    let switch = |c: char| {
        let found = match to_russian {
            true => keys().find(|&(latin, _)| latin == c),
            false => keys().find(|&(_, russian)| russian == c),
        };
        found.map_or(
            c,
            |(latin, russian)| if to_russian { russian } else { latin },
        )
    };
    text.to_lowercase().chars().map(switch).collect()
}

const LATIN_KEYS: &str = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
const RUSSIAN_KEYS: &str = "йцукенгшщзхъфывапролджэячсмитьбюё";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_are_typed_for_each_other_are_the_same() {
        for (text, expected) in [
            ("Ёлка", "елка"),
            ("Қазақстан", "казакстан"),
            ("ӘҒҚҢӨҰҮҺІ", "агкноуухи"),
            ("Пapлaмeнт", "парламент"),
            ("HАТО", "нато"),
            ("жиhаз", "жихаз"),
            ("Тiлші", "тилши"),
            ("и\u{306}", "й"),
            ("İ", "и\u{307}"),
            ("", ""),
        ] {
            assert_eq!(fold_letters(text), expected, "{text}");
        }
        for (text, other) in [
            ("CMАРТ", "смaрt"),
            ("Tesla", "TESLA"),
            ("Hyundai", "hyundai"),
        ] {
            assert_eq!(fold_letters(text), fold_letters(other), "{text}");
        }
    }

    #[test]
    fn keys_of_one_layout_are_those_of_the_other() {
        for (text, expected) in [
            ("vf;bkbc", "мажилис"),
            ("Ntckf", "тесла"),
            ("еуыдф", "tesla"),
            ("12", "12"),
            ("", ""),
        ] {
            assert_eq!(switch_layout(text), expected, "{text}");
        }
        assert_eq!(LATIN_KEYS.chars().count(), RUSSIAN_KEYS.chars().count());
    }
}
