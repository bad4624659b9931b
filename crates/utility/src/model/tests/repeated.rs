//! A resample is a sum of what is drawn: value, score and Hessian of every family with units that count several times.

use logsum_data::{ChoiceData, Layout, RankingSchema, Schema, WideChoice};
use logsum_estimate::{LogLikelihood, Order, differences};

use super::{assert_near, bind};
use crate::estimation::FitOptions;
use crate::mixing::{DrawMethod, DrawNumber, DrawPlan, RandomCoefficient, Shape};
use crate::model::Model;
use crate::model::segment::{Group, Segment};
use crate::nests::Nest;
use crate::ordered::OrderedDistribution;
use crate::probit::{ErrorCovariance, Probit};
use crate::specification::Specification;
use crate::testing::{
    LONG, Random, WIDE, changed, data, expression, long_table, numbers, specification, wide_schema, wide_table,
};

/// Everybody 0 to 3 times, against what each of them adds.
#[track_caller]
fn assert_repeated(name: &str, specification: &Specification, data: &ChoiceData, theta: &[f64], kinks: bool) {
    let model = bind(specification, data);
    let fit = model
        .fit(
            &FitOptions {
                optimiser: logsum_estimate::Options {
                    max_iterations: 0,
                    ..logsum_estimate::Options::default()
                },
                ..FitOptions::default()
            },
            None,
        )
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let units = model.units_of(&fit).unwrap();
    let makers = model.decision_makers_of_units();
    assert_eq!(makers.n, data.n_decision_makers(), "{name}");
    let mut random = Random::new(77);
    let of_maker: Vec<f64> = (0..makers.n).map(|_| random.below(4) as f64).collect();
    let times: Vec<f64> = makers.of_unit.iter().map(|&maker| of_maker[maker as usize]).collect();
    let repeated = units.repeated(times.clone());

    let found = repeated.evaluate(theta, Order::Hessian).unwrap();
    let contributions = model.contributions(theta).unwrap();
    let value: f64 = contributions
        .iter()
        .zip(&of_maker)
        .map(|(value, times)| value * times)
        .sum();
    assert_near(found.log_likelihood, value, 1e-12, 1.0);
    let mut score = vec![0.0; theta.len()];
    let mut size: f64 = 1.0;
    model
        .visit_scores(theta, &mut |unit, of_unit| {
            for (sum, part) in score.iter_mut().zip(of_unit) {
                *sum += times[unit] * part;
                size += part.abs();
            }
        })
        .unwrap();
    for (found, expected) in found.score.iter().zip(&score) {
        assert!((found - expected).abs() < 1e-11 * size, "{name}: {found} {expected}");
    }
    let mut visited = vec![0.0; theta.len()];
    repeated
        .visit_scores(theta, &mut |_, of_unit| {
            visited.iter_mut().zip(of_unit).for_each(|(sum, part)| *sum += part)
        })
        .unwrap();
    for (found, expected) in visited.iter().zip(&score) {
        assert!((found - expected).abs() < 1e-11 * size, "{name}: {found} {expected}");
    }
    let hessian = match kinks {
        false => differences(&repeated, theta, &vec![0.1; theta.len()]).unwrap().1,
        true => {
            let mut products = ndarray::Array2::zeros((theta.len(), theta.len()));
            model
                .visit_scores(theta, &mut |unit, of_unit| {
                    for ((i, j), sum) in products.indexed_iter_mut() {
                        *sum -= times[unit] * of_unit[i] * of_unit[j];
                    }
                })
                .unwrap();
            products
        }
    };
    let largest = found.hessian.iter().fold(1.0, |most: f64, value| most.max(value.abs()));
    for (found, expected) in found.hessian.iter().zip(&hessian) {
        assert!((found - expected).abs() < 1e-6 * largest, "{name}: {found} {expected}");
    }
    // Once each it is the model itself.
    let once = units
        .repeated(vec![1.0; makers.of_unit.len()])
        .evaluate(theta, Order::Score)
        .unwrap();
    let plain = units.evaluate(theta, Order::Score).unwrap();
    assert_near(once.log_likelihood, plain.log_likelihood, 1e-14, 1.0);
}

/// Whether cases that are alike share lanes.
fn shares_lanes(model: &Model<'_>) -> bool {
    let compressed = |segment: &Segment| {
        let mut groups = segment.groups.iter();
        Ok(groups.any(|group| matches!(group, Group::Wide(group) if group.is_compressed())))
    };
    (0..model.blocks.segments.len()).all(|index| model.blocks.segments.visit(index, compressed).unwrap())
}

const THETA: [f64; 5] = [0.3, -0.2, -0.6, -0.5, 0.3];

fn draws(method: DrawMethod, number: usize) -> DrawPlan {
    DrawPlan {
        method,
        number: DrawNumber::Number(number),
        ..DrawPlan::default()
    }
}

#[test]
fn logit_wide_tall_compressed_and_counted() {
    let wide = specification(WIDE.0, WIDE.1);
    let panel = wide_schema().decision_maker("person").weight(expression("income + 2"));
    for (name, schema) in [("cases", wide_schema()), ("panel", panel)] {
        let data = data(wide_table(301, 7), &schema, &wide);
        assert_repeated(name, &wide, &data, &THETA, false);
    }
    // Few situations, so that cases share lanes.
    let few = specification(&[("asc_b", 0.0), ("b_time", 0.0)], &[("b", "asc_b + b_time * income")]);
    let table = changed(wide_table(700, 9), "income", |_, value| value.round());
    let schema = wide_schema().decision_maker("person").weight(expression("w"));
    let table = changed(table, "w", |row, _| 1.0 + (row % 3) as f64);
    let compressed = data(table, &schema, &few);
    assert!(shares_lanes(&bind(&few, &compressed)));
    assert_repeated("compressed", &few, &compressed, &[0.3, 0.5], false);

    let long = specification(LONG.0, LONG.1);
    let counted = Schema::of(Layout::Long {
        case: "case".to_owned(),
        alternative: Some("alt".to_owned()),
        choice: "count".to_owned(),
        counts: true,
    });
    let chosen = Schema::long("case", "alt", "choice");
    for (name, schema) in [("ragged", chosen), ("counts", counted.decision_maker("person"))] {
        let data = data(long_table(90, 5), &schema, &long);
        assert_repeated(name, &long, &data, &[0.6, -0.4, 0.3, -0.2, 0.3], false);
    }
}

#[test]
fn cases_with_choice_sets_of_their_own() {
    // Unlabelled and large: lanes are slots.
    let specification = specification(&[("b_x", 0.0), ("b_y", 0.0)], &[("all", "b_x * x + b_y * y")]);
    let mut random = Random::new(3);
    let (n_cases, n_slots) = (40, 37);
    let n = n_cases * n_slots;
    let case = |row: usize| (row / n_slots) as f64;
    let columns = vec![
        numbers("case", (0..n).map(case)),
        numbers(
            "choice",
            (0..n).map(|row| f64::from(u8::from(row % n_slots == row / n_slots % n_slots))),
        ),
        numbers("x", (0..n).map(|_| random.normal()).collect::<Vec<_>>()),
        numbers("y", (0..n).map(|_| random.normal()).collect::<Vec<_>>()),
    ];
    let mut schema = Schema::long("case", "case", "choice");
    schema.layout = Layout::Long {
        case: "case".to_owned(),
        alternative: None,
        choice: "choice".to_owned(),
        counts: false,
    };
    let data = data(crate::testing::table(columns), &schema, &specification);
    assert_repeated("tall", &specification, &data, &[0.4, -0.3], false);
}

#[test]
fn nests_ordered_models_and_rankings() {
    let nested = specification(
        &[("asc_b", 0.3), ("b_time", -0.6), ("b_cost", -0.5), ("lambda", 0.7)],
        &[
            ("a", "b_time * time_a / 10 + b_cost * cost_a"),
            ("b", "asc_b + b_time * time_b / 10 + b_cost * cost_b"),
            ("c", "b_time * time_c / 10 + b_cost * cost_c"),
        ],
    );
    let nested = nested.nest(Nest::new("nest", ["a", "b"], expression("lambda")));
    let panel = wide_schema().decision_maker("person");
    let of_nested = data(wide_table(301, 7), &panel, &nested);
    assert_repeated("nested", &nested, &of_nested, &[0.3, -0.6, -0.5, 0.7], false);

    let plain = specification(WIDE.0, WIDE.1);
    for best_worst in [false, true] {
        let mut schema = panel.clone().ranking(RankingSchema {
            further: vec!["second".to_owned(), "third".to_owned()],
            best_worst,
            ..RankingSchema::default()
        });
        schema.layout = Layout::Wide {
            choice: WideChoice::Code("first".to_owned()),
        };
        let rankings = data(super::rankings::ranked(200, 4, best_worst), &schema, &plain);
        assert_repeated("ranking", &plain, &rankings, &THETA, false);
    }
}

#[test]
fn ordered_logit_and_probit() {
    for distribution in [OrderedDistribution::Logit, OrderedDistribution::Probit] {
        let (specification, data) = super::ordered::small(distribution);
        let theta: Vec<f64> = bind(&specification, &data).start();
        assert_repeated("ordered", &specification, &data, &theta, false);
    }
}

#[test]
fn random_tastes_and_normal_errors() {
    let panel = wide_schema().decision_maker("person").weight(expression("income + 2"));
    let random = |shape: Shape| specification(WIDE.0, WIDE.1).random(RandomCoefficient::new("b_time", shape));
    let theta = [&THETA[..], &[0.4]].concat();
    for (name, schema) in [("panel", panel.clone()), ("cases", wide_schema())] {
        let model = random(Shape::Normal).draws(draws(DrawMethod::Halton, 40));
        let data = data(wide_table(120, 7), &schema, &model);
        assert_repeated(name, &model, &data, &theta, false);
    }
    let kinked = random(Shape::CensoredNormal).draws(draws(DrawMethod::Sobol, 32));
    let data_of_kinked = data(wide_table(120, 7), &panel, &kinked);
    assert_repeated("kinks", &kinked, &data_of_kinked, &theta, true);

    let probit = specification(WIDE.0, WIDE.1)
        .probit(Probit::new(ErrorCovariance::Full))
        .draws(draws(DrawMethod::Sobol, 32));
    let data = data(wide_table(80, 7), &wide_schema().decision_maker("person"), &probit);
    let theta: Vec<f64> = bind(&probit, &data).start();
    assert_repeated("probit", &probit, &data, &theta, false);
}
