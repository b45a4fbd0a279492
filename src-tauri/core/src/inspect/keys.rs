//! Which keys a token is checked with, and which could be fetched.

use std::borrow::Cow;

use super::{Known, KnownIssuer};
use crate::contract::{KeyOffer, KeySource, KeysOrigin, KeysView};
use crate::jwt::words::quote;
use crate::jwt::{JwkSet, SignatureVerdict, key_text};
use crate::model::safe_endpoint;

/// The keys that a source comes to.
pub(super) struct Ring<'a> {
    origin: KeysOrigin,
    keys: Option<Cow<'a, JwkSet>>,
    issuer: Option<&'a KnownIssuer>,
    /// Why there are no keys, or no newer ones, in a sentence without its full stop.
    unavailable: Option<Cow<'a, str>>,
    /// What could be fetched.
    offer: Option<KeyOffer>,
}

impl<'a> Ring<'a> {
    /// `iss` is the issuer that the token names.
    pub(super) fn of(source: &KeySource, iss: Option<&str>, known: &'a Known) -> Self {
        match source {
            KeySource::Automatic => {
                let issued = iss.and_then(|iss| {
                    // One that publishes exactly this issuer goes before one whose form it has.
                    let exactly = known.issuers.iter().find(|issuer| issuer.publishes(iss));
                    exactly.or_else(|| known.issuers.iter().find(|issuer| issuer.issued(iss)))
                });
                issued.map_or_else(|| Self::nobodys(iss, known), Self::published)
            }
            KeySource::Instance { instance } => {
                let found = known
                    .issuers
                    .iter()
                    .find(|issuer| issuer.instance.as_ref().is_some_and(|(id, _)| id == instance));
                found.map_or_else(|| Self::none("The instance is not saved any more"), Self::published)
            }
            KeySource::Issuer { issuer } => {
                let found =
                    known.issuers.iter().find(|known| known.instance.is_none() && known.publishes(issuer));
                found.map_or_else(
                    || Self {
                        origin: KeysOrigin::Issuer { issuer: issuer.clone() },
                        offer: askable(issuer),
                        ..Self::none("The issuer's keys were not fetched yet")
                    },
                    Self::published,
                )
            }
            KeySource::Pasted { text } if text.expose().trim().is_empty() => {
                Self::none("Paste a public key, a certificate, a JWK or a JWK Set to check the signature")
            }
            KeySource::Pasted { text } => {
                Self::given(key_text::read(text.expose(), known.now_ms), |what| KeysOrigin::Pasted { what })
            }
            KeySource::Shared { value, .. } if value.is_empty() => {
                Self::none("Enter the shared secret to check the signature")
            }
            KeySource::Shared { value, encoding } => {
                Self::given(key_text::shared_secret(value.expose(), *encoding), |_| KeysOrigin::Shared)
            }
        }
    }

    fn none(why: &'static str) -> Self {
        Self {
            origin: KeysOrigin::Nowhere,
            keys: None,
            issuer: None,
            unavailable: Some(Cow::Borrowed(why)),
            offer: None,
        }
    }

    /// No one who is known issued it.
    fn nobodys(iss: Option<&str>, known: &Known) -> Self {
        let offer = iss.and_then(askable);
        let why = "No key was chosen to check it with";
        let unavailable = match iss {
            Some(iss) if !known.issuers.is_empty() => {
                Cow::Owned(format!("{why}, and no saved instance has the issuer {}", quote(iss)))
            }
            _ => Cow::Borrowed(why),
        };
        Self { unavailable: Some(unavailable), offer, ..Self::none(why) }
    }

    fn published(issuer: &'a KnownIssuer) -> Self {
        let (origin, offer) = match (&issuer.instance, issuer.issuers.first()) {
            (Some((instance, name)), _) => (
                KeysOrigin::Instance { instance: *instance, name: name.clone() },
                Some(KeyOffer::Instance { instance: *instance, name: name.clone() }),
            ),
            (None, Some(own)) => (KeysOrigin::Issuer { issuer: own.clone() }, askable(own)),
            (None, None) => (KeysOrigin::Nowhere, None),
        };
        let unavailable = match (&issuer.keys_error, &issuer.keys) {
            (Some(why), _) => Some(Cow::Borrowed(why.as_str())),
            (None, None) => Some(Cow::Owned(match &issuer.instance {
                Some((_, name)) => format!("The keys of {} were not fetched yet", quote(name)),
                None => "The issuer's keys were not fetched yet".to_owned(),
            })),
            (None, Some(_)) => None,
        };
        Self {
            origin,
            keys: issuer.keys.as_ref().map(Cow::Borrowed),
            issuer: Some(issuer),
            unavailable,
            offer,
        }
    }

    fn given(read: Result<key_text::GivenKeys, String>, origin: impl FnOnce(String) -> KeysOrigin) -> Self {
        match read {
            Ok(given) => Self {
                origin: origin(given.what),
                keys: Some(Cow::Owned(given.set)),
                issuer: None,
                unavailable: None,
                offer: None,
            },
            Err(why) => Self {
                origin: KeysOrigin::Nowhere,
                keys: None,
                issuer: None,
                unavailable: Some(Cow::Owned(why.trim_end_matches('.').to_owned())),
                offer: None,
            },
        }
    }

    pub(super) fn keys(&self) -> Option<&JwkSet> {
        self.keys.as_deref()
    }

    /// Whose keys they are.
    pub(super) fn issuer(&self) -> Option<&'a KnownIssuer> {
        self.issuer
    }

    /// When they were fetched, in Unix milliseconds.
    pub(super) fn fetched_at(&self) -> Option<i64> {
        self.issuer.and_then(|issuer| issuer.keys_fetched_at)
    }

    /// Why there are no keys, or no newer ones, in a sentence without its full stop.
    pub(super) fn unavailable(&self) -> Option<&str> {
        self.unavailable.as_deref()
    }

    /// As it is shown, with what can be fetched where that can help: no keys are there, the last try failed, or
    /// none has the token's `kid`.
    pub(super) fn view(&self, signature: Option<&SignatureVerdict>) -> KeysView {
        let helps = self.keys.is_none()
            || self.unavailable.is_some()
            || matches!(signature, Some(SignatureVerdict::KeyNotFound { .. }));
        let fits = match signature {
            Some(SignatureVerdict::Valid { key, .. }) => Some(*key),
            _ => None,
        };
        KeysView {
            origin: self.origin.clone(),
            keys: self.keys().map(|keys| keys.rows(fits)).unwrap_or_default(),
            warnings: self.keys().map(|keys| keys.warnings.clone()).unwrap_or_default(),
            error: self.unavailable().map(|why| format!("{why}.")),
            fetched_at: self.fetched_at(),
            offers: self.offer.iter().filter(|_| helps).cloned().collect(),
        }
    }
}

/// The offer to ask an issuer for its keys, where its address may be asked.
fn askable(issuer: &str) -> Option<KeyOffer> {
    let url = url::Url::parse(issuer).ok()?;
    // An issuer has neither (RFC 8414 §2).
    let plain = url.query().is_none() && url.fragment().is_none();
    (plain && safe_endpoint(&url).is_ok()).then(|| KeyOffer::Issuer { issuer: issuer.to_owned() })
}
