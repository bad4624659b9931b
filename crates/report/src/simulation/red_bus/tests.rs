use logsum_simulate::Ratio;

use super::super::parts::testing::every_format;
use super::*;

fn share(alternative: &'static str, exact: f64, drawn: f64) -> BusShare {
    BusShare {
        alternative,
        exact,
        drawn,
        std_error: (exact * (1.0 - exact) / 10_000.0).sqrt(),
    }
}

fn ratio(exact: f64, drawn: f64) -> Ratio {
    Ratio {
        exact,
        drawn,
        std_error: 0.02,
    }
}

fn found() -> RedBus {
    let third = 1.0 / 3.0;
    RedBus {
        scenarios: vec![
            RedBusScenario {
                noise: "gumbel".to_owned(),
                before: vec![share("car", 0.5, 0.4973), share("red bus", 0.5, 0.5027)],
                after: vec![
                    share("car", third, 0.3338),
                    share("red bus", third, 0.3321),
                    share("blue bus", third, 0.3341),
                ],
                ratio_before: ratio(1.0, 0.9893),
                ratio_after: ratio(1.0, 1.0051),
                z: 0.5007,
                p_value: 0.6166,
            },
            RedBusScenario {
                noise: "correlated-normal:0.9999".to_owned(),
                before: vec![share("car", 0.5, 0.501), share("red bus", 0.5, 0.499)],
                after: vec![
                    share("car", 0.5, 0.4988),
                    share("red bus", 0.25, 0.2504),
                    share("blue bus", 0.25, 0.2508),
                ],
                ratio_before: ratio(1.0, 1.004),
                ratio_after: ratio(2.0, 1.992),
                z: 22.61,
                p_value: 3.4e-113,
            },
        ],
    }
}

fn text(found: &RedBus) -> String {
    red_bus(found, 10_000, 7, Format::Text, Style::Plain)
}

#[test]
fn whole_text() {
    assert_eq!(text(&found()), WHOLE);
}

const WHOLE: &str = "\
The red bus and the blue bus
Some of the red buses are painted blue. Whose travellers do they take?

Draws             10,000 before, as many after
Seed              7

Probabilities and shares drawn, before and after
Noise                     Alternative   Before    drawn    After    drawn
─────────────────────────────────────────────────────────────────────────
gumbel                    car          0.50000  0.49730  0.33333  0.33380
                          red bus      0.50000  0.50270  0.33333  0.33210
                          blue bus                       0.33333  0.33410
─────────────────────────────────────────────────────────────────────────
correlated-normal:0.9999  car          0.50000  0.50100  0.50000  0.49880
                          red bus      0.50000  0.49900  0.25000  0.25040
                          blue bus                       0.25000  0.25080

P(car) / P(red bus), before and after
Noise                     Before  drawn  After  drawn      z  p-value
─────────────────────────────────────────────────────────────────────
gumbel                     1.000  0.989  1.000  1.005   0.50   0.6166
correlated-normal:0.9999   1.000  1.004  2.000  1.992  22.61  <0.0001

Under gumbel noise the exact ratio stays as it was: the blue bus takes from car
and red bus in proportion. These draws do not show a change (p = 0.6166). The
car goes from 50.0% to 33.3%.

Under correlated-normal:0.9999 noise the exact ratio rises: the blue bus takes
from the red one above all. These draws show a rise (p = 3.4e-113). The car
keeps 50.0%.
";

#[test]
fn every_format_is_right() {
    let json = every_format(10, |format| red_bus(&found(), 10_000, 7, format, Style::Plain));
    assert_eq!((&json["draws"], &json["seed"]), (&10_000.into(), &7.into()));
    assert_eq!(json["scenarios"][1]["after"][2]["alternative"], "blue bus");
    let records = csv::parse(&red_bus(&found(), 10_000, 7, Format::Csv, Style::Plain));
    assert_eq!(
        records[0],
        ["noise", "stage", "alternative", "exact", "drawn", "std_error"]
    );
    assert_eq!(records[1], ["gumbel", "before", "car", "0.5", "0.4973", "0.005"]);
}

#[test]
fn a_ratio_that_falls_and_one_that_cannot_be_told() {
    let mut found = found();
    found.scenarios[1].ratio_after = ratio(0.5, 0.499);
    found.scenarios[1].z = -22.61;
    found.scenarios[0].ratio_after.drawn = f64::INFINITY;
    (found.scenarios[0].z, found.scenarios[0].p_value) = (f64::NAN, f64::NAN);
    let text = text(&found).replace('\n', " ");
    assert!(
        text.contains("the exact ratio falls: the blue bus takes from the car above all. These draws show a fall"),
        "{text}"
    );
    assert!(
        text.contains("in proportion. There are too few draws to tell."),
        "{text}"
    );
    every_format(10, |format| red_bus(&found, 10_000, 7, format, Style::Plain));
}

/// The exact ratio is a fact; what the draws do not show is none.
#[test]
fn exact_ratios_and_draws_are_told_apart() {
    let mut found = found();
    (found.scenarios[1].z, found.scenarios[1].p_value) = (1.1, 0.2713);
    (found.scenarios[0].z, found.scenarios[0].p_value) = (-5.0, 5.7e-7);
    let all = text(&found).replace('\n', " ");
    assert!(
        all.contains("the exact ratio rises: the blue bus takes from the red one above all. These draws do not show a change (p = 0.2713)."),
        "{all}"
    );
    assert!(
        all.contains("the exact ratio stays as it was: the blue bus takes from car and red bus in proportion. These draws show a fall (p = 5.7e-7)."),
        "{all}"
    );
    for scenario in &mut found.scenarios {
        (scenario.ratio_before.exact, scenario.ratio_after.exact) = (f64::INFINITY, f64::INFINITY);
    }
    let all = text(&found).replace('\n', " ");
    assert!(
        all.contains("Under gumbel noise there is no exact ratio to follow."),
        "{all}"
    );
}

#[test]
fn long_names_and_large_ratios_stay_within_the_page() {
    let mut found = found();
    found.scenarios[1].noise = "correlated-normal:0.99999999".to_owned();
    for scenario in &mut found.scenarios {
        for ratio in [&mut scenario.ratio_before, &mut scenario.ratio_after] {
            (ratio.exact, ratio.drawn, ratio.std_error) = (54321.123456, 54321.123456, 1e-4);
        }
        scenario.z = 12345.678;
    }
    every_format(10, |format| red_bus(&found, 1_000_000_000, 7, format, Style::Plain));
}
