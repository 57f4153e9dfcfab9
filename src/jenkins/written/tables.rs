//! The plugin's per-label and throughput pages as CSV, which it shows and does not write.

use super::escape::csv;
use super::{WrittenFile, of_build};
use crate::jenkins::Numbers;
use crate::jenkins::arithmetic::print_f64;
use crate::jenkins::gate::Named;
use std::fmt::Write;

/// A row for each report, with an empty label, and one for each of its labels. Times in milliseconds.
pub fn tables(reports: &[Named<'_>]) -> Vec<WrittenFile> {
    let mut labels = "report,label,samples,errors,error_percent,average_ms,min_ms,median_ms,p90_ms,p95_ms,max_ms,average_size_kb,total_traffic_kb,http_codes\n".to_string();
    let mut throughput = "report,label,samples,throughput_rps\n".to_string();
    for named in reports {
        let whole = std::iter::once(("", &named.numbers.numbers));
        let rows = whole.chain(named.numbers.labels.iter().map(|label| (label.label.as_str(), &label.numbers)));
        for (label, numbers) in rows {
            let name = format!("{},{}", csv(&named.name), csv(label));
            let _ = writeln!(labels, "{name},{}", row(numbers));
            let _ = writeln!(throughput, "{name},{},{}", numbers.samples, print_f64(numbers.throughput_rps));
        }
    }
    vec![of_build("labels.csv", labels), of_build("throughput.csv", throughput)]
}

fn row(numbers: &Numbers) -> String {
    let Numbers { samples, errors, average_ms, min_ms, median_ms, max_ms, .. } = numbers;
    let (percent, p90, p95) = (print_f64(numbers.error_percent), numbers.percentiles_ms.p90, numbers.percentiles_ms.p95);
    let (size, total) = (print_f64(numbers.average_size_kb), print_f64(numbers.total_traffic_kb));
    let codes = csv(&numbers.http_codes.join(" "));
    format!("{samples},{errors},{percent},{average_ms},{min_ms},{median_ms},{p90},{p95},{max_ms},{size},{total},{codes}")
}
