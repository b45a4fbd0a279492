//! Measures the window from outside, as its user meets it: how long until it has painted, how much memory it
//! takes, how long a click on *Copy token* takes, how long a large token keeps it from answering. Each figure
//! stands beside a baseline of the same run. Nothing is judged: a machine that is busy must not fail a build.
//!
//! `cargo xtask bench` builds what is measured and passes it on:
//! `… window <the app> <the bare window>`, `… copy <the app>` or `… stall <the app>`.

fn main() -> std::process::ExitCode {
    #[cfg(target_os = "linux")]
    return linux::main();
    #[cfg(not(target_os = "linux"))]
    std::process::ExitCode::FAILURE
}

#[cfg(target_os = "linux")]
mod copy;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod stall;
#[cfg(target_os = "linux")]
mod start;

#[cfg(target_os = "linux")]
mod linux {
    use std::io::Write as _;
    use std::path::PathBuf;
    use std::process::ExitCode;

    /// One thread starts everything, because what it starts ends with it.
    #[tokio::main(flavor = "current_thread")]
    pub(crate) async fn main() -> ExitCode {
        // Cargo adds `--bench`.
        let words = std::env::args_os().skip(1).filter(|word| word != "--bench");
        let words: Vec<PathBuf> = words.map(PathBuf::from).collect();
        match words.as_slice() {
            [what, app, bare] if what.as_os_str() == "window" => crate::start::measure(app, bare).await,
            [what, app] if what.as_os_str() == "copy" => crate::copy::measure(app).await,
            [what, app] if what.as_os_str() == "stall" => crate::stall::measure(app).await,
            _ => {
                say("This is run by `cargo xtask bench`.");
                return ExitCode::from(2);
            }
        }
        ExitCode::SUCCESS
    }

    pub(crate) fn say(line: &str) {
        writeln!(std::io::stdout().lock(), "{line}").expect("standard output");
    }

    /// The value below which this share of the values lies (nearest rank); 0.5 is the median.
    pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let rank = (share * sorted.len() as f64).ceil() as usize;
        sorted[rank.saturating_sub(1)]
    }
}
