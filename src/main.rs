//! The program: parses, runs the command, says what went wrong in one sentence, returns the exit code.

use clap::Parser;
use neverslower::cli::Cli;
use neverslower::command::{self, Failure, USAGE};
use neverslower::model::Verdict;
use std::panic;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => {
            let is_error = message.use_stderr();
            // Nobody is left to tell when standard error is gone.
            let _ = message.print();
            return ExitCode::from(if is_error { USAGE } else { 0 });
        }
    };
    ExitCode::from(guarded(|| command::dispatch(&cli)))
}

/// The exit code of a command. A panic is our mistake and says nothing about anybody's code: no verdict.
#[allow(clippy::print_stderr, reason = "the last words of a command that failed")]
fn guarded(command: impl FnOnce() -> Result<u8, Failure> + panic::UnwindSafe) -> u8 {
    panic::set_hook(Box::new(|bug| {
        eprintln!("neverslower: a bug in neverslower itself, so there is no verdict: {bug}");
        eprintln!("please report it with the command you ran");
    }));
    match panic::catch_unwind(command) {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => {
            eprintln!("neverslower: {}", failure.sentence());
            failure.code()
        }
        Err(_) => Verdict::NoVerdict.exit_code(),
    }
}

#[cfg(test)]
mod tests {
    use super::guarded;
    use neverslower::command::Failure;

    #[test]
    fn a_panic_is_no_verdict_and_never_a_failure() {
        assert_eq!(guarded(|| panic!("out of luck")), 4);
    }

    #[test]
    fn errors_keep_their_codes() {
        assert_eq!(guarded(|| Err(Failure::Usage("x".to_string()))), 2);
        assert_eq!(guarded(|| Err(Failure::NoVerdict("x".to_string()))), 4);
        assert_eq!(guarded(|| Ok(3)), 3);
    }
}
