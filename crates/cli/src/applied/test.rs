//! `logsum test`: Wald tests of restrictions, likelihood-ratio tests of two fits.

use std::path::Path;

use logsum_estimate::chi_squared_tail;
use logsum_report::applied::{LikelihoodRatioReport, WaldReport};
use logsum_utility::Fit;
use logsum_utility::applied::wald;
use logsum_utility::comparison::{JointSample, nesting};

use super::args::TestArgs;
use super::{not_converged, print};
use crate::args::StorageArgs;
use crate::failure::Failure;
use crate::output;
use crate::show::{self, Again};

/// Differences of ln L that are rounding, relative to their size.
const ROUNDING: f64 = 1e-9;

/// Runs the command.
pub fn run(args: &TestArgs) -> Result<u8, Failure> {
    match (args.fits.as_slice(), args.wald.is_empty()) {
        ([fit], false) => wald_test(args, fit),
        ([restricted, full], true) => likelihood_ratio(args, [restricted, full]),
        ([_], true) => Err(Failure::bad_input(
            "test what? --wald \"b_time = 2 * b_cost\" tests a restriction, and two fits, the restricted one first, a likelihood \
             ratio",
        )),
        _ => Err(Failure::bad_input(
            "--wald tests restrictions on the parameters of one fit; leave the other out",
        )),
    }
}

fn wald_test(args: &TestArgs, path: &Path) -> Result<u8, Failure> {
    let again = Again {
        data: args.data.as_deref(),
        remedy: show::OTHER_FILE,
        storage: &StorageArgs::default(),
        quiet: args.form.quiet,
    };
    let fit = show::inferred(path, &args.covariance, &again)?;
    let test = wald(&fit, &args.wald).map_err(Failure::bad_input)?;
    let warnings: Vec<String> = not_converged(&fit, path).into_iter().collect();
    output::warnings(&warnings, args.form.quiet);
    let report = WaldReport {
        title: fit.title.clone(),
        converged: fit.converged,
        covariance_kind: fit.covariance_kind.clone(),
        confidence: fit.confidence,
        test,
    };
    print(args.form.format, fit.converged, |format, style| {
        report.write(format, style)
    })
}

fn likelihood_ratio(args: &TestArgs, paths: [&Path; 2]) -> Result<u8, Failure> {
    let asked = &args.covariance;
    if asked.covariance.is_some() || !asked.cluster.is_empty() || asked.confidence.is_some() {
        return Err(Failure::bad_input(
            "a likelihood ratio needs no covariance and no level; they belong to --wald",
        ));
    }
    let fits = [show::read(paths[0])?, show::read(paths[1])?];
    let [restricted, full] = &fits;
    let name = |at: usize| paths[at].display();
    if restricted.n_parameters >= full.n_parameters {
        return Err(Failure::bad_input(format!(
            "\"{}\" has {} parameters and \"{}\" has {}: the restricted model comes first and has fewer",
            name(0),
            restricted.n_parameters,
            name(1),
            full.n_parameters
        )));
    }
    same_choices(args, paths, &fits)?;
    let (below, above) = (restricted.log_likelihood, full.log_likelihood);
    if below > above + ROUNDING * above.abs() {
        return Err(Failure::bad_input(format!(
            "the log-likelihood of \"{}\" ({below:.3}) is above that of \"{}\" ({above:.3}): a model is never better than one that it \
             restricts, so one of them is not at its maximum, or they are not nested",
            name(0),
            name(1)
        )));
    }
    let statistic = (2.0 * (above - below)).max(0.0);
    let degrees = full.n_parameters - restricted.n_parameters;
    let warnings: Vec<String> = fits
        .iter()
        .zip(paths)
        .filter_map(|(fit, path)| not_converged(fit, path))
        .collect();
    output::warnings(&warnings, args.form.quiet);
    let files = [show::model_of(restricted, paths[0])?, show::model_of(full, paths[1])?];
    let parts = |at: usize| (&fits[at], &files[at].specification, &files[at].schema);
    let nested = nesting(parts(0), parts(1)).is_some();
    let converged = fits.iter().all(|fit| fit.converged);
    let report = LikelihoodRatioReport {
        titles: [restricted.title.clone(), full.title.clone()],
        files: paths.map(|path| path.display().to_string()),
        converged,
        log_likelihoods: [below, above],
        n_parameters: [restricted.n_parameters, full.n_parameters],
        statistic,
        degrees,
        p_value: chi_squared_tail(statistic, degrees),
        nested,
        notes: notes(&fits, nested),
    };
    print(args.form.format, converged, |format, style| report.write(format, style))
}

fn notes(fits: &[Fit; 2], nested: bool) -> Vec<String> {
    let mut notes = vec![match nested {
        true => "The first model restricts the second.".to_owned(),
        false => "That the first model restricts the second was not seen from their utilities: the test holds only if it does."
            .to_owned(),
    }];
    let varies = |fit: &Fit| fit.tastes.as_ref().map_or(0, |tastes| tastes.coefficients.len());
    if varies(&fits[1]) > varies(&fits[0]) {
        notes.push(
            "A spread of zero lies at the bound of what a spread can be: there the statistic is stochastically smaller than the chi-squared \
             distribution says, and the test is conservative."
                .to_owned(),
        );
    }
    if fits.iter().any(|fit| fit.draws.is_some()) {
        notes.push("The likelihood is simulated; its own error is in the fits.".to_owned());
    }
    if fits
        .iter()
        .any(|fit| fit.covariance_kind == "robust" || fit.covariance_kind == "clustered")
    {
        notes.push(
            "The test takes the model for the truth: where robust or clustered errors are called for, a Wald test with them holds \
             and this one does not."
                .to_owned(),
        );
    }
    notes
}

/// Makes sure that two fits are of the same choices: by fingerprint, and where models use other columns by the data.
fn same_choices(args: &TestArgs, paths: [&Path; 2], fits: &[Fit; 2]) -> Result<(), Failure> {
    if fits[0].data.fingerprint == fits[1].data.fingerprint {
        return Ok(());
    }
    let differ = |why: &str| {
        Failure::bad_input(format!(
            "\"{}\" and \"{}\" were not estimated on the same choices: {why}",
            paths[0].display(),
            paths[1].display()
        ))
    };
    let counts = [fits[0].n_cases, fits[1].n_cases];
    if counts[0] != counts[1] {
        return Err(differ(&format!("they use {} and {} cases", counts[0], counts[1])));
    }
    let again = |at: usize| {
        let loaded = show::load_again(
            &fits[at],
            paths[at],
            args.data.as_deref(),
            &[],
            "give the right file with --data: whether the choices are the same must be seen where models use other columns",
        )?;
        let used = loaded.model.estimation_data(&loaded.data).map_err(Failure::bad_input)?;
        Ok::<_, Failure>(used.into_owned())
    };
    match JointSample::new(&again(0)?, &again(1)?) {
        Ok(_) => Ok(()),
        Err(difference) => Err(differ(&difference.to_string())),
    }
}
