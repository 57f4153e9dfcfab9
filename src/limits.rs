//! Every bound of the program in one place. Nothing here grows with the size of an input.

use std::time::Duration;

/// Bytes of an input that detection may look at.
pub const HEAD_BYTES: usize = 64 * 1024;
/// Buffer through which an input is read; also the longest record a line reader accepts before it grows once.
pub const READ_BUFFER_BYTES: usize = 256 * 1024;
/// Samples that one row of a result file may stand for; a larger number is taken for damage.
pub const ROW_SAMPLES_MAX: u64 = 100_000;
/// Share of unreadable rows beyond which the rest of a file is not trusted (at best unstable).
pub const UNREADABLE_ROWS_SHARE_MAX: f64 = 0.01;
/// Values of a text that can only be named at its end (`go test -bench`).
pub const BUFFERED_RESULTS_MAX: usize = 1_000_000;
/// Longest single record (a JTL row, a JSON line): a longer one is an error with its place, not an allocation.
pub const RECORD_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of a document that a reader takes as a whole (JSON documents, stored runs, configuration).
pub const DOCUMENT_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Distinct labels in a run; beyond it the run is refused, because a report of it could not be read.
pub const LABELS_MAX: usize = 10_000;
/// Metrics of one label, besides those of requests: a benchmark reports a handful.
pub const METRICS_PER_LABEL_MAX: usize = 1_000;
/// Raw values kept for one series before they are folded into a histogram.
pub const KEPT_VALUES_PER_SERIES: usize = 10_000;
/// Raw values kept over all series of a run.
pub const KEPT_VALUES_PER_RUN: usize = 1_000_000;
/// Slots of the exact value → count tables over all series of a run (8 to 24 bytes each).
pub const COUNTED_VALUES_PER_RUN: usize = 250_000;
/// Values or slots that a series may hold however many series there are: a histogram would take more room.
pub const FAIR_SHARE_MIN: usize = 1_000;
/// Records between two looks at the run-wide budgets.
pub const RECORDS_BETWEEN_BUDGETS: u32 = 65_536;
/// Windows of a timeline; when they are full the width doubles.
pub const WINDOWS_MAX: usize = 240;
/// Buckets of latencies in one window: 16 for every doubling, so that a percentile over time is right to 3 %.
pub const WINDOW_BUCKETS: usize = 464;
/// First width of a timeline's window.
pub const WINDOW_WIDTH_NS: u64 = 250_000_000;
/// Slowest, and separately failed, requests kept per run; besides, one failed request of each error kind.
pub const EXEMPLARS_MAX: usize = 10;
/// Distinct error kinds kept per series; further ones are counted as `other`.
pub const ERROR_KINDS_MAX: usize = 32;
/// Edges of the buckets that one may name for a histogram.
pub const HISTOGRAM_EDGES_MAX: usize = 100;
/// Messages shown as examples of one error kind.
pub const ERROR_EXAMPLES_MAX: usize = 3;
/// Notes kept per run; further ones are counted.
pub const NOTES_MAX: usize = 50;
/// Characters of foreign text quoted in an error or a finding.
pub const QUOTED_CHARS_MAX: usize = 80;
/// Upper edge of live-load histograms: one hour in ns, so that merged shards always agree.
pub const HISTOGRAM_NS_MAX: u64 = 3_600_000_000_000;
/// Significant digits of every histogram; the relative width of a bucket is at most 10^-digits.
pub const HISTOGRAM_DIGITS: u8 = 3;
/// Bytes of a child's output kept in its log.
pub const LOG_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Bytes kept of a log that outgrew its bound: the newest ones.
pub const LOG_KEPT_BYTES: u64 = 64 * 1024;
/// Lines of a log quoted when its child failed.
pub const LOG_TAIL_LINES: usize = 10;
/// Characters of one quoted line of a log.
pub const LOG_LINE_CHARS_MAX: usize = 200;
/// Bytes of standard output that a benchmark program may produce; beyond it the program is stopped.
pub const HARNESS_OUTPUT_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// How often a wait for a child looks at the interrupt flag and at the sizes of its files. Never part of a measured time.
pub const CHILD_POLL: Duration = Duration::from_millis(20);
/// How often the end of a child is looked for where no system call waits for it (Windows).
pub const CHILD_END_POLL: Duration = Duration::from_millis(1);
/// How often the log of a running server is held within its bound.
pub const SERVER_LOG_POLL: Duration = Duration::from_millis(250);
/// What a command gets between the request to end and the kill.
pub const STOP_GRACE: Duration = Duration::from_secs(2);
/// Longest wait for the kernel to end a killed child: only one stuck in the kernel takes longer.
pub const KILL_WAIT: Duration = Duration::from_secs(10);
/// Longest wait for one answer of a starting server before it is asked again.
pub const READY_PROBE: Duration = Duration::from_secs(5);
/// Longest wait for a connection while looking whether a server is there.
pub const PROBE_CONNECT: Duration = Duration::from_secs(1);
/// Result files that the globs of one tool may match.
pub const RESULT_FILES_MAX: usize = 10_000;
/// Levels of directories searched for result files below a matched directory.
pub const RESULT_DEPTH_MAX: usize = 16;
/// Characters of an environment key: it is a directory name.
pub const ENVIRONMENT_KEY_CHARS_MAX: usize = 100;
/// Series of one run beyond which per-series text in reports is folded.
pub const REPORT_ROWS_MAX: usize = 200;
/// Bytes of a name that becomes a file name (suites, environments).
pub const NAME_BYTES_MAX: usize = 100;
/// Connections of one load test: what one address has ports for.
pub const CONNECTIONS_MAX: u64 = 65_535;
/// Arrivals per second of one load test: beyond it a typing mistake is likelier than a machine that can.
pub const RATE_MAX: f64 = 10_000_000.0;
/// Runs of a command suite, and requests of a load test.
pub const REPEAT_MAX: u64 = 1_000_000;
pub const REQUESTS_MAX: u64 = 1_000_000_000_000;
/// Builds kept in the builds directory.
pub const KEEP_BUILDS_MAX: u64 = 10_000;
/// Entries of the builds directory that are looked at; what else lies there counts too.
pub const BUILD_ENTRIES_MAX: usize = 100_000;
/// Measurements of one suite in a row (`repeat`), and again before it turns red (`confirm`).
pub const REPEAT_RUNS_MAX: u64 = 100;
pub const CONFIRM_MAX: u64 = 10;
/// Files and bytes of baselines that are read from a commit.
pub const COMMITTED_FILES_MAX: usize = 10_000;
pub const COMMITTED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// The same where a note is all that comes of it: nobody should wait for that.
pub const COMMITTED_NOTE_BYTES_MAX: u64 = 1024 * 1024;
/// Commits fetched in each step that deepens a shallow clone, and the time of all of them.
pub const DEEPEN_STEPS: [u32; 3] = [50, 250, 1_000];
pub const DEEPEN_TIMEOUT: Duration = Duration::from_secs(60);
/// Time of one git command that writes or reads all files of a checkout.
pub const GIT_CHECKOUT_TIMEOUT: Duration = Duration::from_secs(5 * 60);
/// Checked-out versions kept of one repository, with what was built in them.
pub const VERSIONS_KEPT: usize = 4;
/// How long to wait for another process that uses the same version.
pub const VERSION_WAIT: Duration = Duration::from_secs(30);
/// Files that the artefacts of one suite may be, and bytes of one that are held while it is compared.
pub const ARTEFACTS_MAX: usize = 10_000;
pub const ARTEFACT_CHUNK_BYTES: usize = 64 * 1024;
/// Accepted runs kept in one baseline.
pub const KEEP_RUNS_MAX: u64 = 1_000;
/// Bytes gathered before a row-wise report writes them.
pub const OUTPUT_BUFFER_BYTES: usize = 64 * 1024;
/// Crossed thresholds that the terminal report tells in a sentence each, unless it is asked for everything.
pub const TEXT_SENTENCES_MAX: usize = 6;
/// Rows of one table, and notes, in the terminal report, unless it is asked for everything.
pub const TEXT_ROWS_MAX: usize = 12;
/// Columns of the terminal report at most, because longer lines are hard to follow; and at least.
pub const TEXT_COLUMNS_MAX: usize = 120;
pub const TEXT_COLUMNS_MIN: usize = 60;
/// Bytes of `report.md`: a step summary on GitHub takes 1 MiB.
pub const MARKDOWN_BYTES_MAX: usize = 900 * 1024;
/// Annotations on GitHub, which shows ten of a kind and drops the rest without a word.
pub const ANNOTATIONS_MAX: usize = 8;
/// Characters of a test case's name; Azure takes 512 with the class in front.
pub const CASE_NAME_CHARS_MAX: usize = 400;
/// Cases of one JUnit suite up to which each carries properties; keeps the file below 10 MB.
pub const DETAILED_CASES_MAX: usize = 4_000;
/// Bytes of one text node in JUnit XML.
pub const CASE_TEXT_BYTES_MAX: usize = 60 * 1024;
/// Bytes that one read from a socket may bring; one such buffer per event loop.
pub const LOAD_READ_BYTES: usize = 64 * 1024;
/// Events taken from the kernel in one turn of the loop.
pub const LOAD_EVENTS_PER_TURN: usize = 1024;
/// Longest head (status line and headers) of an answer; also the longest trailer and chunk-size line.
pub const RESPONSE_HEAD_BYTES_MAX: usize = 64 * 1024;
/// HTTP/2: what a server may send ahead on a stream, and on a connection; taken and let go as it comes, never gathered.
pub const HTTP2_WINDOW_BYTES: u32 = 16 * 1024 * 1024;
/// HTTP/2: requests at a time on one connection, and on all of them.
pub const HTTP2_STREAMS_MAX: u64 = 10_000;
pub const HTTP2_LANES_MAX: u64 = 1_000_000;
/// HTTP/2: how often a request is sent again that the server did not look at.
pub const HTTP2_RETRIES_MAX: u32 = 3;
/// Headers of one answer.
pub const RESPONSE_HEADERS_MAX: usize = 128;
/// Redirects followed within one request.
pub const REDIRECTS_MAX: u64 = 100;
/// Bytes of a certificate, key, password or token file.
pub const SECRET_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Bytes of a body that is read from a file; it is held once.
pub const BODY_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Servers that the redirects of one load test may lead to, besides that of its targets.
pub const LOAD_ORIGINS_MAX: usize = 64;
/// Bytes of a body that an assertion or an extraction looks at; one such buffer for each connection.
pub const LOAD_KEPT_BODY_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a value that is taken from an answer, and steps of a regular expression that looks for one.
pub const LOAD_VALUE_BYTES_MAX: usize = 64 * 1024;
pub const LOAD_REGEX_STEPS_MAX: usize = 1_000_000;
/// Steps of one scenario, and scenarios of one load.
pub const LOAD_STEPS_MAX: usize = 100;
pub const LOAD_SCENARIOS_MAX: usize = 100;
/// Files of rows of one load; columns, rows, and bytes in memory of one of them.
pub const LOAD_FEEDERS_MAX: usize = 20;
pub const FEED_COLUMNS_MAX: usize = 100;
pub const FEED_ROWS_MAX: u64 = 1_000_000;
pub const FEED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Requests of one round over targets of different weights (4 bytes each).
pub const LOAD_TURNS_MAX: usize = 1_000_000;
/// Weight of one target.
pub const TARGET_WEIGHT_MAX: u64 = 10_000;
/// Targets of a stream that are read ahead of their requests, and how often it is looked for one that is late.
pub const LOAD_STREAM_AHEAD: usize = 1_000;
pub const LOAD_STREAM_POLL_NS: u64 = 1_000_000;
/// Targets of one load; bytes of a file of targets, and of all the bodies that it names.
pub const TARGETS_MAX: usize = 100_000;
pub const TARGETS_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Addresses named in the facts of a load test.
pub const LOAD_ADDRESSES_SHOWN: usize = 16;
/// Stretches of due requests whose lag is known exactly while they wait for a connection (24 bytes each).
pub const LOAD_BACKLOG_STRETCHES_MAX: usize = 65_536;
/// Closed loop: pause of a connection after it failed, doubled with every further failure in a row up to the second.
pub const LOAD_PAUSE_NS_MIN: u64 = 1_000_000;
pub const LOAD_PAUSE_NS_MAX: u64 = 8_000_000;
/// After an interruption, how long answers on their way are waited for.
pub const LOAD_INTERRUPT_GRACE_NS: u64 = 500_000_000;
/// Names in `Server-Timing` that become series: of one label, and of a run. Further ones are counted.
pub const SERVER_TIMINGS_PER_LABEL_MAX: usize = 16;
pub const SERVER_TIMINGS_MAX: usize = 64;
/// Bytes of the `Server-Timing` headers of one answer that are looked at, and of one name in them.
pub const SERVER_TIMING_BYTES_MAX: usize = 4096;
pub const SERVER_TIMING_NAME_BYTES_MAX: usize = 64;
/// Bytes and time of one reading of a server's counters.
pub const SCRAPE_BYTES_MAX: usize = 16 * 1024 * 1024;
pub const SCRAPE_TIMEOUT: Duration = Duration::from_secs(10);
/// Counters of one run that become series, and bytes of their names with their labels.
pub const COUNTERS_MAX: usize = 200;
pub const COUNTER_NAME_BYTES_MAX: usize = 500;
/// Counters named in one note.
pub const COUNTERS_NOTED_MAX: usize = 5;
/// How often a load test tells its progress and looks whether it was interrupted.
pub const LOAD_PROGRESS_NS: u64 = 100_000_000;
/// Stages of one load.
pub const LOAD_STAGES_MAX: usize = 1_000;
/// Starts of a recorded trace (8 bytes each).
pub const TRACE_STARTS_MAX: usize = 4_000_000;
/// How often a load test looks whether it is lost, and how many requests must have ended before it can be.
pub const LOAD_ABORT_CHECK_NS: u64 = 1_000_000_000;
pub const LOAD_ABORT_REQUESTS_MIN: u64 = 20;
/// How long before a common start connections are opened.
pub const LOAD_OPEN_AHEAD_NS: u64 = 2_000_000_000;
/// How late one of several generators may start.
pub const LOAD_LATE_START_NS_MAX: u64 = 1_000_000_000;
/// How far apart the starts of shards may lie that are judged as one: each may be late, and clocks differ.
pub const LOAD_SHARDS_APART_NS_MAX: u64 = 2_000_000_000;
/// How often a barrier file is looked for.
pub const BARRIER_POLL: Duration = Duration::from_millis(20);
/// Shards of one load test.
pub const SHARDS_MAX: u64 = 10_000;
/// Steps of a search for the highest arrival rate, and the highest it tries, per second.
pub const FIND_RATE_STEPS_MAX: u32 = 60;
pub const FIND_RATE_MAX: f64 = 1_000_000.0;
/// Shortest time between two drawings of a live view.
pub const LIVE_DRAW: Duration = Duration::from_millis(100);
/// Stretch of time of one cell of a live view, and how many are remembered: the last 20 seconds.
pub const LIVE_CELL_NS: u64 = 500_000_000;
pub const LIVE_CELLS: usize = 40;
/// Rows of the histogram in a live view.
pub const LIVE_ROWS: usize = 6;
/// Files and directories in a directory that a format walks, and how deep it may be.
pub const DIRECTORY_ENTRIES_MAX: usize = 100_000;
pub const DIRECTORY_DEPTH_MAX: usize = 32;
/// Lines of a file of pairs.
pub const PAIR_LINES_MAX: usize = 1_000_000;
/// Pairs of base and head that the paired procedure looks at, and up to which its tables are remembered.
pub const PAIRS_MAX: usize = 80;
/// Values among which change points are searched at once, and by how many the search then moves on.
pub const CHANGE_POINT_WINDOW: usize = 50;
pub const CHANGE_POINT_STEP: usize = 25;
/// Stored runs that a history reads.
pub const HISTORY_RUNS_MAX: usize = 10_000;
/// Diagrams on one sheet.
pub const HISTORY_PANELS_MAX: usize = 100;
/// Accepted runs that make a noise band.
pub const BAND_RUNS_MAX: usize = 20;
/// Values of a series that a baseline keeps one by one; more of them are kept as a sketch.
pub const BASELINE_VALUES_MAX: usize = 50;
/// Buckets of a sketch that are not empty: with more of them a coarser sketch is made.
pub const SKETCH_BUCKETS_MAX: usize = 96;
/// Environments whose baselines of a suite are looked at when this one has none.
pub const ENVIRONMENTS_MAX: usize = 64;
/// Missing series reported one by one; beyond it one finding names their number.
pub const MISSING_FINDINGS_MAX: usize = 20;
/// Labels that did not come, and new ones, whose names are compared for a renaming.
pub const RENAMES_TRIED_MAX: usize = 50;
/// Days for which a quarantine may be written: whoever needs it longer has to say so again.
pub const QUARANTINE_DAYS_MAX: u64 = 366;
/// Ranks of order statistics remembered by sample size.
pub const REMEMBERED_RANKS_MAX: usize = 4096;
/// Bytes of a Jenkins job or Jenkinsfile that is turned into configuration; how deep its values and elements may be nested; steps
/// taken from it.
pub const IMPORT_BYTES_MAX: usize = 1024 * 1024;
pub const IMPORT_DEPTH_MAX: usize = 64;
pub const IMPORTED_STEPS_MAX: usize = 20;
/// Calls of a script that are looked at for the plugin's.
pub const IMPORT_CALLS_MAX: usize = 500;
/// Files and directories of a project that `init` looks at, and how deep.
pub const PROJECT_ENTRIES_MAX: usize = 20_000;
pub const PROJECT_DEPTH_MAX: usize = 6;
/// Jenkins profile: distinct durations, in whole milliseconds, over the labels of one file (some 30 bytes each).
pub const JENKINS_VALUES_MAX: usize = 2_000_000;
/// Jenkins profile: distinct response codes of one label.
pub const JENKINS_CODES_MAX: usize = 1_000;
/// Jenkins profile: elements within each other in one XML file.
pub const JENKINS_XML_DEPTH_MAX: usize = 1_000;
/// Interleaved comparison: bytes by which the environment of a process may be larger than another's; pages and cache sets are
/// smaller.
pub const PADDING_BYTES_MAX: u32 = 4096;
/// Process runs of base from which is told whether CPU time or wall time is judged.
pub const CALIBRATIONS: u64 = 4;
/// Void pairs after which a series of an interleaved comparison is given up: at once where no pair is valid, and in all, a tenth of
/// the most that are measured.
pub const VOID_PAIRS_AT_ONCE: usize = 3;
pub const VOID_PAIRS_MAX: usize = 8;
/// CPUs whose settings are looked at.
pub const CPUS_MAX: u32 = 4_096;
/// Checkup of a machine: shortest and longest measurement.
pub const CHECKUP_MIN: Duration = Duration::from_secs(1);
pub const CHECKUP_MAX: Duration = Duration::from_secs(600);
/// Its repetitions, the share of each that goes to naps, the length of a nap, and batches of work that are not recorded.
pub const JITTER_REPETITIONS: usize = 16;
pub const JITTER_SLEEP_SHARE: f64 = 0.2;
pub const JITTER_SLEEP: Duration = Duration::from_millis(1);
pub const JITTER_WARM_UP: u32 = 2;
/// Length of one batch of its work, as benchmarks have it; rounds and batches at most, whatever the clock shows.
pub const JITTER_BATCH_NS: u64 = 500_000;
pub const JITTER_ROUNDS_MAX: u64 = 1 << 32;
pub const JITTER_BATCHES_MAX: usize = 100_000;
/// Bytes of a stored checkup.
pub const CHECKUP_BYTES_MAX: u64 = 1024 * 1024;
/// What cargo tells of a build, and what a benchmark program lists.
pub const CARGO_MESSAGES_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Programs of one `cargo bench`.
pub const BENCH_PROGRAMS_MAX: usize = 200;
