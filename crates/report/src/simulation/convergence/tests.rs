use logsum_simulate::ConvergencePoint;

use super::super::parts::testing::{every_format, labels};
use super::*;

fn found() -> Convergence {
    let point = |draws, rms_error, expected| ConvergencePoint {
        draws,
        rms_error,
        expected,
    };
    Convergence {
        points: vec![
            point(100, 0.041, 0.04),
            point(1_000, 0.0121, 0.012649),
            point(10_000, 0.0042, 0.004),
        ],
        replications: 16,
        slope: Some(-0.4948),
        slope_std_error: Some(0.0312),
    }
}

fn text(found: &Convergence) -> String {
    convergence(found, 7, Format::Text, Style::Plain)
}

#[test]
fn whole_text() {
    assert_eq!(text(&found()), WHOLE);
}

const WHOLE: &str = "\
Convergence of frequencies to softmax
Root mean square error of the frequencies, over alternatives and samples.

Samples           16 of every size
Seed              7

Draws R  RMS error  Expected  Error/expected
────────────────────────────────────────────
    100   0.041000  0.040000           1.025
  1,000   0.012100  0.012649           0.957
 10,000   0.004200  0.004000           1.050

Expected: the error that as many draws from softmax itself have.

These draws are compatible with an error that falls as the inverse square root
of their number: its logarithm has the slope -0.495 ± 0.031 over that of the
number (z = 0.17), which does not reject -0.5 at the level 0.001.
";

#[test]
fn every_format_is_right() {
    let json = every_format(3, |format| convergence(&found(), 7, format, Style::Plain));
    assert_eq!(json["seed"], 7);
    assert_eq!(json["points"][1]["rms_error"], 0.0121);
    assert_eq!(
        convergence(&found(), 7, Format::Csv, Style::Plain),
        "draws,replications,rms_error,expected\n100,16,0.041,0.04\n1000,16,0.0121,0.012649\n10000,16,0.0042,0.004\n"
    );
}

#[test]
fn an_error_that_comes_to_rest_is_rejected() {
    let found = Convergence {
        slope: Some(-0.11),
        ..found()
    };
    let text = text(&found).replace('\n', " ");
    assert!(
        text.contains("These draws are not compatible with an error that falls as the inverse square root"),
        "{text}"
    );
    assert!(
        text.contains("(z = 12.50), which rejects -0.5 at the level 0.001."),
        "{text}"
    );
}

#[test]
fn without_errors_there_is_no_slope() {
    let mut certain = found();
    for point in &mut certain.points {
        (point.rms_error, point.expected) = (0.0, 0.0);
    }
    for (slope, error) in [(None, None), (Some(-0.5), Some(f64::NAN)), (Some(-0.5), Some(0.0))] {
        (certain.slope, certain.slope_std_error) = (slope, error);
        assert!(text(&certain).contains("There is no slope to tell"));
        every_format(3, |format| convergence(&certain, 7, format, Style::Plain));
        assert!(!convergence_picture(&certain).contains("Slope"));
    }
}

#[test]
fn the_picture_has_points_and_line() {
    let svg = convergence_picture(&found());
    let labels = labels(&svg);
    for label in [
        "Convergence of frequencies to softmax",
        "expected, proportional to 1/√R",
        "drawn, 16 samples each",
        "draws R",
        "root mean square error",
        "Slope of ln error over ln R: -0.495 ± 0.031; 1/√R has -0.5",
    ] {
        assert!(labels.iter().any(|found| found == label), "{label} in {labels:?}");
    }
    // One in the legend.
    assert_eq!(svg.matches("<circle").count(), 4);
}
