//! `logsum simulate gumbel-max` and `logsum simulate red-bus`: experiments with noise.

use std::path::Path;

use logsum_data::ChoiceData;
use logsum_report::simulation;
use logsum_simulate::{Convergence, ConvergenceOptions, Experiment, GumbelMax, Noise, RedBus, RedBusOptions};

use super::args::{GumbelMaxArgs, Numbers, RedBusArgs};
use super::{check_picture, write_picture};
use crate::failure::{Failure, NOT_CONVERGED};
use crate::progress::Counter;
use crate::{output, show};

/// Draws and compares; the exit code tells whether the draws could come from softmax.
pub fn run(args: &GumbelMaxArgs) -> Result<u8, Failure> {
    let common = &args.common;
    check_picture(args.picture.as_deref())?;
    let utilities = match (&args.utilities, &args.fit, &args.case) {
        (Some(Numbers(utilities)), ..) => utilities.clone(),
        (None, Some(fit), Some(case)) => of_case(fit, case, args.data.as_deref(), common.output.quiet)?,
        _ => unreachable!("one of the two is required"),
    };
    let members = members(args.nest.as_deref())?;
    let shared = args.noise.starts_with("gev-nested") || args.noise.starts_with("correlated-normal");
    if members.is_some() && !shared {
        return Err(Failure::bad_input(format!(
            "--nest belongs to --noise gev-nested:λ or correlated-normal:ρ, not to {}",
            args.noise
        )));
    }
    let noise = Noise::parse(&args.noise, utilities.len(), members.as_deref()).map_err(Failure::bad_input)?;
    let mut experiment = Experiment {
        top: args.top.unwrap_or(2).min(if args.top.is_some() {
            usize::MAX
        } else {
            utilities.len()
        }),
        utilities,
        temperature: args.temperature,
        noise,
        draws: args.draws,
        seed: common.seed,
    };
    if !(args.level > 0.0 && args.level < 1.0) {
        return Err(Failure::bad_input(format!(
            "--level {}: a level lies between 0 and 1, such as 0.001",
            args.level
        )));
    }
    experiment.check().map_err(Failure::bad_input)?;
    let form = &common.output;
    if args.convergence {
        experiment.top = 0;
        let options = ConvergenceOptions {
            to: args.draws,
            ..ConvergenceOptions::default()
        };
        let found = Convergence::measure(&experiment, &options).map_err(Failure::bad_input)?;
        output::result(&simulation::convergence(
            &found,
            common.seed,
            form.format,
            output::style(),
        ))?;
        write_picture(args.picture.as_deref(), || simulation::convergence_picture(&found))?;
        let rejected = found.rejects_rate(args.level);
        if rejected {
            output::note(&format!(
                "error: the error does not fall as the inverse square root of the draws: rejected at the level {}",
                args.level
            ));
        }
        return Ok(if rejected { NOT_CONVERGED } else { 0 });
    }
    let counter = Counter::new(args.draws, "draws", form.quiet);
    let tally = experiment.run_with(&|done| counter.set(done));
    counter.finish();
    let tally = tally.map_err(Failure::bad_input)?;
    let found = GumbelMax::compare(&experiment, &tally, args.level).map_err(Failure::bad_input)?;
    output::result(&simulation::gumbel_max(
        &found,
        common.seed,
        form.format,
        output::style(),
    ))?;
    if found.rejected {
        output::note(&format!(
            "error: these draws do not come from softmax: the G test rejects at the level {}",
            args.level
        ));
    }
    Ok(if found.rejected { NOT_CONVERGED } else { 0 })
}

/// Positions from 0 of alternatives that are counted from 1.
fn members(nest: Option<&[usize]>) -> Result<Option<Vec<usize>>, Failure> {
    let Some(nest) = nest else { return Ok(None) };
    let position = |number: &usize| {
        number.checked_sub(1).ok_or_else(|| {
            Failure::bad_input("--nest: alternatives are counted from 1, and there is none with the number 0")
        })
    };
    nest.iter().map(position).collect::<Result<_, _>>().map(Some)
}

/// Utilities of a case at the estimates of a fit.
fn of_case(path: &Path, name: &str, data: Option<&Path>, quiet: bool) -> Result<Vec<f64>, Failure> {
    let fit = show::read(path)?;
    let loaded = show::load_again(&fit, path, data, &[], show::OTHER_FILE)?;
    let case = find(&loaded.data, name).ok_or_else(|| {
        let what = match loaded.data.schema().layout {
            logsum_data::Layout::Wide { .. } => "row",
            logsum_data::Layout::Long { .. } => "case",
        };
        Failure::bad_input(format!(
            "--case \"{name}\": no {what} that the model uses has this number in \"{}\"",
            loaded.path.display()
        ))
    })?;
    let model = show::bind_again(&fit, path, &loaded.model, &loaded.data)?;
    let theta: Vec<f64> = fit.parameters.iter().map(|estimate| estimate.estimate).collect();
    let utilities = model.utilities(&theta).map_err(Failure::bad_input)?;
    let pairs = loaded.data.pairs(case);
    if loaded.data.alternatives().labelled && !quiet {
        let names = pairs.clone().map(|pair| {
            let alternative = loaded.data.pair_alternatives()[pair] as usize;
            loaded.data.alternatives().names[alternative].as_str()
        });
        let names: Vec<String> = names
            .enumerate()
            .map(|(at, name)| format!("{} {name}", at + 1))
            .collect();
        output::note(&format!("alternatives: {}", names.join(", ")));
    }
    Ok(utilities[pairs].to_vec())
}

fn find(data: &ChoiceData, name: &str) -> Option<usize> {
    (0..data.n_cases()).find(|&case| {
        let place = data.place(case);
        match place.case {
            Some(identifier) => identifier == name,
            None => place.row.to_string() == name,
        }
    })
}

/// Shares before and after the second bus.
pub fn red_bus(args: &RedBusArgs) -> Result<u8, Failure> {
    let common = &args.common;
    let options = RedBusOptions {
        car: args.car,
        dissimilarity: args.dissimilarity,
        correlation: args.correlation,
        draws: args.draws,
        seed: common.seed,
        ..RedBusOptions::default()
    };
    let found = RedBus::run(&options).map_err(Failure::bad_input)?;
    let form = &common.output;
    output::result(&simulation::red_bus(
        &found,
        args.draws,
        common.seed,
        form.format,
        output::style(),
    ))?;
    Ok(0)
}
