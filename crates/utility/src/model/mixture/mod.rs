//! Mixed logit: the logit kernel averaged over tastes, decision maker by decision maker.
//!
//! ```text
//! L_n(θ) = Σ_r ω_r Π_{t ∈ n} P(choice_nt | β_nr),   β_nr = β(θ, z_n, ξ_nr)
//! ```
//!
//! with standard draws ξ_nr and weights ω_r (1/R, or those of a Gauss rule). Lanes are draws: utilities, exponentials and
//! derivatives in β of one decision maker's cases at a block of draws stay in the innermost caches, are turned into
//! derivatives in θ, and added to sums that do not grow with the draws.
//!
//! # Source
//! Train (2009), *Discrete Choice Methods with Simulation*, chapters 6 and 10; Revelt and Train (1998), *Mixed logit with
//! repeated choices*.

pub(crate) mod arithmetic;
mod average;
mod beyond;
mod bind;
mod cases;
mod evaluate;
mod individuals;
mod kernel;
mod laws;
mod plain;
mod points;
mod predict;
mod probit;
mod rows;
mod sketch;
mod symbolic;
mod tastes;
mod truncated;
mod within;

use logsum_draws::{Maker, Method, PointSet, Seed, Variate};

use crate::error::{SpecificationError, TasteError};
use crate::mixing::{DrawMethod, DrawPlan};
use beyond::KernelCases;
use cases::Cases;
use points::Points;
use probit::{CaseDraws, NormalErrors};
use symbolic::Dimensions;
use tastes::Tastes;
use within::Within;

pub use arithmetic::exponentials;
pub(crate) use bind::MixtureBuilder;
pub(crate) use evaluate::{Stopped, order_of};
pub(crate) use individuals::Wanted;
pub(crate) use kernel::pair;
pub(crate) use laws::{Law, LawForm, Profiles};
pub(crate) use symbolic::Symbolic;

/// Branch of the seed that the draws of errors come from.
const ERRORS: u64 = 5;

/// Random tastes, or normal errors, bound to choice data.
#[derive(Debug)]
pub(crate) struct Mixture {
    pub tastes: Tastes,
    /// Of the random coefficients, in the order of the specification.
    pub laws: Vec<Law>,
    cases: Cases,
    /// In place of those of logit.
    pub errors: Option<NormalErrors>,
    /// The kernel, if it is not logit.
    kernel: Option<KernelCases>,
    /// Decision makers.
    makers: Vec<Maker>,
    /// Units that are evaluated together.
    groups: Vec<std::ops::Range<usize>>,
    is_linear: bool,
    pub plan: DrawPlan,
    dimensions: Dimensions,
    /// The draws of the specification.
    pub draws: DrawSet,
}

/// The draws of an evaluation.
#[derive(Debug)]
pub(crate) struct DrawSet {
    pub between: Points,
    pub within: Option<Within>,
    /// Of normal errors where tastes are random too.
    pub errors: Option<CaseDraws>,
    /// Draws of a decision maker of which the first are in use.
    total_between: usize,
    /// Whether they are others than those of the plan.
    pub randomised: bool,
}

impl DrawSet {
    /// `number` draws of each decision maker as the plan says.
    ///
    /// # Errors
    /// Draws that cannot be had.
    fn new(plan: &DrawPlan, number: usize, dimensions: &Dimensions) -> Result<Self, SpecificationError> {
        let (between, within) = dimensions.variates.split_at(dimensions.n_between);
        let points = Points::new(plan, number, between, false)?;
        let total = points.number();
        let within = match within {
            [] => None,
            _ => {
                let method = method(plan);
                let all = total * plan.number_within;
                // Behind the dimensions of decision makers: the same ones would be the same numbers.
                let seed = Seed::new(plan.seed).split(2);
                let set = PointSet::new(method, all, false, seed, dimensions.variates.clone());
                let set = set.map_err(|error| TasteError::Draws {
                    reason: error.to_string(),
                })?;
                Some(Within {
                    points: set.without_first(dimensions.n_between),
                    number: plan.number_within,
                })
            }
        };
        Ok(DrawSet {
            between: points,
            within,
            errors: None,
            total_between: total,
            randomised: false,
        })
    }

    /// The first of them.
    pub fn first(&self, number: usize) -> Self {
        DrawSet {
            between: self.between.first(number),
            within: self.within.clone(),
            errors: self.errors.clone(),
            total_between: self.total_between,
            randomised: self.randomised,
        }
    }

    /// As many, randomised anew; none where there is nothing random.
    pub fn randomised(&self, replication: u64) -> Option<Self> {
        Some(DrawSet {
            between: self.between.randomised(replication)?,
            within: self.within.as_ref().map(|within| Within {
                points: within.points.randomised(replication),
                number: within.number,
            }),
            errors: self.errors.as_ref().map(|errors| errors.randomised(replication)),
            total_between: self.total_between,
            randomised: true,
        })
    }
}

/// How the draws of a plan are placed; random ones beside a Gauss rule.
fn method(plan: &DrawPlan) -> Method {
    match plan.method {
        DrawMethod::Halton => Method::Halton {
            drop: plan.drop,
            leap: plan.leap,
        },
        DrawMethod::ScrambledHalton => Method::ScrambledHalton,
        DrawMethod::Sobol => Method::Sobol,
        DrawMethod::Mlhs => Method::Mlhs,
        DrawMethod::Random | DrawMethod::Quadrature => Method::Random,
    }
}

impl Mixture {
    /// Other draws than those of the specification: `number` of each decision maker.
    ///
    /// # Errors
    /// Draws that cannot be had.
    pub fn draws_of(&self, number: usize) -> Result<DrawSet, SpecificationError> {
        self.with_errors(DrawSet::new(&self.plan, number, &self.dimensions)?)
    }

    /// The same with the draws of errors where tastes have draws of their own.
    fn with_errors(&self, mut draws: DrawSet) -> Result<DrawSet, SpecificationError> {
        let Some(errors) = self.errors.as_ref().filter(|_| self.is_random()) else {
            return Ok(draws);
        };
        // Behind the dimensions of tastes: the same ones would be the same numbers.
        let n_tastes = self.dimensions.variates.len();
        let mut variates = self.dimensions.variates.clone();
        variates.resize(n_tastes + errors.n_dimensions(), Variate::Uniform);
        let seed = Seed::new(self.plan.seed).split(ERRORS);
        let points = PointSet::new(method(&self.plan), draws.total_between, false, seed, variates);
        let points = points.map_err(|error| TasteError::Draws {
            reason: error.to_string(),
        })?;
        draws.errors = Some(CaseDraws {
            points: points.without_first(n_tastes),
            seed,
        });
        Ok(draws)
    }

    /// Dimensions of the draws: of a decision maker's tastes, and of one case's errors.
    pub fn n_dimensions(&self) -> usize {
        let of_errors = self.errors.as_ref().filter(|_| self.is_random());
        self.dimensions.variates.len() + of_errors.map_or(0, NormalErrors::n_dimensions)
    }

    /// Whether tastes are random.
    pub fn is_random(&self) -> bool {
        self.tastes.n_random() > 0
    }

    /// Whether probabilities depend on draws at all.
    pub fn is_simulated(&self) -> bool {
        self.n_dimensions() > 0
    }

    /// Whose draws those in `between` are: cases' where only errors are random.
    fn makers_of_draws(&self) -> &[Maker] {
        match &self.errors {
            Some(errors) if !self.is_random() => &errors.makers,
            _ => &self.makers,
        }
    }
}
