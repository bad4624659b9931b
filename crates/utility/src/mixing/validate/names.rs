//! Names: those of draws, those of transforms, and parameters that nothing uses.

use logsum_data::near_miss;
use logsum_expressions::Expression;

use super::Problems;
use crate::error::MixingError;
use crate::mixing::{Mixing, RandomCoefficient, TasteDistribution, cholesky_name, is_draw, second_name};
use crate::specification::Specification;

/// Names that utilities use, each once.
pub(super) fn in_utilities(specification: &Specification) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for name in specification.expressions().flat_map(Expression::names) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

pub(super) fn is_declared(specification: &Specification, symbol: &str) -> bool {
    specification
        .parameters
        .iter()
        .any(|declared| declared.symbol == symbol)
}

/// What to say of a declared parameter that nothing uses, in a model with random coefficients. Nothing where another
/// problem explains it.
pub(crate) fn unused(specification: &Specification, mixing: &Mixing, name: &str) -> Option<MixingError> {
    let owned = || name.to_owned();
    if is_draw(name) || mixing.coefficient(name).is_some() {
        return None;
    }
    let mut members = mixing.correlation.iter().flatten();
    if name.starts_with("chol_") && members.any(|member| mixing.coefficient(member).is_none()) {
        return None;
    }
    for random in &mixing.random {
        let TasteDistribution::Named { shape, second, .. } = &random.distribution else {
            continue;
        };
        let symbol = &random.symbol;
        if ![format!("sd_{symbol}"), format!("spread_{symbol}")].contains(&owned()) {
            continue;
        }
        let own_name = second_name(symbol, *shape);
        return Some(if let Some(group) = mixing.group_of(symbol) {
            let at = group.iter().position(|member| member == symbol)?;
            let row = group[..=at].iter().map(|column| cholesky_name(symbol, column));
            MixingError::ReplacedByGroup {
                name: owned(),
                symbol: symbol.clone(),
                row: row.collect(),
            }
        } else if let Some(tie) = second {
            MixingError::TiedAndDeclared {
                name: owned(),
                symbol: symbol.clone(),
                shape: *shape,
                tie: tie.source().to_owned(),
            }
        } else {
            MixingError::OtherSecond {
                name: owned(),
                symbol: symbol.clone(),
                shape: *shape,
                second: own_name,
            }
        });
    }
    // Names that are used and not declared, and those that nobody needs to declare.
    let undeclared = specification
        .coefficients()
        .into_iter()
        .chain(specification.column_names().into_iter().map(str::to_owned))
        .filter(|used| !is_declared(specification, used));
    let second = mixing.second_estimates().into_iter().map(|(second, _)| second);
    let candidates: Vec<String> = undeclared.chain(second).collect();
    Some(MixingError::Unused {
        name: owned(),
        suggestion: near_miss(name, candidates.iter().map(String::as_str)),
    })
}

impl Mixing {
    /// Whether a second estimate comes of two entries.
    pub(crate) fn estimates_twice(&self, name: &str) -> bool {
        let estimates = self.second_estimates();
        estimates.iter().filter(|(second, _)| second == name).count() > 1
    }
}

impl Problems<'_> {
    /// Draws and transforms where they do not belong.
    pub(super) fn names(&mut self) {
        for declared in &self.specification.parameters {
            if is_draw(&declared.symbol) {
                let name = declared.symbol.clone();
                self.add(MixingError::DrawDeclared { name });
            }
        }
        for used in self.specification.utilities() {
            let in_transform = self.mixing.random.iter().any(|random| match &random.distribution {
                TasteDistribution::Transform(transform) => std::ptr::eq(transform, used.expression),
                TasteDistribution::Named { .. } => false,
            });
            if in_transform {
                continue;
            }
            for name in used.expression.names().into_iter().filter(|name| is_draw(name)) {
                // The declaration is to blame, and was.
                if !self.is_declared(name) {
                    self.add(MixingError::DrawOutOfPlace {
                        place: used.label.clone(),
                        name: name.to_owned(),
                    });
                }
            }
        }
        for (place, expression) in self.mixing.expressions() {
            for name in expression.names() {
                if self.mixing.coefficient(name).is_some_and(is_transform) && !self.is_declared(name) {
                    self.add(MixingError::TransformUsed {
                        place: place.clone(),
                        name: name.to_owned(),
                    });
                }
            }
        }
        self.shared_draws();
    }

    /// Numbered draws are one draw wherever they stand, so that those who share it vary alike.
    fn shared_draws(&mut self) {
        let mut first_users: Vec<(&str, &RandomCoefficient)> = Vec::new();
        for random in &self.mixing.random {
            let TasteDistribution::Transform(transform) = &random.distribution else {
                continue;
            };
            let numbered = transform.names().into_iter();
            for draw in numbered.filter(|name| is_draw(name) && *name != "draw") {
                match first_users.iter().find(|(known, _)| *known == draw) {
                    None => first_users.push((draw, random)),
                    Some((_, first)) if first.varies != random.varies => self.found.push(MixingError::SharedDraw {
                        draw: draw.to_owned(),
                        first: first.symbol.clone(),
                        second: random.symbol.clone(),
                    }),
                    Some(_) => {}
                }
            }
        }
    }
}

fn is_transform(random: &RandomCoefficient) -> bool {
    matches!(random.distribution, TasteDistribution::Transform(_))
}
