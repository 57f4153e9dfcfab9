//! What `init` writes: the configuration, the step of each CI.

use super::detect::Suite;
use crate::config::CONFIG_FILE;
use std::path::Path;

/// The workflow on GitHub.
pub const WORKFLOW_FILE: &str = ".github/workflows/neverslower.yml";
/// The step for a Jenkinsfile, to be copied into it.
pub const STEP_FILE: &str = "Jenkinsfile.neverslower";
/// Where no CI is recognised.
pub const ANY_CI: &str = "in CI: run the command below in a clone with history; 3 is unstable, and 1 is a regression only where \
                          perf-results/verdict.txt begins with verdict=fail, because shells exit 1 too";

/// A command that ends in a verdict.
pub struct Gate {
    /// With the name of the program.
    pub command: String,
    /// Where `verdict.txt` is written.
    pub results: String,
}

impl Gate {
    /// The command for a configuration, which is named only where it would not be found.
    pub fn new(arguments: &str, config: &Path, results: String) -> Gate {
        let named =
            if config == Path::new(CONFIG_FILE) { String::new() } else { format!(" --config {}", shell_word(&config.to_string_lossy())) };
        Gate { command: format!("neverslower {arguments}{named}"), results }
    }
}

/// Quoted where a shell wants it.
pub fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_string() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// A whole configuration.
pub fn configuration(suites: &[Suite]) -> String {
    let suites: Vec<String> = suites.iter().map(|suite| suite.text.clone()).collect();
    format!("{HEAD}\n{}\n{TAIL}", suites.join("\n"))
}

const HEAD: &str = "\
# What neverslower measures here, and by which rules; written by `neverslower init`. Every key with its meaning is in
# docs/example.toml of neverslower; `neverslower list` knows formats, metrics and statistics.

[gate]
# require_baseline = true     # once baselines/ is committed: nothing to compare with is no verdict then
# environment = \"ci\"          # a name for this class of machines, instead of one made from CPU and cores
";

const TAIL: &str = "\
# Without a [[threshold]] these hold: error rate 1% unstable, 3% fail; latency p95 +5% / +10% and at least 2ms; time p50
# +5% / +10%; allocations and the like any increase / +5%. The first one replaces them all.
#
# [[threshold]]
# statistic = \"p50\"
# unstable = \"+5%\"
# fail = \"+10%\"
";

/// A workflow of its own: measures, shows the report, keeps the results.
pub fn workflow(gates: &[&Gate]) -> String {
    let steps: String = gates.iter().map(|gate| gate_step(gate)).collect();
    format!("{WORKFLOW_HEAD}{steps}{WORKFLOW_TAIL}")
}

const WORKFLOW_HEAD: &str = r#"# Written by `neverslower init`. Times compare only on machines of one class: accept baselines from this job's results, or judge within
# a run (thresholds with `against`).
name: performance
on:
  pull_request:
  push:
    branches: [main, master]
permissions:
  contents: read
jobs:
  performance:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - name: Install neverslower
        run: cargo install --locked neverslower
"#;

/// 3 is a warning, because GitHub has no yellow; 1 is a regression only where the verdict says so.
fn gate_step(gate: &Gate) -> String {
    let Gate { command, results } = gate;
    format!(
        r#"      - name: Measure and judge
        run: |
          rm -f {results}/verdict.txt
          code=0
          {command} || code=$?
          if [ -f {results}/report.md ]; then cat {results}/report.md >> "$GITHUB_STEP_SUMMARY"; fi
          case "$code" in
            0) ;;
            3) echo "::warning title=performance::unstable" ;;
            1) if grep -q '^verdict=fail ' {results}/verdict.txt; then echo "::error title=performance::regression"; else code=4; fi ;;
          esac
          if [ "$code" -gt 3 ] || [ "$code" -eq 2 ]; then echo "::error title=performance::no verdict (exit $code)"; fi
          if [ "$code" -eq 3 ]; then code=0; fi
          exit "$code"
"#
    )
}

const WORKFLOW_TAIL: &str = r"      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: perf-results
          path: perf-results
          if-no-files-found: warn
";

/// The block for a Jenkinsfile.
pub fn jenkins_step(gates: &[&Gate]) -> String {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('\'', "\\'");
    let rows = gates.iter().map(|gate| format!("    [run: '{}', results: '{}'],\n", escaped(&gate.command), escaped(&gate.results)));
    format!("{STEP_HEAD}{}{STEP_TAIL}", rows.collect::<String>())
}

const STEP_HEAD: &str = r"// Written by `neverslower init`: copy this into a stage's steps. Check out with history (no shallow clone), on an agent that
// does nothing else meanwhile; not within warnError or catchError, which would turn a crash yellow.
script {
  def gates = [
";

const STEP_TAIL: &str = r#"  ]
  for (gate in gates) {
    // Exit code 3 is unstable; 1 is a regression only where the verdict says so, because shells exit 1 too.
    int code = sh(returnStatus: true, script: "rm -f ${gate.results}/verdict.txt; ${gate.run}")
    String verdict = "${gate.results}/verdict.txt"
    boolean isRegression = fileExists(verdict) && readFile(verdict).startsWith('verdict=fail ')
    if (code == 3) { unstable('performance: unstable') }
    else if (code == 1 && isRegression) { error('performance: regression') }
    else if (code != 0) { error("performance: no verdict (exit ${code})") }
  }
}

// And into post { always { … } } of the pipeline:
junit testResults: 'perf-results/**/junit/TEST-*.xml', keepProperties: true, allowEmptyResults: true
archiveArtifacts artifacts: 'perf-results/**', allowEmptyArchive: true
"#;
