//! Webhooks: one test event, signed as documented, sent to this computer only.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use aws_lc_rs::hmac;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Uri, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::net::TcpStream;

use crate::clock::iso_8601;
use crate::directory::Tenant;
use crate::random;
use crate::world::World;

/// How long connecting, sending and answering may take together.
const TIME_OUT: Duration = Duration::from_secs(5);

/// What of the answer's body is read, so that the receiver can finish writing it. Nobody looks at it.
const READ_OF_ANSWER: usize = 64 * 1024;

const EVENT_TYPE: &str = "tenant.updated";

/// A webhook that was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentWebhook {
    /// `evt_…`, by which a receiver recognises a repetition.
    pub event_id: String,
    /// The status code that the receiver answered.
    pub status: u16,
    /// The header fields that were sent, spelled as documented. (In transit the names are in lower case, which HTTP
    /// does not tell apart.)
    pub headers: Vec<(String, String)>,
    /// The body that was sent and signed, byte for byte.
    pub body: String,
}

/// Why a webhook was not delivered.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The address is not on this computer, or not an `http` address at all.
    #[error(
        "the practice server sends webhooks to http addresses on this computer only: 127.0.0.1, localhost or [::1]"
    )]
    NotLoopback,
    /// Nothing listens there, or it does not let anybody in.
    #[error("{authority} cannot be reached: {error}")]
    Connect {
        /// Host and port.
        authority: String,
        /// What the operating system said.
        error: std::io::Error,
    },
    /// Something listens there that broke off, or that does not speak HTTP.
    #[error("the receiver gave no HTTP answer: {0}")]
    Http(#[from] hyper::Error),
    /// There was no complete answer in time.
    #[error("the receiver did not answer within 5 s")]
    TimedOut,
    /// The event is about a tenant, and [`crate::Options::tenants`] was empty.
    #[error("there is no tenant that an event could be about")]
    NoTenant,
    /// The cryptographic library could not make a random number.
    #[error("no random number could be made")]
    Random,
}

/// The value of `X-ScaiKey-Signature`: HMAC-SHA256 over `"{timestamp}.{body}"`.
pub(crate) fn signature(secret: &str, timestamp: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let mut context = hmac::Context::with_key(&key);
    context.update(format!("{timestamp}.").as_bytes());
    context.update(body);
    let mut signature = format!("t={timestamp},v1=");
    for byte in context.sign().as_ref() {
        // Writing to a string cannot fail.
        let _ = write!(signature, "{byte:02x}");
    }
    signature
}

/// The documented envelope. Its members, here and below, are in alphabetical order because the sender's are.
///
/// Inferred (contract 4.7): `data` holds the tenant as it is now; documented is its `status` alone. Unknown: how
/// characters beyond ASCII are written. Here as they are.
#[derive(Serialize)]
struct Event<'a> {
    actor: Actor<'a>,
    data: Data<'a>,
    event_id: &'a str,
    event_type: &'a str,
    partner_id: Option<&'a str>,
    resource: Resource<'a>,
    tenant_id: &'a str,
    timestamp: String,
}

#[derive(Serialize)]
struct Actor<'a> {
    id: Option<&'a str>,
    r#type: &'a str,
}

#[derive(Serialize)]
struct Data<'a> {
    id: &'a str,
    name: &'a str,
    slug: &'a str,
    status: &'a str,
}

#[derive(Serialize)]
struct Resource<'a> {
    id: &'a str,
    r#type: &'a str,
}

/// Says that the tenant was suspended. It was not: the event is made up.
fn event(event_id: &str, tenant: &Tenant, now: i64) -> String {
    let event = Event {
        actor: Actor { id: Some("usr_practiceadmin"), r#type: "admin" },
        data: Data { id: &tenant.id, name: &tenant.name, slug: &tenant.slug, status: "SUSPENDED" },
        event_id,
        event_type: EVENT_TYPE,
        partner_id: tenant.partner_id(),
        resource: Resource { id: &tenant.id, r#type: "tenant" },
        tenant_id: &tenant.id,
        timestamp: iso_8601(now),
    };
    // Texts only: that cannot fail.
    serde_json::to_string(&event).unwrap_or_default()
}

/// Where a webhook goes.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    /// Tried in order. Never from the resolver: what `localhost` is, is not for it to say.
    addresses: Vec<IpAddr>,
    port: u16,
    authority: String,
    path_and_query: String,
}

impl Target {
    fn of(url: &str) -> Option<Target> {
        let uri: Uri = url.parse().ok()?;
        if uri.scheme_str() != Some("http") {
            return None;
        }
        let authority = uri.authority()?;
        let host = authority.host();
        let addresses = match host.to_ascii_lowercase().as_str() {
            "127.0.0.1" => vec![Ipv4Addr::LOCALHOST.into()],
            "[::1]" => vec![Ipv6Addr::LOCALHOST.into()],
            "localhost" => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            _ => return None,
        };
        let port = authority.port_u16();
        // Neither a user, nor a port that is none.
        if authority.as_str() != port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")) {
            return None;
        }
        Some(Target {
            addresses,
            port: port.unwrap_or(80),
            authority: authority.to_string(),
            path_and_query: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        })
    }

    async fn connect(&self) -> Result<TcpStream, WebhookError> {
        let addresses: Vec<_> = self.addresses.iter().map(|&address| (address, self.port).into()).collect();
        TcpStream::connect(addresses.as_slice())
            .await
            .map_err(|error| WebhookError::Connect { authority: self.authority.clone(), error })
    }
}

/// Makes an event, signs it and sends it once. Unknown (contract 4.7): ScaiKey's retries. Here there are none.
pub(crate) async fn send(world: &World, url: &str) -> Result<SentWebhook, WebhookError> {
    let target = Target::of(url).ok_or(WebhookError::NotLoopback)?;
    let event_id = format!("evt_{}", random::id(16).map_err(|_| WebhookError::Random)?);
    let now = world.now();
    let (delivery, body) = {
        let mut state = world.state();
        let tenant = state.directory.tenants().first().ok_or(WebhookError::NoTenant)?;
        let body = event(&event_id, tenant, now);
        state.deliveries += 1;
        (state.deliveries, body)
    };
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("User-Agent", "ScaiKey-Webhook/1.0".to_owned()),
        ("X-ScaiKey-Webhook-ID", delivery.to_string()),
        ("X-ScaiKey-Event-ID", event_id.clone()),
        ("X-ScaiKey-Event-Type", EVENT_TYPE.to_owned()),
        ("X-ScaiKey-Timestamp", now.to_string()),
        ("X-ScaiKey-Signature", signature(&world.webhook_secret, now, body.as_bytes())),
    ]
    .map(|(name, value)| (name.to_owned(), value));

    let status = deliver(&target, &headers, body.clone(), TIME_OUT).await?;
    Ok(SentWebhook { event_id, status, headers: headers.to_vec(), body })
}

/// Posts this there; returns the answer's status. Follows nothing.
async fn deliver(
    target: &Target,
    headers: &[(String, String)],
    body: String,
    time_out: Duration,
) -> Result<u16, WebhookError> {
    let mut request = Request::post(&target.path_and_query).header(header::HOST, &target.authority);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    // What is not of our making was part of an address that could be read, so it can be written.
    let request = request.body(Body::from(body)).map_err(|_| WebhookError::NotLoopback)?;
    let exchange = async {
        let (mut sender, connection) = http1::handshake(TokioIo::new(target.connect().await?)).await?;
        // With the end of this the sender is gone, and so the connection ends, too.
        let asking = async move {
            let answer = sender.send_request(request).await?;
            let status = answer.status().as_u16();
            drop(to_bytes(Body::new(answer.into_body()), READ_OF_ANSWER).await);
            Ok(status)
        };
        // Whatever is wrong with the connection is told to who asks.
        let (answered, _) = tokio::join!(asking, connection);
        answered
    };
    tokio::time::timeout(time_out, exchange).await.unwrap_or(Err(WebhookError::TimedOut))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::practice_tenants;

    #[test]
    fn the_signature_is_that_of_openssl() {
        // printf '%s' '1700000000.{"a":1}' | openssl dgst -sha256 -hmac hush
        assert_eq!(
            signature("hush", 1_700_000_000, br#"{"a":1}"#),
            "t=1700000000,v1=7cfd1df542c33ab7251748ffdc6e7fed278c63b83d4ece95a4534b0ad465571b"
        );
    }

    #[test]
    fn the_event_is_the_documented_envelope() {
        let [acme, _, initech] = practice_tenants().try_into().unwrap();
        assert_eq!(
            event("evt_1", &acme, 1_798_761_600),
            concat!(
                r#"{"actor":{"id":"usr_practiceadmin","type":"admin"},"#,
                r#""data":{"id":"tnt_practiceacme","name":"Acme","slug":"acme","status":"SUSPENDED"},"#,
                r#""event_id":"evt_1","event_type":"tenant.updated","partner_id":"prt_practice","#,
                r#""resource":{"id":"tnt_practiceacme","type":"tenant"},"#,
                r#""tenant_id":"tnt_practiceacme","timestamp":"2027-01-01T00:00:00Z"}"#
            )
        );
        assert!(event("evt_1", &initech, 0).contains(r#""partner_id":null"#));
    }

    #[test]
    fn only_this_computer_is_a_target() {
        for (url, authority, path) in [
            ("http://127.0.0.1:9000/hook?x=1", "127.0.0.1:9000", "/hook?x=1"),
            ("http://LOCALHOST", "LOCALHOST", "/"),
            ("http://[::1]:1#part", "[::1]:1", "/"),
            ("HTTP://localhost:80?x", "localhost:80", "/?x"),
        ] {
            let target = Target::of(url).unwrap();
            assert_eq!(
                (target.authority.as_str(), target.path_and_query.as_str()),
                (authority, path),
                "{url}"
            );
            assert!(target.addresses.iter().all(IpAddr::is_loopback), "{url}");
        }
        for url in [
            "",
            "127.0.0.1:9000",
            "/hook",
            "https://127.0.0.1/",
            "ftp://127.0.0.1/",
            "http://example.com/",
            "http://localhost.example.com/",
            "http://127.0.0.1.example.com/",
            "http://127.0.0.2/",
            "http://127.1/",
            "http://2130706433/",
            "http://0.0.0.0/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://192.168.0.1/",
            "http://127.0.0.1@example.com/",
            "http://example.com@127.0.0.1/",
            "http://127.0.0.1:99999/",
            "http://127.0.0.1:/",
            "http://127.0.0.1:080/",
            "http://127.0.0.1:80\r\nX: y/",
            "http://127.0.0.1/a b",
            " http://127.0.0.1/",
            "http://127.0.0.1\\@example.com/",
        ] {
            assert_eq!(Target::of(url), None, "{url}");
        }
    }

    #[tokio::test]
    async fn who_does_not_answer_is_not_waited_for() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = Target::of(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let sent = deliver(&target, &[], String::new(), Duration::from_millis(50)).await;
        assert!(matches!(sent, Err(WebhookError::TimedOut)), "{sent:?}");
    }
}
