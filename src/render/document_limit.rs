//! The largest document: the oldest entries are left out of one that would be larger.
//!
//! The result is the longest beginning of the entries whose document fits, no matter how many further
//! entries were loaded, so that every machine and an export leave out the same ones.

/// How often the number of entries is estimated from their sizes before halving finds it.
const ESTIMATES_MAX: usize = 6;

/// The longest beginning of entries whose document has at most `bytes_max`: how many they are, and the
/// document. `None` if not even the first one fits.
///
/// `render` renders the first of them. `sizes` has about the bytes of each entry, never more than it has
/// in the document.
pub fn fit<D: AsRef<[u8]>, E>(
    sizes: &[u64],
    bytes_max: u64,
    mut render: impl FnMut(usize) -> Result<D, E>,
) -> Result<Option<(usize, D)>, E> {
    let mut longest = None;
    let (mut fitting, mut too_many) = (0, sizes.len() + 1);
    // Bytes of the document for each byte in `sizes`.
    let mut factor = 1.0;
    let mut estimates = 0;
    while too_many - fitting > 1 {
        let guess = match estimates < ESTIMATES_MAX {
            true => first_that_have(sizes, bytes_max as f64 / factor),
            false => fitting.midpoint(too_many),
        };
        estimates += 1;
        let count = guess.clamp(fitting + 1, too_many - 1);
        let document = render(count)?;
        let bytes = document.as_ref().len() as u64;
        if bytes <= bytes_max {
            (fitting, longest) = (count, Some((count, document)));
        } else {
            too_many = count;
            let estimated = sizes[..count].iter().sum::<u64>().max(1);
            factor = bytes as f64 / estimated as f64;
        }
    }
    Ok(longest)
}

/// How many of the first sizes are at most `most` together.
fn first_that_have(sizes: &[u64], most: f64) -> usize {
    let sums = sizes.iter().scan(0, |sum, size| {
        *sum += size;
        Some(*sum)
    });
    sums.take_while(|sum| *sum as f64 <= most).count()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// Fits entries of which each byte becomes `factor` bytes beside `markup`; how many, and how often it
    /// was rendered.
    fn fitted(sizes: &[u64], factor: u64, markup: u64, bytes_max: u64) -> (usize, usize) {
        let mut renders = 0;
        let fitted = fit(sizes, bytes_max, |count| {
            renders += 1;
            let bytes: u64 = sizes[..count]
                .iter()
                .map(|size| size * factor + markup)
                .sum();
            Ok::<_, Infallible>(vec![0; (bytes + markup) as usize])
        });
        let Ok(fitted) = fitted;
        (fitted.map_or(0, |(count, _)| count), renders)
    }

    #[test]
    fn the_longest_beginning_that_fits_is_found_in_a_few_renders() {
        for (sizes, factor, markup, bytes_max, expected, renders_max) in [
            (vec![], 1, 10, 100, 0, 0),
            (vec![10; 3], 1, 10, 100, 3, 1),
            (vec![10; 50], 1, 10, 100, 4, 4),
            (vec![100; 500], 1, 3, 10_000, 97, 4),
            (vec![100; 500], 5, 3, 10_000, 19, 4),
            (vec![101, 1, 1], 1, 0, 100, 0, 1),
            (vec![1, 1, 101, 1], 1, 0, 100, 2, 2),
            // The sizes say nothing.
            (vec![0; 500], 1, 10, 1000, 99, 16),
            (
                [vec![1; 400], vec![1000; 100]].concat(),
                3,
                90,
                20_000,
                214,
                8,
            ),
        ] {
            let (count, renders) = fitted(&sizes, factor, markup, bytes_max);
            assert_eq!(count, expected, "{} of {factor}, {markup}", sizes.len());
            assert!(
                renders <= renders_max,
                "{} of {factor}: {renders}",
                sizes.len()
            );
            // Further entries change nothing.
            let loaded = first_that_have(&sizes, bytes_max as f64) + 1;
            let loaded = &sizes[..loaded.min(sizes.len())];
            assert_eq!(fitted(loaded, factor, markup, bytes_max).0, expected);
        }
    }
}
