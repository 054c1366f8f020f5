//! A domain's way to a published server: keys, a TXT record on a real name server, login, publish, status.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_server::Server;
use hickory_server::net::runtime::TokioRuntimeProvider;
use hickory_server::proto::rr::rdata::{SOA, TXT};
use hickory_server::proto::rr::{Name, RData, Record};
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, ZoneType};
use tokio::net::{TcpListener, UdpSocket};
use tokio::runtime::Runtime;

use super::registry::row;
use crate::harness::{Home, Ran};
use crate::serving::Serving;

/// An authoritative server for `com.`, which runs as long as the runtime.
struct NameServer {
    _runtime: Runtime,
    address: SocketAddr,
}

impl NameServer {
    fn new(records: &[(&str, String)]) -> Self {
        let runtime = Runtime::new().unwrap();
        let origin = Name::from_ascii("com.").unwrap();
        let mut zone: InMemoryZoneHandler<TokioRuntimeProvider> =
            InMemoryZoneHandler::empty(origin.clone(), ZoneType::Primary, AxfrPolicy::Deny);
        let soa = SOA::new(origin.clone(), origin.clone(), 1, 7200, 600, 86400, 60);
        zone.upsert_mut(Record::from_rdata(origin.clone(), 60, RData::SOA(soa)), 1);
        for (name, text) in records {
            let txt = RData::TXT(TXT::new(vec![text.clone()]));
            zone.upsert_mut(Record::from_rdata(Name::from_ascii(name).unwrap(), 60, txt), 1);
        }
        let mut catalog = Catalog::new();
        catalog.upsert(origin.into(), vec![Arc::new(zone)]);
        let address = runtime.block_on(async {
            let mut server = Server::new(catalog);
            let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let udp = UdpSocket::bind(tcp.local_addr().unwrap()).await.unwrap();
            let address = udp.local_addr().unwrap();
            server.register_socket(udp);
            server.register_listener(tcp, Duration::from_secs(5), 64);
            tokio::spawn(async move { server.block_until_done().await });
            address
        });
        Self { _runtime: runtime, address }
    }
}

fn ok(ran: Ran) -> Ran {
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}

/// The record that `berth keys` says to set.
fn record(ran: &Ran) -> String {
    let begin = ran.stdout.find("v=MCPv1").unwrap_or_else(|| panic!("{ran:?}"));
    let line = ran.stdout[begin..].lines().next().unwrap();
    line.trim_end_matches([' ', '"', '│', '|']).to_owned()
}

#[test]
fn from_a_key_to_a_published_server() {
    for algorithm in ["ed25519", "ecdsap384"] {
        let home = Home::new();
        let ours = record(&ok(home.run(&["keys", "new", "--algorithm", algorithm, "--output", "ours.hex"])));
        let other = record(&ok(home.run(&["keys", "new", "--output", "other.hex"])));
        // The stale record stands first: it must not hide the right one.
        let names = NameServer::new(&[("example.com.", other.clone()), ("example.com.", ours), ("stale.com.", other)]);
        let listen = ["serve", "--data", "data", "--listen", "127.0.0.1:0", "--no-sources", "--no-package-ownership"];
        let mut command = home.berth(&listen);
        command.env("BERTH_DNS_RESOLVERS", names.address.to_string());
        let serving = Serving::ready(command);
        let url = serving.url();
        let login =
            |domain: &str| home.run(&["login", "dns", "--domain", domain, "--key", "ours.hex", "--registry", &url]);

        let stale = login("stale.com");
        assert_eq!(stale.code, 1);
        assert!(stale.stderr.contains("DNS authentication failed"), "{stale:?}");
        let missing = login("nobody.com");
        assert!(missing.code == 1 && missing.stderr.contains("DNS authentication failed"), "{missing:?}");

        let told = ok(login("Example.COM"));
        assert!(format!("{}{}", told.stdout, told.stderr).contains("com.example/*"), "{told:?}");
        let name = "com.example/widget";
        let document = serde_json::json!({"$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
            "name": name, "description": "A widget", "version": "1.0.0"});
        home.file("server.json", document.to_string());
        assert_eq!(row(&ok(home.run(&["publish"])), "status"), "active");
        assert_eq!(serving.names(), [name]);
        let below = document.to_string().replace("com.example/", "com.example.api/");
        home.file("server.json", below);
        ok(home.run(&["publish"]));
        home.file("server.json", document.to_string().replace("com.example/", "com.exampleevil/"));
        assert_eq!(home.run(&["publish"]).code, 1);
        let ran = ok(home.run(&["status", "--status", "deprecated", "--message", "use 2", name, "1.0.0"]));
        assert_eq!(row(&ran, "status"), "deprecated");
        let who = ok(home.run(&["whoami"]));
        assert!(who.stdout.contains("example.com"), "{who:?}");
    }
}
