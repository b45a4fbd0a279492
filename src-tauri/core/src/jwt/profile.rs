//! What one kind of token must have: an access token of RFC 9068, a ScaiKey service token (contract 3.2), an ID
//! token (OpenID Connect Core §2).

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::checks::{Ending, repeated};
use super::claims::{UnverifiedClaims, kind_of};
use super::dictionary::{ID_TOKEN_ALWAYS, ID_TOKEN_ONLY, RFC9068_ALWAYS, SCAIKEY_ALWAYS};
use super::jws::{Decoded, JoseHeader};
use super::verify::check_critical;
use super::words::{list, quote};
use crate::contract::TokenKind;

/// What kind of token a token is judged as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Any JWT.
    Any,
    /// An access token (RFC 9068).
    AccessToken,
    /// A ScaiKey's service token (contract 3.2, 3.3).
    ScaiKeyService,
    /// An ID token (OpenID Connect Core §2).
    IdToken,
}

impl Profile {
    /// The profile that a token itself points to: by `typ` (RFC 9068 §2.1), by ScaiKey's `token_type` for a token
    /// of a ScaiKey, or by claims that only an ID token has.
    #[must_use]
    pub fn of(decoded: &Decoded, scaikey: bool) -> Self {
        if decoded.header.as_ref().and_then(JoseHeader::typ).as_deref() == Some("at+jwt") {
            return Self::AccessToken;
        }
        let Some(claims) = &decoded.payload else { return Self::Any };
        if scaikey && claims.str("token_type").as_deref() == Some(SERVICE) {
            return Self::ScaiKeyService;
        }
        if ID_TOKEN_ONLY.iter().any(|name| claims.has(name)) { Self::IdToken } else { Self::Any }
    }
}

/// `token_type` of a ScaiKey's service token (contract 3.2).
const SERVICE: &str = "client_credentials";

/// No critical header member (RFC 7515 §4.1.11).
pub(super) fn critical(decoded: &Decoded) -> Ending {
    match (&decoded.header, decoded.kind) {
        (_, TokenKind::Opaque) => Ending::skipped("An opaque token has no header"),
        (None, _) => Ending::skipped("The header cannot be read"),
        (Some(header), _) => match check_critical(header) {
            Ok(()) => Ending::passed("The header marks nothing as critical"),
            Err(reason) => Ending::failed(reason),
        },
    }
}

/// `typ` fits the kind of token (RFC 8725 §3.11).
pub(super) fn typ(decoded: &Decoded, profile: Profile) -> Ending {
    let header = match (&decoded.header, decoded.kind) {
        (_, TokenKind::Opaque) => return Ending::skipped("An opaque token has no header"),
        (None, _) => return Ending::skipped("The header cannot be read"),
        (Some(header), _) => header,
    };
    let typ = match (header.members().raw("typ"), header.typ()) {
        (Some(raw), None) => return Ending::failed(format!("typ is {}, not a text", kind_of(raw))),
        (_, typ) => typ,
    };
    let written = header.members().str("typ").map(|typ| quote(&typ));
    let named =
        written.as_deref().map_or_else(|| "The header has no typ".to_owned(), |typ| format!("typ is {typ}"));
    let plain = matches!(typ.as_deref(), None | Some("jwt"));
    match profile {
        Profile::AccessToken if typ.as_deref() == Some("at+jwt") => {
            Ending::passed(format!("{named}: an access token (RFC 9068 §2.1)"))
        }
        Profile::AccessToken => Ending::failed(format!("{named}; an access token of RFC 9068 says at+jwt")),
        Profile::IdToken if plain => Ending::passed(named),
        Profile::IdToken => Ending::failed(format!("{named}, which is no ID token")),
        Profile::ScaiKeyService | Profile::Any if typ.is_none() => {
            Ending::skipped("The header has no typ, so it does not say what kind of token it is")
        }
        Profile::ScaiKeyService if plain || typ.as_deref() == Some("at+jwt") => Ending::passed(named),
        Profile::ScaiKeyService => {
            Ending::skipped(format!("{named}; what a ScaiKey writes there is not documented"))
        }
        Profile::Any => Ending::passed(named),
    }
}

/// `aud` has the expected value (RFC 7519 §4.1.3): one text, or a list of texts.
pub(super) fn audience(claims: &UnverifiedClaims, expected: Option<&str>) -> Ending {
    if let Some(ending) = repeated(claims, &["aud"]) {
        return ending;
    }
    let raw = claims.raw("aud");
    let all = claims.strings("aud");
    let quoted = || list(&all.iter().flatten().map(|aud| quote(aud)).collect::<Vec<_>>(), 5);
    let Some(expected) = expected else {
        return Ending::skipped(match (raw, &all) {
            (None, _) => "No audience is expected, and the token names none".to_owned(),
            (Some(_), Some(all)) if all.is_empty() => {
                "No audience is expected, and the token names none".to_owned()
            }
            (Some(_), Some(_)) => format!("No audience is expected; the token is meant for {}", quoted()),
            (Some(raw), None) => format!("aud is {}, not a text or a list of texts", kind_of(raw)),
        });
    };
    match (raw, &all) {
        (None, _) => Ending::failed(format!("The token has no aud; {} was expected", quote(expected))),
        (Some(raw), None) => {
            Ending::failed(format!("aud is {}, not a text or a list of texts", kind_of(raw)))
        }
        (_, Some(all)) if all.iter().any(|aud| aud == expected) => {
            let others = all.len() - 1;
            Ending::passed("").note((others > 0).then(|| format!("It is meant for {others} more as well")))
        }
        (_, Some(all)) if all.is_empty() => {
            Ending::failed(format!("aud is an empty list; {} was expected", quote(expected)))
        }
        _ => Ending::failed(format!("The token is meant for {}, not for {}", quoted(), quote(expected))),
    }
}

/// `nonce` is that of the sign-in (OpenID Connect Core §3.1.3.7, 11).
pub(super) fn nonce(claims: &UnverifiedClaims, expected: Option<&str>) -> Ending {
    if let Some(ending) = repeated(claims, &["nonce"]) {
        return ending;
    }
    match (claims.raw("nonce"), claims.str("nonce"), expected) {
        (Some(raw), None, _) => Ending::failed(format!("nonce is {}, not a text", kind_of(raw))),
        (None, _, None) => Ending::skipped("The token has no nonce, and none is expected"),
        (Some(_), _, None) => Ending::skipped("Enter the nonce of the sign-in to compare it"),
        (None, _, Some(_)) => Ending::failed("The token has no nonce, although the sign-in sent one"),
        (_, Some(nonce), Some(expected)) if nonce == expected => Ending::passed(""),
        (_, Some(nonce), Some(expected)) => {
            Ending::failed(format!("nonce is {}, the sign-in sent {}", quote(&nonce), quote(expected)))
        }
    }
}

/// `at_hash` belongs to the access token (OpenID Connect Core §3.1.3.6): the left half of its hash, with the hash
/// function of the ID token's `alg`.
pub(super) fn access_token_hash(
    claims: &UnverifiedClaims,
    header: Option<&JoseHeader>,
    access_token: Option<&str>,
) -> Ending {
    if let Some(ending) = repeated(claims, &["at_hash"]) {
        return ending;
    }
    let at_hash = match (claims.raw("at_hash"), claims.str("at_hash")) {
        (None, _) => {
            return Ending::skipped("The token has no at_hash, so it is tied to no access token");
        }
        (Some(raw), None) => return Ending::failed(format!("at_hash is {}, not a text", kind_of(raw))),
        (_, Some(at_hash)) => at_hash,
    };
    let Some(access_token) = access_token else {
        return Ending::skipped("Enter the access token that came with it to compare its hash");
    };
    let Some(algorithm) = header.and_then(JoseHeader::alg).and_then(|alg| hash_of(&alg)) else {
        return Ending::skipped("Which hash at_hash is made with does not follow from alg");
    };
    let hash = digest::digest(algorithm, access_token.as_bytes());
    let half = hash.as_ref().get(..hash.as_ref().len() / 2).unwrap_or_default();
    if URL_SAFE_NO_PAD.encode(half) == at_hash {
        Ending::passed("")
    } else {
        Ending::failed("at_hash belongs to another access token")
    }
}

/// The hash function of a signature algorithm's name.
fn hash_of(alg: &str) -> Option<&'static digest::Algorithm> {
    match alg {
        "RS256" | "PS256" | "ES256" | "HS256" => Some(&digest::SHA256),
        "RS384" | "PS384" | "ES384" | "HS384" => Some(&digest::SHA384),
        // Ed25519 signs with SHA-512 (RFC 8032 §5.1).
        "RS512" | "PS512" | "ES512" | "HS512" | "EdDSA" | "Ed25519" => Some(&digest::SHA512),
        _ => None,
    }
}

/// It has the claims that its profile requires, each of the type that it requires.
pub(super) fn required(claims: &UnverifiedClaims, profile: Profile) -> Ending {
    let (names, kind): (&[&str], _) = match profile {
        Profile::Any => return Ending::skipped("Nothing is required of any JWT"),
        Profile::AccessToken => (RFC9068_ALWAYS, "RFC 9068 §2.2 requires it"),
        Profile::ScaiKeyService => (SCAIKEY_ALWAYS, "ScaiKey documents it for every access token"),
        Profile::IdToken => (ID_TOKEN_ALWAYS, "OpenID Connect Core §2 requires it"),
    };
    if let Some(ending) = repeated(claims, names) {
        return ending;
    }
    let missing: Vec<&str> = names.iter().copied().filter(|name| !claims.has(name)).collect();
    match missing.as_slice() {
        [] => {}
        [one] => return Ending::failed(format!("The token has no {one}; {kind}")),
        several => {
            let several = list(several, 9);
            let kind = kind.replace(" it", " them");
            return Ending::failed(format!("The token has none of {several}; {kind}"));
        }
    }
    let wrong = names.iter().find_map(|name| {
        let raw = claims.raw(name)?;
        let (right, wanted) = match *name {
            "exp" | "iat" => (kind_of(raw) == "a number", "a number"),
            "aud" => (claims.strings(name).is_some_and(|aud| !aud.is_empty()), "a text or a list of texts"),
            _ => (claims.str(name).is_some(), "a text"),
        };
        (!right).then(|| format!("{name} is {}; it should be {wanted}", kind_of(raw)))
    });
    if let Some(reason) = wrong {
        return Ending::failed(reason);
    }
    match profile {
        Profile::ScaiKeyService => service(claims),
        Profile::IdToken => {
            let several = claims.strings("aud").is_some_and(|aud| aud.len() > 1);
            let note = (several && !claims.has("azp"))
                .then(|| "It has several audiences and no azp (OpenID Connect Core §3.1.3.7)".to_owned());
            Ending::passed("An ID token with all that OpenID Connect Core §2 requires").note(note)
        }
        _ => Ending::passed("An access token with all that RFC 9068 §2.2 requires"),
    }
}

/// What tells a ScaiKey's service token from a user's (contract 3.2).
fn service(claims: &UnverifiedClaims) -> Ending {
    if let Some(ending) = repeated(claims, &["token_type", "client_id"]) {
        return ending;
    }
    match claims.str("token_type").as_deref() {
        Some(SERVICE) => {}
        Some(other) => {
            return Ending::failed(format!("token_type is {}; a service token says {SERVICE}", quote(other)));
        }
        None => {
            return Ending::failed(format!("The token has no token_type; a service token says {SERVICE}"));
        }
    }
    match (claims.str("sub"), claims.str("client_id")) {
        (Some(sub), Some(client_id)) if sub == client_id => {
            Ending::passed("A service token with all that ScaiKey documents; sub equals client_id")
        }
        (Some(sub), Some(client_id)) => Ending::failed(format!(
            "sub is {}, client_id is {}; in a service token they are the same",
            quote(&sub),
            quote(&client_id)
        )),
        _ => Ending::failed("The token has no client_id; ScaiKey documents it for all flows"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::checks::{Expectations, IssuerExpectation, Values, check};
    use super::super::decode_unverified;
    use super::super::samples::b64;
    use super::*;
    use crate::contract::{Check, CheckName, Outcome};

    use Outcome::{Failed, Passed, Skipped};

    const VALUES: Values<'static> =
        Values { profile: Profile::Any, audience: None, nonce: None, access_token: None };

    fn checks(header: &str, payload: &str, values: Values<'_>) -> Vec<Check> {
        let token = format!("{}.{}.AA", b64(header.as_bytes()), b64(payload.as_bytes()));
        let expected = Expectations {
            issuer: IssuerExpectation::default(),
            request: None,
            values: Some(values),
            now_ms: 1_795_525_512_000,
            clock_offset_ms: None,
            signature: None,
            keys_unavailable: None,
            keys_age_ms: None,
            leeway_seconds: 0,
        };
        check(&decode_unverified(&token), &expected)
    }

    fn check_one(
        (header, payload): (&str, &str),
        values: Values<'_>,
        name: CheckName,
        (outcome, reason): (Outcome, &str),
    ) -> Check {
        let found = checks(header, payload, values).into_iter().find(|check| check.name == name).unwrap();
        assert_eq!((found.outcome, found.reason.as_str()), (outcome, reason), "{header} {payload}");
        found
    }

    const PLAIN: &str = r#"{"alg":"RS256"}"#;

    #[test]
    fn what_is_checked_depends_on_what_is_expected() {
        use CheckName::{
            AccessTokenHash, Algorithm, Audience, Critical, Issuer, Nonce, Signature, Time, Type,
        };
        let names = |values| checks(PLAIN, "{}", values).iter().map(|c| c.name).collect::<Vec<_>>();
        let always = [Signature, Algorithm, Critical, Type, Issuer, Audience, Time];
        assert_eq!(names(VALUES), always);
        let all = [&always[..], &[Nonce, AccessTokenHash, CheckName::Profile]].concat();
        assert_eq!(names(Values { profile: Profile::IdToken, ..VALUES }), all);
        assert_eq!(names(Values { nonce: Some("n"), ..VALUES }), [&always[..], &[Nonce]].concat());
    }

    #[test]
    fn f_jwt_22_what_is_critical_is_a_check_of_its_own() {
        for (header, ending) in [
            (PLAIN, (Passed, "The header marks nothing as critical")),
            (
                r#"{"alg":"RS256","crit":["exp"],"exp":1}"#,
                (Failed, "The header marks “exp” as critical, which is not understood here"),
            ),
            (r#"{"alg":"RS256","crit":[]}"#, (Failed, "The header's crit is no list of names")),
            (
                r#"{"alg":"RS256","crit":"x"}"#,
                (Failed, "The header marks “x” as critical, which is not understood here"),
            ),
        ] {
            check_one((header, "{}"), VALUES, CheckName::Critical, ending);
        }
    }

    #[test]
    fn the_type_fits_the_kind_of_token() {
        let at = r#"{"alg":"RS256","typ":"application/at+JWT"}"#;
        let jwt = r#"{"alg":"RS256","typ":"JWT"}"#;
        let none = "The header has no typ, so it does not say what kind of token it is";
        for (header, profile, ending) in [
            (PLAIN, Profile::Any, (Skipped, none)),
            (jwt, Profile::Any, (Passed, "typ is “JWT”")),
            (r#"{"alg":"RS256","typ":1}"#, Profile::Any, (Failed, "typ is a number, not a text")),
            (
                at,
                Profile::AccessToken,
                (Passed, "typ is “application/at+JWT”: an access token (RFC 9068 §2.1)"),
            ),
            (jwt, Profile::AccessToken, (Failed, "typ is “JWT”; an access token of RFC 9068 says at+jwt")),
            (
                PLAIN,
                Profile::AccessToken,
                (Failed, "The header has no typ; an access token of RFC 9068 says at+jwt"),
            ),
            (PLAIN, Profile::IdToken, (Passed, "The header has no typ")),
            (at, Profile::IdToken, (Failed, "typ is “application/at+JWT”, which is no ID token")),
            (PLAIN, Profile::ScaiKeyService, (Skipped, none)),
            (
                r#"{"alg":"RS256","typ":"x"}"#,
                Profile::ScaiKeyService,
                (Skipped, "typ is “x”; what a ScaiKey writes there is not documented"),
            ),
        ] {
            check_one((header, "{}"), Values { profile, ..VALUES }, CheckName::Type, ending);
        }
    }

    #[test]
    fn f_jwt_16_audiences_against_an_expected_one() {
        for (aud, expected, ending) in [
            (r#","aud":"a""#, Some("a"), (Passed, "")),
            (r#","aud":["b","a"]"#, Some("a"), (Passed, "")),
            (r#","aud":["b","c"]"#, Some("a"), (Failed, "The token is meant for “b”, “c”, not for “a”")),
            (r#","aud":[]"#, Some("a"), (Failed, "aud is an empty list; “a” was expected")),
            (r#","aud":1"#, Some("a"), (Failed, "aud is a number, not a text or a list of texts")),
            (r#","aud":[1]"#, Some("1"), (Failed, "aud is a list, not a text or a list of texts")),
            (r#","aud":{}"#, Some("a"), (Failed, "aud is an object, not a text or a list of texts")),
            ("", Some("a"), (Failed, "The token has no aud; “a” was expected")),
            (r#","aud":"a","aud":"b""#, Some("a"), (Failed, "The token says aud more than once")),
            (r#","aud":"A""#, Some("a"), (Failed, "The token is meant for “A”, not for “a”")),
            (r#","aud":"a""#, None, (Skipped, "No audience is expected; the token is meant for “a”")),
            (r#","aud":[]"#, None, (Skipped, "No audience is expected, and the token names none")),
            ("", None, (Skipped, "No audience is expected, and the token names none")),
        ] {
            let payload = format!("{{\"x\":1{aud}}}");
            let values = Values { audience: expected, ..VALUES };
            check_one((PLAIN, &payload), values, CheckName::Audience, ending);
        }
    }

    #[test]
    fn nonces() {
        for (payload, expected, ending) in [
            (r#"{"nonce":"n"}"#, Some("n"), (Passed, "")),
            (r#"{"nonce":"n"}"#, Some("m"), (Failed, "nonce is “n”, the sign-in sent “m”")),
            ("{}", Some("n"), (Failed, "The token has no nonce, although the sign-in sent one")),
            (r#"{"nonce":7}"#, Some("7"), (Failed, "nonce is a number, not a text")),
            (r#"{"nonce":"n"}"#, None, (Skipped, "Enter the nonce of the sign-in to compare it")),
            ("{}", None, (Skipped, "The token has no nonce, and none is expected")),
        ] {
            let values = Values { profile: Profile::IdToken, nonce: expected, ..VALUES };
            check_one((PLAIN, payload), values, CheckName::Nonce, ending);
        }
    }

    #[test]
    fn hashes_of_access_tokens() {
        // OpenID Connect Core A.3 and A.6: this ID token and this access token came together.
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        let payload = r#"{"at_hash":"77QmUPtjPfzWtF2AnpK9RQ"}"#;
        let ed = format!(
            "{{\"at_hash\":\"{}\"}}",
            b64(&digest::digest(&digest::SHA512, token.as_bytes()).as_ref()[..32])
        );
        let enter = "Enter the access token that came with it to compare its hash";
        for (header, payload, given, ending) in [
            (PLAIN, payload, Some(token), (Passed, "")),
            (PLAIN, payload, Some("another"), (Failed, "at_hash belongs to another access token")),
            (r#"{"alg":"RS512"}"#, payload, Some(token), (Failed, "at_hash belongs to another access token")),
            (r#"{"alg":"EdDSA"}"#, &ed, Some(token), (Passed, "")),
            (
                r#"{"alg":"ES256K"}"#,
                payload,
                Some(token),
                (Skipped, "Which hash at_hash is made with does not follow from alg"),
            ),
            (PLAIN, payload, None, (Skipped, enter)),
            (
                PLAIN,
                "{}",
                Some(token),
                (Skipped, "The token has no at_hash, so it is tied to no access token"),
            ),
            (PLAIN, r#"{"at_hash":1}"#, Some(token), (Failed, "at_hash is a number, not a text")),
        ] {
            let values = Values { profile: Profile::IdToken, access_token: given, ..VALUES };
            check_one((header, payload), values, CheckName::AccessTokenHash, ending);
        }
    }

    #[test]
    fn what_a_profile_requires() {
        use Profile::{AccessToken, IdToken, ScaiKeyService};
        let rfc9068 = r#"{"iss":"i","aud":"a","sub":"s","client_id":"c","exp":1,"iat":1,"jti":"j"}"#;
        let scaikey = r#"{"iss":"i","aud":"a","sub":"c","client_id":"c","exp":1,"iat":1,"scope":"a b","token_type":"client_credentials"}"#;
        let id = r#"{"iss":"i","aud":["a","b"],"sub":"c","exp":1,"iat":1}"#;
        for (payload, profile, ending) in [
            (
                rfc9068.to_owned(),
                AccessToken,
                (Passed, "An access token with all that RFC 9068 §2.2 requires"),
            ),
            (
                rfc9068.replace(r#","jti":"j""#, ""),
                AccessToken,
                (Failed, "The token has no jti; RFC 9068 §2.2 requires it"),
            ),
            (
                rfc9068.replace(r#","jti":"j""#, "").replace(r#""client_id":"c","#, ""),
                AccessToken,
                (Failed, "The token has none of client_id, jti; RFC 9068 §2.2 requires them"),
            ),
            (
                rfc9068.replace(r#""exp":1"#, r#""exp":"1""#),
                AccessToken,
                (Failed, "exp is a text; it should be a number"),
            ),
            (
                rfc9068.replace(r#""aud":"a""#, r#""aud":[]"#),
                AccessToken,
                (Failed, "aud is a list; it should be a text or a list of texts"),
            ),
            (
                scaikey.to_owned(),
                ScaiKeyService,
                (Passed, "A service token with all that ScaiKey documents; sub equals client_id"),
            ),
            (
                scaikey.replace(r#""sub":"c""#, r#""sub":"usr_1""#),
                ScaiKeyService,
                (Failed, "sub is “usr_1”, client_id is “c”; in a service token they are the same"),
            ),
            (
                scaikey.replace(r#","token_type":"client_credentials""#, ""),
                ScaiKeyService,
                (Failed, "The token has no token_type; a service token says client_credentials"),
            ),
            (
                scaikey.replace(r#""scope":"a b","#, ""),
                ScaiKeyService,
                (Failed, "The token has no scope; ScaiKey documents it for every access token"),
            ),
            (id.to_owned(), IdToken, (Passed, "An ID token with all that OpenID Connect Core §2 requires")),
            (
                id.replace(r#""iat":1"#, r#""iat":1,"iat":2"#),
                IdToken,
                (Failed, "The token says iat more than once"),
            ),
        ] {
            let values = Values { profile, ..VALUES };
            let found = check_one((PLAIN, &payload), values, CheckName::Profile, ending);
            assert_eq!(found.note.is_some(), profile == IdToken && found.outcome == Passed);
        }
    }

    #[test]
    fn the_profile_that_a_token_points_to() {
        let of = |header: &str, payload: &str, scaikey| {
            Profile::of(
                &decode_unverified(&format!("{}.{}.AA", b64(header.as_bytes()), b64(payload.as_bytes()))),
                scaikey,
            )
        };
        assert_eq!(of(r#"{"typ":"at+jwt"}"#, r#"{"nonce":"n"}"#, true), Profile::AccessToken);
        assert_eq!(of(PLAIN, r#"{"token_type":"client_credentials"}"#, true), Profile::ScaiKeyService);
        assert_eq!(of(PLAIN, r#"{"token_type":"client_credentials"}"#, false), Profile::Any);
        assert_eq!(of(PLAIN, r#"{"nonce":"n"}"#, false), Profile::IdToken);
        assert_eq!(of(PLAIN, "{}", true), Profile::Any);
    }
}
