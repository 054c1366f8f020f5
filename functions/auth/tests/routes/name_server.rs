//! An authoritative name server for `com.` on loopback, over UDP and TCP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use auth::Dns;
use hickory_server::Server;
use hickory_server::net::runtime::{Time, TokioRuntimeProvider};
use hickory_server::proto::op::{Header, HeaderCounts, ResponseCode};
use hickory_server::proto::rr::rdata::{SOA, TXT};
use hickory_server::proto::rr::{Name, RData, Record};
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, MessageResponseBuilder, ZoneType};
use tokio::net::{TcpListener, UdpSocket};

/// Below this name questions are never answered.
pub(crate) const SILENT: &str = "silent.com";
/// Below this name the server fails.
pub(crate) const FAILING: &str = "failing.com";

pub(crate) struct NameServer {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
    _server: Server<Zones>,
}

struct Zones {
    catalog: Catalog,
    asked: Arc<AtomicUsize>,
}

impl NameServer {
    /// A server that answers with `records`; a `|` ends one string of a record and begins the next.
    pub(crate) async fn new(records: &[(&str, &str)]) -> Self {
        let origin = Name::from_ascii("com.").unwrap();
        let mut zone: InMemoryZoneHandler<TokioRuntimeProvider> =
            InMemoryZoneHandler::empty(origin.clone(), ZoneType::Primary, AxfrPolicy::Deny);
        let soa = SOA::new(origin.clone(), origin.clone(), 1, 7200, 600, 86400, 60);
        zone.upsert_mut(Record::from_rdata(origin.clone(), 60, RData::SOA(soa)), 1);
        for (name, text) in records {
            let txt = TXT::new(text.split('|').map(str::to_owned).collect());
            let name = Name::from_ascii(format!("{name}.")).unwrap();
            zone.upsert_mut(Record::from_rdata(name, 3600, RData::TXT(txt)), 1);
        }
        let mut catalog = Catalog::new();
        catalog.upsert(origin.into(), vec![Arc::new(zone)]);
        let asked = Arc::new(AtomicUsize::new(0));
        let mut server = Server::new(Zones { catalog, asked: Arc::clone(&asked) });
        let (udp, tcp) = sockets().await;
        let address = udp.local_addr().unwrap();
        server.register_socket(udp);
        server.register_listener(tcp, Duration::from_secs(5), 64);
        Self { address, asked, _server: server }
    }

    pub(crate) fn dns(&self) -> Dns {
        Dns::servers(&[self.address]).unwrap()
    }

    /// How many questions came.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// One port for both protocols.
async fn sockets() -> (UdpSocket, TcpListener) {
    loop {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()).await {
            return (udp, tcp);
        }
    }
}

#[async_trait::async_trait]
impl RequestHandler for Zones {
    async fn handle_request<R: ResponseHandler, T: Time>(&self, request: &Request, mut answer: R) -> ResponseInfo {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let name = request.request_info().unwrap().query.name().to_string();
        if name.trim_end_matches('.').ends_with(SILENT) {
            return Header { metadata: request.metadata, counts: HeaderCounts::default() }.into();
        }
        if name.trim_end_matches('.').ends_with(FAILING) {
            let failure = MessageResponseBuilder::from_message_request(request);
            let failure = failure.error_msg(&request.metadata, ResponseCode::ServFail);
            return answer.send_response(failure).await.unwrap();
        }
        self.catalog.handle_request::<R, T>(request, answer).await
    }
}
