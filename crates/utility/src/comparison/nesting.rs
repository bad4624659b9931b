//! Whether one model is another with restrictions, where the specifications tell.

use logsum_data::Schema;
use logsum_expressions::{Graph, LinearForm, NodeId, ParameterId};
use serde::{Deserialize, Serialize};

use super::symbols::Symbols;
use crate::fit::Fit;
use crate::mixing::{DrawPlan, Mixing, Shape, TasteDistribution};
use crate::nests::{Nest, Nests};
use crate::specification::Specification;

/// A model that is a special case of another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Nesting {
    /// What makes the one of the other.
    pub restrictions: Vec<Restriction>,
    /// Whether a standard deviation is among them, whose 0 lies on the boundary of what it can be.
    pub on_boundary: bool,
}

/// A parameter held at a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Restriction {
    /// The parameter.
    pub term: String,
    /// The value.
    pub value: f64,
}

/// How `inner` follows from `outer` by holding parameters, each with its schema; both must be on the same choices.
///
/// It is told where parameters that both have bear the same names, and the utilities are the same once those that `inner`
/// lacks are 0 and those that it holds are at their values; of logits in nested logits, whose dissimilarities are then 1;
/// and of logits in mixed logits with normal, uniform or triangular coefficients, whose second estimates are then 0. `None` where this does not show: the models may be nested
/// in another way.
pub fn nesting(inner: (&Fit, &Specification, &Schema), outer: (&Fit, &Specification, &Schema)) -> Option<Nesting> {
    let (inner_fit, outer_fit) = (inner.0, outer.0);
    let kernel = |fit: &Fit| fit.model.family.replace("mixed ", "");
    let ones = match (kernel(inner_fit).as_str(), &outer.1.nests) {
        ("logit", Some(nests)) => dissimilarities_alone(nests, outer.1)?,
        (kind, _) if kind == kernel(outer_fit) && kind.ends_with("logit") => Vec::new(),
        _ => return None,
    };
    let (inner_all, outer_all) = (inner.1.clone().completed(), outer.1.clone().completed());
    let seconds = match (&inner_all.mixing, &outer_all.mixing) {
        (None, None) => Vec::new(),
        (None, Some(mixing)) => seconds_that_vanish(mixing, &outer_all)?,
        (Some(one), Some(other)) if without_draws(one) == without_draws(other) => Vec::new(),
        _ => return None,
    };
    let find = |fit: &Fit, term: &str| fit.parameters.iter().find(|known| known.term == term).cloned();
    // What the outer model's parameters are in the inner one: free there (None), or at a value.
    let mut restrictions = Vec::new();
    for estimate in &outer_fit.parameters {
        let value = match find(inner_fit, &estimate.term) {
            Some(inside) if !inside.fixed && estimate.fixed => return None,
            Some(inside) if !inside.fixed => continue,
            Some(inside) => inside.estimate,
            None if ones.contains(&estimate.term) => 1.0,
            None => 0.0,
        };
        if ones.contains(&estimate.term) && value != 1.0 {
            return None;
        }
        if estimate.fixed {
            if estimate.estimate != value {
                return None;
            }
            continue;
        }
        let declared = outer_all
            .parameters
            .iter()
            .find(|declared| declared.parameter.name == estimate.term)?;
        if !(declared.parameter.lower..=declared.parameter.upper).contains(&value) {
            return None;
        }
        restrictions.push(Restriction {
            term: estimate.term.clone(),
            value,
        });
    }
    // Second estimates that must vanish, but are not among what does.
    let vanishes = |second: &String| {
        restrictions
            .iter()
            .any(|held| held.term == *second && held.value == 0.0)
    };
    if restrictions.is_empty() || !seconds.iter().all(vanishes) {
        return None;
    }
    let held_inside = |term: &str| {
        let known = find(inner_fit, term).filter(|known| known.fixed);
        known.map(|known| known.estimate)
    };
    let held_outside = |term: &str| {
        let held = restrictions
            .iter()
            .find(|held| held.term == term)
            .map(|held| held.value);
        held.or_else(|| {
            let known = find(outer_fit, term).filter(|known| known.fixed);
            known.map(|known| known.estimate)
        })
    };
    let mut symbols = Symbols::default();
    let of_inner = symbols.utilities(&inner_all, inner.2, &|term| {
        held_inside(term).filter(|value| *value != 0.0)
    })?;
    let of_outer = symbols.utilities(&outer_all, outer.2, &|term| {
        held_outside(term).filter(|value| *value != 0.0)
    })?;
    let zeros = |symbols: &mut Symbols, specification: &Specification, value: &dyn Fn(&str) -> Option<f64>| {
        let terms = specification.parameters.iter().map(|declared| &declared.parameter.name);
        let zeros = terms.filter(|term| value(term) == Some(0.0));
        zeros.map(|term| symbols.parameter(term)).collect::<Vec<ParameterId>>()
    };
    let zeros_inside = zeros(&mut symbols, &inner_all, &held_inside);
    let zeros_outside = zeros(&mut symbols, &outer_all, &held_outside);
    let mut names: Vec<&String> = of_inner.own.iter().chain(&of_outer.own).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    let mut same = |one: NodeId, other: NodeId| {
        let one = without(&mut symbols.graph, one, &zeros_inside);
        one.is_some() && one == without(&mut symbols.graph, other, &zeros_outside)
    };
    let named = names.iter().all(|name| same(of_inner.of(name), of_outer.of(name)));
    // Where every alternative is named, what all the others have does not matter, and cannot be seen to.
    let rest = all_named(outer_fit, &names) || same(of_inner.all, of_outer.all);
    (named && rest).then(|| Nesting {
        on_boundary: restrictions.iter().any(|held| seconds.contains(&held.term)),
        restrictions,
    })
}

/// A utility once the parameters `zeros` are 0; `None` if it is not linear in one of them.
fn without(graph: &mut Graph, utility: NodeId, zeros: &[ParameterId]) -> Option<LinearForm> {
    let mut form = graph.linear_form(utility);
    form.terms.retain(|(parameter, _)| !zeros.contains(parameter));
    let rest = form.rest.map_or(Vec::new(), |rest| graph.parameters_of(rest));
    (!rest.iter().any(|parameter| zeros.contains(parameter))).then_some(form)
}

fn all_named(fit: &Fit, names: &[&String]) -> bool {
    let alternatives = &fit.data.alternatives;
    !alternatives.is_empty()
        && alternatives
            .iter()
            .all(|alternative| names.contains(&&alternative.name))
}

fn without_draws(mixing: &Mixing) -> Mixing {
    Mixing {
        draws: DrawPlan::default(),
        ..mixing.clone()
    }
}

/// The dissimilarities of a nested logit that is a logit when they are 1; `None` if it is not that simple.
fn dissimilarities_alone(nests: &Nests, specification: &Specification) -> Option<Vec<String>> {
    let one = |nest: &Nest| {
        let symbol = nest.dissimilarity.only_name()?;
        let mut declared = specification.parameters.iter();
        let declared = declared.find(|declared| declared.symbol == symbol)?;
        let whole = nest.members.iter().all(|member| member.allocation.is_none());
        whole.then(|| declared.parameter.name.clone())
    };
    nests.nests.iter().map(one).collect()
}

/// The second estimates of a mixed logit that is a logit when they are 0; `None` if it is not that simple.
fn seconds_that_vanish(mixing: &Mixing, specification: &Specification) -> Option<Vec<String>> {
    if mixing.scale.is_some() || mixing.willingness_to_pay.is_some() {
        return None;
    }
    for random in &mixing.random {
        let TasteDistribution::Named {
            shape: Shape::Normal | Shape::Uniform | Shape::Triangular,
            second: None,
            mean_shift: None,
            ln_sd_shift: None,
            ..
        } = &random.distribution
        else {
            return None;
        };
    }
    let used: Vec<&str> = specification
        .expressions()
        .flat_map(|expression| expression.names())
        .collect();
    let declared = specification.parameters.iter();
    let seconds = declared.filter(|declared| !used.contains(&declared.symbol.as_str()));
    Some(seconds.map(|declared| declared.parameter.name.clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fitted, logit};
    use super::*;
    use crate::mixing::{DrawMethod, DrawNumber, RandomCoefficient};
    use crate::term::Term;
    use crate::testing::specification;

    const SMALL: [(&str, &str); 3] = [
        ("a", "b_time * time_a / 10"),
        ("b", "asc_b + b_time * time_b / 10"),
        ("c", "b_time * time_c / 10"),
    ];

    fn small() -> Specification {
        specification(&[("asc_b", 0.0), ("b_time", 0.0)], &SMALL)
    }

    fn random(symbol: &str, shape: Shape) -> Specification {
        let plan = DrawPlan {
            method: DrawMethod::Halton,
            number: DrawNumber::Number(20),
            replications: 0,
            ..DrawPlan::default()
        };
        small().random(RandomCoefficient::new(symbol, shape)).draws(plan)
    }

    fn of(inner: &Specification, outer: &Specification) -> Option<Nesting> {
        let (_, data) = logit();
        let fits = [inner, outer].map(|specification| fitted(specification, &data));
        nesting((&fits[0], inner, data.schema()), (&fits[1], outer, data.schema()))
    }

    #[test]
    fn what_lacks_terms_is_nested() {
        let (full, _) = logit();
        let found = of(&small(), &full).unwrap();
        let terms: Vec<(&str, f64)> = found
            .restrictions
            .iter()
            .map(|held| (held.term.as_str(), held.value))
            .collect();
        assert_eq!(terms, [("asc_c", 0.0), ("b_cost", 0.0), ("b_income", 0.0)]);
        assert!(!found.on_boundary);
        assert_eq!(of(&full, &small()), None);
        assert_eq!(of(&full, &full), None);
        // Other utilities by the same names.
        let other = specification(
            &[("asc_b", 0.0), ("b_time", 0.0)],
            &[("a", "b_time * log(time_a)"), ("b", "asc_b + b_time * log(time_b)")],
        );
        assert_eq!(of(&other, &full), None);
    }

    #[test]
    fn what_holds_a_parameter_is_nested() {
        let mut held = small();
        held.parameters[1].parameter.fixed = true;
        held.parameters[1].parameter.start = -0.5;
        let found = of(&held, &small()).unwrap();
        assert_eq!(found.restrictions.len(), 1);
        assert_eq!(
            (found.restrictions[0].term.as_str(), found.restrictions[0].value),
            ("b_time", -0.5)
        );
        assert_eq!(of(&small(), &held), None);
    }

    #[test]
    fn a_logit_is_a_nested_logit_whose_dissimilarities_are_1() {
        let nested = || {
            let mut nested = small().parameter("lambda", 1.0);
            let nest = Nest::new("n", ["a", "b"], Term::parse("lambda").unwrap().into_expression());
            nested.nests = Some(Nests { nests: vec![nest] });
            nested
        };
        let found = of(&small(), &nested()).unwrap();
        assert_eq!(found.restrictions.len(), 1);
        assert_eq!(
            (found.restrictions[0].term.as_str(), found.restrictions[0].value),
            ("lambda", 1.0)
        );
        assert!(!found.on_boundary);
        assert_eq!(of(&nested(), &small()), None);
        // Held elsewhere it is another model.
        let mut held = nested();
        held.parameters[2].parameter.fixed = true;
        held.parameters[2].parameter.start = 0.5;
        assert_eq!(of(&small(), &held), None);
    }

    #[test]
    fn a_logit_is_a_mixed_logit_without_spread_if_the_location_is_the_coefficient() {
        let found = of(&small(), &random("b_time", Shape::Normal)).unwrap();
        assert_eq!(found.restrictions[0].term, "sd_b_time");
        assert!(found.on_boundary);
        assert_eq!(of(&small(), &random("b_time", Shape::Lognormal)), None);
        let (full, _) = logit();
        assert_eq!(of(&full, &random("b_time", Shape::Normal)), None);
        let mut probit = fitted(&small(), &logit().1);
        probit.model.family = "probit".to_owned();
        let (specification, data) = (small(), logit().1);
        let both = (&probit, &specification, data.schema());
        assert_eq!(nesting(both, both), None);
    }
}
