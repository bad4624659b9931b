//! What is wrong with the tables that accompany random coefficients.

use super::{assert_message, assert_valid, base, by_case, coefficient, mixing, normal, scale, space, tied, transform};
use crate::mixing::{DrawMethod, DrawNumber, DrawPlan, Shape};

#[test]
fn correlation() {
    let two = || base().random(normal("b_time")).random(normal("b_cost"));
    let with_third = |third| two().random(third).correlated(["b_time", "b_wait"]);
    let cases = [
        (
            two().correlated(["b_time", "b_csot"]),
            "correlation: \"b_csot\" is not a random coefficient; did you mean \"b_cost\"?",
        ),
        (
            two().correlated(["b_time", "income"]),
            "correlation: \"income\" is not a random coefficient; add it to [random]",
        ),
        (
            with_third(coefficient("b_wait", Shape::TruncatedNormal)),
            "correlation: \"b_wait\" is truncated_normal, which has no normal part to correlate; only normal, lognormal, \
             censored_normal and johnson_sb coefficients can be correlated",
        ),
        (
            with_third(transform("b_wait", "b_wait + draw")),
            "correlation: \"b_wait\" is a transform, which has no normal part to correlate; only normal, lognormal, \
             censored_normal and johnson_sb coefficients can be correlated",
        ),
        (
            two()
                .random(normal("b_wait"))
                .correlated(["b_time", "b_cost"])
                .correlated(["b_wait", "b_cost"]),
            "correlation: \"b_cost\" is in two groups; join them, or keep it in one",
        ),
        (
            two().correlated(["b_time", "b_cost", "b_time"]),
            "correlation: \"b_time\" stands twice in its group; remove one",
        ),
        (
            two().correlated(["b_time"]),
            "correlation: \"b_time\" is alone in its group; name another coefficient with it, or remove the group",
        ),
        (
            two().correlated(Vec::<String>::new()),
            "correlation: a group has no members; remove it",
        ),
        (
            with_third(by_case(normal("b_wait"))),
            "correlation: \"b_wait\" varies from case to case and \"b_time\" between decision makers; those of one group \
             vary alike",
        ),
        (
            with_third(tied(normal("b_wait"), "s")),
            "correlation: the sd of \"b_wait\" is tied to \"s\", and in a group it is no estimate; remove the tie, or the \
             coefficient from its group",
        ),
        // What the name of a factor's element should be cannot be said before the group is right.
        (
            two()
                .correlated(["b_tme", "b_cost"])
                .parameter("chol_b_time_b_time", 0.1),
            "correlation: \"b_tme\" is not a random coefficient; did you mean \"b_time\"?",
        ),
    ];
    for (specification, expected) in cases {
        assert_message(specification, expected);
    }
}

#[test]
fn willingness_to_pay_space() {
    let spaces = [
        (
            space("b_csot", &["b_time"]),
            "willingness_to_pay_space: \"b_csot\" is no coefficient of the utilities; did you mean \"b_cost\"?",
        ),
        (
            space("b_cost", &["b_tme"]),
            "willingness_to_pay_space: \"b_tme\" is no coefficient of the utilities; did you mean \"b_time\"?",
        ),
        (
            space("b_cost", &["time"]),
            "willingness_to_pay_space: \"time\" is no coefficient of the utilities; did you mean \"b_time\"?",
        ),
        (
            space("b_cost", &["sd_b_time"]),
            "willingness_to_pay_space: \"sd_b_time\" is no coefficient of the utilities; did you mean \"b_time\"?",
        ),
        (
            space("b_cost", &["income"]),
            "willingness_to_pay_space: \"income\" is no coefficient of the utilities; name one that a utility uses",
        ),
        (
            space("b_cost", &["b_time", "b_cost"]),
            "willingness_to_pay_space: \"b_cost\" is both the cost and one of the coefficients; remove it from the latter",
        ),
        (
            space("b_cost", &["b_time", "b_time"]),
            "willingness_to_pay_space: coefficient \"b_time\" is listed twice; remove one",
        ),
        (
            space("b_cost", &[]),
            "willingness_to_pay_space: coefficients is empty; name those that are willingness to pay",
        ),
    ];
    for (space, expected) in spaces {
        let specification = base().random(normal("b_time"));
        assert_message(
            mixing(specification, |mixing| mixing.willingness_to_pay = space),
            expected,
        );
    }
}

#[test]
fn scale_heterogeneity() {
    let scales = [
        (
            scale("tua", "0", &[]),
            "scale_heterogeneity: tau uses \"tua\", which is no declared parameter; did you mean \"tau\"?",
        ),
        (
            scale("tau", "income", &[]),
            "scale_heterogeneity: gamma uses \"income\", which is no declared parameter; declare it in [parameters]",
        ),
        (
            scale("tau", "0", &["b_tme"]),
            "scale_heterogeneity: \"b_tme\" is no coefficient of the utilities; did you mean \"b_time\"?",
        ),
        (
            scale("tau", "0", &["b_time", "b_time"]),
            "scale_heterogeneity: coefficient \"b_time\" is listed twice; remove one",
        ),
    ];
    for (scale, expected) in scales {
        let specification = base()
            .parameter("tau", 0.5)
            .parameter("flat", 0.0)
            .utility("car", crate::parameter("tau") + crate::parameter("flat"));
        assert_message(mixing(specification, |mixing| mixing.scale = scale), expected);
    }
}

#[test]
fn draws() {
    let plan = DrawPlan::default;
    let quadrature = || DrawPlan {
        method: DrawMethod::Quadrature,
        number: DrawNumber::Number(10),
        ..plan()
    };
    let one = || base().random(normal("b_time"));
    let cases = [
        (
            base().draws(plan()),
            "nothing is random: name a coefficient in [random], or remove [correlation], [willingness_to_pay_space] and \
             [draws]",
        ),
        (
            one().draws(DrawPlan {
                number: DrawNumber::Number(0),
                ..plan()
            }),
            "draws: 0 per decision maker; use at least 1 (500 or more is usual for a first run)",
        ),
        (
            one().random(by_case(normal("b_cost"))).draws(DrawPlan {
                number_within: 0,
                ..plan()
            }),
            "draws: number_within is 0, but \"b_cost\" varies from case to case; use at least 1",
        ),
        (
            // Two of their own, two that are shared, and the scale's.
            mixing(
                one()
                    .random(transform("b_cost", "draw + s * draw_1 + draw_2"))
                    .random(transform("b_wait", "draw_1 * draw_2"))
                    .parameter("tau", 0.5)
                    .draws(quadrature()),
                |mixing| mixing.scale = scale("tau", "0", &[]),
            ),
            "draws: quadrature over 5 dimensions takes number ^ 5 points; use another method, such as halton, for more than \
             3",
        ),
        (
            one().draws(DrawPlan {
                antithetic: true,
                ..quadrature()
            }),
            "draws: the nodes of a quadrature mirror each other already; remove antithetic or choose another method",
        ),
        (
            base().random(by_case(normal("b_time"))).draws(quadrature()),
            "draws: quadrature is for coefficients of decision makers, and \"b_time\" varies from case to case; use another \
             method, such as halton",
        ),
        (
            one().draws(DrawPlan { drop: 0, ..plan() }),
            "draws: drop is 0, but the first element of a Halton sequence is 0, which has no quantile; use at least 1",
        ),
        (
            one().draws(DrawPlan { leap: 0, ..plan() }),
            "draws: leap is 0; it is 1 where every element is taken, 2 for every other, and so on",
        ),
        (
            one().draws(DrawPlan {
                tolerance: -0.1,
                ..plan()
            }),
            "draws: tolerance is -0.1; it is a positive number, the simulation error as a part of the standard error",
        ),
    ];
    for (specification, expected) in cases {
        assert_message(specification, expected);
    }
    let three = one().random(normal("b_cost")).random(normal("b_wait"));
    assert_valid(three.draws(quadrature()));
    assert_valid(one().draws(DrawPlan {
        number: DrawNumber::Auto,
        number_within: 0,
        ..plan()
    }));
}
