//! Identification: which parameters the data cannot tell apart, and why.

use logsum_data::{ChoiceData, Level};
use logsum_estimate::{EvalError, LogLikelihood, NullVector, null_space};
use logsum_expressions::{Graph, NodeId};
use ndarray::Array2;

use super::evaluate::Scratch;
use super::plan::{Source, UtilityPlan};
use super::{Model, separation};

/// Eigenvalue of the Gram matrix, scaled to unit diagonal, below which a direction is looked at.
const SUSPICIOUS: f64 = 1e-9;

/// Length of the differences along a direction, relative to that of its parts, that counts as zero. Rounding of
/// columns stored as decimals leaves about 1e-16 times the ratio of a column's size to its spread.
const ZERO: f64 = 1e-7;

/// Something that keeps parameters from having a unique finite estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Parameters involved, as numbered in the model.
    pub parameters: Vec<usize>,
    /// What is wrong, naming parameters and columns, and what to do.
    pub message: String,
}

/// Slots of one case as the diagnosis sees them.
pub(super) struct CaseView<'a> {
    pub case: usize,
    /// Parameters that the columns of `gradients` belong to.
    pub parameters: &'a [u32],
    /// dV_s/dθ, slot by slot.
    pub gradients: &'a [f64],
    pub n_slots: usize,
}

impl CaseView<'_> {
    pub fn gradient(&self, slot: usize) -> &[f64] {
        let width = self.parameters.len();
        &self.gradients[slot * width..(slot + 1) * width]
    }
}

impl Model<'_> {
    /// Looks for parameters that are not identified by the data: collinear columns, columns that never vary within
    /// a choice set, constants for all alternatives.
    ///
    /// Utilities that are not linear are taken at `theta`, where their derivatives stand for columns.
    ///
    /// # Errors
    /// As an evaluation at `theta`.
    pub fn not_identified(&self, theta: &[f64]) -> Result<Vec<Finding>, EvalError> {
        let free: Vec<usize> = (0..self.parameters.len()).filter(|&k| !self.parameters[k].fixed).collect();
        let gram = self.gram(theta)?;
        let of_free = Array2::from_shape_fn((free.len(), free.len()), |(i, j)| gram[[free[i], free[j]]]);
        let mut findings = Vec::new();
        for vector in null_space(&of_free, SUSPICIOUS) {
            let components: Vec<(usize, f64)> = vector.components.iter().map(|&(i, value)| (free[i], value)).collect();
            let vector = NullVector { components };
            if self.is_null(theta, &vector, &gram)? {
                findings.push(self.explain_null(&vector));
            }
        }
        Ok(findings)
    }

    /// Looks for separation: a direction in which no choice becomes less likely and some become ever more likely, so
    /// that the maximum lies at infinity. `None` if there is none, or if utilities are not linear.
    ///
    /// # Errors
    /// As an evaluation.
    ///
    /// # Source
    /// Albert and Anderson (1984), *Biometrika* 71; the linear programme of Konis (2007).
    pub fn separated(&self) -> Result<Option<Finding>, EvalError> {
        if !self.is_linear() {
            return Ok(None);
        }
        Ok(separation::find(self)?.map(|certificate| self.explain_separation(&certificate)))
    }

    /// Calls `see` for every case in turn.
    pub(super) fn each_case(&self, theta: &[f64], mut see: impl FnMut(&CaseView<'_>)) -> Result<(), EvalError> {
        let mut scratch = Scratch::default();
        let mut gradients = Vec::new();
        for group in self.blocks.segments.iter().flat_map(|segment| &segment.groups) {
            let set = &self.blocks.sets[group.set];
            let n_slots = set.slots.len();
            self.blocks
                .derivatives(group, theta, &mut scratch, |case, slot, gradient| {
                    if slot == 0 {
                        gradients.clear();
                    }
                    gradients.extend_from_slice(gradient);
                    if slot + 1 == n_slots {
                        see(&CaseView {
                            case: case as usize,
                            parameters: &set.parameters,
                            gradients: &gradients,
                            n_slots,
                        });
                    }
                })
                .map_err(|undefined| self.outside(&undefined))?;
        }
        Ok(())
    }

    /// Σ over cases and slots of (d_s − d̄)(d_s − d̄)′, with d̄ the mean over the slots of the case.
    pub(super) fn gram(&self, theta: &[f64]) -> Result<Array2<f64>, EvalError> {
        let k = self.parameters.len();
        let mut gram = Array2::zeros((k, k));
        let mut mean = Vec::new();
        let mut centred = Vec::new();
        self.each_case(theta, |case| {
            let width = case.parameters.len();
            mean.clear();
            mean.resize(width, 0.0);
            for slot in 0..case.n_slots {
                mean.iter_mut().zip(case.gradient(slot)).for_each(|(mean, value)| *mean += value / case.n_slots as f64);
            }
            for slot in 0..case.n_slots {
                centred.clear();
                centred.extend(case.gradient(slot).iter().zip(&mean).map(|(value, mean)| value - mean));
                for row in 0..width {
                    for column in 0..=row {
                        let (i, j) = (case.parameters[row] as usize, case.parameters[column] as usize);
                        gram[[i, j]] += centred[row] * centred[column];
                    }
                }
            }
        })?;
        for row in 0..k {
            for column in 0..row {
                gram[[column, row]] = gram[[row, column]];
            }
        }
        Ok(gram)
    }

    /// Diagonal of the information that the data would hold if all alternatives of a case were equally likely.
    pub(crate) fn information_at_equal_shares(&self, theta: &[f64]) -> Result<Vec<f64>, EvalError> {
        let mut information = vec![0.0; self.parameters.len()];
        self.each_case(theta, |case| {
            let weight = self.data.weights().map_or(1.0, |weights| weights[case.case]);
            let factor = weight * self.data.choices(case.case) / case.n_slots as f64;
            for (at, &k) in case.parameters.iter().enumerate() {
                let value = |slot: usize| case.gradient(slot)[at];
                let mean = (0..case.n_slots).map(value).sum::<f64>() / case.n_slots as f64;
                information[k as usize] += factor * (0..case.n_slots).map(|slot| (value(slot) - mean).powi(2)).sum::<f64>();
            }
        })?;
        Ok(information)
    }

    /// Whether the differences along a direction vanish on the data themselves, where nothing was squared.
    fn is_null(&self, theta: &[f64], vector: &NullVector, gram: &Array2<f64>) -> Result<bool, EvalError> {
        let scale: f64 = vector.components.iter().map(|&(k, value)| value * value * gram[[k, k]]).sum();
        let mut direction = vec![0.0; self.parameters.len()];
        for &(k, value) in &vector.components {
            direction[k] = value;
        }
        let mut length = 0.0;
        self.each_case(theta, |case| {
            let along = |slot: usize| -> f64 {
                let gradient = case.gradient(slot).iter().zip(case.parameters);
                gradient.map(|(value, &k)| value * direction[k as usize]).sum()
            };
            let mean = (0..case.n_slots).map(along).sum::<f64>() / case.n_slots as f64;
            length += (0..case.n_slots).map(|slot| (along(slot) - mean).powi(2)).sum::<f64>();
        })?;
        Ok(length <= ZERO * ZERO * scale)
    }

    fn explain_null(&self, vector: &NullVector) -> Finding {
        let parameters: Vec<usize> = vector.components.iter().map(|&(k, _)| k).collect();
        let columns = |k: usize| &self.term_columns[k];
        let names = self.quoted(&parameters);
        let constants = parameters.iter().all(|&k| columns(k).is_empty());
        let message = if let [k] = parameters[..] {
            if constants {
                format!("{names} is not identified: it adds the same to every alternative of a case, which changes no probability; remove it from one alternative")
            } else {
                let (verb, these) = if columns(k).len() == 1 { ("does", "it") } else { ("do", "them") };
                format!(
                    "{names} is not identified: what it multiplies ({}) {verb} not differ between the alternatives of any case; let {these} enter some alternatives only, or interact {these} with an attribute",
                    quoted(columns(k))
                )
            }
        } else if constants {
            format!("{names} are not jointly identified: with a constant in every alternative, adding the same to all of them changes no probability; remove one of them, or fix it at 0")
        } else {
            let combination: Vec<String> =
                vector.components.iter().map(|&(k, value)| format!("{} × {}", tidy(value), self.parameters[k].name)).collect();
            let mut used: Vec<String> = parameters.iter().flat_map(|&k| columns(k).iter().cloned()).collect();
            used.sort();
            used.dedup();
            format!(
                "{names} are not jointly identified: what they multiply ({}) is collinear within choice sets, so that moving along {} changes no probability; remove or fix one of them",
                quoted(&used),
                combination.join(", ").replace(", -", ", −")
            )
        };
        Finding { parameters, message }
    }

    fn explain_separation(&self, certificate: &separation::Certificate) -> Finding {
        let parameters: Vec<usize> = certificate.direction.iter().map(|&(k, _)| k).collect();
        let names = self.quoted(&parameters);
        let way = |value: f64| if value > 0.0 { "+∞" } else { "−∞" };
        if let [(k, value)] = certificate.direction[..]
            && let Some(alternative) = self.never_chosen_with(k)
        {
            let available = self.data.times_available()[alternative];
            let alternative = &self.data.alternatives().names[alternative];
            let message = format!(
                "{names} has no finite estimate (it goes to {}): alternative \"{alternative}\" is never chosen in the {available} cases that offer it; remove the alternative or its constant, or fix the parameter",
                way(value)
            );
            return Finding { parameters, message };
        }
        let complete = certificate.strict_cases == certificate.n_cases;
        let kind = if complete { "perfectly" } else { "quasi-completely" };
        let directions: Vec<String> =
            certificate.direction.iter().map(|&(k, value)| format!("{} to {}", self.parameters[k].name, way(value))).collect();
        let mut used: Vec<String> = parameters.iter().flat_map(|&k| self.term_columns[k].iter().cloned()).collect();
        used.sort();
        used.dedup();
        let columns = if used.is_empty() { String::new() } else { format!(" (columns {})", quoted(&used)) };
        let verb = if parameters.len() == 1 { "has" } else { "have" };
        Finding {
            message: format!(
                "{names} {verb} no finite estimate{columns}: the choices are {kind} separated: moving {} makes no choice less likely and {} of {} cases ever more likely; remove or fix a parameter, or merge rare categories",
                directions.join(", "),
                certificate.strict_cases,
                certificate.n_cases,
            ),
            parameters,
        }
    }

    /// The alternative in whose utility alone parameter `k` stands, as a constant, if nobody chose it.
    fn never_chosen_with(&self, k: usize) -> Option<usize> {
        if !self.data.alternatives().labelled || !self.term_columns[k].is_empty() {
            return None;
        }
        let uses = |plan: &UtilityPlan| plan.parameters().contains(&(k as u32));
        let mut users = (0..self.plan_of.len()).filter(|&alternative| uses(&self.blocks.plans[self.plan_of[alternative]]));
        let only = users.next().filter(|_| users.next().is_none())?;
        (self.data.times_chosen()[only] == 0.0).then_some(only)
    }

    fn quoted(&self, parameters: &[usize]) -> String {
        let names: Vec<String> = parameters.iter().map(|&k| self.parameters[k].name.clone()).collect();
        quoted(&names)
    }

    /// Contributions are finite at `theta`: for messages before an estimation.
    ///
    /// # Errors
    /// As an evaluation.
    pub fn is_defined(&self, theta: &[f64]) -> Result<(), EvalError> {
        self.evaluate(theta, logsum_estimate::Order::Value).map(|_| ())
    }
}

/// Columns that stand with each parameter, from whatever multiplies it; none for a constant.
pub(super) fn term_columns(graph: &Graph, data: &ChoiceData, plans: &[UtilityPlan], n_parameters: usize) -> Vec<Vec<String>> {
    let mut columns: Vec<Vec<String>> = vec![Vec::new(); n_parameters];
    let mut note = |k: u32, node: NodeId| {
        for id in graph.columns_of(node) {
            let name = &data.columns()[id.0 as usize].name;
            if !columns[k as usize].contains(name) {
                columns[k as usize].push(name.clone());
            }
        }
    };
    let node = |source: &Source| match source {
        Source::Constant(_) => None,
        Source::Node(node, Level::Case | Level::Pair) => Some(*node),
    };
    for plan in plans {
        for (k, source) in &plan.terms {
            node(source).into_iter().for_each(|node| note(*k, node));
        }
        for rest in &plan.rest {
            for &k in &rest.parameters {
                rest.inputs.iter().filter_map(node).for_each(|node| note(k, node));
            }
        }
    }
    columns
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// A component as people would write it.
fn tidy(value: f64) -> String {
    let rounded = (value * 1e4).round() / 1e4;
    if rounded == 0.0 { format!("{value:.1e}") } else { rounded.to_string() }
}
