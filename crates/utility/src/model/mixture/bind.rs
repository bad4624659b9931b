//! From choice data to a mixture: tastes are resolved, cases stored.

mod errors;
mod units;

use errors::normal_errors;
use logsum_data::{ChoiceData, Joint, Level, Outcome};
use logsum_draws::{Maker, Variate};
use logsum_expressions::{Graph, NodeId};

use super::beyond::KernelCases;
use super::cases::{Case, Cases, DecisionMaker, Plan};
use super::laws::Law;
use super::points::first_number;
use super::probit::NormalErrors;
use super::symbolic::{Dimensions, Form, Symbolic};
use super::tastes::Tastes;
use super::{DrawSet, Mixture};
use crate::error::{ProbitError, SpecificationError, TasteError};
use crate::mixing::{DrawMethod, DrawPlan, Mixing};
use crate::model::bind::Before;
use crate::model::corrections::Corrections;
use crate::model::kernels::Kernel;
use crate::model::plan::{Source, UtilityPlan};
use crate::specification::Specification;

/// Takes data part by part.
#[derive(Debug)]
pub(crate) struct MixtureBuilder {
    /// Of the utilities, in which coefficients are parameters.
    graph: Graph,
    /// Of the tastes.
    taste_graph: Graph,
    plan_of: Vec<usize>,
    tastes: Tastes,
    laws: Vec<Law>,
    draws: DrawPlan,
    dimensions: Dimensions,
    cases: Cases,
    errors: Option<NormalErrors>,
    kernel: Option<KernelCases>,
    /// Symbols of the coefficients that use characteristics of decision makers.
    with_characteristics: Vec<String>,
    corrections: Option<Corrections>,
    n_makers: usize,
    file: String,
    /// Plans of the alternatives of a choice.
    plans: Vec<u32>,
}

impl MixtureBuilder {
    /// Resolves the specification for data of this kind.
    ///
    /// # Errors
    /// Names that mean nothing, draws that cannot be had.
    pub fn new(
        specification: &Specification,
        mixing: &Mixing,
        data: &ChoiceData,
        joint: Option<Joint>,
    ) -> Result<Self, SpecificationError> {
        let mut graph = Graph::default();
        let symbols = specification.coefficients();
        let names = data.names(&symbols, &mut graph);
        let mut lower = |expression| {
            names
                .lower("utility", expression, &mut graph)
                .map_err(|problems| SpecificationError::Unchecked(logsum_data::DataError::from_list(problems)))
        };
        let all = specification.all.as_ref().map(&mut lower).transpose()?;
        let own = specification
            .own
            .iter()
            .map(|(name, expression)| Ok((name.as_str(), lower(expression)?)))
            .collect::<Result<Vec<_>, SpecificationError>>()?;
        let all = all.unwrap_or_else(|| graph.constant(0.0));
        let mut plan_of = vec![0; data.alternatives().len()];
        let mut utilities = vec![all];
        for (name, node) in own {
            let Some(position) = data.alternatives().position(name) else {
                return Err(SpecificationError::NoAlternative { name: name.to_owned() });
            };
            plan_of[position] = utilities.len();
            utilities.push(graph.add(all, node));
        }
        let plans: Vec<UtilityPlan> = utilities
            .iter()
            .map(|&utility| UtilityPlan::new(&mut graph, utility))
            .collect();

        let mut symbolic = Symbolic::new(specification, mixing, data);
        // Coefficients in use: those that vary over draws first.
        let mut used: Vec<u32> = plans.iter().flat_map(UtilityPlan::parameters).collect();
        used.sort_unstable();
        used.dedup();
        let mut forms = Vec::new();
        let mut fixed = Vec::new();
        let mut identifiers = Vec::new();
        let mut fixed_identifiers = Vec::new();
        for c in used {
            match symbolic.form(&symbols[c as usize])? {
                Form::Parameter(k) => {
                    fixed.push(k);
                    fixed_identifiers.push(c);
                }
                form => {
                    forms.push(form);
                    identifiers.push(c);
                }
            }
        }
        let n_random = forms.len();
        identifiers.extend(fixed_identifiers);
        let sketches = symbolic.sketches()?;
        let Symbolic {
            graph: mut taste_graph,
            dimensions,
            ..
        } = symbolic;
        let n_parameters = specification.parameters.len();
        let errors = specification.probit.as_ref();
        let errors = errors
            .map(|probit| normal_errors(specification, probit, data))
            .transpose()?;
        // Behind the coefficients of utilities.
        let of_errors = errors.iter().flat_map(|errors| errors.structure.parameters());
        let of_errors: Vec<u32> = of_errors.copied().filter(|k| !fixed.contains(k)).collect();
        fixed.extend(of_errors);
        let kernel = Kernel::new(specification, &data.alternatives().names, joint)?;
        let of_kernel = kernel.iter().flat_map(Kernel::parameters).copied();
        let of_kernel: Vec<u32> = of_kernel.filter(|k| !fixed.contains(k)).collect();
        fixed.extend(of_kernel);
        let kernel = kernel.map(|kernel| {
            let coefficient = |k: &u32| fixed.iter().position(|known| known == k).expect("just added") + n_random;
            let coefficients = kernel.parameters().iter().map(|k| coefficient(k) as u32).collect();
            KernelCases::new(kernel, coefficients)
        });
        let mut tastes = Tastes::new(&mut taste_graph, forms, fixed, n_parameters, dimensions.n_between);
        let mut laws = Vec::new();
        for sketch in sketches {
            let characteristics = &mut tastes.characteristics;
            laws.push(sketch.law(&mut taste_graph, n_parameters, &dimensions.variates, characteristics));
        }
        let place = |c: u32| {
            let at = identifiers.iter().position(|known| *known == c);
            at.expect("every coefficient of the plans is in use") as u32
        };
        let plans = plans
            .iter()
            .map(|plan| Plan::new(&mut graph, plan, &place, n_random))
            .collect();
        let cases = Cases {
            n_identifiers: symbols.len(),
            identifiers,
            plans,
            n_characteristics: tastes.characteristics.len(),
            ..Cases::default()
        };
        let with_characteristics = mixing
            .random
            .iter()
            .filter(|random| {
                let parameters = specification.uses().parameters;
                let names = random
                    .expressions()
                    .into_iter()
                    .flat_map(|(_, expression)| expression.names());
                names
                    .into_iter()
                    .any(|name| !parameters.iter().any(|known| known == name))
            })
            .map(|random| random.symbol.clone())
            .collect();
        Ok(MixtureBuilder {
            graph,
            taste_graph,
            plan_of,
            tastes,
            laws,
            draws: mixing.draws.clone(),
            dimensions,
            cases,
            errors,
            kernel,
            with_characteristics,
            corrections: Corrections::new(data)?,
            n_makers: 0,
            file: data.source().name.clone(),
            plans: Vec::new(),
        })
    }

    /// Adds the cases of a part, whole decision makers.
    ///
    /// # Errors
    /// Characteristics and weights that vary within a decision maker.
    pub fn add(&mut self, data: &ChoiceData) -> Result<(), SpecificationError> {
        let n_cases = data.n_cases();
        let columns = self.columns(data);
        let characteristics = self.characteristics(data)?;
        let corrections = self.corrections.as_ref().map(|corrections| corrections.of_pairs(data));
        let keys = data.decision_maker_keys();
        let makers = data.decision_makers();
        let n_random = self.tastes.n_random();
        if self.errors.is_some() && self.corrections.is_some() {
            return Err(ProbitError::Sampled.into());
        }
        let mut first = 0;
        while first < n_cases {
            let goes_on = |case: usize| makers.is_some_and(|makers| makers[case] == makers[first]);
            let end = (first + 1..n_cases).find(|&case| !goes_on(case)).unwrap_or(n_cases);
            self.check_constant(data, first..end, &characteristics)?;
            let first_case = self.cases.cases.len() as u32;
            for case in first..end {
                let pairs = data.pairs(case);
                if let Some(kernel) = &mut self.kernel {
                    let taken = match (kernel.kernel.joint(), data.outcome()) {
                        (Some(_), Outcome::Counts(taken)) => &taken[pairs.clone()],
                        _ => &[],
                    };
                    kernel.add(&data.pair_alternatives()[pairs.clone()], taken);
                }
                self.add_errors(data, case, (case - first, end - first), keys[first])?;
                self.cases.cases.push(Case {
                    first_slot: self.cases.slots.len() as u32,
                    n_slots: pairs.len() as u32,
                    row: data.row_number(pairs.start) as u64,
                });
                for pair in pairs {
                    let alternative = data.pair_alternatives()[pair];
                    let plan = self.plan_of.get(alternative as usize).copied().unwrap_or(0);
                    self.cases.slots.push((plan as u32, self.cases.numbers.len() as u64));
                    self.cases.alternatives.push(alternative);
                    for source in &self.cases.plans[plan].sources {
                        self.cases.numbers.push(match source {
                            Source::Constant(number) => *number,
                            Source::Node(node) => columns.at(*node, case, pair),
                        });
                    }
                    if let Some(corrections) = &corrections {
                        self.cases.corrections.push(corrections[pair]);
                    }
                }
                for values in &characteristics {
                    self.cases.characteristics.push(values[case]);
                }
            }
            let maker = self.cases.makers.len() as u32;
            self.cases.makers.push(DecisionMaker {
                cases: first_case..self.cases.cases.len() as u32,
                key: keys[first],
                choices: match self.takes_several() {
                    true => (end - first) as f64,
                    false => (first..end).map(|case| data.choices(case)).sum(),
                },
            });
            self.add_units(data, first..end, (maker, first_case), n_random)?;
            self.n_makers += 1;
            first = end;
        }
        Ok(())
    }

    /// Values of every node that slots store.
    fn columns(&self, data: &ChoiceData) -> Columns {
        let mut nodes: Vec<NodeId> = Vec::new();
        for plan in &self.cases.plans {
            for source in &plan.sources {
                if let Source::Node(node) = source {
                    nodes.push(*node);
                }
            }
        }
        nodes.sort_unstable();
        nodes.dedup();
        let values = nodes
            .iter()
            .map(|&node| {
                let level = data.level(&self.graph, node);
                (level, data.evaluate(&self.graph, node, level))
            })
            .collect();
        Columns { nodes, values }
    }

    /// Values over cases of what tastes depend on.
    fn characteristics(&self, data: &ChoiceData) -> Result<Vec<Vec<f64>>, SpecificationError> {
        let node_values = |&node: &NodeId| match data.level(&self.taste_graph, node) {
            Level::Case => Ok(data.evaluate(&self.taste_graph, node, Level::Case)),
            Level::Pair => {
                let columns = self.taste_graph.columns_of(node);
                let names = columns.iter().map(|id| data.columns()[id.0 as usize].name.as_str());
                Err(TasteError::OfAlternative {
                    coefficients: self.with_characteristics.clone(),
                    columns: logsum_data::name_list(names),
                }
                .into())
            }
        };
        self.tastes.characteristics.iter().map(node_values).collect()
    }

    /// Makes sure that weights and what tastes depend on are the same in all cases of a decision maker.
    fn check_constant(
        &self,
        data: &ChoiceData,
        cases: std::ops::Range<usize>,
        characteristics: &[Vec<f64>],
    ) -> Result<(), SpecificationError> {
        let first = cases.start;
        let row = |case: usize| data.row_number(data.pairs(case).start);
        let alone = self.errors.is_some() && self.tastes.n_random() == 0;
        if let Some(weights) = data.weights().filter(|_| !alone)
            && let Some(case) = cases.clone().find(|&case| weights[case] != weights[first])
        {
            return Err(TasteError::WeightVaries {
                file: self.file.clone(),
                rows: (row(first), row(case)),
                weights: (weights[first], weights[case]),
            }
            .into());
        }
        let between = self.tastes.characteristics_between();
        for (at, (values, &node)) in characteristics.iter().zip(&self.tastes.characteristics).enumerate() {
            if !between.contains(&at) {
                continue;
            }
            if let Some(case) = cases.clone().find(|&case| values[case] != values[first]) {
                let columns = self.taste_graph.columns_of(node);
                let names = columns.iter().map(|id| data.columns()[id.0 as usize].name.as_str());
                return Err(TasteError::Varies {
                    coefficients: self.with_characteristics.clone(),
                    columns: logsum_data::name_list(names),
                    file: self.file.clone(),
                    rows: (row(first), row(case)),
                    values: (values[first], values[case]),
                }
                .into());
            }
        }
        Ok(())
    }

    /// The mixture of all parts, the first of which stands behind other decision makers.
    ///
    /// # Errors
    /// Draws that cannot be had.
    pub fn finish(mut self, before: Before) -> Result<Mixture, SpecificationError> {
        if let Some(errors) = &mut self.errors {
            errors
                .makers
                .iter_mut()
                .for_each(|maker| maker.position += before.cases);
            errors.rankings = Vec::new();
            let is_rule = self.draws.method == DrawMethod::Quadrature;
            if is_rule && self.tastes.n_random() > 0 && errors.n_dimensions() > 0 {
                return Err(ProbitError::RuleBesideErrors.into());
            }
        }
        if let Some(errors) = self.errors.as_mut().filter(|_| self.tastes.n_random() == 0) {
            let n_dimensions = errors.n_dimensions();
            self.dimensions.variates.resize(n_dimensions, Variate::Uniform);
            self.dimensions.n_between = n_dimensions;
        }
        let draws = DrawSet::new(&self.draws, first_number(&self.draws), &self.dimensions)?;
        let makers = self
            .cases
            .makers
            .iter()
            .zip(before.decision_makers..)
            .map(|(maker, position)| Maker {
                position,
                key: maker.key,
            });
        let mut mixture = Mixture {
            makers: makers.collect(),
            groups: Mixture::group(&self.cases.units),
            is_linear: self.cases.is_linear(),
            tastes: self.tastes,
            laws: self.laws,
            cases: self.cases,
            errors: self.errors,
            kernel: self.kernel,
            plan: self.draws,
            dimensions: self.dimensions,
            draws,
        };
        let draws = mixture.draws_of(first_number(&mixture.plan))?;
        mixture.draws = draws;
        Ok(mixture)
    }
}

/// Values of nodes over cases or pairs.
struct Columns {
    nodes: Vec<NodeId>,
    values: Vec<(Level, Vec<f64>)>,
}

impl Columns {
    fn at(&self, node: NodeId, case: usize, pair: usize) -> f64 {
        let at = self
            .nodes
            .binary_search(&node)
            .expect("every stored node was evaluated");
        match &self.values[at] {
            (Level::Case, values) => values[case],
            (Level::Pair, values) => values[pair],
        }
    }
}
