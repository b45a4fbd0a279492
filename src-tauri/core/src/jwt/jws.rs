//! A token taken to pieces (RFC 7515 §3.1), and what is wrong with each piece.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose};

use super::claims::UnverifiedClaims;
use super::json_form::{self, JsonSignature};
use super::words::{quote, visible};
use crate::contract::{Place, TokenKind};

/// The longest token that is read, in bytes: a payload of 1 MB is 1.34 MB of base64url.
pub const LONGEST_TOKEN: usize = 2 * 1024 * 1024;

/// Takes what the strict reader refuses: the viewer shows such a part, with a remark.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A token in pieces. Nothing in it is verified. It holds no copy of the signature.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// What the token is, by its shape.
    pub kind: TokenKind,
    /// The header, where it is a JSON object.
    pub header: Option<JoseHeader>,
    /// The payload, where it is a JSON object.
    pub payload: Option<UnverifiedClaims>,
    /// The payload's text, where it is none: a JWS may carry anything.
    pub payload_text: Option<String>,
    /// The signatures of a JWS in its JSON form; else none.
    pub signatures: Vec<JsonSignature>,
    /// What is wrong, part by part, in sentences.
    pub problems: Vec<String>,
    /// Why a strict reader refuses the token before it looks at the signature.
    pub(super) malformed: Option<String>,
    /// Where the signed text and the signature stand in the token.
    pub(super) pieces: Option<(Range<usize>, Range<usize>)>,
    /// Where the header stands in the token, where it is plain base64url of its JSON text.
    pub(super) header_at: Option<Range<usize>>,
    /// The payload likewise.
    pub(super) payload_at: Option<Range<usize>>,
}

impl Decoded {
    pub(super) fn of_kind(kind: TokenKind) -> Self {
        Self {
            kind,
            header: None,
            payload: None,
            payload_text: None,
            signatures: Vec::new(),
            problems: Vec::new(),
            malformed: None,
            pieces: None,
            header_at: None,
            payload_at: None,
        }
    }

    /// The characters of the token that carry these bytes of the header's text; `None` where the header is not plain
    /// base64url of that text.
    #[must_use]
    pub fn place_of_header(&self, bytes: Range<usize>) -> Option<Place> {
        place(self.header_at.as_ref()?, bytes)
    }

    /// The payload likewise.
    #[must_use]
    pub fn place_of_payload(&self, bytes: Range<usize>) -> Option<Place> {
        place(self.payload_at.as_ref()?, bytes)
    }

    /// Takes in what was read of a payload.
    pub(super) fn take_payload(&mut self, part: Part) {
        self.problems.extend(part.encoding);
        self.problems.extend(part.content);
        self.problems.extend(part.object.as_ref().and_then(|object| repeated("payload", object)));
        self.payload_text = part.text;
        self.payload = part.object;
    }
}

/// The characters of a base64url text at `part` that carry some of its bytes: 6 bits a character.
fn place(part: &Range<usize>, bytes: Range<usize>) -> Option<Place> {
    let from = part.start + bytes.start * 4 / 3;
    let to = part.start + (bytes.end * 4).div_ceil(3);
    if bytes.start > bytes.end || to > part.end {
        return None;
    }
    Some(Place { from: u32::try_from(from).ok()?, to: u32::try_from(to).ok()? })
}

/// A JOSE header (RFC 7515 §4). Data, never trusted: it names keys and algorithms, it does not choose them.
#[derive(Debug, Clone)]
pub struct JoseHeader(UnverifiedClaims);

impl JoseHeader {
    pub(super) fn of(members: UnverifiedClaims) -> Self {
        Self(members)
    }

    /// All its members.
    #[must_use]
    pub fn members(&self) -> &UnverifiedClaims {
        &self.0
    }

    /// `alg`, where it is a string.
    #[must_use]
    pub fn alg(&self) -> Option<String> {
        self.0.str("alg")
    }

    /// `kid`, where it is a string.
    #[must_use]
    pub fn kid(&self) -> Option<String> {
        self.0.str("kid")
    }

    /// `typ`, where it is a string, in lower case and without `application/` (RFC 7515 §4.1.9).
    #[must_use]
    pub fn typ(&self) -> Option<String> {
        let typ = self.0.str("typ")?.to_ascii_lowercase();
        Some(typ.strip_prefix("application/").map_or(typ.clone(), str::to_owned))
    }

    /// Members by which the token brings or points to a key of its own. They are never followed.
    #[must_use]
    pub fn own_keys(&self) -> Vec<&'static str> {
        ["jku", "jwk", "x5u", "x5c"].into_iter().filter(|name| self.0.has(name)).collect()
    }
}

/// Takes a token to pieces. It never fails: it returns what it could read and what is wrong.
#[must_use]
pub fn decode_unverified(token: &str) -> Decoded {
    let mut decoded = Decoded::of_kind(TokenKind::Opaque);
    if token.len() > LONGEST_TOKEN {
        decoded.problems.push("The token is longer than 2 MiB, so it is not read.".to_owned());
        return decoded;
    }
    if token.trim().is_empty() {
        decoded.problems.push("The token is empty.".to_owned());
        return decoded;
    }
    if token.trim_start().starts_with('{') {
        json_form::decode(token, &mut decoded);
        return decoded;
    }
    let count = token.split('.').count();
    let mut parts = token.split('.');
    let (Some(header_text), Some(payload_text)) = (parts.next(), parts.next()) else {
        return decoded;
    };

    let header = Part::read("header", header_text);
    // With five parts the second is an encrypted key.
    let payload = (count != 5 || header.object.is_none()).then(|| Part::read("payload", payload_text));
    let payload_is_object = payload.as_ref().is_some_and(|payload| payload.object.is_some());
    let looks_signed = count == 3 && (header_text.trim_start().starts_with("ey") || payload_is_object);
    decoded.kind = match (count, &header.object) {
        (5, Some(_)) => TokenKind::Jwe,
        (_, Some(_)) => TokenKind::Jwt,
        (_, None) if looks_signed => TokenKind::Jwt,
        _ => return decoded,
    };

    let mut malformed = Vec::new();
    malformed.extend(header.encoding.clone());
    // A byte order mark too: a reader may refuse it (RFC 8259 §8.1), so this one does.
    malformed.extend(header.content.clone());
    decoded.problems.extend(header.encoding);
    decoded.problems.extend(header.content);
    if let Some(object) = &header.object {
        let twice = repeated("header", object);
        malformed.extend(twice.clone());
        decoded.problems.extend(twice);
    }
    decoded.header_at = header.plain.then_some(0..header_text.len());
    decoded.header = header.object.map(JoseHeader);
    let Some(mut payload) = payload else {
        if !decoded.header.as_ref().is_some_and(|h| h.members().has("enc")) {
            decoded
                .problems
                .push("The token has 5 parts like an encrypted one, but its header has no enc.".to_owned());
        }
        return decoded;
    };

    let payload_at = header_text.len() + 1;
    let signature_at = payload_at + payload_text.len() + 1;
    if payload_text.is_empty() && count == 3 {
        // The signature tells the two apart: one that is made over an empty payload verifies.
        payload.content =
            Some("The payload is not in the token: it is empty, or kept elsewhere (detached, RFC 7515 appendix F).".to_owned());
    }
    // A place counts characters, so what stands before must have one byte for each.
    decoded.payload_at = (payload.plain && header_text.is_ascii()).then_some(payload_at..signature_at - 1);
    malformed.extend(payload.encoding.clone());
    decoded.take_payload(payload);

    if count == 3 {
        let signature_text = parts.next().unwrap_or_default();
        decoded.pieces = Some((0..signature_at - 1, signature_at..token.len()));
        if signature_text.is_empty() {
            decoded.problems.push("The signature is empty.".to_owned());
        }
        let (_, encoding) = decode_part("signature", signature_text);
        malformed.extend(encoding.clone());
        decoded.problems.extend(encoding);
    } else {
        let wrong = format!("The token has {count} parts; a signed JWT has 3.");
        malformed.insert(0, wrong.clone());
        decoded.problems.push(wrong);
    }
    decoded.malformed = malformed.into_iter().next();
    decoded
}

/// A sentence for names that stand in an object more than once.
pub(super) fn repeated(name: &str, object: &UnverifiedClaims) -> Option<String> {
    let names: Vec<String> = object.duplicates().into_iter().map(quote).collect();
    if names.is_empty() {
        return None;
    }
    let names = super::words::list(&names, 5);
    Some(format!("The {name} says {names} more than once; here the last one counts."))
}

/// The header or the payload, as far as it can be read.
pub(super) struct Part {
    pub(super) object: Option<UnverifiedClaims>,
    /// Its text, where it is no object.
    pub(super) text: Option<String>,
    /// What a strict base64url reader objects to.
    pub(super) encoding: Option<String>,
    /// What is wrong with what it says.
    pub(super) content: Option<String>,
    /// Whether it is plain base64url of the object's text, so that every byte has its place.
    pub(super) plain: bool,
}

impl Part {
    /// Reads one, called `name` in what is said of it.
    pub(super) fn read(name: &str, encoded: &str) -> Self {
        let (bytes, encoding) = decode_part(name, encoded);
        let mut part = Self { object: None, text: None, encoding, content: None, plain: false };
        let Some(bytes) = bytes else { return part };
        if bytes.is_empty() {
            part.content = Some(format!("The {name} is empty."));
            return part;
        }
        if matches!(bytes.as_slice(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..]) {
            part.content = Some(format!("The {name} is UTF-16, not UTF-8."));
            return part;
        }
        let mut text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = error.utf8_error().valid_up_to() + 1;
                part.content = Some(format!("The {name} is not UTF-8: byte {at} does not belong there."));
                return part;
            }
        };
        let marked = text.strip_prefix(BYTE_ORDER_MARK).map(str::to_owned);
        if let Some(rest) = marked {
            part.content = Some(format!("The {name} begins with a byte order mark."));
            text = rest;
        }
        match UnverifiedClaims::read(text) {
            Ok(object) => {
                part.plain = part.encoding.is_none() && part.content.is_none();
                part.object = Some(object);
            }
            Err((text, what)) => {
                part.text = Some(match part.content {
                    Some(_) => format!("{BYTE_ORDER_MARK}{text}"),
                    None => text,
                });
                part.content = Some(format!("The {name} is {}.", visible(&what)));
            }
        }
        part
    }
}

/// Decodes one part: strictly, then leniently with a remark; without bytes where neither goes.
pub(super) fn decode_part(name: &str, encoded: &str) -> (Option<Vec<u8>>, Option<String>) {
    if let Ok(bytes) = general_purpose::URL_SAFE_NO_PAD.decode(encoded) {
        return (Some(bytes), None);
    }
    let mut remarks = Vec::new();
    let mut text = encoded.to_owned();
    if text.contains(|c: char| c.is_ascii_whitespace()) {
        remarks.push("has white space in it");
        text.retain(|c| !c.is_ascii_whitespace());
    }
    if text.ends_with('=') {
        remarks.push("is padded with =");
        text.truncate(text.trim_end_matches('=').len());
    }
    if text.contains(['+', '/']) {
        remarks.push("uses the standard base64 alphabet (+ and /)");
        text = text.replace('+', "-").replace('/', "_");
    }
    match LENIENT.decode(&text) {
        Ok(bytes) => {
            if remarks.is_empty() {
                remarks.push("has stray bits in its last character");
            }
            (Some(bytes), Some(format!("The {name} {}: base64url has none of that.", remarks.join(" and "))))
        }
        Err(_) => {
            let alien = |c: &char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '/'));
            let why = match text.chars().enumerate().find(|(_, c)| alien(c)) {
                Some((at, c)) => format!("{} at character {}", quote(&c.to_string()), at + 1),
                None => "it is cut off".to_owned(),
            };
            (None, Some(format!("The {name} is not base64url: {why}.")))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::b64;
    use super::*;

    fn check_decoded(token: &str, kind: TokenKind, problems: &[&str]) -> Decoded {
        let decoded = decode_unverified(token);
        assert_eq!(decoded.kind, kind, "{token}");
        assert_eq!(decoded.problems, problems, "{token}");
        decoded
    }

    const HEADER: &str = "eyJhbGciOiJSUzI1NiJ9"; // {"alg":"RS256"}
    const PAYLOAD: &str = "eyJhIjoxfQ"; // {"a":1}

    #[test]
    fn f_jwt_1_text_around_a_token_is_pointed_out() {
        check_decoded("", TokenKind::Opaque, &["The token is empty."]);
        check_decoded(" \n", TokenKind::Opaque, &["The token is empty."]);
        let token = format!(" {HEADER}.eyJh\nIjoxfQ.AA\n");
        let decoded = check_decoded(
            &token,
            TokenKind::Jwt,
            &[
                "The header has white space in it: base64url has none of that.",
                "The payload has white space in it: base64url has none of that.",
                "The signature has white space in it: base64url has none of that.",
            ],
        );
        assert_eq!(decoded.payload.and_then(|p| p.raw("a").map(str::to_owned)).as_deref(), Some("1"));
        assert!(decoded.malformed.is_some());
    }

    #[test]
    fn f_jwt_2_the_number_of_parts() {
        for (token, kind, problems) in [
            (HEADER.to_owned(), TokenKind::Opaque, vec![]),
            ("rt_0123456789".to_owned(), TokenKind::Opaque, vec![]),
            ("sgk_a.b.c".to_owned(), TokenKind::Opaque, vec![]),
            (format!("{HEADER}.{PAYLOAD}.AA"), TokenKind::Jwt, vec![]),
            (
                format!("{HEADER}.{PAYLOAD}"),
                TokenKind::Jwt,
                vec!["The token has 2 parts; a signed JWT has 3."],
            ),
            (
                format!("{HEADER}.{PAYLOAD}.AA.AA"),
                TokenKind::Jwt,
                vec!["The token has 4 parts; a signed JWT has 3."],
            ),
            (
                format!("{HEADER}.{PAYLOAD}.AA.AA.AA.AA"),
                TokenKind::Jwt,
                vec!["The token has 6 parts; a signed JWT has 3."],
            ),
            (format!("{HEADER}.{PAYLOAD}."), TokenKind::Jwt, vec!["The signature is empty."]),
        ] {
            check_decoded(&token, kind, &problems);
        }
    }

    #[test]
    fn f_jwt_3_an_encrypted_token_shows_its_header() {
        let header = b64(br#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);
        let decoded = check_decoded(&format!("{header}.AA.AA.AA.AA"), TokenKind::Jwe, &[]);
        assert_eq!(decoded.header.and_then(|h| h.alg()).as_deref(), Some("RSA-OAEP"));
        assert!(decoded.payload.is_none());
        check_decoded(
            &format!("{HEADER}.AA.AA.AA.AA"),
            TokenKind::Jwe,
            &["The token has 5 parts like an encrypted one, but its header has no enc."],
        );
    }

    /// A token with one fault: it is shown all the same, and a strict reader refuses it.
    fn check_encoding(token: &str, problem: &str) -> Decoded {
        let decoded = check_decoded(token, TokenKind::Jwt, &[problem]);
        assert_eq!(decoded.malformed.as_deref(), Some(problem));
        decoded
    }

    #[test]
    fn f_jwt_4_standard_base64_and_padding_are_read_and_reported() {
        let standard = "eyJhIjoiw7/Dvz8/In0="; // {"a":"ÿÿ??"}
        let decoded = check_encoding(
            &format!("{HEADER}.{standard}.AA"),
            "The payload is padded with = and uses the standard base64 alphabet (+ and /): base64url has none of that.",
        );
        assert_eq!(decoded.payload.and_then(|payload| payload.str("a")).as_deref(), Some("ÿÿ??"));
        let padded = format!("{HEADER}.{PAYLOAD}.AA==");
        check_encoding(&padded, "The signature is padded with =: base64url has none of that.");
    }

    #[test]
    fn f_jwt_5_invalid_base64_names_its_part_and_the_others_show() {
        for (token, problem, header, payload) in [
            (format!("ey$A.{PAYLOAD}.AA"), "The header is not base64url: “$” at character 3.", false, true),
            (format!("{HEADER}.$$$.AA"), "The payload is not base64url: “$” at character 1.", true, false),
            (format!("{HEADER}.{PAYLOAD}.A"), "The signature is not base64url: it is cut off.", true, true),
            (
                format!("{HEADER}.{PAYLOAD}.é"),
                "The signature is not base64url: “é” at character 1.",
                true,
                true,
            ),
        ] {
            let decoded = check_encoding(&token, problem);
            assert_eq!((decoded.header.is_some(), decoded.payload.is_some()), (header, payload), "{token}");
        }
    }

    #[test]
    fn f_jwt_6_stray_bits_are_read_and_reported() {
        for (token, part) in
            [(format!("{HEADER}.{PAYLOAD}.AB"), "signature"), (format!("{HEADER}.eyJhIjoxfR.AA"), "payload")]
        {
            check_encoding(
                &token,
                &format!("The {part} has stray bits in its last character: base64url has none of that."),
            );
        }
    }

    /// What a payload says never makes the JWS malformed: RFC 7515 A.4 signs the word "Payload".
    fn check_payload(payload: &[u8], problem: &str) {
        let decoded = check_decoded(&format!("{HEADER}.{}.AA", b64(payload)), TokenKind::Jwt, &[problem]);
        assert_eq!(decoded.malformed, None);
    }

    fn check_header(header: &[u8], problem: &str) {
        let decoded = check_decoded(&format!("{}.{PAYLOAD}.AA", b64(header)), TokenKind::Jwt, &[problem]);
        assert_eq!(decoded.malformed.as_deref(), Some(problem));
    }

    #[test]
    fn f_jwt_7_what_is_no_json_object_is_named() {
        check_payload(b"Payload", "The payload is not JSON (expected value at line 1, column 1).");
        check_payload(b"[1]", "The payload is a list, not a JSON object.");
        check_payload(b"\"x\"", "The payload is a text, not a JSON object.");
        let empty = "The payload is not in the token: it is empty, or kept elsewhere (detached, RFC 7515 appendix F).";
        check_payload(b"", empty);
        check_header(b"[1]", "The header is a list, not a JSON object.");
    }

    #[test]
    fn f_jwt_10_what_is_no_utf_8_is_named() {
        let utf16: Vec<u8> = "{\"a\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        check_payload(b"{\"a\":\"\xff\"}", "The payload is not UTF-8: byte 7 does not belong there.");
        check_payload(b"{\"a\":\"\xc0\xaf\"}", "The payload is not UTF-8: byte 7 does not belong there.");
        check_payload(b"\xef\xbb\xbf{}", "The payload begins with a byte order mark.");
        check_payload(&utf16, "The payload is UTF-16, not UTF-8.");
    }

    #[test]
    fn f_jwt_11_names_that_stand_there_twice_are_named() {
        check_payload(
            br#"{"exp":1,"exp":2}"#,
            "The payload says “exp” more than once; here the last one counts.",
        );
        check_header(
            br#"{"alg":"none","alg":"RS256"}"#,
            "The header says “alg” more than once; here the last one counts.",
        );
    }

    #[test]
    fn f_jwt_32_33_34_hostile_claims_are_read_exactly() {
        let long = "x".repeat(100_000);
        let text = format!(
            r#"{{"a":"<script>\u202eаdmin","n":12345678901234567890123,"__proto__":{{}},"toString":"{long}"}}"#
        );
        let decoded = check_decoded(&format!("{HEADER}.{}.AA", b64(text.as_bytes())), TokenKind::Jwt, &[]);
        let payload = decoded.payload.unwrap();
        assert_eq!(payload.str("a").as_deref(), Some("<script>\u{202e}аdmin"));
        assert_eq!(payload.raw("n"), Some("12345678901234567890123"));
        assert_eq!(payload.raw("__proto__"), Some("{}"));
        assert_eq!(payload.str("toString"), Some(long));
    }

    #[test]
    fn f_jwt_8_ten_megabytes_are_refused_and_one_is_read() {
        for length in [10_000_000, LONGEST_TOKEN] {
            let token = format!("{HEADER}.{}.AA", "A".repeat(length));
            check_decoded(&token, TokenKind::Opaque, &["The token is longer than 2 MiB, so it is not read."]);
        }
        let token = format!("{HEADER}.{}.AA", b64(payload_of(1_000_000).as_bytes()));
        let decoded = check_decoded(&token, TokenKind::Jwt, &[]);
        assert_eq!(decoded.payload.map(|payload| payload.text() == payload_of(1_000_000)), Some(true));
        let wide: Vec<String> = (0..10_000).map(|n| format!("\"claim{n}\":{n}")).collect();
        let token = format!("{HEADER}.{}.AA", b64(format!("{{{}}}", wide.join(",")).as_bytes()));
        let payload = check_decoded(&token, TokenKind::Jwt, &[]).payload.unwrap();
        assert_eq!((payload.iter().count(), payload.raw("claim9999")), (10_000, Some("9999")));
    }

    fn payload_of(length: usize) -> String {
        format!("{{\"a\":\"{}\"}}", "x".repeat(length))
    }

    #[test]
    fn f_jwt_9_a_deep_payload_is_read() {
        let payload = b64(format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000)).as_bytes());
        let decoded = check_decoded(&format!("{HEADER}.{payload}.AA"), TokenKind::Jwt, &[]);
        assert!(decoded.payload.is_some_and(|p| p.pretty().len() < 50_000));
    }

    /// The characters of the token at the places of its members, by the name of each.
    fn check_places(token: &str, header: &[(&str, &str)], payload: &[(&str, &str)]) {
        let decoded = decode_unverified(token);
        let at = |place: Place| token.get(place.from as usize..place.to as usize).unwrap();
        let found: Vec<_> = decoded.header.iter().flat_map(|h| h.members().placed()).collect();
        let found: Vec<_> =
            found.iter().map(|m| (m.name, at(decoded.place_of_header(m.range.clone()).unwrap()))).collect();
        assert_eq!(found, header);
        let found: Vec<_> = decoded.payload.iter().flat_map(UnverifiedClaims::placed).collect();
        let found: Vec<_> =
            found.iter().map(|m| (m.name, at(decoded.place_of_payload(m.range.clone()).unwrap()))).collect();
        assert_eq!(found, payload);
    }

    #[test]
    fn members_are_found_in_the_token() {
        // The payload is eyJhIjoxLCJiYyI6ImRlIn0; a character that carries bits of two neighbours counts for both.
        check_places(
            &format!("{HEADER}.{}.AA", b64(br#"{"a":1,"bc":"de"}"#)),
            &[("alg", "yJhbGciOiJSUzI1NiJ")],
            &[("a", "yJhIjox"), ("bc", "CJiYyI6ImRlIn")],
        );
    }

    #[test]
    fn what_is_not_plain_has_no_places() {
        let standard = "eyJhIjoiw7/Dvz8/In0=";
        for token in [
            format!("{HEADER}.{standard}.AA"),
            format!("{HEADER}.{}.AA", b64(b"\xef\xbb\xbf{\"a\":1}")),
            format!("{HEADER}é.{PAYLOAD}.AA"),
            "rt_1".to_owned(),
        ] {
            assert_eq!(decode_unverified(&token).place_of_payload(0..1), None, "{token}");
        }
        let decoded = decode_unverified(&format!("{HEADER}.{PAYLOAD}.AA"));
        assert_eq!(decoded.place_of_payload(0..7), Some(Place { from: 21, to: 31 }));
        assert_eq!(decoded.place_of_payload(0..8), None);
    }

    proptest! {
        #[test]
        fn anything_can_be_decoded(token in any::<String>()) {
            let _: Decoded = decode_unverified(&token);
        }

        #[test]
        fn anything_like_a_token_can_be_decoded(token in "(ey)?[A-Za-z0-9_+/= é-]{0,40}(\\.[A-Za-z0-9_=é-]{0,40}){0,6}") {
            let _: Decoded = decode_unverified(&token);
        }

        #[test]
        fn any_bytes_in_the_parts_can_be_decoded(header in any::<Vec<u8>>(), payload in any::<Vec<u8>>()) {
            let _: Decoded = decode_unverified(&format!("{}.{}.AA", b64(&header), b64(&payload)));
        }
    }
}
