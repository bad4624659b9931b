//! Buffers of one case of a tall group, and what their contents add to score and Hessian.

use super::aligned::Aligned;
use super::slots::{centre, mean, roots};
use super::tall::TallCase;
use super::tall_products::Panel;
use super::tall_set::{TallSet, Value};

/// A parameter in a single slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extra {
    pub(super) slot: usize,
    pub(super) parameter: usize,
    /// What it multiplies.
    pub(super) x: f64,
}

/// Buffers of a case.
#[derive(Default)]
pub(crate) struct TallScratch {
    pub(super) utilities: Aligned,
    pub(super) probabilities: Aligned,
    /// Derivatives that come from a program, one parameter after another.
    pub(super) computed: Aligned,
    pub(super) extras: Vec<Extra>,
    /// Parameters of `extras`, ascending.
    pub(super) sparse: Vec<usize>,
    /// By parameter: for those in `sparse` Σ_s P_s x_s and Σ_s y_s x_s; what else stands there is not settled.
    pub(super) of_parameter: Vec<[f64; 2]>,
    /// By position of a dense parameter: x_1 and Σ_s P_s (x_s − x_1).
    pub(super) means: Vec<[f64; 2]>,
    pub(super) roots: Aligned,
    pub(super) residuals: Vec<f64>,
    pub(super) panel: Panel,
}

/// Where the derivatives of a parameter stand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Derivatives {
    /// In a stored column.
    Stored(usize),
    /// Among those that come from the program.
    Computed(usize),
}

impl TallScratch {
    pub(super) fn derivatives<'a>(&'a self, of: Derivatives, case: &TallCase<'a>) -> &'a [f64] {
        match of {
            Derivatives::Stored(column) => case.column(column),
            Derivatives::Computed(at) => &self.computed[at * case.lanes..][..case.lanes],
        }
    }

    /// Offsets and terms that stand in single slots.
    pub(super) fn add_extras(&mut self, set: &TallSet, case: &TallCase<'_>, theta: &[f64]) {
        self.extras.clear();
        let mut values = case.values.iter();
        let mut number = |value: Value| match value {
            Value::Constant(number) => number,
            Value::OfCase(index) => case.of_case[index],
            Value::Next => *values.next().expect("a number is stored for each"),
        };
        for (slot, utility) in self.utilities[..case.n_slots].iter_mut().enumerate() {
            let plan = &set.plans[case.plan(slot)];
            if let Some(offset) = plan.offset {
                *utility += number(offset);
            }
            for &(parameter, value) in &plan.extras {
                let x = number(value);
                let parameter = parameter as usize;
                *utility += theta[parameter] * x;
                self.extras.push(Extra { slot, parameter, x });
            }
        }
    }

    /// Means of the derivatives over the slots.
    pub(super) fn write_means(&mut self, dense: &[(u32, Derivatives)], case: &TallCase<'_>, n_parameters: usize) {
        let mut means = std::mem::take(&mut self.means);
        means.clear();
        means.extend(dense.iter().map(|&(_, of)| {
            let column = self.derivatives(of, case);
            [column[0], mean(column, &self.probabilities)]
        }));
        self.means = means;
        self.sparse.clear();
        self.sparse.extend(self.extras.iter().map(|extra| extra.parameter));
        self.sparse.sort_unstable();
        self.sparse.dedup();
        self.of_parameter.resize(n_parameters, [0.0; 2]);
        self.sparse
            .iter()
            .for_each(|&parameter| self.of_parameter[parameter] = [0.0; 2]);
        for extra in &self.extras {
            let [mean, chosen] = &mut self.of_parameter[extra.parameter];
            *mean += self.probabilities[extra.slot] * extra.x;
            *chosen += case.count(extra.slot) * extra.x;
        }
    }

    /// w (Σ_s y_s x_s − n Σ_s P_s x_s) for each parameter.
    pub(super) fn each_score(
        &self,
        dense: &[(u32, Derivatives)],
        case: &TallCase<'_>,
        choices: f64,
        mut add: impl FnMut(usize, f64),
    ) {
        for (&(parameter, of), [first, mean]) in dense.iter().zip(&self.means) {
            let column = self.derivatives(of, case);
            let chosen = match case.chosen {
                Some(slot) => column[slot] - first,
                None => case
                    .counts
                    .iter()
                    .zip(column)
                    .map(|(count, x)| count * (x - first))
                    .sum(),
            };
            add(parameter as usize, case.weight * (chosen - choices * mean));
        }
        for &parameter in &self.sparse {
            let [mean, chosen] = self.of_parameter[parameter];
            add(parameter, case.weight * (chosen - choices * mean));
        }
    }

    /// Centred derivatives to the panel.
    pub(super) fn add_dense(
        &mut self,
        dense: &[(u32, Derivatives)],
        case: &TallCase<'_>,
        curvature: f64,
        n_parameters: usize,
        hessian: &mut [f64],
    ) {
        self.roots.resize(case.lanes);
        roots(&self.probabilities, curvature, &mut self.roots);
        let mut panel = std::mem::take(&mut self.panel);
        let mut from = 0;
        while from < case.lanes {
            let n = panel.room().min(case.lanes - from);
            for (row, (&(_, of), [first, mean])) in dense.iter().zip(&self.means).enumerate() {
                let column = &self.derivatives(of, case)[from..from + n];
                centre(column, *first, *mean, &self.roots[from..from + n], panel.row(row, n));
            }
            panel.take(n);
            if panel.room() == 0 {
                panel.flush(dense, n_parameters, hessian);
            }
            from += n;
        }
        self.panel = panel;
    }

    /// What parameters in single slots add to the Hessian: with those of the same slot, with the columns, and in the
    /// means.
    pub(super) fn add_sparse(
        &self,
        dense: &[(u32, Derivatives)],
        case: &TallCase<'_>,
        curvature: f64,
        n_parameters: usize,
        hessian: &mut [f64],
    ) {
        let at = |first: usize, second: usize| first.max(second) * n_parameters + first.min(second);
        for extras in self.extras.chunk_by(|first, second| first.slot == second.slot) {
            let slot = extras[0].slot;
            let scale = curvature * self.probabilities[slot];
            for (last, first) in extras.iter().enumerate() {
                for second in &extras[..=last] {
                    hessian[at(first.parameter, second.parameter)] -= scale * first.x * second.x;
                }
            }
            for (&(parameter, of), [first, mean]) in dense.iter().zip(&self.means) {
                let centred = scale * ((self.derivatives(of, case)[slot] - first) - mean);
                for extra in extras {
                    hessian[at(extra.parameter, parameter as usize)] -= centred * extra.x;
                }
            }
        }
        for (last, &row) in self.sparse.iter().enumerate() {
            let scale = curvature * self.of_parameter[row][0];
            let hessian = &mut hessian[row * n_parameters..][..n_parameters];
            for &column in &self.sparse[..=last] {
                hessian[column] += scale * self.of_parameter[column][0];
            }
        }
    }

    /// w (y_s − n P_s).
    pub(super) fn write_residuals(&mut self, case: &TallCase<'_>, choices: f64) {
        self.residuals.clear();
        self.residuals.resize(case.lanes, 0.0);
        for slot in 0..case.n_slots {
            self.residuals[slot] = case.weight * (case.count(slot) - choices * self.probabilities[slot]);
        }
    }
}
