//! `GET /metrics` of `berth serve`, read as strictly as Prometheus writes its format down.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up has to stop and say why")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use berth_local::{Access, Event, ServeOptions, Stores};
use berth_tests::secrets::found_in;
use berth_tests::{Client, Registry, signing_keys};
use serde_json::json;
use sync::source::{ReadContext, Source};
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};

/// Samples by name and labels, as they stand in the text.
type Samples = BTreeMap<String, f64>;

/// Reads the text format, version 0.0.4; a text that is not exactly that is an error.
fn parse(text: &str) -> Result<Samples, String> {
    let (mut samples, mut families, mut family) = (Samples::new(), Vec::new(), None);
    if !text.ends_with('\n') {
        return Err("the last line has no end".to_owned());
    }
    let mut help = None;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, words) = rest.split_once(' ').ok_or_else(|| format!("no help: {line}"))?;
            if families.contains(&name) || words.is_empty() {
                return Err(format!("said twice, or not at all: {line}"));
            }
            families.push(name);
            help = Some(name);
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').ok_or_else(|| format!("no type: {line}"))?;
            if help.take() != Some(name) || !["counter", "gauge", "histogram"].contains(&kind) {
                return Err(format!("no type: {line}"));
            }
            if (kind == "counter") != name.ends_with("_total") {
                return Err(format!("counters, and nothing else, end in _total: {line}"));
            }
            family = Some((name, kind));
        } else {
            let (name, kind) = family.ok_or_else(|| format!("a sample of no metric: {line}"))?;
            let (series, value) = line.rsplit_once(' ').ok_or_else(|| format!("no value: {line}"))?;
            check_series(series, name, kind).map_err(|why| format!("{why}: {line}"))?;
            let value = value.parse().map_err(|error| format!("{error}: {line}"))?;
            if samples.insert(series.to_owned(), value).is_some() {
                return Err(format!("said twice: {line}"));
            }
        }
    }
    Ok(samples)
}

fn check_series(series: &str, family: &str, kind: &str) -> Result<(), String> {
    let (name, labels) = match series.split_once('{') {
        Some((name, labels)) => (name, labels.strip_suffix('}').ok_or("labels without an end")?),
        None => (series, ""),
    };
    let suffix = name.strip_prefix(family).ok_or("another metric's sample")?;
    let is_known = match kind {
        "histogram" => ["_bucket", "_sum", "_count"].contains(&suffix),
        _ => suffix.is_empty(),
    };
    if !is_known {
        return Err(format!("a {kind} has no {suffix}"));
    }
    let mut rest = labels;
    while !rest.is_empty() {
        let (label, after) = rest.split_once("=\"").ok_or("a label without a value")?;
        if label.is_empty() || !label.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            return Err(format!("{label:?} is no label"));
        }
        let mut chars = after.char_indices();
        let end = loop {
            match chars.next() {
                Some((at, '"')) => break at,
                Some((_, '\\')) if matches!(chars.next(), Some((_, '\\' | '"' | 'n'))) => {}
                Some((_, '\\')) | None => return Err("a value is escaped wrongly, or has no end".to_owned()),
                Some(_) => {}
            }
        };
        rest = &after[end + 1..];
        rest = rest.strip_prefix(',').filter(|rest| !rest.is_empty()).unwrap_or(rest);
        if rest.starts_with(',') {
            return Err("a comma too much".to_owned());
        }
    }
    Ok(())
}

/// A server of this process, on a port of its own.
struct Server {
    url: String,
    client: reqwest::Client,
    imports: mpsc::UnboundedReceiver<()>,
    stop: oneshot::Sender<()>,
    serving: std::thread::JoinHandle<()>,
}

impl Server {
    async fn start(directory: &TempDir, sources: &[String]) -> Self {
        let data = directory.path().join("data");
        let (stop, stopped) = oneshot::channel();
        let (ready, mut address) = mpsc::unbounded_channel();
        let (imported, imports) = mpsc::unbounded_channel();
        let on_event = Arc::new(move |event: Event<'_>| match event {
            Event::Ready(address) => ready.send(address).unwrap_or(()),
            Event::Imported(_) => imported.send(()).unwrap_or(()),
            Event::Stopping => {}
        });
        let options = ServeOptions {
            listen: ([127, 0, 0, 1], 0).into(),
            sample: None,
            sources: sources.iter().map(|source| source.parse::<Source>().expect("a source")).collect(),
            interval: Duration::from_secs(3600),
            context: ReadContext::new().expect("a context"),
            access: Access::new(signing_keys()),
            on_progress: Arc::new(|_, _| ()),
        };
        // A runtime of its own, as the command has one.
        let serving = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let stores = Stores::embedded(&data).await.expect("embedded stores");
                let stop = async { drop(stopped.await) };
                berth_local::serve(&stores, options, on_event, stop).await.expect("it serves");
            });
        });
        let address = address.recv().await.expect("it becomes ready");
        Self { url: format!("http://{address}"), client: client(), imports, stop, serving }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
        let request = self.client.get(format!("{}{path}", self.url));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.send().await.expect("an answer")
    }

    async fn scrape(&self) -> Samples {
        let response = self.get("/metrics", &[]).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let text = response.text().await.expect("a text");
        assert_eq!(found_in(&text), None, "{text}");
        parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    fn stop(self) {
        drop(self.stop);
        self.serving.join().expect("it ends");
    }
}

fn client() -> reqwest::Client {
    let time = Duration::from_secs(60);
    registry_fetch::client(registry_fetch::Options {
        reach: registry_fetch::Reach::Named,
        user_agent: "tests",
        accept: "*/*",
        connect_timeout: time,
        read_timeout: time,
        timeout: time,
        roots: Vec::new(),
    })
    .expect("a client")
}

fn requests(route: &str, method: &str, class: &str) -> String {
    format!("berth_http_requests_total{{route=\"{route}\",method=\"{method}\",status=\"{class}\"}}")
}

#[tokio::test]
async fn requests_are_counted_by_their_routes() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let server = Server::start(&directory, &[]).await;
    let before = server.scrape().await;
    assert_eq!(before.get("berth_snapshot_serial"), Some(&0.0));
    assert!(before.keys().all(|series| !series.starts_with("berth_http")), "{before:?}");
    let token = format!("Bearer eyJ{}.eyJ{}.{}", "a".repeat(20), "b".repeat(20), "c".repeat(40));
    for path in
        ["/v0.1/servers", "/v0.1/servers?search=x", "/v0.1/servers/io.x%2Fsecret/versions/1", "/gho_1", "/v0/%zz"]
    {
        server.get(path, &[("authorization", &token)]).await;
    }
    let post = server.client.post(format!("{}/v0.1/publish", server.url)).header("authorization", &token);
    assert!(post.body("{}").send().await.expect("an answer").status().is_client_error());
    let after = server.scrape().await;
    let version = "/v0.1/servers/{serverName}/versions/{version}";
    for (series, count) in [
        (requests("/v0.1/servers", "GET", "2xx"), 2.0),
        (requests(version, "GET", "4xx"), 1.0),
        // One path that there is not, and one that is none.
        (requests("none", "GET", "4xx"), 2.0),
        (requests("/v0.1/publish", "POST", "4xx"), 1.0),
        (requests("/metrics", "GET", "2xx"), 1.0),
    ] {
        assert_eq!(after.get(&series), Some(&count), "{series}: {after:?}");
    }
    let of_lists = "route=\"/v0.1/servers\",method=\"GET\"";
    let count = after[&format!("berth_http_request_duration_seconds_count{{{of_lists}}}")];
    assert_eq!(count, 2.0);
    assert!(after[&format!("berth_http_request_duration_seconds_sum{{{of_lists}}}")] > 0.0);
    let bucket = |end: &str| after[&format!("berth_http_request_duration_seconds_bucket{{{of_lists},le=\"{end}\"}}")];
    let ends =
        ["0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.05", "0.1", "0.5", "1", "5", "+Inf"];
    assert!(ends.windows(2).all(|pair| bucket(pair[0]) <= bucket(pair[1])), "{after:?}");
    assert_eq!(bucket("+Inf"), count);
    assert!(after.keys().all(|series| !series.contains("secret") && !series.contains("gho")), "{after:?}");
    server.stop();
}

#[tokio::test]
async fn imports_and_the_snapshot_are_counted() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let good = directory.path().join("good.json");
    let entries = json!([
        {"name": "com.example/one", "version": "1.0.0", "description": "One"},
        {"name": "no name", "version": "1.0.0", "description": "None"},
    ]);
    std::fs::write(&good, entries.to_string()).expect("a file");
    let missing = directory.path().join("missing.json");
    let sources = [format!("good={}", good.display()), format!("missing={}", missing.display())];
    let mut server = Server::start(&directory, &sources).await;
    // Once before it is ready, as it is empty, and once after.
    for _ in 0..2 {
        server.imports.recv().await.expect("an import");
    }
    let samples = server.scrape().await;
    let entries = |result: &str| format!("berth_sync_entries_total{{source=\"good\",result=\"{result}\"}}");
    for (series, value) in [
        (entries("read"), 4.0),
        (entries("imported"), 1.0),
        (entries("unchanged"), 1.0),
        (entries("refused"), 2.0),
        ("berth_sync_failures_total{source=\"good\"}".to_owned(), 0.0),
        ("berth_sync_failures_total{source=\"missing\"}".to_owned(), 2.0),
        ("berth_sync_runs_total{result=\"failed\"}".to_owned(), 2.0),
        ("berth_sync_runs_total{result=\"done\"}".to_owned(), 0.0),
        ("berth_catalogue_up".to_owned(), 1.0),
        ("berth_catalogue_serial".to_owned(), 1.0),
        ("berth_snapshot_serial".to_owned(), 1.0),
        ("berth_snapshot_servers".to_owned(), 1.0),
        ("berth_snapshot_versions".to_owned(), 1.0),
    ] {
        assert_eq!(samples.get(&series), Some(&value), "{series}: {samples:?}");
    }
    assert!(samples["berth_snapshot_age_seconds"] < 3600.0, "{samples:?}");
    assert!(samples["berth_sync_last_import_timestamp_seconds{source=\"good\"}"] > 1.7e9, "{samples:?}");
    assert!(!samples.contains_key("berth_sync_last_import_timestamp_seconds{source=\"missing\"}"));
    server.stop();
}

#[tokio::test]
async fn a_client_names_its_requests() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let server = Server::start(&directory, &[]).await;
    let id = async |path: &str, given: &[(&str, &str)]| {
        let response = server.get(path, given).await;
        response.headers().get("x-request-id").map(|id| id.to_str().expect("a text").to_owned())
    };
    assert_eq!(id("/v0.1/nope", &[("x-request-id", "build-17.3")]).await.as_deref(), Some("build-17.3"));
    for odd in ["", "two words", "\"quoted\"", &"x".repeat(65)] {
        let made = id("/v0.1/health", &[("x-request-id", odd)]).await.expect("a name");
        assert!(made.len() == 16 && made != odd, "{made}");
    }
    assert_eq!(id("/v0.1/servers", &[("x-request-id", "build-17.3")]).await, None, "a cache would repeat it");
    server.stop();
}

/// The functions do not have it: it would be every sandbox's own numbers.
#[tokio::test]
async fn it_is_no_part_of_the_api() {
    let registry = Registry::new().await;
    let client: Client = registry.client();
    assert_eq!(client.get("/metrics").await.status, 404);
    let document = berth_local::documented(&registry.services()).into_openapi();
    assert!(document.paths.paths.keys().all(|path| !path.contains("metrics")));
}

/// The dashboard of the template, with and without metrics: `CloudFormation` does not look into it.
#[test]
fn the_dashboard_is_json() {
    let template = include_str!("../../infra/template.yaml");
    let (_, body) = template.split_once("DashboardBody: !Sub\n        - |\n").expect("a dashboard");
    let (widgets, rest) = body.split_once("        # What the functions measure").expect("its widgets");
    let (_, own) = rest.split_once("- !Sub |-\n").expect("those of the functions");
    let (own, _) = own.split_once("            - \"\"\n").expect("and none");
    for (own, count) in [(own, 10), ("", 6)] {
        let text = widgets.replace("${OfFunctions}", own);
        let text = text.split("${").enumerate().map(|(number, piece)| match (number, piece.split_once('}')) {
            (0, _) | (_, None) => piece.to_owned(),
            (_, Some((name, rest))) => format!("{}{rest}", name.replace(':', "")),
        });
        let body: serde_json::Value = serde_json::from_str(&text.collect::<String>()).expect("JSON");
        assert_eq!(body["widgets"].as_array().expect("widgets").len(), count);
        for widget in body["widgets"].as_array().expect("widgets") {
            assert!(widget["properties"]["metrics"][0].is_array(), "{widget}");
        }
    }
}

#[test]
fn the_parser_is_strict() {
    let head = "# HELP a_total Counts.\n# TYPE a_total counter\n";
    assert_eq!(parse(&format!("{head}a_total{{x=\"1\",y=\"a\\\\b\"}} 3\n")).expect("metrics").len(), 1);
    for bad in [
        "a_total 1\n".to_owned(),
        head.replace("counter", "number"),
        format!("{head}a_total 1"),
        format!("{head}a_total 1\na_total 1\n"),
        format!("{head}b_total 1\n"),
        format!("{head}a_total_sum 1\n"),
        format!("{head}a_total one\n"),
        format!("{head}a_total{{x=\"1}} 1\n"),
        format!("{head}a_total{{x=\"1\",,y=\"1\"}} 1\n"),
        format!("{head}a_total{{x=\"\\t\"}} 1\n"),
        format!("{head}{head}"),
    ] {
        assert!(parse(&bad).is_err(), "{bad}");
    }
}
