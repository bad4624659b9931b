//! What choices say of the tastes of those who made them.

use logsum_data::near_miss;
use logsum_estimate::{EvalError, LogLikelihood};

use crate::error::SpecificationError;
use crate::model::{Mixture, Model, Wanted};

/// Tastes of every decision maker given the choices made: moments of the distribution of tastes among those who would
/// choose the same, at the draws of the model.
///
/// ```text
/// E(β | choices) = Σ_r w_r β_r,   w_r ∝ ω_r Π_t P(choice_t | β_r)
/// ```
///
/// They lie between the population's distribution and the single decision maker's tastes: the more choices, the nearer to
/// the latter. Averaged over decision makers, conditional means give about the mean of the population, and the variance
/// of conditional means with the mean of conditional variances about its variance, at estimates of a model that holds.
/// Where they do not, the distribution is misspecified.
///
/// # Source
/// Revelt and Train (2000), *Customer-specific taste parameters and mixed logit*; Train (2009), chapter 11.
#[derive(Clone, Debug, PartialEq)]
pub struct Individuals {
    /// Coefficients that vary between decision makers, by their names in the utilities: random ones in their order, then
    /// those that only the scale makes vary. In willingness-to-pay space they are willingness to pay, money per unit.
    /// Those that vary from case to case are left out.
    pub coefficients: Vec<String>,
    /// For each coefficient, the conditional mean of each decision maker, in the order of the data.
    pub means: Vec<Vec<f64>>,
    /// The same of conditional standard deviations.
    pub sds: Vec<Vec<f64>>,
    /// Willingness to pay, if it was asked for.
    pub willingness_to_pay: Option<WillingnessToPay>,
    /// Choices of each decision maker.
    pub choices: Vec<usize>,
    /// Contribution of each decision maker to the log-likelihood.
    pub log_likelihoods: Vec<f64>,
}

/// Willingness to pay of every decision maker given the choices made: moments of the ratio −β_k / β_cost, which must not be
/// confused with ratios of moments.
///
/// Where a cost coefficient can be 0, as a normal one can, the ratio has no moments, and those over draws depend on the
/// draws that happen to come near it.
#[derive(Clone, Debug, PartialEq)]
pub struct WillingnessToPay {
    /// The cost coefficient.
    pub cost: String,
    /// All other coefficients of the utilities but those that vary from case to case, in the order of the parameters.
    pub coefficients: Vec<String>,
    /// For each coefficient, the conditional mean of each decision maker.
    pub means: Vec<Vec<f64>>,
    /// The same of conditional standard deviations.
    pub sds: Vec<Vec<f64>>,
}

/// Why there are no individual tastes.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum IndividualsError {
    #[error("individual tastes: the model has no random tastes, so that everybody's are the estimates; add [random]")]
    SameForAll,
    #[error("individual tastes: every random coefficient varies from case to case; none belongs to a decision maker")]
    OfCases,
    #[error(
        "willingness to pay: no utility has the coefficient \"{name}\"{}",
        suggestion.as_ref().map_or(String::new(), |name| format!("; did you mean \"{name}\"?"))
    )]
    NoCost { name: String, suggestion: Option<String> },
    #[error(
        "willingness to pay: \"{name}\" varies from case to case, and so does what is divided by it; name a coefficient \
         that is a decision maker's"
    )]
    CostOfCases { name: String },
    #[error(transparent)]
    Draws(#[from] SpecificationError),
    #[error(transparent)]
    Evaluation(#[from] EvalError),
}

impl Model<'_> {
    /// Tastes of every decision maker given the choices made, at `theta` (length K).
    ///
    /// `cost` names the coefficient of the utilities by which willingness to pay is reckoned, fixed or random. `number`
    /// are draws of each decision maker, as in the report of a fit; those of the specification if there is none.
    ///
    /// Decision makers without weight in the likelihood or without a choice have the tastes of the population. Where
    /// choices are counted and no decision makers are named, each choice of a case is somebody else's, and the tastes are
    /// those of all who chose there.
    ///
    /// # Errors
    /// See [`IndividualsError`]; as [`LogLikelihood::evaluate`].
    pub fn individuals(
        &self,
        theta: &[f64],
        cost: Option<&str>,
        number: Option<usize>,
    ) -> Result<Individuals, IndividualsError> {
        let Some(mixture) = self.mixture().filter(|mixture| mixture.is_random()) else {
            return Err(IndividualsError::SameForAll);
        };
        self.has_length(theta)?;
        self.require_outcomes()?;
        let names = self.coefficient_names(mixture);
        let reported = self.reported(mixture, &names)?;
        let mut wanted: Vec<Wanted> = reported.clone();
        let of_cost = cost.map(|cost| self.of_cost(mixture, &names, cost)).transpose()?;
        wanted.extend(of_cost.iter().flatten());
        let other = match number {
            Some(number) if number != mixture.draws.between.number() => Some(mixture.draws_of(number)?),
            _ => None,
        };
        let draws = other.as_ref().unwrap_or(&mixture.draws);
        let individuals = mixture
            .individuals(draws, theta, &wanted, self.interrupt())
            .map_err(|stopped| self.stopped(mixture, stopped))?;
        let means = |from: usize, wanted: &[Wanted]| -> Vec<Vec<f64>> {
            let of = |at: usize| individuals.iter().map(|one| one.moments[from + at].0).collect();
            (0..wanted.len()).map(of).collect()
        };
        let sds = |from: usize, wanted: &[Wanted]| -> Vec<Vec<f64>> {
            let of = |at: usize| individuals.iter().map(|one| one.moments[from + at].1).collect();
            (0..wanted.len()).map(of).collect()
        };
        let named = |wanted: &[Wanted]| wanted.iter().map(|wanted| names[wanted.coefficient].clone()).collect();
        Ok(Individuals {
            coefficients: named(&reported),
            means: means(0, &reported),
            sds: sds(0, &reported),
            willingness_to_pay: cost.zip(of_cost).map(|(cost, ratios)| WillingnessToPay {
                cost: cost.to_owned(),
                coefficients: named(&ratios),
                means: means(reported.len(), &ratios),
                sds: sds(reported.len(), &ratios),
            }),
            choices: mixture.n_choices(),
            log_likelihoods: individuals.iter().map(|one| one.log_likelihood).collect(),
        })
    }

    fn has_length(&self, theta: &[f64]) -> Result<(), EvalError> {
        let k = self.parameters().len();
        if theta.len() == k {
            return Ok(());
        }
        Err(EvalError::Failed(format!(
            "{} values are given for {k} parameters; give one for each, fixed ones included",
            theta.len()
        )))
    }

    /// Names of the coefficients of a mixture: those that vary first.
    fn coefficient_names(&self, mixture: &Mixture) -> Vec<String> {
        let all = self.specification().coefficients();
        let identifiers = mixture.identifiers().iter();
        identifiers
            .map(|&identifier| all[identifier as usize].clone())
            .collect()
    }

    /// The coefficients that vary between decision makers, in the order in which they are reported.
    fn reported(&self, mixture: &Mixture, names: &[String]) -> Result<Vec<Wanted>, IndividualsError> {
        let mixing = self.mixing().expect("a mixture was specified");
        let position = |symbol: &str| mixing.random.iter().position(|random| random.symbol == *symbol);
        let mut varying: Vec<usize> = (0..mixture.tastes.n_random())
            .filter(|&c| !mixture.tastes.within[c])
            .collect();
        if varying.is_empty() {
            return Err(IndividualsError::OfCases);
        }
        varying.sort_by_key(|&c| position(&names[c]).unwrap_or(usize::MAX));
        let space = mixing.willingness_to_pay.as_ref();
        let wanted = |coefficient: usize| Wanted {
            coefficient,
            cost: space
                .filter(|space| space.coefficients.contains(&names[coefficient]))
                .and_then(|space| names.iter().position(|name| *name == space.cost)),
        };
        Ok(varying.into_iter().map(wanted).collect())
    }

    /// All coefficients over the cost.
    fn of_cost(&self, mixture: &Mixture, names: &[String], cost: &str) -> Result<Vec<Wanted>, IndividualsError> {
        let Some(place) = names.iter().position(|name| name == cost) else {
            return Err(IndividualsError::NoCost {
                name: cost.to_owned(),
                suggestion: near_miss(cost, names.iter().map(String::as_str)),
            });
        };
        let within = |c: usize| mixture.tastes.within.get(c) == Some(&true);
        if within(place) {
            return Err(IndividualsError::CostOfCases { name: cost.to_owned() });
        }
        let identifiers = mixture.identifiers();
        let mut others: Vec<usize> = (0..names.len()).filter(|&c| c != place && !within(c)).collect();
        others.sort_by_key(|&c| identifiers[c]);
        let wanted = |coefficient: usize| Wanted {
            coefficient,
            cost: Some(place),
        };
        Ok(others.into_iter().map(wanted).collect())
    }
}
