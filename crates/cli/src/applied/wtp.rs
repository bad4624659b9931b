//! `logsum wtp`: willingness to pay by the coefficients of a fit.

use logsum_report::applied::WillingnessReport;
use logsum_utility::applied::{RatioInterval, WillingnessTable, willingness_estimates};

use super::args::{IntervalMethod, WtpArgs};
use super::{covariance_kind, not_converged, print};
use crate::args::StorageArgs;
use crate::failure::Failure;
use crate::output;
use crate::show::{self, Again};

/// Draws of simulated intervals where nothing is said: their ends are then known to 2 % of the interval.
const DRAWS: u32 = 10_000;

/// A cost coefficient with fewer standard errors than this may well be zero.
const CLEAR: f64 = 2.0;

/// Runs the command.
pub fn run(args: &WtpArgs) -> Result<u8, Failure> {
    let simulated = args.method == IntervalMethod::Simulated;
    if !simulated && (args.draws.is_some() || args.seed.is_some()) {
        return Err(Failure::bad_input("--draws and --seed belong to --method simulated"));
    }
    let (draws, seed) = (args.draws.unwrap_or(DRAWS) as usize, args.seed.unwrap_or(1));
    let (interval, method) = match args.method {
        IntervalMethod::Delta => (RatioInterval::Delta, "delta"),
        IntervalMethod::Fieller => (RatioInterval::Fieller, "fieller"),
        IntervalMethod::Simulated => (RatioInterval::Simulated { draws, seed }, "simulated"),
    };
    let again = Again {
        data: None,
        remedy: "clusters are those of the data of the estimation",
        storage: &StorageArgs::default(),
        quiet: args.form.quiet,
    };
    let fit = show::inferred(&args.fit, &args.covariance, &again)?;
    let file = show::model_of(&fit, &args.fit)?;
    let model = (&file.specification, &file.schema);
    let found = willingness_estimates(&fit, model, &args.cost, &args.of, interval).map_err(Failure::bad_input)?;
    let mut warnings: Vec<String> = not_converged(&fit, &args.fit).into_iter().collect();
    warnings.extend(doubts(&args.cost, &found));
    output::warnings(&warnings, args.form.quiet);
    let report = WillingnessReport {
        title: fit.title.clone(),
        converged: fit.converged,
        cost: args.cost.clone(),
        marginal_utility_of_cost: found.cost,
        cost_statistic: found.cost_statistic,
        money: found.money,
        method: method.to_owned(),
        draws: simulated.then_some(draws),
        seed: simulated.then_some(seed),
        covariance_kind: covariance_kind(&fit),
        confidence: fit.confidence,
        willingness_to_pay: found.estimates,
        left_out: found.left_out,
    };
    print(args.form.format, fit.converged, |format, style| {
        report.write(format, style)
    })
}

/// What makes ratios doubtful.
fn doubts(cost: &str, found: &WillingnessTable) -> Vec<String> {
    let mut doubts = Vec::new();
    if let Some(z) = found.cost_statistic
        && z.abs() < CLEAR
    {
        doubts.push(format!(
            "the cost coefficient \"{cost}\" is not clearly different from zero (z = {z:.2}): ratios to it have no reliable size or \
             sign; --method fieller gives intervals that hold"
        ));
    }
    if found.cost > 0.0 {
        doubts.push(format!(
            "the cost coefficient \"{cost}\" is positive: what costs more is liked more, and signs of willingness to pay are turned \
             round"
        ));
    }
    doubts
}
