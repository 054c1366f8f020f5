//! How many of the servers that were found have which values.

use std::cmp::Reverse;

use super::facet::Facet;
use super::find::{Candidate, FacetCount};
use super::segment::Segment;
use crate::limits;

/// Counts by number, and looks at texts only of the few values that are answered: namespaces are nearly as many as servers.
pub(super) fn count_facets(segments: &[Segment<'_>], found: &[Candidate]) -> Vec<(Facet, Vec<FacetCount>)> {
    let mut counts: Vec<Vec<u32>> = segments.iter().map(|segment| vec![0; segment.index.value_rows().len()]).collect();
    for candidate in found {
        let number = usize::from(candidate.segment);
        let (Some(segment), Some(counts)) = (segments.get(number), counts.get_mut(number)) else { continue };
        let Some(row) = segment.index.rows().get(candidate.server as usize) else { continue };
        for value in segment.index.held_by(row) {
            if let Some(count) = counts.get_mut(value.get() as usize) {
                *count += 1;
            }
        }
    }
    let Some((base, others)) = segments.split_first() else { return Vec::new() };
    let (base_counts, other_counts) = counts.split_at_mut(1);
    let Some(base_counts) = base_counts.first_mut() else { return Vec::new() };
    // What the first segment has too is counted there.
    let mut foreign: Vec<(Facet, u32, &str)> = Vec::new();
    for (segment, counts) in others.iter().zip(other_counts) {
        for (number, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let Some((facet, text)) = segment.index.value(number) else { continue };
            match base.index.value_number(facet, text).and_then(|number| base_counts.get_mut(number)) {
                Some(of_base) => *of_base += count,
                None => foreign.push((facet, *count, text)),
            }
        }
    }
    let mut by_facet: [Vec<(Reverse<u32>, usize)>; Facet::ALL.len()] = Default::default();
    for (number, (count, row)) in base_counts.iter().zip(base.index.value_rows()).enumerate() {
        if *count > 0
            && let Some(of_facet) = by_facet.get_mut(usize::from(row.facet))
        {
            of_facet.push((Reverse(*count), number));
        }
    }
    let facets = Facet::ALL.into_iter().zip(by_facet).map(|(facet, mut numbers)| {
        // Numbers are in the order of texts.
        if numbers.len() > limits::SEARCH_FACET_VALUES {
            numbers.select_nth_unstable(limits::SEARCH_FACET_VALUES);
            numbers.truncate(limits::SEARCH_FACET_VALUES);
        }
        let of_base = numbers.into_iter().filter_map(|(count, number)| Some((count.0, base.index.value(number)?.1)));
        let foreign = foreign.iter().filter(|(other, _, _)| *other == facet).map(|(_, count, text)| (*count, *text));
        let mut values: Vec<(u32, &str)> = of_base.chain(foreign).collect();
        values.sort_unstable_by_key(|(count, text)| (Reverse(*count), *text));
        values.truncate(limits::SEARCH_FACET_VALUES);
        let counted =
            values.into_iter().map(|(count, text)| FacetCount { value: text.to_owned(), count: count as usize });
        (facet, counted.collect())
    });
    facets.collect()
}
