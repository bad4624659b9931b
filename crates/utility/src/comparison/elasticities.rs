//! Elasticities of choice probabilities by any family, without their errors.

use logsum_data::ChoiceData;
use logsum_estimate::EvalError;
use serde::{Deserialize, Serialize};

use crate::applied::share_elasticities;
use crate::specification::Specification;

/// Elasticities of every alternative's probability in a column, aggregated over cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Elasticities {
    /// The column.
    pub attribute: String,
    /// One row for each alternative whose cells are changed; a single row where a cell belongs to the whole case.
    pub rows: Vec<ElasticityRow>,
}

/// Elasticities in the cells of one alternative, or of all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ElasticityRow {
    /// Position of the alternative whose cells are changed; `None` if all are.
    pub changed: Option<usize>,
    /// Elasticity of each alternative's probability; `None` where that is 0 in all cases.
    pub values: Vec<Option<f64>>,
}

/// Elasticities of the probabilities in a column at `theta` (length K), aggregated with the probabilities as weights:
///
/// ```text
/// E_jk = Σ_n w_n P_nj (∂ ln P_nj / ∂ ln x_nk) / Σ_n w_n P_nj
/// ```
///
/// which is the elasticity of the predicted share of j if x_k changes by the same percentage in all cases, by
/// [`effects`](crate::applied::effects). In long data x_k are the cells in the rows of alternative k;
/// where a cell belongs to the whole case (wide data, and characteristics in long data) the column is changed for whichever
/// alternatives use it.
///
/// # Errors
/// As [`Model::predict`](crate::Model::predict).
///
/// # Panics
/// If the data have no such column of numbers; see [`attribute_use`](crate::applied::attribute_use).
pub fn elasticities(
    specification: &Specification,
    data: &ChoiceData,
    theta: &[f64],
    attribute: &str,
) -> Result<Elasticities, EvalError> {
    let row = |(changed, shares): (Option<usize>, Vec<f64>)| ElasticityRow {
        changed,
        values: shares
            .into_iter()
            .map(|value| Some(value).filter(|value| !value.is_nan()))
            .collect(),
    };
    let found = share_elasticities(specification, data, theta, attribute)?;
    Ok(Elasticities {
        attribute: attribute.to_owned(),
        rows: found.into_iter().map(row).collect(),
    })
}

#[cfg(test)]
mod tests {
    use logsum_data::Values;

    use super::*;
    use crate::applied::{AttributeUse, attribute_use};
    use crate::model::Model;
    use crate::testing::{LONG, WIDE, data, expression, long_table, specification, wide_schema, wide_table};

    #[test]
    fn those_of_a_logit_are_its_formula() {
        // ∂ ln P_j / ∂ ln x_k = β x_k (1{j = k} − P_k), weighted by P_j and the case weights.
        let specification = specification(LONG.0, LONG.1);
        let schema = logsum_data::Schema::long("case", "alt", "choice").weight(expression("w"));
        let data = data(long_table(80, 2), &schema, &specification);
        let theta = [0.7, -0.4, 0.2, -0.3, 0.4];
        let found = elasticities(&specification, &data, &theta, "y").unwrap();
        let probabilities = Model::bind(&specification, &data)
            .unwrap()
            .predict(&theta)
            .unwrap()
            .probabilities;
        let column = data.columns().iter().find(|column| column.name == "y").unwrap();
        let Values::Number(y) = &column.values else {
            unreachable!()
        };
        assert_eq!(found.rows.len(), 5);
        for (k, row) in found.rows.iter().enumerate() {
            assert_eq!(row.changed, Some(k));
            for (j, value) in row.values.iter().enumerate() {
                let (mut top, mut bottom) = (0.0, 0.0);
                for case in 0..data.n_cases() {
                    let place = |alternative: usize| {
                        let of = |pair: &usize| data.pair_alternatives()[*pair] as usize == alternative;
                        data.pairs(case).find(of)
                    };
                    let Some(own) = place(j) else { continue };
                    let weight = data.weights().unwrap()[case] * probabilities[own];
                    bottom += weight;
                    if let Some(other) = place(k) {
                        top += weight * theta[1] * y[other] * (f64::from(u8::from(j == k)) - probabilities[other]);
                    }
                }
                let value = value.unwrap();
                assert!((value - top / bottom).abs() < 1e-9, "{j} {k}: {value} {}", top / bottom);
            }
        }
        // What belongs to the case is changed for all of them at once.
        let income = elasticities(&specification, &data, &theta, "z").unwrap();
        assert_eq!((income.rows.len(), income.rows[0].changed), (1, None));
    }

    #[test]
    fn wide_columns_change_those_who_use_them_through_derived_ones() {
        let schema = wide_schema().derive("hours", expression("time_b / 10"));
        let utilities = [
            ("a", "b_time * time_a / 10"),
            ("b", "b_time * hours"),
            ("c", "b_time * time_c / 10"),
        ];
        let specification = specification(&[("b_time", 0.0)], &utilities);
        let data = data(wide_table(60, 4), &schema, &specification);
        let found = elasticities(&specification, &data, &[-0.5], "time_b").unwrap();
        let model = Model::bind(&specification, &data).unwrap();
        let prediction = model.predict(&[-0.5]).unwrap();
        let column = data.columns().iter().find(|column| column.name == "time_b").unwrap();
        let Values::Number(time) = &column.values else {
            unreachable!()
        };
        let (mut top, mut bottom) = (0.0, 0.0);
        for (case, time) in time.iter().enumerate() {
            let pairs = data.pairs(case);
            if let Some(pair) = pairs.into_iter().find(|pair| data.pair_alternatives()[*pair] == 1) {
                let p = prediction.probabilities[pair];
                bottom += p;
                top += p * -0.05 * time * (1.0 - p);
            }
        }
        let [row] = found.rows.as_slice() else {
            panic!("one row")
        };
        assert!((row.values[1].unwrap() - top / bottom).abs() < 1e-9);
        assert!(row.values[0].unwrap() > 0.0 && row.values[2].unwrap() > 0.0);

        let of = |name: &str| attribute_use(&specification, &data, name);
        assert_eq!(of("time_b"), Ok(AttributeUse::Used));
        let used = ["time_a", "time_b", "time_c"].map(str::to_owned).to_vec();
        assert_eq!(of("income"), Ok(AttributeUse::Unused(used)));
        let derived = of("hours").unwrap_err().to_string();
        assert_eq!(
            derived,
            "elasticities: \"hours\" is a derived column; name a column that it is made of: \"time_b\""
        );
    }

    #[test]
    fn alternatives_that_are_never_there_have_none() {
        let specification = specification(WIDE.0, WIDE.1);
        let schema = logsum_data::Schema::wide("choice")
            .alternative("a", 0)
            .alternative_if("b", 1, expression("av_b == 1"))
            .alternative_if("c", 2, expression("av_c > 5"))
            .filter(expression("choice != 2 and av_b == 1"));
        let data = data(wide_table(60, 4), &schema, &specification);
        let theta = [0.1, 0.2, -0.3, -0.2, 0.1];
        let found = elasticities(&specification, &data, &theta, "cost_a").unwrap();
        assert_eq!(found.rows[0].values[2], None);
    }
}
