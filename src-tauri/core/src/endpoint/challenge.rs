//! `WWW-Authenticate` (RFC 9110 §11.6.1) with the parameters of RFC 6750 §3.

use crate::contract::ChallengeView;
use crate::oauth::refusal::shown;

/// The challenges of a header field, in their order. What cannot be read is passed over.
#[must_use]
pub fn read(header: &str) -> Vec<ChallengeView> {
    let mut challenges: Vec<ChallengeView> = Vec::new();
    for item in items(header) {
        // `Scheme`, `Scheme name=value`, `Scheme token68`, or `name=value` of the scheme before.
        let (scheme, parameter) = match item.split_once([' ', '\t']) {
            Some((scheme, rest)) if is_token(scheme) && !rest.trim_start().starts_with('=') => {
                (Some(scheme), rest.trim())
            }
            _ if is_token(&item) => (Some(item.as_str()), ""),
            _ => (None, item.as_str()),
        };
        if let Some(scheme) = scheme {
            challenges.push(ChallengeView {
                scheme: shown(scheme),
                realm: None,
                error: None,
                description: None,
                scope: None,
            });
        }
        let (Some(challenge), Some((name, value))) = (challenges.last_mut(), parameter.split_once('='))
        else {
            continue;
        };
        let place = match name.trim().to_ascii_lowercase().as_str() {
            "realm" => &mut challenge.realm,
            "error" => &mut challenge.error,
            "error_description" => &mut challenge.description,
            "scope" => &mut challenge.scope,
            _ => continue,
        };
        // A repeated parameter is not allowed; the first one stands.
        place.get_or_insert_with(|| shown(&unquoted(value.trim())));
    }
    challenges
}

/// The parts between commas, those in quotes left alone.
fn items(header: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in header.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                items.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = items.last_mut() {
            last.push(c);
        }
    }
    items.into_iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut text = String::new();
    let mut escaped = false;
    for c in inner.chars() {
        if c == '\\' && !escaped {
            escaped = true;
        } else {
            escaped = false;
            text.push(c);
        }
    }
    text
}

/// RFC 9110 §5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(scheme: &str) -> ChallengeView {
        ChallengeView { scheme: scheme.to_owned(), realm: None, error: None, description: None, scope: None }
    }

    #[test]
    fn rfc_6750_3_examples() {
        let realm = Some("example".to_owned());
        assert_eq!(
            read(r#"Bearer realm="example""#),
            [ChallengeView { realm: realm.clone(), ..challenge("Bearer") }]
        );
        assert_eq!(
            read(
                r#"Bearer realm="example", error="invalid_token", error_description="The access token expired""#
            ),
            [ChallengeView {
                realm,
                error: Some("invalid_token".to_owned()),
                description: Some("The access token expired".to_owned()),
                ..challenge("Bearer")
            }]
        );
    }

    #[test]
    fn several_schemes_and_odd_ones() {
        assert_eq!(read("Bearer"), [challenge("Bearer")]);
        assert_eq!(read("Negotiate, Bearer"), [challenge("Negotiate"), challenge("Bearer")]);
        assert_eq!(
            read(r#"Basic realm="a, \"b\"", charset="UTF-8", bearer scope="admin:read x""#),
            [
                ChallengeView { realm: Some("a, \"b\"".to_owned()), ..challenge("Basic") },
                ChallengeView { scope: Some("admin:read x".to_owned()), ..challenge("bearer") },
            ]
        );
        assert_eq!(read("Negotiate YII=="), [challenge("Negotiate")]);
        assert_eq!(
            read("Bearer error=insufficient_scope,error=second"),
            [ChallengeView { error: Some("insufficient_scope".to_owned()), ..challenge("Bearer") }]
        );
        for nothing in ["", " , ,", "=", "\"", "error=\"x\""] {
            assert_eq!(read(nothing), [], "{nothing:?}");
        }
        // An open quote ends with the field.
        assert_eq!(
            read("Bearer realm=\"open"),
            [ChallengeView { realm: Some("open".to_owned()), ..challenge("Bearer") }]
        );
    }
}
