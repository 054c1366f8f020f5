//! Which servers of a segment a query's filters let through.

use super::facet::Facet;
use super::layout::ServerRow;
use super::query::Filters;
use super::segment::Segment;
use crate::model::Status;

/// Filters, by the numbers that a segment has for their values.
pub(super) struct Sieve {
    /// For each value, which filters it satisfies.
    satisfies: Vec<u16>,
    all: u16,
    statuses: [bool; 3],
    since: i64,
    until: i64,
}

impl Sieve {
    pub(super) fn new(filters: &Filters, segment: &Segment<'_>) -> Self {
        let mut statuses = [true, true, false];
        let (mut satisfies, mut all) = (Vec::new(), 0);
        for (facet, values) in &filters.values {
            if *facet == Facet::Status {
                let is_asked = |status: Status| values.iter().any(|value| value == status.as_str());
                statuses = [Status::Active, Status::Deprecated, Status::Deleted].map(is_asked);
                continue;
            }
            let bit = 1 << facet.stored();
            all |= bit;
            satisfies.resize(segment.index.value_rows().len(), 0);
            for value in values {
                let number = segment.index.value_number(*facet, value);
                if let Some(place) = number.and_then(|number| satisfies.get_mut(number)) {
                    *place |= bit;
                }
            }
        }
        let since = filters.updated_since.unwrap_or(i64::MIN);
        Self { satisfies, all, statuses, since, until: filters.updated_until.unwrap_or(i64::MAX) }
    }

    pub(super) fn lets(&self, segment: &Segment<'_>, row: &ServerRow) -> bool {
        let updated_at = row.updated_at.get();
        self.statuses.get(usize::from(row.status)).copied().unwrap_or_default()
            && (updated_at > self.since || self.since == i64::MIN)
            && updated_at <= self.until
            && (self.all == 0 || self.satisfied(segment, row) == self.all)
    }

    fn satisfied(&self, segment: &Segment<'_>, row: &ServerRow) -> u16 {
        let held = segment.index.held_by(row).iter();
        held.fold(0, |satisfied, value| {
            satisfied | self.satisfies.get(value.get() as usize).copied().unwrap_or_default()
        })
    }
}
