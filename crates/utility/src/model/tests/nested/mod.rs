//! Nested and cross-nested logit on random trees and availabilities.

mod closed_forms;
mod derivatives;
mod drawing;
mod errors;
mod estimation;
mod generated;

use logsum_data::{ChoiceData, Schema};

use super::{assert_derivatives, assert_near, bind};
use crate::model::Model;
use crate::nests::{Nest, Nests};
use crate::scale::Scale;
use crate::specification::Specification;
use crate::term::{Term, parameter};
use crate::testing::{Random, data, expression, numbers, table};

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// Cases with some of the alternatives each, in long data with columns x and z.
fn choices(n_cases: usize, seed: u64, specification: &Specification) -> ChoiceData {
    let mut random = Random::new(seed);
    let (mut case, mut alt, mut choice) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..n_cases {
        let mut there: Vec<usize> = (0..NAMES.len()).filter(|_| random.uniform() < 0.7).collect();
        if there.len() < 2 {
            there = vec![random.below(3), 3 + random.below(3)];
        }
        let chosen = random.below(there.len());
        for (at, alternative) in there.into_iter().enumerate() {
            case.push(number as f64);
            alt.push((alternative + 1) as f64);
            choice.push(f64::from(u8::from(at == chosen)));
        }
    }
    let n = case.len();
    let columns = vec![
        numbers("case", case),
        numbers("alt", alt),
        numbers("choice", choice),
        numbers("x", (0..n).map(|_| random.between(-1.0, 1.0))),
        numbers("z", (0..n).map(|_| random.between(0.5, 2.0))),
        numbers("person", (0..n).map(|_| 0.0)),
    ];
    data(table(columns), &schema(), specification)
}

fn schema() -> Schema {
    let mut schema = Schema::long("case", "alt", "choice");
    for (at, name) in NAMES.iter().enumerate() {
        schema = schema.alternative(*name, at as i32 + 1);
    }
    schema
}

/// Utilities that are linear in most parameters, and no nests.
fn logit() -> Specification {
    let mut specification = Specification::new();
    for (name, start) in [
        ("b_x", -0.4),
        ("b_z", 0.3),
        ("asc_b", 0.2),
        ("asc_c", -0.1),
        ("power", 0.8),
    ] {
        specification = specification.parameter(name, start);
    }
    let utility = |source: &str| Term::from(expression(source));
    specification
        .utility_of_all(utility("b_x * x"))
        .utility("b", utility("asc_b + b_z * z"))
        .utility("c", utility("asc_c"))
        .utility("e", utility("b_z * z ^ power"))
}

fn nested(mut specification: Specification, nests: Vec<Nest>) -> Specification {
    let declared =
        |specification: &Specification, name: &str| specification.symbols().iter().any(|known| known == name);
    for nest in &nests {
        for name in nest.dissimilarity.names() {
            if !declared(&specification, name) {
                specification = specification.parameter(name, 0.7);
            }
        }
    }
    specification.nested(Nests { nests })
}

/// A random tree over all alternatives: groups of what is left become nests, some of them within others.
fn random_tree(seed: u64) -> Vec<Nest> {
    let mut random = Random::new(seed);
    let mut left: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    let mut nests = Vec::new();
    let n = 1 + random.below(4);
    for at in 0..n {
        if left.len() < 2 {
            break;
        }
        let order = random.permutation(left.len());
        let size = 2 + random.below(left.len() - 1);
        let members: Vec<String> = order.iter().take(size).map(|&place| left[place].clone()).collect();
        left.retain(|name| !members.contains(name));
        let name = format!("nest_{at}");
        nests.push(Nest::new(name.clone(), members, expression(&format!("lambda_{at}"))));
        left.push(name);
    }
    nests
}

/// Alternatives in parts of two nests, numbers and parameters.
fn crossed(specification: Specification) -> Specification {
    let parts = |parts: &[(&str, &str)]| -> Vec<(String, logsum_expressions::Expression)> {
        let one = |(name, allocation): &(&str, &str)| ((*name).to_owned(), expression(allocation));
        parts.iter().map(one).collect()
    };
    let first = Nest::of_parts(
        "first",
        parts(&[("a", "alpha"), ("b", "0.3"), ("c", "1")]),
        expression("lambda_0"),
    );
    let second = Nest::of_parts(
        "second",
        parts(&[("a", "1 - alpha"), ("b", "0.7"), ("d", "exp(g) / (1 + exp(g))")]),
        expression("lambda_1 ^ 2"),
    );
    let third = Nest::of_parts(
        "third",
        parts(&[("d", "1 / (1 + exp(g))"), ("e", "1")]),
        expression("lambda_0"),
    );
    let specification = specification.parameter("alpha", 0.4).parameter("g", 0.3);
    nested(specification, vec![first, second, third])
}

fn start(model: &Model<'_>, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    model
        .start()
        .iter()
        .map(|start| start + random.between(-0.15, 0.15))
        .collect()
}

/// All ways to look at the nests here.
fn all_models() -> Vec<(String, Specification)> {
    let mut models: Vec<(String, Specification)> = (0..6)
        .map(|seed| (format!("tree {seed}"), nested(logit(), random_tree(seed))))
        .collect();
    models.push(("crossed".to_owned(), crossed(logit())));
    let pairs = Nests::pairs(&NAMES, |_, _| expression("lambda_0"));
    models.push(("pairs".to_owned(), nested(logit(), pairs.nests)));
    let mut tree = random_tree(3);
    tree[0] = tree[0].clone().not_normalised();
    models.push(("not normalised".to_owned(), nested(logit(), tree)));
    // Utilities that are not linear, and a scale of some cases.
    let scale = Scale::new("late", parameter("mu")).when(Term::from(expression("case > 30")));
    let scaled = logit().parameter("mu", 0.8).scale(scale);
    models.push(("scaled".to_owned(), nested(scaled, random_tree(1))));
    models
}
