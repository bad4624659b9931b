//! After a probit: the covariance of its errors with standard errors by the delta method.

use logsum_probit::ghk::pair;

use crate::error_report::{ErrorDerivatives, ErrorReport};
use crate::fit::Fit;
use crate::model::{Mixture, Model};
use crate::probit::ErrorCovariance;
use crate::taste_report::Quantity;
use crate::tastes_after::Delta;

/// Part of a number that is left of a derivative by rounding.
const ROUNDING: f64 = 1e-13;

/// Variance of a difference below which it counts as none: that of the first is 1.
const SMALL: f64 = 1e-6;

/// Correlation of two differences from which on they count as one.
const ONE: f64 = 0.999;

/// Share of a variance that is left given the other differences below which it counts as none.
const NOTHING: f64 = 1e-3;

/// An element of a covariance, or of its derivative (without constants), by its two alternatives.
type Element<'a> = dyn Fn(&[f64], bool, usize, usize) -> f64 + 'a;

impl Model<'_> {
    /// The covariance of the errors at the estimates of a fit; none where alternatives have no names.
    pub(crate) fn describe_errors(&self, mixture: &Mixture, fit: &Fit) -> Option<ErrorReport> {
        let probit = self.specification().probit.as_ref()?;
        let structure = &mixture.errors.as_ref()?.structure;
        if probit.alternatives.is_empty() {
            return None;
        }
        let theta: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
        let covariance = structure.at(&theta);
        let independent = structure.n_alternatives == 0;
        let element = |sigma: &[f64], constant: bool, one: usize, other: usize| match independent {
            true if constant && one == other => 0.5,
            true => 0.0,
            false => sigma[pair(one.max(other), one.min(other))],
        };
        let (base, others) = (probit.base_place(), probit.others());
        let difference = |sigma: &[f64], constant: bool, one: usize, other: usize| {
            element(sigma, constant, one, other)
                - element(sigma, constant, one, base)
                - element(sigma, constant, base, other)
                + element(sigma, constant, base, base)
        };
        let triangle = |places: &[usize], of: &Element<'_>| {
            let mut values = Vec::new();
            let mut derivatives = Vec::new();
            for (row, &one) in places.iter().enumerate() {
                let mut cells = Vec::new();
                for &other in &places[..=row] {
                    cells.push(Quantity {
                        estimate: of(&covariance.value, true, one, other),
                        std_error: None,
                    });
                    // What cancels in exact arithmetic, as in the variance that is 1, is nothing.
                    let size = of(&covariance.value, true, one, other).abs();
                    let first = covariance.first.iter().map(|first| {
                        let derivative = of(first, false, one, other);
                        if derivative.abs() > ROUNDING * size {
                            derivative
                        } else {
                            0.0
                        }
                    });
                    derivatives.push(first.collect::<Vec<f64>>());
                }
                values.push(cells);
            }
            (values, derivatives)
        };
        let (differences, of_differences) = triangle(&others, &difference);
        // Of the full covariance the error of the base is 0 by convention: only differences mean anything.
        let is_identified = matches!(
            probit.covariance,
            ErrorCovariance::Diagonal | ErrorCovariance::Factors(_) | ErrorCovariance::Pattern(_)
        );
        let all: Vec<usize> = std::iter::once(base).chain(others.iter().copied()).collect();
        let (errors, of_errors) = if is_identified {
            triangle(&all, &element)
        } else {
            Default::default()
        };
        let mut report = ErrorReport {
            covariance: probit.covariance.name().to_owned(),
            base: probit.alternatives[base].clone(),
            alternatives: others.iter().map(|&place| probit.alternatives[place].clone()).collect(),
            correlation: Vec::new(),
            differences,
            errors,
            derivatives: ErrorDerivatives {
                parameters: structure.parameters().iter().map(|&k| k as usize).collect(),
                differences: of_differences,
                errors: of_errors,
            },
        };
        report.infer(&Delta::new(&fit.parameters, fit.covariance.hessian.as_ref()));
        Some(report)
    }
}

impl Fit {
    /// Makes the standard errors of the covariance of errors anew from the chosen covariance
    /// ([`Fit::chosen_covariance`]).
    pub(crate) fn redescribe_errors(&mut self) {
        if let Some(mut report) = self.errors.take() {
            report.infer(&Delta::new(&self.parameters, self.chosen_covariance().as_deref()));
            self.errors = Some(report);
        }
    }
}

impl ErrorReport {
    /// Fills in standard errors and correlations.
    fn infer(&mut self, delta: &Delta<'_>) {
        let ErrorDerivatives {
            parameters,
            differences,
            errors,
        } = &self.derivatives;
        for (cells, derivatives) in [(&mut self.differences, differences), (&mut self.errors, errors)] {
            for (cell, row) in cells.iter_mut().flatten().zip(derivatives) {
                cell.std_error = delta.std_error(parameters, row);
            }
        }
        let n = self.alternatives.len();
        let value = |row: usize, column: usize| self.differences[row][column].estimate;
        let derivative = |row: usize, column: usize| differences.get(pair(row, column)).map_or(&[][..], Vec::as_slice);
        let correlation = |row: usize, column: usize| {
            if row == column {
                return Quantity {
                    estimate: 1.0,
                    std_error: None,
                };
            }
            let (one, other) = (value(row, row), value(column, column));
            let sds = (one * other).sqrt();
            let estimate = value(row, column) / sds;
            let own = derivative(row, row).iter().zip(derivative(column, column));
            let all: Vec<f64> = derivative(row, column)
                .iter()
                .zip(own)
                .map(|(both, (first, second))| both / sds - 0.5 * estimate * (first / one + second / other))
                .collect();
            Quantity {
                estimate,
                std_error: delta.std_error(parameters, &all),
            }
        };
        self.correlation = (0..n)
            .map(|row| (0..=row).map(|column| correlation(row, column)).collect())
            .collect();
    }

    /// What to say where the covariance has run to its boundary.
    pub(crate) fn boundary(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let packed: Vec<f64> = self.differences.iter().flatten().map(|cell| cell.estimate).collect();
        for (row, cells) in self.correlation.iter().enumerate() {
            for (column, cell) in cells[..row].iter().enumerate() {
                if cell.estimate.abs() > ONE {
                    warnings.push(format!(
                        "the differences of \"{}\" and \"{}\" against \"{}\" have a correlation of {:.5}: the covariance has run \
                         to its boundary, where standard errors and simulation errors mean little; a simpler covariance may do",
                        self.alternatives[row], self.alternatives[column], self.base, cell.estimate
                    ));
                }
            }
            let variance = self.differences[row][row].estimate;
            if variance.is_nan() || variance <= SMALL {
                warnings.push(format!(
                    "the difference of \"{}\" against \"{}\" has a variance of {variance:.2e}: the covariance has run to its \
                     boundary, where standard errors and simulation errors mean little; a simpler covariance may do",
                    self.alternatives[row], self.base
                ));
            }
        }
        if warnings.is_empty() {
            // A combination of several differences without variance.
            match logsum_probit::ghk::Factor::of(&packed) {
                Ok(factor) => {
                    let left = |k: &usize| factor.row(*k)[*k].powi(2) / packed[pair(*k, *k)] < NOTHING;
                    if let Some(k) = (0..factor.n()).find(left) {
                        warnings.push(format!(
                            "the difference of \"{}\" against \"{}\" has next to no variance given those before it: the \
                             covariance has run to its boundary, where standard errors and simulation errors mean little; a \
                             simpler covariance may do",
                            self.alternatives[k], self.base
                        ));
                    }
                }
                Err(k) => warnings.push(format!(
                    "the difference of \"{}\" against \"{}\" has no variance given those before it: the covariance is singular",
                    self.alternatives[k], self.base
                )),
            }
        }
        warnings
    }
}
