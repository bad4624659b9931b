//! `logsum elasticities`: what an attribute does to choice probabilities.

use logsum_data::near_miss;
use logsum_report::applied::{EffectRow, EffectsReport};
use logsum_tables::ReadOptions;
use logsum_utility::applied::{
    AttributeUse, ChangedEffects, Effect, Estimated, attribute_use, effects, effects_of_cases,
};

use super::args::ElasticitiesArgs;
use super::subject::{self, Subject};
use super::{case_effects, print};
use crate::destination::{self, Product};
use crate::failure::Failure;
use crate::progress::Waiting;

/// Alternatives whose attributes are changed one after the other.
const MOST_CHANGED: usize = 200;

/// Runs the command.
pub fn run(args: &ElasticitiesArgs) -> Result<u8, Failure> {
    let (effect, name) = match (args.marginal, args.arc) {
        (true, _) => (Effect::Marginal, "marginal_effect"),
        (false, Some(part)) => (Effect::Arc(part), "arc_elasticity"),
        (false, None) => (Effect::Elasticity, "elasticity"),
    };
    if let Some(part) = args.arc
        && !(part.is_finite() && part > -1.0 && part != 0.0)
    {
        return Err(Failure::bad_input(format!(
            "--arc {part}: give the relative change of the attribute, such as 0.1 for 10 % more; it is above -1 and not 0"
        )));
    }
    let subject = Subject::load(&args.subject, subject::fit(&args.subject)?, &[], Some("elasticities"))?;
    let (data, specification) = (&subject.loaded.data, &subject.loaded.model.specification);
    let model = subject.bind(data)?;
    usable(args, &subject)?;
    if let Some(output) = &args.output {
        destination::check_table(output, &[&args.subject.fit, &subject.loaded.path], Product::Effects)?;
    }
    let n = data.alternatives().names.len();
    if args.of.is_none() && n > MOST_CHANGED {
        return Err(Failure::bad_input(format!(
            "elasticities: there are {n} alternatives, whose attributes would change one after the other; --of names the one whose \
             attribute changes"
        )));
    }
    let of = args.of.as_deref().map(|name| subject.alternative(name)).transpose()?;
    let theta: Vec<f64> = subject.fit.parameters.iter().map(|known| known.estimate).collect();
    let probabilities = match args.output {
        Some(_) => model.predict(&theta).map_err(Failure::bad_input)?.probabilities,
        None => Vec::new(),
    };
    let mut of_cases = case_effects::Rows::new(data, &probabilities);
    let mut rows = Vec::new();
    for attribute in &args.attribute {
        let asked = (attribute.as_str(), of);
        let waiting = Waiting::new(
            args.subject.form.quiet,
            format!("{attribute}: differences of predictions"),
        );
        let found = effects(specification, data, &subject.fit, asked, effect, &subject.breakdown);
        if args.output.is_some() {
            let each = effects_of_cases(specification, data, &subject.fit, asked, effect);
            of_cases.add(attribute, &each.map_err(Failure::bad_input)?);
        }
        drop(waiting);
        let found = found.map_err(Failure::bad_input)?;
        if found.is_empty() {
            return Err(Failure::bad_input(format!(
                "--of: column \"{attribute}\" has a cell for a case, not for each alternative; leave --of out"
            )));
        }
        rows.extend(in_rows(&subject, attribute, name, &found));
    }
    if let Some(output) = &args.output {
        destination::write_table(output, &of_cases.table(name), &ReadOptions::default())?;
    }
    let report = EffectsReport {
        subject: subject.described(),
        effect: name.to_owned(),
        arc: args.arc,
        by: args.subject.by.clone(),
        effects: rows,
    };
    print(args.subject.form.format, subject.fit.converged, |format, style| {
        report.write(format, style)
    })
}

/// Makes sure that utilities depend on all attributes.
fn usable(args: &ElasticitiesArgs, subject: &Subject<'_>) -> Result<(), Failure> {
    let (data, specification) = (&subject.loaded.data, &subject.loaded.model.specification);
    let mut problems = Vec::new();
    for attribute in &args.attribute {
        match attribute_use(specification, data, attribute) {
            Ok(AttributeUse::Used) => {}
            Ok(AttributeUse::Unused(others)) => {
                let near = near_miss(attribute, others.iter().map(String::as_str));
                let hint = match near {
                    Some(near) => format!("; did you mean \"{near}\"?"),
                    None => format!(
                        "; they depend on {}",
                        logsum_data::name_list(others.iter().map(String::as_str))
                    ),
                };
                problems.push(format!(
                    "elasticities: no utility depends on a column \"{attribute}\"{hint}"
                ));
            }
            Err(problem) => problems.push(problem.to_string()),
        }
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Failure::all(&problems)),
    }
}

/// A row for each number, by segment, changed alternative and alternative.
fn in_rows(subject: &Subject<'_>, attribute: &str, name: &str, found: &[ChangedEffects]) -> Vec<EffectRow> {
    let names = &subject.loaded.data.alternatives().names;
    let mut rows = Vec::new();
    for group in 0..subject.breakdown.n_groups() {
        for of in found {
            for (j, values) in of.groups[group].iter().enumerate() {
                let quantities = [
                    (name, values.share, true),
                    ("mean_elasticity", values.mean, false),
                    ("diversion_ratio", values.diversion, false),
                ];
                // The effect itself stands there even if it has no value.
                let shown = quantities
                    .into_iter()
                    .filter(|(_, value, always)| *always || value.has_value());
                rows.extend(shown.map(|(quantity, value, _): (&str, Estimated, bool)| EffectRow {
                    attribute: attribute.to_owned(),
                    changed: of.changed.map(|changed| names[changed].clone()),
                    segment: subject.segment(group),
                    alternative: names[j].clone(),
                    quantity: quantity.to_owned(),
                    value,
                }));
            }
        }
    }
    rows
}
