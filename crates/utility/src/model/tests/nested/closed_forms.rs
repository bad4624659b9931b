//! Models that must be the same.

use logsum_estimate::{LogLikelihood, Order};

use super::*;

fn ln_l(specification: &Specification, data: &ChoiceData, theta: &[f64]) -> f64 {
    bind(specification, data)
        .evaluate(theta, Order::Value)
        .unwrap()
        .log_likelihood
}

fn assert_same(one: (&Specification, &[f64]), other: (&Specification, &[f64]), tolerance: f64) {
    let data = choices(80, 11, one.0);
    let (a, b) = (bind(one.0, &data), bind(other.0, &data));
    let value = |model: &Model<'_>, theta: &[f64]| model.evaluate(theta, Order::Value).unwrap().log_likelihood;
    assert_near(value(&a, one.1), value(&b, other.1), tolerance, 1.0);
    let (a, b) = (a.predict(one.1).unwrap(), b.predict(other.1).unwrap());
    for (a, b) in a.probabilities.iter().zip(&b.probabilities) {
        assert_near(*a, *b, tolerance, 1.0);
    }
    for (a, b) in a.logsums.iter().zip(&b.logsums) {
        assert_near(*a, *b, tolerance, 1.0);
    }
}

#[test]
fn dissimilarities_of_one_are_logit() {
    let plain = logit();
    let theta = [0.5, -0.2, 0.3, 0.1, 0.9];
    for seed in 0..6 {
        let specification = nested(logit(), random_tree(seed));
        let mut of_nested = theta.to_vec();
        of_nested.resize(specification.parameters.len(), 1.0);
        assert_same((&specification, &of_nested), (&plain, &theta), 1e-14);
    }
    // Of cross-nested ones too, whatever the allocations.
    let cross = crossed(logit());
    let of_cross = [&theta[..], &[0.4, -0.7, 1.0, 1.0]].concat();
    assert_same((&cross, &of_cross), (&plain, &theta), 1e-14);
}

#[test]
fn a_nest_around_a_nest_of_the_same_members_changes_nothing() {
    let two = nested(logit(), vec![Nest::new("n", ["a", "b", "c"], expression("lambda_0"))]);
    let inner = Nest::new("inner", ["a", "b", "c"], expression("lambda_0"));
    let outer = Nest::new("outer", ["inner"], expression("0.9"));
    let three = nested(logit(), vec![outer, inner]);
    let theta = [0.5, -0.2, 0.3, 0.1, 0.9, 0.6];
    assert_same((&three, &theta), (&two, &theta), 1e-14);
}

#[test]
fn allocations_of_nought_and_one_are_nests() {
    let part = |name: &str, allocation: &str| (name.to_owned(), expression(allocation));
    let cross = nested(
        logit(),
        vec![
            Nest::of_parts(
                "n",
                [part("a", "1"), part("b", "1"), part("c", "0")],
                expression("lambda_0"),
            ),
            Nest::of_parts(
                "m",
                [part("a", "0"), part("c", "1"), part("d", "1")],
                expression("lambda_1"),
            ),
        ],
    );
    let tree = nested(
        logit(),
        vec![
            Nest::new("n", ["a", "b"], expression("lambda_0")),
            Nest::new("m", ["c", "d"], expression("lambda_1")),
        ],
    );
    let theta = [0.5, -0.2, 0.3, 0.1, 0.9, 0.6, 0.4];
    assert_same((&cross, &theta), (&tree, &theta), 1e-14);
    let data = choices(40, 5, &cross);
    let whole = bind(&cross, &data).evaluate(&theta, Order::Hessian).unwrap();
    let same = bind(&tree, &data).evaluate(&theta, Order::Hessian).unwrap();
    for (one, other) in whole.hessian.iter().zip(&same.hessian) {
        assert_near(*one, *other, 1e-12, 1.0);
    }
}

#[test]
fn what_is_not_normalised_is_normalised_utilities_times_dissimilarity() {
    // All alternatives in nests: V/λ inside, so utilities times λ are those that are not divided.
    let unscaled = Nest::new("n", ["a", "b", "c"], expression("lambda_0")).not_normalised();
    let rest = Nest::new("m", ["d", "e", "f"], expression("lambda_0")).not_normalised();
    let unscaled = nested(logit(), vec![unscaled, rest]);
    let times = |text: &str| crate::term::Term::from(expression(&format!("lambda_0 * ({text})")));
    let mut scaled = logit().parameter("lambda_0", 0.7);
    scaled.all = Some(times("b_x * x").into_expression());
    for (_, own) in &mut scaled.own {
        *own = times(own.source()).into_expression();
    }
    let nests = vec![
        Nest::new("n", ["a", "b", "c"], expression("lambda_0")),
        Nest::new("m", ["d", "e", "f"], expression("lambda_0")),
    ];
    let scaled = nested(scaled, nests);
    let theta = [0.5, -0.2, 0.3, 0.1, 0.9, 0.6];
    assert_same((&unscaled, &theta), (&scaled, &theta), 1e-13);
}

#[test]
fn probabilities_sum_to_one_and_by_hand() {
    for (name, specification) in all_models() {
        let data = choices(80, 2, &specification);
        let model = bind(&specification, &data);
        let theta = start(&model, 5);
        let prediction = model.predict(&theta).unwrap();
        for case in 0..data.n_cases() {
            let sum: f64 = prediction.probabilities[data.pairs(case)].iter().sum();
            assert!((sum - 1.0).abs() < 1e-13, "{name}: {sum}");
        }
    }
    // Red bus, blue bus: λ near 0 leaves two alternatives.
    let specification = nested(
        Specification::new()
            .parameter("b", 0.0)
            .utility_of_all(crate::term::Term::from(expression("b * x"))),
        vec![Nest::new("bus", ["a", "b"], expression("lambda_0"))],
    );
    let table = table(vec![
        numbers("case", [1.0, 1.0, 1.0]),
        numbers("alt", [1.0, 2.0, 3.0]),
        numbers("choice", [1.0, 0.0, 0.0]),
        numbers("x", [1.0, 1.0, 1.0]),
    ]);
    let data = data(table, &schema(), &specification);
    let model = bind(&specification, &data);
    let lambda: f64 = 0.25;
    let bus = 2.0_f64.powf(lambda);
    let prediction = model.predict(&[0.0, lambda]).unwrap();
    for (found, expected) in
        prediction
            .probabilities
            .iter()
            .zip([0.5 * bus / (bus + 1.0), 0.5 * bus / (bus + 1.0), 1.0 / (bus + 1.0)])
    {
        assert_near(*found, expected, 1e-15, 1.0);
    }
    assert_near(prediction.logsums[0], (bus + 1.0).ln(), 1e-15, 1.0);
}

#[test]
fn utilities_of_hundreds_keep_their_logarithms() {
    let specification = nested(logit(), random_tree(2));
    let data = choices(50, 3, &specification);
    let mut theta = vec![900.0, -700.0, 0.3, 0.1, 0.9];
    theta.resize(specification.parameters.len(), 0.05);
    let value = ln_l(&specification, &data, &theta);
    assert!(value.is_finite() && value < -1000.0);
    let whole = bind(&specification, &data).evaluate(&theta, Order::Hessian).unwrap();
    assert!(whole.score.iter().chain(&whole.hessian).all(|value| value.is_finite()));
}
