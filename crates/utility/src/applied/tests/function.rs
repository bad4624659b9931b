use crate::applied::{Multiplicand, ParameterFunction, multiplicand, wald};
use crate::comparison::testing::{fitted, logit};
use crate::testing::{expression, specification, wide_schema};

#[test]
fn functions_of_parameters_have_exact_gradients() {
    let (specification, data) = logit();
    let fit = fitted(&specification, &data);
    let theta: Vec<f64> = fit.parameters.iter().map(|of| of.estimate).collect();
    let function = ParameterFunction::parse("-exp(b_time) * b_cost", &fit).unwrap();
    let (time, cost) = (theta[2], theta[3]);
    assert_eq!(function.value(&theta), -time.exp() * cost);
    assert_eq!(
        function.gradient(&theta),
        [0.0, 0.0, -time.exp() * cost, -time.exp(), 0.0]
    );
    assert_eq!(function.parameters(), [2, 3]);
    let minus = ParameterFunction::parse("b_cost", &fit).unwrap().negated().times(0.01);
    assert_eq!((minus.value(&theta), minus.gradient(&theta)[3]), (-0.01 * cost, -0.01));
    let message = |text: &str| ParameterFunction::parse(text, &fit).unwrap_err().to_string();
    assert_eq!(
        message("b_costs"),
        "\"b_costs\" is no parameter of this fit; did you mean \"b_cost\"?"
    );
    assert_eq!(message("cost_a / 2"), "\"cost_a\" is no parameter of this fit");
    assert_eq!(message("2 + 2"), "\"2 + 2\" does not depend on any parameter");
    assert!(
        message("2 * ").starts_with("line 1, column 4: expected"),
        "{}",
        message("2 * ")
    );
}

#[test]
fn wald_tests_by_hand() {
    let (specification, data) = logit();
    let fit = fitted(&specification, &data);
    let test = |restrictions: &[&str]| {
        let restrictions: Vec<String> = restrictions.iter().map(|text| (*text).to_owned()).collect();
        wald(&fit, &restrictions)
    };
    // One of a single parameter is its statistic squared.
    let one = test(&["b_time = 0"]).unwrap();
    let known = &fit.parameters[2];
    assert!((one.statistic / known.statistic.unwrap().powi(2) - 1.0).abs() < 1e-12);
    assert_eq!(one.degrees, 1);
    assert!((one.p_value - known.p_value.unwrap()).abs() < 1e-12);
    let c = fit.chosen_covariance().unwrap();
    let at = |k: usize| fit.parameters[k].estimate;
    let r = at(2) - 2.0 * at(3);
    let variance = c[2][2] - 4.0 * c[2][3] + 4.0 * c[3][3];
    let two = test(&["b_time == 2 * b_cost"]).unwrap();
    assert!((two.statistic / (r * r / variance) - 1.0).abs() < 1e-12);
    assert_eq!(two.restrictions[0].difference.estimate, r);
    // Two together: the quadratic form with the inverse of a 2 × 2.
    let both = test(&["b_time = 0", "b_cost = 0"]).unwrap();
    let determinant = c[2][2] * c[3][3] - c[2][3] * c[2][3];
    let form = (at(2) * at(2) * c[3][3] - 2.0 * at(2) * at(3) * c[2][3] + at(3) * at(3) * c[2][2]) / determinant;
    assert!((both.statistic / form - 1.0).abs() < 1e-10);
    assert_eq!(both.degrees, 2);

    let message = |restrictions: &[&str]| test(restrictions).unwrap_err().to_string();
    assert_eq!(
        message(&["b_time = 0", "2 * b_time = 0"]),
        "the restrictions are not independent: one of them follows from the others"
    );
    assert_eq!(
        message(&["b_time"]),
        "restriction \"b_time\": write an equation, such as \"b_time = 2 * b_cost\" or \"b_time = 0\""
    );
    assert_eq!(
        message(&["b_tme = 1"]),
        "restriction \"b_tme = 1\": \"b_tme\" is no parameter of this fit; did you mean \"b_time\"?"
    );
    assert_eq!(
        message(&["1 = 1"]),
        "restriction \"1 = 1\": \"1 = 1\" does not depend on any parameter"
    );
    let mut held = fit.clone();
    held.covariance.hessian = Some(vec![vec![0.0; 5]; 5]);
    assert!(
        wald(&held, &["b_time = 0".to_owned()])
            .unwrap_err()
            .to_string()
            .contains("none of its parameters has")
    );
}

#[test]
fn coefficients_know_what_they_are_multiplied_by() {
    let schema = wide_schema()
        .derive("hours", expression("time_b / 60"))
        .derive("fare", expression("cost_b * (region == 0) / 100"));
    let utilities = [
        (
            "a",
            "b_time * time_a / 60 + b_cost * cost_a / 100 + b_log * log(time_a) - b_minus * time_a",
        ),
        (
            "b",
            "asc_b + b_time * hours + b_fare * fare + b_both * time_b * cost_b + b_mixed * time_b",
        ),
        (
            "c",
            "b_mixed * time_c / 2 + if(income > 1, b_some * cost_c, 0) + exp(b_bent * time_c) + b_cost * b_value * time_c",
        ),
    ];
    let names = [
        "asc_b", "b_time", "b_cost", "b_log", "b_both", "b_mixed", "b_minus", "b_some", "b_bent", "b_value", "b_fare",
    ];
    let parameters: Vec<(&str, f64)> = names.iter().map(|name| (*name, 0.0)).collect();
    let specification = specification(&parameters, &utilities);
    let of = |term: &str| multiplicand(&specification, &schema, term);
    let columns = |names: &[&str], factor: f64| {
        Some(Multiplicand::Columns {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            factor,
        })
    };
    assert_eq!(of("asc_b"), Some(Multiplicand::One));
    assert_eq!(of("b_time"), columns(&["time_a", "time_b"], 1.0 / 60.0));
    assert_eq!(of("b_fare"), columns(&["cost_b"], 0.01));
    for product in ["b_cost", "b_value"] {
        assert_eq!(of(product), Some(Multiplicand::Parameters), "{product}");
    }
    assert_eq!(of("b_minus"), columns(&["time_a"], -1.0));
    assert_eq!(of("b_some"), columns(&["cost_c"], 1.0));
    assert_eq!(of("b_bent"), None);
    for other in ["b_log", "b_both", "b_mixed"] {
        assert_eq!(of(other), Some(Multiplicand::Other), "{other}");
    }
    assert_eq!(of("b_none"), None);
}
