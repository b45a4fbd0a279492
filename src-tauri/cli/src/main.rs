//! `scaikey`: the command line of ScaiKey Companion. It never needs a desktop.

mod practice;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Test OAuth credentials against ScaiKey, from the command line.
#[derive(Debug, Parser)]
#[command(name = "scaikey", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Practice(practice::Arguments),
}

/// Why a command ended badly. Usage errors (exit code 2) are clap's.
pub(crate) struct Failure {
    /// 1 unless the command's help says otherwise.
    code: u8,
    message: String,
}

impl Failure {
    pub(crate) fn new(code: u8, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into() }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::new(1, error.to_string())
    }
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Practice(arguments) => practice::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, message }) => {
            say(&message);
            ExitCode::from(code)
        }
    }
}

/// One line on standard error. Nobody is left to be told if that cannot be written.
pub(crate) fn say(message: &str) {
    drop(writeln!(io::stderr().lock(), "scaikey: {message}"));
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_consistent() {
        super::Arguments::command().debug_assert();
    }
}
