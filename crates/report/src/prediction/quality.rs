//! How good predictions are: tables, CSV and a picture.

use logsum_utility::{CalibrationBin, Confusion, PredictionMeasures};

use crate::number::{MISSING, count, counted, decimals, fixed, percent};
use crate::{Align, Chart, Scale, Stroke, Table, csv};

/// Decimals of scores.
const DECIMALS: usize = 4;

/// A table with what stands above and below it.
pub(crate) struct Part {
    pub heading: String,
    pub table: Table,
    pub note: Option<String>,
}

/// Measures of one or several samples, a column each; columns without a name have no header.
pub(crate) fn measures(samples: &[(&str, &PredictionMeasures)]) -> Part {
    let heads = samples.iter().map(|(name, _)| ((*name).to_owned(), Align::Right));
    let mut table = Table::new(std::iter::once((String::new(), Align::Left)).chain(heads));
    let mut row = |name: &str, cell: &dyn Fn(&PredictionMeasures) -> String| {
        let cells = samples.iter().map(|(_, measures)| cell(measures));
        table.row(std::iter::once(name.to_owned()).chain(cells));
    };
    row("Hit rate", &|of| percent(of.hit_rate, 1.0));
    row("Expected hit rate", &|of| percent(of.expected_hit_rate, 1.0));
    row("Mean log score", &|of| score(of.log_score));
    row("Brier score", &|of| score(Some(of.brier_score)));
    Part {
        heading: String::new(),
        table,
        note: note(samples),
    }
}

/// A score with its decimals.
pub(crate) fn score(value: Option<f64>) -> String {
    value.map_or(MISSING.to_owned(), |value| fixed(value, DECIMALS))
}

/// What is to be said of ties and of what had no probability.
fn note(samples: &[(&str, &PredictionMeasures)]) -> Option<String> {
    let sum = |of: &dyn Fn(&PredictionMeasures) -> usize| samples.iter().map(|(_, measures)| of(measures)).sum();
    let (ties, impossible): (usize, usize) = (sum(&|of| of.ties), sum(&|of| of.impossible));
    let mut said = Vec::new();
    if ties > 0 {
        said.push(format!(
            "In {} several alternatives have the highest probability; each is an equal part of a hit.",
            counted(ties, "case")
        ));
    }
    if impossible > 0 {
        said.push(format!(
            "In {} something was chosen that had no probability: there the log score is minus infinity.",
            counted(impossible, "case")
        ));
    }
    (!said.is_empty()).then(|| said.join(" "))
}

/// The tables of confusion, by highest probability and by sums of probabilities.
pub(crate) fn confusion(confusion: &Confusion) -> Vec<Part> {
    let part = |heading: &str, cells: &[Vec<f64>], note: Option<&str>| Part {
        heading: heading.to_owned(),
        table: square(&confusion.alternatives, cells),
        note: note.map(str::to_owned),
    };
    vec![
        part(
            "Observed (rows) by predicted: the highest probability",
            &confusion.by_highest,
            None,
        ),
        part(
            "Observed (rows) by predicted: sums of probabilities",
            &confusion.by_sum,
            Some(
                "Of a model with all constants both sums of an alternative agree. Correct: the part of a row in its column.",
            ),
        ),
    ]
}

fn square(alternatives: &[String], cells: &[Vec<f64>]) -> Table {
    let mut heads = vec![(String::new(), Align::Left)];
    heads.extend(alternatives.iter().map(|name| (name.clone(), Align::Right)));
    heads.extend([("Sum".to_owned(), Align::Right), ("Correct".to_owned(), Align::Right)]);
    let whole = cells.iter().flatten().all(|cell| cell.fract() == 0.0);
    let number = |value: f64| match whole {
        true => count(value as usize),
        false => fixed(value, 1),
    };
    let mut table = Table::new(heads);
    for (j, (name, row)) in alternatives.iter().zip(cells).enumerate() {
        let sum: f64 = row.iter().sum();
        let mut line = vec![name.clone()];
        line.extend(row.iter().map(|cell| number(*cell)));
        line.extend([number(sum), percent(row[j], sum)]);
        table.row(line);
    }
    table.rule();
    let column = |k: usize| cells.iter().map(|row| row[k]).sum::<f64>();
    let sums: Vec<f64> = (0..alternatives.len()).map(column).collect();
    let (total, correct): (f64, f64) = (sums.iter().sum(), (0..sums.len()).map(|j| cells[j][j]).sum());
    let mut line = vec!["Sum".to_owned()];
    line.extend(sums.into_iter().map(number));
    line.extend([number(total), percent(correct, total)]);
    table.row(line);
    table
}

/// Predicted against observed frequencies.
pub(crate) fn calibration(bins: &[CalibrationBin]) -> Part {
    let heads = [
        ("Probability", Align::Decimal),
        ("", Align::Decimal),
        ("Number", Align::Right),
        ("Weight", Align::Right),
        ("Predicted", Align::Decimal),
        ("Observed", Align::Decimal),
        ("Difference", Align::Decimal),
    ];
    let mut table = Table::new(heads).span_header(0, 2);
    let whole = bins.iter().all(|bin| bin.weight.fract() == 0.0);
    let places = decimals(bins.iter().map(|bin| bin.predicted), DECIMALS).min(DECIMALS);
    for bin in bins {
        let gap = bin.observed - bin.predicted;
        table.row([
            format!("{:.places$}", bin.low),
            format!("{:.places$}", bin.high),
            count(bin.n),
            if whole {
                count(bin.weight as usize)
            } else {
                fixed(bin.weight, 1)
            },
            fixed(bin.predicted, places),
            fixed(bin.observed, places),
            format!("{:+.places$}", gap + 0.0),
        ]);
    }
    Part {
        heading: "Calibration: alternatives of all cases, in tenths by rising probability".to_owned(),
        table,
        note: None,
    }
}

/// Observed frequencies over predicted ones, on the diagonal where a model is calibrated.
pub fn calibration_picture(bins: &[CalibrationBin], title: &str) -> String {
    let bar = |bin: &CalibrationBin| {
        let half = 1.96 * (bin.predicted * (1.0 - bin.predicted) / bin.n as f64).sqrt();
        (bin.predicted, bin.observed, bin.observed - half, bin.observed + half)
    };
    Chart::new(title)
        .x("mean predicted probability", Scale::Linear)
        .y("observed frequency", Scale::Linear)
        .line("calibrated", [(0.0, 0.0), (1.0, 1.0)], Stroke::Reference)
        .points_with_bars("tenths of the alternatives", bins.iter().map(bar))
        .note("Bars: 1.96 standard errors of a frequency with the predicted probability")
        .svg()
}

/// Every number in a row: part, observed, predicted, quantity, value, converged.
pub(crate) fn comma_separated(
    measures: &PredictionMeasures,
    confusion: Option<&Confusion>,
    bins: &[CalibrationBin],
    converged: bool,
) -> String {
    let mut text = csv::record(["part", "observed", "predicted", "quantity", "value", "converged"]);
    let mut row = |part: &str, observed: &str, predicted: &str, quantity: &str, value: Option<f64>| {
        let cells = [part, observed, predicted, quantity].map(str::to_owned);
        let rest = [csv::number(value), converged.to_string()];
        text.push_str(&csv::record(cells.into_iter().chain(rest)));
    };
    for (quantity, value) in [
        ("n_cases", Some(measures.n_cases as f64)),
        ("weight", Some(measures.weight)),
        ("hit_rate", Some(measures.hit_rate)),
        ("expected_hit_rate", Some(measures.expected_hit_rate)),
        ("log_score", measures.log_score),
        ("brier_score", Some(measures.brier_score)),
        ("ties", Some(measures.ties as f64)),
        ("impossible", Some(measures.impossible as f64)),
    ] {
        row("measures", "", "", quantity, value);
    }
    if let Some(confusion) = confusion {
        for (quantity, cells) in [("by_highest", &confusion.by_highest), ("by_sum", &confusion.by_sum)] {
            for (observed, cells) in confusion.alternatives.iter().zip(cells) {
                for (predicted, &cell) in confusion.alternatives.iter().zip(cells) {
                    row("confusion", observed, predicted, quantity, Some(cell));
                }
            }
        }
    }
    for (number, bin) in bins.iter().enumerate() {
        let number = (number + 1).to_string();
        for (quantity, value) in [
            ("low", bin.low),
            ("high", bin.high),
            ("n", bin.n as f64),
            ("weight", bin.weight),
            ("predicted", bin.predicted),
            ("observed", bin.observed),
        ] {
            row("calibration", "", &number, quantity, Some(value));
        }
    }
    text
}
