//! What can be typed behind `logsum simulate`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::OutputArgs;

#[derive(Debug, Subcommand)]
pub enum SimulateCommand {
    /// Draw utility plus noise, take the largest, and compare with softmax; exit 1 if they differ
    GumbelMax(GumbelMaxArgs),
    /// Red bus and blue bus: shares before and after under three kinds of noise
    RedBus(RedBusArgs),
    /// The Boltzmann distribution of energies at a temperature, or at a mean energy
    Boltzmann(BoltzmannArgs),
    /// Write synthetic choices with known parameters, drawn from any model file
    Choices(ChoicesArgs),
    /// Simulate and estimate many times: bias, spread and coverage; exit 1 if no estimation converges
    Recovery(RecoveryArgs),
}

#[derive(Debug, Args)]
pub struct GumbelMaxArgs {
    /// Systematic utilities, separated by commas
    #[arg(long, value_name = "V1,V2,...", allow_hyphen_values = true, required_unless_present = "fit", value_parser = numbers)]
    pub utilities: Option<Numbers>,
    /// Take the utilities of a case of this fit
    #[arg(long, value_name = "FIT.json", requires = "case", conflicts_with = "utilities")]
    pub fit: Option<PathBuf>,
    /// The case: its identifier in long data, its row in wide data, where row 1 is the header
    #[arg(long, value_name = "CASE", requires = "fit", conflicts_with = "utilities")]
    pub case: Option<String>,
    /// Data file of the fit, if it is not where the fit file says
    #[arg(long, value_name = "FILE", requires = "fit")]
    pub data: Option<PathBuf>,
    /// Scale of the noise
    #[arg(long, value_name = "T", default_value_t = 1.0, allow_hyphen_values = true)]
    pub temperature: f64,
    /// gumbel, normal, logistic, exponential, uniform, laplace, student:5, gev-nested:0.5, correlated-normal:0.9 or
    /// exponential-race; all have the variance of the standard Gumbel, π²/6, so that their shape alone differs
    #[arg(long, value_name = "NOISE", default_value = "gumbel")]
    pub noise: String,
    /// Alternatives that share a nest or are correlated, counted from 1 [default: the last two]
    #[arg(long, value_name = "J1,J2,...", value_delimiter = ',')]
    pub nest: Option<Vec<usize>>,
    /// How many draws; 1e7 is read as a number
    #[arg(long, value_name = "R", default_value = "1e6", value_parser = whole, allow_hyphen_values = true)]
    pub draws: u64,
    /// Orderings of the K largest utilities are compared too; 1: none [default: 2]
    #[arg(long, value_name = "K")]
    pub top: Option<usize>,
    /// Level of the G test that decides the exit code
    #[arg(long, value_name = "LEVEL", default_value_t = 0.001, allow_hyphen_values = true)]
    pub level: f64,
    /// Follow the error from 100 draws to --draws instead of testing
    #[arg(long)]
    pub convergence: bool,
    /// Write a picture of the convergence: .svg or .png
    #[arg(long, value_name = "FILE", requires = "convergence")]
    pub picture: Option<PathBuf>,
    #[command(flatten)]
    pub common: CommonArgs,
}

#[derive(Debug, Args)]
pub struct RedBusArgs {
    /// Utility of the car less that of a bus
    #[arg(long, value_name = "V", default_value_t = 0.0, allow_hyphen_values = true)]
    pub car: f64,
    /// Dissimilarity of the buses in the nested model: 1 is logit, near 0 they are one
    #[arg(long, value_name = "LAMBDA", default_value_t = 0.05, allow_hyphen_values = true)]
    pub dissimilarity: f64,
    /// Correlation of the buses' normal noise
    #[arg(long, value_name = "RHO", default_value_t = 0.99, allow_hyphen_values = true)]
    pub correlation: f64,
    /// How many draws before and after, each; 1e7 is read as a number
    #[arg(long, value_name = "R", default_value = "1e6", value_parser = whole, allow_hyphen_values = true)]
    pub draws: u64,
    #[command(flatten)]
    pub common: CommonArgs,
}

#[derive(Debug, Args)]
pub struct BoltzmannArgs {
    /// Energies of the levels, separated by commas
    #[arg(long, value_name = "E1,E2,...", allow_hyphen_values = true, value_parser = numbers)]
    pub energies: Numbers,
    /// Temperature [default: 1]
    #[arg(long, value_name = "T", conflicts_with = "mean_energy", allow_hyphen_values = true)]
    pub temperature: Option<f64>,
    /// Find the temperature that gives this mean energy
    #[arg(long, value_name = "E", allow_hyphen_values = true)]
    pub mean_energy: Option<f64>,
    /// How many states share each energy, separated by commas [default: one each]
    #[arg(long, value_name = "G1,G2,...", allow_hyphen_values = true, value_parser = numbers, conflicts_with = "particles")]
    pub degeneracies: Option<Numbers>,
    /// Count the arrangements of this many particles (several numbers: of each), separated by commas
    #[arg(long, value_name = "N1,N2,...", value_delimiter = ',', requires = "mean_energy", value_parser = whole)]
    pub particles: Vec<u64>,
    /// Add the curve of mean energy, entropy and heat capacity against temperature
    #[arg(long)]
    pub curve: bool,
    /// Write a picture of the curve: .svg or .png
    #[arg(long, value_name = "FILE", requires = "curve")]
    pub picture: Option<PathBuf>,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
pub struct SyntheticArgs {
    /// Model file; its data are resampled but for columns that its table [simulate] states
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,
    /// How many cases
    #[arg(long, value_name = "N", value_parser = whole)]
    pub cases: u64,
    /// Cases of each decision maker of a panel [default: as in the data, or 1]
    #[arg(long, value_name = "T", value_parser = whole)]
    pub per_decision_maker: Option<u64>,
    /// True values: the estimates of a fit [default: the starting values of the model file, those of random tastes
    /// (start_sd, start_spread) among them]
    #[arg(long, value_name = "FIT.json")]
    pub parameters: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct ChoicesArgs {
    #[command(flatten)]
    pub synthetic: SyntheticArgs,
    /// Write the choices here: .csv, .tsv or .parquet
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    pub overwrite: bool,
    #[command(flatten)]
    pub common: CommonArgs,
}

#[derive(Debug, Args)]
pub struct RecoveryArgs {
    #[command(flatten)]
    pub synthetic: SyntheticArgs,
    /// How often to simulate and estimate
    #[arg(long, value_name = "R", default_value = "200", value_parser = whole)]
    pub replications: u64,
    /// Covariance behind the standard errors: hessian, opg, robust, or bootstrap (500 resamples of each replication)
    #[arg(long, value_name = "KIND", default_value = "hessian")]
    pub covariance: String,
    /// Level of the intervals whose coverage is counted
    #[arg(long, value_name = "LEVEL", default_value_t = 0.95, allow_hyphen_values = true)]
    pub confidence: f64,
    /// Write a picture of the estimates around their true values: .svg or .png
    #[arg(long, value_name = "FILE")]
    pub picture: Option<PathBuf>,
    #[command(flatten)]
    pub common: CommonArgs,
}

#[derive(Debug, Args)]
pub struct CommonArgs {
    /// Seed: the same one gives the same draws on any number of threads
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Threads to use, by default all cores; the results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// Numbers separated by commas.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers(pub Vec<f64>);

fn numbers(text: &str) -> Result<Numbers, String> {
    let number = |part: &str| {
        let part = part.trim();
        part.parse()
            .map_err(|_| format!("\"{part}\" is not a number; write numbers with commas between, such as 1.0,0.5,-0.3"))
    };
    text.split(',').map(number).collect::<Result<_, _>>().map(Numbers)
}

/// A whole number, also written as 1e7 or 10_000_000.
fn whole(text: &str) -> Result<u64, String> {
    let plain = text.replace('_', "");
    if let Ok(number) = plain.parse::<u64>() {
        return Ok(number);
    }
    // Up to here every whole number is a float.
    let exact = 2.0_f64.powi(53);
    match plain.parse::<f64>() {
        Ok(number) if number >= 0.0 && number.fract() == 0.0 && number <= exact => Ok(number as u64),
        _ => Err("a whole number is wanted, such as 1000 or 1e6".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_between_commas() {
        assert_eq!(numbers("1.0, 0.5,-0.3"), Ok(Numbers(vec![1.0, 0.5, -0.3])));
        assert_eq!(
            numbers("1,,2").unwrap_err(),
            "\"\" is not a number; write numbers with commas between, such as 1.0,0.5,-0.3"
        );
    }

    #[test]
    fn whole_numbers_may_have_exponents() {
        for (text, number) in [
            ("10", 10),
            ("1e7", 10_000_000),
            ("1_000", 1000),
            ("0", 0),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(whole(text), Ok(number));
        }
        for text in ["1.5", "-1", "1e300", "many", "NaN", ""] {
            assert!(whole(text).is_err(), "{text}");
        }
    }
}
