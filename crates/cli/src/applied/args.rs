//! What can be typed behind the commands that apply a fit.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::args::{CasesArgs, CovarianceArgs, OutputArgs};

/// A fit and the cases that it is applied to.
#[derive(Debug, Args)]
pub struct SubjectArgs {
    /// Fit file
    pub fit: PathBuf,
    #[command(flatten)]
    pub cases: CasesArgs,
    /// Column: results for each of its values too
    #[arg(long, value_name = "COLUMN")]
    pub by: Option<String>,
    #[command(flatten)]
    pub form: OutputArgs,
    #[command(flatten)]
    pub covariance: CovarianceArgs,
    /// Threads to use, by default all cores; the results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Elasticities are those of predicted shares: elasticities of the probabilities of cases, weighted by these; the mean \
                  over cases stands beside them. The column is one of the file, not a derived one; what is derived from it \
                  follows, and utilities need not be linear in it. In long data it is changed in the rows of one alternative after \
                  the other (--of: of one alone); in wide data, and where it is the same for all rows of a case, for whichever \
                  alternatives use it. A diversion ratio says which part of what an alternative loses goes to another. Differences \
                  are by a five-point rule, good to about ten digits; standard errors are by the delta method.\n\n\
                  The file written with -o has a row for each case, changed alternative and alternative: row (as a spreadsheet counts), \
                  case and decision_maker where the model names them, attribute, changed (empty where it is that of several), \
                  alternative, probability, and the elasticity, arc_elasticity or marginal_effect (empty where nothing changes \
                  in the case).\n\n\
                  CSV has a row for each number: attribute, changed, segment, alternative, quantity, estimate, std_error, conf_low, \
                  conf_high, converged.\n\n\
                  Exit codes: 0 done; 1 done, but the fit has not converged; 2 bad usage, bad fit or bad data."
)]
pub struct ElasticitiesArgs {
    #[command(flatten)]
    pub subject: SubjectArgs,
    /// Column of the data; may be given several times
    #[arg(long, value_name = "COLUMN", required = true)]
    pub attribute: Vec<String>,
    /// The alternative whose attribute changes (long data) [default: one after the other]
    #[arg(long, value_name = "ALTERNATIVE")]
    pub of: Option<String>,
    /// Average marginal effects: of one unit more, on probabilities
    #[arg(long, conflicts_with = "arc")]
    pub marginal: bool,
    /// Write the effects of every case here: .csv, .tsv or .parquet
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Arc elasticities of a change by this part: 0.1 for 10 % more, -0.1 for 10 % less
    #[arg(long, value_name = "CHANGE", allow_negative_numbers = true)]
    pub arc: Option<f64>,
}

/// How intervals of willingness to pay are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum IntervalMethod {
    /// Linear in the estimates
    Delta,
    /// What a test of the ratio does not reject; may have no bounds
    Fieller,
    /// Quantiles of ratios of drawn coefficients (Krinsky and Robb)
    Simulated,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Willingness to pay is minus the ratio of the marginal utilities of attribute and cost, for a unit more of a column \
                  of the data, in the unit of the cost columns: scaling within utilities, such as TIME / 100, is accounted for. What \
                  is paid for a unit less, such as the value of time saved, is minus that. The data are not needed. Of coefficients \
                  that vary it is the ratio of their means; a lognormal cost coefficient leaves the median for attributes whose \
                  coefficient does not vary.\n\n\
                  CSV: term, kind, per, estimate, std_error, conf_low, conf_high, converged.\n\n\
                  Exit codes: 0 done; 1 done, but the fit has not converged; 2 bad usage or bad fit."
)]
pub struct WtpArgs {
    /// Fit file
    pub fit: PathBuf,
    /// Cost coefficient
    #[arg(long, value_name = "COEFFICIENT")]
    pub cost: String,
    /// Coefficient to value; may be given several times [default: all]
    #[arg(long, value_name = "COEFFICIENT")]
    pub of: Vec<String>,
    /// How intervals are made
    #[arg(long, value_enum, default_value_t = IntervalMethod::Delta)]
    pub method: IntervalMethod,
    /// Draws of simulated intervals [default: 10000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(100..))]
    pub draws: Option<u32>,
    /// Seed of the draws [default: 1]
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub form: OutputArgs,
    #[command(flatten)]
    pub covariance: CovarianceArgs,
}

/// What is changed.
#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// An alternative that is not available any more; may be given several times
    #[arg(long, value_name = "ALTERNATIVE")]
    pub remove: Vec<String>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "The change of the expected maximum utility (logsum), divided by the marginal utility of money: minus the cost \
                  coefficient, or any expression of parameters, such as --cost \"-exp(ln_cost)\", as long as it is the same for \
                  everybody. Money is in the unit of the columns that the coefficient is multiplied by, and scaling such as COST / \
                  100 is accounted for; of an expression it is in the unit of what it is multiplied by.\n\n\
                  CSV: segment, n_cases, weight, quantity (mean, median or total), estimate, std_error, conf_low, conf_high, \
                  converged.\n\n\
                  Exit codes: 0 done; 1 done, but the fit has not converged; 2 bad usage, bad fit or bad data."
)]
pub struct SurplusArgs {
    #[command(flatten)]
    pub subject: SubjectArgs,
    /// Cost coefficient, or an expression of parameters in its place
    #[arg(long, value_name = "COEFFICIENT", allow_hyphen_values = true)]
    pub cost: String,
    /// A column of the file and what it becomes, "COLUMN = EXPRESSION" of columns; several are made one after the other
    #[arg(long, value_name = "CHANGE", required_unless_present = "remove")]
    pub scenario: Vec<String>,
    #[command(flatten)]
    pub remove: RemoveArgs,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Derived columns and availability follow from the columns that change; which cases there are and what they weigh \
                  stays as it is. Expressions are those of the model file, of columns alone: --set \"TRAIN_TT = 0.8 * TRAIN_TT\", and \
                  in long data --set \"price = if(alt == 'rail', 1.1 * price, price)\".\n\n\
                  CSV: segment, alternative, quantity (base, scenario or change), estimate, std_error, conf_low, conf_high, \
                  converged.\n\n\
                  Exit codes: 0 done; 1 done, but the fit has not converged; 2 bad usage, bad fit or bad data."
)]
pub struct ScenarioArgs {
    #[command(flatten)]
    pub subject: SubjectArgs,
    /// A column of the file and what it becomes, "COLUMN = EXPRESSION" of columns; several are made one after the other
    #[arg(long, value_name = "CHANGE", required_unless_present = "remove")]
    pub set: Vec<String>,
    #[command(flatten)]
    pub remove: RemoveArgs,
}

/// A test of independence of irrelevant alternatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum IiaTest {
    /// Estimates from all choices against those from the choices among the others
    HausmanMcfadden,
    /// A likelihood ratio on random halves of the sample
    SmallHsiao,
}

#[derive(Debug, Args)]
#[command(
    after_help = "A constant calibration_NAME is added to the utility of each alternative with a target, and held, so that the \
                  shares predicted for the cases (of the estimation, or of DATA) are the targets. Where all alternatives have \
                  one, the first keeps its utility (--base: another); alternatives without one keep theirs and share what is \
                  left. The fit file that is written predicts with these constants: hand it to scenario, surplus, elasticities or \
                  predict. Its likelihood and standard errors are those of the estimation. A fit that was calibrated before is \
                  calibrated anew.\n\n\
                  CSV: alternative, target, before, after, constant, converged.\n\n\
                  Exit codes: 0 done; 1 done, but the fit has not converged; 2 bad usage, bad fit or bad data."
)]
pub struct CalibrateArgs {
    /// Fit file
    pub fit: PathBuf,
    #[command(flatten)]
    pub cases: CasesArgs,
    /// The share that an alternative is to have, "NAME=0.25" or "NAME=25%"; may be given several times
    #[arg(long, value_name = "NAME=SHARE", required = true)]
    pub target: Vec<String>,
    /// Where all alternatives have a target, the one whose utility stays [default: the first]
    #[arg(long, value_name = "ALTERNATIVE")]
    pub base: Option<String>,
    /// Write the calibrated fit here
    #[arg(short, long, value_name = "CALIBRATED.json")]
    pub output: PathBuf,
    #[command(flatten)]
    pub form: OutputArgs,
    /// Threads to use, by default all cores; the results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "--wald: restrictions on the parameters of a fit, \"b_time = 2 * b_cost\" or \"b_a * b_b = 1\", together. --score: \
                  parameters that the model holds (fixed = true), whether it would gain if they were estimated; nothing is estimated \
                  again. --iia: whether the choices among some alternatives, by those who chose one of them, have the same \
                  parameters as all choices; the model is estimated again on them. --homogeneous: whether the segments that a column \
                  makes have the same tastes, and the same scale. Two fits, the first of a model that restricts the other's: their \
                  likelihood ratio; with --non-nested, the tests of Vuong and of Ben-Akiva and Swait. Both must be of the same \
                  choices, for which the data are read again where the models use other columns.\n\n\
                  CSV of --score, --iia, --homogeneous and --non-nested has a row for each test: test, subject, hypothesis, statistic, \
                  degrees, p_value, outcome, converged. Tests reject at one less than the level of --confidence.\n\n\
                  Exit codes: 0 done, whatever the outcome; 1 done, but a fit has not converged; 2 bad usage, bad fit or bad data."
)]
pub struct TestArgs {
    /// Fit file; two for a likelihood-ratio test, the restricted one first
    #[arg(value_name = "FIT.json", num_args = 1..=2, required = true)]
    pub fits: Vec<PathBuf>,
    /// Restriction, an equation of parameters; several are tested together
    #[arg(long, value_name = "EQUATION")]
    pub wald: Vec<String>,
    /// Parameter that the model holds; several are tested together, "all" one by one
    #[arg(long, value_name = "PARAMETER")]
    pub score: Vec<String>,
    /// Independence of irrelevant alternatives
    #[arg(long, value_enum, value_name = "TEST")]
    pub iia: Option<IiaTest>,
    /// Alternative to remove; several are removed together [default: one after the other]
    #[arg(long, value_name = "ALTERNATIVE", requires = "iia")]
    pub without: Vec<String>,
    /// Seed of the halves of small-hsiao [default: 1]
    #[arg(long, value_name = "S", requires = "iia")]
    pub seed: Option<u64>,
    /// Column whose values make segments: equal tastes, equal scale
    #[arg(long, value_name = "COLUMN")]
    pub homogeneous: Option<String>,
    /// Two fits of which none restricts the other
    #[arg(long)]
    pub non_nested: bool,
    /// Data file of the fits, if it is not where they say
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    #[command(flatten)]
    pub form: OutputArgs,
    #[command(flatten)]
    pub covariance: CovarianceArgs,
    /// Threads to use, by default all cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}
