//! The draws.

use super::Problems;
use crate::error::MixingError;
use crate::mixing::{DrawMethod, DrawNumber, DrawPlan, Mixing, TasteDistribution, Varies, is_draw};

/// Most dimensions of a product rule.
const QUADRATURE_DIMENSIONS: usize = 3;

/// What is wrong with a plan whatever it is for.
pub(crate) fn plan_problems(plan: &DrawPlan) -> Vec<MixingError> {
    let mut problems = Vec::new();
    if plan.number == DrawNumber::Number(0) {
        problems.push(MixingError::NoDraws);
    }
    if plan.drop == 0 {
        problems.push(MixingError::NothingDropped);
    }
    if plan.leap == 0 {
        problems.push(MixingError::Leap);
    }
    let tolerance = plan.tolerance;
    if !(tolerance.is_finite() && tolerance > 0.0) {
        problems.push(MixingError::Tolerance { tolerance });
    }
    problems
}

impl Problems<'_> {
    pub(super) fn draws(&mut self) {
        let plan = &self.mixing.draws;
        self.found.extend(plan_problems(plan));
        let mut random = self.mixing.random.iter();
        let within = random.find(|random| random.varies == Varies::Case);
        let within = within.map(|random| random.symbol.clone());
        if let Some(symbol) = within.clone().filter(|_| plan.number_within == 0) {
            self.add(MixingError::NoDrawsWithin { symbol });
        }
        if plan.method != DrawMethod::Quadrature {
            return;
        }
        let dimensions = dimensions(self.mixing);
        if dimensions > QUADRATURE_DIMENSIONS {
            let most = QUADRATURE_DIMENSIONS;
            self.add(MixingError::QuadratureDimensions { dimensions, most });
        }
        if plan.antithetic {
            self.add(MixingError::QuadratureAntithetic);
        }
        if let Some(symbol) = within {
            self.add(MixingError::QuadratureWithin { symbol });
        }
    }
}

/// Independent draws of a decision maker: one of each usual distribution, each transform's own one, the numbered ones, and
/// that of the scale.
fn dimensions(mixing: &Mixing) -> usize {
    let own = mixing.random.iter().filter(|random| match &random.distribution {
        TasteDistribution::Named { .. } => true,
        TasteDistribution::Transform(transform) => transform.names().contains(&"draw"),
    });
    let names = mixing.draw_names();
    let numbered = names.iter().filter(|name| is_draw(name) && *name != "draw");
    own.count() + numbered.count() + usize::from(mixing.scale.is_some())
}
