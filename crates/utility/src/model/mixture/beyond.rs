//! Kernels beyond logit under random tastes, at each draw.

use std::collections::HashMap;

use super::cases::{Cases, Choice};
use super::kernel::{CURVATURE, GRADIENT, Lanes, pair};
use super::plain::{NotFinite, PlainLanes};
use crate::model::exp::exp;
use crate::model::kernels::{Kernel, KernelAt, KernelLanes, SetKernel};

/// The kernel with those of the data's choice sets.
#[derive(Debug)]
pub(crate) struct KernelCases {
    pub kernel: Kernel,
    sets: Vec<SetKernel>,
    known: HashMap<Vec<u32>, u32>,
    /// Set of each case.
    of_case: Vec<u32>,
    /// Of each case the slots that are its outcome together, with their y; none where each choice is of one.
    taken: Vec<Vec<(u32, f64)>>,
    /// Coefficient of each of the kernel's parameters.
    pub coefficients: Vec<u32>,
}

/// The same at some parameters.
#[derive(Clone, Copy)]
pub(crate) struct BeyondLogit<'a> {
    pub cases: &'a KernelCases,
    pub at: &'a KernelAt,
}

/// Buffers at a block of draws.
#[derive(Debug, Default)]
pub(crate) struct KernelBuffers {
    lanes: KernelLanes,
    outcomes: Vec<f64>,
    /// Coefficients of utilities and kernel, ascending.
    coefficients: Vec<u32>,
}

impl KernelCases {
    /// Of a kernel whose parameters are these coefficients.
    pub fn new(kernel: Kernel, coefficients: Vec<u32>) -> Self {
        KernelCases {
            kernel,
            sets: Vec::new(),
            known: HashMap::new(),
            of_case: Vec::new(),
            taken: Vec::new(),
            coefficients,
        }
    }

    /// Adds a case with these alternatives, and their y where several may be one outcome.
    pub fn add(&mut self, alternatives: &[u32], taken: &[f64]) {
        if self.kernel.joint().is_some() {
            let slots = taken.iter().enumerate().filter(|(_, taken)| **taken != 0.0);
            self.taken
                .push(slots.map(|(slot, taken)| (slot as u32, *taken)).collect());
        }
        let set = match self.known.get(alternatives) {
            Some(&known) => known,
            None => {
                self.sets.push(self.kernel.of_set(alternatives));
                let place = self.sets.len() as u32 - 1;
                self.known.insert(alternatives.to_vec(), place);
                place
            }
        };
        self.of_case.push(set);
    }

    /// The kernel of a case's choice set.
    pub fn set(&self, case: u32) -> &SetKernel {
        &self.sets[self.of_case[case as usize] as usize]
    }
}

impl<const W: usize> PlainLanes<W> {
    /// Probabilities and logsums of the utilities.
    ///
    /// # Errors
    /// The first slot whose utility is not finite at some draw.
    pub fn beyond_logit(&mut self, beyond: BeyondLogit<'_>, case: u32) -> Result<[f64; W], NotFinite> {
        let broken = |v: &[f64; W]| v.iter().any(|v| !v.is_finite());
        if let Some(slot) = self.utilities.iter().position(broken) {
            return Err(NotFinite {
                case,
                slot: Some(slot as u32),
                derivative: false,
            });
        }
        let lanes = &mut self.beyond.lanes;
        lanes.forward(
            beyond.cases.set(case),
            &beyond.at.functions.value,
            self.utilities.as_flattened(),
        );
        self.probabilities.clear();
        for ln_p in lanes.ln_probabilities.chunks_exact(W) {
            self.probabilities.push(std::array::from_fn(|l| exp(ln_p[l])));
        }
        Ok(std::array::from_fn(|l| lanes.logsums[l]))
    }

    /// Adds a choice, made so many times, to what the kernel gives.
    ///
    /// # Errors
    /// As [`PlainLanes::beyond_logit`].
    pub fn add_beyond_logit(
        &mut self,
        cases: &Cases,
        beyond: BeyondLogit<'_>,
        (choice, times): (&Choice, f64),
        at: super::plain::At<'_, W>,
        order: u8,
        lanes: &mut Lanes<W>,
    ) -> Result<(), NotFinite> {
        self.utilities(cases, choice.case, at, true, order);
        self.beyond_logit(beyond, choice.case)?;
        let set = beyond.cases.set(choice.case);
        let functions = &beyond.at.functions;
        let n_slots = self.utilities.len();
        let KernelBuffers {
            lanes: kernel,
            outcomes,
            coefficients,
        } = &mut self.beyond;
        outcomes.clear();
        outcomes.resize(n_slots * W, 0.0);
        match beyond.cases.taken.get(choice.case as usize) {
            None => outcomes[choice.chosen as usize * W..][..W].fill(times),
            Some(taken) => {
                for (slot, taken) in taken {
                    outcomes[*slot as usize * W..][..W].fill(times * taken);
                }
            }
        }
        kernel.backward(set, &functions.value, outcomes);
        for (sum, value) in lanes.ln_probability.iter_mut().zip(&kernel.values) {
            *sum += value;
        }
        if lanes.ln_probability.iter().any(|value| !value.is_finite()) {
            return Err(NotFinite {
                case: choice.case,
                slot: Some(choice.chosen),
                derivative: false,
            });
        }
        if order < GRADIENT {
            return Ok(());
        }
        let width = self.coefficients.len();
        for (place, &c) in self.coefficients.iter().enumerate() {
            let gradient = &mut lanes.gradient[c as usize];
            for (slot, residual) in kernel.of_utilities.chunks_exact(W).enumerate() {
                let x = &self.derivatives[slot * width + place];
                (0..W).for_each(|l| gradient[l] += residual[l] * x[l]);
            }
        }
        for (first, &c) in functions.first.iter().zip(&beyond.cases.coefficients) {
            let gradient = &mut lanes.gradient[c as usize];
            for (slope, of_function) in first.iter().zip(kernel.of_functions.chunks_exact(W)) {
                if *slope != 0.0 {
                    (0..W).for_each(|l| gradient[l] += slope * of_function[l]);
                }
            }
        }
        if order < CURVATURE {
            return Ok(());
        }
        coefficients.clear();
        coefficients.extend(self.coefficients.iter().chain(&beyond.cases.coefficients));
        coefficients.sort_unstable();
        coefficients.dedup();
        let in_utilities = |c: u32| self.coefficients.binary_search(&c).ok();
        let in_kernel = |c: u32| beyond.cases.coefficients.iter().position(|known| *known == c);
        let still = vec![0.0; functions.value.len()];
        for (row, &c) in coefficients.iter().enumerate() {
            let direction = kernel.still();
            if let Some(place) = in_utilities(c) {
                for (slot, direction) in direction.chunks_exact_mut(W).enumerate() {
                    direction.copy_from_slice(&self.derivatives[slot * width + place]);
                }
            }
            let of_functions = in_kernel(c).map_or(&still, |place| &functions.first[place]);
            kernel.along(set, &functions.value, of_functions);
            for &d in &coefficients[..=row] {
                let sums = &mut lanes.curvature[pair(c, d)];
                if let Some(place) = in_utilities(d) {
                    for (slot, change) in kernel.changes_of_utilities.chunks_exact(W).enumerate() {
                        let x = &self.derivatives[slot * width + place];
                        (0..W).for_each(|l| sums[l] += change[l] * x[l]);
                    }
                }
                if let Some(place) = in_kernel(d) {
                    for (slope, change) in functions.first[place]
                        .iter()
                        .zip(kernel.changes_of_functions.chunks_exact(W))
                    {
                        if *slope != 0.0 {
                            (0..W).for_each(|l| sums[l] += slope * change[l]);
                        }
                    }
                }
            }
        }
        for (i, &c) in beyond.cases.coefficients.iter().enumerate() {
            for (j, &d) in beyond.cases.coefficients[..=i].iter().enumerate() {
                let sums = &mut lanes.curvature[pair(c.max(d), c.min(d))];
                let second = &functions.second[pair(i as u32, j as u32)];
                for (second, of_function) in second.iter().zip(kernel.of_functions.chunks_exact(W)) {
                    if *second != 0.0 {
                        (0..W).for_each(|l| sums[l] += second * of_function[l]);
                    }
                }
            }
        }
        for (slot, i, j, second) in &self.seconds {
            let (c, d) = (self.coefficients[*i], self.coefficients[*j]);
            let sums = &mut lanes.curvature[pair(c.max(d), c.min(d))];
            let residual = &kernel.of_utilities[slot * W..][..W];
            (0..W).for_each(|l| sums[l] += residual[l] * second[l]);
        }
        Ok(())
    }
}
