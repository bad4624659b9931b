//! From numbers to places on an axis: the range, its ticks and what is written at them.

/// How an axis spaces its numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences take equal room.
    #[default]
    Linear,
    /// Equal ratios take equal room; values ≤ 0 have no place.
    Log,
}

/// Magnitudes that pictures show. Beyond them steps and spans would overflow or vanish.
const LARGEST: f64 = 1e300;
const SMALLEST: f64 = 1e-300;

/// Spread, relative to the magnitude, below which values count as one.
const CONSTANT: f64 = 1e-12;

/// Room around the data as a share of their spread.
const MARGIN: f64 = 0.05;

/// Labelled ticks of an axis at most.
const MOST_TICKS: u32 = 8;

impl Scale {
    /// Whether a value has a place on an axis of this scale.
    pub(super) fn shows(self, value: f64) -> bool {
        let positive = self == Scale::Linear || value >= SMALLEST;
        positive && value.abs() <= LARGEST
    }
}

/// What an axis runs over. All values that made it lie inside, off the ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    scale: Scale,
    /// In units of the axis: the values, or their logarithms to base 10.
    low: f64,
    high: f64,
}

/// A place on an axis with its label; without one it is a small tick.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub value: f64,
    pub label: Option<String>,
}

impl Range {
    /// The range of all values that the scale shows; `None` if it shows none.
    pub(super) fn of(scale: Scale, values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let shown = values.into_iter().filter(|value| scale.shows(*value));
        let (low, high) = shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        if low > high {
            return None;
        }
        let magnitude = low.abs().max(high.abs());
        let is_constant = high - low <= CONSTANT * magnitude || magnitude < SMALLEST;
        let (low, high) = match scale {
            Scale::Log if is_constant => (low.log10() - 0.5, high.log10() + 0.5),
            Scale::Linear if magnitude < SMALLEST => (-1.0, 1.0),
            Scale::Linear if is_constant => (low - 0.1 * magnitude, high + 0.1 * magnitude),
            Scale::Log => to_decades(padded(low.log10(), high.log10())),
            Scale::Linear => padded(low, high),
        };
        Some(Self { scale, low, high })
    }

    /// Where a value lies: 0 at the lower end, 1 at the upper.
    pub(super) fn share(&self, value: f64) -> f64 {
        let at = match self.scale {
            Scale::Linear => value,
            Scale::Log => value.log10(),
        };
        ((at - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// As many labelled ticks as `fit` allows, small ticks between those of a logarithmic axis.
    ///
    /// `fit` is given the labelled ones in ascending order. The coarsest choice is taken if none fits.
    pub(super) fn ticks(&self, fit: impl Fn(&[Tick]) -> bool) -> Vec<Tick> {
        let (labelled, small) = match self.scale {
            Scale::Linear => (self.linear_ticks(self.low, self.high, &fit), Vec::new()),
            Scale::Log => self.log_ticks(&fit),
        };
        let mut ticks = labelled;
        ticks.extend(small.into_iter().map(|value| Tick { value, label: None }));
        ticks
    }

    /// Multiples of 1, 2 or 5 times a power of ten.
    fn linear_ticks(&self, low: f64, high: f64, fit: impl Fn(&[Tick]) -> bool) -> Vec<Tick> {
        let mut coarsest = Vec::new();
        for most in (1..=MOST_TICKS).rev() {
            let (digit, exponent) = nice_step((high - low) / f64::from(most));
            let step = decimal(digit, exponent);
            let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
            let multiples: Vec<i64> = (first..=last).map(|i| i * digit).collect();
            let labels = labels(&multiples, exponent);
            let ticks: Vec<Tick> = multiples
                .iter()
                .zip(labels)
                .map(|(multiple, label)| tick(*multiple, exponent, label))
                .collect();
            if ticks.len() >= 2 || coarsest.is_empty() {
                if fit(&ticks) {
                    return ticks;
                }
                coarsest = ticks;
            }
        }
        coarsest
    }

    /// Powers of ten; 1, 2 and 5 times them where there are fewer than two, small steps where even
    /// those are few. With them, the unlabelled places between.
    fn log_ticks(&self, fit: impl Fn(&[Tick]) -> bool) -> (Vec<Tick>, Vec<f64>) {
        let (first, last) = (self.low.ceil() as i32, self.high.floor() as i32);
        let between = |exponents: std::ops::RangeInclusive<i32>, digits: &[i64]| -> Vec<(i64, i32)> {
            let all = exponents.flat_map(|exponent| digits.iter().map(move |digit| (*digit, exponent)));
            let inside = |(digit, exponent): &(i64, i32)| {
                let at = decimal(*digit, *exponent).log10();
                self.low <= at && at <= self.high
            };
            all.filter(inside).collect()
        };
        let value = |(digit, exponent): &(i64, i32)| decimal(*digit, *exponent);
        let minor = || -> Vec<f64> {
            let places = between(first - 1..=last, &[2, 3, 4, 5, 6, 7, 8, 9]);
            places.iter().map(value).collect()
        };
        if last > first {
            let mut coarsest = (Vec::new(), Vec::new());
            for every in [1, 2, 3, 5, 10, 20, 50, 100] {
                let ticks: Vec<Tick> = (first..=last)
                    .filter(|exponent| exponent % every == 0)
                    .map(|exponent| tick(1, exponent, power_of_ten(exponent)))
                    .collect();
                if ticks.len() < 2 {
                    break;
                }
                let fits = ticks.len() <= MOST_TICKS as usize && fit(&ticks);
                let small = match every {
                    1 => minor(),
                    _ if every <= 10 => {
                        let decades = (first..=last).filter(|exponent| exponent % every != 0);
                        decades.map(|exponent| decimal(1, exponent)).collect()
                    }
                    _ => Vec::new(),
                };
                coarsest = (ticks, small);
                if fits {
                    break;
                }
            }
            return coarsest;
        }
        let places = between(first - 1..=last, &[1, 2, 5]);
        let ticks: Vec<Tick> = places
            .iter()
            .map(|(digit, exponent)| tick(*digit, *exponent, one_label(*digit, *exponent)))
            .collect();
        if ticks.len() >= 3 && fit(&ticks) {
            // Powers of ten themselves are labelled here.
            return (ticks, minor());
        }
        let (low, high) = (10f64.powf(self.low), 10f64.powf(self.high));
        (self.linear_ticks(low, high, fit), Vec::new())
    }
}

fn padded(low: f64, high: f64) -> (f64, f64) {
    let room = MARGIN * (high - low);
    (low - room, high + room)
}

/// Moves ends that lie just short of a power of ten out to it, so that it gets its label.
fn to_decades((low, high): (f64, f64)) -> (f64, f64) {
    let near = 0.1 * (high - low);
    let (below, above) = (low.floor(), high.ceil());
    (
        if low - below <= near { below } else { low },
        if above - high <= near { above } else { high },
    )
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `rough`: (digit, exponent).
fn nice_step(rough: f64) -> (i64, i32) {
    let exponent = rough.log10().floor() as i32;
    for (digit, exponent) in [(1, exponent), (2, exponent), (5, exponent), (1, exponent + 1)] {
        // The logarithm's rounding may put an exact step just below itself.
        if decimal(digit, exponent) >= rough * (1.0 - 1e-9) {
            return (digit, exponent);
        }
    }
    (2, exponent + 1)
}

/// m·10^k, correctly rounded: reading decimals is exact where multiplying powers is not.
fn decimal(m: i64, k: i32) -> f64 {
    format!("{m}e{k}").parse().expect("digits and an exponent are a number")
}

fn tick(m: i64, k: i32, label: String) -> Tick {
    let label = Some(label);
    Tick {
        value: decimal(m, k),
        label,
    }
}

/// Labels of m·10^k for all m in one manner: plain, or with the exponent of the largest.
fn labels(multiples: &[i64], k: i32) -> Vec<String> {
    let largest = multiples.iter().map(|m| m.unsigned_abs()).max().unwrap_or(0);
    let exponent = k + largest.max(1).ilog10() as i32;
    let is_plain = (-5..6).contains(&exponent) && k >= -6;
    let texts = multiples.iter().map(|m| match m {
        m if is_plain => shifted(*m, k, exponent >= 4),
        0 => "0".to_owned(),
        m => format!("{}·{}", shifted(*m, k - exponent, false), power_of_ten(exponent)),
    });
    texts.collect()
}

/// The label of one number, without regard to others.
fn one_label(digit: i64, exponent: i32) -> String {
    match digit {
        digit if (-4..6).contains(&exponent) => shifted(digit, exponent, exponent >= 4),
        1 => power_of_ten(exponent),
        digit => format!("{digit}·{}", power_of_ten(exponent)),
    }
}

/// m·10^k in digits, with −k decimals if k < 0.
///
/// `commas` between thousands only where there are five digits: years have four.
fn shifted(m: i64, k: i32, commas: bool) -> String {
    let decimals = k.min(0).unsigned_abs() as usize;
    let zeros = if m == 0 { 0 } else { k.max(0) as usize };
    let digits = format!("{}{}", m.unsigned_abs(), "0".repeat(zeros));
    let digits = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let whole = match whole.parse() {
        Ok(whole) if commas => crate::number::count(whole),
        _ => whole.to_owned(),
    };
    let sign = if m < 0 { "−" } else { "" };
    let point = if decimals > 0 { "." } else { "" };
    format!("{sign}{whole}{point}{fraction}")
}

/// 10 with the exponent raised: `10³`, `10⁻²`.
fn power_of_ten(exponent: i32) -> String {
    let raised = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        c => char::from_u32('⁰' as u32 + (c as u32 - '0' as u32)).unwrap_or(c),
    };
    format!("10{}", exponent.to_string().chars().map(raised).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels_of(scale: Scale, values: &[f64]) -> Vec<String> {
        let range = Range::of(scale, values.iter().copied()).expect("there are values");
        let ticks = range.ticks(|ticks| ticks.len() <= 6);
        ticks.into_iter().filter_map(|tick| tick.label).collect()
    }

    #[test]
    fn linear_ticks_are_round() {
        let cases: [(&[f64], &[&str]); 12] = [
            (&[0.0, 1.0], &["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
            (&[0.0, 10.0], &["0", "2", "4", "6", "8", "10"]),
            (&[-3.0, 2.0], &["−3", "−2", "−1", "0", "1", "2"]),
            (&[-7.3, -7.1], &["−7.30", "−7.25", "−7.20", "−7.15", "−7.10"]),
            (
                &[0.0, 12500.0],
                &["0", "2,000", "4,000", "6,000", "8,000", "10,000", "12,000"],
            ),
            (&[0.0, 5e-9], &["0", "1·10⁻⁹", "2·10⁻⁹", "3·10⁻⁹", "4·10⁻⁹", "5·10⁻⁹"]),
            (
                &[-2e12, 1e12],
                &[
                    "−2.0·10¹²",
                    "−1.5·10¹²",
                    "−1.0·10¹²",
                    "−0.5·10¹²",
                    "0",
                    "0.5·10¹²",
                    "1.0·10¹²",
                ],
            ),
            (
                &[1e9, 1e9 + 4.0],
                &[
                    "1.000000000·10⁹",
                    "1.000000001·10⁹",
                    "1.000000002·10⁹",
                    "1.000000003·10⁹",
                    "1.000000004·10⁹",
                ],
            ),
            (&[5.0], &["4.6", "4.8", "5.0", "5.2", "5.4"]),
            (&[0.0], &["−1.0", "−0.5", "0.0", "0.5", "1.0"]),
            (
                &[-1e300, 1e300],
                &["−1.0·10³⁰⁰", "−0.5·10³⁰⁰", "0", "0.5·10³⁰⁰", "1.0·10³⁰⁰"],
            ),
            (
                &[1e-299, 5e-299],
                &["1·10⁻²⁹⁹", "2·10⁻²⁹⁹", "3·10⁻²⁹⁹", "4·10⁻²⁹⁹", "5·10⁻²⁹⁹"],
            ),
        ];
        for (values, expected) in cases {
            let range = Range::of(Scale::Linear, values.iter().copied()).unwrap();
            let ticks = range.ticks(|ticks| ticks.len() <= 7);
            let labels: Vec<String> = ticks.into_iter().filter_map(|tick| tick.label).collect();
            assert!(labels.len() >= 2, "{values:?}: {labels:?}");
            assert!(expected == labels, "{values:?}: {labels:?}");
        }
    }

    #[test]
    fn log_ticks_are_powers_where_there_are_some() {
        let cases: [(&[f64], &[&str]); 9] = [
            (&[100.0, 1e5], &["10²", "10³", "10⁴", "10⁵"]),
            (&[0.01, 100.0], &["10⁻²", "10⁻¹", "10⁰", "10¹", "10²"]),
            (
                &[1e-20, 1e10],
                &["10⁻²⁰", "10⁻¹⁵", "10⁻¹⁰", "10⁻⁵", "10⁰", "10⁵", "10¹⁰"],
            ),
            (
                &[1e-300, 1e300],
                &["10⁻³⁰⁰", "10⁻²⁰⁰", "10⁻¹⁰⁰", "10⁰", "10¹⁰⁰", "10²⁰⁰", "10³⁰⁰"],
            ),
            (&[30.0, 500.0], &["50", "100", "200", "500"]),
            (&[2e7, 4e8], &["2·10⁷", "5·10⁷", "10⁸", "2·10⁸"]),
            (&[110.0, 130.0], &["110", "115", "120", "125", "130"]),
            (&[50.0], &["20", "50", "100"]),
            (&[-5.0, 0.0, f64::NAN, 10.0, 1000.0], &["10¹", "10²", "10³"]),
        ];
        for (values, expected) in cases {
            let range = Range::of(Scale::Log, values.iter().copied()).unwrap();
            let ticks = range.ticks(|ticks| ticks.len() <= 7);
            let labels: Vec<String> = ticks.into_iter().filter_map(|tick| tick.label).collect();
            assert!(expected == labels, "{values:?}: {labels:?}");
        }
    }

    #[test]
    fn ticks_lie_inside_and_where_they_say() {
        for scale in [Scale::Linear, Scale::Log] {
            for values in [[1.0, 7.3], [1e-8, 2e-8], [3e5, 8e11], [0.999, 1.001]] {
                let range = Range::of(scale, values).unwrap();
                for tick in range.ticks(|ticks| ticks.len() <= 6) {
                    let share = range.share(tick.value);
                    assert!((-1e-9..=1.0 + 1e-9).contains(&share), "{scale:?} {values:?} {tick:?}");
                    let Some(label) = tick.label.filter(|label| !label.contains("10")) else {
                        continue;
                    };
                    let read: f64 = label.replace(',', "").parse().unwrap();
                    assert_eq!(read, tick.value, "a label is its value");
                }
            }
        }
    }

    #[test]
    fn fewer_ticks_where_there_is_less_room() {
        let range = Range::of(Scale::Linear, [0.0, 10.0]).unwrap();
        for most in 2..8 {
            let n = range.ticks(|ticks| ticks.len() <= most).len();
            assert!((2..=most).contains(&n), "{n} ticks where {most} fit");
        }
        assert_eq!(labels_of(Scale::Log, &[1.0, 1e12]).len(), 5);
        // Nothing fits: the coarsest, never none.
        assert!(!range.ticks(|_| false).is_empty());
    }

    #[test]
    fn values_without_a_place_make_no_range() {
        assert!(Range::of(Scale::Linear, [f64::NAN, f64::INFINITY, -1e305]).is_none());
        assert!(Range::of(Scale::Log, [0.0, -1.0, 1e-310]).is_none());
        assert!(Range::of(Scale::Linear, []).is_none());
    }

    #[test]
    fn values_lie_inside_the_range_that_they_make() {
        for values in [[0.0, 1.0], [-1e300, 1e300], [5e-324, 1e-320], [3.0, 3.0 + 1e-15]] {
            let range = Range::of(Scale::Linear, values).unwrap();
            for value in values {
                let share = range.share(value);
                assert!(share > 0.0 && share < 1.0, "{value} of {values:?} at {share}");
            }
        }
    }
}
