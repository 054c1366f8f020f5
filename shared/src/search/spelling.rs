//! How far two words are apart: letters that are missing, too many, wrong, or two in the wrong order.

/// How many mistakes a word of so many letters may have: a word of three that may have one is any word.
pub(super) fn allowed(letters: usize) -> usize {
    match letters {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// The distance of two words if it is at most `most`. Optimal string alignment: what was swapped is not changed again.
pub(super) fn distance(one: &[char], other: &[char], most: usize) -> Option<usize> {
    let (longer, shorter) = if one.len() < other.len() { (other, one) } else { (one, other) };
    if longer.len() - shorter.len() > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=shorter.len()).collect();
    for (row, letter) in longer.iter().enumerate() {
        let mut next = Vec::with_capacity(last.len());
        next.push(row + 1);
        for (column, against) in shorter.iter().enumerate() {
            let at = |of: &[usize], column: usize| of.get(column).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&last, column) + usize::from(letter != against))
                .min(at(&last, column + 1) + 1)
                .min(at(&next, column) + 1);
            if row > 0 && column > 0 && longer.get(row - 1) == Some(against) && shorter.get(column - 1) == Some(letter)
            {
                best = best.min(at(&before, column - 1) + 1);
            }
            next.push(best);
        }
        if next.iter().min().is_none_or(|least| *least > most) {
            return None;
        }
        before = std::mem::replace(&mut last, next);
    }
    last.last().copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn apart(one: &str, other: &str, most: usize) -> Option<usize> {
        let letters = |word: &str| word.chars().collect::<Vec<_>>();
        distance(&letters(one), &letters(other), most)
    }

    #[test]
    fn mistakes_are_counted() {
        for (one, other, expected) in [
            ("slcak", "slack", Some(1)),
            ("postgress", "postgres", Some(1)),
            ("kubernets", "kubernetes", Some(1)),
            ("calender", "calendar", Some(1)),
            ("databse", "database", Some(1)),
            ("lsack", "slack", Some(1)),
            ("slack", "slack", Some(0)),
            ("slack", "slick", Some(1)),
            ("slack", "black", Some(1)),
            ("slack", "stock", Some(2)),
            ("slack", "kubernetes", None),
            ("", "ab", Some(2)),
        ] {
            assert_eq!(apart(one, other, 2), expected, "{one} {other}");
        }
        assert_eq!(apart("slack", "stock", 1), None);
    }

    proptest! {
        #[test]
        fn distance_is_symmetric_and_bounded(one in "[abc]{0,7}", other in "[abc]{0,7}") {
            let whole = apart(&one, &other, 9);
            prop_assert_eq!(whole, apart(&other, &one, 9));
            prop_assert_eq!(whole == Some(0), one == other);
            for most in 0..3 {
                prop_assert_eq!(apart(&one, &other, most), whole.filter(|distance| *distance <= most));
            }
        }
    }
}
