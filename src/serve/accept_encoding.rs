//! The choice of a content coding, RFC 9110 §12.5.3.
//!
//! In order of precedence: a coding that the client names has its own weight; any other has the weight
//! of `*`; without `*`, only `identity` is acceptable. The highest weight wins, and of equal weights the
//! best compression. If the client refuses every coding, it gets `identity`: an error would not help it.

use hyper::header::{GetAll, HeaderValue};

use crate::feed::coding::Coding;

pub(super) fn choose(accepted: GetAll<'_, HeaderValue>) -> Coding {
    let elements: Vec<(&str, u16)> = accepted
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(element)
        .collect();
    let weight = |coding: Coding| {
        let weight_of = |name: &str| {
            let mut elements = elements.iter();
            elements.find_map(|(other, weight)| is_name(other, name).then_some(*weight))
        };
        let weight = weight_of(coding.name()).or_else(|| weight_of("*"));
        weight.unwrap_or(u16::from(coding == Coding::Identity))
    };
    let mut best = (Coding::Identity, 0);
    for coding in Coding::ALL {
        let weight = weight(coding);
        if weight > best.1 {
            best = (coding, weight);
        }
    }
    best.0
}

/// A coding and its weight in thousandths, which is 0 if it is invalid.
fn element(text: &str) -> Option<(&str, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let weight = parts.find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case("q")
            .then(|| thousandths(value.trim()))
    });
    Some((name, weight.unwrap_or(1000)))
}

fn thousandths(value: &str) -> u16 {
    match value.parse::<f32>() {
        Ok(weight) if (0.0..=1.0).contains(&weight) => (weight * 1000.0).round() as u16,
        _ => 0,
    }
}

/// `x-gzip` is another name of `gzip` (RFC 9110 §8.4.1.3).
fn is_name(element: &str, name: &str) -> bool {
    element.eq_ignore_ascii_case(name) || (name == "gzip" && element.eq_ignore_ascii_case("x-gzip"))
}

#[cfg(test)]
mod tests {
    use hyper::header::{ACCEPT_ENCODING, HeaderMap};

    use super::*;

    #[test]
    fn the_coding_with_the_highest_weight_is_chosen() {
        for (accepted, expected) in [
            (&[][..], Coding::Identity),
            (&[""], Coding::Identity),
            (&["gzip"], Coding::Gzip),
            (&["x-gzip"], Coding::Gzip),
            (&["GZIP;Q=1"], Coding::Gzip),
            (&["deflate, gzip, br, zstd"], Coding::Zstd),
            (&["gzip, deflate, br"], Coding::Brotli),
            (&["br;q=0.9, gzip"], Coding::Gzip),
            (&["zstd;q=0, br;q=0.001"], Coding::Brotli),
            (&["br", "gzip;q=0.1"], Coding::Brotli),
            (&["gzip;q=0"], Coding::Identity),
            (&["gzip;q=0, *"], Coding::Zstd),
            (&["*"], Coding::Zstd),
            (&["*;q=0"], Coding::Identity),
            (&["identity, gzip;q=0.5"], Coding::Identity),
            (&["identity;q=0.5, gzip"], Coding::Gzip),
            (&["identity;q=0, br"], Coding::Brotli),
            (&["gzip;q=much"], Coding::Identity),
            (&["br, deflate"], Coding::Brotli),
        ] {
            let mut headers = HeaderMap::new();
            for value in accepted {
                headers.append(ACCEPT_ENCODING, value.parse().expect("a header value"));
            }
            assert_eq!(
                choose(headers.get_all(ACCEPT_ENCODING)),
                expected,
                "{accepted:?}"
            );
        }
    }
}
