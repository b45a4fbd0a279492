//! The members of a JOSE header, and what their values mean.

use super::Nature::{Any, Audience, Flag, Name, Text};
use super::{Entry, e};
use crate::contract::ClaimGroup::Other;

const REPEATED: &str = "RFC 7519 §5.3";

/// The members, in no order: a header is shown as it was written.
#[rustfmt::skip]
pub const HEADER: &[Entry] = &[
    e("alg", Other, Text, "The algorithm that the token says it is secured with.", "RFC 7515 §4.1.1"),
    e("jku", Other, Text, "Where the token says its key can be fetched.", "RFC 7515 §4.1.2"),
    e("jwk", Other, Any, "A key that the token brings along.", "RFC 7515 §4.1.3"),
    e("kid", Other, Name, "The name of the key: which of the issuer's keys to take.", "RFC 7515 §4.1.4"),
    e("x5u", Other, Text, "Where the token says its certificate can be fetched.", "RFC 7515 §4.1.5"),
    e("x5c", Other, Any, "A certificate that the token brings along.", "RFC 7515 §4.1.6"),
    e("x5t", Other, Text, "The SHA-1 thumbprint of the key's certificate.", "RFC 7515 §4.1.7"),
    e("x5t#S256", Other, Text, "The SHA-256 thumbprint of the key's certificate.", "RFC 7515 §4.1.8"),
    e("typ", Other, Text, "What kind of token it says it is.", "RFC 7515 §4.1.9"),
    e("cty", Other, Text, "What the payload is.", "RFC 7515 §4.1.10"),
    e("crit", Other, Any, "Members that whoever checks the token must understand, or refuse it.", "RFC 7515 §4.1.11"),
    e("enc", Other, Text, "The algorithm that the content is encrypted with.", "RFC 7516 §4.1.2"),
    e("zip", Other, Text, "How the content was compressed before it was encrypted.", "RFC 7516 §4.1.3"),
    e("epk", Other, Any, "The sender's one-time public key.", "RFC 7518 §4.6.1.1"),
    e("apu", Other, Text, "Who sends, as input for the key.", "RFC 7518 §4.6.1.2"),
    e("apv", Other, Text, "Who receives, as input for the key.", "RFC 7518 §4.6.1.3"),
    e("iv", Other, Text, "The initialisation vector of the encrypted key.", "RFC 7518 §4.7.1.1"),
    e("tag", Other, Text, "The authentication tag of the encrypted key.", "RFC 7518 §4.7.1.2"),
    e("p2s", Other, Text, "The salt with which a password becomes a key.", "RFC 7518 §4.8.1.1"),
    e("p2c", Other, Any, "In how many rounds a password becomes a key.", "RFC 7518 §4.8.1.2"),
    e("iss", Other, Name, "The claim iss, repeated so that it can be read without decrypting.", REPEATED),
    e("sub", Other, Name, "The claim sub, repeated so that it can be read without decrypting.", REPEATED),
    e("aud", Other, Audience, "The claim aud, repeated so that it can be read without decrypting.", REPEATED),
    e("b64", Other, Flag, "Whether the payload is base64url.", "RFC 7797 §3"),
    e("url", Other, Text, "The address that the request is for.", "RFC 8555 §6.4.1"),
    e("nonce", Other, Text, "A value of the server, so that a request cannot be sent twice.", "RFC 8555 §6.5.2"),
    e("ppt", Other, Text, "The extension of a call's token.", "RFC 8225 §8.1"),
    e("svt", Other, Any, "How signatures were validated.", "RFC 9321"),
    e("trust_chain", Other, Any, "Statements from the issuer up to the top of its federation.", "OpenID Federation 1.0"),
    e("peer_trust_chain", Other, Any, "Statements from the other side up to the top of its federation.", "OpenID Federation 1.0"),
];

/// Values of `alg` and `enc`, in plain words.
#[rustfmt::skip]
pub const ALGORITHMS: &[(&str, &str, &str)] = &[
    ("none", "No signature: anyone can have written this.", "RFC 7518 §3.6"),
    ("HS256", "HMAC with SHA-256: whoever checks it has the same secret as who made it.", "RFC 7518 §3.2"),
    ("HS384", "HMAC with SHA-384: whoever checks it has the same secret as who made it.", "RFC 7518 §3.2"),
    ("HS512", "HMAC with SHA-512: whoever checks it has the same secret as who made it.", "RFC 7518 §3.2"),
    ("RS256", "RSASSA-PKCS1-v1_5 with SHA-256.", "RFC 7518 §3.3"),
    ("RS384", "RSASSA-PKCS1-v1_5 with SHA-384.", "RFC 7518 §3.3"),
    ("RS512", "RSASSA-PKCS1-v1_5 with SHA-512.", "RFC 7518 §3.3"),
    ("ES256", "ECDSA on the curve P-256 with SHA-256.", "RFC 7518 §3.4"),
    ("ES384", "ECDSA on the curve P-384 with SHA-384.", "RFC 7518 §3.4"),
    ("ES512", "ECDSA on the curve P-521 with SHA-512.", "RFC 7518 §3.4"),
    ("PS256", "RSASSA-PSS with SHA-256.", "RFC 7518 §3.5"),
    ("PS384", "RSASSA-PSS with SHA-384.", "RFC 7518 §3.5"),
    ("PS512", "RSASSA-PSS with SHA-512.", "RFC 7518 §3.5"),
    ("EdDSA", "EdDSA on the curve of the key, Ed25519 or Ed448.", "RFC 8037 §3.1"),
    ("Ed25519", "EdDSA on the curve Ed25519.", "RFC 9864"),
    ("Ed448", "EdDSA on the curve Ed448.", "RFC 9864"),
    ("ES256K", "ECDSA on the curve secp256k1 with SHA-256.", "RFC 8812 §3.2"),
    ("RSA1_5", "The content's key is encrypted with RSAES-PKCS1-v1_5.", "RFC 7518 §4.2"),
    ("RSA-OAEP", "The content's key is encrypted with RSAES-OAEP.", "RFC 7518 §4.3"),
    ("RSA-OAEP-256", "The content's key is encrypted with RSAES-OAEP and SHA-256.", "RFC 7518 §4.3"),
    ("A128KW", "The content's key is wrapped with AES of 128 bits.", "RFC 7518 §4.4"),
    ("A192KW", "The content's key is wrapped with AES of 192 bits.", "RFC 7518 §4.4"),
    ("A256KW", "The content's key is wrapped with AES of 256 bits.", "RFC 7518 §4.4"),
    ("dir", "The content is encrypted with a shared key directly.", "RFC 7518 §4.5"),
    ("ECDH-ES", "The content's key is agreed on with ECDH-ES.", "RFC 7518 §4.6"),
    ("ECDH-ES+A128KW", "The content's key is wrapped with AES of 128 bits, with a key agreed on with ECDH-ES.", "RFC 7518 §4.6"),
    ("ECDH-ES+A192KW", "The content's key is wrapped with AES of 192 bits, with a key agreed on with ECDH-ES.", "RFC 7518 §4.6"),
    ("ECDH-ES+A256KW", "The content's key is wrapped with AES of 256 bits, with a key agreed on with ECDH-ES.", "RFC 7518 §4.6"),
    ("A128GCMKW", "The content's key is encrypted with AES-GCM of 128 bits.", "RFC 7518 §4.7"),
    ("A192GCMKW", "The content's key is encrypted with AES-GCM of 192 bits.", "RFC 7518 §4.7"),
    ("A256GCMKW", "The content's key is encrypted with AES-GCM of 256 bits.", "RFC 7518 §4.7"),
    ("PBES2-HS256+A128KW", "The content's key is wrapped with a key made from a password, with SHA-256.", "RFC 7518 §4.8"),
    ("PBES2-HS384+A192KW", "The content's key is wrapped with a key made from a password, with SHA-384.", "RFC 7518 §4.8"),
    ("PBES2-HS512+A256KW", "The content's key is wrapped with a key made from a password, with SHA-512.", "RFC 7518 §4.8"),
    ("A128CBC-HS256", "AES-CBC of 128 bits with HMAC SHA-256.", "RFC 7518 §5.2.3"),
    ("A192CBC-HS384", "AES-CBC of 192 bits with HMAC SHA-384.", "RFC 7518 §5.2.4"),
    ("A256CBC-HS512", "AES-CBC of 256 bits with HMAC SHA-512.", "RFC 7518 §5.2.5"),
    ("A128GCM", "AES-GCM of 128 bits.", "RFC 7518 §5.3"),
    ("A192GCM", "AES-GCM of 192 bits.", "RFC 7518 §5.3"),
    ("A256GCM", "AES-GCM of 256 bits.", "RFC 7518 §5.3"),
];

/// Kinds of token that name themselves.
#[derive(Debug, Clone, Copy)]
pub struct Type {
    /// Value of `typ`, in lower case and without `application/`.
    pub typ: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// Where that is written.
    pub source: &'static str,
}

const fn t(typ: &'static str, name: &'static str, source: &'static str) -> Type {
    Type { typ, name, source }
}

/// Values of `typ` that say what kind of token it is. `JWT` says only that it is one (RFC 7519 §5.1).
#[rustfmt::skip]
pub const TYPES: &[Type] = &[
    t("at+jwt", "An access token", "RFC 9068 §2.1"),
    t("dpop+jwt", "A DPoP proof", "RFC 9449 §4.2"),
    t("logout+jwt", "A logout token", "OpenID Connect Back-Channel Logout §2.4"),
    t("secevent+jwt", "A security event token", "RFC 8417 §2.3"),
    t("token-introspection+jwt", "An answer about another token", "RFC 9701 §5"),
    t("oauth-authz-req+jwt", "A request for authorization", "RFC 9101 §10.8"),
    t("kb+jwt", "A proof of possession for disclosed claims", "RFC 9901 §4.3"),
    t("passport", "A token about a phone call (PASSporT)", "RFC 8225 §4.1"),
    t("entity-statement+jwt", "A statement about a member of a federation", "OpenID Federation 1.0"),
    t("trust-mark+jwt", "A mark given to a member of a federation", "OpenID Federation 1.0"),
];
