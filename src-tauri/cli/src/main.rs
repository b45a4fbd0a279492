//! `scaikey`: the command line of ScaiKey Companion. It never needs a desktop.

mod decode;
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
    Decode(decode::Arguments),
    Practice(practice::Arguments),
}

/// Why a command ended badly.
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
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let outcome = match arguments.command {
        Command::Decode(arguments) => decode::run(&arguments),
        Command::Practice(arguments) => practice::run(&arguments).map(|()| 0),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(Failure { code, message }) => {
            say(&message);
            ExitCode::from(code)
        }
    }
}

/// Writes what clap says: help on standard output, a usage error on standard error. The latter ends with 2, where
/// a command's help says nothing else; `decode` has another meaning for 2.
fn usage(error: &clap::Error) -> ExitCode {
    // Nobody is left to be told if that cannot be written.
    drop(error.print());
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    let decode = std::env::args_os().nth(1).is_some_and(|command| command == "decode");
    ExitCode::from(if decode { 1 } else { 2 })
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
