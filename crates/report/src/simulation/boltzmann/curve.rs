//! Mean energy, entropy and heat capacity along the temperature, as a table and as a picture.

use logsum_simulate::boltzmann::CurvePoint;

use super::super::parts::{TABLE, cell, given};
use crate::number::{decimals, significant};
use crate::{Align, Chart, Scale, Stroke, Table};

/// Rows of a curve that a table shows whole, and that it shows of a longer one.
const WHOLE: usize = 24;
const THINNED: usize = 20;

/// The curve with its heading; of a long one some points, evenly spaced, its ends among them.
pub(super) fn table(curve: &[CurvePoint]) -> Option<(String, Table)> {
    let (heading, shown): (_, Vec<&CurvePoint>) = if curve.is_empty() {
        return None;
    } else if curve.len() <= WHOLE {
        ("Along the temperature".to_owned(), curve.iter().collect())
    } else {
        let last = curve.len() - 1;
        let at = |row: usize| &curve[(row * last + (THINNED - 1) / 2) / (THINNED - 1)];
        (
            format!("Along the temperature: {THINNED} of {} points", curve.len()),
            (0..THINNED).map(at).collect(),
        )
    };
    let mut table = Table::new([
        ("Temperature", Align::Decimal),
        ("Mean energy", Align::Decimal),
        ("Entropy", Align::Decimal),
        ("Heat capacity", Align::Decimal),
        ("Free energy", Align::Decimal),
    ])
    .at_least(TABLE)
    .at_most(crate::WIDTH);
    let columns = [
        column(&shown, |point| point.mean_energy),
        column(&shown, |point| point.entropy),
        column(&shown, |point| point.heat_capacity),
        column(&shown, |point| point.free_energy),
    ];
    for (row, point) in shown.iter().enumerate() {
        let cells = columns.iter().map(|column| column[row].clone());
        table.row([given(point.temperature)].into_iter().chain(cells));
    }
    Some((heading, table))
}

fn column(shown: &[&CurvePoint], value: impl Fn(&CurvePoint) -> f64) -> Vec<String> {
    let values = || shown.iter().map(|point| value(point));
    let largest = values().fold(0.0, |most: f64, value| most.max(value.abs()));
    let places = decimals([largest], 5).clamp(4, 6);
    values().map(|value| cell(value, places)).collect()
}

/// Mean energy, entropy and heat capacity against temperature on a logarithmic axis.
///
/// `marked`: a temperature and its mean energy, with lines to both axes: either determines the other. A temperature
/// that is not positive and finite has no place there.
pub fn boltzmann_picture(curve: &[CurvePoint], marked: Option<(f64, f64)>) -> String {
    let shown = Shown::of(curve);
    let number = |value| significant(value, 6);
    let line = |value: fn(&CurvePoint) -> f64| curve.iter().map(move |point| (point.temperature, value(point)));
    let energies = curve
        .iter()
        .map(|point| (point.temperature, shown.energy(point.mean_energy)));
    let mut chart = Chart::new("Mean energy, entropy and heat capacity")
        .x("temperature T", Scale::Log)
        .y("", Scale::Linear)
        .line(shown.name(), energies, Stroke::Solid)
        .line("entropy, nats", line(|point| point.entropy), Stroke::Solid)
        .line("heat capacity", line(|point| point.heat_capacity), Stroke::Dashed);
    if let Some((temperature, energy)) = marked {
        let name = format!("T = {}, mean energy {}", number(temperature), number(energy));
        if temperature > 0.0 && temperature.is_finite() {
            chart = chart
                .points(name, [(temperature, shown.energy(energy))])
                .vertical("", temperature)
                .horizontal("", shown.energy(energy))
                .note("Mean energy rises with temperature all the way: either determines the other.");
        } else {
            chart = chart.note(format!("Not shown: mean energy {}, {}", number(energy), {
                if temperature < 0.0 {
                    "which takes a negative temperature"
                } else {
                    "which takes an infinite temperature"
                }
            }));
        }
    }
    chart.svg()
}

/// Energies as they stand beside entropies: less an offset, in a unit that is a power of ten.
struct Shown {
    offset: f64,
    unit: f64,
}

impl Shown {
    fn of(curve: &[CurvePoint]) -> Shown {
        let energies = || curve.iter().map(|point| point.mean_energy).filter(|e| e.is_finite());
        let (low, high) = (
            energies().fold(f64::INFINITY, f64::min),
            energies().fold(f64::NEG_INFINITY, f64::max),
        );
        let span = high - low;
        let entropy = curve.iter().map(|point| point.entropy).fold(0.0, f64::max);
        // Far from 0, or far larger or smaller than the entropies, one of the curves would look flat.
        let offset = if low.abs().min(high.abs()) > 2.0 * span && low * high > 0.0 && span > 0.0 {
            // Round, so that its name is all of it.
            let step = 10f64.powf(span.log10().floor());
            (low / step).floor() * step
        } else {
            0.0
        };
        let ratio = (high - offset).abs().max((low - offset).abs()) / entropy;
        let unit = if ratio.is_finite() && ratio > 0.0 && !(0.1..=10.0).contains(&ratio) {
            10f64.powf(ratio.log10().round())
        } else {
            1.0
        };
        Shown { offset, unit }
    }

    fn energy(&self, energy: f64) -> f64 {
        (energy - self.offset) / self.unit
    }

    fn name(&self) -> String {
        let energy = match self.offset {
            0.0 => "mean energy".to_owned(),
            offset => format!("mean energy above {}", significant(offset, 12)),
        };
        match self.unit {
            1.0 => energy,
            unit => format!("{energy}, in units of {}", significant(unit, 4)),
        }
    }
}
