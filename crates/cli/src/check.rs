//! `logsum check`: what the data are and what is wrong with them, before anything is estimated; and what shows only near
//! a fit.

use logsum_data::describe::Description;
use logsum_report::{DoctorReport, Format, Style};
use logsum_utility::Model;

use crate::args::CheckArgs;
use crate::failure::{Failure, NOT_CONVERGED};
use crate::load::{Loaded, load};
use crate::{output, show};

/// Runs the command; findings that would spoil an estimation give the exit code of a failed check.
pub fn run(args: &CheckArgs) -> Result<u8, Failure> {
    if args.model.extension().is_some_and(|extension| extension == "json") {
        return near_the_fit(args);
    }
    let loaded = load(&args.model, args.data.as_deref(), &[])?;
    let description = loaded.data.describe(&loaded.model.attribute_columns());
    let text = match args.output.format {
        Format::Text => logsum_report::description_text(&description, output::style()),
        other => logsum_report::description(&description, other),
    };
    output::result(&text)?;
    let scales = &loaded.model.specification.scales;
    let scales = logsum_report::scales(scales, args.output.format, output::style());
    if !scales.is_empty() {
        output::result(&format!("\n{scales}"))?;
    }
    if let Some(probit) = &loaded.model.specification.probit {
        let errors = logsum_report::normal_errors(probit, args.output.format, output::style());
        if !errors.is_empty() {
            output::result(&format!("\n{errors}"))?;
        }
    }
    if let Some(nests) = &loaded.model.specification.nests {
        let names = &loaded.data.alternatives().names;
        let nests = logsum_report::nests(nests, names, args.output.format, output::style());
        if !nests.is_empty() {
            output::result(&format!("\n{nests}"))?;
        }
    }
    if let Some(mixing) = &loaded.model.specification.mixing {
        let tastes = logsum_report::random_tastes(mixing, args.output.format, output::style());
        if !tastes.is_empty() {
            output::result(&format!("\n{tastes}"))?;
        }
    }
    let mut warnings = loaded.data.warnings().to_vec();
    // Of ordered alternatives it is a finding.
    if loaded.data.alternatives().labelled && loaded.model.specification.ordered.is_none() {
        warnings.extend(notes(&description));
    }
    if let Some(sampling) = &loaded.model.sampling {
        warnings.push(format!(
            "estimate takes {} samples of the alternatives; what is told here is of whole choice sets",
            sampling.method.name()
        ));
    }
    output::warnings(&warnings, args.output.quiet);
    // What is wrong with the table [sampling] shows when it is used.
    loaded.model.estimation_data(&loaded.data).map_err(Failure::bad_input)?;

    let (findings, linear, scales) = findings(&loaded)?;
    output::warnings(&scales, args.output.quiet);
    findings
        .iter()
        .for_each(|finding| output::note(&format!("error: {finding}")));
    if findings.is_empty() && args.output.format == Format::Text {
        let free = loaded
            .model
            .specification
            .parameters
            .iter()
            .filter(|declared| !declared.parameter.fixed)
            .count();
        let noun = if free == 1 { "parameter" } else { "parameters" };
        let identified = if linear {
            ", all identified by these data"
        } else if loaded.model.specification.probit.is_some() {
            " (some of the errors: \"estimate\" tells whether all are identified)"
        } else if loaded.model.specification.nests.is_some() {
            " (\"estimate\" tells whether dissimilarities are identified)"
        } else if loaded.model.specification.mixing.is_some() {
            " (some of random tastes: \"estimate\" tells whether all are identified)"
        } else {
            " (utilities are not linear in them: \"estimate\" tells whether all are identified)"
        };
        output::result(&format!("\nNo problem found: {free} free {noun}{identified}.\n"))?;
    }
    Ok(if findings.is_empty() { 0 } else { NOT_CONVERGED })
}

/// Looks closely at a fit.
fn near_the_fit(args: &CheckArgs) -> Result<u8, Failure> {
    let fit = show::read(&args.model)?;
    show::at_its_estimates(&fit, &args.model)?;
    let remedy = "look at a fit with the data that it was estimated on";
    let loaded = show::load_again(&fit, &args.model, args.data.as_deref(), &[], remedy)?;
    let used = loaded.model.estimation_data(&loaded.data).map_err(Failure::bad_input)?;
    let model = show::bind_again(&fit, &args.model, &loaded.model, &used)?;
    let report = DoctorReport {
        diagnosis: model.diagnose(&fit).map_err(Failure::bad_input)?,
        title: fit.title,
        file: fit.data.file,
        converged: fit.converged,
    };
    let style = match args.output.format {
        Format::Text => output::style(),
        _ => Style::Plain,
    };
    output::result(&report.write(args.output.format, style))?;
    Ok(if fit.converged { 0 } else { NOT_CONVERGED })
}

/// What keeps parameters from having unique finite estimates, whether utilities are linear in the parameters, and what is
/// wrong with scales.
fn findings(loaded: &Loaded) -> Result<(Vec<String>, bool, Vec<String>), Failure> {
    let model = Model::bind(&loaded.model.specification, &loaded.data).map_err(|error| Failure::all(error.each()))?;
    let start = model.start();
    if let Err(error) = model.is_defined(&start) {
        let finding = format!("at the starting values {error}; start elsewhere");
        return Ok((vec![finding], model.is_linear(), model.scale_problems()));
    }
    let mut findings = Vec::new();
    // Where utilities are not linear, a zero start can make derivatives vanish that do not elsewhere.
    if model.has_linear_utilities() {
        findings.extend(model.not_identified(&start).map_err(Failure::bad_input)?);
    }
    if findings.is_empty() {
        findings.extend(model.separated().map_err(Failure::bad_input)?);
    }
    let messages = findings.into_iter().map(|finding| finding.message).collect();
    Ok((messages, model.is_linear(), model.scale_problems()))
}

/// Things worth knowing that spoil nothing by themselves.
fn notes(description: &Description) -> Vec<String> {
    let mut notes = Vec::new();
    for alternative in &description.alternatives {
        if alternative.available == 0 {
            notes.push(format!("alternative \"{}\" is available in no case", alternative.name));
        } else if alternative.chosen == 0.0 && description.rankings.is_none() {
            notes.push(format!(
                "alternative \"{}\" is never chosen in the {} cases that offer it: a constant of its own has no finite estimate",
                alternative.name, alternative.available
            ));
        }
    }
    notes
}
