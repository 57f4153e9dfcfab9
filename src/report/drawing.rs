//! What pictures share: the head of an SVG file that needs no script and no font of its own, and round steps of an axis.

use super::escape::xml;

/// Colours that are told apart without red and green, each on white and in print.
pub const BLUE: &str = "#1f5fa8";
pub const ORANGE: &str = "#d9822b";
pub const RED: &str = "#b3261e";
pub const GRID: &str = "#dddddd";

/// The beginning of a picture; `</svg>` ends it. The title is what a screen reader says; of a picture with the role `img` nothing
/// else, of a `graphics-document` its parts as well.
pub fn open(width: f64, height: f64, role: &str, title: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"{role}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#222222\">\n<title>{}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n",
        xml(title)
    )
}

/// A step of 1, 2 or 5 times a power of ten with which at most `ticks` steps reach `max`.
pub fn nice_step(max: f64, ticks: u32) -> f64 {
    let least = max / f64::from(ticks);
    if !(least > 0.0 && least.is_finite()) {
        return 1.0;
    }
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|digit| digit * power).find(|step| *step >= least * 0.999_999).unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::nice_step;

    fn check(max: f64, ticks: u32, expected: f64) {
        assert!((nice_step(max, ticks) / expected - 1.0).abs() < 1e-9, "{max}/{ticks}: {}", nice_step(max, ticks));
    }

    #[test]
    fn steps_are_round_and_few() {
        check(10.0, 5, 2.0);
        check(11.0, 5, 5.0);
        check(26.0, 5, 10.0);
        check(0.5e6, 5, 1e5);
        check(0.0, 5, 1.0);
        check(f64::NAN, 5, 1.0);
    }
}
