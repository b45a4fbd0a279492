//! Webhooks, as a receiver on this computer gets them. The signature is computed again here, from the documentation.

#![allow(clippy::unwrap_used, reason = "what the tests share fails by panicking, too")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use aws_lc_rs::digest::{SHA256, digest};
use scaikey_practice::{Options, Practice, WebhookError};
use serde_json::{Value, json};

const NOW: i64 = 1_795_500_000;

/// One request as it came off the wire.
struct Received {
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Received {
    fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(this, _)| this.eq_ignore_ascii_case(name));
        let (_, value) = found.next().unwrap_or_else(|| panic!("no {name} in {:?}", self.headers));
        assert!(found.next().is_none(), "{name} is there twice");
        value
    }
}

fn server() -> Practice {
    Practice::start(Options { clock: Arc::new(|| NOW), ..Options::for_tests() }).unwrap()
}

/// Takes one request, answers with these bytes, and hands the request over.
fn receiver(answer: &'static str) -> (u16, JoinHandle<Received>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let mut stream = BufReader::new(listener.accept().unwrap().0);
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let line = lines.remove(0);
        let headers: Vec<(String, String)> = lines
            .iter()
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut received = Received { line, headers, body: Vec::new() };
        received.body = vec![0; received.header("content-length").parse().unwrap()];
        stream.read_exact(&mut received.body).unwrap();
        stream.get_mut().write_all(answer.as_bytes()).unwrap();
        received
    });
    (port, thread)
}

/// HMAC-SHA256 by the book (RFC 2104), in hex.
fn hmac_sha256(key: &[u8], message: &[u8]) -> String {
    assert!(key.len() <= 64);
    let pad = |byte: u8| -> Vec<u8> {
        (0..64).map(|index| byte ^ key.get(index).copied().unwrap_or_default()).collect()
    };
    let inner = digest(&SHA256, &[pad(0x36), message.to_vec()].concat());
    let outer = digest(&SHA256, &[pad(0x5c), inner.as_ref().to_vec()].concat());
    outer.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_receiver_gets_the_documented_event_with_its_signature() {
    let practice = server();
    let (port, thread) = receiver("HTTP/1.1 204 No Content\r\n\r\n");
    let sent = practice.send_webhook(&format!("http://localhost:{port}/hooks/scaikey?x=1")).await.unwrap();
    let got = thread.join().unwrap();

    assert_eq!(got.line, "POST /hooks/scaikey?x=1 HTTP/1.1");
    assert_eq!(got.header("host"), format!("localhost:{port}"));
    assert_eq!(got.header("content-type"), "application/json");
    assert_eq!(got.header("user-agent"), "ScaiKey-Webhook/1.0");
    assert_eq!(got.header("x-scaikey-webhook-id"), "1");
    assert_eq!(got.header("x-scaikey-event-type"), "tenant.updated");
    assert_eq!(got.header("x-scaikey-timestamp"), NOW.to_string());

    let text = std::str::from_utf8(&got.body).unwrap();
    let event: Value = serde_json::from_str(text).unwrap();
    let event_id = event["event_id"].as_str().unwrap();
    assert!(event_id.starts_with("evt_"), "{event_id}");
    assert_eq!(got.header("x-scaikey-event-id"), event_id);
    assert_eq!(
        event,
        json!({
            "event_id": event_id,
            "event_type": "tenant.updated",
            "timestamp": "2026-11-24T06:00:00Z",
            "resource": { "type": "tenant", "id": "tnt_practiceacme" },
            "actor": { "id": "usr_practiceadmin", "type": "admin" },
            "data": { "id": "tnt_practiceacme", "name": "Acme", "slug": "acme", "status": "SUSPENDED" },
            "tenant_id": "tnt_practiceacme",
            "partner_id": "prt_practice",
        })
    );

    let signed = [format!("{NOW}.").as_bytes(), &got.body].concat();
    let expected = format!("t={NOW},v1={}", hmac_sha256(practice.webhook_secret().as_bytes(), &signed));
    assert_eq!(got.header("x-scaikey-signature"), expected);
    assert_eq!(Practice::sign_webhook(&practice.webhook_secret(), NOW, &got.body), expected);

    assert_eq!((sent.status, sent.event_id.as_str(), sent.body.as_str()), (204, event_id, text));
    assert_eq!(sent.headers.len(), 7);
    for (name, value) in &sent.headers {
        assert_eq!(got.header(name), value);
    }
}

#[tokio::test]
async fn every_event_is_its_own_and_every_server_has_its_own_secret() {
    let practice = server();
    let mut ids = Vec::new();
    for delivery in ["1", "2"] {
        let (port, thread) = receiver("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        ids.push(practice.send_webhook(&format!("http://127.0.0.1:{port}")).await.unwrap().event_id);
        let got = thread.join().unwrap();
        assert_eq!((got.line.as_str(), got.header("x-scaikey-webhook-id")), ("POST / HTTP/1.1", delivery));
    }
    assert_ne!(ids[0], ids[1]);
    assert_ne!(practice.webhook_secret(), server().webhook_secret());
}

#[tokio::test]
async fn a_refusal_and_a_redirect_are_reported_and_nothing_is_followed() {
    let practice = server();
    for (answer, status) in [
        ("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", 401),
        ("HTTP/1.1 307 Temporary Redirect\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n", 307),
        ("HTTP/1.0 500 Oh\r\n\r\nuntil the end", 500),
    ] {
        let (port, thread) = receiver(answer);
        let sent = practice.send_webhook(&format!("http://127.0.0.1:{port}/")).await.unwrap();
        assert_eq!(sent.status, status);
        thread.join().unwrap();
    }
}

#[tokio::test]
async fn what_cannot_be_delivered_says_why() {
    let practice = server();
    for url in ["https://127.0.0.1/", "http://192.0.2.1/", "http://example.com/", "nonsense"] {
        let refused = practice.send_webhook(url).await;
        assert!(matches!(refused, Err(WebhookError::NotLoopback)), "{url}: {refused:?}");
    }
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = practice.send_webhook(&format!("http://{free}/")).await;
    assert!(
        matches!(&refused, Err(WebhookError::Connect { authority, .. }) if *authority == free.to_string())
    );

    let (port, thread) = receiver("220 mail.example ESMTP\r\n");
    let odd = practice.send_webhook(&format!("http://127.0.0.1:{port}/")).await;
    assert!(matches!(odd, Err(WebhookError::Http(_))), "{odd:?}");
    thread.join().unwrap();

    let empty = Practice::start(Options { tenants: Vec::new(), ..Options::for_tests() }).unwrap();
    let nobody = empty.send_webhook("http://127.0.0.1:1/").await;
    assert!(matches!(nobody, Err(WebhookError::NoTenant)), "{nobody:?}");
}
