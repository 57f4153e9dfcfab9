//! What is measured: the metric names that the program itself knows. A tool's own metric keeps the tool's own word.

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

/// Metrics that repeat exactly for the same code on any machine, so that any change is a change.
pub fn is_deterministic(name: &str) -> bool {
    matches!(name, BYTES | ALLOCATIONS | INSTRUCTIONS | "binary_size")
}

/// Metrics that describe the generator or a phase: shown, and judged only where a threshold names them.
pub fn is_auxiliary(name: &str) -> bool {
    matches!(name, SERVICE_TIME | SCHEDULE_LAG | QUEUE_WAIT | CONNECT | FIRST_BYTE | BYTES_IN | PEAK_MEMORY)
}
