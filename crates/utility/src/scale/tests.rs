use logsum_data::{ChoiceData, Schema};
use logsum_estimate::{Evaluation, LogLikelihood, Order, check_derivatives};

use super::Scale;
use crate::estimation::FitOptions;
use crate::fit::Fit;
use crate::inference::CovarianceKind;
use crate::mixing::{DrawMethod, DrawNumber, DrawPlan, RandomCoefficient, Shape};
use crate::model::Model;
use crate::probit::Probit;
use crate::specification::Specification;
use crate::term::{Term, column, parameter};
use crate::testing::{
    LONG, Random, WIDE, changed, data, expression, long_table, specification, wide_schema, wide_table,
};

/// Parameters of [`WIDE`] and a scale's, and the utilities of [`WIDE`].
fn unscaled(parameters: &[(&str, f64)]) -> Specification {
    let declared: Vec<(&str, f64)> = WIDE.0.iter().chain(parameters).copied().collect();
    specification(&declared, WIDE.1)
}

fn term(source: &str) -> Term {
    Term::from(expression(source))
}

/// Rich cases have another scale, and those of some regions one more: some cases have both.
fn two_scales() -> Specification {
    unscaled(&[("mu", 1.0), ("g", 0.0)])
        .scale(Scale::new("rich", parameter("mu")).when(term("income > 0.5")))
        .scale(Scale::new("region", (parameter("g") * column("region") / 10.0).exp()).when(term("region > 5")))
}

/// The same by hand.
fn by_hand() -> Specification {
    let written: Vec<(&str, String)> = WIDE
        .1
        .iter()
        .map(|(name, utility)| {
            let scale = "if(income > 0.5, mu, 1) * if(region > 5, exp(g * region / 10), 1)";
            (*name, format!("{scale} * ({utility})"))
        })
        .collect();
    let utilities: Vec<(&str, &str)> = written
        .iter()
        .map(|(name, utility)| (*name, utility.as_str()))
        .collect();
    let declared: Vec<(&str, f64)> = WIDE.0.iter().copied().chain([("mu", 1.0), ("g", 0.0)]).collect();
    specification(&declared, &utilities)
}

#[track_caller]
fn assert_same(ours: &Evaluation, theirs: &Evaluation) {
    assert_eq!(ours.log_likelihood, theirs.log_likelihood);
    assert_eq!(ours.score, theirs.score);
    assert_eq!(ours.hessian, theirs.hessian);
}

fn bind<'d>(specification: &Specification, data: &'d ChoiceData) -> Model<'d> {
    Model::bind(specification, data).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn it_is_the_utility_multiplied_by_hand() {
    let scaled = two_scales();
    let data = data(wide_table(200, 3), &wide_schema(), &scaled);
    let (scaled, by_hand) = (bind(&scaled, &data), bind(&by_hand(), &data));
    for seed in 0..3 {
        let mut random = Random::new(seed);
        let mut theta: Vec<f64> = (0..7).map(|_| random.between(-0.6, 0.6)).collect();
        theta[5] += 1.2;
        let ours = scaled.evaluate(&theta, Order::Hessian).unwrap();
        let theirs = by_hand.evaluate(&theta, Order::Hessian).unwrap();
        assert_same(&ours, &theirs);
        let check = check_derivatives(&scaled, &theta).unwrap();
        assert!(check.score_error < 1e-8 && check.hessian_error < 1e-8, "{check:?}");
    }
}

#[test]
fn scales_of_1_are_no_scales() {
    let (scaled, plain) = (two_scales(), unscaled(&[]));
    let data = data(wide_table(200, 4), &wide_schema(), &scaled);
    let theta = [0.3, -0.2, -0.5, -0.4, 0.2];
    let with: Vec<f64> = theta.iter().copied().chain([1.0, 0.0]).collect();
    let value = |specification: &Specification, theta: &[f64]| {
        let evaluation = bind(specification, &data).evaluate(theta, Order::Score).unwrap();
        (evaluation.log_likelihood, evaluation.score.to_vec())
    };
    let (ours, theirs) = (value(&scaled, &with), value(&plain, &theta));
    assert!((ours.0 - theirs.0).abs() < 1e-12 * theirs.0.abs());
    for (ours, theirs) in ours.1.iter().zip(&theirs.1) {
        assert!((ours - theirs).abs() < 1e-10, "{ours} against {theirs}");
    }
}

#[test]
fn mixtures_and_probits_have_it_too() {
    let draws = DrawPlan {
        number: DrawNumber::Number(20),
        method: DrawMethod::Halton,
        ..DrawPlan::default()
    };
    let mixed = |specification: Specification| {
        let random = RandomCoefficient::new("b_time", Shape::Normal);
        specification.random(random).draws(draws.clone())
    };
    let probit = |specification: Specification| specification.probit(Probit::default()).draws(draws.clone());
    for change in [&mixed as &dyn Fn(Specification) -> Specification, &probit] {
        let (scaled, by_hand) = (change(two_scales()), change(by_hand()));
        let data = data(wide_table(60, 5), &wide_schema(), &scaled);
        let (scaled, by_hand) = (bind(&scaled, &data), bind(&by_hand, &data));
        let mut theta = scaled.start();
        let mut random = Random::new(8);
        theta.iter_mut().for_each(|value| *value += random.between(0.1, 0.4));
        let value = scaled.evaluate(&theta, Order::Score).unwrap();
        assert_same(&value, &by_hand.evaluate(&theta, Order::Score).unwrap());
        let check = check_derivatives(&scaled, &theta).unwrap();
        assert!(check.score_error < 1e-6, "{check:?}");
    }
}

fn fit(specification: &Specification, data: &ChoiceData, covariance: CovarianceKind) -> Fit {
    let options = FitOptions {
        covariance,
        ..FitOptions::default()
    };
    bind(specification, data).fit(&options, None).unwrap()
}

#[test]
fn a_fit_tests_scale_parameters_against_1() {
    let scaled = two_scales();
    let data = data(wide_table(2000, 6), &wide_schema(), &scaled);
    for covariance in [CovarianceKind::Hessian, CovarianceKind::Robust] {
        let fit = fit(&scaled, &data, covariance);
        assert!(fit.converged, "{:?}", fit.convergence);
        let mu = &fit.parameters[5];
        let [rich, region] = &fit.scales[..] else {
            panic!("two scales")
        };
        assert_eq!(
            (rich.name.as_str(), rich.when.as_deref()),
            ("rich", Some("income > 0.5"))
        );
        assert_eq!(region.factor, "exp(g * region / 10)");
        assert_eq!(region.test, None);
        let test = rich.test.as_ref().unwrap();
        assert_eq!((test.term.as_str(), test.estimate), ("mu", mu.estimate));
        let z = (mu.estimate - 1.0) / mu.std_error.unwrap();
        assert!((test.statistic.unwrap() - z).abs() < 1e-12, "{test:?}");
        // Against 0 it would be far out; the data have one scale.
        assert!(mu.statistic.unwrap() > 5.0 && z.abs() < 3.0, "{mu:?}");
        let back: Fit = serde_json::from_str(&serde_json::to_string(&fit).unwrap()).unwrap();
        assert_eq!(back.scales, fit.scales);
    }
}

#[test]
fn a_scale_below_0_is_warned_of() {
    let scaled = unscaled(&[("mu", 1.0)]).scale(Scale::new("turned", parameter("mu")).when(term("region > 8")));
    // Those of some regions take what is slow and dear.
    let mut table = wide_table(1500, 7);
    for name in ["time_a", "time_b", "time_c", "cost_a", "cost_b", "cost_c"] {
        let regions: Vec<f64> = match &table.columns[12].values {
            logsum_data::Values::Number(cells) => cells.to_vec(),
            logsum_data::Values::Text(_) => unreachable!("regions are numbers"),
        };
        table = changed(table, name, |row, cell| if regions[row] > 8.0 { -cell } else { cell });
    }
    let data = data(table, &wide_schema(), &scaled);
    let fit = fit(&scaled, &data, CovarianceKind::Hessian);
    assert!(fit.parameters[5].estimate < 0.0, "{:?}", fit.parameters);
    let warning = fit.warnings.iter().find(|warning| warning.contains("\"mu\""));
    assert_eq!(
        warning.map(String::as_str),
        Some(
            "the scale parameter \"mu\" is not positive: the choices of its cases go against the utilities of the others; \
             look whether the utilities suit both"
        )
    );
}

#[test]
fn a_scale_of_nothing_or_of_everything_is_told() {
    let with = |when: &str| unscaled(&[("mu", 1.0)]).scale(Scale::new("sp", parameter("mu")).when(term(when)));
    let data = data(wide_table(50, 7), &wide_schema(), &with("region > 5"));
    let problems = |when: &str| bind(&with(when), &data).scale_problems();
    assert_eq!(problems("region > 5"), [""; 0]);
    assert_eq!(
        problems("region > 99"),
        ["scale \"sp\": \"region > 99\" holds in no case, so that it scales nothing; correct \"when\""]
    );
    assert_eq!(
        problems("region >= 0"),
        [
            "scale \"sp\": \"region >= 0\" holds in every case, so that the scale of all is not identified; correct \"when\""
        ]
    );
    let model = with("region > 5");
    let bound = bind(&model, &data);
    let table = wide_table(50, 7);
    let logsum_data::Values::Number(regions) = &table.columns[12].values else {
        panic!("regions are numbers")
    };
    let expected = regions.iter().filter(|region| **region > 5.0).count();
    assert_eq!(bound.facts().scaled_cases, [expected]);
}

#[test]
fn what_cannot_be_a_scale() {
    let message = |specification: Specification| specification.validate().unwrap_err().to_string();
    let sp = |start: f64| unscaled(&[("mu", start)]).scale(Scale::new("sp", parameter("mu")).when(term("region > 5")));
    assert_eq!(sp(1.0).validate(), Ok(()));
    assert_eq!(
        message(sp(0.0)),
        "scale \"sp\": parameter \"mu\" starts at 0, where all utilities of its cases are 0; a scale is positive: start it \
         at 1, where all cases have the same scale"
    );
    assert_eq!(
        message(sp(-2.0)),
        "scale \"sp\": parameter \"mu\" starts at -2, where its cases choose what is worst for them; a scale is positive: \
         start it at 1, where all cases have the same scale"
    );
    assert_eq!(
        message(unscaled(&[("mu", 1.0)]).scale(Scale::new("sp", parameter("mu")))),
        "scale \"sp\": \"mu\" alone multiplies the utilities of all cases, and the scale of all is not identified; say with \
         \"when\" to which cases it belongs"
    );
    assert_eq!(
        message(sp(1.0).scale(Scale::new("sp", column("income").exp()))),
        "two scales are called \"sp\"; rename one"
    );
    // A column that is known beforehand is a scale, and nothing is to be tested.
    assert_eq!(unscaled(&[]).scale(Scale::new("known", column("w"))).validate(), Ok(()));
}

#[test]
fn it_is_the_same_within_a_case() {
    let schema = Schema::long("case", "alt", "choice");
    let with = |scale: &str| {
        let specification = specification(&[LONG.0, &[("g", 0.0)]].concat(), LONG.1);
        let specification = specification.scale(Scale::new("noise", term(scale)));
        ChoiceData::new(long_table(20, 1), &schema, &specification.uses()).map_err(|error| error.to_string())
    };
    assert!(with("exp(g * z)").is_ok());
    let error = with("exp(g * y)").unwrap_err();
    assert!(
        error.starts_with("choices.csv, rows 3 (case 0), ")
            && error.contains(": scale \"noise\" changes within a case (column \"y\", from "),
        "{error}"
    );
    let error = with("exp(g * zz)").unwrap_err();
    assert!(
        error.contains("scale \"noise\", column 9: unknown name \"zz\""),
        "{error}"
    );
    let error = with("if(g > 1, 2, 1)").unwrap_err();
    assert!(error.contains("parameter \"g\" stands in a comparison"), "{error}");
}
