//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use logsum_data::Missing;
use logsum_report::Format;

use crate::applied::args::{CalibrateArgs, ElasticitiesArgs, ScenarioArgs, SurplusArgs, TestArgs, WtpArgs};
use crate::predict::args::PredictArgs;
use crate::simulate::args::SimulateCommand;

/// Discrete choice estimation: a table of choices and a model in, publishable estimates out.
#[derive(Debug, Parser)]
#[command(name = "logsum", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 done and converged; 1 estimated but not converged, or a check that failed; \
                        2 bad usage, bad model or bad data."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look at a table and write a commented starter model file
    Init(InitArgs),
    /// Read, validate, describe and diagnose data and specification, or a fit; estimate nothing
    Check(CheckArgs),
    /// Estimate a model by maximum (simulated) likelihood and print the report
    Estimate(Box<EstimateArgs>),
    /// Print a fit again, with another covariance or in another form
    Show(ShowArgs),
    /// Simulate: experiments with noise, synthetic choices, parameter recovery
    #[command(subcommand)]
    Simulate(Box<SimulateCommand>),
    /// Predict choice probabilities and shares, of the data of the estimation or of new data
    Predict(Box<PredictArgs>),
    /// Tastes of every decision maker given the choices made, by a fit with random tastes
    Individuals(IndividualsArgs),
    /// Elasticities of choice probabilities in an attribute, marginal effects, diversion ratios
    Elasticities(Box<ElasticitiesArgs>),
    /// Willingness to pay: ratios of coefficients, with intervals
    Wtp(WtpArgs),
    /// Consumer surplus of a scenario: the change of the logsum in money
    Surplus(Box<SurplusArgs>),
    /// Predicted shares in a scenario beside those of today
    Scenario(Box<ScenarioArgs>),
    /// Add constants to a fit so that predicted shares meet targets
    Calibrate(Box<CalibrateArgs>),
    /// Test restrictions on parameters: Wald, or the likelihood ratio of two fits
    Test(TestArgs),
    /// Put fits side by side, be the models nested or not, of one family or of several
    Compare(CompareArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page of the program, or of one of its commands
    Man {
        /// init, check, estimate, simulate recovery, ...
        command: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub struct InitArgs {
    /// Table of choices: .csv, .tsv or .parquet
    pub data: PathBuf,
    /// Write the model file here instead of to standard output
    #[arg(short, long, value_name = "MODEL.toml")]
    pub output: Option<PathBuf>,
    /// Character between fields, if not the one that the extension implies
    #[arg(long, value_name = "CHARACTER", value_parser = separator)]
    pub separator: Option<char>,
    /// Read 12,5 as a number
    #[arg(long)]
    pub decimal_comma: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Of a model file: what the data are, and what keeps parameters from having unique finite estimates. Of a fit \
                  file (.json), what shows only near a fit: the decision makers that the estimates rest on, by one step of \
                  Newton's method without them; the least probable choices; parameters that the data barely tell apart; columns \
                  whose units make estimates hard to read; parameters on which few cases depend.\n\n\
                  Exit codes: 0 done; 1 something keeps the model from being estimated, or the fit has not converged; 2 bad \
                  usage, bad model or bad data."
)]
pub struct CheckArgs {
    /// Model file, or a fit file
    pub model: PathBuf,
    /// Data file in place of the one that the model file names
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Threads to use, by default all cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

#[derive(Debug, Args)]
pub struct EstimateArgs {
    /// Model file; with --formula, a table in long form
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,
    /// Data file in place of the one that the model file names
    #[arg(long, value_name = "FILE", conflicts_with = "formula")]
    pub data: Option<PathBuf>,
    /// Write the fit file here
    #[arg(short, long, value_name = "FIT.json")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub form: OutputArgs,
    #[command(flatten)]
    pub covariance: CovarianceArgs,
    #[command(flatten)]
    pub bootstrap: BootstrapArgs,
    /// Start at the estimates of an earlier fit, by parameter name
    #[arg(long, value_name = "FIT.json", conflicts_with = "resume")]
    pub start: Option<PathBuf>,
    /// Go on from the checkpoint that an interrupted estimation left, or an interrupted bootstrap
    #[arg(long)]
    pub resume: bool,
    /// Most iterations, not counting a first approach on a sample of much data; 0 evaluates at the starting values and
    /// estimates nothing
    #[arg(long, value_name = "N")]
    pub max_iterations: Option<usize>,
    /// Largest Newton decrement that counts as converged [default: 1e-9]
    #[arg(long, value_name = "X")]
    pub tolerance: Option<f64>,
    /// Threads to use, by default all cores; the results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    #[command(flatten)]
    pub draws: crate::draws::DrawArgs,
    #[command(flatten)]
    pub validation: crate::validate::ValidationArgs,
    /// Estimate from so many points, the first the usual one: a table shows the optima found, and the best is reported. Of
    /// random tastes with few draws, the best being gone on with [default: 1]
    #[arg(long, visible_alias = "multi-start", value_name = "N", default_value_t = 1, hide_default_value = true, value_parser = clap::value_parser!(u16).range(1..))]
    pub starts: u16,
    #[command(flatten)]
    pub storage: StorageArgs,
    // Last, because its heading holds for all that follows.
    #[command(flatten)]
    pub formula: FormulaArgs,
}

/// Data larger than memory.
#[derive(Debug, Default, Args)]
pub struct StorageArgs {
    /// Most memory to take, such as 800MB or 2GiB [default: most of what is free; to predict Parquet 100 MB or so]
    #[arg(long, value_name = "SIZE", value_parser = crate::memory::parse)]
    pub memory: Option<u64>,
    /// Folder for what does not fit in memory
    #[arg(long, value_name = "FOLDER")]
    pub cache: Option<PathBuf>,
}

/// A model without a model file, on a table in long form.
#[derive(Debug, Args)]
#[command(next_help_heading = "Formula (long data, no model file)")]
pub struct FormulaArgs {
    /// Three parts: generic attributes | characteristics, constants unless 0 | attributes by alternative
    #[arg(long, value_name = "FORMULA", requires_all = ["case", "alternative", "choice"])]
    pub formula: Option<String>,
    /// Column that identifies the case
    #[arg(long, value_name = "COLUMN", requires = "formula")]
    pub case: Option<String>,
    /// Column that names the alternative
    #[arg(long, value_name = "COLUMN", requires = "formula")]
    pub alternative: Option<String>,
    /// Column that is 1 in the chosen row
    #[arg(long, value_name = "COLUMN", requires = "formula")]
    pub choice: Option<String>,
    /// Alternative without constants [default: the first]
    #[arg(long, value_name = "ALTERNATIVE", requires = "formula")]
    pub base: Option<String>,
    /// Column that names the decision maker of a panel
    #[arg(long, value_name = "COLUMN", requires = "formula")]
    pub decision_maker: Option<String>,
    /// Case weight, an expression of columns
    #[arg(long, value_name = "EXPRESSION", requires = "formula")]
    pub weight: Option<String>,
    /// Rows to keep, an expression of columns
    #[arg(long, value_name = "EXPRESSION", requires = "formula")]
    pub filter: Option<String>,
    /// Character between fields, if not the one that the extension implies
    #[arg(long, value_name = "CHARACTER", value_parser = separator, requires = "formula")]
    pub separator: Option<char>,
    /// Read 12,5 as a number
    #[arg(long, requires = "formula")]
    pub decimal_comma: bool,
}

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Fit file
    pub fit: PathBuf,
    /// Data file, if it is not where the fit file says
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    #[command(flatten)]
    pub form: OutputArgs,
    #[command(flatten)]
    pub covariance: CovarianceArgs,
    #[command(flatten)]
    pub bootstrap: BootstrapArgs,
    /// Seed of the resamples of --covariance bootstrap [default: 1]
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Go on from the checkpoint that an interrupted bootstrap left
    #[arg(long)]
    pub resume: bool,
    /// Profile-likelihood interval of this parameter, beside that of Wald; may be given several times
    #[arg(long, value_name = "PARAMETER")]
    pub profile: Vec<String>,
    /// Threads to use, by default all cores; the results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    #[command(flatten)]
    pub storage: StorageArgs,
}

#[derive(Debug, Args)]
#[command(
    after_help = "What is printed compares the conditional means of decision makers with the population. The file written with \
                  -o has a row for each decision maker: decision_maker (as the data name it; the case, or its row, where there \
                  is no panel), n_choices, mean_NAME and sd_NAME of each random coefficient, wtp_NAME and wtp_sd_NAME with \
                  --cost, and log_likelihood, the contribution of these choices. Coefficients that vary from case to case \
                  are left out.\n\n\
                  Exit codes: 0 done; 1 done, but the fit has not converged; 2 bad usage, bad fit or bad data."
)]
pub struct IndividualsArgs {
    /// Fit file
    pub fit: PathBuf,
    /// Data file, if it is not where the fit file says
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Cost coefficient: adds willingness to pay, minus the ratio of each coefficient to it
    #[arg(long, value_name = "COEFFICIENT")]
    pub cost: Option<String>,
    /// Write the tastes of every decision maker here: .csv, .tsv or .parquet
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub form: OutputArgs,
    /// Threads to use, by default all cores; the results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Printed are, side by side: estimates with standard errors, log-likelihoods and information criteria; and of \
                  every fit against the first: coefficients on a common scale (the ratio of scales that brings them nearest, \
                  weighted by their precision, with its error from the joint covariance of both estimators), and Vuong's test \
                  of models that are not nested, on the contributions of decision makers; then predicted shares beside the \
                  observed ones. The data are read again for what needs them, and left out of it if they are not where the \
                  fits say. Models may use other columns of the data, but what compares them on the data needs the same \
                  cases, choice sets, choices, weights and decision makers; where only one of two models knows the decision \
                  makers of a panel, they are those of both.\n\n\
                  Elasticities are those of shares: of the probabilities of all cases, weighted by these. In long data the \
                  column is changed in the rows of one alternative after the other; where it belongs to the case, and in wide \
                  data, for whichever alternatives use it.\n\n\
                  CSV has a row for each number: part, model, against (in scale and vuong), term, alternative, quantity (of an \
                  elasticity the alternative whose column is changed, of willingness to pay the cost), estimate, std_error, \
                  p_value.\n\n\
                  Exit codes: 0 done; 1 done, but a fit has not converged; 2 bad usage, bad fit or bad data."
)]
pub struct CompareArgs {
    /// Fit files, two or more; the others are compared with the first
    #[arg(value_name = "FIT.json", num_args = 2.., required = true)]
    pub fits: Vec<PathBuf>,
    /// Data file of all fits, if it is not where they say
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Cost coefficient: adds willingness to pay, minus the ratio of each coefficient to it
    #[arg(long, value_name = "COEFFICIENT")]
    pub cost: Option<String>,
    /// Column: adds own and cross elasticities of the probabilities in it; may be given several times
    #[arg(long, value_name = "COLUMN")]
    pub attribute: Vec<String>,
    /// Mark estimates by their p-values: * below 0.05, ** below 0.01, *** below 0.001
    #[arg(long)]
    pub stars: bool,
    /// Covariance behind the standard errors: hessian, opg, robust, or bootstrap where all fits have one [default: that of each
    /// fit]
    #[arg(long, value_name = "KIND")]
    pub covariance: Option<String>,
    #[command(flatten)]
    pub form: OutputArgs,
    /// Threads to use, by default all cores; the results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// Cases that a fit is applied to.
#[derive(Clone, Debug, Args)]
pub struct CasesArgs {
    /// Cases to predict: .csv, .tsv or .parquet [default: the data of the estimation]
    pub data: Option<PathBuf>,
    /// Predict every row of DATA, not only those that the model's filter keeps
    #[arg(long, requires = "data")]
    pub no_filter: bool,
    /// Let every case of DATA count once, whatever weights the model has
    #[arg(long, requires = "data")]
    pub no_weight: bool,
    /// What a missing cell of DATA does, if not what the model says: error, drop_case or drop_alternative
    #[arg(long, value_name = "RULE", value_parser = missing, requires = "data")]
    pub missing: Option<Missing>,
    /// Character between the fields of DATA, if not the one of the model's data
    #[arg(long, value_name = "CHARACTER", value_parser = separator, requires = "data")]
    pub separator: Option<char>,
    /// Read 12,5 in DATA as a number
    #[arg(long, requires = "data")]
    pub decimal_comma: bool,
}

#[derive(Clone, Debug, Args)]
pub struct OutputArgs {
    /// Form of what is printed: text, json, csv, latex or markdown
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true)]
    pub format: Format,
    /// No progress and no warnings on standard error
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Default, Args)]
pub struct CovarianceArgs {
    /// Covariance behind the standard errors: hessian, opg, robust, clustered or bootstrap
    #[arg(long, value_name = "KIND")]
    pub covariance: Option<String>,
    /// Column to cluster on; implies --covariance clustered. Given several times: on all of them at once, by inclusion and
    /// exclusion over their intersections. With --covariance bootstrap its groups are resampled
    #[arg(long, value_name = "COLUMN")]
    pub cluster: Vec<String>,
    /// Small-sample factor of a robust or clustered covariance: none, cr1: G/(G-1), cr1s: G/(G-1) (N-1)/(N-K), hc1: N/(N-K),
    /// with G clusters (decision makers without --cluster), N cases, K parameters [default: none]
    #[arg(long, value_name = "NAME")]
    pub correction: Option<String>,
    /// Level of the confidence intervals [default: 0.95]
    #[arg(long, value_name = "LEVEL")]
    pub confidence: Option<f64>,
}

/// What `--covariance bootstrap` resamples, and what it makes of it.
#[derive(Debug, Default, Args)]
pub struct BootstrapArgs {
    /// Resamples of --covariance bootstrap [default: 500]
    #[arg(long, value_name = "N")]
    pub replications: Option<usize>,
    /// Intervals from --covariance bootstrap: normal (estimate and bootstrapped standard errors, in keeping with z and p),
    /// percentile, or bca (bias-corrected and accelerated) [default: normal]
    #[arg(long, value_name = "KIND")]
    pub interval: Option<String>,
}

/// A rule for missing cells, by its name in model files.
fn missing(text: &str) -> Result<Missing, String> {
    match text {
        "error" => Ok(Missing::Error),
        "drop_case" => Ok(Missing::DropCase),
        "drop_alternative" => Ok(Missing::DropAlternative),
        _ => Err("the rules are error, drop_case and drop_alternative".to_owned()),
    }
}

/// One ASCII character; a tab may be written as `\t`, which shells make hard to type.
fn separator(text: &str) -> Result<char, String> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) if character.is_ascii() => Ok(character),
        _ if text == "\\t" => Ok('\t'),
        _ => Err("a separator is one ASCII character, such as ; or \\t".to_owned()),
    }
}
