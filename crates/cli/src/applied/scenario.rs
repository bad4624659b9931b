//! `logsum scenario`: shares in a scenario beside those of today.

use logsum_report::applied::{ScenarioReport, ScenarioRow};
use logsum_utility::applied::scenario_shares;

use super::args::ScenarioArgs;
use super::changes::Changes;
use super::print;
use super::subject::{self, Subject};
use crate::failure::Failure;
use crate::progress::Waiting;
use crate::show;

/// Runs the command.
pub fn run(args: &ScenarioArgs) -> Result<u8, Failure> {
    let changes = Changes::parse(&args.set)?;
    let fit = subject::fit(&args.subject)?;
    let file = show::model_of(&fit, &args.subject.fit)?;
    let subject = Subject::load(&args.subject, fit, &changes.columns(&file), Some("scenario"))?;
    let scenario = changes.apply(&subject, &args.remove.remove)?;
    let base = &subject.loaded.data;
    let models = (subject.bind(base)?, subject.bind(&scenario)?);
    let waiting = Waiting::new(args.subject.form.quiet, "shares and their errors".to_owned());
    let shares = scenario_shares(
        &subject.fit,
        (&models.0, base),
        (&models.1, &scenario),
        &subject.breakdown,
    );
    drop(waiting);
    let shares = shares.map_err(Failure::bad_input)?;
    let names = &base.alternatives().names;
    let mut rows = Vec::new();
    for (group, shares) in shares.iter().enumerate() {
        rows.extend(shares.iter().zip(names).map(|(share, name)| ScenarioRow {
            segment: subject.segment(group),
            alternative: name.clone(),
            base: ScenarioRow::share(&share.base),
            scenario: ScenarioRow::share(&share.scenario),
            change: share.change,
        }));
    }
    let report = ScenarioReport {
        subject: subject.described(),
        set: args.set.clone(),
        remove: args.remove.remove.clone(),
        by: args.subject.by.clone(),
        shares: rows,
    };
    print(args.subject.form.format, subject.fit.converged, |format, style| {
        report.write(format, style)
    })
}
