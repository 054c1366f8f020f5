//! Publishing in the handler.

use std::path::Path;
use std::time::{Duration, Instant};

use berth_local::Stores;
use berth_tests::{Client, Publisher, access, document, with_remotes};
use futures_util::future::join_all;

use crate::figures::{micros, percentiles};

const PUBLISHES: usize = 4_000;

/// Publishes of new servers with one remote each, in the handler, without ownership checks, on stores of their own.
pub(crate) async fn measure(dir: &Path) {
    println!("\n| publish, in the handler | a second | p50 | p99 |\n|---|---:|---:|---:|");
    for clients in [1, 16] {
        let stores = Stores::embedded(&dir.join(format!("publish-{clients}"))).await.expect("embedded stores");
        let client = Client::new(berth_local::edge(&stores.services(&access()).expect("services")));
        let publisher = Publisher::of_all(client);
        let began = Instant::now();
        let runs = (0..clients).map(|number| {
            let publisher = publisher.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                for round in 0..PUBLISHES / clients {
                    let url = format!("https://{number}.example/{round}");
                    let document = with_remotes(document(&format!("bench.n{number}/s{round}x"), "1.0.0"), &[&url]);
                    let began = Instant::now();
                    let answer = publisher.publish(&document).await;
                    times.push(began.elapsed());
                    assert_eq!(answer.status, 200, "{}", answer.text());
                }
                times
            })
        });
        let times: Vec<Duration> = join_all(runs).await.into_iter().flat_map(|run| run.expect("a run")).collect();
        let rate = times.len() as f64 / began.elapsed().as_secs_f64();
        let (p50, p99) = percentiles(times);
        println!("| {clients} at once | {rate:.0} | {} | {} |", micros(p50), micros(p99));
    }
}
