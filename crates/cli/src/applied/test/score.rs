//! `logsum test FIT --score`: parameters that the model holds.

use std::path::Path;

use logsum_report::applied::ScoreReport;
use logsum_utility::applied::score_test;

use super::super::args::TestArgs;
use super::super::{not_converged, print};
use super::{again, with_model};
use crate::failure::Failure;
use crate::output;

pub fn run(args: &TestArgs, path: &Path) -> Result<u8, Failure> {
    let anew = again(args, path, &[])?;
    let (fit, loaded) = (&anew.fit, &anew.loaded);
    let is_all = args.score.as_slice() == ["all"] && !fit.parameters.iter().any(|parameter| parameter.term == "all");
    let names: &[String] = if is_all { &[] } else { &args.score };
    let test = with_model(fit, path, loaded, |model| {
        score_test(model, fit, names).map_err(Failure::bad_input)
    })?;
    let warnings: Vec<String> = not_converged(fit, path).into_iter().collect();
    output::warnings(&warnings, args.form.quiet);
    let at_bound = fit.parameters.iter().filter(|parameter| parameter.at_bound.is_some());
    let report = ScoreReport::new(
        (fit.title.clone(), fit.converged),
        fit.covariance_kind.clone(),
        fit.confidence,
        test,
        at_bound.map(|parameter| parameter.term.clone()).collect(),
    );
    print(args.form.format, fit.converged, |format, style| {
        report.write(format, style)
    })
}
