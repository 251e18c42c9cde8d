//! The names of months and weekdays in English, Russian and Kazakh.

/// The month, from 1, that a word in lower case names: whole or shortened, in the forms that stand in dates.
pub fn month(word: &str) -> Option<u8> {
    Some(match word {
        "january" | "jan" | "январь" | "января" | "январе" | "янв" | "қаңтар" | "қаңтарда"
        | "қаң" => 1,
        "february" | "feb" | "февраль" | "февраля" | "феврале" | "февр" | "фев" | "ақпан"
        | "ақпанда" | "ақп" => 2,
        "march" | "mar" | "март" | "марта" | "марте" | "мар" | "наурыз" | "наурызда" | "нау" => {
            3
        }
        "april" | "apr" | "апрель" | "апреля" | "апреле" | "апр" | "сәуір" | "сәуірде" | "сәу" => {
            4
        }
        "may" | "май" | "мая" | "мае" | "мамыр" | "мамырда" | "мам" => 5,
        "june" | "jun" | "июнь" | "июня" | "июне" | "июн" | "маусым" | "маусымда" | "мау" => {
            6
        }
        "july" | "jul" | "июль" | "июля" | "июле" | "июл" | "шілде" | "шілдеде" | "шіл" => {
            7
        }
        "august" | "aug" | "август" | "августа" | "августе" | "авг" | "тамыз" | "тамызда"
        | "там" => 8,
        "september"
        | "sept"
        | "sep"
        | "сентябрь"
        | "сентября"
        | "сентябре"
        | "сент"
        | "сен"
        | "қыркүйек"
        | "қыркүйекте"
        | "қыр" => 9,
        "october" | "oct" | "октябрь" | "октября" | "октябре" | "окт" | "қазан" | "қазанда"
        | "қаз" => 10,
        "november" | "nov" | "ноябрь" | "ноября" | "ноябре" | "нояб" | "ноя" | "қараша"
        | "қарашада" | "қар" => 11,
        "december"
        | "dec"
        | "декабрь"
        | "декабря"
        | "декабре"
        | "дек"
        | "желтоқсан"
        | "желтоқсанда"
        | "жел" => 12,
        _ => return None,
    })
}

/// Whether a word in lower case names a day of the week.
pub fn is_weekday(word: &str) -> bool {
    matches!(
        word,
        "monday"
            | "tuesday"
            | "wednesday"
            | "thursday"
            | "friday"
            | "saturday"
            | "sunday"
            | "mon"
            | "tue"
            | "tues"
            | "wed"
            | "thu"
            | "thur"
            | "thurs"
            | "fri"
            | "sat"
            | "sun"
            | "понедельник"
            | "вторник"
            | "среда"
            | "среду"
            | "четверг"
            | "пятница"
            | "пятницу"
            | "суббота"
            | "субботу"
            | "воскресенье"
            | "пн"
            | "вт"
            | "ср"
            | "чт"
            | "пт"
            | "сб"
            | "вс"
            | "дүйсенбі"
            | "сейсенбі"
            | "сәрсенбі"
            | "бейсенбі"
            | "жұма"
            | "сенбі"
            | "жексенбі"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_weekdays_are_told_from_other_words() {
        for (word, expected) in [
            ("january", Some(1)),
            ("января", Some(1)),
            ("мая", Some(5)),
            ("мамырда", Some(5)),
            ("маусым", Some(6)),
            ("sept", Some(9)),
            ("желтоқсан", Some(12)),
            ("мак", None),
            ("марта́", None),
            ("mayor", None),
            ("", None),
        ] {
            assert_eq!(month(word), expected, "{word:?}");
        }
        for word in ["среду", "сәрсенбі", "tue"] {
            assert!(is_weekday(word), "{word:?}");
        }
        assert!(!is_weekday("среди"));
    }
}
