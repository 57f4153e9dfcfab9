//! What is measured: the metric names that the program itself knows. A tool's own metric keeps the tool's own word.

use super::{Better, Unit};

/// From the *intended* start of a request to its last byte, ns.
pub const LATENCY: &str = "latency";
/// From the write of a request to its last byte, ns.
pub const SERVICE_TIME: &str = "service_time";
/// When the loop got to a due request, minus its intended start, ns: the generator's own fault.
pub const SCHEDULE_LAG: &str = "schedule_lag";
/// Waiting for a free connection, ns: the server's doing.
pub const QUEUE_WAIT: &str = "queue_wait";
/// Establishing a connection, ns.
pub const CONNECT: &str = "connect";
/// The TLS handshake, ns.
pub const TLS: &str = "tls";
/// From the write to the first byte of the answer, ns.
pub const FIRST_BYTE: &str = "first_byte";
/// Bytes read from the wire for one answer.
pub const BYTES_IN: &str = "bytes_in";
/// Operations per second over the whole run.
pub const THROUGHPUT: &str = "throughput";
/// CPU time (user + system) that the server's process tree used, per completed request, ns.
pub const CPU_PER_REQUEST: &str = "cpu_per_request";
/// Largest resident size of the started server, bytes.
pub const PEAK_MEMORY: &str = "peak_memory";
/// What an answer tells of its making in one entry of `Server-Timing`, ns; the label ends in the entry's name, `GET / [db]`.
pub const SERVER_TIMING: &str = "server_timing";
/// By how much a counter that the server shows rose, per completed request; the label is the counter's name.
pub const COUNTER_PER_REQUEST: &str = "counter_per_request";
/// Wall time of one operation or one process run, ns.
pub const TIME: &str = "time";
/// CPU time (user + system) of one operation or one process run, ns.
pub const CPU_TIME: &str = "cpu_time";
/// Bytes allocated per operation.
pub const BYTES: &str = "bytes";
/// Allocations per operation.
pub const ALLOCATIONS: &str = "allocations";
/// Instructions executed.
pub const INSTRUCTIONS: &str = "instructions";
/// Size of a built file, bytes.
pub const BINARY_SIZE: &str = "binary_size";

/// Metrics that repeat exactly for the same code on any machine, so that any change is a change.
pub fn is_deterministic(name: &str) -> bool {
    matches!(name, BYTES | ALLOCATIONS | INSTRUCTIONS | BINARY_SIZE)
}

/// Metrics that repeat exactly where what is counted does not depend on time or chance, which only repeated runs can tell.
pub fn may_repeat_exactly(name: &str) -> bool {
    name == COUNTER_PER_REQUEST
}

/// Metrics that describe the generator, a phase or a part of the server: shown, and judged only where a threshold names them.
pub fn is_auxiliary(name: &str) -> bool {
    comes_and_goes(name) || name == COUNTER_PER_REQUEST
}

/// Auxiliary metrics that no run has to bring again: phases such as connecting come and go with the network.
pub fn comes_and_goes(name: &str) -> bool {
    matches!(name, SERVICE_TIME | SCHEDULE_LAG | QUEUE_WAIT | CONNECT | TLS | FIRST_BYTE | BYTES_IN | PEAK_MEMORY | SERVER_TIMING)
}

/// Metrics of single requests, which wait for each other, so that the values of one run are not independent.
pub fn is_of_requests(name: &str) -> bool {
    matches!(name, LATENCY | SERVICE_TIME | SCHEDULE_LAG | QUEUE_WAIT | CONNECT | FIRST_BYTE | BYTES_IN)
}

/// What is known of a metric before any run.
#[derive(Debug)]
pub struct KnownMetric {
    pub name: &'static str,
    pub unit: Unit,
    pub better: Better,
    /// One line for `list metrics`.
    pub about: &'static str,
}

const fn lower(name: &'static str, unit: Unit, about: &'static str) -> KnownMetric {
    KnownMetric { name, unit, better: Better::Lower, about }
}

/// Every metric above, in the order shown to people.
pub static KNOWN: &[KnownMetric] = &[
    lower(LATENCY, Unit::Ns, "request: intended start to last byte"),
    lower(SERVICE_TIME, Unit::Ns, "request: write to last byte"),
    lower(QUEUE_WAIT, Unit::Ns, "request: waiting for a free connection"),
    lower(SCHEDULE_LAG, Unit::Ns, "request: how late the load generator itself was"),
    lower(CONNECT, Unit::Ns, "request: establishing the connection"),
    lower(TLS, Unit::Ns, "request: TLS handshake"),
    lower(FIRST_BYTE, Unit::Ns, "request: write to first byte of the answer"),
    lower(BYTES_IN, Unit::Bytes, "request: size of the answer on the wire"),
    KnownMetric { name: THROUGHPUT, unit: Unit::PerSecond, better: Better::Higher, about: "operations per second over the run" },
    lower(CPU_PER_REQUEST, Unit::Ns, "started server: CPU time for each completed request"),
    lower(PEAK_MEMORY, Unit::Bytes, "started server: largest resident size"),
    lower(SERVER_TIMING, Unit::Ns, "request: an entry of Server-Timing in its answer"),
    lower(COUNTER_PER_REQUEST, Unit::Count, "scraped server: rise of a counter for each completed request"),
    lower(TIME, Unit::Ns, "benchmark or command: wall time"),
    lower(CPU_TIME, Unit::Ns, "benchmark or command: user and system CPU time"),
    lower(BYTES, Unit::Bytes, "benchmark: bytes allocated for each operation"),
    lower(ALLOCATIONS, Unit::Count, "benchmark: allocations for each operation"),
    lower(INSTRUCTIONS, Unit::Count, "benchmark: instructions executed"),
    lower(BINARY_SIZE, Unit::Bytes, "size of a built file"),
];

/// The known metric of that name.
pub fn known(name: &str) -> Option<&'static KnownMetric> {
    KNOWN.iter().find(|metric| metric.name == name)
}
