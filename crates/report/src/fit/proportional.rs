//! The test of proportional odds, below the coefficients of an ordered logit.

use logsum_utility::{Fit, ProportionalCoefficient};

use super::tastes::Section;
use super::{DIGITS, statistic};
use crate::number;
use crate::{Align, Table};

/// Estimates by threshold that fit into the width of text.
const COLUMNS: usize = 4;

/// The test with the estimates that it compares; with `narrow` without these where there are many.
pub(super) fn section(fit: &Fit, narrow: bool) -> Option<Section> {
    let test = fit.proportional_odds.as_ref()?;
    let n = test.coefficients.first().map_or(0, |one| one.estimates.len());
    let shown = if narrow && n > COLUMNS { 0 } else { n };
    let mut columns = vec![(String::new(), Align::Left)];
    columns.extend((1..=shown).map(|m| (format!("above {m}"), Align::Decimal)));
    columns.extend(["Wald", "df", "p"].map(|name| (name.to_string(), Align::Decimal)));
    let mut table = Table::new(columns);
    let all = test.coefficients.iter().flat_map(|one| one.estimates.iter().copied());
    let decimals = number::decimals(all, DIGITS - 1);
    let estimates = |one: &ProportionalCoefficient| {
        let shown = one.estimates.iter().take(shown);
        let cells = shown.map(|estimate| number::in_column(Some(*estimate), decimals, DIGITS - 1));
        cells.collect::<Vec<String>>()
    };
    for one in &test.coefficients {
        let mut row = vec![one.term.clone()];
        row.extend(estimates(one));
        row.extend(tested(one.statistic, one.degrees_of_freedom, one.p_value));
        table.row(row);
    }
    let mut row = vec!["all together".to_string()];
    row.extend(std::iter::repeat_n(String::new(), shown));
    row.extend(tested(test.statistic, test.degrees_of_freedom, test.p_value));
    table.row(row);
    Some(Section {
        heading: "Proportional odds: is one coefficient enough for all thresholds?".to_string(),
        table,
        stretched: true,
    })
}

/// What the numbers are, or that there are none.
pub(super) fn note(fit: &Fit) -> Option<String> {
    let Some(test) = &fit.proportional_odds else {
        let told = fit
            .warnings
            .iter()
            .any(|warning| warning.starts_with("proportional odds"));
        let expected = fit.model.family == "ordered logit" && fit.converged && !told;
        let comparable = fit.n_alternatives > 2 && fit.n_parameters >= fit.n_alternatives;
        return (expected && comparable).then(|| {
            "Proportional odds were not tested: a report has the test where the utility is linear and the data, not too many, \
             are in memory."
                .to_string()
        });
    };
    let n = test.coefficients.first().map_or(0, |one| one.estimates.len());
    Some(format!(
        "Brant's Wald test compares binary logits of what lies above each of the {n} thresholds. A small p says that a \
         coefficient is not the same at all of them, as an ordered logit takes it to be."
    ))
}

fn tested(value: f64, degrees: usize, p: f64) -> [String; 3] {
    [statistic(Some(value)), degrees.to_string(), number::p_value(Some(p))]
}
