//! Runs a walkthrough's step. What a step does on the practice server is the shell's, all else the core's.

use scaikey_core::companion::StepRun;
use scaikey_core::contract::{AppError, StepArgs, StepOutcome};
use tauri::{AppHandle, Manager as _};

use crate::Desk;

/// Runs a step for real.
pub(crate) async fn run(app: &AppHandle, args: StepArgs) -> Result<StepOutcome, AppError> {
    let desk = app.state::<Desk>();
    match desk.companion.run_step(args.walkthrough, args.step).await? {
        StepRun::Done(outcome) => Ok(*outcome),
        StepRun::AllowOnPractice { application, scopes } => {
            desk.practice.allow_scopes(&desk.companion, application, &scopes).await?;
            Ok(StepOutcome { exchange: None, call: None })
        }
    }
}
