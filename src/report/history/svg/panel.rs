//! Axes of one diagram: runs in their order to the right, values upward. It does not begin at zero, because a change of a few
//! per cent is what it is for; that is why its lines carry values.

use super::super::super::drawing::nice_step;
use super::super::super::escape::xml;
use super::super::super::facts::day;
use super::super::words;
use super::line;
use crate::model::{Level, Trend};
use std::fmt::Write as _;

pub const LEFT: f64 = 64.0;
pub const TOP: f64 = 28.0;
pub const WIDTH: f64 = 422.0;
pub const HEIGHT: f64 = 150.0;
/// Values span at least this share of their middle: less would draw noise as if it were a change.
const SPAN: f64 = 0.05;
/// Empty at both ends, as a share of the span.
const MARGIN: f64 = 0.08;
const LINES: u32 = 6;
/// Runs up to which points are large.
const FEW: usize = 60;

pub struct Panel {
    low: f64,
    high: f64,
    runs: usize,
}

impl Panel {
    /// Room for every value and every band.
    pub fn around(trend: &Trend) -> Panel {
        let bands = trend.levels.iter().filter_map(|level| level.band).flat_map(|(low, high)| [low, high]);
        let all = trend.points.iter().map(|point| point.value).chain(bands);
        let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        let middle = 0.5 * (low + high);
        let least = if middle == 0.0 { 1.0 } else { SPAN * middle.abs() };
        let half = 0.5 * (high - low).max(least) * (1.0 + 2.0 * MARGIN);
        Panel { low: middle - half, high: middle + half, runs: trend.points.len() }
    }

    pub fn y(&self, value: f64) -> f64 {
        TOP + HEIGHT * (self.high - value) / (self.high - self.low)
    }

    /// Middle of a run's column.
    pub fn x(&self, index: usize) -> f64 {
        self.between(index) + 0.5 * self.column()
    }

    /// Left edge of a run's column.
    pub fn between(&self, index: usize) -> f64 {
        LEFT + self.column() * index as f64
    }

    /// Both ends of a level.
    pub fn stretch(&self, level: &Level) -> (f64, f64) {
        (self.between(level.start), self.between(level.end))
    }

    /// Of a point.
    pub fn radius(&self) -> f64 {
        if self.runs <= FEW { 3.0 } else { 1.5 }
    }

    fn column(&self) -> f64 {
        WIDTH / self.runs.max(1) as f64
    }

    /// Lines with their values, and the days of the first and the last run.
    pub fn frame(&self, trend: &Trend, svg: &mut String) {
        let step = nice_step(self.high - self.low, LINES);
        let first = (self.low / step).ceil();
        for at in (0..=LINES).map(|tick| (first + f64::from(tick)) * step).take_while(|at| *at <= self.high) {
            let y = self.y(at);
            line(&format!("M{LEFT} {y:.1}H{}", LEFT + WIDTH), svg);
            let text = words::value(trend, at);
            let _ =
                writeln!(svg, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" font-size=\"11\">{}</text>", LEFT - 6.0, y + 4.0, xml(&text));
        }
        line(&format!("M{LEFT} {TOP}V{}", TOP + HEIGHT), svg);
        let ends = [(trend.points.first(), LEFT, "start"), (trend.last(), LEFT + WIDTH, "end")];
        for (point, x, anchor) in ends {
            let named =
                point.and_then(|point| point.started_ns.and_then(day).or_else(|| point.build.map(|number| format!("build {number}"))));
            let Some(text) = named else { continue };
            let y = TOP + HEIGHT + 15.0;
            let _ = writeln!(svg, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" font-size=\"11\">{}</text>", xml(&text));
        }
    }
}
