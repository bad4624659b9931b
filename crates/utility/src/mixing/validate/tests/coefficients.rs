//! What is wrong with random coefficients one by one, and with names.

use super::{
    assert_message, base, by_case, coefficient, fixed, mixing, normal, scale, signed, started, tied, transform, with,
};
use crate::mixing::Shape;
use crate::testing::expression;

#[test]
fn coefficients() {
    let cases = [
        (
            base().random(normal("b_time")).random(normal("b_time")),
            "random coefficient \"b_time\" is listed twice; remove one",
        ),
        (
            base().random(normal("b_tme")),
            "random coefficient \"b_tme\" is not declared; did you mean \"b_time\"?",
        ),
        (
            base().random(normal("zeta")).utility("car", crate::parameter("zeta")),
            "random coefficient \"zeta\" is not declared; declare it in [parameters] with the start of its location",
        ),
        (
            base()
                .parameter("b_fare", 0.0)
                .random(normal("b_fare"))
                .utility("car", crate::parameter("b_fares")),
            "random coefficient \"b_fare\": no utility uses it (did you mean \"b_fares\" in a utility?); use it or remove it",
        ),
        (
            base().random(transform("q", "draw")),
            "random coefficient \"q\": no utility uses it; use it or remove it",
        ),
        (
            base()
                .utility("car", crate::parameter("e"))
                .declare(fixed("e", 1.5))
                .random(normal("e")),
            "random coefficient \"e\": its parameter is fixed at 1.5; free it, or fix it at 0 for an error component",
        ),
        (
            base().random(signed(coefficient("b_time", Shape::Lognormal), 2.0)),
            "random coefficient \"b_time\": its sign is 2; it is 1 or -1",
        ),
        (
            base().random(signed(coefficient("b_time", Shape::Uniform), -1.0)),
            "random coefficient \"b_time\" is uniform, which has no sign; only lognormal, truncated_normal and \
             censored_normal coefficients have one",
        ),
        (
            base().random(coefficient("b_time", Shape::JohnsonSb { low: 1.0, high: 1.0 })),
            "random coefficient \"b_time\": its range is [1, 1]; it needs two finite numbers, the lower one first",
        ),
        (
            base().random(coefficient(
                "b_time",
                Shape::JohnsonSb {
                    low: f64::NEG_INFINITY,
                    high: 1.0,
                },
            )),
            "random coefficient \"b_time\": its range is [-inf, 1]; it needs two finite numbers, the lower one first",
        ),
        (
            base().random(started(
                tied(coefficient("b_time", Shape::Triangular), "2 * b_cost"),
                1.0,
            )),
            "random coefficient \"b_time\": its spread is tied to \"2 * b_cost\", which leaves nothing to start; remove one \
             of the two",
        ),
        (
            base().random(transform("b_time", "s * time")),
            "random coefficient \"b_time\": its transform has no draw in it, so that nothing is random; use \"draw\" in it, \
             or write it into the utility",
        ),
    ];
    for (specification, expected) in cases {
        assert_message(specification, expected);
    }
}

#[test]
fn second_estimates() {
    let cases = [
        (
            base().random(tied(coefficient("b_time", Shape::TruncatedNormal), "0.1")),
            "random coefficient \"b_time\" is truncated_normal: sd cannot be given for it; take censored_normal or \
             lognormal, or leave that out",
        ),
        (
            base()
                .random(normal("b_time"))
                .random(normal("b_cost"))
                .correlated(["b_time", "b_cost"])
                .parameter("sd_b_cost", 0.5),
            "parameter \"sd_b_cost\" is declared, but \"b_cost\" is in a correlation group, where \"chol_b_cost_b_time\", \
             \"chol_b_cost_b_cost\" takes its place; declare that instead",
        ),
        (
            base().random(tied(normal("b_time"), "s")).parameter("sd_b_time", 0.5),
            "parameter \"sd_b_time\" is declared, but the sd of \"b_time\" is tied to \"s\"; remove one of the two",
        ),
        (
            base()
                .random(coefficient("b_time", Shape::Uniform))
                .parameter("sd_b_time", 0.5),
            "parameter \"sd_b_time\" is declared, but \"b_time\" is uniform, whose second estimate is \"spread_b_time\"; \
             rename it",
        ),
        (
            base().random(normal("b_time")).parameter("sd_b_tme", 0.5),
            "parameter \"sd_b_tme\" is declared, but no utility and no random coefficient uses it (did you mean \
             \"sd_b_time\"?); use it or remove it",
        ),
        (
            base().random(normal("b_time")).parameter("zeta", 0.5),
            "parameter \"zeta\" is declared, but no utility and no random coefficient uses it; use it or remove it",
        ),
    ];
    for (specification, expected) in cases {
        assert_message(specification, expected);
    }
    // Completed, it is a parameter as others.
    assert_eq!(
        base()
            .random(started(normal("b_time"), f64::NAN))
            .validate()
            .unwrap_err()
            .to_string(),
        "\"sd_b_time\" starts at NaN, which is not a finite number"
    );
}

#[test]
fn names_of_draws() {
    let cases = [
        (
            base().random(normal("b_time")).utility("car", crate::column("draw")),
            "utility of \"car\" uses \"draw\", a standard draw, which may stand only in the transform of a random coefficient",
        ),
        (
            base().random(with(
                tied(coefficient("b_time", Shape::Uniform), "s * draw_2"),
                |parts| {
                    *parts.mean_shift = Some(expression("draw"));
                },
            )),
            "spread of \"b_time\" uses \"draw_2\", a standard draw, which may stand only in the transform of a random \
             coefficient\n\
             mean_shift of \"b_time\" uses \"draw\", a standard draw, which may stand only in the transform of a random \
             coefficient",
        ),
        (
            mixing(base(), |mixing| mixing.scale = scale("draw_1", "0", &[])),
            "tau of [scale_heterogeneity] uses \"draw_1\", a standard draw, which may stand only in the transform of a \
             random coefficient",
        ),
        (
            base()
                .random(transform("b_time", "b_time + s * draw_3"))
                .parameter("draw_3", 0.0),
            "parameter \"draw_3\" bears the name of a standard draw; give it another name",
        ),
        (
            base()
                .random(transform("b_time", "s * draw_1"))
                .random(by_case(transform("b_cost", "s * draw_1 + draw_2"))),
            "\"draw_1\" is shared by \"b_time\" and \"b_cost\", of which one varies between decision makers and the other \
             from case to case; use draws of different numbers",
        ),
        (
            base()
                .utility("car", crate::parameter("q") + crate::parameter("r"))
                .random(transform("q", "s * draw"))
                .random(transform("r", "q + draw")),
            "transform of \"r\" uses \"q\", a random coefficient that is no parameter; declare it in [parameters], or write \
             its transform out",
        ),
    ];
    for (specification, expected) in cases {
        assert_message(specification, expected);
    }
}
