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
