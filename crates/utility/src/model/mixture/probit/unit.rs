//! Units of the likelihood whose errors are normal.

use super::choice::ChoiceCase;
use super::draws::CaseBlocks;
use super::factors::Factors;
use super::lanes::{ErrorCase, ErrorLanes, UnitDraws};
use crate::model::kernels::KernelAt;
use crate::model::mixture::cases::Unit;
use crate::model::mixture::evaluate::{Scratch, Stopped, UnitCase};
use crate::model::mixture::kernel::{Kernel, Lanes};
use crate::model::mixture::plain::{At, NotFinite, PlainLanes};
use crate::model::mixture::tastes::TasteLanes;
use crate::model::mixture::within::case_key;
use crate::model::mixture::{DrawSet, Mixture};
use logsum_probit::ghk::{Lanes as Orthants, Recursion};

/// Parameters at which a mixture is evaluated, and what follows from them for all cases.
#[derive(Debug)]
pub(crate) struct Point<'a> {
    pub theta: &'a [f64],
    /// Values of the coefficients that do not vary.
    pub fixed: Vec<f64>,
    /// Covariances of normal errors.
    pub factors: Option<Factors>,
    /// What the kernel itself depends on.
    pub kernel: Option<KernelAt>,
}

/// Normal errors of a decision maker's cases beside random tastes.
#[derive(Clone, Copy)]
pub(crate) struct UnitErrors<'a> {
    pub factors: &'a Factors,
    pub draws: &'a UnitDraws,
}

impl Mixture {
    /// What follows from the parameters.
    ///
    /// # Errors
    /// A covariance of errors that is not positive definite, dissimilarities that are not positive.
    pub fn at<'a>(&self, theta: &'a [f64], order: u8) -> Result<Point<'a>, Stopped> {
        let factors = self.errors.as_ref().map(|errors| {
            let outcomes = &errors.outcomes.all;
            Factors::new(&errors.structure, outcomes, theta, order).map_err(Stopped::NotPositive)
        });
        let kernel = self.kernel.as_ref().map(|cases| cases.kernel.at(theta));
        Ok(Point {
            theta,
            kernel: kernel.transpose().map_err(Stopped::Outside)?,
            fixed: self.fixed(theta),
            factors: factors.transpose()?,
        })
    }

    /// ln P of a unit that is one choice, tastes being the same.
    pub(in crate::model::mixture) fn choice(
        &self,
        draws: &DrawSet,
        unit: &Unit,
        (point, factors): (&Point<'_>, &Factors),
        order: u8,
        scratch: &mut Scratch,
    ) -> Result<(), NotFinite> {
        let errors = self.errors.as_ref().expect("there are factors of them");
        let choice = &self.choices(unit)[0];
        let outcome = errors.outcomes.of_choice[unit.choices.start as usize] as usize;
        let case = ChoiceCase {
            cases: &self.cases,
            case: choice.case,
            pairs: &errors.outcomes.all[outcome].pairs,
            outcome: &factors.of_outcome[outcome],
            probabilities: errors.probabilities,
            parameters: errors.structure.parameters(),
            coefficients: &self.tastes.fixed,
            fixed: &point.fixed,
        };
        let place = choice.case as usize;
        scratch.ahead.clear();
        let mut blocks = CaseBlocks {
            points: &draws.between,
            of_case: draws.between.of(place, errors.makers[place]),
            ahead: &mut scratch.ahead,
        };
        let k = point.theta.len();
        case.contribution(&mut blocks, order, k, &mut scratch.choice, &mut scratch.contribution)?;
        let contribution = &scratch.contribution;
        let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
        if finite(&[contribution.value]) && finite(&contribution.score) && finite(&contribution.hessian) {
            return Ok(());
        }
        Err(NotFinite {
            case: choice.case,
            slot: Some(choice.chosen),
            derivative: contribution.value.is_finite(),
        })
    }

    /// Draws of the errors of a unit's cases, where tastes are random.
    pub(in crate::model::mixture) fn errors_of<'a>(
        &self,
        draws: &DrawSet,
        unit: &Unit,
        point: &'a Point<'_>,
        of_unit: &'a mut UnitDraws,
    ) -> Option<UnitErrors<'a>> {
        let (errors, factors) = (self.errors.as_ref()?, point.factors.as_ref()?);
        let points = draws.errors.as_ref()?;
        let choices = self.choices(unit);
        of_unit.number = draws.between.number();
        of_unit.of_case.resize_with(choices.len(), Vec::new);
        let mut before = None;
        let mut repetition = 0;
        for (choice, out) in choices.iter().zip(&mut of_unit.of_case) {
            // Choices that are made again from a case have draws of their own.
            repetition = if before == Some(choice.case) { repetition + 1 } else { 0 };
            before = Some(choice.case);
            let mut maker = errors.makers[choice.case as usize];
            if repetition > 0 {
                maker.key = case_key(maker.key, repetition);
            }
            points.of_case(maker, of_unit.number, out);
        }
        Some(UnitErrors {
            factors,
            draws: of_unit,
        })
    }

    /// ln P of the choices of a unit, multiplied at each draw, with derivatives in the coefficients.
    pub(in crate::model::mixture) fn error_likelihoods<const W: usize>(
        &self,
        case: &UnitCase<'_>,
        of_unit: &UnitErrors<'_>,
        (first, tastes): (usize, &TasteLanes<W>),
        (lanes, plain, errors): (&mut Lanes<W>, &mut PlainLanes<W>, &mut ErrorLanes<W>),
    ) -> Result<(), NotFinite>
    where
        Lanes<W>: Kernel<W>,
        Orthants<W>: Recursion<W>,
    {
        lanes.clear(self.tastes.n_coefficients(), case.order);
        let normal = self.errors.as_ref().expect("there are draws of them");
        let n_random = self.tastes.n_random() as u32;
        let coefficient = |parameter: &u32| {
            let place = self.tastes.fixed.iter().position(|known| known == parameter);
            n_random + place.expect("parameters of the covariance are coefficients") as u32
        };
        let of_covariance: Vec<u32> = normal.structure.parameters().iter().map(coefficient).collect();
        let at = ErrorCase {
            cases: &self.cases,
            errors: normal,
            factors: of_unit.factors,
            of_covariance: &of_covariance,
            at: At {
                beta: &tastes.beta,
                fixed: case.fixed,
            },
            order: case.order,
        };
        for (place, choice) in self.choices(case.unit).iter().enumerate() {
            of_unit.draws.block(place, first, &mut errors.uniforms);
            let number = case.unit.choices.start + place as u32;
            errors.add(&at, (number, choice), choice.times, plain, lanes)?;
        }
        Ok(())
    }
}
