//! What can be typed behind `logsum predict`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::args::{CasesArgs, CovarianceArgs, OutputArgs, StorageArgs};

/// How intervals of shares are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Intervals {
    /// Linear in the estimates
    Delta,
    /// Quantiles of shares at drawn estimates (Krinsky and Robb)
    Simulated,
    /// Quantiles of shares at the estimates of the resamples of the fit's bootstrap
    Bootstrap,
}

#[derive(Debug, Args)]
#[command(
    after_help = "New data need the columns that the model uses, but no choices. Where choices are there, observed shares \
                  stand beside the predicted ones. The file written with -o has the columns row (as a spreadsheet \
                  counts; in the order of the data), case and decision_maker where the model names them, \
                  probability_NAME for each alternative (empty where it is unavailable), logsum and energy (minus the \
                  logsum). Unlabelled alternatives have a row each: case, alternative, row, probability, logsum, energy.\n\n\
                  Where choices are known, measures say how good the predictions are, by choice and with the weights of the \
                  model: the hit rate (share of choices of the alternative with the highest probability; ties are parts of \
                  a hit), the expected hit rate (mean probability of what was chosen), the mean log score (mean ln P of it) \
                  and the Brier score (mean of the squared errors of all alternatives, 0 to 2). --measures adds who is taken \
                  for whom, and predicted against observed frequencies in tenths of the alternatives by rising probability. \
                  Of rankings the best is the choice, in equal parts those that share the first rank; counts are as many choices, shares parts of one.\n\n\
                  Parquet (one file, or a pattern) is read, predicted and written part by part, in memory that does not grow \
                  with the number of cases; the numbers are those of the whole, to the last bit. The rows of a case must lie \
                  together, and in a panel those of a decision maker; otherwise, and where it is text, the file is read at \
                  once.\n\n\
                  CSV: alternative, available, predicted_share, std_error, conf_low, conf_high, observed_share, converged, \
                  behind segment with --by (empty for all cases). With --measures it has the measures instead: part, \
                  observed, predicted, quantity, value, converged.\n\n\
                  Exit codes: 0 done; 1 done, but the fit has not converged; 2 bad usage, bad fit or bad data."
)]
pub struct PredictArgs {
    /// Fit file
    pub fit: PathBuf,
    #[command(flatten)]
    pub cases: CasesArgs,
    /// Predict the decision makers who were held out of the estimation (estimate --holdout) instead of the others
    #[arg(long, conflicts_with = "data")]
    pub held_out: bool,
    /// Write the probabilities of every case here: .csv, .tsv or .parquet
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Column: shares for each of its values too
    #[arg(long, value_name = "COLUMN")]
    pub by: Option<String>,
    /// How intervals of shares are made
    #[arg(long, value_enum, default_value_t = Intervals::Delta)]
    pub intervals: Intervals,
    /// Draws of simulated intervals [default: 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(100..))]
    pub draws: Option<u32>,
    /// Seed of the draws [default: 1]
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Tables of the quality of predictions too: confusion and calibration
    #[arg(long)]
    pub measures: bool,
    /// Write a picture of the calibration: .svg or .png
    #[arg(long, value_name = "PICTURE")]
    pub picture: Option<PathBuf>,
    #[command(flatten)]
    pub form: OutputArgs,
    #[command(flatten)]
    pub covariance: CovarianceArgs,
    /// Threads to use, by default all cores; the results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    #[command(flatten)]
    pub storage: StorageArgs,
}
