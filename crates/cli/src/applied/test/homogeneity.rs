//! `logsum test FIT --homogeneous COLUMN`: tastes and scales of segments.

use std::path::Path;

use logsum_report::applied::HomogeneityReport;
use logsum_tables::Want;
use logsum_utility::applied::homogeneity;

use super::super::args::TestArgs;
use super::super::{not_converged, print};
use super::{again, of_likelihood, with_model};
use crate::failure::Failure;
use crate::load::Extra;
use crate::output;

pub fn run(args: &TestArgs, path: &Path) -> Result<u8, Failure> {
    if args.covariance.covariance.is_some() || !args.covariance.cluster.is_empty() {
        return Err(Failure::bad_input(
            "--homogeneous compares likelihoods and needs no covariance; leave --covariance out",
        ));
    }
    let column = args.homogeneous.as_deref().expect("this test was asked for");
    let extra = [Extra {
        column,
        purpose: "to make segments by",
        want: Want::Any,
    }];
    let anew = again(args, path, &extra)?;
    let (fit, loaded) = (&anew.fit, &anew.loaded);
    let (found, notes) = with_model(fit, path, loaded, |model| {
        let data = model.data().expect("a model that was bound to whole data");
        let segments = data.segments(column).map_err(|error| {
            let problems: Vec<String> = error.each().iter().map(ToString::to_string).collect();
            // Reasons are those of groups in general; their purpose is another.
            let first = problems.first().and_then(|problem| problem.split(';').next());
            Failure::bad_input(format!("--homogeneous: {}", first.unwrap_or_default()))
        })?;
        let found = homogeneity(model, fit, &segments).map_err(Failure::bad_input)?;
        Ok((found, of_likelihood(fit, model)))
    })?;
    let warnings: Vec<String> = not_converged(fit, path).into_iter().collect();
    output::warnings(&warnings, args.form.quiet);
    let report = HomogeneityReport::new((fit.title.clone(), fit.converged), found, 1.0 - fit.confidence, notes);
    print(args.form.format, fit.converged, |format, style| {
        report.write(format, style)
    })
}
