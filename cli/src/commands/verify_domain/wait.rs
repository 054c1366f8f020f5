//! Waits until a registry sees what was set. Resolvers remember what was not there, so it takes minutes.

use std::time::{Duration, Instant};

use anyhow::Error;
use reqwest::StatusCode;

use super::PATH;
use crate::duration::in_words;
use crate::names::Domain;
use crate::output::Waiting;
use crate::registry_client::{Answer, Call, Refused};
use crate::session::Session;

/// Between the first two checks.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// Between two checks at most.
const LAST_PAUSE: Duration = Duration::from_secs(30);

/// What a registry says that has looked and seen nothing.
const NOT_PROVED: &str = "The domain is not proved";

/// Has the domain checked until it is proved or the time is up; what the resolvers saw last is in the error.
pub(super) async fn until_proved(
    session: &mut Session,
    domain: &Domain,
    body: Option<Vec<u8>>,
    patience: Duration,
) -> anyhow::Result<Answer> {
    let (start, path) = (Instant::now(), format!("{PATH}/check"));
    let (mut waiting, mut pause) = (Waiting::new(), FIRST_PAUSE);
    loop {
        let mut refused = match session.send(Call::post(&path, body.clone())).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error.downcast::<Refused>()?,
        };
        let left = patience.saturating_sub(start.elapsed());
        let Some(next) = next_pause(&refused, pause) else { return Err(refused.into()) };
        if left.is_zero() || next.is_asked_for && next.pause > left {
            if is_unproved(&refused) {
                refused.hint = Some(format!(
                    "the claim stays: set the record or the file, and run `berth verify-domain {domain}` again"
                ));
            }
            return Err(Error::new(refused));
        }
        waiting.say(&format!("waiting for {domain}, {} left{}", in_words(left), seen(&refused)));
        tokio::time::sleep(next.pause.min(left)).await;
        pause = longer(pause);
    }
}

/// How long to wait before the next check.
#[derive(Debug, PartialEq)]
struct Next {
    pause: Duration,
    /// Whether the registry asks for it, and refuses what comes before.
    is_asked_for: bool,
}

/// `None` where another check would say the same.
fn next_pause(refused: &Refused, pause: Duration) -> Option<Next> {
    let asked = refused.retry_after.filter(|asked| *asked > pause);
    let next = Next { pause: asked.unwrap_or(pause), is_asked_for: asked.is_some() };
    (is_unproved(refused) || refused.status == StatusCode::TOO_MANY_REQUESTS || refused.status.is_server_error())
        .then_some(next)
}

fn is_unproved(refused: &Refused) -> bool {
    refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.detail == NOT_PROVED
}

fn longer(pause: Duration) -> Duration {
    (pause * 3 / 2).min(LAST_PAUSE)
}

fn seen(refused: &Refused) -> String {
    let what = refused.faults.first().map_or(refused.detail.as_str(), |fault| fault.message.as_str());
    format!("; last seen: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, detail: &str, retry_after: Option<u64>) -> Refused {
        Refused {
            status: StatusCode::from_u16(status).unwrap(),
            detail: detail.to_owned(),
            faults: Vec::new(),
            hint: None,
            retry_after: retry_after.map(Duration::from_secs),
            text: None,
        }
    }

    #[test]
    fn pauses_grow_from_five_seconds_to_thirty() {
        let pauses: Vec<u128> = std::iter::successors(Some(FIRST_PAUSE), |pause| Some(longer(*pause)))
            .take(7)
            .map(|pause| pause.as_millis())
            .collect();
        assert_eq!(pauses, [5_000, 7_500, 11_250, 16_875, 25_312, 30_000, 30_000]);
    }

    #[test]
    fn only_what_may_change_is_asked_again() {
        let next = |status, detail, retry_after| next_pause(&refused(status, detail, retry_after), FIRST_PAUSE);
        let pause = |seconds, is_asked_for| Some(Next { pause: Duration::from_secs(seconds), is_asked_for });
        assert_eq!(next(422, NOT_PROVED, None), pause(5, false));
        assert_eq!(next(429, "Too many requests", Some(60)), pause(60, true));
        assert_eq!(next(429, "Too many requests", Some(1)), pause(5, false), "never in a hurry");
        assert_eq!(next(503, "busy", None), pause(5, false));
        for (status, detail) in [(422, "validation failed"), (409, "held"), (404, NOT_PROVED), (401, "no token")] {
            assert_eq!(next(status, detail, None), None, "{status} {detail}");
        }
    }
}
