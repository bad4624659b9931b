//! What is wrong with an ordered model.

use logsum_data::{ChoiceData, Layout};
use logsum_expressions::Expression;

use super::{Ordered, threshold_name};
use crate::error::{OrderedError, SpecificationError};
use crate::specification::Specification;

/// The number of a threshold of that name, however many there are.
pub(crate) fn threshold_number(name: &str) -> Option<usize> {
    let number = name.strip_prefix("threshold_")?.parse().ok()?;
    (threshold_name(number) == name).then_some(number)
}

/// Whether a model has that threshold, as far as is known: before the alternatives are, it may have any.
fn is_threshold(ordered: &Ordered, name: &str) -> bool {
    let n = ordered.alternatives.len();
    threshold_number(name).is_some_and(|number| n == 0 || (1..n).contains(&number))
}

/// Problems that show without data.
pub(crate) fn problems(specification: &Specification) -> Vec<SpecificationError> {
    let Some(ordered) = &specification.ordered else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if specification.nests.is_some() {
        found.push(OrderedError::WithNests);
    }
    if specification.probit.is_some() {
        found.push(OrderedError::WithProbit);
    }
    for (name, _) in &specification.own {
        found.push(OrderedError::OwnUtility { name: name.clone() });
    }
    if ordered.alternatives.len() == 1 {
        found.push(OrderedError::OneAlternative);
    }
    let random = |name: &str| {
        let mixing = specification.mixing.as_ref();
        mixing.is_some_and(|mixing| mixing.random.iter().any(|random| random.symbol == name))
    };
    let mut in_utilities: Vec<&str> = specification.expressions().flat_map(Expression::names).collect();
    in_utilities.sort_unstable();
    in_utilities.dedup();
    for name in in_utilities.iter().filter(|name| is_threshold(ordered, name)) {
        found.push(OrderedError::InUtility {
            name: (*name).to_owned(),
        });
    }
    for declared in &specification.parameters {
        let name = declared.symbol.as_str();
        let stray = threshold_number(name).is_some() && !is_threshold(ordered, name);
        if stray && !in_utilities.contains(&name) {
            found.push(OrderedError::NoSuchThreshold {
                name: name.to_owned(),
                n_alternatives: ordered.alternatives.len(),
            });
        }
    }
    let mut before: Option<(String, f64)> = None;
    for number in 1..ordered.alternatives.len() {
        let name = threshold_name(number);
        if random(&name) {
            found.push(OrderedError::Random { name: name.clone() });
        }
        let declared = specification.parameters.iter().find(|declared| declared.symbol == name);
        let Some(start) = declared.map(|declared| declared.parameter.start) else {
            continue;
        };
        if let Some((below, start_below)) = before.filter(|(_, below)| *below >= start) {
            found.push(OrderedError::StartsOutOfOrder {
                names: (below, name.clone()),
                starts: (start_below, start),
            });
        }
        before = Some((name, start));
    }
    found.into_iter().map(SpecificationError::from).collect()
}

/// Data to which an ordered model does not go; `sampled`: whether choice sets or alternatives were.
pub(crate) fn problems_of_alternatives(data: &ChoiceData, sampled: bool) -> Result<(), OrderedError> {
    if !data.alternatives().labelled {
        return Err(OrderedError::Unlabelled);
    }
    if data.rankings().is_some() || data.schema().ranking.is_some() {
        return Err(OrderedError::WithRanking);
    }
    if sampled {
        return Err(OrderedError::Sampled);
    }
    let n = data.alternatives().len();
    if n < 2 {
        return Err(OrderedError::OneAlternative);
    }
    let given = !data.schema().alternatives.is_empty() || matches!(data.schema().layout, Layout::Wide { .. });
    let codes: Option<Vec<f64>> = data.alternatives().codes.iter().map(|code| code.parse().ok()).collect();
    let ascending = |codes: &Vec<f64>| codes.windows(2).all(|pair| pair[0] < pair[1]);
    if !given && !codes.as_ref().is_some_and(ascending) {
        return Err(OrderedError::NoOrder {
            codes: data.alternatives().codes.clone(),
        });
    }
    for case in 0..data.n_cases() {
        let pairs = data.pairs(case);
        if pairs.len() < n {
            let there = &data.pair_alternatives()[pairs.clone()];
            let lacking = (0..n as u32).find(|alternative| !there.contains(alternative));
            let lacking = lacking.expect("fewer than all are there");
            return Err(OrderedError::Unavailable {
                alternative: data.alternatives().names[lacking as usize].clone(),
                file: data.source().name.clone(),
                row: data.row_number(pairs.start),
            });
        }
    }
    Ok(())
}
