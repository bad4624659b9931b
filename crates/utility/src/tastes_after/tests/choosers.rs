use logsum_data::Layout;
use logsum_estimate::{LogLikelihood, Order};

use super::*;
use crate::mixing::{DrawMethod, DrawNumber, DrawPlan, Varies, WillingnessToPaySpace};
use crate::tastes_after::IndividualsError;
use crate::testing::situations;

fn plan(method: DrawMethod, number: usize) -> DrawPlan {
    DrawPlan {
        method,
        number: DrawNumber::Number(number),
        number_within: 20,
        ..DrawPlan::default()
    }
}

/// One attribute, of the first alternative alone.
fn one(random: RandomCoefficient, draws: DrawPlan) -> Specification {
    crate::testing::specification(&[("b", 0.1)], &[("a", "b * x"), ("b", "0 * b")])
        .random(random)
        .draws(draws)
}

fn panel(specification: &Specification, x: &[f64], choice: &[f64], person: &[f64]) -> ChoiceData {
    let schema = Schema::wide("choice")
        .alternative("a", 0)
        .alternative("b", 1)
        .decision_maker("person");
    let cells = vec![
        numbers("choice", choice.iter().copied()),
        numbers("person", person.iter().copied()),
        numbers("x", x.iter().copied()),
    ];
    data(table(cells), &schema, specification)
}

#[test]
fn two_nodes_by_hand() {
    let specification = one(
        RandomCoefficient::new("b", Shape::Normal),
        plan(DrawMethod::Quadrature, 2),
    );
    let data = panel(&specification, &[1.0, 2.0, 0.5], &[0.0, 1.0, 1.0], &[1.0, 1.0, 2.0]);
    let model = Model::bind(&specification, &data).unwrap();
    let (m, s) = (0.3, 0.9);
    let found = model.individuals(&[m, s], None, None).unwrap();
    // Nodes ±1 with weights 1/2.
    let share = |beta: f64, x: f64| 1.0 / (1.0 + (-beta * x).exp());
    let (low, high) = (m - s, m + s);
    let first = |beta: f64| share(beta, 1.0) * (1.0 - share(beta, 2.0));
    let second = |beta: f64| 1.0 - share(beta, 0.5);
    for (maker, likelihood) in [&first as &dyn Fn(f64) -> f64, &second].into_iter().enumerate() {
        let all = 0.5 * likelihood(low) + 0.5 * likelihood(high);
        let weight = 0.5 * likelihood(high) / all;
        let mean = (1.0 - weight) * low + weight * high;
        assert_near(found.means[0][maker], mean, 1e-13);
        assert_near(
            found.sds[0][maker],
            (high - low) * (weight * (1.0 - weight)).sqrt(),
            1e-13,
        );
        assert_near(found.log_likelihoods[maker], all.ln(), 1e-13);
    }
    assert_eq!(found.coefficients, ["b"]);
    assert_eq!(found.choices, [2, 1]);
    assert_eq!(found.willingness_to_pay, None);
}

#[test]
fn without_spread_everybody_has_the_parameter() {
    let specification = one(RandomCoefficient::new("b", Shape::Normal), plan(DrawMethod::Halton, 37));
    let data = panel(&specification, &[1.0, 2.0], &[0.0, 1.0], &[1.0, 2.0]);
    let model = Model::bind(&specification, &data).unwrap();
    let found = model.individuals(&[0.7, 0.0], None, None).unwrap();
    assert_eq!(found.means, [[0.7, 0.7]]);
    assert_eq!(found.sds, [[0.0, 0.0]]);
}

#[test]
fn conditional_means_average_to_the_mean_of_the_population() {
    let (m, s) = (-1.0, 0.8);
    let (persons, situations) = (600, 10);
    let mut random = Random::new(3);
    let (mut x, mut choice, mut person) = (Vec::new(), Vec::new(), Vec::new());
    let mut tastes = Vec::new();
    for maker in 0..persons {
        let beta = m + s * random.normal();
        tastes.push(beta);
        for _ in 0..situations {
            let attribute = 2.0 * random.normal();
            x.push(attribute);
            choice.push(random.choose(&[beta * attribute, 0.0]) as f64);
            person.push(f64::from(maker));
        }
    }
    let specification = one(
        RandomCoefficient::new("b", Shape::Normal),
        plan(DrawMethod::ScrambledHalton, 200),
    );
    let data = panel(&specification, &x, &choice, &person);
    let model = Model::bind(&specification, &data).unwrap();
    let found = model.individuals(&[m, s], None, None).unwrap();
    let n = f64::from(persons);
    let mean = found.means[0].iter().sum::<f64>() / n;
    // The mean of the tastes that were drawn is off by 0.8/√600 = 0.03; three times that.
    assert_near(mean, m, 0.1);
    let between = found.means[0]
        .iter()
        .map(|one| (one - mean) * (one - mean))
        .sum::<f64>()
        / n;
    let within = found.sds[0].iter().map(|sd| sd * sd).sum::<f64>() / n;
    assert_near((between + within).sqrt(), s, 0.1);
    // They know the person: off by their own standard deviations, and correlated with the tastes.
    let off = found.means[0]
        .iter()
        .zip(&tastes)
        .map(|(mean, taste)| (mean - taste) * (mean - taste))
        .sum::<f64>()
        / n;
    assert_near(off.sqrt(), within.sqrt(), 0.1);
    assert!(between > 0.3 * s * s, "{between}");
    let value = model.evaluate(&[m, s], Order::Value).unwrap().log_likelihood;
    assert_near(found.log_likelihoods.iter().sum::<f64>(), value, 1e-12);
}

#[test]
fn any_number_of_draws_and_threads() {
    let specification = two(&[("b", 0.1), ("c", 0.1)])
        .random(RandomCoefficient::new("b", Shape::Normal))
        .draws(plan(DrawMethod::Halton, 70));
    let data = choices(&specification, 50);
    let model = Model::bind(&specification, &data).unwrap();
    let theta = [0.5, -0.4, 0.8];
    let found = model.individuals(&theta, Some("c"), None).unwrap();
    assert_eq!(model.individuals(&theta, Some("c"), Some(70)).unwrap(), found);
    assert_ne!(model.individuals(&theta, Some("c"), Some(80)).unwrap(), found);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    assert_eq!(
        pool.install(|| model.individuals(&theta, Some("c"), None)).unwrap(),
        found
    );
    // A cost coefficient that does not vary divides the moments.
    let money = found.willingness_to_pay.unwrap();
    assert_eq!(
        (money.cost.as_str(), money.coefficients.as_slice()),
        ("c", ["b".to_owned()].as_slice())
    );
    for maker in 0..50 {
        assert_near(money.means[0][maker], found.means[0][maker] / 0.4, 1e-13);
        assert_near(money.sds[0][maker], found.sds[0][maker] / 0.4, 1e-13);
    }
    // By itself, a random coefficient is the cost of what does not vary.
    let money = model
        .individuals(&theta, Some("b"), None)
        .unwrap()
        .willingness_to_pay
        .unwrap();
    assert_eq!(money.coefficients, ["c"]);
}

#[test]
fn willingness_to_pay_space_is_reported_in_money() {
    let draws = plan(DrawMethod::Sobol, 64);
    let mut specification = two(&[("b", 0.1), ("c", 0.1)])
        .random(RandomCoefficient::new("b", Shape::Normal))
        .random(named("c", Shape::Lognormal, |distribution| {
            if let TasteDistribution::Named { sign, .. } = distribution {
                *sign = -1.0;
            }
        }))
        .draws(draws);
    specification.mixing.as_mut().unwrap().willingness_to_pay = Some(WillingnessToPaySpace {
        cost: "c".to_owned(),
        coefficients: vec!["b".to_owned()],
    });
    let data = choices(&specification, 30);
    let model = Model::bind(&specification, &data).unwrap();
    // b, c, sd_b, sd_c: everybody would pay 5, whatever the cost coefficient is.
    let found = model.individuals(&[5.0, -0.5, 0.0, 0.7], Some("c"), None).unwrap();
    assert_eq!(found.coefficients, ["b", "c"]);
    for maker in 0..30 {
        assert_near(found.means[0][maker], 5.0, 1e-14);
        assert!(found.sds[0][maker] < 1e-13 && found.sds[1][maker] > 0.01);
        assert!(found.means[1][maker] < 0.0);
    }
    assert_eq!(found.willingness_to_pay.unwrap().means[0], found.means[0]);
}

#[test]
fn counts_of_nobody_in_particular_are_averaged() {
    let specification = crate::testing::specification(&[("b", 0.1)], &[("all", "b * x")])
        .random(RandomCoefficient::new("b", Shape::Normal))
        .draws(plan(DrawMethod::Quadrature, 2));
    let schema = Schema::of(Layout::Long {
        case: "case".to_owned(),
        alternative: Some("alt".to_owned()),
        choice: "n".to_owned(),
        counts: true,
    });
    let cells = |counts: [f64; 4]| {
        vec![
            numbers("case", [1.0, 1.0, 2.0, 2.0]),
            numbers("alt", [1.0, 2.0, 1.0, 2.0]),
            numbers("n", counts),
            numbers("x", [1.0, 0.0, 0.3, 0.0]),
        ]
    };
    let find = |counts: [f64; 4]| {
        let data = data(table(cells(counts)), &schema, &specification);
        let model = Model::bind(&specification, &data).unwrap();
        let found = model.individuals(&[0.4, 0.8], None, None).unwrap();
        let value = model.evaluate(&[0.4, 0.8], Order::Value).unwrap().log_likelihood;
        assert_near(found.log_likelihoods.iter().sum::<f64>(), value, 1e-14);
        found
    };
    let (both, first, second) = (
        find([3.0, 1.0, 1.0, 1.0]),
        find([1.0, 0.0, 1.0, 1.0]),
        find([0.0, 1.0, 1.0, 1.0]),
    );
    assert_eq!(both.choices, [4, 2]);
    let mean = 0.75 * first.means[0][0] + 0.25 * second.means[0][0];
    assert_near(both.means[0][0], mean, 1e-14);
    let square = |one: &crate::tastes_after::Individuals| one.sds[0][0].powi(2) + one.means[0][0].powi(2);
    let variance = 0.75 * square(&first) + 0.25 * square(&second) - mean * mean;
    assert_near(both.sds[0][0], variance.sqrt(), 1e-14);
}

#[test]
fn who_has_no_weight_is_like_the_population() {
    let specification = one(
        RandomCoefficient::new("b", Shape::Normal),
        plan(DrawMethod::Quadrature, 5),
    );
    let schema = Schema::wide("choice")
        .alternative("a", 0)
        .alternative("b", 1)
        .weight(expression("w"));
    let cells = vec![
        numbers("choice", [0.0, 1.0]),
        numbers("x", [1.0, 2.0]),
        numbers("w", [2.0, 0.0]),
    ];
    let data = data(table(cells), &schema, &specification);
    let model = Model::bind(&specification, &data).unwrap();
    let found = model.individuals(&[0.4, 0.8], None, None).unwrap();
    assert_near(found.means[0][1], 0.4, 1e-14);
    assert_near(found.sds[0][1], 0.8, 1e-14);
    assert!(found.means[0][0] > 0.4);
    assert_eq!(found.log_likelihoods[1], 0.0);
}

#[test]
fn what_varies_by_case_is_left_out() {
    let by_case = |symbol: &str| {
        let mut random = RandomCoefficient::new(symbol, Shape::Normal);
        random.varies = Varies::Case;
        random
    };
    let specification = two(&[("b", 0.1), ("c", 0.1)])
        .random(by_case("b"))
        .random(RandomCoefficient::new("c", Shape::Normal))
        .draws(plan(DrawMethod::Sobol, 16));
    let data = choices(&specification, 12);
    let model = Model::bind(&specification, &data).unwrap();
    let theta = [0.4, -0.5, 0.8, 0.6];
    let found = model.individuals(&theta, Some("c"), None).unwrap();
    assert_eq!(found.coefficients, ["c"]);
    assert!(found.willingness_to_pay.unwrap().coefficients.is_empty());
    let value = model.evaluate(&theta, Order::Value).unwrap().log_likelihood;
    assert_near(found.log_likelihoods.iter().sum::<f64>(), value, 1e-13);
    let error = model.individuals(&theta, Some("b"), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "willingness to pay: \"b\" varies from case to case, and so does what is divided by it; name a coefficient that is \
         a decision maker's"
    );

    let specification = two(&[("b", 0.1), ("c", 0.1)])
        .random(by_case("b"))
        .draws(plan(DrawMethod::Sobol, 16));
    let model = Model::bind(&specification, &data).unwrap();
    assert_eq!(
        model
            .individuals(&[0.4, -0.5, 0.8], None, None)
            .unwrap_err()
            .to_string(),
        "individual tastes: every random coefficient varies from case to case; none belongs to a decision maker"
    );
}

#[test]
fn every_refusal_says_what_to_do() {
    let same = two(&[("b", 0.1), ("c", 0.1)]);
    let data = choices(&same, 5);
    let refusal = |specification: &Specification, theta: &[f64], cost: Option<&str>, number: Option<usize>| {
        let model = Model::bind(specification, &data).unwrap();
        model.individuals(theta, cost, number).unwrap_err()
    };
    let error = refusal(&same, &[0.1, 0.1], None, None);
    assert_eq!(
        error.to_string(),
        "individual tastes: the model has no random tastes, so that everybody's are the estimates; add [random]"
    );
    let cost = crate::testing::specification(
        &[("b", 0.1), ("b_cost", 0.1)],
        &[("a", "b * x_a + b_cost * y_a"), ("b", "b * x_b")],
    )
    .random(RandomCoefficient::new("b", Shape::Normal));
    let error = refusal(&cost, &[0.1, 0.1, 0.2], Some("b_cots"), None);
    assert_eq!(
        error.to_string(),
        "willingness to pay: no utility has the coefficient \"b_cots\"; did you mean \"b_cost\"?"
    );
    let error = refusal(&cost, &[0.1, 0.1, 0.2], Some("entirely_else"), None);
    assert_eq!(
        error.to_string(),
        "willingness to pay: no utility has the coefficient \"entirely_else\""
    );
    let error = refusal(&cost, &[0.1, 0.1, 0.2], None, Some(0));
    assert!(matches!(error, IndividualsError::Draws(_)), "{error}");
    let error = refusal(&cost, &[0.1], None, None);
    assert_eq!(
        error.to_string(),
        "1 values are given for 3 parameters; give one for each, fixed ones included"
    );
    // Nobody has chosen.
    let schema = Schema::wide("choice").alternative("a", 0).alternative("b", 1);
    let specification = one(RandomCoefficient::new("b", Shape::Normal), plan(DrawMethod::Halton, 8));
    let situations = situations(table(vec![numbers("x", [1.0])]), &schema, &specification);
    let model = Model::bind(&specification, &situations).unwrap();
    assert!(matches!(
        model.individuals(&[0.1, 0.2], None, None),
        Err(IndividualsError::Evaluation(_))
    ));
}
