//! `logsum test FIT FIT --non-nested`: two models of which none restricts the other.

use std::path::Path;

use logsum_report::applied::NonNestedReport;

use super::super::args::TestArgs;
use super::super::print;
use crate::compare;
use crate::failure::Failure;
use crate::output;

pub fn run(args: &TestArgs, paths: [&Path; 2]) -> Result<u8, Failure> {
    let asked = &args.covariance;
    if asked.covariance.is_some() || !asked.cluster.is_empty() || asked.confidence.is_some() {
        return Err(Failure::bad_input(
            "--non-nested compares likelihoods and needs no covariance and no level; leave them out",
        ));
    }
    let compared = compare::two(paths, args.data.as_deref())?;
    output::warnings(&compared.warnings, args.form.quiet);
    let report = NonNestedReport {
        models: compared.models,
        pair: compared.pair,
    };
    let converged = report.models.iter().all(|model| model.converged);
    print(args.form.format, converged, |format, style| report.write(format, style))
}
