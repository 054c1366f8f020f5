//! Reads in the handler.

use std::fmt::Write as _;
use std::time::Instant;

use berth_local::Stores;
use berth_tests::{Client, access};
use registry::snapshot::SnapshotReader;

use crate::figures::{micros, percentiles};

const ROUNDS: usize = 2_000;

pub(crate) async fn measure(stores: &Stores) {
    let snapshot = SnapshotReader::new(stores.bucket()).open().await.expect("a snapshot");
    let index = snapshot.index();
    let client = Client::new(berth_local::edge(&stores.services(&access()).expect("services")));
    println!("\n| in the handler, warm, one after another | p50 | p99 | body |\n|---|---:|---:|---:|");
    let first = client.get("/v0.1/servers?limit=1").await;
    let name = first.json()["servers"][0]["server"]["name"].as_str().expect("a name").replace('/', "%2F");
    let mut middle = "/v0.1/servers?limit=100&cursor=".to_owned();
    let number = index.servers() * 9 / 10;
    let _ = write!(middle, "{}", index.server(number).expect("a server").name.replace('/', "%2F"));
    for path in [
        "/v0.1/ping",
        "/v0.1/servers?limit=30",
        "/v0.1/servers?limit=100",
        "/v0.1/servers?limit=100&version=latest",
        &middle,
        "/v0.1/servers?search=github",
        "/v0.1/servers?search=zzzznotfound",
        &format!("/v0.1/servers/{name}/versions/latest"),
        &format!("/v0.1/servers/{name}/versions"),
        "/v0.1/x/dev.berth/search?q=postgres",
    ] {
        ask(&client, path, |_| String::new()).await;
    }
    println!("\n| the same, each asked for the first time | p50 | p99 | body |\n|---|---:|---:|---:|");
    // What no answer depends on makes another question of it, as far as what is kept in memory knows.
    let another = |round: usize| format!("&another={round}");
    let servers = index.servers();
    let name_of = |round: usize| index.server(round * 7919 % servers).map_or("", |server| server.name);
    ask(&client, "/v0.1/servers?limit=100", another).await;
    ask(&client, &middle, another).await;
    ask(&client, "/v0.1/servers?limit=100&cursor=", |round| name_of(round).replace('/', "%2F")).await;
    let word = |round: usize| {
        let words = name_of(round).split(|letter: char| !letter.is_alphanumeric());
        words.max_by_key(|word| word.len()).unwrap_or_default().to_owned() + &another(round)
    };
    for words in ["github", "zzzznotfound"] {
        ask(&client, &format!("/v0.1/servers?search={words}"), another).await;
    }
    ask(&client, "/v0.1/servers?search=", word).await;
    for words in ["postgres", "github+issues", "browser+automation", "slcak", "ai+agent", "s"] {
        ask(&client, &format!("/v0.1/x/dev.berth/search?q={words}"), another).await;
    }
    ask(&client, "/v0.1/x/dev.berth/search?q=", word).await;
}

/// `path` again and again, with what `more` adds to it each time.
async fn ask(client: &Client, path: &str, more: impl Fn(usize) -> String) {
    let mut times = Vec::with_capacity(ROUNDS);
    let mut bytes = 0;
    for round in 0..ROUNDS + ROUNDS / 10 {
        let path = format!("{path}{}", more(round));
        let began = Instant::now();
        let answer = client.get(&path).await;
        let took = began.elapsed();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        bytes = answer.body.len();
        if round >= ROUNDS / 10 {
            times.push(took);
        }
    }
    let (p50, p99) = percentiles(times);
    println!("| `{path}` | {} | {} | {bytes} |", micros(p50), micros(p99));
}
