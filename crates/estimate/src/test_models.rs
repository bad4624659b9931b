//! Log-likelihoods with known properties, for tests.

use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::{Array1, Array2};

use crate::likelihood::{EvalError, Evaluation, LogLikelihood, Order, Parameter};

fn named(n: usize) -> Vec<Parameter> {
    (0..n).map(|i| Parameter::new(format!("b{i}"), 0.0)).collect()
}

fn cut(evaluation: Evaluation, order: Order) -> Evaluation {
    Evaluation {
        score: if order >= Order::Score {
            evaluation.score
        } else {
            Array1::zeros(0)
        },
        hessian: if order >= Order::Hessian {
            evaluation.hessian
        } else {
            Array2::zeros((0, 0))
        },
        ..evaluation
    }
}

/// Value, score, Hessian.
pub(crate) type Derivatives = (f64, Array1<f64>, Array2<f64>);

/// Any smooth function by value, score and Hessian; one unit.
pub(crate) struct Smooth<F> {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) function: F,
}

impl<F: Fn(&[f64]) -> Result<Derivatives, EvalError> + Sync> Smooth<F> {
    pub(crate) fn new(n: usize, function: F) -> Self {
        Smooth {
            parameters: named(n),
            function,
        }
    }
}

impl<F: Fn(&[f64]) -> Result<Derivatives, EvalError> + Sync> LogLikelihood for Smooth<F> {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn evaluate(&self, theta: &[f64], order: Order) -> Result<Evaluation, EvalError> {
        let (log_likelihood, score, hessian) = (self.function)(theta)?;
        Ok(cut(
            Evaluation {
                log_likelihood,
                magnitude: log_likelihood.abs(),
                score,
                hessian,
            },
            order,
        ))
    }

    fn n_units(&self) -> usize {
        1
    }

    fn visit_scores(&self, theta: &[f64], visit: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        let (_, score, _) = (self.function)(theta)?;
        visit(0, &score.to_vec());
        Ok(())
    }
}

/// −½ (θ − c)′ A (θ − c) − 100 as a log-likelihood.
pub(crate) fn quadratic(
    matrix: Array2<f64>,
    centre: Vec<f64>,
) -> Smooth<impl Fn(&[f64]) -> Result<Derivatives, EvalError> + Sync> {
    Smooth::new(centre.len(), move |theta: &[f64]| {
        let away: Array1<f64> = theta.iter().zip(&centre).map(|(t, c)| t - c).collect();
        let pull = matrix.dot(&away);
        Ok((-0.5 * away.dot(&pull) - 100.0, -pull, -matrix.clone()))
    })
}

/// Rosenbrock's banana upside down: a bent ridge, maximum 0 at (1, 1), indefinite in places.
pub(crate) struct Banana(Vec<Parameter>);

impl Banana {
    pub(crate) fn new() -> Banana {
        Banana(named(2))
    }

    pub(crate) fn parameters_mut(&mut self) -> &mut [Parameter] {
        &mut self.0
    }
}

impl LogLikelihood for Banana {
    fn parameters(&self) -> &[Parameter] {
        &self.0
    }

    fn evaluate(&self, theta: &[f64], order: Order) -> Result<Evaluation, EvalError> {
        let (x, y) = (theta[0], theta[1]);
        let bend = y - x * x;
        let value = -(1.0 - x) * (1.0 - x) - 100.0 * bend * bend;
        let evaluation = Evaluation {
            log_likelihood: value,
            magnitude: value.abs(),
            score: ndarray::array![2.0 * (1.0 - x) + 400.0 * x * bend, -200.0 * bend],
            hessian: ndarray::array![[-2.0 + 400.0 * (y - 3.0 * x * x), 400.0 * x], [400.0 * x, -200.0]],
        };
        Ok(cut(evaluation, order))
    }

    fn n_units(&self) -> usize {
        1
    }

    fn visit_scores(&self, theta: &[f64], visit: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        visit(0, &self.evaluate(theta, Order::Score)?.score.to_vec());
        Ok(())
    }
}

/// Binary logit: ln L = Σ y ln P + (1 − y) ln(1 − P), P = 1 / (1 + e^{−x′θ}).
#[derive(Clone, Debug)]
pub(crate) struct Logistic {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) x: Vec<Vec<f64>>,
    pub(crate) y: Vec<f64>,
}

impl Logistic {
    pub(crate) fn new(x: Vec<Vec<f64>>, y: Vec<f64>) -> Logistic {
        Logistic {
            parameters: named(x[0].len()),
            x,
            y,
        }
    }

    /// A constant and regressors between −1 and 1, outcomes drawn with all coefficients ½.
    pub(crate) fn simulated(n_units: usize, n_parameters: usize) -> Logistic {
        let mut state = 0x9E37_79B9_7F4A_7C15u64;
        let mut uniform = move || {
            // A linear congruential generator, its high bits.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let mut x = Vec::new();
        let mut y = Vec::new();
        for _ in 0..n_units {
            let row: Vec<f64> = (0..n_parameters)
                .map(|k| if k == 0 { 1.0 } else { 2.0 * uniform() - 1.0 })
                .collect();
            let utility: f64 = row.iter().map(|value| 0.5 * value).sum();
            y.push(f64::from(uniform() < 1.0 / (1.0 + (-utility).exp())));
            x.push(row);
        }
        Logistic::new(x, y)
    }

    pub(crate) fn with_unit(mut self, column: usize, unit: f64) -> Logistic {
        self.x.iter_mut().for_each(|row| row[column] *= unit);
        self
    }

    pub(crate) fn reordered(&self, order: &[usize]) -> Logistic {
        Logistic {
            parameters: self.parameters.clone(),
            x: order.iter().map(|&unit| self.x[unit].clone()).collect(),
            y: order.iter().map(|&unit| self.y[unit]).collect(),
        }
    }
}

impl LogLikelihood for Logistic {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn evaluate(&self, theta: &[f64], order: Order) -> Result<Evaluation, EvalError> {
        let n = theta.len();
        let mut log_likelihood = 0.0;
        let mut score = Array1::zeros(n);
        let mut hessian = Array2::zeros((n, n));
        for (row, y) in self.x.iter().zip(&self.y) {
            let utility: f64 = row.iter().zip(theta).map(|(x, t)| x * t).sum();
            let signed = if *y == 1.0 { utility } else { -utility };
            // ln P = −ln(1 + e^{−v}), from the side that does not overflow.
            log_likelihood -= (-signed.abs()).exp().ln_1p() + (-signed).max(0.0);
            let p = 1.0 / (1.0 + (-utility).exp());
            for i in 0..n {
                score[i] += (y - p) * row[i];
                for j in 0..n {
                    hessian[[i, j]] -= p * (1.0 - p) * row[i] * row[j];
                }
            }
        }
        Ok(cut(
            Evaluation {
                log_likelihood,
                magnitude: -log_likelihood,
                score,
                hessian,
            },
            order,
        ))
    }

    fn n_units(&self) -> usize {
        self.x.len()
    }

    fn visit_scores(&self, theta: &[f64], visit: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        for (unit, (row, y)) in self.x.iter().zip(&self.y).enumerate() {
            let utility: f64 = row.iter().zip(theta).map(|(x, t)| x * t).sum();
            let p = 1.0 / (1.0 + (-utility).exp());
            let score: Vec<f64> = row.iter().map(|x| (y - p) * x).collect();
            visit(unit, &score);
        }
        Ok(())
    }
}

/// A log-likelihood with derivatives off by a factor.
pub(crate) struct Spoiled<'a> {
    pub(crate) inner: &'a dyn LogLikelihood,
    pub(crate) score_factor: f64,
    pub(crate) hessian_factor: f64,
}

impl LogLikelihood for Spoiled<'_> {
    fn parameters(&self) -> &[Parameter] {
        self.inner.parameters()
    }

    fn evaluate(&self, theta: &[f64], order: Order) -> Result<Evaluation, EvalError> {
        let mut evaluation = self.inner.evaluate(theta, order)?;
        evaluation.score *= self.score_factor;
        evaluation.hessian *= self.hessian_factor;
        Ok(evaluation)
    }

    fn n_units(&self) -> usize {
        self.inner.n_units()
    }

    fn visit_scores(&self, theta: &[f64], visit: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        self.inner.visit_scores(theta, visit)
    }
}

/// A log-likelihood that answers with an error from its `after`-th evaluation on.
pub(crate) struct Breaking<'a> {
    pub(crate) inner: &'a dyn LogLikelihood,
    pub(crate) after: usize,
    pub(crate) error: EvalError,
    pub(crate) n_evaluations: AtomicUsize,
}

impl LogLikelihood for Breaking<'_> {
    fn parameters(&self) -> &[Parameter] {
        self.inner.parameters()
    }

    fn evaluate(&self, theta: &[f64], order: Order) -> Result<Evaluation, EvalError> {
        if self.n_evaluations.fetch_add(1, Ordering::Relaxed) >= self.after {
            return Err(self.error.clone());
        }
        self.inner.evaluate(theta, order)
    }

    fn n_units(&self) -> usize {
        self.inner.n_units()
    }

    fn visit_scores(&self, theta: &[f64], visit: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        self.inner.visit_scores(theta, visit)
    }
}
