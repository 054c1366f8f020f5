//! `GET /x/dev.berth/changes`

use std::ops::ControlFlow;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::StatusCode;
use registry::cache::CachePolicy;
use registry::catalogue::{CatalogueError, History};
use registry::edge::{self, Query};
use registry::error::{ApiError, ErrorDetail, Problem};
use registry::limits;
use registry::snapshot::ChangeLine;
use registry::store::{Change, Serial};
use utoipa::ToSchema;

/// Changes after a serial, the oldest first, none left out.
#[derive(ToSchema)]
#[expect(dead_code, reason = "answers are put together from rendered entries; this type describes them")]
pub(crate) struct ChangeList {
    /// The changes.
    changes: Vec<ChangeLine<'static>>,
    /// About them.
    metadata: ChangeListMetadata,
}

/// About a list of changes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "as above")]
pub(crate) struct ChangeListMetadata {
    /// Changes of this answer.
    count: usize,
    /// What to ask for `since` the next time.
    next: u64,
    /// The serial of the registry now; nothing follows when `next` has reached it.
    serial: u64,
}

const START: &[u8] = b"{\"changes\":[";

/// Where a list of changes begins, and how long it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parameters {
    since: Serial,
    limit: usize,
}

/// Lists what changed after a serial, for those who keep a copy: oldest first, deletions included. Whoever is more than a
/// few thousand changes behind is better served by the files that the snapshot names.
#[utoipa::path(
    get,
    path = "/changes",
    tag = "mirrors",
    params(
        ("since" = Option<u64>, Query, description = "serial of the state that the client has; 0, the empty registry, unless given"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 1000, description = "most changes of the answer, 100 unless given; it ends earlier at 4 MB"),
    ),
    responses(
        (status = 200, body = ChangeList, headers(("berth-serial" = u64, description = "the serial of the registry"))),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "`since` is ahead of the registry"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_changes(
    State(state): State<crate::State>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let parameters = Parameters::parse(query.as_deref().unwrap_or_default())?;
    let serial = state.catalogue.view().await?.serial();
    if parameters.since > serial {
        return Err(ahead(parameters.since, serial));
    }
    let body = render(state.catalogue.history(), parameters, serial).await?;
    Ok(edge::at_serial(edge::json(body, CachePolicy::Catalogue), serial))
}

async fn render(history: &dyn History, parameters: Parameters, serial: Serial) -> Result<Vec<u8>, CatalogueError> {
    let Parameters { since, limit } = parameters;
    let mut body = START.to_vec();
    let mut next = since;
    let upto = since.plus(limit).min(serial);
    let mut page = |change: Change| {
        let (line, before) = (ChangeLine::from(change), body.len());
        if before > START.len() {
            body.push(b',');
        }
        line.render(&mut body);
        if body.len() > limits::CHANGES_PAGE_BYTES && before > START.len() {
            body.truncate(before);
            return ControlFlow::Break(());
        }
        next = line.serial;
        ControlFlow::Continue(())
    };
    history.each_change(since, upto, &mut page).await?;
    let count = next.0 - since.0;
    let end = format!("],\"metadata\":{{\"count\":{count},\"next\":{next},\"serial\":{serial}}}}}\n");
    body.extend_from_slice(end.as_bytes());
    Ok(body)
}

fn ahead(since: Serial, serial: Serial) -> ApiError {
    let detail = format!(
        "This registry is at serial {serial}, which is before {since}: whoever has more has followed another registry, or \
         one that was restored since. Begin again from /v0.1/x/dev.berth/snapshot."
    );
    ApiError::new(StatusCode::CONFLICT, detail)
}

impl Parameters {
    fn parse(raw: &str) -> Result<Self, ApiError> {
        let query = Query::parse(raw);
        let number = |name: &str, otherwise: u64, range: std::ops::RangeInclusive<u64>| {
            let Some(text) = query.get(name) else { return Ok(otherwise) };
            text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| ErrorDetail {
                message: match name {
                    "limit" => format!("expected a number from 1 to {}", limits::CHANGES_MAX),
                    _ => "expected a serial: a whole number that is not negative".to_owned(),
                },
                location: Some(format!("query.{name}")),
                value: Some(text.into()),
            })
        };
        let since = number("since", 0, 0..=u64::MAX);
        let limit = number("limit", limits::CHANGES_DEFAULT as u64, 1..=limits::CHANGES_MAX as u64);
        match (since, limit) {
            (Ok(since), Ok(limit)) => {
                Ok(Self { since: Serial(since), limit: usize::try_from(limit).unwrap_or(limits::CHANGES_DEFAULT) })
            }
            (since, limit) => Err(ApiError::validation([since.err(), limit.err()].into_iter().flatten().collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbers_in_their_range() {
        let parse = |raw: &str| Parameters::parse(raw).map(|it| (it.since.0, it.limit)).map_err(|error| error.reason());
        assert_eq!(parse(""), Ok((0, 100)));
        assert_eq!(parse("since=18446744073709551615&limit=1000"), Ok((u64::MAX, 1000)));
        for raw in
            ["since=-1", "since=x", "since=1.0", "since=18446744073709551616", "limit=0", "limit=1001", "limit=x"]
        {
            assert!(parse(raw).is_err(), "{raw}");
        }
    }
}
