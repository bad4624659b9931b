//! From choice data to a mixture: tastes are resolved, cases stored.

use logsum_data::{ChoiceData, Level, Outcome};
use logsum_draws::{Maker, Variate};
use logsum_expressions::{Graph, NodeId};

use super::cases::{Case, Cases, Choice, DecisionMaker, Plan, Unit};
use super::laws::Law;
use super::points::first_number;
use super::probit::{
    NormalErrors, OfOutcome, Outcome as ErrorOutcome, Outcomes, Structure, pairs_of_choice, pairs_of_ranking,
};
use super::symbolic::{Dimensions, Form, Symbolic};
use super::tastes::Tastes;
use super::within::case_key;
use super::{DrawSet, Mixture};
use crate::error::{ProbitError, SpecificationError, TasteError};
use crate::mixing::{DrawMethod, DrawPlan, Mixing};
use crate::model::corrections::Corrections;
use crate::model::plan::{Source, UtilityPlan};
use crate::probit::{Probabilities, Probit};
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
    pub fn new(specification: &Specification, mixing: &Mixing, data: &ChoiceData) -> Result<Self, SpecificationError> {
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
        let of_errors = errors.iter().flat_map(|errors| &errors.structure.parameters);
        let of_errors: Vec<u32> = of_errors.copied().filter(|k| !fixed.contains(k)).collect();
        fixed.extend(of_errors);
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
                choices: (first..end).map(|case| data.choices(case)).sum(),
            });
            self.add_units(data, first..end, (maker, first_case), n_random)?;
            self.n_makers += 1;
            first = end;
        }
        Ok(())
    }

    /// The choices of a decision maker. Where choices are counted and nobody is named, each is somebody else's.
    fn add_units(
        &mut self,
        data: &ChoiceData,
        cases: std::ops::Range<usize>,
        (maker, first_case): (u32, u32),
        n_random: usize,
    ) -> Result<(), SpecificationError> {
        if self.errors.is_some() && n_random == 0 {
            self.add_single_choices(data, cases, (maker, first_case));
            return Ok(());
        }
        let panel = data.decision_makers().is_some();
        let weight = data.weights().map_or(1.0, |weights| weights[cases.start]);
        let first_choice = self.cases.choices.len() as u32;
        for (offset, case) in cases.enumerate() {
            let id = first_case + offset as u32;
            match data.outcome() {
                Outcome::Chosen(chosen) => self.add_choice(id, chosen[case], 1.0, n_random),
                Outcome::Counts(counts) => {
                    for (position, pair) in data.pairs(case).enumerate() {
                        if counts[pair] == 0.0 {
                            continue;
                        }
                        if panel && self.errors.is_some() {
                            // Errors are others at every choice: each is simulated by itself.
                            if counts[pair].fract() != 0.0 {
                                let row = data.row_number(pair);
                                return Err(ProbitError::PartOfAChoice {
                                    row,
                                    count: counts[pair],
                                }
                                .into());
                            }
                            (0..counts[pair] as u64).for_each(|_| self.add_choice(id, position as u32, 1.0, n_random));
                            continue;
                        }
                        let times = if panel { counts[pair] } else { 1.0 };
                        self.add_choice(id, position as u32, times, n_random);
                        if !panel {
                            let end = self.cases.choices.len() as u32;
                            self.add_unit(maker, end - 1..end, weight * counts[pair]);
                        }
                    }
                }
                Outcome::None => {}
            }
        }
        let end = self.cases.choices.len() as u32;
        let counted_alone = matches!(data.outcome(), Outcome::Counts(_)) && !panel;
        if end > first_choice && !counted_alone {
            self.add_unit(maker, first_choice..end, weight);
        }
        Ok(())
    }

    /// The choices of a decision maker with the same tastes as everybody: each is a unit.
    fn add_single_choices(
        &mut self,
        data: &ChoiceData,
        cases: std::ops::Range<usize>,
        (maker, first_case): (u32, u32),
    ) {
        for (offset, case) in cases.enumerate() {
            let id = first_case + offset as u32;
            let weight = data.weights().map_or(1.0, |weights| weights[case]);
            let mut add = |chosen: u32, times: f64| {
                self.add_choice(id, chosen, 1.0, 0);
                let end = self.cases.choices.len() as u32;
                self.add_unit(maker, end - 1..end, weight * times);
            };
            match data.outcome() {
                Outcome::Chosen(chosen) => add(chosen[case], 1.0),
                Outcome::Counts(counts) => {
                    let pairs = data.pairs(case).enumerate();
                    let chosen = pairs.filter(|(_, pair)| counts[*pair] != 0.0);
                    chosen.for_each(|(position, pair)| add(position as u32, counts[pair]));
                }
                Outcome::None => {}
            }
        }
    }

    /// Whose draws those of a case's errors are, and what its ranking says.
    fn add_errors(
        &mut self,
        data: &ChoiceData,
        case: usize,
        (offset, n_cases): (usize, usize),
        key: u64,
    ) -> Result<(), SpecificationError> {
        let Some(errors) = &mut self.errors else { return Ok(()) };
        errors.makers.push(Maker {
            position: errors.makers.len() as u64,
            key: if n_cases == 1 {
                key
            } else {
                case_key(key, offset as u32)
            },
        });
        let pairs = data.pairs(case);
        errors.outcomes.see_set(pairs.len());
        if errors.probabilities == Probabilities::Exact && pairs.len() > 4 {
            return Err(ProbitError::TooManyForExact {
                alternatives: pairs.len(),
            }
            .into());
        }
        if data.rankings().is_some() {
            let ranking = data.ranking(case).expect("every case of rankings has one");
            let row = data.row_number(pairs.start);
            let order = pairs_of_ranking(ranking, pairs.len()).ok_or(ProbitError::BetweenBestAndWorst { row })?;
            errors.rankings.push(order);
        }
        Ok(())
    }

    fn add_unit(&mut self, maker: u32, choices: std::ops::Range<u32>, weight: f64) {
        // What has no weight contributes nothing, not even where it is not defined.
        if weight != 0.0 {
            self.cases.units.push(Unit { maker, choices, weight });
        }
    }

    fn add_choice(&mut self, case: u32, chosen: u32, times: f64, n_random: usize) {
        let cases = &mut self.cases;
        let slots = cases.slots_of(case);
        let chosen_slot = slots.start + chosen as usize;
        let others = slots.filter(|slot| *slot != chosen_slot);
        self.plans.clear();
        self.plans.extend(others.map(|slot| cases.slots[slot].0));
        self.plans.push(cases.slots[chosen_slot].0);
        let form = cases.patterns.of_choice(&cases.plans, &self.plans, n_random);
        if let Some(errors) = &mut self.errors {
            let slots = cases.slots_of(case);
            let ranking = errors.rankings.get(case as usize);
            let outcome = ErrorOutcome {
                alternatives: errors.alternatives(&cases.alternatives[slots.clone()]),
                pairs: ranking.cloned().unwrap_or_else(|| pairs_of_choice(chosen, slots.len())),
            };
            let number = errors.outcomes.number(outcome);
            errors.outcomes.of_choice.push(number);
        }
        cases.choices.push(Choice {
            case,
            chosen,
            times,
            form,
        });
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

    /// The mixture of all parts.
    ///
    /// # Errors
    /// Draws that cannot be had.
    pub fn finish(mut self) -> Result<Mixture, SpecificationError> {
        if let Some(errors) = &mut self.errors {
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
        let makers = self.cases.makers.iter().zip(0..).map(|(maker, position)| Maker {
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
            plan: self.draws,
            dimensions: self.dimensions,
            draws,
        };
        let draws = mixture.draws_of(first_number(&mixture.plan))?;
        mixture.draws = draws;
        Ok(mixture)
    }
}

/// The errors of a probit, before any cases.
fn normal_errors(
    specification: &Specification,
    probit: &Probit,
    data: &ChoiceData,
) -> Result<NormalErrors, SpecificationError> {
    let structure = Structure::new(specification, probit, data.alternatives().labelled)?;
    let fixed = |k: &u32| specification.parameters[*k as usize].parameter.fixed;
    if structure.parameters.iter().all(fixed) && structure.n_alternatives > 0 {
        // Nothing can move it: what is wrong with it is so for good.
        let start: Vec<f64> = specification
            .parameters
            .iter()
            .map(|known| known.parameter.start)
            .collect();
        let all: Vec<u32> = (0..structure.n_alternatives as u32).collect();
        let outcome = ErrorOutcome {
            pairs: pairs_of_choice(probit.base_place() as u32, all.len()),
            alternatives: all,
        };
        if let Err(singular) = OfOutcome::new(&structure.at(&start), &outcome, false, 0) {
            let name = |place: u32| probit.alternatives[place as usize].clone();
            let (one, other) = singular.alternatives;
            return Err(ProbitError::Singular {
                alternatives: (name(one), name(other)),
            }
            .into());
        }
    }
    Ok(NormalErrors {
        structure,
        probabilities: probit.probabilities,
        outcomes: Outcomes::default(),
        makers: Vec::new(),
        rankings: Vec::new(),
    })
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
