//! The walkthroughs as data. One more is one more row here, with its name; nothing else has to change.
//!
//! Every word is true to the contract (`scaikey-contract.md`); what is concluded is marked `Inferred` or stands
//! under `undocumented`, and is never said as if ScaiKey's pages said it.

use super::{Condition, Pitfall, Proposal, RequestTemplate, Step, Walkthrough};
use crate::contract::Certainty::{Documented, Inferred, Unknown};
use crate::contract::{Certainty, Panel, StepAction, WalkthroughId};

/// Their names. They stand in the configuration file, so one is never given to another walkthrough.
impl WalkthroughId {
    /// From nothing to a working access token in five steps (contract 6.1).
    pub const QUICKSTART: Self = Self("quickstart");
    /// A service that talks to the admin API (contract 6.2).
    pub const SERVICE_TO_SERVICE: Self = Self("serviceToService");
    /// Repairing the documented 403 (contract 6.3).
    pub const REPAIR_403: Self = Self("repair403");
    /// Verifying a webhook (contract 6.5).
    pub const WEBHOOK: Self = Self("webhook");
    /// A new client secret beside the old one.
    pub const ROTATE_SECRET: Self = Self("rotateSecret");
}

/// All walkthroughs, in the order they are shown.
pub static WALKTHROUGHS: [Walkthrough; 5] =
    [QUICKSTART, SERVICE_TO_SERVICE, REPAIR_403, WEBHOOK, ROTATE_SECRET];

const fn pitfall(sign: &'static str, certainty: Certainty, remedy: &'static str) -> Pitfall {
    Pitfall { sign, remedy, certainty }
}

const NO_ADMIN_SCOPE: Pitfall = pitfall(
    "403, “Platform token requires admin:read or admin:write scope”.",
    Documented,
    "The application must be allowed admin:read and the request must ask for it, or send no scope at all. \
     Repair the 403 goes through both.",
);

const WRONG_FLAVOUR: Pitfall = pitfall(
    "ID and secret are right, and the token request is refused.",
    Documented,
    "A GLOBAL application asks at the platform's token endpoint, a TENANT or PARTNER application at its \
     tenant's. Look at the application's level.",
);

const LOST_SECRET: Pitfall = pitfall(
    "The client secret is lost.",
    Documented,
    "It is shown once and cannot be read again. Generate a new one on the same application.",
);

const TENANTS_SPELLING: &str = "The exact command of this step could not be read in the quickstart. The path \
    with a slash at its end is inferred from the API reference; other pages write it without. The shape of the \
    list is not documented. Whether the token of a TENANT application may call it is not documented either.";

const LEVEL_RULE: &str = "GLOBAL acts on every tenant, and only a super_admin may register it. TENANT acts on one \
    tenant, PARTNER on the tenants of one partner.";

const QUICKSTART: Walkthrough = Walkthrough {
    id: WalkthroughId::QUICKSTART,
    title: "Quickstart",
    summary: "From nothing to a working access token in five steps.",
    documentation: Some("quickstart"),
    proposes: Proposal::OnlyOne,
    steps: &[
        Step {
            title: "Register an application",
            text: "ScaiKey gives tokens to registered applications. In the admin UI create one of type SERVICE, \
                   GLOBAL for all tenants or TENANT for one. Allow it openid and, for the admin API, admin:read. \
                   Save, and bring its client ID and its secret here.",
            meaning: "The client ID names the application and is no secret. The client secret proves that it is \
                      you; ScaiKey shows it once. Here it goes into the keychain.",
            panel: Panel::Register,
            action: None,
            request: RequestTemplate::None,
            condition: Condition::Registered,
            pitfalls: &[
                pitfall(
                    "GLOBAL cannot be chosen.",
                    Documented,
                    "Only a super_admin may register a GLOBAL application. Take TENANT, or ask a super_admin.",
                ),
                LOST_SECRET,
            ],
            undocumented: "What a client ID looks like. So it is taken as it is.",
        },
        Step {
            title: "Request an access token",
            text: "Send client ID and secret to the token endpoint, with the grant client_credentials and the \
                   scopes you want.",
            meaning: "expires_in is the token's life in seconds, scope is what was granted. There is no refresh \
                      token with this grant, on purpose: when the token ends, ask for another.",
            panel: Panel::Token,
            action: Some(StepAction::RequestToken),
            request: RequestTemplate::Token { source: "quickstart, step 2" },
            condition: Condition::TokenInHand,
            pitfalls: &[
                WRONG_FLAVOUR,
                pitfall(
                    "invalid_client.",
                    Inferred,
                    "By RFC 6749 the ID or the secret is wrong, or was sent in a way the server does not take. \
                     Enter the secret again, or try another client authentication.",
                ),
                pitfall(
                    "An SPA or a NATIVE application is refused.",
                    Documented,
                    "They have no secret and may not use this grant. Register a SERVICE or WEB application.",
                ),
            ],
            undocumented: "How a wrong secret and the other flavour's token endpoint are answered, and whether a scope \
                           beyond the allowed ones is refused or left out.",
        },
        Step {
            title: "Decode the token",
            text: "The access token is a signed JWT: three parts with dots between them. The middle one says who, \
                   where, what and until when.",
            meaning: "For a service token sub equals client_id: the service itself, no user. The checks verify \
                      the signature with ScaiKey's published keys, which the documented command does not.",
            panel: Panel::Token,
            action: None,
            request: RequestTemplate::Decode,
            condition: Condition::SubjectIsClient,
            pitfalls: &[
                pitfall(
                    "The documented command cuts the JSON short.",
                    Inferred,
                    "JWT parts are base64url without padding, which base64 -d does not expect. Here they are \
                     decoded as RFC 7515 says.",
                ),
                pitfall(
                    "scope lacks admin:read.",
                    Documented,
                    "A token keeps the scopes it was made with. Ask for the scope and request another token.",
                ),
            ],
            undocumented: "Most of the sample's members could not be read. The issuer of platform tokens is not \
                           documented.",
        },
        Step {
            title: "Call a protected endpoint",
            text: "Ask the admin API for your tenants. The token travels in the Authorization header.",
            meaning: "200 with your tenants: the token is good and has an admin scope. 403: the token is good and \
                      its scope is not. 401: the token itself was not taken.",
            panel: Panel::Endpoint,
            action: Some(StepAction::ListTenants),
            request: RequestTemplate::ListTenants,
            condition: Condition::TenantsListed,
            pitfalls: &[
                NO_ADMIN_SCOPE,
                pitfall(
                    "A redirect to the path without the slash.",
                    Inferred,
                    "It is followed on the same host, and the header is sent again.",
                ),
            ],
            undocumented: TENANTS_SPELLING,
        },
        Step {
            title: "Let it renew",
            text: "When expires_in has run out, the token is refused. Repeat the request a little before that. \
                   Here it happens by itself.",
            meaning: "The old token stays usable until its own end, so whoever holds it is not cut off. Keep \
                      tokens in memory only.",
            panel: Panel::Renewal,
            action: Some(StepAction::RequestToken),
            request: RequestTemplate::Token { source: "quickstart, step 5: repeat step 2" },
            condition: Condition::Renewed,
            pitfalls: &[pitfall(
                "A program looks for a refresh token.",
                Documented,
                "There is none with client_credentials. It requests a new token instead.",
            )],
            undocumented: "How many token requests in which time ScaiKey allows.",
        },
    ],
};

const SERVICE_TO_SERVICE: Walkthrough = Walkthrough {
    id: WalkthroughId::SERVICE_TO_SERVICE,
    title: "Service to service",
    summary: "A service of yours that calls the admin API and keeps its token valid.",
    documentation: Some("tutorials/service-to-service"),
    proposes: Proposal::OnlyOne,
    steps: &[
        Step {
            title: "Choose the level",
            text: "Across tenants: GLOBAL. Within one tenant: TENANT. The level is fixed when the application is \
                   registered and can never be changed.",
            meaning: LEVEL_RULE,
            panel: Panel::ChooseLevel,
            action: None,
            request: RequestTemplate::None,
            condition: Condition::LevelChosen,
            pitfalls: &[
                pitfall(
                    "The level turns out to be wrong later.",
                    Documented,
                    "It cannot be changed. Register another application, and move the service to it.",
                ),
                pitfall(
                    "A TENANT application shall call /api/v1/admin.",
                    Unknown,
                    "The documented rule names GLOBAL applications only. Try it before you rely on it.",
                ),
            ],
            undocumented: "Whether tokens of TENANT and PARTNER applications may call the admin API.",
        },
        Step {
            title: "Choose the scopes",
            text: "Reading needs admin:read; creating, changing and deleting need admin:write. users:read and \
                   groups:read allow less. Take the least that does the work.",
            meaning: "These become the application's allowed scopes: the most that a token of it can ever have. \
                      They can be changed later, and count for tokens requested after that.",
            panel: Panel::ChooseScopes,
            action: None,
            request: RequestTemplate::None,
            condition: Condition::ScopesChosen,
            pitfalls: &[pitfall(
                "Scopes were widened, and the token is as narrow as before.",
                Documented,
                "A token keeps the scopes it was made with. Drop cached tokens and request another.",
            )],
            undocumented: "The whole list of narrow scopes, and whether admin:write alone allows reading.",
        },
        Step {
            title: "Register the service",
            text: "In the admin UI, under Applications, create it: a name that can be told apart in the audit log, \
                   type SERVICE, the level, the scopes and a token lifetime of 3600 seconds. A WEB application \
                   works too. Bring client ID and secret here at once.",
            meaning: "From now on the level is fixed. The secret is shown once; if it leaks, generate a new one on \
                      the same application.",
            panel: Panel::Register,
            action: None,
            request: RequestTemplate::None,
            condition: Condition::Registered,
            pitfalls: &[
                LOST_SECRET,
                pitfall(
                    "admin:read is not offered among the scopes.",
                    Documented,
                    "The admin UI's list is fixed. Set the scopes by API, as in Repair the 403.",
                ),
            ],
            undocumented: "The fields of an application that is created by API.",
        },
        Step {
            title: "A token in code",
            text: "Request a token with HTTP Basic, keep it in memory, and hand out the same one until shortly \
                   before its end. The code below does that with your values; the secret comes from \
                   CLIENT_SECRET.",
            meaning: "One token for many calls. It is requested again by expires_in, not by trying until it is \
                      refused.",
            panel: Panel::Code,
            action: Some(StepAction::RequestToken),
            request: RequestTemplate::Token { source: "tutorials/service-to-service, step 2" },
            condition: Condition::TokenInHand,
            pitfalls: &[
                WRONG_FLAVOUR,
                pitfall(
                    "The secret has characters such as + / : % and is refused.",
                    Inferred,
                    "RFC 6749 wants ID and secret form-encoded before Basic; some servers want them as they are. \
                     Which of the two ScaiKey wants is not documented.",
                ),
            ],
            undocumented: "The tutorial's own code could not be read. This code follows its prose and RFC 6749.",
        },
        Step {
            title: "Call the admin API",
            text: "Send the token in the Authorization header. The list of tenants is a safe first call: it reads.",
            meaning: "200 with the tenants: the service can do its work. The page and per_page parameters walk \
                      through a long list.",
            panel: Panel::Endpoint,
            action: Some(StepAction::ListTenants),
            request: RequestTemplate::ListTenants,
            condition: Condition::TenantsListed,
            pitfalls: &[NO_ADMIN_SCOPE],
            undocumented: TENANTS_SPELLING,
        },
        Step {
            title: "Handle the end of a token",
            text: "No refresh token comes with this grant. Request a new token a few seconds before the end of the \
                   old one, as the code does and as it happens here by itself.",
            meaning: "The service never shows its users that tokens end.",
            panel: Panel::Renewal,
            action: Some(StepAction::RequestToken),
            request: RequestTemplate::Token { source: "quickstart, step 5: repeat step 2" },
            condition: Condition::Renewed,
            pitfalls: &[pitfall(
                "Many instances of the service ask at the same moment.",
                Inferred,
                "Ask a little earlier, each by another amount, and wait longer after each failure.",
            )],
            undocumented: "Limits on how often tokens may be requested, and the status for an ended token.",
        },
    ],
};

const REPAIR_403: Walkthrough = Walkthrough {
    id: WalkthroughId::REPAIR_403,
    title: "Repair the 403",
    summary: "The token is good, and the admin API refuses it: find the missing scope and add it.",
    documentation: Some("troubleshooting/platform-token-403"),
    proposes: Proposal::OnlyOne,
    steps: &[
        Step {
            title: "Decode, and see what is missing",
            text: "Look at the scope claim of the token that was refused. The admin API wants admin:read or \
                   admin:write in it.",
            meaning: "A scope was asked for without an admin scope in it: the request is to be mended. None was \
                      asked for: the application is allowed none. That is concluded from the documented rule.",
            panel: Panel::Diagnosis,
            action: None,
            request: RequestTemplate::Decode,
            condition: Condition::ScopesSeen,
            pitfalls: &[pitfall(
                "The scope is there, and it is refused all the same.",
                Inferred,
                "Then another, older token may be in use, or the rule is another one. Look at the answer's own \
                 words.",
            )],
            undocumented: "Other reasons for a 403 of the admin API.",
        },
        Step {
            title: "Allow it at the application",
            text: "In the admin UI open Applications, the application, Settings, Allowed Scopes, and tick \
                   admin:read. If it is not offered there, set it by API as below, with a super-admin's token.",
            meaning: "Allowed scopes are the most that a token of the application can have. The API replaces the \
                      list, so name those that shall stay.",
            panel: Panel::Diagnosis,
            action: Some(StepAction::AllowAdminRead),
            request: RequestTemplate::AllowScopes,
            condition: Condition::AdminAllowed,
            pitfalls: &[pitfall(
                "Other scopes are gone afterwards.",
                Documented,
                "The list was replaced, not extended. Send it again with all that shall be allowed.",
            )],
            undocumented: "Whether the application's id in this path is its client ID. The status of the answer.",
        },
        Step {
            title: "Ask for it",
            text: "Send scope=admin:read with the token request, or no scope at all: then the token gets all that \
                   is allowed.",
            meaning: "Both are needed: allowed at the application, and in the token request.",
            panel: Panel::Diagnosis,
            action: Some(StepAction::AskForAdminRead),
            request: RequestTemplate::Token {
                source: "troubleshooting/platform-token-403, the token request",
            },
            condition: Condition::AdminAskedFor,
            pitfalls: &[pitfall(
                "The scope is asked for and not granted.",
                Unknown,
                "It is not allowed at the application yet. Whether ScaiKey refuses the request or leaves the scope \
                 out is not documented.",
            )],
            undocumented: "Whether a scope beyond the allowed ones is refused (invalid_scope) or left out.",
        },
        Step {
            title: "Drop the old token, request another",
            text: "The token in hand was made before the change and stays as narrow as it is. Request another, and \
                   drop every copy of the old one: in services, in caches, in the clipboard.",
            meaning: "A signed token cannot be changed. Only tokens requested after the change carry the scope.",
            panel: Panel::Token,
            action: Some(StepAction::RequestToken),
            request: RequestTemplate::Token {
                source: "troubleshooting/platform-token-403, the token request",
            },
            condition: Condition::AdminGranted,
            pitfalls: &[pitfall(
                "A service is still refused, although a new token works here.",
                Documented,
                "It has cached the old token. Restart it or clear its cache.",
            )],
            undocumented: "",
        },
        Step {
            title: "Call again",
            text: "Repeat the call that was refused.",
            meaning: "200: repaired.",
            panel: Panel::Endpoint,
            action: Some(StepAction::ListTenants),
            request: RequestTemplate::ListTenants,
            condition: Condition::TenantsListed,
            pitfalls: &[NO_ADMIN_SCOPE],
            undocumented: TENANTS_SPELLING,
        },
    ],
};

const WEBHOOK: Walkthrough = Walkthrough {
    id: WalkthroughId::WEBHOOK,
    title: "Verify a webhook",
    summary: "Is this delivery from ScaiKey, unchanged and fresh? Compute its signature and see.",
    documentation: Some("reference/webhooks"),
    proposes: Proposal::None,
    steps: &[
        Step {
            title: "Get a delivery",
            text: "Paste the header lines and the body of a delivery, to the byte. The practice server can send \
                   one.",
            meaning: "The signature is in X-ScaiKey-Signature, as t=<Unix seconds>,v1=<hex>. The body is signed as \
                      it was sent, so read its bytes before anything parses them.",
            panel: Panel::Webhook,
            action: None,
            request: RequestTemplate::None,
            condition: Condition::WebhookReceived,
            pitfalls: &[pitfall(
                "A framework hands over the parsed body only.",
                Inferred,
                "Have it give you the raw bytes. JSON that was parsed and written again need not be the same bytes.",
            )],
            undocumented: "When deliveries are repeated, and how often.",
        },
        Step {
            title: "Compute the signature",
            text: "HMAC-SHA256 with the webhook's secret over the timestamp, a dot and the body; written in hex, it \
                   must equal v1. Compare in constant time.",
            meaning: "Equal: whoever sent it knows the secret, and nothing was changed. If not, the report says \
                      which part differs as far as that can be found out.",
            panel: Panel::Webhook,
            action: None,
            request: RequestTemplate::WebhookSignature,
            condition: Condition::WebhookSigned,
            pitfalls: &[
                pitfall(
                    "It does not match, and the secret is right.",
                    Inferred,
                    "The body was changed on the way: a line break at its end, CRLF for LF, JSON written anew. The \
                     report tries these.",
                ),
                pitfall(
                    "It matches in the shell and not in the code.",
                    Inferred,
                    "Sign t, a dot and the body as bytes, with nothing else between them.",
                ),
            ],
            undocumented: "Whether a secret can be replaced with both being used for a while.",
        },
        Step {
            title: "Check age and duplicates",
            text: "Refuse a delivery whose t is too old: somebody may play it again. Remember the event's ID and do \
                   nothing when it comes a second time.",
            meaning: "Five minutes is the rule of other Scai products; ScaiKey's pages name none. A repeated \
                      delivery is nothing bad: answer it with success.",
            panel: Panel::Webhook,
            action: None,
            request: RequestTemplate::None,
            condition: Condition::WebhookFresh,
            pitfalls: &[pitfall(
                "Fresh deliveries are called too old.",
                Inferred,
                "A clock is off: the server's or yours.",
            )],
            undocumented: "How old a delivery may be, and whether a repeated one is signed with a new t.",
        },
    ],
};

const ROTATE_SECRET: Walkthrough = Walkthrough {
    id: WalkthroughId::ROTATE_SECRET,
    title: "Rotate a client secret",
    summary: "Take a new secret, try it beside the old one, and switch without losing a valid token.",
    documentation: Some("tutorials/service-to-service"),
    proposes: Proposal::None,
    steps: &[
        Step {
            title: "What you have",
            text: "Choose the application. Its secret is in use, and so is the token in hand. Neither changes \
                   before you switch.",
            meaning: "A token that was issued stays valid until its end; it does not hold the secret.",
            panel: Panel::Token,
            action: Some(StepAction::RequestToken),
            request: RequestTemplate::None,
            condition: Condition::Registered,
            pitfalls: &[LOST_SECRET],
            undocumented: "Whether ScaiKey ends an application's tokens when its secret is replaced.",
        },
        Step {
            title: "A new secret",
            text: "Generate a new secret on the same application in the admin UI, and enter it here. It is held in \
                   memory beside the old one until you switch.",
            meaning: "Both are at hand, so nothing is lost if the new one does not work.",
            panel: Panel::NewSecret,
            action: None,
            request: RequestTemplate::None,
            condition: Condition::CandidateGiven,
            pitfalls: &[pitfall(
                "Other services use the same secret.",
                Inferred,
                "Bring the new one to each of them before the old one ends. Whether it goes on working for a while \
                 is not documented; the next step shows it.",
            )],
            undocumented: "The API's path for a new secret, and whether the old one goes on working.",
        },
        Step {
            title: "Try both",
            text: "One token request with the new secret, one with the old. The token in hand stays as it is.",
            meaning: "New accepted: it is safe to switch. Old refused: everything that still uses it fails at its \
                      next request. Old accepted: there is time to bring the new one everywhere.",
            panel: Panel::SecretTrials,
            action: Some(StepAction::TrySecrets),
            request: RequestTemplate::TrySecrets,
            condition: Condition::SecretsTried,
            pitfalls: &[pitfall(
                "The new one is refused.",
                Inferred,
                "It may have been cut short or have a line break at its end. Copy it again; if it is lost, generate \
                 another.",
            )],
            undocumented: "How long an old secret goes on working, if it does.",
        },
        Step {
            title: "Switch",
            text: "The new secret takes the old one's place in the keychain. The token in hand is kept.",
            meaning: "From now on every token request uses the new secret.",
            panel: Panel::SecretTrials,
            action: Some(StepAction::SwitchSecret),
            request: RequestTemplate::None,
            condition: Condition::Switched,
            pitfalls: &[pitfall(
                "The keychain refuses.",
                Inferred,
                "Nothing has changed then: the old secret is still there. Unlock the keychain and switch again.",
            )],
            undocumented: "",
        },
        Step {
            title: "A token with the new secret",
            text: "Request a token, as the schedule will from now on.",
            meaning: "It came: the rotation is done. If the old secret still worked, revoke it in the admin UI, if \
                      it offers that.",
            panel: Panel::Token,
            action: Some(StepAction::RequestToken),
            request: RequestTemplate::Token { source: "quickstart, step 2" },
            condition: Condition::TokenSinceSwitch,
            pitfalls: &[pitfall(
                "It is refused, although the trial was accepted.",
                Inferred,
                "The secret was replaced once more meanwhile. Enter the latest one.",
            )],
            undocumented: "Whether and how an old secret can be revoked.",
        },
    ],
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::scaikey::DOCUMENTATION_PAGES;
    use crate::walkthrough::{find, step, texts};

    const IDS: [WalkthroughId; 5] = [
        WalkthroughId::QUICKSTART,
        WalkthroughId::SERVICE_TO_SERVICE,
        WalkthroughId::REPAIR_403,
        WalkthroughId::WEBHOOK,
        WalkthroughId::ROTATE_SECRET,
    ];

    /// Words that are shown: neither empty nor ragged, a sentence where it has to be one, no shouting.
    #[track_caller]
    fn check_words(text: &str, sentence: bool) {
        assert!(!text.trim().is_empty() && text.trim() == text, "{text:?}");
        assert!(!text.contains("  ") && !text.contains('\n') && !text.contains('!'), "{text:?}");
        assert_eq!(text.ends_with('.'), sentence, "{text:?}");
    }

    #[test]
    fn each_walkthrough_is_complete() {
        let ids: BTreeSet<_> = WALKTHROUGHS.iter().map(|walkthrough| walkthrough.id).collect();
        assert_eq!(ids, IDS.into_iter().collect(), "each id of the contract has one walkthrough");
        assert_eq!(ids.len(), WALKTHROUGHS.len());
        for walkthrough in &WALKTHROUGHS {
            check_words(walkthrough.title, false);
            check_words(walkthrough.summary, true);
            if let Some(page) = walkthrough.documentation {
                assert!(DOCUMENTATION_PAGES.contains(&page), "{page}");
            }
            let titles: BTreeSet<_> = walkthrough.steps.iter().map(|step| step.title).collect();
            assert_eq!(titles.len(), walkthrough.steps.len(), "a title stands twice");
            for step in walkthrough.steps {
                check_words(step.title, false);
                check_words(step.text, true);
                check_words(step.meaning, true);
                assert!(!step.pitfalls.is_empty(), "{}: nothing can go wrong?", step.title);
                for pitfall in step.pitfalls {
                    check_words(pitfall.sign, true);
                    check_words(pitfall.remedy, true);
                }
                if !step.undocumented.is_empty() {
                    check_words(step.undocumented, true);
                }
                if let RequestTemplate::Token { source } = step.request {
                    let page = source.split_once(',').map_or(source, |(page, _)| page);
                    assert!(DOCUMENTATION_PAGES.contains(&page), "{source}");
                }
            }
        }
    }

    #[test]
    fn the_numbers_of_steps_are_the_documented_ones() {
        let numbers = IDS.map(|id| find(id).steps.len());
        assert_eq!(numbers, [5, 6, 5, 3, 5]);
        assert!(step(WalkthroughId::WEBHOOK, 2).is_some() && step(WalkthroughId::WEBHOOK, 3).is_none());
    }

    /// What the contract marks as not documented is never called documented.
    #[test]
    fn inferences_are_not_sold_as_documentation() {
        for walkthrough in &WALKTHROUGHS {
            for step in walkthrough.steps {
                if step.request == RequestTemplate::ListTenants {
                    assert!(step.undocumented.contains("inferred"), "contract 6.1 step 4");
                }
                for pitfall in step.pitfalls {
                    let hedged = pitfall.remedy.contains("is not documented");
                    assert!(!hedged || pitfall.certainty != Documented, "{}", pitfall.sign);
                }
            }
        }
    }

    #[test]
    fn the_page_gets_every_word() {
        let texts = texts();
        assert_eq!(texts.len(), WALKTHROUGHS.len());
        for (text, walkthrough) in texts.iter().zip(&WALKTHROUGHS) {
            assert_eq!((text.id, text.title.as_str()), (walkthrough.id, walkthrough.title));
            assert_eq!(text.steps.len(), walkthrough.steps.len());
            for (step, text) in walkthrough.steps.iter().zip(&text.steps) {
                assert_eq!(text.pitfalls.len(), step.pitfalls.len());
                assert_eq!(text.undocumented, step.undocumented);
            }
        }
    }
}
