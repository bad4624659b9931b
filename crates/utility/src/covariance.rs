//! Covariances of a fit: from the Hessian, from scores, and from both.

use logsum_estimate::{
    Clustering, CovarianceError, Maximum, expand, hessian_covariance, multiway_outer_product, opg_covariance,
    positive_part, sandwich, select,
};
use ndarray::Array2;

use crate::correction::{Corrected, Correction};
use crate::estimation::FitError;
use crate::fit::{Cluster, Covariances, Fit};
use crate::model::Model;

/// Columns to cluster on at once: their intersections double with each.
const MOST_COLUMNS: usize = 6;

impl Model<'_> {
    /// Adds the covariance clustered on `column` to a fit of this model, evaluating scores once.
    ///
    /// # Errors
    /// An unknown column, missing cells, values that change within a case.
    pub fn add_clustered(&self, fit: &mut Fit, column: &str) -> Result<(), FitError> {
        self.add_clustered_by(fit, &[column.to_owned()], Correction::None)
    }

    /// The same on several columns at once, with a small-sample correction:
    ///
    /// ```text
    /// V = H⁻¹ (Σ_{∅ ≠ S ⊆ columns} (−1)^{|S|+1} c(G_S) B_S) H⁻¹
    /// ```
    ///
    /// B_S: outer product of scores summed within the groups that S makes together. Where that is not positive semi-definite
    /// its negative eigenvalues, in units of classical standard errors, are set to zero, which a warning says.
    ///
    /// # Errors
    /// Unknown columns, missing cells, values that change within a case; too few groups for the correction, too many columns.
    ///
    /// # Source
    /// Cameron, Gelbach and Miller (2011), *Robust inference with multiway clustering*, Journal of Business & Economic
    /// Statistics 29(2).
    pub fn add_clustered_by(&self, fit: &mut Fit, columns: &[String], correction: Correction) -> Result<(), FitError> {
        self.cluster(fit, columns, &self.clusterings(columns)?, correction)
    }

    /// Whether units can be clustered on, or resampled by, these columns: before anything is estimated.
    ///
    /// # Errors
    /// Unknown columns, missing cells, values that change within a case or, where it is one unit, a decision maker.
    pub fn check_clusters(&self, columns: &[String]) -> Result<(), FitError> {
        self.clusterings(columns).map(|_| ())
    }

    /// The groups of the units of the likelihood by each column.
    pub(crate) fn clusterings(&self, columns: &[String]) -> Result<Vec<Clustering>, FitError> {
        if columns.len() > MOST_COLUMNS {
            return Err(FitError::ColumnsOfClusters(columns.len(), MOST_COLUMNS));
        }
        columns.iter().map(|column| self.clustering(column)).collect()
    }

    /// The groups of the units of the likelihood by a column.
    pub(crate) fn clustering(&self, column: &str) -> Result<Clustering, FitError> {
        let groups = self.groups(column)?;
        Ok(Clustering {
            of_unit: self.groups_of_units(&groups)?,
            n: groups.n,
        })
    }

    pub(crate) fn cluster(
        &self,
        fit: &mut Fit,
        columns: &[String],
        clusterings: &[Clustering],
        correction: Correction,
    ) -> Result<(), FitError> {
        let theta: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
        let Some(bread) = fit.covariance.hessian.as_ref().map(|rows| to_array(rows)) else {
            fit.warnings
                .push("no clustered covariance: it needs that of the Hessian, which could not be computed".to_owned());
            return Ok(());
        };
        let mut variances = bread.diag().into_iter();
        let hidden = fit
            .parameters
            .iter()
            .filter(|parameter| !parameter.fixed)
            .any(|parameter| variances.next().is_some_and(|variance| *variance == 0.0) && parameter.at_bound.is_none());
        if hidden {
            // Parts of the bread that no standard error is shown for are missing from the fit, and the sandwich needs all.
            fit.warnings
                .push("no clustered covariance: some parameters have no unique finite estimate".to_owned());
            return Ok(());
        }
        let free: Vec<bool> = fit.parameters.iter().map(|parameter| !parameter.fixed).collect();
        for clustering in clusterings {
            fit.correction_factor(correction, clustering.n)?;
        }
        // Intersections have more groups, so that they have a factor where these have.
        let factor = |n: usize| fit.correction_factor(correction, n).unwrap_or(1.0);
        let meat = multiway_outer_product(&self.units_of(fit)?, &theta, clusterings, &factor)?;
        let mut matrix = sandwich(&bread, &meat, &free);
        if clusterings.len() > 1
            && let Some(fixed) = without_negative(&matrix, &bread)
        {
            fit.warnings.push(
                "the covariance clustered on several columns is not positive semi-definite: its negative eigenvalues are set \
                 to 0 (Cameron, Gelbach and Miller, 2011)"
                    .to_owned(),
            );
            matrix = fixed;
        }
        fit.correction = (correction != Correction::None).then(|| Corrected {
            kind: correction,
            factor: match clusterings {
                [one] => fit.correction_factor(correction, one.n).ok(),
                _ => None,
            },
        });
        fit.covariance.clustered = Some(to_rows(&matrix));
        let mut named = columns.iter().zip(clusterings).map(|(column, clustering)| Cluster {
            column: column.clone(),
            n_clusters: clustering.n,
            others: Vec::new(),
        });
        fit.cluster = named.next();
        if let Some(cluster) = &mut fit.cluster {
            cluster.others = named.collect();
        }
        Ok(())
    }

    /// Hessian, outer-product and sandwich covariances. `held` stand still so that the rest can be inverted, `hidden`
    /// get zero rows: they have no standard errors.
    pub(crate) fn attach_covariances(
        &self,
        fit: &mut Fit,
        maximum: &Maximum,
        held: &[usize],
        hidden: &[usize],
    ) -> Result<(), FitError> {
        let meat = self.score_products(&maximum.theta)?;
        self.attach_covariances_of(fit, maximum, &meat, held, hidden);
        Ok(())
    }

    /// The same from the outer product of scores, if that is known.
    pub(crate) fn attach_covariances_of(
        &self,
        fit: &mut Fit,
        maximum: &Maximum,
        meat: &Array2<f64>,
        held: &[usize],
        hidden: &[usize],
    ) {
        let free: Vec<bool> = fit.parameters.iter().map(|parameter| !parameter.fixed).collect();
        let estimated: Vec<bool> = fit
            .parameters
            .iter()
            .enumerate()
            .map(|(k, parameter)| !parameter.fixed && parameter.at_bound.is_none() && !held.contains(&k))
            .collect();
        if !estimated.contains(&true) {
            let zeros = vec![vec![0.0; fit.n_parameters]; fit.n_parameters];
            fit.covariance = Covariances {
                hessian: Some(zeros.clone()),
                opg: Some(zeros.clone()),
                robust: Some(zeros),
                ..Covariances::default()
            };
            return;
        }
        let shown: Vec<bool> = (0..free.len()).map(|k| estimated[k] && !hidden.contains(&k)).collect();
        let finish = |matrix: &Array2<f64>| {
            let all = vec![true; free.len()];
            let wide = expand(matrix, &estimated, &all);
            to_rows(&expand(&select(&wide, &shown), &shown, &free))
        };
        let names: Vec<&str> = fit.parameters.iter().map(|parameter| parameter.term.as_str()).collect();
        let explain =
            |kind: &str, error: &CovarianceError| format!("no {kind} covariance: {}", with_names(error, &names));

        let mut warnings = Vec::new();
        match hessian_covariance(&maximum.evaluation.hessian, &estimated) {
            Ok(bread) => {
                fit.covariance.robust = Some(finish(&sandwich(&bread, meat, &estimated)));
                fit.covariance.hessian = Some(finish(&bread));
            }
            Err(error) => warnings.push(explain("Hessian or robust", &error)),
        }
        match opg_covariance(meat, &estimated) {
            Ok(opg) => fit.covariance.opg = Some(finish(&opg)),
            Err(error) => warnings.push(explain("outer-product", &error)),
        }
        fit.warnings.extend(warnings);
    }
}

/// The matrix with eigenvalues of at least 0, in units of classical standard errors, so that those of the data do not matter;
/// `None` if they are so already.
fn without_negative(matrix: &Array2<f64>, bread: &Array2<f64>) -> Option<Array2<f64>> {
    let unit = |k: usize| match bread[[k, k]] {
        variance if variance > 0.0 => variance.sqrt(),
        _ => 1.0,
    };
    let scaled = |by: &dyn Fn(usize) -> f64, matrix: &Array2<f64>| {
        Array2::from_shape_fn(matrix.dim(), |(i, j)| matrix[[i, j]] * (by(i) * by(j)))
    };
    let fixed = positive_part(&scaled(&|k| 1.0 / unit(k), matrix))?;
    Some(scaled(&unit, &fixed))
}

/// The message of a covariance error with parameters by name.
fn with_names(error: &CovarianceError, names: &[&str]) -> String {
    let list = |parameters: &[usize]| {
        let quoted: Vec<String> = parameters.iter().map(|&k| format!("\"{}\"", names[k])).collect();
        quoted.join(", ")
    };
    match error {
        CovarianceError::NotIdentified { parameters, .. } => {
            format!("it holds no information on a combination of {}", list(parameters))
        }
        CovarianceError::NotMaximum { parameters, .. } => {
            format!(
                "the log-likelihood curves upwards in {}: this is not a maximum",
                list(parameters)
            )
        }
        other => other.to_string(),
    }
}

fn to_rows(matrix: &Array2<f64>) -> Vec<Vec<f64>> {
    matrix.rows().into_iter().map(|row| row.to_vec()).collect()
}

fn to_array(rows: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_fn((rows.len(), rows.len()), |(i, j)| rows[i][j])
}
