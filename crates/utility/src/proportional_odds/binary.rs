//! The binary logits that the test compares.

use logsum_estimate::{EvalError, Evaluation, LogLikelihood, Options, Order, Parameter, hessian_covariance, maximise};
use ndarray::{Array1, Array2};

use super::IndexColumns;

/// Information at the estimates, relative to that at even odds, below which the cases count as separated.
const FADED: f64 = 1e-4;

/// Whether a case lies above a threshold, by a constant and the columns of the index.
pub(super) struct Binary<'a> {
    parameters: Vec<Parameter>,
    index: &'a IndexColumns,
    /// How much of each case lies above, and how much there is.
    above: &'a [f64],
    totals: &'a [f64],
}

/// What came out.
pub(super) struct Fitted {
    /// The constant first.
    pub estimates: Vec<f64>,
    pub covariance: Array2<f64>,
    pub probabilities: Vec<f64>,
}

/// X′WX.
pub(super) fn products(columns: &[Vec<f64>], weights: &[f64]) -> Array2<f64> {
    let k = columns.len();
    let mut products = Array2::zeros((k, k));
    for row in 0..k {
        let weighted: Vec<f64> = columns[row].iter().zip(weights).map(|(x, w)| x * w).collect();
        for column in 0..=row {
            let product: f64 = weighted.iter().zip(&columns[column]).map(|(a, b)| a * b).sum();
            products[[row, column]] = product;
            products[[column, row]] = product;
        }
    }
    products
}

impl<'a> Binary<'a> {
    pub fn new(index: &'a IndexColumns, above: &'a [f64], totals: &'a [f64]) -> Self {
        let n = index.columns.len();
        Binary {
            parameters: (0..n).map(|k| Parameter::new(format!("x_{k}"), 0.0)).collect(),
            index,
            above,
            totals,
        }
    }

    /// Its estimates; none if they are not finite.
    pub fn fit(&self) -> Option<Fitted> {
        let start = vec![0.0; self.parameters.len()];
        let maximum = maximise(self, &start, &Options::default(), None).ok()?;
        if !maximum.convergence.converged {
            return None;
        }
        let estimated = vec![true; start.len()];
        let even: Vec<f64> = self.totals.iter().map(|total| 0.25 * total).collect();
        let most = products(&self.index.columns, &even);
        // Where nothing is left of the information in some direction, the estimates are on their way to infinity.
        hessian_covariance(&(&maximum.evaluation.hessian + FADED * most), &estimated).ok()?;
        let probability = |v: f64| 1.0 / (1.0 + (-v).exp());
        Some(Fitted {
            covariance: hessian_covariance(&maximum.evaluation.hessian, &estimated).ok()?,
            probabilities: self.utilities(&maximum.theta).into_iter().map(probability).collect(),
            estimates: maximum.theta,
        })
    }

    fn utilities(&self, theta: &[f64]) -> Vec<f64> {
        let mut utilities = self.index.offset.clone();
        for (column, coefficient) in self.index.columns.iter().zip(theta) {
            utilities
                .iter_mut()
                .zip(column)
                .for_each(|(v, x)| *v += coefficient * x);
        }
        utilities
    }

    /// y − n π of a case, whose index is v.
    fn residual(&self, case: usize, v: f64) -> f64 {
        self.above[case] - self.totals[case] / (1.0 + (-v).exp())
    }
}

impl LogLikelihood for Binary<'_> {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn evaluate(&self, theta: &[f64], _order: Order) -> Result<Evaluation, EvalError> {
        let utilities = self.utilities(theta);
        let mut evaluation = Evaluation {
            log_likelihood: 0.0,
            magnitude: 0.0,
            score: Array1::zeros(theta.len()),
            hessian: Array2::zeros((theta.len(), theta.len())),
        };
        let mut residuals = Vec::with_capacity(utilities.len());
        let mut weights = Vec::with_capacity(utilities.len());
        for (case, &v) in utilities.iter().enumerate() {
            let ln_far = -(-v.abs()).exp().ln_1p();
            let (ln_above, ln_below) = if v > 0.0 {
                (ln_far, ln_far - v)
            } else {
                (ln_far + v, ln_far)
            };
            let (above, total) = (self.above[case], self.totals[case]);
            let value = above * ln_above + (total - above) * ln_below;
            evaluation.log_likelihood += value;
            evaluation.magnitude += value.abs();
            residuals.push(self.residual(case, v));
            weights.push(total * ln_above.exp() * ln_below.exp());
        }
        for (score, column) in evaluation.score.iter_mut().zip(&self.index.columns) {
            *score = column.iter().zip(&residuals).map(|(x, residual)| x * residual).sum();
        }
        evaluation.hessian = -products(&self.index.columns, &weights);
        match evaluation.log_likelihood.is_finite() {
            true => Ok(evaluation),
            false => Err(EvalError::Outside {
                reason: "a utility is not a finite number".to_owned(),
            }),
        }
    }

    fn n_units(&self) -> usize {
        self.totals.len()
    }

    fn visit_scores(&self, theta: &[f64], visit: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        for (case, v) in self.utilities(theta).into_iter().enumerate() {
            let residual = self.residual(case, v);
            let score: Vec<f64> = self
                .index
                .columns
                .iter()
                .map(|column| column[case] * residual)
                .collect();
            visit(case, &score);
        }
        Ok(())
    }
}
