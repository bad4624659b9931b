//! What the choices of decision makers tell of their tastes: conditional means beside the population.

use serde::Serialize;

use crate::number::{MISSING, count, counted, decimals, in_plain_column, percent};
use crate::page::Page;
use crate::{Align, Format, Style, Table, csv};

const DIGITS: usize = 4;

/// Conditional tastes of all decision makers, summarised.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IndividualsReport {
    /// Title of the fit.
    pub title: String,
    /// File of the decision makers.
    pub file: String,
    /// Whether the estimation had converged.
    pub converged: bool,
    /// Decision makers.
    pub n_decision_makers: usize,
    /// Fewest and most choices of one of them.
    pub choices: (usize, usize),
    /// Draws of each over which means are taken.
    pub draws: usize,
    /// The random coefficients.
    pub coefficients: Vec<IndividualCoefficient>,
    /// Cost coefficient of the willingness to pay.
    pub cost: Option<String>,
    /// Willingness to pay for each coefficient, if a cost was named.
    pub willingness_to_pay: Vec<IndividualWillingness>,
}

/// A coefficient over decision makers, given what they chose.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IndividualCoefficient {
    /// Its name.
    pub coefficient: String,
    /// Mean of the population.
    pub population_mean: Option<f64>,
    /// Standard deviation of the population.
    pub population_sd: Option<f64>,
    /// Mean over decision makers of the conditional means.
    pub mean_of_means: Option<f64>,
    /// Standard deviation over decision makers of the conditional means.
    pub sd_of_means: Option<f64>,
    /// Mean over decision makers of the conditional standard deviations.
    pub mean_of_sds: Option<f64>,
    /// The standard deviation of the conditional means as a share of the population's.
    pub recovered: Option<f64>,
}

/// Willingness to pay over decision makers, given what they chose.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IndividualWillingness {
    /// The coefficient that it is for.
    pub coefficient: String,
    /// Mean over decision makers of the conditional means.
    pub mean_of_means: Option<f64>,
    /// Their standard deviation.
    pub sd_of_means: Option<f64>,
    /// Their quantiles at 5, 50 and 95 %.
    pub quantiles_of_means: [Option<f64>; 3],
    /// Mean over decision makers of the conditional standard deviations.
    pub mean_of_sds: Option<f64>,
}

impl IndividualCoefficient {
    /// From the conditional means and standard deviations of all decision makers, and the population's.
    pub fn of(coefficient: &str, means: &[f64], sds: &[f64], population: Option<(f64, f64)>) -> Self {
        let sd_of_means = deviation(means);
        let recovered = population
            .and_then(|(_, sd)| Some(sd_of_means? / sd))
            .filter(|share| share.is_finite());
        IndividualCoefficient {
            coefficient: coefficient.to_string(),
            population_mean: population.map(|(mean, _)| mean),
            population_sd: population.map(|(_, sd)| sd),
            mean_of_means: mean(means),
            sd_of_means,
            mean_of_sds: mean(sds),
            recovered,
        }
    }
}

impl IndividualWillingness {
    /// From the conditional means and standard deviations of all decision makers.
    pub fn of(coefficient: &str, means: &[f64], sds: &[f64]) -> Self {
        let mut sorted = means.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        IndividualWillingness {
            coefficient: coefficient.to_string(),
            mean_of_means: mean(means),
            sd_of_means: deviation(means),
            quantiles_of_means: [0.05, 0.5, 0.95].map(|share| quantile(&sorted, share)),
            mean_of_sds: mean(sds),
        }
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    finite(values.iter().sum::<f64>() / values.len() as f64)
}

/// With the number of values below.
fn deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    finite((squares / values.len() as f64).sqrt())
}

/// Of sorted numbers, linear between them.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * sorted.len().checked_sub(1)? as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    let above = (below + 1).min(sorted.len() - 1);
    finite(sorted[below] + part * (sorted[above] - sorted[below]))
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Conditional tastes in a format.
///
/// CSV has a row for each coefficient and each willingness to pay with the columns `quantity, coefficient,
/// population_mean, population_sd, mean_of_means, sd_of_means, mean_of_sds, recovered, q05, q50, q95`.
pub fn individuals(report: &IndividualsReport, format: Format) -> String {
    page(report).write(format, Style::Plain, report, || comma_separated(report))
}

/// The same as text in a style.
pub fn individuals_text(report: &IndividualsReport, style: Style) -> String {
    page(report).write(Format::Text, style, report, String::new)
}

fn page(report: &IndividualsReport) -> Page {
    let title = match report.title.trim() {
        "" => "Individual tastes".to_string(),
        title => format!("Individual tastes in \"{title}\""),
    };
    let subtitle = if report.converged {
        ""
    } else {
        "NOT CONVERGED: these are tastes at the best point that the estimation found."
    };
    let mut page = Page::new(title, subtitle);
    page.fact("Data", report.file.clone());
    let makers = count(report.n_decision_makers);
    page.fact(
        "Decision makers",
        match report.choices {
            (least, most) if least == most => format!("{makers}, each with {}", counted(most, "choice")),
            (least, most) => format!("{makers}, with {} to {}", count(least), counted(most, "choice")),
        },
    );
    page.fact("Draws", format!("{} per decision maker", count(report.draws)));
    page.table("", coefficients(report));
    page.note(
        "Population: mean and sd of the coefficient. Conditional means: mean and sd, over decision makers, of the mean \
         taste of those who would choose as they did. Recovered: their sd as a share of the population's; what is missing \
         the choices do not tell. Cond. sd: the sd that is left around a conditional mean, on average.",
    );
    if let Some(cost) = &report.cost {
        page.table(
            format!("Willingness to pay, by {cost}: conditional means over decision makers"),
            willingness(report),
        );
    }
    page
}

fn coefficients(report: &IndividualsReport) -> Table {
    let mut table = Table::new([
        ("", Align::Left),
        ("Population", Align::Decimal),
        ("", Align::Decimal),
        ("Conditional means", Align::Decimal),
        ("", Align::Decimal),
        ("Recovered", Align::Decimal),
        ("Cond. sd", Align::Decimal),
    ])
    .span_header(1, 2)
    .span_header(3, 2)
    .at_least(crate::WIDTH)
    .at_most(crate::WIDTH);
    let all = &report.coefficients;
    let numbers = |of: &IndividualCoefficient| {
        [
            of.population_mean,
            of.population_sd,
            of.mean_of_means,
            of.sd_of_means,
            of.mean_of_sds,
        ]
    };
    let shared = decimals(all.iter().flat_map(numbers).flatten(), DIGITS);
    for of in all {
        table.row([
            of.coefficient.clone(),
            in_plain_column(of.population_mean, shared),
            in_plain_column(of.population_sd, shared),
            in_plain_column(of.mean_of_means, shared),
            in_plain_column(of.sd_of_means, shared),
            of.recovered
                .map_or(MISSING.to_string(), |recovered| percent(recovered, 1.0)),
            in_plain_column(of.mean_of_sds, shared),
        ]);
    }
    table
}

fn willingness(report: &IndividualsReport) -> Table {
    let mut table = Table::new([
        ("", Align::Left),
        ("Mean", Align::Decimal),
        ("Sd", Align::Decimal),
        ("5%", Align::Decimal),
        ("Median", Align::Decimal),
        ("95%", Align::Decimal),
        ("Cond. sd", Align::Decimal),
    ])
    .at_least(crate::WIDTH)
    .at_most(crate::WIDTH);
    let cells = |of: &IndividualWillingness| {
        let [low, median, high] = of.quantiles_of_means;
        [of.mean_of_means, of.sd_of_means, low, median, high, of.mean_of_sds]
    };
    let all = report.willingness_to_pay.iter();
    let shared = decimals(all.flat_map(cells).flatten(), DIGITS);
    for of in &report.willingness_to_pay {
        let cells = cells(of).map(|value| in_plain_column(value, shared));
        table.row([of.coefficient.clone()].into_iter().chain(cells));
    }
    table
}

fn comma_separated(report: &IndividualsReport) -> String {
    let mut text = csv::record([
        "quantity",
        "coefficient",
        "population_mean",
        "population_sd",
        "mean_of_means",
        "sd_of_means",
        "mean_of_sds",
        "recovered",
        "q05",
        "q50",
        "q95",
    ]);
    let mut row = |quantity: &str, coefficient: &str, numbers: [Option<f64>; 9]| {
        let cells = [quantity, coefficient].map(str::to_string).into_iter();
        text.push_str(&csv::record(cells.chain(numbers.map(csv::number))));
    };
    for of in &report.coefficients {
        row(
            "coefficient",
            &of.coefficient,
            [
                of.population_mean,
                of.population_sd,
                of.mean_of_means,
                of.sd_of_means,
                of.mean_of_sds,
                of.recovered,
                None,
                None,
                None,
            ],
        );
    }
    for of in &report.willingness_to_pay {
        let [low, median, high] = of.quantiles_of_means;
        row(
            "willingness_to_pay",
            &of.coefficient,
            [
                None,
                None,
                of.mean_of_means,
                of.sd_of_means,
                of.mean_of_sds,
                None,
                low,
                median,
                high,
            ],
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> IndividualsReport {
        let means = [-1.0, -2.0, -0.5, -1.5];
        let sds = [0.4, 0.6, 0.5, 0.5];
        IndividualsReport {
            title: "Trains".to_string(),
            file: "trains.csv".to_string(),
            converged: true,
            n_decision_makers: 4,
            choices: (8, 12),
            draws: 1000,
            coefficients: vec![
                IndividualCoefficient::of("b_time", &means, &sds, Some((-1.25, 0.8))),
                IndividualCoefficient::of("b_change", &sds, &sds, None),
            ],
            cost: Some("b_cost".to_string()),
            willingness_to_pay: vec![IndividualWillingness::of("b_time", &means, &sds)],
        }
    }

    #[test]
    fn summary_as_text() {
        let expected = "\
Individual tastes in \"Trains\"

Data              trains.csv
Decision makers   4, with 8 to 12 choices
Draws             1,000 per decision maker

                  Population         Conditional means     Recovered    Cond. sd
────────────────────────────────────────────────────────────────────────────────
b_time         -1.2500    0.8000      -1.2500    0.5590        69.9%      0.5000
b_change        -         -            0.5000    0.0707         -         0.5000

Willingness to pay, by b_cost: conditional means over decision makers
                    Mean        Sd         5%     Median        95%     Cond. sd
────────────────────────────────────────────────────────────────────────────────
b_time            -1.250     0.559     -1.925     -1.250     -0.575        0.500

Population: mean and sd of the coefficient. Conditional means: mean and sd, over
decision makers, of the mean taste of those who would choose as they did.
Recovered: their sd as a share of the population's; what is missing the choices
do not tell. Cond. sd: the sd that is left around a conditional mean, on
average.
";
        let text = individuals_text(&report(), Style::Plain);
        assert_eq!(text, expected);
        assert!(text.lines().all(|line| line.chars().count() <= crate::WIDTH), "{text}");
    }

    #[test]
    fn moments_by_hand() {
        let report = report();
        let time = &report.coefficients[0];
        assert_eq!(time.mean_of_means, Some(-1.25));
        // Deviations 0.25, -0.75, 0.75, -0.25.
        assert!((time.sd_of_means.unwrap() - 0.3125_f64.sqrt()).abs() < 1e-15);
        assert!((time.recovered.unwrap() - 0.3125_f64.sqrt() / 0.8).abs() < 1e-15);
        assert_eq!(time.mean_of_sds, Some(0.5));
        assert_eq!(report.coefficients[1].recovered, None);
        let [low, median, high] = report.willingness_to_pay[0].quantiles_of_means;
        // At 0.15, 1.5 and 2.85 of -2, -1.5, -1, -0.5.
        assert!((low.unwrap() + 1.925).abs() < 1e-12);
        assert!((median.unwrap() + 1.25).abs() < 1e-12);
        assert!((high.unwrap() + 0.575).abs() < 1e-12);
        let nobody = IndividualCoefficient::of("x", &[], &[], Some((0.0, 0.0)));
        assert_eq!((nobody.mean_of_means, nobody.recovered), (None, None));
    }

    #[test]
    fn every_format() {
        for format in Format::ALL {
            let text = individuals(&report(), format);
            assert!(text.contains("time") && !text.contains("NaN"), "{format}:\n{text}");
        }
        let csv = csv::parse(&individuals(&report(), Format::Csv));
        assert_eq!(csv[1][..4], ["coefficient", "b_time", "-1.25", "0.8"]);
        assert_eq!(csv[3][..3], ["willingness_to_pay", "b_time", ""]);
        let mut stopped = report();
        stopped.converged = false;
        assert!(individuals(&stopped, Format::Text).contains("NOT CONVERGED"));
    }
}
