//! Time zones, and what people write for them: offsets, cities.

use crate::config::form::{Form, Mismatch, matching};
use crate::model::time::Zone;
use crate::text::nearest::nearest;

pub(in crate::config) const ZONE: Form<Zone> = Form {
    expected: || "a time zone such as `Asia/Almaty`".to_owned(),
    schema: || matching(r"\S"),
    parse: zone,
};

fn zone(name: &str) -> Result<Zone, Mismatch> {
    Zone::find(name).ok_or_else(|| {
        let near = nearest_zone(name);
        ZONE.mismatch().did_you_mean(near)
    })
}

/// The zone of an offset, of a city, or of nearly that name.
fn nearest_zone(name: &str) -> Option<String> {
    if let Some(zone) = zone_of_offset(name) {
        return Some(zone);
    }
    let city = name
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .trim()
        .to_lowercase();
    let city = city.replace('_', " ");
    let city = CITIES.iter().find(|(cities, _)| cities.contains(&&*city));
    if let Some((_, zone)) = city {
        return Some((*zone).to_owned());
    }
    let known = Zone::names();
    let near = nearest(name, known.iter().map(String::as_str));
    let of_city = || {
        let cities = || known.iter().filter_map(|zone| zone.rsplit('/').next());
        let city = nearest(name.rsplit('/').next()?, cities())?;
        known
            .iter()
            .find(|zone| zone.rsplit('/').next() == Some(city))
            .map(String::as_str)
    };
    near.or_else(of_city).map(str::to_owned)
}

/// Cities that no zone is named after, with the zone whose time they have, and cities in their own letters.
const CITIES: [(&[&str], &str); 9] = [
    (
        &[
            "astana",
            "nur-sultan",
            "shymkent",
            "karaganda",
            "kazakhstan",
            "alma-ata",
            "астана",
            "алматы",
            "шымкент",
            "караганда",
            "қарағанды",
        ],
        "Asia/Almaty",
    ),
    (&["бишкек", "osh", "ош"], "Asia/Bishkek"),
    (&["ташкент"], "Asia/Tashkent"),
    (
        &[
            "moskva",
            "msk",
            "st petersburg",
            "saint petersburg",
            "москва",
            "санкт-петербург",
        ],
        "Europe/Moscow",
    ),
    (&["минск"], "Europe/Minsk"),
    (&["киев", "київ", "kharkiv", "lviv", "odesa"], "Europe/Kyiv"),
    (&["beijing", "peking"], "Asia/Shanghai"),
    (&["delhi", "new delhi", "mumbai"], "Asia/Kolkata"),
    (&["washington", "boston"], "America/New_York"),
];

/// The zone with a fixed offset, such as `UTC+5` or `+05:00`. Its name has the sign of POSIX: hours behind.
fn zone_of_offset(name: &str) -> Option<String> {
    let name = name.trim().to_ascii_uppercase();
    let offset = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let (sign, hours) = match offset.strip_prefix('+') {
        Some(hours) => ('-', hours),
        None => ('+', offset.strip_prefix('-')?),
    };
    let hours = hours.strip_suffix(":00").unwrap_or(hours);
    let zone = format!("Etc/GMT{sign}{}", hours.parse::<u8>().ok()?);
    Zone::find(&zone).is_some().then_some(zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testkit::check;

    #[test]
    fn zones() {
        check(
            zone,
            &[
                ("UTC", "UTC"),
                ("Asia/Almaty", "Asia/Almaty"),
                ("Asia/Almata", "(did you mean `Asia/Almaty`?)"),
                ("Almaty", "(did you mean `Asia/Almaty`?)"),
                ("UTC+5", "(did you mean `Etc/GMT-5`?)"),
                ("+05:00", "(did you mean `Etc/GMT-5`?)"),
                ("GMT+5", "(did you mean `Etc/GMT-5`?)"),
                ("Astana", "(did you mean `Asia/Almaty`?)"),
                ("Asia/Astana", "(did you mean `Asia/Almaty`?)"),
                ("Азия/Алматы", "a time zone such as `Asia/Almaty`"),
                ("", "a time zone such as `Asia/Almaty`"),
            ],
        );
    }
}
