//! Letters that readers type for each other, made the same, so that a search finds a word in any spelling.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

/// The text with one letter for each group of letters that are typed for each other:
///
/// - `ё` is `е`;
/// - a Kazakh letter is the Russian one that stands for it on keyboards without it (`қ` is `к`, `і` is `и`);
/// - a Latin letter is the Cyrillic one that looks like it (`c` is `с`).
///
/// These letters become lower case. The Latin `h` is the Kazakh `һ`, which it is often typed for, but a
/// capital `H` in a word with Cyrillic letters is `Н`. Every prefix of a word without such an `H` becomes a
/// prefix of the folded word.
pub fn fold_letters(text: &str) -> String {
    // A letter and its marks are one of the letters below.
    let text = match text.contains(|c| matches!(c, '\u{300}'..='\u{36f}')) {
        true => ComposingNormalizerBorrowed::new_nfc().normalize(text),
        false => Cow::Borrowed(text),
    };
    if !text.contains('H') {
        return text.chars().map(fold_letter).collect();
    }
    let words = text.split_inclusive(|c: char| !c.is_alphanumeric());
    let fold = |word: &str| match word.contains(is_cyrillic) {
        true => word.replace('H', "н").chars().map(fold_letter).collect(),
        false => word.chars().map(fold_letter).collect::<String>(),
    };
    words.map(fold).collect()
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}')
}

fn fold_letter(c: char) -> char {
    match c {
        'ё' | 'Ё' | 'ë' | 'Ë' | 'e' | 'E' => 'е',
        'ә' | 'Ә' | 'a' | 'A' => 'а',
        'ғ' | 'Ғ' => 'г',
        'қ' | 'Қ' | 'k' | 'K' => 'к',
        'ң' | 'Ң' => 'н',
        'ө' | 'Ө' | 'o' | 'O' => 'о',
        'ұ' | 'Ұ' | 'ү' | 'Ү' | 'y' | 'Y' => 'у',
        'һ' | 'Һ' | 'h' | 'H' | 'x' | 'X' => 'х',
        'і' | 'І' | 'i' | 'I' => 'и',
        'b' | 'B' => 'в',
        'c' | 'C' => 'с',
        'm' | 'M' => 'м',
        'p' | 'P' => 'р',
        't' | 'T' => 'т',
        c => c,
    }
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
            ("Пapлaмeнт", "Парламент"),
            ("HАТО и HR", "нАТО и хR"),
            ("жиhаз", "жихаз"),
            ("Тiлші", "Тилши"),
            ("е\u{308}лка", "елка"),
            ("и\u{306}", "й"),
            ("", ""),
        ] {
            assert_eq!(fold_letters(text), expected, "{text}");
        }
        for (text, other) in [
            ("CMАРТ", "смaрt"),
            ("Tesla", "TESLA"),
            ("Hyundai", "hyundai"),
        ] {
            let folded = |text| fold_letters(text).to_lowercase();
            assert_eq!(folded(text), folded(other), "{text}");
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
