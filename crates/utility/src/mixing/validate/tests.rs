//! Every problem of random coefficients, with its whole message.

mod coefficients;
mod tables;

use logsum_estimate::Parameter;

use super::super::{
    DrawNumber, DrawPlan, Mixing, RandomCoefficient, ScaleHeterogeneity, Shape, TasteDistribution, Varies,
    WillingnessToPaySpace,
};
use crate::specification::Specification;
use crate::testing::{expression, specification};

/// Four coefficients of which none is random yet.
fn base() -> Specification {
    let parameters = [("b_time", 0.0), ("b_cost", 0.0), ("b_wait", 0.0), ("s", 0.5)];
    specification(
        &parameters,
        &[("all", "b_time * time + b_cost * cost + b_wait * wait + s * x")],
    )
}

fn coefficient(symbol: &str, shape: Shape) -> RandomCoefficient {
    RandomCoefficient::new(symbol, shape)
}

fn normal(symbol: &str) -> RandomCoefficient {
    coefficient(symbol, Shape::Normal)
}

fn transform(symbol: &str, source: &str) -> RandomCoefficient {
    RandomCoefficient::transform(symbol, expression(source))
}

/// A coefficient with something said of its distribution.
fn with(mut random: RandomCoefficient, change: impl FnOnce(Parts<'_>)) -> RandomCoefficient {
    if let TasteDistribution::Named {
        sign,
        start,
        second,
        mean_shift,
        ln_sd_shift,
        ..
    } = &mut random.distribution
    {
        change(Parts {
            sign,
            start,
            second,
            mean_shift,
            ln_sd_shift,
        });
    }
    random
}

struct Parts<'a> {
    sign: &'a mut f64,
    start: &'a mut Option<f64>,
    second: &'a mut Option<logsum_expressions::Expression>,
    mean_shift: &'a mut Option<logsum_expressions::Expression>,
    ln_sd_shift: &'a mut Option<logsum_expressions::Expression>,
}

fn tied(random: RandomCoefficient, tie: &str) -> RandomCoefficient {
    with(random, |parts| *parts.second = Some(expression(tie)))
}

fn started(random: RandomCoefficient, start: f64) -> RandomCoefficient {
    with(random, |parts| *parts.start = Some(start))
}

fn signed(random: RandomCoefficient, sign: f64) -> RandomCoefficient {
    with(random, |parts| *parts.sign = sign)
}

fn by_case(mut random: RandomCoefficient) -> RandomCoefficient {
    random.varies = Varies::Case;
    random
}

fn fixed(name: &str, start: f64) -> Parameter {
    Parameter {
        fixed: true,
        ..Parameter::new(name, start)
    }
}

fn scale(tau: &str, gamma: &str, coefficients: &[&str]) -> Option<ScaleHeterogeneity> {
    Some(ScaleHeterogeneity {
        tau: expression(tau),
        gamma: expression(gamma),
        coefficients: coefficients.iter().map(|name| (*name).to_owned()).collect(),
    })
}

fn space(cost: &str, coefficients: &[&str]) -> Option<WillingnessToPaySpace> {
    Some(WillingnessToPaySpace {
        cost: cost.to_owned(),
        coefficients: coefficients.iter().map(|name| (*name).to_owned()).collect(),
    })
}

fn mixing(mut specification: Specification, change: impl FnOnce(&mut Mixing)) -> Specification {
    change(specification.mixing.get_or_insert_default());
    specification
}

/// The message, the same before and after the specification is completed.
#[track_caller]
fn assert_message(specification: Specification, expected: &str) {
    let message = |specification: &Specification| specification.validate().map_err(|error| error.to_string());
    assert_eq!(message(&specification), Err(expected.to_owned()));
    assert_eq!(
        message(&specification.completed()),
        Err(expected.to_owned()),
        "completed"
    );
}

#[track_caller]
fn assert_valid(specification: Specification) {
    assert_eq!(specification.validate(), Ok(()));
    assert_eq!(specification.completed().validate(), Ok(()), "completed");
}

#[test]
fn what_is_right() {
    assert_valid(base().random(normal("b_time")));
    // A second estimate may be declared, with bounds, or fixed, at 0 too.
    assert_valid(base().random(normal("b_time")).parameter("sd_b_time", 0.3));
    assert_valid(base().random(normal("b_time")).declare(fixed("sd_b_time", 0.0)));
    // An error component.
    let component = |shape| {
        let base = specification(&[("b_time", 0.0)], &[("all", "b_time * time + e * rail")]);
        base.declare(fixed("e", 0.0)).random(coefficient("e", shape))
    };
    for shape in [Shape::Normal, Shape::Uniform, Shape::Triangular, Shape::Lognormal] {
        assert_valid(component(shape));
    }
    // Parameters that only ties, shifts, transforms, tau or gamma use.
    let everywhere = specification(
        &[
            ("b_time", 0.0),
            ("g", 0.0),
            ("h", 0.0),
            ("k", 1.0),
            ("m", 0.0),
            ("t", 0.5),
            ("w", 0.0),
        ],
        &[("all", "b_time * time + b_cost * cost")],
    );
    let everywhere = everywhere
        .random(with(normal("b_time"), |parts| {
            *parts.second = Some(expression("k + abs(b_time)"));
            *parts.mean_shift = Some(expression("g * income"));
            *parts.ln_sd_shift = Some(expression("h * income"));
        }))
        .random(transform("b_cost", "-exp(m + draw + 0.5 * draw_1)"));
    assert_valid(mixing(everywhere, |mixing| {
        mixing.scale = scale("t", "1 / (1 + exp(w))", &["b_time", "b_cost"])
    }));
    // A transform of its own parameter.
    assert_valid(base().random(transform("b_time", "b_time + s * draw")));
    // Groups.
    let group = base()
        .random(normal("b_time"))
        .random(signed(coefficient("b_cost", Shape::Lognormal), -1.0))
        .random(coefficient("b_wait", Shape::JohnsonSb { low: -1.0, high: 0.0 }))
        .correlated(["b_time", "b_cost", "b_wait"]);
    assert_valid(group.clone());
    assert_valid(
        group
            .parameter("chol_b_cost_b_time", 0.0)
            .parameter("chol_b_time_b_time", 2.0),
    );
    // Scale alone.
    assert_valid(mixing(base().parameter("tau", 0.1), |mixing| {
        mixing.scale = scale("tau", "0", &[])
    }));
    // Willingness-to-pay space.
    let money = base().random(signed(coefficient("b_cost", Shape::Lognormal), -1.0));
    assert_valid(mixing(money, |mixing| {
        mixing.willingness_to_pay = space("b_cost", &["b_time", "b_wait"]);
    }));
    // Without random coefficients the names of draws are names as others.
    assert_valid(specification(&[("draw", 0.0)], &[("all", "draw * draw_1")]));
}

#[test]
fn independent_problems_together() {
    let specification = base()
        .random(signed(coefficient("b_time", Shape::Lognormal), 0.0))
        .random(normal("b_csot"))
        .correlated(["b_time"])
        .draws(DrawPlan {
            number: DrawNumber::Number(0),
            ..DrawPlan::default()
        });
    let error = specification.validate().unwrap_err();
    let lines: Vec<String> = error.each().iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "random coefficient \"b_time\": its sign is 0; it is 1 or -1",
            "random coefficient \"b_csot\" is not declared; did you mean \"b_cost\"?",
            "correlation: \"b_time\" is alone in its group; name another coefficient with it, or remove the group",
            "draws: 0 per decision maker; use at least 1 (500 or more is usual for a first run)",
        ]
    );
}
