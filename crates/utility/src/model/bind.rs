//! Binding: a specification meets data, at once or part by part.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use logsum_data::{ChoiceData, Joint, Level};
use logsum_estimate::Parameter;
use logsum_expressions::Graph;

use super::arrangement::Arrangement;
use super::blocks::Blocks;
use super::corrections::Corrections;
use super::kernels::Kernel;
use super::mixture::{MixtureBuilder, Symbolic};
use super::pieces::Shared;
use super::plan::{Source, UtilityPlan};
use super::stages::{self, RankedCases};
use super::store::{Storage, Store};
use super::{Model, explain};
use crate::error::{NestError, OrderedError, SpecificationError};
use crate::facts::Facts;
use crate::ordered::problems_of_alternatives;
use crate::specification::Specification;

/// Why data cannot be bound.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// Problems of the specification alone.
    #[error(transparent)]
    Specification(#[from] SpecificationError),
    /// What does not fit in memory could not be written.
    #[error(
        "the data do not fit in memory, and their cache in \"{}\" cannot be written ({cause}); make room there, or \
         choose another folder with --cache",
        folder.display()
    )]
    Cache {
        /// Where it should be.
        folder: PathBuf,
        /// What the system says.
        cause: String,
    },
}

/// Binds a specification to choice data that come in parts, whole decision makers each: the model is that of all of
/// them together, to the last bit.
#[derive(Debug)]
pub struct Binder<'data> {
    specification: Specification,
    storage: Option<Storage>,
    compress: bool,
    before: Before,
    bound: Option<Bound<'data>>,
}

/// What stands before the first case in the whole that the data are a part of.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Before {
    pub decision_makers: u64,
    pub cases: u64,
}

/// What is known once the first part is there.
#[derive(Debug)]
struct Bound<'data> {
    facts: Facts,
    ranked: Option<RankedCases>,
    arrangement: Arrangement<'data>,
    corrections: Option<Corrections>,
    term_columns: Vec<Vec<String>>,
    segments: Store,
    mixture: Option<MixtureBuilder>,
    /// Whether alternatives are steps of a scale.
    is_ordered: bool,
}

impl<'data> Binder<'data> {
    /// Waits for data.
    pub fn new(specification: &Specification) -> Self {
        Binder {
            specification: specification.clone().completed(),
            storage: None,
            compress: true,
            before: Before::default(),
            bound: None,
        }
    }

    /// Keeps no more of the data in memory than this, and the rest on disk.
    pub fn storage(mut self, storage: Storage) -> Self {
        self.storage = Some(storage);
        self
    }

    /// Keeps cases apart that stand before the same choice. Otherwise they are evaluated once, which changes results by
    /// rounding alone.
    pub fn without_compression(mut self) -> Self {
        self.compress = false;
        self
    }

    /// The first case stands behind so many decision makers and cases of the same file: all have the draws that they have
    /// in the whole.
    pub fn behind(mut self, decision_makers: usize, cases: usize) -> Self {
        self.before = Before {
            decision_makers: decision_makers as u64,
            cases: cases as u64,
        };
        self
    }

    /// Adds the next part.
    ///
    /// # Errors
    /// Problems of the specification alone (those of names and cells were reported when the data were built), and a
    /// disk that cannot be written.
    pub fn add(&mut self, data: ChoiceData) -> Result<(), BindError> {
        self.take(Shared::Owned(Arc::new(data)))
    }

    /// The same with data that the caller keeps.
    pub(super) fn lend(&mut self, data: &'data ChoiceData) -> Result<(), BindError> {
        self.take(Shared::Borrowed(data))
    }

    fn take(&mut self, data: Shared<'data>) -> Result<(), BindError> {
        if self.bound.is_none() && data.alternatives().labelled {
            self.specification = self.specification.clone().completed_for(&data.alternatives().names);
        }
        if self.specification.ordered.is_some() {
            let sampled = Corrections::new(&data)?.is_some();
            problems_of_alternatives(&data, sampled).map_err(SpecificationError::from)?;
        }
        let stages = stages::stages(&self.specification, &data)?;
        // What the likelihood takes for cases.
        let choices = stages.as_ref().map_or(&*data, |stages| &stages.data);
        let bound = match &mut self.bound {
            Some(bound) => bound,
            None => {
                self.specification.validate()?;
                let scaled = self.specification.scaled();
                let specification = stages::of_stages(&scaled, stages.as_ref());
                let joint = stages.as_ref().and_then(|stages| stages.joint);
                let mut bound = Bound::new(&specification, choices, joint)?;
                bound.facts = Facts::of(&data);
                self.bound.insert(bound)
            }
        };
        if bound.is_ordered {
            bound.check_ordered(choices)?;
        }
        bound.arrangement.compress = self.compress && bound.arrangement.kernel.is_none();
        if let Some(stages) = &stages {
            let ranked = bound.ranked.get_or_insert_default();
            ranked.add(stages, bound.facts.n_cases);
        }
        // A probit looks at whole rankings; constants explain their stages.
        let of_constants = if stages.is_none() { data.stages() } else { None };
        let stages_of_constants = stages.as_ref().or(of_constants.as_ref());
        bound.facts.add(&data, stages_of_constants, &self.specification.scales);
        if let Some(mixture) = &mut bound.mixture {
            mixture.add(choices)?;
        }
        let choices = match stages {
            Some(stages) => Shared::Owned(Arc::new(stages.data)),
            None => data,
        };
        let storage = self.storage.as_ref();
        bound
            .arrangement
            .add(choices, |segment| bound.segments.push(segment, storage))
            .map_err(|error| refused(storage, &error))
    }

    /// The model of all parts.
    ///
    /// # Errors
    /// A disk that cannot be written.
    ///
    /// # Panics
    /// If there were no parts.
    pub fn finish(self) -> Result<Model<'data>, BindError> {
        let mut bound = self.bound.expect("a model is bound to data");
        let storage = self.storage.as_ref();
        bound
            .arrangement
            .finish(|segment| bound.segments.push(segment, storage))
            .map_err(|error| refused(storage, &error))?;
        let before = self.before;
        let mixture = bound.mixture.map(|mixture| mixture.finish(before)).transpose()?;
        let parameters = self.specification.parameters.clone().into_iter();
        let mut parameters: Vec<_> = parameters.map(|declared| declared.parameter).collect();
        if let Some(kernel) = &bound.arrangement.kernel {
            hold_without_effect(kernel, &bound.arrangement, &mut parameters, &mut bound.facts);
        }
        Ok(Model {
            specification: self.specification,
            mixture,
            products: Mutex::default(),
            facts: bound.facts,
            ranked: bound.ranked,
            data: None,
            groups: Vec::new(),
            parameters,
            kernel: bound.arrangement.kernel,
            plan_of: bound.arrangement.plan_of,
            corrections: bound.corrections,
            blocks: Blocks {
                plans: bound.arrangement.plans,
                sets: bound.arrangement.sets,
                tall_sets: bound.arrangement.tall_sets,
                segments: bound.segments,
            },
            term_columns: bound.term_columns,
            interrupt: Arc::default(),
            watch: None,
        })
    }
}

/// Fixes dissimilarities on which nothing depends, and says so.
fn hold_without_effect(
    kernel: &Kernel,
    arrangement: &Arrangement<'_>,
    parameters: &mut [Parameter],
    facts: &mut Facts,
) {
    let sets = arrangement.sets.iter().filter_map(|set| set.kernel.as_ref());
    let in_utilities: Vec<u32> = arrangement.plans.iter().flat_map(UtilityPlan::parameters).collect();
    for k in kernel.without_effect(sets.map(|of_set| &of_set.kernel)) {
        let parameter = &mut parameters[k as usize];
        if parameter.fixed || in_utilities.contains(&k) {
            continue;
        }
        parameter.fixed = true;
        facts.warnings.push(format!(
            "\"{}\" is not identified: no choice set has two members of its nest, and then probabilities do not depend on \
             it; it is held at {}",
            parameter.name, parameter.start
        ));
    }
}

/// Data to which nests do not go.
fn check_nests(data: &ChoiceData, sampled: bool) -> Result<(), NestError> {
    if !data.alternatives().labelled {
        return Err(NestError::Unlabelled);
    }
    if data.rankings().is_some() || data.schema().ranking.is_some() {
        return Err(NestError::WithRanking);
    }
    if sampled {
        return Err(NestError::Sampled);
    }
    Ok(())
}

fn refused(storage: Option<&Storage>, error: &std::io::Error) -> BindError {
    BindError::Cache {
        folder: storage.map(|storage| storage.folder.clone()).unwrap_or_default(),
        cause: error.to_string(),
    }
}

impl<'data> Bound<'data> {
    /// Gives every name of a valid specification, whose scales are written out, its meaning; `data` are the first part,
    /// whose outcomes may be several alternatives if `joint`.
    fn new(specification: &Specification, data: &ChoiceData, joint: Option<Joint>) -> Result<Self, SpecificationError> {
        let mut graph = Graph::default();
        let mut meanings = Vec::new();
        if let Some(mixing) = &specification.mixing {
            // In the middle of tastes a mixed model is a logit.
            let mut symbolic = Symbolic::new(specification, mixing, data);
            for symbol in specification.coefficients() {
                let node = symbolic.node(&symbol, true)?;
                meanings.push((symbol, node));
            }
            graph = symbolic.graph;
        }
        let mut names = data.names(&specification.symbols(), &mut graph);
        for (symbol, node) in meanings {
            names = names.meaning(&symbol, node);
        }
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
        let corrections = Corrections::new(data)?;
        if let Some(corrections) = &corrections {
            utilities = corrections.add(&mut graph, &utilities, &mut plan_of);
        }
        if specification.nests.is_some() || specification.generator.is_some() {
            check_nests(data, corrections.is_some())?;
        }
        let kernel = Kernel::new(specification, &data.alternatives().names, joint)?;
        if kernel.as_ref().is_some_and(|kernel| kernel.joint().is_none()) {
            // What is alike in two alternatives is not what tells their nests.
            utilities = plan_of.iter().map(|&plan| utilities[plan]).collect();
            plan_of = (0..utilities.len()).collect();
        }
        let plans: Vec<UtilityPlan> = utilities
            .iter()
            .map(|&utility| UtilityPlan::new(&mut graph, utility))
            .collect();
        let mixture = match &specification.mixing {
            Some(mixing) => Some(MixtureBuilder::new(specification, mixing, data, joint)?),
            None => None,
        };
        Ok(Bound {
            mixture,
            is_ordered: specification.ordered.is_some(),
            facts: Facts::of(data),
            ranked: None,
            term_columns: explain::term_columns(&graph, data, &plans, specification.parameters.len()),
            arrangement: Arrangement::new(graph, plans, plan_of, kernel),
            corrections,
            segments: Store::default(),
        })
    }

    /// Whether the utility of an ordered model is that of all alternatives in a part.
    fn check_ordered(&self, data: &ChoiceData) -> Result<(), SpecificationError> {
        let sources = self.arrangement.plans.iter().flat_map(UtilityPlan::sources);
        for source in sources {
            let Source::Node(node) = source else { continue };
            let columns = self.arrangement.graph.columns_of(node).into_iter();
            let mut columns = columns.map(|id| &data.columns()[id.0 as usize]);
            if let Some(column) = columns.find(|column| column.level == Level::Pair) {
                return Err(OrderedError::Varies {
                    column: column.name.clone(),
                }
                .into());
            }
        }
        Ok(())
    }
}
