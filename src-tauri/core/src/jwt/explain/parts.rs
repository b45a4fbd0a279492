//! Values taken apart: what each scope allows, who acts for whom, which key a token is bound to.

use serde_json::value::RawValue;

use super::{LOOK_ALIKES, Reader};
use crate::contract::{ClaimRow, ValuePart, ValueShape};
use crate::jwt::claims::{UnverifiedClaims, compact, kind_of, strings_of};
use crate::jwt::dictionary::{
    CONFIRMATIONS, EVENTS, LEVELS, METHODS, OIDC_SCOPES, SCAIKEY_SCOPES, id_of, look_up_header, meaning_in,
};
use crate::jwt::words::{list, quote, visible};

/// The most parts that a value is taken into: more say nothing to anyone, and a hostile token has a million.
const MOST_PARTS: usize = 500;

/// The most actors of a chain that are looked at.
const MOST_ACTORS: usize = 32;

/// The longest chain of actors that is taken apart, in bytes: each actor is read once more than the one before it.
const LONGEST_CHAIN: usize = 64 * 1024;

/// The most things that stand in one part's words.
const MOST_WORDS: usize = 5;

/// Members that only a private or a shared key has (RFC 7518 §6).
const SECRET_MEMBERS: [&str; 2] = ["d", "k"];

pub(super) const HOLDS_A_SECRET: &str = "Holds a secret key: whoever reads the token has it";

fn part(value: &str, meaning: impl Into<String>) -> ValuePart {
    ValuePart { value: visible(value), meaning: meaning.into() }
}

/// Sets a list's parts, as many as are shown.
fn set_list<T>(row: &mut ClaimRow, values: &[T], to_part: impl Fn(&T) -> ValuePart) {
    if values.is_empty() {
        row.notes.push("An empty list".to_owned());
        return;
    }
    row.shape = ValueShape::List;
    row.parts = values.iter().take(MOST_PARTS).map(to_part).collect();
    if values.len() > MOST_PARTS {
        row.notes.push(format!("Only the first {MOST_PARTS} of {} are taken apart", values.len()));
    }
}

/// Reads an object; says what the value is instead.
fn object(row: &mut ClaimRow, raw: &str) -> Option<UnverifiedClaims> {
    let object = UnverifiedClaims::parse(raw).ok();
    if object.is_none() {
        row.notes.push(format!("Is {}; it should be an object", kind_of(raw)));
    }
    object
}

/// What an ID's beginning says, where that means something.
fn by_its_beginning(value: &str, reader: &Reader<'_>) -> Option<String> {
    id_of(value).filter(|_| reader.scaikey).map(|(_, whose)| format!("by its beginning, {whose}"))
}

/// Scopes, each with what it allows.
pub(super) fn scopes(row: &mut ClaimRow, raw: &str, reader: &Reader<'_>) {
    let Some(texts) = strings_of(raw) else {
        row.notes.push(format!("Is {}, not a text", kind_of(raw)));
        return;
    };
    let scopes: Vec<&str> = texts.iter().flat_map(|text| text.split_ascii_whitespace()).collect();
    if scopes.is_empty() {
        row.meaning = "Allows nothing: no scope was granted.".to_owned();
        return;
    }
    set_list(row, &scopes, |scope| part(scope, scope_in_words(scope, reader.scaikey)));
    let mut once = scopes.clone();
    once.sort_unstable();
    once.dedup();
    if once.len() < scopes.len() {
        row.notes.push("Says a scope more than once".to_owned());
    }
    if kind_of(raw) == "a list" && row.name == "scope" {
        row.notes.push("A list; RFC 8693 has one text with spaces".to_owned());
    }
}

fn scope_in_words(scope: &str, scaikey: bool) -> String {
    let oidc = meaning_in(OIDC_SCOPES, scope);
    if !scaikey {
        return oidc.unwrap_or("its meaning is up to the server").to_owned();
    }
    match (meaning_in(SCAIKEY_SCOPES, scope), oidc) {
        (Some(meaning), _) => meaning.to_owned(),
        (None, Some(meaning)) => format!("in OpenID Connect: {meaning}; not documented by ScaiKey"),
        (None, None) => "not documented by ScaiKey".to_owned(),
    }
}

/// One audience or several.
pub(super) fn audience(row: &mut ClaimRow, raw: &str, reader: &Reader<'_>) {
    let Some(all) = strings_of(raw) else {
        row.notes.push(format!("Is {}; it should be a text or a list of texts", kind_of(raw)));
        return;
    };
    if all.is_empty() {
        row.notes.push("An empty list: meant for nobody".to_owned());
        return;
    }
    if all.iter().any(|aud| !aud.is_ascii()) {
        row.notes.push(LOOK_ALIKES.to_owned());
    }
    let own = |aud: &String| reader.client_id == Some(aud.as_str());
    match all.as_slice() {
        [one] if own(one) => {
            row.meaning =
                "This application itself. An API that expects another audience will refuse it.".to_owned();
        }
        [one] => {
            if let Some((_, whose)) = id_of(one).filter(|_| reader.scaikey) {
                row.meaning = format!("{} By its beginning, {whose}.", row.meaning);
            }
        }
        _ => {}
    }
    if kind_of(raw) == "a list" {
        set_list(row, &all, |aud| {
            let known =
                if own(aud) { Some("this application".to_owned()) } else { by_its_beginning(aud, reader) };
            part(aud, known.unwrap_or_default())
        });
    }
}

/// How strongly the user was authenticated (`acr`).
pub(super) fn level(row: &mut ClaimRow) {
    match LEVELS.iter().find(|(value, ..)| *value == row.value) {
        Some((_, meaning, source)) => {
            row.meaning = (*meaning).to_owned();
            row.source = Some((*source).to_owned());
        }
        None => row.meaning.push_str(" What the value means is up to the issuer."),
    }
}

/// Methods of authentication (`amr`, RFC 8176 §2).
pub(super) fn methods(row: &mut ClaimRow, raw: &str) {
    if kind_of(raw) != "a list" {
        row.notes.push(format!("Is {}; it should be a list of texts", kind_of(raw)));
    }
    let Some(methods) = strings_of(raw) else { return };
    set_list(row, &methods, |method| {
        part(method, meaning_in(METHODS, method).unwrap_or("its meaning is up to the issuer"))
    });
}

/// Groups, roles and the like: names that only their issuer knows.
pub(super) fn names(row: &mut ClaimRow, raw: &str, reader: &Reader<'_>) {
    let Some(names) = strings_of(raw).filter(|_| kind_of(raw) == "a list") else { return };
    set_list(row, &names, |name| part(name, by_its_beginning(name, reader).unwrap_or_default()));
}

/// Who acts for the subject, and who did before (RFC 8693 §4.1).
pub(super) fn chain(row: &mut ClaimRow, raw: &str, subject: Option<&str>, reader: &Reader<'_>) {
    if raw.len() > LONGEST_CHAIN {
        row.notes.push("Too long to be taken apart".to_owned());
        return;
    }
    let Some(mut current) = object(row, raw) else { return };
    row.shape = ValueShape::Chain;
    let no_subject =
        if subject.is_some() { "the subject" } else { "the subject, which the token does not name" };
    row.parts.push(part(subject.unwrap_or_default(), no_subject));
    for depth in 0..MOST_ACTORS {
        let place = if depth == 0 {
            "acts for the subject"
        } else {
            "acted before; only the actor that acts now counts for access"
        };
        let (name, issuer) = actor(&current);
        let mut words = place.to_owned();
        if let Some(issuer) = issuer {
            words.push_str(&format!(", named by {}", quote(&issuer)));
        }
        if let Some(beginning) = by_its_beginning(&name, reader) {
            words.push_str(&format!("; {beginning}"));
        }
        row.parts.push(part(&name, words));
        let Some(inner) = current.raw("act") else { return };
        match UnverifiedClaims::parse(inner) {
            Ok(inner) => current = inner,
            Err(_) => {
                row.notes.push(format!("Has an act within that is {}, not an object", kind_of(inner)));
                return;
            }
        }
    }
    row.notes.push(format!("Nested deeper than {MOST_ACTORS} actors; the rest is not taken apart"));
}

/// Who may act for the subject (RFC 8693 §4.4).
pub(super) fn permitted_actor(row: &mut ClaimRow, raw: &str) {
    let Some(claims) = object(row, raw) else { return };
    let (name, issuer) = actor(&claims);
    let words = match issuer {
        Some(issuer) => format!("may act for the subject, named by {}", quote(&issuer)),
        None => "may act for the subject".to_owned(),
    };
    row.shape = ValueShape::List;
    row.parts = vec![part(&name, words)];
}

/// An actor's name, by what it is named with, and the issuer that gave it.
fn actor(claims: &UnverifiedClaims) -> (String, Option<String>) {
    match claims.str("sub").or_else(|| claims.str("client_id")) {
        Some(name) => (name, claims.str("iss")),
        None => {
            let members: Vec<String> = claims
                .iter()
                .filter(|(name, _)| *name != "act")
                .take(MOST_WORDS)
                .map(|(name, raw)| member(name, raw))
                .collect();
            (if members.is_empty() { "{}".to_owned() } else { members.join(", ") }, None)
        }
    }
}

/// A member as one text: `kid: a`.
fn member(name: &str, raw: &str) -> String {
    let value = serde_json::from_str::<String>(raw).unwrap_or_else(|_| compact(raw));
    format!("{name}: {value}")
}

/// The key that the token is bound to (`cnf`, RFC 7800 §3.1).
pub(super) fn confirmation(row: &mut ClaimRow, raw: &str) {
    let Some(claims) = object(row, raw) else { return };
    let members: Vec<(&str, &str)> = claims.iter().collect();
    match members.as_slice() {
        [] => {
            row.notes.push("Names no key".to_owned());
            return;
        }
        [("jkt", _)] => {
            row.meaning = "Bound to a DPoP key: every request needs a proof made with it.".to_owned();
        }
        [("x5t#S256", _)] => {
            row.meaning =
                "Bound to a TLS certificate: only who connects with it can use the token.".to_owned();
        }
        _ => {}
    }
    if members.iter().any(|(name, raw)| *name == "jwk" && holds_a_secret(raw)) {
        row.notes.push(HOLDS_A_SECRET.to_owned());
    }
    set_list(row, &members, |(name, raw)| {
        part(&member(name, raw), meaning_in(CONFIRMATIONS, name).unwrap_or("not in the standards known here"))
    });
}

/// Whether a JWK is private or shared.
pub(super) fn holds_a_secret(jwk: &str) -> bool {
    UnverifiedClaims::parse(jwk).is_ok_and(|jwk| SECRET_MEMBERS.iter().any(|name| jwk.has(name)))
}

/// What a token allows, in detail (RFC 9396 §2).
pub(super) fn details(row: &mut ClaimRow, raw: &str) {
    let Ok(entries) = serde_json::from_str::<Vec<Box<RawValue>>>(raw) else {
        row.notes.push(format!("Is {}; it should be a list of objects", kind_of(raw)));
        return;
    };
    set_list(row, &entries, |entry| detail(entry.get()));
    if row.parts.iter().any(|part| part.value.is_empty()) {
        row.notes.push("An entry has no type, which RFC 9396 §2 requires".to_owned());
    }
}

fn detail(raw: &str) -> ValuePart {
    let Ok(claims) = UnverifiedClaims::parse(raw) else {
        return part("", format!("is {}, not an object", kind_of(raw)));
    };
    let words: Vec<String> = ["actions", "locations", "datatypes", "privileges", "identifier"]
        .into_iter()
        .filter_map(|name| {
            let values: Vec<String> = claims.strings(name)?.iter().map(|value| quote(value)).collect();
            Some(format!("{name}: {}", list(&values, MOST_WORDS)))
        })
        .collect();
    part(&claims.str("type").unwrap_or_default(), words.join("; "))
}

/// What happened (`events`, RFC 8417 §2.2).
pub(super) fn events(row: &mut ClaimRow, raw: &str) {
    let Some(claims) = object(row, raw) else { return };
    let names: Vec<&str> = claims.iter().map(|(name, _)| name).collect();
    if names.is_empty() {
        row.notes.push("Names no event".to_owned());
        return;
    }
    set_list(row, &names, |name| part(name, meaning_in(EVENTS, name).unwrap_or_default()));
}

/// Members that must be understood (`crit`, RFC 7515 §4.1.11), each with its meaning.
pub(super) fn critical(row: &mut ClaimRow, raw: &str) {
    let Some(names) = strings_of(raw).filter(|_| kind_of(raw) == "a list") else {
        row.notes.push(format!("Is {}; it should be a list of texts", kind_of(raw)));
        return;
    };
    if names.is_empty() {
        row.notes.push("An empty list, which RFC 7515 forbids".to_owned());
        return;
    }
    set_list(row, &names, |name| part(name, look_up_header(name).map_or("", |entry| entry.meaning)));
}
