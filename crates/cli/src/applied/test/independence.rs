//! `logsum test FIT --iia`: independence of irrelevant alternatives.

use std::path::Path;

use logsum_report::applied::{IndependenceReport, IndependenceTest};
use logsum_utility::applied::{Halves, IiaError, alternatives_named, hausman_mcfadden};
use logsum_utility::{Fit, Model};

use super::super::args::{IiaTest, TestArgs};
use super::super::{not_converged, print};
use super::{again, of_likelihood, with_model};
use crate::failure::Failure;
use crate::output;

/// Alternatives that are removed one after the other without being named.
const MOST_ALTERNATIVES: usize = 50;

pub fn run(args: &TestArgs, path: &Path) -> Result<u8, Failure> {
    let method = args.iia.expect("this test was asked for");
    if method == IiaTest::SmallHsiao && (args.covariance.covariance.is_some() || !args.covariance.cluster.is_empty()) {
        return Err(Failure::bad_input(
            "--iia small-hsiao is a likelihood ratio and needs no covariance; leave --covariance out",
        ));
    }
    if method == IiaTest::HausmanMcfadden && args.seed.is_some() {
        return Err(Failure::bad_input(
            "--seed is for the halves of --iia small-hsiao; nothing is random in hausman-mcfadden",
        ));
    }
    let anew = again(args, path, &[])?;
    let (fit, loaded) = (&anew.fit, &anew.loaded);
    let report = with_model(fit, path, loaded, |model| found(args, method, fit, model))?;
    let warnings: Vec<String> = not_converged(fit, path).into_iter().collect();
    output::warnings(&warnings, args.form.quiet);
    print(args.form.format, fit.converged, |format, style| {
        report.write(format, style)
    })
}

fn found(args: &TestArgs, method: IiaTest, fit: &Fit, model: &Model<'_>) -> Result<IndependenceReport, Failure> {
    let data = model.data().expect("a model that was bound to whole data");
    let names = &data.alternatives().names;
    let removals: Vec<Vec<usize>> = match args.without.is_empty() {
        false => vec![alternatives_named(data, &args.without).map_err(Failure::bad_input)?],
        true if names.len() > MOST_ALTERNATIVES => {
            return Err(Failure::bad_input(format!(
                "there are {} alternatives, too many to remove one after the other; name some with --without",
                names.len()
            )));
        }
        true => (0..names.len()).map(|position| vec![position]).collect(),
    };
    let at = 1.0 - fit.confidence;
    let seed = args.seed.unwrap_or(1);
    let halves = match method {
        IiaTest::SmallHsiao => Some(Halves::new(model, fit, seed).map_err(Failure::bad_input)?),
        IiaTest::HausmanMcfadden => None,
    };
    let alone = removals.len() == 1;
    let one = |removed: &Vec<usize>| {
        let test = match &halves {
            Some(halves) => halves
                .test(model, fit, removed)
                .map(|test| IndependenceTest::small_hsiao(test, at)),
            None => hausman_mcfadden(model, fit, removed).map(|test| IndependenceTest::hausman_mcfadden(test, at)),
        };
        match test {
            Ok(test) => Ok(test),
            // Of several, one that cannot be made does not stand in the way of the others.
            Err(IiaError::Estimation { error, .. }) if !alone => {
                let names = removed.iter().map(|&position| names[position].clone()).collect();
                Ok(IndependenceTest::none(names, &error.to_string()))
            }
            Err(problem @ (IiaError::TooFew { .. } | IiaError::NothingChanges { .. })) if !alone => {
                let names = removed.iter().map(|&position| names[position].clone()).collect();
                Ok(IndependenceTest::none(names, &problem.to_string()))
            }
            Err(error) => Err(Failure::bad_input(error)),
        }
    };
    let tests = removals.iter().map(one).collect::<Result<Vec<_>, _>>()?;
    let mut notes = Vec::new();
    let efficient = matches!(fit.covariance_kind.as_str(), "hessian" | "opg");
    if halves.is_some() {
        notes.extend(of_likelihood(fit, model));
        notes.push(
            "Other halves give another statistic: see what other seeds say before much is made of a close outcome."
                .to_owned(),
        );
    } else if efficient && (model.facts().weighted || model.facts().decision_makers.is_some()) {
        notes.push(
            "Cases have weights or decision makers, for which the difference of the covariances is not the variance of the \
             difference: take --covariance robust."
                .to_owned(),
        );
    }
    if !alone {
        notes.push("Each row is a test of its own: of many, some reject by chance.".to_owned());
    }
    Ok(IndependenceReport {
        title: fit.title.clone(),
        converged: fit.converged,
        test: match method {
            IiaTest::HausmanMcfadden => "hausman-mcfadden",
            IiaTest::SmallHsiao => "small-hsiao",
        }
        .to_owned(),
        covariance_kind: halves.is_none().then(|| fit.covariance_kind.clone()),
        seed: halves.is_some().then_some(seed),
        halves: halves.as_ref().map(|halves| halves.n_decision_makers),
        tests,
        notes,
    })
}
