//! Models by their tastes and utilities, on cross-sections and panels.

use super::models::{Case, NUMBERS, case, halton, schema};
use super::*;
use crate::mixing::{ScaleHeterogeneity, WillingnessToPaySpace};

/// Every shape, two numbers of draws and schemas each.
pub(super) fn shapes() -> Vec<Case> {
    let interval = Shape::JohnsonSb { low: -2.0, high: 0.5 };
    let shapes = [
        ("normal", random("b_time", Shape::Normal)),
        ("lognormal", random("b_time", Shape::Lognormal)),
        (
            "minus lognormal",
            with(random("b_time", Shape::Lognormal), &[("sign", "-1")]),
        ),
        ("truncated", random("b_time", Shape::TruncatedNormal)),
        (
            "minus truncated",
            with(random("b_time", Shape::TruncatedNormal), &[("sign", "-1")]),
        ),
        ("censored", random("b_cost", Shape::CensoredNormal)),
        (
            "minus censored",
            with(random("b_income", Shape::CensoredNormal), &[("sign", "-1")]),
        ),
        ("johnson", random("b_time", interval)),
        ("uniform", random("b_time", Shape::Uniform)),
        ("triangular", random("b_time", Shape::Triangular)),
    ];
    let mut cases = Vec::new();
    for (turn, (name, random)) in shapes.into_iter().enumerate() {
        for (turn, number) in [(turn, NUMBERS[turn % 7]), (turn + 1, NUMBERS[(turn + 4) % 7])] {
            let specification = halton(mixed_model(&[], [random.clone()]), number);
            cases.push(case(
                &format!("{name}, {number} draws"),
                specification,
                &schema(turn),
                turn as u64,
            ));
        }
    }
    cases
}

/// Tastes that are expressions.
pub(super) fn expressions() -> Vec<Case> {
    let lognormal = || with(random("b_cost", Shape::Lognormal), &[("sign", "-1")]);
    let moved = |shape| {
        with(
            random("b_time", shape),
            &[("mean_shift", "g * income"), ("ln_sd_shift", "h * income")],
        )
    };
    let two = [("g", 0.3), ("h", -0.2)];
    let models = [
        (
            "transform",
            mixed_model(&[("m", -0.5), ("s", 0.4)], [transform("b_time", "-exp(m + s * draw)")]),
        ),
        (
            "transforms of characteristics",
            mixed_model(
                &two,
                [
                    transform("b_time", "(g + h * income) * (1 + draw ^ 2)"),
                    random("b_cost", Shape::Normal),
                ],
            ),
        ),
        (
            "shared draws",
            mixed_model(
                &[("m", -0.5), ("s", 0.4), ("t", 0.3)],
                [
                    transform("b_time", "m + s * draw_1"),
                    transform("b_cost", "m * t + t * draw_1 + s * draw_2 + t * draw"),
                ],
            ),
        ),
        (
            "undefined without a draw",
            mixed_model(
                &[("m", -0.5), ("s", 0.4)],
                [transform("b_time", "m + s * log(draw ^ 2)")],
            ),
        ),
        (
            "a derivative undefined without a draw",
            mixed_model(&[("m", -0.5), ("s", 0.8)], [transform("b_time", "m * abs(draw) ^ s")]),
        ),
        (
            "tied to the location",
            mixed_model(&[], [with(random("b_time", Shape::Normal), &[("second", "b_time")])]),
        ),
        (
            "tied to an expression",
            mixed_model(
                &[("t", -0.3)],
                [with(
                    random("b_time", Shape::Triangular),
                    &[("second", "exp(t) * (1 + income ^ 2)")],
                )],
            ),
        ),
        ("moved normal", mixed_model(&two, [moved(Shape::Normal)])),
        (
            "moved lognormal",
            mixed_model(&two, [moved(Shape::Lognormal), lognormal()]),
        ),
        ("moved uniform", mixed_model(&two, [moved(Shape::Uniform)])),
        (
            "moved johnson",
            mixed_model(&two, [moved(Shape::JohnsonSb { low: -1.5, high: 0.0 })]),
        ),
        ("moved censored", mixed_model(&two, [moved(Shape::CensoredNormal)])),
    ];
    // Some of them in blocks that are not full, some of them not.
    let number = |turn: usize| [33, 7, 31, 7, 33, 1, 100, 8, 32, 31, 40, 7][turn];
    let cases = models.into_iter().enumerate();
    let cases =
        cases.map(|(turn, (name, model))| case(name, halton(model, number(turn)), &schema(turn + 1), turn as u64));
    cases.collect()
}

/// Coefficients that depend on each other.
pub(super) fn groups_and_spaces() -> Vec<Case> {
    let minus = |symbol: &str| with(random(symbol, Shape::Lognormal), &[("sign", "-1")]);
    let normal = |symbol: &str| random(symbol, Shape::Normal);
    let space = |mut specification: Specification| {
        specification.mixing.get_or_insert_default().willingness_to_pay = Some(WillingnessToPaySpace {
            cost: "b_cost".to_owned(),
            coefficients: vec!["b_time".to_owned(), "b_income".to_owned()],
        });
        specification
    };
    let scale = |mut specification: Specification, gamma: &str, coefficients: &[&str]| {
        specification.mixing.get_or_insert_default().scale = Some(ScaleHeterogeneity {
            tau: expression("tau"),
            gamma: expression(gamma),
            coefficients: coefficients.iter().map(|name| (*name).to_owned()).collect(),
        });
        specification
    };
    let both = [("tau", 0.5), ("gamma", 0.4)];
    let models = [
        (
            "two correlated",
            mixed_model(&[], [normal("b_time"), minus("b_cost")]).correlated(["b_time", "b_cost"]),
        ),
        (
            "two groups, turned round",
            mixed_model(
                &[],
                [
                    normal("asc_b"),
                    random("b_time", Shape::JohnsonSb { low: -2.0, high: 0.0 }),
                    normal("asc_c"),
                    minus("b_cost"),
                ],
            )
            .correlated(["b_cost", "b_time"])
            .correlated(["asc_c", "asc_b"]),
        ),
        (
            "correlated and moved",
            mixed_model(
                &[("g", 0.3), ("h", -0.2)],
                [
                    normal("b_income"),
                    with(
                        normal("b_time"),
                        &[("mean_shift", "g * income"), ("ln_sd_shift", "h * income")],
                    ),
                    random("b_cost", Shape::Uniform),
                    normal("asc_c"),
                ],
            )
            .correlated(["b_income", "b_time", "asc_c"]),
        ),
        ("space", space(mixed_model(&[], [normal("b_time"), minus("b_cost")]))),
        (
            "space, correlated",
            space(mixed_model(&[], [normal("b_time"), minus("b_cost")])).correlated(["b_time", "b_cost"]),
        ),
        (
            "space with a cost that is the same for all",
            space(mixed_model(&[], [normal("b_time")])),
        ),
        (
            "scale of everything",
            scale(mixed_model(&both, [normal("b_time")]), "gamma", &[]),
        ),
        ("scale alone", scale(mixed_model(&[("tau", 0.5)], []), "0", &[])),
        (
            "scale of some",
            scale(
                mixed_model(&both, [normal("b_time"), minus("b_cost"), normal("asc_b")]),
                "gamma",
                &["b_time", "b_cost", "b_income"],
            )
            .correlated(["b_time", "b_cost"]),
        ),
        (
            "scale in a space",
            space(scale(
                mixed_model(&both, [normal("b_time"), minus("b_cost")]),
                "gamma",
                &[],
            )),
        ),
        (
            "alternatives with coefficients of their own",
            mixed_model(&[], [normal("asc_b"), normal("asc_c"), normal("b_income")]),
        ),
    ];
    let number = |turn: usize| NUMBERS[(turn + 3) % 7];
    let cases = models.into_iter().enumerate();
    let cases =
        cases.map(|(turn, (name, model))| case(name, halton(model, number(turn)), &schema(turn + 1), turn as u64));
    cases.collect()
}

/// Utilities that are not linear in their coefficients.
pub(super) fn nonlinear() -> Vec<Case> {
    let model = |utilities: [&str; 3], random: Vec<RandomCoefficient>| {
        let parameters = [("asc_b", 0.3), ("b_time", -0.6), ("lambda", 0.5), ("b_cost", -0.5)];
        let utilities: Vec<(&str, &str)> = ["a", "b", "c"].into_iter().zip(utilities).collect();
        let specification = specification(&parameters, &utilities);
        random.into_iter().fold(specification, Specification::random)
    };
    let boxcox = [
        "b_time * boxcox(time_a / 10, lambda) + b_cost * cost_a",
        "asc_b + b_time * boxcox(time_b / 10, lambda) + b_cost * cost_b",
        "b_time * boxcox(time_c / 10, lambda) + b_cost * cost_c",
    ];
    let products = [
        "b_time * (time_a / 10 + lambda * cost_a)",
        "asc_b + b_time * (time_b / 10 + lambda * cost_b) + b_cost * b_time * income",
        "b_time * time_c / 10 + b_cost ^ 2 * cost_c",
    ];
    let normal = |symbol: &str| random(symbol, Shape::Normal);
    let models = [
        ("boxcox", model(boxcox, vec![normal("b_time")])),
        (
            "boxcox, random exponents",
            model(boxcox, vec![random("lambda", Shape::Uniform), normal("b_time")]),
        ),
        (
            "products",
            model(
                products,
                vec![normal("b_time"), normal("lambda"), random("b_cost", Shape::Lognormal)],
            ),
        ),
        (
            "products, correlated",
            model(products, vec![normal("b_time"), normal("b_cost")]).correlated(["b_time", "b_cost"]),
        ),
    ];
    let number = |turn: usize| [33, 7, 32, 8][turn];
    let cases = models.into_iter().enumerate();
    let cases =
        cases.map(|(turn, (name, model))| case(name, halton(model, number(turn)), &schema(turn + 1), turn as u64));
    cases.collect()
}
