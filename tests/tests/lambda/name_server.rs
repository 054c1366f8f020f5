//! A name server on loopback that knows one TXT record.

use std::net::SocketAddr;

use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// Runs until it is dropped.
pub(crate) struct NameServer {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

const HEADER_BYTES: usize = 12;

impl NameServer {
    /// A server that answers every question for `domain` with `text`, and all others with nothing.
    pub(crate) async fn new(domain: &str, text: &str) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let labels =
            domain.split('.').map(|label| format!("{}{label}", char::from(u8::try_from(label.len()).unwrap())));
        let name = format!("{}\0", labels.collect::<String>()).into_bytes();
        let text = text.to_owned();
        let task = tokio::spawn(async move {
            let mut query = [0; 512];
            while let Ok((length, client)) = socket.recv_from(&mut query).await {
                let answer = answer(&query[..length], &name, &text);
                drop(socket.send_to(&answer, client).await);
            }
        });
        Self { address, task }
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn answer(query: &[u8], name: &[u8], text: &str) -> Vec<u8> {
    let question = &query[HEADER_BYTES..];
    let end = question.iter().position(|byte| *byte == 0).unwrap() + 1;
    let is_known = question[..end].eq_ignore_ascii_case(name);
    // The id of the query; an authoritative answer; one question and perhaps one answer.
    let mut answer = query[..2].to_vec();
    answer.extend([0x85, 0x80, 0, 1, 0, u8::from(is_known), 0, 0, 0, 0]);
    answer.extend(&question[..end + 4]);
    if is_known {
        let length = u8::try_from(text.len()).unwrap();
        // The name of the question, TXT, IN, a minute.
        answer.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, length + 1, length]);
        answer.extend(text.as_bytes());
    }
    answer
}
