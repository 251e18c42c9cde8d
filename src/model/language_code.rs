//! Codes and names that people write for a language, and the language's own code.

/// The code of BCP 47 for a language that is written by its name, by a code of three letters, or by the code of a
/// country; `None` if it is none of these.
pub fn meant_language(text: &str) -> Option<&'static str> {
    let text = text.trim().to_lowercase();
    let primary = text.split(['-', '_']).next().unwrap_or_default();
    let of = |name: &str| {
        let mut languages = LANGUAGES.iter();
        let found = languages.find(|(_, names)| names.split(' ').any(|known| known == name));
        found.map(|(code, _)| *code)
    };
    of(&text).or_else(|| of(primary))
}

/// Each language with its names, its codes of three letters, and the countries whose code is taken for it. A code of
/// a language above is none of them; `kg` and `kr`, which are Kongo and Kanuri, are: they count where no article is in
/// these.
const LANGUAGES: [(&str, &str); 27] = [
    ("kk", "kz kaz қазақша қазақ казахский kazakh qazaqsha qazaq"),
    ("ru", "rus русский орысша russian"),
    ("en", "eng us gb английский ағылшынша english"),
    ("uk", "ua ukr украинский українська ukrainian"),
    ("be", "by bel белорусский беларуская belarusian"),
    ("ky", "kg kir кыргызский киргизский кыргызча kyrgyz"),
    ("uz", "uzb узбекский uzbek o'zbek"),
    ("tg", "tj tgk таджикский тоҷикӣ tajik"),
    ("tk", "tkm туркменский turkmen"),
    ("az", "aze азербайджанский azerbaijani"),
    ("hy", "hye arm армянский armenian"),
    ("ka", "kat geo грузинский georgian"),
    ("tt", "tat татарский tatar"),
    ("ug", "uig уйгурский уйғурчә uyghur"),
    ("mn", "mon монгольский mongolian"),
    ("tr", "tur турецкий türkçe turkish"),
    ("de", "deu ger немецкий deutsch german"),
    ("fr", "fra fre французский français french"),
    ("es", "spa испанский español spanish"),
    ("it", "ita итальянский italiano italian"),
    ("pl", "pol польский polski polish"),
    ("cs", "cz ces cze чешский čeština czech"),
    ("el", "gr ell gre греческий greek"),
    ("da", "dk dan датский dansk danish"),
    ("zh", "cn zho chi китайский chinese"),
    ("ja", "jp jpn японский japanese"),
    ("ko", "kr kor корейский korean"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_found_by_what_people_write_for_them() {
        for (text, expected) in [
            ("kz", Some("kk")),
            ("KZ", Some("kk")),
            ("kz-KZ", Some("kk")),
            ("ua", Some("uk")),
            ("cz", Some("cs")),
            ("kg", Some("ky")),
            ("by", Some("be")),
            ("rus", Some("ru")),
            ("Русский", Some("ru")),
            ("Қазақша", Some("kk")),
            ("ru", None),
            ("uk", None),
            ("клингонский", None),
            ("", None),
        ] {
            assert_eq!(meant_language(text), expected, "{text}");
        }
    }

    #[test]
    fn no_name_of_a_language_is_the_code_of_another() {
        let names = LANGUAGES.iter().flat_map(|(_, names)| names.split(' '));
        for name in names {
            let is_code = LANGUAGES.iter().any(|(code, _)| *code == name);
            assert!(!is_code, "{name}");
        }
    }
}
