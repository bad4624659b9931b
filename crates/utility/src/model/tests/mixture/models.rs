//! A model of every kind, on few data.

use logsum_data::{ChoiceData, Schema};

use super::tastes::{expressions, groups_and_spaces, nonlinear, shapes};
use super::*;
use crate::testing::{LONG, data, long_table, numbers, table, wide_table};

/// A model on data.
pub(super) struct Case {
    pub name: String,
    pub specification: Specification,
    pub data: ChoiceData,
}

/// Numbers of draws that fill blocks of 8 and 32 lanes, or not.
pub(super) const NUMBERS: [usize; 7] = [1, 7, 8, 31, 32, 33, 100];

pub(super) fn case(name: &str, specification: Specification, schema: &Schema, seed: u64) -> Case {
    let data = data(wide_table(23, seed), schema, &specification);
    Case {
        name: name.to_owned(),
        specification,
        data,
    }
}

/// Cross-section, panel, weighted panel by turns.
pub(super) fn schema(turn: usize) -> Schema {
    [wide_schema(), panel(), panel().weight(expression("income + 2"))][turn % 3].clone()
}

pub(super) fn halton(specification: Specification, number: usize) -> Specification {
    specification.draws(plan(DrawMethod::Halton, number))
}

/// Ragged choice sets, and choices that are counted.
pub(super) fn long() -> Vec<Case> {
    let starts = [
        ("b_x", 0.6),
        ("b_y", -0.4),
        ("asc_2", 0.3),
        ("asc_3", -0.2),
        ("b_z3", 0.3),
    ];
    let base = || specification(&starts, LONG.1);
    let model = || {
        let own = base()
            .random(random("b_x", Shape::Normal))
            .random(random("asc_3", Shape::Normal));
        halton(own.random(with(random("b_y", Shape::Lognormal), &[("sign", "-1")])), 33)
    };
    let long = || Schema::long("case", "alt", "choice");
    let generic = specification(&[("b_x", 0.6), ("b_y", -0.4)], &[("all", "b_x * x + b_y * y")]);
    let generic = halton(generic.random(random("b_x", Shape::Normal)), 40);
    let schemas = [
        ("ragged", model(), long()),
        ("ragged panel", model(), long().decision_maker("person")),
        ("counts", model(), counted()),
        ("weighted counts", model(), counted().weight(expression("z ^ 2 + 0.5"))),
        ("counts in a panel", model(), counted().decision_maker("person")),
        ("of one kind", generic, long().decision_maker("person")),
    ];
    let cases = schemas.into_iter().map(|(name, specification, schema)| Case {
        name: name.to_owned(),
        data: data(long_table(21, 5), &schema, &specification),
        specification,
    });
    let mut cases: Vec<Case> = cases.collect();
    for (number, own) in [(9, false), (33, false), (40, true)] {
        let mut utilities = vec![("all", "b_x * x + b_y * y")];
        utilities.extend(own.then_some(("7", "b_y * x")));
        let specification = specification(&[("b_x", 0.6), ("b_y", -0.4)], &utilities);
        let specification = specification
            .random(random("b_x", Shape::Normal))
            .draws(plan(DrawMethod::Mlhs, number));
        cases.push(Case {
            name: format!("two to ten alternatives, own utilities: {own}"),
            data: data(tall_table(), &long().decision_maker("person"), &specification),
            specification,
        });
    }
    cases
}

/// Choice sets of 2, 3, ..., 10 alternatives and back.
fn tall_table() -> logsum_data::Table {
    let sizes: Vec<usize> = (2..=10).chain((2..=10).rev()).collect();
    let mut random = Random::new(11);
    let names = ["case", "alt", "choice", "x", "y", "person"];
    let mut cells = vec![Vec::new(); names.len()];
    for (case, &size) in sizes.iter().enumerate() {
        let chosen = random.below(size);
        for alternative in 0..size {
            let choice = f64::from(u8::from(alternative == chosen));
            let (x, y) = (random.normal(), random.between(0.1, 3.0));
            let row = [case as f64, (alternative + 1) as f64, choice, x, y, (case / 3) as f64];
            cells.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
        }
    }
    table(
        names
            .iter()
            .zip(cells)
            .map(|(name, cells)| numbers(name, cells))
            .collect(),
    )
}

/// Draws of every kind.
pub(super) fn draws() -> Vec<Case> {
    let model = || {
        mixed_model(
            &[],
            [random("b_time", Shape::Normal), random("b_cost", Shape::Triangular)],
        )
    };
    let three = || {
        mixed_model(
            &[],
            [
                random("asc_b", Shape::Normal),
                random("asc_c", Shape::Uniform),
                random("b_time", Shape::Normal),
            ],
        )
    };
    let mut cases = Vec::new();
    for (turn, (name, method)) in DrawMethod::NAMES.into_iter().enumerate() {
        if method == DrawMethod::Quadrature {
            continue;
        }
        for antithetic in [false, true] {
            let plan = DrawPlan {
                antithetic,
                seed: 5,
                ..plan(method, NUMBERS[turn + 1])
            };
            let name = format!("{name}, antithetic: {antithetic}");
            cases.push(case(&name, model().draws(plan), &panel(), 1));
        }
    }
    let leaping = DrawPlan {
        drop: 7,
        leap: 11,
        ..plan(DrawMethod::Halton, 20)
    };
    cases.push(case("leaping", model().draws(leaping), &panel(), 1));
    let rule = |specification: Specification, number| specification.draws(plan(DrawMethod::Quadrature, number));
    cases.push(case("quadrature", rule(model(), 7), &panel(), 1));
    cases.push(case(
        "quadrature in three dimensions",
        rule(three(), 3),
        &wide_schema(),
        1,
    ));
    cases
}

/// Coefficients that vary from case to case.
pub(super) fn within() -> Vec<Case> {
    let normal = |symbol: &str| random(symbol, Shape::Normal);
    let both = || mixed_model(&[], [normal("b_time"), from_case_to_case(normal("b_cost"))]);
    let draws = |specification: Specification, method, number, number_within| {
        specification.draws(DrawPlan {
            number_within,
            ..plan(method, number)
        })
    };
    let moved = with(
        random("b_time", Shape::Lognormal),
        &[("sign", "-1"), ("mean_shift", "0.1 * (time_b - cost_a)")],
    );
    let models = [
        ("both", draws(both(), DrawMethod::Halton, 9, 5), panel()),
        (
            "both, weighted",
            draws(both(), DrawMethod::Mlhs, 33, 3),
            panel().weight(expression("income + 2")),
        ),
        (
            "both, cross-section",
            draws(both(), DrawMethod::Sobol, 32, 4),
            wide_schema(),
        ),
        (
            "between cases alone",
            draws(
                mixed_model(&[], [from_case_to_case(normal("b_time"))]),
                DrawMethod::Random,
                40,
                3,
            ),
            panel(),
        ),
        (
            "curved, with what varies between cases",
            draws(
                mixed_model(&[], [from_case_to_case(moved), normal("asc_b")]),
                DrawMethod::ScrambledHalton,
                8,
                5,
            ),
            panel(),
        ),
        (
            "correlated",
            draws(
                mixed_model(
                    &[],
                    [
                        normal("asc_b"),
                        from_case_to_case(normal("b_time")),
                        from_case_to_case(normal("b_cost")),
                    ],
                )
                .correlated(["b_cost", "b_time"]),
                DrawMethod::Halton,
                7,
                4,
            ),
            panel(),
        ),
    ];
    let cases = models.into_iter().enumerate();
    let cases = cases.map(|(turn, (name, model, schema))| case(name, model, &schema, turn as u64));
    let mut cases: Vec<Case> = cases.collect();
    let long = specification(&[("b_x", 0.6), ("b_y", -0.4)], &[("all", "b_x * x + b_y * y")]);
    let long = long.random(normal("b_x")).random(from_case_to_case(normal("b_y")));
    let long = draws(long, DrawMethod::Mlhs, 6, 5);
    for (name, schema) in [
        ("within, counts", counted()),
        ("within, counts in a panel", counted().decision_maker("person")),
    ] {
        cases.push(Case {
            name: name.to_owned(),
            data: data(long_table(21, 5), &schema, &long),
            specification: long.clone(),
        });
    }
    cases
}

/// All of them.
pub(super) fn all() -> Vec<Case> {
    [
        shapes(),
        expressions(),
        groups_and_spaces(),
        nonlinear(),
        long(),
        draws(),
        within(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
