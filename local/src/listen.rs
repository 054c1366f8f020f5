//! Where requests come in.

use std::io;
use std::net::SocketAddr;

use axum::serve::{ListenerExt, TapIo};
use tokio::net::{TcpListener, TcpStream};

/// Accepts connections whose answers are sent at once: else the end of one that is longer than a packet may wait for the
/// client to acknowledge its beginning, which many put off for 40 ms.
pub(crate) type Prompt = TapIo<TcpListener, fn(&mut TcpStream)>;

/// Listens, and says at which address.
pub(crate) async fn listen(address: SocketAddr) -> io::Result<(Prompt, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    Ok((listener.tap_io(send_at_once), address))
}

fn send_at_once(connection: &mut TcpStream) {
    if let Err(error) = connection.set_nodelay(true) {
        tracing::debug!(%error, "a connection stays as it is");
    }
}
