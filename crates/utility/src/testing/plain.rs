//! The log-likelihood as it stands in a textbook: case by case, alternative by alternative, by the interpreter.

use logsum_data::{ChoiceData, DataColumn, Level, Outcome, Values};
use logsum_expressions::{Expression, Fault, Row, Value, interpret};

use crate::specification::Specification;

/// ln L, its derivatives, and what each case adds to them.
pub(crate) struct Plain {
    pub log_likelihood: f64,
    pub score: Vec<f64>,
    pub scores: Vec<Vec<f64>>,
    pub hessian: Vec<Vec<f64>>,
}

/// One alternative of one case, as expressions see it.
struct Pair<'a> {
    data: &'a ChoiceData,
    symbols: &'a [String],
    theta: &'a [f64],
    case: usize,
    pair: usize,
}

impl Row for Pair<'_> {
    fn value(&self, name: &str) -> Result<Value<'_>, Fault> {
        if let Some(k) = self.symbols.iter().position(|symbol| symbol == name) {
            return Ok(Value::Number(self.theta[k]));
        }
        let column: Option<&DataColumn> = self.data.columns().iter().find(|column| column.name == name);
        let Some(column) = column else {
            let derived = self.data.schema().derived.iter().find(|derived| derived.name == name);
            return interpret(&derived.expect("a column").expression, self).map(Value::Number);
        };
        let at = match column.level {
            Level::Case => self.case,
            Level::Pair => self.pair,
        };
        Ok(match &column.values {
            Values::Number(cells) => Value::Number(cells[at]),
            Values::Text(text) => Value::Text(text.get(at)),
        })
    }
}

/// The value of an expression for one alternative of one case; `symbols` have `values`.
pub(crate) fn plain_expression(
    data: &ChoiceData,
    expression: &Expression,
    (symbols, values): (&[String], &[f64]),
    (case, pair): (usize, usize),
) -> f64 {
    let row = Pair {
        data,
        symbols,
        theta: values,
        case,
        pair,
    };
    interpret(expression, &row).unwrap_or_else(|fault| panic!("{fault}"))
}

/// Utility of every pair.
pub(crate) fn plain_utilities(specification: &Specification, data: &ChoiceData, theta: &[f64]) -> Vec<f64> {
    let symbols = specification.symbols();
    let mut utilities = Vec::new();
    for case in 0..data.n_cases() {
        for pair in data.pairs(case) {
            let name = &data.alternatives().names[data.pair_alternatives()[pair] as usize];
            let value = |expression: &Expression| plain_expression(data, expression, (&symbols, theta), (case, pair));
            let own = specification
                .own
                .iter()
                .filter(|(own, _)| own == name)
                .map(|(_, expression)| expression);
            utilities.push(specification.all.iter().chain(own).map(value).sum());
        }
    }
    utilities
}

/// ln P of every pair.
pub(crate) fn plain_ln_probabilities(data: &ChoiceData, utilities: &[f64]) -> Vec<f64> {
    let mut ln_probabilities = vec![0.0; utilities.len()];
    for case in 0..data.n_cases() {
        let pairs = data.pairs(case);
        let largest = utilities[pairs.clone()]
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = utilities[pairs.clone()]
            .iter()
            .map(|utility| (utility - largest).exp())
            .sum();
        for pair in pairs {
            ln_probabilities[pair] = utilities[pair] - largest - sum.ln();
        }
    }
    ln_probabilities
}

/// How often each pair was chosen.
pub(super) fn choices(data: &ChoiceData) -> Vec<f64> {
    match data.outcome() {
        Outcome::Counts(counts) => counts.clone(),
        Outcome::Chosen(chosen) => {
            let mut choices = vec![0.0; data.n_pairs()];
            for (case, &position) in chosen.iter().enumerate() {
                choices[data.pairs(case).start + position as usize] = 1.0;
            }
            choices
        }
        Outcome::None => vec![0.0; data.n_pairs()],
    }
}

pub(super) fn weight(data: &ChoiceData, case: usize) -> f64 {
    data.weights().map_or(1.0, |weights| weights[case])
}

/// ln L alone, whatever the utilities.
pub(crate) fn plain_value(specification: &Specification, data: &ChoiceData, theta: &[f64]) -> f64 {
    let ln_probabilities = plain_ln_probabilities(data, &plain_utilities(specification, data, theta));
    let choices = choices(data);
    let case = |case: usize| -> f64 {
        weight(data, case)
            * data
                .pairs(case)
                .map(|pair| choices[pair] * ln_probabilities[pair])
                .sum::<f64>()
    };
    (0..data.n_cases()).map(case).sum()
}

/// A model whose utilities are linear in the parameters: derivatives are differences from θ = 0.
pub(crate) fn plain(specification: &Specification, data: &ChoiceData, theta: &[f64]) -> Plain {
    let k = theta.len();
    let at_zero = plain_utilities(specification, data, &vec![0.0; k]);
    let along = |at: usize| {
        let mut unit = vec![0.0; k];
        unit[at] = 1.0;
        let there = plain_utilities(specification, data, &unit);
        there
            .iter()
            .zip(&at_zero)
            .map(|(there, zero)| there - zero)
            .collect::<Vec<f64>>()
    };
    let derivatives: Vec<Vec<f64>> = (0..k).map(along).collect();
    let ln_probabilities = plain_ln_probabilities(data, &plain_utilities(specification, data, theta));
    let choices = choices(data);

    let mut plain = Plain {
        log_likelihood: plain_value(specification, data, theta),
        score: vec![0.0; k],
        scores: Vec::new(),
        hessian: vec![vec![0.0; k]; k],
    };
    for case in 0..data.n_cases() {
        let pairs = data.pairs(case);
        let n: f64 = choices[pairs.clone()].iter().sum();
        let mut score = vec![0.0; k];
        let mut mean = vec![0.0; k];
        for pair in pairs.clone() {
            let probability = ln_probabilities[pair].exp();
            for at in 0..k {
                score[at] += weight(data, case) * (choices[pair] - n * probability) * derivatives[at][pair];
                mean[at] += probability * derivatives[at][pair];
            }
        }
        for pair in pairs {
            let deviation: Vec<f64> = (0..k).map(|at| derivatives[at][pair] - mean[at]).collect();
            let factor = weight(data, case) * n * ln_probabilities[pair].exp();
            for (row, first) in plain.hessian.iter_mut().zip(&deviation) {
                for (cell, second) in row.iter_mut().zip(&deviation) {
                    *cell -= factor * first * second;
                }
            }
        }
        plain.score.iter_mut().zip(&score).for_each(|(sum, part)| *sum += part);
        plain.scores.push(score);
    }
    plain
}
