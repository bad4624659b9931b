//! The distributions of random tastes, below the coefficients.

use logsum_utility::{Fit, Quantity, TasteCovariance, TasteDescription, TasteReport};
use serde_json::Value;

use crate::number::{self, MISSING, percent};
use crate::{Align, Table};

/// Significant digits of the largest number of a column, and of the largest standard error at least.
const DIGITS: usize = 4;
const DIGITS_OF_ERRORS: usize = 2;

/// Larger numbers are written with an exponent.
const LARGE: f64 = 1e7;

/// Decimals of correlations.
const DECIMALS: usize = 3;

/// Columns of a correlation matrix that fit into the width of text.
pub(super) const COLUMNS: usize = 5;

/// Where 5 %, 50 % and 95 % stand among the quantiles.
const SHOWN: [usize; 3] = [0, 2, 4];

/// A table with what stands above it.
pub(super) struct Section {
    pub heading: String,
    pub table: Table,
    /// Whether it looks better over the whole width of text.
    pub stretched: bool,
}

/// The tables: the distributions, and a matrix for each group of correlated coefficients. With `narrow` a matrix that is
/// wider than text comes in parts.
pub(super) fn sections(fit: &Fit, narrow: bool) -> Vec<Section> {
    let mut further = super::nests::sections(fit);
    further.extend(super::errors::sections(fit, narrow));
    further.extend(super::optima::sections(fit));
    further.extend(super::proportional::section(fit, narrow));
    further.extend(super::resampling::sections(fit));
    further.extend(super::validation::sections(fit, narrow));
    let Some(report) = reported(fit) else {
        return further;
    };
    let mut sections = vec![Section {
        heading: "Distribution of tastes".to_string(),
        table: distributions(fit, report),
        stretched: true,
    }];
    for group in &report.groups {
        let at_once = if narrow { COLUMNS } else { usize::MAX };
        let mut heading = format!("Correlation of {}", list(&group.coefficients));
        for table in correlations(group, at_once) {
            sections.push(Section {
                heading,
                table,
                stretched: false,
            });
            heading = String::new();
        }
    }
    sections.extend(further);
    sections
}

/// Names, the last behind "and".
fn list(names: &[String]) -> String {
    match names {
        [names @ .., last] if !names.is_empty() => format!("{} and {last}", names.join(", ")),
        _ => names.join(", "),
    }
}

/// What the numbers of the tables are.
pub(super) fn note(fit: &Fit) -> Option<String> {
    let notes = [
        of_tastes(fit),
        super::nests::note(fit),
        super::errors::note(fit),
        super::proportional::note(fit),
        super::resampling::note(fit),
    ];
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    (!notes.is_empty()).then(|| notes.join(" "))
}

fn of_tastes(fit: &Fit) -> Option<String> {
    let report = reported(fit)?;
    let mut note = "Over decision makers; positive: share of them whose coefficient is above 0.".to_string();
    let quantities = report.coefficients.iter().flat_map(|taste| {
        let shown = SHOWN.iter().filter_map(|at| taste.quantiles.get(*at));
        [&taste.mean, &taste.sd, &taste.share_positive].into_iter().chain(shown)
    });
    let of_groups = report
        .groups
        .iter()
        .flat_map(|group| group.correlation.iter().chain(&group.covariance).flatten());
    if quantities.chain(of_groups).any(|quantity| quantity.std_error.is_some()) {
        note.push_str(" In parentheses: standard errors by the delta method.");
    }
    let transformed = |name: &String| {
        let taste = report.coefficients.iter().find(|taste| taste.coefficient == *name);
        taste.is_some_and(|taste| taste.distribution != "normal")
    };
    if report
        .groups
        .iter()
        .any(|group| group.coefficients.iter().any(transformed))
    {
        note.push_str(" Sds and correlations of a group are those of the normal parts of its coefficients.");
    }
    Some(note)
}

fn reported(fit: &Fit) -> Option<&TasteReport> {
    fit.tastes.as_ref().filter(|report| !report.coefficients.is_empty())
}

/// Two lines a coefficient: numbers beside its name, standard errors beside that of its distribution.
fn distributions(fit: &Fit, report: &TasteReport) -> Table {
    let mut table = Table::new([
        ("", Align::Left),
        ("Mean", Align::Decimal),
        ("Sd", Align::Decimal),
        ("Positive", Align::Decimal),
        ("5%", Align::Decimal),
        ("Median", Align::Decimal),
        ("95%", Align::Decimal),
    ]);
    let numbers: Vec<Vec<Option<Quantity>>> = report.coefficients.iter().map(shown).collect();
    let digits = Digits::of(numbers.iter().flatten().flatten().copied());
    for (taste, numbers) in report.coefficients.iter().zip(&numbers) {
        let share = taste.share_positive;
        let mut first: Vec<String> = numbers.iter().map(|number| digits.estimate(*number)).collect();
        let mut second: Vec<String> = numbers.iter().map(|number| digits.error(*number)).collect();
        first.insert(2, percent(share.estimate, 1.0));
        second.insert(2, share.std_error.map_or(String::new(), of_share));
        first.insert(0, taste.coefficient.clone());
        second.insert(0, format!("  {}", kind(fit, taste)));
        table.row(first);
        table.row(second);
    }
    table
}

/// Mean, standard deviation and quantiles.
fn shown(taste: &TasteDescription) -> Vec<Option<Quantity>> {
    let quantiles = SHOWN.map(|at| taste.quantiles.get(at).copied());
    [Some(taste.mean), Some(taste.sd)]
        .into_iter()
        .chain(quantiles)
        .collect()
}

fn of_share(error: f64) -> String {
    if error.is_finite() {
        format!("({:.1})", 100.0 * error)
    } else {
        String::new()
    }
}

/// The distribution in words, and whether it is one of cases.
fn kind(fit: &Fit, taste: &TasteDescription) -> String {
    let name = match taste.distribution.as_str() {
        "johnson_sb" => "Johnson S_B".to_string(),
        "transform" => "transform of draws".to_string(),
        other => other.replace('_', " "),
    };
    let varies = random(fit).and_then(|random| random.get(&taste.coefficient)?.get("varies")?.as_str());
    match varies {
        Some("case") => format!("{name}, by case"),
        _ => name,
    }
}

/// The table `[random]` of the model.
fn random(fit: &Fit) -> Option<&serde_json::Map<String, Value>> {
    fit.model.specification.get("random")?.as_object()
}

/// Standard deviations and the lower triangle of the correlations, in parts of so many columns; two lines a coefficient.
pub(super) fn correlations(group: &TasteCovariance, at_once: usize) -> Vec<Table> {
    let n = group.coefficients.len();
    let sds: Vec<Option<Quantity>> = (0..n).map(|at| sd(group, at)).collect();
    let deviations = Digits::of(sds.iter().flatten().copied());
    let cell = |row: usize, column: usize| group.correlation.get(row).and_then(|cells| cells.get(column).copied());
    let starts = (0..n).step_by(at_once.min(n.max(1)));
    starts
        .map(|start| {
            let end = start.saturating_add(at_once).min(n);
            let mut heads = vec![("", Align::Left)];
            if start == 0 {
                heads.push(("Sd", Align::Decimal));
            }
            let names = group.coefficients[start..end].iter();
            heads.extend(names.map(|name| (name.as_str(), Align::Decimal)));
            let mut table = Table::new(heads);
            for (row, sd) in sds.iter().enumerate().skip(start) {
                let mut first = vec![group.coefficients[row].clone()];
                let mut second = vec![String::new()];
                if start == 0 {
                    first.push(deviations.estimate(*sd));
                    second.push(deviations.error(*sd));
                }
                for column in start..end.min(row + 1) {
                    if column == row {
                        first.push("1".to_string());
                        continue;
                    }
                    let found = cell(row, column);
                    first.push(correlation(found));
                    second.push(error_of_correlation(found));
                }
                table.row(first);
                if second.iter().any(|cell| !cell.is_empty()) {
                    table.row(second);
                }
            }
            table
        })
        .collect()
}

fn correlation(quantity: Option<Quantity>) -> String {
    match quantity {
        Some(quantity) if quantity.estimate.is_finite() => format!("{:.DECIMALS$}", quantity.estimate + 0.0),
        _ => MISSING.to_string(),
    }
}

fn error_of_correlation(quantity: Option<Quantity>) -> String {
    match quantity.and_then(|quantity| quantity.std_error) {
        Some(error) if error.is_finite() => format!("({error:.DECIMALS$})"),
        _ => String::new(),
    }
}

/// The square root of a variance, with its standard error.
fn sd(group: &TasteCovariance, at: usize) -> Option<Quantity> {
    let variance = group.covariance.get(at)?.get(at)?;
    let sd = variance.estimate.sqrt();
    Some(Quantity {
        estimate: sd,
        std_error: variance.std_error.filter(|_| sd > 0.0).map(|error| error / (2.0 * sd)),
    })
}

/// Decimals that estimates and their standard errors share.
pub(super) struct Digits {
    decimals: usize,
}

impl Digits {
    pub(super) fn of(quantities: impl Iterator<Item = Quantity>) -> Digits {
        let (estimates, errors): (Vec<f64>, Vec<Option<f64>>) = quantities
            .map(|quantity| (quantity.estimate, quantity.std_error))
            .unzip();
        let usual = |value: &f64| value.abs() < LARGE;
        let largest = estimates
            .iter()
            .copied()
            .filter(usual)
            .fold(0.0, |most: f64, value| most.max(value.abs()));
        // What is nearly 0 needs no digits of its own.
        let counting = |least: f64| move |value: &f64| usual(value) && value.abs() > least * largest;
        let estimates = number::decimals(estimates.into_iter().filter(counting(0.01)), DIGITS);
        let errors: Vec<f64> = errors.into_iter().flatten().filter(counting(1e-4)).collect();
        let decimals = match errors.is_empty() {
            true => estimates,
            false => estimates.max(number::decimals(errors, DIGITS_OF_ERRORS)),
        };
        Digits { decimals }
    }

    pub(super) fn estimate(&self, quantity: Option<Quantity>) -> String {
        number::in_plain_column(quantity.map(|quantity| quantity.estimate), self.decimals)
    }

    pub(super) fn error(&self, quantity: Option<Quantity>) -> String {
        match quantity.and_then(|quantity| quantity.std_error) {
            Some(error) if error.is_finite() => format!("({})", number::in_plain_column(Some(error), self.decimals)),
            _ => String::new(),
        }
    }
}

/// Which signs carry no meaning, where one of them is negative.
pub(super) fn signs(fit: &Fit) -> Option<String> {
    let random = random(fit)?;
    let negative = |name: &String| {
        let parameter = fit.parameters.iter().find(|parameter| parameter.term == *name);
        parameter.is_some_and(|parameter| parameter.estimate < 0.0)
    };
    let symbols = || random.keys();
    let mut spreads: Vec<String> = symbols()
        .flat_map(|symbol| [format!("sd_{symbol}"), format!("spread_{symbol}")])
        .collect();
    let mut diagonal: Vec<String> = symbols().map(|symbol| format!("chol_{symbol}_{symbol}")).collect();
    spreads.retain(negative);
    diagonal.retain(negative);
    let mut sentences = Vec::new();
    if !spreads.is_empty() {
        let (sign, its) = if spreads.len() == 1 {
            ("sign", "its")
        } else {
            ("signs", "their")
        };
        sentences.push(format!(
            "The {sign} of {} {} no meaning: {its} absolute value{} the same distribution.",
            list(&spreads),
            if spreads.len() == 1 { "has" } else { "have" },
            if spreads.len() == 1 { " gives" } else { "s give" },
        ));
    }
    if !diagonal.is_empty() {
        let (sign, has) = if diagonal.len() == 1 {
            ("sign", "has")
        } else {
            ("signs", "have")
        };
        sentences.push(format!(
            "The {sign} of {} {has} no meaning: a column of a Cholesky factor may be multiplied by -1 without changing anything.",
            list(&diagonal)
        ));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}
