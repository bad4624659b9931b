//! Separation: directions in the parameters along which the likelihood rises for ever.

use logsum_data::{Joint, Ties};
use logsum_estimate::{EvalError, NullVector, null_space};
use microlp::{ComparisonOp, OptimizationDirection, Problem};
use ndarray::Array2;

use super::Model;
use super::diagnose::SUSPICIOUS;
use super::kernels::Kernel;

/// Rows added to the linear programme in one round.
const ROWS_PER_ROUND: usize = 200;
/// Rounds before the search is given up without a verdict.
const ROUNDS: usize = 60;
/// A difference of utility along a direction of unit size that counts as zero: ten times the tolerance of the solver.
const ZERO: f64 = 1e-6;

/// A direction and what it does to the choices, as verified on the data.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Certificate {
    /// Parameters that move and how far.
    pub direction: Vec<(usize, f64)>,
    /// The parameter that must stand still so that this direction is closed.
    pub held: usize,
    /// Cases in which the chosen alternative gains on another one.
    pub strict_cases: usize,
    /// Whether the direction makes no choice less likely only when taken along with those before it.
    pub beyond: bool,
}

/// What separates the choices, and what is then left undetermined.
#[derive(Debug, Default)]
pub(super) struct Separation {
    pub certificates: Vec<Certificate>,
    /// Combinations that matter only where the certificates decide every choice.
    pub lost: Vec<NullVector>,
    /// Whether the directions together decide every choice.
    pub complete: bool,
    /// Cases that count.
    pub n_cases: usize,
}

/// Looks for directions u with u′(d_chosen − d_s) ≥ 0 for every case and slot s, and > 0 for some.
///
/// Single parameters are tried first, as they make the clearest messages. Then a linear programme maximises the sum of
/// these differences over the box |u_k| ≤ 1, with differences scaled to unit size; of its many rows only those are
/// taken in that a previous solution violates. What a direction decides is left out, and the search goes on in the
/// rest.
///
/// Only parameters in which every utility is linear move; `theta` is where the utilities are evaluated.
pub(super) fn find(model: &Model<'_>, theta: &[f64]) -> Result<Separation, EvalError> {
    let mut search = Search::new(model, theta.to_vec())?;
    let mut separation = Separation {
        n_cases: search.n_cases,
        ..Separation::default()
    };
    for certificate in search.singles()? {
        search.take(&certificate);
        separation.certificates.push(certificate);
    }
    while let Some(certificate) = search.combination()? {
        search.take(&certificate);
        separation.certificates.push(certificate);
    }
    if !separation.certificates.is_empty() {
        separation.lost = search.lost()?;
        separation.complete = true;
        search.rows(|_, _, _, _| separation.complete = false)?;
    }
    Ok(separation)
}

struct Search<'m, 'data> {
    model: &'m Model<'data>,
    theta: Vec<f64>,
    /// Size of the differences of each parameter; 0 for one that is not looked at.
    scale: Vec<f64>,
    /// Parameters that may still move.
    movable: Vec<usize>,
    /// Directions found, in scaled parameters.
    found: Vec<Vec<f64>>,
    n_cases: usize,
}

impl<'m, 'data> Search<'m, 'data> {
    fn new(model: &'m Model<'data>, theta: Vec<f64>) -> Result<Self, EvalError> {
        let gram = model.gram(&theta)?;
        let mut n_cases = 0;
        model.each_case(&theta, |_| n_cases += 1)?;
        let size = |k: usize| {
            if model.parameters[k].fixed || model.is_in_rest(k) {
                0.0
            } else {
                (gram[[k, k]] / n_cases as f64).sqrt()
            }
        };
        let scale: Vec<f64> = (0..theta.len()).map(size).collect();
        let movable = (0..theta.len()).filter(|&k| scale[k] > 0.0).collect();
        Ok(Search {
            model,
            theta,
            scale,
            movable,
            found: Vec::new(),
            n_cases,
        })
    }

    /// A parameter with a bound goes to that bound, not to infinity.
    fn may_go(&self, k: usize, up: bool) -> bool {
        let parameter = &self.model.parameters[k];
        if up {
            parameter.upper == f64::INFINITY
        } else {
            parameter.lower == f64::NEG_INFINITY
        }
    }

    /// Closes a direction, so that the next ones are different.
    fn take(&mut self, certificate: &Certificate) {
        let mut direction = vec![0.0; self.theta.len()];
        for &(k, value) in &certificate.direction {
            direction[k] = value * self.scale[k];
        }
        self.found.push(direction);
        self.movable.retain(|&k| k != certificate.held);
    }

    /// Calls `see(case, parameters, scaled differences d_chosen − d_s, their size)` for every slot that was not chosen
    /// and is not yet decided by the directions found; where the worst of all is known, also for the others against it.
    fn rows(&self, mut see: impl FnMut(usize, &[u32], &[f64], f64)) -> Result<(), EvalError> {
        let mut row = Vec::new();
        // In whatever order those stand that share a rank, nothing is known of one against another.
        let joint = self.model.kernel.as_ref().and_then(Kernel::joint);
        let in_any_order = joint == Some(Joint::Ties(Ties::Exact));
        self.model.each_case(&self.theta, |case| {
            let mut compare = |chosen: usize, others: &dyn Fn(usize) -> bool| {
                for slot in (0..case.n_slots).filter(|&slot| slot != chosen && others(slot)) {
                    let differences = case
                        .gradient(chosen)
                        .iter()
                        .zip(case.gradient(slot))
                        .zip(case.parameters);
                    row.clear();
                    row.extend(differences.map(|((chosen, other), &k)| match self.scale[k as usize] {
                        0.0 => 0.0,
                        scale => (chosen - other) / scale,
                    }));
                    let size = row.iter().fold(1.0_f64, |size, value| size.max(value.abs()));
                    let gain = |direction: &Vec<f64>| -> f64 {
                        row.iter()
                            .zip(case.parameters)
                            .map(|(value, &k)| value * direction[k as usize])
                            .sum()
                    };
                    if self.found.iter().all(|direction| gain(direction) <= ZERO * size) {
                        see(case.case, case.parameters, &row, size);
                    }
                }
            };
            for &chosen in case.chosen {
                compare(chosen, &|slot| !in_any_order || !case.chosen.contains(&slot));
            }
            if let Some(worst) = case.worst {
                let between = |slot: &usize| *slot != worst && !case.chosen.contains(slot);
                (0..case.n_slots)
                    .filter(between)
                    .for_each(|slot| compare(slot, &|other| other == worst));
            }
        })
    }

    /// Parameters that separate by themselves.
    fn singles(&self) -> Result<Vec<Certificate>, EvalError> {
        // Per parameter: whether differences are never negative, never positive, and cases with one of either sign.
        let k = self.theta.len();
        let (mut up, mut down) = (vec![Count::default(); k], vec![Count::default(); k]);
        self.rows(|case, parameters, row, _| {
            for (&k, &value) in parameters.iter().zip(row) {
                if value > 0.0 {
                    up[k as usize].add(case);
                } else if value < 0.0 {
                    down[k as usize].add(case);
                }
            }
        })?;
        let certificate = |&k: &usize| {
            let (way, count) = match (up[k].cases, down[k].cases) {
                (cases, 0) if cases > 0 && self.may_go(k, true) => (1.0, cases),
                (0, cases) if cases > 0 && self.may_go(k, false) => (-1.0, cases),
                _ => return None,
            };
            Some(Certificate {
                direction: vec![(k, way / self.scale[k])],
                held: k,
                strict_cases: count,
                beyond: false,
            })
        };
        Ok(self.movable.iter().filter_map(certificate).collect())
    }

    /// A combination of movable parameters that separates.
    fn combination(&self) -> Result<Option<Certificate>, EvalError> {
        if self.movable.is_empty() {
            return Ok(None);
        }
        let n = self.movable.len();
        let mut position = vec![None; self.theta.len()];
        for (at, &k) in self.movable.iter().enumerate() {
            position[k] = Some(at);
        }
        let end = |k: usize, up: bool| if self.may_go(k, up) { 1.0 } else { 0.0 };
        let ways: Vec<(f64, f64)> = self.movable.iter().map(|&k| (-end(k, false), end(k, true))).collect();
        let mut objective = vec![0.0; n];
        self.rows(|_, parameters, row, _| {
            for (&k, value) in parameters.iter().zip(row) {
                if let Some(at) = position[k as usize] {
                    objective[at] += value / self.n_cases as f64;
                }
            }
        })?;
        let mut rows: Vec<Vec<(usize, f64)>> = Vec::new();
        for _ in 0..ROUNDS {
            let Some(solution) = solve(&objective, &ways, &rows) else {
                return Ok(None);
            };
            let gain: f64 = objective.iter().zip(&solution).map(|(c, u)| c * u).sum();
            if gain <= ZERO {
                return Ok(None);
            }
            let largest = solution.iter().fold(0.0_f64, |largest, u| largest.max(u.abs()));
            // Components that are zero but for the solver's tolerance.
            let clean = |u: f64| if u.abs() < 1e-5 * largest { 0.0 } else { u / largest };
            let direction: Vec<f64> = solution.iter().map(|&u| clean(u)).collect();

            let mut violated = Worst::default();
            let mut strict = Count::default();
            self.rows(|case, parameters, row, size| {
                let ours = || {
                    let place = |(&k, &value): (&u32, &f64)| Some((position[k as usize]?, value));
                    parameters
                        .iter()
                        .zip(row)
                        .filter_map(place)
                        .filter(|(_, value)| *value != 0.0)
                };
                let along: f64 = ours().map(|(at, value)| value * direction[at]).sum();
                if along > ZERO * size {
                    strict.add(case);
                } else if along < -ZERO * size {
                    violated.add(along / size, || ours().map(|(at, value)| (at, value / size)).collect());
                }
            })?;
            if violated.rows.is_empty() {
                let moving = || self.movable.iter().zip(&direction).filter(|(_, u)| **u != 0.0);
                let far = moving().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
                let Some((&held, _)) = far.filter(|_| strict.cases > 0) else {
                    return Ok(None);
                };
                return Ok(Some(Certificate {
                    direction: moving().map(|(&k, u)| (k, u / self.scale[k])).collect(),
                    held,
                    strict_cases: strict.cases,
                    beyond: !self.found.is_empty(),
                }));
            }
            rows.extend(violated.into_rows());
        }
        Ok(None)
    }

    /// Combinations of what may still move that make no difference where the directions found decide nothing.
    fn lost(&self) -> Result<Vec<NullVector>, EvalError> {
        let mut position = vec![None; self.theta.len()];
        for (at, &k) in self.movable.iter().enumerate() {
            position[k] = Some(at);
        }
        let mut gram = Array2::zeros((self.movable.len(), self.movable.len()));
        self.rows(|_, parameters, row, _| {
            let place = |(&k, &value): (&u32, &f64)| Some((position[k as usize]?, value));
            let ours = || {
                parameters
                    .iter()
                    .zip(row)
                    .filter_map(place)
                    .filter(|(_, value)| *value != 0.0)
            };
            for (i, first) in ours() {
                for (j, second) in ours() {
                    gram[[i, j]] += first * second;
                }
            }
        })?;
        let unscale = |vector: NullVector| NullVector {
            components: (vector.components.into_iter())
                .map(|(at, value)| (self.movable[at], value / self.scale[self.movable[at]]))
                .collect(),
        };
        Ok(null_space(&gram, SUSPICIOUS).into_iter().map(unscale).collect())
    }
}

/// Counts cases that are met one after the other, each once.
#[derive(Clone, Copy, Default)]
struct Count {
    cases: usize,
    last: Option<usize>,
}

impl Count {
    fn add(&mut self, case: usize) {
        self.cases += usize::from(self.last != Some(case));
        self.last = Some(case);
    }
}

/// The rows that are violated most; a first solution may violate millions.
#[derive(Default)]
struct Worst {
    rows: Vec<(f64, Vec<(usize, f64)>)>,
}

impl Worst {
    fn add(&mut self, along: f64, row: impl FnOnce() -> Vec<(usize, f64)>) {
        self.rows.push((along, row()));
        if self.rows.len() >= 4 * ROWS_PER_ROUND {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.rows.truncate(ROWS_PER_ROUND);
    }

    fn into_rows(mut self) -> impl Iterator<Item = Vec<(usize, f64)>> {
        self.cut();
        self.rows.into_iter().map(|(_, row)| row)
    }
}

/// The vertex of the box that maximises the objective under the rows; `None` if the solver fails.
fn solve(objective: &[f64], ways: &[(f64, f64)], rows: &[Vec<(usize, f64)>]) -> Option<Vec<f64>> {
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    let variables: Vec<_> = objective
        .iter()
        .zip(ways)
        .map(|(&c, &way)| problem.add_var(c, way))
        .collect();
    for row in rows {
        let row: Vec<_> = row.iter().map(|&(at, value)| (variables[at], value)).collect();
        problem.add_constraint(row.as_slice(), ComparisonOp::Ge, 0.0);
    }
    let solution = problem.solve().ok()?.into_solution().ok()?;
    Some(variables.iter().map(|&variable| solution.var_value(variable)).collect())
}
