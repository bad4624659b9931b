//! `logsum calibrate`: constants that make predicted shares meet targets.

use std::path::Path;

use logsum_report::Format;
use logsum_report::applied::CalibrationReport;
use logsum_utility::applied::{Target, calibrate};

use super::args::{CalibrateArgs, SubjectArgs};
use super::print;
use super::subject::{self, Subject};
use crate::args::CovarianceArgs;
use crate::destination;
use crate::failure::Failure;
use crate::paths::relative;
use crate::progress::Waiting;
use crate::{output, show};

/// Runs the command.
pub fn run(args: &CalibrateArgs) -> Result<u8, Failure> {
    let targets = args
        .target
        .iter()
        .map(|text| target(text))
        .collect::<Result<Vec<_>, _>>()?;
    let subject_args = SubjectArgs {
        fit: args.fit.clone(),
        cases: args.cases.clone(),
        by: None,
        form: args.form.clone(),
        covariance: CovarianceArgs::default(),
        threads: args.threads,
    };
    let fit = subject::fit(&subject_args)?;
    let subject = Subject::load(&subject_args, fit, &[], Some("calibrate"))?;
    destination::check_fit(&args.output, &[&args.fit, &subject.loaded.path])?;
    // Of new data the model reads other columns than that of the fit file, but has its utilities.
    let (data, utilities) = (&subject.loaded.data, &subject.loaded.model.specification);
    let waiting = Waiting::new(args.form.quiet, "shares that meet the targets".to_owned());
    let found = calibrate(&subject.fit, utilities, data, &targets, args.base.as_deref());
    drop(waiting);
    let (mut fit, specification) = found.map_err(Failure::bad_input)?;
    let mut model = show::model_of(&subject.fit, &args.fit)?;
    model.specification = specification;
    fit.model.specification = model.to_json();
    let folder = |path: &Path| path.parent().unwrap_or(Path::new("")).to_owned();
    fit.data.file = relative(&show::data_of(&subject.fit, &args.fit, None), &folder(&args.output));
    output::write_file(&args.output, &logsum_report::fit(&fit, Format::Json))?;
    let shares = fit.calibration.as_ref().map(|calibration| calibration.shares.clone());
    let report = CalibrationReport {
        subject: subject.described(),
        output: args.output.display().to_string(),
        shares: shares.unwrap_or_default(),
    };
    print(args.form.format, subject.fit.converged, |format, style| {
        report.write(format, style)
    })
}

/// A target as it is typed: a share, or one in percent.
fn target(text: &str) -> Result<Target, Failure> {
    let problem = || {
        Failure::bad_input(format!(
            "--target \"{text}\": write the alternative and its share, such as train=0.25 or train=25%"
        ))
    };
    let (name, share) = text.rsplit_once('=').ok_or_else(problem)?;
    let share = share.trim();
    let (number, unit) = match share.strip_suffix('%') {
        Some(percent) => (percent.trim(), 100.0),
        None => (share, 1.0),
    };
    let share: f64 = number.parse().map_err(|_| problem())?;
    if name.trim().is_empty() || !share.is_finite() {
        return Err(problem());
    }
    Ok(Target {
        alternative: name.trim().to_owned(),
        share: share / unit,
    })
}
