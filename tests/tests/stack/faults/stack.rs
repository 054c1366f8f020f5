//! A deployed stack, what it acknowledged, and single functions of it that run where a fault can be inflicted on them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use berth_tests::runtime_api::Function;
use berth_tests::{ANONYMOUS, document, with_remotes};
use reqwest::Method;
use serde_json::{Value, json};

use super::event::{Answer, Request};
use super::inflict::Inflict;
use super::proxy::Proxy;
use crate::emulator::Emulator;
use crate::registry::Registry;

const NAME: &str = "berth";

pub(super) struct Stack {
    pub(super) emulator: Emulator,
    pub(super) registry: Registry,
    /// `name version` of all that was acknowledged.
    acknowledged: BTreeSet<String>,
    /// The variables and credentials of each function.
    environments: Value,
    inflict: Inflict,
}

/// Who reads the list.
enum Reader<'a> {
    /// The functions that run, behind API Gateway.
    Deployed(&'a Registry),
    /// A function that just started and knows nothing.
    Cold(&'a Function),
}

impl Stack {
    /// Deploys; `None`, with the reason printed, where the emulator cannot be installed.
    pub(super) async fn deploy(parameters: &[&str]) -> Option<Self> {
        let emulator = Emulator::with_packages().await?;
        let said = emulator.succeed("infra/deploy-local", parameters).await;
        let url = said.lines().find_map(|line| line.strip_prefix("url ")).unwrap();
        let registry = Registry::at(url).await;
        let inflict = Inflict::on(NAME, &emulator.endpoint);
        inflict.ask(&["mend"]).await;
        let environments = inflict.ask(&["environments"]).await;
        let mut stack = Self { emulator, registry, acknowledged: BTreeSet::new(), environments, inflict };
        // What the smoke test published.
        stack.acknowledged = stack.list(&Reader::Deployed(&stack.registry)).await.into_iter().collect();
        assert_eq!(stack.acknowledged.len(), 1, "{said}");
        Some(stack)
    }

    /// What comes of a command of `inflict.py`.
    pub(super) async fn act(&self, command: &[&str]) -> Value {
        self.inflict.ask(command).await
    }

    /// The table and the bucket.
    pub(super) async fn look(&self) -> Value {
        self.act(&["look"]).await
    }

    /// Publishes through API Gateway.
    pub(super) async fn publish(&mut self, server: &str) {
        self.registry.publish(server, "1.0.0").await;
        self.acknowledge(server);
    }

    /// From here on, version 1.0.0 of this server must be there.
    pub(super) fn acknowledge(&mut self, server: &str) {
        self.acknowledged.insert(format!("{ANONYMOUS}/{server} 1.0.0"));
    }

    /// Starts a function as it is deployed, but with `proxy` as its AWS, or the emulator.
    pub(super) async fn start(&self, function: &str, proxy: Option<&Proxy>) -> Function {
        let environment = self.environments[function].as_object().unwrap();
        let mut variables: Vec<_> =
            environment.iter().map(|(name, value)| (&**name, value.as_str().unwrap())).collect();
        variables.push(("AWS_ENDPOINT_URL", proxy.map_or(&self.emulator.endpoint, |proxy| &proxy.endpoint)));
        Function::start(&binary(function), &variables).await.unwrap()
    }

    /// `sync`, as the table's stream or a schedule starts it, with `proxy` as its AWS: what it answers, or `None` when it was
    /// killed in a call that the proxy holds.
    pub(super) async fn sync_before(&self, proxy: &Proxy) -> Option<Result<Value, Value>> {
        let sync = self.start("Sync", Some(proxy)).await;
        strike(&sync, proxy, &json!({"Records": []})).await
    }

    /// A run of the deployed `sync`, which must bring the snapshot up to the table.
    pub(super) async fn settle(&self) {
        let answer = self.act(&["invoke", r#"{"Records": []}"#]).await;
        assert_eq!(answer["error"], Value::Null, "{answer}");
        let data = self.look().await;
        assert_eq!(data["pointer"]["serial"], data["serial"], "{data}");
    }

    /// Waits until the stream has brought the snapshot up to the table, with no help from here.
    pub(super) async fn converge(&self) {
        for _ in 0..60 {
            let data = self.look().await;
            if data["pointer"]["serial"] == data["serial"] {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        panic!("the snapshot does not come: {}", self.look().await);
    }

    /// Everything acknowledged is listed, once, and nothing else; by the functions that run and by one that starts now, which
    /// has the snapshot alone and what changed since. Nothing that the pointer names is missing.
    pub(super) async fn is_whole(&self, when: &str) {
        let expected: Vec<&String> = self.acknowledged.iter().collect();
        let listed = self.list(&Reader::Deployed(&self.registry)).await;
        assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "deployed, {when}");
        let cold = self.start("ListServers", None).await;
        let listed = self.list(&Reader::Cold(&cold)).await;
        assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "cold, {when}");
        let data = self.look().await;
        assert_eq!(data["missing"], json!([]), "{when}");
        assert_eq!(data["gaps"], json!([]), "{when}");
    }

    /// All pages of the list, sorted: `name version`.
    async fn list(&self, reader: &Reader<'_>) -> Vec<String> {
        let (mut all, mut path) = (Vec::new(), "/v0.1/servers?limit=3".to_owned());
        loop {
            let page = match reader {
                Reader::Deployed(registry) => registry.get(&path).await,
                Reader::Cold(function) => {
                    let answer = Answer::of(&function.invoke(&Request::get(&path).event()).await.unwrap());
                    (u16::try_from(answer.status).unwrap(), answer.json())
                }
            };
            assert_eq!(page.0, 200, "{path}: {}", page.1);
            all.extend(berth_tests::listed(&page.1));
            let Some(cursor) = berth_tests::next_cursor(&page.1) else { break };
            path = format!("/v0.1/servers?limit=3&cursor={cursor}");
        }
        all.sort();
        all
    }

    /// A publish as API Gateway hands it to the function.
    pub(super) fn publish_event(&self, server: &str) -> Value {
        Request::new("POST", "/v0.1/publish").bearer(self.registry.token()).json(&claiming(server).to_string()).event()
    }

    /// Publishes what [`Stack::publish_event`] does, through API Gateway.
    pub(super) async fn publish_again(&mut self, server: &str) -> Value {
        let (status, answer) = self.registry.send(Method::POST, "/v0.1/publish", Some(&claiming(server))).await;
        assert_eq!(status, 200, "{server}: {answer}");
        self.acknowledge(server);
        answer
    }
}

/// Sends `event`; what the function answers, or `None` when it was killed in a call that the proxy holds.
pub(super) async fn strike(function: &Function, proxy: &Proxy, event: &Value) -> Option<Result<Value, Value>> {
    tokio::select! {
        answer = function.invoke(event) => Some(answer),
        () = proxy.holds() => {
            function.kill().await;
            None
        }
    }
}

/// A document that claims a remote URL.
fn claiming(server: &str) -> Value {
    let document = document(&format!("{ANONYMOUS}/{server}"), "1.0.0");
    with_remotes(document, &[&format!("https://{server}.example.com/mcp")])
}

/// What was built for the deployment.
fn binary(function: &str) -> PathBuf {
    let file = match function {
        "ListServers" => "list_servers",
        "Publish" => "publish",
        "Sync" => "sync",
        other => panic!("{other} is not started here"),
    };
    // <target>/<profile>/deps/<this test>
    std::env::current_exe().unwrap().parent().unwrap().with_file_name(file)
}
