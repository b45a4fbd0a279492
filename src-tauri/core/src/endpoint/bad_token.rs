//! Tokens that an API must not accept, for *Does the API really check?*.

use crate::contract::ApiTrial;
use crate::secret::Secret;

/// The same token with another signature; of an opaque token, with another last character. `None` where there
/// is nothing to change.
#[must_use]
pub fn with_changed_signature(token: &Secret) -> Option<Secret> {
    let text = token.expose();
    // The first character of the signature: the last one may have bits that no decoder looks at.
    let start = match text.rsplit_once('.') {
        Some((before, _)) => before.len() + 1,
        None => text.char_indices().next_back()?.0,
    };
    let (before, signature) = text.split_at_checked(start)?;
    let mut rest = signature.chars();
    let other = if rest.next()? == 'A' { 'B' } else { 'A' };
    Some(Secret::new(format!("{before}{other}{}", rest.as_str())))
}

/// How an API took a bad token, by its status.
#[must_use]
pub fn verdict(status: u16) -> ApiTrial {
    match status {
        401 | 403 => ApiTrial::Rejected { status },
        200..=299 => ApiTrial::Accepted { status },
        _ => ApiTrial::Unclear { status },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_signature_changes() {
        for (token, changed) in [
            ("eyJh.eyJi.sig", Some("eyJh.eyJi.Aig")),
            ("eyJh.eyJi.Aig", Some("eyJh.eyJi.Big")),
            ("opaque", Some("opaquA")),
            ("eyJh.eyJi.", None),
            ("", None),
        ] {
            let found = with_changed_signature(&Secret::new(token));
            assert_eq!(found.as_ref().map(Secret::expose), changed, "{token}");
        }
    }

    #[test]
    fn a_refusal_is_what_one_wants() {
        assert_eq!(verdict(401), ApiTrial::Rejected { status: 401 });
        assert_eq!(verdict(403), ApiTrial::Rejected { status: 403 });
        assert_eq!(verdict(200), ApiTrial::Accepted { status: 200 });
        assert_eq!(verdict(204), ApiTrial::Accepted { status: 204 });
        for status in [302, 404, 429, 500] {
            assert_eq!(verdict(status), ApiTrial::Unclear { status });
        }
    }
}
