//! A diagram of each series, two beside each other on one sheet: every run, the median of each level with its noise around it,
//! where levels change, and the pinned run. It opens without a script, and says in words what it draws.

use super::super::Style;
use super::super::drawing::{self, GRID, RED};
use super::super::escape::{shorten, xml};
use super::words;
use crate::limits::HISTORY_PANELS_MAX;
use crate::model::humanize::percent;
use crate::model::{History, LevelChange, SuiteHistory, Trend};
use panel::Panel;
use std::fmt::Write as _;

mod panel;

const WIDTH: f64 = 1000.0;
/// Height of what explains the marks, and of one row of diagrams.
const HEAD: f64 = 64.0;
const ROW: f64 = 220.0;
const COLUMNS: usize = 2;
/// Widths of a character of a title, and of what stands at the right of it.
const BOLD_CHAR: f64 = 8.4;
const CHAR: f64 = 6.8;
const BLUE: &str = drawing::BLUE;
const BAND: &str = "#cfe0f3";
const PIN: &str = drawing::ORANGE;

pub fn render(history: &History, _: &Style) -> String {
    let all = || history.suites.iter().flat_map(|suite| suite.trends.iter().map(move |trend| (suite, trend)));
    let drawn = all().count().min(HISTORY_PANELS_MAX);
    let left_out = all().count() - drawn;
    let height = HEAD + ROW * drawn.div_ceil(COLUMNS) as f64 + if left_out > 0 { 30.0 } else { 6.0 };
    let mut svg = drawing::open(WIDTH, height, "graphics-document", "Series over earlier runs");
    let _ = writeln!(svg, "<desc>{}</desc>", xml(words::METHOD));
    let names: Vec<String> =
        history.suites.iter().map(|suite| format!("{} in {}, {} runs", suite.suite, suite.environment, suite.runs)).collect();
    let _ = writeln!(svg, "<text x=\"20\" y=\"26\" font-size=\"16\">{}</text>", xml(&shorten(&names.join("; "), 120)));
    legend(&mut svg);
    for (index, (suite, trend)) in all().take(drawn).enumerate() {
        let (column, row) = (index % COLUMNS, index / COLUMNS);
        let (x, y) = (WIDTH / COLUMNS as f64 * column as f64, HEAD + ROW * row as f64);
        let _ = writeln!(svg, "<g transform=\"translate({x} {y})\" role=\"img\">");
        let prefix = if history.suites.len() > 1 { format!("{}: ", suite.suite) } else { String::new() };
        diagram(suite, trend, &prefix, &mut svg);
        svg.push_str("</g>\n");
    }
    if left_out > 0 {
        let text = format!("and {left_out} more series; --label and --metric choose");
        let _ = writeln!(svg, "<text x=\"20\" y=\"{}\">{text}</text>", height - 12.0);
    }
    svg.push_str("</svg>\n");
    svg
}

/// What the marks mean: shapes, so that colour is not needed.
fn legend(svg: &mut String) {
    let _ = writeln!(svg, "<g aria-hidden=\"true\" font-size=\"11\">");
    let _ = writeln!(svg, "<circle cx=\"26\" cy=\"46\" r=\"3\" fill=\"{BLUE}\"/><text x=\"36\" y=\"50\">a run</text>");
    let _ =
        writeln!(svg, "<path d=\"M90 46h22\" stroke=\"{BLUE}\" stroke-width=\"2\"/><text x=\"118\" y=\"50\">median of its level</text>");
    let _ = writeln!(
        svg,
        "<rect x=\"236\" y=\"40\" width=\"22\" height=\"12\" fill=\"{BAND}\"/><text x=\"264\" y=\"50\">two deviations around it</text>"
    );
    let _ = writeln!(
        svg,
        "<path d=\"M414 38v16\" stroke=\"{RED}\" stroke-width=\"1.5\" stroke-dasharray=\"4 3\"/><text x=\"422\" y=\"50\">change point, for the worse (!) or not</text>"
    );
    let _ = writeln!(svg, "<path d=\"M646 40l6 6l-6 6l-6 -6z\" fill=\"{PIN}\"/><text x=\"658\" y=\"50\">pinned run</text>");
    svg.push_str("</g>\n");
}

fn diagram(suite: &SuiteHistory, trend: &Trend, prefix: &str, svg: &mut String) {
    let name = format!("{prefix}{} {}", trend.key.label, words::measure(trend));
    let _ = writeln!(svg, "<title>{}</title>", xml(&name));
    let _ = writeln!(svg, "<desc>{}</desc>", xml(&described(suite, trend)));
    let right = of_right(trend);
    let room = (panel::WIDTH - CHAR * right.chars().count() as f64) / BOLD_CHAR;
    let shown = format!("{prefix}{}", trend.key.label);
    let shown = shorten(&shown, room.max(1.0) as usize);
    let _ = writeln!(svg, "<text x=\"64\" y=\"18\" font-size=\"13\" font-weight=\"bold\">{}</text>", xml(&shown));
    let _ = writeln!(svg, "<text x=\"486\" y=\"18\" text-anchor=\"end\">{}</text>", xml(&right));
    let panel = Panel::around(trend);
    panel.frame(trend, svg);
    for level in &trend.levels {
        let (left, right) = panel.stretch(level);
        if let Some((low, high)) = level.band {
            let (top, bottom) = (panel.y(high), panel.y(low));
            let (wide, tall) = (right - left, bottom - top);
            let _ = writeln!(svg, "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"{tall:.1}\" fill=\"{BAND}\"/>");
        }
        let y = panel.y(level.median);
        let _ = writeln!(svg, "<path d=\"M{left:.1} {y:.1}H{right:.1}\" stroke=\"{BLUE}\" stroke-width=\"2\"/>");
    }
    trend.changes.iter().for_each(|change| mark(&panel, trend, change, svg));
    for (index, point) in trend.points.iter().enumerate() {
        let (x, y) = (panel.x(index), panel.y(point.value));
        if point.is_pinned {
            let _ = writeln!(svg, "<path d=\"M{x:.1} {:.1}l6 6l-6 6l-6 -6z\" fill=\"{PIN}\"/>", y - 6.0);
        } else {
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{}\" fill=\"{BLUE}\"/>", panel.radius());
        }
    }
}

/// What is measured, and how far it came since the pinned run.
fn of_right(trend: &Trend) -> String {
    let creep = trend.creep_percent.map(|creep| format!(", {} since pin", percent(creep)));
    format!("{}{}", words::measure(trend), creep.unwrap_or_default())
}

/// A dashed line before the first run of the new level, and by how much it changed.
fn mark(panel: &Panel, trend: &Trend, change: &LevelChange, svg: &mut String) {
    let x = panel.between(change.index);
    let (color, sign) = if change.is_worse == Some(true) { (RED, "! ") } else { (BLUE, "") };
    let (top, bottom) = (panel::TOP, panel::TOP + panel::HEIGHT);
    let _ = writeln!(svg, "<path d=\"M{x:.1} {top}V{bottom}\" stroke=\"{color}\" stroke-width=\"1.5\" stroke-dasharray=\"4 3\"/>");
    // On the side where the room is.
    let (at, anchor) = if x > panel::LEFT + panel::WIDTH / 2.0 { (x - 5.0, "end") } else { (x + 5.0, "start") };
    // Where the points are not: a rise leaves the upper left free, a fall the lower left.
    let y = if (change.after > change.before) == (anchor == "end") { top + 12.0 } else { bottom - 6.0 };
    let text = format!("{sign}{}", words::size(trend, change));
    let _ = writeln!(svg, "<text x=\"{at:.1}\" y=\"{y}\" text-anchor=\"{anchor}\" fill=\"{color}\" font-size=\"11\">{}</text>", xml(&text));
}

/// What there is to be seen, in words.
fn described(suite: &SuiteHistory, trend: &Trend) -> String {
    let value = |value: f64| words::value(trend, value);
    let (first, last) = (trend.points.first(), trend.last());
    let ends = first.zip(last).map(|(first, last)| format!(" from {} to {}", value(first.value), value(last.value))).unwrap_or_default();
    let mut parts = vec![format!("{} runs in {}{ends}", trend.points.len(), suite.environment)];
    parts.extend(trend.pinned().map(|(index, point)| format!("pinned: {}, {}", words::place(trend, index), value(point.value))));
    parts.extend(trend.changes.iter().map(|change| words::sentence(trend, change)));
    if trend.changes.is_empty() {
        parts.push(if trend.is_searched { "no change point" } else { "too few runs for a change point to be seen" }.to_string());
    }
    parts.join(". ")
}

/// Grid lines of the diagrams.
fn line(path: &str, svg: &mut String) {
    let _ = writeln!(svg, "<path d=\"{path}\" stroke=\"{GRID}\"/>");
}
