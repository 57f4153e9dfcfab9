use super::{Cli, Command};
use clap::{CommandFactory, Parser};

/// Whether the line is understood, and by which command.
fn check(line: &str, expected: &str) {
    let found = match Cli::try_parse_from(line.split('|')) {
        Ok(cli) => format!("{:?}", cli.command).split('(').next().unwrap_or_default().to_string(),
        Err(error) => format!("{:?} {}", error.kind(), error.exit_code()),
    };
    assert_eq!(found, expected, "{line}");
}

#[test]
fn the_definition_holds_together() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_is_understood() {
    check("neverslower|run", "Run");
    check("neverslower|run|shop|cli|--quiet", "Run");
    check("neverslower|check|a.jtl|b.jtl|--suite|shop|--format|jtl", "Check");
    check("neverslower|check|--profile|jenkins", "Check");
    check("neverslower|init", "Init");
    check("neverslower|init|--from-jenkins|Jenkinsfile", "Init");
    check("neverslower|load|http://h/|-n|100|-c|5|-q|20|-m|PUT|-H|A: b|-d|x|-t|5|--json", "Load");
    check("neverslower|load|https://h/|-D|f|-a|u:p|-A|x|-T|y|-U|z|--host|h|-x|p:1|-r|3|-4|-k|--interface|::1", "Load");
    check("neverslower|load|http://h/|--scrape|http://h/metrics|--scrape-match|sql_*", "Load");
    check("neverslower|accept|--yes|--force|--reason|why|--from|a|b", "Accept");
    check("neverslower|convert|-|--to|jtl|--output|x.jtl", "Convert");
    check("neverslower|history|shop|--from|a|b|--label|*|--metric|time|--statistic|p95|--report|svg=h.svg", "History");
    check("neverslower|doctor|--duration|2s|--report|json", "Doctor");
    check("neverslower|list|exit-codes", "List");
    check("neverslower|completions|zsh", "Completions");
}

#[test]
fn mistakes_are_usage_errors() {
    check("neverslower", "DisplayHelpOnMissingArgumentOrSubcommand 2");
    check("neverslower|check", "MissingRequiredArgument 2");
    check("neverslower|load|http://h/|-n|1|-z|1s", "ArgumentConflict 2");
    check("neverslower|load|http://h/|--scrape-match|sql_*", "MissingRequiredArgument 2");
    check("neverslower|accept|--force", "MissingRequiredArgument 2");
    check("neverslower|accept|--reason|x", "MissingRequiredArgument 2");
    check("neverslower|run|--exit-zero|--bisect", "ArgumentConflict 2");
    check("neverslower|run|--unstable-exit-code|256", "ValueValidation 2");
    check("neverslower|compare|a|b", "InvalidSubcommand 2");
    check("neverslower|list|colours", "InvalidValue 2");
}

#[test]
fn options_stand_before_or_after_the_command() {
    for line in ["neverslower --report json=o.json run", "neverslower run --report json=o.json"] {
        let cli = Cli::try_parse_from(line.split(' ')).unwrap();
        assert_eq!(cli.options.report, ["json=o.json"]);
        assert!(matches!(cli.command, Command::Run(_)));
    }
}

#[test]
fn help_shows_every_exit_code() {
    let help = Cli::command().render_long_help().to_string();
    for (code, verdict, meaning) in super::EXIT_CODES {
        assert!(help.contains(meaning) && help.contains(code) && help.contains(verdict), "{code}");
    }
}
