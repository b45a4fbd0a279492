//! A token taken to pieces (RFC 7515 §3.1), and what is wrong with each piece.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose};

use super::claims::UnverifiedClaims;
use super::words::{quote, visible};
use crate::contract::TokenKind;

/// The longest token that is read.
pub const LONGEST_TOKEN: usize = 1024 * 1024;

/// Takes what the strict reader refuses: the viewer shows such a part, with a remark.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

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
    /// What is wrong, part by part, in sentences.
    pub problems: Vec<String>,
    /// Why a strict reader refuses the token before it looks at the signature.
    pub(super) malformed: Option<String>,
    /// Where the signed text and the signature stand in the token.
    pub(super) pieces: Option<(Range<usize>, Range<usize>)>,
}

/// A JOSE header (RFC 7515 §4). Data, never trusted: it names keys and algorithms, it does not choose them.
#[derive(Debug, Clone)]
pub struct JoseHeader(UnverifiedClaims);

impl JoseHeader {
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
    let mut decoded = Decoded {
        kind: TokenKind::Opaque,
        header: None,
        payload: None,
        payload_text: None,
        problems: Vec::new(),
        malformed: None,
        pieces: None,
    };
    if token.len() > LONGEST_TOKEN {
        decoded.problems.push("The token is longer than 1 MiB, so it is not read.".to_owned());
        return decoded;
    }
    if token.trim().is_empty() {
        decoded.problems.push("The token is empty.".to_owned());
        return decoded;
    }
    if token.trim_start().starts_with('{') {
        decoded.problems.push(
            "This is JSON. A JWS in its JSON form is not read here, only in its compact form.".to_owned(),
        );
        return decoded;
    }
    let count = token.split('.').count();
    let mut parts = token.split('.');
    let (Some(header_text), Some(payload_text)) = (parts.next(), parts.next()) else {
        return decoded;
    };

    let header = Part::read("header", header_text);
    let payload = Part::read("payload", payload_text);
    let looks_signed = count == 3 && (header_text.trim_start().starts_with("ey") || payload.object.is_some());
    decoded.kind = match (count, &header.object) {
        (5, Some(_)) => TokenKind::Jwe,
        (_, Some(_)) => TokenKind::Jwt,
        (_, None) if looks_signed => TokenKind::Jwt,
        _ => return decoded,
    };

    let mut malformed = Vec::new();
    malformed.extend(header.encoding.clone());
    if header.object.is_none() {
        malformed.extend(header.content.clone());
    }
    decoded.problems.extend(header.encoding);
    decoded.problems.extend(header.content);
    if let Some(object) = &header.object {
        let twice = repeated("header", object);
        malformed.extend(twice.clone());
        decoded.problems.extend(twice);
    }
    decoded.header = header.object.map(JoseHeader);
    if decoded.kind == TokenKind::Jwe {
        if !decoded.header.as_ref().is_some_and(|h| h.members().has("enc")) {
            decoded
                .problems
                .push("The token has 5 parts like an encrypted one, but its header has no enc.".to_owned());
        }
        return decoded;
    }

    malformed.extend(payload.encoding.clone());
    decoded.problems.extend(payload.encoding);
    decoded.problems.extend(payload.content);
    decoded.problems.extend(payload.object.as_ref().and_then(|object| repeated("payload", object)));
    decoded.payload_text = if payload.object.is_some() { None } else { payload.text };
    decoded.payload = payload.object;

    if count == 3 {
        let signature_text = parts.next().unwrap_or_default();
        let signed = header_text.len() + 1 + payload_text.len();
        decoded.pieces = Some((0..signed, signed + 1..token.len()));
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

fn repeated(name: &str, object: &UnverifiedClaims) -> Option<String> {
    let names: Vec<String> = object.duplicates().into_iter().map(quote).collect();
    if names.is_empty() {
        return None;
    }
    let names = super::words::list(&names, 5);
    Some(format!("The {name} says {names} more than once; here the last one counts."))
}

/// The header or the payload, as far as it can be read.
struct Part {
    object: Option<UnverifiedClaims>,
    text: Option<String>,
    /// What a strict base64url reader objects to.
    encoding: Option<String>,
    /// What is wrong with what it says.
    content: Option<String>,
}

impl Part {
    fn read(name: &str, encoded: &str) -> Self {
        let (bytes, encoding) = decode_part(name, encoded);
        let mut part = Self { object: None, text: None, encoding, content: None };
        let Some(bytes) = bytes else { return part };
        if bytes.is_empty() {
            part.content = Some(format!("The {name} is empty."));
            return part;
        }
        if matches!(bytes.as_slice(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..]) {
            part.content = Some(format!("The {name} is UTF-16, not UTF-8."));
            return part;
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = error.utf8_error().valid_up_to() + 1;
                part.content = Some(format!("The {name} is not UTF-8: byte {at} does not belong there."));
                return part;
            }
        };
        let json = text.strip_prefix('\u{feff}');
        if json.is_some() {
            part.content = Some(format!("The {name} begins with a byte order mark."));
        }
        match UnverifiedClaims::parse(json.unwrap_or(&text)) {
            Ok(object) => part.object = Some(object),
            Err(what) => part.content = Some(format!("The {name} is {}.", visible(&what))),
        }
        part.text = Some(text);
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

    #[test]
    fn f_jwt_4_5_6_encodings() {
        let standard = "eyJhIjoiw7/Dvz8/In0="; // {"a":"ÿÿ??"}
        let ends = "base64url has none of that.";
        for (token, problem) in [
            (
                format!("{HEADER}.{standard}.AA"),
                format!(
                    "The payload is padded with = and uses the standard base64 alphabet (+ and /): {ends}"
                ),
            ),
            (
                format!("{HEADER}.{PAYLOAD}.AB"),
                format!("The signature has stray bits in its last character: {ends}"),
            ),
            (format!("{HEADER}.$$$.AA"), "The payload is not base64url: “$” at character 1.".to_owned()),
            (format!("ey$A.{PAYLOAD}.AA"), "The header is not base64url: “$” at character 3.".to_owned()),
            (format!("{HEADER}.{PAYLOAD}.A"), "The signature is not base64url: it is cut off.".to_owned()),
            (
                format!("{HEADER}.{PAYLOAD}.é"),
                "The signature is not base64url: “é” at character 1.".to_owned(),
            ),
        ] {
            let decoded = check_decoded(&token, TokenKind::Jwt, &[&problem]);
            assert_eq!(decoded.malformed, Some(problem));
        }
    }

    #[test]
    fn f_jwt_7_10_contents_that_are_no_object() {
        let utf16: Vec<u8> = "{\"a\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (payload, problem) in [
            (&b"Payload"[..], "The payload is not JSON (expected value at line 1, column 1)."),
            (b"[1]", "The payload is a list, not a JSON object."),
            (b"\"x\"", "The payload is a text, not a JSON object."),
            (b"", "The payload is empty."),
            (b"{\"a\":\"\xff\"}", "The payload is not UTF-8: byte 7 does not belong there."),
            (b"{\"a\":\"\xc0\xaf\"}", "The payload is not UTF-8: byte 7 does not belong there."),
            (b"\xef\xbb\xbf{}", "The payload begins with a byte order mark."),
            (&utf16, "The payload is UTF-16, not UTF-8."),
            (br#"{"exp":1,"exp":2}"#, "The payload says “exp” more than once; here the last one counts."),
        ] {
            let decoded = check_decoded(&format!("{HEADER}.{}.AA", b64(payload)), TokenKind::Jwt, &[problem]);
            // What a payload says never makes the JWS malformed: RFC 7515 A.4 signs the word "Payload".
            assert_eq!(decoded.malformed, None);
        }
        for (header, problem) in [
            (&b"[1]"[..], "The header is a list, not a JSON object."),
            (
                br#"{"alg":"none","alg":"RS256"}"#,
                "The header says “alg” more than once; here the last one counts.",
            ),
        ] {
            let decoded = check_decoded(&format!("{}.{PAYLOAD}.AA", b64(header)), TokenKind::Jwt, &[problem]);
            assert_eq!(decoded.malformed.as_deref(), Some(problem));
        }
    }

    #[test]
    fn f_jwt_8_over_a_mebibyte_is_not_read() {
        let token = format!("{HEADER}.{}.AA", "A".repeat(LONGEST_TOKEN));
        check_decoded(&token, TokenKind::Opaque, &["The token is longer than 1 MiB, so it is not read."]);
    }

    #[test]
    fn f_jwt_9_a_deep_payload_is_read() {
        let payload = b64(format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000)).as_bytes());
        let decoded = check_decoded(&format!("{HEADER}.{payload}.AA"), TokenKind::Jwt, &[]);
        assert!(decoded.payload.is_some_and(|p| p.pretty().len() < 50_000));
    }

    #[test]
    fn a_json_form_is_named() {
        check_decoded(
            r#"{"payload":"e30","signatures":[]}"#,
            TokenKind::Opaque,
            &["This is JSON. A JWS in its JSON form is not read here, only in its compact form."],
        );
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
