//! Why an evaluation has no result, and how that is told.

use logsum_estimate::EvalError;

use crate::model::mixture::Mixture;
use crate::model::mixture::plain::NotFinite;
use crate::model::mixture::probit::NotPositive;

/// Why there are no sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    Interrupted,
    NotFinite(NotFinite),
    NotPositive(NotPositive),
    /// Dissimilarities or allocations of nests that are none.
    Outside(String),
}

impl Mixture {
    /// The error of an evaluation that stopped; `name` names an alternative, `place` tells where a case stands in the data.
    pub fn error(
        &self,
        stopped: Stopped,
        name: impl Fn(u32) -> Option<String>,
        place: impl Fn(usize, u64) -> String,
    ) -> EvalError {
        let NotFinite { case, slot, derivative } = match stopped {
            Stopped::Interrupted => return EvalError::Interrupted,
            Stopped::Outside(reason) => return EvalError::Outside { reason },
            Stopped::NotPositive(NotPositive {
                alternatives: (one, other),
            }) => {
                let quoted =
                    |alternative| name(alternative).map_or("an alternative".to_owned(), |name| format!("\"{name}\""));
                return EvalError::Outside {
                    reason: format!(
                        "the covariance of the errors is not positive definite: the difference of {} and {} has no variance of its own",
                        quoted(one),
                        quoted(other)
                    ),
                };
            }
            Stopped::NotFinite(not_finite) => not_finite,
        };
        let row = self.cases.cases[case as usize].row;
        let alternative = slot.map(|slot| self.cases.alternatives[self.cases.slots_of(case).start + slot as usize]);
        let utility = match alternative.and_then(name) {
            Some(name) => format!("the utility of \"{name}\""),
            None => "a utility".to_owned(),
        };
        let what = if derivative { "a derivative of " } else { "" };
        // Of a sum over the decision maker's cases it is not known which of them is to blame.
        let later = if slot.is_none() {
            ", or in a later case of the same decision maker"
        } else {
            ""
        };
        EvalError::Outside {
            reason: format!(
                "{what}{utility} is not a finite number at some draw at {}{later}",
                place(case as usize, row)
            ),
        }
    }
}
