//! One diagram of the picture: axes, lines, columns.

use super::super::drawing::{GRID, nice_step};
use super::super::escape::xml;
use super::time;
use std::fmt::Write as _;

const LEFT: f64 = 70.0;
const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 200.0;

/// Where it stands, and what its right and upper ends mean. Heights are times in ns.
pub struct Panel {
    pub top: f64,
    pub x_max: f64,
    pub y_max: f64,
}

impl Panel {
    fn x(&self, value: f64) -> f64 {
        LEFT + if self.x_max > 0.0 { WIDTH * value / self.x_max } else { 0.0 }
    }

    fn y(&self, value: f64) -> f64 {
        self.top + HEIGHT - if self.y_max > 0.0 { HEIGHT * value / self.y_max } else { 0.0 }
    }

    /// Both axes, the upright one in times, the other with these places and names.
    pub fn frame(&self, name: &str, ticks: impl Iterator<Item = (f64, String)>, svg: &mut String) {
        let bottom = self.top + HEIGHT;
        let step = nice_step(self.y_max, 6);
        for at in (0..=6).map(|tick| f64::from(tick) * step).take_while(|at| *at <= self.y_max * 1.001) {
            let (y, right) = (self.y(at), LEFT + WIDTH);
            let _ = writeln!(svg, "<path d=\"M{LEFT} {y:.1}H{right}\" stroke=\"{GRID}\"/>");
            let text = xml(&time(at)).into_owned();
            let _ = writeln!(svg, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>", LEFT - 6.0, y + 4.0);
        }
        for (at, text) in ticks {
            let x = self.x(at);
            let _ = writeln!(svg, "<path d=\"M{x:.1} {}V{bottom}\" stroke=\"{GRID}\"/>", self.top);
            let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>", bottom + 16.0, xml(&text));
        }
        let middle = LEFT + WIDTH / 2.0;
        let _ = writeln!(svg, "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{}</text>", bottom + 34.0, xml(name));
    }

    /// A line through the points; a single one becomes a dot.
    pub fn line(&self, points: impl Iterator<Item = (f64, f64)>, color: &str, svg: &mut String) {
        let places: Vec<String> = points.map(|(x, y)| format!("{:.1},{:.1}", self.x(x), self.y(y))).collect();
        if let [only] = places.as_slice() {
            let (x, y) = only.split_once(',').unwrap_or_default();
            let _ = writeln!(svg, "<circle cx=\"{x}\" cy=\"{y}\" r=\"3\" fill=\"{color}\"/>");
        } else if !places.is_empty() {
            let _ = writeln!(svg, "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\"/>", places.join(" "));
        }
    }

    /// A column from the bottom over a stretch of the axis; `share` of the whole height.
    pub fn column(&self, (start, width): (f64, f64), share: f64, color: &str, svg: &mut String) {
        let (x, wide, tall) = (self.x(start), self.x(start + width) - self.x(start), HEIGHT * share);
        let y = self.top + HEIGHT - tall;
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{tall:.1}\" fill=\"{color}\" fill-opacity=\"0.35\"/>"
        );
    }

    /// What the colours mean, above the diagram.
    pub fn legend(&self, entries: &[(&str, &str)], svg: &mut String) {
        let mut x = LEFT;
        for (text, color) in entries {
            let y = self.top - 10.0;
            let _ = writeln!(svg, "<path d=\"M{x} {}h18\" stroke=\"{color}\" stroke-width=\"3\"/>", y - 4.0);
            let _ = writeln!(svg, "<text x=\"{}\" y=\"{y}\">{}</text>", x + 24.0, xml(text));
            x += 50.0 + 7.0 * text.chars().count() as f64;
        }
    }
}
