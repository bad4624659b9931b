//! The arrangements of particles that come to the Boltzmann distribution as they grow many.

use logsum_simulate::counting::{Arrangements, Counting};

use super::super::parts::{TABLE, cell};
use super::number;
use crate::number::count;
use crate::page::Page;
use crate::{Align, Table};

/// Digits of a number of arrangements that is written out.
const WRITTEN_OUT: u128 = 10_000_000_000;

pub(super) fn tables(page: &mut Page, counted: &[Counting]) {
    let Some(first) = counted.first() else { return };
    page.table(
        match first.mean_energy {
            Some(mean) => format!("Arrangements of n particles with mean energy {}", number(mean)),
            None => "Arrangements of n particles with any energy".to_owned(),
        },
        summary(counted),
    );
    for (position, part) in counted.chunks(beside(counted)).enumerate() {
        let heading = match position {
            0 => "Most numerous occupation, as shares of the particles, beside softmax",
            _ => "",
        };
        page.table(heading, occupations(part));
    }
}

/// Numbers of particles that stand beside each other in a table: about as many in each of as few tables as their width
/// allows.
fn beside(counted: &[Counting]) -> usize {
    let widest = counted.iter().map(|counting| header(counting).len()).max();
    let others = "Level".len() + 2 + "Softmax".len();
    let fit = (crate::WIDTH - others) / (widest.unwrap_or_default() + 2);
    counted.len().div_ceil(counted.len().div_ceil(fit.max(1)).max(1)).max(1)
}

fn header(counting: &Counting) -> String {
    format!("n = {}", counting.n_particles)
}

/// What the columns mean and what they come to.
pub(super) fn note(page: &mut Page, counted: &[Counting]) {
    if counted.is_empty() {
        return;
    }
    page.note(
        "Share: of all arrangements, those of the most numerous occupation. Distance (total variation, half the sum of \
         |n_j/n - p_j|) and divergence (Kullback–Leibler, in nats) between that occupation and softmax; both go to 0 \
         as n grows.",
    );
    let tied = counted
        .iter()
        .filter_map(|counting| Some((counting.n_particles, counting.n_most_numerous?)));
    let tied: Vec<String> = tied
        .filter(|(_, ties)| *ties > 1)
        .map(|(n, ties)| format!("{ties} for n = {n}"))
        .collect();
    if !tied.is_empty() {
        page.note(format!(
            "Equally numerous occupations, of which one is shown: {}.",
            tied.join(", ")
        ));
    }
}

fn summary(counted: &[Counting]) -> Table {
    let mut table = Table::new([
        ("n", Align::Right),
        ("Arrangements", Align::Right),
        ("Most numerous", Align::Right),
        ("Share", Align::Decimal),
        ("Distance", Align::Decimal),
        ("Divergence", Align::Decimal),
    ])
    .at_least(TABLE)
    .at_most(crate::WIDTH);
    for counting in counted {
        table.row([
            counting.n_particles.to_string(),
            arrangements(&counting.n_arrangements),
            arrangements(&counting.most_numerous.arrangements),
            cell(counting.share, 4),
            cell(counting.total_variation, 5),
            cell(counting.divergence, 5),
        ]);
    }
    table
}

/// Levels down, numbers of particles across.
fn occupations(counted: &[Counting]) -> Table {
    let mut columns = vec![("Level".to_owned(), Align::Right)];
    columns.extend(counted.iter().map(|counting| (header(counting), Align::Decimal)));
    columns.push(("Softmax".to_owned(), Align::Decimal));
    let mut table = Table::new(columns).at_most(crate::WIDTH);
    let Some(first) = counted.first() else { return table };
    for (j, p) in first.boltzmann.probabilities.iter().enumerate() {
        let shares = counted.iter().map(|counting| {
            let numbers = &counting.most_numerous.numbers;
            cell(numbers[j] as f64 / counting.n_particles as f64, 4)
        });
        let row = [(j + 1).to_string()].into_iter().chain(shares);
        table.row(row.chain([cell(*p, 4)]));
    }
    table
}

/// Written out as long as people read it; then as a power of ten, far beyond what a double holds.
fn arrangements(number: &Arrangements) -> String {
    match number.exact {
        Some(exact) if exact < WRITTEN_OUT => count(exact as usize),
        _ => {
            let log10 = number.ln / std::f64::consts::LN_10;
            let mut exponent = log10.floor();
            let mut mantissa = format!("{:.1}", 10f64.powf(log10 - exponent));
            if mantissa == "10.0" {
                (mantissa, exponent) = ("1.0".to_owned(), exponent + 1.0);
            }
            format!("{mantissa}e{exponent}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_arrangements_have_no_end() {
        let text = |exact, ln| arrangements(&Arrangements { exact, ln });
        assert_eq!(text(Some(1716), 1716f64.ln()), "1,716");
        assert_eq!(text(Some(9_999_999_999), 0.0), "9,999,999,999");
        assert_eq!(text(Some(10_000_000_000), 1e10f64.ln()), "1.0e10");
        // 2·10^60000, and a mantissa that rounds up.
        assert_eq!(text(None, 60_000.0 * 10f64.ln() + 2f64.ln()), "2.0e60000");
        assert_eq!(text(None, 50.0 * 10f64.ln() + 9.97f64.ln()), "1.0e51");
    }
}
