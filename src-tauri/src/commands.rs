//! One function per command of the table in `scaikey_core::contract::commands`, each one to three lines.

use std::future::Future;

use scaikey_core::contract::{
    ActivityArgs, AnswerWalkthroughArgs, ApiCheckRow, AppError, ApplicationArgs, CallEndpointArgs,
    CallPreview, CallReport, CheckApiArgs, CheckApplicationArgs, CheckInstanceArgs, CodeSample,
    CompareTokensArgs, Comparison, CopyCodeArgs, CopyFormatView, CopyReceipt, CopyTextArgs, CopyTokenArgs,
    DefaultMarginArgs, Diagnostics, DiscoverArgs, DiscoveryReport, EndpointSuggestion, ExchangeArgs,
    ExchangeSummary, ExchangeView, ExportReport, FetchKeysArgs, InspectPastedArgs, Inspection, InstanceArgs,
    MoveApplicationArgs, MoveInstanceArgs, OpenPageArgs, PracticeLifetimeArgs, Preferences, Problem,
    ProposeSecretArgs, RegisterPracticeArgs, SaveApplicationArgs, SaveInstanceArgs, SavePreferencesArgs,
    ScopesArgs, SecretView, SetSecretArgs, Snapshot, StepArgs, StepOutcome, StepRequest, StorageReport,
    TestApplicationArgs, TestReport, TokenDetails, TryLevelArgs, UndoArgs, VerifyWebhookArgs,
    WalkthroughText, WebhookDelivery, WebhookReport, WebhookSecret,
};
use scaikey_core::model::{ApplicationId, InstanceId};
use tauri::{AppHandle, Manager as _, Wry, ipc::Invoke};

use crate::diagnostics::kind_of;
use crate::{Desk, desktop, diagnostics, export, journal, practice, preferences, walkthroughs};

/// What every command answers.
type Reply<T> = Result<T, AppError>;

/// Runs a command's work in a task of its own: a command that panics would never answer, and the page would
/// wait for ever. A refusal is logged by its kind alone.
async fn guarded<T: Send + 'static>(
    name: &'static str,
    work: impl Future<Output = Reply<T>> + Send + 'static,
) -> Reply<T> {
    let done = tauri::async_runtime::spawn(work).await;
    let result = done.unwrap_or_else(|_| Err(AppError::Internal { detail: format!("{name} has failed") }));
    if let Err(error) = &result {
        tracing::warn!(command = name, kind = kind_of(error), "refused");
    }
    result
}

/// Writes a command: its name, its arguments, and its work with the companion.
macro_rules! commands {
    ($($name:ident($app:ident $(, $args:ident: $Args:ty)?) -> $Result:ty { $($work:tt)* })*) => {
        $(
            #[tauri::command]
            async fn $name($app: AppHandle $(, $args: $Args)?) -> Reply<$Result> {
                guarded(stringify!($name), async move { $($work)* }).await
            }
        )*

        /// All commands, for the builder.
        pub(crate) fn all() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($name),*]
        }
    };
}

commands! {
    snapshot(app) -> Snapshot { Ok((*app.state::<Desk>().companion.snapshot()).clone()) }

    discover(app, args: DiscoverArgs) -> DiscoveryReport {
        app.state::<Desk>().companion.discover(&args.draft, args.tenant_slug.as_deref()).await
    }
    check_instance(app, args: CheckInstanceArgs) -> Vec<Problem> {
        app.state::<Desk>().companion.check_instance(&args.draft).await
    }
    save_instance(app, args: SaveInstanceArgs) -> InstanceId {
        app.state::<Desk>().companion.save_instance(args.draft).await
    }
    delete_instance(app, args: InstanceArgs) -> () {
        let desk = app.state::<Desk>();
        desk.companion.delete_instance(args.instance).await?;
        desk.practice.stop_unless_saved(&desk.companion);
        Ok(())
    }
    move_instance(app, args: MoveInstanceArgs) -> () {
        app.state::<Desk>().companion.move_instance(args.instance, args.index as usize).await
    }

    check_application(app, args: CheckApplicationArgs) -> Vec<Problem> {
        app.state::<Desk>().companion.check_application(&args.draft).await
    }
    test_application(app, args: TestApplicationArgs) -> TestReport {
        app.state::<Desk>().companion.test_application(&args.draft).await
    }
    save_application(app, args: SaveApplicationArgs) -> ApplicationId {
        app.state::<Desk>().companion.save_application(args.draft).await
    }
    duplicate_application(app, args: ApplicationArgs) -> ApplicationId {
        app.state::<Desk>().companion.duplicate_application(args.application).await
    }
    delete_application(app, args: ApplicationArgs) -> () {
        app.state::<Desk>().companion.delete_application(args.application).await
    }
    move_application(app, args: MoveApplicationArgs) -> () {
        app.state::<Desk>().companion.move_application(args.application, args.index as usize).await
    }
    set_secret(app, args: SetSecretArgs) -> () {
        app.state::<Desk>().companion.set_secret(args.application, args.value, args.keep).await
    }
    undo_delete(app, args: UndoArgs) -> () {
        app.state::<Desk>().companion.undo_delete(args.id).await?;
        practice::start_saved(&app);
        Ok(())
    }

    request_token(app, args: ApplicationArgs) -> () {
        app.state::<Desk>().companion.request_token(args.application).await
    }
    inspect_token(app, args: ApplicationArgs) -> TokenDetails {
        app.state::<Desk>().companion.inspect_token(args.application).await
    }
    inspect_pasted(app, args: InspectPastedArgs) -> Inspection {
        app.state::<Desk>().companion.inspect_pasted(&args).await
    }
    fetch_keys(app, args: FetchKeysArgs) -> () {
        app.state::<Desk>().companion.fetch_keys(&args.offer).await
    }
    compare_tokens(app, args: CompareTokensArgs) -> Comparison {
        app.state::<Desk>().companion.compare_tokens(&args).await
    }
    reveal_token(app, args: ApplicationArgs) -> String {
        let token = app.state::<Desk>().companion.reveal_token(args.application).await?;
        Ok(token.expose().to_owned())
    }
    copy_formats(_app) -> Vec<CopyFormatView> { Ok(scaikey_core::copy::formats()) }
    copy_token(app, args: CopyTokenArgs) -> CopyReceipt {
        let desk = app.state::<Desk>();
        let grant = desk.companion.copy_token(args.application, &args.format).await?;
        let clears_at =
            desk.clipboard.put_secret(grant.text, preferences::read(&app).clear_clipboard_seconds).await?;
        let (renewed, production, warning) = (grant.renewed, grant.production, grant.warning);
        Ok(CopyReceipt { clears_at, renewed, production, warning })
    }
    copy_text(app, args: CopyTextArgs) -> () {
        app.state::<Desk>().clipboard.put_text(args.text).await
    }

    endpoints(app, args: ApplicationArgs) -> Vec<EndpointSuggestion> {
        app.state::<Desk>().companion.endpoints(args.application).await
    }
    preview_call(app, args: CallEndpointArgs) -> CallPreview {
        app.state::<Desk>().companion.preview_call(args.application, &args.request).await
    }
    call_endpoint(app, args: CallEndpointArgs) -> CallReport {
        app.state::<Desk>().companion.call_endpoint(args.application, &args.request).await
    }
    reveal_answer(app, args: ExchangeArgs) -> String {
        let answer = app.state::<Desk>().companion.reveal_answer(args.exchange).await?;
        Ok(answer.expose().to_owned())
    }
    check_api(app, args: CheckApiArgs) -> Vec<ApiCheckRow> {
        app.state::<Desk>().companion.check_api(args.application, &args.path).await
    }

    activity(app, args: ActivityArgs) -> Vec<ExchangeSummary> {
        Ok(app.state::<Desk>().companion.activity(args).await)
    }
    exchange(app, args: ExchangeArgs) -> ExchangeView {
        app.state::<Desk>().companion.exchange(args.exchange).await
    }
    copy_curl(app, args: ExchangeArgs) -> () {
        let desk = app.state::<Desk>();
        let exchange = desk.companion.exchange(args.exchange).await?;
        desk.clipboard.put_text(exchange.curl).await
    }
    export_activity(app, args: ActivityArgs) -> ExportReport {
        let desk = app.state::<Desk>();
        let (har, exchanges) = desk.companion.har(args).await?;
        export::save(&app, har, exchanges).await
    }
    clear_activity(app) -> () {
        app.state::<Desk>().companion.clear_activity().await;
        Ok(())
    }

    walkthroughs(_app) -> Vec<WalkthroughText> { Ok(scaikey_core::walkthrough::texts()) }
    answer_walkthrough(app, args: AnswerWalkthroughArgs) -> () {
        app.state::<Desk>().companion.answer_walkthrough(args.walkthrough, args.answers).await
    }
    step_request(app, args: StepArgs) -> Option<StepRequest> {
        app.state::<Desk>().companion.step_request(args.walkthrough, args.step).await
    }
    copy_step_request(app, args: StepArgs) -> () {
        let desk = app.state::<Desk>();
        let request = desk.companion.step_request(args.walkthrough, args.step).await?;
        let request = request.ok_or_else(|| AppError::not_found("request"))?;
        desk.clipboard.put_text(request.curl).await
    }
    run_step(app, args: StepArgs) -> StepOutcome { walkthroughs::run(&app, args).await }
    register_practice_application(app, args: RegisterPracticeArgs) -> ApplicationId {
        let desk = app.state::<Desk>();
        desk.practice.register(&desk.companion, args.walkthrough, &args.name).await
    }
    code_samples(app, args: ApplicationArgs) -> Vec<CodeSample> {
        app.state::<Desk>().companion.code_samples(args.application).await
    }
    copy_code_sample(app, args: CopyCodeArgs) -> () {
        let desk = app.state::<Desk>();
        let samples = desk.companion.code_samples(args.application).await?;
        let sample = samples.into_iter().find(|sample| sample.language == args.language);
        desk.clipboard.put_text(sample.ok_or_else(|| AppError::not_found("sample"))?.text).await
    }
    propose_secret(app, args: ProposeSecretArgs) -> () {
        app.state::<Desk>().companion.propose_secret(args.application, args.value).await
    }
    rotate_practice_secret(app, args: ApplicationArgs) -> () {
        let desk = app.state::<Desk>();
        desk.practice.rotate_secret(&desk.companion, args.application).await
    }
    discard_secret(app, args: ApplicationArgs) -> () {
        app.state::<Desk>().companion.discard_secret(args.application).await
    }
    verify_webhook(app, args: VerifyWebhookArgs) -> WebhookReport {
        let desk = app.state::<Desk>();
        let secret = match args.secret {
            WebhookSecret::Typed { value } => value,
            WebhookSecret::Practice => desk.practice.webhook_secret()?,
        };
        desk.companion.verify_webhook(&args.headers, &args.body, &secret).await
    }
    receive_practice_webhook(app) -> WebhookDelivery {
        let desk = app.state::<Desk>();
        desk.practice.receive_webhook(&desk.companion).await
    }
    open_page(app, args: OpenPageArgs) -> () {
        let url = app.state::<Desk>().companion.page(&args.page).await?;
        desktop::open_in_browser(url).await
    }

    ask_for_scopes(app, args: ScopesArgs) -> () {
        app.state::<Desk>().companion.ask_for_scopes(args.application, args.scopes).await
    }
    drop_scopes(app, args: ScopesArgs) -> () {
        app.state::<Desk>().companion.drop_scopes(args.application, args.scopes).await
    }
    allow_practice_scopes(app, args: ScopesArgs) -> () {
        let desk = app.state::<Desk>();
        desk.practice.allow_scopes(&desk.companion, args.application, &args.scopes).await
    }
    try_level(app, args: TryLevelArgs) -> () {
        app.state::<Desk>().companion.try_level(args.application, args.level, args.tenant_slug).await
    }
    set_damaged_aside(app) -> () { app.state::<Desk>().companion.set_damaged_aside().await }

    start_practice(app) -> ApplicationId {
        let desk = app.state::<Desk>();
        desk.practice.try_out(&desk.companion).await
    }
    set_practice_lifetime(app, args: PracticeLifetimeArgs) -> () {
        let desk = app.state::<Desk>();
        desk.practice.set_lifetime(&desk.companion, args.instance, args.seconds).await
    }

    preferences(app) -> Preferences { Ok(preferences::read(&app)) }
    save_preferences(app, args: SavePreferencesArgs) -> () { preferences::save(&app, &args.preferences) }
    set_default_margin(app, args: DefaultMarginArgs) -> () {
        app.state::<Desk>().companion.set_default_margin(args.seconds).await
    }
    retry_keychain(app) -> () { app.state::<Desk>().companion.retry_keychain().await }
    storage_report(app) -> StorageReport { Ok(report_storage(&app)) }
    remove_everything(app) -> () {
        let desk = app.state::<Desk>();
        desk.companion.remove_everything().await?;
        desk.practice.stop();
        desk.clipboard.clear_if_ours().await;
        preferences::save(&app, &Preferences::default())
    }
    diagnostics(app) -> Diagnostics { Ok(diagnostics::of(&app.state::<Desk>().companion.snapshot())) }
    copy_diagnostics(app) -> () {
        let desk = app.state::<Desk>();
        desk.clipboard.put_text(diagnostics::of(&desk.companion.snapshot()).text).await
    }
    painted(_app) -> () {
        tracing::info!("painted");
        Ok(())
    }
}

fn report_storage(app: &AppHandle) -> StorageReport {
    let desk = app.state::<Desk>();
    let snapshot = desk.companion.snapshot();
    let applications = snapshot.instances.iter().flat_map(|instance| &instance.applications);
    let secrets = applications.filter(|application| application.secret == SecretView::Keychain).count();
    let place = |folder: tauri::Result<std::path::PathBuf>, file: &str| {
        folder.map(|folder| folder.join(file).display().to_string()).unwrap_or_default()
    };
    StorageReport {
        config_path: desk.companion.config_path(),
        preferences_path: place(app.path().app_data_dir(), preferences::PREFERENCES_FILE),
        log_path: place(app.path().app_log_dir(), journal::LOG_FILE),
        keychain: snapshot.keychain.name.clone(),
        secrets: u32::try_from(secrets).unwrap_or(u32::MAX),
    }
}
