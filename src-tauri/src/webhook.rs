//! Receives one webhook on loopback, so that the walkthrough has a real one to verify.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use scaikey_core::contract::WebhookDelivery;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};

/// How long one is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A listener that takes one webhook.
pub(crate) struct Receiver {
    listener: TcpListener,
    url: String,
}

impl Receiver {
    /// Listens on any free port of 127.0.0.1.
    pub(crate) async fn open() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}/webhook", listener.local_addr()?);
        Ok(Self { listener, url })
    }

    /// Where to send it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Waits for one, answers it, and closes. `None` when none came in time, or it was no text.
    pub(crate) async fn receive(self) -> Option<WebhookDelivery> {
        let (deliver, mut delivered) = mpsc::channel(1);
        let arrived = Arc::new(Notify::new());
        let told = Arc::clone(&arrived);
        let take = move |headers: HeaderMap, body: Bytes| {
            // Full means that one is there already.
            let _ = deliver.try_send(delivery(&headers, &body));
            told.notify_one();
            async {}
        };
        let serving = axum::serve(self.listener, Router::new().fallback(take))
            .with_graceful_shutdown(async move { arrived.notified().await });
        // What counts is whether one was delivered.
        let _ = tokio::time::timeout(PATIENCE, serving.into_future()).await;
        delivered.try_recv().ok().flatten()
    }
}

/// The header fields one in a line, and the body to the byte.
fn delivery(headers: &HeaderMap, body: &[u8]) -> Option<WebhookDelivery> {
    let lines: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    Some(WebhookDelivery { headers: lines.join("\n"), body: String::from_utf8(body.to_vec()).ok()? })
}
