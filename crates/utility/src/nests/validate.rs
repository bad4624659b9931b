//! What is wrong with nests.

use std::collections::HashMap;

use logsum_data::near_miss;
use logsum_expressions::{Expression, Graph};

use super::{Member, Nest, Nests};
use crate::error::{NestError, SpecificationError};
use crate::model::functions::{Functions, lower_in_parameters};
use crate::specification::Specification;

/// How far from 1 allocations may add up: as far as decimals are written.
const NEAR_ONE: f64 = 1e-6;

/// Problems that show without data.
pub(crate) fn problems(specification: &Specification) -> Vec<SpecificationError> {
    let Some(nests) = &specification.nests else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if specification.probit.is_some() {
        found.push(NestError::WithProbit);
    }
    for (at, nest) in nests.nests.iter().enumerate() {
        if nests.nests[..at].iter().any(|other| other.name == nest.name) {
            found.push(NestError::NamedTwice {
                nest: nest.name.clone(),
            });
        }
        of_members(nests, nest, &mut found);
    }
    shared_members(nests, &mut found);
    found.extend(circle(nests));
    let before = found.len();
    of_names(specification, nests, &mut found);
    if found.len() == before {
        of_values(specification, nests, &mut found);
    }
    found.into_iter().map(SpecificationError::from).collect()
}

/// Problems that show once the names of the alternatives are known.
pub(crate) fn problems_of_names(nests: &Nests, alternatives: &[&str]) -> Vec<NestError> {
    let mut found = Vec::new();
    for nest in &nests.nests {
        if alternatives.contains(&nest.name.as_str()) {
            found.push(NestError::NamedAsAlternative {
                nest: nest.name.clone(),
            });
        }
        for member in &nest.members {
            let known = alternatives.contains(&member.name.as_str()) || nests.get(&member.name).is_some();
            if !known {
                let names = nests.nests.iter().map(|nest| nest.name.as_str());
                found.push(NestError::NoMember {
                    nest: nest.name.clone(),
                    member: member.name.clone(),
                    suggestion: near_miss(&member.name, names.chain(alternatives.iter().copied())),
                });
            }
        }
    }
    found
}

fn of_members(nests: &Nests, nest: &Nest, found: &mut Vec<NestError>) {
    if nest.members.is_empty() {
        found.push(NestError::Empty {
            nest: nest.name.clone(),
        });
    }
    for (at, member) in nest.members.iter().enumerate() {
        if nest.members[..at].iter().any(|other| other.name == member.name) {
            found.push(NestError::MemberTwice {
                nest: nest.name.clone(),
                member: member.name.clone(),
            });
        }
        if nests.get(&member.name).is_some() && member.allocation.is_some() {
            found.push(NestError::AllocatedNest {
                nest: nest.name.clone(),
                member: member.name.clone(),
            });
        }
    }
}

/// Members of two nests without allocations.
fn shared_members(nests: &Nests, found: &mut Vec<NestError>) {
    let mut first: HashMap<&str, (&Nest, &Member)> = HashMap::new();
    for nest in &nests.nests {
        for (at, member) in nest.members.iter().enumerate() {
            if nest.members[..at].iter().any(|other| other.name == member.name) {
                continue;
            }
            let Some((other, earlier)) = first.insert(&member.name, (nest, member)) else {
                continue;
            };
            let (member_name, nests_of) = (member.name.clone(), (other.name.clone(), nest.name.clone()));
            if nests.get(&member.name).is_some() {
                found.push(NestError::NestInTwo {
                    member: member_name,
                    nests: nests_of,
                });
            } else if member.allocation.is_none() || earlier.allocation.is_none() {
                found.push(NestError::TwoNests {
                    member: member_name,
                    nests: nests_of,
                });
            }
        }
    }
}

/// Nests that are in themselves.
fn circle(nests: &Nests) -> Option<NestError> {
    // What is left when nests without nests are taken away again and again.
    let mut left: Vec<&Nest> = nests.nests.iter().collect();
    loop {
        let names: Vec<&str> = left.iter().map(|nest| nest.name.as_str()).collect();
        let before = left.len();
        left.retain(|nest| nest.members.iter().any(|member| names.contains(&member.name.as_str())));
        if left.is_empty() {
            return None;
        }
        if left.len() == before {
            return Some(NestError::Circle {
                nests: left.iter().map(|nest| nest.name.clone()).collect(),
            });
        }
    }
}

/// Names that are no parameters.
fn of_names(specification: &Specification, nests: &Nests, found: &mut Vec<NestError>) {
    let random = |name: &str| {
        let mixing = specification.mixing.as_ref();
        mixing.is_some_and(|mixing| mixing.random.iter().any(|random| random.symbol == name))
    };
    for (what, expression) in nests.expressions() {
        for name in expression.names() {
            if random(name) {
                found.push(NestError::Random {
                    what: what.clone(),
                    name: name.to_owned(),
                });
            } else if !specification.parameters.iter().any(|known| known.symbol == name) {
                let known = specification.parameters.iter().map(|known| known.symbol.as_str());
                found.push(NestError::NoParameter {
                    what: what.clone(),
                    name: name.to_owned(),
                    suggestion: near_miss(name, known),
                });
            }
        }
    }
}

/// Numbers that are none of their kind, at the starting values; sums at others too.
fn of_values(specification: &Specification, nests: &Nests, found: &mut Vec<NestError>) {
    let start: Vec<f64> = specification
        .parameters
        .iter()
        .map(|declared| declared.parameter.start)
        .collect();
    let mut graph = Graph::default();
    let mut value = |expression: &Expression, theta: &[f64]| -> Result<f64, String> {
        let node = lower_in_parameters(expression, specification, &mut graph)?;
        Ok(Functions::new(&mut graph, &[node]).at(theta).value[0])
    };
    let before = found.len();
    for (what, expression) in nests.expressions() {
        if let Err(reason) = value(expression, &start) {
            found.push(NestError::Expression {
                what,
                expression: expression.source().to_owned(),
                reason,
            });
        }
    }
    if found.len() > before {
        return;
    }
    let mut value = |expression: &Expression, theta: &[f64]| value(expression, theta).unwrap_or(f64::NAN);
    let mut wrong: Vec<&str> = Vec::new();
    let mut sums: Vec<(&str, Vec<&Expression>)> = Vec::new();
    for nest in &nests.nests {
        let lambda = value(&nest.dissimilarity, &start);
        if !lambda.is_finite() || (nest.normalised && lambda <= 0.0) {
            found.push(NestError::Dissimilarity {
                what: format!("dissimilarity of nest \"{}\"", nest.name),
                value: lambda,
            });
        }
        for member in &nest.members {
            let Some(allocation) = &member.allocation else { continue };
            let alpha = value(allocation, &start);
            if !(0.0..=1.0).contains(&alpha) {
                wrong.push(member.name.as_str());
                found.push(NestError::Allocation {
                    what: format!("allocation of \"{}\" to nest \"{}\"", member.name, nest.name),
                    value: alpha,
                });
            }
            match sums.iter_mut().find(|(name, _)| *name == member.name) {
                Some((_, allocations)) => allocations.push(allocation),
                None => sums.push((&member.name, vec![allocation])),
            }
        }
    }
    // Another point tells allocations that add up to 1 from those that happen to.
    let elsewhere: Vec<f64> = start
        .iter()
        .zip(1..)
        .map(|(start, k)| start + 0.01 / f64::from(k))
        .collect();
    for (member, allocations) in sums {
        if wrong.contains(&member) {
            continue;
        }
        for (theta, at_start) in [(&start, true), (&elsewhere, false)] {
            let sum: f64 = allocations.iter().map(|allocation| value(allocation, theta)).sum();
            if (sum - 1.0).abs() > NEAR_ONE {
                found.push(NestError::Sum {
                    member: member.to_owned(),
                    sum,
                    at_start,
                });
                break;
            }
        }
    }
}
