//! Counting against limits: exact within a window, and anew in the next.

use berth_tests::{Registry, time};
use futures_util::future::join_all;
use registry::store::Limit;

fn limit(what: &str, most: u32) -> Limit {
    Limit { what: what.to_owned(), most, seconds: 3600 }
}

#[tokio::test]
async fn a_window_ends_and_the_next_begins_at_nothing() {
    let counts = Registry::new().await.stores.counts();
    let limits = [limit("things", 2)];
    let take = async |at: &str| counts.take(&limits, time(at)).await.unwrap();
    assert_eq!(take("2026-03-01T10:00:00Z").await, Ok(()));
    assert_eq!(take("2026-03-01T10:59:59.999999Z").await, Ok(()));
    let exceeded = take("2026-03-01T10:59:00Z").await.unwrap_err();
    assert_eq!((exceeded.retry_after, exceeded.most), (60, 2));
    assert_eq!(exceeded.to_string(), "more than 2 things: try again in 60 seconds");
    assert_eq!(take("2026-03-01T10:59:59.999999Z").await.unwrap_err().retry_after, 1);
    assert_eq!(take("2026-03-01T11:00:00Z").await, Ok(()));
    assert_eq!(take("2026-03-01T10:30:00Z").await.unwrap_err().retry_after, 1800, "an old window stays full");
}

#[tokio::test]
async fn a_look_counts_nothing() {
    let counts = Registry::new().await.stores.counts();
    let (one, now) = (limit("things", 1), time("2026-03-01T10:00:00Z"));
    for _ in 0..3 {
        assert_eq!(counts.look(&one, now).await.unwrap(), Ok(()));
    }
    assert_eq!(counts.take(std::slice::from_ref(&one), now).await.unwrap(), Ok(()));
    assert_eq!(counts.look(&one, now).await.unwrap().unwrap_err().retry_after, 3600);
    assert_eq!(counts.look(&limit("other things", 1), now).await.unwrap(), Ok(()));
    let none = Limit { most: 0, ..one };
    assert_eq!(counts.look(&none, now).await.unwrap(), Ok(()));
    assert_eq!(counts.take(&[none], now).await.unwrap(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_parallel_exactly_the_limit_is_taken() {
    let registry = Registry::new().await;
    let now = time("2026-03-01T10:00:00Z");
    let take = |_| {
        let counts = registry.stores.counts();
        tokio::spawn(async move { counts.take(&[limit("things", 10), limit("more things", 50)], now).await.unwrap() })
    };
    let taken = join_all((0..50).map(take)).await;
    assert_eq!(taken.into_iter().filter(|taken| taken.as_ref().unwrap().is_ok()).count(), 10);
}
