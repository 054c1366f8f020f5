//! Name servers on loopback, over UDP and TCP, whose records change while they run. As resolvers do, they answer for every
//! name.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use hickory_server::Server;
use hickory_server::net::runtime::Time;
use hickory_server::proto::op::{Header, HeaderCounts, Metadata, ResponseCode};
use hickory_server::proto::rr::rdata::{A, NS, SOA, TXT};
use hickory_server::proto::rr::{Name, RData, Record};
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponseBuilder;
use registry_domain::Resolvers;
use tokio::net::{TcpListener, UdpSocket};

/// A name, a type and a value; a `|` ends one string of a TXT record and begins the next.
pub(crate) type Records<'a> = &'a [(&'a str, &'a str, &'a str)];

pub(crate) struct NameServer {
    pub(crate) address: SocketAddr,
    zone: Zone,
    _server: Server<Zone>,
}

#[derive(Clone)]
struct Zone {
    mood: Arc<RwLock<Mood>>,
    asked: Arc<AtomicUsize>,
}

#[derive(Clone)]
enum Mood {
    Answers(Arc<Vec<Record>>),
    Silent,
    Fails,
}

impl NameServer {
    pub(crate) async fn new(records: Records<'_>) -> Self {
        loop {
            let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
            if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()).await {
                return Self::on(tcp, udp, records);
            }
        }
    }

    /// Servers of a zone: each at its own address, all at one port.
    pub(crate) async fn zone<const N: usize>(hosts: [u8; N], records: Records<'_>) -> [Self; N] {
        'port: loop {
            let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
            let mut servers = Vec::new();
            for host in hosts {
                let address = (Ipv4Addr::new(127, 0, 0, host), port);
                let (Ok(tcp), Ok(udp)) = (TcpListener::bind(address).await, UdpSocket::bind(address).await) else {
                    continue 'port;
                };
                servers.push(Self::on(tcp, udp, records));
            }
            let Ok(servers) = servers.try_into() else { unreachable!("one server for each host") };
            return servers;
        }
    }

    fn on(tcp: TcpListener, udp: UdpSocket, records: Records<'_>) -> Self {
        let mood = Arc::new(RwLock::new(Mood::Answers(Arc::new(parsed(records)))));
        let zone = Zone { mood, asked: Arc::default() };
        let mut server = Server::new(zone.clone());
        let address = udp.local_addr().unwrap();
        server.register_socket(udp);
        server.register_listener(tcp, Duration::from_secs(5), 64);
        Self { address, zone, _server: server }
    }

    pub(crate) fn set(&self, records: Records<'_>) {
        *self.zone.mood.write().unwrap() = Mood::Answers(Arc::new(parsed(records)));
    }

    /// From now on no question is answered.
    pub(crate) fn fall_silent(&self) {
        *self.zone.mood.write().unwrap() = Mood::Silent;
    }

    /// From now on every answer is `SERVFAIL`.
    pub(crate) fn fail(&self) {
        *self.zone.mood.write().unwrap() = Mood::Fails;
    }

    /// How many questions came.
    pub(crate) fn asked(&self) -> usize {
        self.zone.asked.load(Ordering::Relaxed)
    }
}

/// Resolvers that do not wait long.
pub(crate) fn resolvers(servers: &[&NameServer]) -> Resolvers {
    let addresses: Vec<SocketAddr> = servers.iter().map(|server| server.address).collect();
    Resolvers::new(&addresses).unwrap().within(Duration::from_millis(1500))
}

fn parsed(records: Records<'_>) -> Vec<Record> {
    let name = |text: &str| Name::from_ascii(format!("{text}.")).unwrap();
    let data = |kind, value: &str| match kind {
        "TXT" => RData::TXT(TXT::new(value.split('|').map(str::to_owned).collect())),
        "NS" => RData::NS(NS(name(value))),
        "A" => RData::A(A(value.parse().unwrap())),
        other => unreachable!("no test has {other} records"),
    };
    records.iter().map(|(owner, kind, value)| Record::from_rdata(name(owner), 3600, data(*kind, value))).collect()
}

#[async_trait::async_trait]
impl RequestHandler for Zone {
    async fn handle_request<R: ResponseHandler, T: Time>(&self, request: &Request, mut answer: R) -> ResponseInfo {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mood = self.mood.read().unwrap().clone();
        let response = MessageResponseBuilder::from_message_request(request);
        match mood {
            Mood::Answers(records) => {
                let query = request.request_info().unwrap().query;
                let name = Name::from(query.name().clone());
                let answers: Vec<&Record> = records
                    .iter()
                    .filter(|record| record.name == name && record.record_type() == query.query_type())
                    .collect();
                let mut metadata = Metadata::response_from_request(&request.metadata);
                metadata.authoritative = true;
                if !records.iter().any(|record| name.zone_of(&record.name)) {
                    metadata.response_code = ResponseCode::NXDomain;
                }
                let origin = Name::from_ascii("com.").unwrap();
                let soa = SOA::new(origin.clone(), origin.clone(), 1, 7200, 600, 86400, 60);
                let soa = Record::from_rdata(origin, 60, RData::SOA(soa));
                let soa = answers.is_empty().then_some(&soa);
                answer.send_response(response.build(metadata, answers, [], soa, [])).await.unwrap()
            }
            Mood::Silent => Header { metadata: request.metadata, counts: HeaderCounts::default() }.into(),
            Mood::Fails => {
                let failure = response.error_msg(&request.metadata, ResponseCode::ServFail);
                answer.send_response(failure).await.unwrap()
            }
        }
    }
}
