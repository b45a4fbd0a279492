use proptest::prelude::*;

use super::*;
use crate::contract::TokenKind;
use crate::jwt::decode_unverified;
use crate::jwt::samples::b64;

/// `{"alg":"HS256","typ":"JWT"}` and a payload, with a signature of its length.
const A: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2sudGVzdCIsInN1YiI6InN2YyJ9.\
                 s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0";
/// Another.
const I: &str = "eyJhbGciOiJIUzI1NiJ9.eyJub25jZSI6Im4ifQ.TD37p4c_0jmreSrBSDmE0F3mYSPtkZ3WrSyI5wb_KTg";
/// An opaque one.
const R: &str = "rt_8f7e6d5c4b3a29180f1e2d3c";
/// An encrypted one.
const E: &str = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA";

/// The text with the tokens in it: `{A}`, `{I}`, `{R}`, `{E}`.
fn filled(form: &str) -> String {
    form.replace("{A}", A).replace("{I}", I).replace("{R}", R).replace("{E}", E)
}

/// A form, and the tokens found in it with their names.
fn check_found(form: &str, expected: &[(&str, &str)]) -> Vec<FoundText> {
    let text = filled(form);
    let pasted = find(&text);
    let found: Vec<_> =
        pasted.tokens.iter().map(|found| (found.name.as_str(), found.token.as_str())).collect();
    assert_eq!(found, expected, "{form}");
    assert_eq!(pasted.problem, None, "{form}");
    pasted.tokens
}

/// A form with one token, and what is said of it.
fn check_cut(form: &str, name: &str, token: &str, cut: &[&str]) {
    let found = check_found(form, &[(name, token)]);
    assert_eq!(found[0].cut, cut, "{form}");
}

const AROUND: &str = "The text around it was left out.";
const QUOTES: &str = "The quotes around it were cut.";
const CURL: &str = "The rest of the curl command was left out.";
const HTTP: &str = "The rest of the HTTP message was left out.";
const HEADER: &str = "The word “Bearer” and the name “Authorization” were cut.";

#[test]
fn f_jwt_1_what_stands_around_a_token_is_cut_and_said() {
    for (form, name, token, cut) in [
        ("{A}", "Token", A, &[][..]),
        ("{R}", "Token", R, &[]),
        ("{E}", "Token", E, &[]),
        (" {A}\n", "Token", A, &["The white space around it was cut."]),
        ("\u{feff}{A}\u{200b}", "Token", A, &["The white space around it was cut."]),
        ("\"{A}\"", "Token", A, &[QUOTES]),
        ("'{A}',", "Token", A, &[QUOTES, "The comma after it was cut."]),
        ("“{A}”", "Token", A, &[QUOTES]),
        ("„{R}“", "Token", R, &[QUOTES]),
        ("«{A}»", "Token", A, &[QUOTES]),
        ("`{A}`", "Token", A, &[QUOTES]),
        ("```\n{A}\n```", "Token", A, &["The white space around it was cut."]),
        ("{A};", "Token", A, &["The semicolon after it was cut."]),
        ("{R},", "Token", R, &["The comma after it was cut."]),
        ("Bearer {A}", "Token", A, &["The word “Bearer” was cut."]),
        ("bearer {R}", "Token", R, &["The word “Bearer” was cut."]),
        ("Bearer x", "Token", "x", &["The word “Bearer” was cut."]),
        ("DPoP {A}", "Token", A, &["The word “DPoP” was cut."]),
        ("Bearer%20{A}", "Token", A, &["The word “Bearer” was cut."]),
        ("Authorization: Bearer {A}", "Authorization", A, &[HEADER]),
        (
            "authorization:bearer {R}\r\n",
            "authorization",
            R,
            &["The word “Bearer” and the name “authorization” were cut."],
        ),
        ("Authorization: {A}", "Authorization", A, &["The name “Authorization” was cut."]),
        ("DPoP: {A}", "DPoP", A, &["The name “DPoP” was cut."]),
        ("X-Auth-Token: {R}", "X-Auth-Token", R, &["The name “X-Auth-Token” was cut."]),
        ("The token is {A}.", "Token", A, &["The full stop after it was cut.", AROUND]),
        ("see {A} (expired)", "Token", A, &[AROUND]),
        ("<{A}>", "Token", A, &[AROUND]),
    ] {
        check_cut(form, name, token, cut);
    }
}

#[test]
fn f_jwt_1_commands_and_messages() {
    for (form, name, token, cut) in [
        (
            "curl -H \"Authorization: Bearer {A}\" https://api.test/x",
            "Authorization",
            A,
            &[HEADER, QUOTES, CURL][..],
        ),
        (
            "curl https://api.test/x \\\n  -H 'Authorization: Bearer {A}' \\\n  -H 'Accept: */*'",
            "Authorization",
            A,
            &[HEADER, QUOTES, CURL],
        ),
        (
            "$ curl.exe -H \"Authorization: Bearer {R}\" https://api.test/x",
            "Authorization",
            R,
            &[HEADER, QUOTES, CURL],
        ),
        ("curl --oauth2-bearer {A} \\\n -d foo", "oauth2-bearer", A, &[CURL]),
        ("curl --oauth2-bearer {R} https://api.test/", "oauth2-bearer", R, &[CURL]),
        ("curl -X POST https://k.test/introspect -d token={A} -d client_id=svc", "token", A, &[CURL]),
        (
            "curl https://k.test/revoke -d 'token={R}&token_type_hint=refresh_token'",
            "token",
            R,
            &[QUOTES, CURL],
        ),
        ("curl -d \"access_token={A}\" https://k.test", "access_token", A, &[QUOTES, CURL]),
        (
            "http GET api.test/x Authorization:\"Bearer {A}\"",
            "Authorization",
            A,
            &[HEADER, QUOTES, "The rest of the http command was left out."],
        ),
        ("http -A bearer -a {A} api.test", "Token", A, &["The rest of the http command was left out."]),
        (
            "Invoke-RestMethod -Headers @{ Authorization = \"Bearer {A}\" } -Uri https://api.test",
            "Authorization",
            A,
            &[HEADER, QUOTES, "The rest of the Invoke-RestMethod command was left out."],
        ),
        (
            "GET /x HTTP/1.1\r\nHost: api.test\r\nAuthorization: Bearer {A}\r\nAccept: */*\r\n\r\n",
            "Authorization",
            A,
            &[HEADER, HTTP],
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"access_token\":\"{A}\",\"expires_in\":60}",
            "access_token",
            A,
            &[QUOTES, HTTP],
        ),
        ("POST /t HTTP/1.1\r\n\r\ngrant_type=refresh_token&refresh_token={R}", "refresh_token", R, &[HTTP]),
    ] {
        check_cut(form, name, token, cut);
    }
}

#[test]
fn f_jwt_1_answers_and_files() {
    for (form, name, token, cut) in [
        (
            "{\"access_token\":\"{A}\",\"token_type\":\"Bearer\",\"expires_in\":3600}",
            "access_token",
            A,
            &["The other members of the JSON answer were left out: token_type, expires_in."][..],
        ),
        (
            "{\n  \"access_token\" : \"{R}\",\n  \"token_type\" : \"Bearer\"\n}",
            "access_token",
            R,
            &["The other members of the JSON answer were left out: token_type."],
        ),
        ("{\"token\":\"{A}\"}", "token", A, &["The JSON around it was left out."]),
        (
            "{\"ok\":true,\"data\":{\"auth\":{\"access_token\":\"{A}\"}}}",
            "access_token",
            A,
            &["The other members of the JSON answer were left out: ok."],
        ),
        (
            "{\"body\":\"{\\\"access_token\\\":\\\"{A}\\\",\\\"expires_in\\\":1}\"}",
            "access_token",
            A,
            &["The JSON around it was left out."],
        ),
        (
            "\"{\\\"access_token\\\":\\\"{A}\\\"}\"",
            "access_token",
            A,
            &["The name “access_token” was cut.", QUOTES, AROUND],
        ),
        (
            "{\"access_token\":\"{A}\",\"expires_in\":",
            "access_token",
            A,
            &["The name “access_token” was cut.", QUOTES, "The comma after it was cut.", AROUND],
        ),
        ("[\"{A}\"]", "Token", A, &[QUOTES, AROUND]),
        ("ACCESS_TOKEN={A}", "ACCESS_TOKEN", A, &["The name “ACCESS_TOKEN” was cut."]),
        (
            "SCAIKEY_BASE_URL=https://k.test\nSCAIKEY_TOKEN={R}\n",
            "SCAIKEY_TOKEN",
            R,
            &["The name “SCAIKEY_TOKEN” was cut.", AROUND],
        ),
        ("export TOKEN=\"{A}\"", "TOKEN", A, &["The name “TOKEN” was cut.", QUOTES, AROUND]),
        ("$env:TOKEN = '{A}'", "TOKEN", A, &["The name “TOKEN” was cut.", QUOTES, AROUND]),
        ("set -x TOKEN {A}", "TOKEN", A, &["The name “TOKEN” was cut.", AROUND]),
        ("setx MY_TOKEN \"{A}\"", "MY_TOKEN", A, &["The name “MY_TOKEN” was cut.", QUOTES, AROUND]),
        ("token: {A}", "token", A, &["The name “token” was cut."]),
        (
            "auth:\n  access_token: \"{R}\"\n  expires: 3600\n",
            "access_token",
            R,
            &["The name “access_token” was cut.", QUOTES, AROUND],
        ),
        ("headers = {\"Authorization\": f\"Bearer {A}\"}", "Authorization", A, &[HEADER, QUOTES, AROUND]),
        (
            "fetch(u, { headers: { Authorization: `Bearer {A}` } })",
            "Authorization",
            A,
            &[HEADER, QUOTES, AROUND],
        ),
        (
            "const accessToken = '{A}';",
            "accessToken",
            A,
            &["The name “accessToken” was cut.", QUOTES, AROUND],
        ),
        ("params['id_token'] => \"{I}\"", "id_token", I, &["The name “id_token” was cut.", QUOTES, AROUND]),
        ("&lt;input value=&quot;{A}&quot;&gt;", "value", A, &["The name “value” was cut.", AROUND]),
        (
            "Cookie: theme=dark; session={A}; lang=en",
            "session",
            A,
            &["The name “session” was cut.", "The semicolon after it was cut.", AROUND],
        ),
        (
            "Set-Cookie: access_token={R}; HttpOnly; Secure",
            "access_token",
            R,
            &["The name “access_token” was cut.", "The semicolon after it was cut.", AROUND],
        ),
    ] {
        check_cut(form, name, token, cut);
    }
}

#[test]
fn f_jwt_1_urls_and_forms() {
    for (form, name, token, cut) in [
        (
            "https://app.test/cb#access_token={A}&state=x&expires_in=60",
            "access_token",
            A,
            "The rest of the URL was left out, with the parameters state, expires_in.",
        ),
        ("https://app.test/cb?token={R}", "token", R, "The rest of the URL was left out."),
        ("https://app.test/t/{A}/view", "Token", A, "The rest of the URL was left out."),
        (
            "#id_token={I}&state=x",
            "id_token",
            I,
            "The rest of the URL was left out, with the parameters state.",
        ),
        (
            "https://app.test/l?next=%2Fcb%23access_token%3D{A}%26state%3Dx",
            "access_token",
            A,
            "The rest of the URL was left out, with the parameters next.",
        ),
        (
            "grant_type=refresh_token&refresh_token={R}",
            "refresh_token",
            R,
            "The other parameters were left out: grant_type.",
        ),
    ] {
        check_cut(form, name, token, &[cut]);
    }
    check_cut(
        "https://app.test/cb#access_token=ab%2Fcd%2Be1%3D%3D&state=x",
        "access_token",
        "ab/cd+e1==",
        &[
            "Its percent-encoded or escaped characters were decoded.",
            "The rest of the URL was left out, with the parameters state.",
        ],
    );
}

#[test]
fn f_jwt_1_several_tokens_are_all_offered() {
    check_found(
        "{\"id_token\":\"{I}\",\"refresh_token\":\"{R}\",\"access_token\":\"{A}\",\"token_type\":\"Bearer\"}",
        &[("access_token", A), ("id_token", I), ("refresh_token", R)],
    );
    check_found("https://a.test/cb#id_token={I}&access_token={A}", &[("access_token", A), ("id_token", I)]);
    check_found("{I}\n{A}\n{I}", &[("Token", I), ("Token", A)]);
    check_found("{A} {I} {E}", &[("Token", A), ("Token", I), ("Token", E)]);
    check_found("saw {A} in\naccess_token={A}", &[("access_token", A)]);
    let many: Vec<String> =
        (10..60).map(|n| format!("{}.e30.AA", b64(format!("{{\"alg\":\"x{n}\"}}").as_bytes()))).collect();
    assert_eq!(find(&many.join("\n")).tokens.len(), MOST_TOKENS);
}

/// The token broken into lines of this width.
fn wrapped(token: &str, width: usize, joint: &str) -> String {
    let pieces: Vec<String> =
        token.chars().collect::<Vec<_>>().chunks(width).map(|piece| piece.iter().collect()).collect();
    pieces.join(joint)
}

#[test]
fn f_jwt_1_wrapped_lines_are_put_together() {
    let backslashes = "The backslashes at the ends of its lines were taken out.";
    let marks = "The marks at the beginning of its lines were taken out.";
    let literals = "The quotes between its pieces were taken out.";
    for (joint, more) in [
        ("\n", &[][..]),
        ("\r\n", &[]),
        ("\n    ", &[]),
        (" \\\n", &[backslashes]),
        ("\\\n  ", &[backslashes]),
        ("\n> ", &[marks]),
        ("\n> > ", &[marks]),
        ("\" +\n  \"", &[literals]),
        ("'\n'", &[literals]),
    ] {
        let quote = if more == [literals] { joint.get(..1).unwrap_or_default() } else { "" };
        let text = format!("{quote}{}{quote}", wrapped(A, 60, joint));
        let found = check_found(&text, &[("Token", A)]);
        let mut cut = if quote.is_empty() { vec![] } else { vec![QUOTES] };
        cut.push("2 line breaks inside were taken out.");
        cut.extend(more);
        assert_eq!(found[0].cut, cut, "{joint:?}");
    }
    check_cut(&wrapped(A, 90, " "), "Token", A, &["A space inside was taken out."]);
    check_cut(&wrapped(A, 90, "\u{200b}"), "Token", A, &["A character without width inside was taken out."]);
    for width in 3..A.len() {
        check_found(&wrapped(A, width, "\n"), &[("Token", A)]);
        check_found(
            &format!("Authorization: Bearer {}\nHost: api.test", wrapped(A, width, "\n ")),
            &[("Authorization", A)],
        );
    }
}

#[test]
fn f_jwt_1_what_follows_a_token_is_not_joined_to_it() {
    for form in [
        "{A}\nhello",
        "{A} is my token",
        "{A}\nexpires: 3600",
        "{A}\n\nhello",
        "{A} \\\n -d",
        "{A}\n-----",
        "{A}\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        check_found(form, &[("Token", A)]);
    }
    let unsigned = format!("{}.e30.", b64(br#"{"alg":"none"}"#));
    check_found(&format!("{unsigned}\nhello"), &[("Token", &unsigned)]);
    check_found(&format!("{unsigned} hello"), &[("Token", &unsigned)]);
    let short = format!("{}.e30.AA", b64(br#"{"alg":"RS256"}"#));
    check_found(&format!("{short}\nhello"), &[("Token", &short)]);
}

#[test]
fn f_jwt_1_no_character_of_a_token_is_lost() {
    for token in [
        "eyJhbGciOiJSUzI1NiJ9.eyJhIjoiw7/Dvz8/In0=.AA==",
        "eyJhbGciOiJSUzI1NiJ9.$$$.AA",
        "ey$A.eyJhIjoxfQ.AA",
        "eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.é",
        "eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ",
        "eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.AA.AA",
        "eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.AA.AA.AA.AA",
        "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.",
        "ewogICJhbGciOiAiSFMyNTYiCn0.e30.TD37p4c_0jmreSrBSDmE0F3mYSPtkZ3WrSyI5wb_KTg",
        "ab/cd+ef==",
        "sgk_a.b.c",
        "a~b:c%2F",
    ] {
        check_found(token, &[("Token", token)]);
    }
    for token in [
        "eyJhbGciOiJSUzI1NiJ9.eyJhIjoiw7/Dvz8/In0=.AA==",
        "eyJhbGciOiJSUzI1NiJ9.$$$.AA",
        "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.",
        "ab/cd+ef12==",
    ] {
        check_found(&format!("Authorization: Bearer {token}"), &[("Authorization", token)]);
        check_found(&format!("{{\"access_token\":\"{token}\"}}"), &[("access_token", token)]);
    }
    check_found(r#"{"access_token":"ab\/cd\u002bef12\u003d"}"#, &[("access_token", "ab/cd+ef12=")]);
}

#[test]
fn f_jwt_1_a_jws_in_its_json_form_is_taken_as_it_is() {
    let flat = r#"{ "payload":"e30", "protected":"eyJhbGciOiJIUzI1NiJ9", "signature":"AA" }"#;
    let general = r#"{"payload":"e30","signatures":[{"protected":"eyJhbGciOiJIUzI1NiJ9","signature":"AA"}]}"#;
    for jws in [flat, general] {
        assert_eq!(decode_unverified(jws).kind, TokenKind::JwsJson);
        check_cut(jws, "Token", jws, &[]);
        check_cut(&format!("\n{jws}\n"), "Token", jws, &["The white space around it was cut."]);
        check_cut(&format!("curl -d '{jws}' https://a.test"), "Token", jws, &[QUOTES, CURL]);
        check_cut(
            &format!(r#"{{"ok":1,"proof":{jws}}}"#),
            "proof",
            jws,
            &["The other members of the JSON answer were left out: ok."],
        );
    }
}

#[test]
fn f_jwt_1_where_there_is_no_token_it_is_said_what_there_is() {
    assert_eq!(find(""), Pasted::default());
    assert_eq!(find(" \n\t"), Pasted::default());
    for (text, begin) in [
        ("\"\"", "There is no token in this text. Paste a token, or what holds one: "),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
            "This is a private key, not a token, and no one else should see it. ",
        ),
        (
            "-----BEGIN RSA PRIVATE KEY-----",
            "This is a private key, not a token, and no one else should see it. ",
        ),
        ("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "This is a public key, not a token. "),
        (
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
            "This is a certificate, not a token. ",
        ),
        ("ssh-ed25519 AAAAC3Nz me@host", "This is an SSH key, not a token. "),
        ("CLIENT_SECRET=hunter2", "This names a client secret, which is not a token: "),
        ("client_id=a&client_secret=hunter2", "This names a client secret, which is not a token: "),
        ("{\"keys\":[]}", "This is a JWK Set: keys to check tokens with, not a token. "),
        ("{\"kty\":\"oct\",\"k\":\"hunter2\"}", "This is a JWK: a key, not a token. "),
        ("{\"client_id\":\"a\",\"client_secret\":\"hunter2\"}", "This is a client's credentials: "),
        ("{\"error\":\"invalid_client\"}", "This is an error answer: it holds no token. "),
        ("{\"a\":", "This looks like JSON, but there is no token in it. "),
        ("Authorization: Basic c3ZjOmh1bnRlcjI=", "This is HTTP Basic authentication, "),
        ("https://app.test/cb?code=hunter2&state=x", "This URL holds an authorization code, "),
        ("https://app.test/", "This is a URL without a token. "),
        ("me@app.test", "There is no token in this text. "),
        ("hello world", "There is no token in this text. "),
        ("Use a Bearer token here", "There is no token in this text. "),
        ("curl -H \"Authorization: Bearer $TOKEN\" https://a.test", "There is no token in this text. "),
        ("Authorization: Bearer <token>", "There is no token in this text. "),
        ("token = get_token()", "There is no token in this text. "),
        ("csrf_token=abc123def456", "There is no token in this text. "),
        ("access_token: string;", "There is no token in this text. "),
        ("$ACCESS_TOKEN", "There is no token in this text. "),
    ] {
        let pasted = find(text);
        assert_eq!(pasted.tokens, [], "{text}");
        let problem = pasted.problem.unwrap();
        assert!(problem.starts_with(begin), "{text}: {problem}");
        assert!(!problem.contains("hunter2"), "{problem}");
    }
}

#[test]
fn what_is_cut_quotes_no_value() {
    let secret = "hunter2hunter2hunter2";
    for form in [
        "{\"access_token\":\"{A}\",\"client_secret\":\"S\"}",
        "https://S@a.test/S?S&x=S#access_token={A}",
        "curl -u svc:S -d 'client_secret=S' -H 'Authorization: Bearer {A}' https://a.test/S",
        "SECRET=S\nTOKEN={A}",
        "Cookie: S=S; access_token={A}",
        "client_secret=S&token={A}",
    ] {
        let text = filled(form).replace('S', secret);
        for found in find(&text).tokens {
            let said = found.cut.join(" ");
            assert!(!said.contains(secret) && !said.contains("eyJ"), "{form}: {said}");
        }
    }
}

#[test]
fn f_jwt_8_a_text_over_eight_mebibytes_is_refused() {
    let pasted = find(&"a".repeat(LONGEST_TEXT + 1));
    assert_eq!(
        (pasted.tokens.len(), pasted.problem.as_deref()),
        (0, Some("The text is longer than 8 MiB, so it is not read. Paste the token alone."))
    );
    let payload = b64(format!("{{\"a\":\"{}\"}}", "x".repeat(1_000_000)).as_bytes());
    let token = format!("eyJhbGciOiJIUzI1NiJ9.{payload}.TD37p4c_0jmreSrBSDmE0F3mYSPtkZ3WrSyI5wb_KTg");
    check_found(&format!("Authorization: Bearer {token}"), &[("Authorization", &token)]);
    check_found(&wrapped(&token, 76, "\n"), &[("Token", &token)]);
}

/// Texts that make a reader with second thoughts slow. One that takes the square of the time does not end here.
#[test]
fn f_jwt_9_hostile_texts_take_time_in_proportion() {
    for piece in [
        "\"",
        "{",
        "[",
        ".",
        "\\",
        "\\\"",
        "%",
        "%22",
        "&",
        "=",
        " ",
        "\n",
        ">",
        "> \n",
        "ey",
        "eyJ",
        "eyJa.",
        "eyJ ",
        "eyJa\n",
        "eyJ.\n",
        "eyJ$",
        "eyJ$.",
        "eyJ/",
        "eyJ+",
        "eyJ=",
        "eyJ\u{200b}",
        "\"\n\"",
        "eyJhbGciOiJSUzI1NiJ9.",
        "eyJhbGciOiJSUzI1NiJ9. ",
        "eyJhbGciOiJ4In0.e30.A\n",
        "token",
        "token=",
        "token ",
        "token:\"",
        "Bearer ",
        "Bearer Bearer",
        "--token ",
        "a:",
        "a=\"",
        "&quot;",
        "\\u0022",
        "\\n",
        "{\"signature\":",
        "é",
        "\u{202e}",
        "x.\n",
    ] {
        for start in ["", "eyJhbGciOiJSUzI1NiJ9.e30.", "{\"token\":\"", "eyJhbGciOiJ4In0.e30.A\nB\n"] {
            let text = format!("{start}{}", piece.repeat((LONGEST_TEXT / 32 - start.len()) / piece.len()));
            let _: Pasted = find(&text);
        }
    }
    for piece in ["\"", "{", ".", "\\", "eyJa ", "token=\""] {
        let _: Pasted = find(&piece.repeat(LONGEST_TEXT / piece.len()));
    }
}

fn token() -> impl Strategy<Value = String> {
    let shaped = (
        prop_oneof![
            Just(("HS256", 32)),
            Just(("ES256", 64)),
            Just(("RS256", 256)),
            Just(("PS512", 512)),
            Just(("none", 0))
        ],
        "[a-z]{1,40}",
        prop::collection::vec(any::<u8>(), 512),
    );
    shaped.prop_map(|((alg, length), sub, bytes)| {
        let header = b64(format!("{{\"alg\":\"{alg}\"}}").as_bytes());
        let payload = b64(format!("{{\"sub\":\"{sub}\"}}").as_bytes());
        format!("{header}.{payload}.{}", b64(&bytes[..length]))
    })
}

const FORMS: [&str; 24] = [
    "{T}",
    " {T} \n",
    "\"{T}\",",
    "Bearer {T}",
    "Authorization: Bearer {T}\r\nHost: a.test",
    "curl -H 'Authorization: Bearer {T}' \\\n  https://a.test/x",
    "curl --oauth2-bearer {T} https://a.test/x",
    "curl -d token={T} https://a.test/x",
    "{\"access_token\":\"{T}\",\"token_type\":\"Bearer\"}",
    "{\"a\":{\"b\":[{\"token\":\"{T}\"}]}}",
    "{\"a\":\"{\\\"token\\\":\\\"{T}\\\"}\"}",
    "export TOKEN={T}\nexport OTHER=1",
    "$env:TOKEN = \"{T}\"",
    "set -gx TOKEN {T}",
    "token: {T}\nother: 1",
    "https://a.test/cb#access_token={T}&state=x",
    "https://a.test/cb?x=%23access_token%3D{T}%26y",
    "Cookie: a=b; t={T}; c=d",
    "const t = `{T}`;",
    "see <{T}> there",
    "“{T}”",
    "({T})",
    "POST / HTTP/1.1\r\nAuthorization: DPoP {T}\r\n\r\nbody",
    "{T}\nhello",
];

proptest! {
    #[test]
    fn any_token_is_found_in_any_form(token in token(), form in prop::sample::select(&FORMS[..])) {
        let pasted = find(&form.replace("{T}", &token));
        prop_assert_eq!(pasted.tokens.first().map(|found| found.token.as_str()), Some(token.as_str()), "{}", form);
        prop_assert_eq!(pasted.tokens.len(), 1);
    }

    #[test]
    fn any_wrapped_token_is_found(token in token(), width in 20_usize..200, joint in prop::sample::select(&["\n", "\r\n", "\n> ", "\\\n", "\n\t"][..])) {
        let pasted = find(&wrapped(&token, width, joint));
        prop_assert_eq!(pasted.tokens.first().map(|found| found.token.as_str()), Some(token.as_str()));
    }

    #[test]
    fn any_text_can_be_pasted(text in any::<String>()) {
        let _: Pasted = find(&text);
    }

    #[test]
    fn any_text_like_these_can_be_pasted(text in "([\"'\\\\{}%&=: .\n>é]|eyJhbGciOiJIUzI1NiJ9|token|Bearer |access_token|%22|\\\\u00|AA){0,30}") {
        let pasted = find(&text);
        for found in pasted.tokens {
            let _: TokenKind = decode_unverified(&found.token).kind;
            prop_assert!(!found.token.is_empty());
        }
    }
}
