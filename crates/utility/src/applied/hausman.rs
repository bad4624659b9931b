//! Hausman and McFadden's test of independence of irrelevant alternatives.

use logsum_estimate::{EvalError, LogLikelihood, chi_squared_tail, quadratic_form};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::delta_method::theta;
use super::iia::{ComparedCoefficient, IiaError, Rest, quoted, testable, without};
use crate::fit::Fit;
use crate::model::Model;

/// Estimates from all choices against those from the choices among some alternatives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HausmanMcFadden {
    /// The alternatives that were removed.
    pub removed: Vec<String>,
    /// Cases that chose another one.
    pub n_cases: usize,
    /// Of all.
    pub n_all_cases: usize,
    /// d′V⁻d; may be negative where V is not positive definite.
    pub statistic: f64,
    /// Rank of V.
    pub degrees: usize,
    /// From χ²; `None` where the statistic is negative.
    pub p_value: Option<f64>,
    /// Whether V is positive definite, as it is in large samples.
    pub positive_definite: bool,
    /// The coefficients that both samples identify.
    pub coefficients: Vec<ComparedCoefficient>,
    /// What is not compared, and why.
    pub left_out: Vec<String>,
}

/// Tests independence of irrelevant alternatives: whether the choices among the alternatives that are not `removed` (by
/// position), by those who chose one of them, have the parameters that all choices have.
///
/// ```text
/// H = d′ V⁻ d,   d = β̂_others − β̂_all,   V = V_others − V_all
/// ```
///
/// over the parameters that both samples identify, V_all being that of the same contrasts of parameters where the others
/// identify only contrasts. H is χ² with rank V degrees of freedom if the property holds. V need not be positive definite
/// in a sample: then a generalised inverse is taken, and H may be negative, which Hausman and McFadden read as no evidence
/// against the property. With the fit's covariance "opg" both matrices are of that kind; with "robust" V is that of the
/// difference itself, from the joint influence of every decision maker on both estimators, which needs no efficient
/// estimator and is never indefinite:
///
/// ```text
/// V = Σ_n a_n a_n′,   a_n = A_others⁻¹ s_others,n − T A_all⁻¹ s_all,n
/// ```
///
/// # Errors
/// [`IiaError`].
///
/// # Source
/// Hausman and McFadden (1984), *Specification tests for the multinomial logit model*, Econometrica 52(5); of the robust
/// form Weesie (1999), *Seemingly unrelated estimation and the cluster-adjusted sandwich estimator*, Stata Technical
/// Bulletin 52.
pub fn hausman_mcfadden(model: &Model<'_>, fit: &Fit, removed: &[usize]) -> Result<HausmanMcFadden, IiaError> {
    let data = testable(model, fit)?;
    let kind = fit.covariance_kind.as_str();
    if data.schema().shares && kind != "robust" {
        return Err(IiaError::Shares {
            test: "the test with this covariance",
            instead: "--covariance robust",
        });
    }
    let at = theta(fit);
    let rest = without(model, fit, data, removed, &at)?;
    let compared = rest.refit.estimated();
    let contrasts = contrasts(&rest, &compared, at.len());
    let missing = || IiaError::NoCovariance { kind: kind.to_owned() };
    let variance = match kind {
        "robust" => {
            let (Some(all), Some(others)) = (bread(fit), bread(&rest.refit.fit)) else {
                return Err(missing());
            };
            joint(model, &rest, (&all, &others), &contrasts, &compared, &at)?
        }
        "hessian" | "opg" => {
            let mut of_others = rest.refit.fit.clone();
            of_others.covariance_kind = kind.to_owned();
            let (Some(all), Some(others)) = (expanded(fit), expanded(&of_others)) else {
                return Err(missing());
            };
            let others = Array2::from_shape_fn((compared.len(), compared.len()), |(i, j)| {
                others[[compared[i], compared[j]]]
            });
            others - contrasts.dot(&all).dot(&contrasts.t())
        }
        _ => {
            return Err(IiaError::NoCovariance {
                kind: format!("{kind} (for this test hessian, opg or robust)"),
            });
        }
    };
    let moved = rest.refit.theta();
    let difference: Vec<f64> = compared.iter().map(|&k| moved[k] - at[k]).collect();
    let form = quadratic_form(&variance, &difference).filter(|form| form.rank > 0);
    let form = form.ok_or_else(|| IiaError::NothingChanges {
        names: quoted(data, removed),
    })?;
    let coefficient = |(row, &k): (usize, &usize)| ComparedCoefficient {
        term: fit.parameters[k].term.clone(),
        all: at[k],
        others: moved[k],
        difference: moved[k] - at[k],
        std_error: Some(variance[[row, row]])
            .filter(|variance| *variance > 0.0)
            .map(f64::sqrt),
    };
    let names = &data.alternatives().names;
    Ok(HausmanMcFadden {
        removed: removed.iter().map(|&position| names[position].clone()).collect(),
        n_cases: rest.data.n_cases(),
        n_all_cases: data.n_cases(),
        statistic: form.value,
        degrees: form.rank,
        p_value: (form.value >= 0.0).then(|| chi_squared_tail(form.value, form.rank)),
        positive_definite: form.negative == 0 && form.rank == compared.len(),
        coefficients: compared.iter().enumerate().map(coefficient).collect(),
        left_out: rest.left_out,
    })
}

/// What the estimates from the others are of all parameters, as a matrix: θ_k itself, or its contrast θ_k − v_k/v_r θ_r
/// with the parameter r that is held in its place.
fn contrasts(rest: &Rest, compared: &[usize], n: usize) -> Array2<f64> {
    let mut matrix = Array2::zeros((compared.len(), n));
    for (row, &k) in compared.iter().enumerate() {
        matrix[[row, k]] = 1.0;
        for (vector, held) in &rest.refit.directions {
            let component = |of: usize| {
                vector
                    .components
                    .iter()
                    .find(|(known, _)| *known == of)
                    .map(|(_, value)| *value)
            };
            if let (Some(own), Some(of_held)) = (component(k), component(*held)) {
                matrix[[row, *held]] -= own / of_held;
            }
        }
    }
    matrix
}

/// The chosen covariance over all parameters, zeros for those that are fixed.
fn expanded(fit: &Fit) -> Option<Array2<f64>> {
    Some(over_all(fit, &fit.chosen_covariance()?))
}

/// The inverse information over all parameters.
fn bread(fit: &Fit) -> Option<Array2<f64>> {
    Some(over_all(fit, fit.covariance.hessian.as_ref()?))
}

fn over_all(fit: &Fit, rows: &[Vec<f64>]) -> Array2<f64> {
    let free: Vec<usize> = (0..fit.parameters.len())
        .filter(|&k| !fit.parameters[k].fixed)
        .collect();
    let mut matrix = Array2::zeros((fit.parameters.len(), fit.parameters.len()));
    for (row, &i) in rows.iter().zip(&free) {
        for (value, &j) in row.iter().zip(&free) {
            matrix[[i, j]] = *value;
        }
    }
    matrix
}

/// The covariance of the difference from the influence of decision makers on both estimators.
fn joint(
    model: &Model<'_>,
    rest: &Rest,
    (all, others): (&Array2<f64>, &Array2<f64>),
    contrasts: &Array2<f64>,
    compared: &[usize],
    at: &[f64],
) -> Result<Array2<f64>, IiaError> {
    let of_all = contrasts.dot(all);
    let mut influence = vec![vec![0.0; compared.len()]; model.facts().n_decision_makers];
    let makers = model.facts().decision_makers.as_deref();
    let maker = |case: usize| makers.map_or(case, |makers| makers[case] as usize);
    model.visit_scores(at, &mut |case, score| {
        let row = influence[maker(case)].iter_mut().zip(of_all.rows());
        row.for_each(|(sum, slope)| *sum -= slope.iter().zip(score).map(|(a, s)| a * s).sum::<f64>());
    })?;
    let failed = |error: crate::error::SpecificationError| EvalError::Failed(error.to_string());
    let bound = Model::bind(model.specification(), &rest.data).map_err(failed)?;
    bound.visit_scores(&rest.refit.theta(), &mut |case, score| {
        let row = influence[maker(rest.cases[case])].iter_mut().zip(compared);
        row.for_each(|(sum, &k)| *sum += others.row(k).iter().zip(score).map(|(a, s)| a * s).sum::<f64>());
    })?;
    let mut variance = Array2::zeros((compared.len(), compared.len()));
    for row in &influence {
        for (i, one) in row.iter().enumerate() {
            for (j, other) in row.iter().enumerate() {
                variance[[i, j]] += one * other;
            }
        }
    }
    Ok(variance)
}
