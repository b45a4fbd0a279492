//! One function per command of the table in `scaikey_core::contract::commands`, each one to three lines.

use std::future::Future;

use scaikey_core::contract::{
    AppError, ApplicationArgs, CheckApplicationArgs, CheckInstanceArgs, CopyFormatView, CopyReceipt,
    CopyTokenArgs, DefaultMarginArgs, Diagnostics, DiscoverArgs, DiscoveryReport, InstanceArgs,
    MoveApplicationArgs, MoveInstanceArgs, PracticeLifetimeArgs, Preferences, Problem, SaveApplicationArgs,
    SaveInstanceArgs, SavePreferencesArgs, SecretView, SetSecretArgs, Snapshot, StorageReport,
    TestApplicationArgs, TestReport, TokenDetails, UndoArgs,
};
use scaikey_core::model::{ApplicationId, InstanceId};
use tauri::{AppHandle, Manager as _, Wry, ipc::Invoke};

use crate::diagnostics::kind_of;
use crate::{Desk, diagnostics, journal, practice, preferences};

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
        desk.practice.stop_unless_saved(&desk.companion).await
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
    copy_client_id(app, args: ApplicationArgs) -> () {
        let desk = app.state::<Desk>();
        let snapshot = desk.companion.snapshot();
        let mut applications = snapshot.instances.iter().flat_map(|instance| &instance.applications);
        let found = applications.find(|application| application.id == args.application);
        let found = found.ok_or_else(|| AppError::NotFound { what: "application".to_owned() })?;
        desk.clipboard.put_text(found.client_id.clone()).await
    }

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
