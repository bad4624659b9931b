//! What is refused, in words.

use super::*;

fn refusal(model: &Specification) -> String {
    model
        .clone()
        .completed()
        .validate()
        .expect_err("something is wrong with it")
        .to_string()
}

const NAMES: [&str; 3] = ["car", "train", "bus"];

fn known(covariance: ErrorCovariance) -> Specification {
    wide(named(of(covariance), &NAMES), 100)
}

#[test]
fn bases() {
    let model = wide(named(of(ErrorCovariance::Full).base("trian"), &NAMES), 100);
    assert_eq!(
        refusal(&model),
        "[probit]: the base \"trian\" is no alternative (did you mean \"train\"?); there are \"car\", \"train\", \"bus\""
    );
}

#[test]
fn covariances_that_are_not_identified() {
    let two = |covariance| wide(named(of(covariance), &["a", "b"]), 100);
    assert!(
        refusal(&two(ErrorCovariance::Diagonal)).contains("two alternatives: only the variance of their difference")
    );
    assert!(refusal(&two(ErrorCovariance::Factors(1))).contains("two alternatives"));
    let many = refusal(&known(ErrorCovariance::Factors(2)));
    assert!(many.contains("3 free parameters, but only 2 are identified"), "{many}");
    assert!(refusal(&known(ErrorCovariance::Factors(0))).contains("factors = 0"));
    let constants = specification(&[("asc_b", 0.0), ("asc_c", 0.0)], &[("b", "asc_b"), ("c", "asc_c")])
        .probit(named(of(ErrorCovariance::Full), &NAMES));
    assert!(refusal(&constants).contains("no utility uses a column"));
}

#[test]
fn draws_of_none() {
    let model = wide(named(of(ErrorCovariance::Full), &NAMES), 0);
    let said = refusal(&model);
    assert!(said.contains("draws") && !said.contains('\n'), "{said}");
}

#[test]
fn patterns() {
    assert!(refusal(&known(ErrorCovariance::Pattern(Vec::new()))).contains("needs elements"));
    let wrong = vec![
        element("car", "trian", "rho"),
        element("car", "bus", "0.1"),
        element("bus", "car", "0.2"),
    ];
    let said = refusal(&known(ErrorCovariance::Pattern(wrong)));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(
        lines[0].contains("\"trian\" is no alternative (did you mean \"train\"?)"),
        "{said}"
    );
    assert!(lines[1].contains("\"rho\" is no declared parameter"), "{said}");
    assert!(lines[2].contains("stands twice"), "{said}");
    // Singular at its start, which only the data can tell.
    let singular = vec![element("a", "b", "1")];
    let model = wide(of(ErrorCovariance::Pattern(singular)), 10);
    let data = wide_data(&model, 30, 1);
    let error = crate::Model::bind(&model, &data).unwrap_err().to_string();
    assert!(
        error.contains("the covariance is not positive definite, and nothing in it is free"),
        "{error}"
    );
    // Singular at its start only.
    let movable = vec![element("a", "b", "rho")];
    let model = wide(of(ErrorCovariance::Pattern(movable)), 10).parameter("rho", 1.0);
    let error = bind(&model, &data)
        .fit(&Default::default(), None)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("the covariance of the errors is not positive definite"),
        "{error}"
    );
    assert!(
        error.contains("\"a\" and \"b\"") || error.contains("\"b\" and \"a\""),
        "{error}"
    );
}

#[test]
fn parameters_of_another_covariance() {
    let model = known(ErrorCovariance::Full).parameter("sd_bus", 1.0);
    assert!(refusal(&model).contains("\"sd_bus\""));
    let declared = known(ErrorCovariance::Full).parameter("chol_bus_train", 0.2);
    assert!(declared.completed().validate().is_ok());
}

#[test]
fn names_that_mean_two_things() {
    let clash = named(of(ErrorCovariance::Full), &["a", "c", "b_c", "d_b", "d"]);
    assert!(refusal(&wide(clash, 100)).contains("would share the parameter \"chol_d_b_c\""));
    let tastes = wide(
        named(of(ErrorCovariance::Diagonal).base("b_time"), &["a", "b_time", "c"]),
        100,
    );
    let tastes = tastes.random(random("b_time", Shape::Normal));
    assert!(refusal(&tastes).contains("\"sd_b_time\" belongs to the covariance of the errors, and the distribution"));
}

#[test]
fn what_tastes_and_errors_do_not_share() {
    let tastes = |method: DrawMethod| {
        let model = long(of(ErrorCovariance::Independent), 20).draws(draws(method, 20));
        model.random(random("b_x", Shape::Normal))
    };
    let model = tastes(DrawMethod::Quadrature);
    let error = crate::Model::bind(&model, &long_data(&model, 20, 5))
        .unwrap_err()
        .to_string();
    assert!(error.contains("quadrature") && error.contains("sobol"), "{error}");
    let counts = Schema::of(logsum_data::Layout::Long {
        case: "case".to_owned(),
        alternative: Some("alt".to_owned()),
        choice: "w".to_owned(),
        counts: true,
    });
    let model = tastes(DrawMethod::Sobol);
    let data = data(long_table(20, 5), &counts.decision_maker("person"), &model);
    let error = crate::Model::bind(&model, &data).unwrap_err().to_string();
    assert!(error.contains("whole counts"), "{error}");
}
