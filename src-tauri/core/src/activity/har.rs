//! The activity as a HAR 1.2 file, for the developer tools of browsers and for bug reports. It is made of what
//! was recorded, so it holds no secret either.

use std::net::SocketAddr;

use serde_json::{Value, json};
use url::Url;

use crate::contract::{BodyView, ExchangeView, HeaderView, MessageView, TimingView};

/// These exchanges, oldest first, as the text of a HAR file.
#[must_use]
pub fn har<'a>(exchanges: impl DoubleEndedIterator<Item = &'a ExchangeView>) -> String {
    let entries: Vec<Value> = exchanges.rev().map(entry).collect();
    let log = json!({
        "log": {
            "version": "1.2",
            "creator": { "name": "ScaiKey Companion", "version": env!("CARGO_PKG_VERSION") },
            "entries": entries,
        }
    });
    format!("{log:#}\n")
}

fn entry(exchange: &ExchangeView) -> Value {
    let row = &exchange.summary;
    let mut entry = json!({
        "startedDateTime": iso(row.at),
        "time": exchange.timing.total,
        "request": request(exchange),
        "response": response(exchange.response.as_ref()),
        "cache": {},
        "timings": timings(&exchange.timing),
        "comment": row.failure.clone().unwrap_or_default(),
    });
    let remote = exchange.connection.as_ref().and_then(|connection| connection.remote.as_deref());
    if let Some(address) = remote.and_then(|remote| remote.parse::<SocketAddr>().ok()) {
        entry["serverIPAddress"] = address.ip().to_string().into();
    }
    entry
}

fn request(exchange: &ExchangeView) -> Value {
    let (row, message) = (&exchange.summary, &exchange.request);
    let query = Url::parse(&row.url).map(|url| {
        let pairs = url.query_pairs().map(|(name, value)| json!({ "name": name, "value": value }));
        pairs.collect::<Vec<_>>()
    });
    let mut request = json!({
        "method": row.method,
        "url": row.url,
        "httpVersion": message.line.rsplit(' ').next().unwrap_or_default(),
        "cookies": [],
        "headers": headers(&message.headers),
        "queryString": query.unwrap_or_default(),
        "headersSize": -1,
        "bodySize": size(message.body.as_ref()),
    });
    if let Some(body) = &message.body {
        request["postData"] = json!({ "mimeType": body.media_type, "text": body.text });
    }
    request
}

/// A request without an answer has status 0, as browsers write it.
fn response(message: Option<&MessageView>) -> Value {
    let line = message.map_or("", |message| message.line.as_str());
    let mut words = line.splitn(3, ' ');
    let version = words.next().unwrap_or_default();
    let status: u16 = words.next().and_then(|status| status.parse().ok()).unwrap_or_default();
    let fields = message.map_or(&[][..], |message| message.headers.as_slice());
    let location = fields.iter().find(|field| field.name == "location").map(|field| field.value.as_str());
    let body = message.and_then(|message| message.body.as_ref());
    json!({
        "status": status,
        "statusText": words.next().unwrap_or_default(),
        "httpVersion": version,
        "cookies": [],
        "headers": headers(fields),
        "content": {
            "size": size(body),
            "mimeType": body.and_then(|body| body.media_type.as_deref()).unwrap_or("x-unknown"),
            "text": body.map_or("", |body| body.text.as_str()),
        },
        "redirectURL": location.unwrap_or_default(),
        "headersSize": -1,
        "bodySize": size(body),
    })
}

fn headers(fields: &[HeaderView]) -> Value {
    fields.iter().map(|field| json!({ "name": field.name, "value": field.value })).collect()
}

fn size(body: Option<&BodyView>) -> u64 {
    body.map_or(0, |body| body.bytes)
}

/// The parts add up to `time`: what is none of them is `blocked`. TLS is within `connect`.
fn timings(timing: &TimingView) -> Value {
    let parts = [timing.dns, timing.connect, timing.wait, timing.body];
    let rest = timing.total - parts.iter().flatten().sum::<f64>();
    json!({
        "blocked": rest.max(0.0),
        "dns": timing.dns.unwrap_or(-1.0),
        "connect": timing.connect.unwrap_or(-1.0),
        "ssl": -1,
        "send": 0,
        "wait": timing.wait.unwrap_or(0.0),
        "receive": timing.body.unwrap_or(0.0),
    })
}

/// ISO 8601 in UTC, with milliseconds.
fn iso(unix_ms: i64) -> String {
    let (days, ms) = (unix_ms.div_euclid(86_400_000), unix_ms.rem_euclid(86_400_000));
    // Days since 0000-03-01, in eras of 400 years: a leap day is the last day of its year then.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", ms % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_iso_8601() {
        assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(1_795_532_400_007), "2026-11-24T15:00:00.007Z");
        assert_eq!(iso(951_782_399_999), "2000-02-28T23:59:59.999Z");
        assert_eq!(iso(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(iso(-1), "1969-12-31T23:59:59.999Z");
    }
}
