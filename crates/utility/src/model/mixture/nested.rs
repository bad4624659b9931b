//! Nests under random tastes: the kernel of nested logit at each draw.

use std::collections::HashMap;

use super::cases::{Cases, Choice};
use super::kernel::{CURVATURE, GRADIENT, Lanes, pair};
use super::plain::{NotFinite, PlainLanes};
use crate::model::exp::exp;
use crate::model::kernels::{NestLanes, NestedAt, NestedKernel, Network};

/// The kernel with the networks of the data's choice sets.
#[derive(Debug)]
pub(crate) struct NestedCases {
    pub kernel: NestedKernel,
    networks: Vec<Network>,
    known: HashMap<Vec<u32>, u32>,
    /// Network of each case.
    of_case: Vec<u32>,
    /// Coefficient of each of the kernel's parameters.
    pub coefficients: Vec<u32>,
}

/// The same at some parameters.
#[derive(Clone, Copy)]
pub(crate) struct Nesting<'a> {
    pub cases: &'a NestedCases,
    pub at: &'a NestedAt,
}

/// Buffers at a block of draws.
#[derive(Debug, Default)]
pub(crate) struct NestBuffers {
    lanes: NestLanes,
    outcomes: Vec<f64>,
    /// Coefficients of utilities and kernel, ascending.
    coefficients: Vec<u32>,
}

impl NestedCases {
    /// Of a kernel whose parameters are these coefficients.
    pub fn new(kernel: NestedKernel, coefficients: Vec<u32>) -> Self {
        NestedCases {
            kernel,
            networks: Vec::new(),
            known: HashMap::new(),
            of_case: Vec::new(),
            coefficients,
        }
    }

    /// Adds a case with these alternatives.
    pub fn add(&mut self, alternatives: &[u32]) {
        let network = match self.known.get(alternatives) {
            Some(&known) => known,
            None => {
                self.networks.push(self.kernel.tree.network(alternatives));
                let place = self.networks.len() as u32 - 1;
                self.known.insert(alternatives.to_vec(), place);
                place
            }
        };
        self.of_case.push(network);
    }

    /// The network of a case.
    pub fn network(&self, case: u32) -> &Network {
        &self.networks[self.of_case[case as usize] as usize]
    }
}

impl<const W: usize> PlainLanes<W> {
    /// Probabilities and logsums of the utilities.
    ///
    /// # Errors
    /// The first slot whose utility is not finite at some draw.
    pub fn nest(&mut self, nesting: Nesting<'_>, case: u32) -> Result<[f64; W], NotFinite> {
        let broken = |v: &[f64; W]| v.iter().any(|v| !v.is_finite());
        if let Some(slot) = self.utilities.iter().position(broken) {
            return Err(NotFinite {
                case,
                slot: Some(slot as u32),
                derivative: false,
            });
        }
        let network = nesting.cases.network(case);
        let lanes = &mut self.nests.lanes;
        lanes.forward(network, &nesting.at.functions.value, self.utilities.as_flattened());
        self.probabilities.clear();
        for ln_p in lanes.ln_probabilities(network).chunks_exact(W) {
            self.probabilities.push(std::array::from_fn(|l| exp(ln_p[l])));
        }
        let logsums = lanes.logsums(network);
        Ok(std::array::from_fn(|l| logsums[l]))
    }

    /// Adds a choice, made so many times, to what the kernel gives.
    ///
    /// # Errors
    /// As [`PlainLanes::nest`].
    pub fn add_nested(
        &mut self,
        cases: &Cases,
        nesting: Nesting<'_>,
        (choice, times): (&Choice, f64),
        at: super::plain::At<'_, W>,
        order: u8,
        lanes: &mut Lanes<W>,
    ) -> Result<(), NotFinite> {
        self.utilities(cases, choice.case, at, true, order);
        self.nest(nesting, choice.case)?;
        let network = nesting.cases.network(choice.case);
        let functions = &nesting.at.functions;
        let n_slots = self.utilities.len();
        let NestBuffers {
            lanes: nests,
            outcomes,
            coefficients,
        } = &mut self.nests;
        outcomes.clear();
        outcomes.resize(n_slots * W, 0.0);
        outcomes[choice.chosen as usize * W..][..W].fill(times);
        nests.backward(network, &functions.value, outcomes);
        for (sum, value) in lanes.ln_probability.iter_mut().zip(nests.values()) {
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
        let of_utilities = nests.of_utilities(network);
        for (place, &c) in self.coefficients.iter().enumerate() {
            let gradient = &mut lanes.gradient[c as usize];
            for (slot, residual) in of_utilities.chunks_exact(W).enumerate() {
                let x = &self.derivatives[slot * width + place];
                (0..W).for_each(|l| gradient[l] += residual[l] * x[l]);
            }
        }
        for (first, &c) in functions.first.iter().zip(&nesting.cases.coefficients) {
            let gradient = &mut lanes.gradient[c as usize];
            for (slope, of_function) in first.iter().zip(nests.of_functions().chunks_exact(W)) {
                if *slope != 0.0 {
                    (0..W).for_each(|l| gradient[l] += slope * of_function[l]);
                }
            }
        }
        if order < CURVATURE {
            return Ok(());
        }
        coefficients.clear();
        coefficients.extend(self.coefficients.iter().chain(&nesting.cases.coefficients));
        coefficients.sort_unstable();
        coefficients.dedup();
        let in_utilities = |c: u32| self.coefficients.binary_search(&c).ok();
        let in_nests = |c: u32| nesting.cases.coefficients.iter().position(|known| *known == c);
        let still = vec![0.0; functions.value.len()];
        for (row, &c) in coefficients.iter().enumerate() {
            let direction = nests.direction(network);
            if let Some(place) = in_utilities(c) {
                for (slot, direction) in direction.chunks_exact_mut(W).enumerate() {
                    direction.copy_from_slice(&self.derivatives[slot * width + place]);
                }
            }
            let of_functions = in_nests(c).map_or(&still, |place| &functions.first[place]);
            nests.along(network, &functions.value, of_functions);
            let (of_utilities, of_functions) = nests.changes(network);
            for &d in &coefficients[..=row] {
                let sums = &mut lanes.curvature[pair(c, d)];
                if let Some(place) = in_utilities(d) {
                    for (slot, change) in of_utilities.chunks_exact(W).enumerate() {
                        let x = &self.derivatives[slot * width + place];
                        (0..W).for_each(|l| sums[l] += change[l] * x[l]);
                    }
                }
                if let Some(place) = in_nests(d) {
                    for (slope, change) in functions.first[place].iter().zip(of_functions.chunks_exact(W)) {
                        if *slope != 0.0 {
                            (0..W).for_each(|l| sums[l] += slope * change[l]);
                        }
                    }
                }
            }
        }
        for (i, &c) in nesting.cases.coefficients.iter().enumerate() {
            for (j, &d) in nesting.cases.coefficients[..=i].iter().enumerate() {
                let sums = &mut lanes.curvature[pair(c.max(d), c.min(d))];
                let second = &functions.second[pair(i as u32, j as u32)];
                for (second, of_function) in second.iter().zip(nests.of_functions().chunks_exact(W)) {
                    if *second != 0.0 {
                        (0..W).for_each(|l| sums[l] += second * of_function[l]);
                    }
                }
            }
        }
        let of_utilities = nests.of_utilities(network);
        for (slot, i, j, second) in &self.seconds {
            let (c, d) = (self.coefficients[*i], self.coefficients[*j]);
            let sums = &mut lanes.curvature[pair(c.max(d), c.min(d))];
            let residual = &of_utilities[slot * W..][..W];
            (0..W).for_each(|l| sums[l] += residual[l] * second[l]);
        }
        Ok(())
    }
}
