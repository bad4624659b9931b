//! `logsum individuals`: what the choices of each decision maker tell of their tastes.

use logsum_data::{ChoiceData, Column, Layout, Source, Table};
use logsum_report::{Format, IndividualCoefficient, IndividualWillingness, IndividualsReport};
use logsum_tables::ReadOptions;
use logsum_utility::{Fit, Individuals};

use crate::args::IndividualsArgs;
use crate::destination::{self, Product};
use crate::failure::{Failure, NOT_CONVERGED};
use crate::predict::rows;
use crate::{output, show};

/// Share of decision makers with the other sign of a cost coefficient from which on there is a warning.
const NEGLIGIBLE: f64 = 1e-3;

/// Runs the command; tastes by a fit that has not converged come with the exit code that says so.
pub fn run(args: &IndividualsArgs) -> Result<u8, Failure> {
    let fit = show::read(&args.fit)?;
    show::at_its_estimates(&fit, &args.fit)?;
    let Some(draws) = &fit.draws else {
        return Err(Failure::bad_input(format!(
            "\"{}\" has no random tastes: everybody's are the estimates, which \"logsum show\" prints",
            args.fit.display()
        )));
    };
    let remedy = show::OTHER_FILE;
    let loaded = show::load_again(&fit, &args.fit, args.data.as_deref(), &[], remedy)?;
    if let Some(path) = &args.output {
        destination::check_table(path, &[&args.fit, &loaded.path], Product::Individuals)?;
    }
    let used = loaded.model.estimation_data(&loaded.data).map_err(Failure::bad_input)?;
    let model = show::bind_again(&fit, &args.fit, &loaded.model, &used)?;
    let theta: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
    let individuals = model
        .individuals(&theta, args.cost.as_deref(), Some(draws.number))
        .map_err(Failure::bad_input)?;
    output::warnings(&warnings(&fit, args), args.form.quiet);
    if let Some(path) = &args.output {
        destination::write_table(path, &table(&used, &individuals), &ReadOptions::default())?;
    }
    let report = report(&fit, &used, &individuals, draws.number);
    output::result(&match args.form.format {
        Format::Text => logsum_report::individuals_text(&report, output::style()),
        other => logsum_report::individuals(&report, other),
    })?;
    Ok(if fit.converged { 0 } else { NOT_CONVERGED })
}

fn warnings(fit: &Fit, args: &IndividualsArgs) -> Vec<String> {
    let mut warnings = Vec::new();
    if !fit.converged {
        warnings.push(format!(
            "\"{}\" has not converged: {}; these are tastes at its best point",
            args.fit.display(),
            fit.convergence.reason
        ));
    }
    let tastes = fit.tastes.iter().flat_map(|tastes| &tastes.coefficients);
    for taste in tastes.filter(|taste| Some(&taste.coefficient) == args.cost.as_ref()) {
        let positive = taste.share_positive.estimate;
        if (NEGLIGIBLE..=1.0 - NEGLIGIBLE).contains(&positive) {
            warnings.push(format!(
                "\"{}\" has both signs ({:.1} % above 0): ratios to it have no moments, and those of willingness to pay depend on \
                 the draws nearest to 0; give it a distribution of one sign, or fix it",
                taste.coefficient,
                100.0 * positive
            ));
        }
    }
    warnings
}

/// The first case of each decision maker.
fn first_cases(data: &ChoiceData) -> Vec<usize> {
    let Some(makers) = data.decision_makers() else {
        return (0..data.n_cases()).collect();
    };
    let mut first = vec![usize::MAX; data.n_decision_makers()];
    for (case, &maker) in makers.iter().enumerate() {
        let first = &mut first[maker as usize];
        *first = case.min(*first);
    }
    first
}

/// A row for each decision maker: who, how many choices, moments, contribution to the likelihood.
fn table(data: &ChoiceData, individuals: &Individuals) -> Table {
    let schema = data.schema();
    let cases = first_cases(data);
    let named = match (&schema.decision_maker, &schema.layout) {
        (Some(name), _) => Some(name),
        (None, Layout::Long { case, .. }) => Some(case),
        (None, Layout::Wide { .. }) => None,
    };
    let row = |case: &usize| data.pairs(*case).map(|pair| data.row_number(pair)).min();
    let who = named
        .and_then(|name| rows::of_cases(data, "decision_maker", name, &cases))
        .unwrap_or_else(|| rows::numbers("decision_maker", cases.iter().map(|case| row(case).unwrap_or(0) as f64)));
    let choices = individuals.choices.iter().map(|choices| *choices as f64);
    let mut columns = vec![who, rows::numbers("n_choices", choices)];
    let pair = |prefixes: [&str; 2], name: &str, means: &[f64], sds: &[f64]| -> [Column; 2] {
        let [of_mean, of_sd] = prefixes.map(|prefix| format!("{prefix}_{name}"));
        let numbers = |name: &str, values: &[f64]| rows::numbers(name, values.iter().copied());
        [numbers(&of_mean, means), numbers(&of_sd, sds)]
    };
    for (at, name) in individuals.coefficients.iter().enumerate() {
        columns.extend(pair(["mean", "sd"], name, &individuals.means[at], &individuals.sds[at]));
    }
    if let Some(wtp) = &individuals.willingness_to_pay {
        for (at, name) in wtp.coefficients.iter().enumerate() {
            columns.extend(pair(["wtp", "wtp_sd"], name, &wtp.means[at], &wtp.sds[at]));
        }
    }
    let contributions = individuals.log_likelihoods.iter().copied();
    columns.push(rows::numbers("log_likelihood", contributions));
    Table {
        source: Source {
            name: data.source().name.clone(),
            first_row: 2,
        },
        n_rows: cases.len(),
        all_names: columns.iter().map(|column| column.name.clone()).collect(),
        columns,
    }
}

fn report(fit: &Fit, data: &ChoiceData, individuals: &Individuals, draws: usize) -> IndividualsReport {
    let population = |name: &str| {
        let tastes = &fit.tastes.as_ref()?.coefficients;
        let taste = tastes.iter().find(|taste| taste.coefficient == name)?;
        Some((taste.mean.estimate, taste.sd.estimate))
    };
    let coefficient = |(at, name): (usize, &String)| {
        IndividualCoefficient::of(name, &individuals.means[at], &individuals.sds[at], population(name))
    };
    let wtp = individuals.willingness_to_pay.as_ref();
    let choices = individuals.choices.iter().copied();
    IndividualsReport {
        title: fit.title.clone(),
        file: data.source().name.clone(),
        converged: fit.converged,
        n_decision_makers: individuals.choices.len(),
        choices: (choices.clone().min().unwrap_or(0), choices.max().unwrap_or(0)),
        draws,
        coefficients: individuals.coefficients.iter().enumerate().map(coefficient).collect(),
        cost: wtp.map(|wtp| wtp.cost.clone()),
        willingness_to_pay: wtp.map_or(Vec::new(), |wtp| {
            let one = |(at, name): (usize, &String)| IndividualWillingness::of(name, &wtp.means[at], &wtp.sds[at]);
            wtp.coefficients.iter().enumerate().map(one).collect()
        }),
    }
}
