//! From the estimates of resamples to what stands in the fit.

use logsum_estimate::{acceleration, bca_interval, bias_correction, percentile_interval};

use super::replicate::Sample;
use super::run::enough;
use super::{Bootstrap, BootstrapOptions, BootstrapParameter, IntervalKind, Replicate};
use crate::estimation::FitError;
use crate::fit::Fit;

/// Part of the resamples that may fail before standard errors are doubtful.
const MANY: f64 = 0.05;

/// Groups below which a bootstrap of them is rough.
const FEW_GROUPS: usize = 20;

/// How warnings of a bootstrap are told from others.
const INTERRUPTED: &str = "the bootstrap was interrupted:";
const LEFT_OUT: &str = "replications of the bootstrap are left out";
const FEW: &str = "the bootstrap resamples no more than";
const OPENINGS: [&str; 3] = [INTERRUPTED, LEFT_OUT, FEW];

impl Fit {
    pub(super) fn attach_bootstrap(
        &mut self,
        options: &BootstrapOptions,
        sample: &Sample<'_, '_>,
        done: &[Option<Replicate>],
    ) -> Result<(), FitError> {
        let (failed, not_identified) = enough(done)?;
        let finished = done.iter().flatten().count();
        let estimates: Vec<Vec<f64>> = done
            .iter()
            .flatten()
            .filter_map(|replicate| match replicate {
                Replicate::Estimates(estimates) => Some(estimates.clone()),
                _ => None,
            })
            .collect();
        let free: Vec<_> = self.parameters.iter().filter(|parameter| !parameter.fixed).collect();
        let width = free.len();
        let parameters = free
            .iter()
            .enumerate()
            .map(|(k, parameter)| BootstrapParameter {
                term: parameter.term.clone(),
                bias: None,
                bias_correction: None,
                acceleration: (parameter.at_bound.is_none())
                    .then(|| acceleration(sample.influence.iter().skip(k).step_by(width).copied())),
                percentile: None,
                bca: None,
            })
            .collect();
        let varies: Vec<bool> = free.iter().map(|parameter| parameter.at_bound.is_none()).collect();
        self.covariance.bootstrap = Some(covariance(&estimates, &varies));
        // Of an earlier one.
        self.warnings
            .retain(|warning| !OPENINGS.iter().any(|opening| warning.contains(opening)));
        if finished < options.replications {
            self.warnings.push(format!(
                "{INTERRUPTED} standard errors and intervals are from {finished} of {} replications",
                options.replications
            ));
        }
        if failed > 0 {
            let doubt = match failed as f64 > MANY * finished as f64 {
                true => ": so many that what is left may vary too little, and the standard errors be too small",
                false => "",
            };
            self.warnings.push(format!(
                "{failed} of {finished} {LEFT_OUT} ({not_identified} not identified in their \
                 resample, {} not converged){doubt}",
                failed - not_identified
            ));
        }
        if sample.groups.n < FEW_GROUPS {
            self.warnings.push(format!(
                "{FEW} {} groups: with so few its standard errors are rough, and mostly too small",
                sample.groups.n
            ));
        }
        self.bootstrap = Some(Bootstrap {
            replications: options.replications,
            failed,
            not_identified,
            seed: options.seed,
            cluster: options.cluster.clone(),
            n_groups: sample.groups.n,
            interval: options.interval,
            parameters,
            estimates,
        });
        self.describe_bootstrap();
        Ok(())
    }

    /// Makes biases and intervals of the bootstrap anew, at the fit's level.
    pub(crate) fn describe_bootstrap(&mut self) {
        let level = self.confidence;
        let Some(bootstrap) = &mut self.bootstrap else { return };
        let free = self.parameters.iter().filter(|parameter| !parameter.fixed);
        for (k, (parameter, of)) in bootstrap.parameters.iter_mut().zip(free).enumerate() {
            let Some(acceleration) = parameter.acceleration else {
                continue;
            };
            let mut sorted: Vec<f64> = bootstrap.estimates.iter().map(|row| row[k]).collect();
            sorted.sort_by(f64::total_cmp);
            let mean = mean(sorted.iter().copied(), sorted.len());
            let correction = bias_correction(&sorted, of.estimate);
            parameter.bias = Some(mean - of.estimate);
            parameter.bias_correction = Some(correction).filter(|correction| correction.is_finite());
            parameter.percentile = percentile_interval(&sorted, level).map(<[f64; 2]>::from);
            parameter.bca = bca_interval(&sorted, of.estimate, acceleration, level).map(<[f64; 2]>::from);
        }
    }

    /// Puts the intervals of the bootstrap that were chosen in the place of normal ones, and says what they lack.
    pub(crate) fn choose_bootstrap_intervals(&mut self) {
        self.describe_bootstrap();
        let Some(bootstrap) = &self.bootstrap else { return };
        let kind = bootstrap.interval;
        if kind == IntervalKind::Normal {
            return;
        }
        let mut intervals = bootstrap.parameters.iter().map(|parameter| match kind {
            IntervalKind::Bca => parameter.bca,
            _ => parameter.percentile,
        });
        let mut missing = Vec::new();
        for parameter in self.parameters.iter_mut().filter(|parameter| !parameter.fixed) {
            let interval = intervals.next().flatten();
            parameter.conf_low = interval.map(|[low, _]| low);
            parameter.conf_high = interval.map(|[_, high]| high);
            if interval.is_none() && parameter.std_error.is_some() {
                missing.push(format!("\"{}\"", parameter.term));
            }
        }
        // The (R + 1) α/2 th of R estimates is to be one of them.
        let least = (2.0 / (1.0 - self.confidence)).ceil() as usize - 1;
        if bootstrap.estimates.len() < least {
            let warning = format!(
                "{} replications are too few for intervals at the level {}: their ends are the smallest and largest estimates; \
                 use {least} or more",
                bootstrap.estimates.len(),
                self.confidence
            );
            self.warn_once(warning);
        }
        if !missing.is_empty() {
            let warning = format!(
                "no BCa interval of {}: all resamples are on one side of the estimate, or the acceleration is too large; see \
                 the percentile intervals",
                missing.join(", ")
            );
            self.warn_once(warning);
        }
    }

    fn warn_once(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

fn mean(values: impl Iterator<Item = f64>, n: usize) -> f64 {
    values.sum::<f64>() / n as f64
}

/// Sample covariance of the rows; zeros where a column does not vary by intention.
fn covariance(rows: &[Vec<f64>], varies: &[bool]) -> Vec<Vec<f64>> {
    let n = rows.len();
    let means: Vec<f64> = (0..varies.len())
        .map(|k| mean(rows.iter().map(|row| row[k]), n))
        .collect();
    let mut covariance = vec![vec![0.0; varies.len()]; varies.len()];
    for i in 0..varies.len() {
        for j in 0..=i {
            if varies[i] && varies[j] {
                let products = rows.iter().map(|row| (row[i] - means[i]) * (row[j] - means[j]));
                covariance[i][j] = products.sum::<f64>() / (n - 1) as f64;
                covariance[j][i] = covariance[i][j];
            }
        }
    }
    covariance
}
