//! Tests of what is said of tastes: against integrals, by hand, and on simulated choices.

mod choosers;
mod drawn;
mod report;
mod usual;

use logsum_data::{ChoiceData, Schema};
use logsum_estimate::Options;

use crate::estimation::FitOptions;
use crate::fit::Fit;
use crate::mixing::{RandomCoefficient, Shape, TasteDistribution};
use crate::model::Model;
use crate::specification::Specification;
use crate::taste_report::{TasteDescription, TasteReport};
use crate::testing::{Random, data, expression, numbers, table};

/// Choices of persons between two alternatives with attributes x and y and a characteristic z, which takes the values 0
/// and 1 in turn.
fn choices(specification: &Specification, persons: usize) -> ChoiceData {
    let mut random = Random::new(7);
    let schema = Schema::wide("choice")
        .alternative("a", 0)
        .alternative("b", 1)
        .decision_maker("person");
    let n = 2 * persons;
    let mut column = |name: &str, of: &mut dyn FnMut(&mut Random, usize) -> f64| {
        let cells: Vec<f64> = (0..n).map(|case| of(&mut random, case)).collect();
        numbers(name, cells)
    };
    let cells = vec![
        column("choice", &mut |random, _| random.below(2) as f64),
        column("person", &mut |_, case| (case / 2) as f64),
        column("x_a", &mut |random, _| random.normal()),
        column("x_b", &mut |random, _| random.normal()),
        column("y_a", &mut |random, _| random.normal()),
        column("y_b", &mut |random, _| random.normal()),
        column("z", &mut |_, case| ((case / 2) % 2) as f64),
    ];
    data(table(cells), &schema, specification)
}

/// β x + γ y in both alternatives.
fn two(parameters: &[(&str, f64)]) -> Specification {
    crate::testing::specification(parameters, &[("a", "b * x_a + c * y_a"), ("b", "b * x_b + c * y_b")])
}

/// A coefficient of that shape, with something done to it.
fn named(symbol: &str, shape: Shape, change: impl FnOnce(&mut TasteDistribution)) -> RandomCoefficient {
    let mut random = RandomCoefficient::new(symbol, shape);
    change(&mut random.distribution);
    random
}

/// A fit that was not estimated, with these estimates (in the order of the completed specification) and this covariance.
fn fit_at(model: &Model<'_>, estimates: &[f64], covariance: &[Vec<f64>]) -> Fit {
    let options = FitOptions {
        optimiser: Options {
            max_iterations: 0,
            ..Options::default()
        },
        ..FitOptions::default()
    };
    let mut fit = model.fit(&options, None).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(fit.parameters.len(), estimates.len());
    for (parameter, estimate) in fit.parameters.iter_mut().zip(estimates) {
        parameter.estimate = *estimate;
    }
    fit.covariance.hessian = Some(covariance.to_vec());
    fit.tastes = Some(model.describe_tastes(&fit));
    fit
}

fn report_at(specification: &Specification, estimates: &[f64], covariance: &[Vec<f64>]) -> TasteReport {
    let data = choices(specification, 10);
    let model = Model::bind(specification, &data).unwrap_or_else(|error| panic!("{error}"));
    fit_at(&model, estimates, covariance).tastes.expect("just described")
}

/// A covariance matrix that is not diagonal.
fn covariance(n: usize) -> Vec<Vec<f64>> {
    let element = |i: usize, j: usize| {
        0.01 * if i == j {
            1.0 + i as f64
        } else {
            0.3 / (1.0 + (i + j) as f64)
        }
    };
    (0..n).map(|i| (0..n).map(|j| element(i, j)).collect()).collect()
}

/// √(g′Cg).
fn error_of(gradient: &[f64], covariance: &[Vec<f64>]) -> f64 {
    let along = |(row, a): (&Vec<f64>, &f64)| a * row.iter().zip(gradient).map(|(c, b)| c * b).sum::<f64>();
    covariance.iter().zip(gradient).map(along).sum::<f64>().sqrt()
}

#[track_caller]
fn assert_near(found: f64, expected: f64, tolerance: f64) {
    let size = expected.abs().max(1.0);
    assert!(
        (found - expected).abs() <= tolerance * size,
        "{found} against {expected}"
    );
}

/// Mean, standard deviation, share above 0, quantiles.
fn all(taste: &TasteDescription) -> Vec<crate::taste_report::Quantity> {
    let first = [taste.mean, taste.sd, taste.share_positive];
    first.into_iter().chain(taste.quantiles.iter().copied()).collect()
}

fn expressed(source: &str) -> logsum_expressions::Expression {
    expression(source)
}
