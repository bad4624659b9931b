//! The distributions of random coefficients as functions of parameters and characteristics: what is said of them after an
//! estimation.

use logsum_draws::{Maker, Method, PointSet, Seed, Variate};
use logsum_expressions::{Program, Workspace};

use super::Mixture;
use crate::mixing::{Shape, Varies};

/// Decision makers (or cases) over whose characteristics distributions are averaged, at most.
const PROFILES: usize = 512;

/// Draws from which distributions are described that have no closed form: 2¹⁴.
const DRAWS: usize = 1 << 14;

/// Their seed.
const SEED: u64 = 0x7461_7374_6573;

/// The distribution of a random coefficient; in willingness-to-pay space that of the willingness to pay itself.
#[derive(Debug)]
pub(crate) struct Law {
    pub symbol: String,
    /// Name of the distribution; "transform" for an expression of draws.
    pub distribution: &'static str,
    pub varies: Varies,
    /// Positions of the parameters that it depends on, ascending.
    pub parameters: Vec<usize>,
    pub form: LawForm,
}

/// What is known of a distribution.
#[derive(Debug)]
pub(crate) enum LawForm {
    /// It is a usual one given the characteristics.
    Usual {
        shape: Shape,
        sign: f64,
        /// Location, and second estimate.
        program: Bound,
    },
    /// It is a function of draws, with its derivatives in the parameters.
    Drawn { variates: Vec<Variate>, program: Bound },
}

/// A program with what its inputs are.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(super) program: Program,
    pub(super) inputs: Vec<Input>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Input {
    /// By its place among those of the law.
    Draw(usize),
    Characteristic(usize),
}

/// Characteristics of those over whom a distribution is averaged.
#[derive(Debug)]
pub(crate) struct Profiles {
    /// How many each stands for.
    pub weights: Vec<f64>,
    /// Of each characteristic.
    columns: Vec<Vec<f64>>,
}

impl Profiles {
    /// Nobody in particular.
    fn one() -> Self {
        Profiles {
            weights: vec![1.0],
            columns: Vec::new(),
        }
    }

    /// The profile at a part of the total weight.
    fn at(&self, cumulated: &[f64], part: f64) -> usize {
        let total = cumulated.last().copied().unwrap_or(0.0);
        cumulated
            .partition_point(|sum| *sum <= part * total)
            .min(self.weights.len() - 1)
    }
}

impl Mixture {
    /// Those over whom a law is averaged: all decision makers (of what varies by case, all cases) as often as they count
    /// in the likelihood, or some of them, evenly over the data.
    pub fn profiles(&self, law: &Law) -> Profiles {
        if !law.program().uses_characteristics() {
            return Profiles::one();
        }
        let mut of_makers = vec![0.0; self.cases.makers.len()];
        for unit in &self.cases.units {
            of_makers[unit.maker as usize] += unit.weight;
        }
        if of_makers.iter().all(|weight| *weight == 0.0) {
            of_makers.fill(1.0);
        }
        let mut cases: Vec<(u32, f64)> = Vec::new();
        for (maker, &weight) in self
            .cases
            .makers
            .iter()
            .zip(&of_makers)
            .filter(|(_, weight)| **weight > 0.0)
        {
            match law.varies {
                Varies::DecisionMaker => cases.push((maker.cases.start, weight)),
                Varies::Case => cases.extend(maker.cases.clone().map(|case| (case, weight))),
            }
        }
        if cases.len() > PROFILES {
            cases = some(&cases, PROFILES);
        }
        let column = |at: usize| {
            cases
                .iter()
                .map(|(case, _)| self.cases.characteristics(*case)[at])
                .collect()
        };
        Profiles {
            weights: cases.iter().map(|(_, weight)| *weight).collect(),
            columns: (0..self.cases.n_characteristics).map(column).collect(),
        }
    }
}

/// So many of them, by equal steps of their weights.
fn some(cases: &[(u32, f64)], number: usize) -> Vec<(u32, f64)> {
    let total: f64 = cases.iter().map(|(_, weight)| weight).sum();
    let mut sum = 0.0;
    let mut chosen = Vec::with_capacity(number);
    for (case, weight) in cases {
        sum += weight;
        while chosen.len() < number && (chosen.len() as f64 + 0.5) * total <= sum * number as f64 {
            chosen.push((*case, 1.0));
        }
    }
    chosen
}

impl Law {
    fn program(&self) -> &Bound {
        match &self.form {
            LawForm::Usual { program, .. } | LawForm::Drawn { program, .. } => program,
        }
    }
}

impl Bound {
    fn uses_characteristics(&self) -> bool {
        self.inputs
            .iter()
            .any(|input| matches!(input, Input::Characteristic(_)))
    }

    /// Location and second estimate of each profile.
    pub fn usual(&self, theta: &[f64], profiles: &Profiles) -> Vec<(f64, f64)> {
        let mut workspace = Workspace::default();
        let inputs: Vec<&[f64]> = self
            .inputs
            .iter()
            .map(|input| match input {
                Input::Characteristic(at) => profiles.columns[*at].as_slice(),
                Input::Draw(_) => unreachable!("usual distributions are known without draws"),
            })
            .collect();
        self.program.run(&inputs, theta, profiles.weights.len(), &mut workspace);
        let (locations, scales) = (workspace.output(0), workspace.output(1));
        locations.iter().copied().zip(scales.iter().copied()).collect()
    }

    /// Values at many draws of many profiles, each of one weight, and their derivatives in the parameters.
    pub fn drawn(&self, variates: &[Variate], theta: &[f64], profiles: &Profiles) -> (Vec<f64>, Vec<Vec<f64>>) {
        let mut all = variates.to_vec();
        // Profiles are drawn too.
        all.push(Variate::Uniform);
        let seed = Seed::new(SEED);
        let points = PointSet::new(Method::Sobol, DRAWS, false, seed, all.clone())
            .or_else(|_| PointSet::new(Method::Mlhs, DRAWS, false, seed, all))
            .expect("Latin hypercubes have any number of dimensions");
        let mut draws = vec![0.0; DRAWS * points.n_dimensions()];
        points.fill(Maker { position: 0, key: 0 }, 0..DRAWS, &mut draws);
        let (draws, uniforms) = draws.split_at(DRAWS * variates.len());
        let mut sum = 0.0;
        let cumulated: Vec<f64> = profiles
            .weights
            .iter()
            .map(|weight| {
                sum += weight;
                sum
            })
            .collect();
        let of_draws: Vec<usize> = uniforms
            .iter()
            .map(|uniform| profiles.at(&cumulated, 0.5 * (uniform + 1.0)))
            .collect();
        let columns: Vec<Vec<f64>> = profiles
            .columns
            .iter()
            .map(|column| of_draws.iter().map(|&profile| column[profile]).collect())
            .collect();
        let inputs: Vec<&[f64]> = self
            .inputs
            .iter()
            .map(|input| match input {
                Input::Draw(place) => &draws[place * DRAWS..][..DRAWS],
                Input::Characteristic(at) => columns[*at].as_slice(),
            })
            .collect();
        let mut workspace = Workspace::default();
        self.program.run(&inputs, theta, DRAWS, &mut workspace);
        let output = |at: usize| workspace.output(at).to_vec();
        (output(0), (1..self.program.n_outputs()).map(output).collect())
    }
}
