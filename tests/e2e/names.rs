//! What the page calls its elements (`data-testid`). It is the page's promise to these tests.

/// First run: starts the practice server.
pub(crate) const TRY_PRACTICE: &str = "try-practice";
/// First run: asks for the base URL of a ScaiKey.
pub(crate) const ADD_INSTANCE: &str = "add-instance";
/// The base URL of an instance.
pub(crate) const INSTANCE_URL: &str = "instance-url";
/// An instance in the sidebar.
pub(crate) const INSTANCE_ITEM: &str = "instance-item";
/// Seconds that the practice server's tokens live.
pub(crate) const PRACTICE_LIFETIME: &str = "practice-lifetime";

/// Saves that lifetime.
pub(crate) const SAVE_LIFETIME: &str = "save-lifetime";
/// Its name.
pub(crate) const APPLICATION_NAME: &str = "application-name";
/// Its client ID.
pub(crate) const CLIENT_ID: &str = "client-id";
/// Its client secret, or the one that is entered again.
pub(crate) const SECRET_INPUT: &str = "secret-input";
/// An application in the sidebar.
pub(crate) const APP_ITEM: &str = "app-item";
/// The level of an application at the platform.
pub(crate) const LEVEL_GLOBAL: &str = "level-GLOBAL";
/// Saves whatever form is open.
pub(crate) const SAVE: &str = "save";
/// Reads the discovery document of the instance in the form.
pub(crate) const DISCOVER: &str = "discover";
/// The form for an application.
pub(crate) const APPLICATION_FORM: &str = "application-form";
/// Makes one real request with what is in the form.
pub(crate) const TEST: &str = "test";
/// What came of it.
pub(crate) const TEST_RESULT: &str = "test-result";
/// Saves the secret that was entered again, and tries.
pub(crate) const SAVE_SECRET: &str = "save-secret";

/// Puts the token on the clipboard; its label turns to *Copied*.
pub(crate) const COPY_TOKEN: &str = "copy-token";
/// Requests a new token.
pub(crate) const REQUEST_TOKEN: &str = "request-token";
/// Shows the whole token.
pub(crate) const SHOW_TOKEN: &str = "show-token";
/// When the token was issued, explained.
pub(crate) const CLAIM_IAT: &str = "claim-iat";
/// *Verified*, or why not.
pub(crate) const VERDICT: &str = "verdict";
/// The time that is left.
pub(crate) const COUNTDOWN: &str = "time-left";
/// What went wrong with the last request, and what to do.
pub(crate) const FAILURE: &str = "error-card";
/// The button in it that takes the secret again, in place.
pub(crate) const ENTER_SECRET: &str = "error-action-enterSecret";

/// Opens the palette.
pub(crate) const SEARCH: &str = "search";
/// The palette: searches and runs.
pub(crate) const PALETTE: &str = "palette";
/// What is searched for in it.
pub(crate) const PALETTE_FILTER: &str = "palette-filter";
/// The list of shortcuts.
pub(crate) const SHORTCUTS: &str = "shortcuts";
/// Opens the settings.
pub(crate) const SETTINGS: &str = "settings";
/// The settings.
pub(crate) const SETTINGS_PAGE: &str = "settings-page";
/// The page of an instance.
pub(crate) const INSTANCE_PAGE: &str = "instance-page";
/// Asks whether the instance is to be deleted.
pub(crate) const DELETE_THIS_INSTANCE: &str = "delete-this-instance";
/// Deletes what was asked about.
pub(crate) const CONFIRM_DELETE: &str = "confirm-delete";
/// The form for an instance.
pub(crate) const INSTANCE_FORM: &str = "instance-form";
/// Discards what was typed into a form.
pub(crate) const DISCARD: &str = "discard";
/// Opens the form for another application of an instance.
pub(crate) const ADD_APPLICATION: &str = "add-application";
/// Opens the form for the application that is open.
pub(crate) const EDIT_APPLICATION: &str = "edit-application";
/// The claims as JSON.
pub(crate) const CLAIMS_JSON: &str = "claims-json";
/// The claims explained.
pub(crate) const CLAIMS_EXPLAINED: &str = "claims-explained";
/// The payload as JSON.
pub(crate) const PAYLOAD_JSON: &str = "payload-json";
/// The whole token, while it is shown.
pub(crate) const WHOLE_TOKEN: &str = "whole-token";
/// Opens the list of forms to copy in.
pub(crate) const COPY_AS: &str = "copy-as";
/// The form of a header in it.
pub(crate) const COPY_AS_HEADER: &str = "copy-as-header";
/// What the discovery document says, or why it could not be read.
pub(crate) const DISCOVERY_RESULT: &str = "discovery-result";
/// Copies the client ID.
pub(crate) const COPY_ID: &str = "copy-id";
/// Leaves the settings, where no sidebar does.
pub(crate) const BACK: &str = "back";
/// Where the secret is, if not in the keychain.
pub(crate) const SECRET_STATE: &str = "secret-state";
/// Takes a new secret in the form of a saved application.
pub(crate) const REPLACE_SECRET: &str = "replace-secret";
/// Whether the secret is kept for this session only.
pub(crate) const KEEP_SESSION: &str = "keep-session";
/// The button of an explained failure that keeps the secret for this session only.
pub(crate) const KEEP_FOR_SESSION: &str = "error-action-keepForSession";
/// The button of an explained failure that asks the keychain again.
pub(crate) const RETRY_KEYCHAIN_HERE: &str = "error-action-retryKeychain";
/// What an application's token is doing, in the sidebar.
pub(crate) const APP_STATE: &str = "app-state";
/// Opens the list of walkthroughs.
pub(crate) const WALKTHROUGHS: &str = "walkthroughs";
/// The page of a walkthrough.
pub(crate) const WALKTHROUGH_PAGE: &str = "walkthrough-page";
/// Chooses the application of a walkthrough.
pub(crate) const WALKTHROUGH_APPLICATION: &str = "walkthrough-application";
/// Takes another scope; Backspace takes the last one away.
pub(crate) const SCOPE_INPUT: &str = "scope-input";
/// Registers an application on the practice server.
pub(crate) const REGISTER_PRACTICE: &str = "register-practice";
/// Opens the next step.
pub(crate) const STEP_NEXT: &str = "step-next";
/// The request of a step.
pub(crate) const STEP_REQUEST: &str = "step-request";
/// Runs a step.
pub(crate) const STEP_RUN: &str = "step-run";
/// What came of it.
pub(crate) const STEP_STATUS: &str = "step-status";
/// What went wrong in it.
pub(crate) const STEP_ERROR: &str = "step-error";
/// The button under a 403 that asks for what is missing.
pub(crate) const ASK_FOR_SCOPES: &str = "error-action-askForScopes";
/// Makes the practice server's tokens short enough to watch one being renewed.
pub(crate) const WATCH_RENEWAL: &str = "watch-renewal";
/// Code that keeps a token valid.
pub(crate) const CODE_TEXT: &str = "code-text";
/// Has the practice server generate a new secret.
pub(crate) const ROTATE_PRACTICE: &str = "rotate-practice";
/// How the new secret was taken.
pub(crate) const SECRET_TRIAL_NEW: &str = "secret-trial-new";
/// How the old one was.
pub(crate) const SECRET_TRIAL_OLD: &str = "secret-trial-old";
/// Has the practice server send a webhook.
pub(crate) const WEBHOOK_RECEIVE: &str = "webhook-receive";
/// A webhook's body.
pub(crate) const WEBHOOK_BODY: &str = "webhook-body";
/// Verifies it.
pub(crate) const WEBHOOK_VERIFY: &str = "webhook-verify";
/// A check of it.
pub(crate) const WEBHOOK_CHECK: &str = "webhook-check";
/// How long the parts of an exchange took.
pub(crate) const EXCHANGE_TIMING: &str = "exchange-timing";
/// Opens ScaiKey's page about a walkthrough.
pub(crate) const OPEN_DOCUMENTATION: &str = "open-documentation";
/// Opens the admin UI.
pub(crate) const OPEN_ADMIN: &str = "open-admin";
/// The answer of an endpoint as a table.
pub(crate) const CALL_TABLE: &str = "call-table";
/// Opens the activity.
pub(crate) const ACTIVITY: &str = "activity";
/// The activity.
pub(crate) const ACTIVITY_PAGE: &str = "activity-page";
/// An exchange in it.
pub(crate) const ACTIVITY_ROW: &str = "activity-row";
/// An exchange in full.
pub(crate) const EXCHANGE_CARD: &str = "exchange-card";
/// Copies its request as curl.
pub(crate) const COPY_CURL: &str = "copy-curl";
/// Writes the activity as a HAR file.
pub(crate) const EXPORT_HAR: &str = "export-har";
/// Where that went.
pub(crate) const EXPORT_PATH: &str = "export-path";
/// Goes to *Call an endpoint*.
pub(crate) const OPEN_CALL: &str = "open-call";
/// Calls it.
pub(crate) const CALL_RUN: &str = "call-run";
/// What came of it.
pub(crate) const CALL_STATUS: &str = "call-status";
/// What a refusal means.
pub(crate) const CALL_ERROR: &str = "call-error";

/// A step in the rail of a walkthrough.
pub(crate) fn walkthrough_step(index: usize) -> String {
    format!("walkthrough-step-{index}")
}

/// Opens a walkthrough from the list.
pub(crate) fn open_walkthrough(id: &str) -> String {
    format!("walkthrough-open-{id}")
}

/// Opens the inspector.
pub(crate) const OPEN_INSPECTOR: &str = "open-inspector";
/// The inspector.
pub(crate) const INSPECTOR_PAGE: &str = "inspector-page";
/// What a token is pasted into.
pub(crate) const INSPECTOR_TEXT: &str = "inspector-text";
/// Forgets what was pasted.
pub(crate) const INSPECTOR_CLEAR: &str = "inspector-clear";
/// *Verified*, or why not.
pub(crate) const INSPECTOR_VERDICT: &str = "inspector-verdict";
/// What was cut away around the token.
pub(crate) const INSPECTOR_CUT: &str = "inspector-cut";
/// Why nothing was found.
pub(crate) const INSPECTOR_PROBLEM: &str = "inspector-problem";
/// What kind of token it is.
pub(crate) const INSPECTOR_RECOGNISED: &str = "inspector-recognised";
/// Chooses the token to compare with.
pub(crate) const INSPECTOR_COMPARE: &str = "inspector-compare";
/// Where the key comes from.
pub(crate) const KEY_SOURCE: &str = "key-source";
/// A shared secret.
pub(crate) const KEY_SECRET: &str = "key-secret";
/// The audience that is expected.
pub(crate) const EXPECTED_AUDIENCE: &str = "expected-audience";
/// Its check.
pub(crate) const CHECK_AUDIENCE: &str = "check-audience";
/// The check of the signature.
pub(crate) const CHECK_SIGNATURE: &str = "check-signature";
/// The place of a claim in the token's text.
pub(crate) const RAW_MARK: &str = "raw-mark";
/// A row of JSON.
pub(crate) const JSON_ROW: &str = "json-row";
/// *Previous ↔ now*.
pub(crate) const CLAIMS_COMPARISON: &str = "claims-comparison";
/// Two tokens side by side.
pub(crate) const COMPARISON: &str = "comparison";
/// What differs, in a sentence.
pub(crate) const COMPARISON_SUMMARY: &str = "comparison-summary";
/// The form in which the other token is chosen.
pub(crate) const COMPARE_WITH: &str = "compare-with";
/// Compares.
pub(crate) const COMPARE_START: &str = "compare-start";
/// That a claim differs.
pub(crate) fn difference(claim: &str) -> String {
    format!("difference-{claim}")
}
