//! What is found of models together, from the data where these are needed.

use std::borrow::Cow;

use logsum_data::{ChoiceData, name_list, near_miss};
use logsum_report::{ComparedElasticities, ComparedNesting, ComparedPair, ComparedShares, ComparedWillingness};
use logsum_utility::applied::{AttributeUse, attribute_use, willingness_to_pay};
use logsum_utility::comparison::{
    Elasticities, ElasticityRow, JointSample, ben_akiva_swait, compare_scales, elasticities, influences, nesting, vuong,
};
use logsum_utility::{Model, observed_shares};

use super::Compared;
use crate::args::CompareArgs;
use crate::failure::Failure;
use crate::show;

/// The parts of a comparison besides the estimates.
pub struct Found {
    /// Whether all models are known to be of the same choices.
    pub same_choices: bool,
    pub pairs: Vec<ComparedPair>,
    pub willingness_to_pay: Option<ComparedWillingness>,
    pub elasticities: Vec<ComparedElasticities>,
    pub shares: Option<ComparedShares>,
    pub notes: Vec<String>,
}

/// What is known of the choices of a model and of the first.
enum Sample {
    Same(JointSample),
    /// By fingerprint, without the data.
    Recognised,
    Other(String),
}

impl Found {
    pub fn of(args: &CompareArgs, models: &[Compared<'_>]) -> Result<Self, Failure> {
        let used = models.iter().map(estimation_data).collect::<Result<Vec<_>, _>>()?;
        let mut notes = Vec::new();
        let missing: Vec<&String> = models.iter().filter_map(|model| model.loaded.as_ref().err()).collect();
        for (at, place) in missing.iter().enumerate() {
            if !missing[..at].contains(place) {
                notes.push(format!(
                    "{place}: what needs them is left out, and --data says where they are."
                ));
            }
        }
        let samples: Vec<Sample> = (1..models.len()).map(|at| sample(models, &used, at)).collect();
        let same_choices = samples.iter().all(|sample| !matches!(sample, Sample::Other(_)));
        let mut pairs = Vec::new();
        for (at, sample) in samples.iter().enumerate() {
            pairs.push(pair(models, &used, at + 1, sample)?);
        }
        let ready = same_choices && models.iter().all(|model| model.loaded.is_ok());
        if !ready && !args.attribute.is_empty() {
            notes.push("Elasticities are left out: the models are not of the same choices.".to_owned());
        }
        Ok(Found {
            same_choices,
            pairs,
            willingness_to_pay: args.cost.as_ref().map(|cost| ComparedWillingness {
                cost: cost.clone(),
                models: models
                    .iter()
                    .map(|model| willingness_to_pay(&model.fit, &model.coefficients, cost))
                    .collect(),
            }),
            elasticities: if ready {
                all_elasticities(args, models)?
            } else {
                Vec::new()
            },
            shares: if ready { shares(models)? } else { None },
            notes,
        })
    }
}

/// What is found of two models against each other.
pub fn pair_of(models: &[Compared<'_>]) -> Result<ComparedPair, Failure> {
    let used = models.iter().map(estimation_data).collect::<Result<Vec<_>, _>>()?;
    if let Some(place) = models.iter().find_map(|model| model.loaded.as_ref().err()) {
        return Err(Failure::bad_input(format!(
            "{place}, and the contributions of decision makers are needed; say where they are with --data"
        )));
    }
    let sample = sample(models, &used, 1);
    if let Sample::Other(why) = &sample {
        let why = why.split(". ").next().unwrap_or_default();
        return Err(Failure::bad_input(why));
    }
    pair(models, &used, 1, &sample)
}

/// The data on which the likelihood of a model is that of its fit.
fn estimation_data<'a>(model: &'a Compared<'_>) -> Result<Option<Cow<'a, ChoiceData>>, Failure> {
    let Ok(loaded) = &model.loaded else {
        return Ok(None);
    };
    let used = loaded.model.estimation_data(&loaded.data).map_err(Failure::bad_input)?;
    Ok(Some(used))
}

fn theta(model: &Compared<'_>) -> Vec<f64> {
    model
        .fit
        .parameters
        .iter()
        .map(|parameter| parameter.estimate)
        .collect()
}

fn sample(models: &[Compared<'_>], used: &[Option<Cow<'_, ChoiceData>>], at: usize) -> Sample {
    let (first, second) = (&models[0], &models[at]);
    if let (Some(one), Some(other)) = (&used[0], &used[at]) {
        return match JointSample::new(one, other) {
            Ok(joint) => Sample::Same(joint),
            Err(difference) => Sample::Other(format!(
                "{} and {} were not estimated on the same choices: {difference}. What compares them on the data is left out.",
                first.name, second.name
            )),
        };
    }
    if first.fit.data.fingerprint == second.fit.data.fingerprint {
        return Sample::Recognised;
    }
    Sample::Other(format!(
        "Whether {} and {} were estimated on the same choices is not known: their fingerprints differ, as they do where models \
         use other columns, and the data are not at hand. What compares them on the data is left out.",
        first.name, second.name
    ))
}

fn pair(
    models: &[Compared<'_>],
    used: &[Option<Cow<'_, ChoiceData>>],
    at: usize,
    sample: &Sample,
) -> Result<ComparedPair, Failure> {
    let mut pair = ComparedPair {
        first: 0,
        second: at,
        left_out: None,
        scale: None,
        scale_problem: None,
        vuong: None,
        ben_akiva_swait: None,
        nesting: None,
    };
    let (first, second) = (&models[0], &models[at]);
    let of_both = (first.coefficients.as_slice(), second.coefficients.as_slice());
    match (sample, &used[0], &used[at]) {
        (Sample::Other(why), ..) => pair.left_out = Some(why.clone()),
        (Sample::Same(joint), Some(one), Some(other)) => {
            let bound = [
                show::bind_again(&first.fit, first.path, &first.file, one)?,
                show::bind_again(&second.fit, second.path, &second.file, other)?,
            ];
            let moved = |model: &Model<'_>, of: &Compared<'_>, who: &[u32]| {
                influences(model, &of.fit, &of.coefficients, who, joint.n()).map_err(Failure::bad_input)
            };
            let moved = (
                moved(&bound[0], first, &joint.first)?,
                moved(&bound[1], second, &joint.second)?,
            );
            let both = moved.0.as_deref().zip(moved.1.as_deref());
            pair.scale = compare_scales(of_both, &second.fit, both);
            if pair.scale.is_some() && both.is_none() {
                pair.scale_problem = Some(format!(
                    "No standard errors: they need covariances of the Hessian for all coefficients of {} and {}.",
                    first.name, second.name
                ));
            }
            let contributions = |model: &Model<'_>, of: &Compared<'_>, who: &[u32]| -> Result<Vec<f64>, Failure> {
                let each = model.contributions(&theta(of)).map_err(Failure::bad_input)?;
                let mut sums = vec![0.0; joint.n()];
                for (value, &who) in each.iter().zip(who) {
                    sums[who as usize] += value;
                }
                let counted = sums.iter().zip(&joint.counts).filter(|(_, counts)| **counts);
                Ok(counted.map(|(value, _)| *value).collect())
            };
            pair.vuong = Some(vuong(
                &contributions(&bound[0], first, &joint.first)?,
                &contributions(&bound[1], second, &joint.second)?,
                (first.fit.n_parameters, second.fit.n_parameters),
                first.fit.n_cases,
            ));
            pair.nesting = nested(models, 0, at).or_else(|| nested(models, at, 0));
        }
        _ => {
            pair.nesting = nested(models, 0, at).or_else(|| nested(models, at, 0));
            pair.scale = compare_scales(of_both, &second.fit, None);
            pair.scale_problem = pair.scale.as_ref().map(|_| {
                "The standard error of the ratio could not be computed: it needs the data, for the covariance of both \
                 estimators on the same decision makers."
                    .to_owned()
            });
        }
    }
    // Of models that are nested the likelihood ratio is the test, and of shares ln L is no likelihood.
    if pair.left_out.is_none() && pair.nesting.is_none() && !first.fit.quasi_likelihood {
        pair.ben_akiva_swait = ben_akiva_swait(&first.fit, &second.fit);
    }
    if pair.left_out.is_none() && pair.scale.is_none() {
        pair.scale_problem = Some(format!(
            "There is no ratio of scales: {} and {} share no coefficient of utilities that was estimated in both, or {} has no \
             covariance.",
            first.name, second.name, second.name
        ));
    }
    Ok(pair)
}

fn nested(models: &[Compared<'_>], inner: usize, outer: usize) -> Option<ComparedNesting> {
    let (one, other) = (&models[inner], &models[outer]);
    let found = nesting(
        (&one.fit, &one.file.specification, &one.file.schema),
        (&other.fit, &other.file.specification, &other.file.schema),
    )?;
    Some(ComparedNesting {
        inner,
        outer,
        nesting: found,
        likelihood_ratio: 2.0 * (other.fit.log_likelihood - one.fit.log_likelihood),
    })
}

fn all_elasticities(args: &CompareArgs, models: &[Compared<'_>]) -> Result<Vec<ComparedElasticities>, Failure> {
    let mut problems = Vec::new();
    let mut uses = Vec::new();
    for attribute in &args.attribute {
        let mut known: Vec<String> = Vec::new();
        let mut of_models = Vec::new();
        for model in models {
            let Ok(loaded) = &model.loaded else { continue };
            match attribute_use(&model.file.specification, &loaded.data, attribute) {
                Ok(AttributeUse::Used) => of_models.push(true),
                Ok(AttributeUse::Unused(others)) => {
                    known.extend(others);
                    of_models.push(false);
                }
                Err(problem) => {
                    problems.push(problem.to_string());
                    break;
                }
            }
        }
        if of_models.len() == models.len() && !of_models.contains(&true) {
            let near = near_miss(attribute, known.iter().map(String::as_str));
            let near = near.map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
            problems.push(format!(
                "elasticities: no utility of these models depends on a column \"{attribute}\"{near}"
            ));
        }
        uses.push((attribute, of_models));
    }
    let labelled = |model: &Compared<'_>| {
        model
            .loaded
            .as_ref()
            .is_ok_and(|loaded| loaded.data.alternatives().labelled)
    };
    let unlabelled: Vec<&str> = models
        .iter()
        .filter(|model| !labelled(model))
        .map(|model| model.name.as_str())
        .collect();
    if !args.attribute.is_empty() && !unlabelled.is_empty() {
        problems.push(format!(
            "elasticities: the alternatives of {} are unlabelled, so that they have no shares over cases",
            name_list(unlabelled)
        ));
    }
    if !problems.is_empty() {
        return Err(Failure::all(&problems));
    }
    let mut found = Vec::new();
    for (attribute, uses) in uses {
        let mut of_models = Vec::new();
        for (model, used) in models.iter().zip(uses) {
            let elasticities = match &model.loaded {
                Ok(loaded) if used => {
                    let data = &loaded.data;
                    let found = elasticities(&model.file.specification, data, &theta(model), attribute);
                    Some(in_order(found.map_err(Failure::bad_input)?, &places(models, data)))
                }
                _ => None,
            };
            of_models.push(elasticities);
        }
        found.push(ComparedElasticities {
            attribute: attribute.clone(),
            alternatives: names(models),
            models: of_models,
        });
    }
    Ok(found)
}

/// Names of the alternatives, by the first model.
fn names(models: &[Compared<'_>]) -> Vec<String> {
    let data = models[0].loaded.as_ref().map(|loaded| &loaded.data);
    data.map_or(Vec::new(), |data| data.alternatives().names.clone())
}

/// Where the alternatives of the first model stand in other data: by code, as models may name and order them otherwise.
fn places(models: &[Compared<'_>], data: &ChoiceData) -> Vec<Option<usize>> {
    let first = models[0]
        .loaded
        .as_ref()
        .map(|loaded| loaded.data.alternatives().codes.as_slice());
    let codes = &data.alternatives().codes;
    let place = |code: &String| codes.iter().position(|known| known == code);
    first.unwrap_or_default().iter().map(place).collect()
}

/// Elasticities with alternatives at these places.
fn in_order(found: Elasticities, places: &[Option<usize>]) -> Elasticities {
    let at = |place: &usize| places.iter().position(|known| *known == Some(*place));
    let row = |row: &ElasticityRow| ElasticityRow {
        changed: row.changed.as_ref().and_then(at),
        values: places.iter().map(|place| row.values.get((*place)?).copied()?).collect(),
    };
    Elasticities {
        rows: found.rows.iter().map(row).collect(),
        attribute: found.attribute,
    }
}

/// Predicted shares beside the observed ones; none where alternatives are unlabelled.
fn shares(models: &[Compared<'_>]) -> Result<Option<ComparedShares>, Failure> {
    let mut of_models = Vec::new();
    let mut observed = None;
    for model in models {
        let Ok(loaded) = &model.loaded else {
            return Ok(None);
        };
        if !loaded.data.alternatives().labelled {
            return Ok(None);
        }
        let bound = show::bind_again(&model.fit, model.path, &loaded.model, &loaded.data)?;
        let prediction = bound.predict(&theta(model)).map_err(Failure::bad_input)?;
        let shares = prediction.shares(&loaded.data);
        let places = places(models, &loaded.data);
        of_models.push(
            places
                .iter()
                .map(|place| place.map_or(0.0, |place| shares[place]))
                .collect(),
        );
        observed = observed.or_else(|| observed_shares(&loaded.data));
    }
    Ok(observed.map(|observed| ComparedShares {
        alternatives: names(models),
        observed,
        models: of_models,
    }))
}
