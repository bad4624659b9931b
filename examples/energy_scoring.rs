//! Does the energy of a choice situation tell the unfamiliar from the familiar?
//!
//! ```text
//! cargo run --release --example energy_scoring
//! ```
//!
//! A logit gives alternative j the probability P_j = exp V_j / Σ_k exp V_k. This is a Boltzmann distribution with the
//! energies −V_j at temperature 1, and the free energy of the whole situation is
//!
//! ```text
//! E = −ln Σ_k exp V_k
//! ```
//!
//! which economists know with the other sign: the logsum, the expected utility of the best alternative. Of classifiers,
//! whose softmax is the same formula, it has been proposed as a score for inputs unlike those seen in training (Liu,
//! Wang, Owens and Li, 2020, *Energy-based out-of-distribution detection*): low energy, familiar; high energy,
//! unfamiliar.
//!
//! Here it is put to the test on a survey. A logit is fitted to one half of the people; the cases of the other half are
//! scored as they are, and again after they were changed in ways that a survey would not contain, or would. The measure
//! is the area under the curve (AUC): the probability that a changed case has a higher energy than an unchanged one.
//!
//! A second score helps to read the first: how far the energy is from the middle of the energies seen in the fit,
//! |E − median|, which is large for situations that are unusually good, too.

use logsum::data::{Column, Table, Values};
use logsum::draws::Seed;
use logsum::simulate::{Auc, Clustered, clustered_auc};
use logsum::tables::{Columns, ReadOptions};
use logsum::{ChoiceData, Expression, FitOptions, Model, ModelFile};

/// Whatever is drawn here follows from this number.
const SEED: u64 = 1998;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Energies of cases, and the person of each.
struct Scored {
    energies: Vec<f64>,
    people: Vec<u32>,
}

fn main() -> Result<()> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/swissmetro");
    let mut file = ModelFile::parse(&std::fs::read_to_string(format!("{folder}/logit.toml"))?, "logit.toml")?;
    let path = format!("{folder}/{}", file.file);
    let survey = logsum::tables::read(path.as_ref(), Columns::All, &ReadOptions::default())?;

    // Half of the people, not of the cases: nine choices of one person are too much alike to be on both sides.
    let people = numbers(&survey, "ID");
    let half: Vec<f64> = people.iter().map(|&id| uniform(0, id as u64)).collect();
    let first_half = rows(&survey, |row| half[row] < 0.5);
    let second_half = rows(&survey, |row| half[row] >= 0.5);

    let data = ChoiceData::new(first_half.clone(), &file.schema, &file.specification.uses())?;
    let fit = Model::bind(&file.specification, &data)?.fit(&FitOptions::default(), None)?;
    assert!(fit.converged, "{}", fit.convergence.reason);
    let theta: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
    let score = |table: Table| score(&file, table, &theta);

    let seen = score(first_half)?;
    let held_out = score(second_half.clone())?;
    let middle = median(&seen.energies);

    println!("ENERGY AS A SCORE OF UNFAMILIARITY, on the Swissmetro survey");
    println!();
    println!(
        "A logit of {} parameters on {} choices of {} people; held out are {} choices of {} others.",
        fit.n_parameters,
        fit.n_cases,
        distinct(&seen.people),
        held_out.energies.len(),
        distinct(&held_out.people),
    );
    println!("AUC: how often a changed case scores above an unchanged one, 0.5 if the score says nothing.");
    println!("In parentheses its standard error, clustered by person.");
    println!();
    println!("{:<46} {:>17} {:>17}", "", "energy", "|energy - median|");
    println!("{}", "-".repeat(82));

    let row = |name: &str, changed: &Scored, unchanged: &Scored| -> Result<()> {
        let far = |scored: &Scored| Scored {
            energies: scored.energies.iter().map(|energy| (energy - middle).abs()).collect(),
            people: scored.people.clone(),
        };
        let (energy, distance) = (compare(changed, unchanged)?, compare(&far(changed), &far(unchanged))?);
        println!("{name:<46} {:>17} {:>17}", written(energy), written(distance));
        Ok(())
    };

    println!("Nothing changed");
    row("  held-out people against those of the fit", &held_out, &seen)?;

    println!("Attributes of other cases, each mode's times and costs shuffled by itself");
    let mut shuffled = second_half.clone();
    for mode in ["TRAIN", "SM", "CAR"] {
        shuffle(&mut shuffled, mode);
    }
    row("  shuffled against as they are", &score(shuffled)?, &held_out)?;

    println!("Attributes scaled");
    for (name, columns, factor) in [
        ("  the train twice as slow", &["TRAIN_TT"][..], 2.0),
        ("  the Swissmetro twice as slow", &["SM_TT"], 2.0),
        ("  every mode twice as slow", &["TRAIN_TT", "SM_TT", "CAR_TT"], 2.0),
        ("  every mode five times as slow", &["TRAIN_TT", "SM_TT", "CAR_TT"], 5.0),
        ("  every mode twice as fast", &["TRAIN_TT", "SM_TT", "CAR_TT"], 0.5),
        ("  every mode five times as fast", &["TRAIN_TT", "SM_TT", "CAR_TT"], 0.2),
    ] {
        let mut scaled = second_half.clone();
        for column in columns {
            change(&mut scaled, column, |value| value * factor);
        }
        row(name, &score(scaled)?, &held_out)?;
    }

    println!("A choice set that the survey never offered");
    let mut without = second_half.clone();
    change(&mut without, "SM_AV", |_| 0.0);
    row("  without the Swissmetro", &score(without)?, &held_out)?;

    println!("Real people from outside the model's filter");
    file.schema.filter = Some(Expression::parse("PURPOSE not in (1, 3) and CHOICE != 0")?);
    let others = self::score(&file, second_half, &theta)?;
    row("  trips for leisure and shopping, held-out half", &others, &held_out)?;

    println!();
    for line in LESSON {
        println!("{line}");
    }
    Ok(())
}

/// What the table shows.
const LESSON: [&str; 18] = [
    "Reading the table",
    "",
    "1. New people of the same survey score as those of the fit, to two standard errors: as it should be.",
    "2. The energy is the level of utility, and nothing else. Where the best alternatives grow worse it",
    "   rises, so slower trips and smaller choice sets stand out; the train alone hardly counts.",
    "3. What is unusually good has an unusually LOW energy. An AUC far below 0.5 is worse than none: the",
    "   score calls the strangest cases the most familiar ones. The distance from the median helps only",
    "   where trips are far too fast, and costs much of what the energy saw of slower ones.",
    "4. Shuffling keeps each mode's own distribution and destroys what belongs together: a long trip is",
    "   no longer long by every mode. The energy sees nothing of it, and the distance has it the wrong",
    "   way round: shuffled cases lie closer to the middle than real ones.",
    "5. Real trips for other purposes, which the model was never meant for, pass as familiar: the same",
    "   times and costs have the same energy, whoever travels and why.",
    "",
    "A logit learns what is chosen in a situation, never how often situations occur: its energy is no",
    "density. It says how much a choice set has to offer by the tastes of the sample; to say how usual",
    "a case is, model the attributes. Energies compare within one specification only: a constant added",
    "to every utility moves all of them, and no choice probability.",
];

/// Energies of the cases of a table, whatever was chosen in them.
fn score(file: &ModelFile, table: Table, theta: &[f64]) -> Result<Scored> {
    let id = numbers(&table, "ID").to_vec();
    let situations = ChoiceData::situations(table, &file.schema, &file.specification.uses())?;
    let prediction = Model::bind(&file.specification, &situations)?.predict(theta)?;
    let first_row = situations.source().first_row;
    let cases = 0..situations.n_cases();
    Ok(Scored {
        energies: cases.clone().map(|case| prediction.energy(case)).collect(),
        people: cases
            .map(|case| id[situations.place(case).row - first_row] as u32)
            .collect(),
    })
}

fn compare(changed: &Scored, unchanged: &Scored) -> Result<Auc> {
    let clustered = |scored| -> Clustered<'_> {
        let Scored { energies, people }: &Scored = scored;
        Clustered {
            scores: energies,
            clusters: people,
        }
    };
    Ok(clustered_auc(clustered(changed), clustered(unchanged))?)
}

fn written(auc: Auc) -> String {
    match auc.std_error {
        Some(std_error) => format!("{:.3} ({std_error:.3})", auc.area),
        None => format!("{:.3}", auc.area),
    }
}

/// Exchanges a mode's time and cost between the rows that the model uses and that offer it.
fn shuffle(table: &mut Table, mode: &str) {
    let (purpose, available) = (numbers(table, "PURPOSE"), numbers(table, &format!("{mode}_AV")));
    let choice = numbers(table, "CHOICE");
    let used: Vec<usize> = (0..table.n_rows)
        .filter(|&row| [1.0, 3.0].contains(&purpose[row]) && choice[row] != 0.0 && available[row] == 1.0)
        .collect();
    let purpose_of_draw = mode.bytes().map(u64::from).sum();
    // A random key each; their order is the permutation.
    let mut from = used.clone();
    from.sort_by(|&a, &b| uniform(purpose_of_draw, a as u64).total_cmp(&uniform(purpose_of_draw, b as u64)));
    for suffix in ["TT", "CO"] {
        let name = format!("{mode}_{suffix}");
        let old = numbers(table, &name).to_vec();
        let mut new = old.clone();
        for (&to, &from) in used.iter().zip(&from) {
            new[to] = old[from];
        }
        replace(table, &name, new);
    }
}

fn change(table: &mut Table, name: &str, by: impl Fn(f64) -> f64) {
    let changed = numbers(table, name).iter().map(|&value| by(value)).collect();
    replace(table, name, changed);
}

fn replace(table: &mut Table, name: &str, values: Vec<f64>) {
    let column = table.columns.iter_mut().find(|column| column.name == name);
    column.expect("a column of the survey").values = Values::Number(values.into());
}

/// The rows of a table that `keep` admits.
fn rows(table: &Table, keep: impl Fn(usize) -> bool) -> Table {
    let kept: Vec<usize> = (0..table.n_rows).filter(|&row| keep(row)).collect();
    let column = |column: &Column| Column {
        name: column.name.clone(),
        values: Values::Number(kept.iter().map(|&row| numbers(table, &column.name)[row]).collect()),
    };
    Table {
        n_rows: kept.len(),
        columns: table.columns.iter().map(column).collect(),
        source: table.source.clone(),
        all_names: table.all_names.clone(),
    }
}

fn numbers<'a>(table: &'a Table, name: &str) -> &'a [f64] {
    match &table.column(name).expect("a column of the survey").values {
        Values::Number(cells) => cells,
        Values::Text(_) => panic!("the survey holds numbers"),
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn distinct(values: &[u32]) -> usize {
    values.iter().collect::<std::collections::HashSet<_>>().len()
}

/// A number in (0, 1) that depends on seed, purpose and row or person alone.
fn uniform(purpose: u64, of: u64) -> f64 {
    Seed::new(SEED).split(purpose).stream(of).open01()
}
