//! Durations: whole numbers with a unit, and what people write for them.

use super::is_number;
use crate::config::form::{Form, Mismatch, matching};

/// Seconds, written as one integer with `s`, `m`, `h` or `d`.
pub(in crate::config) const DURATION: Form<u32> = Form {
    expected: || "a duration: one whole number with s, m, h or d, such as `5m`".to_owned(),
    schema: || matching("^[0-9]+[smhd]$"),
    parse: duration,
};

pub(in crate::config) const POSITIVE_DURATION: Form<u32> = Form {
    expected: || format!("{}; at least `1s`", (DURATION.expected)()),
    schema: || matching("^0*[1-9][0-9]*[smhd]$"),
    parse: positive_duration,
};

fn duration(text: &str) -> Result<u32, Mismatch> {
    let mismatch = || {
        let meant = meant_duration(text);
        DURATION.mismatch().did_you_mean(meant)
    };
    let unit = text.chars().next_back().and_then(unit_seconds);
    let digits = text.get(..text.len().saturating_sub(1)).unwrap_or_default();
    let (Some(unit), true) = (unit, is_number(digits)) else {
        return Err(mismatch());
    };
    let number = digits.parse::<u32>().ok();
    let seconds = number.and_then(|number| number.checked_mul(unit));
    seconds
        .filter(|&seconds| seconds <= DURATION_SECONDS_MAX)
        .ok_or_else(|| Mismatch::expected("at most `36500d`"))
}

fn positive_duration(text: &str) -> Result<u32, Mismatch> {
    match duration(text)? {
        0 => Err(Mismatch::expected("at least `1s`")),
        seconds => Ok(seconds),
    }
}

/// A hundred years: no sum with a date leaves the calendar.
const DURATION_SECONDS_MAX: u32 = 36_500 * 86_400;

fn unit_seconds(unit: char) -> Option<u32> {
    match unit {
        's' => Some(1),
        'm' => Some(60),
        'h' => Some(3_600),
        'd' => Some(86_400),
        _ => None,
    }
}

/// `5 min` and `5M` mean `5m`, a bare `300` means `300s`, `1d12h`, `1.5d` and `P1DT12H` mean `36h`.
fn meant_duration(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let mut rest = text.strip_prefix('p').unwrap_or(&text);
    let (mut seconds, mut smallest) = (0_u64, u64::MAX);
    while !rest.is_empty() {
        // ISO 8601 has `T` in front of hours.
        rest = rest.trim_start_matches(['t', ' ']);
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'));
        let (number, behind) = rest.split_at(end.unwrap_or(rest.len()));
        let behind = behind.trim_start();
        let end = behind.find(|c: char| !c.is_alphabetic());
        let (word, behind) = behind.split_at(end.unwrap_or(behind.len()));
        let word = word.trim_end_matches('t');
        let unit = UNIT_WORDS
            .iter()
            .find(|(words, _)| words.contains(&word))?
            .1;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let scale = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let digits: u64 = format!("{whole}{fraction}").parse().ok()?;
        let part = digits.checked_mul(unit)?;
        if !part.is_multiple_of(scale) {
            return None;
        }
        seconds = seconds.checked_add(part / scale)?;
        smallest = smallest.min(unit);
        rest = behind.trim_start();
    }
    let mut units = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)].into_iter();
    let (unit, of) = units.find(|&(_, of)| of <= smallest && seconds.is_multiple_of(of))?;
    (1..=u64::from(DURATION_SECONDS_MAX))
        .contains(&seconds)
        .then(|| format!("{}{unit}", seconds / of))
}

/// What people write for a unit of time, and its seconds.
const UNIT_WORDS: [(&[&str], u64); 7] = [
    (
        &["", "s", "sec", "secs", "second", "seconds", "с", "сек"],
        1,
    ),
    (
        &["m", "min", "mins", "minute", "minutes", "м", "мин", "минут"],
        60,
    ),
    (
        &[
            "h",
            "hr",
            "hrs",
            "hour",
            "hours",
            "ч",
            "час",
            "часа",
            "часов",
            "сағ",
        ],
        3_600,
    ),
    (
        &[
            "d", "day", "days", "д", "дн", "день", "дня", "дней", "сут", "күн",
        ],
        86_400,
    ),
    (
        &[
            "w",
            "week",
            "weeks",
            "нед",
            "неделя",
            "недели",
            "недель",
            "апта",
        ],
        7 * 86_400,
    ),
    (
        &["mo", "month", "months", "мес", "месяц", "месяца", "ай"],
        30 * 86_400,
    ),
    (
        &["y", "year", "years", "год", "года", "лет", "жыл"],
        365 * 86_400,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testkit::check;

    #[test]
    fn durations() {
        let form = "one whole number with s, m, h or d, such as `5m`";
        check(
            duration,
            &[
                ("0s", "0"),
                ("90s", "90"),
                ("5m", "300"),
                ("24h", "86400"),
                ("1d", "86400"),
                ("36500d", "3153600000"),
                ("36501d", "at most `36500d`"),
                ("99999999999999999999d", "at most `36500d`"),
                ("5 min", "(did you mean `5m`?)"),
                ("5M", "(did you mean `5m`?)"),
                ("300", "(did you mean `300s`?)"),
                ("1h30m", form),
                ("-5m", form),
                ("+5m", form),
                ("1.5h", form),
                ("٥m", form),
                ("5м", form),
                ("m", form),
                ("", form),
            ],
        );
        check(positive_duration, &[("0m", "at least `1s`"), ("1s", "1")]);
    }
}
