//! What `berth serve` serves, on a port of this process.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use auth::Logins;
use berth_local::{Access, Event, ServeOptions, Stores, serve};
use sync::source::ReadContext;
use tokio::sync::oneshot;

use crate::signing_keys;

/// `berth serve --no-sources --anonymous-login --no-package-ownership` on an empty directory. It stops when it is dropped.
pub struct Serving {
    /// Where it is reached.
    pub url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Serving {
    /// Starts it, and waits until it is ready.
    pub async fn start() -> Self {
        let (stop, stopped) = oneshot::channel();
        let (ready, address) = oneshot::channel();
        let ready = Mutex::new(Some(ready));
        let on_event = Arc::new(move |event: Event<'_>| {
            if let Event::Ready(address) = event
                && let Some(ready) = ready.lock().unwrap_or_else(PoisonError::into_inner).take()
            {
                let _ = ready.send(address);
            }
        });
        // A runtime of its own, as the command has one.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let directory = tempfile::tempdir().expect("a temporary directory");
                let stores = Stores::embedded(directory.path()).await.expect("embedded stores");
                let stop = async { drop(stopped.await) };
                serve(&stores, options(), on_event, stop).await.expect("it serves");
            });
        });
        let address = address.await.expect("it becomes ready");
        Self { url: format!("http://{address}"), stop: Some(stop), thread: Some(thread) }
    }
}

fn options() -> ServeOptions {
    let mut access = Access::new(signing_keys());
    access.logins = Logins { anonymous: true, ..Logins::none() };
    ServeOptions {
        listen: ([127, 0, 0, 1], 0).into(),
        sample: None,
        sources: Vec::new(),
        interval: Duration::from_secs(3600),
        context: ReadContext::new().expect("a context"),
        access,
        on_progress: Arc::new(|_, _| ()),
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
