//! What claims, header members and their values mean, as data, each with where that is written.

pub mod claims;
pub mod header;
pub mod values;

use std::sync::LazyLock;

pub use claims::CLAIMS;
pub use header::{ALGORITHMS, ENCRYPTIONS, HEADER, TYPES, Type};
pub use values::{
    CONFIRMATIONS, EVENTS, ID_CLAIMS, ID_PREFIXES, LEVELS, LOGOUT_EVENT, METHODS, Meaning, OIDC_SCOPES,
    SCAIKEY_SCOPES, SCAIKEY_VALUES, id_of, meaning_in,
};

use crate::contract::ClaimGroup;

/// The source of what ScaiKey's own pages say. Nothing that was only concluded from them stands here.
pub const SCAIKEY: &str = "ScaiKey";

/// The source of claims whose definition is not public, or has no address that is known to last.
pub(super) const IANA: &str = "IANA JWT claims registry";

/// Where ScaiKey documents its tokens' claims (contract 3).
const SCAIKEY_PAGE: &str = "concepts/tokens-and-scopes";

/// How a claim's value is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// As it is.
    Any,
    /// It should be a text.
    Text,
    /// A text that names someone or something: look-alike letters are pointed out.
    Name,
    /// It should be true or false.
    Flag,
    /// One or several audiences.
    Audience,
    /// Scopes.
    Scopes,
    /// A `NumericDate` that lies in the past when all is well.
    Past,
    /// Any other `NumericDate`.
    Time,
    /// Says something about a person.
    Personal,
}

/// One claim, or one member of a JOSE header.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// Where it is shown.
    pub group: ClaimGroup,
    /// How to look at its value.
    pub nature: Nature,
    /// What it means.
    pub meaning: &'static str,
    /// Where that is written; `None` for what is in common use without a standard.
    pub source: Option<&'static str>,
}

impl Entry {
    /// Whether it holds for a ScaiKey's tokens only.
    #[must_use]
    pub fn is_scaikeys(&self) -> bool {
        self.source == Some(SCAIKEY)
    }
}

const fn e(
    name: &'static str,
    group: ClaimGroup,
    nature: Nature,
    meaning: &'static str,
    source: &'static str,
) -> Entry {
    Entry { name, group, nature, meaning, source: Some(source) }
}

const fn custom(name: &'static str, group: ClaimGroup, nature: Nature, meaning: &'static str) -> Entry {
    Entry { name, group, nature, meaning, source: None }
}

/// The claims that must be there, and who says so: ScaiKey's access tokens (contract 3.2).
pub const SCAIKEY_ALWAYS: &[&str] = &["sub", "iss", "aud", "scope", "exp", "iat"];

/// The same for `typ: at+jwt` (RFC 9068 §2.2).
pub const RFC9068_ALWAYS: &[&str] = &["sub", "client_id", "iss", "aud", "exp", "iat", "jti"];

/// The same for an ID token (OpenID Connect Core §2).
pub const ID_TOKEN_ALWAYS: &[&str] = &["sub", "iss", "aud", "exp", "iat"];

/// What any token does better not to leave out.
pub const BETTER: &[&str] = &["aud", "exp"];

/// What only an ID token carries.
pub const ID_TOKEN_ONLY: &[&str] = &["nonce", "at_hash", "c_hash"];

/// A table's entries by name, so that tens of thousands of claims are looked up in no time. Where a name stands
/// twice, the table's order is kept.
struct Index {
    exact: Vec<(&'static str, usize)>,
    lower: Vec<(String, usize)>,
    /// The length of the longest name.
    longest: usize,
}

impl Index {
    fn new(table: &[Entry]) -> Self {
        let mut exact: Vec<_> = table.iter().enumerate().map(|(place, entry)| (entry.name, place)).collect();
        let mut lower: Vec<_> =
            exact.iter().map(|(name, place)| (name.to_ascii_lowercase(), *place)).collect();
        exact.sort_unstable();
        lower.sort_unstable();
        let longest = exact.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        Self { exact, lower, longest }
    }

    fn find(
        &self,
        table: &'static [Entry],
        name: &str,
        holds: impl Fn(&Entry) -> bool,
    ) -> Option<(usize, &'static Entry)> {
        let from = self.exact.partition_point(|(known, _)| *known < name);
        let same = self.exact.iter().skip(from).take_while(|(known, _)| *known == name);
        same.filter_map(|(_, place)| Some((*place, table.get(*place)?))).find(|(_, entry)| holds(entry))
    }

    /// The name that differs from this one in the case of its letters only.
    fn meant(
        &self,
        table: &'static [Entry],
        name: &str,
        holds: impl Fn(&Entry) -> bool,
    ) -> Option<&'static str> {
        if name.len() > self.longest {
            return None;
        }
        let name = name.to_ascii_lowercase();
        let from = self.lower.partition_point(|(known, _)| *known < name);
        let same = self.lower.iter().skip(from).take_while(|(known, _)| *known == name);
        same.filter_map(|(_, place)| table.get(*place)).find(|entry| holds(entry)).map(|entry| entry.name)
    }
}

static CLAIM_INDEX: LazyLock<Index> = LazyLock::new(|| Index::new(CLAIMS));
static HEADER_INDEX: LazyLock<Index> = LazyLock::new(|| Index::new(HEADER));

/// The entry for a claim, with its place in the order.
#[must_use]
pub fn look_up(name: &str, scaikey: bool) -> Option<(usize, &'static Entry)> {
    CLAIM_INDEX.find(CLAIMS, name, |entry| scaikey || !entry.is_scaikeys())
}

/// The claim that an unknown one may be meant for: its name differs in upper and lower case only.
#[must_use]
pub fn meant(name: &str, scaikey: bool) -> Option<&'static str> {
    CLAIM_INDEX.meant(CLAIMS, name, |entry| scaikey || !entry.is_scaikeys())
}

/// The entry for a member of a JOSE header.
#[must_use]
pub fn look_up_header(name: &str) -> Option<&'static Entry> {
    HEADER_INDEX.find(HEADER, name, |_| true).map(|(_, entry)| entry)
}

/// The header member that an unknown one may be meant for, as [`meant`].
#[must_use]
pub fn meant_in_header(name: &str) -> Option<&'static str> {
    HEADER_INDEX.meant(HEADER, name, |_| true)
}

/// Sources that are no RFC, with their addresses.
#[rustfmt::skip]
const ADDRESSES: &[(&str, &str)] = &[
    (IANA, "https://www.iana.org/assignments/jwt/jwt.xhtml"),
    ("OpenID Connect Core §2", "https://openid.net/specs/openid-connect-core-1_0.html#IDToken"),
    ("OpenID Connect Core §3.1.3.6", "https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken"),
    ("OpenID Connect Core §3.3.2.11", "https://openid.net/specs/openid-connect-core-1_0.html#HybridIDToken"),
    ("OpenID Connect Core §5.1", "https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims"),
    ("OpenID Connect Core §5.1.1", "https://openid.net/specs/openid-connect-core-1_0.html#AddressClaim"),
    ("OpenID Connect Core §5.6.2", "https://openid.net/specs/openid-connect-core-1_0.html#AggregatedDistributedClaims"),
    ("OpenID Connect Core §7.4", "https://openid.net/specs/openid-connect-core-1_0.html#SelfIssuedResponse"),
    ("OpenID Connect Front-Channel Logout §3", "https://openid.net/specs/openid-connect-frontchannel-1_0.html#OPLogout"),
    ("OpenID Connect Back-Channel Logout §2.4", "https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken"),
    ("OpenID Connect EAP ACR Values", "https://openid.net/specs/openid-connect-eap-acr-values-1_0.html"),
    ("OpenID Connect for Identity Assurance Claims", "https://openid.net/specs/openid-connect-4-ida-claims-1_0.html"),
    ("OpenID Identity Assurance Schema Definition §5", "https://openid.net/specs/openid-ida-verified-claims-1_0.html"),
    ("OpenID Federation 1.0", "https://openid.net/specs/openid-federation-1_0.html"),
    ("W3C Verifiable Credentials Data Model 1.0 §6.3.1", "https://www.w3.org/TR/2019/REC-vc-data-model-20191119/#json-web-token"),
];

/// Sources of sentences that are not in the tables.
const SAID_ELSEWHERE: &[&str] = &[
    "RFC 7515 §7.2",
    "RFC 7516 §3",
    "RFC 7519 §5.1",
    "RFC 7519 §5.2",
    "RFC 8417 §2.2",
    "RFC 8693 §4.1",
    "RFC 9068 §2.2",
    "RFC 9068 §2.2.3",
    "RFC 9901 §4.1",
];

/// Every source that this dictionary and what is built on it name.
fn sources() -> impl Iterator<Item = &'static str> {
    CLAIMS
        .iter()
        .chain(HEADER)
        .filter_map(|entry| entry.source)
        .chain(ALGORITHMS.iter().chain(ENCRYPTIONS).chain(LEVELS).map(|(_, _, source)| *source))
        .chain(TYPES.iter().map(|kind| kind.source))
        .chain(SAID_ELSEWHERE.iter().copied())
}

/// The `https` address of a source of this dictionary; `None` for one that it does not have, because this decides
/// what may be opened in the browser.
#[must_use]
pub fn address(source: &str) -> Option<String> {
    let source = sources().find(|known| *known == source)?;
    if source == SCAIKEY {
        return crate::scaikey::documentation(SCAIKEY_PAGE).map(String::from);
    }
    if let Some(rfc) = source.strip_prefix("RFC ") {
        return Some(match rfc.split_once(" §") {
            Some((number, section)) => {
                format!("https://www.rfc-editor.org/rfc/rfc{number}.html#section-{section}")
            }
            None => format!("https://www.rfc-editor.org/rfc/rfc{rfc}.html"),
        });
    }
    meaning_in(ADDRESSES, source).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use url::Url;

    use super::*;

    #[test]
    fn the_dictionary_is_in_order_and_says_nothing_twice() {
        let mut seen = BTreeSet::new();
        for pair in CLAIMS.windows(2) {
            assert!(pair[0].group <= pair[1].group, "{}", pair[1].name);
        }
        for entry in CLAIMS {
            assert!(seen.insert((entry.name, entry.is_scaikeys())), "{}", entry.name);
        }
        let mut members = BTreeSet::new();
        for entry in HEADER {
            assert!(members.insert(entry.name), "{}", entry.name);
            assert!(entry.source.is_some(), "{}", entry.name);
        }
        let sentences = CLAIMS.iter().chain(HEADER).map(|entry| entry.meaning);
        let of_values = ALGORITHMS.iter().chain(ENCRYPTIONS).chain(LEVELS).chain(SCAIKEY_VALUES);
        for sentence in sentences.chain(
            of_values.map(|(a, b, c)| if b.starts_with('"') || *a == "platform_token" { *c } else { *b }),
        ) {
            assert!(sentence.ends_with('.') && !sentence.contains('!'), "{sentence}");
        }
        for name in SCAIKEY_ALWAYS
            .iter()
            .chain(RFC9068_ALWAYS)
            .chain(ID_TOKEN_ALWAYS)
            .chain(BETTER)
            .chain(ID_TOKEN_ONLY)
        {
            assert!(look_up(name, true).is_some(), "{name}");
        }
        for (name, value, _) in SCAIKEY_VALUES {
            assert!(look_up(name, true).is_some_and(|(_, entry)| entry.is_scaikeys()), "{name}");
            assert!(serde_json::from_str::<serde_json::Value>(value).is_ok());
        }
    }

    #[test]
    fn words_for_values_are_phrases_and_said_once() {
        let tables = [SCAIKEY_SCOPES, OIDC_SCOPES, METHODS, CONFIRMATIONS, EVENTS, ID_PREFIXES];
        for table in tables {
            let values: BTreeSet<_> = table.iter().map(|(value, _)| value).collect();
            assert_eq!(values.len(), table.len());
            assert!(table.iter().all(|(_, meaning)| !meaning.ends_with('.') && !meaning.contains('!')));
        }
        let algorithms: BTreeSet<_> = ALGORITHMS.iter().chain(ENCRYPTIONS).map(|(alg, ..)| alg).collect();
        assert_eq!(algorithms.len(), ALGORITHMS.len() + ENCRYPTIONS.len());
        for (claim, prefix) in ID_CLAIMS {
            assert!(look_up(claim, true).is_some_and(|(_, entry)| entry.is_scaikeys()), "{claim}");
            assert!(meaning_in(ID_PREFIXES, prefix).is_some(), "{prefix}");
        }
        for kind in TYPES {
            assert_eq!(kind.typ, kind.typ.to_ascii_lowercase());
        }
    }

    #[test]
    fn every_claim_of_the_standards_is_known() {
        let oidc = "sub name given_name family_name middle_name nickname preferred_username profile picture website \
                    email email_verified gender birthdate zoneinfo locale phone_number phone_number_verified address \
                    updated_at iss aud exp iat auth_time nonce acr amr azp at_hash c_hash sub_jwk _claim_names \
                    _claim_sources";
        let rfc = "iss sub aud exp nbf iat jti client_id auth_time acr amr scope groups roles entitlements act may_act cnf";
        // The rest of the IANA registry, in its order.
        let iana = "sip_from_tag sip_date sip_callid sip_cseq_num sip_via_branch orig dest mky events toe txn rph sid \
                    vot vtm attest origid jcard at_use_nbr div opt vc vp sph ace_profile cnonce exi \
                    token_introspection eat_nonce ueid sueids oemid hwmodel hwversion oemboot dbgstat location \
                    eat_profile submods uptime bootcount bootseed dloas swname swversion manifests measurements \
                    measres intuse cdniv cdnicrit cdniip cdniuc cdniets cdnistt cdnistd sig_val_claims \
                    authorization_details verified_claims place_of_birth nationalities birth_family_name \
                    birth_given_name birth_middle_name salutation title msisdn also_known_as htm htu ath atc sub_id \
                    rcd rcdi crn msgi rdap_allowed_purposes rdap_dnt_allowed geohash _sd ... _sd_alg sd_hash \
                    consumerPlmnId consumerSnpnId producerPlmnId producerSnpnId producerSnssaiList producerNsiList \
                    producerNfSetId producerNfServiceSetId sourceNfInstanceId analyticsIdList resOwnerId cmw jwks \
                    metadata constraints crit ref delegation logo_uri authority_hints trust_anchor_hints trust_marks \
                    trust_mark_issuers trust_mark_owners metadata_policy metadata_policy_crit source_endpoint keys \
                    trust_mark_type trust_chain trust_anchor status status_list ttl";
        for name in [oidc, rfc, iana].into_iter().flat_map(str::split_whitespace) {
            assert!(look_up(name, false).is_some_and(|(_, entry)| entry.source.is_some()), "{name}");
        }
        let scaikey = "iss aud sub scope exp iat tenant_id partner_id role client_id app_scope platform_token token_type act";
        for name in scaikey.split_whitespace() {
            assert!(look_up(name, true).is_some(), "{name}");
        }
        assert!(look_up("tenant_id", false).is_none(), "ScaiKey's word means nothing elsewhere");
        let jose = "alg jku jwk kid x5u x5c x5t x5t#S256 typ cty crit enc zip epk apu apv iv tag p2s p2c iss sub aud b64 \
                    url nonce ppt svt trust_chain";
        for name in jose.split_whitespace() {
            assert!(look_up_header(name).is_some(), "{name}");
        }
    }

    #[test]
    fn the_index_finds_what_a_walk_finds() {
        for (place, entry) in CLAIMS.iter().enumerate() {
            for scaikey in [true, false] {
                let walked = CLAIMS
                    .iter()
                    .enumerate()
                    .find(|(_, known)| known.name == entry.name && (scaikey || !known.is_scaikeys()));
                let found = look_up(entry.name, scaikey);
                assert_eq!(found.map(|(place, _)| place), walked.map(|(place, _)| place), "{}", entry.name);
            }
            assert!(look_up(entry.name, true).is_some_and(|(found, _)| found <= place));
        }
        assert!(
            HEADER.iter().all(|entry| look_up_header(entry.name).map(|found| found.name) == Some(entry.name))
        );
        for name in ["", "zzz", "su", "subs", "SUB", "\u{0}", "é"] {
            assert!(look_up(name, true).is_none() && look_up_header(name).is_none(), "{name}");
        }
    }

    #[test]
    fn names_that_differ_by_case_are_meant() {
        for (name, scaikey, expected) in [
            ("Aud", true, Some("aud")),
            ("TENANT_ID", true, Some("tenant_id")),
            ("TENANT_ID", false, None),
            ("consumerplmnid", false, Some("consumerPlmnId")),
            ("audience", true, None),
            ("", true, None),
        ] {
            assert_eq!(meant(name, scaikey), expected, "{name}");
        }
        assert_eq!(meant_in_header("ALG"), Some("alg"));
        assert_eq!(meant_in_header("x5t#s256"), Some("x5t#S256"));
    }

    #[test]
    fn every_source_has_an_address_on_a_known_host() {
        let hosts = ["www.rfc-editor.org", "openid.net", "www.iana.org", "www.w3.org", "www.scailabs.ai"];
        for source in sources() {
            let address = address(source).unwrap_or_else(|| panic!("{source} has no address"));
            let url = Url::parse(&address).unwrap();
            assert!(url.scheme() == "https" && hosts.contains(&url.host_str().unwrap()), "{address}");
            assert_eq!(url.as_str(), address);
            if let Some(rfc) = source.strip_prefix("RFC ") {
                assert!(rfc.chars().take(4).all(|c| c.is_ascii_digit()), "{source}");
                assert!(rfc.split_once(" §").is_none_or(|(number, section)| number.len() == 4
                    && section.chars().all(|c| c.is_ascii_digit() || c == '.')));
            }
        }
        for (source, _) in ADDRESSES {
            assert!(sources().any(|known| known == *source), "nothing names {source}");
        }
    }

    #[test]
    fn addresses_of_sources() {
        for (source, expected) in [
            ("RFC 7519 §4.1.1", Some("https://www.rfc-editor.org/rfc/rfc7519.html#section-4.1.1")),
            ("RFC 8055", Some("https://www.rfc-editor.org/rfc/rfc8055.html")),
            (
                "OpenID Connect Core §5.1",
                Some("https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims"),
            ),
            ("ScaiKey", Some("https://www.scailabs.ai/docs/scaikey/concepts/tokens-and-scopes")),
            ("IANA JWT claims registry", Some("https://www.iana.org/assignments/jwt/jwt.xhtml")),
            ("RFC 7519 §99", None),
            ("RFC 7519 §4.1.1/../../evil", None),
            ("https://evil.example", None),
            ("scaikey", None),
            ("", None),
        ] {
            assert_eq!(address(source).as_deref(), expected, "{source}");
        }
    }
}
