//! The random coefficients one by one.

use logsum_data::near_miss;

use super::Problems;
use crate::error::MixingError;
use crate::mixing::{RandomCoefficient, SECOND_START, Shape, TasteDistribution, cholesky_name, is_draw, second_name};

/// What is wrong with the sign of a coefficient.
pub(crate) fn sign_problem(symbol: &str, shape: Shape, sign: f64) -> Option<MixingError> {
    let symbol = symbol.to_owned();
    if sign.abs() != 1.0 {
        return Some(MixingError::Sign { symbol, sign });
    }
    (sign < 0.0 && !shape.has_sign()).then_some(MixingError::NoSign { symbol, shape })
}

/// What is wrong with the interval of a coefficient.
pub(crate) fn range_problem(symbol: &str, shape: Shape) -> Option<MixingError> {
    let Shape::JohnsonSb { low, high } = shape else {
        return None;
    };
    let sound = low.is_finite() && high.is_finite() && low < high;
    (!sound).then(|| MixingError::Range {
        symbol: symbol.to_owned(),
        low,
        high,
    })
}

/// What is wrong with where a second estimate starts.
pub(crate) fn start_problem(name: &str, start: f64) -> Option<MixingError> {
    (!start.is_finite()).then(|| MixingError::SecondStart {
        name: name.to_owned(),
        start,
    })
}

impl Problems<'_> {
    pub(super) fn coefficients(&mut self) {
        let all = &self.mixing.random;
        for (position, random) in all.iter().enumerate() {
            let symbol = &random.symbol;
            if all[..position].iter().any(|earlier| earlier.symbol == *symbol) {
                self.add(MixingError::RandomTwice { symbol: symbol.clone() });
                continue;
            }
            self.declaration_and_use(random);
            match &random.distribution {
                TasteDistribution::Transform(transform) => {
                    if !transform.names().into_iter().any(is_draw) {
                        self.add(MixingError::NoDraw { symbol: symbol.clone() });
                    }
                }
                TasteDistribution::Named {
                    shape,
                    sign,
                    start,
                    second,
                    ..
                } => {
                    let special = random.expressions().into_iter().next().map(|(what, _)| what);
                    if let (Shape::TruncatedNormal, Some(what)) = (shape, special) {
                        self.add(MixingError::Truncated {
                            symbol: symbol.clone(),
                            what: format!("{what} cannot be given for it"),
                        });
                    }
                    self.found.extend(sign_problem(symbol, *shape, *sign));
                    self.found.extend(range_problem(symbol, *shape));
                    if let (Some(_), Some(tie)) = (start, second) {
                        self.add(MixingError::TiedAndStarted {
                            symbol: symbol.clone(),
                            shape: *shape,
                            tie: tie.source().to_owned(),
                        });
                    }
                }
            }
        }
    }

    fn declaration_and_use(&mut self, random: &RandomCoefficient) {
        let symbol = &random.symbol;
        let parameters = &self.specification.parameters;
        let declared = parameters.iter().find(|declared| declared.symbol == *symbol);
        let named = random.shape().is_some();
        if named && declared.is_none() {
            let free = parameters.iter().map(|declared| declared.symbol.as_str());
            let free = free.filter(|known| self.mixing.coefficient(known).is_none());
            self.add(MixingError::NotDeclared {
                symbol: symbol.clone(),
                suggestion: near_miss(symbol, free),
            });
            return;
        }
        if !self.in_utilities.contains(&symbol.as_str()) {
            let free = self.in_utilities.iter().copied();
            let free = free.filter(|used| !self.is_declared(used) && self.mixing.coefficient(used).is_none());
            let suggestion = near_miss(symbol, free);
            self.add(MixingError::NotUsed {
                symbol: symbol.clone(),
                suggestion,
            });
        }
        if let Some(declared) = declared.filter(|declared| named && declared.parameter.fixed) {
            let value = declared.parameter.start;
            if value != 0.0 {
                self.add(MixingError::FixedLocation {
                    symbol: symbol.clone(),
                    value,
                });
            }
        }
    }

    /// Where second estimates start: as declared, or as their coefficients say.
    pub(super) fn second_starts(&mut self) {
        for random in &self.mixing.random {
            let TasteDistribution::Named {
                shape, start, second, ..
            } = &random.distribution
            else {
                continue;
            };
            let symbol = &random.symbol;
            // Of a group's Cholesky factor the diagonal: off it 0 is as good a start as any.
            let name = match self.mixing.group_of(symbol) {
                Some(_) => cholesky_name(symbol, symbol),
                None if second.is_some() => continue,
                None => second_name(symbol, *shape),
            };
            let mut declared = self.specification.parameters.iter();
            let start = match declared.find(|declared| declared.symbol == name) {
                // An infinite start is a problem of any parameter.
                Some(declared) if declared.parameter.fixed || !declared.parameter.start.is_finite() => continue,
                Some(declared) => declared.parameter.start,
                None => start.unwrap_or(SECOND_START),
            };
            self.found.extend(start_problem(&name, start));
        }
    }
}
