//! Whether a model can be a restriction of another at all.

use logsum_estimate::{EvalError, NULL_SPACE_TOLERANCE, null_space};
use ndarray::Array2;

use crate::fit::Fit;
use crate::mixing::TasteDistribution;
use crate::model::Model;
use crate::specification::Specification;

/// Numbers that the comparison of utilities keeps at most.
const MOST_NUMBERS: usize = 1 << 26;

/// Why a model cannot be a restriction of another, by what they say of errors and tastes and by the parameters that they
/// hold; `None` where that leaves it open.
pub fn no_restriction(inner: (&Fit, &Specification), outer: (&Fit, &Specification)) -> Option<String> {
    let law = |specification: &Specification| match specification {
        Specification { probit: Some(_), .. } => "normal errors",
        Specification { ordered: Some(_), .. } => "ordered alternatives",
        _ => "extreme-value errors",
    };
    let (one, other) = (law(inner.1), law(outer.1));
    if one != other {
        return Some(format!("the first has {one} and the second {other}"));
    }
    let vary = |(fit, specification): (&Fit, &Specification)| {
        let Some(mixing) = &specification.mixing else {
            return false;
        };
        let seconds = mixing.second_estimates();
        let nothing = |name: &String| {
            let mut known = specification
                .parameters
                .iter()
                .filter(|declared| declared.symbol == *name);
            known.any(|declared| {
                let term = &declared.parameter.name;
                let estimate = fit.parameters.iter().find(|parameter| parameter.term == *term);
                estimate.is_some_and(|estimate| estimate.fixed && estimate.estimate == 0.0)
            })
        };
        mixing.random.iter().any(|random| match &random.distribution {
            TasteDistribution::Named { second: None, .. } => !seconds.iter().all(|(name, _)| nothing(name)),
            _ => true,
        })
    };
    if vary(inner) && !vary(outer) {
        return Some("tastes are random in the first and not in the second".to_owned());
    }
    let grouped = |specification: &Specification| specification.nests.is_some() || specification.generator.is_some();
    if grouped(inner.1) && !grouped(outer.1) {
        return Some("the first has nests and the second has none".to_owned());
    }
    let held = inner
        .0
        .parameters
        .iter()
        .filter(|parameter| !parameter.fixed)
        .find(|free| {
            let same = outer.0.parameters.iter().find(|parameter| parameter.term == free.term);
            same.is_some_and(|same| same.fixed)
        })?;
    Some(format!(
        "\"{}\" is estimated in the first and held in the second",
        held.term
    ))
}

/// Parameters of `inner`, free there, whose columns are no combination of those that `outer` has free parameters for: with
/// any of them the utilities of `inner` can be what those of `outer` cannot, and it is no restriction. Both must be bound to
/// the same cases in the same order.
///
/// `None` where it cannot be told: utilities that are not sums of parameters times columns, parameters held at a value other
/// than 0, or too many numbers.
///
/// # Errors
/// As an evaluation.
pub fn outside_span(inner: &Model<'_>, outer: &Model<'_>) -> Result<Option<Vec<usize>>, EvalError> {
    let models = [inner, outer];
    let plain = |model: &&Model<'_>| {
        let parameters = &model.specification().parameters;
        model.has_pure_columns()
            && model.kernel_parameters().is_empty()
            && parameters
                .iter()
                .all(|declared| !declared.parameter.fixed || declared.parameter.start == 0.0)
            && parameters.len() * model.facts().n_pairs <= MOST_NUMBERS
    };
    if !models.iter().all(plain) || inner.facts().n_cases != outer.facts().n_cases {
        return Ok(None);
    }
    let free = |model: &Model<'_>| -> Vec<usize> {
        let parameters = model.specification().parameters.iter().enumerate();
        let free = parameters.filter(|(_, declared)| !declared.parameter.fixed);
        free.map(|(k, _)| k).collect()
    };
    let (of_inner, of_outer) = (free(inner), free(outer));
    let place = |free: &[usize], n: usize, first: usize| -> Vec<Option<usize>> {
        let mut places = vec![None; n];
        free.iter()
            .enumerate()
            .for_each(|(at, &k)| places[k] = Some(first + at));
        places
    };
    let n = of_outer.len() + of_inner.len();
    let places = [
        place(&of_inner, inner.specification().parameters.len(), of_outer.len()),
        place(&of_outer, outer.specification().parameters.len(), 0),
    ];
    let slopes = [inner.case_slopes(&inner.start())?, outer.case_slopes(&outer.start())?];
    let mut gram = Array2::<f64>::zeros((n, n));
    for (one, other) in slopes[0].iter().zip(&slopes[1]) {
        let (Some(one), Some(other)) = (one, other) else {
            if one.is_some() != other.is_some() {
                return Ok(None);
            }
            continue;
        };
        // Columns of the case, less their mean, by their place in the joint matrix.
        let mut columns: Vec<(usize, Vec<f64>)> = Vec::new();
        for ((parameters, gradients), places) in [one, other].into_iter().zip(&places) {
            for (at, &k) in parameters.iter().enumerate() {
                let Some(place) = places[k as usize] else { continue };
                let cells: Vec<f64> = gradients.iter().skip(at).step_by(parameters.len()).copied().collect();
                let mean = cells.iter().sum::<f64>() / cells.len() as f64;
                columns.push((place, cells.iter().map(|cell| cell - mean).collect()));
            }
        }
        let slots = columns.first().map_or(0, |(_, cells)| cells.len());
        if columns.iter().any(|(_, cells)| cells.len() != slots) {
            return Ok(None);
        }
        for (i, one) in &columns {
            for (j, other) in &columns {
                gram[[*i, *j]] += one.iter().zip(other).map(|(a, b)| a * b).sum::<f64>();
            }
        }
    }
    let dimensions = |places: &[usize]| {
        let part = Array2::from_shape_fn((places.len(), places.len()), |(i, j)| gram[[places[i], places[j]]]);
        places.len() - null_space(&part, NULL_SPACE_TOLERANCE).len()
    };
    let outer_places: Vec<usize> = (0..of_outer.len()).collect();
    let rank = dimensions(&outer_places);
    let outside = of_inner.iter().enumerate().filter(|(at, _)| {
        let with: Vec<usize> = outer_places.iter().copied().chain([of_outer.len() + at]).collect();
        dimensions(&with) > rank
    });
    Ok(Some(outside.map(|(_, &k)| k).collect()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fitted, logit};
    use super::*;
    use crate::mixing::{RandomCoefficient, Shape};
    use crate::testing::specification;

    #[test]
    fn utilities_that_the_outer_model_cannot_have_are_found() {
        let (full, data) = logit();
        let outside = |inner: &[(&str, f64)], utilities: &[(&str, &str)]| {
            let inner = specification(inner, utilities);
            let models = [&inner, &full].map(|specification| Model::bind(specification, &data).unwrap());
            outside_span(&models[0], &models[1]).unwrap()
        };
        // One coefficient for two columns of the full model, under another name.
        let generic = [("b", 0.0)];
        let sum = [
            ("a", "b * (time_a / 10 + 2 * cost_a)"),
            ("b", "b * (time_b / 10 + 2 * cost_b)"),
            ("c", "b * (time_c / 10 + 2 * cost_c)"),
        ];
        assert_eq!(outside(&generic, &sum), Some(vec![]));
        let other = [
            ("a", "b_time * time_a / 10 + g * log(cost_a)"),
            ("b", "b_time * time_b / 10 + g * log(cost_b)"),
            ("c", "b_time * time_c / 10 + g * log(cost_c)"),
        ];
        assert_eq!(outside(&[("b_time", 0.0), ("g", 0.0)], &other), Some(vec![1]));
        // Not told of utilities that are not linear.
        let curved = [
            ("a", "exp(b) * time_a"),
            ("b", "exp(b) * time_b"),
            ("c", "exp(b) * time_c"),
        ];
        assert_eq!(outside(&generic, &curved), None);
    }

    #[test]
    fn families_and_held_parameters_tell() {
        let (full, data) = logit();
        let fit = fitted(&full, &data);
        assert_eq!(no_restriction((&fit, &full), (&fit, &full)), None);
        let mixed = full.clone().random(RandomCoefficient::new("b_time", Shape::Normal));
        assert_eq!(
            no_restriction((&fit, &mixed), (&fit, &full)).unwrap(),
            "tastes are random in the first and not in the second"
        );
        assert_eq!(no_restriction((&fit, &full), (&fit, &mixed)), None);
        let mut held = fit.clone();
        held.parameters[3].fixed = true;
        assert_eq!(
            no_restriction((&fit, &full), (&held, &full)).unwrap(),
            "\"b_cost\" is estimated in the first and held in the second"
        );
    }
}
