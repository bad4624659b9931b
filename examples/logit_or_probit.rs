//! What does a probit buy over a logit, and what does it cost? Travellers between Sydney and Melbourne.
//!
//! ```text
//! cargo run --release --example logit_or_probit
//! ```
//!
//! The walk-through is in `docs/logit-or-probit.md`; `logsum compare` prints more.

use std::time::Instant;

use logsum::utility::comparison::{coefficients, compare_scales, elasticities, vuong};
use logsum::utility::{DrawMethod, DrawNumber, DrawPlan, ErrorCovariance, Probit};
use logsum::{ChoiceData, Fit, FitOptions, Model, Schema, Specification, column, parameter};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/travel_mode/travel_mode.csv");
    let table = logsum::tables::read(path.as_ref(), logsum::tables::Columns::All, &Default::default())?;
    let schema = Schema::long("individual", "mode", "choice")
        .alternative("air", 1)
        .alternative("train", 2)
        .alternative("bus", 3)
        .alternative("car", 4);
    let logit = Specification::new()
        .parameter("asc_air", 0.0)
        .parameter("asc_train", 0.0)
        .parameter("asc_bus", 0.0)
        .parameter("b_gc", 0.0)
        .parameter("b_ttme", 0.0)
        .parameter("b_income_air", 0.0)
        .utility_of_all(parameter("b_gc") * column("gc") + parameter("b_ttme") * column("ttme"))
        .utility("air", parameter("asc_air") + parameter("b_income_air") * column("hinc"))
        .utility("train", parameter("asc_train"))
        .utility("bus", parameter("asc_bus"));
    // The same utilities, normal errors with any covariance.
    let probit = logit
        .clone()
        .probit(Probit::new(ErrorCovariance::Full).base("car"))
        .draws(DrawPlan {
            method: DrawMethod::Sobol,
            number: DrawNumber::Number(1000),
            ..DrawPlan::default()
        });
    let data = ChoiceData::new(table, &schema, &logit.uses())?;
    let fitted = |specification: &Specification| -> Result<(Model, Fit), Box<dyn std::error::Error>> {
        let started = Instant::now();
        let model = Model::bind(specification, &data)?;
        let fit = model.fit(&FitOptions::default(), None)?;
        println!(
            "{:7} ln L {:9.3}, {:2} parameters, AIC {:.1}, {:.4} s",
            fit.model.family,
            fit.log_likelihood,
            fit.n_parameters,
            fit.aic,
            started.elapsed().as_secs_f64()
        );
        Ok((model, fit))
    };
    let (logit_model, logit_fit) = fitted(&logit)?;
    let (probit_model, probit_fit) = fitted(&probit)?;

    // On one scale.
    let of_logit = coefficients(&logit_fit, &logit, &schema);
    let of_probit = coefficients(&probit_fit, &probit, &schema);
    let scales = compare_scales((&of_logit, &of_probit), &probit_fit, None).ok_or("no coefficient is in both")?;
    println!(
        "\nprobit coefficients are {:.3} times those of the logit:\n",
        scales.ratio
    );
    for term in &scales.terms {
        println!(
            "{:14} logit {:8.4}   probit, scaled {:8.4}",
            term.term, term.first, term.second_scaled
        );
    }

    // Who leaves the train, and for what? A logit does not know that buses are like trains.
    println!("\nper cent of each share that a train fare 1 % higher moves:\n");
    println!("{:8}{:>8}{:>8}", "", "logit", "probit");
    let estimates = |fit: &Fit| -> Vec<f64> { fit.parameters.iter().map(|parameter| parameter.estimate).collect() };
    let of = |specification: &Specification, fit: &Fit| elasticities(specification, &data, &estimates(fit), "gc");
    let (first, second) = (of(&logit, &logit_fit)?, of(&probit, &probit_fit)?);
    const TRAIN: usize = 1;
    for (j, name) in data.alternatives().names.iter().enumerate() {
        let value = |found: &logsum::utility::comparison::Elasticities| found.rows[TRAIN].values[j].unwrap_or(f64::NAN);
        println!("{name:8}{:8.2}{:8.2}", value(&first), value(&second));
    }

    // Is one of them nearer to the truth?
    let (one, other) = (
        logit_model.contributions(&estimates(&logit_fit))?,
        probit_model.contributions(&estimates(&probit_fit))?,
    );
    let test = vuong(
        &one,
        &other,
        (logit_fit.n_parameters, probit_fit.n_parameters),
        data.n_cases(),
    );
    let number = |value: Option<f64>| value.unwrap_or(f64::NAN);
    println!(
        "\nVuong's test: z = {:.2}, p = {:.2} (positive would speak for the logit)",
        number(test.uncorrected.statistic),
        number(test.uncorrected.p_value)
    );
    Ok(())
}
