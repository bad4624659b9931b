//! `logsum test`: restrictions, likelihood ratios, held parameters, independence of irrelevant alternatives, segments, models
//! that are not nested.

mod homogeneity;
mod independence;
mod likelihood_ratio;
mod not_nested;
mod score;

use std::path::Path;

use logsum_report::applied::WaldReport;
use logsum_utility::applied::wald;
use logsum_utility::{Cluster, CovarianceKind, Fit, Model};

use super::args::TestArgs;
use super::{not_converged, print};
use crate::args::StorageArgs;
use crate::asked::Asked;
use crate::failure::Failure;
use crate::load::{Extra, Loaded};
use crate::output;
use crate::show::{self, Again};

/// Runs the command.
pub fn run(args: &TestArgs) -> Result<u8, Failure> {
    let asked = [
        (!args.wald.is_empty(), "--wald"),
        (!args.score.is_empty(), "--score"),
        (args.iia.is_some(), "--iia"),
        (args.homogeneous.is_some(), "--homogeneous"),
        (args.non_nested, "--non-nested"),
    ];
    let asked: Vec<&str> = asked.iter().filter(|(is, _)| *is).map(|(_, option)| *option).collect();
    match (args.fits.as_slice(), asked.as_slice()) {
        ([fit], ["--wald"]) => wald_test(args, fit),
        ([fit], ["--score"]) => score::run(args, fit),
        ([fit], ["--iia"]) => independence::run(args, fit),
        ([fit], ["--homogeneous"]) => homogeneity::run(args, fit),
        ([first, second], ["--non-nested"]) => not_nested::run(args, [first, second]),
        ([restricted, full], []) => likelihood_ratio::run(args, [restricted, full]),
        ([_], []) => Err(Failure::bad_input(
            "test what? --wald \"b_time = 2 * b_cost\" tests a restriction, --score a parameter that is held, --iia independence \
             of irrelevant alternatives, --homogeneous COLUMN segments, and two fits, the restricted one first, a likelihood ratio",
        )),
        ([_], ["--non-nested"]) => Err(Failure::bad_input("--non-nested compares two fits; name the other too")),
        ([_, _], ["--wald"]) => Err(Failure::bad_input(
            "--wald tests restrictions on the parameters of one fit; leave the other out",
        )),
        (_, [one]) => Err(Failure::bad_input(format!(
            "{one} is a test of one fit; leave the other out"
        ))),
        (_, several) => Err(Failure::bad_input(format!(
            "{} are different tests; ask for one at a time",
            several.join(" and ")
        ))),
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

/// A fit with the data of its estimation, and the kind of covariance that was asked for.
struct Anew {
    fit: Fit,
    loaded: Loaded,
}

/// Reads a fit and its data, with these columns besides; a clustered covariance is only named, not computed.
fn again(args: &TestArgs, path: &Path, extra: &[Extra<'_>]) -> Result<Anew, Failure> {
    let mut fit = show::read(path)?;
    show::at_its_estimates(&fit, path)?;
    let asked = Asked::of(&args.covariance)?;
    let kind: CovarianceKind = match &asked.kind {
        Some(kind) => kind.clone(),
        None => fit
            .covariance_kind
            .parse()
            .map_err(|error: String| Failure::bad_input(error))?,
    };
    if matches!(kind, CovarianceKind::Bootstrap(_)) || asked.correction.is_some() {
        return Err(Failure::bad_input(
            "the test needs a covariance of scores that it can compute anew: --covariance hessian, opg, robust or clustered, \
             without --correction",
        ));
    }
    if let Some(confidence) = args.covariance.confidence {
        fit.confidence = confidence;
    }
    match (&asked.kind, &fit.cluster) {
        (Some(CovarianceKind::Clustered(columns)), _) => {
            let mut clusters = columns.iter().map(|column| Cluster {
                column: column.clone(),
                n_clusters: 0,
                others: Vec::new(),
            });
            fit.cluster = clusters.next();
            if let Some(cluster) = &mut fit.cluster {
                cluster.others = clusters.collect();
            }
            fit.covariance_kind = kind.name().to_owned();
        }
        (None, Some(_)) => {}
        _ => fit.choose_covariance(&kind).map_err(Failure::bad_input)?,
    }
    let clusters = fit
        .cluster
        .clone()
        .filter(|_| matches!(kind, CovarianceKind::Clustered(_)));
    let clusters: Vec<&str> = clusters
        .iter()
        .flat_map(Cluster::each)
        .map(|(column, _)| column)
        .collect();
    let mut extra = extra.to_vec();
    extra.extend(Extra::clusters(&clusters));
    let loaded = load(args, path, &fit, &extra)?;
    Ok(Anew { fit, loaded })
}

fn load(args: &TestArgs, path: &Path, fit: &Fit, extra: &[Extra<'_>]) -> Result<Loaded, Failure> {
    show::load_again(fit, path, args.data.as_deref(), extra, show::OTHER_FILE)
}

/// Calls `test` with the model of a fit on the data of its estimation.
fn with_model<T>(
    fit: &Fit,
    path: &Path,
    loaded: &Loaded,
    test: impl FnOnce(&Model<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let used = loaded.model.estimation_data(&loaded.data).map_err(Failure::bad_input)?;
    test(&show::bind_again(fit, path, &loaded.model, &used)?)
}

/// What must be known of tests that take the likelihood for that of the truth.
fn of_likelihood(fit: &Fit, model: &Model<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if model.facts().weighted {
        notes.push(
            "Cases are weighted: the chi-squared distribution holds where weights are counts of like cases.".to_owned(),
        );
    }
    if fit.draws.is_some() {
        notes.push(
            "The likelihood is simulated, on each sample with draws of its own; its error is in the fit.".to_owned(),
        );
    }
    notes
}
