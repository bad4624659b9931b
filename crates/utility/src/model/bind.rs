//! Binding: a specification meets data, at once or part by part.

use std::convert::Infallible;
use std::sync::Arc;

use logsum_data::ChoiceData;
use logsum_expressions::Graph;

use super::arrangement::{Arrangement, Shared};
use super::blocks::Blocks;
use super::plan::UtilityPlan;
use super::store::Store;
use super::{Model, explain};
use crate::error::SpecificationError;
use crate::facts::Facts;
use crate::specification::Specification;

/// Binds a specification to choice data that come in parts, whole decision makers each: the model is that of all of
/// them together, to the last bit.
#[derive(Debug)]
pub struct Binder<'data> {
    specification: Specification,
    bound: Option<Bound<'data>>,
}

/// What is known once the first part is there.
#[derive(Debug)]
struct Bound<'data> {
    facts: Facts,
    arrangement: Arrangement<'data>,
    term_columns: Vec<Vec<String>>,
    segments: Store,
}

impl<'data> Binder<'data> {
    /// Waits for data.
    pub fn new(specification: &Specification) -> Self {
        Binder {
            specification: specification.clone(),
            bound: None,
        }
    }

    /// Adds the next part.
    ///
    /// # Errors
    /// Problems of the specification alone; those of names and cells were reported when the data were built.
    pub fn add(&mut self, data: ChoiceData) -> Result<(), SpecificationError> {
        self.take(Shared::Owned(Arc::new(data)))
    }

    /// The same with data that the caller keeps.
    pub(super) fn lend(&mut self, data: &'data ChoiceData) -> Result<(), SpecificationError> {
        self.take(Shared::Borrowed(data))
    }

    fn take(&mut self, data: Shared<'data>) -> Result<(), SpecificationError> {
        let bound = match &mut self.bound {
            Some(bound) => bound,
            None => self.bound.insert(Bound::new(&self.specification, &data)?),
        };
        bound.facts.add(&data);
        let Ok(()) = bound.arrangement.add(data, |_, segment| {
            bound.segments.push(segment);
            Ok::<(), Infallible>(())
        });
        Ok(())
    }

    /// The model of all parts.
    ///
    /// # Panics
    /// If there were none.
    pub fn finish(self) -> Model<'data> {
        let mut bound = self.bound.expect("a model is bound to data");
        let Ok(()) = bound.arrangement.finish(|_, segment| {
            bound.segments.push(segment);
            Ok::<(), Infallible>(())
        });
        let parameters = self.specification.parameters.into_iter();
        Model {
            facts: bound.facts,
            data: None,
            groups: None,
            parameters: parameters.map(|declared| declared.parameter).collect(),
            plan_of: bound.arrangement.plan_of,
            blocks: Blocks {
                plans: bound.arrangement.plans,
                sets: bound.arrangement.sets,
                segments: bound.segments,
            },
            term_columns: bound.term_columns,
            interrupt: Arc::default(),
        }
    }
}

impl<'data> Bound<'data> {
    /// Gives every name its meaning; `data` are the first part.
    fn new(specification: &Specification, data: &ChoiceData) -> Result<Self, SpecificationError> {
        specification.validate()?;
        let mut graph = Graph::default();
        let names = data.names(&specification.symbols(), &mut graph);
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
        Ok(Bound {
            facts: Facts::of(data),
            term_columns: explain::term_columns(&graph, data, &plans, specification.parameters.len()),
            arrangement: Arrangement::new(graph, plans, plan_of),
            segments: Store::default(),
        })
    }
}
