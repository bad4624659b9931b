//! What a sample needs to know of the data: weights or strata of all pairs, checked.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use logsum_data::{ChoiceData, DataError, Layout, Level, MISSING_TEXT, Names, Outcome, Place, Places, Values};
use logsum_draws::Stream;
use logsum_expressions::{Expression, Graph};

use super::protocols::{self, Drawn};
use super::{AlternativeSampling, SampleSize, SamplingError, SamplingMethod};

/// The rule of sampling with the numbers that it needs.
pub(super) enum Probabilities {
    Uniform {
        number: usize,
    },
    Importance {
        number: usize,
        /// Of each pair.
        weights: Vec<f64>,
    },
    Stratified {
        /// Stratum of each pair.
        strata: Vec<u32>,
        /// Alternatives taken of each stratum.
        numbers: Vec<usize>,
    },
}

impl Probabilities {
    /// Looks up what `sampling` needs.
    ///
    /// # Errors
    /// Names, weights and strata that are not of use.
    pub fn new(sampling: &AlternativeSampling, data: &ChoiceData) -> Result<Self, SamplingError> {
        match (&sampling.method, &sampling.number) {
            (SamplingMethod::Uniform, SampleSize::Same(number)) => Ok(Probabilities::Uniform { number: *number }),
            (SamplingMethod::Importance { weight }, SampleSize::Same(number)) => Ok(Probabilities::Importance {
                number: *number,
                weights: weights(weight, *number, data)?,
            }),
            (SamplingMethod::Stratified { strata }, number) => stratify(strata, number, data),
            (_, SampleSize::Strata(_)) => Err(SamplingError::NumberByStratum),
        }
    }

    /// Draws for a case with these pairs.
    pub fn draw(&self, pairs: Range<usize>, chosen: usize, stream: &mut Stream) -> Vec<Drawn> {
        match self {
            Probabilities::Uniform { number } | Probabilities::Importance { number, .. } if pairs.len() <= *number => {
                protocols::whole(pairs.len())
            }
            Probabilities::Uniform { number } => protocols::uniform(pairs.len(), chosen, *number, stream),
            Probabilities::Importance { number, weights } => {
                protocols::importance(&weights[pairs], chosen, number - 1, stream)
            }
            Probabilities::Stratified { strata, numbers } => {
                protocols::stratified(&strata[pairs], chosen, |stratum| numbers[stratum as usize], stream)
            }
        }
    }
}

/// Strata that a message names at most.
const MANY: usize = 12;

/// Values of an expression of columns, one per pair.
fn values(label: &str, expression: &Expression, data: &ChoiceData) -> Result<Vec<f64>, SamplingError> {
    let mut graph = Graph::default();
    let names: Names = data.names(&[], &mut graph);
    let node = names
        .lower(label, expression, &mut graph)
        .map_err(|problems| SamplingError::Expression(DataError::from_list(problems)))?;
    Ok(data.evaluate(&graph, node, Level::Pair))
}

/// The weight of each pair.
fn weights(weight: &Expression, number: usize, data: &ChoiceData) -> Result<Vec<f64>, SamplingError> {
    let weights = values("weight of [sampling]", weight, data)?;
    if let Some((pair, places)) = failing(data, |pair| !(weights[pair].is_finite() && weights[pair] >= 0.0)) {
        return Err(SamplingError::Weight {
            places,
            value: if weights[pair].is_nan() {
                "not a number".to_owned()
            } else {
                weights[pair].to_string()
            },
            alternative: alternative(data, pair),
        });
    }
    if let Outcome::Chosen(chosen) = data.outcome() {
        let mut never = vec![false; data.n_pairs()];
        for (case, slot) in chosen.iter().enumerate() {
            let pairs = data.pairs(case);
            let pair = pairs.start + *slot as usize;
            never[pair] = pairs.len() > number && weights[pair] == 0.0;
        }
        if let Some((pair, places)) = failing(data, |pair| never[pair]) {
            return Err(SamplingError::ChosenWeight {
                places,
                alternative: alternative(data, pair),
            });
        }
    }
    Ok(weights)
}

/// The stratum of each pair and the number of each stratum.
fn stratify(column: &str, number: &SampleSize, data: &ChoiceData) -> Result<Probabilities, SamplingError> {
    let cells = Cells::new(column, data)?;
    if let Some((pair, places)) = failing(data, |pair| cells.values[pair].is_none()) {
        return Err(SamplingError::MissingStratum {
            places,
            column: column.to_owned(),
            alternative: alternative(data, pair),
        });
    }
    // In the order of their values as written, in which a case goes through its strata.
    let distinct: HashSet<u64> = cells.values.iter().flatten().copied().collect();
    let mut distinct: Vec<(String, u64)> = distinct
        .into_iter()
        .map(|value| (cells.written(value), value))
        .collect();
    distinct.sort_unstable();
    let numbers: Vec<Option<usize>> = distinct
        .iter()
        .map(|(name, _)| match number {
            SampleSize::Same(number) => Some(*number),
            SampleSize::Strata(numbers) => numbers
                .iter()
                .find(|(known, _)| same(known, name))
                .map(|(_, number)| *number),
        })
        .collect();
    let position: HashMap<u64, u32> = distinct
        .iter()
        .enumerate()
        .map(|(at, (_, value))| (*value, at as u32))
        .collect();
    let strata: Vec<u32> = cells.values.iter().flatten().map(|value| position[value]).collect();
    if let Some((pair, places)) = failing(data, |pair| numbers[strata[pair] as usize].is_none()) {
        let known: Vec<String> = match number {
            SampleSize::Same(_) => Vec::new(),
            SampleSize::Strata(numbers) => numbers.keys().cloned().collect(),
        };
        return Err(SamplingError::UnknownStratum {
            places,
            column: column.to_owned(),
            value: distinct[strata[pair] as usize].0.clone(),
            known: logsum_data::name_list(known.iter().map(String::as_str)),
            alternative: alternative(data, pair),
        });
    }
    if let SampleSize::Strata(numbers) = number
        && let Some(unused) = numbers
            .keys()
            .find(|key| !distinct.iter().any(|(name, _)| same(key, name)))
    {
        return Err(SamplingError::NoSuchStratum {
            stratum: unused.clone(),
            column: column.to_owned(),
            known: logsum_data::name_list(distinct.iter().map(|(name, _)| name.as_str()).take(MANY)),
        });
    }
    Ok(Probabilities::Stratified {
        strata,
        numbers: numbers.into_iter().flatten().collect(),
    })
}

/// Whether a key of the table of numbers is a value of the column: texts as they stand, numbers however written.
fn same(key: &str, value: &str) -> bool {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    key == value || number(key).is_some_and(|key| number(value) == Some(key))
}

/// The column of strata.
struct Cells<'a> {
    /// What tells the values apart, one per pair: codes of texts, bits of numbers; `None` where one is missing.
    values: Vec<Option<u64>>,
    /// The texts, if it is a column of texts.
    dictionary: Option<&'a [String]>,
}

impl<'a> Cells<'a> {
    /// Cells of a column, read or derived.
    fn new(name: &str, data: &'a ChoiceData) -> Result<Self, SamplingError> {
        let number = |value: f64| (!value.is_nan()).then_some((value + 0.0).to_bits());
        if let Some(column) = data.columns().iter().find(|column| column.name == name) {
            let cell = |at: usize| match &column.values {
                Values::Number(cells) => number(cells[at]),
                Values::Text(text) => (text.codes[at] != MISSING_TEXT).then_some(u64::from(text.codes[at])),
            };
            let of_case = |case: usize| {
                let at = move |pair: usize| if column.level == Level::Case { case } else { pair };
                data.pairs(case).map(at)
            };
            return Ok(Cells {
                values: (0..data.n_cases()).flat_map(of_case).map(cell).collect(),
                dictionary: match &column.values {
                    Values::Number(_) => None,
                    Values::Text(text) => Some(&text.dictionary),
                },
            });
        }
        let derived = &data.schema().derived;
        let expression = derived
            .iter()
            .any(|derived| derived.name == name)
            .then(|| Expression::parse(&format!("`{name}`")).ok())
            .flatten();
        let Some(expression) = expression else {
            let columns = data.columns().iter().map(|column| column.name.as_str());
            let known = columns.chain(derived.iter().map(|derived| derived.name.as_str()));
            return Err(SamplingError::NoStrata {
                column: name.to_owned(),
                suggestion: logsum_data::near_miss(name, known),
            });
        };
        let values = values("strata of [sampling]", &expression, data)?;
        Ok(Cells {
            values: values.into_iter().map(number).collect(),
            dictionary: None,
        })
    }

    /// A value as messages and the table of numbers write it.
    fn written(&self, value: u64) -> String {
        match self.dictionary {
            Some(texts) => texts[value as usize].clone(),
            None => f64::from_bits(value).to_string(),
        }
    }
}

/// The first pair for which `fails` is true, and the places of all of them.
fn failing(data: &ChoiceData, fails: impl Fn(usize) -> bool) -> Option<(usize, Places)> {
    let mut first = None;
    let mut places = Places::new(&data.source().name);
    for case in 0..data.n_cases() {
        for pair in data.pairs(case).filter(|&pair| fails(pair)) {
            first.get_or_insert(pair);
            places.add(|| Place {
                row: data.row_number(pair),
                ..data.place(case)
            });
        }
    }
    first.map(|pair| (pair, places))
}

/// Name of the alternative of a pair; empty where no column names it.
fn alternative(data: &ChoiceData, pair: usize) -> String {
    if let Layout::Long { alternative: None, .. } = data.schema().layout {
        return String::new();
    }
    data.alternatives().names[data.pair_alternatives()[pair] as usize].clone()
}
