//! The members of a JOSE header.

use super::parts::{HOLDS_A_SECRET, critical, holds_a_secret};
use super::{TWICE, did_you_mean, flag, plain_row, text};
use crate::contract::ClaimRow;
use crate::jwt::claims::Placed;
use crate::jwt::dictionary::{ALGORITHMS, Nature, TYPES, look_up_header, meant_in_header};
use crate::jwt::jws::Decoded;

/// The members of a token's header, explained, in its own order; none where it cannot be read.
#[must_use]
pub fn explain_header(decoded: &Decoded) -> Vec<ClaimRow> {
    let Some(header) = &decoded.header else { return Vec::new() };
    let members = header.members();
    let duplicates = members.duplicates();
    let typ = header.typ();
    members
        .placed()
        .map(|Placed { name, raw, range }| {
            let mut row = row(name, raw, typ.as_deref());
            row.place = decoded.place_of_header(range);
            if duplicates.binary_search(&name).is_ok() {
                row.notes.push(TWICE.to_owned());
            }
            row
        })
        .collect()
}

fn row(name: &str, raw: &str, typ: Option<&str>) -> ClaimRow {
    let (mut row, is_text) = plain_row(name, raw);
    let Some(entry) = look_up_header(name) else {
        row.notes.extend(meant_in_header(name).map(did_you_mean));
        return row;
    };
    row.meaning = entry.meaning.to_owned();
    row.source = entry.source.map(str::to_owned);
    match entry.nature {
        Nature::Text | Nature::Name => text(&mut row, entry, raw, is_text),
        Nature::Flag => flag(&mut row, raw),
        _ => {}
    }
    match entry.name {
        "alg" | "enc" if is_text => algorithm(&mut row),
        "typ" if is_text => kind(&mut row, typ),
        "cty" if is_text && row.value.eq_ignore_ascii_case("JWT") => {
            say(&mut row, "The payload is another JWT.", "RFC 7519 §5.2");
        }
        "zip" if row.value == "DEF" => {
            row.meaning = "Compressed with DEFLATE before it was encrypted.".to_owned();
        }
        "b64" if raw == "false" => {
            row.meaning = "The payload stands there as it is, not in base64url.".to_owned()
        }
        "crit" => critical(&mut row, raw),
        _ => {}
    }
    if ["jku", "jwk", "x5u", "x5c"].contains(&entry.name) {
        row.notes.push("Never used here: a token must not choose the key it is checked with".to_owned());
    }
    if ["jwk", "epk"].contains(&entry.name) && holds_a_secret(raw) {
        row.notes.push(HOLDS_A_SECRET.to_owned());
    }
    row
}

fn say(row: &mut ClaimRow, meaning: &str, source: &str) {
    row.meaning = meaning.to_owned();
    row.source = Some(source.to_owned());
}

fn algorithm(row: &mut ClaimRow) {
    match ALGORITHMS.iter().find(|(name, ..)| *name == row.value) {
        Some((_, meaning, source)) => say(row, meaning, source),
        None => row.notes.push("Not an algorithm of the standards known here".to_owned()),
    }
    if row.value.eq_ignore_ascii_case("none") {
        row.notes.push("Never counts as verified".to_owned());
    }
}

fn kind(row: &mut ClaimRow, typ: Option<&str>) {
    if typ == Some("jwt") {
        say(row, "A JSON Web Token. It does not say of which kind.", "RFC 7519 §5.1");
    } else if let Some(kind) = TYPES.iter().find(|kind| Some(kind.typ) == typ) {
        say(row, &format!("{}.", kind.name), kind.source);
    }
}
