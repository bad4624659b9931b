//! Which terms of a linear utility can be told apart: the rank of their differences within cases.

/// Share of a term's variation within cases that earlier terms must leave unexplained. Columns that are sums of others
/// are often rounded; what is explained to one part in a million is not worth a parameter.
const UNEXPLAINED: f64 = 1e-6;

/// Sums of squares and products of differences from the mean of the case.
pub(super) struct Differences {
    n_terms: usize,
    products: Vec<f64>,
}

impl Differences {
    pub fn new(n_terms: usize) -> Self {
        Differences {
            n_terms,
            products: vec![0.0; n_terms * n_terms],
        }
    }

    /// Adds a case: the terms of each of its alternatives. A case with a missing term is left out.
    pub fn add(&mut self, alternatives: &[Vec<f64>]) {
        if alternatives.iter().flatten().any(|term| !term.is_finite()) {
            return;
        }
        let k = self.n_terms;
        let n = alternatives.len() as f64;
        let mean: Vec<f64> = (0..k)
            .map(|term| alternatives.iter().map(|terms| terms[term]).sum::<f64>() / n)
            .collect();
        for terms in alternatives {
            for row in 0..k {
                let difference = terms[row] - mean[row];
                if difference == 0.0 {
                    continue;
                }
                for column in 0..=row {
                    self.products[row * k + column] += difference * (terms[column] - mean[column]);
                }
            }
        }
    }

    /// For each term, whether it varies and is no combination of the terms before it that are identified.
    pub fn identified(&self) -> Vec<bool> {
        let k = self.n_terms;
        let product = |row: usize, column: usize| self.products[row.max(column) * k + row.min(column)];
        let scale: Vec<f64> = (0..k).map(|term| product(term, term).sqrt()).collect();
        // Cholesky in the given order on the matrix scaled to a unit diagonal, passing over dependent terms.
        let mut factor: Vec<Vec<f64>> = Vec::new();
        let mut kept: Vec<usize> = Vec::new();
        let mut identified = vec![false; k];
        for term in 0..k {
            if scale[term] == 0.0 || !scale[term].is_finite() {
                continue;
            }
            let mut row: Vec<f64> = Vec::with_capacity(kept.len() + 1);
            for (at, &earlier) in kept.iter().enumerate() {
                let explained: f64 = row.iter().zip(&factor[at]).map(|(a, b)| a * b).sum();
                let correlation = product(term, earlier) / scale[term] / scale[earlier];
                row.push((correlation - explained) / factor[at][at]);
            }
            let left = 1.0 - row.iter().map(|entry| entry * entry).sum::<f64>();
            if left > UNEXPLAINED {
                row.push(left.sqrt());
                factor.push(row);
                kept.push(term);
                identified[term] = true;
            }
        }
        identified
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identified(cases: &[&[&[f64]]]) -> Vec<bool> {
        let mut differences = Differences::new(cases[0][0].len());
        for case in cases {
            let case: Vec<Vec<f64>> = case.iter().map(|terms| terms.to_vec()).collect();
            differences.add(&case);
        }
        differences.identified()
    }

    #[test]
    fn sums_and_constants_within_cases_are_not_identified() {
        // Terms: a constant, time, cost, time + cost, income, and cost in another unit.
        let cases: [&[&[f64]]; 3] = [
            &[&[1.0, 10.0, 2.0, 12.0, 7.0, 2e9], &[0.0, 20.0, 1.0, 21.0, 7.0, 1e9]],
            &[&[1.0, 15.0, 4.0, 19.0, 5.0, 4e9], &[0.0, 12.0, 9.0, 21.0, 5.0, 9e9]],
            &[&[1.0, 11.0, 3.0, 14.0, 6.0, 3e9], &[0.0, 14.0, 8.0, 22.0, 6.0, 8e9]],
        ];
        assert_eq!(identified(&cases), [true, true, true, false, false, false]);
    }

    #[test]
    fn a_case_with_a_missing_term_says_nothing() {
        let cases: [&[&[f64]]; 2] = [&[&[1.0, f64::NAN], &[0.0, 1.0]], &[&[0.0, 1.0], &[0.0, 2.0]]];
        assert_eq!(identified(&cases), [false, true]);
    }
}
