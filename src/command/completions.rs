//! `completions SHELL`.

use crate::cli::Cli;
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::{self, Write};

/// Writes the script that completes our commands and options in that shell.
pub fn write(shell: Shell, out: &mut dyn Write) -> io::Result<()> {
    let mut definition = Cli::command();
    let name = definition.get_name().to_string();
    // The generator panics where it cannot write, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut definition, name, &mut script);
    out.write_all(&script)
}

#[cfg(test)]
mod tests {
    use super::write;
    use clap::ValueEnum;
    use clap_complete::Shell;

    #[test]
    fn every_shell_learns_every_command() {
        for shell in Shell::value_variants() {
            let mut script = Vec::new();
            write(*shell, &mut script).unwrap();
            let script = String::from_utf8(script).unwrap();
            for word in ["run", "check", "load", "accept", "convert", "list", "completions", "--exit-zero", "--allow-slower"] {
                // Fish writes options without their dashes.
                assert!(script.contains(word.trim_start_matches('-')), "{shell}: {word}");
            }
        }
    }
}
