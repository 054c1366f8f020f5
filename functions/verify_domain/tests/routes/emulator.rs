//! Route 53 on this machine: ministack, which is installed where it is not. Its records are copied into name servers.

use std::path::{Path, PathBuf};
use std::process::{Command as Blocking, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_route53::Client;
use aws_sdk_route53::config::{BehaviorVersion, Config, Region};
use aws_sdk_route53::types::{HostedZoneConfig, RrType, Vpc, VpcRegion};
use registry_route53::Route53;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::name_server::NameServer;

const PACKAGES: [&str; 4] = ["ministack==1.5.33", "cryptography", "aws-sam-translator", "boto3"];

/// A program of the emulator's environment; `None`, with the reason printed, where it cannot be installed.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _turn = INSTALLING.lock();
    let venv = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/ministack");
    // Written last.
    let (program, ready) = (venv.join("bin").join(name), venv.join("bin/ministack"));
    if ready.exists() {
        return Some(program);
    }
    let runs = |command: &mut Blocking| command.output().is_ok_and(|output| output.status.success());
    let is_installed = runs(Blocking::new("python3").args(["-m", "venv"]).arg(&venv))
        && runs(Blocking::new(venv.join("bin/pip")).args(["install", "--quiet"]).args(PACKAGES));
    if !is_installed {
        println!("skipped: ministack cannot be installed: that needs Python, and pip's package index");
    }
    is_installed.then_some(program)
}

pub(crate) struct Emulator {
    pub(crate) client: Client,
    _process: Child,
}

/// The copying of records, until it is dropped.
pub(crate) struct Bridge(JoinHandle<()>);

impl Emulator {
    pub(crate) async fn start() -> Option<Self> {
        let program = tool("ministack")?;
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let endpoint = format!("http://127.0.0.1:{port}");
        let process = Command::new(program)
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("IOT_MTLS_ENABLED", "0")
            .env("AWS_ENDPOINT_URL", &endpoint)
            .env("AUTH", "false")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(aws_credential_types::Credentials::from_keys("test", "test", None))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(endpoint);
        Some(Self { client: Client::from_conf(config.build()), _process: process })
    }

    pub(crate) fn route53(&self) -> Route53 {
        Route53::new(self.client.clone())
    }

    /// A hosted zone; its id.
    pub(crate) async fn zone(&self, name: &str, is_private: bool) -> String {
        let reference = format!("{name} {is_private}");
        let mut call = self.client.create_hosted_zone().name(name).caller_reference(reference);
        if is_private {
            let vpc = Vpc::builder().vpc_id("vpc-1").vpc_region(VpcRegion::EuCentral1).build();
            call = call.vpc(vpc).hosted_zone_config(HostedZoneConfig::builder().private_zone(true).build());
        }
        let zone = call.send().await.unwrap().hosted_zone.unwrap();
        zone.id.rsplit('/').next().unwrap().to_owned()
    }

    /// All records of a zone: name, type, time to live and value.
    pub(crate) async fn records(&self, zone: &str) -> Vec<(String, String, i64, String)> {
        records(&self.client, zone).await
    }

    /// The TXT records of a zone, of which a test sets some.
    pub(crate) async fn texts(&self, zone: &str) -> Vec<(String, i64, String)> {
        let texts = self.records(zone).await.into_iter().filter(|(_, kind, ..)| kind == "TXT");
        texts.map(|(name, _, ttl, value)| (name, ttl, value)).collect()
    }

    /// Copies the records of a zone into name servers, now and from now on.
    pub(crate) async fn bridge(&self, zone: &str, servers: &[Arc<NameServer>]) -> Bridge {
        let (client, zone, servers) = (self.client.clone(), zone.to_owned(), servers.to_vec());
        copy(&client, &zone, &servers).await;
        Bridge(tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(50)).await;
                copy(&client, &zone, &servers).await;
            }
        }))
    }
}

async fn copy(client: &Client, zone: &str, servers: &[Arc<NameServer>]) {
    let records = records(client, zone).await;
    let records: Vec<_> = records
        .iter()
        .map(|(name, kind, _, value)| (name.as_str(), kind.as_str(), value.trim_matches(['"', '.'])))
        .collect();
    servers.iter().for_each(|server| server.set(&records));
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn records(client: &Client, zone: &str) -> Vec<(String, String, i64, String)> {
    let Ok(answer) = client.list_resource_record_sets().hosted_zone_id(zone).send().await else { return Vec::new() };
    let sets = answer.resource_record_sets.into_iter().filter(|set| set.r#type != RrType::Soa);
    let records = sets.flat_map(|set| {
        let (name, kind, ttl) = (set.name.trim_end_matches('.').to_owned(), set.r#type.clone(), set.ttl.unwrap_or(0));
        let values = set.resource_records.unwrap_or_default().into_iter();
        values.map(move |record| (name.clone(), kind.as_str().to_owned(), ttl, record.value))
    });
    records.collect()
}
