//! What a fit says of the distributions of tastes, and what choices say of the tastes of those who made them.

mod delta;
mod drawn;
mod groups;
mod individuals;
#[cfg(test)]
mod tests;
mod usual;

use crate::fit::{Estimate, Fit};
use crate::mixing::cholesky_name;
use crate::model::{Law, LawForm, Mixture, Model, Profiles};
use crate::taste_report::{
    Derivatives, QUANTILES, Quantity, TasteCovariance, TasteDerivatives, TasteDescription, TasteReport,
};
pub(crate) use delta::Delta;
use usual::Usual;

pub use individuals::{Individuals, IndividualsError, WillingnessToPay};

/// Numbers that describe a distribution.
const NUMBERS: usize = 3 + QUANTILES.len();

/// Mean, standard deviation, share above 0, quantiles.
type Numbers = [f64; NUMBERS];

impl Model<'_> {
    /// The distributions of the random coefficients at the estimates of a fit, with standard errors by the delta method
    /// from the covariance of the Hessian, if there is one. [`Fit::redescribe_tastes`] makes them from another.
    ///
    /// Usual distributions are described exactly. Where characteristics of decision makers enter, the distribution is that
    /// of the population: an average over up to some hundred of them, spread evenly over the data and counting as they do
    /// in the likelihood. Transforms, and coefficients that the scale heterogeneity touches, are described by 16 384
    /// quasi-random draws. Coefficients in willingness-to-pay space are described as themselves: money, not utility.
    ///
    /// The covariance of a group is that of the normal parts, where no characteristics change it.
    pub(crate) fn describe_tastes(&self, fit: &Fit) -> TasteReport {
        let (Some(mixture), Some(mixing)) = (self.mixture(), self.mixing()) else {
            return TasteReport::default();
        };
        let symbols = self.symbols();
        let position = |symbol: &str| symbols.iter().position(|known| known == symbol);
        let mut report = TasteReport::default();
        for law in &mixture.laws {
            let (numbers, derivatives) = numbers(mixture, law, &fit.parameters, fit.covariance.hessian.as_ref());
            let quantity = |number: &f64| Quantity {
                estimate: *number,
                std_error: None,
            };
            let quantities: Vec<Quantity> = numbers.iter().map(quantity).collect();
            report.coefficients.push(TasteDescription {
                coefficient: law.symbol.clone(),
                distribution: law.distribution.to_owned(),
                mean: quantities[0],
                sd: quantities[1],
                share_positive: quantities[2],
                quantiles: quantities[3..].to_vec(),
            });
            report.derivatives.coefficients.push(derivatives);
        }
        for group in &mixing.correlation {
            let rows = group.iter().enumerate();
            let names = rows.flat_map(|(at, row)| group[..=at].iter().map(move |column| cholesky_name(row, column)));
            let cholesky: Option<Vec<usize>> = names.map(|name| position(&name)).collect();
            report.groups.push(TasteCovariance {
                coefficients: group.clone(),
                covariance: Vec::new(),
                correlation: Vec::new(),
            });
            let cholesky = cholesky.expect("completed specifications declare Cholesky factors");
            report.derivatives.cholesky.push(cholesky);
        }
        infer(
            &mut report,
            &Delta::new(&fit.parameters, fit.covariance.hessian.as_ref()),
        );
        report
    }
}

impl Fit {
    /// Makes the standard errors of the distributions of tastes anew from the chosen covariance
    /// ([`Fit::chosen_covariance`]), by the derivatives that the fit carries. The data are not needed.
    pub fn redescribe_tastes(&mut self) {
        self.redescribe_errors();
        self.redescribe_nests();
        if let Some(mut report) = self.tastes.take() {
            infer(
                &mut report,
                &Delta::new(&self.parameters, self.chosen_covariance().as_deref()),
            );
            self.tastes = Some(report);
        }
    }
}

/// Fills in standard errors, and covariances of groups.
fn infer(report: &mut TasteReport, delta: &Delta<'_>) {
    let TasteReport {
        coefficients,
        groups,
        derivatives: TasteDerivatives {
            coefficients: derivatives,
            cholesky,
        },
    } = report;
    for (taste, derivatives) in coefficients.iter_mut().zip(derivatives) {
        let quantities = [&mut taste.mean, &mut taste.sd, &mut taste.share_positive];
        for (quantity, row) in quantities
            .into_iter()
            .chain(&mut taste.quantiles)
            .zip(&derivatives.rows)
        {
            quantity.std_error = delta.std_error(&derivatives.parameters, row);
        }
    }
    for (group, cholesky) in groups.iter_mut().zip(cholesky) {
        if let Some(covariance) = groups::covariance(&group.coefficients, cholesky, delta) {
            *group = covariance;
        }
    }
}

/// What describes a coefficient, and its derivatives in the parameters that were estimated.
fn numbers(
    mixture: &Mixture,
    law: &Law,
    estimates: &[Estimate],
    covariance: Option<&Vec<Vec<f64>>>,
) -> (Numbers, Derivatives) {
    let theta: Vec<f64> = estimates.iter().map(|estimate| estimate.estimate).collect();
    let delta = Delta::new(estimates, covariance);
    let profiles = mixture.profiles(law);
    let parameters: Vec<usize> = law.parameters.iter().copied().filter(|&k| delta.is_free(k)).collect();
    let (numbers, columns): (Numbers, Vec<Numbers>) = match &law.form {
        LawForm::Usual { .. } => {
            let at = |theta: &[f64]| usual_numbers(law, theta, &profiles);
            let columns = parameters
                .iter()
                .map(|&k| difference(&theta, k, delta.std_error(&[k], &[1.0]), &at));
            (at(&theta), columns.collect())
        }
        LawForm::Drawn { variates, program } => {
            let (values, derivatives) = program.drawn(variates, &theta, &profiles);
            let (numbers, all) = drawn::numbers(&values, &derivatives);
            let free = law.parameters.iter().zip(all).filter(|(k, _)| parameters.contains(k));
            (numbers, free.map(|(_, column)| column).collect())
        }
    };
    let row = |number: usize| {
        let row: Vec<f64> = columns.iter().map(|column| column[number]).collect();
        if row.iter().all(|derivative| derivative.is_finite()) {
            row
        } else {
            Vec::new()
        }
    };
    let rows = (0..NUMBERS).map(row).collect();
    (numbers, Derivatives { parameters, rows })
}

/// What describes a usual distribution, averaged over profiles.
fn usual_numbers(law: &Law, theta: &[f64], profiles: &Profiles) -> Numbers {
    let LawForm::Usual { shape, sign, program } = &law.form else {
        unreachable!("asked of usual distributions alone")
    };
    let usual = |(location, scale): (f64, f64)| Usual {
        shape: *shape,
        sign: *sign,
        location,
        scale,
    };
    let parts = program.usual(theta, profiles).into_iter().map(usual);
    let parts: Vec<(f64, Usual)> = profiles.weights.iter().copied().zip(parts).collect();
    usual::numbers(&parts)
}

/// The central difference of numbers in a parameter.
fn difference(theta: &[f64], k: usize, std_error: Option<f64>, at: &dyn Fn(&[f64]) -> Numbers) -> Numbers {
    // ε^(1/3) balances curvature and rounding, relative to what the numbers change with.
    let size = std_error.unwrap_or(0.0).max(theta[k].abs());
    let step = f64::EPSILON.cbrt() * if size > 0.0 { size } else { 1.0 };
    let mut moved = theta.to_vec();
    moved[k] = theta[k] + step;
    let (above, high) = (moved[k], at(&moved));
    moved[k] = theta[k] - step;
    let (below, low) = (moved[k], at(&moved));
    std::array::from_fn(|number| (high[number] - low[number]) / (above - below))
}
