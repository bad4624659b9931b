//! Draws told on the command line in place of the model file's.

use clap::Args;
use logsum_utility::{DrawMethod, DrawNumber, ModelFile};

use crate::failure::Failure;

/// Draws of random tastes.
#[derive(Debug, Args)]
pub struct DrawArgs {
    /// Draws per decision maker in place of the model's (of a quadrature, nodes per dimension), or auto: doubled until other
    /// draws would move no estimate by more than a tenth of its standard error
    #[arg(long, value_name = "N", value_parser = number)]
    pub draws: Option<DrawNumber>,
    /// Seed of the draws in place of the model's; plain Halton sequences and quadratures have none. Also that of the resamples of
    /// --covariance bootstrap, and that by which --holdout and --folds split decision makers [there: 1]
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
}

fn number(text: &str) -> Result<DrawNumber, String> {
    if text == "auto" {
        return Ok(DrawNumber::Auto);
    }
    match text.parse() {
        Ok(0) => Err("0 per decision maker; use at least 1 (500 or more is usual for a first run)".to_owned()),
        Ok(number) => Ok(DrawNumber::Number(number)),
        Err(_) => Err("a whole number, or auto".to_owned()),
    }
}

impl DrawArgs {
    /// Puts them into the model. `seeds_more`: whether something else takes the seed, and a model without draws may do without.
    pub fn apply(&self, model: &mut ModelFile, seeds_more: bool) -> Result<(), Failure> {
        if self.draws.is_none() && self.seed.is_none() {
            return Ok(());
        }
        let Some(mixing) = &mut model.specification.mixing else {
            if seeds_more && self.draws.is_none() {
                return Ok(());
            }
            let option = if self.draws.is_some() { "--draws" } else { "--seed" };
            return Err(Failure::bad_input(format!(
                "{option} belongs to models with random tastes or normal errors, and this one has neither"
            )));
        };
        mixing.draws.number = self.draws.unwrap_or(mixing.draws.number);
        mixing.draws.seed = self.seed.unwrap_or(mixing.draws.seed);
        if mixing.draws.method == DrawMethod::Quadrature && mixing.draws.number == DrawNumber::Auto {
            return Err(Failure::bad_input(
                "--draws auto measures the randomness of draws, and a quadrature has none; say how many nodes",
            ));
        }
        Ok(())
    }
}
