//! The red bus and the blue bus.

#[cfg(test)]
mod tests;

use logsum_simulate::LEVEL;
use logsum_simulate::{BusShare, RedBus, RedBusScenario};

use super::parts::{Drawn, cell, full, many, p_in_words, places, score};
use crate::number::{decimals, p_value, percent};
use crate::page::Page;
use crate::{Align, Format, Style, Table, csv};

/// Change in the logarithm of an exact ratio that is none but the error of the integrals.
const SAME: f64 = 1e-9;

/// The thought experiment in a format: shares before and after the blue bus under each noise, the ratio of car to red
/// bus, and what the blue bus did to it.
pub fn red_bus(found: &RedBus, draws: u64, seed: u64, format: Format, style: Style) -> String {
    let value = Drawn {
        draws: Some(draws),
        seed,
        found,
    };
    page(found, draws, seed).write(format, style, &value, || comma_separated(found))
}

fn page(found: &RedBus, draws: u64, seed: u64) -> Page {
    let mut page = Page::new(
        "The red bus and the blue bus",
        "Some of the red buses are painted blue. Whose travellers do they take?",
    );
    page.fact("Draws", format!("{} before, as many after", many(draws)));
    page.fact("Seed", seed.to_string());
    page.table("Probabilities and shares drawn, before and after", shares(found));
    page.table("P(car) / P(red bus), before and after", ratios(found));
    for scenario in &found.scenarios {
        page.note(verdict(scenario));
    }
    page
}

fn columns(second: &'static str) -> Vec<(&'static str, Align)> {
    let mut columns = vec![("Noise", Align::Left)];
    if !second.is_empty() {
        columns.push((second, Align::Left));
    }
    columns.extend(["Before", "drawn", "After", "drawn"].map(|header| (header, Align::Decimal)));
    columns
}

fn shares(found: &RedBus) -> Table {
    let mut table = Table::new(columns("Alternative")).at_most(crate::WIDTH);
    let all = || {
        let scenarios = found.scenarios.iter();
        scenarios.flat_map(|scenario| scenario.before.iter().chain(&scenario.after))
    };
    let places = places(all().map(|share| share.std_error)).min(6);
    let pair = |share: Option<&BusShare>| match share {
        Some(share) => [cell(share.exact, places), cell(share.drawn, places)],
        None => [String::new(), String::new()],
    };
    for (position, scenario) in found.scenarios.iter().enumerate() {
        if position > 0 {
            table.rule();
        }
        for (line, after) in scenario.after.iter().enumerate() {
            let noise = if line == 0 { scenario.noise.as_str() } else { "" };
            let row = [noise.to_owned(), after.alternative.to_owned()].into_iter();
            table.row(row.chain(pair(scenario.before.get(line))).chain(pair(Some(after))));
        }
    }
    table
}

fn ratios(found: &RedBus) -> Table {
    let mut columns = columns("");
    columns.extend([("z", Align::Decimal), ("p-value", Align::Decimal)]);
    let mut table = Table::new(columns).at_most(crate::WIDTH);
    let all = || found.scenarios.iter();
    let ratios = || all().flat_map(|scenario| [scenario.ratio_before, scenario.ratio_after]);
    let largest = ratios().map(|ratio| ratio.exact).fold(0.0, f64::max);
    let places = decimals(ratios().map(|ratio| ratio.std_error), 2).clamp(2, 5);
    let places = places.min(decimals([largest], 6));
    for scenario in all() {
        let (before, after) = (scenario.ratio_before, scenario.ratio_after);
        let numbers = [before.exact, before.drawn, after.exact, after.drawn].map(|number| cell(number, places));
        let row = [scenario.noise.clone()].into_iter().chain(numbers);
        table.row(row.chain([score(scenario.z), p_value(Some(scenario.p_value))]));
    }
    table
}

/// What the blue bus does to the exact ratio, whether the draws show it, and what it does to the car.
fn verdict(scenario: &RedBusScenario) -> String {
    let change = (scenario.ratio_after.exact / scenario.ratio_before.exact).ln();
    let exact = match change {
        change if change.is_nan() => "there is no exact ratio to follow",
        change if change.abs() < SAME => {
            "the exact ratio stays as it was: the blue bus takes from car and red bus in proportion"
        }
        change if change > 0.0 => "the exact ratio rises: the blue bus takes from the red one above all",
        _ => "the exact ratio falls: the blue bus takes from the car above all",
    };
    let p = p_in_words(scenario.p_value);
    let drawn = match scenario.p_value < LEVEL {
        _ if scenario.p_value.is_nan() => "There are too few draws to tell".to_owned(),
        true if scenario.z > 0.0 => format!("These draws show a rise ({p})"),
        true => format!("These draws show a fall ({p})"),
        false => format!("These draws do not show a change ({p})"),
    };
    let car = |shares: &[BusShare]| shares.first().map_or(f64::NAN, |share| share.exact);
    let [before, after] = [&scenario.before, &scenario.after].map(|shares| percent(car(shares), 1.0));
    let car = if before == after {
        format!("keeps {before}")
    } else {
        format!("goes from {before} to {after}")
    };
    format!("Under {} noise {exact}. {drawn}. The car {car}.", scenario.noise)
}

fn comma_separated(found: &RedBus) -> String {
    let mut text = csv::record(["noise", "stage", "alternative", "exact", "drawn", "std_error"]);
    for scenario in &found.scenarios {
        for (stage, shares) in [("before", &scenario.before), ("after", &scenario.after)] {
            for share in shares {
                text.push_str(&csv::record([
                    scenario.noise.clone(),
                    stage.to_owned(),
                    share.alternative.to_owned(),
                    full(share.exact),
                    full(share.drawn),
                    full(share.std_error),
                ]));
            }
        }
    }
    text
}
