//! The Boltzmann distribution: softmax of energies, reached by maximum entropy and by counting too.

mod counting;
mod curve;
#[cfg(test)]
mod tests;

pub use curve::boltzmann_picture;

use logsum_simulate::boltzmann::{Boltzmann, CurvePoint};
use logsum_simulate::counting::Counting;
use logsum_simulate::maximum_entropy::AgainstBoltzmann;
use serde::Serialize;

use super::parts::{TABLE, full, given};
use crate::number::{counted, decimals, in_column, significant};
use crate::page::Page;
use crate::{Align, Format, Style, Table, csv};

/// Digits of what is computed.
const DIGITS: usize = 6;

/// A Boltzmann distribution and the other ways to it, as far as they were asked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BoltzmannPage {
    /// Softmax of −E/T.
    pub distribution: Boltzmann,
    /// Maximum entropy at the same mean energy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_entropy: Option<AgainstBoltzmann>,
    /// Arrangements, by number of particles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counting: Vec<Counting>,
    /// Along the temperature.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<CurvePoint>,
}

/// A Boltzmann distribution in a format. CSV has the levels, JSON everything; text thins out a long curve.
pub fn boltzmann(found: &BoltzmannPage, format: Format, style: Style) -> String {
    page(found).write(format, style, found, || comma_separated(found))
}

fn page(found: &BoltzmannPage) -> Page {
    let distribution = &found.distribution;
    let mut page = Page::new(
        "Boltzmann distribution",
        "Softmax with utility = -energy: probabilities proportional to exp(-E/T).",
    );
    facts(&mut page, distribution);
    page.table("Levels", levels(distribution));
    if let Some(against) = &found.maximum_entropy {
        page.table(
            format!(
                "Maximum entropy at mean energy {}: {} on the probabilities themselves",
                number(against.boltzmann.mean_energy),
                counted(against.maximum.iterations, "Newton step")
            ),
            maximum_entropy(against),
        );
    }
    counting::tables(&mut page, &found.counting);
    if let Some((heading, table)) = curve::table(&found.curve) {
        page.table(heading, table);
    }
    if let Some(remark) = distribution.remark() {
        page.note(sentence(remark));
    }
    if let Some(against) = &found.maximum_entropy {
        page.note(format!(
            "Maximum entropy: the largest difference from softmax is {}; the multiplier of the energy is {}, and 1/T is {}.",
            difference(against.largest_difference),
            number(against.beta),
            number(against.boltzmann.beta)
        ));
    }
    counting::note(&mut page, &found.counting);
    page
}

fn facts(page: &mut Page, distribution: &Boltzmann) {
    let temperature = distribution.temperature;
    let mut text = if temperature.is_infinite() {
        "infinite (energies do not matter)".to_owned()
    } else if temperature < 0.0 {
        format!("{} (inverted populations)", number(temperature))
    } else {
        number(temperature)
    };
    if let Some(steps) = distribution.iterations {
        text += &format!(", found from the mean energy in {}", counted(steps, "step"));
    }
    page.fact("Temperature T", text);
    page.fact("β = 1/T", number(distribution.beta));
    page.fact(
        "Partition function",
        match distribution.partition {
            Some(partition) => format!(
                "Z = {}, ln Z = {}",
                number(partition),
                number(distribution.ln_partition)
            ),
            None => format!(
                "ln Z = {} (Z itself is too {} to be written)",
                number(distribution.ln_partition),
                if distribution.ln_partition > 0.0 {
                    "large"
                } else {
                    "small"
                }
            ),
        },
    );
    page.fact(
        "Free energy -T ln Z",
        match distribution.free_energy {
            energy if energy.is_finite() => number(energy),
            _ => "without limit".to_owned(),
        },
    );
    page.fact("Mean energy", number(distribution.mean_energy));
    let states = match &distribution.degeneracies {
        Some(degeneracies) => degeneracies.iter().sum(),
        None => distribution.energies.len() as f64,
    };
    page.fact(
        "Entropy",
        format!(
            "{} nats of at most {}",
            number(distribution.entropy),
            number(states.ln())
        ),
    );
    page.fact("Heat capacity", number(distribution.heat_capacity));
}

fn levels(distribution: &Boltzmann) -> Table {
    let mut columns = vec![("Level", Align::Right), ("Energy", Align::Decimal)];
    if distribution.degeneracies.is_some() {
        columns.push(("Degeneracy", Align::Decimal));
    }
    columns.push(("Probability", Align::Decimal));
    let mut table = Table::new(columns).at_most(crate::WIDTH);
    let probabilities = column(&distribution.probabilities);
    for (j, (energy, probability)) in distribution.energies.iter().zip(probabilities).enumerate() {
        let mut row = vec![(j + 1).to_string(), given(*energy)];
        row.extend(distribution.degeneracies.as_ref().map(|g| given(g[j])));
        row.push(probability);
        table.row(row);
    }
    table
}

fn maximum_entropy(against: &AgainstBoltzmann) -> Table {
    let mut table = Table::new([
        ("Level", Align::Right),
        ("Energy", Align::Decimal),
        ("Softmax", Align::Decimal),
        ("Maximum entropy", Align::Decimal),
        ("Difference", Align::Decimal),
    ])
    .at_least(TABLE)
    .at_most(crate::WIDTH);
    let (softmax, found) = (&against.boltzmann.probabilities, &against.maximum.probabilities);
    let cells = column(softmax).into_iter().zip(column(found));
    for (j, (closed, optimised)) in cells.enumerate() {
        table.row([
            (j + 1).to_string(),
            given(against.boltzmann.energies[j]),
            closed,
            optimised,
            difference(found[j] - softmax[j]),
        ]);
    }
    table
}

/// A number by itself.
fn number(value: f64) -> String {
    significant(value, DIGITS)
}

/// Probabilities that share their decimals.
fn column(probabilities: &[f64]) -> Vec<String> {
    // A level that is all but empty is written with an exponent and takes no part.
    let large = probabilities.iter().copied().filter(|p| *p >= 1e-4);
    let places = decimals(large, DIGITS - 1);
    let cells = probabilities.iter();
    cells.map(|p| in_column(Some(*p), places, 4)).collect()
}

/// A difference, by its size rather than its digits.
fn difference(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        value => crate::number::scientific(value, 1),
    }
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), characters.as_str()),
        None => String::new(),
    }
}

fn comma_separated(found: &BoltzmannPage) -> String {
    let mut text = csv::record(["level", "energy", "degeneracy", "probability", "maximum_entropy"]);
    let distribution = &found.distribution;
    for (j, (energy, probability)) in distribution
        .energies
        .iter()
        .zip(&distribution.probabilities)
        .enumerate()
    {
        let degeneracy = distribution.degeneracies.as_ref().map_or(1.0, |g| g[j]);
        let against = found.maximum_entropy.as_ref();
        text.push_str(&csv::record([
            (j + 1).to_string(),
            full(*energy),
            full(degeneracy),
            full(*probability),
            against
                .and_then(|against| against.maximum.probabilities.get(j))
                .map(|p| full(*p))
                .unwrap_or_default(),
        ]));
    }
    text
}
