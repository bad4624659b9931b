//! Scores and contributions, decision maker by decision maker.

use std::sync::atomic::AtomicBool;

use super::Stopped;
use crate::model::mixture::kernel::{GRADIENT, VALUE};
use crate::model::mixture::{DrawSet, Mixture};

impl Mixture {
    /// Hands over the score of every decision maker, in their order; of those without weight it is 0.
    pub fn scores(
        &self,
        draws: &DrawSet,
        theta: &[f64],
        interrupt: &AtomicBool,
        visit: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), Stopped> {
        let k = theta.len();
        let mut next = 0;
        let nothing = vec![0.0; k];
        let point = self.at(theta, GRADIENT)?;
        self.each_group(
            draws,
            interrupt,
            |scratch, units| {
                let mut scores: Vec<(u32, Vec<f64>)> = Vec::new();
                for unit in units {
                    self.unit(draws, unit, &point, GRADIENT, scratch)?;
                    if scores.last().is_none_or(|(maker, _)| *maker != unit.maker) {
                        scores.push((unit.maker, vec![0.0; k]));
                    }
                    let (_, score) = scores.last_mut().expect("one was just pushed");
                    for (sum, part) in score.iter_mut().zip(&scratch.contribution.score) {
                        *sum += unit.weight * part;
                    }
                }
                Ok(scores)
            },
            |scores| {
                for (maker, score) in scores {
                    while next < maker as usize {
                        visit(next, &nothing);
                        next += 1;
                    }
                    visit(next, &score);
                    next += 1;
                }
            },
        )?;
        (next..self.makers.len()).for_each(|maker| visit(maker, &nothing));
        Ok(())
    }

    /// What every decision maker adds to ln L, in their order; 0 of those without weight.
    pub fn contributions(&self, draws: &DrawSet, theta: &[f64], interrupt: &AtomicBool) -> Result<Vec<f64>, Stopped> {
        let mut contributions = vec![0.0; self.makers.len()];
        let point = self.at(theta, VALUE)?;
        self.each_group(
            draws,
            interrupt,
            |scratch, units| {
                let mut values = Vec::with_capacity(units.len());
                for unit in units {
                    self.unit(draws, unit, &point, VALUE, scratch)?;
                    values.push((unit.maker, unit.weight * scratch.contribution.value));
                }
                Ok(values)
            },
            |values| {
                for (maker, value) in values {
                    contributions[maker as usize] += value;
                }
            },
        )?;
        Ok(contributions)
    }
}
